/* nabiz robots: what a robots.txt lets a crawler fetch. The stage of the crawler alone. */
#include "service/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/arena.h>
#include <nabiz/robots.h>

#include "service/lang.h"

enum { URL_ARENA_BYTES = 256 * 1024, READ_BYTES = 65536 };

struct asker {
    struct nb_args *args;
    struct nb_slice text;
    struct nb_robots *rules;
    struct nb_arena *arena;
    bool explain, strict;
};

/* What the limit cuts off is read up to one byte, so that the parser sees that there is more. */
static enum nb_err read_rules(const char *path, struct nb_buf *out, struct nb_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return nb_error_set(error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path,
                            strerror(errno));
    }
    while (out->len <= NB_ROBOTS_MAX_BYTES && !feof(file) && !ferror(file)) {
        char *to = nb_buf_reserve(out, READ_BYTES);
        if (!to) {
            break;
        }
        out->len += fread(to, 1, READ_BYTES, file);
    }
    bool failed = ferror(file) != 0;
    int why = errno;
    (void)fclose(file);
    if (failed) {
        return nb_error_set(error, NB_EIO, "%s: %s", path, strerror(why));
    }
    enum nb_err err = nb_buf_finish(out, NULL);
    return err == NB_OK ? NB_OK : nb_error_set(error, err, "%s: %s", path, nb_strerror(err));
}

/* A path alone will do: rules say nothing about the host. */
static enum nb_err read_url(struct asker *asker, struct nb_slice text, struct nb_url *out,
                            struct nb_error *error)
{
    struct nb_url base;
    nb_arena_reset(asker->arena);
    bool path = nb_slice_starts(text, NB_LIT("/")) && !nb_slice_starts(text, NB_LIT("//"));
    enum nb_err err = NB_OK;
    if (path) {
        err = nb_url_parse(NB_LIT("http://localhost/"), NULL, asker->arena, &base);
    }
    if (err == NB_OK) {
        err = nb_url_parse(text, path ? &base : NULL, asker->arena, out);
    }
    if (err == NB_OK && !out->has_host) {
        err = NB_ESYNTAX;
    }
    if (err == NB_ESYNTAX) {
        return nb_error_set(error, err, "\"%.*s\" is not a URL; write https://host/path or /path",
                            NB_ARG(nb_slice_sub(text, 0, 200)));
    }
    return err == NB_OK ? NB_OK : nb_error_set(error, err, "%s", nb_strerror(err));
}

/* The line of the file as it was written, but for control characters; of UTF-16 only its number. */
static void print_line(struct nb_slice text, uint32_t number)
{
    printf("\tline %" PRIu32, number);
    if (nb_slice_starts(text, NB_LIT("\xFF\xFE")) || nb_slice_starts(text, NB_LIT("\xFE\xFF"))) {
        return;
    }
    printf(": ");
    size_t at = 0;
    for (uint32_t n = 1; at < text.len && n < number; at++) {
        bool crlf = text.p[at] == '\r' && at + 1 < text.len && text.p[at + 1] == '\n';
        n += (text.p[at] == '\n' || text.p[at] == '\r') && !crlf;
    }
    for (; at < text.len && text.p[at] != '\n' && text.p[at] != '\r'; at++) {
        unsigned char c = (unsigned char)text.p[at];
        (void)putchar(c < ' ' || c == 0x7f ? ' ' : c);
    }
}

static void answer(struct asker *asker, struct nb_slice text, const struct nb_url *url)
{
    struct nb_slice path = nb_robots_path(url);
    bool allowed = nb_robots_allowed(asker->rules, path);
    printf("%s\t%.*s", allowed ? "allow" : "deny", NB_ARG(text));
    if (asker->explain) {
        uint32_t line = nb_robots_line(asker->rules, path);
        if (line > 0) {
            print_line(asker->text, line);
        } else {
            printf("\tno rule");
        }
    }
    (void)putchar('\n');
}

