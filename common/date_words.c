#include "common/date_words.h"

#include <stdlib.h>

#include <nabiz/file.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

enum { FILE_BYTES = 64 * 1024, SMALLEST_PREFIX = 3 };

struct entry {
    struct nb_slice phrase; /* folded, words one space apart; lies in nb_date_words.text */
    struct date_word meaning;
    int line;
};

struct nb_date_words {
    struct entry *entries; /* sorted by phrase */
    size_t n;
    size_t cap;
    struct nb_buf text;
};

static const struct {
    struct nb_slice name;
    int32_t first, last; /* the values it may have; equal when there is nothing to say */
} KINDS[DATE_WORD_KINDS] = {
    [DATE_MONTH] = {{"month", 5}, 1, 12},    [DATE_WEEKDAY] = {{"weekday", 7}, 0, 6},
    [DATE_UNIT] = {{"unit", 4}, 0, UNIT_N},  [DATE_AGO] = {{"ago", 3}, 0, 0},
    [DATE_SINCE] = {{"since", 5}, 0, 0},     [DATE_OF] = {{"of", 2}, 0, 0},
    [DATE_DAY] = {{"day", 3}, -30, 0},       [DATE_NOW] = {{"now", 3}, 0, 0},
    [DATE_NUMBER] = {{"number", 6}, 1, 100}, [DATE_HALF] = {{"half", 4}, 0, 0},
    [DATE_AM] = {{"am", 2}, 0, 0},           [DATE_PM] = {{"pm", 2}, 0, 0},
    [DATE_ZONE] = {{"zone", 4}, -840, 840},
};

static const char *const UNITS[UNIT_N] = {
    [UNIT_SECOND] = "second", [UNIT_MINUTE] = "minute", [UNIT_HOUR] = "hour", [UNIT_DAY] = "day",
    [UNIT_WEEK] = "week",     [UNIT_MONTH] = "month",   [UNIT_YEAR] = "year",
};

/* Protocol words: RFC 822, asctime, HTTP; any prefix of three letters or more is understood. */
static const char *const MONTHS[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};
static const char *const WEEKDAYS[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};

/* RFC 822 section 5.1, and the European ones that feeds write. */
static const struct {
    const char *name;
    int32_t offset_min;
} ZONES[] = {
    {"z", 0},      {"ut", 0},     {"utc", 0},    {"gmt", 0},    {"est", -300}, {"edt", -240},
    {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420},
    {"wet", 0},    {"west", 60},  {"bst", 60},   {"cet", 60},   {"cest", 120}, {"eet", 120},
    {"eest", 180}, {"msk", 180},  {"jst", 540},
};

/* Latin letters from U+00C0 to U+00FF; those that stay as they are have a dot. */
static const char LATIN[] = "aaaaaa.ceeeeiiii.nooooo.ouuuuy..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y";

static char fold_code_point(uint32_t c)
{
    static const struct {
        uint16_t from;
        char to;
    } letters[] = {
        {0x0105, 'a'}, {0x0107, 'c'}, {0x0119, 'e'}, {0x011E, 'g'}, {0x011F, 'g'},
        {0x0130, 'i'}, {0x0131, 'i'}, {0x0142, 'l'}, {0x0144, 'n'}, {0x015A, 's'},
        {0x015B, 's'}, {0x015E, 's'}, {0x015F, 's'}, {0x017A, 'z'}, {0x017C, 'z'},
    };
    if (c >= 0xC0 && c <= 0xFF) {
        return LATIN[c - 0xC0] != '.' ? LATIN[c - 0xC0] : '\0';
    }
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (letters[i].from == c) {
            return letters[i].to;
        }
    }
    return '\0';
}

