/* nabiz morph: how words can be read. The stage of morphology alone. */
#include "service/commands.h"

#include <stdio.h>
#include <unistd.h>

#include <nabiz/arena.h>

#include "analyzer/core.h"
#include "analyzer/turkish/text.h"
#include "service/lang.h"

enum { PATH_BYTES = 4096, FEATURES_BYTES = 512, LINE_ARENA_BYTES = 8 << 20 };

static void print_analysis(const struct tr_core *core, struct nb_slice word, struct nb_slice folded,
                           const struct tr_analysis *a)
{
    char lemma[TR_LEMMA_BYTES_MAX], features[FEATURES_BYTES];
    size_t lemma_n = tr_core_lemma(core, folded, a, lemma);
    size_t features_n = tr_core_features_text(core, a->features, features, sizeof(features));
    printf("%.*s\t%.*s\t%s\t%.*s\n", NB_ARG(word), (int)lemma_n, lemma,
           tr_upos_name((enum tr_upos)a->upos), features_n ? (int)features_n : 1,
           features_n ? features : "_");
}

static enum nb_err print_word(const struct tr_core *core, struct nb_slice word,
                              struct nb_arena *arena)
{
    struct tr_analysis analyses[TR_ANALYSE_MAX];
    struct nb_slice folded;
    enum nb_err err = tr_fold(word, arena, &folded, NULL);
    if (err != NB_OK) {
        return err;
    }
    size_t n = tr_analyse(core, folded, analyses, TR_ANALYSE_MAX);
    if (!n) {
        n = tr_guess(core, folded, analyses, TR_ANALYSE_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        print_analysis(core, word, folded, &analyses[i]);
    }
    (void)putchar('\n');
    return NB_OK;
}

static enum nb_err print_words(const struct tr_core *core, struct nb_arena *arena)
{
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long;
    enum nb_err err;
    nb_lines_init(&lines, STDIN_FILENO);
    while ((err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        struct nb_slice word = nb_slice_trim(line);
        if (too_long) {
            fprintf(stderr, "nabiz morph: line %zu: the line is too long\n", lines.number);
            continue;
        }
        nb_arena_reset(arena);
        if (word.len && (err = print_word(core, word, arena)) != NB_OK) {
            break;
        }
    }
    nb_lines_fini(&lines);
    return err == NB_ECLOSED ? NB_OK : err;
}

static int run(struct nb_args *args)
{
    struct nb_error error = {0};
    struct tr_core *core = NULL;
    char dir[PATH_BYTES];
    if (!nb_args_has(args, "words")) {
        return nb_usage(args, "--words is needed");
    }
    enum nb_err err = nb_lang_lexicons(args, dir, sizeof(dir), &error);
    if (err == NB_OK) {
        err = nb_core_load(dir, &core, NULL, &error);
    }
    struct nb_arena *arena = nb_arena_new(LINE_ARENA_BYTES);
    if (err == NB_OK) {
        err = arena ? print_words(core, arena) : NB_ENOMEM;
    }
    nb_arena_free(arena);
    tr_core_free(core);
    if (err != NB_OK) {
        if (error.code == NB_OK) {
            (void)nb_error_set(&error, err, "%s", nb_strerror(err));
        }
        return nb_fail(args, &error);
    }
    return NB_EXIT_OK;
}

const struct nb_command nb_cmd_morph = {
    .name = "morph",
    .line = "say how words can be read: lemma, part of speech, features",
    .usage = "--words",
    .about = "Reads one word per line and writes every analysis as word, lemma, part of speech and "
             "features (Universal Dependencies) between tabs, and an empty line behind the last.",
    .options =
        (const struct nb_option[]){
            {"words", NULL, NULL, "one word per line, every analysis of it"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"echo kitaplardan | nabiz morph --words", "all readings of a word"},
            {NULL, NULL},
        },
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
