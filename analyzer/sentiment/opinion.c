/*
 * A text is read in passes, each linear in it. The first notes at each token the longest opinion
 * term and the shifts that begin there. Then, sentence by sentence, it is cut into clauses
 * (clause.c), each opinion is turned and weighed by what stands a few tokens around it (shift.c),
 * and opinions that no word holds are found (construct.c). What only the whole tells comes last
 * (irony.c).
 */
#include "analyzer/sentiment/opinion_private.h"

enum {
    WEIGHT_SUM_MAX = 100000,
    QUESTION_WEIGHT = 450,
    EXCLAMATION_MILLI = 1100,
    THANKS_FROM = 500
};

bool nb_opinion_explain(struct nb_reader *r, const char *line)
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

static bool count_class(struct nb_reader *r, const struct tr_term *term, size_t at)
{
    struct nb_opinion_sum *sum = r->sum;
    int32_t *classes = term->kind == NB_CUE_EMOTION  ? sum->emotions
                       : term->kind == NB_CUE_INTENT ? sum->intents
                                                     : sum->signs;
    add_weight(&classes[term->payload], term->value);
    if (sum->brief || (term->kind == NB_CUE_INTENT && term->payload == NB_INTENT_SERVICE)) {
        return true;
    }
    const struct tr_token *tokens = r->text->tokens;
    struct nb_slice words =
        nb_slice_sub(r->text->text, tokens[at].begin, tokens[at + term->words_n - 1].end);
    const char *name = term->kind == NB_CUE_EMOTION
                           ? nb_emotion_name((enum nb_emotion)term->payload)
                       : term->kind == NB_CUE_INTENT ? nb_intent_name((enum nb_intent)term->payload)
                                                     : nb_sign_name((enum nb_sign)term->payload);
    return nb_opinion_explain(
        r, nb_arena_printf(r->arena, "\"%.*s\" %s %d (%s:%u)", NB_ARG(words), name,
                           (int)term->value, nb_opinion_files[term->file], (unsigned)term->line));
}

/* Longer, or as long and written so: an entry for one form is there because it differs. */
static bool is_closer(const struct tr_match *match, const struct tr_term *than,
                      const struct tr_analysis *analysis)
{
    if (!than || match->term->words_n != than->words_n) {
        return !than || match->term->words_n > than->words_n;
    }
    return !match->analysis && analysis;
}

static void mark_opinion(struct nb_mark *mark, const struct tr_match *match)
{
    bool sense = match->term->payload;
    const struct tr_term **term = sense ? &mark->sense : &mark->opinion;
    const struct tr_analysis **analysis = sense ? &mark->sense_analysis : &mark->analysis;
    if (is_closer(match, *term, *analysis)) {
        *term = match->term;
        *analysis = match->analysis;
    }
}

static void mark_shift(struct nb_mark *mark, const struct tr_term *term)
{
    if (term->words_n < mark->shift_words_n) {
        mark->cues |= term->kind == NB_CUE_NEITHER ? UINT64_C(1) << NB_CUE_NEITHER : 0;
        return;
    }
    if (term->words_n > mark->shift_words_n) {
        mark->cues &= UINT64_C(1) << NB_CUE_NEITHER; /* "ne güzel ne kötü" is no exclamation */
        mark->turner = mark->degree = mark->due = NULL;
        mark->shift_words_n = term->words_n;
    }
    mark->cues |= UINT64_C(1) << term->kind;
    switch (term->kind) {
    case NB_CUE_NEGATOR:
    case NB_CUE_ABSENT:
    case NB_CUE_CONTRAST:
    case NB_CUE_CONCESSION:
        mark->turner = term;
        break;
    case NB_CUE_INTENSIFIER:
    case NB_CUE_DIMINISHER:
        mark->degree = term;
        break;
    case NB_CUE_IRONIC:
        mark->thanks = term->value >= THANKS_FROM;
        break;
    case NB_CUE_DUE:
        mark->due = term;
        break;
    default:
        break;
    }
}

/* The longest opinion and the longest shift; emotions, intents and signs all count, once a token
 * each. */
static bool mark_token(struct nb_reader *r, size_t at, size_t *covered_until)
{
    struct tr_match match;
    struct nb_mark *mark = &r->marks[at];
    *mark = (struct nb_mark){0};
    if (!tr_terms_may_begin(&r->opinion->terms, &r->text->readings[at])) {
        return true;
    }
    struct tr_cursor cursor = {0};
    const struct tr_term *longest_class[3] = {NULL, NULL, NULL};
    while (tr_terms_next(&r->opinion->terms, r->text->readings, r->end, at, TR_BEST_READING,
                         &cursor, &match)) {
        const struct tr_term *term = match.term;
        if (term->kind == NB_CUE_POLARITY) {
            if (at >= *covered_until) {
                mark_opinion(mark, &match);
            }
        } else if (term->kind <= NB_CUE_SIGN) {
            const struct tr_term **longest = &longest_class[term->kind - NB_CUE_EMOTION];
            if (!*longest || term->words_n > (*longest)->words_n) {
                *longest = term;
            }
        } else {
            mark_shift(mark, term);
        }
    }
    if (mark->opinion && at + mark->opinion->words_n > *covered_until) {
        *covered_until = at + mark->opinion->words_n;
    }
    r->contexts |= mark->cues;
    for (size_t i = 0; i < sizeof(longest_class) / sizeof(longest_class[0]); i++) {
        if (longest_class[i] && !count_class(r, longest_class[i], at)) {
            return false;
        }
    }
    return true;
}

