/* nabiz source: the sources file, changed safely, and how polling goes. */
#include "service/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/arena.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>
#include <nabiz/opml.h>
#include <nabiz/record.h>
#include <nabiz/sources.h>
#include <nabiz/url.h>

#include "service/source_list.h"

enum { ARENA_BYTES = 256 << 20, OUT_BYTES = 256 << 20, FILE_BYTES = 64 << 20 };

struct work {
    const struct nb_args *args;
    struct nb_config *config;
    const char *path; /* of the sources file */
    struct nb_arena *arena;
    struct nb_buf out;
    struct nb_error error;
};

/* The word after the action, normalised: as it will stand in the file. */
static enum nb_err take_url(struct work *work, const char **out)
{
    struct nb_url url;
    const char *word = nb_args_word(work->args, 1);
    enum nb_err err = nb_url_parse(nb_slice_str(word), NULL, work->arena, &url);
    if (err != NB_OK || !nb_url_is_http(&url)) {
        return nb_error_set(&work->error, NB_ESYNTAX,
                            "%s is not the address of a feed; expected https://HOST/PATH", word);
    }
    struct nb_slice href = url.href;
    href.len -= url.fragment.p ? url.fragment.len + 1 : 0;
    *out = nb_arena_strdup(work->arena, href);
    return *out ? NB_OK : NB_ENOMEM;
}

static enum nb_err take_id(struct work *work, const char **url, struct nb_id *id)
{
    enum nb_err err = take_url(work, url);
    return err == NB_OK ? nb_source_id(nb_slice_str(*url), id, &work->error) : err;
}

static Nb__Kind kind_option(const struct nb_args *args)
{
    const char *name = nb_args_get(args, "kind");
    for (int kind = NB__KIND__ARTICLE; name && kind <= NB__KIND__TOOT; kind++) {
        if (strcmp(name, nb_kind_name((Nb__Kind)kind)) == 0) {
            return (Nb__Kind)kind;
        }
    }
    return NB__KIND__ARTICLE;
}

static enum nb_err every_option(struct work *work, int64_t *out)
{
    const char *text = nb_args_get(work->args, "every");
    *out = 0;
    const char *wrong = text ? nb_config_number_parse(nb_slice_str(text), NB_UNIT_S, out) : NULL;
    if (!wrong && text && (*out < 1 || *out > 30 * 86400)) {
        wrong = "expected 1s to 30d";
    }
    return wrong ? nb_error_set(&work->error, NB_EINVAL, "--every %s: %s", text, wrong) : NB_OK;
}

static const char *option_or(const struct nb_args *args, const char *name, const char *fallback)
{
    const char *value = nb_args_get(args, name);
    return value ? value : fallback;
}

static enum nb_err add(struct work *work)
{
    const char *url = NULL;
    struct nb_source_row row = {.kind = kind_option(work->args),
                                .group = option_or(work->args, "group", ""),
                                .title = option_or(work->args, "title", "")};
    enum nb_err err = every_option(work, &row.every_s);
    if (err == NB_OK) {
        err = take_url(work, &url);
    }
    if (err == NB_OK) {
        row.url = url;
        err = nb_sources_add(work->path, &row, &work->error);
    }
    if (err == NB_OK) {
        nb_buf_addf(&work->out, "added %s to %s as kind %s\n", url, work->path,
                    nb_kind_name(row.kind));
        if (strcmp(url, nb_args_word(work->args, 1)) != 0) {
            nb_buf_addf(&work->out, "(written as %s)\n", nb_args_word(work->args, 1));
        }
        nb_buf_add_str(&work->out, "a running nabiz takes it over on SIGHUP\n");
    }
    return err;
}

static enum nb_err change(struct work *work)
{
    const char *action = nb_args_word(work->args, 0);
    const char *url = NULL;
    const char *done = "removed";
    struct nb_id id;
    enum nb_err err = take_id(work, &url, &id);
    if (err != NB_OK) {
        return err;
    }
    if (strcmp(action, "remove") == 0) {
        err = nb_sources_remove(work->path, id, &work->error);
    } else {
        bool pause = strcmp(action, "pause") == 0;
        done = pause ? "paused" : "resumed";
        err = nb_sources_pause(work->path, id, pause, &work->error);
    }
    if (err == NB_OK) {
        nb_buf_addf(&work->out, "%s %s\n", done, url);
    }
    return err;
}

static enum nb_err list(struct work *work)
{
    struct nb_sources *sources = NULL;
    enum nb_err err = nb_sources_load(work->path, &sources, &work->error);
    if (err == NB_OK) {
        err = nb_source_list(work->config, sources, option_or(work->args, "format", "table"),
                             work->arena, &work->out, &work->error);
        nb_sources_free(sources);
    }
    return err;
}

static enum nb_err show(struct work *work)
{
    struct nb_sources *sources = NULL;
    const char *url = NULL;
    struct nb_id id;
    enum nb_err err = take_id(work, &url, &id);
    if (err == NB_OK) {
        err = nb_sources_load(work->path, &sources, &work->error);
    }
    if (err == NB_OK) {
        const struct nb_source_row *row = nb_sources_find(sources, id);
        err = row ? nb_source_show(work->config, row, work->arena, &work->out, &work->error)
                  : nb_error_set(&work->error, NB_ENOTFOUND,
                                 "%s has no %s; `nabiz source list` shows what there is",
                                 work->path, url);
        nb_sources_free(sources);
    }
    return err;
}

