/* Compiling topics: each query becomes a tree of nodes over atoms that all queries share. */
#include "analyzer/topics/topics_private.h"

#include <string.h>

#include <nabiz/hash.h>
#include <nabiz/text.h>

enum { NAME_BYTES_MAX = 64, ATOM_NAME_BYTES = 1024 };

static void *room(struct nb_arena *arena, void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return array;
    }
    size_t wider = *cap ? *cap * 2 : 64;
    void *grown = nb_arena_grow(arena, array, *cap * size, wider * size);
    *cap = grown ? wider : *cap;
    return grown;
}

struct nb_topics *nb_topics_new(struct tr_lexicon *lexicon, const struct tr_speller *speller,
                                struct nb_arena *arena)
{
    struct nb_topics *t = nb_arena_calloc(arena, 1, sizeof(*t));
    if (t) {
        t->lexicon = lexicon;
        t->speller = speller;
        t->arena = arena;
        tr_table_init(&t->atom_names, arena);
        tr_table_init(&t->prefixes.table, arena);
        tr_table_init(&t->hashtags.table, arena);
        tr_table_init(&t->handles.table, arena);
        tr_table_init(&t->fields.table, arena);
    }
    return t;
}

size_t nb_topics_n(const struct nb_topics *topics)
{
    return topics->n;
}

const char *nb_topics_name(const struct nb_topics *topics, size_t i)
{
    return topics->names[i];
}

bool nb_topic_name_valid(struct nb_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || nb_ascii_is_digit(c) || c == '-' || c == '_')) {
            return false;
        }
    }
    return name.len >= 1 && name.len <= NAME_BYTES_MAX;
}

/* A word's key as a lemma; the word becomes a root when none has it. 0: out of memory. */
static tr_key lemma_key(struct nb_topics *t, struct nb_slice word, struct nb_arena *scratch,
                        bool *is_word)
{
    struct tr_token *tokens;
    size_t n;
    enum tr_upos unknown;
    if (tr_tokenise(word, scratch, &tokens, &n) != NB_OK) {
        return 0;
    }
    *is_word = n == 1 && tokens[0].kind == TR_WORD;
    if (!*is_word) {
        return tr_lexicon_key(t->lexicon, word);
    }
    struct nb_slice lemma = nb_query_lemma(t->lexicon, word, scratch, &unknown);
    if (unknown != TR_UPOS_N && tr_lexicon_add_root(t->lexicon, word, unknown) == NB_ENOMEM) {
        return 0;
    }
    return tr_lexicon_key(t->lexicon, lemma);
}

size_t nb_topic_field_key(unsigned field, struct nb_slice value, char out[NB_FIELD_KEY_BYTES])
{
    if (value.len > NB_FIELD_KEY_BYTES - 3) {
        return 0;
    }
    out[0] = (char)('0' + field / 10);
    out[1] = (char)('0' + field % 10);
    out[2] = ':';
    memcpy(out + 3, value.p, value.len);
    return value.len + 3;
}

/* Put an atom in front of those that a text finds. @return false when out of memory. */
static bool index_atom(struct nb_topics *t, struct nb_atom_index *index, struct nb_slice text,
                       uint32_t atom)
{
    size_t before = index->table.n;
    uint32_t id = tr_table_add(&index->table, text);
    uint32_t *first = room(t->arena, index->first, before, &index->cap, sizeof(*first));
    if (id == TR_NONE || !first) {
        return false;
    }
    index->first = first;
    t->atoms[atom].next = id == before ? TR_NONE : first[id];
    first[id] = atom;
    return true;
}

/* Atoms that are not found by a key are found by a text. */
static bool index_by_text(struct nb_topics *t, uint32_t number, struct nb_slice found_by)
{
    struct nb_atom *atom = &t->atoms[number];
    char plain[2 * NB_QUERY_WORD_BYTES_MAX];
    switch (atom->kind) {
    case NB_ATOM_PREFIX:
        t->prefix_lengths[found_by.len / 64] |= (uint64_t)1 << found_by.len % 64;
        return index_atom(t, &t->prefixes, found_by, number);
    case NB_ATOM_HASHTAG:
        memcpy(plain, found_by.p, found_by.len);
        return index_atom(t, &t->hashtags, nb_slice(plain, tr_plain(plain, found_by.len)), number);
    case NB_ATOM_HANDLE:
        return index_atom(t, &t->handles, found_by, number);
    case NB_ATOM_FIELD:
        t->fields_used |= 1u << atom->field;
        return index_atom(t, &t->fields, found_by, number);
    default:
        return true;
    }
}

