/*
 * The shared file holds one 32-bit word. FUTEX_WAIT compares and sleeps in one step inside the
 * kernel, so a bump between nb_wake_seen() and nb_wake_wait() is never missed. The futex is keyed
 * by the file's page, which every process maps; nothing needs repair when a process dies.
 */
#include <nabiz/wake.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <nabiz/mem.h>

enum { FILE_BYTES = 64 };

struct nb_wake {
    void *map;
    _Atomic uint32_t *word; /* the start of map, shared with other processes */
};

_Static_assert(sizeof(_Atomic uint32_t) == sizeof(uint32_t), "the kernel sees a plain word");

enum nb_err nb_wake_open(const char *path, struct nb_wake **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_wake *wake = nb_malloc(sizeof(*wake));
    if (!wake) {
        return NB_ENOMEM;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    void *map = MAP_FAILED;
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 &&
        (st.st_size >= FILE_BYTES || ftruncate(fd, FILE_BYTES) == 0)) {
        map = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    int saved = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (map == MAP_FAILED) {
        nb_free(wake);
        return nb_error_set(error, NB_EIO, "cannot open %s: %s", path, strerror(saved));
    }
    wake->map = map;
    wake->word = map;
    *out = wake;
    return NB_OK;
}

void nb_wake_close(struct nb_wake *wake)
{
    if (wake) {
        munmap(wake->map, FILE_BYTES);
        nb_free(wake);
    }
}

uint32_t nb_wake_seen(const struct nb_wake *wake)
{
    return atomic_load_explicit(wake->word, memory_order_acquire);
}

void nb_wake_wait(struct nb_wake *wake, uint32_t seen, int64_t wait_ms)
{
    struct timespec limit = {0};
    if (wait_ms >= 0) {
        limit.tv_sec = (time_t)(wait_ms / 1000);
        limit.tv_nsec = (long)(wait_ms % 1000) * 1000000;
    }
    (void)syscall(SYS_futex, wake->word, FUTEX_WAIT, seen, wait_ms >= 0 ? &limit : NULL, NULL, 0);
}

void nb_wake_all(struct nb_wake *wake)
{
    atomic_fetch_add_explicit(wake->word, 1, memory_order_release);
    (void)syscall(SYS_futex, wake->word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
