#include "crawler/schedule/pace.h"

#include <string.h>

#include <nabiz/hash.h>
#include <nabiz/mem.h>
#include <nabiz/record.h>

enum { RECORD_ARENA_BYTES = 4096 };

struct nb_pace {
    struct nb_pace *next; /* in its bucket */
    struct nb_heap waiting;
    int64_t asked_ms;
    int64_t delay_ms;
    int64_t closed_ms;
    unsigned called_n; /* sources among those that are due whose value this is */
    bool is_busy;
    bool is_waking; /* it is in the heap of those */
    size_t name_len;
    char name[];
};

void nb_paces_clear(struct nb_paces *paces)
{
    paces->waking.n = 0;
    for (size_t i = 0; i < NB_PACE_BUCKETS; i++) {
        for (struct nb_pace *pace = paces->buckets[i]; pace; pace = pace->next) {
            pace->waiting.n = 0;
            pace->called_n = 0;
            pace->is_waking = false;
        }
    }
}

void nb_paces_fini(struct nb_paces *paces)
{
    for (size_t i = 0; i < NB_PACE_BUCKETS; i++) {
        while (paces->buckets[i]) {
            struct nb_pace *next = paces->buckets[i]->next;
            nb_heap_fini(&paces->buckets[i]->waiting);
            nb_free(paces->buckets[i]);
            paces->buckets[i] = next;
        }
    }
    nb_heap_fini(&paces->waking);
}

struct nb_pace *nb_pace_find(const struct nb_paces *paces, struct nb_slice host)
{
    struct nb_pace *pace = paces->buckets[nb_hash64(host) % NB_PACE_BUCKETS];
    while (pace && !nb_slice_eq(nb_slice(pace->name, pace->name_len), host)) {
        pace = pace->next;
    }
    return pace;
}

enum nb_err nb_pace_set(struct nb_paces *paces, struct nb_slice host, int64_t asked_ms,
                        int64_t delay_ms, int64_t closed_ms)
{
    struct nb_pace *pace = nb_pace_find(paces, host);
    if (!pace) {
        struct nb_pace **bucket = &paces->buckets[nb_hash64(host) % NB_PACE_BUCKETS];
        pace = nb_calloc(1, sizeof(*pace) + host.len);
        if (!pace) {
            return NB_ENOMEM;
        }
        pace->name_len = host.len;
        memcpy(pace->name, host.p, host.len);
        pace->next = *bucket;
        *bucket = pace;
    }
    pace->asked_ms = asked_ms > pace->asked_ms ? asked_ms : pace->asked_ms;
    pace->delay_ms = delay_ms;
    pace->closed_ms = closed_ms > pace->closed_ms ? closed_ms : pace->closed_ms;
    return NB_OK;
}

enum nb_err nb_pace_close(struct nb_paces *paces, struct nb_slice host, int64_t asked_ms,
                          int64_t closed_ms)
{
    const struct nb_pace *pace = nb_pace_find(paces, host);
    return nb_pace_set(paces, host, asked_ms, pace ? pace->delay_ms : 0, closed_ms);
}

enum nb_err nb_paces_load(struct nb_paces *paces, struct nb_txn *txn, bool with_delays)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    struct nb_arena *arena = nb_arena_new(RECORD_ARENA_BYTES);
    enum nb_err err = arena ? nb_cursor_open(txn, NB_TBL_HOST, &cursor) : NB_ENOMEM;
    if (err != NB_OK) {
        nb_arena_free(arena);
        return err;
    }
    err = nb_cursor_seek(cursor, NB_LIT(""), &key, &value);
    while (err == NB_OK) {
        struct nb_host *record = NULL;
        nb_arena_reset(arena);
        err = nb_host_decode(value, arena, &record);
        if (err == NB_OK) {
            int64_t delay_ms = with_delays ? record->delay_ms : 0;
            err = nb_pace_set(paces, key, record->asked_ms, delay_ms, record->closed_ms);
        }
        err = err == NB_OK ? nb_cursor_next(cursor, &key, &value) : err;
    }
    nb_cursor_close(cursor);
    nb_arena_free(arena);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static int64_t turn_ms(const struct nb_pace *pace)
{
    int64_t at_ms = pace->asked_ms + pace->delay_ms;
    return at_ms > pace->closed_ms ? at_ms : pace->closed_ms;
}

bool nb_pace_is_open(struct nb_pace *pace, int64_t now_ms)
{
    if (pace->asked_ms > now_ms) {
        pace->asked_ms = now_ms; /* the clock was set back; the delay counts from here */
    }
    if (pace->closed_ms > now_ms + NB_DAY_MS) {
        pace->closed_ms = now_ms + NB_DAY_MS; /* as well: nobody is waited for longer than a day */
    }
    return !pace->is_busy && now_ms >= turn_ms(pace);
}

void nb_pace_called(struct nb_pace *pace)
{
    pace->called_n -= pace->called_n > 0;
}

static bool is_stale(const struct nb_pace *pace, int64_t now_ms)
{
    int64_t kept_ms = pace->delay_ms > 0 ? NB_HOST_KEPT_MS : 0;
    return !pace->is_busy && !pace->is_waking && pace->called_n == 0 && pace->waiting.n == 0 &&
           now_ms > turn_ms(pace) + kept_ms;
}

void nb_paces_sweep(struct nb_paces *paces, int64_t now_ms)
{
    for (size_t i = 0; i < NB_PACE_BUCKETS; i++) {
        struct nb_pace **at = &paces->buckets[i];
        while (*at) {
            struct nb_pace *pace = *at;
            if (is_stale(pace, now_ms)) {
                *at = pace->next;
                nb_heap_fini(&pace->waiting);
                nb_free(pace);
            } else {
                at = &pace->next;
            }
        }
    }
}

void nb_pace_begin(struct nb_pace *pace)
{
    pace->is_busy = true;
}

void nb_pace_end(struct nb_pace *pace)
{
    pace->is_busy = false;
}

enum nb_err nb_pace_park(struct nb_pace *pace, const struct nb_heap_item *source)
{
    return nb_heap_push(&pace->waiting, source);
}

enum nb_err nb_pace_settle(struct nb_paces *paces, struct nb_pace *pace, int64_t now_ms,
                           struct nb_heap *due)
{
    if (pace->is_busy || pace->waiting.n == 0) {
        return NB_OK;
    }
    if (nb_pace_is_open(pace, now_ms)) {
        struct nb_heap_item source = nb_heap_pop(&pace->waiting);
        source.value = pace;
        pace->called_n++;
        return nb_heap_push(due, &source);
    }
    if (pace->is_waking) {
        return NB_OK;
    }
    pace->is_waking = true;
    struct nb_heap_item turn = {.key = turn_ms(pace), .value = pace};
    return nb_heap_push(&paces->waking, &turn);
}

enum nb_err nb_paces_wake(struct nb_paces *paces, int64_t now_ms, struct nb_heap *due)
{
    const struct nb_heap_item *top;
    enum nb_err err = NB_OK;
    while (err == NB_OK && (top = nb_heap_top(&paces->waking)) != NULL && top->key <= now_ms) {
        struct nb_pace *pace = nb_heap_pop(&paces->waking).value;
        pace->is_waking = false;
        err = nb_pace_settle(paces, pace, now_ms, due);
    }
    return err;
}

int64_t nb_paces_next_ms(const struct nb_paces *paces)
{
    const struct nb_heap_item *top = nb_heap_top(&paces->waking);
    return top ? top->key : INT64_MAX;
}
