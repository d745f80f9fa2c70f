#include "service/influencers.h"

#include <inttypes.h>
#include <unistd.h>

#include <nabiz/credibility.h>
#include <nabiz/csv.h>
#include <nabiz/date.h>
#include <nabiz/log.h>
#include <nabiz/table.h>
#include <nabiz/verdict.h>

/* A ledger row and the address of the document in which the act was done. */
struct opened {
    const struct nb_ledger_row *row;
    struct nb_slice link;
};

struct explained {
    struct nb_influencer who;
    struct nb_credibility credibility;
    struct nb_verdict_text verdict;
    struct opened *rows;
    size_t rows_n;
    struct nb_slice coordination; /* address of the first document that is part of it */
    struct nb_slice samples[NB_CREDITS_N][NB_CREDIT_SAMPLES]; /* addresses */
};

/* Addresses come from the crawl store; without it there are none, which is no failure. */
static struct nb_slice address_of(struct nb_log *log, uint64_t number, struct nb_arena *arena)
{
    struct nb_document *document;
    if (!log || !number || nb_log_get(log, number, arena, &document, NULL) != NB_OK) {
        return nb_slice(NULL, 0);
    }
    return nb_field(document->url);
}

static enum nb_err open_rows(const struct nb_ledger_row *rows, size_t n, struct nb_answer *answer,
                             struct explained *e)
{
    struct nb_store *crawl = NULL;
    struct nb_log *log = NULL;
    const struct nb_store_options options = {.read_only = true};
    e->rows = nb_arena_calloc(answer->arena, n, sizeof(e->rows[0]));
    e->rows_n = n;
    if (!e->rows) {
        return NB_ENOMEM;
    }
    if (nb_store_open(nb_config_str(answer->config, NB_CFG_DATA_DIR), NB_STORE_CRAWL, &options,
                      &crawl, NULL) == NB_OK &&
        nb_log_open_local(crawl, &log, NULL) != NB_OK) {
        log = NULL;
    }
    for (size_t i = 0; i < n; i++) {
        e->rows[i] = (struct opened){&rows[i], address_of(log, rows[i].number, answer->arena)};
    }
    e->coordination = address_of(log, e->who.coordination_number, answer->arena);
    for (size_t i = 0; i < NB_CREDITS_N; i++) {
        const struct nb_credit_count *count = &e->credibility.credits[i];
        for (size_t k = 0; k < count->samples_n; k++) {
            e->samples[i][k] = address_of(log, count->samples[k], answer->arena);
        }
    }
    nb_log_close(log);
    nb_store_close(crawl);
    return NB_OK;
}

/* Which parts an act counts for: "trust 12.250, spread 3". */
static const char *parts_of(const struct nb_ledger_row *row, struct nb_arena *arena)
{
    const char *text = "";
    for (size_t i = 0; text && i < NB_PARTS_N; i++) {
        if (row->part_milli[i]) {
            text = nb_arena_printf(arena, "%s%s%s", text, text[0] ? ", " : "",
                                   nb_part_name((enum nb_part)i));
        }
    }
    return text;
}

static void table_points(struct nb_table *table, enum nb_paint paint, int64_t milli)
{
    nb_table_cellf(table, paint, "%s%" PRId64 ".%03" PRId64, milli < 0 ? "-" : "",
                   (milli < 0 ? -milli : milli) / 1000, (milli < 0 ? -milli : milli) % 1000);
}

