#include <nabiz/file.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 65536 };

enum nb_err nb_file_read_fd(int fd, const char *name, struct nb_buf *out, struct nb_error *error)
{
    for (;;) {
        size_t left = out->max - out->len;
        size_t room = left < PIECE_BYTES ? left : PIECE_BYTES;
        char extra; /* a byte more than fits */
        char *to = room ? nb_buf_reserve(out, room) : &extra;
        if (!to) {
            return nb_error_set(error, out->err, "%s: %s", name, nb_strerror(out->err));
        }
        ssize_t n = read(fd, to, room ? room : 1);
        if (n == 0) {
            return NB_OK;
        }
        if (n < 0 && errno != EINTR) {
            return nb_error_set(error, NB_EIO, "%s: %s", name, strerror(errno));
        }
        if (n > 0 && room == 0) {
            return nb_error_set(error, NB_ETOOBIG, "%s: over %zu bytes", name, out->max);
        }
        out->len += n > 0 ? (size_t)n : 0;
    }
}

enum nb_err nb_file_read(const char *path, struct nb_buf *out, struct nb_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        enum nb_err err = errno == ENOENT ? NB_ENOTFOUND : NB_EIO;
        return nb_error_set(error, err, "%s: %s", path, strerror(errno));
    }
    enum nb_err err = nb_file_read_fd(fd, path, out, error);
    (void)close(fd);
    return err;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum nb_err read_names(DIR *stream, struct nb_slice suffix, struct nb_arena *arena,
                              const char ***names, size_t *n)
{
    size_t cap = 0;
    const struct dirent *entry;
    for (errno = 0; (entry = readdir(stream)) != NULL; errno = 0) {
        struct nb_slice name = nb_slice_str(entry->d_name);
        if (name.p[0] == '.' || !nb_slice_ends(name, suffix)) {
            continue;
        }
        if (*n == cap) {
            size_t more = cap ? cap * 2 : 32;
            void *p = nb_arena_grow(arena, *names, cap * sizeof(**names), more * sizeof(**names));
            if (!p) {
                return NB_ENOMEM;
            }
            *names = p;
            cap = more;
        }
        (*names)[*n] = nb_arena_strdup(arena, name);
        if (!(*names)[(*n)++]) {
            return NB_ENOMEM;
        }
    }
    return errno ? NB_EIO : NB_OK;
}

enum nb_err nb_file_names(const char *dir, const char *suffix, struct nb_arena *arena,
                          const char *const **out, size_t *out_n, struct nb_error *error)
{
    const char **names = NULL;
    size_t n = 0;
    DIR *stream = opendir(dir);
    if (!stream) {
        enum nb_err err = errno == ENOENT ? NB_ENOTFOUND : NB_EIO;
        return nb_error_set(error, err, "%s: %s", dir, strerror(errno));
    }
    enum nb_err err = read_names(stream, nb_slice_str(suffix), arena, &names, &n);
    if (err != NB_OK) {
        (void)nb_error_set(error, err, "%s: %s", dir,
                           err == NB_EIO ? strerror(errno) : nb_strerror(err));
    }
    (void)closedir(stream);
    if (err == NB_OK) {
        if (n) {
            qsort(names, n, sizeof(*names), by_bytes);
        }
        *out = names;
        *out_n = n;
    }
    return err;
}
