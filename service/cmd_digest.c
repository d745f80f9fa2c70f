#include "service/commands.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/analysis.h>
#include <nabiz/clock.h>
#include <nabiz/date.h>

#include "service/digest/make.h"
#include "service/digest/render.h"
#include "service/digest/send.h"

/* What stays open while a digest is made. */
struct view {
    struct nb_config *config;
    struct nb_store *analysis;
    struct nb_store *crawl;
    struct nb_log *log;
    struct nb_arena *arena;
    const struct nb_report_topic *topics;
    size_t topics_n;
    struct nb_zone *zone;
    int64_t now_ms; /* not before the newest document */
    int64_t newest_day_ms;
};

static void close_view(struct view *s)
{
    nb_zone_close(s->zone);
    nb_arena_free(s->arena);
    nb_log_close(s->log);
    nb_store_close(s->crawl);
    nb_store_close(s->analysis);
    nb_config_free(s->config);
}

static enum nb_err open_stores(struct view *s, struct nb_error *error)
{
    const char *dir = nb_config_str(s->config, NB_CFG_DATA_DIR);
    const struct nb_store_options options = {
        .read_only = true,
        .map_bytes = (uint64_t)nb_config_int(s->config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(s->config, NB_CFG_STORE_MAX)};
    enum nb_err err = nb_store_open(dir, NB_STORE_ANALYSIS, &options, &s->analysis, error);
    if (err == NB_ENOTFOUND) {
        return nb_error_set(error, err, "nothing was analysed in %s yet; start with: nabiz run",
                            dir);
    }
    if (err != NB_OK) {
        return err;
    }
    err = nb_store_open(dir, NB_STORE_CRAWL, &options, &s->crawl, error);
    if (err == NB_ENOTFOUND) {
        return NB_OK; /* a copied analysis: figures without titles */
    }
    return err == NB_OK ? nb_log_open_local(s->crawl, &s->log, error) : err;
}

static enum nb_err look_around(struct view *s, struct nb_error *error)
{
    const char *clock_file = nb_config_str(s->config, NB_CFG_CLOCK_FILE);
    struct nb_clock *clock = NULL;
    struct nb_txn *txn = NULL;
    int64_t watermark_ms = -1;
    enum nb_err err = nb_clock_open(*clock_file ? clock_file : NULL, &clock, error);
    if (err != NB_OK) {
        return err;
    }
    err = nb_read_begin(s->analysis, &txn, error);
    if (err == NB_OK) {
        err = nb_analysis_watermark(txn, &watermark_ms);
        if (err == NB_OK) {
            err = nb_report_topics(txn, s->arena, &s->topics, &s->topics_n);
        }
        nb_read_end(txn);
    }
    s->now_ms = nb_clock_now_ms(clock);
    s->now_ms = s->now_ms < watermark_ms ? watermark_ms : s->now_ms;
    s->newest_day_ms = nb_report_newest_day(watermark_ms, s->now_ms, s->zone);
    nb_clock_close(clock);
    return err == NB_OK ? NB_OK : nb_error_set(error, err, "the analysis cannot be read");
}

static enum nb_err open_view(struct nb_args *args, struct view *s, struct nb_error *error)
{
    enum nb_err err = nb_args_load_config(args, &s->config, error);
    if (err != NB_OK) {
        return err;
    }
    err = nb_digest_zone(s->config, nb_args_get(args, "zone"), &s->zone, error);
    if (err != NB_OK) {
        return err;
    }
    s->arena = nb_arena_new(16u << 20);
    err = s->arena ? open_stores(s, error) : NB_ENOMEM;
    return err == NB_OK ? look_around(s, error) : err;
}

static bool is_known(const struct view *s, struct nb_slice topic)
{
    for (size_t i = 0; i < s->topics_n; i++) {
        if (nb_slice_eq(s->topics[i].name, topic)) {
            return true;
        }
    }
    return false;
}

static void name_topics(const struct view *s)
{
    for (size_t i = 0; i < s->topics_n; i++) {
        fprintf(stderr, "  %.*s\n", NB_ARG(s->topics[i].name));
    }
}

/* @return an exit code; on NB_EXIT_OK *out is the topic. */
static int choose_topic(struct nb_args *args, const struct view *s, struct nb_slice *out)
{
    const char *given = nb_args_get(args, "topic");
    if (s->topics_n == 0) {
        fprintf(stderr, "nabiz digest: no document matched a topic yet; see: nabiz topic list\n");
        return NB_EXIT_NOTHING;
    }
    if (given) {
        *out = nb_slice_str(given);
        if (!is_known(s, *out)) {
            fprintf(stderr, "nabiz digest: nothing was ever said about \"%s\"; known topics:\n",
                    given);
            name_topics(s);
            return NB_EXIT_NOTHING;
        }
        return NB_EXIT_OK;
    }
    if (s->topics_n == 1) {
        *out = s->topics[0].name;
        return NB_EXIT_OK;
    }
    fprintf(stderr, "nabiz digest: which one? Give --topic with one of\n");
    name_topics(s);
    return NB_EXIT_USAGE;
}

static enum nb_digest_format format_of(const char *name)
{
    static const char *const names[] = {"html", "text", "json", "xml"};
    for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum nb_digest_format)i;
        }
    }
    return NB_DIGEST_TEXT;
}

