/*
 * What changed, in sentences. Small wobbles are not news: a volume within a tenth of the mean, or a
 * mean score within 0.05, is told as unchanged.
 */
#include "service/digest/render.h"

#define SAME_PERCENT 10
#define SAME_MILLI 50

bool nb_digest_change(uint64_t of, uint64_t sum_before, size_t days_n, int64_t *mean_milli,
                      int64_t *percent)
{
    if (days_n == 0 || of > INT64_MAX / 100000 || sum_before > INT64_MAX / 1000) {
        return false;
    }
    int64_t days = (int64_t)days_n;
    int64_t sum = (int64_t)sum_before;
    int64_t now = (int64_t)of * days;
    *mean_milli = (sum * 1000 + days / 2) / days;
    if (sum == 0) {
        return false;
    }
    int64_t scaled = (now - sum) * 100;
    *percent = (scaled + (scaled < 0 ? -sum / 2 : sum / 2)) / sum;
    return true;
}

static struct nb_headline volume(const struct nb_report *report, const struct nb_labels *labels,
                                 struct nb_arena *arena)
{
    int64_t mean = 0;
    int64_t percent = 0;
    bool compared = nb_digest_change(report->day.documents_n, report->before.documents_n,
                                     report->history_n, &mean, &percent);
    const char *id = "headline.volume.same";
    if (report->day.documents_n == 0) {
        id = "headline.volume.none";
    } else if (report->history_n == 0) {
        id = "headline.volume.first";
    } else if (!compared) {
        id = "headline.volume.new";
    } else if (percent >= SAME_PERCENT) {
        id = "headline.volume.up";
    } else if (percent <= -SAME_PERCENT) {
        id = "headline.volume.down";
    }
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->day.documents_n)},
        {"d", nb_label_count(labels, arena, (int64_t)report->history_n)},
        {"mean", nb_label_milli(labels, arena, mean, 1)},
        {"p", nb_label_percent(labels, arena, percent < 0 ? -percent : percent)},
        {NULL, {NULL, 0}}};
    return (struct nb_headline){NB_TONE_NEUTRAL, nb_label_fill(labels, arena, id, values)};
}

static struct nb_headline sentiment(const struct nb_report *report, const struct nb_labels *labels,
                                    struct nb_arena *arena)
{
    int32_t now = nb_report_score(&report->day);
    int32_t before = nb_report_score(&report->before);
    enum nb_tone tone = NB_TONE_NEUTRAL;
    const char *id = "headline.sentiment.same";
    if (report->before.documents_n == 0) {
        id = "headline.sentiment.first";
    } else if (now - before >= SAME_MILLI) {
        id = "headline.sentiment.better";
        tone = NB_TONE_GOOD;
    } else if (before - now >= SAME_MILLI) {
        id = "headline.sentiment.worse";
        tone = NB_TONE_BAD;
    }
    const struct nb_label_value values[] = {{"s", nb_label_milli(labels, arena, now, 2)},
                                            {"b", nb_label_milli(labels, arena, before, 2)},
                                            {NULL, {NULL, 0}}};
    return (struct nb_headline){tone, nb_label_fill(labels, arena, id, values)};
}

static struct nb_headline alerts(const struct nb_report *report, const struct nb_labels *labels,
                                 struct nb_arena *arena)
{
    uint32_t severity = 0;
    for (size_t i = 0; i < report->alerts_n; i++) {
        severity = report->alerts[i]->severity > severity ? report->alerts[i]->severity : severity;
    }
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->alerts_n)},
        {"severity", nb_label_count(labels, arena, severity)},
        {NULL, {NULL, 0}}};
    return (struct nb_headline){NB_TONE_BAD,
                                nb_label_fill(labels, arena, "headline.alerts", values)};
}

static struct nb_headline waiting(const struct nb_report *report, const struct nb_labels *labels,
                                  struct nb_arena *arena)
{
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->waiting_n)},
        {"o", nb_label_count(labels, arena, (int64_t)report->overdue_n)},
        {"m", nb_label_count(labels, arena, NB_REPORT_REPLY_MIN)},
        {NULL, {NULL, 0}}};
    return (struct nb_headline){report->overdue_n > 0 ? NB_TONE_BAD : NB_TONE_NEUTRAL,
                                nb_label_fill(labels, arena, "headline.waiting", values)};
}

static struct nb_headline behind(const struct nb_report *report, const struct nb_labels *labels,
                                 struct nb_arena *arena)
{
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->behind_n)}, {NULL, {NULL, 0}}};
    return (struct nb_headline){NB_TONE_NEUTRAL,
                                nb_label_fill(labels, arena, "headline.behind", values)};
}

size_t nb_digest_headline(const struct nb_report *report, const struct nb_labels *labels,
                          struct nb_arena *arena, struct nb_headline out[NB_HEADLINES_MAX])
{
    size_t n = 0;
    if (report->alerts_n > 0) {
        out[n++] = alerts(report, labels, arena);
    }
    out[n++] = volume(report, labels, arena);
    if (report->day.documents_n > 0) {
        out[n++] = sentiment(report, labels, arena);
    }
    if (report->waiting_n > 0) {
        out[n++] = waiting(report, labels, arena);
    }
    if (report->behind_n > 0) {
        out[n++] = behind(report, labels, arena);
    }
    return n;
}
