#include "analyzer/sentiment/opinion.h"

#include <string.h>

#include <nabiz/hash.h>

const char *const nb_opinion_files[NB_OPINION_FILES_N] = {
    "polarity.txt", "emoji.txt", "shifters.txt", "emotions.txt",
    "intents.txt",  "signs.txt", "matters.txt"};

static const char *const emotion_names[] = {
#define X(id, name) name,
    NB_EMOTIONS(X)
#undef X
};

static const char *const intent_names[] = {
#define X(id, name) name,
    NB_INTENTS(X)
#undef X
};

static const char *const sign_names[] = {
#define X(id, name) name,
    NB_SIGNS(X)
#undef X
};

static const char *const cue_names[] = {
#define X(id, name) name,
    NB_CUES(X)
#undef X
};

/* Told apart by address: no problem of a line, but the end of loading. */
static const char out_of_memory[] = "out of memory";

enum { DEFAULT_WEIGHT = 500, FIRST_SHIFT = NB_CUE_NEGATOR, SEEN_BUCKETS = 8192 };

const char *nb_emotion_name(enum nb_emotion emotion)
{
    return emotion_names[emotion];
}

const char *nb_intent_name(enum nb_intent intent)
{
    return intent_names[intent];
}

const char *nb_sign_name(enum nb_sign sign)
{
    return sign_names[sign];
}

static bool find_name(struct nb_slice name, const char *const *names, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i++) {
        if (nb_slice_eq(name, nb_slice_str(names[i]))) {
            *out = (uint32_t)i;
            return true;
        }
    }
    return false;
}

enum nb_emotion nb_emotion_named(struct nb_slice name)
{
    uint32_t i;
    return find_name(name, emotion_names, NB_EMOTION_N, &i) ? (enum nb_emotion)i : NB_EMOTION_N;
}

enum nb_intent nb_intent_named(struct nb_slice name)
{
    uint32_t i;
    return find_name(name, intent_names, NB_INTENT_N, &i) ? (enum nb_intent)i : NB_INTENT_N;
}

enum nb_sign nb_sign_named(struct nb_slice name)
{
    uint32_t i;
    return find_name(name, sign_names, NB_SIGN_N, &i) ? (enum nb_sign)i : NB_SIGN_N;
}

void nb_opinion_init(struct nb_opinion *opinion, struct tr_lexicon *lexicon, struct nb_arena *arena)
{
    *opinion = (struct nb_opinion){.lexicon = lexicon};
    tr_terms_init(&opinion->terms, arena);
}

/* name or name:number */
static const char *read_class(struct nb_slice head, const char *const *names, size_t n,
                              struct tr_term *term, uint32_t *class)
{
    size_t colon = nb_slice_find_byte(head, ':', 0);
    int64_t number = DEFAULT_WEIGHT;
    if (colon != NB_NPOS && (!nb_slice_to_i64(nb_slice_sub(head, colon + 1, head.len), &number) ||
                             number < 0 || number > 5000)) {
        return "the number behind ':' is 0 to 5000";
    }
    if (!find_name(nb_slice_sub(head, 0, colon), names, n, class)) {
        return "unknown class in the first column";
    }
    term->value = (int32_t)number;
    return NULL;
}

/* -500 or -500@health: the sense the word has in a text about that */
static const char *read_strength(struct nb_slice head, struct tr_term *term)
{
    int64_t number;
    size_t at = nb_slice_find_byte(head, '@', 0);
    if (at != NB_NPOS) {
        uint32_t cue = 0;
        struct nb_slice sense = nb_slice_sub(head, at + 1, head.len);
        if (!find_name(sense, cue_names, sizeof(cue_names) / sizeof(cue_names[0]), &cue) ||
            FIRST_SHIFT + cue < NB_CUE_HEALTH) {
            return "behind '@' stands what the text is about: health, story, food or sport";
        }
        term->payload = FIRST_SHIFT + cue;
        head = nb_slice_sub(head, 0, at);
    }
    if (head.len > 1 && head.p[0] == '+') {
        head = nb_slice_sub(head, 1, head.len);
    }
    if (!nb_slice_to_i64(head, &number) || number < -1000 || number > 1000) {
        return "the first column is a strength from -1000 to +1000";
    }
    term->kind = NB_CUE_POLARITY;
    term->value = (int32_t)number;
    return NULL;
}

static const char *read_head(enum nb_opinion_file file, struct nb_slice head, struct tr_term *term)
{
    uint32_t class = 0;
    const char *problem = NULL;
    switch (file) {
    case NB_FILE_POLARITY:
    case NB_FILE_EMOJI:
        return read_strength(head, term);
    case NB_FILE_SHIFTERS:
        problem =
            read_class(head, cue_names, sizeof(cue_names) / sizeof(cue_names[0]), term, &class);
        term->kind = (uint8_t)(FIRST_SHIFT + class);
        return problem;
    case NB_FILE_EMOTIONS:
        term->kind = NB_CUE_EMOTION;
        problem = read_class(head, emotion_names, NB_EMOTION_N, term, &term->payload);
        return problem;
    case NB_FILE_INTENTS:
        term->kind = NB_CUE_INTENT;
        return read_class(head, intent_names, NB_INTENT_N, term, &term->payload);
    case NB_FILE_SIGNS:
    case NB_FILE_MATTERS:
        term->kind = NB_CUE_SIGN;
        return read_class(head, sign_names, NB_SIGN_N, term, &term->payload);
    case NB_OPINION_FILES_N:
    default:
        return "unknown file";
    }
}

