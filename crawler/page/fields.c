#include "crawler/page/fields.h"

#include <stdlib.h>
#include <string.h>

#include "crawler/page/learn.h"

enum {
    TEXT_MIN = 20, /* bytes of text in a post, on average */
    DESCENTS = 6,
};

/* ---- the members of records ---- */

static enum nb_err list_members(struct nb_learning *l)
{
    const struct nb_page_evidence *e = l->e;
    l->record_of = nb_arena_calloc(e->arena, e->dom->n, sizeof(*l->record_of));
    l->members = nb_arena_alloc(e->arena, (e->members_n + 1) * sizeof(*l->members));
    l->texts = nb_arena_alloc(e->arena, (e->members_n + 1) * sizeof(*l->texts));
    l->scratch = nb_arena_alloc(e->arena, 2 * l->records->n * sizeof(*l->scratch));
    if (!l->record_of || !l->members || !l->texts || !l->scratch) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < l->records->n; i++) {
        const struct nb_page_record *at = &l->records->all[i];
        for (uint32_t k = at->begin; k < at->end; k++) {
            l->record_of[k] = (uint32_t)i + 1;
        }
    }
    for (size_t i = 0; i < e->members_n; i++) {
        uint32_t node = e->members[i].node;
        uint32_t record = l->record_of[node];
        if (record && e->dom->nodes[node].end <= l->records->all[record - 1].end) {
            l->members[l->members_n++] = e->members[i];
        }
    }
    return NB_OK;
}

/* ---- what says the same everywhere ---- */

static bool is_number(struct nb_slice text)
{
    bool any = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        any = any || nb_ascii_is_digit(c);
        if (!nb_ascii_is_digit(c) && !strchr("#.,+-()[] ", c)) {
            return false;
        }
    }
    return any;
}

static bool is_in_name(const struct nb_page_evidence *e, uint32_t node)
{
    for (int i = 0; i < 4 && node != 0; i++) {
        node = e->dom->nodes[node].parent;
        if (e->names[node]) {
            return true;
        }
    }
    return false;
}

/* @param texts  scratch for as many as the group has. */
static void drop_repeated(struct nb_learning *l, const struct nb_group *group,
                          struct nb_page_member *texts)
{
    const struct nb_dom *dom = l->e->dom;
    size_t numbers = 0, all = l->records->n;
    if (is_in_name(l->e, group->first->node) || nb_learn_coverage(l, group) * 10 < all * 6) {
        return; /* some threads are by one person */
    }
    for (size_t i = 0; i < group->n; i++) {
        uint32_t node = group->first[i].node;
        struct nb_slice text = nb_slice_trim(dom->nodes[node].text);
        texts[i] = (struct nb_page_member){nb_learn_hash(text), node};
        numbers += is_number(text);
    }
    qsort(texts, group->n, sizeof(*texts), nb_page_by_kind); /* equal texts side by side */
    for (size_t i = 0; i < group->n;) {
        struct nb_group same = {&texts[i], 0};
        while (i < group->n && texts[i].kind == same.first->kind) {
            same.n++;
            i++;
        }
        bool is_label = nb_learn_coverage(l, &same) * 20 >= all * 19;
        bool is_count = numbers * 10 >= group->n * 8 &&
                        is_number(nb_slice_trim(dom->nodes[same.first->node].text));
        for (size_t k = 0; k < same.n && (is_label || is_count); k++) {
            l->e->marks.dropped[same.first[k].node] = true;
        }
    }
}

static void drop_labels(struct nb_learning *l)
{
    struct nb_group group;
    for (size_t at = 0; l->records->n > 2 && nb_learn_group(l, &at, &group);) {
        if (l->e->dom->nodes[group.first->node].tag == NB_TAG_TEXT) {
            drop_repeated(l, &group, l->texts);
        }
    }
    nb_page_weigh(l->e->dom, &l->e->marks);
}

/* ---- the text ---- */

/* What may hold the text of a post, and is not itself a part of one. */
static bool may_hold(const struct nb_dom *dom, uint32_t node)
{
    switch (dom->nodes[node].tag) {
    case NB_TAG_TEXT:
    case NB_TAG_A:
    case NB_TAG_B:
    case NB_TAG_CODE:
    case NB_TAG_EM:
    case NB_TAG_I:
    case NB_TAG_P:
    case NB_TAG_PRE:
    case NB_TAG_STRONG:
    case NB_TAG_U:
    case NB_TAG_UL:
    case NB_TAG_OL:
        return false;
    case NB_TAG_BLOCKQUOTE:
    case NB_TAG_LI:
    case NB_TAG_SPAN:
    case NB_TAG_FONT:
        return nb_dom_attr(dom, node, "class").len > 0 || nb_dom_attr(dom, node, "id").len > 0;
    default:
        return true;
    }
}

