/*
 * The texts are read whole and hashed before anything else: that tells whether a compiled file was
 * made from them, and takes a thousandth of the time of compiling them.
 */
#include "analyzer/core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/diag.h>
#include <nabiz/file.h>

#include "analyzer/turkish/compile.h"

enum { FILE_BYTES_MAX = 16 << 20, TEXTS_BYTES_MAX = 64 << 20, FILES_MAX = 256, PATH_BYTES = 4096 };

enum kind { SUFFIXES, ROOTS, EXCEPTIONS };

struct file {
    const char *name; /* below the directory */
    struct nb_slice text;
    enum kind kind;
};

struct texts {
    const char *dir;
    struct nb_arena *arena;
    struct file files[FILES_MAX];
    size_t n;
    uint64_t hash;
    const char *reading; /* for messages */
    size_t bad_n;
};

static void report(void *context, uint32_t line, const char *message)
{
    struct texts *texts = context;
    texts->bad_n++;
    nb_diag(NB_WARN, "knowledge", "bad line", nb_kv_str("file", texts->reading),
            nb_kv_int("line", line), nb_kv_str("problem", message));
}

static enum nb_err add_file(struct texts *texts, const char *name, enum kind kind,
                            struct nb_error *error)
{
    char path[PATH_BYTES];
    struct nb_buf buf;
    if (texts->n == FILES_MAX) {
        return nb_error_set(error, NB_ETOOBIG, "%s/roots: more than %d files", texts->dir,
                            FILES_MAX);
    }
    int n = snprintf(path, sizeof(path), "%s/%s", texts->dir, name);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        return nb_error_set(error, NB_EINVAL, "%s: too long", texts->dir);
    }
    nb_buf_init(&buf, FILE_BYTES_MAX);
    enum nb_err err = nb_file_read(path, &buf, error);
    struct file *file = &texts->files[texts->n];
    if (err == NB_OK) {
        *file = (struct file){.name = nb_arena_strdup(texts->arena, nb_slice_str(name)),
                              .text = nb_arena_copy(texts->arena, nb_buf_slice(&buf)),
                              .kind = kind};
        texts->n++;
        err = file->name && file->text.p
                  ? NB_OK
                  : nb_error_set(error, NB_ENOMEM, "%s: %s", path, nb_strerror(NB_ENOMEM));
    }
    nb_buf_fini(&buf);
    return err;
}

static enum nb_err add_roots(struct texts *texts, struct nb_error *error)
{
    char path[PATH_BYTES];
    const char *const *names;
    size_t n;
    int len = snprintf(path, sizeof(path), "%s/roots", texts->dir);
    if (len < 0 || (size_t)len >= sizeof(path)) {
        return nb_error_set(error, NB_EINVAL, "%s: too long", texts->dir);
    }
    enum nb_err err = nb_file_names(path, ".txt", texts->arena, &names, &n, error);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        bool exceptions = nb_slice_starts(nb_slice_str(names[i]), NB_LIT("exceptions"));
        (void)snprintf(path, sizeof(path), "roots/%.255s", names[i]);
        err = add_file(texts, path, exceptions ? EXCEPTIONS : ROOTS, error);
    }
    return err;
}

/* Names count too: a renamed file may change which of two equal roots stands first. */
static enum nb_err read_texts(const char *lexicons, struct texts *texts, struct nb_error *error)
{
    *texts = (struct texts){.dir = lexicons, .arena = nb_arena_new(TEXTS_BYTES_MAX)};
    if (!texts->arena) {
        return NB_ENOMEM;
    }
    enum nb_err err = add_file(texts, "suffixes.txt", SUFFIXES, error);
    if (err == NB_ENOTFOUND) {
        return nb_error_set(error, err,
                            "%s/suffixes.txt: No such file or directory; data.lexicons names the "
                            "directory of the lexicons, NABIZ_SHARE the one it lies in",
                            lexicons);
    }
    if (err == NB_OK) {
        err = add_roots(texts, error);
    }
    for (size_t i = 0; err == NB_OK && i < texts->n; i++) {
        texts->hash = tr_image_hash(texts->hash, nb_slice_str(texts->files[i].name));
        texts->hash = tr_image_hash(texts->hash, texts->files[i].text);
    }
    return err;
}