size_t nb_date_fold(struct nb_slice in, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < in.len;) {
        size_t at = i;
        uint32_t c = nb_utf8_next(in, &i);
        char letter = fold_code_point(c);
        if (c < 0x80) {
            out[n++] = nb_ascii_lower((char)c);
        } else if (letter) {
            out[n++] = letter;
        } else if (c >= 0x410 && c <= 0x42F) { /* Cyrillic capitals */
            out[n++] = c < 0x420 ? '\xD0' : '\xD1';
            out[n++] = (char)(c < 0x420 ? 0xB0 + (c - 0x410) : 0x80 + (c - 0x420));
        } else if (c < 0x300 || c > 0x36F) {
            memmove(out + n, in.p + at, i - at);
            n += i - at;
        }
    }
    return n;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return nb_slice_cmp(x->phrase, y->phrase);
}

static bool find_name(const char *const *names, size_t n, struct nb_slice word, int32_t *index)
{
    for (size_t i = 0; i < n; i++) {
        if (word.len >= SMALLEST_PREFIX && nb_slice_starts(nb_slice_str(names[i]), word)) {
            *index = (int32_t)i;
            return true;
        }
    }
    return false;
}

static bool find_protocol_word(struct nb_slice word, struct date_word *out)
{
    int32_t index = 0;
    if (find_name(MONTHS, sizeof(MONTHS) / sizeof(MONTHS[0]), word, &index)) {
        *out = (struct date_word){DATE_MONTH, index + 1};
        return true;
    }
    if (find_name(WEEKDAYS, sizeof(WEEKDAYS) / sizeof(WEEKDAYS[0]), word, &index)) {
        *out = (struct date_word){DATE_WEEKDAY, index};
        return true;
    }
    if (nb_slice_eq(word, NB_LIT("am")) || nb_slice_eq(word, NB_LIT("pm"))) {
        *out = (struct date_word){word.p[0] == 'a' ? DATE_AM : DATE_PM, 0};
        return true;
    }
    for (size_t i = 0; i < sizeof(ZONES) / sizeof(ZONES[0]); i++) {
        if (nb_slice_eq(word, nb_slice_str(ZONES[i].name))) {
            *out = (struct date_word){DATE_ZONE, ZONES[i].offset_min};
            return true;
        }
    }
    return false;
}

bool nb_date_word_find(const struct nb_date_words *words, struct nb_slice folded,
                       struct date_word *out)
{
    if (words && words->n > 0) {
        struct entry key = {.phrase = folded};
        const struct entry *hit =
            bsearch(&key, words->entries, words->n, sizeof(key), compare_entries);
        if (hit) {
            *out = hit->meaning;
            return true;
        }
    }
    return find_protocol_word(folded, out);
}

