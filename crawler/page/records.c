#include "crawler/page/records.h"

#include <stdlib.h>

#include "crawler/page/when.h"

enum {
    RECORDS_MAX = NB_PAGE_POSTS_MAX,
    TEXT_MIN = 20,  /* bytes of text between two dates, on average */
    DATE_MAX = 120, /* bytes of a text that may be a date */
    SHAPE_MAX = 8,  /* children that tell one row from another */
    PERIOD_MAX = 8
};

/* ---- evidence ---- */

static bool contains_any(struct nb_slice text, const char *const *words)
{
    for (; *words; words++) {
        if (nb_slice_find(text, nb_slice_str(*words), 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

/* Does a class or an address speak of who wrote something? */
static bool is_name(const struct nb_dom *dom, uint32_t node)
{
    static const char *const classes[] = {"author",   "username", "user-name", "userName",
                                          "poster",   "nick",     "member",    "Author",
                                          "postuser", "byline",   NULL};
    static const char *const addresses[] = {"user",   "member",   "profil", "/u/",
                                            "author", "/people/", "uid=",   "mitglied",
                                            "perfil", "/@",       NULL};
    const struct nb_dom_node *at = &dom->nodes[node];
    if (at->tag == NB_TAG_TEXT) {
        return false;
    }
    if (contains_any(nb_slice_sub(nb_dom_attr(dom, node, "class"), 0, 256), classes) ||
        nb_dom_has_word(dom, node, "class", NB_LIT("user")) ||
        nb_dom_has_word(dom, node, "class", NB_LIT("name")) ||
        contains_any(nb_slice_sub(nb_dom_attr(dom, node, "itemprop"), 0, 64), classes)) {
        return true;
    }
    struct nb_slice href = at->tag == NB_TAG_A ? nb_dom_attr(dom, node, "href") : NB_LIT("");
    return contains_any(nb_slice_sub(href, 0, 256), addresses);
}

struct nb_slice nb_page_bare_name(struct nb_slice name)
{
    static const char *const marks[] = {
        " ",        ":", ",", "|", "-", "\xC2\xB7", "\xE2\x80\xA2", "\xE2\x80\x93", "\xE2\x80\x94",
        "\xC2\xBB", NULL};
    for (size_t i = 0; marks[i];) {
        struct nb_slice mark = nb_slice_str(marks[i]);
        if (name.len > mark.len && nb_slice_ends(name, mark)) {
            name.len -= mark.len;
            i = 0;
        } else {
            i++;
        }
    }
    return name;
}

bool nb_page_may_be_name(struct nb_slice text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        n += nb_ascii_is_alpha(text.p[i]) || (c >= 0xC3 && c != 0xE2); /* there are arrows */
    }
    return text.len > 1 && n > (nb_ascii_is_digit(text.p[0]) ? 2 : 0);
}

bool nb_page_is_signature(const struct nb_dom *dom, uint32_t node)
{
    struct nb_slice class = nb_slice_sub(nb_dom_attr(dom, node, "class"), 0, 256);
    return nb_slice_find(class, NB_LIT("ignature"), 0) != NB_NPOS ||
           nb_dom_has_word(dom, node, "class", NB_LIT("sig"));
}

static bool has_digit(struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (nb_ascii_is_digit(text.p[i])) {
            return true;
        }
    }
    return false;
}

static int64_t read_date(const struct nb_page_evidence *e, struct nb_slice text)
{
    text = nb_slice_trim(text);
    bool may_be = text.len >= 5 && text.len <= DATE_MAX;
    return may_be ? nb_page_when(text, e->context->dates, e->context->month_first) : -1;
}

static int64_t date_of(const struct nb_page_evidence *e, uint32_t node)
{
    static const char *const attrs[] = {"datetime", "title", "content", NULL};
    const struct nb_dom *dom = e->dom;
    enum nb_tag tag = dom->nodes[node].tag;
    if (tag == NB_TAG_TEXT) {
        return read_date(e, dom->nodes[node].text);
    }
    for (size_t i = 0; attrs[i]; i++) {
        if (tag == NB_TAG_TIME || tag == NB_TAG_ABBR || tag == NB_TAG_SPAN || tag == NB_TAG_META) {
            struct nb_slice value = nb_dom_attr(dom, node, attrs[i]);
            int64_t at_ms = has_digit(value) ? read_date(e, value) : -1;
            if (at_ms >= 0) {
                return at_ms;
            }
        }
    }
    bool is_only = dom->nodes[node].end == node + 2 && dom->nodes[node + 1].tag == NB_TAG_TEXT;
    bool is_line = tag == NB_TAG_TIME || tag == NB_TAG_ABBR || tag == NB_TAG_SPAN;
    return is_line && is_only ? read_date(e, dom->nodes[node + 1].text) : -1;
}

/* ---- kinds ---- */

static uint64_t mix(uint64_t hash, struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.p[i]) * 0x100000001b3u;
    }
    return hash;
}

