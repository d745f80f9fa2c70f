#include "analyzer/sentiment/phrases.h"

static const char *const kind_names[] = {
#define X(id, name) name,
    NB_TARGET_WORDS(X)
#undef X
};

void nb_target_words_init(struct nb_target_words *words, struct tr_lexicon *lexicon,
                          struct nb_arena *arena)
{
    *words = (struct nb_target_words){.lexicon = lexicon, .arena = arena};
}

static bool find_kind(struct nb_slice name, uint32_t *kind)
{
    for (uint32_t i = 0; i < NB_TARGET_WORDS_N; i++) {
        if (nb_slice_eq(name, nb_slice_str(kind_names[i]))) {
            *kind = i;
            return true;
        }
    }
    return false;
}

static bool is_there(const struct nb_target_words *words, uint32_t key, uint32_t kinds)
{
    for (size_t i = 0; i < words->lines_n; i++) {
        if (words->lines[2 * i] == key && words->lines[2 * i + 1] == kinds) {
            return true;
        }
    }
    return false;
}

static enum nb_err put_line(struct nb_target_words *words, uint32_t key, uint32_t kinds)
{
    if (words->lines_n == words->lines_cap) {
        size_t cap = words->lines_cap ? words->lines_cap * 2 : 128;
        size_t size = 2 * sizeof(*words->lines);
        uint32_t *grown =
            nb_arena_grow(words->arena, words->lines, words->lines_cap * size, cap * size);
        if (!grown) {
            return NB_ENOMEM;
        }
        words->lines = grown;
        words->lines_cap = cap;
    }
    words->lines[2 * words->lines_n] = key;
    words->lines[2 * words->lines_n + 1] = kinds;
    words->lines_n++;
    return NB_OK;
}

/* Every word of a line by itself. */
static enum nb_err add_line(struct nb_target_words *words, const struct nb_lexicon_line *line,
                            struct nb_arena *scratch, const char **problem)
{
    struct tr_token *tokens;
    size_t n;
    uint32_t kind;
    nb_arena_reset(scratch);
    if (!find_kind(line->head, &kind)) {
        *problem = "the first column is never, empty, feeling, and, more or article";
        return NB_OK;
    }
    if (tr_tokenise(line->term, scratch, &tokens, &n) != NB_OK) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (tokens[i].kind != TR_WORD) {
            *problem = "words and nothing else stand behind the first column";
            continue;
        }
        uint32_t key = tr_lexicon_key(words->lexicon, tokens[i].folded);
        if (!key) {
            return NB_ENOMEM;
        }
        if (is_there(words, key, 1U << kind)) {
            *problem = "a word of this line is here already";
        } else if (put_line(words, key, 1U << kind) != NB_OK) {
            return NB_ENOMEM;
        }
    }
    return NB_OK;
}

enum nb_err nb_target_words_add(struct nb_target_words *words, struct nb_slice text,
                                struct nb_arena *scratch, tr_report_fn *report, void *context)
{
    struct nb_slice raw;
    uint32_t number = 0;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &raw);) {
        struct nb_lexicon_line line;
        const char *problem = nb_lexicon_line(raw, &line);
        number++;
        if (!problem && !line.head.len) {
            continue;
        }
        if (!problem && add_line(words, &line, scratch, &problem) != NB_OK) {
            return NB_ENOMEM;
        }
        if (problem) {
            report(context, number, problem);
        }
    }
    return NB_OK;
}

static struct nb_target_features features_of(const struct tr_core *core)
{
    return (struct nb_target_features){
        .nom = tr_core_feature(core, "Case=Nom"),
        .acc = tr_core_feature(core, "Case=Acc"),
        .dat = tr_core_feature(core, "Case=Dat"),
        .abl = tr_core_feature(core, "Case=Abl"),
        .loc = tr_core_feature(core, "Case=Loc"),
        .gen = tr_core_feature(core, "Case=Gen"),
        .ins = tr_core_feature(core, "Case=Ins"),
        .owned = tr_core_feature(core, "Person[psor]=1") | tr_core_feature(core, "Person[psor]=2") |
                 tr_core_feature(core, "Person[psor]=3"),
        .owned_third = tr_core_feature(core, "Person[psor]=3"),
        .first = tr_core_feature(core, "Person=1"),
        .second = tr_core_feature(core, "Person=2"),
        .third = tr_core_feature(core, "Person=3"),
        .plural = tr_core_feature(core, "Number=Plur"),
        .verb_form = tr_core_feature(core, "VerbForm=Part") |
                     tr_core_feature(core, "VerbForm=Conv") |
                     tr_core_feature(core, "VerbForm=Vnoun"),
        .participle = tr_core_feature(core, "VerbForm=Part"),
        .verbal_noun = tr_core_feature(core, "VerbForm=Vnoun"),
        .negative = tr_core_feature(core, "Polarity=Neg"),
        .imperative = tr_core_feature(core, "Mood=Imp"),
        .tense = tr_core_feature(core, "Tense=Past") | tr_core_feature(core, "Tense=Pres") |
                 tr_core_feature(core, "Tense=Fut"),
    };
}

enum nb_err nb_target_words_seal(struct nb_target_words *words)
{
    words->keys_n = tr_lexicon_keys_n(words->lexicon);
    words->kinds = nb_arena_alloc(words->arena, words->keys_n);
    if (!words->kinds) {
        return NB_ENOMEM;
    }
    memset(words->kinds, 0, words->keys_n);
    for (size_t i = 0; i < words->lines_n; i++) {
        words->kinds[words->lines[2 * i]] |= (uint8_t)words->lines[2 * i + 1];
    }
    words->features = features_of(tr_lexicon_core(words->lexicon));
    return NB_OK;
}

/* A search adds words of its own to the lexicon later. */
static uint8_t kinds_of(const struct nb_target_words *words, tr_key key)
{
    return key < words->keys_n ? words->kinds[key] : 0;
}

bool nb_target_word_is(const struct nb_target_words *words, const struct tr_reading *reading,
                       enum nb_target_word kind)
{
    uint8_t bit = (uint8_t)(1U << kind);
    if (reading->analyses_n && (kinds_of(words, reading->keys[0]) & bit)) {
        return true;
    }
    for (size_t i = 0; i < reading->surfaces_n; i++) {
        if (kinds_of(words, reading->surfaces[i]) & bit) {
            return true;
        }
    }
    return false;
}
