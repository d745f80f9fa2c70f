#include "service/coverage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/mem.h>

#include "analyzer/core.h"
#include "analyzer/turkish/table.h"
#include "analyzer/turkish/text.h"
#include "service/lang.h"

enum { PATH_BYTES = 4096, LINE_ARENA_BYTES = 256 << 20, TABLE_ARENA_BYTES = 1 << 30, SHOWN = 1000 };

struct missing {
    struct nb_slice word;
    uint64_t n;
};

struct coverage {
    struct tr_core *core;
    struct nb_arena *line, *all;
    struct tr_table words;   /* that have no analysis */
    struct missing *missing; /* by id */
    size_t cap;
    uint64_t words_n, covered_n;
};

static bool analysed(const struct coverage *c, const struct tr_token *token)
{
    struct tr_analysis analysis;
    char dotted[TR_ANALYSE_BYTES_MAX];
    if (tr_analyse(c->core, token->folded, &analysis, 1)) {
        return true;
    }
    if (!token->either_i || token->folded.len > sizeof(dotted)) {
        return false;
    }
    memcpy(dotted, token->folded.p, token->folded.len);
    size_t len = tr_dotted(dotted, token->folded.len);
    return tr_analyse(c->core, nb_slice(dotted, len), &analysis, 1) > 0;
}

static enum nb_err count_missing(struct coverage *c, struct nb_slice word)
{
    size_t before = c->words.n;
    uint32_t id = tr_table_add(&c->words, word);
    if (id == TR_NONE) {
        return NB_ENOMEM;
    }
    if (before == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : 1024;
        struct missing *grown =
            nb_arena_grow(c->all, c->missing, c->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        c->missing = grown;
        c->cap = cap;
    }
    if (id == before) {
        c->missing[id] = (struct missing){.word = c->words.texts[id]};
    }
    c->missing[id].n++;
    return NB_OK;
}

static enum nb_err take_line(struct coverage *c, struct nb_slice line)
{
    struct tr_token *tokens;
    size_t n;
    nb_arena_reset(c->line);
    enum nb_err err = tr_tokenise(line, c->line, &tokens, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (tokens[i].kind != TR_WORD) {
            continue;
        }
        c->words_n++;
        if (analysed(c, &tokens[i])) {
            c->covered_n++;
        } else {
            err = count_missing(c, tokens[i].folded);
        }
    }
    return err;
}

static int by_number(const void *a, const void *b)
{
    const struct missing *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n ? 1 : -1) : nb_slice_cmp(x->word, y->word);
}

static void print(struct coverage *c)
{
    uint64_t all = c->words_n ? c->words_n : 1, so_far = c->covered_n;
    size_t n = c->words.n;
    printf("%llu words, %.3f %% of them in the lexicons, %zu different ones are not\n",
           (unsigned long long)c->words_n, 100.0 * (double)c->covered_n / (double)all, n);
    if (!n) {
        return;
    }
    qsort(c->missing, n, sizeof(*c->missing), by_number);
    printf("%8s %9s %9s  %s\n", "times", "share %", "so far %", "word");
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        so_far += c->missing[i].n;
        printf("%8llu %9.4f %9.3f  %.*s\n", (unsigned long long)c->missing[i].n,
               100.0 * (double)c->missing[i].n / (double)all, 100.0 * (double)so_far / (double)all,
               NB_ARG(c->missing[i].word));
    }
}

static enum nb_err read_lines(struct coverage *c, int fd)
{
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long;
    enum nb_err err;
    nb_lines_init(&lines, fd);
    while ((err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        if (too_long) {
            fprintf(stderr, "nabiz lexicon: line %zu: over %zu bytes, left out\n", lines.number,
                    NB_LINE_BYTES_MAX);
            continue;
        }
        err = take_line(c, line);
        if (err != NB_OK) {
            break;
        }
    }
    nb_lines_fini(&lines);
    return err == NB_ECLOSED ? NB_OK : err;
}

static enum nb_err start(struct nb_args *args, struct coverage *c, struct nb_error *error)
{
    char dir[PATH_BYTES];
    enum nb_err err = nb_lang_lexicons(args, dir, sizeof(dir), error);
    if (err == NB_OK) {
        err = nb_core_load(dir, &c->core, NULL, error);
    }
    c->line = nb_arena_new(LINE_ARENA_BYTES);
    c->all = nb_arena_new(TABLE_ARENA_BYTES);
    if (err == NB_OK && (!c->line || !c->all)) {
        err = nb_error_set(error, NB_ENOMEM, "%s", nb_strerror(NB_ENOMEM));
    }
    if (err == NB_OK) {
        tr_table_init(&c->words, c->all);
    }
    return err;
}

int nb_lexicon_coverage(struct nb_args *args, const char *path)
{
    struct nb_error error = {0};
    struct coverage c = {.core = NULL};
    bool from_stdin = !path || strcmp(path, "-") == 0;
    enum nb_err err = start(args, &c, &error);
    if (err == NB_OK) {
        int fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
        err = fd < 0 ? nb_error_set(&error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path,
                                    strerror(errno))
                     : read_lines(&c, fd);
        if (err != NB_OK && fd >= 0) {
            (void)nb_error_set(&error, err, "%s: %s", from_stdin ? "stdin" : path,
                               nb_strerror(err));
        }
        if (fd >= 0 && !from_stdin) {
            (void)close(fd);
        }
    }
    if (err == NB_OK) {
        print(&c);
    }
    nb_arena_free(c.line);
    nb_arena_free(c.all);
    tr_core_free(c.core);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}
