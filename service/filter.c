#include "service/filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/file.h>

/* Of the arena and of the output, in bodies: a page becomes a tree of several times its size. */
enum { BODIES = 16, ROOM_BYTES = 1 << 20 };

/* Words for dates are a help, not a need: without them English and numeric dates still work. */
static enum nb_err load_dates(const struct nb_config *config, struct nb_date_words **words,
                              struct nb_date_context *out, struct nb_error *error)
{
    struct nb_clock *clock = NULL;
    const char *clock_file = nb_config_str(config, NB_CFG_CLOCK_FILE);
    enum nb_err err = nb_clock_open(clock_file[0] ? clock_file : NULL, &clock, error);
    if (err != NB_OK) {
        return err;
    }
    char path[4200];
    (void)snprintf(path, sizeof(path), "%s/dates.txt", nb_config_str(config, NB_CFG_LEXICONS));
    err = nb_date_words_load(path, words, error);
    if (err == NB_ENOTFOUND) {
        err = NB_OK;
    }
    *out = (struct nb_date_context){*words, nb_clock_now_ms(clock),
                                    (int32_t)nb_config_int(config, NB_CFG_UTC_OFFSET)};
    nb_clock_close(clock);
    return err;
}

static enum nb_err print(struct nb_buf *out, struct nb_error *error)
{
    nb_buf_add_byte(out, '\n');
    enum nb_err err = nb_buf_finish(out, NULL);
    if (err != NB_OK) {
        return nb_error_set(error, err, "the output is too large");
    }
    if (fwrite(out->p, 1, out->len, stdout) != out->len || fflush(stdout) != 0) {
        return nb_error_set(error, NB_EIO, "stdout: %s", strerror(errno));
    }
    return NB_OK;
}

static enum nb_err work(struct nb_filter *filter, const struct nb_config *config,
                        nb_filter_fn *stage, struct nb_buf *in, struct nb_buf *out,
                        struct nb_error *error)
{
    struct nb_date_words *words = NULL;
    struct nb_json json;
    enum nb_err err = load_dates(config, &words, &filter->dates, error);
    if (err == NB_OK) {
        err = nb_file_read_fd(STDIN_FILENO, "stdin", in, error);
    }
    if (err == NB_OK) {
        filter->bytes = nb_buf_slice(in);
        filter->json = &json;
        nb_json_init(&json, out, false);
        err = stage(filter, error);
    }
    if (err == NB_OK) {
        err = print(out, error);
    }
    nb_date_words_free(words);
    return err;
}

int nb_filter_run(struct nb_args *args, nb_filter_fn *stage)
{
    struct nb_error error = {0};
    struct nb_config *config = NULL;
    if (!nb_args_has(args, "url")) {
        return nb_usage(args, "--url is needed: relative links are resolved against it");
    }
    if (nb_args_load_config(args, &config, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    size_t body_max = (size_t)nb_config_int(config, NB_CFG_BODY_MAX);
    struct nb_filter filter = {.args = args,
                               .url = nb_slice_str(nb_args_get(args, "url")),
                               .content_type = nb_slice_str(nb_args_get(args, "content-type")),
                               .arena = nb_arena_new(body_max * BODIES + ROOM_BYTES)};
    struct nb_buf in;
    struct nb_buf out;
    nb_buf_init(&in, body_max);
    nb_buf_init(&out, body_max * BODIES + ROOM_BYTES);
    enum nb_err err = NB_ENOMEM;
    if (filter.arena) {
        err = work(&filter, config, stage, &in, &out, &error);
    }
    if (err != NB_OK && error.code == NB_OK) {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    nb_buf_fini(&out);
    nb_buf_fini(&in);
    nb_arena_free(filter.arena);
    nb_config_free(config);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}
