#include "service/silence.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/record.h>
#include <nabiz/sources.h>
#include <nabiz/store.h>

#include "crawler/schedule/plan.h"

enum { PER_DAY_MIN_MILLI = 100 /* less than one in ten days: nobody waits */, FAILURES = 3 };

/* What is known of a kind or group: its sources together. */
struct class
{
    const char *name;
    int64_t per_day_milli;
    int64_t heard_ms;
    size_t sources_n;
};

struct silences {
    const struct nb_config *config;
    const struct nb_sources *sources;
    struct nb_arena *arena;
    int64_t now_ms;
    int64_t polled_ms; /* the newest poll of all */
    struct class *classes;
    size_t classes_n;
    struct nb_silence *rows;
    size_t n;
};

int64_t nb_silence_gap_ms(int64_t per_day_milli)
{
    return per_day_milli >= PER_DAY_MIN_MILLI ? NB_DAY_MS * 1000 / per_day_milli : 0;
}

bool nb_silence_is(int64_t per_day_milli, int64_t quiet_ms, int64_t least_ms)
{
    int64_t gap_ms = nb_silence_gap_ms(per_day_milli);
    return gap_ms > 0 && quiet_ms >= least_ms && quiet_ms >= NB_SILENCE_GAPS * gap_ms;
}

/* Documents a day as they were before the silence: a rate that it lowers would excuse it. */
static enum nb_err rate_of(const struct nb_source *state, int64_t *per_day_milli, int64_t *heard_ms)
{
    struct nb_rhythm rhythm;
    *per_day_milli = 0;
    enum nb_err err = nb_plan_rhythm_get(state->rhythm, &rhythm);
    if (err || rhythm.read_ms <= 0 || rhythm.rate.at_ms <= 0) {
        *heard_ms = state->has_changed_ms ? state->changed_ms : 0;
        return err;
    }
    double counts[NB_RATE_N];
    *heard_ms = rhythm.rate.at_ms > state->changed_ms ? rhythm.rate.at_ms : state->changed_ms;
    nb_rate_counts(&rhythm.rate, rhythm.rate.at_ms, counts);
    double per_day = nb_rate_long_run(&rhythm.rate, counts, rhythm.rate.at_ms) * 86400;
    *per_day_milli = per_day < 1e9 ? (int64_t)(per_day * 1000 + 0.5) : (int64_t)1e12;
    return NB_OK;
}

static void add(struct silences *s, enum nb_silence_of of, const char *name, int64_t heard_ms,
                int64_t usual_ms, const char *why)
{
    s->rows[s->n++] = (struct nb_silence){.of = of,
                                          .name = name,
                                          .heard_ms = heard_ms,
                                          .quiet_ms = s->now_ms - heard_ms,
                                          .usual_ms = usual_ms,
                                          .why = why};
}

static enum nb_err join(struct silences *s, const char *what, const char *name,
                        int64_t per_day_milli, int64_t heard_ms)
{
    char *whole = nb_arena_printf(s->arena, "%s %s", what, name);
    if (!whole) {
        return NB_ENOMEM;
    }
    size_t i = 0;
    while (i < s->classes_n && strcmp(s->classes[i].name, whole) != 0) {
        i++;
    }
    struct class *c = &s->classes[i];
    if (i == s->classes_n) {
        *c = (struct class){.name = whole};
        s->classes_n++;
    }
    c->per_day_milli += per_day_milli;
    c->heard_ms = heard_ms > c->heard_ms ? heard_ms : c->heard_ms;
    c->sources_n++;
    return NB_OK;
}

static const char *why_silent(const struct nb_source *state)
{
    if (state->denied) {
        return "robots.txt does not allow it";
    }
    if (state->failures_n >= FAILURES) {
        return state->failure ? state->failure : "it cannot be read";
    }
    return "it answers, and has nothing new";
}

