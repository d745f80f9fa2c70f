#include "service/source_schedule.h"

#include <stdio.h>

#include <nabiz/date.h>

enum { DURATION_BYTES = 32, HOURS_A_WEEK = 168 };

/* "90 s", "25 min", "6 h", "2 d": whole numbers that say enough. */
static const char *duration(int64_t ms, char out[DURATION_BYTES])
{
    int64_t s = (ms + 500) / 1000;
    if (s < 120) {
        (void)snprintf(out, DURATION_BYTES, "%lld s", (long long)s);
    } else if (s < 7200) {
        (void)snprintf(out, DURATION_BYTES, "%lld min", (long long)(s + 30) / 60);
    } else if (s < 172800) {
        (void)snprintf(out, DURATION_BYTES, "%lld h", (long long)(s + 1800) / 3600);
    } else {
        (void)snprintf(out, DURATION_BYTES, "%lld d", (long long)(s + 43200) / 86400);
    }
    return out;
}

static void say_busy(const struct nb_schedule_view *view, int32_t offset_min, struct nb_buf *out)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    nb_buf_add_str(out, "  Busiest, against a usual hour:");
    for (size_t i = 0; i < view->busy_n; i++) {
        int32_t minutes = view->busy[i].hour * 60 + offset_min + HOURS_A_WEEK * 60;
        minutes %= HOURS_A_WEEK * 60;
        int64_t tenths = (view->busy[i].factor_milli + 50) / 100;
        nb_buf_addf(out, "%s %s %02d:%02d x %lld.%lld", i ? "," : "", days[minutes / 1440],
                    minutes / 60 % 24, minutes % 60, (long long)tenths / 10,
                    (long long)tenths % 10);
    }
    nb_buf_add_str(out, ".\n");
}

static void say_rhythm(const struct nb_source_row *row, const struct nb_schedule_view *view,
                       int32_t offset_min, struct nb_buf *out)
{
    char text[DURATION_BYTES];
    int64_t hundredths = (view->per_day_milli + 5) / 10;
    int64_t lately = (view->lately_milli + 50) / 100;
    nb_buf_addf(out,
                "  It publishes %lld.%02lld items a day in the long run; of the last hours\n"
                "  %lld.%lld count.\n",
                (long long)hundredths / 100, (long long)hundredths % 100, (long long)lately / 10,
                (long long)lately % 10);
    say_busy(view, offset_min, out);
    if (row->every_s == 0 && view->adaptive) {
        nb_buf_addf(out,
                    "  A poll is worth %lld.%lld s of an item's waiting now: that makes a pause\n"
                    "  of %s.\n",
                    (long long)view->price_milli / 1000, (long long)view->price_milli / 100 % 10,
                    duration(view->rhythm_ms, text));
        int64_t tenths = (view->share_milli + 50) / 100;
        nb_buf_addf(out, "  Its share of the budget is %lld.%lld times the average.\n",
                    (long long)tenths / 10, (long long)tenths % 10);
    }
}

static void say_bounds(const struct nb_source_row *row, const struct nb_source *state,
                       const struct nb_schedule_view *view, struct nb_buf *out)
{
    char a[DURATION_BYTES];
    char b[DURATION_BYTES];
    char c[DURATION_BYTES];
    if (row->every_s == 0 && view->adaptive) {
        nb_buf_addf(out, "  Pauses are from %s to %s, %s on the average of all sources.\n",
                    duration(view->shortest_s * 1000, a), duration(view->longest_s * 1000, b),
                    duration(view->average_s * 1000, c));
    }
    if (state->has_ttl_s && state->ttl_s > 0) {
        nb_buf_addf(out, "  The feed asks for a pause of %s.\n",
                    duration((int64_t)state->ttl_s * 1000, a));
    }
    if (state->has_max_age_s && state->max_age_s > 0) {
        nb_buf_addf(out, "  Its last answer holds for %s.\n",
                    duration((int64_t)state->max_age_s * 1000, a));
    }
    if (state->skip_hours || state->skip_days) {
        nb_buf_add_str(out, "  It names hours or days in which it is not to be asked.\n");
    }
}

void nb_source_schedule_say(const struct nb_source_row *row, const struct nb_source *state,
                            const struct nb_schedule_view *view, int32_t offset_min,
                            struct nb_buf *out)
{
    char text[NB_RFC3339_BYTES];
    if (view->asked_ms > 0) {
        nb_date_rfc3339(view->asked_ms, text);
        nb_buf_addf(out, "It was asked %s; the answer is not stored (yet).\n", text);
    }
    if (!state || row->paused || state->retired) {
        return;
    }
    if (state->has_why) {
        nb_buf_addf(out, "That follows from %s.\n", nb_schedule_why(state->why));
    }
    if (view->per_day_milli >= 0) {
        say_rhythm(row, view, offset_min, out);
    }
    say_bounds(row, state, view, out);
}

void nb_source_schedule_json(const struct nb_source *state, const struct nb_schedule_view *view,
                             struct nb_json *json)
{
    nb_json_key(json, "schedule");
    nb_json_object(json);
    nb_json_kcstr(json, "why", state && state->has_why ? nb_schedule_why(state->why) : NULL);
    nb_json_kbool(json, "adaptive", view->adaptive);
    nb_json_kint(json, "price_milli", view->price_milli);
    nb_json_kint(json, "average_s", view->average_s);
    nb_json_kint(json, "shortest_s", view->shortest_s);
    nb_json_kint(json, "longest_s", view->longest_s);
    if (view->per_day_milli >= 0) {
        nb_json_kint(json, "per_day_milli", view->per_day_milli);
        nb_json_kint(json, "lately_milli", view->lately_milli);
        nb_json_kint(json, "rhythm_ms", view->rhythm_ms);
        nb_json_kint(json, "share_milli", view->share_milli);
        nb_json_key(json, "busy");
        nb_json_array(json);
        for (size_t i = 0; i < view->busy_n; i++) {
            nb_json_object(json);
            nb_json_kint(json, "hour_of_week", view->busy[i].hour);
            nb_json_kint(json, "factor_milli", view->busy[i].factor_milli);
            nb_json_end(json);
        }
        nb_json_end(json);
    }
    nb_json_kint(json, "ttl_s", state && state->has_ttl_s ? state->ttl_s : 0);
    nb_json_kint(json, "max_age_s", state && state->has_max_age_s ? state->max_age_s : 0);
    nb_json_ktime(json, "asked", view->asked_ms > 0 ? view->asked_ms : -1);
    nb_json_end(json);
}
