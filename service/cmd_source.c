/* nabiz source: the sources file, changed safely, and how polling goes. */
#include "service/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/arena.h>
#include <nabiz/clock.h>
#include <nabiz/discover.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>
#include <nabiz/opml.h>
#include <nabiz/record.h>
#include <nabiz/sources.h>
#include <nabiz/url.h>

#include "service/source_add.h"
#include "service/source_import.h"
#include "service/source_list.h"
#include "service/source_poll.h"

enum { ARENA_BYTES = 1 << 30, OUT_BYTES = 256 << 20, FILE_BYTES = 64 << 20 };

struct work {
    const struct nb_args *args;
    struct nb_config *config;
    const char *path; /* of the sources file */
    struct nb_arena *arena;
    struct nb_buf out;
    struct nb_error error;
    int64_t pick;
    int code; /* exit code when nothing failed */
};

/* The word after the action, normalised: as it will stand in the file. */
static enum nb_err take_url(struct work *work, const char **out)
{
    struct nb_url url;
    const char *word = nb_args_word(work->args, 1);
    enum nb_err err = nb_url_parse(nb_slice_str(word), NULL, work->arena, &url);
    bool is_bare = err == NB_ESYNTAX || nb_slice_find_byte(url.scheme, '.', 0) != NB_NPOS;
    if (is_bare) { /* "gazete.example", as people write it */
        char *full = nb_arena_printf(work->arena, "https://%s", word);
        err = full ? nb_url_parse(nb_slice_str(full), NULL, work->arena, &url) : NB_ENOMEM;
    }
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

/* ---- add ---- */

static void say_added(struct work *work, const struct nb_source_row *row)
{
    const char *done = nb_args_has(work->args, "dry-run") ? "would add" : "added";
    nb_buf_addf(&work->out, "%s %s to %s as kind %s", done, row->url, work->path,
                nb_kind_name(row->kind));
    if (row->walk != NB_WALK_NONE) {
        nb_buf_addf(&work->out, ", followed page by page as a %s", nb_walk_name(row->walk));
    }
    nb_buf_add_byte(&work->out, '\n');
}

static enum nb_err add_unasked(struct work *work, struct nb_source_row *row, const char *url)
{
    row->url = url;
    enum nb_err err =
        nb_args_has(work->args, "dry-run") ? NB_OK : nb_sources_add(work->path, row, &work->error);
    if (err == NB_OK) {
        say_added(work, row);
        if (strcmp(url, nb_args_word(work->args, 1)) != 0) {
            nb_buf_addf(&work->out, "(written as %s)\n", nb_args_word(work->args, 1));
        }
    }
    return err;
}

/* On a terminal: what is waited for, wiped out by what follows. */
static void show_progress(void *arg, const char *url)
{
    (void)arg;
    (void)fprintf(stderr, "\r\033[Kasking %.60s", url);
    (void)fflush(stderr);
}

static enum nb_err discover(struct work *work, const char *url, struct nb_discovery *found)
{
    struct nb_clock *clock = NULL;
    bool is_terminal = isatty(STDERR_FILENO) != 0;
    struct nb_discover_options options = {.progress = is_terminal ? show_progress : NULL};
    enum nb_err err =
        nb_clock_open(nb_config_str(work->config, NB_CFG_CLOCK_FILE), &clock, &work->error);
    if (err == NB_OK) {
        err = nb_discover(work->config, clock, url, &options, work->arena, found, &work->error);
        nb_clock_close(clock);
    }
    if (is_terminal) {
        (void)fputs("\r\033[K", stderr);
    }
    if (err == NB_EREFUSED) {
        size_t len = strlen(work->error.text);
        (void)snprintf(work->error.text + len, sizeof(work->error.text) - len,
                       "; --no-fetch adds it as it is");
    }
    return err;
}

/* Add what was chosen of what was found; what is there already is said and no failure. */
static enum nb_err add_chosen(struct work *work, const struct nb_source_row *model,
                              const struct nb_discovery *found, const bool *chosen, bool is_kind)
{
    enum nb_err err = NB_OK;
    size_t added_n = 0;
    for (size_t i = 0; err == NB_OK && i < found->n; i++) {
        struct nb_source_row row = *model;
        if (!chosen[i]) {
            continue;
        }
        row.url = found->feeds[i].url;
        row.walk = NB_WALK_NONE;
        row.kind = is_kind ? row.kind : nb_add_kind(found, &found->feeds[i]);
        bool dry = nb_args_has(work->args, "dry-run");
        err = dry ? NB_OK : nb_sources_add(work->path, &row, &work->error);
        if (err == NB_OK) {
            say_added(work, &row);
            added_n++;
        } else if (err == NB_EEXIST) {
            nb_buf_addf(&work->out, "%s\n", work->error.text);
            work->error = (struct nb_error){0};
            err = NB_OK;
        }
    }
    if (err == NB_OK && added_n > 0 && !nb_args_has(work->args, "dry-run")) {
        nb_buf_add_str(&work->out, "a running nabiz takes it over on SIGHUP\n");
    }
    work->code = added_n > 0 ? NB_EXIT_OK : NB_EXIT_FAILED;
    return err;
}

/* The site itself, to be followed. */
static enum nb_err add_site(struct work *work, const struct nb_source_row *model,
                            const struct nb_discovery *found, enum nb_source_walk walk)
{
    struct nb_source_row row = *model;
    row.walk = walk;
    row.is_full = false;
    bool is_api = found->api && !nb_args_has(work->args, "walk");
    row.url = is_api ? found->api : found->url;
    if (!nb_args_has(work->args, "kind") && is_api) {
        row.kind = found->api_kind;
    } else if (!nb_args_has(work->args, "kind") && walk == NB_WALK_FORUM) {
        row.kind = NB__KIND__POST;
    }
    bool dry = nb_args_has(work->args, "dry-run");
    enum nb_err err = dry ? NB_OK : nb_sources_add(work->path, &row, &work->error);
    if (err == NB_OK) {
        say_added(work, &row);
        if (found->n > 0) {
            nb_buf_add_str(&work->out, "(--walk none adds its feed in its place)\n");
        }
        if (!dry) {
            nb_buf_add_str(&work->out, "a running nabiz takes it over on SIGHUP\n");
        }
    }
    return err;
}

static enum nb_err add_found(struct work *work, const struct nb_source_row *model, const char *url)
{
    struct nb_discovery found;
    struct nb_add_choice choice = {.all = nb_args_has(work->args, "all"), .pick = work->pick};
    enum nb_err err = discover(work, url, &found);
    if (err ==
        NB_ENET) { /* it may answer another time, and the list of problems says so till then */
        struct nb_source_row row = *model;
        nb_buf_addf(&work->out, "%s; taken as it is\n", work->error.text);
        work->error = (struct nb_error){0};
        return add_unasked(work, &row, url);
    }
    bool *chosen = err == NB_OK ? nb_arena_calloc(work->arena, found.n, sizeof(*chosen)) : NULL;
    err = err == NB_OK && !chosen ? NB_ENOMEM : err;
    if (err == NB_OK) {
        int32_t offset_min = (int32_t)nb_config_int(work->config, NB_CFG_UTC_OFFSET);
        err = nb_add_say(&found, offset_min, work->arena, &work->out);
    }
    if (err != NB_OK) {
        return err;
    }
    size_t n = nb_add_choose(&found, &choice, chosen);
    enum nb_source_walk walk = nb_add_walk(&found, &choice, nb_args_get(work->args, "walk"));
    if (walk != NB_WALK_NONE && found.page_title) {
        err = add_site(work, model, &found, walk);
    } else if (found.n == 0) {
        work->code = NB_EXIT_NOTHING;
    } else if (choice.pick > 0 && n == 0) {
        return nb_error_set(&work->error, NB_EINVAL, "--pick %lld: only %zu were found",
                            (long long)choice.pick, found.n);
    } else if (n == 0) {
        nb_buf_add_str(&work->out, "which? --pick N adds one of them, --all those that differ\n");
        work->code = NB_EXIT_FAILED;
    } else {
        err = add_chosen(work, model, &found, chosen, nb_args_has(work->args, "kind"));
    }
    return err;
}

static enum nb_err add(struct work *work)
{
    const char *url = NULL;
    struct nb_source_row row = {.kind = kind_option(work->args),
                                .group = option_or(work->args, "group", ""),
                                .title = option_or(work->args, "title", ""),
                                .is_full = nb_args_has(work->args, "full"),
                                .walk = nb_add_walk_named(nb_args_get(work->args, "walk"))};
    enum nb_err err = every_option(work, &row.every_s);
    if (err == NB_OK) {
        err = take_url(work, &url);
    }
    if (err != NB_OK) {
        return err;
    }
    return nb_args_has(work->args, "no-fetch") ? add_unasked(work, &row, url)
                                               : add_found(work, &row, url);
}

/* ---- the others ---- */

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

static enum nb_err list_problems(struct work *work, const struct nb_sources *sources,
                                 const struct nb_source_filter *filter)
{
    struct nb_clock *clock = NULL;
    enum nb_err err =
        nb_clock_open(nb_config_str(work->config, NB_CFG_CLOCK_FILE), &clock, &work->error);
    if (err == NB_OK) {
        err = nb_source_problems(work->config, sources, filter, nb_clock_now_ms(clock), work->arena,
                                 &work->out, &work->error);
        nb_clock_close(clock);
    }
    return err;
}

static enum nb_err list(struct work *work)
{
    struct nb_sources *sources = NULL;
    const struct nb_source_filter filter = {.format = option_or(work->args, "format", "table"),
                                            .group = nb_args_get(work->args, "group"),
                                            .state = nb_args_get(work->args, "state")};
    enum nb_err err = nb_sources_load(work->path, &sources, &work->error);
    if (err == NB_OK) {
        err = nb_args_has(work->args, "problem")
                  ? list_problems(work, sources, &filter)
                  : nb_source_list(work->config, sources, &filter, work->arena, &work->out,
                                   &work->error);
        nb_sources_free(sources);
    }
    return err;
}

/* The sources, and the one that is meant. Free them whatever is returned. */
static enum nb_err find_source(struct work *work, struct nb_sources **sources,
                               const struct nb_source_row **row)
{
    const char *url = NULL;
    struct nb_id id;
    *sources = NULL;
    enum nb_err err = take_id(work, &url, &id);
    if (err == NB_OK) {
        err = nb_sources_load(work->path, sources, &work->error);
    }
    *row = err == NB_OK ? nb_sources_find(*sources, id) : NULL;
    if (err == NB_OK && !*row) {
        err =
            nb_error_set(&work->error, NB_ENOTFOUND,
                         "%s has no %s; `nabiz source list` shows what there is", work->path, url);
    }
    return err;
}

static enum nb_err show_row(struct work *work, const struct nb_sources *sources,
                            const struct nb_source_row *row)
{
    bool json = strcmp(option_or(work->args, "format", "table"), "json") == 0;
    return nb_source_show(work->config, sources, row, json, work->arena, &work->out, &work->error);
}

static enum nb_err show(struct work *work)
{
    struct nb_sources *sources;
    const struct nb_source_row *row;
    enum nb_err err = find_source(work, &sources, &row);
    err = err == NB_OK ? show_row(work, sources, row) : err;
    nb_sources_free(sources);
    return err;
}

static enum nb_err poll_now(struct work *work)
{
    struct nb_sources *sources;
    const struct nb_source_row *row;
    bool done = false;
    enum nb_err err = find_source(work, &sources, &row);
    if (err == NB_OK) {
        err = nb_source_poll(work->config, row, &done, &work->out, &work->error);
    }
    if (err == NB_OK && done) {
        err = show_row(work, sources, row);
    }
    work->code = done ? NB_EXIT_OK : NB_EXIT_NOTHING;
    nb_sources_free(sources);
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

static enum nb_err import_list(struct work *work, struct nb_slice text)
{
    struct nb_import list;
    bool dry_run = nb_args_has(work->args, "dry-run");
    struct nb_source_row model = {
        .kind = kind_option(work->args), .group = option_or(work->args, "group", ""), .title = ""};
    enum nb_err err = every_option(work, &model.every_s);
    if (err == NB_OK) {
        err = nb_import_read(text, &model, work->arena, &list, &work->error);
    }
    struct nb_source_added *added =
        err == NB_OK ? nb_arena_calloc(work->arena, list.n, sizeof(*added)) : NULL;
    err = err == NB_OK && !added ? NB_ENOMEM : err;
    if (err == NB_OK) {
        err = nb_sources_add_all(work->path, list.rows, list.n, dry_run, added, &work->error);
    }
    if (err == NB_OK && strcmp(option_or(work->args, "format", "table"), "csv") == 0) {
        nb_import_csv(&list, added, &work->out);
    } else if (err == NB_OK) {
        nb_import_say(&list, added, work->path, dry_run, &work->out);
    }
    return err;
}

static enum nb_err import(struct work *work)
{
    struct nb_buf text;
    nb_buf_init(&text, FILE_BYTES);
    const char *path = nb_args_word(work->args, 1);
    enum nb_err err = strcmp(path, "-") == 0
                          ? nb_file_read_fd(STDIN_FILENO, "stdin", &text, &work->error)
                          : nb_file_read(path, &text, &work->error);
    if (err == NB_OK) {
        err = import_list(work, nb_buf_slice(&text));
    }
    nb_buf_fini(&text);
    return err;
}

static const struct action {
    const char *name;
    size_t words_n;
    enum nb_err (*run)(struct work *work);
} actions[] = {
    {"add", 2, add},       {"list", 1, list},     {"show", 2, show},
    {"remove", 2, change}, {"pause", 2, change},  {"resume", 2, change},
    {"poll", 2, poll_now}, {"import", 2, import}, {"export", 1, export_sources},
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
    return err == NB_OK ? work->code : nb_fail(work->args, &work->error);
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
                        "\"%s\" is none of add, list, show, poll, remove, pause, resume, "
                        "import, export",
                        name);
    }
    if (nb_args_words_n(args) != action->words_n) {
        return nb_usage(
            args, action->words_n == 1 ? "%s takes nothing more" : "%s needs one thing to work on",
            name);
    }
    struct work work = {.args = args};
    if (!nb_args_int(args, "pick", 1, 100, 0, &work.pick)) {
        return NB_EXIT_USAGE;
    }
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
    {"all", NULL, NULL, "of several feeds add all but comments and doubles (add)"},
    {"pick", "N", NULL, "of several feeds add the N-th of the list (add)"},
    {"dry-run", NULL, NULL, "say what would be added and add nothing (add, import)"},
    {"no-fetch", NULL, NULL, "take the address as that of a feed, without asking (add)"},
    {"kind", "KIND", "article|post|comment|review|entry|toot",
     "what the source's documents are (add, import; article unless it shows)"},
    {"walk", "HOW", "forum|blog|sitemap|none",
     "follow the site page by page as what it is; none: only its feed (add)"},
    {"full", NULL, NULL, "complete the feed's summaries from their pages (add)"},
    {"group", "NAME", NULL, "group for lists and exports (add, import); only this group (list)"},
    {"problem", NULL, NULL, "only sources with a problem, the worst first, and what to do (list)"},
    {"state", "STATE", "new|ok|failing|denied|retired|paused", "only sources in this state (list)"},
    {"title", "TEXT", NULL, "what to call it (add)"},
    {"every", "TIME", NULL, "poll it this often, like 10min (add, import)"},
    {"format", "FORMAT", "table|json|csv",
     "how list writes (table unless given); show: json; csv: each line of an import"},
    {NULL, NULL, NULL, NULL},
};