static enum nb_err rows_table(const struct opened *rows, size_t n, int32_t offset_min,
                              struct nb_answer *answer)
{
    static const struct nb_column columns[] = {
        {"when", NB_LEFT, false},    {"act", NB_LEFT, false}, {"who", NB_LEFT, true},
        {"points", NB_RIGHT, false}, {"for", NB_LEFT, true},  {"link", NB_LEFT, true},
    };
    struct nb_table *table =
        nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_ledger_row *row = rows[i].row;
        struct nb_civil t = nb_civil_of(row->at_ms, offset_min);
        nb_table_cellf(table, NB_PLAIN, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour,
                       t.minute);
        nb_table_cell(table, NB_PLAIN, nb_slice_str(row->act));
        nb_table_cell(table, NB_BOLD, row->who);
        table_points(table, row->points_milli ? NB_PLAIN : NB_DIM, row->points_milli);
        nb_table_cell(table, NB_DIM, nb_slice_str(parts_of(row, answer->arena)));
        nb_table_cell(table, NB_PLAIN, rows[i].link.len ? rows[i].link : row->url);
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), &answer->out);
}

/* The five parts, and what is cut, as a sum. */
static enum nb_err parts_table(const struct explained *e, const struct nb_weights *weights,
                               struct nb_answer *answer)
{
    static const struct nb_column columns[] = {
        {"part", NB_LEFT, false},
        {"value", NB_RIGHT, false},
        {"share", NB_RIGHT, false},
        {"points", NB_RIGHT, false},
    };
    const struct nb_influencer *who = &e->who;
    const int32_t values[] = {who->reach_milli, who->expertise_milli, who->trust_milli,
                              who->spread_milli, who->reception_milli};
    const int32_t shares[] = {weights->reach, weights->expertise, weights->trust, weights->spread,
                              weights->reception};
    struct nb_table *table =
        nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    int64_t cut = who->points_milli;
    for (size_t i = 0; i < NB_PARTS_N; i++) {
        bool known = values[i] != NB_UNKNOWN_MILLI;
        nb_table_cell(table, NB_PLAIN, nb_slice_str(nb_part_name((enum nb_part)i)));
        nb_table_cellf(table, known ? NB_PLAIN : NB_DIM, known ? "%" PRId32 : "-", values[i]);
        nb_table_cellf(table, NB_DIM, "%" PRId32, shares[i]);
        table_points(table, NB_PLAIN, who->part_points_milli[i]);
        cut -= who->part_points_milli[i];
    }
    nb_table_cell(table, NB_BOLD, NB_LIT("score"));
    nb_table_cellf(table, NB_BOLD, "%" PRId32, who->score_milli);
    nb_table_cell(table, NB_PLAIN, nb_slice_str(cut ? "cut" : ""));
    table_points(table, NB_BOLD, who->points_milli);
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), &answer->out);
}

static void print_credits(const struct explained *e, struct nb_buf *out)
{
    const struct nb_credibility *c = &e->credibility;
    nb_buf_addf(out,
                "\nOf all that is known of them, %" PRIu64 " documents in %" PRIu64 " of %" PRIu64
                " weeks",
                c->documents_n, c->active_weeks_n, c->weeks_n);
    nb_buf_addf(out,
                c->credibility_milli == NB_UNKNOWN_MILLI ? ", credibility not known\n"
                                                         : ", credibility %" PRId32 "\n",
                c->credibility_milli);
    for (size_t i = 0; i < NB_CREDITS_N; i++) {
        const struct nb_credit_count *count = &c->credits[i];
        if (!count->n) {
            continue;
        }
        nb_buf_addf(out, "%6" PRIu64 " %s\n", count->n, nb_credit_text((enum nb_credit)i));
        for (size_t k = 0; k < count->samples_n; k++) {
            struct nb_slice link = e->samples[i][k];
            if (link.len) {
                nb_buf_addf(out, "         %.*s\n", NB_ARG(link));
            }
        }
    }
}

/* 12300 as "12,300". */
static void add_grouped(struct nb_buf *out, uint64_t n)
{
    if (n < 1000) {
        nb_buf_addf(out, "%" PRIu64, n);
        return;
    }
    uint64_t scale = 1;
    for (uint64_t rest = n; rest >= 1000; rest /= 1000) {
        scale *= 1000;
    }
    nb_buf_addf(out, "%" PRIu64, n / scale);
    while (scale > 1) {
        scale /= 1000;
        nb_buf_addf(out, ",%03" PRIu64, n / scale % 1000);
    }
}