static enum nb_err export_sources(struct work *work)
{
    struct nb_sources *sources = NULL;
    enum nb_err err = nb_sources_load(work->path, &sources, &work->error);
    if (err == NB_OK) {
        err = nb_opml_write(sources, &work->out);
        nb_sources_free(sources);
    }
    return err;
}

static enum nb_err import_outlines(struct work *work, const struct nb_opml_outline *outlines,
                                   size_t n)
{
    struct nb_source_row *rows = nb_arena_calloc(work->arena, n, sizeof(*rows));
    bool *added = nb_arena_calloc(work->arena, n, sizeof(*added));
    int64_t every_s = 0;
    size_t added_n = 0;
    enum nb_err err = rows && added ? every_option(work, &every_s) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        rows[i] = (struct nb_source_row){
            .url = outlines[i].url,
            .title = outlines[i].title,
            .group = option_or(work->args, "group", outlines[i].group),
            .kind = kind_option(work->args),
            .every_s = every_s,
        };
    }
    if (err == NB_OK) {
        err = nb_sources_add_all(work->path, rows, n, added, &work->error);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        added_n += added[i];
    }
    if (err == NB_OK) {
        nb_buf_addf(&work->out, "added %zu of %zu; the others were there or cannot be polled\n",
                    added_n, n);
    }
    return err;
}

static enum nb_err import(struct work *work)
{
    struct nb_buf text;
    const struct nb_opml_outline *outlines = NULL;
    size_t n = 0;
    nb_buf_init(&text, FILE_BYTES);
    const char *path = nb_args_word(work->args, 1);
    enum nb_err err = strcmp(path, "-") == 0
                          ? nb_file_read_fd(STDIN_FILENO, "stdin", &text, &work->error)
                          : nb_file_read(path, &text, &work->error);
    if (err == NB_OK) {
        err = nb_opml_read(nb_buf_slice(&text), work->arena, &outlines, &n, &work->error);
    }
    if (err == NB_OK) {
        err = import_outlines(work, outlines, n);
    }
    nb_buf_fini(&text);
    return err;
}

static const struct action {
    const char *name;
    size_t words_n;
    enum nb_err (*run)(struct work *work);
} actions[] = {
    {"add", 2, add},       {"list", 1, list},
    {"show", 2, show},     {"remove", 2, change},
    {"pause", 2, change},  {"resume", 2, change},
    {"import", 2, import}, {"export", 1, export_sources},
};

static int finish(struct work *work, enum nb_err err)
{
    if (err == NB_OK) {
        err = nb_buf_finish(&work->out, NULL);
    }
    if (err == NB_OK &&
        (fwrite(work->out.p ? work->out.p : "", 1, work->out.len, stdout) != work->out.len ||
         fflush(stdout) != 0)) {
        err = nb_error_set(&work->error, NB_EIO, "stdout: %s", strerror(errno));
    }
    if (err != NB_OK && work->error.code == NB_OK) {
        (void)nb_error_set(&work->error, err, "%s", nb_strerror(err));
    }
    nb_buf_fini(&work->out);
    nb_arena_free(work->arena);
    nb_config_free(work->config);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(work->args, &work->error);
}

static int run(struct nb_args *args)
{
    const char *name = nb_args_word(args, 0);
    const struct action *action = NULL;
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(actions[i].name, name) == 0) {
            action = &actions[i];
        }
    }
    if (!action) {
        return nb_usage(args,
                        "\"%s\" is none of add, list, show, remove, pause, resume, import, "
                        "export",
                        name);
    }
    if (nb_args_words_n(args) != action->words_n) {
        return nb_usage(
            args, action->words_n == 1 ? "%s takes nothing more" : "%s needs one thing to work on",
            name);
    }
    struct work work = {.args = args};
    nb_buf_init(&work.out, OUT_BYTES);
    enum nb_err err = nb_args_load_config(args, &work.config, &work.error);
    if (err == NB_OK) {
        work.path = nb_config_str(work.config, NB_CFG_SOURCES);
        work.arena = nb_arena_new(ARENA_BYTES);
        err = work.arena ? action->run(&work) : NB_ENOMEM;
    }
    return finish(&work, err);
}

static const struct nb_option options[] = {
    {"kind", "KIND", "article|post|comment|review|entry|toot",
     "what the source's documents are (add, import; article unless given)"},
    {"group", "NAME", NULL, "group for lists and exports (add, import)"},
    {"title", "TEXT", NULL, "what to call it (add)"},
    {"every", "TIME", NULL, "poll it this often, like 10min (add, import)"},
    {"format", "FORMAT", "table|json|csv", "how list writes (table unless given)"},
    {NULL, NULL, NULL, NULL},
};

static const struct nb_example examples[] = {
    {"nabiz source add https://gazete.example/rss --group haber", "poll one more feed"},
    {"nabiz source list", "all sources and how polling them goes"},
    {"nabiz source show https://gazete.example/rss", "one of them in words"},
    {"nabiz source import reader.opml", "take over the list of a feed reader"},
    {"nabiz source export > sources.opml", "give it back"},
    {NULL, NULL},
};

const struct nb_command nb_cmd_source = {
    .name = "source",
    .line = "add, list, change, import and export what is polled",
    .usage = "add URL | list | show URL | remove URL | pause URL | resume URL | import FILE | "
             "export",
    .about = "Works on the sources file (data.sources), which may be edited by hand as well: a "
             "change keeps the rest as it is. add expects the address of a feed (RSS or Atom) and "
             "does not ask the network. import and export use OPML, with folders as groups; "
             "import - reads stdin.",
    .options = options,
    .examples = examples,
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
