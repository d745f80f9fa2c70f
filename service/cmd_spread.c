/* nabiz spread: who carries one's own messages further. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/config.h>
#include <nabiz/csv.h>
#include <nabiz/date.h>
#include <nabiz/file.h>
#include <nabiz/json.h>
#include <nabiz/table.h>

#include "analyzer/influence/messages.h"
#include "service/answer.h"
#include "service/commands.h"

enum { WINDOW_DAYS = 30, SHOWN = 50 };

static const char *people_of(const struct nb_carrier *carrier, struct nb_arena *arena)
{
    const struct nb_reach *reach = &carrier->reach;
    if (!reach->known) {
        return "-";
    }
    return reach->measured ? nb_arena_printf(arena, "%" PRIu64, reach->people_n)
                           : nb_arena_printf(arena, "~%" PRIu64 " (%" PRIu64 "..%" PRIu64 ")",
                                             reach->people_n, reach->low_n, reach->high_n);
}

static enum nb_err print_table(const struct nb_messages *messages, size_t n,
                               struct nb_answer *answer)
{
    static const struct nb_column columns[] = {
        {"author", NB_LEFT, true},   {"links", NB_RIGHT, false},  {"quotes", NB_RIGHT, false},
        {"boosts", NB_RIGHT, false}, {"copies", NB_RIGHT, false}, {"onward", NB_RIGHT, false},
        {"people", NB_RIGHT, false}, {"first", NB_LEFT, false},
    };
    struct nb_table *table =
        nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    if (messages->texts_n) {
        nb_buf_addf(&answer->out, "%" PRIu64 " text%s of yours, %" PRIu64 " of them published; ",
                    messages->texts_n, messages->texts_n == 1 ? "" : "s", messages->found_n);
    }
    if (messages->documents_n || !messages->texts_n) {
        nb_buf_addf(
            &answer->out, "%" PRIu64 " document%s of your own, %" PRIu64 " of them copied; ",
            messages->documents_n, messages->documents_n == 1 ? "" : "s", messages->copied_n);
    }
    nb_buf_addf(&answer->out, "carried by %zu other%s.\n\n", messages->n,
                messages->n == 1 ? "" : "s");
    for (size_t i = 0; i < n; i++) {
        const struct nb_carrier *carrier = &messages->carriers[i];
        char first[NB_RFC3339_BYTES];
        const char *people = people_of(carrier, answer->arena);
        if (!people) {
            return NB_ENOMEM;
        }
        nb_date_rfc3339(carrier->first_ms, first);
        nb_table_cell(table, NB_PLAIN, carrier->author);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu32, carrier->links_n);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu32, carrier->quotes_n);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu32, carrier->boosts_n);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu32, carrier->copies_n);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu32, carrier->onward_n);
        nb_table_cellf(table, carrier->reach.known ? NB_PLAIN : NB_DIM, "%s", people);
        nb_table_cellf(table, NB_DIM, "%.10s", first);
    }
    return nb_table_write(table, nb_terminal_width(1), nb_terminal_colour(1), &answer->out);
}

static void json_reach(struct nb_json *json, const struct nb_carrier *carrier)
{
    nb_json_key(json, "people");
    if (!carrier->reach.known) {
        nb_json_null(json);
        return;
    }
    nb_json_object(json);
    nb_json_kint(json, "usual", (int64_t)carrier->reach.people_n);
    nb_json_kint(json, "low", (int64_t)carrier->reach.low_n);
    nb_json_kint(json, "high", (int64_t)carrier->reach.high_n);
    nb_json_kbool(json, "measured", carrier->reach.measured);
    nb_json_kint(json, "added", (int64_t)carrier->added_n);
    nb_json_end(json);
}

static void print_json(const struct nb_messages *messages, size_t n, int64_t from_ms, int64_t to_ms,
                       struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_object(&json);
    nb_json_ktime(&json, "from", from_ms);
    nb_json_ktime(&json, "to", to_ms);
    nb_json_kint(&json, "documents", (int64_t)messages->documents_n);
    nb_json_kint(&json, "copied", (int64_t)messages->copied_n);
    nb_json_kint(&json, "texts", (int64_t)messages->texts_n);
    nb_json_kint(&json, "texts_found", (int64_t)messages->found_n);
    nb_json_kint(&json, "carriers_n", (int64_t)messages->n);
    nb_json_key(&json, "carriers");
    nb_json_array(&json);
    for (size_t i = 0; i < n; i++) {
        const struct nb_carrier *carrier = &messages->carriers[i];
        nb_json_object(&json);
        nb_json_kstr(&json, "author", carrier->author);
        nb_json_kint(&json, "links", carrier->links_n);
        nb_json_kint(&json, "quotes", carrier->quotes_n);
        nb_json_kint(&json, "boosts", carrier->boosts_n);
        nb_json_kint(&json, "copies", carrier->copies_n);
        nb_json_kint(&json, "onward", carrier->onward_n);
        nb_json_ktime(&json, "first", carrier->first_ms);
        nb_json_ktime(&json, "last", carrier->last_ms);
        json_reach(&json, carrier);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

static void csv_count(struct nb_csv *csv, bool known, uint64_t n)
{
    if (known) {
        nb_csv_int(csv, (int64_t)n);
    } else {
        nb_csv_str(csv, NB_LIT(""));
    }
}

static void print_csv(const struct nb_messages *messages, size_t n, int32_t offset_min,
                      struct nb_buf *out)
{
    static const char *const titles[] = {"author", "links",  "quotes",     "boosts",
                                         "copies", "onward", "people_low", "people_high",
                                         "people", "added",  "first",      "last"};
    struct nb_csv csv;
    nb_csv_init(&csv, out);
    nb_csv_titles(&csv, titles, sizeof(titles) / sizeof(titles[0]));
    for (size_t i = 0; i < n; i++) {
        const struct nb_carrier *carrier = &messages->carriers[i];
        nb_csv_str(&csv, carrier->author);
        nb_csv_int(&csv, carrier->links_n);
        nb_csv_int(&csv, carrier->quotes_n);
        nb_csv_int(&csv, carrier->boosts_n);
        nb_csv_int(&csv, carrier->copies_n);
        nb_csv_int(&csv, carrier->onward_n);
        csv_count(&csv, carrier->reach.known, carrier->reach.low_n);
        csv_count(&csv, carrier->reach.known, carrier->reach.high_n);
        csv_count(&csv, carrier->reach.known, carrier->reach.people_n);
        csv_count(&csv, carrier->reach.known, carrier->added_n);
        nb_csv_time(&csv, carrier->first_ms, offset_min);
        nb_csv_time(&csv, carrier->last_ms, offset_min);
        nb_csv_end_row(&csv);
    }
}

static enum nb_err print(const struct nb_messages *messages, size_t n, int64_t from_ms,
                         int64_t to_ms, struct nb_answer *answer)
{
    const char *format = nb_args_get(answer->args, "format");
    if (format && strcmp(format, "json") == 0) {
        print_json(messages, n, from_ms, to_ms, &answer->out);
    } else if (format && strcmp(format, "csv") == 0) {
        int32_t offset_min = (int32_t)nb_config_int(answer->config, NB_CFG_UTC_OFFSET);
        print_csv(messages, n, offset_min, &answer->out);
    } else {
        return print_table(messages, n, answer);
    }
    return NB_OK;
}

/* What --own and --text say is one's own. */
struct mine {
    struct nb_own own;
    struct nb_own_texts texts;
};

