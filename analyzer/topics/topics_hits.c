/*
 * Hits: every token of the document is looked up once. Words are counted through title and text
 * with a gap between them; punctuation has no place.
 */
#include "analyzer/topics/topics_match.h"

void *nb_match_grow(struct match *m, void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return array;
    }
    size_t wider = *cap ? *cap * 2 : 32;
    void *grown = nb_arena_grow(m->arena, array, *cap * size, wider * size);
    *cap = grown ? wider : *cap;
    m->full = m->full || !grown;
    return grown ? grown : array;
}

static void add_hit(struct match *m, uint32_t atom, uint32_t word, uint32_t token, int analysis)
{
    for (size_t i = m->hits_n; i > 0 && m->hits[i - 1].word == word; i--) {
        if (m->hits[i - 1].atom == atom) {
            return;
        }
    }
    m->hits = nb_match_grow(m, m->hits, m->hits_n, &m->hits_cap, sizeof(*m->hits));
    if (!m->full) {
        m->hits[m->hits_n++] = (struct hit){atom, word, token, (int8_t)analysis};
    }
}

static bool meets(const struct nb_conditions *conditions, uint64_t features)
{
    for (size_t i = 0; i < conditions->n; i++) {
        if (!nb_query_form_met(&conditions->all[i].form, features)) {
            return false;
        }
    }
    return true;
}

/* By lemma; conditions are those of the likeliest reading that counts. */
static void look_up_reading(struct match *m, const struct tr_reading *reading, uint32_t word,
                            uint32_t token)
{
    const struct nb_topics *t = m->topics;
    size_t i = 0;
    while (i < reading->analyses_n && !nb_query_reads(reading, i)) {
        i++;
    }
    tr_key key = i < reading->analyses_n ? reading->keys[i] : 0;
    if (!key || key >= t->keys_n) {
        return;
    }
    for (uint32_t a = t->by_key[key]; a != TR_NONE; a = t->atoms[a].next) {
        const struct nb_atom *atom = &t->atoms[a];
        if (atom->kind == NB_ATOM_LEMMA &&
            (atom->conditions == TR_NONE ||
             meets(&t->conditions[atom->conditions], reading->analyses[i].features))) {
            add_hit(m, a, word, token, (int)i);
        }
    }
}

static void look_up_written(struct match *m, const struct tr_token *token, tr_key key,
                            uint32_t word, uint32_t number)
{
    const struct nb_topics *t = m->topics;
    if (key >= t->keys_n) {
        return;
    }
    for (uint32_t a = t->by_key[key]; a != TR_NONE; a = t->atoms[a].next) {
        const struct nb_atom *atom = &t->atoms[a];
        bool exact = atom->kind == NB_ATOM_EXACT;
        if ((exact && nb_slice_eq(tr_lexicon_key_text(t->lexicon, key), token->folded)) ||
            (!exact && atom->conditions == TR_NONE)) {
            add_hit(m, a, word, number, -1);
        }
    }
}

static uint32_t find_text(const struct nb_atom_index *index, struct nb_slice text, uint64_t hash)
{
    uint32_t id = index->table.n ? tr_table_find(&index->table, text, hash) : TR_NONE;
    return id == TR_NONE ? TR_NONE : index->first[id];
}

static void look_up_prefixes(struct match *m, const struct tr_token *token, uint32_t word,
                             uint32_t number)
{
    const struct nb_topics *t = m->topics;
    uint64_t hash = TR_HASH_START;
    for (size_t n = 1; n <= token->folded.len && n <= NB_QUERY_WORD_BYTES_MAX; n++) {
        hash = tr_hash_byte(hash, token->folded.p[n - 1]);
        if (t->prefix_lengths[n / 64] >> n % 64 & 1) {
            uint32_t a = find_text(&t->prefixes, nb_slice_sub(token->folded, 0, n), hash);
            if (a != TR_NONE) {
                add_hit(m, a, word, number, -1);
            }
        }
    }
}

/* Tags are often typed without diacritics: then those do not count. */
static void look_up_hashtag(struct match *m, const struct tr_token *token, uint32_t word,
                            uint32_t number)
{
    const struct nb_topics *t = m->topics;
    char plain[NB_QUERY_WORD_BYTES_MAX + 1];
    if (token->folded.len > NB_QUERY_WORD_BYTES_MAX) {
        return;
    }
    memcpy(plain, token->folded.p, token->folded.len);
    struct nb_slice key = nb_slice(plain, tr_plain(plain, token->folded.len));
    for (uint32_t a = find_text(&t->hashtags, key, tr_hash(key)); a != TR_NONE;
         a = t->atoms[a].next) {
        if (token->ascii || nb_slice_eq(t->atoms[a].text, token->folded)) {
            add_hit(m, a, word, number, -1);
        }
    }
}

/* With its host, or without. */
static void look_up_handle(struct match *m, const struct tr_token *token, uint32_t word,
                           uint32_t number)
{
    size_t at = nb_slice_find_byte(token->folded, '@', 0);
    for (int i = 0; i < (at == NB_NPOS ? 1 : 2); i++) {
        struct nb_slice text = nb_slice_sub(token->folded, 0, i == 0 ? token->folded.len : at);
        uint32_t a = find_text(&m->topics->handles, text, tr_hash(text));
        if (a != TR_NONE) {
            add_hit(m, a, word, number, -1);
        }
    }
}

static void look_up_forms(struct match *m, const struct tr_reading *reading, uint32_t word,
                          uint32_t token)
{
    const struct nb_topics *t = m->topics;
    for (size_t i = 0; i < t->forms_n && reading->analyses_n; i++) {
        const struct nb_atom *atom = &t->atoms[t->forms[i]];
        if (meets(&t->conditions[atom->conditions], reading->analyses[0].features)) {
            add_hit(m, t->forms[i], word, token, 0);
        }
    }
}

