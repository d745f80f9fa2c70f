/*
 * The risk of every author: CPU time for a tenth of the acts and for all of them, and as a ratio to
 * one sort of the rows by text and time, which is the least that finding copies takes.
 * `bench_coordination ACTS AUTHORS`; 1,000,000 acts of 100,000 authors when not said.
 */
#include <stdio.h>
#include <stdlib.h>

#include <nabiz/mem.h>
#include <nabiz/series.h>

#include "analyzer/influence/coordination_risk.h"
#include "tests/lib/posts.h"

enum { COPIED_OF = 10, NONSENSE_OF = 250, MONTH_S = 30 * 24 * 3600 };

/* Everyday acts: one in ten is a copy, clusters of very different sizes. */
static void fill(struct nb_coordination_act *acts, size_t n, uint32_t authors_n)
{
    uint64_t state = 1;
    for (size_t i = 0; i < n; i++) {
        bool copied = nb_series_next(&state) % COPIED_OF == 0;
        uint64_t low = nb_series_next(&state) % (n / 20 + 1);
        low = nb_series_next(&state) % (low + 1);
        acts[i] = (struct nb_coordination_act){
            .number = i + 1,
            .at_ms = (int64_t)(nb_series_next(&state) % MONTH_S) * 1000 + 1700000000000,
            .first_seen_ms = 1600000000000,
            .cluster = copied ? 1 + low : n + i,
            .author = (uint32_t)(nb_series_next(&state) % authors_n),
            .synthetic_milli = nb_series_next(&state) % NONSENSE_OF ? 100 : 700};
    }
}

static int by_text(const void *a, const void *b)
{
    const struct nb_coordination_act *x = a, *y = b;
    int order = (x->cluster > y->cluster) - (x->cluster < y->cluster);
    return order ? order : (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static int measure(size_t n, uint32_t authors_n)
{
    struct nb_coordination_act *acts = nb_calloc(n, sizeof(*acts));
    struct nb_coordination_risk *risks = nb_calloc(authors_n, sizeof(*risks));
    int result = 1;
    if (acts && risks) {
        fill(acts, n, authors_n);
        int64_t begin_us = nbt_cpu_us();
        bool done = nb_coordination_risks(acts, n, authors_n, risks) == NB_OK;
        int64_t used_us = nbt_cpu_us() - begin_us;
        begin_us = nbt_cpu_us();
        qsort(acts, n, sizeof(*acts), by_text);
        int64_t sort_us = nbt_cpu_us() - begin_us;
        printf("coordination-risks %zu acts of %u authors: %.3f s, %.0f ns an act, "
               "%.1f times a sort of the rows\n",
               n, authors_n, (double)used_us / 1e6, (double)used_us * 1e3 / (double)n,
               (double)used_us / (double)sort_us);
        result = !done;
    }
    nb_free(acts);
    nb_free(risks);
    return result;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    uint32_t authors_n = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 100000;
    if (n < 10 || n > (size_t)1 << 26 || authors_n < 10) {
        fprintf(stderr, "usage: bench_coordination [ACTS [AUTHORS]]\n");
        return 2;
    }
    return measure(n / 10, authors_n / 10) || measure(n, authors_n);
}