static uint64_t own_text(const struct nb_learning *l, uint32_t node)
{
    const struct nb_page_weight *weight = &l->e->marks.weights[node];
    return weight->chars - weight->link_chars;
}

struct choice {
    struct nb_group group;
    uint64_t text; /* bytes, or a sum of roots */
};

static uint64_t root_of(uint64_t n)
{
    uint64_t root = n;
    for (uint64_t next = (n + 1) / 2; next < root; next = (root + n / root) / 2) {
        root = next; /* Newton */
    }
    return root;
}

/*
 * The text of a kind: in each record that of its fullest element; around: of those with the date.
 * Roots of it are added, so that many texts weigh more than one that is long.
 */
static uint64_t text_in(const struct nb_learning *l, const struct nb_group *group, bool around)
{
    uint64_t sum = 0, most = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < group->n; i++) {
        uint32_t node = group->first[i].node;
        uint64_t text = nb_learn_holds_anchor(l, node) == around ? own_text(l, node) : 0;
        if (l->record_of[node] != last) {
            sum += root_of(most << 10);
            most = 0;
            last = l->record_of[node];
        }
        most = text > most ? text : most;
    }
    return sum + root_of(most << 10);
}

/* The kind with most text; of kinds with nearly as much the innermost. */
static struct choice fullest(const struct nb_learning *l, bool around)
{
    struct choice best = {{NULL, 0}, 0};
    struct nb_group group;
    for (size_t at = 0; nb_learn_group(l, &at, &group);) {
        if (!may_hold(l->e->dom, group.first->node) ||
            nb_learn_coverage(l, &group) * 10 < l->records->n * 6) {
            continue;
        }
        uint64_t text = text_in(l, &group, around);
        bool as_much = text > 0 && text * 100 >= best.text * 99 && best.text * 100 >= text * 99;
        if (as_much ? group.first->node > best.group.first->node : text > best.text) {
            best = (struct choice){group, text};
        }
    }
    return best;
}

static void set_texts(struct nb_learning *l, const struct nb_group *group, bool around)
{
    for (size_t i = 0; i < group->n; i++) {
        uint32_t node = group->first[i].node;
        uint32_t *best = &l->fields[l->record_of[node] - 1].text;
        if (nb_learn_holds_anchor(l, node) == around &&
            (!*best || own_text(l, node) > own_text(l, *best))) {
            *best = node;
        }
    }
}

/* Is there just one of the kind in nearly every text, with most of it? */
static bool is_inside(const struct nb_learning *l, const struct nb_group *group, uint64_t all,
                      uint64_t *text)
{
    const struct nb_dom *dom = l->e->dom;
    size_t once = 0, more = 0, texts = 0;
    uint32_t last = 0;
    *text = 0;
    if (!may_hold(dom, group->first->node) || nb_page_is_signature(dom, group->first->node)) {
        return false;
    }
    for (size_t i = 0; i < group->n; i++) {
        uint32_t node = group->first[i].node;
        uint32_t in = l->fields[l->record_of[node] - 1].text;
        if (!in || node <= in || node >= dom->nodes[in].end) {
            continue;
        }
        more += l->record_of[node] == last;
        once += l->record_of[node] != last;
        last = l->record_of[node];
        *text += own_text(l, node);
    }
    for (size_t i = 0; i < l->records->n; i++) {
        texts += l->fields[i].text != 0;
    }
    return once * 10 >= texts * 9 && more * 10 <= texts && *text * 10 >= all * 6;
}

/* Take the inner element where the outer one holds a title or a signature besides. */
static bool descend(struct nb_learning *l, uint64_t *all)
{
    struct choice best = {{NULL, 0}, 0};
    struct nb_group group;
    uint64_t text;
    for (size_t at = 0; nb_learn_group(l, &at, &group);) {
        if (is_inside(l, &group, *all, &text) && text > best.text) {
            best = (struct choice){group, text};
        }
    }
    if (!best.group.first) {
        return false;
    }
    for (size_t i = 0; i < l->records->n; i++) {
        l->scratch[i] = 0;
    }
    for (size_t i = 0; i < best.group.n; i++) {
        uint32_t node = best.group.first[i].node;
        uint32_t record = l->record_of[node] - 1;
        uint32_t in = l->fields[record].text;
        if (in && node > in && node < l->e->dom->nodes[in].end && !l->scratch[record]) {
            l->scratch[record] = node;
        }
    }
    for (size_t i = 0; i < l->records->n; i++) {
        l->fields[i].text = l->scratch[i] ? (uint32_t)l->scratch[i] : l->fields[i].text;
    }
    *all = best.text;
    return true;
}

