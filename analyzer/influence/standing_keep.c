/*
 * What the store holds of it: STANDING has the row of everybody who is supported, a seed, or of a
 * group found with others, and ANALYSIS_META the place (mean, seeds). So groups and seeds can be
 * had again without finding them, which from other acts would give others.
 *
 * cursor says up to where the memory is true; while a transaction is under way it is IN_FLUX, so
 * that one that failed is seen by the next.
 */
#include "analyzer/influence/standing_keep.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/hash.h>
#include <nabiz/mem.h>

#include "analyzer/influence/standing_changes.h"
#include "analyzer/influence/standing_made.h"
#include "analyzer/influence/store_graph.h"
#include "analyzer/keys.h"

enum { SCRATCH_BYTES = 64 << 20, ANEW_PARTS_BITS = 5, STEP_PARTS_BITS = 10 };

static const uint64_t IN_FLUX = UINT64_MAX;
static const struct nb_standing_places usual_places = {NB_STANDING_DIRECT_N, 14, 10};

struct nb_standing_keep {
    struct nb_standing_places places;
    uint64_t cursor;
    struct nb_standing_made made; /* trust NULL: nothing is in memory */
    uint32_t *first;              /* of the group, as stored, of the first first_n authors */
    uint32_t first_n;
    struct nb_standing_changes changes; /* since the last step */
    struct nb_arena *arena;
};

static void forget(struct nb_standing_keep *keep)
{
    nb_standing_made_fini(&keep->made);
    nb_free(keep->first);
    keep->first = NULL;
    keep->first_n = 0;
    keep->changes.n = 0;
}

enum nb_err nb_standing_keep_new(const struct nb_standing_places *places,
                                 struct nb_standing_keep **out)
{
    struct nb_standing_keep *keep = nb_calloc(1, sizeof(*keep));
    *out = NULL;
    if (!keep) {
        return NB_ENOMEM;
    }
    keep->places = places ? *places : usual_places;
    keep->cursor = IN_FLUX;
    keep->arena = nb_arena_new(SCRATCH_BYTES);
    if (!keep->arena) {
        nb_standing_keep_free(keep);
        return NB_ENOMEM;
    }
    *out = keep;
    return NB_OK;
}

void nb_standing_keep_free(struct nb_standing_keep *keep)
{
    if (keep) {
        forget(keep);
        nb_free(keep->changes.p);
        nb_arena_free(keep->arena);
        nb_free(keep);
    }
}

void nb_standing_keep_begin(struct nb_standing_keep *keep, uint64_t cursor)
{
    if (keep) {
        if (keep->cursor != cursor) {
            forget(keep);
        }
        keep->cursor = IN_FLUX;
    }
}

void nb_standing_keep_end(struct nb_standing_keep *keep, uint64_t cursor)
{
    if (keep) {
        keep->cursor = cursor;
    }
}

/* ---- what changes ---- */

enum nb_err nb_standing_keep_note(struct nb_standing_keep *keep,
                                  const struct nb_annotation *document, int sign)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; keep && keep->made.trust && err == NB_OK && i < document->n_edges; i++) {
        if (nb_standing_supports(document->edges[i])) {
            err =
                nb_standing_changes_add(&keep->changes, keep->made.names, document->edges[i], sign);
        }
    }
    return err;
}

