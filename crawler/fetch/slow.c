#include "crawler/fetch/slow.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/clock.h>

enum { KEPT_MS = 60000, FLOOR_MS = 500 };

void nb_slow_init(struct nb_slow *slow)
{
    atomic_init(&slow->floor_ms, FLOOR_MS);
    (void)pthread_mutex_init(&slow->mu, NULL);
    slow->n = 0;
}

void nb_slow_fini(struct nb_slow *slow)
{
    pthread_mutex_destroy(&slow->mu);
}

/* Under mu: slowest first, those of long ago gone. */
static void tidy(struct nb_slow *slow, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < slow->n; i++) {
        if (slow->entries[i].at_mono_ms > now_ms - KEPT_MS) {
            slow->entries[kept++] = slow->entries[i];
        }
    }
    slow->n = kept;
    for (size_t i = 1; i < kept; i++) {
        struct nb_slow_entry entry = slow->entries[i];
        size_t k = i;
        for (; k > 0 && slow->entries[k - 1].host.took_ms < entry.host.took_ms; k--) {
            slow->entries[k] = slow->entries[k - 1];
        }
        slow->entries[k] = entry;
    }
    bool full = kept == NB_SLOW_KEPT;
    int64_t floor_ms = full ? slow->entries[kept - 1].host.took_ms : FLOOR_MS;
    atomic_store_explicit(&slow->floor_ms, floor_ms, memory_order_relaxed);
}

void nb_slow_note(struct nb_slow *slow, struct nb_slice host, int64_t took_ms)
{
    if (took_ms < atomic_load_explicit(&slow->floor_ms, memory_order_relaxed)) {
        return;
    }
    struct nb_slow_entry entry = {.host.took_ms = took_ms, .at_mono_ms = nb_mono_ms()};
    (void)snprintf(entry.host.name, sizeof(entry.host.name), "%.*s", NB_ARG(host));
    pthread_mutex_lock(&slow->mu);
    size_t i = 0;
    while (i < slow->n && strcmp(slow->entries[i].host.name, entry.host.name) != 0) {
        i++;
    }
    if (i == NB_SLOW_KEPT) {
        i--; /* the fastest of them */
    }
    slow->n = i == slow->n ? i + 1 : slow->n;
    slow->entries[i] = entry;
    tidy(slow, entry.at_mono_ms);
    pthread_mutex_unlock(&slow->mu);
}

size_t nb_slow_read(struct nb_slow *slow, struct nb_crawl_slow *out, size_t max_n)
{
    pthread_mutex_lock(&slow->mu);
    tidy(slow, nb_mono_ms());
    size_t n = slow->n < max_n ? slow->n : max_n;
    for (size_t i = 0; i < n; i++) {
        out[i] = slow->entries[i].host;
    }
    pthread_mutex_unlock(&slow->mu);
    return n;
}
