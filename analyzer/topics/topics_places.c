/*
 * Places of phrases and of words near each other.
 *
 * What a NEAR keeps of the pairs it finds is, for each place of its left side, the nearest of the
 * right on either hand: at most two for each, and what it looks at lies within a NEAR's longest
 * distance, so that no query takes more than its size times the document's.
 */
#include "analyzer/topics/topics_match.h"

#include <stdlib.h>

static bool alloc_spans(struct match *m, size_t cap, struct spans *out)
{
    out->p = nb_arena_alloc(m->arena, cap * sizeof(*out->p));
    out->n = 0;
    m->full = m->full || !out->p;
    return out->p != NULL;
}

static bool atom_places(struct match *m, const struct nb_topic_node *node, struct spans *out)
{
    struct group group = nb_match_hits(m, node);
    if (!alloc_spans(m, group.n, out)) {
        return false;
    }
    for (uint32_t i = 0; i < group.n; i++) {
        const struct hit *hit = &m->hits[group.begin + i];
        out->p[out->n++] =
            (struct span){hit->word, hit->word + 1, hit->token, hit->token, hit->analysis};
    }
    return true;
}

/* Every place of the first word that the others follow. */
static bool phrase_places(struct match *m, const struct nb_topic_node *node, struct spans *out)
{
    const struct nb_topic_node *nodes = m->topics->nodes;
    struct group words[NB_QUERY_PHRASE_WORDS_MAX];
    uint32_t at[NB_QUERY_PHRASE_WORDS_MAX] = {0};
    uint32_t n = 0;
    for (uint32_t child = node->child; child != TR_NONE; child = nodes[child].sibling) {
        words[n] = nb_match_hits(m, &nodes[child]);
        if (!words[n++].n) {
            *out = (struct spans){NULL, 0};
            return true;
        }
    }
    if (!alloc_spans(m, words[0].n, out)) {
        return false;
    }
    for (uint32_t i = 0; i < words[0].n; i++) {
        const struct hit *first = &m->hits[words[0].begin + i], *last = first;
        bool fits = true;
        for (uint32_t k = 1; fits && k < n; k++) {
            while (at[k] < words[k].n && m->hits[words[k].begin + at[k]].word < first->word + k) {
                at[k]++;
            }
            last = &m->hits[words[k].begin + at[k]];
            fits = at[k] < words[k].n && last->word == first->word + k;
        }
        if (fits) {
            out->p[out->n++] = (struct span){first->word, first->word + n, first->token,
                                             last->token, last->analysis};
        }
    }
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    return (x->end > y->end) - (x->end < y->end);
}

/* In order, each once. */
static void settle(struct spans *spans)
{
    size_t n = 0;
    if (spans->n > 1) {
        qsort(spans->p, spans->n, sizeof(*spans->p), by_place);
    }
    for (size_t i = 0; i < spans->n; i++) {
        if (n == 0 || by_place(&spans->p[n - 1], &spans->p[i]) != 0) {
            spans->p[n++] = spans->p[i];
        }
    }
    spans->n = n;
}

static bool or_places(struct match *m, const struct nb_topic_node *node, struct spans *out)
{
    const struct nb_topic_node *nodes = m->topics->nodes;
    size_t n = 0, sum = 0;
    for (uint32_t child = node->child; child != TR_NONE; child = nodes[child].sibling) {
        n++;
    }
    struct spans *parts = nb_arena_alloc(m->arena, n * sizeof(*parts));
    m->full = m->full || !parts;
    n = 0;
    for (uint32_t child = node->child; parts && child != TR_NONE; child = nodes[child].sibling) {
        if (!nb_match_places(m, child, &parts[n])) {
            return false;
        }
        sum += parts[n++].n;
    }
    if (!parts || !alloc_spans(m, sum, out)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (parts[i].n) {
            memcpy(out->p + out->n, parts[i].p, parts[i].n * sizeof(*out->p));
            out->n += parts[i].n;
        }
    }
    settle(out);
    return true;
}

static void join(struct spans *out, const struct span *a, const struct span *b)
{
    out->p[out->n++] = (struct span){a->begin, b->end, a->first_token, b->last_token, b->analysis};
}

/* The one of the spans below `at` that ends last before `left`, if it is near enough. */
static const struct span *nearest_before(const struct spans *b, size_t at, const struct span *left,
                                         const struct nb_topic_node *node)
{
    const struct span *nearest = NULL;
    for (size_t k = at; k > 0; k--) {
        const struct span *one = &b->p[k - 1];
        if (one->begin + NB_QUERY_PHRASE_WORDS_MAX + node->between < left->begin) {
            break; /* no phrase is long enough to reach from there */
        }
        if (one->end <= left->begin && left->begin - one->end <= node->between &&
            (!nearest || one->end > nearest->end)) {
            nearest = one;
        }
    }
    return nearest;
}

static bool near_places(struct match *m, const struct nb_topic_node *node, struct spans *out)
{
    struct spans a, b;
    uint32_t right = m->topics->nodes[node->child].sibling;
    size_t at = 0;
    *out = (struct spans){NULL, 0};
    if (!nb_match_places(m, node->child, &a) || (a.n && !nb_match_places(m, right, &b))) {
        return false;
    }
    if (!a.n || !b.n) {
        return true;
    }
    if (!alloc_spans(m, 2 * a.n, out)) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        const struct span *left = &a.p[i];
        while (at < b.n && b.p[at].begin < left->begin) {
            at++;
        }
        size_t after = at;
        while (after < b.n && b.p[after].begin < left->end) {
            after++;
        }
        if (after < b.n && b.p[after].begin - left->end <= node->between) {
            join(out, left, &b.p[after]);
        }
        const struct span *before = node->ordered ? NULL : nearest_before(&b, at, left, node);
        if (before) {
            join(out, before, left);
        }
    }
    settle(out);
    return true;
}

bool nb_match_places(struct match *m, uint32_t number, struct spans *out)
{
    const struct nb_topic_node *node = &m->topics->nodes[number];
    switch (node->kind) {
    case NB_NODE_ATOM:
        return atom_places(m, node, out);
    case NB_NODE_PHRASE:
        return phrase_places(m, node, out);
    case NB_NODE_OR:
        return or_places(m, node, out);
    default:
        return near_places(m, node, out);
    }
}
