/*
 * Patterns as written: "asker+Dat <> ^git/verb|gel ..2 $kin". A pattern with "<>" becomes two, one
 * for each order of its parts; its elements are read once for each.
 */
#include "analyzer/events/rules.h"

#include "analyzer/turkish/terms.h"

enum { FORM_BYTES_MAX = 96, EITHER_ORDER_GAP = 4, DEFAULT_GAP = 3 };

const char *nb_rule_no_memory(struct nb_rule_reader *r)
{
    r->out_of_memory = true;
    return "out of memory";
}

struct nb_event_list *nb_rule_list(const struct nb_events *events, uint8_t file,
                                   struct nb_slice name)
{
    for (size_t i = 0; i < events->lists_n; i++) {
        struct nb_event_list *list = &events->lists[i];
        if (list->file == file && nb_slice_eq(list->name, name)) {
            return list;
        }
    }
    return file == NB_COMMON ? NULL : nb_rule_list(events, NB_COMMON, name);
}

/* Where the next mark begins, a sign before a capital: "e-mail" has none. */
static size_t mark_at(struct nb_slice text, size_t from)
{
    while (from < text.len) {
        bool sign = text.p[from] == '+' || text.p[from] == '-';
        if (sign && from + 1 < text.len && text.p[from + 1] >= 'A' && text.p[from + 1] <= 'Z') {
            break;
        }
        from++;
    }
    return from;
}

/* "verb" as VERB */
static bool read_pos(struct nb_slice name, uint8_t *out)
{
    char upper[8];
    enum tr_upos upos;
    for (size_t i = 0; i < name.len && i < sizeof(upper); i++) {
        upper[i] = name.p[i] >= 'a' && name.p[i] <= 'z' ? (char)(name.p[i] - 0x20) : '?';
    }
    if (name.len > sizeof(upper) || !tr_upos_parse(nb_slice(upper, name.len), &upos)) {
        return false;
    }
    *out = (uint8_t)upos;
    return true;
}

static bool is_root(const struct tr_lexicon *lexicon, struct nb_slice folded, uint8_t pos)
{
    for (unsigned other = 0; other < TR_UPOS_N; other++) {
        if ((pos == TR_UPOS_N || tr_upos_alike(other, pos)) &&
            tr_lexicon_has_root(lexicon, folded, (enum tr_upos)other)) {
            return true;
        }
    }
    return false;
}

/* Folded into a buffer of 2 * FORM_BYTES_MAX. */
static const char *fold(struct nb_slice text, char *buffer, struct nb_slice *out)
{
    if (!text.len || text.len > FORM_BYTES_MAX) {
        return "a word is 1 to 96 bytes long";
    }
    *out = nb_slice(buffer, tr_fold_into(text, buffer));
    return NULL;
}

/* "/verb+Dat-P1": the part of speech and marks behind a lemma or <any> */
static const char *read_limits(struct nb_rule_reader *r, struct nb_slice text, struct nb_word *word)
{
    const char *problem = NULL;
    size_t marks = mark_at(text, 0);
    struct nb_slice pos = nb_slice_sub(text, 0, marks);
    if (pos.len && (pos.p[0] != '/' || !read_pos(nb_slice_sub(pos, 1, pos.len), &word->pos))) {
        return "the part of speech behind '/' is noun, verb, adj, adv, pron or another of "
               "Universal Dependencies in small letters";
    }
    while (marks < text.len && !problem) {
        size_t next = mark_at(text, marks + 1);
        problem = nb_rule_feature(tr_lexicon_core(r->events->lexicon),
                                  nb_slice_sub(text, marks + 1, next), text.p[marks] == '-', word);
        marks = next;
    }
    return problem;
}

static const char *read_lemma(struct nb_rule_reader *r, struct nb_slice text, struct nb_word *word)
{
    char buffer[2 * FORM_BYTES_MAX];
    struct nb_slice folded;
    size_t marks = mark_at(text, 0);
    size_t end = nb_slice_find_byte(nb_slice_sub(text, 0, marks), '/', 0);
    end = end == NB_NPOS ? marks : end;
    word->kind = NB_WORD_LEMMA;
    const char *problem = read_limits(r, nb_slice_sub(text, end, text.len), word);
    problem = problem ? problem : fold(nb_slice_sub(text, 0, end), buffer, &folded);
    if (problem) {
        return problem;
    }
    if (!is_root(r->events->lexicon, folded, word->pos)) {
        return "a lemma that no file of roots has as this part of speech; write =form for a word "
               "as it is written";
    }
    word->key = tr_lexicon_key(r->events->lexicon, folded);
    return word->key ? NULL : nb_rule_no_memory(r);
}

static const char *read_form(struct nb_rule_reader *r, struct nb_slice text, struct nb_word *word)
{
    char buffer[2 * FORM_BYTES_MAX];
    struct nb_slice folded;
    const char *problem = fold(text, buffer, &folded);
    word->kind = NB_WORD_FORM;
    word->key = problem ? 0 : tr_lexicon_key(r->events->lexicon, folded);
    return problem || word->key ? problem : nb_rule_no_memory(r);
}