/*
 * The atom of this kind, text and conditions, made when it is new. found_by: what a document has
 * where it is there, for those that are not found by a key. @return TR_NONE when out of memory.
 */
static uint32_t add_atom(struct nb_topics *t, const struct nb_atom *atom, struct nb_slice found_by)
{
    char name[ATOM_NAME_BYTES];
    uint32_t head[3] = {atom->kind, atom->conditions, atom->key};
    memcpy(name, head, sizeof(head));
    if (found_by.len) {
        memcpy(name + sizeof(head), found_by.p, found_by.len);
    }
    size_t before = t->atom_names.n;
    uint32_t id = tr_table_add(&t->atom_names, nb_slice(name, sizeof(head) + found_by.len));
    if (id != before) {
        return id;
    }
    struct nb_atom *atoms = room(t->arena, t->atoms, t->atoms_n, &t->atoms_cap, sizeof(*atoms));
    if (!atoms) {
        return TR_NONE;
    }
    t->atoms = atoms;
    atoms[id] = *atom;
    atoms[id].next = TR_NONE;
    atoms[id].text = nb_arena_copy(t->arena, atom->text);
    t->atoms_n++;
    return atoms[id].text.p && index_by_text(t, id, found_by) ? id : TR_NONE;
}

/* Index of the conditions of a query's word, TR_NONE for none; *full: out of memory. */
static uint32_t add_conditions(struct nb_topics *t, const struct nb_query *query, bool *full)
{
    struct nb_conditions c = {.n = query->conditions_n};
    if (!c.n) {
        return TR_NONE;
    }
    for (size_t i = 0; i < c.n; i++) {
        const struct nb_query_condition *from = &query->conditions[i];
        nb_query_form_read(tr_lexicon_core(t->lexicon), from, &c.all[i].form);
        const char *text =
            nb_arena_printf(t->arena, "%.*s:%.*s", NB_ARG(from->group), NB_ARG(from->name));
        c.all[i].text = nb_slice_str(text);
        *full = *full || !text;
    }
    for (uint32_t k = 0; !*full && k < t->conditions_n; k++) {
        bool same = t->conditions[k].n == c.n;
        for (size_t i = 0; same && i < c.n; i++) {
            same = nb_slice_eq(t->conditions[k].all[i].text, c.all[i].text);
        }
        if (same) {
            return k;
        }
    }
    struct nb_conditions *all =
        room(t->arena, t->conditions, t->conditions_n, &t->conditions_cap, sizeof(*all));
    *full = *full || !all;
    if (*full) {
        return TR_NONE;
    }
    t->conditions = all;
    all[t->conditions_n] = c;
    return (uint32_t)t->conditions_n++;
}

struct compile {
    struct nb_topics *topics;
    struct nb_arena *scratch;
    struct nb_error *error;
    bool title;
};

static uint32_t new_node(struct compile *c, enum nb_topic_node_kind kind,
                         const struct nb_query *query)
{
    struct nb_topics *t = c->topics;
    struct nb_topic_node *nodes =
        room(t->arena, t->nodes, t->nodes_n, &t->nodes_cap, sizeof(*nodes));
    if (!nodes) {
        return TR_NONE;
    }
    t->nodes = nodes;
    nodes[t->nodes_n] = (struct nb_topic_node){.kind = (uint8_t)kind,
                                               .title = c->title,
                                               .line = query->place.line,
                                               .atom = TR_NONE,
                                               .child = TR_NONE,
                                               .sibling = TR_NONE};
    return (uint32_t)t->nodes_n++;
}

static uint32_t atom_node(struct compile *c, const struct nb_query *query, uint32_t atom)
{
    uint32_t node = atom == TR_NONE ? TR_NONE : new_node(c, NB_NODE_ATOM, query);
    if (node != TR_NONE) {
        c->topics->nodes[node].atom = atom;
    }
    return node;
}

