/*
 * How many of the labelled windows of the Numenta Anomaly Benchmark are found, at how many false
 * alarms, by the path that `nabiz detect` takes; and the benchmark's own score.
 *
 * Two probations: the first 15 % of a file, by which the figures of other detectors in
 * docs/alerts.md were measured, and the benchmark's own, at most 750 rows. A window is found when
 * an alarm is in it; alarms outside within six hours of each other are one false alarm.
 */
#include "tests/lib/test.h"

#include <math.h>
#include <stdlib.h>

#include <jansson.h>
#include <nabiz/date.h>
#include <nabiz/file.h>
#include <nabiz/series.h>

#include "service/detect_rows.h"

enum {
    ARENA_BYTES = 64 << 20,
    WINDOWS_MAX = 8,
    ALARMS_MAX = 4096,
    ROWS_MAX = 32768,
    BRANDS_MAX = 16,
    PROBATION_ROWS = 750,
    NAME_BYTES = 128
};
static const double EPISODE_S = 6 * 3600;
static const double WEEK_S = 7 * 86400;

struct series {
    char name[NAME_BYTES]; /* "realTweets/Twitter_volume_KO.csv" */
    double *at_s;
    size_t rows_n;
    struct nb_row *rows;
    double from_s[WINDOWS_MAX], to_s[WINDOWS_MAX], label_s[WINDOWS_MAX];
    size_t windows_n;
    size_t alarms[ALARMS_MAX]; /* rows */
    size_t alarms_n;
};

/* What became of a series. */
struct outcome {
    size_t windows_n, found_n, soon_n, near_n, false_n;
    double weeks;
};

static struct nb_arena *arena;

static double read_time(const char *text)
{
    int64_t at_ms = 0;
    struct nb_slice s = nb_slice_str(text);
    size_t dot = nb_slice_find_byte(s, '.', 0);
    struct nb_date_context context = {0};
    s = nb_slice_sub(s, 0, dot == NB_NPOS ? s.len : dot);
    return nb_date_parse(s, &context, &at_ms) == NB_OK ? (double)at_ms / 1000 : 0;
}

/* The label is in the middle; windows that met were merged, so the narrowest is the true width. */
static void read_windows(json_t *list, struct series *s)
{
    double width = 1e18;
    size_t i;
    json_t *pair;
    json_array_foreach(list, i, pair)
    {
        if (s->windows_n < WINDOWS_MAX) {
            s->from_s[s->windows_n] = read_time(json_string_value(json_array_get(pair, 0)));
            s->to_s[s->windows_n] = read_time(json_string_value(json_array_get(pair, 1)));
            width = fmin(width, s->to_s[s->windows_n] - s->from_s[s->windows_n]);
            s->windows_n++;
        }
    }
    for (i = 0; i < s->windows_n; i++) {
        s->label_s[i] = s->from_s[i] + width / 2;
    }
}

static bool read_series(const char *name, json_t *windows, struct series *s)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "nab/%s", name);
    const char *file = nbt_data(path);
    struct nb_slice text = file ? nbt_read_file(file, arena) : nb_slice(NULL, 0);
    struct nb_slice line;
    *s = (struct series){.rows_n = 0};
    (void)snprintf(s->name, sizeof(s->name), "%s", name);
    s->rows = nb_arena_calloc(arena, ROWS_MAX, sizeof(s->rows[0]));
    while (text.p && s->rows && s->rows_n < ROWS_MAX && nb_slice_split(&text, '\n', &line)) {
        s->rows_n += nb_row_parse(nb_slice_trim(line), &s->rows[s->rows_n], NULL) == NB_OK;
    }
    read_windows(windows, s);
    return s->rows_n > 2;
}

static void detect(struct series *s, int32_t rarity_milli)
{
    struct nb_rows rows;
    s->alarms_n = 0;
    if (nb_rows_init(&rows, 0, 0) != NB_OK) {
        abort();
    }
    rows.rarity_milli = rarity_milli;
    for (size_t i = 0; i < s->rows_n; i++) {
        struct nb_alarm alarms[2];
        size_t n;
        if (nb_rows_take(&rows, &s->rows[i], alarms, &n) == NB_OK && n > 0 &&
            s->alarms_n < ALARMS_MAX) {
            s->alarms[s->alarms_n++] = i;
        }
    }
    nb_rows_fini(&rows);
}

static double row_s(const struct series *s, size_t i)
{
    return (double)s->rows[i].at_ms / 1000;
}

