/**
 * Severity: how much an incident matters, 1 to 10, as a sum of points that are told with it. How
 * rare it is makes at most half; the rest is what it is about and who speaks.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_SEVERITY_H
#define NABIZ_ANALYZER_SEVERITY_H

#include <stdbool.h>
#include <stdint.h>

enum { NB_POINTS_N = 6 };

struct nb_severity_facts {
    int32_t rarity_milli; /* of the strongest alarm */
    uint32_t documents_n; /* that the rest was read from */
    uint32_t authors_n;   /* of them */
    uint32_t sites_n;
    uint32_t negative_n;
    int32_t usual_milli; /* usual share of negative ones; -1: not known */
    uint32_t grave_n;    /* documents that speak of what can hurt people: see lexicons/signs.txt */
    uint32_t serious_n;  /* of what can cost money, trust or a trial */
    uint64_t loudest_n;  /* acts of others that the most heard author among them has drawn ever */
    uint64_t expected_n; /* documents to be expected yet */
    bool voices;         /* independent voices alone are an alarm, too */
};

struct nb_points {
    const char *name; /* "deviation", "breadth", "negative", "matter", "speaker", "size" */
    uint32_t n;
};

/**
 * Points in a fixed order, some of them 0.
 * @return severity: their sum, 1..10.
 */
uint32_t nb_severity(const struct nb_severity_facts *facts, struct nb_points out[NB_POINTS_N]);

#endif
