/*
 * when.txt: "kind value value: phrase, phrase". Everything becomes a term with its kind, its value
 * and its payload; the dates of feasts are kept apart.
 */
#include "analyzer/events/when_private.h"

#include <nabiz/date.h>

static const char *const kind_names[NB_WHEN_KINDS_N] = {
#define X(id, name) name,
    NB_WHEN_KINDS(X)
#undef X
};

static const char *const unit_names[] = {"day", "week", "month", "year"};
static const char *const part_names[] = {"begin", "middle", "end"};

const char nb_when_no_memory[] = "out of memory";

/* The words in front of the colon. */
struct head {
    struct nb_slice words[NB_WHEN_HEAD_MAX];
    size_t n;
};

void nb_when_init(struct nb_when *when, struct tr_lexicon *lexicon, struct nb_arena *arena)
{
    *when = (struct nb_when){.lexicon = lexicon};
    tr_terms_init(&when->terms, arena);
}

size_t nb_when_split(struct nb_slice text, struct nb_slice words[NB_WHEN_HEAD_MAX])
{
    struct nb_slice word;
    size_t n = 0;
    while (n <= NB_WHEN_HEAD_MAX && nb_slice_split(&text, ' ', &word)) {
        word = nb_slice_trim(word);
        if (word.len && n < NB_WHEN_HEAD_MAX) {
            words[n] = word;
        }
        n += word.len > 0;
    }
    return n;
}

static bool find_name(struct nb_slice name, const char *const *names, size_t n, int32_t *out)
{
    for (size_t i = 0; i < n; i++) {
        if (name.len && nb_slice_eq(name, nb_slice_str(names[i]))) {
            *out = (int32_t)i;
            return true;
        }
    }
    return false;
}

static bool read_int(struct nb_slice text, int64_t min, int64_t max, int32_t *out)
{
    int64_t value;
    if (!nb_slice_to_i64(text, &value) || value < min || value > max) {
        return false;
    }
    *out = (int32_t)value;
    return true;
}

/* Two numbers in a range; the second may be left out where optional, and equals the first then. */
static bool read_two(const struct head *h, int64_t min, int64_t max, bool optional,
                     struct tr_term *term)
{
    int32_t a, b;
    if (h->n < 2 || h->n > 3 || (h->n == 2 && !optional) || !read_int(h->words[1], min, max, &a)) {
        return false;
    }
    b = a;
    if (h->n == 3 && (!read_int(h->words[2], min, max, &b) || b < a)) {
        return false;
    }
    term->value = a;
    term->payload = (uint32_t)b;
    return true;
}

bool nb_when_unit(struct nb_slice name, int32_t *out)
{
    return find_name(name, unit_names, sizeof(unit_names) / sizeof(unit_names[0]), out);
}

static bool read_shift(const struct head *h, struct tr_term *term)
{
    int32_t unit;
    bool good = h->n == 3 && nb_when_unit(h->words[1], &unit) &&
                read_int(h->words[2], -100, 100, &term->value);
    term->payload = good ? (uint32_t)unit : 0;
    return good;
}

/* "feast any", "feast NUMBER": which one the words mean. */
static bool read_feast(const struct nb_when *when, const struct head *h, struct tr_term *term)
{
    if (h->n == 2 && nb_slice_eq(h->words[1], NB_LIT("any"))) {
        term->value = -1;
        return true;
    }
    bool good = h->n == 2 && read_int(h->words[1], 1, (int64_t)when->feasts_n, &term->value);
    term->value -= good;
    return good;
}

static bool read_values(const struct nb_when *when, const struct head *h, struct tr_term *term)
{
    switch ((enum nb_when_kind)term->kind) {
    case NB_WHEN_MONTH:
        return read_two(h, 1, 12, true, term) && h->n == 2;
    case NB_WHEN_WEEKDAY:
        return read_two(h, 0, 6, true, term) && h->n == 2;
    case NB_WHEN_UNIT:
        term->payload = h->n == 3 && nb_slice_eq(h->words[2], NB_LIT("next"));
        return h->n == 2 + term->payload && nb_when_unit(h->words[1], &term->value);
    case NB_WHEN_SHIFT:
        return read_shift(h, term);
    case NB_WHEN_ABOUT:
        return read_two(h, -3650, 3650, false, term);
    case NB_WHEN_SEASON:
    case NB_WHEN_DURING:
        return read_two(h, 1, 14, false, term) && term->value <= 12;
    case NB_WHEN_FEAST:
        return read_feast(when, h, term);
    case NB_WHEN_NUMBER:
        if (!read_two(h, 0, 1000, true, term)) {
            return false;
        }
        term->value *= 2;
        term->payload *= 2;
        return true;
    case NB_WHEN_WHICH:
        return read_two(h, -1, 2, true, term) && h->n == 2;
    case NB_WHEN_PART:
        return h->n == 2 && find_name(h->words[1], part_names, 3, &term->value);
    case NB_WHEN_AGED:
        return h->n == 2 && nb_when_unit(h->words[1], &term->value);
    default:
        return h->n == 1;
    }
}

