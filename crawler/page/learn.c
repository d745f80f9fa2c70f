#include "crawler/page/learn.h"

#include <stdlib.h>

enum { LINE_MAX = 256, STEPS_MAX = 32 };

bool nb_learn_group(const struct nb_learning *l, size_t *at, struct nb_group *out)
{
    if (*at >= l->members_n) {
        return false;
    }
    *out = (struct nb_group){&l->members[*at], 0};
    while (*at < l->members_n && l->members[*at].kind == out->first->kind) {
        out->n++;
        (*at)++;
    }
    return true;
}

const struct nb_page_record *nb_learn_record(const struct nb_learning *l, uint32_t node)
{
    return &l->records->all[l->record_of[node] - 1];
}

size_t nb_learn_coverage(const struct nb_learning *l, const struct nb_group *group)
{
    size_t n = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < group->n; i++) {
        uint32_t record = l->record_of[group->first[i].node];
        n += record != last;
        last = record;
    }
    return n;
}

uint64_t nb_learn_hash(struct nb_slice text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.len && i < LINE_MAX; i++) {
        hash = (hash ^ (unsigned char)text.p[i]) * 0x100000001b3u;
    }
    return hash;
}

bool nb_learn_holds_anchor(const struct nb_learning *l, uint32_t node)
{
    uint32_t anchor = nb_learn_record(l, node)->anchor;
    return node <= anchor && anchor < l->e->dom->nodes[node].end;
}

/* The only text below an element; empty when there are several or none. */
struct nb_slice nb_learn_only_text(const struct nb_learning *l, uint32_t node)
{
    const struct nb_dom *dom = l->e->dom;
    struct nb_slice found = NB_LIT("");
    uint32_t steps = 0;
    if (dom->nodes[node].tag == NB_TAG_TEXT) {
        return nb_slice_trim(dom->nodes[node].text);
    }
    for (uint32_t k = node + 1; k < dom->nodes[node].end && steps < STEPS_MAX; k++, steps++) {
        struct nb_slice text = nb_slice_trim(dom->nodes[k].text);
        if (dom->nodes[k].tag != NB_TAG_TEXT || !text.len || l->e->marks.dropped[k]) {
            continue;
        }
        if (found.len) {
            return NB_LIT("");
        }
        found = text;
    }
    return steps < STEPS_MAX ? found : NB_LIT("");
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

size_t nb_learn_distinct(uint64_t *values, size_t n)
{
    size_t k = 0;
    qsort(values, n, sizeof(*values), by_value);
    for (size_t i = 0; i < n; i++) {
        k += i == 0 || values[i] != values[i - 1];
    }
    return k;
}
