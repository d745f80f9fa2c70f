/* nabiz influencers: who carries weight on a topic, and the ledger behind it. */
#include <inttypes.h>
#include <stdio.h>

#include <nabiz/choice.h>
#include <nabiz/date.h>
#include <nabiz/file.h>

#include "analyzer/influence/messages.h"
#include "service/commands.h"
#include "service/influencers.h"

enum { WINDOW_DAYS = 30 };

static enum nb_influencers_format format_of(const struct nb_args *args)
{
    const char *format = nb_args_get(args, "format");
    return !format                       ? NB_AS_TABLE
           : strcmp(format, "json") == 0 ? NB_AS_JSON
           : strcmp(format, "csv") == 0  ? NB_AS_CSV
                                         : NB_AS_TABLE;
}

/* @return NB_EXIT_OK, or NB_EXIT_NOTHING after saying what was looked for. */
static int say_nothing(const struct nb_influencers_query *query, const char *author)
{
    char from[NB_RFC3339_BYTES];
    char to[NB_RFC3339_BYTES];
    nb_date_rfc3339(query->asked.from_ms > 0 ? query->asked.from_ms : 0, from);
    nb_date_rfc3339(query->asked.to_ms, to);
    if (author) {
        fprintf(stderr, "nabiz influencers: nothing is known of %s; ids are site/handle\n", author);
    } else if (query->portfolio_n) {
        fprintf(stderr, "nabiz influencers: nobody%s%.*s is known to reach anybody\n",
                query->asked.topic.len ? " on " : "", NB_ARG(query->asked.topic));
    } else if (query->has_min_trust) {
        fprintf(stderr,
                "nabiz influencers: nobody%s%.*s has a trust of %lld or more; an author whose "
                "trust is not known is left out too\n",
                query->asked.topic.len ? " on " : "", NB_ARG(query->asked.topic),
                (long long)query->min_trust);
    } else {
        fprintf(stderr, "nabiz influencers: nobody wrote%s%.*s from %s to %s\n",
                query->asked.topic.len ? " on " : "", NB_ARG(query->asked.topic), from, to);
    }
    return NB_EXIT_NOTHING;
}

struct told {
    const char *path;
};

static void tell(void *context, uint32_t line, const char *problem)
{
    const struct told *told = context;
    fprintf(stderr, "nabiz influencers: %s:%" PRIu32 ": %s\n", told->path, line, problem);
}

/* Those of a file that is tried out, or those in force. */
static enum nb_err take_weights(const char *path, struct nb_txn *txn, struct nb_weights *out,
                                struct nb_error *error)
{
    struct nb_buf text;
    struct told told = {path};
    if (!path) {
        return nb_weights_in_force(txn, out);
    }
    nb_buf_init(&text, NB_WEIGHTS_BYTES_MAX);
    enum nb_err err = nb_file_read(path, &text, error);
    if (err == NB_OK && !nb_weights_read(nb_buf_slice(&text), out, tell, &told)) {
        err = nb_error_set(error, NB_EINVAL, "%s: not all of its lines can be used", path);
    }
    nb_buf_fini(&text);
    return err;
}

/* Options that only mean something together. @return false after saying what does not. */
static bool go_together(struct nb_args *args, const struct nb_influencers_query *query,
                        const char *author)
{
    struct nb_own own;
    const char *problem = NULL;
    if (query->own && !author) {
        problem = "--own goes with --explain; `nabiz spread --own` lists everybody";
    } else if (query->own && nb_own_read(nb_slice_str(query->own), &own) != NB_OK) {
        problem = "--own takes sites and accounts, a few dozen at most: "
                  "acme.example,forum.example/acme";
    } else if (author && query->portfolio_n) {
        problem = "--explain is about one author, --portfolio about several";
    } else if (author &&
               (query->has_min_trust || nb_args_has(args, "sort") || nb_args_has(args, "limit"))) {
        problem = "--explain shows all of one author: it takes no --min-trust, --sort or --limit";
    } else if (nb_args_has(args, "from") && nb_args_has(args, "window")) {
        problem = "--from says where the window begins, --window how long it is: give one of them";
    } else if (query->budget && !query->portfolio_n) {
        problem = "--budget goes with --portfolio";
    }
    if (problem) {
        (void)nb_usage(args, "%s", problem);
    }
    return !problem;
}

/* A day of the user's clock as its beginning. @return false after telling the user. */
static bool take_day(struct nb_args *args, const char *option, int32_t offset_min, int64_t *out_ms)
{
    const char *text = nb_args_get(args, option);
    if (text && nb_date_day(nb_slice_str(text), offset_min, out_ms) != NB_OK) {
        (void)nb_usage(args, "--%s takes a day: 2026-03-01", option);
        return false;
    }
    return true;
}

/* --from and --to, else what the window leaves; up to and with the newest document. */
static bool take_window(struct nb_args *args, int64_t watermark_ms, int64_t window_ms,
                        struct nb_influencers_query *query)
{
    struct nb_influence_query *asked = &query->asked;
    int64_t from_ms = 0, to_ms = watermark_ms + 1 - NB_DAY_MS;
    if (!take_day(args, "from", query->offset_min, &from_ms) ||
        !take_day(args, "to", query->offset_min, &to_ms)) {
        return false;
    }
    if (!nb_args_has(args, "to") && from_ms > to_ms) {
        to_ms = from_ms; /* a day of which nothing is known yet: nobody wrote */
    }
    asked->to_ms = to_ms + NB_DAY_MS;
    asked->from_ms = asked->to_ms > window_ms ? asked->to_ms - window_ms : 0;
    if (nb_args_has(args, "from")) {
        asked->from_ms = asked->trust_from_ms = from_ms;
    }
    if (asked->from_ms >= asked->to_ms) {
        (void)nb_usage(args, "--from lies behind --to");
        return false;
    }
    return true;
}

