/**
 * The charts of a digest as pictures: volume with what is usual, sentiment, share among topics.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_DIGEST_CHARTS_H
#define NABIZ_DIGEST_CHARTS_H

#include "service/digest/labels.h"
#include "service/digest/report.h"

#define NB_CHARTS_MAX 3

struct nb_chart {
    const char *id; /* "volume", "sentiment", "share" */
    int width, height;
    struct nb_slice alt; /* what it shows, in words */
    struct nb_slice png;
    struct nb_slice src; /* where a page finds it: set by whoever makes the page */
};

/**
 * Those that the report has something for.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_digest_charts(const struct nb_report *report, const struct nb_labels *labels,
                             struct nb_arena *arena, struct nb_chart out[NB_CHARTS_MAX],
                             size_t *out_n) NB_MUSTUSE;

#endif