static enum nb_err compile(struct texts *texts, struct tr_compiler **out, struct nb_slice *image,
                           struct nb_error *error)
{
    struct tr_compiler *compiler = tr_compiler_new(texts->hash);
    enum nb_err err = compiler ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < texts->n; i++) {
        const struct file *file = &texts->files[i];
        texts->reading = file->name;
        switch (file->kind) {
        case SUFFIXES:
            err = tr_compiler_suffixes(compiler, file->text, report, texts);
            break;
        case ROOTS:
            err = tr_compiler_roots(compiler, file->text, report, texts);
            break;
        case EXCEPTIONS:
        default:
            err = tr_compiler_exceptions(compiler, file->text, report, texts);
            break;
        }
    }
    if (err == NB_OK) {
        err = tr_compiler_finish(compiler, image);
    }
    if (err != NB_OK) {
        tr_compiler_free(compiler);
        return nb_error_set(error, err, "%s: %s", texts->dir, nb_strerror(err));
    }
    *out = compiler;
    return NB_OK;
}

/* @return NB_OK, NB_ENOTFOUND (no file made from these texts), NB_ENOMEM. */
static enum nb_err open_compiled(const struct texts *texts, struct tr_core **out,
                                 struct nb_core_info *info)
{
    static const char *const places[] = {"..", "../build"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char path[PATH_BYTES];
        struct nb_error error = {0};
        int n = snprintf(path, sizeof(path), "%s/%s/" NB_CORE_FILE, texts->dir, places[i]);
        if (n < 0 || (size_t)n >= sizeof(path)) {
            continue;
        }
        enum nb_err err = tr_core_open(path, texts->hash, out, &error);
        if (err == NB_OK) {
            (void)snprintf(info->path, sizeof(info->path), "%s", path);
            return NB_OK;
        }
        if (err == NB_ENOMEM) {
            return err;
        }
        if (err == NB_ECORRUPT || err == NB_EIO) {
            nb_diag(NB_WARN, "knowledge", "compiled lexicon is not used", nb_kv_err(&error));
        }
    }
    return NB_ENOTFOUND;
}

enum nb_err nb_core_load(const char *lexicons, struct tr_core **out, struct nb_core_info *info,
                         struct nb_error *error)
{
    struct texts texts;
    struct nb_core_info ignored;
    struct tr_compiler *compiler = NULL;
    struct nb_slice image;
    *out = NULL;
    info = info ? info : &ignored;
    *info = (struct nb_core_info){.from = NB_CORE_MAPPED};
    enum nb_err err = read_texts(lexicons, &texts, error);
    if (err != NB_OK) {
        goto out;
    }
    info->texts = texts.hash;
    err = open_compiled(&texts, out, info);
    if (err != NB_ENOTFOUND) {
        goto out;
    }
    info->from = NB_CORE_COMPILED;
    (void)snprintf(info->path, sizeof(info->path), "%s", lexicons);
    err = compile(&texts, &compiler, &image, error);
    if (err == NB_OK) {
        err = tr_core_copy(image, out, error);
    }
    info->bad_lines_n = texts.bad_n;
    if (err == NB_OK) {
        nb_diag(NB_INFO, "knowledge", "lexicons compiled in memory", nb_kv_str("dir", lexicons));
    }
    tr_compiler_free(compiler);
out:
    nb_arena_free(texts.arena);
    return err;
}

static enum nb_err write_all(int fd, struct nb_slice bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = write(fd, bytes.p + at, bytes.len - at);
        if (n < 0 && errno != EINTR) {
            return NB_EIO;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return NB_OK;
}

/* Into a file of another name first: who has the old one mapped keeps it, and nobody sees half. */
static enum nb_err write_file(const char *path, struct nb_slice bytes, struct nb_error *error)
{
    char other[PATH_BYTES];
    int n = snprintf(other, sizeof(other), "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof(other)) {
        return nb_error_set(error, NB_EINVAL, "%s: too long", path);
    }
    int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    enum nb_err err = fd < 0 ? NB_EIO : write_all(fd, bytes);
    if (fd >= 0 && close(fd) != 0) {
        err = NB_EIO;
    }
    if (err == NB_OK && rename(other, path) != 0) {
        err = NB_EIO;
    }
    if (err != NB_OK) {
        err = nb_error_set(error, err, "%s: %s", other, strerror(errno));
        (void)unlink(other);
    }
    return err;
}

enum nb_err nb_core_compile(const char *lexicons, const char *path, struct nb_error *error)
{
    struct texts texts;
    struct tr_compiler *compiler = NULL;
    struct nb_slice image;
    enum nb_err err = read_texts(lexicons, &texts, error);
    if (err == NB_OK) {
        err = compile(&texts, &compiler, &image, error);
    }
    if (err == NB_OK && texts.bad_n) {
        err = nb_error_set(error, NB_ESYNTAX, "%s: %zu bad lines, see above; nothing was written",
                           lexicons, texts.bad_n);
    }
    if (err == NB_OK) {
        err = write_file(path, image, error);
    }
    tr_compiler_free(compiler);
    nb_arena_free(texts.arena);
    return err;
}
