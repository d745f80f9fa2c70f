#include "analyzer/words.h"

#include <stdio.h>

#include <nabiz/diag.h>
#include <nabiz/map.h>
#include <nabiz/paths.h>

#include "analyzer/core.h"

enum { PATH_BYTES = 4096, MODEL_BYTES_MAX = 64 << 20 };

static void warn(const char *path, const char *problem)
{
    nb_diag(NB_WARN, "knowledge", "words are read without this model", nb_kv_str("file", path),
            nb_kv_str("problem", problem));
}

static void load_ranker(struct nb_words *words, const char *models)
{
    char dir[PATH_BYTES], path[PATH_BYTES + 64];
    struct nb_error error = {0};
    tr_ranker_init_bare(&words->ranker, words->core);
    if (!models && nb_path_share("models", dir, sizeof(dir)) != NB_OK) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/ranker.bin", models ? models : dir);
    if (nb_map_open(path, MODEL_BYTES_MAX, &words->rank_model, &error) != NB_OK) {
        warn(path, nb_error_text(&error));
    } else if (tr_ranker_init(&words->ranker, words->core, words->rank_model) != NB_OK) {
        warn(path, "damaged, or of another version; install nabiz again, or run make models");
    }
}

enum nb_err nb_words_init(struct nb_words *words, const char *lexicons, const char *models,
                          size_t *bad_lines_n, struct nb_error *error)
{
    *words = (struct nb_words){.core = NULL};
    struct nb_core_info info;
    enum nb_err err = nb_core_load(lexicons, &words->core, &info, error);
    if (bad_lines_n) {
        *bad_lines_n = info.bad_lines_n;
    }
    if (err == NB_OK) {
        load_ranker(words, models);
        err = nb_normaliser_init(&words->normaliser, words->core, lexicons, models, bad_lines_n,
                                 error);
    }
    return err;
}

void nb_words_fini(struct nb_words *words)
{
    nb_normaliser_fini(&words->normaliser);
    tr_core_free(words->core);
    nb_map_close(words->rank_model);
    *words = (struct nb_words){.core = NULL};
}
