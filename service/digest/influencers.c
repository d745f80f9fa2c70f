/*
 * Who of those that spoke carries weight. Influence is asked over 30 days, or as many hours back as
 * a number of documents reaches: so a topic that is talked of by everybody has its digest in time,
 * and its window is still long enough to tell who matters.
 */
#include "service/digest/report_impl.h"

#include <nabiz/date.h>

#define SCRATCH_MAX_BYTES ((size_t)2 << 30)

/* Out of the scratch arena; names are shown as those of documents are: clean. */
static enum nb_err keep(const struct nb_influencer *from, struct nb_arena *arena,
                        struct nb_influencer *out)
{
    *out = *from;
    enum nb_err err = nb_report_line(from->author, NB_REPORT_LINE_BYTES, arena, &out->author);
    if (err == NB_OK) {
        err = nb_report_line(from->site, NB_REPORT_LINE_BYTES, arena, &out->site);
    }
    if (err == NB_OK) {
        err = nb_report_line(from->name, NB_REPORT_LINE_BYTES, arena, &out->name);
    }
    out->evidence = nb_arena_strdup(arena, nb_slice_str(from->evidence));
    return err == NB_OK && !out->evidence ? NB_ENOMEM : err;
}

static enum nb_err keep_speakers(const struct nb_influence_query *query,
                                 const struct nb_influencer *rows, size_t n, size_t limit,
                                 struct nb_arena *arena, struct nb_report *out)
{
    size_t most = limit < n ? limit : n;
    struct nb_influencer *kept = nb_arena_calloc(arena, most, sizeof(*kept));
    const struct nb_influencer **asked = nb_arena_calloc(arena, most, sizeof(*asked));
    enum nb_err err = kept && asked ? NB_OK : NB_ENOMEM;
    out->influencers = kept;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (nb_scan_author(out->scan, rows[i].author) == NB_SCAN_NONE) {
            continue;
        }
        if (out->influencers_list_n < limit) {
            asked[out->influencers_list_n] = &rows[i];
            err = keep(&rows[i], arena, &kept[out->influencers_list_n++]);
        }
        out->influencers_n++;
    }
    return err ? err
               : nb_verdict_marks(out->analysis, asked, out->influencers_list_n, query, arena,
                                  &out->influencer_marks, NULL);
}

enum nb_err nb_report_influencers(size_t limit, struct nb_arena *arena, struct nb_report *out)
{
    struct nb_influence_query query = {.topic = out->topic, .to_ms = out->end_ms};
    const struct nb_influencer *rows = NULL;
    size_t n = 0;
    struct nb_arena *scratch = nb_arena_new(SCRATCH_MAX_BYTES);
    enum nb_err err = scratch ? nb_report_back(out, out->end_ms, NB_REPORT_INFLUENCE_DAYS,
                                               NB_REPORT_INFLUENCE_MAX, scratch, &query.from_ms)
                              : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_influence_list(out->analysis, &query, scratch, &rows, &n);
    }
    if (err == NB_OK) {
        err = keep_speakers(&query, rows, n, limit, arena, out);
    }
    nb_arena_free(scratch);
    return err;
}
