#include "analyzer/alerts/why.h"

#include <inttypes.h>

#include <nabiz/buf.h>
#include <nabiz/date.h>

#include "analyzer/alerts/explain.h"

enum { LINES_MAX = 16, LINE_BYTES = 2048, STEPS_SHOWN = 6 };

struct lines {
    struct nb_incident *incident;
    struct nb_arena *arena;
    struct nb_buf line;
    bool failed;
};

/* What was written so far becomes a line. */
static void end_line(struct lines *l)
{
    struct nb_incident *in = l->incident;
    char *text = nb_arena_strdup(l->arena, nb_buf_slice(&l->line));
    l->failed = l->failed || !text || in->n_why == LINES_MAX;
    if (!l->failed) {
        in->why[in->n_why++] = text;
    }
    nb_buf_reset(&l->line);
}

static const char *shown(const char *name)
{
    return name && name[0] ? name : "unknown";
}

static void add_milli(struct nb_buf *out, int64_t milli)
{
    nb_buf_addf(out, "%" PRId64 ".%" PRId64, milli / 1000, milli % 1000 / 100);
}

static void add_span(struct nb_buf *out, uint64_t span_ms)
{
    uint64_t minutes = span_ms / NB_MINUTE_MS;
    if (minutes % 60 == 0 && minutes) {
        nb_buf_addf(out, minutes == 60 ? "an hour" : "%" PRIu64 " hours", minutes / 60);
    } else {
        nb_buf_addf(out, "%" PRIu64 " minutes", minutes);
    }
}

static const char *what_of(Nb__Alarm__Stream stream)
{
    static const char *const kinds[] = {"articles", "forum posts", "comments",
                                        "reviews",  "entries",     "posts"};
    switch (stream) {
    case NB__ALARM__STREAM__ALL:
        return "documents";
    case NB__ALARM__STREAM__VOICES:
        return "independent voices";
    case NB__ALARM__STREAM__NEGATIVE:
        return "negative documents";
    case NB__ALARM__STREAM__CLAIM:
        return "publishers of one text";
    default:
        return kinds[stream - NB__ALARM__STREAM__ARTICLE];
    }
}

static void alarm_line(struct lines *l, const Nb__Alarm *alarm)
{
    char at[NB_RFC3339_BYTES];
    nb_date_rfc3339(alarm->at_ms, at);
    nb_buf_addf(&l->line, "%" PRId64 " %s in ", alarm->value_milli / 1000, what_of(alarm->stream));
    add_span(&l->line, alarm->span_ms);
    nb_buf_addf(&l->line, " from %s", at);
    if (alarm->stream != NB__ALARM__STREAM__CLAIM) {
        nb_buf_add_str(&l->line, "; usual is ");
        add_milli(&l->line, alarm->expected_milli);
    }
    if (alarm->limit_milli > alarm->expected_milli) {
        nb_buf_add_str(&l->line, ", up to ");
        add_milli(&l->line, alarm->limit_milli);
        nb_buf_add_str(&l->line, " is ordinary");
    }
    end_line(l);
}

static void names_line(struct lines *l, const char *what, Nb__NameCount *const *names, size_t n,
                       uint64_t all_n)
{
    if (!n) {
        return;
    }
    nb_buf_addf(&l->line, "%s:", what);
    for (size_t i = 0; i < n; i++) {
        nb_buf_addf(&l->line, "%s %s (%" PRIu64 ")", i ? "," : "", shown(names[i]->name),
                    names[i]->count);
    }
    if (all_n > n) {
        nb_buf_addf(&l->line, " and %" PRIu64 " more", all_n - n);
    }
    end_line(l);
}

static void negative_line(struct lines *l)
{
    const struct nb_incident *in = l->incident;
    nb_buf_addf(&l->line, "negative: %" PRIu64 " of %" PRIu64, in->negative_n, in->read_n);
    if (in->negative_usual_milli >= 0) {
        nb_buf_addf(&l->line, "; usual is %" PRId32 " in a hundred", in->negative_usual_milli / 10);
    }
    end_line(l);
}