/* How many follow them, and when that was read. */
static void add_followers(const struct nb_people *people, int32_t offset_min, struct nb_buf *out)
{
    struct nb_civil t = nb_civil_of(people->followers_read_ms, offset_min);
    nb_buf_add_str(out, "followers ");
    add_grouped(out, people->followers_n);
    nb_buf_addf(out, ", read %04d-%02d-%02d\n", t.year, t.month, t.day);
}

static enum nb_err explain_table(const struct explained *e,
                                 const struct nb_influencers_query *query, struct nb_answer *answer)
{
    struct nb_buf *out = &answer->out;
    const struct nb_influencer *who = &e->who;
    nb_buf_addf(out, "%.*s: score %" PRId32 " of 1000", NB_ARG(who->author), who->score_milli);
    if (who->low_milli != NB_UNKNOWN_MILLI) {
        nb_buf_addf(out, ", between %" PRId32 " and %" PRId32, who->low_milli, who->high_milli);
    }
    nb_buf_addf(out, "\n%s\n", e->verdict.advice);
    if (who->people.followers_known) {
        add_followers(&who->people, query->offset_min, out);
    }
    if (who->coordination && who->coordination[0]) {
        nb_buf_addf(out, "coordination risk %" PRId32 ": %s\n", who->coordination_milli,
                    who->coordination);
        if (e->coordination.len) {
            nb_buf_addf(out, "    %.*s\n", NB_ARG(e->coordination));
        }
    }
    nb_buf_add_byte(out, '\n');
    for (size_t i = 0; i < NB_VERDICT_LINES; i++) {
        const struct nb_verdict_line *line = &e->verdict.lines[i];
        nb_buf_addf(out, "  %s %s\n      %s\n", line->question, nb_answer_text(line->answer),
                    line->because);
    }
    nb_buf_add_byte(out, '\n');
    enum nb_err err = parts_table(e, query->asked.weights, answer);
    if (err == NB_OK && who->trust_milli != NB_UNKNOWN_MILLI) {
        nb_buf_addf(out, "trust is made of %s\n", nb_trust_basis_text(who->trust_of));
    }
    if (err == NB_OK) {
        print_credits(e, out);
        nb_buf_add_byte(out, '\n');
        err = rows_table(e->rows, e->rows_n, query->offset_min, answer);
    }
    return err;
}

