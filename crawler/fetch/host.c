/*
 * Hosts of one loop. A host is either active (one transfer under way) or in the heap under the
 * time it may be asked again. One that comes up with nothing waiting is forgotten, so memory
 * follows the hosts in use and not all that were ever met.
 *
 * Pauses between requests are short and monotonic. A Crawl-delay may be hours: it is kept in wall
 * time, survives a restart in the HOST table, and nobody waits for it here: a poll that is too
 * early goes back to the scheduler. So does one to a host that asked for a pause with a 429 or 503;
 * such a host is remembered until the scheduler will have heard of it.
 */
#include "crawler/fetch/loop.h"

#include <string.h>

#include <nabiz/clock.h>
#include <nabiz/mem.h>
#include <nabiz/record.h>

enum { HOST_ARENA_BYTES = 4096, CLOSED_KEPT_MS = 600000 };

static struct nb_fetch_host *find(struct nb_fetch_loop *loop, struct nb_slice name, uint64_t hash)
{
    struct nb_fetch_host *host = loop->buckets[hash % NB_FETCH_BUCKETS];
    while (host && !nb_slice_eq(nb_slice(host->name, host->name_len), name)) {
        host = host->next;
    }
    return host;
}

static enum nb_err make_ready(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                              int64_t mono_ms)
{
    return nb_heap_push(&loop->ready, &(struct nb_heap_item){.key = mono_ms, .value = host});
}

static struct nb_fetch_host *make(struct nb_fetch_loop *loop, struct nb_slice name, uint64_t hash)
{
    struct nb_fetch_host *host = nb_calloc(1, sizeof(*host) + name.len);
    if (!host) {
        return NULL;
    }
    host->hash = hash;
    host->name_len = name.len;
    memcpy(host->name, name.p, name.len);
    /* what was asked before the start is not known: as if each host had been asked right then */
    int64_t now_ms = nb_mono_ms();
    int64_t first_ms = loop->fetch->started_mono_ms + loop->fetch->settings.host_gap_ms;
    if (make_ready(loop, host, now_ms > first_ms ? now_ms : first_ms) != NB_OK) {
        nb_free(host);
        return NULL;
    }
    host->next = loop->buckets[hash % NB_FETCH_BUCKETS];
    loop->buckets[hash % NB_FETCH_BUCKETS] = host;
    return host;
}

static void unlink_kept(struct nb_fetch_loop *loop, struct nb_fetch_host *host)
{
    *(host->kept_prev ? &host->kept_prev->kept_next : &loop->kept_first) = host->kept_next;
    *(host->kept_next ? &host->kept_next->kept_prev : &loop->kept_last) = host->kept_prev;
    host->kept_prev = host->kept_next = NULL;
    host->is_kept = false;
}

void nb_fetch_host_forget(struct nb_fetch_loop *loop, struct nb_fetch_host *host)
{
    if (host->is_kept) {
        unlink_kept(loop, host);
    }
    struct nb_fetch_host **at = &loop->buckets[host->hash % NB_FETCH_BUCKETS];
    while (*at != host) {
        at = &(*at)->next;
    }
    *at = host->next;
    nb_poll_free_all(host->waiting.first);
    nb_free(host);
}

/* A host that is active or in the heap. @return NULL when out of memory */
static struct nb_fetch_host *use(struct nb_fetch_loop *loop, struct nb_slice name)
{
    uint64_t hash = nb_hash64(name);
    struct nb_fetch_host *host = find(loop, name, hash);
    if (!host) {
        return make(loop, name, hash);
    }
    if (host->is_kept) {
        if (make_ready(loop, host, nb_mono_ms()) != NB_OK) {
            return NULL;
        }
        unlink_kept(loop, host);
    }
    return host;
}

enum nb_err nb_fetch_host_add(struct nb_fetch_loop *loop, struct nb_poll *poll)
{
    struct nb_fetch_host *host = use(loop, poll->host);
    if (!host) {
        return NB_ENOMEM;
    }
    nb_poll_list_add(&host->waiting, poll);
    return NB_OK;
}

enum nb_err nb_fetch_host_put_back(struct nb_fetch_loop *loop, struct nb_poll_list *polls)
{
    const struct nb_poll *poll = polls->first;
    struct nb_fetch_host *host = poll ? use(loop, poll->host) : NULL;
    if (!host) {
        return poll ? NB_ENOMEM : NB_OK;
    }
    polls->last->next = host->waiting.first;
    host->waiting.first = polls->first;
    host->waiting.last = host->waiting.last ? host->waiting.last : polls->last;
    *polls = (struct nb_poll_list){0};
    return NB_OK;
}

/* Nobody waits for a host: keep it while it is closed and the scheduler may not know, or forget. */
static void lay_aside(struct nb_fetch_loop *loop, struct nb_fetch_host *host, int64_t mono_ms)
{
    if (host->kept_mono_ms <= mono_ms) {
        nb_fetch_host_forget(loop, host);
        return;
    }
    host->is_kept = true;
    host->kept_prev = loop->kept_last;
    *(loop->kept_last ? &loop->kept_last->kept_next : &loop->kept_first) = host;
    loop->kept_last = host;
}

struct nb_fetch_host *nb_fetch_host_next(struct nb_fetch_loop *loop, int64_t mono_ms)
{
    const struct nb_heap_item *top;
    while (loop->kept_first && loop->kept_first->kept_mono_ms <= mono_ms) {
        nb_fetch_host_forget(loop, loop->kept_first);
    }
    while ((top = nb_heap_top(&loop->ready)) != NULL && top->key <= mono_ms) {
        struct nb_fetch_host *host = nb_heap_pop(&loop->ready).value;
        if (host->waiting.first) {
            return host;
        }
        lay_aside(loop, host, mono_ms);
    }
    return NULL;
}

void nb_fetch_host_close(struct nb_fetch_host *host, int64_t closed_ms)
{
    host->closed_ms = closed_ms;
    host->kept_mono_ms = nb_mono_ms() + CLOSED_KEPT_MS;
}

enum nb_err nb_fetch_host_ready_at(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                                   int64_t mono_ms)
{
    return make_ready(loop, host, mono_ms);
}

int64_t nb_fetch_host_asked_ms(struct nb_fetch_loop *loop, struct nb_fetch_host *host)
{
    struct nb_txn *txn;
    struct nb_slice value;
    struct nb_host *record;
    bool is_known = host->is_known || !loop->fetch->store;
    struct nb_arena *arena = is_known ? NULL : nb_arena_new(HOST_ARENA_BYTES);
    if (arena && nb_read_begin(loop->fetch->store, &txn, NULL) == NB_OK) {
        host->is_known = true;
        if (nb_get(txn, NB_TBL_HOST, nb_slice(host->name, host->name_len), &value) == NB_OK &&
            nb_host_decode(value, arena, &record) == NB_OK) {
            host->asked_ms = record->asked_ms;
        }
        nb_read_end(txn);
    }
    nb_arena_free(arena);
    return host->asked_ms;
}

int64_t nb_fetch_host_wait_ms(const struct nb_fetch_loop *loop, int64_t mono_ms)
{
    const struct nb_heap_item *top = nb_heap_top(&loop->ready);
    if (!top) {
        return -1;
    }
    return top->key > mono_ms ? top->key - mono_ms : 0;
}

void nb_fetch_hosts_free(struct nb_fetch_loop *loop)
{
    for (size_t i = 0; i < NB_FETCH_BUCKETS; i++) {
        while (loop->buckets[i]) {
            nb_fetch_host_forget(loop, loop->buckets[i]);
        }
    }
    nb_heap_fini(&loop->ready);
}
