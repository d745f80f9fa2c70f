#include "analyzer/alerts/severity.h"

#include <stddef.h>

/* From these rarities on, one point more. */
static const int32_t RARITIES[] = {700, 1500, 2500, 4000, 6000};

enum {
    BROAD_AUTHORS = 5,
    BROAD_SITES = 3,
    JUDGED_MIN = 5, /* shares of fewer documents say nothing */
    SPEAKER_ACTS = 20,
    SIZE_MANY = 100,
    SEVERITY_MAX = 10
};

/* A handful of documents is rare where it is silent else, and still a handful. */
static uint32_t of_rarity(const struct nb_severity_facts *f)
{
    uint32_t n = 0;
    uint32_t most = f->documents_n < 10 ? 2 : f->documents_n < 20 ? 3 : f->documents_n < 50 ? 4 : 5;
    for (size_t i = 0; i < sizeof(RARITIES) / sizeof(RARITIES[0]); i++) {
        n += f->rarity_milli >= RARITIES[i];
    }
    return n < most ? n : most;
}

/* A topic that is always complained about is not in a crisis because of complaints. */
static uint32_t of_negative(const struct nb_severity_facts *f)
{
    if (f->documents_n < JUDGED_MIN) {
        return 0;
    }
    int64_t share = (int64_t)f->negative_n * 1000 / f->documents_n;
    int64_t usual = f->usual_milli > 0 ? f->usual_milli : 0;
    bool more = share * 10 >= usual * 13;
    uint32_t most = f->usual_milli < 0 ? 1 : 2; /* what is usual is not known: half */
    uint32_t n = !more || share < 300 ? 0 : share < 600 ? 1 : 2;
    return n < most ? n : most;
}

/* More than one document must say so, and a tenth of them. */
static bool is_about(uint32_t n, const struct nb_severity_facts *f)
{
    return n >= 2 && n * 10 >= f->documents_n;
}

uint32_t nb_severity(const struct nb_severity_facts *f, struct nb_points out[NB_POINTS_N])
{
    bool broad = f->voices && f->authors_n >= BROAD_AUTHORS && f->sites_n >= BROAD_SITES;
    uint32_t matter = is_about(f->grave_n, f) ? 2 : is_about(f->serious_n, f) ? 1 : 0;
    const struct nb_points points[NB_POINTS_N] = {
        {"deviation", of_rarity(f)},
        {"breadth", broad},
        {"negative", of_negative(f)},
        {"matter", matter},
        {"speaker", f->loudest_n >= SPEAKER_ACTS},
        {"size", f->documents_n + f->expected_n >= SIZE_MANY},
    };
    uint32_t sum = 0;
    for (size_t i = 0; i < NB_POINTS_N; i++) {
        out[i] = points[i];
        sum += points[i].n;
    }
    return sum < 1 ? 1 : sum > SEVERITY_MAX ? SEVERITY_MAX : sum;
}
