/*
 * Loading is two passes over the files in the order of their names: count, then fill, so that
 * every array is allocated once. Sentences borrow from the file's bytes in the arena.
 */
#include "tests/site/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SECTIONS_MAX 1024
#define COLUMNS_MAX 12
#define NESTING_MAX 4
#define FILE_MAX (1 << 20)

/* Both cases of the Turkish alphabet's letters outside ASCII, and what is typed without them. */
static const struct {
    const char *upper, *lower;
    char plain_upper, plain_lower;
} letters[] = {
    {"Ç", "ç", 'C', 'c'}, {"Ğ", "ğ", 'G', 'g'}, {"İ", "i", 'I', 'i'}, {"I", "ı", 'I', 'i'},
    {"Ö", "ö", 'O', 'o'}, {"Ş", "ş", 'S', 's'}, {"Ü", "ü", 'U', 'u'}, {"Â", "â", 'A', 'a'},
    {"Î", "î", 'I', 'i'}, {"Û", "û", 'U', 'u'},
};

#define LETTERS_N (sizeof(letters) / sizeof(letters[0]))

static enum nb_err read_file(const char *path, struct nb_arena *arena, struct nb_slice *out,
                             struct nb_error *error)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    if (!file) {
        return nb_error_set(error, NB_EIO, "%s: cannot be opened", path);
    }
    char *p = NULL;
    size_t n = 0;
    if (fstat(fileno(file), &st) == 0 && st.st_size < FILE_MAX) {
        p = nb_arena_alloc(arena, (size_t)st.st_size + 1);
        n = p ? fread(p, 1, (size_t)st.st_size, file) : 0;
    }
    fclose(file);
    if (!p) {
        return nb_error_set(error, NB_EIO, "%s: cannot be read", path);
    }
    *out = nb_slice(p, n);
    return NB_OK;
}

static struct nb_slice take_line(struct nb_slice *rest)
{
    struct nb_slice line = {NULL, 0};
    while (nb_slice_split(rest, '\n', &line)) {
        line = nb_slice_trim(line);
        if (line.len > 0 && line.p[0] != '#') {
            return line;
        }
    }
    return (struct nb_slice){NULL, 0};
}

/* "[name]" or "[list name column ...]" */
static bool read_head(struct nb_slice line, struct nb_arena *arena, struct text_section *out)
{
    struct nb_slice part;
    struct nb_slice rest = nb_slice_sub(line, 1, line.len - 1);
    if (line.p[line.len - 1] != ']' || !nb_slice_split(&rest, ' ', &part)) {
        return false;
    }
    *out = (struct text_section){.name = part};
    if (!nb_slice_eq(part, NB_LIT("list"))) {
        return rest.p == NULL && part.len > 0;
    }
    struct nb_slice *columns = nb_arena_calloc(arena, COLUMNS_MAX, sizeof(*columns));
    if (!columns || !nb_slice_split(&rest, ' ', &out->name)) {
        return false;
    }
    while (out->columns_n < COLUMNS_MAX && nb_slice_split(&rest, ' ', &part)) {
        columns[out->columns_n++] = part;
    }
    out->columns = columns;
    return rest.p == NULL && out->columns_n > 0;
}

static size_t cells_n(struct nb_slice row)
{
    size_t n = 1;
    for (size_t i = 0; i < row.len; i++) {
        n += row.p[i] == '|';
    }
    return n;
}