static int by_from(const void *a, const void *b)
{
    const struct nb_support_act *x = a;
    const struct nb_support_act *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* What is in EDGE of the pairs that lost an act: n of them, towards one author, by who acts. */
static enum nb_err read_back(struct nb_standing_keep *keep, struct nb_txn *txn,
                             const struct nb_support_act *gone, size_t n,
                             struct nb_standing_acts *came)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key prefix;
    nb_key_text(&prefix, nb_names_at(keep->made.names, gone->to));
    enum nb_err err = nb_cursor_open(txn, NB_TBL_EDGE, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&prefix), &key, &value);
    while (err == NB_OK && nb_slice_starts(key, nb_key_slice(&prefix))) {
        struct nb_edge *edge;
        nb_arena_reset(keep->arena);
        err = nb_edge_decode(value, keep->arena, &edge);
        if (err == NB_OK && nb_standing_supports(edge)) {
            struct nb_support_act act = nb_standing_act(edge);
            act.from = nb_names_find(keep->made.names, nb_field(edge->from));
            act.to = gone->to;
            if (bsearch(&act, gone, n, sizeof(act), by_from)) {
                err = nb_standing_acts_add(came, &act);
            }
        }
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err apply(struct nb_standing_keep *keep, struct nb_txn *txn)
{
    struct nb_standing_acts came = {.n = 0}, gone = {.n = 0};
    enum nb_err err = nb_standing_changes_sum(&keep->changes, &came, &gone);
    for (size_t i = 0; err == NB_OK && i < gone.n;) {
        size_t begin = i;
        while (i < gone.n && gone.p[i].to == gone.p[begin].to) {
            i++;
        }
        err = read_back(keep, txn, gone.p + begin, i - begin, &came);
    }
    if (err == NB_OK) {
        err = nb_trust_change(keep->made.trust, gone.p, gone.n, came.p, came.n,
                              nb_names_n(keep->made.names));
    }
    nb_free(came.p);
    nb_free(gone.p);
    return err;
}

/* ---- what is written ---- */

static uint32_t first_of(const struct nb_standing_keep *keep, uint32_t author)
{
    return author < keep->first_n ? keep->first[author] : author;
}

static bool has_row(const struct nb_standing_keep *keep, uint32_t author)
{
    return first_of(keep, author) != author || nb_trust_voices(keep->made.trust)[author] > 0 ||
           nb_trust_supporters_n(keep->made.trust, author) > 0;
}

static enum nb_err encode(struct nb_standing_keep *keep, uint32_t author, struct nb_slice *out)
{
    struct nb_standing *row;
    uint32_t first = first_of(keep, author);
    enum nb_err err = nb_standing_row(&keep->made, author, keep->arena, &row);
    if (err == NB_OK && first != author) {
        row->group = nb_arena_strdup(keep->arena, nb_names_at(keep->made.names, first));
        err = row->group ? NB_OK : NB_ENOMEM;
    }
    return err == NB_OK ? nb_standing_encode(row, keep->arena, out) : err;
}

static enum nb_err write_row(struct nb_standing_keep *keep, struct nb_txn *txn, uint32_t author)
{
    struct nb_slice name = nb_names_at(keep->made.names, author), value, before;
    bool wanted = has_row(keep, author);
    nb_arena_reset(keep->arena);
    enum nb_err err = wanted ? encode(keep, author, &value) : NB_OK;
    if (err == NB_OK) {
        err = nb_get(txn, NB_TBL_STANDING, name, &before);
    }
    bool is_there = err == NB_OK;
    if (err != NB_OK && err != NB_ENOTFOUND) {
        return err;
    }
    if (wanted && !(is_there && nb_slice_eq(before, value))) {
        nb_put(txn, NB_TBL_STANDING, name, value);
    } else if (!wanted && is_there) {
        nb_del(txn, NB_TBL_STANDING, name);
    }
    return nb_txn_err(txn);
}

/* Rows of those who have none any more; keep NULL: all. */
static enum nb_err drop_rows(struct nb_standing_keep *keep, struct nb_txn *txn)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key at = {0};
    enum nb_err err = NB_OK;
    while (err == NB_OK) {
        err = nb_cursor_open(txn, NB_TBL_STANDING, &cursor);
        if (err != NB_OK) {
            return err;
        }
        err = nb_cursor_seek(cursor, nb_key_slice(&at), &key, &value);
        while (err == NB_OK && keep) {
            uint32_t author = nb_names_find(keep->made.names, key);
            if (author == NB_NO_NODE || !has_row(keep, author)) {
                break;
            }
            err = nb_cursor_next(cursor, &key, &value);
        }
        at.len = 0;
        if (err == NB_OK) {
            nb_key_add(&at, key);
        }
        nb_cursor_close(cursor);
        if (err == NB_OK) {
            nb_del(txn, NB_TBL_STANDING, nb_key_slice(&at));
            err = nb_txn_err(txn);
        }
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err write_all(struct nb_standing_keep *keep, struct nb_txn *txn)
{
    enum nb_err err = NB_OK;
    for (uint32_t i = 0; err == NB_OK && i < nb_names_n(keep->made.names); i++) {
        err = write_row(keep, txn, i);
    }
    return err == NB_OK ? drop_rows(keep, txn) : err;
}

static enum nb_err write_changed(struct nb_standing_keep *keep, struct nb_txn *txn)
{
    uint32_t n;
    const uint32_t *changed = nb_trust_changed(keep->made.trust, &n);
    enum nb_err err = NB_OK;
    for (uint32_t i = 0; err == NB_OK && i < n; i++) {
        err = write_row(keep, txn, changed[i]);
    }
    return err;
}

static struct nb_id id_of(struct nb_slice named)
{
    const struct nb_slice parts[] = {NB_LIT("seeds of a standing"), named};
    return nb_id_of(parts, 2);
}

static enum nb_err write_place(struct nb_standing_keep *keep, struct nb_txn *txn,
                               const struct nb_id *named)
{
    struct nb_slice value;
    struct nb_id id = *named;
    const struct nb_standing_made *made = &keep->made;
    nb_arena_reset(keep->arena);
    struct nb_standing_place *place = nb_standing_place_new(keep->arena);
    char **seeds = nb_arena_calloc(keep->arena, made->seeds_n, sizeof(*seeds));
    if (!place || !seeds) {
        return NB_ENOMEM;
    }
    place->has_mean = place->has_named = 1;
    place->mean = nb_trust_mean(made->trust);
    place->has_now_s = place->has_half_days = 1;
    place->now_s = made->age.now_s;
    place->half_days = made->age.half_days;
    place->named.data = id.b;
    place->named.len = sizeof(id.b);
    place->seeds = seeds;
    for (size_t i = 0; i < made->seeds_n; i++) {
        seeds[i] = nb_arena_strdup(keep->arena, nb_names_at(made->names, made->seeds[i]));
        if (!seeds[i]) {
            return NB_ENOMEM;
        }
    }
    place->n_seeds = made->seeds_n;
    enum nb_err err = nb_standing_place_encode(place, keep->arena, &value);
    if (err == NB_OK) {
        nb_put(txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_STANDING), value);
        err = nb_txn_err(txn);
    }
    return err;
}

/* ---- from the store ---- */

static enum nb_err read_acts(struct nb_txn *txn, struct nb_graph_builder **out)
{
    const struct nb_store_graph_query all = {.wanted = nb_standing_supports, .to_ms = INT64_MAX};
    enum nb_err err = nb_graph_builder_new(out);
    if (err == NB_OK) {
        err = nb_store_graph(txn, &all, *out);
        if (err != NB_OK) {
            nb_graph_builder_free(*out);
        }
    }
    return err;
}

static enum nb_err make_anew(struct nb_standing_keep *keep, struct nb_txn *txn)
{
    struct nb_graph_builder *acts;
    forget(keep);
    enum nb_err err = read_acts(txn, &acts);
    if (err == NB_OK) {
        err = nb_standing_make(txn, nb_slice("", 0), acts, &keep->made);
    }
    if (err == NB_OK) {
        keep->first_n = nb_names_n(keep->made.names);
        keep->first = keep->made.group;
        keep->made.group = NULL;
    }
    return err;
}

/* Whoever STANDING has in a group, or speaking, as an act: towards the first of the group, or
 * itself; the voice stands in for the time. */
static enum nb_err read_groups(struct nb_standing_keep *keep, struct nb_txn *txn,
                               struct nb_names *names, struct nb_standing_acts *out)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_STANDING, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        struct nb_standing *row;
        struct nb_support_act pair = {.from = 0};
        nb_arena_reset(keep->arena);
        err = nb_standing_decode(value, keep->arena, &row);
        if (err == NB_OK && (row->group || row->voice)) {
            pair.at_s = row->voice;
            err = nb_names_add(names, key, &pair.from);
            struct nb_slice first = row->group ? nb_field(row->group) : key;
            err = err == NB_OK ? nb_names_add(names, first, &pair.to) : err;
            err = err == NB_OK ? nb_standing_acts_add(out, &pair) : err;
        }
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* The first of a group as stored had another number when it was found: trust wants the least. */
static enum nb_err take_groups(struct nb_standing_keep *keep, const struct nb_standing_acts *pairs,
                               uint32_t n)
{
    uint32_t *first = nb_calloc((size_t)n + 1, sizeof(*first));
    uint32_t *group = nb_calloc((size_t)n + 1, sizeof(*group));
    uint32_t *voice = nb_calloc((size_t)n + 1, sizeof(*voice));
    keep->first = first;
    keep->first_n = n;
    keep->made.group = group;
    keep->made.voice = voice;
    if (!first || !group || !voice) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 0; i < n; i++) {
        first[i] = group[i] = i;
    }
    for (size_t i = 0; i < pairs->n; i++) {
        const struct nb_support_act *pair = &pairs->p[i];
        first[pair->from] = pair->to;
        voice[pair->from] = pair->at_s;
        group[pair->to] = pair->from < group[pair->to] ? pair->from : group[pair->to];
    }
    for (uint32_t i = 0; i < n; i++) {
        group[i] = first[i] != i ? group[first[i]] : group[i];
    }
    return NB_OK;
}

