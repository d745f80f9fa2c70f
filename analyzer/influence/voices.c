#include "analyzer/influence/voices.h"

#include <stdlib.h>

#include <nabiz/mem.h>
#include <nabiz/url.h>

#include "analyzer/influence/authors.h"
#include "analyzer/influence/groups.h"
#include "analyzer/influence/store_graph.h"
#include "analyzer/keys.h"

enum { SCRATCH_BYTES = 64 << 20, MIRROR_LEAST = 3, MIRROR_MILLI = 800 };

/* Copies that a site has from another voice, to be counted. */
struct taking {
    uint32_t from, to; /* who copies, and what is copied */
};

struct nb_voices {
    struct nb_graph_builder *builder; /* acts of voices towards authors */
    uint32_t *group;                  /* of each voice that acts or is acted upon */
};

struct reading {
    const struct nb_scope *scope;
    size_t acts_max;
    struct nb_graph_builder *builder;
    struct nb_arena *scratch; /* of one act */
    struct taking *takings;
    size_t takings_n, takings_cap;
};

/* ---- acts ---- */

static struct nb_slice owner_of(struct nb_slice author)
{
    return nb_url_site(nb_author_site(author));
}

struct nb_slice nb_voice_of(const struct nb_edge *edge, struct nb_slice own_site)
{
    struct nb_slice from = nb_field(edge->from);
    struct nb_slice site = nb_author_site(from);
    bool is_site = from.len == site.len + 1; /* without a byline */
    bool elsewhere =
        nb_act_spreads(edge) && edge->act != NB__EDGE__ACT__BOOST && !nb_slice_eq(site, own_site);
    return is_site || elsewhere ? owner_of(from) : from;
}

static bool is_account(struct nb_slice voice)
{
    return nb_slice_find_byte(voice, '/', 0) != NB_NPOS;
}