/* The fullest element of a record that looks like `look`, of whatever kind; 0: of any look. */
static uint32_t fullest_in(const struct nb_learning *l, const struct nb_page_record *record,
                           uint64_t look, bool around)
{
    uint32_t best = 0;
    for (uint32_t k = record->begin; k < record->end; k++) {
        bool may_be = l->record_of[k] && l->e->dom->nodes[k].end <= record->end &&
                      may_hold(l->e->dom, k) && nb_learn_holds_anchor(l, k) == around &&
                      (!look || l->e->looks[k] == look);
        uint64_t most = best ? own_text(l, best) : 0, text = may_be ? own_text(l, k) : 0;
        best = text > 0 && (look ? text > most : text * 100 >= most * 95) ? k : best;
    }
    return best;
}

/* What opens a thread may lie in something else, or be built otherwise. */
static void find_texts(struct nb_learning *l, bool around)
{
    uint64_t look = 0;
    for (size_t i = 0; i < l->records->n && !look; i++) {
        uint32_t text = l->fields[i].text;
        look = text && nb_dom_attr(l->e->dom, text, "class").len ? l->e->looks[text] : 0;
    }
    for (size_t i = 0; i < l->records->n && look; i++) {
        if (!l->fields[i].text) {
            l->fields[i].text = fullest_in(l, &l->records->all[i], look, around);
        }
    }
    if (!l->fields[0].text) {
        l->fields[0].text = fullest_in(l, &l->records->all[0], 0, false);
    }
}

/* Group the members by their looks alone: what they lie in may be called by who wrote it. */
static void group_by(struct nb_learning *l, const uint64_t *keys)
{
    for (size_t i = 0; i < l->members_n; i++) {
        l->members[i].kind = keys[l->members[i].node];
    }
    qsort(l->members, l->members_n, sizeof(*l->members), nb_page_by_kind);
}

static uint64_t choose_text(struct nb_learning *l)
{
    uint64_t by_kind = fullest(l, false).text, around = fullest(l, true).text;
    group_by(l, l->e->looks);
    uint64_t by_look = fullest(l, false).text;
    bool is_look = by_look * 20 > by_kind * 21;
    bool is_around = (is_look ? by_look : by_kind) * 14 < around * 10;
    if (!is_look || is_around) {
        group_by(l, l->e->kinds);
    }
    struct choice best = fullest(l, is_around);
    if (!best.text) {
        return 0;
    }
    set_texts(l, &best.group, is_around);
    uint64_t text = 0;
    for (size_t i = 0; i < l->records->n; i++) {
        text += l->fields[i].text ? own_text(l, l->fields[i].text) : 0;
    }
    for (int i = 0; i < DESCENTS && descend(l, &text); i++) {
    }
    find_texts(l, is_around);
    group_by(l, l->e->kinds);
    return text;
}

/* ---- a page of teasers ---- */

/* Headings that lead elsewhere in nearly every record, each with its own words. */
static bool is_listing(const struct nb_learning *l)
{
    const struct nb_dom *dom = l->e->dom;
    struct nb_group group;
    for (size_t at = 0; nb_learn_group(l, &at, &group);) {
        enum nb_tag tag = dom->nodes[group.first->node].tag;
        size_t n = 0;
        uint32_t last = 0;
        if (tag < NB_TAG_H1 || tag > NB_TAG_H4) {
            continue;
        }
        for (size_t i = 0; i < group.n; i++) {
            uint32_t node = group.first[i].node;
            uint32_t link = nb_dom_find(dom, node, node, NB_TAG_A);
            bool is_dated = link && nb_learn_holds_anchor(l, node);
            struct nb_slice text = link && !is_dated ? nb_learn_only_text(l, link) : NB_LIT("");
            if (text.len && l->record_of[node] != last) {
                last = l->record_of[node];
                l->scratch[n++] = nb_learn_hash(text);
            }
        }
        if (n * 10 >= l->records->n * 7 && n > 2 &&
            nb_learn_distinct(l->scratch, n) * 10 >= n * 9 &&
            !(l->fields[0].author >= group.first->node &&
              l->fields[0].author < dom->nodes[group.first->node].end)) {
            return true;
        }
    }
    return false;
}

enum nb_err nb_page_fields_learn(struct nb_page_evidence *evidence,
                                 const struct nb_page_records *records, struct nb_page_fields *out,
                                 uint64_t *score)
{
    struct nb_learning l = {.e = evidence, .records = records, .fields = out};
    enum nb_err err = list_members(&l);
    uint64_t bits = 1;
    if (err != NB_OK) {
        return err;
    }
    memset(out, 0, records->n * sizeof(*out));
    drop_labels(&l);
    uint64_t text = choose_text(&l);
    if (text < records->n * TEXT_MIN || !nb_learn_authors(&l) || is_listing(&l)) {
        return NB_ENOTFOUND;
    }
    for (size_t k = records->n; k > 1; k /= 2) {
        bits++;
    }
    *score = text * (bits + 1) * (records->is_ordered ? 2 : 1);
    return NB_OK;
}
