#include <nabiz/map.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum nb_err map_fd(int fd, const char *path, size_t max_bytes, struct nb_slice *out,
                          struct nb_error *error)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return nb_error_set(error, NB_EIO, "%s: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return nb_error_set(error, NB_EIO, "%s: not a file", path);
    }
    if (st.st_size < 0 || (uint64_t)st.st_size > max_bytes) {
        return nb_error_set(error, NB_ETOOBIG, "%s: over %zu bytes", path, max_bytes);
    }
    if (st.st_size == 0) {
        return NB_OK;
    }
    void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
        return nb_error_set(error, NB_EIO, "%s: %s", path, strerror(errno));
    }
    *out = nb_slice(bytes, (size_t)st.st_size);
    return NB_OK;
}

enum nb_err nb_map_open(const char *path, size_t max_bytes, struct nb_slice *out,
                        struct nb_error *error)
{
    *out = nb_slice(NULL, 0);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return nb_error_set(error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path,
                            strerror(errno));
    }
    enum nb_err err = map_fd(fd, path, max_bytes, out, error);
    (void)close(fd);
    return err;
}

static void *start_of(struct nb_slice bytes)
{
    union {
        const char *constant;
        void *plain;
    } p = {.constant = bytes.p};
    return p.plain;
}

void nb_map_rest(struct nb_slice bytes)
{
    if (bytes.len) {
        (void)madvise(start_of(bytes), bytes.len, MADV_DONTNEED);
    }
}

void nb_map_close(struct nb_slice bytes)
{
    if (bytes.len) {
        (void)munmap(start_of(bytes), bytes.len);
    }
}
