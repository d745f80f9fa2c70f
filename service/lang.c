#include "service/lang.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/config.h>
#include <nabiz/paths.h>

enum { PATH_BYTES = 4096, READ_BYTES = 64 * 1024 };

static enum nb_err put(const char *path, char *out, size_t size, struct nb_error *error)
{
    size_t len = strlen(path);
    if (len >= size) {
        return nb_error_set(error, NB_ETOOBIG, "%.60s...: this path is too long", path);
    }
    memcpy(out, path, len + 1);
    return NB_OK;
}

enum nb_err nb_lang_lexicons(struct nb_args *args, char *out, size_t size, struct nb_error *error)
{
    struct nb_config *config;
    enum nb_err err = nb_args_load_config(args, &config, error);
    if (err != NB_OK) {
        return err;
    }
    const char *configured = nb_config_str(config, NB_CFG_LEXICONS);
    err = configured[0] ? put(configured, out, size, error) : nb_path_share("lexicons", out, size);
    nb_config_free(config);
    return err;
}

enum nb_err nb_lang_topics(struct nb_args *args, char *out, size_t size, struct nb_error *error)
{
    const char *given = nb_args_get(args, "topics");
    if (given) {
        if (access(given, R_OK) != 0) {
            return nb_error_set(error, NB_ENOTFOUND,
                                "%s: %s; --topics is a directory of "
                                "NAME.topic files, or one of them",
                                given, strerror(errno));
        }
        return put(given, out, size, error);
    }
    out[0] = '\0';
    struct nb_config *config;
    enum nb_err err = nb_args_load_config(args, &config, error);
    if (err == NB_OK) {
        err = put(nb_config_str(config, NB_CFG_TOPICS), out, size, error);
    }
    nb_config_free(config);
    return err;
}

/* --model, else the settings'. */
static enum nb_err use_local(struct nb_args *args, struct nb_knowledge *knowledge,
                             struct nb_error *error)
{
    const char *given = nb_args_get(args, "model");
    if (given) {
        return nb_knowledge_use_local(knowledge, given, error);
    }
    struct nb_config *config;
    enum nb_err err = nb_args_load_config(args, &config, error);
    if (err == NB_OK && nb_config_str(config, NB_CFG_LOCAL_MODEL)[0]) {
        err = nb_knowledge_use_local(knowledge, nb_config_str(config, NB_CFG_LOCAL_MODEL), error);
    }
    nb_config_free(config);
    return err;
}

enum nb_err nb_lang_load(struct nb_args *args, struct nb_knowledge **out, size_t *bad_lines_n,
                         struct nb_error *error)
{
    char lexicons[PATH_BYTES], topics[PATH_BYTES];
    *out = NULL;
    enum nb_err err = nb_lang_lexicons(args, lexicons, sizeof(lexicons), error);
    if (err == NB_OK) {
        err = nb_lang_topics(args, topics, sizeof(topics), error);
    }
    size_t bad_n = 0;
    if (err == NB_OK) {
        err = nb_knowledge_load(lexicons, topics[0] ? topics : NULL, out, &bad_n, error);
    }
    if (err == NB_OK && bad_n && nb_args_get(args, "topics")) {
        nb_knowledge_free(*out);
        *out = NULL;
        return nb_error_set(error, NB_ESYNTAX,
                            "%s: problems, named above: %zu; mend them and try again", topics,
                            bad_n);
    }
    if (err == NB_OK) {
        err = use_local(args, *out, error);
    }
    if (err != NB_OK) {
        nb_knowledge_free(*out);
        *out = NULL;
    } else if (bad_lines_n) {
        *bad_lines_n = bad_n;
    }
    return err;
}

void nb_lines_init(struct nb_lines *lines, int fd)
{
    *lines = (struct nb_lines){.fd = fd};
    nb_buf_init(&lines->buf, NB_LINE_BYTES_MAX + 2 * READ_BYTES);
}

void nb_lines_fini(struct nb_lines *lines)
{
    nb_buf_fini(&lines->buf);
}

static enum nb_err fill(struct nb_lines *lines, bool waits)
{
    if (lines->at) {
        memmove(lines->buf.p, lines->buf.p + lines->at, lines->buf.len - lines->at);
        lines->buf.len -= lines->at;
        lines->at = 0;
    }
    char *to = nb_buf_reserve(&lines->buf, READ_BYTES);
    if (!to) {
        return NB_ENOMEM;
    }
    struct pollfd ready = {lines->fd, POLLIN, 0};
    if (poll(&ready, 1, 0) <= 0) {
        if (!waits) {
            return NB_ETIMEOUT;
        }
        if (fflush(stdout) != 0) {
            return NB_EIO;
        }
    }
    ssize_t n;
    do {
        n = read(lines->fd, to, READ_BYTES);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return NB_EIO;
    }
    lines->buf.len += (size_t)n;
    lines->ended = n == 0;
    return NB_OK;
}

static enum nb_err next(struct nb_lines *lines, struct nb_slice *line, bool *too_long, bool waits)
{
    for (;;) {
        struct nb_slice rest = nb_slice_sub(nb_buf_slice(&lines->buf), lines->at, lines->buf.len);
        size_t end = nb_slice_find_byte(rest, '\n', lines->scanned);
        bool last = end == NB_NPOS && lines->ended;
        if (end != NB_NPOS || (last && (rest.len || lines->too_long))) {
            *line = nb_slice_sub(rest, 0, end);
            *too_long = lines->too_long || line->len > NB_LINE_BYTES_MAX;
            lines->too_long = false;
            if (nb_slice_ends(*line, NB_LIT("\r"))) {
                line->len--;
            }
            lines->at += last ? rest.len : end + 1;
            lines->scanned = 0;
            lines->number++;
            return NB_OK;
        }
        if (last) {
            return NB_ECLOSED;
        }
        lines->scanned = rest.len;
        if (rest.len > NB_LINE_BYTES_MAX) { /* keep nothing of it but the fact */
            lines->too_long = true;
            lines->at = lines->buf.len;
            lines->scanned = 0;
        }
        enum nb_err err = fill(lines, waits);
        if (err != NB_OK) {
            return err;
        }
    }
}

enum nb_err nb_lines_next(struct nb_lines *lines, struct nb_slice *line, bool *too_long)
{
    return next(lines, line, too_long, true);
}

enum nb_err nb_lines_next_there(struct nb_lines *lines, struct nb_slice *line, bool *too_long)
{
    return next(lines, line, too_long, false);
}
