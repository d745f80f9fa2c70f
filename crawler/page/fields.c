#include "crawler/page/fields.h"

#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX = 60,  /* bytes of a name */
    NAME_WORDS = 4, /* words of one; a title has more */
    TEXT_MIN = 20,  /* bytes of text in a post, on average */
    AUTHOR_MIN = 4, /* points that make a kind of element names */
    DESCENTS = 6,
    LINE_MAX = 256
};

/* Nodes of one kind that lie in records. */
struct group {
    const struct nb_page_member *first;
    size_t n;
};

struct learning {
    struct nb_page_evidence *e;
    const struct nb_page_records *records;
    struct nb_page_fields *fields;
    uint32_t *record_of;            /* by node: 1 for the first record; 0 for none */
    struct nb_page_member *members; /* those of the evidence that lie in records */
    size_t members_n;
    struct nb_page_member *texts; /* scratch for as many */
    uint64_t *scratch;            /* twice as many as there are records */
};

/* ---- the members of records ---- */

static enum nb_err list_members(struct learning *l)
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

static bool next_group(const struct learning *l, size_t *at, struct group *out)
{
    if (*at >= l->members_n) {
        return false;
    }
    *out = (struct group){&l->members[*at], 0};
    while (*at < l->members_n && l->members[*at].kind == out->first->kind) {
        out->n++;
        (*at)++;
    }
    return true;
}

static const struct nb_page_record *record_at(const struct learning *l, uint32_t node)
{
    return &l->records->all[l->record_of[node] - 1];
}

static size_t coverage(const struct learning *l, const struct group *group)
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

/* ---- what says the same everywhere ---- */

static uint64_t hash_of(struct nb_slice text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.len && i < LINE_MAX; i++) {
        hash = (hash ^ (unsigned char)text.p[i]) * 0x100000001b3u;
    }
    return hash;
}

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

/* @param texts  scratch for as many as the group has. */
static void drop_repeated(struct learning *l, const struct group *group,
                          struct nb_page_member *texts)
{
    const struct nb_dom *dom = l->e->dom;
    size_t numbers = 0, all = l->records->n;
    uint32_t parent = dom->nodes[group->first->node].parent;
    if (nb_page_is_name(dom, parent) || nb_page_is_name(dom, dom->nodes[parent].parent) ||
        coverage(l, group) * 10 < all * 6) {
        return; /* some threads are by one person */
    }
    for (size_t i = 0; i < group->n; i++) {
        uint32_t node = group->first[i].node;
        struct nb_slice text = nb_slice_trim(dom->nodes[node].text);
        texts[i] = (struct nb_page_member){hash_of(text), node};
        numbers += is_number(text);
    }
    qsort(texts, group->n, sizeof(*texts), nb_page_by_kind); /* equal texts side by side */
    for (size_t i = 0; i < group->n;) {
        struct group same = {&texts[i], 0};
        while (i < group->n && texts[i].kind == same.first->kind) {
            same.n++;
            i++;
        }
        bool is_label = coverage(l, &same) * 20 >= all * 19;
        bool is_count = numbers * 10 >= group->n * 8 &&
                        is_number(nb_slice_trim(dom->nodes[same.first->node].text));
        for (size_t k = 0; k < same.n && (is_label || is_count); k++) {
            l->e->marks.dropped[same.first[k].node] = true;
        }
    }
}