static uint64_t join(uint64_t hash, uint64_t more)
{
    return (hash ^ (more + 1)) * 0x9e3779b97f4a7c15u;
}

/* Words of a class that differ from one row to the next: "odd", "post--even", "row2". */
static bool is_varying(struct nb_slice word)
{
    static const char *const words[] = {"odd", "od",  "even",   "ev",     "alt", "first", "last",
                                        "new", "old", "unread", "active", "op",  NULL};
    size_t at = 0;
    while (at < word.len) {
        size_t begin = at;
        while (at < word.len && word.p[at] != '-' && word.p[at] != '_') {
            at++;
        }
        struct nb_slice part = nb_slice_sub(word, begin, at++);
        for (size_t i = 0; words[i]; i++) {
            if (nb_slice_eq_ascii_case(part, nb_slice_str(words[i]))) {
                return true;
            }
        }
    }
    return has_digit(word) || nb_slice_ends(word, NB_LIT("odd")) ||
           nb_slice_ends(word, NB_LIT("even"));
}

/* Name and classes of an element; out: has it any class? */
static uint64_t look_of(const struct nb_dom *dom, uint32_t node, bool *classed)
{
    const struct nb_dom_node *at = &dom->nodes[node];
    struct nb_slice class = nb_slice_sub(nb_dom_attr(dom, node, "class"), 0, 256);
    bool is_line = at->tag == NB_TAG_ABBR || at->tag == NB_TAG_TIME;
    struct nb_slice name = is_line ? NB_LIT("SPAN") : at->text; /* they stand for each other */
    uint64_t hash = mix(0xcbf29ce484222325u, at->tag == NB_TAG_TEXT ? NB_LIT("#") : name);
    uint64_t words = 0;
    size_t k = 0;
    while (k < class.len) {
        size_t begin = k;
        while (k < class.len && !nb_ascii_is_space(class.p[k])) {
            k++;
        }
        struct nb_slice word = nb_slice_sub(class, begin, k);
        if (word.len && !is_varying(word)) {
            words += mix(hash, word); /* in any order */
        }
        k++;
    }
    *classed = words != 0;
    return words ? join(hash, words) : hash;
}

/*
 * What has a class is known by it and by what it lies in, other things by the way up to a class;
 * cells of a row by their column as well.
 */
static enum nb_err read_kinds(struct nb_page_evidence *e)
{
    const struct nb_dom *dom = e->dom;
    uint64_t *looks = e->looks;
    uint32_t *cells = nb_arena_calloc(e->arena, dom->n, sizeof(*cells));
    if (!cells) {
        return NB_ENOMEM;
    }
    looks[0] = e->kinds[0] = 0;
    for (uint32_t i = 1; i < dom->n; i++) {
        uint32_t parent = dom->nodes[i].parent;
        bool classed;
        looks[i] = look_of(dom, i, &classed);
        if (dom->nodes[i].tag == NB_TAG_TD || dom->nodes[i].tag == NB_TAG_TH) {
            looks[i] = join(looks[i], cells[parent]++);
        }
        e->kinds[i] = join(looks[i], classed ? looks[parent] : e->kinds[parent]);
    }
    return NB_OK;
}

