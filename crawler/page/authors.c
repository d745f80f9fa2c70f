#include "crawler/page/learn.h"

enum {
    NAME_MAX = 60,  /* bytes of a name */
    NAME_WORDS = 4, /* words of one; a title has more */
    AUTHOR_MIN = 4, /* points that make a kind of element names */
};

static size_t words_of(struct nb_slice text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        n += !nb_ascii_is_space(text.p[i]) && (i == 0 || nb_ascii_is_space(text.p[i - 1]));
    }
    return n;
}

/* May this be a name in its record? It is short, and outside the text or at its head. */
static bool may_name(const struct nb_learning *l, uint32_t node, struct nb_slice *name)
{
    const struct nb_dom *dom = l->e->dom;
    const struct nb_page_fields *fields = &l->fields[l->record_of[node] - 1];
    uint32_t chars = l->e->marks.weights[node].chars;
    if (!chars || chars > NAME_MAX || !fields->text) {
        return false;
    }
    bool inside = node > fields->text && node < dom->nodes[fields->text].end;
    bool at_head = inside && l->e->text[node] - l->e->text[fields->text] <= NAME_MAX &&
                   nb_learn_holds_anchor(l, fields->text);
    if ((inside && !at_head) || node == fields->text) {
        return false;
    }
    *name = nb_learn_only_text(l, node);
    return nb_page_may_be_name(*name) && l->e->date_ms[node] < 0;
}

struct names {
    size_t n, words, before, firsts, links, called;
    size_t texts, pairs; /* different ones; with their addresses */
};

static void look_at(const struct nb_learning *l, const struct nb_group *group, struct names *out)
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
        texts[out->n] = nb_learn_hash(name);
        pairs[out->n] = nb_learn_hash(name) ^ (nb_learn_hash(href) * 31);
        out->n++;
        out->words += words_of(name);
        out->before += node < l->fields[record - 1].text;
        out->firsts += l->e->text[node] == l->e->text[nb_learn_record(l, node)->begin];
        out->links += dom->nodes[node].tag == NB_TAG_A && href.len > 0 && href.p[0] != '#';
        out->called += l->e->names[node] || l->e->names[dom->nodes[node].parent];
    }
    out->texts = nb_learn_distinct(texts, out->n);
    out->pairs = nb_learn_distinct(pairs, out->n);
}

static int points_of(const struct nb_learning *l, const struct nb_group *group, bool *is_called)
{
    struct names names;
    size_t all = l->records->n;
    if (nb_learn_coverage(l, group) * 10 < all * 6) {
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
    *is_called = names.called * 10 >= names.n * 8;
    points += *is_called ? 4 : 0;
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
static size_t find_names(struct nb_learning *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->records->n; i++) {
        const struct nb_page_record *at = &l->records->all[i];
        uint32_t *author = &l->fields[i].author;
        struct nb_slice name;
        for (uint32_t k = at->begin; k < at->end && !*author; k++) {
            if (l->record_of[k] && l->e->names[k] && may_name(l, k, &name) &&
                words_of(name) <= NAME_WORDS) {
                *author = k;
            }
        }
        n += *author != 0;
    }
    return n;
}

bool nb_learn_authors(struct nb_learning *l)
{
    struct nb_group group, best = {NULL, 0};
    int most = AUTHOR_MIN - 1;
    bool is_called = false;
    for (size_t at = 0; nb_learn_group(l, &at, &group);) {
        bool called = false;
        int points = points_of(l, &group, &called);
        if (points > most) {
            most = points;
            best = group;
            is_called = called;
        }
    }
    /* classes may differ by rank, and so keep what is called a name from being a group */
    if (!is_called && find_names(l) * 10 >= l->records->n * 8) {
        return true;
    }
    for (size_t i = 0; i < best.n; i++) {
        uint32_t node = best.first[i].node;
        struct nb_slice name;
        uint32_t *author = &l->fields[l->record_of[node] - 1].author;
        if ((!*author || is_called) && may_name(l, node, &name)) {
            *author = node;
        }
    }
    return find_names(l) * 10 >= l->records->n * 6;
}
