#include "analyzer/core.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/file.h>

#include "analyzer/turkish/text.h"

enum { FILE_BYTES_MAX = 16 << 20, NAMES_BYTES_MAX = 1 << 20, PATH_BYTES = 4096, WORD_BYTES = 256 };

struct check {
    const struct tr_core *core;
    const char *file;
    nb_core_fail_fn *fail;
    void *context;
    size_t examples_n, failed_n;
};

struct example {
    struct nb_slice word, want; /* want: lemma UPOS features */
    struct nb_slice lemma, features;
    enum tr_upos upos;
};

static struct nb_slice first_word(struct nb_slice *rest)
{
    *rest = nb_slice_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !nb_ascii_is_space(rest->p[n])) {
        n++;
    }
    struct nb_slice word = nb_slice_sub(*rest, 0, n);
    *rest = nb_slice_sub(*rest, n, rest->len);
    return word;
}

/* = "word" -> lemma UPOS [features] */
static bool read_example(struct nb_slice line, struct example *out)
{
    size_t open = nb_slice_find_byte(line, '"', 0);
    size_t close = open == NB_NPOS ? NB_NPOS : nb_slice_find_byte(line, '"', open + 1);
    if (close == NB_NPOS) {
        return false;
    }
    struct nb_slice rest = nb_slice_sub(line, close + 1, line.len);
    out->word = nb_slice_sub(line, open + 1, close);
    bool arrow = nb_slice_eq(first_word(&rest), NB_LIT("->"));
    out->want = nb_slice_trim(rest);
    out->lemma = first_word(&rest);
    bool upos = tr_upos_parse(first_word(&rest), &out->upos);
    out->features = first_word(&rest);
    return arrow && upos && out->word.len && 2 * out->word.len <= WORD_BYTES;
}

/* All features of the example, as bits; false when there is none of one of the names. */
static bool wanted_features(const struct tr_core *core, struct nb_slice features, uint64_t *out)
{
    struct nb_slice feature;
    *out = 0;
    for (struct nb_slice rest = features; rest.len && nb_slice_split(&rest, '|', &feature);) {
        char name[64];
        if (nb_slice_eq(feature, NB_LIT("_"))) {
            continue;
        }
        (void)snprintf(name, sizeof(name), "%.*s", NB_ARG(feature));
        uint64_t bit = tr_core_feature(core, name);
        if (!bit) {
            return false;
        }
        *out |= bit;
    }
    return true;
}

static bool holds(const struct tr_core *core, const struct example *example)
{
    struct tr_analysis all[TR_ANALYSE_MAX];
    char folded[WORD_BYTES], lemma[TR_LEMMA_BYTES_MAX];
    uint64_t features;
    struct nb_slice word = nb_slice(folded, tr_fold_into(example->word, folded));
    size_t n = tr_analyse(core, word, all, TR_ANALYSE_MAX);
    if (!wanted_features(core, example->features, &features)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        size_t len = tr_core_lemma(core, word, &all[i], lemma);
        if (all[i].upos == example->upos && (all[i].features & features) == features &&
            nb_slice_eq(nb_slice(lemma, len), example->lemma)) {
            return true;
        }
    }
    return false;
}

static void check_text(struct check *c, struct nb_slice text)
{
    struct nb_slice line;
    size_t number = 0;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &line);) {
        struct example example;
        number++;
        line = nb_slice_trim(nb_slice_sub(line, 0, nb_slice_find_byte(line, '#', 0)));
        if (!nb_slice_starts(line, NB_LIT("="))) {
            continue;
        }
        c->examples_n++;
        if (!read_example(line, &example)) {
            c->failed_n++;
            c->fail(c->context, c->file, number, line,
                    NB_LIT("an example: = \"word\" -> lemma UPOS Feature=Value|..."));
        } else if (!holds(c->core, &example)) {
            c->failed_n++;
            c->fail(c->context, c->file, number, example.word, example.want);
        }
    }
}

static enum nb_err check_file(struct check *c, const char *lexicons, struct nb_error *error)
{
    char path[PATH_BYTES];
    struct nb_buf buf;
    int n = snprintf(path, sizeof(path), "%s/%s", lexicons, c->file);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        return nb_error_set(error, NB_EINVAL, "%s: too long", lexicons);
    }
    nb_buf_init(&buf, FILE_BYTES_MAX);
    enum nb_err err = nb_file_read(path, &buf, error);
    if (err == NB_OK) {
        check_text(c, nb_buf_slice(&buf));
    }
    nb_buf_fini(&buf);
    return err;
}

enum nb_err nb_core_check(const char *lexicons, const struct tr_core *core, nb_core_fail_fn *fail,
                          void *context, size_t *examples_n, size_t *failed_n,
                          struct nb_error *error)
{
    struct check c = {.core = core, .file = "suffixes.txt", .fail = fail, .context = context};
    struct nb_arena *arena = nb_arena_new(NAMES_BYTES_MAX);
    char path[PATH_BYTES];
    const char *const *names = NULL;
    size_t n = 0;
    enum nb_err err = arena ? check_file(&c, lexicons, error) : NB_ENOMEM;
    if (err == NB_OK) {
        (void)snprintf(path, sizeof(path), "%s/roots", lexicons);
        err = nb_file_names(path, ".txt", arena, &names, &n, error);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        char file[300];
        (void)snprintf(file, sizeof(file), "roots/%.255s", names[i]);
        c.file = file;
        err = check_file(&c, lexicons, error);
    }
    nb_arena_free(arena);
    *examples_n += c.examples_n;
    *failed_n += c.failed_n;
    return err;
}