int nb_page_by_kind(const void *a, const void *b)
{
    const struct nb_page_member *x = a;
    const struct nb_page_member *y = b;
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->node < y->node ? -1 : x->node > y->node;
}

/* One pass: dates, text, what takes part. */
static void gather(struct nb_page_evidence *e)
{
    const struct nb_dom *dom = e->dom;
    uint32_t text = 0, dates = 0, link_end = 0, date_end = 0, dropped_end = 0;
    for (uint32_t i = 0; i < dom->n; i++) {
        const struct nb_dom_node *at = &dom->nodes[i];
        e->text[i] = text;
        e->dates[i] = dates;
        e->date_ms[i] = -1;
        e->names[i] = false;
        if (e->marks.dropped[i] && at->end > dropped_end) {
            dropped_end = at->end;
        }
        if (i == 0 || i < dropped_end) {
            continue;
        }
        e->names[i] = is_name(dom, i);
        if (at->tag == NB_TAG_A && at->end > link_end) {
            link_end = at->end;
        }
        if (at->tag == NB_TAG_TEXT && i >= link_end) {
            text += e->marks.weights[i].chars;
        }
        if (i >= date_end && (e->date_ms[i] = date_of(e, i)) >= 0) {
            dates++;
            date_end = at->end; /* its text says the same again */
        }
        e->members[e->members_n++] = (struct nb_page_member){e->kinds[i], i};
    }
    e->text[dom->n] = text;
    e->dates[dom->n] = dates;
}

enum nb_err nb_page_evidence_read(const struct nb_dom *dom, const struct nb_page_context *context,
                                  struct nb_arena *arena, struct nb_page_evidence *out)
{
    struct nb_page_evidence e = {.dom = dom, .context = context, .arena = arena};
    enum nb_err err = nb_page_mark_code(dom, arena, &e.marks);
    e.looks = nb_arena_alloc(arena, dom->n * sizeof(*e.looks));
    e.kinds = nb_arena_alloc(arena, dom->n * sizeof(*e.kinds));
    e.names = nb_arena_alloc(arena, dom->n * sizeof(*e.names));
    e.date_ms = nb_arena_alloc(arena, dom->n * sizeof(*e.date_ms));
    e.dates = nb_arena_alloc(arena, (dom->n + 1) * sizeof(*e.dates));
    e.text = nb_arena_alloc(arena, (dom->n + 1) * sizeof(*e.text));
    e.members = nb_arena_alloc(arena, dom->n * sizeof(*e.members));
    if (err != NB_OK || !e.looks || !e.kinds || !e.names || !e.date_ms || !e.dates || !e.text ||
        !e.members) {
        return NB_ENOMEM;
    }
    err = read_kinds(&e);
    if (err == NB_OK) {
        gather(&e);
        qsort(e.members, e.members_n, sizeof(*e.members), nb_page_by_kind);
        *out = e;
    }
    return err;
}

/* ---- which dates ---- */

struct anchors {
    const struct nb_page_member *first; /* of a kind, all of them dates */
    size_t n;
    uint64_t score;
    bool is_ordered;
};

static bool is_ordered(const struct nb_page_evidence *e, const struct nb_page_member *at, size_t n)
{
    size_t up = 0, down = 0;
    for (size_t i = 1; i < n; i++) {
        int64_t before = e->date_ms[at[i - 1].node], here = e->date_ms[at[i].node];
        up += here >= before;
        down += here <= before;
    }
    return up * 10 >= (n - 1) * 9 || down * 10 >= (n - 1) * 9;
}

static void rate(const struct nb_page_evidence *e, struct anchors *anchors)
{
    const struct nb_page_member *at = anchors->first;
    size_t n = anchors->n, filled = 0, bits = 1;
    if (n < NB_PAGE_RECORDS_MIN || n > RECORDS_MAX) {
        return;
    }
    for (size_t i = 1; i < n; i++) {
        filled += e->text[at[i].node] - e->text[at[i - 1].node] >= TEXT_MIN;
    }
    uint64_t text = (uint64_t)(e->text[at[n - 1].node] - e->text[at[0].node]) * n / (n - 1);
    if (text < n * TEXT_MIN || filled * 10 < (n - 1) * 5) {
        return;
    }
    for (size_t k = n; k > 1; k /= 2) {
        bits++;
    }
    anchors->is_ordered = is_ordered(e, at, n);
    anchors->score = text * (bits + 1) * (anchors->is_ordered ? 2 : 1);
}

