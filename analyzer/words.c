#include "analyzer/words.h"

#include <stdio.h>

#include <nabiz/buf.h>
#include <nabiz/diag.h>
#include <nabiz/file.h>
#include <nabiz/map.h>
#include <nabiz/paths.h>

#include "analyzer/core.h"

enum { PATH_BYTES = 4096, MODEL_BYTES_MAX = 64 << 20, RULES_BYTES_MAX = 1 << 20 };

static void warn(const char *path, const char *problem)
{
    nb_diag(NB_WARN, "knowledge", "words are read without this model", nb_kv_str("file", path),
            nb_kv_str("problem", problem));
}

static void load_ranker(struct nb_words *words, const char *models)
{
    char dir[PATH_BYTES], path[PATH_BYTES + 64];
    struct nb_error error = {0};
    tr_ranker_init_bare(&words->tagger.ranker, words->core);
    if (!models && nb_path_share("models", dir, sizeof(dir)) != NB_OK) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/ranker.bin", models ? models : dir);
    if (nb_map_open(path, MODEL_BYTES_MAX, &words->rank_model, &error) != NB_OK) {
        warn(path, nb_error_text(&error));
    } else if (tr_ranker_init(&words->tagger.ranker, words->core, words->rank_model) != NB_OK) {
        warn(path, "damaged, or of another version; install nabiz again, or run make models");
    }
}

static void report(void *context, uint32_t line, const char *problem)
{
    size_t *bad_n = context;
    ++*bad_n;
    nb_diag(NB_WARN, "knowledge", "bad line", nb_kv_str("file", "choices.txt"),
            nb_kv_int("line", line), nb_kv_str("problem", problem));
}

static enum nb_err load_choices(struct nb_words *words, const char *lexicons, size_t *bad_n,
                                struct nb_error *error)
{
    char path[PATH_BYTES];
    struct nb_buf text;
    nb_buf_init(&text, RULES_BYTES_MAX);
    (void)snprintf(path, sizeof(path), "%s/choices.txt", lexicons);
    words->arena = nb_arena_new(2 * (size_t)RULES_BYTES_MAX);
    enum nb_err err = words->arena ? nb_file_read(path, &text, error) : NB_ENOMEM;
    if (err == NB_OK) {
        err = tr_choices_read(&words->tagger.choices, words->core, nb_buf_slice(&text),
                              words->arena, report, bad_n);
    }
    nb_buf_fini(&text);
    return err;
}

enum nb_err nb_words_attach(struct nb_words *words, struct tr_core *core, const char *lexicons,
                            const char *models, size_t *bad_lines_n, struct nb_error *error)
{
    size_t bad_n = 0;
    *words = (struct nb_words){.core = core};
    load_ranker(words, models);
    enum nb_err err = load_choices(words, lexicons, &bad_n, error);
    if (err == NB_OK) {
        err = nb_normaliser_init(&words->normaliser, core, lexicons, models, &bad_n, error);
        words->tagger.normaliser = &words->normaliser.turkish;
    }
    if (bad_lines_n) {
        *bad_lines_n += bad_n;
    }
    return err;
}

enum nb_err nb_words_init(struct nb_words *words, const char *lexicons, const char *models,
                          size_t *bad_lines_n, struct nb_error *error)
{
    struct nb_core_info info = {.bad_lines_n = 0};
    struct tr_core *core;
    *words = (struct nb_words){.core = NULL};
    enum nb_err err = nb_core_load(lexicons, &core, &info, error);
    if (bad_lines_n) {
        *bad_lines_n = info.bad_lines_n;
    }
    if (err == NB_OK) {
        err = nb_words_attach(words, core, lexicons, models, bad_lines_n, error);
        words->owns_core = true;
    }
    return err;
}

void nb_words_fini(struct nb_words *words)
{
    nb_normaliser_fini(&words->normaliser);
    if (words->owns_core) {
        tr_core_free(words->core);
    }
    nb_map_close(words->rank_model);
    nb_arena_free(words->arena);
    *words = (struct nb_words){.core = NULL};
}
