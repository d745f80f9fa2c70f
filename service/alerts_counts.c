#include "service/alerts_counts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/date.h>
#include <nabiz/json.h>

#include "service/alerts_print.h"
#include "service/detect_rows.h"
#include "service/lang.h"

enum { ARENA_BYTES = 65536, OUT_BYTES = 65536 };

struct counts {
    struct nb_args *args;
    struct nb_rows rows;
    struct nb_arena *arena;
    struct nb_buf out;
    bool as_json;
    uint64_t alarms_n;
};

static enum nb_err print_alarm(struct counts *c, const struct nb_alarm *alarm)
{
    const struct nb_detection *d = &alarm->detection;
    nb_arena_reset(c->arena);
    char *why = nb_detection_why(d, c->rows.interval_ms, c->arena);
    if (!why) {
        return NB_ENOMEM;
    }
    nb_buf_reset(&c->out);
    if (c->as_json) {
        struct nb_json json;
        nb_json_init(&json, &c->out, false);
        nb_json_object(&json);
        nb_json_ktime(&json, "at", alarm->at_ms);
        nb_json_kint(&json, "severity", nb_detection_severity(d));
        nb_json_kcstr(&json, "kind", nb_detector_kind_name(d->kind));
        nb_json_kint(&json, "rarity_milli", d->rarity_milli);
        nb_json_kcstr(&json, "why", why);
        nb_json_end(&json);
    } else {
        char when[NB_ALERTS_TIME_BYTES];
        nb_alerts_time(alarm->at_ms, 0, when);
        nb_buf_addf(&c->out, "%s  %-5s  severity %" PRIu32 "  rarity %.1f  %s", when,
                    nb_detector_kind_name(d->kind), nb_detection_severity(d),
                    (double)d->rarity_milli / 1000, why);
    }
    struct nb_slice line;
    enum nb_err err = nb_buf_finish(&c->out, &line);
    if (err == NB_OK) {
        printf("%.*s\n", NB_ARG(line));
    }
    c->alarms_n++;
    return err;
}

static void complain(size_t number, const char *why)
{
    fprintf(stderr, "nabiz alerts: line %zu: %s\n", number, why);
}

static enum nb_err take_line(struct counts *c, struct nb_slice line, size_t number)
{
    struct nb_error error = {0};
    struct nb_alarm alarms[2];
    size_t n;
    enum nb_err err = nb_rows_line(&c->rows, line, alarms, &n, &error);
    if (err != NB_OK && err != NB_ENOMEM) {
        complain(number, nb_error_text(&error));
        return NB_OK;
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = print_alarm(c, &alarms[i]);
    }
    return err;
}

static enum nb_err read_all(struct counts *c, int fd)
{
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long;
    enum nb_err err;
    nb_lines_init(&lines, fd);
    while ((err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        if (too_long) {
            complain(lines.number, "the line is too long; left out");
        } else if ((err = take_line(c, line, lines.number)) != NB_OK) {
            break;
        }
    }
    nb_lines_fini(&lines);
    return err == NB_ECLOSED ? NB_OK : err;
}

static void print_sum(const struct counts *c)
{
    int64_t days = (c->rows.last_ms - c->rows.first_ms) / NB_DAY_MS;
    if (!c->as_json) {
        printf("%s%" PRIu64 " alarm%s in %" PRId64 " day%s\n", c->alarms_n ? "\n" : "", c->alarms_n,
               c->alarms_n == 1 ? "" : "s", days, days == 1 ? "" : "s");
    }
}

int nb_alerts_counts(struct nb_args *args, int64_t budget_milli, bool as_json)
{
    struct nb_error error = {0};
    const char *path = nb_args_get(args, "csv");
    struct counts c = {.args = args, .as_json = as_json};
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        (void)nb_error_set(&error, NB_ENOTFOUND, "%s cannot be read: %s", path, strerror(errno));
        return nb_fail(args, &error);
    }
    nb_buf_init(&c.out, OUT_BYTES);
    c.arena = nb_arena_new(ARENA_BYTES);
    enum nb_err err = nb_rows_init(&c.rows, 0, 0);
    if (err == NB_OK) {
        c.rows.rarity_milli =
            budget_milli < 0 ? NB_DETECTOR_RARITY_MILLI : nb_detection_rarity(budget_milli);
        err = c.arena ? read_all(&c, fd) : NB_ENOMEM;
    }
    if (err == NB_OK) {
        print_sum(&c);
    } else {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    nb_arena_free(c.arena);
    nb_buf_fini(&c.out);
    nb_rows_fini(&c.rows);
    if (fd != STDIN_FILENO) {
        (void)close(fd);
    }
    return err ? nb_fail(args, &error) : c.alarms_n ? NB_EXIT_OK : NB_EXIT_NOTHING;
}
