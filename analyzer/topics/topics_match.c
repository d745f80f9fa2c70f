/*
 * Matching: hits of atoms first, then the queries are evaluated that have a trigger among them. All
 * memory is the caller's arena's and grows with the hits.
 */
#include "analyzer/topics/topics_match.h"

#include <stdlib.h>

enum { FEW = 32, DIGIT_BITS = 11 };

static bool holds(struct match *m, uint32_t number)
{
    const struct nb_topic_node *nodes = m->topics->nodes, *node = &nodes[number];
    const struct nb_annotation *facts = m->document->facts;
    struct spans found;
    switch (node->kind) {
    case NB_NODE_ATOM:
        return nb_match_hits(m, node).n > 0;
    case NB_NODE_NOT:
        return !holds(m, node->child);
    case NB_NODE_SINCE:
        return facts->has_at_ms && facts->at_ms >= node->at_ms;
    case NB_NODE_UNTIL:
        return facts->has_at_ms && facts->at_ms < node->at_ms;
    case NB_NODE_PHRASE:
    case NB_NODE_NEAR:
        return nb_match_places(m, number, &found) && found.n > 0;
    default:
        break;
    }
    bool any = node->kind == NB_NODE_OR;
    for (uint32_t child = node->child; child != TR_NONE; child = nodes[child].sibling) {
        if (holds(m, child) == any) {
            return any;
        }
    }
    return !any;
}

static void add_find(struct match *m, uint32_t node, const struct span *span)
{
    if (span->first_token == TR_NONE || m->finds_n - m->finds_from == NB_TOPIC_FINDS_MAX) {
        return; /* a field, or enough */
    }
    m->finds = nb_match_grow(m, m->finds, m->finds_n, &m->finds_cap, sizeof(*m->finds));
    if (!m->full) {
        m->finds[m->finds_n++] = (struct nb_topic_find){m->topic,
                                                        span->first_token,
                                                        span->last_token + 1,
                                                        span->begin < m->title_end,
                                                        span->analysis,
                                                        node};
    }
}

static void collect_hits(struct match *m, uint32_t number)
{
    struct group group = nb_match_hits(m, &m->topics->nodes[number]);
    for (uint32_t i = 0; i < group.n; i++) {
        const struct hit *hit = &m->hits[group.begin + i];
        const struct span span = {hit->word, hit->word + 1, hit->token, hit->token, hit->analysis};
        add_find(m, number, &span);
    }
}

static void collect_places(struct match *m, uint32_t number)
{
    struct spans found;
    if (nb_match_places(m, number, &found)) {
        for (size_t i = 0; i < found.n; i++) {
            add_find(m, number, &found.p[i]);
        }
    }
}

/* The places of all that made it match: of OR the parts that hold, of NOT nothing. */
static void collect(struct match *m, uint32_t number)
{
    const struct nb_topic_node *nodes = m->topics->nodes, *node = &nodes[number];
    if (node->kind == NB_NODE_ATOM) {
        collect_hits(m, number);
    } else if (node->kind == NB_NODE_PHRASE || node->kind == NB_NODE_NEAR) {
        collect_places(m, number);
    } else if (node->kind == NB_NODE_AND || node->kind == NB_NODE_OR) {
        for (uint32_t child = node->child; child != TR_NONE; child = nodes[child].sibling) {
            bool whole = node->kind == NB_NODE_AND || nodes[child].kind == NB_NODE_ATOM;
            if (whole || holds(m, child)) {
                collect(m, child);
            }
        }
    }
}

static int by_title_and_place(const void *a, const void *b)
{
    const struct nb_topic_find *x = a, *y = b;
    if (x->in_title != y->in_title) {
        return x->in_title ? -1 : 1;
    }
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    if (x->end != y->end) {
        return x->end > y->end ? -1 : 1;
    }
    return (x->node > y->node) - (x->node < y->node);
}