static const char *read_hashtag(struct nb_rule_reader *r, struct nb_slice text,
                                struct nb_word *word)
{
    char buffer[2 * FORM_BYTES_MAX];
    struct nb_slice folded;
    const char *problem = fold(text, buffer, &folded);
    if (problem) {
        return problem;
    }
    word->kind = NB_WORD_HASHTAG;
    word->letters = nb_arena_copy(r->events->arena, nb_slice(buffer, tr_plain(buffer, folded.len)));
    return word->letters.p ? NULL : nb_rule_no_memory(r);
}

static const char *read_kind(struct nb_rule_reader *r, struct nb_slice text, struct nb_word *word)
{
    static const struct {
        const char *name;
        enum nb_word_kind kind;
    } kinds[] = {{"<number>", NB_WORD_NUMBER},
                 {"<mention>", NB_WORD_MENTION},
                 {"<name>", NB_WORD_NAME},
                 {"<any>", NB_WORD_ANY}};
    size_t close = nb_slice_find_byte(text, '>', 0);
    struct nb_slice name = nb_slice_sub(text, 0, close == NB_NPOS ? text.len : close + 1);
    struct nb_slice rest = nb_slice_sub(text, name.len, text.len);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (nb_slice_eq(name, nb_slice_str(kinds[i].name))) {
            word->kind = (uint8_t)kinds[i].kind;
            if (!rest.len) {
                return NULL;
            }
            return word->kind == NB_WORD_ANY ? read_limits(r, rest, word) : "only <any> has marks";
        }
    }
    return "in <> stands number, mention, name or any";
}

/* Room for n more words of a line that has had some since `from`. */
static const char *count_words(struct nb_rule_reader *r, const struct nb_words_of *words,
                               size_t from, size_t n)
{
    if (n > NB_RULE_WORDS_MAX - (words->n - from)) {
        return "more than 4096 words, those of its lists counted";
    }
    if (n > NB_RULES_WORDS_MAX - r->events->words_n) {
        return "more than 1048576 words in all lines, those of their lists counted";
    }
    r->events->words_n += n;
    return NULL;
}

/* The words of a list, which may be the one that grows. */
static const char *add_list(struct nb_rule_reader *r, struct nb_slice name, size_t from,
                            struct nb_words_of *words)
{
    const struct nb_event_list *list = nb_rule_list(r->events, r->file, name);
    if (!list) {
        return "no list of this name stands before this line";
    }
    size_t n = list->words.n;
    const char *problem = count_words(r, words, from, n);
    for (size_t i = 0; !problem && i < n; i++) {
        if (nb_words_add(words, r->events->building, &list->words.all[i]) != NB_OK) {
            problem = nb_rule_no_memory(r);
        }
    }
    return problem;
}

const char *nb_rule_words(struct nb_rule_reader *r, struct nb_slice text, struct nb_words_of *words)
{
    struct nb_slice part;
    size_t from = words->n;
    while (nb_slice_split(&text, '|', &part)) {
        struct nb_word word = {.pos = TR_UPOS_N};
        part = nb_slice_trim(part);
        const char *problem = NULL;
        if (!part.len) {
            return "an alternative between '|' is missing";
        }
        struct nb_slice rest = nb_slice_sub(part, 1, part.len);
        if (part.p[0] == '$') {
            problem = add_list(r, rest, from, words);
            if (problem) {
                return problem;
            }
            continue;
        }
        problem = part.p[0] == '='   ? read_form(r, rest, &word)
                  : part.p[0] == '#' ? read_hashtag(r, rest, &word)
                  : part.p[0] == '<' ? read_kind(r, part, &word)
                                     : read_lemma(r, part, &word);
        problem = problem ? problem : count_words(r, words, from, 1);
        if (problem) {
            return problem;
        }
        if (nb_words_add(words, r->events->building, &word) != NB_OK) {
            return nb_rule_no_memory(r);
        }
    }
    return NULL;
}

struct building {
    struct nb_patterns *patterns;
    struct nb_pattern pattern;
    uint8_t gap;
    bool marked, anchored;
    int last_verb, last_kept; /* elements that cannot be left out; -1 none */
};

/* Looks at the element's alternatives: is one a verb, can it be waited for? */
static void weigh(struct building *b, const struct nb_element *e)
{
    bool verb = false, waits = !e->optional;
    for (size_t i = 0; i < e->words_n; i++) {
        const struct nb_word *word = &b->patterns->words.all[e->words + i];
        verb |= word->kind == NB_WORD_LEMMA && word->pos == TR_UPOS_VERB;
        waits &= word->kind < NB_WORD_NUMBER;
    }
    b->anchored |= waits;
    if (!e->optional) {
        b->last_kept = b->pattern.elements_n;
        b->last_verb = verb ? b->last_kept : b->last_verb;
    }
}

