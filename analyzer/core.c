#include "analyzer/core.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/diag.h>
#include <nabiz/file.h>

#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/morph_private.h"

enum { FILE_BYTES_MAX = 16 << 20, PATH_BYTES = 4096 };

struct load {
    const char *file;
    size_t bad_n;
    struct tr_lexicon *lexicon;
    struct nb_error *error;
};

static void report(void *context, uint32_t line, const char *message)
{
    struct load *load = context;
    load->bad_n++;
    nb_diag(NB_WARN, "knowledge", "bad line", nb_kv_str("file", load->file),
            nb_kv_int("line", line), nb_kv_str("problem", message));
}

typedef enum nb_err add_fn(struct tr_lexicon *, struct nb_slice, tr_report_fn *, void *);

static enum nb_err add_file(struct load *load, const char *dir, const char *name, add_fn *add)
{
    char path[PATH_BYTES];
    struct nb_buf buf;
    nb_buf_init(&buf, FILE_BYTES_MAX);
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    load->file = name;
    enum nb_err err = nb_file_read(path, &buf, load->error);
    if (err == NB_OK) {
        err = add(load->lexicon, nb_buf_slice(&buf), report, load);
    }
    nb_buf_fini(&buf);
    return err;
}

static int is_text(const struct dirent *entry)
{
    struct nb_slice name = nb_slice_str(entry->d_name);
    return name.len > 4 && name.p[0] != '.' && nb_slice_ends(name, NB_LIT(".txt")) &&
           !nb_slice_eq(name, NB_LIT("exceptions.txt")) &&
           !nb_slice_eq(name, NB_LIT("informal.txt"));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum nb_err add_roots(struct load *load, const char *lexicons)
{
    char dir[PATH_BYTES];
    struct dirent **entries = NULL;
    (void)snprintf(dir, sizeof(dir), "%s/roots", lexicons);
    int n = scandir(dir, &entries, is_text, by_bytes);
    enum nb_err err = NB_OK;
    for (int i = 0; i < n; i++) {
        if (err == NB_OK) {
            err = add_file(load, dir, entries[i]->d_name, tr_lexicon_add_roots);
        }
        free(entries[i]); /* scandir's own memory */
    }
    free(entries);
    return err;
}

enum nb_err nb_core_load(const char *lexicons, struct tr_core **out, size_t *bad_lines_n,
                         struct nb_error *error)
{
    struct load load = {.lexicon = tr_lexicon_new(), .error = error};
    *out = NULL;
    if (!load.lexicon) {
        return NB_ENOMEM;
    }
    tr_lexicon_watch(load.lexicon, "Polarity=Neg");
    enum nb_err err = add_file(&load, lexicons, "suffixes.txt", tr_lexicon_add_suffixes);
    if (err == NB_OK) {
        err = tr_lexicon_compile(load.lexicon);
    }
    if (err == NB_OK) {
        err = add_roots(&load, lexicons);
    }
    if (err == NB_OK) {
        err = tr_lexicon_seal(load.lexicon);
    }
    if (err == NB_OK && !(*out = tr_core_of(load.lexicon))) {
        err = NB_ENOMEM;
    }
    if (err != NB_OK) {
        tr_lexicon_free(load.lexicon);
    } else if (bad_lines_n) {
        *bad_lines_n = load.bad_n;
    }
    return err;
}