/* By counting, eleven bits at a time; a few by insertion. @return false when out of memory. */
static bool sort_numbers(struct match *m, uint32_t *all, size_t n)
{
    uint32_t *other = n > FEW ? nb_arena_alloc(m->arena, n * sizeof(*other)) : all;
    for (size_t i = 1; n <= FEW && i < n; i++) {
        uint32_t number = all[i];
        size_t k = i;
        for (; k > 0 && all[k - 1] > number; k--) {
            all[k] = all[k - 1];
        }
        all[k] = number;
    }
    uint32_t *from = all, *to = other;
    for (unsigned shift = 0; n > FEW && to && m->topics->n >> shift > 0; shift += DIGIT_BITS) {
        uint32_t ends[1 << DIGIT_BITS] = {0}, sum = 0;
        for (size_t i = 0; i < n; i++) {
            ends[from[i] >> shift & ((1 << DIGIT_BITS) - 1)]++;
        }
        for (size_t d = 0; d < 1 << DIGIT_BITS; d++) {
            uint32_t count = ends[d];
            ends[d] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++) {
            to[ends[from[i] >> shift & ((1 << DIGIT_BITS) - 1)]++] = from[i];
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (other && from != all) {
        memcpy(all, from, n * sizeof(*all));
    }
    return other != NULL;
}

/* Topics to evaluate, ascending, each once. */
static bool candidates(struct match *m, uint32_t **out, size_t *out_n)
{
    const struct nb_topics *t = m->topics;
    size_t n = t->always_n, kept = 0;
    for (size_t i = 0; i <= m->groups_mask; i++) {
        uint32_t atom = m->groups[i].atom;
        if (atom != TR_NONE) {
            n += t->atoms[atom].triggers_end - (atom ? t->atoms[atom - 1].triggers_end : 0);
        }
    }
    uint32_t *all = nb_arena_alloc(m->arena, n * sizeof(*all));
    if (!all) {
        return false;
    }
    n = 0;
    for (size_t i = 0; i <= m->groups_mask; i++) {
        uint32_t atom = m->groups[i].atom;
        if (atom != TR_NONE) {
            uint32_t begin = atom ? t->atoms[atom - 1].triggers_end : 0;
            size_t more = t->atoms[atom].triggers_end - begin;
            memcpy(all + n, t->triggers + begin, more * sizeof(*all));
            n += more;
        }
    }
    memcpy(all + n, t->always, t->always_n * sizeof(*all));
    n += t->always_n;
    if (!sort_numbers(m, all, n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || all[kept - 1] != all[i]) {
            all[kept++] = all[i];
        }
    }
    *out = all;
    *out_n = kept;
    return true;
}

static bool topic_holds(struct match *m, uint32_t topic)
{
    struct nb_arena_mark mark = nb_arena_mark(m->arena);
    bool result = holds(m, m->topics->roots[topic]);
    nb_arena_rewind(m->arena, mark);
    return result;
}

/* A place is found once, by the first term of the query that names it. */
static void take_match(struct match *m, uint32_t topic, struct nb_topic_match *out)
{
    size_t from = m->finds_n;
    m->finds_from = from;
    m->topic = topic;
    collect(m, m->topics->roots[topic]);
    if (m->finds_n - from > 1) {
        qsort(m->finds + from, m->finds_n - from, sizeof(*m->finds), by_title_and_place);
    }
    *out = (struct nb_topic_match){topic, NULL, m->finds_n - from};
}

enum nb_err nb_topics_match(const struct nb_topics *topics,
                            const struct nb_topic_document *document, struct nb_arena *arena,
                            const struct nb_topic_match **out, size_t *out_n)
{
    struct match m = {.topics = topics, .document = document, .arena = arena};
    uint32_t *all = NULL;
    size_t all_n = 0, n = 0;
    *out = NULL;
    *out_n = 0;
    if (!topics->n) {
        return NB_OK;
    }
    nb_match_look_up(&m);
    if (m.full || !candidates(&m, &all, &all_n)) {
        return NB_ENOMEM;
    }
    struct nb_topic_match *matches = nb_arena_alloc(arena, all_n * sizeof(*matches));
    for (size_t i = 0; matches && !m.full && i < all_n; i++) {
        if (topic_holds(&m, all[i])) {
            take_match(&m, all[i], &matches[n++]);
        }
    }
    if (!matches || m.full) {
        return NB_ENOMEM;
    }
    const struct nb_topic_find *at = m.finds;
    for (size_t i = 0; i < n; i++) {
        matches[i].finds = at;
        at = matches[i].finds_n ? at + matches[i].finds_n : at;
    }
    *out = matches;
    *out_n = n;
    return NB_OK;
}

static void print_atom(const struct nb_topics *t, const struct nb_atom *atom, struct nb_buf *out)
{
    static const char *const before[] = {[NB_ATOM_EXACT] = "=",
                                         [NB_ATOM_HASHTAG] = "#",
                                         [NB_ATOM_HANDLE] = "@",
                                         [NB_ATOM_FIELD] = NULL};
    nb_buf_add_str(out, before[atom->kind] ? before[atom->kind] : "");
    nb_buf_add(out, atom->text);
    nb_buf_add_str(out, atom->kind == NB_ATOM_PREFIX ? "*" : "");
    for (size_t i = 0; atom->conditions != TR_NONE && i < t->conditions[atom->conditions].n; i++) {
        nb_buf_add_str(out, atom->text.len || i ? " " : "");
        nb_buf_add(out, t->conditions[atom->conditions].all[i].text);
    }
}

static void print_node(const struct nb_topics *t, uint32_t number, struct nb_buf *out)
{
    const struct nb_topic_node *node = &t->nodes[number];
    if (node->kind == NB_NODE_ATOM) {
        print_atom(t, &t->atoms[node->atom], out);
        return;
    }
    bool phrase = node->kind == NB_NODE_PHRASE;
    nb_buf_add_str(out, phrase ? (node->exact ? "=\"" : "\"") : "");
    for (uint32_t child = node->child; child != TR_NONE; child = t->nodes[child].sibling) {
        if (child != node->child && node->kind == NB_NODE_NEAR) {
            nb_buf_addf(out, node->ordered ? " ONEAR/%u " : " NEAR/%u ", (unsigned)node->between);
        } else if (child != node->child) {
            nb_buf_add_str(out, phrase ? " " : " OR ");
        }
        bool inner =
            !phrase && t->nodes[child].kind >= NB_NODE_OR && t->nodes[child].kind != NB_NODE_PHRASE;
        nb_buf_add_str(out, inner ? "(" : "");
        if (phrase) {
            nb_buf_add(out, t->atoms[t->nodes[child].atom].text);
        } else {
            print_node(t, child, out);
        }
        nb_buf_add_str(out, inner ? ")" : "");
    }
    nb_buf_add_str(out, phrase ? "\"" : "");
}

uint32_t nb_topics_print_term(const struct nb_topics *topics, const struct nb_topic_find *find,
                              struct nb_buf *out)
{
    const struct nb_topic_node *node = &topics->nodes[find->node];
    nb_buf_add_str(out, node->title && node->kind == NB_NODE_ATOM ? "title:" : "");
    print_node(topics, find->node, out);
    return node->line;
}