static enum nb_err add_sections(const char *path, struct nb_slice bytes, struct nb_arena *arena,
                                struct text *text, struct nb_error *error)
{
    struct nb_slice rest = bytes, line = take_line(&rest);
    while (line.p) {
        if (text->sections_n == SECTIONS_MAX) {
            return nb_error_set(error, NB_ETOOBIG, "%s: over %d sections", path, SECTIONS_MAX);
        }
        struct text_section *section = &text->sections[text->sections_n++];
        if (line.p[0] != '[' || !read_head(line, arena, section)) {
            return nb_error_set(error, NB_ESYNTAX, "%s: \"%.*s\" is no section head", path,
                                NB_ARG(line));
        }
        struct nb_slice ahead = rest;
        size_t n = 0;
        for (line = take_line(&ahead); line.p && line.p[0] != '['; line = take_line(&ahead)) {
            n++;
        }
        struct nb_slice *lines = nb_arena_calloc(arena, n + 1, sizeof(*lines));
        if (!lines) {
            return nb_error_set(error, NB_ENOMEM, NULL);
        }
        for (line = take_line(&rest); line.p && line.p[0] != '['; line = take_line(&rest)) {
            if (section->columns_n > 0 && cells_n(line) != section->columns_n) {
                return nb_error_set(error, NB_ESYNTAX, "%s: \"%.*s\" has not %zu columns", path,
                                    NB_ARG(line), section->columns_n);
            }
            lines[section->lines_n++] = line;
        }
        section->lines = lines;
    }
    return NB_OK;
}

static int by_name(const void *a, const void *b)
{
    return nb_slice_cmp(((const struct text_section *)a)->name,
                        ((const struct text_section *)b)->name);
}

static int is_text_file(const struct dirent *entry)
{
    return nb_slice_ends(nb_slice_str(entry->d_name), NB_LIT(".txt"));
}

/* Byte order, not strcoll's: the same order under every locale. */
static int by_file_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

enum nb_err text_load(const char *dir, struct nb_arena *arena, struct text *out,
                      struct nb_error *error)
{
    struct dirent **names = NULL;
    int n = scandir(dir, &names, is_text_file, by_file_name);
    if (n <= 0) {
        free(names);
        return nb_error_set(error, NB_ENOTFOUND, "%s: no story texts there; give --story DIR", dir);
    }
    struct text text = {nb_arena_calloc(arena, SECTIONS_MAX, sizeof(*text.sections)), 0};
    enum nb_err err = text.sections ? NB_OK : nb_error_set(error, NB_ENOMEM, "story texts");
    for (int i = 0; i < n; i++) {
        char *path = nb_arena_printf(arena, "%s/%s", dir, names[i]->d_name);
        struct nb_slice bytes = {NULL, 0};
        if (!err && !path) {
            err = nb_error_set(error, NB_ENOMEM, "story texts");
        }
        if (!err) {
            err = read_file(path, arena, &bytes, error);
        }
        if (!err) {
            err = add_sections(path, bytes, arena, &text, error);
        }
        free(names[i]);
    }
    free(names);
    if (err) {
        return err;
    }
    qsort(text.sections, text.sections_n, sizeof(*text.sections), by_name);
    for (size_t i = 1; i < text.sections_n; i++) {
        if (nb_slice_eq(text.sections[i].name, text.sections[i - 1].name)) {
            return nb_error_set(error, NB_ESYNTAX, "%s: section %.*s stands twice", dir,
                                NB_ARG(text.sections[i].name));
        }
    }
    *out = text;
    return NB_OK;
}

static const struct text_section *find_section(const struct text *text, struct nb_slice name)
{
    struct text_section key = {.name = name};
    return bsearch(&key, text->sections, text->sections_n, sizeof(key), by_name);
}

const struct text_section *text_section(const struct text *text, const char *name)
{
    return find_section(text, nb_slice_str(name));
}

struct nb_slice text_cell(struct nb_slice row, size_t column)
{
    struct nb_slice cell = {NULL, 0};
    for (size_t i = 0; i <= column; i++) {
        if (!nb_slice_split(&row, '|', &cell)) {
            return (struct nb_slice){NULL, 0};
        }
    }
    return cell;
}

static const struct nb_slice *find_var(const struct text_var *vars, size_t n, struct nb_slice name)
{
    for (size_t i = 0; i < n; i++) {
        if (nb_slice_eq(vars[i].name, name)) {
            return &vars[i].value;
        }
    }
    return NULL;
}