static const char *read_element(struct nb_rule_reader *r, struct building *b, struct nb_slice text)
{
    struct nb_patterns *p = b->patterns;
    struct nb_element e = {.words = (uint32_t)p->words.n, .gap = b->gap};
    if (b->pattern.elements_n == NB_PATTERN_ELEMENTS_MAX) {
        return "a pattern has at most 12 elements";
    }
    bool head = text.len > 1 && text.p[0] == '^';
    text = nb_slice_sub(text, head, text.len);
    e.optional = text.len > 1 && text.p[text.len - 1] == '?';
    text = nb_slice_sub(text, 0, text.len - e.optional);
    if (head && (e.optional || b->marked)) {
        return "one element can be the head, and it cannot be left out";
    }
    const char *problem = nb_rule_words(r, text, &p->words);
    size_t n = p->words.n - e.words;
    if (problem || n > UINT16_MAX) {
        return problem ? problem : "too many alternatives";
    }
    e.words_n = (uint16_t)n;
    weigh(b, &e);
    if (head) {
        b->pattern.head = b->pattern.elements_n;
        b->marked = true;
    }
    b->pattern.elements_n++;
    b->gap = 0;
    return nb_patterns_add_element(p, &e) == NB_OK ? NULL : nb_rule_no_memory(r);
}

static const char *read_gap(struct nb_slice text, uint8_t *gap)
{
    int64_t n = DEFAULT_GAP;
    struct nb_slice number = nb_slice_sub(text, 2, text.len);
    if (number.len && (!nb_slice_to_i64(number, &n) || n < 1 || n > NB_PATTERN_GAP_MAX)) {
        return "a gap is .. or ..1 to ..9";
    }
    *gap = (uint8_t)n;
    return NULL;
}

bool nb_rule_piece(struct nb_slice *rest, struct nb_slice *piece)
{
    *rest = nb_slice_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !nb_ascii_is_space(rest->p[n])) {
        n++;
    }
    *piece = nb_slice_sub(*rest, 0, n);
    *rest = nb_slice_sub(*rest, n, rest->len);
    return n > 0;
}

static const char *read_part(struct nb_rule_reader *r, struct building *b, struct nb_slice text)
{
    struct nb_slice piece;
    const char *problem = NULL;
    uint8_t before = b->pattern.elements_n;
    while (!problem && nb_rule_piece(&text, &piece)) {
        problem = nb_slice_starts(piece, NB_LIT("..")) ? read_gap(piece, &b->gap)
                                                       : read_element(r, b, piece);
    }
    if (!problem && b->pattern.elements_n == before) {
        problem = "expected words";
    }
    return problem;
}

static const char *add(struct nb_rule_reader *r, struct nb_patterns *patterns, uint32_t owner,
                       struct nb_slice first, struct nb_slice second)
{
    struct building b = {.patterns = patterns, .last_verb = -1, .last_kept = -1};
    b.pattern.elements = (uint32_t)patterns->elements_n;
    b.pattern.owner = owner;
    b.pattern.groups = UINT32_C(1) << r->file;
    const char *problem = read_part(r, &b, first);
    if (!problem && second.p) {
        b.gap = EITHER_ORDER_GAP;
        problem = read_part(r, &b, second);
    }
    if (!problem && b.gap) {
        problem = "nothing stands behind the gap";
    }
    if (!problem && !b.anchored && patterns == &r->events->patterns) {
        problem = "a pattern needs a word that cannot be left out";
    }
    if (!problem && b.last_kept < 0) {
        problem = "a pattern needs a word that cannot be left out";
    }
    if (!b.marked) {
        b.pattern.head = (uint8_t)(b.last_verb >= 0 ? b.last_verb : b.last_kept);
    }
    if (problem) {
        return problem;
    }
    return nb_patterns_add(patterns, &b.pattern) == NB_OK ? NULL : nb_rule_no_memory(r);
}

const char *nb_rule_pattern(struct nb_rule_reader *r, struct nb_slice text,
                            struct nb_patterns *patterns, uint32_t owner)
{
    size_t words_n = patterns->words.n, elements_n = patterns->elements_n, n = patterns->n;
    size_t either = nb_slice_find(text, NB_LIT("<>"), 0);
    struct nb_slice first = nb_slice_sub(text, 0, either);
    const char *problem;
    if (either == NB_NPOS) {
        problem = add(r, patterns, owner, text, nb_slice(NULL, 0));
    } else {
        struct nb_slice second = nb_slice_sub(text, either + 2, text.len);
        problem = add(r, patterns, owner, first, second);
        problem = problem ? problem : add(r, patterns, owner, second, first);
    }
    if (problem) { /* as if it had not been there */
        patterns->words.n = words_n;
        patterns->elements_n = elements_n;
        patterns->n = n;
    }
    return problem;
}