static int read_own(const struct nb_args *args, struct mine *out)
{
    const char *own = nb_args_get(args, "own");
    if (!own && !nb_args_get(args, "text")) {
        return nb_usage(args, "say with --own which sites and accounts are yours, or with --text "
                              "what you sent out");
    }
    if (own && nb_own_read(nb_slice_str(own), &out->own) != NB_OK) {
        fprintf(stderr,
                "nabiz spread: say with --own which sites and accounts are yours, at most %d: "
                "acme.example,forum.example/acme\n",
                NB_OWN_MAX);
        return NB_EXIT_USAGE;
    }
    return NB_EXIT_OK;
}

/* The texts of --text. */
static int read_texts(const struct nb_args *args, struct nb_arena *arena, struct nb_own_texts *out)
{
    const char *path = nb_args_get(args, "text");
    struct nb_error error = {0};
    struct nb_buf file;
    if (!path) {
        return NB_EXIT_OK;
    }
    bool is_stdin = strcmp(path, "-") == 0;
    nb_buf_init(&file, NB_OWN_TEXTS_BYTES);
    enum nb_err err = is_stdin ? nb_file_read_fd(STDIN_FILENO, "stdin", &file, &error)
                               : nb_file_read(path, &file, &error);
    if (err == NB_OK) {
        err = nb_own_texts_read(nb_buf_slice(&file), arena, out, &error);
        nb_error_prefix(&error, "%s: ", is_stdin ? "stdin" : path);
    }
    nb_buf_fini(&file);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

static int say_nobody(const struct nb_args *args, const struct nb_messages *messages)
{
    if (nb_args_get(args, "text")) {
        fprintf(stderr,
                "nabiz spread: nobody else published what you sent out (%" PRIu64
                " text%s); --window all looks further back\n",
                messages->texts_n, messages->texts_n == 1 ? "" : "s");
    }
    if (nb_args_get(args, "own")) {
        fprintf(stderr,
                "nabiz spread: nobody else took up what you published (%" PRIu64
                " document%s); sites are written as in nabiz influencers\n",
                messages->documents_n, messages->documents_n == 1 ? "" : "s");
    }
    return NB_EXIT_NOTHING;
}

static int answer_spread(struct nb_args *args, const struct mine *mine, int64_t window_ms,
                         int64_t limit)
{
    struct nb_answer answer;
    struct nb_messages messages = {0};
    struct nb_txn *txn = NULL;
    int64_t watermark_ms = -1;
    enum nb_err err = nb_answer_open(&answer, args);
    err = err == NB_OK ? nb_read_begin(answer.store, &txn, &answer.error) : err;
    err = err == NB_OK ? nb_analysis_watermark(txn, &watermark_ms) : err;
    int64_t to_ms = watermark_ms + 1; /* up to and with the newest document */
    int64_t from_ms = to_ms > window_ms ? to_ms - window_ms : 0;
    if (err == NB_OK) {
        err = nb_messages_spread(txn, &mine->own, &mine->texts, from_ms, to_ms, answer.arena,
                                 &messages);
    }
    if (err == NB_OK && messages.n) {
        size_t n = messages.n < (size_t)limit ? messages.n : (size_t)limit;
        err = print(&messages, n, from_ms, to_ms, &answer);
    }
    nb_read_end(txn);
    int code = nb_answer_close(&answer, err);
    return code == NB_EXIT_OK && !messages.n ? say_nobody(args, &messages) : code;
}

static int run_spread(struct nb_args *args)
{
    enum { TEXTS_ARENA_BYTES = 256 << 20 };
    struct mine mine = {.own.n = 0};
    int64_t window_ms, limit;
    int code = read_own(args, &mine);
    if (code != NB_EXIT_OK) {
        return code;
    }
    if (!nb_answer_window(args, "window", WINDOW_DAYS * NB_DAY_MS, &window_ms) ||
        !nb_args_int(args, "limit", 1, 1000000, SHOWN, &limit)) {
        return NB_EXIT_USAGE;
    }
    struct nb_arena *arena = nb_arena_new(TEXTS_ARENA_BYTES);
    const struct nb_error full = {.code = NB_ENOMEM};
    code = arena ? read_texts(args, arena, &mine.texts) : nb_fail(args, &full);
    if (code == NB_EXIT_OK) {
        code = answer_spread(args, &mine, window_ms, limit);
    }
    nb_arena_free(arena);
    return code;
}

const struct nb_command nb_cmd_spread = {
    .name = "spread",
    .line = "who carries your own messages further",
    .usage = "[--own SITES] [--text FILE]",
    .about = "Lists who links to, quotes, boosts and copies what was published on your own sites "
             "and accounts, or what you sent out as a text and others published, those who added "
             "most readers first; acts towards their copies count as well. A copy may be "
             "shortened, added to or put in another order. onward counts the copies that others "
             "took on from theirs; people is how many plausibly see a usual document of those in "
             "which they did it: views where the site reports them, else with ~ an estimate and "
             "its interval, from reactions, followers, the thread or what is usual on the site, - "
             "when nothing is known. The window counts back from the newest document analysed.",
    .options =
        (const struct nb_option[]){
            {"own", "SITES", NULL, "your sites and accounts: acme.example,forum.example/acme"},
            {"text", "FILE", NULL,
             "what you sent out, - is stdin; lines of --- stand between several texts"},
            {"window", "SPAN", NULL, "how far back to look: 30d (default), 12h, all"},
            {"limit", "N", NULL, "print at most this many (50)"},
            {"format", "FORMAT", "table|json|csv", "how to print"},
            {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){
            {"nabiz spread --own acme.example", "who carried it in the last 30 days"},
            {"nabiz spread --own acme.example,forum.example/acme --window 7d --format csv",
             "for a spreadsheet"},
            {"nabiz spread --text bulten.txt --own acme.example --window all",
             "who printed a press release"},
            {NULL, NULL}},
    .run = run_spread,
};
