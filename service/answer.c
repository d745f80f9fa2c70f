#include "service/answer.h"

#include <stdio.h>

#include <nabiz/date.h>

enum { ARENA_BYTES = 1 << 30, OUT_MAX_BYTES = 256 << 20 };

#define WINDOW_MAX_MS (200 * 366 * NB_DAY_MS)

enum nb_err nb_answer_open(struct nb_answer *answer, struct nb_args *args)
{
    *answer = (struct nb_answer){.args = args};
    nb_buf_init(&answer->out, OUT_MAX_BYTES);
    answer->arena = nb_arena_new(ARENA_BYTES);
    if (!answer->arena) {
        return nb_error_set(&answer->error, NB_ENOMEM, "out of memory");
    }
    enum nb_err err = nb_args_load_config(args, &answer->config, &answer->error);
    if (err) {
        return err;
    }
    const struct nb_store_options options = {.read_only = true};
    const char *dir = nb_config_str(answer->config, NB_CFG_DATA_DIR);
    err = nb_store_open(dir, NB_STORE_ANALYSIS, &options, &answer->store, &answer->error);
    if (err == NB_ENOTFOUND) {
        (void)nb_error_set(&answer->error, err,
                           "%s has no analysis yet: let `nabiz run` or `nabiz analyze` work on it",
                           dir);
    }
    return err;
}

enum nb_err nb_answer_flush(struct nb_answer *answer)
{
    struct nb_slice bytes;
    enum nb_err err = nb_buf_finish(&answer->out, &bytes);
    if (err) {
        return nb_error_set(&answer->error, err, "the answer is too large: ask for less");
    }
    if ((bytes.len && fwrite(bytes.p, 1, bytes.len, stdout) != bytes.len) || fflush(stdout) != 0) {
        return nb_error_set(&answer->error, NB_EIO, "the output could not be written whole");
    }
    nb_buf_reset(&answer->out);
    return NB_OK;
}

int nb_answer_close(struct nb_answer *answer, enum nb_err err)
{
    if (err == NB_OK) {
        err = nb_answer_flush(answer);
    }
    int code = NB_EXIT_OK;
    if (err) {
        if (answer->error.code == NB_OK) {
            (void)nb_error_set(&answer->error, err, "%s", nb_strerror(err));
        }
        code = nb_fail(answer->args, &answer->error);
    }
    nb_store_close(answer->store);
    nb_config_free(answer->config);
    nb_arena_free(answer->arena);
    nb_buf_fini(&answer->out);
    return code;
}

bool nb_answer_window(const struct nb_args *args, const char *option, int64_t fallback_ms,
                      int64_t *out_ms)
{
    struct nb_slice text = nb_slice_str(nb_args_get(args, option));
    int64_t n;
    *out_ms = fallback_ms;
    if (!text.len) {
        return true;
    }
    if (nb_slice_eq(text, NB_LIT("all"))) {
        *out_ms = WINDOW_MAX_MS;
        return true;
    }
    int64_t unit_ms = nb_slice_ends(text, NB_LIT("d"))   ? NB_DAY_MS
                      : nb_slice_ends(text, NB_LIT("h")) ? NB_HOUR_MS
                                                         : 0;
    if (!unit_ms || !nb_slice_to_i64(nb_slice_sub(text, 0, text.len - 1), &n) || n < 1) {
        (void)nb_usage(args, "--%s takes days, hours or all: 30d, 12h", option);
        return false;
    }
    *out_ms = n < WINDOW_MAX_MS / unit_ms ? n * unit_ms : WINDOW_MAX_MS;
    return true;
}

bool nb_answer_budget(const struct nb_args *args, int64_t *out_milli)
{
    struct nb_slice text = nb_slice_str(nb_args_get(args, "budget"));
    if (!text.len) {
        return true;
    }
    size_t dot = nb_slice_find_byte(text, '.', 0);
    struct nb_slice whole = nb_slice_sub(text, 0, dot == NB_NPOS ? text.len : dot);
    struct nb_slice part = dot == NB_NPOS ? NB_LIT("0") : nb_slice_sub(text, dot + 1, text.len);
    int64_t units, rest;
    bool ok = nb_slice_to_i64(whole, &units) && part.len <= 3 && nb_slice_to_i64(part, &rest);
    for (size_t i = part.len; ok && i < 3; i++) {
        rest *= 10;
    }
    if (!ok || units < 0 || units > 1000 || rest < 0 || units + rest == 0) {
        (void)nb_usage(args, "--budget \"%.*s\" is no number of false alarms a week, such as 0.5",
                       NB_ARG(text));
        return false;
    }
    *out_milli = units * 1000 + rest;
    return true;
}
