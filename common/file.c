#include <nabiz/file.h>

#include <errno.h>
#include <fcntl.h>
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