static enum nb_err add_entry(struct nb_date_words *words, const struct entry *entry)
{
    if (words->n == words->cap) {
        size_t cap = words->cap ? words->cap * 2 : 64;
        struct entry *grown = nb_realloc(words->entries, cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        words->entries = grown;
        words->cap = cap;
    }
    words->entries[words->n++] = *entry;
    return NB_OK;
}

/* "month 3" before the colon. */
static bool read_kind(struct nb_slice head, struct date_word *out)
{
    struct nb_slice rest = nb_slice_trim(head), name;
    (void)nb_slice_split(&rest, ' ', &name);
    struct nb_slice value = nb_slice_trim(rest);
    for (int kind = 0; kind < DATE_WORD_KINDS; kind++) {
        int64_t number = 0;
        if (!nb_slice_eq(KINDS[kind].name, name)) {
            continue;
        }
        *out = (struct date_word){(enum date_word_kind)kind, 0};
        if (KINDS[kind].first == KINDS[kind].last) {
            return value.len == 0;
        }
        for (int unit = 0; kind == DATE_UNIT && unit < UNIT_N; unit++) {
            out->value = unit;
            if (nb_slice_eq(value, nb_slice_str(UNITS[unit]))) {
                return true;
            }
        }
        if (kind == DATE_UNIT || !nb_slice_to_i64(value, &number) || number < KINDS[kind].first ||
            number > KINDS[kind].last) {
            return false;
        }
        out->value = (int32_t)number;
        return true;
    }
    return false;
}

/* Fold a phrase where it lies; its words end up one space apart. */
static bool fold_phrase(char *at, struct nb_slice raw, struct nb_slice *out)
{
    size_t n = 0, words_n = 0;
    struct nb_slice word;
    while (nb_slice_split(&raw, ' ', &word)) {
        if (word.len == 0) {
            continue;
        }
        if (words_n++ > 0) {
            at[n++] = ' ';
        }
        n += nb_date_fold(word, at + n);
    }
    *out = nb_slice(at, n);
    return words_n > 0 && words_n <= DATE_PHRASE_WORDS && n < DATE_PHRASE_BYTES;
}

static enum nb_err read_line(struct nb_date_words *words, struct nb_slice line, int number,
                             const char *path, struct nb_error *error)
{
    struct entry entry = {.line = number};
    size_t colon = nb_slice_find_byte(line, ':', 0);
    if (colon == NB_NPOS || !read_kind(nb_slice_sub(line, 0, colon), &entry.meaning)) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%s:%d: expected a kind, its value and a colon, as in \"month 3: mar\"",
                            path, number);
    }
    struct nb_slice rest = nb_slice_sub(line, colon + 1, line.len), one;
    while (nb_slice_split(&rest, ',', &one)) {
        one = nb_slice_trim(one);
        char *at = words->text.p + (one.p - words->text.p);
        if (!fold_phrase(at, one, &entry.phrase)) {
            return nb_error_set(error, NB_ESYNTAX, "%s:%d: \"%.*s\" is not one to %d words", path,
                                number, NB_ARG(one), (int)DATE_PHRASE_WORDS);
        }
        if (add_entry(words, &entry) != NB_OK) {
            return nb_error_set(error, NB_ENOMEM, "%s: not enough memory", path);
        }
    }
    return NB_OK;
}

static enum nb_err check_once(const struct nb_date_words *words, const char *path,
                              struct nb_error *error)
{
    for (size_t i = 1; i < words->n; i++) {
        const struct entry *a = &words->entries[i - 1], *b = &words->entries[i];
        if (nb_slice_eq(a->phrase, b->phrase)) {
            int first = a->line < b->line ? a->line : b->line;
            int later = a->line < b->line ? b->line : a->line;
            return nb_error_set(error, NB_ESYNTAX, "%s:%d: \"%.*s\" has a meaning in line %d", path,
                                later, NB_ARG(a->phrase), first);
        }
    }
    return NB_OK;
}

static enum nb_err read_words(struct nb_date_words *words, const char *path, struct nb_error *error)
{
    int number = 0;
    enum nb_err err = nb_file_read(path, &words->text, error);
    struct nb_slice rest = nb_buf_slice(&words->text), line;
    if (err == NB_OK && !nb_utf8_valid(rest)) {
        err = nb_error_set(error, NB_ESYNTAX, "%s: not valid UTF-8", path);
    }
    while (err == NB_OK && nb_slice_split(&rest, '\n', &line)) {
        number++;
        line = nb_slice_trim(line);
        if (line.len > 0 && line.p[0] != '#') {
            err = read_line(words, line, number, path, error);
        }
    }
    if (err == NB_OK && words->n > 0) {
        qsort(words->entries, words->n, sizeof(*words->entries), compare_entries);
        err = check_once(words, path, error);
    }
    return err;
}

enum nb_err nb_date_words_load(const char *path, struct nb_date_words **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_date_words *words = nb_calloc(1, sizeof(*words));
    if (!words) {
        return nb_error_set(error, NB_ENOMEM, "%s: not enough memory", path);
    }
    nb_buf_init(&words->text, FILE_BYTES);
    enum nb_err err = read_words(words, path, error);
    if (err != NB_OK) {
        nb_date_words_free(words);
        return err;
    }
    *out = words;
    return NB_OK;
}

void nb_date_words_free(struct nb_date_words *words)
{
    if (words) {
        nb_free(words->entries);
        nb_buf_fini(&words->text);
        nb_free(words);
    }
}