static void keep_best(struct anchors best[NB_PAGE_CANDIDATES], const struct anchors *one)
{
    size_t at = NB_PAGE_CANDIDATES;
    while (at > 0 && one->score > best[at - 1].score) {
        at--;
    }
    for (size_t i = NB_PAGE_CANDIDATES - 1; i > at; i--) {
        best[i] = best[i - 1];
    }
    if (at < NB_PAGE_CANDIDATES) {
        best[at] = *one;
    }
}

/* @param dates  scratch for as many members as there are. */
static void choose_anchors(const struct nb_page_evidence *e, struct nb_page_member *dates,
                           struct anchors best[NB_PAGE_CANDIDATES])
{
    size_t n = 0;
    for (size_t i = 0; i < e->members_n; i++) {
        if (e->date_ms[e->members[i].node] >= 0) {
            dates[n++] = e->members[i];
        }
    }
    for (size_t i = 0; i < n;) {
        struct anchors one = {.first = &dates[i]};
        while (i < n && dates[i].kind == one.first->kind) {
            one.n++;
            i++;
        }
        rate(e, &one);
        keep_best(best, &one);
    }
}

/* ---- where a record begins and ends ---- */

struct cutting {
    const struct nb_page_evidence *e;
    uint32_t *units; /* the element of each record */
    size_t n;
    uint32_t parent;    /* what most units are children of */
    uint32_t *children; /* elements in it */
    size_t children_n;
};

/* The largest element around an anchor that has none of its neighbours. */
static uint32_t unit_of(const struct nb_dom *dom, uint32_t before, uint32_t at, uint32_t after)
{
    for (;;) {
        uint32_t up = dom->nodes[at].parent;
        if (up <= before || dom->nodes[up].end > after || dom->nodes[up].tag == NB_TAG_BODY ||
            up == 0) {
            return at;
        }
        at = up;
    }
}

/* A tag, its classes and what is right below: tells a row from another kind of row. */
static uint64_t shape_of(const struct nb_page_evidence *e, uint32_t node)
{
    const struct nb_dom *dom = e->dom;
    uint64_t hash = e->kinds[node];
    size_t n = dom->nodes[node].tag == NB_TAG_TR ? 0 : SHAPE_MAX;
    for (uint32_t k = node + 1; k < dom->nodes[node].end && n < SHAPE_MAX; k = dom->nodes[k].end) {
        if (dom->nodes[k].tag != NB_TAG_TEXT) {
            hash = join(hash, e->kinds[k]);
            n++;
        }
    }
    return hash;
}

static enum nb_err list_children(struct cutting *c)
{
    const struct nb_dom *dom = c->e->dom;
    size_t votes = 0, n = 0;
    for (size_t i = 0; i < c->n; i++) { /* Boyer and Moore: the majority */
        uint32_t parent = dom->nodes[c->units[i]].parent;
        c->parent = votes ? c->parent : parent;
        votes = parent == c->parent ? votes + 1 : votes - 1;
    }
    uint32_t end = dom->nodes[c->parent].end;
    for (uint32_t k = c->parent + 1; k < end; k = dom->nodes[k].end) {
        n += dom->nodes[k].tag != NB_TAG_TEXT;
    }
    c->children = nb_arena_alloc(c->e->arena, (n + 1) * sizeof(*c->children));
    if (!c->children) {
        return NB_ENOMEM;
    }
    for (uint32_t k = c->parent + 1; k < end; k = dom->nodes[k].end) {
        if (dom->nodes[k].tag != NB_TAG_TEXT) {
            c->children[c->children_n++] = k;
        }
    }
    return NB_OK;
}