/* A word of a query or a phrase: by lemma, or as written. */
static uint32_t word_node(struct compile *c, const struct nb_query *query, struct nb_slice word,
                          enum nb_atom_kind kind)
{
    struct nb_topics *t = c->topics;
    bool is_word = true, full = false;
    struct nb_atom atom = {.kind = (uint8_t)kind, .text = word, .conditions = TR_NONE};
    if (kind == NB_ATOM_LEMMA) {
        atom.conditions = add_conditions(t, query, &full);
        atom.key = lemma_key(t, word, c->scratch, &is_word);
        atom.kind = is_word ? NB_ATOM_LEMMA : NB_ATOM_WRITTEN;
    } else {
        atom.key = tr_lexicon_key(t->lexicon, word);
    }
    if (!atom.key || full) {
        return TR_NONE;
    }
    return atom_node(c, query, add_atom(t, &atom, nb_slice(NULL, 0)));
}

static uint32_t text_node(struct compile *c, const struct nb_query *query, enum nb_atom_kind kind)
{
    struct nb_atom atom = {.kind = (uint8_t)kind, .text = query->text, .conditions = TR_NONE};
    return atom_node(c, query, add_atom(c->topics, &atom, query->text));
}

static uint32_t form_node(struct compile *c, const struct nb_query *query)
{
    bool full = false;
    struct nb_atom atom = {.kind = NB_ATOM_FORM, .text = NB_LIT("")};
    atom.conditions = add_conditions(c->topics, query, &full);
    return full ? TR_NONE : atom_node(c, query, add_atom(c->topics, &atom, nb_slice(NULL, 0)));
}

static enum nb_err field_node(struct compile *c, const struct nb_query *query, uint32_t *out)
{
    char key[NB_FIELD_KEY_BYTES];
    struct nb_slice value = query->text;
    struct nb_id source;
    *out = TR_NONE;
    switch (query->field) {
    case NB_QUERY_SINCE:
    case NB_QUERY_UNTIL:
        *out = new_node(c, query->field == NB_QUERY_SINCE ? NB_NODE_SINCE : NB_NODE_UNTIL, query);
        if (*out != TR_NONE) {
            c->topics->nodes[*out].at_ms = query->number;
        }
        return *out == TR_NONE ? NB_ENOMEM : NB_OK;
    case NB_QUERY_REACH:
    case NB_QUERY_CLUSTER:
        return nb_error_set(c->error, NB_EINVAL,
                            "%u:%u: %s: is only for search: it is not known yet when a document "
                            "comes; try the topic without it",
                            (unsigned)query->place.line, (unsigned)query->place.column,
                            nb_query_field_name(query->field));
    case NB_QUERY_SOURCE:
        if (nb_query_source(value, c->scratch, &source) != NB_OK) {
            return NB_ENOMEM;
        }
        value = nb_slice(source.b, sizeof(source.b));
        break;
    default:
        break;
    }
    struct nb_atom atom = {.kind = NB_ATOM_FIELD,
                           .field = (uint8_t)query->field,
                           .text = query->text,
                           .conditions = TR_NONE};
    size_t len = nb_topic_field_key(query->field, value, key);
    if (len) {
        *out = atom_node(c, query, add_atom(c->topics, &atom, nb_slice(key, len)));
    }
    return *out == TR_NONE ? NB_ENOMEM : NB_OK;
}

static void add_child(struct nb_topics *t, uint32_t parent, uint32_t *last, uint32_t child)
{
    if (*last == TR_NONE) {
        t->nodes[parent].child = child;
    } else {
        t->nodes[*last].sibling = child;
    }
    *last = child;
}

static enum nb_err compile(struct compile *c, const struct nb_query *query, uint32_t *out);

static enum nb_err compile_children(struct compile *c, const struct nb_query *query,
                                    enum nb_topic_node_kind kind, uint32_t *out)
{
    uint32_t last = TR_NONE;
    uint32_t node = new_node(c, kind, query);
    enum nb_err err = node == TR_NONE ? NB_ENOMEM : NB_OK;
    for (size_t i = 0; err == NB_OK && i < query->children_n; i++) {
        uint32_t child;
        err = compile(c, query->children[i], &child);
        if (err == NB_OK) {
            add_child(c->topics, node, &last, child);
        }
    }
    if (err == NB_OK && kind == NB_NODE_NEAR) {
        c->topics->nodes[node].between = (uint8_t)query->between;
        c->topics->nodes[node].ordered = query->ordered;
    }
    *out = node;
    return err;
}