/* A sense counts where the text is about what it asks for, and is as long as the plain term. */
static void choose_sense(const struct nb_reader *r, struct nb_mark *mark)
{
    if (mark->sense && (r->contexts >> mark->sense->payload & 1) &&
        (!mark->opinion || mark->sense->words_n >= mark->opinion->words_n)) {
        mark->opinion = mark->sense;
        mark->analysis = mark->sense_analysis;
    }
}

static bool has_mark(const struct nb_reader *r, char mark)
{
    for (size_t at = r->end; at > r->begin; at--) {
        const struct tr_token *token = &r->text->tokens[at - 1];
        if (token->kind == TR_PUNCT && nb_slice_find_byte(token->folded, mark, 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

static bool read_sentence(struct nb_reader *r)
{
    struct nb_opinion_sum *sum = r->sum;
    size_t first_clause = sum->clauses_n;
    for (size_t at = r->begin; at < r->end; at++) {
        choose_sense(r, &r->marks[at]);
    }
    if (!nb_clauses_cut(r)) {
        return false;
    }
    r->asks = 0;
    if (has_mark(r, '?')) {
        r->asks = nb_cues_within(r, r->begin, r->end);
        add_weight(&sum->intents[NB_INTENT_QUESTION], QUESTION_WEIGHT);
        sum->clauses[sum->clauses_n - 1].question = true;
    }
    r->loud_milli = has_mark(r, '!') ? EXCLAMATION_MILLI : 1000;
    for (size_t at = r->begin; at < r->end; at++) {
        if (nb_is_cue(r, at, NB_CUE_QUESTION)) {
            nb_clause_of(r, at)->question = true;
        }
        if (r->marks[at].opinion && !nb_shift_weigh(r, at)) {
            return false;
        }
    }
    for (size_t i = first_clause; i < sum->clauses_n; i++) {
        sum->questions_n += sum->clauses[i].question;
    }
    return nb_constructs_find(r);
}

static void add_up(struct nb_reader *r)
{
    struct nb_opinion_sum *sum = r->sum;
    for (size_t i = r->finds_from; i < sum->finds_n; i++) {
        const struct nb_find *find = &sum->finds[i];
        bool turned = find->shifts & NB_SHIFT_TURNS;
        sum->sum_milli += find->milli;
        sum->positive_milli += find->milli > 0 ? find->milli : 0;
        sum->negative_milli += find->milli < 0 ? -find->milli : 0;
        sum->opinions_n++;
        sum->turned_n += turned;
        sum->words_n += find->end - find->begin;
        sum->clauses[find->clause].milli += find->milli;
        sum->best_milli = find->milli > sum->best_milli ? find->milli : sum->best_milli;
        sum->worst_milli = find->milli < sum->worst_milli ? find->milli : sum->worst_milli;
        for (int kind = 0; kind < NB_SHIFT_N; kind++) {
            sum->shifts_n[kind] += find->shifts >> kind & 1;
        }
    }
}

static bool mark_all(struct nb_reader *r)
{
    for (size_t i = 0; i < r->text->sentences_n; i++) {
        r->end = r->text->sentences[i].end;
        size_t covered_until = r->text->sentences[i].begin;
        for (size_t at = covered_until; at < r->end; at++) {
            r->sum->text_words_n += r->text->tokens[at].kind <= TR_NUMBER;
            if (!mark_token(r, at, &covered_until)) {
                return false;
            }
        }
    }
    return true;
}

enum nb_err nb_opinion_read(const struct nb_opinion *opinion, const struct nb_reading_text *text,
                            struct nb_arena *arena, struct nb_opinion_sum *sum)
{
    struct nb_reader r = {.opinion = opinion,
                          .bits = &opinion->features,
                          .text = text,
                          .arena = arena,
                          .sum = sum,
                          .finds_from = sum->finds_n};
    r.marks = nb_arena_alloc(arena, text->tokens_n * sizeof(*r.marks));
    if (!r.marks) {
        return NB_ENOMEM;
    }
    sum->texts_n = (uint8_t)(sum->texts_n < UINT8_MAX ? sum->texts_n + 1 : UINT8_MAX);
    sum->mention_first |= text->tokens_n && text->tokens[0].kind == TR_MENTION;
    if (!text->tokens_n) {
        return NB_OK;
    }
    if (!mark_all(&r)) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < text->sentences_n; i++) {
        r.begin = text->sentences[i].begin;
        r.end = text->sentences[i].end;
        if (!read_sentence(&r)) {
            return NB_ENOMEM;
        }
    }
    nb_irony_settle(&r);
    add_up(&r);
    return sum->brief || nb_finds_explain(&r) ? NB_OK : NB_ENOMEM;
}
