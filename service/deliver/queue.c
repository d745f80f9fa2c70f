#include "service/deliver/queue.h"

#include <nabiz/hash.h>
#include <nabiz/mem.h>

enum { FIRST_CAP = 64, FAILURES_BORNE = 3, DOUBLINGS_MAX = 6 };

#define REST_MS 5000LL /* doubles with each failure beyond those borne, up to 320 s */

struct nb_queue_lane {
    struct nb_queue_lane *next;
    uint64_t hash; /* of the name; two names with one hash share a lane, which harms nobody */
    bool is_busy;
    unsigned failures_n; /* in a row */
    int64_t rest_ms;
};

void nb_queued_init(struct nb_queued *queue)
{
    *queue = (struct nb_queued){.entries = NULL};
}

void nb_queued_fini(struct nb_queued *queue)
{
    while (queue->lanes) {
        struct nb_queue_lane *next = queue->lanes->next;
        nb_free(queue->lanes);
        queue->lanes = next;
    }
    nb_free(queue->entries);
    nb_free(queue->held);
    nb_queued_init(queue);
}

static struct nb_queue_lane *lane_of(struct nb_queued *queue, struct nb_slice recipient)
{
    uint64_t hash = nb_hash64(recipient);
    struct nb_queue_lane *lane = queue->lanes;
    while (lane && lane->hash != hash) {
        lane = lane->next;
    }
    if (!lane) {
        lane = nb_calloc(1, sizeof(*lane));
        if (lane) {
            lane->hash = hash;
            lane->next = queue->lanes;
            queue->lanes = lane;
        }
    }
    return lane;
}

/* Where a number is, or would be. */
static size_t place_of(const struct nb_queued *queue, uint64_t number)
{
    size_t low = 0;
    size_t high = queue->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (queue->entries[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct nb_queue_entry *find(struct nb_queued *queue, uint64_t number)
{
    size_t at = place_of(queue, number);
    return at < queue->n && queue->entries[at].number == number ? &queue->entries[at] : NULL;
}

enum nb_err nb_queued_add(struct nb_queued *queue, uint64_t number,
                          const struct nb_delivery *delivery)
{
    if (find(queue, number)) {
        return NB_OK;
    }
    if (queue->n == queue->cap) {
        size_t cap = queue->cap ? queue->cap * 2 : FIRST_CAP;
        struct nb_queue_entry *p = nb_realloc(queue->entries, cap * sizeof(*p));
        if (!p) {
            return NB_ENOMEM;
        }
        queue->entries = p;
        queue->cap = cap;
    }
    struct nb_queue_lane *lane = lane_of(queue, nb_field(delivery->recipient));
    if (!lane) {
        return NB_ENOMEM;
    }
    size_t at = place_of(queue, number);
    struct nb_slice thread = nb_field(delivery->thread);
    memmove(queue->entries + at + 1, queue->entries + at,
            (queue->n - at) * sizeof(*queue->entries));
    queue->entries[at] = (struct nb_queue_entry){
        .number = number,
        .next_ms = delivery->next_ms,
        .lane = lane,
        .thread = thread.len ? (nb_hash64(thread) ^ lane->hash) | 1 : 0,
    };
    queue->n++;
    queue->last = number > queue->last ? number : queue->last;
    return NB_OK;
}

void nb_queued_forget(struct nb_queued *queue)
{
    size_t kept = 0;
    for (size_t i = 0; i < queue->n; i++) {
        if (queue->entries[i].is_flying) {
            queue->entries[kept++] = queue->entries[i];
        }
    }
    queue->n = kept;
    queue->last = 0;
}

/* ---- threads that are held up ---- */

static enum nb_err clear_held(struct nb_queued *queue)
{
    size_t cap = FIRST_CAP;
    while (cap < 2 * queue->n) {
        cap *= 2;
    }
    if (cap > queue->held_cap) {
        nb_free(queue->held);
        queue->held_cap = 0;
        queue->held = nb_malloc(cap * sizeof(*queue->held));
        if (!queue->held) {
            return NB_ENOMEM;
        }
        queue->held_cap = cap;
    }
    memset(queue->held, 0, queue->held_cap * sizeof(*queue->held));
    return NB_OK;
}

static uint64_t *held_at(const struct nb_queued *queue, uint64_t thread)
{
    size_t at = (size_t)thread & (queue->held_cap - 1);
    while (queue->held[at] != 0 && queue->held[at] != thread) {
        at = (at + 1) & (queue->held_cap - 1);
    }
    return &queue->held[at];
}

enum nb_err nb_queued_pick(struct nb_queued *queue, int64_t now_ms, uint64_t *number,
                           int64_t *wake_ms)
{
    enum nb_err err = clear_held(queue);
    *wake_ms = INT64_MAX;
    for (size_t i = 0; i < queue->n && err == NB_OK; i++) {
        struct nb_queue_entry *entry = &queue->entries[i];
        struct nb_queue_lane *lane = entry->lane;
        uint64_t *held = held_at(queue, entry->thread);
        int64_t when_ms = entry->next_ms > lane->rest_ms ? entry->next_ms : lane->rest_ms;
        if (lane->is_busy || (entry->thread && *held)) {
            continue;
        }
        if (when_ms <= now_ms) {
            entry->is_flying = true;
            lane->is_busy = true;
            *number = entry->number;
            return NB_OK;
        }
        *wake_ms = when_ms < *wake_ms ? when_ms : *wake_ms;
        if (entry->thread) {
            *held = entry->thread;
        }
    }
    return err == NB_OK ? NB_ENOTFOUND : err;
}

void nb_queued_drop(struct nb_queued *queue, uint64_t number, bool is_sent)
{
    struct nb_queue_entry *entry = find(queue, number);
    if (!entry) {
        return;
    }
    struct nb_queue_lane *lane = entry->lane;
    lane->is_busy = lane->is_busy && !entry->is_flying;
    if (is_sent) {
        lane->failures_n = 0;
        lane->rest_ms = 0;
    }
    size_t at = (size_t)(entry - queue->entries);
    memmove(entry, entry + 1, (queue->n - at - 1) * sizeof(*entry));
    queue->n--;
}

void nb_queued_put_off(struct nb_queued *queue, uint64_t number, int64_t next_ms, int64_t rest_ms,
                       int64_t now_ms)
{
    struct nb_queue_entry *entry = find(queue, number);
    if (!entry) {
        return;
    }
    struct nb_queue_lane *lane = entry->lane;
    lane->is_busy = lane->is_busy && !entry->is_flying;
    entry->is_flying = false;
    entry->next_ms = next_ms;
    lane->failures_n++;
    if (lane->failures_n > FAILURES_BORNE) {
        unsigned doublings = lane->failures_n - FAILURES_BORNE - 1;
        int64_t own_ms =
            now_ms + (REST_MS << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX));
        rest_ms = rest_ms > own_ms ? rest_ms : own_ms;
    }
    lane->rest_ms = rest_ms > lane->rest_ms ? rest_ms : lane->rest_ms;
}