static enum nb_err look_at(struct silences *s, struct nb_txn *txn, const struct nb_source_row *row)
{
    struct nb_slice value;
    struct nb_source *state;
    int64_t per_day_milli, heard_ms;
    enum nb_err err =
        row->paused ? NB_ENOTFOUND
                    : nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(row->id.b, NB_ID_BYTES), &value);
    err = err == NB_OK ? nb_source_decode(value, s->arena, &state) : err;
    if (err == NB_ENOTFOUND || (err == NB_OK && state->retired)) {
        return NB_OK;
    }
    err = err == NB_OK ? rate_of(state, &per_day_milli, &heard_ms) : err;
    if (err) {
        return err;
    }
    s->polled_ms = state->polled_ms > s->polled_ms ? state->polled_ms : s->polled_ms;
    if (nb_silence_is(per_day_milli, s->now_ms - heard_ms, NB_SILENCE_SOURCE_MS)) {
        add(s, NB_SILENCE_SOURCE, row->url, heard_ms, nb_silence_gap_ms(per_day_milli),
            why_silent(state));
    }
    err = join(s, "kind", nb_kind_name(row->kind), per_day_milli, heard_ms);
    return err == NB_OK && row->group[0] ? join(s, "group", row->group, per_day_milli, heard_ms)
                                         : err;
}

static void look_at_classes(struct silences *s)
{
    for (size_t i = 0; i < s->classes_n; i++) {
        const struct class *c = &s->classes[i];
        if (c->sources_n > 1 &&
            nb_silence_is(c->per_day_milli, s->now_ms - c->heard_ms, NB_SILENCE_CLASS_MS)) {
            add(s, NB_SILENCE_CLASS, c->name, c->heard_ms, nb_silence_gap_ms(c->per_day_milli),
                "nothing new from any of its sources");
        }
    }
}

/* Nobody polled for longer than any source waits by itself. */
static void look_at_crawler(struct silences *s)
{
    int64_t interval_ms = nb_config_int(s->config, NB_CFG_INTERVAL) * 1000;
    int64_t most_ms = 3 * interval_ms > NB_SILENCE_POLLS_MS ? 3 * interval_ms : NB_SILENCE_POLLS_MS;
    if (s->now_ms - s->polled_ms >= most_ms) {
        add(s, NB_SILENCE_CRAWLER, "crawler", s->polled_ms, interval_ms,
            "no source was polled; `nabiz doctor` says what does not run");
    }
}

static int by_kind_and_time(const void *a, const void *b)
{
    const struct nb_silence *x = a;
    const struct nb_silence *y = b;
    if (x->of != y->of) {
        return x->of < y->of ? -1 : 1;
    }
    if (x->quiet_ms != y->quiet_ms) {
        return x->quiet_ms > y->quiet_ms ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

static enum nb_err look_at_all(struct silences *s, struct nb_txn *txn)
{
    size_t sources_n = nb_sources_n(s->sources);
    s->classes = nb_arena_calloc(s->arena, 2 * sources_n, sizeof(s->classes[0]));
    s->rows = nb_arena_calloc(s->arena, 3 * sources_n + 1, sizeof(s->rows[0]));
    enum nb_err err = s->classes && s->rows ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < sources_n; i++) {
        err = look_at(s, txn, nb_sources_at(s->sources, i));
    }
    if (err == NB_OK && !s->polled_ms) {
        err = NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        look_at_classes(s);
        look_at_crawler(s);
        qsort(s->rows, s->n, sizeof(s->rows[0]), by_kind_and_time);
    }
    return err;
}

enum nb_err nb_silence_read(const struct nb_config *config, int64_t now_ms, struct nb_arena *arena,
                            const struct nb_silence **out, size_t *out_n, struct nb_error *error)
{
    struct nb_store *store = NULL;
    struct nb_txn *txn = NULL;
    struct nb_sources *sources = NULL;
    struct silences s = {.config = config, .arena = arena, .now_ms = now_ms};
    const struct nb_store_options options = {.read_only = true};
    enum nb_err err = nb_sources_load(nb_config_str(config, NB_CFG_SOURCES), &sources, error);
    if (err == NB_OK) {
        err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), NB_STORE_CRAWL, &options,
                            &store, error);
    }
    err = err == NB_OK ? nb_read_begin(store, &txn, error) : err;
    if (err == NB_OK) {
        s.sources = sources;
        err = look_at_all(&s, txn);
        nb_read_end(txn);
    }
    nb_store_close(store);
    for (size_t i = 0; err == NB_OK && i < s.n; i++) { /* names of sources go with their list */
        s.rows[i].name = nb_arena_strdup(arena, nb_slice_str(s.rows[i].name));
        err = s.rows[i].name ? NB_OK : NB_ENOMEM;
    }
    nb_sources_free(sources);
    *out = s.rows;
    *out_n = err == NB_OK ? s.n : 0;
    return err;
}
