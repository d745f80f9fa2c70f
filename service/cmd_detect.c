/* nabiz detect: alerts of a series of counts. The stage of the alerts alone. */
#include "service/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/json.h>

#include "service/answer.h"
#include "service/detect_rows.h"
#include "service/lang.h"

enum { ARENA_BYTES = 65536, LINE_BYTES = 65536 };

struct detect {
    struct nb_args *args;
    struct nb_rows rows;
    struct nb_arena *arena;
    struct nb_buf out;
    struct nb_error error;
    bool strict;
};

/* "5m", "1h", "1d". @return 0 when it is none of those. */
static int64_t read_interval(struct nb_slice text)
{
    int64_t n;
    int64_t unit_ms = nb_slice_ends(text, NB_LIT("m"))   ? NB_MINUTE_MS
                      : nb_slice_ends(text, NB_LIT("h")) ? NB_HOUR_MS
                      : nb_slice_ends(text, NB_LIT("d")) ? NB_DAY_MS
                                                         : 0;
    if (!unit_ms || !nb_slice_to_i64(nb_slice_sub(text, 0, text.len - 1), &n) || n < 1 ||
        n > NB_DETECTOR_INTERVAL_MAX_MS / unit_ms) {
        return 0;
    }
    return n * unit_ms;
}

static enum nb_err print_alarm(struct detect *d, const struct nb_alarm *alarm)
{
    struct nb_json json;
    const struct nb_detection *detection = &alarm->detection;
    nb_arena_reset(d->arena);
    char *why = nb_detection_why(detection, d->rows.interval_ms, d->arena);
    if (!why) {
        return NB_ENOMEM;
    }
    nb_buf_reset(&d->out);
    nb_json_init(&json, &d->out, false);
    nb_json_object(&json);
    nb_json_ktime(&json, "at", alarm->at_ms);
    nb_json_kint(&json, "severity", nb_detection_severity(detection));
    nb_json_kcstr(&json, "kind", nb_detector_kind_name(detection->kind));
    nb_json_kmilli(&json, "value", detection->value_milli);
    nb_json_kmilli(&json, "expected", detection->expected_milli);
    nb_json_kcstr(&json, "why", why);
    nb_json_end(&json);
    struct nb_slice line;
    enum nb_err err = nb_buf_finish(&d->out, &line);
    if (err == NB_OK) {
        printf("%.*s\n", NB_ARG(line));
        err = fflush(stdout) == 0 ? NB_OK : NB_EIO;
    }
    return err;
}

static enum nb_err complain(struct detect *d, size_t number, enum nb_err err, const char *why)
{
    if (d->strict) {
        return nb_error_set(&d->error, err, "line %zu: %s", number, why);
    }
    fprintf(stderr, "nabiz detect: line %zu: %s\n", number, why);
    return NB_OK;
}

static enum nb_err take_line(struct detect *d, struct nb_slice line, size_t number)
{
    struct nb_error error = {0};
    struct nb_alarm alarms[2];
    size_t alarms_n;
    enum nb_err err = nb_rows_line(&d->rows, line, alarms, &alarms_n, &error);
    if (err != NB_OK && err != NB_ENOMEM) {
        return complain(d, number, err, nb_error_text(&error));
    }
    for (size_t i = 0; err == NB_OK && i < alarms_n; i++) {
        err = print_alarm(d, &alarms[i]);
    }
    return err;
}