/* What was in memory after the last step, and what came since, from the store. */
static enum nb_err load(struct nb_standing_keep *keep, struct nb_txn *txn, struct nb_slice value)
{
    struct nb_graph_builder *acts;
    struct nb_standing_place *place;
    struct nb_standing_acts pairs = {.n = 0};
    forget(keep);
    nb_arena_reset(keep->arena);
    enum nb_err err = nb_standing_place_decode(value, keep->arena, &place);
    if (err == NB_OK && place->n_seeds > NB_SEEDS_MAX) {
        err = NB_ECORRUPT;
    }
    err = err == NB_OK ? read_acts(txn, &acts) : err;
    if (err != NB_OK) {
        return err;
    }
    struct nb_names *names = nb_graph_builder_names(acts);
    keep->made.age = (struct nb_support_age){place->now_s, place->half_days};
    for (size_t i = 0; err == NB_OK && i < place->n_seeds; i++) {
        err = nb_names_add(names, nb_slice_str(place->seeds[i]), &keep->made.seeds[i]);
        keep->made.seeds_n = i + 1;
    }
    err = err == NB_OK ? read_groups(keep, txn, names, &pairs) : err;
    err = err == NB_OK ? take_groups(keep, &pairs, nb_names_n(names)) : err;
    nb_free(pairs.p);
    if (err != NB_OK) {
        nb_graph_builder_free(acts);
        return err;
    }
    err = nb_standing_make_again(acts, &keep->made);
    nb_free(keep->made.group);
    nb_free(keep->made.voice);
    keep->made.group = keep->made.voice = NULL;
    return err;
}