static void first_line(struct lines *l)
{
    const struct nb_incident *in = l->incident;
    char at[NB_RFC3339_BYTES];
    if (!in->has_first) {
        return;
    }
    nb_date_rfc3339(in->first_ms, at);
    nb_buf_addf(&l->line, "first: document %" PRIu64 " at %s by %s", in->first, at,
                shown(in->first_author));
    end_line(l);
    if (in->loudest) {
        nb_buf_addf(&l->line, "most heard: %s, acted upon %" PRIu64 " times so far",
                    shown(in->loudest->name), in->loudest->count);
        end_line(l);
    }
}

static void chain_line(struct lines *l)
{
    const struct nb_incident *in = l->incident;
    if (!in->n_chain) {
        return;
    }
    char at[NB_RFC3339_BYTES];
    nb_date_rfc3339(in->chain[0]->at_ms, at);
    nb_buf_addf(&l->line, "one text in %" PRIu64 " documents, first published by %s at %s",
                in->chain_n, shown(in->chain[0]->author), at);
    for (size_t i = 1; i < in->n_chain && i < STEPS_SHOWN; i++) {
        int64_t later = (in->chain[i]->at_ms - in->chain[0]->at_ms) / NB_MINUTE_MS;
        nb_buf_addf(&l->line, "%s %s (+%" PRId64 " min)", i > 1 ? "," : ", then",
                    shown(in->chain[i]->author), later);
    }
    if (in->chain_n > STEPS_SHOWN) {
        nb_buf_addf(&l->line, " and %" PRIu64 " more", in->chain_n - STEPS_SHOWN);
    }
    end_line(l);
}

static void copies_line(struct lines *l)
{
    const struct nb_incident *in = l->incident;
    if (in->copies_n && in->read_n) {
        nb_buf_addf(&l->line, "near-duplicates: %" PRIu64 " of %" PRIu64, in->copies_n, in->read_n);
        end_line(l);
    }
    if (in->n_coordination_why) {
        nb_buf_add_str(&l->line, "accounts:");
        for (size_t i = 0; i < in->n_coordination_why; i++) {
            nb_buf_addf(&l->line, "%s %s", i ? ";" : "", in->coordination_why[i]);
        }
        end_line(l);
    } else if (in->coordination) {
        nb_buf_addf(&l->line, "accounts: whether they act as one: %s", in->coordination);
        end_line(l);
    }
}

static void points_line(struct lines *l)
{
    const struct nb_incident *in = l->incident;
    bool any = false;
    for (size_t i = 0; i < in->n_points; i++) {
        if (in->points[i]->count) {
            nb_buf_addf(&l->line, "%s %s %" PRIu64, any ? "," : "severity:", in->points[i]->name,
                        in->points[i]->count);
            any = true;
        }
    }
    if (any) {
        end_line(l);
    }
}

static void forecast_line(struct lines *l)
{
    const struct nb_incident *in = l->incident;
    if (in->has_more) {
        nb_buf_addf(&l->line,
                    "so far %" PRIu64 " documents; %" PRIu64 " more are to be expected, "
                    "four times in five between %" PRIu64 " and %" PRIu64,
                    in->documents_n, in->more, in->more_low, in->more_high);
        end_line(l);
    }
}

enum nb_err nb_why(struct nb_incident *in, struct nb_arena *arena)
{
    struct lines l = {.incident = in, .arena = arena};
    const Nb__Alarm *strongest = nb_explain_strongest(in);
    in->n_why = 0;
    in->why = nb_arena_calloc(arena, LINES_MAX, sizeof(in->why[0]));
    if (!in->why) {
        return NB_ENOMEM;
    }
    nb_buf_init(&l.line, LINES_MAX * LINE_BYTES);
    if (strongest) {
        alarm_line(&l, strongest);
    }
    for (size_t i = 0; i < in->n_alarms && i < 3; i++) {
        if (in->alarms[i] != strongest) {
            alarm_line(&l, in->alarms[i]);
        }
    }
    negative_line(&l);
    chain_line(&l);
    first_line(&l);
    names_line(&l, "sites", in->sites, in->n_sites, in->sites_n);
    names_line(&l, "authors", in->authors, in->n_authors, in->authors_n);
    names_line(&l, "terms that rose", in->terms, in->n_terms, in->n_terms);
    names_line(&l, "speaks of", in->matters, in->n_matters, in->n_matters);
    copies_line(&l);
    points_line(&l);
    forecast_line(&l);
    l.failed = nb_buf_finish(&l.line, NULL) != NB_OK || l.failed;
    nb_buf_fini(&l.line);
    return l.failed ? NB_ENOMEM : NB_OK;
}