/* "feast-dates LENGTH: YYYY-MM-DD, ..." makes the next feast. */
static const char *read_feast_dates(struct nb_when *when, const struct head *h,
                                    struct nb_slice dates)
{
    struct nb_feast feast = {0};
    struct nb_slice word;
    if (when->feasts_n == NB_FEASTS_MAX) {
        return "there are 8 feasts at most";
    }
    if (h->n != 2 || !read_int(h->words[1], 1, 30, &feast.length)) {
        return "expected feast-dates DAYS: YYYY-MM-DD, YYYY-MM-DD ...";
    }
    while (nb_slice_split(&dates, ',', &word)) {
        int64_t at_ms;
        if (feast.dates_n == NB_FEAST_DATES_MAX ||
            nb_date_day(nb_slice_trim(word), 0, &at_ms) != NB_OK ||
            (feast.dates_n && at_ms / NB_DAY_MS <= feast.dates[feast.dates_n - 1])) {
            return "the dates of a feast are YYYY-MM-DD, in order, 64 at most";
        }
        feast.dates[feast.dates_n++] = (int32_t)(at_ms / NB_DAY_MS);
    }
    when->feasts[when->feasts_n++] = feast;
    return NULL;
}

const char *nb_when_phrase(struct tr_lexicon *lexicon, struct nb_slice phrase,
                           struct nb_arena *scratch, struct tr_term *term)
{
    struct tr_token *tokens;
    size_t n;
    if (tr_tokenise(phrase, scratch, &tokens, &n) != NB_OK) {
        return nb_when_no_memory;
    }
    if (n == 0 || n > TR_TERM_WORDS_MAX) {
        return "a phrase has 1 to 8 words";
    }
    term->words_n = (uint8_t)n;
    for (size_t i = 0; i < n; i++) {
        term->keys[i] = tr_lexicon_key(lexicon, tokens[i].folded);
        if (!term->keys[i]) {
            return nb_when_no_memory;
        }
    }
    return NULL;
}

static const char *add_phrase(struct nb_when *when, struct nb_slice phrase,
                              struct nb_arena *scratch, struct tr_term *term)
{
    size_t slash = nb_slice_find(phrase, NB_LIT(" /"), 0);
    term->pos = TR_TERM_ANY_POS;
    if (slash != NB_NPOS) {
        bool noun = nb_slice_eq(nb_slice_sub(phrase, slash, phrase.len), NB_LIT(" /noun"));
        if (!noun && !nb_slice_eq(nb_slice_sub(phrase, slash, phrase.len), NB_LIT(" /verb"))) {
            return "a part of speech is /noun or /verb here";
        }
        term->pos = noun ? TR_UPOS_NOUN : TR_UPOS_VERB;
        phrase = nb_slice_sub(phrase, 0, slash);
    }
    const char *problem = nb_when_phrase(when->lexicon, phrase, scratch, term);
    if (problem) {
        return problem;
    }
    return tr_terms_add(&when->terms, term) == NB_OK ? NULL : nb_when_no_memory;
}

static const char *read_line(void *object, struct nb_slice line, uint32_t number,
                             struct nb_arena *scratch)
{
    struct nb_when *when = object;
    size_t colon = nb_slice_find_byte(line, ':', 0);
    struct head head;
    struct tr_term term = {.line = number};
    int32_t kind;
    head.n = nb_when_split(nb_slice_sub(line, 0, colon), head.words);
    if (colon == NB_NPOS || !head.n || head.n > NB_WHEN_HEAD_MAX) {
        return "expected kind value: phrase, phrase";
    }
    struct nb_slice phrase, rest = nb_slice_sub(line, colon + 1, line.len);
    if (nb_slice_eq(head.words[0], NB_LIT("feast-dates"))) {
        return read_feast_dates(when, &head, rest);
    }
    if (!find_name(head.words[0], kind_names, NB_WHEN_KINDS_N, &kind)) {
        return "unknown kind in front of ':'";
    }
    term.kind = (uint8_t)kind;
    if (!read_values(when, &head, &term)) {
        return "the values of this kind are not as the head of the file says";
    }
    const char *problem = NULL;
    size_t terms_n = when->terms.n;
    while (!problem && nb_slice_split(&rest, ',', &phrase)) {
        problem = add_phrase(when, nb_slice_trim(phrase), scratch, &term);
    }
    if (problem) { /* as if it had not been there */
        when->terms.n = terms_n;
    }
    return problem;
}

enum nb_err nb_when_lines(struct nb_slice text, nb_when_line_fn *read, void *object,
                          struct nb_arena *scratch, tr_report_fn *report, void *context)
{
    struct nb_slice line;
    uint32_t number = 0;
    while (nb_slice_split(&text, '\n', &line)) {
        number++;
        line = nb_slice_trim(line);
        if (!line.len || line.p[0] == '#') {
            continue;
        }
        nb_arena_reset(scratch);
        const char *problem = read(object, line, number, scratch);
        if (problem == nb_when_no_memory) {
            return NB_ENOMEM;
        }
        if (problem) {
            report(context, number, problem);
        }
    }
    return NB_OK;
}

enum nb_err nb_when_add(struct nb_when *when, struct nb_slice text, struct nb_arena *scratch,
                        tr_report_fn *report, void *context)
{
    return nb_when_lines(text, read_line, when, scratch, report, context);
}

enum nb_err nb_when_seal(struct nb_when *when)
{
    const struct tr_core *core = tr_lexicon_core(when->lexicon);
    when->dative = tr_core_feature(core, "Case=Dat");
    when->locative = tr_core_feature(core, "Case=Loc");
    when->genitive = tr_core_feature(core, "Case=Gen");
    when->ordinal = tr_core_feature(core, "NumType=Ord");
    when->since = tr_core_feature(core, "Mood=Gen");
    return tr_terms_seal(&when->terms, tr_lexicon_keys_n(when->lexicon));
}
