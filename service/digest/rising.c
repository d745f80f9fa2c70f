/*
 * What rose against the weeks before, and who was silent: analyzer/rising.h, asked for the period
 * of a report.
 */
#include "service/digest/report_impl.h"

#include <stdlib.h>

#include <nabiz/date.h>

enum nb_err nb_report_back(const struct nb_report *report, int64_t end_ms, int64_t days,
                           uint64_t most, struct nb_arena *scratch, int64_t *out_ms)
{
    const struct nb_hour_row *rows = NULL;
    size_t n = 0;
    uint64_t documents_n = 0;
    int64_t from_ms = end_ms - days * NB_DAY_MS;
    enum nb_err err =
        nb_analysis_hours(report->analysis, report->topic, from_ms, end_ms, scratch, &rows, &n);
    for (size_t i = n; err == NB_OK && i > 0; i--) {
        documents_n += rows[i - 1].hour->documents_n;
        if (documents_n > most) {
            from_ms = i < n ? rows[i].hour_ms : rows[i - 1].hour_ms;
            break;
        }
    }
    if (n > 0 && from_ms < rows[0].hour_ms) {
        from_ms = rows[0].hour_ms; /* a younger topic: nothing was silent before it began */
    }
    *out_ms = from_ms;
    return err;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static enum nb_err list_copies(const struct nb_scan *scan, struct nb_arena *arena,
                               const uint64_t **out, size_t *out_n)
{
    uint64_t *numbers = nb_arena_alloc(arena, (scan->rows_n + 1) * sizeof(*numbers));
    size_t n = 0;
    for (uint32_t i = 0; numbers && i < scan->rows_n; i++) {
        if (scan->rows[i].copy) {
            numbers[n++] = scan->rows[i].number;
        }
    }
    if (!numbers) {
        return NB_ENOMEM;
    }
    qsort(numbers, n, sizeof(*numbers), by_number);
    *out = numbers;
    *out_n = n;
    return NB_OK;
}

/* Words and names as everything that is shown: clean. */
static enum nb_err clean(struct nb_arena *arena, struct nb_rising *rising)
{
    enum nb_err err = NB_OK;
    struct nb_rising_term *terms = nb_arena_alloc(arena, (rising->terms_n + 1) * sizeof(*terms));
    struct nb_silent_site *silent = nb_arena_alloc(arena, (rising->silent_n + 1) * sizeof(*silent));
    if (!terms || !silent) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; err == NB_OK && i < rising->terms_n; i++) {
        terms[i] = rising->terms[i];
        struct nb_slice *const texts[] = {&terms[i].text, &terms[i].root, &terms[i].with};
        for (size_t k = 0; err == NB_OK && k < sizeof(texts) / sizeof(texts[0]); k++) {
            err = nb_report_line(*texts[k], NB_REPORT_LINE_BYTES, arena, texts[k]);
        }
    }
    for (size_t i = 0; err == NB_OK && i < rising->silent_n; i++) {
        silent[i] = rising->silent[i];
        err = nb_report_line(silent[i].site, NB_REPORT_LINE_BYTES, arena, &silent[i].site);
    }
    rising->terms = terms;
    rising->silent = silent;
    return err;
}

enum nb_err nb_report_rising(struct nb_arena *arena, struct nb_report *out)
{
    struct nb_rising_query query = {
        .topic = out->topic, .from_ms = out->day_ms, .to_ms = out->end_ms};
    enum nb_err err = nb_report_back(out, out->day_ms, NB_REPORT_HISTORY_DAYS, NB_REPORT_RISING_MAX,
                                     arena, &query.before_ms);
    if (err == NB_OK) {
        err = list_copies(out->scan, arena, &query.without, &query.without_n);
    }
    if (err == NB_OK) {
        err = nb_rising_find(out->analysis, &query, arena, &out->rising);
    }
    if (err == NB_OK) {
        err = clean(arena, &out->rising);
    }
    out->rising_from_ms = query.before_ms;
    return err;
}