/* The row that a name stands for in this text; drawn at its first use. */
static bool bind(struct text_voice *voice, struct nb_slice name, const struct text_section **list,
                 struct nb_slice *row)
{
    struct nb_slice base = name;
    while (base.len > 0 && nb_ascii_is_digit(base.p[base.len - 1])) {
        base.len--;
    }
    *list = find_section(voice->text, base);
    if (!*list || (*list)->columns_n == 0 || (*list)->lines_n == 0) {
        return false;
    }
    const struct nb_slice *old = find_var(voice->bound, voice->bound_n, name);
    if (old) {
        *row = *old;
        return true;
    }
    *row = (*list)->lines[rng_below(voice->rng, (uint32_t)(*list)->lines_n)];
    if (voice->bound_n < TEXT_BOUND_MAX) {
        voice->bound[voice->bound_n++] = (struct text_var){name, *row};
    }
    return true;
}

static enum nb_err fill_slot(struct text_voice *voice, struct nb_slice slot, struct nb_buf *out,
                             struct nb_error *error)
{
    const struct nb_slice *var = find_var(voice->vars, voice->vars_n, slot);
    if (var) {
        nb_buf_add(out, *var);
        return NB_OK;
    }
    size_t dot = nb_slice_find_byte(slot, '.', 0);
    struct nb_slice name = nb_slice_sub(slot, 0, dot == NB_NPOS ? slot.len : dot);
    struct nb_slice column =
        dot == NB_NPOS ? nb_slice(NULL, 0) : nb_slice_sub(slot, dot + 1, slot.len);
    const struct text_section *list;
    struct nb_slice row;
    if (bind(voice, name, &list, &row)) {
        for (size_t i = 0; i < list->columns_n; i++) {
            if (column.len == 0 || nb_slice_eq(list->columns[i], column)) {
                nb_buf_add(out, text_cell(row, i));
                return NB_OK;
            }
        }
    }
    return nb_error_set(error, NB_ESYNTAX, "story text: no slot {%.*s}", NB_ARG(slot));
}

/* @return the offset just after the brace that closes the one at `at`, or NB_NPOS. */
static size_t closing(struct nb_slice s, size_t at)
{
    size_t depth = 0;
    for (size_t i = at; i < s.len; i++) {
        depth += s.p[i] == '{';
        depth -= s.p[i] == '}';
        if (depth == 0) {
            return i + 1;
        }
    }
    return NB_NPOS;
}

/* The parts of a choice: '|' at depth 0. @return how many; parts are written up to max. */
static size_t choice_parts(struct nb_slice s, struct nb_slice *parts, size_t max)
{
    size_t n = 0, from = 0, depth = 0;
    for (size_t i = 0; i <= s.len; i++) {
        if (i < s.len && s.p[i] == '{') {
            depth++;
        } else if (i < s.len && s.p[i] == '}') {
            depth--;
        } else if (n < max && (i == s.len || (depth == 0 && s.p[i] == '|'))) {
            parts[n++] = nb_slice_sub(s, from, i);
            from = i + 1;
        }
    }
    return n;
}

static enum nb_err say(struct text_voice *voice, struct nb_slice s, int nesting, struct nb_buf *out,
                       struct nb_error *error)
{
    struct nb_slice parts[16];
    for (size_t at = 0; at < s.len;) {
        if (s.p[at] != '{') {
            nb_buf_add_byte(out, s.p[at++]);
            continue;
        }
        size_t end = closing(s, at);
        if (end == NB_NPOS || nesting == NESTING_MAX) {
            return nb_error_set(error, NB_ESYNTAX, "story text: braces in \"%.*s\"", NB_ARG(s));
        }
        struct nb_slice inside = nb_slice_sub(s, at + 1, end - 1);
        size_t n = choice_parts(inside, parts, sizeof(parts) / sizeof(parts[0]));
        enum nb_err err;
        if (n == 1) {
            err = fill_slot(voice, inside, out, error);
        } else {
            bool first = voice->first_milli > 0 && rng_chance(voice->rng, voice->first_milli);
            size_t pick = first ? 0 : rng_below(voice->rng, (uint32_t)n);
            err = say(voice, parts[pick], nesting + 1, out, error);
        }
        if (err) {
            return err;
        }
        at = end;
    }
    return NB_OK;
}

