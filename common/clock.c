/*
 * Both kinds of clock sleep on a wake word: the system clock on one of its own, a settable clock
 * on the one in its file, next to which the time itself is kept. A settable clock never advances by
 * itself, so waiting for a time is waiting for somebody to set it.
 */
#include <nabiz/clock.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <nabiz/mem.h>
#include <nabiz/wake.h>

enum { FILE_BYTES = 64, PATH_BYTES = 4096 };

/* The file of a settable clock: the wake word is the first thing in it, see wake.c. */
struct clock_file {
    _Atomic uint32_t word;
    uint32_t reserved;
    _Atomic int64_t now_ms;
};

struct nb_clock {
    struct clock_file *file; /* NULL for the system clock */
    struct nb_wake *wake;    /* the settable clock's, else NULL */
    pthread_mutex_t mu;      /* the system clock's waiters */
    pthread_cond_t woken;
    uint32_t wakes; /* guarded by mu */
};

_Static_assert(sizeof(struct clock_file) <= FILE_BYTES, "fits the file");

static enum nb_err open_file(struct nb_clock *clock, const char *path, struct nb_error *error)
{
    enum nb_err err = nb_wake_open(path, &clock->wake, error);
    if (err != NB_OK) {
        return err;
    }
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *map =
        fd < 0 ? MAP_FAILED : mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int saved = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (map == MAP_FAILED) {
        return nb_error_set(error, NB_EIO, "cannot map the clock file %s: %s", path,
                            strerror(saved));
    }
    clock->file = map;
    return NB_OK;
}

enum nb_err nb_clock_open(const char *path, struct nb_clock **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_clock *clock = nb_calloc(1, sizeof(*clock));
    if (!clock) {
        return NB_ENOMEM;
    }
    pthread_mutex_init(&clock->mu, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&clock->woken, &attr);
    pthread_condattr_destroy(&attr);
    enum nb_err err = path && path[0] ? open_file(clock, path, error) : NB_OK;
    if (err != NB_OK) {
        nb_clock_close(clock);
        return err;
    }
    *out = clock;
    return NB_OK;
}

void nb_clock_close(struct nb_clock *clock)
{
    if (clock) {
        if (clock->file) {
            munmap(clock->file, FILE_BYTES);
        }
        nb_wake_close(clock->wake);
        pthread_cond_destroy(&clock->woken);
        pthread_mutex_destroy(&clock->mu);
        nb_free(clock);
    }
}

static int64_t read_ms(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t nb_clock_now_ms(const struct nb_clock *clock)
{
    return clock->file ? atomic_load_explicit(&clock->file->now_ms, memory_order_acquire)
                       : read_ms(CLOCK_REALTIME);
}

bool nb_clock_is_settable(const struct nb_clock *clock)
{
    return clock->file != NULL;
}

void nb_clock_set(struct nb_clock *clock, int64_t now_ms)
{
    if (clock->file) {
        atomic_store_explicit(&clock->file->now_ms, now_ms, memory_order_release);
        nb_wake_all(clock->wake);
    }
}

static void wait_for_system(struct nb_clock *clock, uint32_t seen, int64_t wait_ms)
{
    struct timespec until = nb_mono_after(wait_ms);
    pthread_mutex_lock(&clock->mu);
    while (seen == clock->wakes && pthread_cond_timedwait(&clock->woken, &clock->mu, &until) == 0) {
    }
    pthread_mutex_unlock(&clock->mu);
}

uint32_t nb_clock_seen(struct nb_clock *clock)
{
    if (clock->file) {
        return nb_wake_seen(clock->wake);
    }
    pthread_mutex_lock(&clock->mu);
    uint32_t seen = clock->wakes;
    pthread_mutex_unlock(&clock->mu);
    return seen;
}

void nb_clock_wait(struct nb_clock *clock, uint32_t seen, int64_t until_ms, int64_t max_wait_ms)
{
    if (clock->file) {
        if (nb_clock_now_ms(clock) < until_ms) {
            nb_wake_wait(clock->wake, seen, max_wait_ms);
        }
        return;
    }
    int64_t wait_ms = until_ms - nb_clock_now_ms(clock);
    if (wait_ms > max_wait_ms) {
        wait_ms = max_wait_ms;
    }
    if (wait_ms > 0) {
        wait_for_system(clock, seen, wait_ms);
    }
}

void nb_clock_wake(struct nb_clock *clock)
{
    if (clock->file) {
        nb_wake_all(clock->wake);
        return;
    }
    pthread_mutex_lock(&clock->mu);
    clock->wakes++;
    pthread_cond_broadcast(&clock->woken);
    pthread_mutex_unlock(&clock->mu);
}

int64_t nb_mono_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

struct timespec nb_mono_after(int64_t wait_ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(wait_ms / 1000);
    at.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

int64_t nb_mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