static enum nb_err to_stdout(void *arg, struct nb_slice bytes)
{
    (void)arg;
    return fwrite(bytes.p, 1, bytes.len, stdout) == bytes.len ? NB_OK : NB_EIO;
}

static int write_digest(struct nb_args *args, const struct nb_digest_request *request)
{
    struct nb_error error = {0};
    struct nb_buf out;
    bool empty = false;
    nb_buf_init(&out, NB_DIGEST_MAX_BYTES);
    enum nb_err err = nb_digest_make(request, &out, &empty, &error);
    if (err == NB_OK && out.len > 0) {
        (void)fwrite(out.p, 1, out.len, stdout); /* main looks at the stream's state */
    }
    nb_buf_fini(&out);
    if (err != NB_OK) {
        return nb_fail(args, &error);
    }
    if (empty && !nb_args_has(args, "day")) {
        fprintf(stderr, "nabiz digest: nothing on the newest complete day; "
                        "--day YYYY-MM-DD shows another\n");
    }
    return empty ? NB_EXIT_NOTHING : NB_EXIT_OK;
}

/* A moment of the day that the text names. */
static bool read_day(const struct view *s, const char *text, int64_t *out_ms)
{
    int64_t utc_ms = 0;
    if (nb_date_day(nb_slice_str(text), 0, &utc_ms) != NB_OK) {
        return false;
    }
    int64_t noon_ms = utc_ms + NB_DAY_MS / 2;
    *out_ms = noon_ms - nb_zone_offset_min(s->zone, noon_ms) * NB_MINUTE_MS;
    return true;
}

/* Monday of the newest week of which every day is complete. */
static int64_t newest_week(const struct view *s)
{
    int64_t next_ms = nb_zone_day(s->zone, s->newest_day_ms, 1);
    int32_t offset_min = nb_zone_offset_min(s->zone, next_ms);
    return nb_zone_day(s->zone, next_ms, -7 - nb_civil_of(next_ms, offset_min).weekday);
}

/* Leave the digest with the serving process, for a recipient; it is sent once per period. */
static int send_digest(struct nb_args *args, const struct view *s,
                       const struct nb_digest_request *request)
{
    struct nb_error error = {0};
    struct nb_digest_parcel parcel = {.config = s->config,
                                      .recipient = nb_slice_str(nb_args_get(args, "send"))};
    if (nb_zone_day(s->zone, request->day_ms, (int32_t)request->days_n) > s->now_ms) {
        return nb_usage(args, "that %s is not over: sent now, the whole one would never be",
                        request->days_n == 7 ? "week" : "day");
    }
    error.code = nb_digest_send(request, &parcel, s->arena, &error);
    if (error.code == NB_ENOTFOUND) {
        fprintf(stderr, "nabiz digest: %s\n", nb_error_text(&error));
        return NB_EXIT_NOTHING;
    }
    if (error.code != NB_OK) {
        return nb_fail(args, &error);
    }
    fprintf(stderr, "nabiz digest: left for %.*s as %.*s; sent when nabiz serves, once\n",
            NB_ARG(parcel.recipient), NB_ARG(parcel.key));
    return NB_EXIT_OK;
}

/* What cannot be asked for together. @return an exit code */
static int check_options(struct nb_args *args)
{
    static const char *const shapes[] = {"rows", "mail", "send"}; /* with a form of their own */
    const char *shape = NULL;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (!nb_args_has(args, shapes[i])) {
            continue;
        }
        if (shape) {
            return nb_usage(args, "give one of --%s and --%s", shape, shapes[i]);
        }
        shape = shapes[i];
    }
    if (shape && nb_args_has(args, "format")) {
        return nb_usage(args, "--%s has a form of its own; leave --format out", shape);
    }
    if (nb_args_has(args, "to") && !nb_args_has(args, "mail")) {
        return nb_usage(args, "--to says who --mail is to; --send NAME sends to a recipient");
    }
    return NB_EXIT_OK;
}

