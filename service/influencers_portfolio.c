#include "service/influencers.h"

#include <inttypes.h>
#include <unistd.h>

#include <nabiz/choice.h>
#include <nabiz/csv.h>
#include <nabiz/table.h>

/* Thousandths with one digit. */
static void tenths(struct nb_table *table, enum nb_paint paint, int64_t milli)
{
    nb_table_cellf(table, paint, "%" PRId64 ".%" PRId64, milli / 1000, milli % 1000 / 100);
}

static enum nb_err choice_table(const struct nb_choice *choice, struct nb_answer *answer)
{
    static const struct nb_column columns[] = {
        {"pick", NB_RIGHT, false},     {"author", NB_LEFT, true}, {"score", NB_RIGHT, false},
        {"alone", NB_RIGHT, false},    {"adds", NB_RIGHT, false}, {"overlap", NB_RIGHT, false},
        {"together", NB_RIGHT, false}, {"cost", NB_RIGHT, false},
    };
    struct nb_table *table =
        nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]));
    int64_t together = 0;
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < choice->n; i++) {
        const struct nb_chosen *one = &choice->chosen[i];
        together += one->gain_milli;
        nb_table_cellf(table, NB_DIM, "%zu", i + 1);
        nb_table_cell(table, NB_BOLD, one->author);
        nb_table_cellf(table, NB_PLAIN, "%" PRId32, one->score_milli);
        tenths(table, NB_PLAIN, one->alone_milli);
        tenths(table, NB_PLAIN, one->gain_milli);
        tenths(table, NB_DIM, one->alone_milli - one->gain_milli);
        tenths(table, NB_PLAIN, together);
        tenths(table, NB_PLAIN, one->cost_milli);
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), &answer->out);
}

/* Thousandths with one digit, as text. */
static const char *digits(struct nb_arena *arena, int64_t milli)
{
    const char *text =
        nb_arena_printf(arena, "%" PRId64 ".%" PRId64, milli / 1000, milli % 1000 / 100);
    return text ? text : "?";
}

static void choice_text(const struct nb_choice *choice, struct nb_arena *arena, struct nb_buf *out)
{
    nb_buf_addf(
        out,
        "\nTogether they reach %s of %" PRIu32 " independent groups that ever took something"
        " up,\nfor %s times what an ordinary author costs.\n",
        digits(arena, choice->reached_milli), choice->groups_n, digits(arena, choice->cost_milli));
    if (choice->has_star) {
        nb_buf_addf(
            out, "One star, %.*s,\nreaches %s for %s; others for no more, %zu of them, reach %s.\n",
            NB_ARG(choice->star.author), digits(arena, choice->star.alone_milli),
            digits(arena, choice->star.cost_milli), choice->many_n,
            digits(arena, choice->many_reached_milli));
    }
    if (!choice->sure) {
        nb_buf_addf(out, "That this is near the best choice is not proven: there are too many acts "
                         "to\ndraw from.\n");
    }
}

static void json_chosen(struct nb_json *json, const struct nb_chosen *one)
{
    nb_json_object(json);
    nb_json_kstr(json, "author", one->author);
    nb_json_kint(json, "score_milli", one->score_milli);
    nb_json_kint(json, "cost_milli", one->cost_milli);
    nb_json_kint(json, "alone_milli", one->alone_milli);
    nb_json_kint(json, "gain_milli", one->gain_milli);
    nb_json_end(json);
}

static void choice_json(const struct nb_choice *choice, const struct nb_influencers_query *query,
                        struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_object(&json);
    nb_json_influencers_query(&json, query);
    nb_json_kint(&json, "groups", choice->groups_n);
    nb_json_kint(&json, "reached_milli", choice->reached_milli);
    nb_json_kint(&json, "cost_milli", choice->cost_milli);
    nb_json_kbool(&json, "sure", choice->sure);
    nb_json_key(&json, "portfolio");
    nb_json_array(&json);
    for (size_t i = 0; i < choice->n; i++) {
        json_chosen(&json, &choice->chosen[i]);
    }
    nb_json_end(&json);
    nb_json_key(&json, "star");
    if (choice->has_star) {
        json_chosen(&json, &choice->star);
    } else {
        nb_json_null(&json);
    }
    nb_json_key(&json, "instead_of_star");
    nb_json_object(&json);
    nb_json_kint(&json, "authors", (int64_t)choice->many_n);
    nb_json_kint(&json, "reached_milli", choice->many_reached_milli);
    nb_json_kint(&json, "cost_milli", choice->many_cost_milli);
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

static void choice_csv(const struct nb_choice *choice, struct nb_buf *out)
{
    static const char *const titles[] = {"pick", "author", "score", "alone", "adds", "cost"};
    struct nb_csv csv;
    nb_csv_init(&csv, out);
    nb_csv_titles(&csv, titles, sizeof(titles) / sizeof(titles[0]));
    for (size_t i = 0; i < choice->n; i++) {
        nb_csv_int(&csv, (int64_t)i + 1);
        nb_csv_str(&csv, choice->chosen[i].author);
        nb_csv_milli(&csv, choice->chosen[i].score_milli);
        nb_csv_milli(&csv, choice->chosen[i].alone_milli);
        nb_csv_milli(&csv, choice->chosen[i].gain_milli);
        nb_csv_milli(&csv, choice->chosen[i].cost_milli);
        nb_csv_end_row(&csv);
    }
}

enum nb_err nb_influencers_portfolio(struct nb_txn *txn, const struct nb_influencers_query *query,
                                     struct nb_answer *answer, size_t *shown_n)
{
    struct nb_choice choice;
    enum nb_err err = nb_influence_choose(txn, &query->asked, (size_t)query->portfolio_n,
                                          query->budget * 1000, answer->arena, &choice);
    if (err) {
        return err;
    }
    *shown_n = choice.n;
    if (query->format == NB_AS_JSON) {
        choice_json(&choice, query, &answer->out);
    } else if (query->format == NB_AS_CSV) {
        choice_csv(&choice, &answer->out);
    } else if (choice.n) {
        err = choice_table(&choice, answer);
        if (err == NB_OK) {
            choice_text(&choice, answer->arena, &answer->out);
        }
    }
    return err;
}
