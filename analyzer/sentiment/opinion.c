/*
 * Reading a sentence takes two passes. The first notes at each token the longest opinion term and
 * the shift that begin there; the second takes each opinion, looks back for what strengthens or
 * weakens it and forward for what turns it, and adds it up. Both look a fixed number of tokens
 * around, so the whole is linear in the text.
 *
 * The constants were set on posts labelled for training; `make eval` tells what they are worth on
 * others.
 */
#include "analyzer/sentiment/opinion.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    AHEAD = 3,                /* tokens behind an opinion that may turn it */
    BACK = 2,                 /* tokens before it that may strengthen or weaken it */
    TURNED_GOOD_MILLI = -800, /* "not good" is a little weaker than "bad" */
    TURNED_BAD_MILLI = -600,  /* "not bad" is much weaker than "good" */
    BEFORE_CONTRAST_MILLI = 400,
    CAPITALS_MILLI = 1150,
    ELONGATED_MILLI = 1200,
    EXCLAMATION_MILLI = 1100,
    STRENGTH_MAX = 2000,
    SATURATION_MILLI = 700, /* the sum at which the score is half of the most */
    NEGATIVE_FROM = -100,
    POSITIVE_FROM = 325,
    CLASS_FROM = 450, /* what an intent or emotion needs */
    SERVICE_FROM = 400,
    WEIGHT_SUM_MAX = 100000
};

/* What begins at a token. */
struct mark {
    const struct tr_term *opinion;
    const struct tr_analysis *analysis; /* of its last word; NULL: as written */
    const struct tr_term *shift;
};

struct reader {
    const struct nb_opinion *opinion;
    const struct nb_reading_text *text;
    struct nb_arena *arena;
    struct nb_opinion_sum *sum;
    struct mark *marks;
    size_t end; /* of the sentence */
};

static struct nb_slice surface(const struct reader *r, size_t from, size_t to)
{
    const struct tr_token *tokens = r->text->tokens;
    return nb_slice_sub(r->text->text, tokens[from].begin, tokens[to - 1].end);
}

static bool explain(struct reader *r, const char *line)
{
    struct nb_opinion_sum *sum = r->sum;
    if (!line) {
        return false;
    }
    if (sum->why_n == sum->why_cap) {
        size_t cap = sum->why_cap ? sum->why_cap * 2 : 16;
        const char **grown =
            nb_arena_grow(r->arena, sum->why, sum->why_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return false;
        }
        sum->why = grown;
        sum->why_cap = cap;
    }
    sum->why[sum->why_n++] = line;
    return true;
}

/* A text may repeat itself without end; what is far over every threshold counts no further. */
static void add_weight(int32_t *sum, int32_t weight)
{
    *sum += weight < WEIGHT_SUM_MAX - *sum ? weight : 0;
}

static bool count_class(struct reader *r, const struct tr_term *term, size_t at)
{
    bool emotion = term->kind == NB_CUE_EMOTION;
    add_weight(&(emotion ? r->sum->emotions : r->sum->intents)[term->payload], term->value);
    if (r->sum->brief || (!emotion && term->payload == NB_INTENT_SERVICE)) {
        return true;
    }
    struct nb_slice words = surface(r, at, at + term->words_n);
    return explain(r, nb_arena_printf(r->arena, "\"%.*s\" %s %d (%s:%u)", NB_ARG(words),
                                      emotion ? nb_emotion_name((enum nb_emotion)term->payload)
                                              : nb_intent_name((enum nb_intent)term->payload),
                                      (int)term->value, nb_opinion_files[term->file],
                                      (unsigned)term->line));
}

/* Longer, or as long and written so: an entry for one form is there because it differs. */
static bool is_closer(const struct tr_match *match, const struct mark *than)
{
    if (!than->opinion || match->term->words_n != than->opinion->words_n) {
        return !than->opinion || match->term->words_n > than->opinion->words_n;
    }
    return !match->analysis && than->analysis;
}