/* The place of a unit among the children; NB_NPOS when it is not one of them. `from` moves on. */
static size_t place_of(const struct cutting *c, size_t *from, uint32_t unit)
{
    while (*from < c->children_n && c->children[*from] < unit) {
        (*from)++;
    }
    return *from < c->children_n && c->children[*from] == unit ? *from : NB_NPOS;
}

/*
 * Between two units lie `between` elements. How many of them belong to the record that follows:
 * as many as there are before the first unit, if what follows the last does not show otherwise.
 */
static size_t lead_of(const struct cutting *c, size_t first, size_t last, size_t sample,
                      size_t between)
{
    size_t before = 0, after = 0;
    while (before < between && first > before &&
           shape_of(c->e, c->children[first - 1 - before]) ==
               shape_of(c->e, c->children[sample + between - before])) {
        before++;
    }
    while (after < between && last + 1 + after < c->children_n &&
           shape_of(c->e, c->children[last + 1 + after]) ==
               shape_of(c->e, c->children[sample + 1 + after])) {
        after++;
    }
    return before < between - after ? before : between - after;
}

static void cut(const struct cutting *c, struct nb_page_record *records)
{
    const struct nb_dom *dom = c->e->dom;
    size_t first = NB_NPOS, last = NB_NPOS, sample = 0, between = NB_NPOS;
    for (size_t i = 0, at = 0; i < c->n; i++) {
        size_t place = place_of(c, &at, c->units[i]);
        if (place == NB_NPOS) {
            continue;
        }
        if (last != NB_NPOS && place - last - 1 < between) {
            between = place - last - 1;
            sample = last;
        }
        first = first == NB_NPOS ? place : first;
        last = place;
    }
    between = between == NB_NPOS || between > PERIOD_MAX ? 0 : between;
    size_t lead = between ? lead_of(c, first, last, sample, between) : 0;
    size_t previous = 0;
    for (size_t i = 0, at = 0; i < c->n; i++) {
        size_t place = place_of(c, &at, c->units[i]);
        records[i].begin = c->units[i];
        records[i].end = dom->nodes[c->units[i]].end;
        if (place != NB_NPOS) {
            size_t back = place >= previous + lead ? lead : 0;
            size_t end = place + between - lead;
            records[i].begin = c->children[place - back];
            records[i].end = dom->nodes[c->children[end < c->children_n ? end : place]].end;
            previous = place + 1;
        }
    }
    for (size_t i = 0; i + 1 < c->n; i++) {
        records[i].end = records[i + 1].begin;
    }
}

static enum nb_err cut_records(const struct nb_page_evidence *e, const struct anchors *anchors,
                               struct nb_page_records *out)
{
    struct cutting c = {.e = e, .n = anchors->n};
    const struct nb_page_member *at = anchors->first;
    struct nb_page_record *all = nb_arena_calloc(e->arena, c.n, sizeof(*all));
    c.units = nb_arena_alloc(e->arena, c.n * sizeof(*c.units));
    if (!all || !c.units) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < c.n; i++) {
        all[i].anchor = at[i].node;
        c.units[i] = unit_of(e->dom, i ? at[i - 1].node : 0, at[i].node,
                             i + 1 < c.n ? at[i + 1].node : e->dom->n);
    }
    enum nb_err err = list_children(&c);
    if (err == NB_OK) {
        cut(&c, all);
        *out = (struct nb_page_records){all, c.n, anchors->is_ordered};
    }
    return err;
}

enum nb_err nb_page_records_find(const struct nb_page_evidence *evidence,
                                 struct nb_page_records out[NB_PAGE_CANDIDATES], size_t *n)
{
    struct anchors best[NB_PAGE_CANDIDATES] = {{0}};
    struct nb_page_member *dates =
        nb_arena_alloc(evidence->arena, evidence->members_n * sizeof(*dates));
    enum nb_err err = dates || !evidence->members_n ? NB_OK : NB_ENOMEM;
    *n = 0;
    if (err == NB_OK) {
        choose_anchors(evidence, dates, best);
    }
    while (err == NB_OK && *n < NB_PAGE_CANDIDATES && best[*n].score > 0) {
        err = cut_records(evidence, &best[*n], &out[*n]);
        *n += err == NB_OK;
    }
    return err;
}