static const struct nb_example examples[] = {
    {"nabiz source add gazete.example", "find the feed of a site and poll it"},
    {"nabiz source add https://gazete.example/rss --no-fetch --group haber",
     "poll this feed, without asking now"},
    {"nabiz source add https://forum.example/ --walk forum",
     "follow a forum from board to thread, also where it has a feed"},
    {"nabiz source list", "all sources and how polling them goes"},
    {"nabiz source list --problem", "what is wrong with which, and what to do"},
    {"nabiz source show https://gazete.example/rss", "one of them in words"},
    {"nabiz source poll https://gazete.example/rss", "poll it now, and say what came of it"},
    {"nabiz source import reader.opml", "take over the list of a feed reader"},
    {"nabiz source export > sources.opml", "give it back"},
    {NULL, NULL},
};

const struct nb_command nb_cmd_source = {
    .name = "source",
    .line = "add, list, change, import and export what is polled",
    .usage = "add URL | list | show URL | poll URL | remove URL | pause URL | resume URL | "
             "import FILE | export",
    .about =
        "Works on the sources file (data.sources), which may be edited by hand as well: a "
        "change keeps the rest as it is. add takes the address of a feed or of a page, finds "
        "out which feeds a page has, says what it found and adds the one there is; of several "
        "it adds none until told which. It asks with the pauses and limits of the crawler and "
        "by robots.txt. poll asks the crawler that runs to poll a source now rather than when it "
        "is due, and waits for it; robots.txt, a Retry-After and the pauses that its host wants "
        "hold, and nothing is polled twice within 20 s. import takes OPML, with folders as "
        "groups, or one address a line, and says which lines are new, known, double or refused; "
        "import - reads stdin. export writes OPML.",
    .options = options,
    .examples = examples,
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