static int make(struct nb_args *args, struct view *s)
{
    const char *day = nb_args_get(args, "day");
    const char *lang = nb_args_get(args, "lang");
    bool week = nb_args_has(args, "week");
    const struct nb_digest_sink sink = {to_stdout, NULL};
    struct nb_digest_request request = {.analysis = s->analysis,
                                        .log = s->log,
                                        .config = s->config,
                                        .day_ms = week ? newest_week(s) : s->newest_day_ms,
                                        .days_n = week ? 7 : 1,
                                        .zone = nb_args_get(args, "zone"),
                                        .format = format_of(nb_args_get(args, "format")),
                                        .rows = nb_args_get(args, "rows"),
                                        .sink = &sink,
                                        .lang = lang ? lang
                                                     : (nb_args_has(args, "send") ? NULL : "tr")};
    if (day && !read_day(s, day, &request.day_ms)) {
        return nb_usage(args, "\"%s\" is no day; write it as 2026-11-21", day);
    }
    struct nb_error error = {0};
    const char *sections = nb_args_get(args, "sections");
    if (sections && nb_sections_parse(nb_slice_str(sections), &request.sections, &error) != NB_OK) {
        return nb_usage(args, "%s", nb_error_text(&error));
    }
    if (request.rows) {
        request.format = NB_DIGEST_ROWS;
    }
    struct nb_digest_envelope envelope;
    const char *from = nb_config_str(s->config, NB_CFG_MAIL_FROM);
    const char *to = nb_args_get(args, "to");
    from = *from ? from : "nabiz@localhost";
    int code = choose_topic(args, s, &request.topic);
    if (code == NB_EXIT_OK && nb_args_has(args, "mail")) {
        request.format = NB_DIGEST_MAIL;
        nb_digest_address(&request, nb_slice_str(from), nb_slice_str(to ? to : from), s->arena,
                          &envelope);
        request.envelope = &envelope;
    }
    if (code == NB_EXIT_OK && nb_args_has(args, "send")) {
        return send_digest(args, s, &request);
    }
    return code == NB_EXIT_OK ? write_digest(args, &request) : code;
}

static int run(struct nb_args *args)
{
    struct nb_error error = {0};
    struct view view = {0};
    int code = check_options(args);
    if (code != NB_EXIT_OK) {
        return code;
    }
    error.code = open_view(args, &view, &error);
    code = error.code == NB_OK ? make(args, &view) : nb_fail(args, &error);
    close_view(&view);
    return code;
}

const struct nb_command nb_cmd_digest = {
    .name = "digest",
    .line = "what was said about a topic on one day or in a week",
    .usage = "[--topic T] [--day D] [--week]",
    .about =
        "What changed against what is usual on such a day, the hours, the stories, complaints that "
        "nobody answered, praise worth sharing, who was loudest, who carries weight, the "
        "alerts, and the topic's share. Under each figure stands the command that counts it "
        "again. Without --day it is the newest complete day that was analysed; without "
        "--topic, the only one there is. Exit code 4 says that there was nothing to tell.",
    .options =
        (const struct nb_option[]){
            {"topic", "T", NULL, "the topic"},
            {"day", "D", NULL, "the day, as 2026-11-21; with --week the first of seven"},
            {"week", NULL, NULL, "seven days; without --day the newest complete week from Monday"},
            {"zone", "Z", NULL,
             "whose days and hours, as Europe/Istanbul; that of clock.utc_offset unless given"},
            {"format", "F", "html|text|json|xml",
             "text unless given; xml is what the page's stylesheet sees"},
            {"sections", "NAMES", NULL, "only these, as \"alerts figures stories\""},
            {"mail", NULL, NULL, "a whole mail (MIME) with text, page and charts, to read or pipe"},
            {"to", "ADDRESS", NULL, "who that mail is to; mail.from unless given"},
            {"send", "NAME", NULL,
             "send it to a recipient of the recipients file, once for each topic and period"},
            {"rows", "SET", NB_DIGEST_ROW_SETS, "the rows behind a section, as CSV"},
            {"lang", "L", NULL, "language of the labels: tr unless given, en, or one of your own"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz digest --topic acme", "yesterday, for reading here"},
            {"nabiz digest --topic acme --day 2026-11-21 --format html > acme.html",
             "a page, or the body of a mail"},
            {"nabiz digest --topic acme --day 2026-11-21 --rows waiting > waiting.csv",
             "every complaint nobody answered, for a spreadsheet"},
            {"nabiz digest --topic acme --mail --to team@acme.example > acme.eml",
             "the mail as it would be sent, for a mail program"},
            {NULL, NULL},
        },
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