/* ---- steps ---- */

static bool is_place(uint64_t number, unsigned bits_least, unsigned parts_bits)
{
    unsigned bits = 0;
    for (uint64_t n = number; n > 1; n >>= 1) {
        bits++;
    }
    unsigned step = bits > bits_least + parts_bits ? bits - parts_bits : bits_least;
    return number && (number & ((UINT64_C(1) << step) - 1)) == 0;
}

static enum nb_err drop_all(struct nb_standing_keep *keep, struct nb_txn *txn)
{
    forget(keep);
    enum nb_err err = drop_rows(NULL, txn);
    if (err == NB_OK) {
        nb_del(txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_STANDING));
        err = nb_txn_err(txn);
    }
    return err;
}

/* Whether the seeds that were found come from what a team names now. */
static enum nb_err has_seeds_of(struct nb_standing_keep *keep, struct nb_slice value,
                                const struct nb_id *named, bool *out)
{
    struct nb_standing_place *place;
    nb_arena_reset(keep->arena);
    enum nb_err err = nb_standing_place_decode(value, keep->arena, &place);
    *out = err == NB_OK && place->named.len == sizeof(named->b) &&
           memcmp(place->named.data, named->b, sizeof(named->b)) == 0;
    return err;
}

static enum nb_err bring_up(struct nb_standing_keep *keep, struct nb_txn *txn, uint64_t number)
{
    struct nb_slice value, named;
    bool goes_on = false;
    enum nb_err err = nb_standing_named(txn, &named);
    if (err != NB_OK) {
        return err;
    }
    struct nb_id id = id_of(named);
    err = nb_get(txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_STANDING), &value);
    if (err == NB_OK && !is_place(number, keep->places.anew_bits, ANEW_PARTS_BITS)) {
        err = has_seeds_of(keep, value, &id, &goes_on);
    }
    if (err != NB_OK && err != NB_ENOTFOUND) {
        return err;
    }
    if (goes_on && keep->made.trust) {
        err = apply(keep, txn);
        err = err == NB_OK ? write_changed(keep, txn) : err;
    } else {
        err = goes_on ? load(keep, txn, value) : make_anew(keep, txn);
        err = err == NB_OK ? write_all(keep, txn) : err;
    }
    return err == NB_OK ? write_place(keep, txn, &id) : err;
}

enum nb_err nb_standing_keep_step(struct nb_standing_keep *keep, struct nb_txn *txn,
                                  uint64_t number)
{
    if (!keep || !is_place(number, keep->places.step_bits, STEP_PARTS_BITS)) {
        return NB_OK;
    }
    if (nb_table_count(txn, NB_TBL_EDGE) > keep->places.acts_least) {
        return bring_up(keep, txn, number);
    }
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_STANDING), &value);
    if (err == NB_OK) {
        err = drop_all(keep, txn);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}