/* The longest opinion and the longest shift; emotions and intents all count, once a token each. */
static bool mark_token(struct reader *r, size_t at, size_t *covered_until)
{
    struct tr_cursor cursor = {0};
    struct tr_match match;
    struct mark *mark = &r->marks[at];
    const struct tr_term *longest_class[2] = {NULL, NULL};
    *mark = (struct mark){0};
    if (!r->text->readings[at].surfaces_n && !r->text->readings[at].analyses_n) {
        return true;
    }
    while (tr_terms_next(&r->opinion->terms, r->text->readings, r->end, at, TR_BEST_READING,
                         &cursor, &match)) {
        const struct tr_term *term = match.term;
        if (term->kind == NB_CUE_POLARITY) {
            if (at >= *covered_until && is_closer(&match, mark)) {
                mark->opinion = term;
                mark->analysis = match.analysis;
            }
        } else if (term->kind == NB_CUE_EMOTION || term->kind == NB_CUE_INTENT) {
            const struct tr_term **longest = &longest_class[term->kind == NB_CUE_INTENT];
            if (!*longest || term->words_n > (*longest)->words_n) {
                *longest = term;
            }
        } else if (!mark->shift || term->words_n > mark->shift->words_n) {
            mark->shift = term;
        }
    }
    if (mark->opinion) {
        *covered_until = at + mark->opinion->words_n;
    }
    return (!longest_class[0] || count_class(r, longest_class[0], at)) &&
           (!longest_class[1] || count_class(r, longest_class[1], at));
}

static bool is_shift(const struct reader *r, size_t at, enum nb_cue cue)
{
    return at < r->end && r->marks[at].shift && r->marks[at].shift->kind == cue;
}

static bool ends_clause(const struct reader *r, size_t at)
{
    return at >= r->end || r->text->tokens[at].kind >= TR_EMOJI;
}

/*
 * Negated by its own suffixes; a bare -mA is a verbal noun unless the clause ends with it. A whole
 * form that denies by what it means is a negator of shifters.txt, not negated.
 */
static bool negated(const struct reader *r, size_t at, const struct tr_analysis *analysis)
{
    if (!(analysis->features & r->opinion->negative) || (analysis->flags & TR_EXCEPTION)) {
        return false;
    }
    bool bare = (analysis->features & r->opinion->command) == r->opinion->command;
    if (bare && !ends_clause(r, at + 1)) {
        return false;
    }
    bool converb = analysis->features & r->opinion->converb;
    return !(converb && is_shift(r, at + 1, NB_CUE_BEFORE));
}

static const struct tr_analysis *verb_of(const struct reader *r, size_t at)
{
    const struct tr_reading *reading = &r->text->readings[at];
    const struct tr_analysis *best = reading->analyses_n ? &reading->analyses[0] : NULL;
    return best && best->root_upos == TR_UPOS_VERB ? best : NULL;
}

struct turn {
    bool turned;
    const char *file; /* where the last turn is written */
    uint32_t line;
};

static void turn(struct turn *t, const char *file, uint32_t line)
{
    *t = (struct turn){!t->turned, file, line};
}

/* What stands behind an opinion that ends before `at` and turns it. */
static void turn_ahead(const struct reader *r, size_t at, const struct tr_analysis *analysis,
                       struct turn *t)
{
    bool verb = analysis ? analysis->root_upos == TR_UPOS_VERB : verb_of(r, at - 1) != NULL;
    for (size_t i = 0; i < AHEAD && at < r->end; i++, at++) {
        const struct mark *mark = &r->marks[at];
        if (r->text->tokens[at].kind == TR_PUNCT || is_shift(r, at, NB_CUE_CONTRAST) ||
            (mark->opinion && mark->opinion->value && !mark->shift)) {
            return;
        }
        const struct tr_analysis *next = verb_of(r, at);
        bool absent = is_shift(r, at, NB_CUE_ABSENT) && !verb;
        if (is_shift(r, at, NB_CUE_NEGATOR) || absent) {
            size_t behind = at + mark->shift->words_n;
            if (!is_shift(r, behind, NB_CUE_QUESTION)) {
                turn(t, nb_opinion_files[NB_FILE_SHIFTERS], mark->shift->line);
            }
            return;
        }
        if (next && (!verb || is_shift(r, at, NB_CUE_CANCEL))) {
            if (negated(r, at, next)) {
                turn(t, "suffixes.txt", next->line);
            }
            return;
        }
    }
}

static int32_t scale(int32_t value, int32_t milli)
{
    int64_t scaled = (int64_t)value * milli / 1000;
    scaled = scaled > STRENGTH_MAX ? STRENGTH_MAX : scaled;
    return (int32_t)(scaled < -STRENGTH_MAX ? -STRENGTH_MAX : scaled);
}