/* @return false when the command is to stop: the URL is bad, and --strict was given. */
static bool ask(struct asker *asker, struct nb_slice text, size_t number, bool too_long)
{
    struct nb_url url;
    struct nb_error error = {0};
    enum nb_err err = too_long ? nb_error_set(&error, NB_ETOOBIG, "the line is too long")
                               : read_url(asker, text, &url, &error);
    if (err == NB_OK) {
        answer(asker, text, &url);
        return true;
    }
    fprintf(stderr, "nabiz robots: URL %zu: %s\n", number, nb_error_text(&error));
    return !asker->strict;
}

static int ask_all(struct asker *asker)
{
    for (size_t i = 0; i < nb_args_words_n(asker->args); i++) {
        if (!ask(asker, nb_slice_str(nb_args_word(asker->args, i)), i + 1, false)) {
            return NB_EXIT_REFUSED;
        }
    }
    if (nb_args_words_n(asker->args) > 0) {
        return NB_EXIT_OK;
    }
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long;
    bool going = true;
    enum nb_err err = NB_OK;
    nb_lines_init(&lines, STDIN_FILENO);
    while (going && (err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        going = (!too_long && line.len == 0) || ask(asker, line, lines.number, too_long);
    }
    nb_lines_fini(&lines);
    if (going && err != NB_ECLOSED) {
        struct nb_error error = {0};
        (void)nb_error_set(&error, err, "standard input: %s", nb_strerror(err));
        return nb_fail(asker->args, &error);
    }
    return going ? NB_EXIT_OK : NB_EXIT_REFUSED;
}

static int run(struct nb_args *args)
{
    const char *file = nb_args_get(args, "file");
    const char *agent = nb_args_get(args, "agent");
    if (!file || !agent) {
        return nb_usage(args, "%s is needed", file ? "--agent" : "--file");
    }
    struct nb_error error = {0};
    struct nb_buf text;
    struct asker asker = {.args = args,
                          .explain = nb_args_has(args, "explain"),
                          .strict = nb_args_has(args, "strict")};
    nb_buf_init(&text, NB_ROBOTS_MAX_BYTES + 2 * READ_BYTES);
    enum nb_err err = read_rules(file, &text, &error);
    asker.text = nb_buf_slice(&text);
    if (err == NB_OK) {
        err = nb_robots_parse(asker.text, nb_slice_str(agent), &asker.rules);
    }
    if (err == NB_OK && !(asker.arena = nb_arena_new(URL_ARENA_BYTES))) {
        err = NB_ENOMEM;
    }
    if (err != NB_OK && error.code == NB_OK) {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    int code = err == NB_OK ? ask_all(&asker) : nb_fail(args, &error);
    nb_arena_free(asker.arena);
    nb_robots_free(asker.rules);
    nb_buf_fini(&text);
    return code;
}

const struct nb_command nb_cmd_robots = {
    .name = "robots",
    .line = "say what a robots.txt lets a crawler fetch",
    .usage = "--file FILE --agent NAME [--explain] [--strict] [URL...]",
    .about =
        "Reads a robots.txt as RFC 9309 says and writes \"allow\" or \"deny\", a tab and the URL "
        "for each URL; without any, they are read from standard input, one per line. A URL may be "
        "a path alone. What is no URL is reported on standard error with its number; the others "
        "are not affected.",
    .options =
        (const struct nb_option[]){
            {"file", "FILE", NULL, "the robots.txt"},
            {"agent", "NAME", NULL, "the crawler's product token, such as nabiz"},
            {"explain", NULL, NULL, "add the line of the file that decides"},
            {"strict", NULL, NULL, "stop at the first URL that cannot be read"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz robots --file robots.txt --agent nabiz --explain /haber/rss",
             "may this feed be polled, and why not"},
            {"nabiz robots --file robots.txt --agent nabiz < urls", "many URLs"},
            {NULL, NULL},
        },
    .min_words = 0,
    .max_words = -1,
    .run = run,
};