static void drop_labels(struct learning *l)
{
    struct group group;
    for (size_t at = 0; l->records->n > 2 && next_group(l, &at, &group);) {
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

static uint64_t own_text(const struct learning *l, uint32_t node)
{
    const struct nb_page_weight *weight = &l->e->marks.weights[node];
    return weight->chars - weight->link_chars;
}

struct choice {
    struct group group;
    uint64_t text;
};

static bool holds_anchor(const struct learning *l, uint32_t node)
{
    uint32_t anchor = record_at(l, node)->anchor;
    return node <= anchor && anchor < l->e->dom->nodes[node].end;
}

/* The text of a kind: in each record that of its fullest element. around: of those with the date.
 */
static uint64_t text_in(const struct learning *l, const struct group *group, bool around)
{
    uint64_t sum = 0, most = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < group->n; i++) {
        uint32_t node = group->first[i].node;
        uint64_t text = holds_anchor(l, node) == around ? own_text(l, node) : 0;
        if (l->record_of[node] != last) {
            sum += most;
            most = 0;
            last = l->record_of[node];
        }
        most = text > most ? text : most;
    }
    return sum + most;
}

/* The kind with most text; of kinds with nearly as much the innermost. */
static struct choice fullest(const struct learning *l, bool around)
{
    struct choice best = {{NULL, 0}, 0};
    struct group group;
    for (size_t at = 0; next_group(l, &at, &group);) {
        if (!may_hold(l->e->dom, group.first->node) ||
            coverage(l, &group) * 10 < l->records->n * 6) {
            continue;
        }
        uint64_t text = text_in(l, &group, around);
        bool as_much = text > 0 && text * 100 >= best.text * 98 && best.text * 100 >= text * 98;
        if (as_much ? group.first->node > best.group.first->node : text > best.text) {
            best = (struct choice){group, text};
        }
    }
    return best;
}

static void set_texts(struct learning *l, const struct group *group, bool around)
{
    for (size_t i = 0; i < group->n; i++) {
        uint32_t node = group->first[i].node;
        uint32_t *best = &l->fields[l->record_of[node] - 1].text;
        if (holds_anchor(l, node) == around && (!*best || own_text(l, node) > own_text(l, *best))) {
            *best = node;
        }
    }
}

/* Is there just one of the kind in nearly every text, with most of it? */
static bool is_inside(const struct learning *l, const struct group *group, uint64_t all,
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
static bool descend(struct learning *l, uint64_t *all)
{
    struct choice best = {{NULL, 0}, 0};
    struct group group;
    uint64_t text;
    for (size_t at = 0; next_group(l, &at, &group);) {
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

/* What opens a thread may be built otherwise: its fullest element beside the date. */
static void find_first_text(struct learning *l)
{
    const struct nb_page_record *first = &l->records->all[0];
    uint32_t best = 0;
    for (uint32_t k = first->begin; k < first->end && !l->fields[0].text; k++) {
        uint64_t most = best ? own_text(l, best) : 0;
        uint64_t text =
            l->e->dom->nodes[k].end <= first->end && may_hold(l->e->dom, k) && !holds_anchor(l, k)
                ? own_text(l, k)
                : 0;
        best = text > 0 && text * 100 >= most * 95 ? k : best;
    }
    l->fields[0].text = l->fields[0].text ? l->fields[0].text : best;
}

static uint64_t choose_text(struct learning *l)
{
    struct choice beside = fullest(l, false);
    struct choice around = fullest(l, true);
    bool is_around = beside.text * 2 < around.text;
    struct choice best = is_around ? around : beside;
    if (!best.text) {
        return 0;
    }
    set_texts(l, &best.group, is_around);
    for (int i = 0; i < DESCENTS && descend(l, &best.text); i++) {
    }
    find_first_text(l);
    return best.text;
}

/* ---- who wrote it ---- */

static size_t words_of(struct nb_slice text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        n += !nb_ascii_is_space(text.p[i]) && (i == 0 || nb_ascii_is_space(text.p[i - 1]));
    }
    return n;
}

/* The only text below an element; empty when there are several or none. */
static struct nb_slice only_text(const struct learning *l, uint32_t node)
{
    const struct nb_dom *dom = l->e->dom;
    struct nb_slice found = NB_LIT("");
    uint32_t steps = 0;
    for (uint32_t k = node + 1; k < dom->nodes[node].end && steps < 32; k++, steps++) {
        struct nb_slice text = nb_slice_trim(dom->nodes[k].text);
        if (dom->nodes[k].tag != NB_TAG_TEXT || !text.len || l->e->marks.dropped[k]) {
            continue;
        }
        if (found.len) {
            return NB_LIT("");
        }
        found = text;
    }
    return steps < 32 ? found : NB_LIT("");
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static size_t distinct(uint64_t *values, size_t n)
{
    size_t k = 0;
    qsort(values, n, sizeof(*values), by_value);
    for (size_t i = 0; i < n; i++) {
        k += i == 0 || values[i] != values[i - 1];
    }
    return k;
}

static bool has_letter(struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (nb_ascii_is_alpha(text.p[i]) || (unsigned char)text.p[i] >= 0x80) {
            return true;
        }
    }
    return false;
}

/* May this be a name in its record? It is short, and outside the text or at its head. */
static bool may_name(const struct learning *l, uint32_t node, struct nb_slice *name)
{
    const struct nb_dom *dom = l->e->dom;
    const struct nb_page_fields *fields = &l->fields[l->record_of[node] - 1];
    uint32_t chars = l->e->marks.weights[node].chars;
    if (!chars || chars > NAME_MAX || !fields->text) {
        return false;
    }
    bool inside = node > fields->text && node < dom->nodes[fields->text].end;
    bool at_head = inside && l->e->text[node] - l->e->text[fields->text] <= NAME_MAX &&
                   holds_anchor(l, fields->text);
    if ((inside && !at_head) || node == fields->text) {
        return false;
    }
    *name = only_text(l, node);
    return has_letter(*name) && l->e->date_ms[node] < 0;
}

struct names {
    size_t n, words, before, firsts, links, called;
    size_t texts, pairs; /* different ones; with their addresses */
};

static void look_at(const struct learning *l, const struct group *group, struct names *out)
{
    const struct nb_dom *dom = l->e->dom;
    uint64_t *texts = l->scratch, *pairs = l->scratch + l->records->n;
    uint32_t last = 0;
    *out = (struct names){0};
    for (size_t i = 0; i < group->n; i++) {
        uint32_t node = group->first[i].node;
        uint32_t record = l->record_of[node];
        struct nb_slice name;
        if (record == last || !may_name(l, node, &name)) {
            continue;
        }
        last = record;
        struct nb_slice href = nb_slice_trim(nb_dom_attr(dom, node, "href"));
        texts[out->n] = hash_of(name);
        pairs[out->n] = hash_of(name) ^ (hash_of(href) * 31);
        out->n++;
        out->words += words_of(name);
        out->before += node < l->fields[record - 1].text;
        out->firsts += l->e->text[node] == l->e->text[record_at(l, node)->begin];
        out->links += dom->nodes[node].tag == NB_TAG_A && href.len > 0 && href.p[0] != '#';
        out->called += nb_page_is_name(dom, node) || nb_page_is_name(dom, dom->nodes[node].parent);
    }
    out->texts = distinct(texts, out->n);
    out->pairs = distinct(pairs, out->n);
}

static int points_of(const struct learning *l, const struct group *group)
{
    struct names names;
    size_t all = l->records->n;
    if (coverage(l, group) * 10 < all * 6) {
        return 0;
    }
    look_at(l, group, &names);
    if (names.n * 10 < all * 6 || names.words > names.n * NAME_WORDS) {
        return 0;
    }
    enum nb_tag tag = l->e->dom->nodes[group->first->node].tag;
    int points = names.n * 10 >= all * 9 ? 1 : 0;
    bool recur = names.links * 10 >= names.n * 9 && names.pairs == names.texts && names.n > 4 &&
                 names.texts > 1 && names.texts * 10 <= names.n * 9;
    if (!l->e->context->is_forum && names.called * 10 < names.n * 6 && !recur) {
        return 0;
    }
    points += names.called * 10 >= names.n * 8 ? 4 : 0;
    points += names.before * 10 >= names.n * 8 ? 1 : 0;
    points += names.firsts * 10 >= names.n * 8 ? 1 : 0;
    points += tag == NB_TAG_B || tag == NB_TAG_STRONG || tag == NB_TAG_CITE ? 1 : 0;
    points += names.texts > 1 ? 1 : 0;
    points += names.words < names.n * 2 ? 1 : 0;
    points -= names.texts == 1 && all > 2 ? (names.pairs == 1 ? 1 : 4) : 0;
    if (names.links * 10 >= names.n * 9) { /* a person has one address, a button one in each post */
        points += names.pairs == names.texts ? 2 : -3;
    }
    return points;
}

/* Names that look like some, where there is none of the kind. @return records with a name */
static size_t find_names(struct learning *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->records->n; i++) {
        const struct nb_page_record *at = &l->records->all[i];
        uint32_t *author = &l->fields[i].author;
        struct nb_slice name;
        for (uint32_t k = at->begin; k < at->end && !*author; k++) {
            if (l->record_of[k] && nb_page_is_name(l->e->dom, k) && may_name(l, k, &name) &&
                words_of(name) <= NAME_WORDS) {
                *author = k;
            }
        }
        n += *author != 0;
    }
    return n;
}

static bool choose_author(struct learning *l)
{
    struct group group, best = {NULL, 0};
    int most = AUTHOR_MIN - 1;
    for (size_t at = 0; next_group(l, &at, &group);) {
        enum nb_tag tag = l->e->dom->nodes[group.first->node].tag;
        int points = tag == NB_TAG_TEXT ? 0 : points_of(l, &group);
        if (points > most) {
            most = points;
            best = group;
        }
    }
    for (size_t i = 0; i < best.n; i++) {
        uint32_t node = best.first[i].node;
        struct nb_slice name;
        uint32_t *author = &l->fields[l->record_of[node] - 1].author;
        if (!*author && may_name(l, node, &name)) {
            *author = node;
        }
    }
    return find_names(l) * 10 >= l->records->n * 6;
}

/* ---- a page of teasers ---- */

/* Headings that lead elsewhere in nearly every record, each with its own words. */
static bool is_listing(const struct learning *l)
{
    const struct nb_dom *dom = l->e->dom;
    struct group group;
    for (size_t at = 0; next_group(l, &at, &group);) {
        enum nb_tag tag = dom->nodes[group.first->node].tag;
        size_t n = 0;
        uint32_t last = 0;
        if (tag < NB_TAG_H1 || tag > NB_TAG_H4) {
            continue;
        }
        for (size_t i = 0; i < group.n; i++) {
            uint32_t node = group.first[i].node;
            uint32_t link = nb_dom_find(dom, node, node, NB_TAG_A);
            struct nb_slice text = link ? only_text(l, link) : NB_LIT("");
            if (text.len && l->record_of[node] != last) {
                last = l->record_of[node];
                l->scratch[n++] = hash_of(text);
            }
        }
        if (n * 10 >= l->records->n * 7 && n > 2 && distinct(l->scratch, n) * 10 >= n * 9 &&
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
    struct learning l = {.e = evidence, .records = records, .fields = out};
    enum nb_err err = list_members(&l);
    uint64_t bits = 1;
    if (err != NB_OK) {
        return err;
    }
    memset(out, 0, records->n * sizeof(*out));
    drop_labels(&l);
    uint64_t text = choose_text(&l);
    if (text < records->n * TEXT_MIN || !choose_author(&l) || is_listing(&l)) {
        return NB_ENOTFOUND;
    }
    for (size_t k = records->n; k > 1; k /= 2) {
        bits++;
    }
    *score = text * (bits + 1) * (records->is_ordered ? 2 : 1);
    return NB_OK;
}
