#include "service/deliver/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/file.h>

static enum nb_err read_fd(int fd, const char *path, struct nb_buf *out, struct nb_error *error)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return nb_error_set(error, NB_EIO, "%s: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return nb_error_set(error, NB_EINVAL, "%s is no file", path);
    }
    if (st.st_mode & S_IROTH) {
        return nb_error_set(error, NB_EREFUSED, "everybody can read %s; chmod 640 it", path);
    }
    return nb_file_read_fd(fd, path, out, error);
}

enum nb_err nb_secret_file_read(const char *path, struct nb_buf *out, struct nb_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return nb_error_set(error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path,
                            strerror(errno));
    }
    enum nb_err err = read_fd(fd, path, out, error);
    (void)close(fd);
    return err;
}
