/*
 * A sentence is cut at its punctuation, before a word of contrast and behind one of concession.
 * What stands before a contrast counts less; so does what is conceded ("pahalı olsa da").
 */
#include "analyzer/sentiment/opinion_private.h"

enum { QUOTED_MAX = 16 };

static bool is_quote(struct nb_slice mark)
{
    return nb_slice_starts(mark, NB_LIT("\"")) || nb_slice_starts(mark, NB_LIT("'")) ||
           nb_slice_starts(mark, NB_LIT("\xe2\x80\x9c")) ||
           nb_slice_starts(mark, NB_LIT("\xe2\x80\x9d")) ||
           nb_slice_starts(mark, NB_LIT("\xc2\xab")) || nb_slice_starts(mark, NB_LIT("\xc2\xbb"));
}

bool nb_clause_border(const struct nb_reader *r, size_t at)
{
    const struct tr_token *token = &r->text->tokens[at];
    return token->kind == TR_PUNCT && !is_quote(token->folded);
}

struct nb_clause *nb_clause_of(const struct nb_reader *r, size_t at)
{
    return &r->sum->clauses[r->marks[at].clause];
}

uint64_t nb_cues_within(const struct nb_reader *r, size_t from, size_t to)
{
    uint64_t cues = 0;
    for (size_t at = from; at < to && at < r->end; at++) {
        cues |= r->marks[at].cues;
    }
    return cues;
}

size_t nb_clause_begin(const struct nb_reader *r, size_t at)
{
    return nb_clause_of(r, at)->begin;
}

static bool begin_clause(struct nb_reader *r, size_t at)
{
    struct nb_opinion_sum *sum = r->sum;
    if (sum->clauses_n == sum->clauses_cap) {
        size_t cap = sum->clauses_cap ? sum->clauses_cap * 2 : 8;
        struct nb_clause *grown = nb_arena_grow(
            r->arena, sum->clauses, sum->clauses_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return false;
        }
        sum->clauses = grown;
        sum->clauses_cap = cap;
    }
    sum->clauses[sum->clauses_n++] = (struct nb_clause){
        .begin = (uint32_t)at, .end = (uint32_t)at, .text = (uint8_t)(sum->texts_n - 1)};
    return true;
}

/* "-sa da", "-se bile": conceded. */
static bool concedes(const struct nb_reader *r, size_t at)
{
    const struct tr_reading *reading = &r->text->readings[at];
    return nb_is_cue(r, at + 1, NB_CUE_TOO) && reading->analyses_n &&
           (reading->analyses[0].features & r->bits->conditional);
}

static void weaken(struct nb_reader *r, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        r->sum->clauses[i].before_contrast = true;
    }
}

/* Between a pair of quotation marks, or not at all. */
static void mark_quoted(struct nb_reader *r)
{
    for (size_t at = r->begin; at < r->end; at++) {
        const struct tr_token *tokens = r->text->tokens;
        if (tokens[at].kind != TR_PUNCT || !is_quote(tokens[at].folded)) {
            continue;
        }
        size_t close = at + 1;
        while (close < r->end && close < at + QUOTED_MAX &&
               !(tokens[close].kind == TR_PUNCT && is_quote(tokens[close].folded))) {
            close++;
        }
        if (close == r->end || close == at + QUOTED_MAX) {
            continue;
        }
        for (size_t i = at + 1; i < close; i++) {
            r->marks[i].quoted = true;
        }
        at = close;
    }
}

bool nb_clauses_cut(struct nb_reader *r)
{
    size_t first = r->sum->clauses_n, last_contrast = first;
    bool fresh = true; /* the next token begins a clause */
    for (size_t at = r->begin; at < r->end; at++) {
        bool contrast = nb_is_cue(r, at, NB_CUE_CONTRAST) && at > r->begin;
        if ((fresh || contrast) && !begin_clause(r, at)) {
            return false;
        }
        if (contrast) {
            weaken(r, last_contrast, r->sum->clauses_n - 1);
            last_contrast = r->sum->clauses_n - 1;
        }
        fresh = nb_clause_border(r, at);
        r->marks[at].clause = (uint32_t)(r->sum->clauses_n - 1);
        r->sum->clauses[r->sum->clauses_n - 1].end = (uint32_t)at + 1;
        r->sum->clauses[r->sum->clauses_n - 1].cues |= r->marks[at].cues;
        bool conceded = at > r->begin && concedes(r, at - 1);
        if (conceded || (nb_is_cue(r, at, NB_CUE_CONCESSION) && at > r->begin)) {
            r->sum->clauses[r->sum->clauses_n - 1].before_contrast = at + 1 < r->end;
            fresh = true;
        }
    }
    mark_quoted(r);
    return true;
}
