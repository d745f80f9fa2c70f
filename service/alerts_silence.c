#include "service/alerts_silence.h"

#include <stdio.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/json.h>
#include <nabiz/table.h>

#include "service/alerts_print.h"
#include "service/silence.h"

enum { ARENA_BYTES = 1 << 30, OUT_MAX_BYTES = 256 << 20 };

static const char *const WHAT[] = {"crawler", "class", "source"};

static void write_json(const struct nb_silence *row, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_kcstr(&json, "silent", WHAT[row->of]);
    nb_json_kcstr(&json, "name", row->name);
    if (row->heard_ms) {
        nb_json_ktime(&json, "heard", row->heard_ms);
    }
    nb_json_kint(&json, "quiet_s", row->quiet_ms / 1000);
    nb_json_kint(&json, "usual_gap_s", row->usual_ms / 1000);
    nb_json_kcstr(&json, "why", row->why);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

/* Hours, or days from three on. */
static void add_span(struct nb_table *table, int64_t ms)
{
    if (ms < NB_HOUR_MS) {
        nb_table_cellf(table, NB_PLAIN, "%lld min", (long long)(ms / NB_MINUTE_MS));
    } else if (ms < 3 * NB_DAY_MS) {
        nb_table_cellf(table, NB_PLAIN, "%lld h", (long long)(ms / NB_HOUR_MS));
    } else {
        nb_table_cellf(table, NB_PLAIN, "%lld d", (long long)(ms / NB_DAY_MS));
    }
}

static enum nb_err write_table(const struct nb_silence *rows, size_t n, int32_t offset_min,
                               struct nb_arena *arena, struct nb_buf *out)
{
    static const struct nb_column columns[] = {
        {"silent", NB_LEFT, false}, {"name", NB_LEFT, true},        {"last heard", NB_LEFT, false},
        {"for", NB_RIGHT, false},   {"usual gap", NB_RIGHT, false}, {"why", NB_LEFT, true},
    };
    struct nb_table *table = nb_table_new(arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        char when[NB_ALERTS_TIME_BYTES];
        nb_alerts_time(rows[i].heard_ms, offset_min, when);
        nb_table_cell(table, rows[i].of == NB_SILENCE_SOURCE ? NB_PLAIN : NB_RED,
                      nb_slice_str(WHAT[rows[i].of]));
        nb_table_cell(table, NB_BOLD, nb_slice_str(rows[i].name));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(rows[i].heard_ms ? when : "never"));
        add_span(table, rows[i].quiet_ms);
        add_span(table, rows[i].usual_ms);
        nb_table_cell(table, NB_PLAIN, nb_slice_str(rows[i].why));
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), out);
}

static enum nb_err print_rows(const struct nb_config *config, const struct nb_silence *rows,
                              size_t n, bool as_json, struct nb_arena *arena)
{
    struct nb_buf out;
    struct nb_slice bytes;
    enum nb_err err = NB_OK;
    nb_buf_init(&out, OUT_MAX_BYTES);
    for (size_t i = 0; as_json && i < n; i++) {
        write_json(&rows[i], &out);
    }
    if (!as_json && n) {
        err = write_table(rows, n, (int32_t)nb_config_int(config, NB_CFG_UTC_OFFSET), arena, &out);
    }
    err = err == NB_OK ? nb_buf_finish(&out, &bytes) : err;
    if (err == NB_OK && bytes.len && fwrite(bytes.p, 1, bytes.len, stdout) != bytes.len) {
        err = NB_EIO;
    }
    nb_buf_fini(&out);
    return err;
}

int nb_alerts_silence(struct nb_args *args, bool as_json)
{
    size_t n = 0;
    const struct nb_silence *rows = NULL;
    struct nb_error error = {0};
    struct nb_config *config = NULL;
    struct nb_clock *clock = NULL;
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    enum nb_err err = arena ? nb_args_load_config(args, &config, &error) : NB_ENOMEM;
    err = err == NB_OK ? nb_clock_open(nb_config_str(config, NB_CFG_CLOCK_FILE), &clock, &error)
                       : err;
    if (err == NB_OK) {
        err = nb_silence_read(config, nb_clock_now_ms(clock), arena, &rows, &n, &error);
        if (err == NB_ENOTFOUND) {
            (void)nb_error_set(&error, err, "nothing was crawled yet; start with: nabiz run");
        }
    }
    err = err == NB_OK ? print_rows(config, rows, n, as_json, arena) : err;
    if (err != NB_OK && error.code == NB_OK) {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    int code = err != NB_OK ? nb_fail(args, &error) : n ? NB_EXIT_OK : NB_EXIT_NOTHING;
    if (code == NB_EXIT_NOTHING) {
        fprintf(stderr, "nabiz alerts: nobody is silent who usually is not\n");
    }
    nb_clock_close(clock);
    nb_config_free(config);
    nb_arena_free(arena);
    return code;
}