static int run_influencers(struct nb_args *args)
{
    const char *author = nb_args_get(args, "explain");
    const char *sort = nb_args_get(args, "sort");
    struct nb_influencers_query query = {
        .asked = {.topic = nb_slice_str(nb_args_get(args, "topic")),
                  .site = nb_slice_str(nb_args_get(args, "site"))},
        .own = nb_args_get(args, "own"),
        .has_min_trust = nb_args_has(args, "min-trust"),
        .sort = sort ? sort : "score",
        .format = format_of(args)};
    int64_t window_ms;
    if (!nb_answer_window(args, "window", WINDOW_DAYS * NB_DAY_MS, &window_ms) ||
        !nb_args_int(args, "limit", 1, 1000000, 50, &query.limit) ||
        !nb_args_int(args, "min-trust", 0, 1000, 0, &query.min_trust) ||
        !nb_args_int(args, "portfolio", 1, NB_CHOICE_MAX, 0, &query.portfolio_n) ||
        !nb_args_int(args, "budget", 1, 1000000000, 0, &query.budget)) {
        return NB_EXIT_USAGE;
    }
    if (!go_together(args, &query, author)) {
        return NB_EXIT_USAGE;
    }
    struct nb_answer answer;
    struct nb_txn *txn = NULL;
    int64_t watermark_ms = -1;
    size_t shown_n = 0;
    enum nb_err err = nb_answer_open(&answer, args);
    if (err == NB_OK) {
        query.offset_min = (int32_t)nb_config_int(answer.config, NB_CFG_UTC_OFFSET);
        err = nb_read_begin(answer.store, &txn, &answer.error);
    }
    if (err == NB_OK) {
        err = nb_analysis_watermark(txn, &watermark_ms);
    }
    if (err == NB_OK && !take_window(args, watermark_ms, window_ms, &query)) {
        nb_read_end(txn);
        (void)nb_answer_close(&answer, NB_OK);
        return NB_EXIT_USAGE;
    }
    if (err == NB_OK) {
        query.asked.weights = &query.weights;
        err = take_weights(nb_args_get(args, "weights"), txn, &query.weights, &answer.error);
    }
    if (err == NB_OK) {
        err = author ? nb_influencers_ledger(txn, nb_slice_str(author), &query, &answer)
              : query.portfolio_n ? nb_influencers_portfolio(txn, &query, &answer, &shown_n)
                                  : nb_influencers_list(txn, &query, &answer, &shown_n);
    }
    nb_read_end(txn);
    bool is_nothing = author ? err == NB_ENOTFOUND : err == NB_OK && shown_n == 0;
    if (is_nothing && answer.store) {
        int code = nb_answer_close(&answer, NB_OK);
        return code ? code : say_nothing(&query, author);
    }
    return nb_answer_close(&answer, err);
}

const struct nb_command nb_cmd_influencers = {
    .name = "influencers",
    .line = "who carries weight on a topic, and why",
    .usage = "",
    .about =
        "Lists the authors who wrote on a topic within the window, the weightiest first. Scores "
        "are thousandths; what is not known is printed as - (null in JSON). The window counts back "
        "from the newest document analysed. A score is the sum of five parts, which "
        "docs/influence.md explains. The evidence begins with what stands out of a row: trusted, "
        "loud (with the reason) or coordinated. --explain says in words what an author is worth, "
        "and shows "
        "every act that was counted with its points, which add up to the score.",
    .options =
        (const struct nb_option[]){
            {"topic", "NAME", NULL, "only documents on this topic"},
            {"site", "SITE", NULL, "only authors of this site"},
            {"window", "SPAN", NULL, "how far back to look: 30d (default), 12h, all"},
            {"from", "DAY", NULL, "from this day on, 2026-03-01; trust too is made of acts since"},
            {"to", "DAY", NULL, "up to the end of this day; the window counts back from it"},
            {"min-trust", "N", NULL, "only authors with at least this trust, 0 to 1000"},
            {"sort", "COLUMN",
             "score|posts|reach|expertise|trust|spread|reception|coordination|sentiment",
             "highest first; unknown comes last"},
            {"limit", "N", NULL, "print at most this many (50)"},
            {"explain", "AUTHOR", NULL, "verdict and ledger of one author, site/handle"},
            {"portfolio", "N", NULL, "up to N authors who together reach the most groups"},
            {"budget", "N", NULL, "with --portfolio: for the price of N ordinary authors"},
            {"own", "SITES", NULL,
             "with --explain: your sites and accounts, to see who spreads them"},
            {"weights", "FILE", NULL, "try other numbers than lexicons/weights.txt has"},
            {"format", "FORMAT", "table|json|csv", "how to print"},
            {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){
            {"nabiz influencers --topic acme", "the weightiest authors of the last 30 days"},
            {"nabiz influencers --topic acme --format csv > list.csv", "for a spreadsheet"},
            {"nabiz influencers --topic acme --from 2026-03-01 --to 2026-03-31", "of one month"},
            {"nabiz influencers --topic acme --explain forum.example/ayla", "what was counted"},
            {"nabiz influencers --topic acme --sort trust --min-trust 300", "who is believed"},
            {"nabiz influencers --topic acme --portfolio 5", "whom to work with together"},
            {NULL, NULL}},
    .run = run_influencers,
};