static enum nb_err compile_phrase(struct compile *c, const struct nb_query *query, uint32_t *out)
{
    uint32_t last = TR_NONE;
    uint32_t node = new_node(c, NB_NODE_PHRASE, query);
    *out = node;
    for (size_t i = 0; node != TR_NONE && i < query->words_n; i++) {
        bool by_lemma = i + 1 == query->words_n && !query->exact;
        enum nb_atom_kind kind = by_lemma       ? NB_ATOM_LEMMA
                                 : query->exact ? NB_ATOM_EXACT
                                                : NB_ATOM_WRITTEN;
        uint32_t child = word_node(c, query, query->words[i], kind);
        if (child == TR_NONE) {
            return NB_ENOMEM;
        }
        add_child(c->topics, node, &last, child);
    }
    if (node != TR_NONE) {
        c->topics->nodes[node].exact = query->exact;
    }
    return node == TR_NONE ? NB_ENOMEM : NB_OK;
}

static enum nb_err compile_title(struct compile *c, const struct nb_query *query, uint32_t *out)
{
    c->title = true;
    enum nb_err err = compile(c, query->children[0], out);
    c->title = false;
    return err;
}

static enum nb_err compile(struct compile *c, const struct nb_query *query, uint32_t *out)
{
    switch (query->kind) {
    case NB_QUERY_WORD:
        *out = word_node(c, query, query->text, NB_ATOM_LEMMA);
        break;
    case NB_QUERY_EXACT:
        *out = word_node(c, query, query->text, NB_ATOM_EXACT);
        break;
    case NB_QUERY_PREFIX:
        *out = text_node(c, query, NB_ATOM_PREFIX);
        break;
    case NB_QUERY_HASHTAG:
        *out = text_node(c, query, NB_ATOM_HASHTAG);
        break;
    case NB_QUERY_HANDLE:
        *out = text_node(c, query, NB_ATOM_HANDLE);
        break;
    case NB_QUERY_FORM:
        *out = form_node(c, query);
        break;
    case NB_QUERY_FIELD:
        return field_node(c, query, out);
    case NB_QUERY_PHRASE:
        return compile_phrase(c, query, out);
    case NB_QUERY_TITLE:
        return compile_title(c, query, out);
    case NB_QUERY_AND:
        return compile_children(c, query, NB_NODE_AND, out);
    case NB_QUERY_OR:
        return compile_children(c, query, NB_NODE_OR, out);
    case NB_QUERY_NOT:
        return compile_children(c, query, NB_NODE_NOT, out);
    case NB_QUERY_NEAR:
        return compile_children(c, query, NB_NODE_NEAR, out);
    }
    return *out == TR_NONE ? NB_ENOMEM : NB_OK;
}

/* A place for one more topic. */
static bool topic_room(struct nb_topics *t)
{
    if (t->n < t->cap) {
        return true;
    }
    size_t cap = t->cap, other = t->cap;
    const char **names = room(t->arena, t->names, t->n, &cap, sizeof(*names));
    uint32_t *roots = room(t->arena, t->roots, t->n, &other, sizeof(*roots));
    if (names && roots) {
        t->names = names;
        t->roots = roots;
        t->cap = cap;
    }
    return names && roots;
}

enum nb_err nb_topics_add(struct nb_topics *topics, struct nb_slice name,
                          const struct nb_query *query, struct nb_arena *scratch,
                          struct nb_error *error)
{
    struct nb_query_place place;
    struct compile c = {.topics = topics, .scratch = scratch, .error = error};
    if (nb_query_is_negative(query, &place)) {
        return nb_error_set(error, NB_EINVAL,
                            "%u:%u: found NOT alone, expected something that has to be there; try "
                            "a AND NOT b",
                            (unsigned)place.line, (unsigned)place.column);
    }
    if (!topic_room(topics) || !(topics->names[topics->n] = nb_arena_strdup(topics->arena, name))) {
        return NB_ENOMEM;
    }
    size_t nodes_n = topics->nodes_n;
    enum nb_err err = compile(&c, query, &topics->roots[topics->n]);
    if (err == NB_OK) {
        topics->n++;
    } else {
        topics->nodes_n = nodes_n; /* its atoms stay and trigger nothing */
    }
    return err;
}