static size_t window_at(const struct series *s, double at_s)
{
    size_t w = 0;
    while (w < s->windows_n && (at_s < s->from_s[w] || at_s > s->to_s[w])) {
        w++;
    }
    return w;
}

static struct outcome judge(const struct series *s, size_t probation, bool tell)
{
    struct outcome o = {0};
    double found_s[WINDOWS_MAX] = {0};
    bool near[WINDOWS_MAX] = {false};
    double last_s = -1e18;
    for (size_t i = 0; i < s->alarms_n; i++) {
        double at_s = row_s(s, s->alarms[i]);
        size_t w = window_at(s, at_s);
        if (s->alarms[i] < probation) {
            continue;
        }
        if (w < s->windows_n) {
            found_s[w] = found_s[w] > 0 ? found_s[w] : at_s;
            near[w] = near[w] || fabs(at_s - s->label_s[w]) <= 3600;
        } else {
            o.false_n += at_s - last_s > EPISODE_S;
            last_s = at_s;
        }
    }
    for (size_t w = 0; w < s->windows_n; w++) {
        if (s->to_s[w] <= row_s(s, probation)) {
            continue;
        }
        double late_s = found_s[w] - s->label_s[w];
        o.windows_n++;
        o.found_n += found_s[w] > 0;
        o.soon_n += found_s[w] > 0 && late_s <= 3600;
        o.near_n += near[w];
        if (tell && found_s[w] > 0) {
            printf("  %s: window %zu found %.1f h from its label\n", s->name, w, late_s / 3600);
        } else if (tell) {
            printf("  %s: window %zu missed\n", s->name, w);
        }
    }
    o.weeks = (row_s(s, s->rows_n - 1) - row_s(s, probation)) / WEEK_S;
    return o;
}

static void add(struct outcome *sum, const struct outcome *o)
{
    sum->windows_n += o->windows_n;
    sum->found_n += o->found_n;
    sum->soon_n += o->soon_n;
    sum->near_n += o->near_n;
    sum->false_n += o->false_n;
    sum->weeks += o->weeks;
}

static size_t probation_of(const struct series *s, bool own)
{
    size_t share = s->rows_n * 15 / 100;
    return own && share > PROBATION_ROWS ? PROBATION_ROWS : share;
}

static void print_outcome(const char *what, const struct outcome *o)
{
    printf("nab.%s %zu of %zu windows found, %.3f false alarms per brand-week, %zu not later than "
           "an hour after the label, %zu with an alarm in the two hours around it\n",
           what, o->found_n, o->windows_n, (double)o->false_n / o->weeks, o->soon_n, o->near_n);
}

/* The benchmark's sigmoid of how far from a window's end, in windows (Lavin, Ahmad 2015). */
static double sigmoid(double distance)
{
    return distance > 3 ? -1 : 2 / (1 + exp(5 * distance)) - 1;
}

/* Raw score by the standard profile: found 1, missed -1, false -0.11. */
static double raw_score(const struct series *s)
{
    size_t probation = probation_of(s, true);
    double score = 0;
    double first[WINDOWS_MAX], end[WINDOWS_MAX], length[WINDOWS_MAX];
    for (size_t w = 0; w < s->windows_n; w++) {
        first[w] = -1;
        end[w] = length[w] = 0;
        for (size_t i = 0; i < s->rows_n; i++) {
            if (window_at(s, row_s(s, i)) == w) {
                end[w] = (double)i;
                length[w]++;
            }
        }
    }
    for (size_t i = 0; i < s->alarms_n; i++) {
        size_t w = window_at(s, row_s(s, s->alarms[i]));
        double at = (double)s->alarms[i];
        double distance = 1e9;
        if (s->alarms[i] < probation) {
            continue;
        }
        if (w < s->windows_n) {
            first[w] = first[w] < 0 ? at : first[w];
            continue;
        }
        for (w = 0; w < s->windows_n; w++) {
            if (end[w] < at && length[w] > 1) {
                distance = fmin(distance, (at - end[w]) / (length[w] - 1));
            }
        }
        score += 0.11 * sigmoid(distance);
    }
    for (size_t w = 0; w < s->windows_n; w++) {
        score += first[w] < 0 ? -1 : sigmoid(-(end[w] - first[w]) / fmax(length[w] - 1, 1));
    }
    return score;
}

