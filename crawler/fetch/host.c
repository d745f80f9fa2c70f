/*
 * Hosts of one loop. A host is either active (one transfer under way) or in the heap under the
 * time it may be asked again. One that comes up with nothing waiting is forgotten, so memory
 * follows the hosts in use and not all that were ever met.
 *
 * Pauses between requests are short and monotonic. A Crawl-delay may be hours: it is kept in wall
 * time, survives a restart in the HOST table, and nobody waits for it here: a poll that is too
 * early goes back to the scheduler.
 */
#include "crawler/fetch/loop.h"

#include <string.h>

#include <nabiz/clock.h>
#include <nabiz/mem.h>
#include <nabiz/record.h>

enum { HOST_ARENA_BYTES = 4096 };

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

void nb_fetch_host_forget(struct nb_fetch_loop *loop, struct nb_fetch_host *host)
{
    struct nb_fetch_host **at = &loop->buckets[host->hash % NB_FETCH_BUCKETS];
    while (*at != host) {
        at = &(*at)->next;
    }
    *at = host->next;
    nb_poll_free_all(host->waiting.first);
    nb_free(host);
}

enum nb_err nb_fetch_host_add(struct nb_fetch_loop *loop, struct nb_poll *poll)
{
    uint64_t hash = nb_hash64(poll->host);
    struct nb_fetch_host *host = find(loop, poll->host, hash);
    if (!host) {
        host = make(loop, poll->host, hash);
    }
    if (!host) {
        return NB_ENOMEM;
    }
    nb_poll_list_add(&host->waiting, poll);
    return NB_OK;
}

enum nb_err nb_fetch_host_put_back(struct nb_fetch_loop *loop, struct nb_poll_list *polls)
{
    const struct nb_poll *poll = polls->first;
    if (!poll) {
        return NB_OK;
    }
    uint64_t hash = nb_hash64(poll->host);
    struct nb_fetch_host *host = find(loop, poll->host, hash);
    host = host ? host : make(loop, poll->host, hash);
    if (!host) {
        return NB_ENOMEM;
    }
    polls->last->next = host->waiting.first;
    host->waiting.first = polls->first;
    host->waiting.last = host->waiting.last ? host->waiting.last : polls->last;
    *polls = (struct nb_poll_list){0};
    return NB_OK;
}

struct nb_fetch_host *nb_fetch_host_next(struct nb_fetch_loop *loop, int64_t mono_ms)
{
    const struct nb_heap_item *top;
    while ((top = nb_heap_top(&loop->ready)) != NULL && top->key <= mono_ms) {
        struct nb_fetch_host *host = nb_heap_pop(&loop->ready).value;
        if (host->waiting.first) {
            return host;
        }
        nb_fetch_host_forget(loop, host);
    }
    return NULL;
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