/* "verb" as VERB */
static bool pos_parse(struct nb_slice name, enum tr_upos *out)
{
    char upper[8];
    for (size_t i = 0; i < name.len && i < sizeof(upper); i++) {
        char c = name.p[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 0x20) : '?';
    }
    return name.len <= sizeof(upper) && tr_upos_parse(nb_slice(upper, name.len), out);
}

/* An inflected form of a verb, such as a command not to: found as it is written, and no root. */
static bool is_form_of_verb(const struct tr_core *core, struct nb_slice folded)
{
    struct tr_analysis all[TR_ANALYSE_MAX];
    char lemma[TR_LEMMA_BYTES_MAX];
    size_t n = tr_analyse(core, folded, all, TR_ANALYSE_MAX);
    bool verb = false;
    for (size_t i = 0; i < n; i++) {
        size_t len = tr_core_lemma(core, folded, &all[i], lemma);
        if (nb_slice_eq(nb_slice(lemma, len), folded)) {
            return false;
        }
        verb |= all[i].upos == TR_UPOS_VERB;
    }
    return verb;
}

/* The words of a term as keys; the only word of a term, and only that, becomes a root. */
static const char *read_words(struct tr_lexicon *lexicon, const struct nb_lexicon_line *line,
                              struct nb_arena *scratch, struct tr_term *term)
{
    struct tr_token *tokens;
    size_t n;
    enum tr_upos upos = TR_UPOS_NOUN;
    if (tr_tokenise(line->term, scratch, &tokens, &n) != NB_OK) {
        return out_of_memory;
    }
    if (n == 0 || n > TR_TERM_WORDS_MAX) {
        return "a term has 1 to 8 words";
    }
    term->pos = TR_TERM_ANY_POS;
    if (line->pos.len) {
        if (!pos_parse(line->pos, &upos)) {
            return "the part of speech is noun, verb, adj, adv, pron, part or another of "
                   "Universal Dependencies in small letters";
        }
        term->pos = (uint8_t)upos;
    }
    bool word = n == 1 && tokens[0].kind == TR_WORD;
    bool known = false;
    for (int other = 0; word && other < TR_UPOS_N; other++) {
        known |= (!line->pos.len || tr_upos_alike((unsigned)other, upos)) &&
                 tr_lexicon_has_root(lexicon, tokens[0].folded, (enum tr_upos)other);
    }
    known |= word && (!line->pos.len || upos == TR_UPOS_VERB) &&
             is_form_of_verb(tr_lexicon_core(lexicon), tokens[0].folded);
    if (word && !known) {
        enum nb_err err = tr_lexicon_add_root(lexicon, tokens[0].folded, upos);
        if (err != NB_OK) {
            return err == NB_ENOMEM ? out_of_memory : "a root is 1 to 48 bytes";
        }
    }
    if (n > 1 && upos == TR_UPOS_VERB && tokens[n - 1].kind == TR_WORD &&
        !tr_lexicon_has_root(lexicon, tokens[n - 1].folded, TR_UPOS_VERB) &&
        !is_form_of_verb(tr_lexicon_core(lexicon), tokens[n - 1].folded)) {
        enum nb_err err = tr_lexicon_add_root(lexicon, tokens[n - 1].folded, TR_UPOS_VERB);
        if (err != NB_OK) {
            return err == NB_ENOMEM ? out_of_memory : "a root is 1 to 48 bytes";
        }
    }
    term->words_n = (uint8_t)n;
    for (size_t i = 0; i < n; i++) {
        term->keys[i] = tr_lexicon_key(lexicon, tokens[i].folded);
        if (!term->keys[i]) {
            return out_of_memory;
        }
    }
    return NULL;
}

/* The terms of one file by their words. */
struct seen {
    uint32_t heads[SEEN_BUCKETS]; /* index of a term + 1, 0 for none */
    uint32_t *next;               /* by index from the first of the file */
    size_t cap, from;
};

static uint32_t *bucket_of(struct seen *seen, const struct tr_term *term)
{
    struct nb_slice keys = nb_slice(term->keys, term->words_n * sizeof(term->keys[0]));
    return &seen->heads[nb_hash64(keys) % SEEN_BUCKETS];
}