enum nb_err text_say(struct text_voice *voice, struct nb_slice sentence, struct nb_buf *out,
                     struct nb_error *error)
{
    size_t from = out->len;
    enum nb_err err = say(voice, sentence, 0, out, error);
    if (err || out->err || out->len == from) {
        return err ? err : out->err;
    }
    char *p = out->p + from;
    for (size_t i = 0; i < LETTERS_N; i++) {
        size_t n = strlen(letters[i].lower);
        if (out->len - from < n || memcmp(p, letters[i].lower, n) != 0) {
            continue;
        }
        /* i and İ, ı and I differ in length: make or close the gap */
        size_t upper_n = strlen(letters[i].upper);
        if (upper_n > n && !nb_buf_reserve(out, upper_n - n)) {
            return out->err;
        }
        p = out->p + from;
        memmove(p + upper_n, p + n, out->len - from - n);
        memcpy(p, letters[i].upper, upper_n);
        out->len = out->len - n + upper_n;
        return out->err;
    }
    if (*p >= 'a' && *p <= 'z') {
        *p = (char)(*p - 0x20);
    }
    return out->err;
}

static bool starts_at(struct nb_slice in, size_t at, const char *letter)
{
    size_t n = strlen(letter);
    return in.len - at >= n && memcmp(in.p + at, letter, n) == 0;
}

void text_lower(struct nb_slice in, struct nb_buf *out)
{
    for (size_t at = 0; at < in.len;) {
        size_t i = 0;
        while (i < LETTERS_N && !starts_at(in, at, letters[i].upper)) {
            i++;
        }
        if (i < LETTERS_N) {
            nb_buf_add_str(out, letters[i].lower);
            at += strlen(letters[i].upper);
        } else {
            nb_buf_add_byte(out, nb_ascii_lower(in.p[at++]));
        }
    }
}

void text_ascii(struct nb_slice in, struct nb_buf *out)
{
    for (size_t at = 0; at < in.len;) {
        size_t step = 1;
        char plain = in.p[at];
        for (size_t i = 0; i < LETTERS_N && (unsigned char)in.p[at] >= 0x80; i++) {
            const char *upper = letters[i].upper, *lower = letters[i].lower;
            if (starts_at(in, at, upper) || starts_at(in, at, lower)) {
                plain = starts_at(in, at, upper) ? letters[i].plain_upper : letters[i].plain_lower;
                step = strlen(starts_at(in, at, upper) ? upper : lower);
                break;
            }
        }
        nb_buf_add_byte(out, plain);
        at += step;
    }
}

void text_slug(struct nb_slice in, size_t max, struct nb_buf *out)
{
    struct nb_buf plain;
    size_t from = out->len;
    nb_buf_init(&plain, 4 * in.len + 16);
    text_ascii(in, &plain);
    for (size_t i = 0; i < plain.len && out->len - from < max; i++) {
        char c = nb_ascii_lower(plain.p[i]);
        if (nb_ascii_is_alpha(c) || nb_ascii_is_digit(c)) {
            nb_buf_add_byte(out, c);
        } else if (c != '\'' && out->len > from && out->p[out->len - 1] != '-') {
            nb_buf_add_byte(out, '-');
        }
    }
    while (out->len > from && out->p[out->len - 1] == '-') {
        out->len--;
    }
    nb_buf_fini(&plain);
}