static enum nb_err read_lines(struct detect *d)
{
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long;
    enum nb_err err = NB_OK;
    nb_lines_init(&lines, STDIN_FILENO);
    while (err == NB_OK && (err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        err = too_long ? complain(d, lines.number, NB_ETOOBIG, "the line is too long; left out")
                       : take_line(d, line, lines.number);
    }
    nb_lines_fini(&lines);
    return err == NB_ECLOSED ? NB_OK : err;
}

static enum nb_err load_calendar(struct nb_args *args, struct nb_calendar **out,
                                 struct nb_error *error)
{
    const char *path = nb_args_get(args, "calendar");
    *out = NULL;
    return path ? nb_calendar_load(path, out, error) : NB_OK;
}

static enum nb_missing missing_of(const char *word)
{
    return !word || strcmp(word, "auto") == 0 ? NB_MISSING_AUTO
           : strcmp(word, "gap") == 0         ? NB_MISSING_GAP
                                              : NB_MISSING_ZERO;
}

static int run(struct nb_args *args)
{
    struct detect d = {.args = args, .strict = nb_args_has(args, "strict")};
    struct nb_calendar *calendar = NULL;
    const char *interval = nb_args_get(args, "interval");
    int64_t budget_milli = 0;
    int64_t zone_min;
    if (!nb_answer_budget(args, &budget_milli) ||
        !nb_args_int(args, "zone", -840, 840, 0, &zone_min)) {
        return NB_EXIT_USAGE;
    }
    int64_t interval_ms = interval ? read_interval(nb_slice_str(interval)) : 0;
    enum nb_err err = nb_rows_init(&d.rows, interval_ms, (int32_t)zone_min);
    if (err == NB_EINVAL || (interval && interval_ms == 0)) {
        return nb_usage(args, "--interval takes a minute to a day that divides hours or is made of "
                              "them: 5m, 15m, 1h, 1d");
    }
    d.rows.rarity_milli =
        nb_args_has(args, "budget") ? nb_detection_rarity(budget_milli) : NB_DETECTOR_RARITY_MILLI;
    d.rows.missing = missing_of(nb_args_get(args, "missing"));
    nb_buf_init(&d.out, LINE_BYTES);
    if (err == NB_OK) {
        err = load_calendar(args, &calendar, &d.error);
        d.rows.calendar = calendar;
    }
    if (err == NB_OK && !(d.arena = nb_arena_new(ARENA_BYTES))) {
        err = NB_ENOMEM;
    }
    err = err == NB_OK ? read_lines(&d) : err;
    if (err != NB_OK && d.error.code == NB_OK) {
        (void)nb_error_set(&d.error, err, "%s", nb_strerror(err));
    }
    int code = err == NB_OK ? NB_EXIT_OK : nb_fail(args, &d.error);
    nb_arena_free(d.arena);
    nb_buf_fini(&d.out);
    nb_rows_fini(&d.rows);
    nb_calendar_free(calendar);
    return code;
}

const struct nb_command nb_cmd_detect = {
    .name = "detect",
    .line = "tell spikes, rises and drops in a series of counts",
    .usage = "[--interval 5m] [--missing auto|gap|zero] [--budget K] [--calendar FILE] "
             "[--zone MINUTES] [--strict]",
    .about =
        "Reads CSV rows \"timestamp,value\" from standard input, oldest first, and writes one JSON "
        "object per line for each alert, as soon as the row that caused it was read and from that "
        "row and earlier ones only. A header line is passed over. 2015-02-26 21:42:53 means UTC; "
        "RFC 3339 is read too. Rows are summed into bins of the interval. Of alarms within six "
        "hours of each other only the first is told, and one that is far rarer. "
        "Nothing is judged in the first two days but what is huge; judgement is full after four "
        "weeks. What cannot be read, a value below 0, a moment given twice and one that is earlier "
        "than the row before are reported on standard error with their line, and left out.",
    .options =
        (const struct nb_option[]){
            {"interval", "SPAN", NULL,
             "bins, 1m to 1d (default: 5m, or the distance of the rows where that is larger)"},
            {"missing", "HOW", "auto|gap|zero",
             "bins without rows: nobody looked, or nothing was there (default: by whether rows "
             "come at even distances)"},
            {"budget", "K", NULL, "at most so many false alarms a week (default: 0.2)"},
            {"calendar", "FILE", NULL, "days that are not like others, as lexicons/calendar.txt"},
            {"zone", "MINUTES", NULL, "of the clock people live by, east of UTC (default: 0)"},
            {"strict", NULL, NULL, "stop at the first row that cannot be taken"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz detect < counts.csv", "alerts of a series of five minutes"},
            {"nabiz detect --interval 1h --zone 180 --calendar days.txt < hours.csv",
             "by the hour, by Turkish time and days"},
            {NULL, NULL},
        },
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
