/*
 * The page in the file:
 *
 *     magic    8 bytes  "nbzctr1\0"
 *     layout   8 bytes  hash of the table: names, units and their order
 *     values   8 bytes each, in the order of the table, in the machine's byte order
 *
 * A page is written whole beside its place and renamed there, so a reader finds all of it or none,
 * and no later store to the map can meet a hole that a full disk cannot fill.
 */
#include <nabiz/counters.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/slice.h>

struct page {
    char magic[8];
    uint64_t layout;
    _Atomic int64_t values[NB_CTR_COUNT];
};

_Static_assert(sizeof(struct page) == 16 + 8 * NB_CTR_COUNT, "the layout has no holes");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock cannot be shared through a file");

static const char magic[8] = "nbzctr1";

static const struct nb_counter_row rows[NB_CTR_COUNT] = {
#define X(id, name, unit, line) {name, unit, line},
    NB_COUNTER_TABLE(X)
#undef X
};

static struct page own_page; /* before a file is mapped */
static struct page *_Atomic current = &own_page;

const struct nb_counter_row *nb_counter_row(enum nb_counter id)
{
    return &rows[id];
}

static _Atomic int64_t *value_of(enum nb_counter id)
{
    return &atomic_load_explicit(&current, memory_order_acquire)->values[id];
}

void nb_counter_add(enum nb_counter id, int64_t n)
{
    atomic_fetch_add_explicit(value_of(id), n, memory_order_relaxed);
}

void nb_counter_set(enum nb_counter id, int64_t value)
{
    atomic_store_explicit(value_of(id), value, memory_order_relaxed);
}

int64_t nb_counter_get(enum nb_counter id)
{
    return atomic_load_explicit(value_of(id), memory_order_relaxed);
}

/* FNV-1a over every name and unit with its NUL. */
static uint64_t layout_hash(void)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < NB_CTR_COUNT; i++) {
        const char *parts[2] = {rows[i].name, rows[i].unit};
        for (size_t k = 0; k < 2; k++) {
            for (size_t n = 0; n <= strlen(parts[k]); n++) {
                hash = (hash ^ (unsigned char)parts[k][n]) * 1099511628211u;
            }
        }
    }
    return hash;
}

/* @return NULL with *err set; *err is NB_OK when it returns a map. */
static struct page *map_file(const char *path, bool writable, enum nb_err *err)
{
    int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0) {
        *err = errno == ENOENT ? NB_ENOTFOUND : NB_EIO;
        return NULL;
    }
    struct stat st;
    struct page *page = NULL;
    *err = NB_EIO;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        if (st.st_size != (off_t)sizeof(struct page)) {
            *err = NB_ENEWER;
        } else {
            void *map = mmap(NULL, sizeof(struct page), PROT_READ | (writable ? PROT_WRITE : 0),
                             MAP_SHARED, fd, 0);
            page = map == MAP_FAILED ? NULL : map;
        }
    }
    (void)close(fd);
    if (page && (memcmp(page->magic, magic, sizeof(magic)) != 0 || page->layout != layout_hash())) {
        (void)munmap(page, sizeof(*page));
        page = NULL;
        *err = NB_ENEWER;
    }
    if (page) {
        *err = NB_OK;
    }
    return page;
}

static bool write_page(const char *path)
{
    struct page page;
    memset(&page, 0, sizeof(page));
    memcpy(page.magic, magic, sizeof(magic));
    page.layout = layout_hash();
    char beside[4096];
    int n = snprintf(beside, sizeof(beside), "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof(beside)) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return false;
    }
    bool ok = write(fd, &page, sizeof(page)) == (ssize_t)sizeof(page);
    ok = close(fd) == 0 && ok;
    ok = ok && rename(beside, path) == 0;
    if (!ok) {
        int saved = errno;
        (void)unlink(beside);
        errno = saved;
    }
    return ok;
}

static bool is_gauge(size_t i)
{
    return nb_slice_ends(nb_slice_str(rows[i].name), NB_LIT("_gauge"));
}

enum nb_err nb_counters_map(const char *path, struct nb_error *error)
{
    enum nb_err err;
    struct page *page = map_file(path, true, &err);
    if (!page) {
        /* Nothing there, or numbers of another version that mean something else: start anew. */
        if (!write_page(path) || !(page = map_file(path, true, &err))) {
            return nb_error_set(error, NB_EIO,
                                "cannot keep the counters in %s: %s; is the data directory there, "
                                "writable and not full?",
                                path, strerror(errno));
        }
    }
    atomic_store_explicit(&current, page, memory_order_release);
    for (size_t i = 0; i < NB_CTR_COUNT; i++) {
        int64_t so_far = atomic_exchange_explicit(&own_page.values[i], 0, memory_order_relaxed);
        if (is_gauge(i) && so_far != 0) {
            atomic_store_explicit(&page->values[i], so_far, memory_order_relaxed);
        } else if (!is_gauge(i)) {
            atomic_fetch_add_explicit(&page->values[i], so_far, memory_order_relaxed);
        }
    }
    return NB_OK;
}

enum nb_err nb_counters_read(const char *path, int64_t out[NB_CTR_COUNT])
{
    enum nb_err err;
    struct page *page = map_file(path, false, &err);
    if (!page) {
        return err;
    }
    for (size_t i = 0; i < NB_CTR_COUNT; i++) {
        out[i] = atomic_load_explicit(&page->values[i], memory_order_relaxed);
    }
    (void)munmap(page, sizeof(*page));
    return NB_OK;
}