static int32_t degree_before(const struct reader *r, size_t begin, size_t at)
{
    for (size_t i = 1; i <= BACK && at >= begin + i; i++) {
        size_t before = at - i;
        if (r->text->tokens[before].kind == TR_PUNCT) {
            break;
        }
        if (is_shift(r, before, NB_CUE_INTENSIFIER) || is_shift(r, before, NB_CUE_DIMINISHER)) {
            return r->marks[before].shift->value;
        }
    }
    return 1000;
}

static int32_t emphasis(const struct reader *r, size_t from, size_t to)
{
    int32_t milli = 1000;
    for (size_t at = from; at < to; at++) {
        if (r->text->tokens[at].capitals) {
            milli = milli > CAPITALS_MILLI ? milli : CAPITALS_MILLI;
        }
        if (r->text->tokens[at].elongated) {
            milli = ELONGATED_MILLI;
        }
    }
    return milli;
}

static bool explain_opinion(struct reader *r, size_t at, const struct turn *t, int32_t value)
{
    const struct tr_term *term = r->marks[at].opinion;
    char turned[96] = "";
    if (t->turned && t->line) {
        (void)snprintf(turned, sizeof(turned), " turned (%s:%u)", t->file, (unsigned)t->line);
    } else if (t->turned) {
        (void)snprintf(turned, sizeof(turned), " turned (suffixes.txt)");
    }
    struct nb_slice words = surface(r, at, at + term->words_n);
    struct nb_slice key = tr_lexicon_key_text(r->opinion->lexicon, term->keys[0]);
    return explain(r, nb_arena_printf(r->arena, "\"%.*s\" %.*s%s %+d (%s:%u)%s -> %+d",
                                      NB_ARG(words), NB_ARG(key), term->words_n > 1 ? " ..." : "",
                                      (int)term->value, nb_opinion_files[term->file],
                                      (unsigned)term->line, turned, (int)value));
}

static void count_opinion(struct nb_opinion_sum *sum, const struct tr_term *term, bool turned,
                          int32_t value)
{
    *(value > 0 ? &sum->positive_milli : &sum->negative_milli) += value > 0 ? value : -value;
    sum->opinions_n++;
    sum->turned_n += turned;
    sum->words_n += term->words_n;
}

static bool weigh(struct reader *r, size_t begin, size_t at, int32_t factor_milli, int64_t *total)
{
    const struct mark *mark = &r->marks[at];
    const struct tr_term *term = mark->opinion;
    size_t behind = at + term->words_n;
    if (!term->value) {
        return true; /* a term of strength 0 shields its words from other readings */
    }
    struct turn t = {false, NULL, 0};
    const struct tr_analysis *analysis = mark->analysis;
    if (analysis && negated(r, behind - 1, analysis)) {
        turn(&t, "suffixes.txt", analysis->line);
    }
    if (analysis && (analysis->flags & TR_PRIVATIVE)) {
        turn(&t, "suffixes.txt", analysis->line);
    }
    turn_ahead(r, behind, analysis, &t);
    int32_t value = scale(term->value, degree_before(r, begin, at));
    if (t.turned) {
        value = scale(value, value > 0 ? TURNED_GOOD_MILLI : TURNED_BAD_MILLI);
    }
    value = scale(scale(value, emphasis(r, at, behind)), factor_milli);
    *total += value;
    count_opinion(r->sum, term, t.turned, value);
    return r->sum->brief || explain_opinion(r, at, &t, value);
}

static bool has_mark(const struct reader *r, size_t begin, struct nb_slice mark)
{
    for (size_t at = begin; at < r->end; at++) {
        if (r->text->tokens[at].kind == TR_PUNCT && nb_slice_eq(r->text->tokens[at].folded, mark)) {
            return true;
        }
    }
    return false;
}

