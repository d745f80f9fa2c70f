#include "analyzer/sentiment/affect.h"

#include <string.h>

const char *const nb_affect_files[NB_AFFECT_FILES_N] = {"affect/adjectives.txt", "affect/verbs.txt",
                                                        "affect/nouns.txt", "affect/adverbs.txt",
                                                        "affect/talk.txt"};

static const uint8_t file_pos[NB_AFFECT_FILES_N] = {TR_UPOS_ADJ, TR_UPOS_VERB, TR_UPOS_NOUN,
                                                    TR_TERM_ANY_POS, TR_TERM_ANY_POS};

void nb_affect_init(struct nb_affect *affect, struct tr_lexicon *lexicon, struct nb_arena *arena)
{
    *affect = (struct nb_affect){.lexicon = lexicon};
    tr_terms_init(&affect->terms, arena);
}

static bool read_emotion(struct nb_slice name, uint8_t *out)
{
    *out = (uint8_t)nb_emotion_named(name); /* that of none is NB_AFFECT_CALM */
    return *out != NB_AFFECT_CALM || nb_slice_eq(name, NB_LIT("none"));
}

/* "-2 anger: ..." up to the colon. */
static const char *read_head(struct nb_slice *line, struct tr_term *term)
{
    struct nb_slice valence, emotion;
    size_t colon = nb_slice_find_byte(*line, ':', 0);
    int64_t number = 0;
    if (colon == NB_NPOS) {
        return "a line is VALENCE EMOTION: word word ...";
    }
    emotion = nb_slice_trim(nb_slice_sub(*line, 0, colon));
    *line = nb_slice_sub(*line, colon + 1, line->len);
    if (!nb_slice_split(&emotion, ' ', &valence)) {
        return "a line begins with a valence from -3 to +3";
    }
    if (valence.len > 1 && valence.p[0] == '+') {
        valence = nb_slice_sub(valence, 1, valence.len);
    }
    if (!nb_slice_to_i64(valence, &number) || number < -NB_AFFECT_MOST || number > NB_AFFECT_MOST) {
        return "a line begins with a valence from -3 to +3";
    }
    term->value = (int32_t)number;
    return read_emotion(nb_slice_trim(emotion), &term->kind)
               ? NULL
               : "the emotion is anger, disgust, fear, joy, love, sadness, surprise or none";
}

/* @return NULL, or what is wrong; a term without words when memory is short. */
static const char *read_word(struct nb_affect *affect, struct nb_slice word,
                             struct nb_arena *scratch, struct tr_term *term)
{
    struct nb_slice part;
    term->words_n = 0;
    while (nb_slice_split(&word, '_', &part)) {
        struct tr_token *tokens;
        size_t n;
        if (tr_tokenise(part, scratch, &tokens, &n) != NB_OK) {
            term->words_n = 0;
            return NULL;
        }
        if (n != 1 || term->words_n == TR_TERM_WORDS_MAX) {
            return "a word here is one to eight words joined by _";
        }
        term->keys[term->words_n] = tr_lexicon_key(affect->lexicon, tokens[0].folded);
        if (!term->keys[term->words_n]) {
            term->words_n = 0;
            return NULL;
        }
        term->words_n++;
    }
    return NULL;
}

enum nb_err nb_affect_add(struct nb_affect *affect, unsigned file, struct nb_slice text,
                          struct nb_arena *scratch, tr_report_fn *report, void *context)
{
    struct nb_slice line, word;
    uint32_t number = 0;
    while (nb_slice_split(&text, '\n', &line)) {
        struct tr_term term = {.file = (uint16_t)file, .line = ++number, .pos = file_pos[file]};
        line = nb_slice_trim(line);
        if (!line.len || line.p[0] == '#') {
            continue;
        }
        const char *problem = read_head(&line, &term);
        if (problem) {
            report(context, number, problem);
            continue;
        }
        while (nb_slice_split(&line, ' ', &word)) {
            if (!word.len) {
                continue;
            }
            nb_arena_reset(scratch);
            problem = read_word(affect, word, scratch, &term);
            if (problem) {
                report(context, number, problem);
            } else if (!term.words_n || tr_terms_add(&affect->terms, &term) != NB_OK) {
                return NB_ENOMEM;
            }
        }
    }
    return NB_OK;
}

enum nb_err nb_affect_seal(struct nb_affect *affect)
{
    enum nb_err err = tr_terms_seal(&affect->terms, tr_lexicon_keys_n(affect->lexicon));
    return err == NB_OK ? tr_terms_mark(&affect->terms, affect->lexicon, TR_MARK_AFFECT) : err;
}

struct nb_feeling nb_affect_at(const struct nb_affect *affect, const struct tr_reading *readings,
                               size_t n, size_t at)
{
    struct nb_feeling out = {.emotion = NB_AFFECT_CALM, .words_n = 1};
    struct tr_match match;
    bool as_written = false;
    if (!tr_terms_may_begin(&affect->terms, &readings[at])) {
        return out;
    }
    struct tr_cursor cursor = {0};
    while (tr_terms_next(&affect->terms, readings, n, at, TR_BEST_READING, &cursor, &match)) {
        bool closer = !out.valence || match.term->words_n > out.words_n ||
                      (match.term->words_n == out.words_n && !match.analysis && !as_written);
        if (closer) {
            as_written = !match.analysis;
            out = (struct nb_feeling){match.term->value, match.term->kind, match.term->words_n};
        }
    }
    return out;
}