static void json_credits(struct nb_json *json, const struct explained *e)
{
    const struct nb_credibility *c = &e->credibility;
    nb_json_key(json, "credibility");
    nb_json_object(json);
    nb_json_known(json, "credibility_milli", c->credibility_milli);
    nb_json_kint(json, "documents", (int64_t)c->documents_n);
    nb_json_kint(json, "weeks", (int64_t)c->weeks_n);
    nb_json_kint(json, "active_weeks", (int64_t)c->active_weeks_n);
    for (size_t i = 0; i < NB_CREDITS_N; i++) {
        const struct nb_credit_count *count = &c->credits[i];
        nb_json_key(json, nb_credit_name((enum nb_credit)i));
        nb_json_object(json);
        nb_json_kint(json, "documents", (int64_t)count->n);
        nb_json_key(json, "samples");
        nb_json_array(json);
        for (size_t k = 0; k < count->samples_n; k++) {
            nb_json_object(json);
            nb_json_kint(json, "document", (int64_t)count->samples[k]);
            nb_json_kcstr(json, "link", e->samples[i][k].p);
            nb_json_end(json);
        }
        nb_json_end(json);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void json_verdict(struct nb_json *json, const struct nb_verdict_text *verdict)
{
    nb_json_kcstr(json, "mark", verdict->mark);
    nb_json_kcstr(json, "advice", verdict->advice);
    nb_json_key(json, "verdict");
    nb_json_array(json);
    for (size_t i = 0; i < NB_VERDICT_LINES; i++) {
        nb_json_object(json);
        nb_json_kcstr(json, "question", verdict->lines[i].question);
        nb_json_kcstr(json, "answer", nb_answer_text(verdict->lines[i].answer));
        nb_json_kcstr(json, "because", verdict->lines[i].because);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void json_parts(struct nb_json *json, const int32_t *milli)
{
    nb_json_key(json, "parts_milli");
    nb_json_object(json);
    for (size_t i = 0; i < NB_PARTS_N; i++) {
        if (milli[i]) {
            nb_json_kint(json, nb_part_name((enum nb_part)i), milli[i]);
        }
    }
    nb_json_end(json);
}

static void explain_json(const struct explained *e, const struct nb_influencers_query *query,
                         struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_object(&json);
    nb_json_influencers_query(&json, query);
    nb_json_influencer(&json, &e->who);
    json_verdict(&json, &e->verdict);
    json_credits(&json, e);
    nb_json_key(&json, "ledger");
    nb_json_array(&json);
    for (size_t i = 0; i < e->rows_n; i++) {
        const struct nb_ledger_row *row = e->rows[i].row;
        nb_json_object(&json);
        nb_json_ktime(&json, "at", row->at_ms);
        nb_json_kcstr(&json, "act", row->act);
        nb_json_kstr(&json, "who", row->who);
        nb_json_kint(&json, "points_milli", row->points_milli);
        json_parts(&json, row->part_milli);
        nb_json_kint(&json, "document", (int64_t)row->number);
        nb_json_kcstr(&json, "link", e->rows[i].link.p);
        nb_json_kcstr(&json, "towards", row->url.p);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

static void ledger_csv(const struct opened *rows, size_t n, int32_t offset_min, struct nb_buf *out)
{
    static const char *const titles[] = {"when",      "act",       "who",    "points",
                                         "reach",     "expertise", "trust",  "spread",
                                         "reception", "link",      "towards"};
    struct nb_csv csv;
    nb_csv_init(&csv, out);
    nb_csv_titles(&csv, titles, sizeof(titles) / sizeof(titles[0]));
    for (size_t i = 0; i < n; i++) {
        nb_csv_time(&csv, rows[i].row->at_ms, offset_min);
        nb_csv_str(&csv, nb_slice_str(rows[i].row->act));
        nb_csv_str(&csv, rows[i].row->who);
        nb_csv_milli(&csv, rows[i].row->points_milli);
        for (size_t k = 0; k < NB_PARTS_N; k++) {
            nb_csv_milli(&csv, rows[i].row->part_milli[k]);
        }
        nb_csv_str(&csv, rows[i].link);
        nb_csv_str(&csv, rows[i].row->url);
        nb_csv_end_row(&csv);
    }
}

enum nb_err nb_influencers_ledger(struct nb_txn *txn, struct nb_slice author,
                                  const struct nb_influencers_query *query,
                                  struct nb_answer *answer)
{
    struct explained e = {.rows = NULL};
    const struct nb_ledger_row *rows;
    size_t n;
    uint64_t own_n = UINT64_MAX;
    enum nb_err err =
        nb_influence_ledger(txn, author, &query->asked, answer->arena, &e.who, &rows, &n);
    if (err == NB_OK && query->own) {
        err = nb_influence_own(txn, e.who.author, nb_slice_str(query->own), &query->asked,
                               answer->arena, &own_n);
    }
    if (err == NB_OK) {
        err = nb_verdict_ask(txn, &e.who, &query->asked, own_n, answer->arena, &e.credibility,
                             &e.verdict);
    }
    if (err == NB_OK) {
        err = open_rows(rows, n, answer, &e);
    }
    if (err) {
        return err;
    }
    if (query->format == NB_AS_JSON) {
        explain_json(&e, query, &answer->out);
    } else if (query->format == NB_AS_CSV) {
        ledger_csv(e.rows, n, query->offset_min, &answer->out);
    } else {
        return explain_table(&e, query, answer);
    }
    return NB_OK;
}
