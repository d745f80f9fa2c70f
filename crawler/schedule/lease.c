/*
 * The file: a head of one slot's size, then slots. A slot is held while its time is not 0; the time
 * is written last when a slot is taken, and first when it is given back.
 */
#include "crawler/schedule/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/buf.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>

enum { SLOTS_MAX = 1 << 20 };

static const char magic[16] = "nabiz leases 2\n";

struct nb_lease {
    struct nb_id source;
    _Atomic int64_t asked_ms; /* 0: not held, or not sent yet */
    int64_t polled_ms;
    _Atomic int64_t closed_ms; /* the host wants nothing before then; 0: it did not say */
};

struct nb_leases {
    struct nb_lease *slots; /* the map; slots[0] is the head */
    size_t slots_n;
    uint32_t *free; /* slots that nobody has */
    size_t free_n;
    struct nb_lease_found *found;
    size_t found_n;
};

_Static_assert(sizeof(struct nb_lease) == 40, "the slots of the file");

static int compare_found(const void *a, const void *b)
{
    const struct nb_lease_found *x = a;
    const struct nb_lease_found *y = b;
    return memcmp(x->source.b, y->source.b, NB_ID_BYTES);
}

static enum nb_err map_file(const char *path, size_t live_max, struct nb_leases *leases,
                            struct nb_error *error)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || fstat(fd, &st) != 0) {
        enum nb_err err = nb_error_set(error, NB_EIO, "cannot open %s: %s", path, strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return err;
    }
    size_t had_n = (size_t)st.st_size / sizeof(struct nb_lease);
    size_t n = 1 + 2 * live_max; /* what was left behind, and what is taken beside it */
    n = n > had_n ? n : had_n;
    n = n < SLOTS_MAX ? n : SLOTS_MAX;
    size_t bytes = n * sizeof(struct nb_lease);
    int failed = posix_fallocate(fd, 0, (off_t)bytes); /* or a full disk would be a SIGBUS */
    void *map = failed ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    failed = failed ? failed : errno;
    (void)close(fd);
    if (map == MAP_FAILED) {
        return nb_error_set(error, failed == ENOSPC ? NB_EFULL : NB_EIO, "cannot map %s: %s", path,
                            strerror(failed));
    }
    leases->slots = map;
    leases->slots_n = n;
    return NB_OK;
}

static enum nb_err read_slots(struct nb_leases *leases)
{
    size_t n = leases->slots_n;
    if (memcmp(leases->slots, magic, sizeof(magic)) != 0) {
        memset(leases->slots, 0, n * sizeof(struct nb_lease));
        memcpy(leases->slots, magic, sizeof(magic));
    }
    for (size_t i = 1; i < n; i++) {
        leases->found_n += atomic_load(&leases->slots[i].asked_ms) != 0;
    }
    leases->free = nb_calloc(n, sizeof(*leases->free));
    leases->found = nb_calloc(leases->found_n + 1, sizeof(*leases->found));
    if (!leases->free || !leases->found) {
        return NB_ENOMEM;
    }
    size_t found_n = 0;
    for (size_t i = n - 1; i > 0; i--) {
        struct nb_lease *lease = &leases->slots[i];
        int64_t asked_ms = atomic_load(&lease->asked_ms);
        if (asked_ms != 0) {
            leases->found[found_n++] = (struct nb_lease_found){
                .source = lease->source,
                .polled_ms = lease->polled_ms,
                .asked_ms = asked_ms,
                .closed_ms = atomic_load(&lease->closed_ms),
                .lease = lease,
            };
        } else {
            leases->free[leases->free_n++] = (uint32_t)i;
        }
    }
    qsort(leases->found, found_n, sizeof(*leases->found), compare_found);
    return NB_OK;
}

enum nb_err nb_leases_open(const char *path, size_t live_max, struct nb_leases **out,
                           struct nb_error *error)
{
    *out = NULL;
    struct nb_leases *leases = nb_calloc(1, sizeof(*leases));
    if (!leases) {
        return NB_ENOMEM;
    }
    enum nb_err err = map_file(path, live_max, leases, error);
    err = err == NB_OK ? read_slots(leases) : err;
    if (err != NB_OK) {
        nb_leases_close(leases);
        return err;
    }
    *out = leases;
    return NB_OK;
}

void nb_leases_close(struct nb_leases *leases)
{
    if (leases) {
        if (leases->slots) {
            (void)munmap(leases->slots, leases->slots_n * sizeof(struct nb_lease));
        }
        nb_free(leases->free);
        nb_free(leases->found);
        nb_free(leases);
    }
}

struct nb_lease *nb_lease_take(struct nb_leases *leases, const struct nb_id *source,
                               int64_t polled_ms)
{
    if (!leases || leases->free_n == 0) {
        return NULL;
    }
    struct nb_lease *lease = &leases->slots[leases->free[--leases->free_n]];
    lease->source = *source;
    lease->polled_ms = polled_ms;
    atomic_store(&lease->closed_ms, 0);
    return lease;
}

void nb_lease_mark(struct nb_lease *lease, int64_t now_ms)
{
    if (lease) {
        atomic_store(&lease->asked_ms, now_ms != 0 ? now_ms : 1);
    }
}

void nb_lease_close(struct nb_lease *lease, int64_t closed_ms)
{
    if (lease) {
        atomic_store(&lease->closed_ms, closed_ms);
    }
}

void nb_lease_drop(struct nb_leases *leases, struct nb_lease *lease)
{
    if (lease) {
        atomic_store(&lease->asked_ms, 0);
        leases->free[leases->free_n++] = (uint32_t)(lease - leases->slots);
    }
}

struct nb_lease_found *nb_leases_found(struct nb_leases *leases, size_t *n)
{
    *n = leases ? leases->found_n : 0;
    return leases ? leases->found : NULL;
}

struct nb_lease_found *nb_lease_find(struct nb_leases *leases, const struct nb_id *source)
{
    struct nb_lease_found key = {.source = *source};
    if (!leases || leases->found_n == 0) {
        return NULL;
    }
    struct nb_lease_found *found =
        bsearch(&key, leases->found, leases->found_n, sizeof(key), compare_found);
    return found && found->lease ? found : NULL;
}

void nb_lease_settle(struct nb_leases *leases, struct nb_lease_found *found)
{
    nb_lease_drop(leases, found->lease);
    found->lease = NULL;
}

int64_t nb_lease_peek(const char *path, const struct nb_id *source, int64_t after_ms)
{
    struct nb_error ignored = {0};
    struct nb_lease lease;
    struct nb_buf text;
    int64_t out = 0;
    nb_buf_init(&text, SLOTS_MAX * sizeof(lease));
    if (nb_file_read(path, &text, &ignored) == NB_OK && text.len >= sizeof(lease) &&
        memcmp(text.p, magic, sizeof(magic)) == 0) {
        for (size_t at = sizeof(lease); at + sizeof(lease) <= text.len; at += sizeof(lease)) {
            memcpy(&lease, text.p + at, sizeof(lease));
            int64_t asked_ms = atomic_load(&lease.asked_ms);
            bool is_it = memcmp(lease.source.b, source->b, NB_ID_BYTES) == 0;
            out = is_it && asked_ms != 0 && lease.polled_ms > after_ms ? asked_ms : out;
        }
    }
    nb_buf_fini(&text);
    return out;
}