static bool remember(struct seen *seen, struct nb_arena *arena, const struct tr_term *term,
                     size_t index)
{
    size_t at = index - seen->from;
    if (at == seen->cap) {
        size_t cap = seen->cap ? seen->cap * 2 : 256;
        uint32_t *grown =
            nb_arena_grow(arena, seen->next, seen->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return false;
        }
        seen->next = grown;
        seen->cap = cap;
    }
    uint32_t *bucket = bucket_of(seen, term);
    seen->next[at] = *bucket;
    *bucket = (uint32_t)index + 1;
    return true;
}

static bool opposes(const struct tr_term *a, const struct tr_term *b)
{
    if (a->kind == NB_CUE_POLARITY && b->kind == NB_CUE_POLARITY) {
        return (a->value > 0 && b->value < 0) || (a->value < 0 && b->value > 0);
    }
    return (a->kind == NB_CUE_INTENSIFIER && b->kind == NB_CUE_DIMINISHER) ||
           (a->kind == NB_CUE_DIMINISHER && b->kind == NB_CUE_INTENSIFIER);
}

/* What is wrong with a term in view of those before it in its file; NULL: nothing. */
static const char *clash(const struct nb_opinion *opinion, struct seen *seen,
                         const struct tr_term *term)
{
    for (uint32_t i = *bucket_of(seen, term); i; i = seen->next[i - 1 - seen->from]) {
        const struct tr_term *other = &opinion->terms.all[i - 1];
        bool words = other->words_n == term->words_n && other->payload == term->payload &&
                     memcmp(other->keys, term->keys, term->words_n * sizeof(term->keys[0])) == 0;
        bool pos = other->pos == term->pos;
        bool any = other->pos == TR_TERM_ANY_POS || term->pos == TR_TERM_ANY_POS;
        bool opposite = words && (pos || any) && opposes(other, term);
        if (opposite || (words && pos && other->kind == term->kind)) {
            const char *problem = nb_arena_printf(opinion->terms.arena, "%s line %u, which counts",
                                                  opposite ? "this says the opposite of"
                                                           : "this term is here already, in",
                                                  (unsigned)other->line);
            return problem ? problem : out_of_memory;
        }
    }
    return NULL;
}

enum nb_err nb_opinion_add(struct nb_opinion *opinion, enum nb_opinion_file file,
                           struct nb_slice text, struct nb_arena *scratch, tr_report_fn *report,
                           void *context)
{
    struct nb_slice raw;
    uint32_t number = 0;
    struct seen *seen = nb_arena_calloc(opinion->terms.arena, 1, sizeof(*seen));
    if (!seen) {
        return NB_ENOMEM;
    }
    seen->from = opinion->terms.n;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &raw);) {
        struct tr_term term = {.file = (uint16_t)file, .line = ++number};
        struct nb_lexicon_line line;
        const char *problem = nb_lexicon_line(raw, &line);
        if (!problem && !line.head.len) {
            continue;
        }
        nb_arena_reset(scratch);
        problem = problem ? problem : read_head(file, line.head, &term);
        problem = problem ? problem : read_words(opinion->lexicon, &line, scratch, &term);
        problem = problem ? problem : clash(opinion, seen, &term);
        if (problem == out_of_memory) {
            return NB_ENOMEM;
        }
        if (problem) {
            report(context, number, problem);
        } else if (!remember(seen, opinion->terms.arena, &term, opinion->terms.n) ||
                   tr_terms_add(&opinion->terms, &term) != NB_OK) {
            return NB_ENOMEM;
        }
    }
    return NB_OK;
}

enum nb_err nb_opinion_seal(struct nb_opinion *opinion)
{
    const struct tr_core *core = tr_lexicon_core(opinion->lexicon);
    struct nb_opinion_features *f = &opinion->features;
    const struct {
        uint64_t *bits;
        const char *name;
    } wanted[] = {
        {&f->negative, "Polarity=Neg"},    {&f->converb, "VerbForm=Conv"},
        {&f->participle, "VerbForm=Part"}, {&f->verbal_noun, "VerbForm=Vnoun"},
        {&f->conditional, "Mood=Cnd"},     {&f->imperative, "Mood=Imp"},
        {&f->optative, "Mood=Opt"},        {&f->necessity, "Mood=Nec"},
        {&f->potential, "Mood=Pot"},       {&f->past, "Tense=Past"},
        {&f->future, "Tense=Fut"},         {&f->present, "Tense=Pres"},
        {&f->habitual, "Aspect=Hab"},      {&f->progressive, "Aspect=Prog"},
        {&f->first, "Person=1"},           {&f->second, "Person=2"},
        {&f->passive, "Voice=Pass"},       {&f->ablative, "Case=Abl"},
        {&f->possessed, "Person[psor]=3"},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        *wanted[i].bits = tr_core_feature(core, wanted[i].name);
    }
    f->command = f->negative | f->imperative | f->second | tr_core_feature(core, "Number=Sing");
    enum nb_err err = tr_terms_seal(&opinion->terms, tr_lexicon_keys_n(opinion->lexicon));
    return err == NB_OK ? tr_terms_mark(&opinion->terms, opinion->lexicon, TR_MARK_OPINION) : err;
}