/* Spend the budget of 0.2 on all brands but one, and look what that does on the one. */
static void leave_one_out(struct series *list, size_t n)
{
    enum { STEPS = 12, STEP_MILLI = 50, FROM_MILLI = 500 };
    static struct outcome outcomes[STEPS][BRANDS_MAX];
    struct outcome sum = {0};
    for (size_t k = 0; k < STEPS; k++) {
        for (size_t b = 0; b < n; b++) {
            detect(&list[b], (int32_t)k * STEP_MILLI + FROM_MILLI);
            outcomes[k][b] = judge(&list[b], probation_of(&list[b], false), false);
        }
    }
    for (size_t b = 0; b < n; b++) {
        size_t k = STEPS;
        double rate = 0;
        while (k > 0 && rate <= 0.2) {
            struct outcome others = {0};
            k--;
            for (size_t other = 0; other < n; other++) {
                if (other != b) {
                    add(&others, &outcomes[k][other]);
                }
            }
            rate = (double)others.false_n / others.weeks;
        }
        add(&sum, &outcomes[rate > 0.2 && k + 1 < STEPS ? k + 1 : k][b]);
    }
    print_outcome("leave-one-brand-out", &sum);
}

static void brands(struct series *list, size_t n)
{
    for (int own = 0; own < 2; own++) {
        struct outcome sum = {0};
        for (size_t i = 0; i < n; i++) {
            detect(&list[i], NB_DETECTOR_RARITY_MILLI);
            struct outcome o = judge(&list[i], probation_of(&list[i], own), getenv("V") != NULL);
            if (getenv("V")) {
                printf("  %s: %zu of %zu, %zu false\n", list[i].name, o.found_n, o.windows_n,
                       o.false_n);
            }
            add(&sum, &o);
        }
        print_outcome(own ? "tweets after 750 rows" : "tweets after 15 %", &sum);
    }
}

/* The same brands with fewer speakers: each tweet is kept by chance, one of so many. */
static void thinned(struct series *list, size_t n, uint64_t one_of)
{
    struct outcome sum = {0};
    uint64_t seed = one_of;
    char what[32];
    for (size_t i = 0; i < n; i++) {
        struct series thin = list[i];
        thin.rows = nb_arena_calloc(arena, ROWS_MAX, sizeof(thin.rows[0]));
        for (size_t r = 0; thin.rows && r < thin.rows_n; r++) {
            thin.rows[r].at_ms = list[i].rows[r].at_ms;
            for (int64_t k = 0; k < list[i].rows[r].value_milli; k += 1000) {
                thin.rows[r].value_milli += nb_series_next(&seed) % one_of == 0 ? 1000 : 0;
            }
        }
        if (thin.rows) {
            detect(&thin, NB_DETECTOR_RARITY_MILLI);
            struct outcome o = judge(&thin, probation_of(&thin, false), false);
            add(&sum, &o);
        }
    }
    (void)snprintf(what, sizeof(what), "one tweet of %d", (int)one_of);
    print_outcome(what, &sum);
}

/* Of the files whose names begin so. */
static void score(struct series *list, size_t n, const char *family)
{
    double raw = 0;
    double windows = 0;
    for (size_t i = 0; i < n; i++) {
        if (nb_slice_starts(nb_slice_str(list[i].name), nb_slice_str(family))) {
            detect(&list[i], NB_DETECTOR_RARITY_MILLI);
            raw += raw_score(&list[i]);
            windows += (double)list[i].windows_n;
        }
    }
    printf("nab.score %.1f of 100 by the standard profile (%s, %.0f windows)\n",
           windows > 0 ? 100 * (raw + windows) / (2 * windows) : 0,
           family[0] ? family : "all files", windows);
}

int main(void)
{
    static struct series list[64];
    static struct series tweets[BRANDS_MAX];
    size_t n = 0;
    size_t tweets_n = 0;
    const char *path = nbt_data("nab/windows.json");
    json_t *all = path ? json_load_file(path, 0, NULL) : NULL;
    const char *name;
    json_t *windows;
    if (!all) {
        return 0;
    }
    arena = nb_arena_new(ARENA_BYTES);
    json_object_foreach(all, name, windows)
    {
        if (arena && n < 64 && read_series(name, windows, &list[n])) {
            if (nb_slice_starts(nb_slice_str(name), NB_LIT("realTweets/")) &&
                tweets_n < BRANDS_MAX) {
                tweets[tweets_n++] = list[n];
            }
            n++;
        }
    }
    brands(tweets, tweets_n);
    leave_one_out(tweets, tweets_n);
    thinned(tweets, tweets_n, 2);
    thinned(tweets, tweets_n, 5);
    thinned(tweets, tweets_n, 10);
    score(list, n, "realTweets/");
    score(list, n, "");
    json_decref(all);
    nb_arena_free(arena);
    return 0;
}