/* @return the number of the word behind the last. */
static uint32_t look_up_text(struct match *m, const struct nb_topic_text *text, uint32_t word)
{
    const struct nb_topics *t = m->topics;
    for (uint32_t i = 0; i < text->n; i++) {
        const struct tr_token *token = &text->tokens[i];
        const struct tr_reading *reading = &text->readings[i];
        if (token->kind == TR_PUNCT) {
            continue;
        }
        look_up_reading(m, reading, word, i);
        for (size_t k = 0; k < reading->surfaces_n; k++) {
            look_up_written(m, token, reading->surfaces[k], word, i);
        }
        if (t->prefixes.table.n && token->kind <= TR_NUMBER) {
            look_up_prefixes(m, token, word, i);
        }
        if (t->hashtags.table.n && token->kind == TR_HASHTAG) {
            look_up_hashtag(m, token, word, i);
        }
        if (t->handles.table.n && token->kind == TR_MENTION) {
            look_up_handle(m, token, word, i);
        }
        look_up_forms(m, reading, word, i);
        word++;
    }
    return word;
}

static void look_up_field(struct match *m, unsigned field, struct nb_slice value)
{
    char key[NB_FIELD_KEY_BYTES];
    if (!value.len || !(m->topics->fields_used >> field & 1)) {
        return;
    }
    size_t len = nb_topic_field_key(field, value, key);
    struct nb_slice text = nb_slice(key, len);
    uint32_t a = len ? find_text(&m->topics->fields, text, tr_hash(text)) : TR_NONE;
    if (a != TR_NONE) {
        add_hit(m, a, UINT32_MAX, TR_NONE, -1);
    }
}

/* Fields have no place: they stand behind the last word there can be. */
static void look_up_fields(struct match *m)
{
    const struct nb_annotation *facts = m->document->facts;
    struct nb_slice author = nb_field(facts->author);
    size_t slash = nb_slice_find_byte(author, '/', 0);
    look_up_field(m, NB_QUERY_SITE, nb_field(facts->site));
    look_up_field(m, NB_QUERY_AUTHOR, author);
    if (slash != NB_NPOS) {
        look_up_field(m, NB_QUERY_AUTHOR, nb_slice_sub(author, slash + 1, author.len));
    }
    look_up_field(m, NB_QUERY_SOURCE, m->document->source);
    if (facts->has_kind) {
        look_up_field(m, NB_QUERY_KIND, nb_slice_str(nb_kind_name(facts->kind)));
    }
    look_up_field(m, NB_QUERY_LANG, nb_field(facts->language));
    if (facts->sentiment && facts->sentiment->has_label) {
        look_up_field(m, NB_QUERY_SENTIMENT, nb_slice_str(nb_label_name(facts->sentiment->label)));
    }
    for (size_t i = 0; i < facts->n_intents; i++) {
        look_up_field(m, NB_QUERY_INTENT, nb_slice_str(facts->intents[i]));
    }
    for (size_t i = 0; i < facts->n_emotions; i++) {
        look_up_field(m, NB_QUERY_EMOTION, nb_field(facts->emotions[i]->type));
    }
    for (size_t i = 0; i < facts->n_life_events; i++) {
        look_up_field(m, NB_QUERY_EVENT, nb_field(facts->life_events[i]->type));
    }
}

static struct group *slot_of(const struct match *m, uint32_t atom)
{
    size_t at = (atom * 2654435761u) & m->groups_mask;
    while (m->groups[at].atom != atom && m->groups[at].atom != TR_NONE) {
        at = (at + 1) & m->groups_mask;
    }
    return &m->groups[at];
}

/* Put the hits of each atom side by side, in the order of their places. */
static bool group_hits(struct match *m)
{
    size_t slots = 16;
    while (slots < 2 * m->hits_n) {
        slots *= 2;
    }
    m->groups = nb_arena_alloc(m->arena, slots * sizeof(*m->groups));
    struct hit *sorted = nb_arena_alloc(m->arena, m->hits_n * sizeof(*sorted));
    if (!m->groups || !sorted) {
        return false;
    }
    m->groups_mask = slots - 1;
    for (size_t i = 0; i < slots; i++) {
        m->groups[i] = (struct group){TR_NONE, 0, 0};
    }
    for (size_t i = 0; i < m->hits_n; i++) {
        struct group *group = slot_of(m, m->hits[i].atom);
        group->atom = m->hits[i].atom;
        group->n++;
    }
    uint32_t sum = 0;
    for (size_t i = 0; i < slots; i++) {
        m->groups[i].begin = sum;
        sum += m->groups[i].n;
        m->groups[i].n = 0;
    }
    for (size_t i = 0; i < m->hits_n; i++) {
        struct group *group = slot_of(m, m->hits[i].atom);
        sorted[group->begin + group->n++] = m->hits[i];
    }
    m->hits = sorted;
    return true;
}

struct group nb_match_hits(const struct match *m, const struct nb_topic_node *node)
{
    struct group group = *slot_of(m, node->atom);
    if (node->title) {
        uint32_t n = 0;
        while (n < group.n && m->hits[group.begin + n].word < m->title_end) {
            n++;
        }
        group.n = n;
    }
    return group;
}

void nb_match_look_up(struct match *m)
{
    m->title_end = look_up_text(m, &m->document->title, 0);
    (void)look_up_text(m, &m->document->text, m->title_end + NB_TOPIC_GAP);
    look_up_fields(m);
    if (!m->full && !group_hits(m)) {
        m->full = true;
    }
}
