#include "analyzer/normaliser.h"

#include <stdio.h>

#include <nabiz/diag.h>
#include <nabiz/file.h>
#include <nabiz/hash.h>
#include <nabiz/map.h>
#include <nabiz/paths.h>

enum { PATH_BYTES = 4096, FILE_BYTES_MAX = 4 << 20, MODEL_BYTES_MAX = 64 << 20 };
enum { LEXICON_BYTES_MAX = 32 << 20 };

struct load {
    const char *file;
    size_t bad_n;
    uint64_t identity;
};

static void report(void *context, uint32_t line, const char *message)
{
    struct load *load = context;
    load->bad_n++;
    nb_diag(NB_WARN, "knowledge", "bad line", nb_kv_str("file", load->file),
            nb_kv_int("line", line), nb_kv_str("problem", message));
}

static void warn(const char *path, const char *problem)
{
    nb_diag(NB_WARN, "knowledge", "texts are read without this model", nb_kv_str("file", path),
            nb_kv_str("problem", problem));
}

static enum nb_err add_file(struct tr_informal *informal, const char *dir, struct load *load,
                            struct nb_error *error)
{
    char path[2 * PATH_BYTES];
    struct nb_buf buf;
    nb_buf_init(&buf, FILE_BYTES_MAX);
    (void)snprintf(path, sizeof(path), "%s/%s", dir, load->file);
    enum nb_err err = nb_file_read(path, &buf, error);
    if (err == NB_OK) {
        load->identity = load->identity * 31 + nb_hash64(nb_buf_slice(&buf));
        err = tr_informal_add(informal, nb_buf_slice(&buf), report, load);
    }
    nb_buf_fini(&buf);
    return err;
}

static enum nb_err load_informal(struct nb_normaliser *out, const char *lexicons, struct load *load,
                                 struct nb_error *error)
{
    char dir[PATH_BYTES];
    const char *const *names;
    size_t n = 0;
    struct tr_informal *informal = tr_informal_new(out->arena);
    (void)snprintf(dir, sizeof(dir), "%s/informal", lexicons);
    enum nb_err err =
        informal ? nb_file_names(dir, ".txt", out->arena, &names, &n, error) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        load->file = names[i];
        err = add_file(informal, dir, load, error);
    }
    out->turkish.informal = informal;
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* @return false after saying why, with nothing mapped. */
static bool map_model(const char *models, const char *name, struct nb_slice *out, char *path,
                      size_t path_bytes)
{
    char dir[PATH_BYTES];
    struct nb_error error = {0};
    if (!models && nb_path_share("models", dir, sizeof(dir)) != NB_OK) {
        return false;
    }
    (void)snprintf(path, path_bytes, "%s/%s", models ? models : dir, name);
    if (nb_map_open(path, MODEL_BYTES_MAX, out, &error) != NB_OK) {
        warn(path, nb_error_text(&error));
        return false;
    }
    return true;
}

static const char damaged[] =
    "damaged, or of another version; install nabiz again, or run make models";

enum nb_err nb_normaliser_init(struct nb_normaliser *out, const struct tr_core *core,
                               const char *lexicons, const char *models, size_t *bad_lines_n,
                               struct nb_error *error)
{
    char path[2 * PATH_BYTES];
    struct load load = {.file = "informal"};
    *out = (struct nb_normaliser){.turkish.core = core};
    out->arena = nb_arena_new(LEXICON_BYTES_MAX);
    if (!out->arena) {
        return NB_ENOMEM;
    }
    enum nb_err err = load_informal(out, lexicons, &load, error);
    if (err != NB_OK) {
        return err;
    }
    if (map_model(models, "diacritics.bin", &out->diacritics, path, sizeof(path)) &&
        tr_restorer_open(&out->turkish.restorer, out->diacritics) != NB_OK) {
        warn(path, damaged);
    }
    if (map_model(models, "words.bin", &out->words, path, sizeof(path)) &&
        tr_speller_open(&out->turkish.speller, out->words) != NB_OK) {
        warn(path, damaged);
    }
    nb_map_rest(out->diacritics);
    nb_map_rest(out->words);
    if (map_model(models, "language.bin", &out->language, path, sizeof(path)) &&
        tr_languages_open(&out->languages, out->language) != NB_OK) {
        warn(path, damaged);
    }
    /* A model's header has the hash of the rest. */
    out->identity = load.identity * 31 +
                    nb_hash64(nb_slice_sub(out->diacritics, 0, TR_RESTORE_HEADER)) * 17 +
                    nb_hash64(nb_slice_sub(out->language, 0, TR_LANGUAGE_HEADER)) * 13 +
                    nb_hash64(nb_slice_sub(out->words, 0, TR_SPELL_HEADER));
    if (bad_lines_n) {
        *bad_lines_n += load.bad_n;
    }
    return NB_OK;
}

void nb_normaliser_fini(struct nb_normaliser *normaliser)
{
    nb_map_close(normaliser->diacritics);
    nb_map_close(normaliser->words);
    nb_map_close(normaliser->language);
    nb_arena_free(normaliser->arena);
    *normaliser = (struct nb_normaliser){.arena = NULL};
}
