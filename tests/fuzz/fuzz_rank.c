/*
 * Input: lines of acts; those behind an empty line are added later. Holds for whatever is read:
 * what cannot be read is refused with a reason and changes nothing; the list has every author once,
 * best first, each score inside its interval and the sum of its shares; the graph says the same
 * from both sides; and acts added later give what all at once give.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/mem.h>

#include "analyzer/influence/core.h"
#include "analyzer/influence/groups.h"
#include "analyzer/influence/rank.h"
#include "analyzer/influence/rank_read.h"

enum { TEXT_MAX = 1 << 14, LATEST_S = 2000000000 };

static void must(enum nb_err err)
{
    if (err != NB_OK) {
        abort();
    }
}

/* @param later  read what is behind the first empty line, too. */
static struct nb_graph_builder *read_all(struct nb_slice text, bool later)
{
    struct nb_graph_builder *builder;
    struct nb_slice line;
    must(nb_graph_builder_new(&builder));
    while (nb_slice_split(&text, '\n', &line) && (line.len > 0 || later)) {
        struct nb_error error = {0};
        struct nb_slice seed;
        uint32_t names_n = nb_names_n(nb_graph_builder_names(builder));
        enum nb_err err = nb_rank_read_act(builder, line, LATEST_S, &error);
        assert(err == NB_OK || (err == NB_ESYNTAX && error.text[0]));
        assert(err == NB_OK || nb_names_n(nb_graph_builder_names(builder)) == names_n);
        err = nb_rank_read_seed(line, NB_LIT("topic"), &seed, &error);
        assert(err == NB_OK || seed.len == 0);
    }
    return builder;
}

static void check_sides(const struct nb_graph *graph)
{
    uint64_t in = 0, out = 0;
    for (uint32_t v = 0; v < graph->authors_n; v++) {
        for (uint32_t i = graph->in.begin[v]; i < graph->in.begin[v + 1]; i++) {
            assert(graph->in.other[i] != v);
            in += (uint64_t)(v + 1) * (graph->in.other[i] + 7) + graph->in.at_s[i];
        }
        for (uint32_t i = graph->out.begin[v]; i < graph->out.begin[v + 1]; i++) {
            out += (uint64_t)(graph->out.other[i] + 1) * (v + 7) + graph->out.at_s[i];
        }
    }
    assert(in == out && graph->in.begin[graph->authors_n] == graph->acts_n);
}

static void check_list(const struct nb_graph *graph, const struct nb_names *names,
                       const uint32_t *seeds, size_t seeds_n)
{
    struct nb_rank_row *rows;
    must(nb_rank(graph, names, seeds, seeds_n, &rows));
    bool *seen = nb_calloc(graph->authors_n + 1u, sizeof(*seen));
    assert(seen);
    for (uint32_t i = 0; i < graph->authors_n; i++) {
        const struct nb_rank_row *row = &rows[i];
        assert(row->author < graph->authors_n && !seen[row->author]);
        seen[row->author] = true;
        assert(i == 0 || rows[i - 1].trust >= row->trust);
        assert(row->low_milli == NB_UNKNOWN_MILLI ||
               (row->low_milli <= row->score_milli && row->score_milli <= row->high_milli));
    }
    nb_free(seen);
    nb_free(rows);
}

static void check_shares(const struct nb_trust *trust, uint32_t author)
{
    uint32_t n = nb_trust_supporters_n(trust, author);
    struct nb_trust_share *shares = nb_malloc((n + 1u) * sizeof(*shares));
    uint64_t sum = 0;
    assert(shares);
    n = nb_trust_shares(trust, NULL, author, shares);
    for (uint32_t i = 0; i < n; i++) {
        sum += shares[i].points;
    }
    assert(sum == nb_trust_scores(trust)[author]);
    nb_free(shares);
}

/* first: the graph of the acts before the empty line, whose authors have the same numbers. */
static void check_adding(const struct nb_graph *first, const struct nb_graph *all,
                         const uint32_t *group, const uint32_t *seeds, size_t seeds_n)
{
    struct nb_trust *want, *got;
    const struct nb_trust_input input = {.group = group, .seeds = seeds, .seeds_n = seeds_n};
    must(nb_trust_new(first, &input, &got));
    struct nb_trust_input later = input;
    uint32_t *voice = nb_calloc(all->authors_n + 1u, sizeof(*voice));
    assert(voice);
    memcpy(voice, nb_trust_voices(got), first->authors_n * sizeof(*voice));
    later.voice = voice;
    must(nb_trust_new(all, &later, &want));
    struct nb_support_act *acts = nb_malloc((all->acts_n + 1u) * sizeof(*acts));
    size_t n = 0;
    assert(acts);
    for (uint32_t v = 0; v < all->authors_n; v++) {
        for (uint32_t i = all->in.begin[v]; i < all->in.begin[v + 1]; i++) {
            acts[n++] =
                (struct nb_support_act){all->in.other[i], v, all->in.kind[i], all->in.at_s[i]};
        }
    }
    must(nb_trust_change(got, NULL, 0, acts, n / 2, all->authors_n));
    must(nb_trust_change(got, NULL, 0, acts + n / 2, n - n / 2, 0));
    for (uint32_t i = 0; i < all->authors_n; i++) {
        assert(nb_trust_scores(want)[i] == nb_trust_scores(got)[i]);
        check_shares(got, i);
    }
    nb_free(acts);
    nb_free(voice);
    nb_trust_free(want);
    nb_trust_free(got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_slice text = nb_slice(data, size);
    struct nb_graph *first, *all;
    uint32_t seeds[NB_SEEDS_MAX];
    size_t seeds_n;
    int32_t share_milli;
    if (size > TEXT_MAX) {
        return 0;
    }
    struct nb_graph_builder *some = read_all(text, false), *whole = read_all(text, true);
    must(nb_graph_build(some, &first));
    must(nb_graph_build(whole, &all));
    check_sides(all);
    must(nb_seeds_find(first, seeds, &seeds_n, &share_milli));
    assert(share_milli >= 0 && share_milli <= 500);
    uint32_t *group = nb_malloc((all->authors_n + 1u) * sizeof(*group));
    uint32_t *core = nb_malloc((all->authors_n + 1u) * sizeof(*core));
    assert(group && core);
    must(nb_groups_find(first, nb_graph_builder_names(some), NULL, 0, group));
    for (uint32_t i = first->authors_n; i < all->authors_n; i++) {
        group[i] = i;
    }
    must(nb_core_numbers(all, NULL, core));
    check_adding(first, all, group, seeds, seeds_n);
    check_list(all, nb_graph_builder_names(whole), seeds, seeds_n);
    nb_free(group);
    nb_free(core);
    nb_graph_free(first);
    nb_graph_free(all);
    nb_graph_builder_free(some);
    nb_graph_builder_free(whole);
    return 0;
}