static bool read_sentence(struct reader *r, size_t begin)
{
    size_t covered_until = begin, contrast = begin, neither = 0;
    for (size_t at = begin; at < r->end; at++) {
        if (!mark_token(r, at, &covered_until)) {
            return false;
        }
        if (is_shift(r, at, NB_CUE_CONTRAST)) {
            contrast = at;
        }
        neither += is_shift(r, at, NB_CUE_NEITHER);
    }
    if (has_mark(r, begin, NB_LIT("?"))) {
        add_weight(&r->sum->intents[NB_INTENT_QUESTION], CLASS_FROM);
    }
    int32_t loud = has_mark(r, begin, NB_LIT("!")) ? EXCLAMATION_MILLI : 1000;
    int64_t total = 0;
    for (size_t at = begin; at < r->end; at++) {
        bool cancelled = neither >= 2 && at > begin && is_shift(r, at - 1, NB_CUE_NEITHER);
        if (r->marks[at].opinion && !cancelled &&
            !weigh(r, begin, at, at < contrast ? scale(loud, BEFORE_CONTRAST_MILLI) : loud,
                   &total)) {
            return false;
        }
    }
    r->sum->sum_milli += total;
    return true;
}

enum nb_err nb_opinion_read(const struct nb_opinion *opinion, const struct nb_reading_text *text,
                            struct nb_arena *arena, struct nb_opinion_sum *sum)
{
    struct reader r = {.opinion = opinion, .text = text, .arena = arena, .sum = sum};
    r.marks = nb_arena_alloc(arena, text->tokens_n * sizeof(*r.marks));
    if (!r.marks) {
        return NB_ENOMEM;
    }
    sum->mention_first |= text->tokens_n && text->tokens[0].kind == TR_MENTION;
    for (size_t i = 0; i < text->sentences_n; i++) {
        r.end = text->sentences[i].end;
        if (!read_sentence(&r, text->sentences[i].begin)) {
            return NB_ENOMEM;
        }
    }
    return NB_OK;
}

static int32_t saturate(int64_t sum, int64_t half)
{
    return (int32_t)(1000 * sum / (llabs(sum) + half));
}

/* From 500 at a border between labels up, by the distance to it. */
static int32_t confidence(int32_t score, enum nb_opinion_label label)
{
    int32_t to_negative = score - NEGATIVE_FROM, to_positive = POSITIVE_FROM - score;
    int32_t distance = to_negative < to_positive ? to_negative : to_positive;
    if (label == NB_OPINION_NEGATIVE) {
        distance = -to_negative;
    } else if (label == NB_OPINION_POSITIVE) {
        distance = -to_positive;
    }
    int32_t milli = 500 + distance * 2 / 3;
    return milli > 990 ? 990 : milli;
}

static void judge_intents(const struct nb_opinion_sum *sum, struct nb_opinion_result *out)
{
    bool *intents = out->intents;
    for (size_t i = 0; i < NB_INTENT_N; i++) {
        intents[i] = sum->intents[i] >= CLASS_FROM;
    }
    bool negative = out->label == NB_OPINION_NEGATIVE, positive = out->label == NB_OPINION_POSITIVE;
    bool service = sum->intents[NB_INTENT_SERVICE] >= SERVICE_FROM;
    intents[NB_INTENT_COMPLAINT] =
        !positive && (intents[NB_INTENT_COMPLAINT] || (negative && service));
    intents[NB_INTENT_PRAISE] = !negative && (intents[NB_INTENT_PRAISE] || (positive && service));
    intents[NB_INTENT_SERVICE] = false;
    bool any = false;
    for (size_t i = 0; i < NB_INTENT_OPINION; i++) {
        any |= intents[i];
    }
    if (!any) {
        intents[sum->mention_first && out->label == NB_OPINION_NEUTRAL ? NB_INTENT_CHAT
                                                                       : NB_INTENT_OPINION] = true;
    }
}

void nb_opinion_judge(const struct nb_opinion_sum *sum, struct nb_opinion_result *out)
{
    *out = (struct nb_opinion_result){.score_milli = saturate(sum->sum_milli, SATURATION_MILLI)};
    out->label = out->score_milli <= NEGATIVE_FROM   ? NB_OPINION_NEGATIVE
                 : out->score_milli >= POSITIVE_FROM ? NB_OPINION_POSITIVE
                                                     : NB_OPINION_NEUTRAL;
    out->confidence_milli = confidence(out->score_milli, out->label);
    for (size_t i = 0; i < NB_EMOTION_N; i++) {
        if (sum->emotions[i] >= CLASS_FROM) {
            out->emotions_milli[i] = saturate(sum->emotions[i], CLASS_FROM);
        }
    }
    judge_intents(sum, out);
}