static enum nb_err add_taking(struct reading *r, const struct nb_edge *edge, struct nb_slice voice)
{
    struct taking taking;
    struct nb_names *names = nb_graph_builder_names(r->builder);
    if (r->takings_n == r->takings_cap) {
        size_t cap = r->takings_cap ? 2 * r->takings_cap : 256;
        struct taking *grown = nb_realloc(r->takings, cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        r->takings = grown;
        r->takings_cap = cap;
    }
    enum nb_err err = nb_names_add(names, voice, &taking.from);
    if (err == NB_OK) { /* within a site one account copies another */
        struct nb_slice to = nb_field(edge->to);
        err = nb_names_add(names, is_account(voice) ? to : owner_of(to), &taking.to);
    }
    if (err == NB_OK && taking.from != taking.to) {
        r->takings[r->takings_n++] = taking;
    }
    return err;
}

static enum nb_err add_act(struct reading *r, struct nb_slice value)
{
    struct nb_edge *edge;
    nb_arena_reset(r->scratch);
    enum nb_err err = nb_edge_decode(value, r->scratch, &edge);
    if (err || edge->at_ms >= r->scope->to_ms || edge->act < NB__EDGE__ACT__LINK ||
        edge->act > NB__EDGE__ACT__BOOST) {
        return err;
    }
    struct nb_slice to = nb_field(edge->to), voice = nb_voice_of(edge, nb_author_site(to));
    if (!voice.len || !owner_of(to).len) {
        return NB_OK;
    }
    if (edge->act == NB__EDGE__ACT__COPY) {
        return add_taking(r, edge, voice);
    }
    return nb_graph_builder_add_named(r->builder, voice, to, nb_edge_kind(edge),
                                      edge->at_ms / 1000);
}

static enum nb_err add_all(struct reading *r, struct nb_cursor *cursor)
{
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        err = add_act(r, value);
        err = err ? err : nb_cursor_next(cursor, &key, &value);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* The newest acts towards an author within the window and before it. */
static enum nb_err add_newest(struct reading *r, struct nb_cursor *cursor, struct nb_slice author,
                              size_t most_n)
{
    struct nb_key from, end;
    struct nb_slice key, value;
    nb_key_text(&from, author);
    nb_key_text(&end, author);
    nb_key_add_u64(&end, nb_key_time(r->scope->to_ms));
    enum nb_err err = nb_cursor_seek(cursor, nb_key_slice(&end), &key, &value);
    err = err == NB_ENOTFOUND ? nb_cursor_last(cursor, &key, &value)
          : err               ? err
                              : nb_cursor_prev(cursor, &key, &value);
    for (size_t i = 0; err == NB_OK && i < most_n && nb_slice_starts(key, nb_key_slice(&from));
         i++) {
        err = add_act(r, value);
        err = err ? err : nb_cursor_prev(cursor, &key, &value);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err add_of_authors(struct reading *r, struct nb_cursor *cursor,
                                  const struct nb_slice *authors, size_t n)
{
    struct nb_arena *arena = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err =
        arena ? nb_authors_foremost(r->scope->txn, NB_INFLUENCERS_MAX, arena, &authors, &n)
              : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = add_newest(r, cursor, authors[i], r->acts_max / n);
    }
    nb_arena_free(arena);
    return err;
}

static enum nb_err add_acts(struct reading *r, const struct nb_slice *authors, size_t n)
{
    struct nb_cursor *cursor;
    enum nb_err err = nb_cursor_open(r->scope->txn, NB_TBL_EDGE, &cursor);
    if (err) {
        return err;
    }
    err = nb_table_count(r->scope->txn, NB_TBL_EDGE) <= r->acts_max
              ? add_all(r, cursor)
              : add_of_authors(r, cursor, authors, n);
    nb_cursor_close(cursor);
    return err;
}

/* ---- mirrors ---- */

static int by_taking(const void *a, const void *b)
{
    const struct taking *x = a, *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    return (x->to > y->to) - (x->to < y->to);
}

/* Whether a voice published no more than so many documents; it reads no further. */
static enum nb_err published_at_most(struct reading *r, struct nb_slice voice, uint64_t most_n,
                                     bool *out)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key from = {0};
    uint64_t n = 0;
    bool one = is_account(voice);
    nb_key_add(&from, voice);
    nb_key_add(&from, one ? NB_LIT("") : NB_LIT("/"));
    enum nb_err err = nb_cursor_open(r->scope->txn, NB_TBL_AUTHOR, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    while (err == NB_OK && n <= most_n &&
           (one ? nb_slice_eq(key, voice) : nb_slice_starts(key, nb_key_slice(&from)))) {
        struct nb_author *row;
        nb_arena_reset(r->scratch);
        err = nb_author_decode(value, r->scratch, &row);
        if (err == NB_OK) {
            n += row->documents_n;
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    *out = n && n <= most_n;
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* @param pairs  room for as many as there are takings. */
static enum nb_err find_mirrors(struct reading *r, struct nb_groups_pair *pairs, size_t *pairs_n)
{
    const struct nb_names *names = nb_graph_builder_names(r->builder);
    enum nb_err err = NB_OK;
    *pairs_n = 0;
    if (r->takings_n) {
        qsort(r->takings, r->takings_n, sizeof(*r->takings), by_taking);
    }
    for (size_t i = 0, end; err == NB_OK && i < r->takings_n; i = end) {
        const struct taking *taking = &r->takings[i];
        bool mirrors = false;
        for (end = i + 1; end < r->takings_n && by_taking(&r->takings[end], taking) == 0; end++) {
        }
        struct nb_slice voice = nb_names_at(names, taking->from);
        if (end - i >= MIRROR_LEAST && voice.len < NB_AUTHOR_ID_BYTES) {
            err = published_at_most(r, voice, (end - i) * 1000 / MIRROR_MILLI, &mirrors);
        }
        if (mirrors) {
            pairs[(*pairs_n)++] = (struct nb_groups_pair){taking->from, taking->to};
        }
    }
    return err;
}

/* ---- all of it ---- */

static enum nb_err find_groups(struct reading *r, struct nb_voices *voices)
{
    struct nb_graph *graph;
    size_t pairs_n = 0;
    struct nb_groups_pair *pairs = nb_malloc((r->takings_n + 1) * sizeof(*pairs));
    enum nb_err err = pairs ? find_mirrors(r, pairs, &pairs_n) : NB_ENOMEM;
    err = err ? err : nb_graph_build(r->builder, &graph);
    if (err == NB_OK) {
        voices->group = nb_calloc((size_t)graph->authors_n + 1, sizeof(voices->group[0]));
        err =
            voices->group ? nb_groups_find(graph, NULL, pairs, pairs_n, voices->group) : NB_ENOMEM;
        nb_graph_free(graph);
    }
    nb_free(pairs);
    return err;
}

enum nb_err nb_voices_read(const struct nb_scope *scope, const struct nb_slice *authors, size_t n,
                           size_t acts_max, struct nb_voices **out)
{
    struct reading r = {
        .scope = scope, .acts_max = acts_max, .scratch = nb_arena_new(SCRATCH_BYTES)};
    struct nb_voices *voices = nb_calloc(1, sizeof(*voices));
    enum nb_err err = voices && r.scratch ? nb_graph_builder_new(&voices->builder) : NB_ENOMEM;
    *out = NULL;
    if (err == NB_OK) {
        r.builder = voices->builder;
        err = add_acts(&r, authors, n);
    }
    err = err ? err : find_groups(&r, voices);
    nb_free(r.takings);
    nb_arena_free(r.scratch);
    if (err) {
        nb_voices_free(voices);
        return err;
    }
    *out = voices;
    return NB_OK;
}

void nb_voices_free(struct nb_voices *voices)
{
    if (voices) {
        nb_graph_builder_free(voices->builder);
        nb_free(voices->group);
        nb_free(voices);
    }
}

struct nb_slice nb_voices_find(const struct nb_voices *voices, struct nb_slice voice)
{
    if (!voices) {
        return voice;
    }
    const struct nb_names *names = nb_graph_builder_names(voices->builder);
    uint32_t number = nb_names_find(names, voice);
    return number == NB_NO_NODE ? voice : nb_names_at(names, voices->group[number]);
}
