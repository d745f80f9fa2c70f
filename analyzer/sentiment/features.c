/*
 * Words are taken as they were meant: stretched letters, slips and missing diacritics are undone
 * before (tr_reading.normal), and what is counted is without diacritics, so that a text typed on
 * an English keyboard gives nearly the same features.
 */
#include "analyzer/sentiment/features.h"

#include <math.h>
#include <string.h>

#include "analyzer/turkish/table.h"

enum {
    WORD_BYTES = 96, /* of a longer word the beginning counts */
    LETTERS_MIN = 3,
    LETTERS_MAX = 5,
    MARKS_MAX = 3,
    SCORE_STEP = 200 /* thousandths */
};

#define ADDRESSED 0x1b873593cc9e2d51u
#define LINKED 0x4cf5ad432745937fu

const struct nb_feature_word nb_feature_edge = {0x9ae16a3b2f90404fu, 0x9ae16a3b2f90404fu};

/* What a feature of a group counts, beside those of the others. */
static const float group_value[NB_FEATURE_GROUPS_N] = {
    [NB_FEATURE_WORD] = 1,      [NB_FEATURE_LEMMA] = 1,   [NB_FEATURE_LETTERS] = 1.5F,
    [NB_FEATURE_FORM] = 0.3F,   [NB_FEATURE_PAIR] = 0.8F, [NB_FEATURE_LEMMA_PAIR] = 0.8F,
    [NB_FEATURE_END] = 1.2F,    [NB_FEATURE_CUE] = 0.5F,  [NB_FEATURE_FOUND] = 0.5F,
    [NB_FEATURE_FEELING] = 0.7F};

static const char *const document_names[NB_FEATURE_NAMES_N] = {
#define X(id, name) name,
    NB_FEATURE_NAMES(X)
#undef X
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * 0x9e3779b97f4a7c15u ^ (b + 0x632be59bd9b4e019u + (a << 6) + (a >> 2));
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return z ^ (z >> 27);
}

static struct nb_feature feature(enum nb_feature_group group, uint64_t hash, float value)
{
    return (struct nb_feature){mix(hash, group + 1u), value * group_value[group], group};
}

void nb_feature_reader_init(struct nb_feature_reader *reader, const struct tr_core *core)
{
    char name[128];
    reader->negative = tr_core_feature(core, "Polarity=Neg");
    for (int bit = 0; bit < 64; bit++) {
        size_t n = tr_core_features_text(core, (uint64_t)1 << bit, name, sizeof(name));
        reader->form_hash[bit] = n ? tr_hash(nb_slice(name, n)) : 0;
    }
    for (int i = 0; i < NB_FEATURE_NAMES_N; i++) {
        reader->name_hash[i] = tr_hash(nb_slice_str(document_names[i]));
    }
}

/* ---- words ---- */

static struct nb_slice whole_word(const struct tr_token *token, const struct tr_reading *reading)
{
    bool tag = token->kind == TR_HASHTAG; /* is read as one word, whatever it is shown as */
    return !tag && reading->normal.len ? reading->normal : token->folded;
}

static uint8_t best_upos(const struct tr_reading *reading)
{
    return reading->analyses_n ? reading->analyses[0].upos : TR_UPOS_N;
}

uint64_t nb_feature_key(const struct tr_token *token, const struct tr_reading *reading)
{
    uint64_t key = tr_quick_hash(whole_word(token, reading), tr_quick_hash(reading->lemma, 0));
    return mix(mix(key, reading->features), (uint64_t)token->kind << 8 | best_upos(reading));
}

/* Without diacritics, at most WORD_BYTES of it. @return bytes written. */
static size_t plain_word(struct nb_slice word, char *out)
{
    size_t len = word.len < WORD_BYTES ? word.len : WORD_BYTES;
    if (len) {
        memcpy(out, word.p, len);
    }
    return tr_plain(out, len);
}

/* The word with both ends marked. */
static size_t add_letters(const char *word, size_t len, struct nb_feature *out)
{
    size_t n = 0;
    for (size_t from = 0; from + LETTERS_MIN <= len; from++) {
        uint64_t hash = 0xcbf29ce484222325u;
        for (size_t i = 0; i < LETTERS_MAX && from + i < len; i++) {
            hash = (hash ^ (unsigned char)word[from + i]) * 0x100000001b3u;
            if (i + 1 >= LETTERS_MIN) {
                out[n++] = feature(NB_FEATURE_LETTERS, hash, 1);
            }
        }
    }
    float each = n ? 1 / sqrtf((float)n) : 0;
    for (size_t i = 0; i < n; i++) {
        out[i].value *= each;
    }
    return n;
}

/* The part of speech, and each feature of it. */
static size_t add_forms(const struct nb_feature_reader *reader, const struct tr_reading *reading,
                        struct nb_feature *out)
{
    size_t n = 0;
    if (!reading->analyses_n) {
        return 0;
    }
    uint64_t upos = tr_hash(nb_slice_str(tr_upos_name((enum tr_upos)best_upos(reading))));
    out[n++] = feature(NB_FEATURE_FORM, upos, 1);
    for (uint64_t rest = reading->features; rest; rest &= rest - 1) {
        uint64_t form = reader->form_hash[__builtin_ctzll(rest)];
        out[n++] = feature(NB_FEATURE_FORM, mix(upos, form), 1);
    }
    return n;
}

size_t nb_features_of_word(const struct nb_feature_reader *reader, const struct tr_token *token,
                           const struct tr_reading *reading, struct nb_feature *out,
                           struct nb_feature_word *word)
{
    char text[WORD_BYTES + 2], lemma[WORD_BYTES];
    if (token->kind == TR_MENTION || token->kind == TR_URL) {
        word->word = word->lemma = token->kind == TR_MENTION ? ADDRESSED : LINKED;
        out[0] = feature(NB_FEATURE_WORD, word->word, 1);
        return 1;
    }
    struct nb_slice whole = whole_word(token, reading);
    size_t len = plain_word(whole, text + 1), n = 0;
    text[0] = text[len + 1] = ' ';
    word->word = tr_hash(nb_slice(text + 1, len));
    size_t lemma_len = plain_word(reading->lemma.len ? reading->lemma : whole, lemma);
    word->lemma =
        mix(tr_hash(nb_slice(lemma, lemma_len)), (reading->features & reader->negative) != 0);
    out[n++] = feature(NB_FEATURE_WORD, word->word, 1);
    out[n++] = feature(NB_FEATURE_LEMMA, word->lemma, 1);
    n += add_letters(text, len + 2, out + n);
    return n + add_forms(reader, reading, out + n);
}

_Static_assert(2 + (WORD_BYTES + 2) * (LETTERS_MAX - LETTERS_MIN + 1) + 1 + 64 <=
                   NB_FEATURES_WORD_MAX,
               "no word has more features");

void nb_features_of_pair(const struct nb_feature_word *first, const struct nb_feature_word *second,
                         struct nb_feature *out)
{
    out[0] = feature(NB_FEATURE_PAIR, mix(first->word, second->word), 1);
    out[1] = feature(NB_FEATURE_LEMMA_PAIR, mix(first->lemma, second->lemma), 1);
}

/* ---- ends ---- */

void nb_features_end(struct nb_feature_ends *ends, const struct tr_token *token,
                     const struct nb_feature_word *word)
{
    if (token->kind == TR_MENTION) {
        return;
    }
    if (ends->n < NB_FEATURES_FIRST_N) {
        ends->first[ends->n] = word->lemma;
    }
    memmove(ends->last + 1, ends->last, sizeof(ends->last) - sizeof(ends->last[0]));
    ends->last[0] = word->lemma;
    ends->n++;
}

size_t nb_features_of_ends(const struct nb_feature_ends *ends, struct nb_feature *out)
{
    size_t n = 0;
    for (size_t i = 0; i < NB_FEATURES_FIRST_N && i < ends->n; i++) {
        out[n++] = feature(NB_FEATURE_END, mix(ends->first[i], 0), 1);
    }
    for (size_t i = 0; i < NB_FEATURES_LAST_N && i < ends->n; i++) {
        out[n++] = feature(NB_FEATURE_END, mix(ends->last[i], 1 + i), 1);
    }
    return n;
}

/* ---- documents ---- */

void nb_features_count(struct nb_feature_marks *m, const struct tr_token *token)
{
    struct nb_slice text = token->folded;
    m->first_kind = m->tokens_n ? m->first_kind : token->kind;
    m->tokens_n++;
    m->words_n += token->kind != TR_PUNCT && token->kind != TR_MENTION && token->kind != TR_URL;
    m->addressed += token->kind == TR_MENTION;
    m->tags += token->kind == TR_HASHTAG;
    m->links += token->kind == TR_URL;
    m->capitals += token->capitals;
    m->stretched += token->elongated;
    if (token->kind == TR_PUNCT && text.len) {
        m->loud += text.p[0] == '!' ? text.len : 0;
        m->asked += text.p[0] == '?' ? text.len : 0;
        m->dots += text.p[0] == '.' && text.len > 1;
    }
}

void nb_features_feel(const struct nb_feature_reader *reader, const struct nb_affect *affect,
                      const struct nb_reading_text *text, struct nb_feature_marks *marks)
{
    size_t last = text->sentences_n ? text->sentences[text->sentences_n - 1].begin : 0;
    for (size_t at = 0; at < text->tokens_n;) {
        struct nb_feeling feeling = nb_affect_at(affect, text->readings, text->tokens_n, at);
        if (feeling.valence) {
            size_t end = at + feeling.words_n;
            bool denies =
                end <= text->tokens_n && (text->readings[end - 1].features & reader->negative) != 0;
            marks->valence_n[denies][feeling.valence + NB_AFFECT_MOST]++;
            marks->last_valence_n[feeling.valence + NB_AFFECT_MOST] += at >= last;
            marks->emotion_n[feeling.emotion]++;
        }
        at += feeling.words_n ? feeling.words_n : 1;
    }
}

struct list {
    const struct nb_feature_reader *reader;
    struct nb_feature *out;
    size_t n;
};

static void put(struct list *list, enum nb_feature_group group, enum nb_feature_name name,
                uint64_t which, float value)
{
    if (value != 0) {
        list->out[list->n++] = feature(group, mix(list->reader->name_hash[name], which), value);
    }
}

static float at_most(size_t n, size_t most)
{
    return (float)(n < most ? n : most);
}

static uint64_t log2_of(size_t n)
{
    uint64_t bits = 0;
    while (n > 1) {
        n /= 2;
        bits++;
    }
    return bits;
}

static void put_marks(struct list *list, const struct nb_feature_marks *m)
{
    uint64_t loudness = m->tokens_n ? m->capitals * 8 / m->tokens_n : 0;
    put(list, NB_FEATURE_CUE, NB_NAMED_BEGINS, m->first_kind, 1);
    put(list, NB_FEATURE_CUE, NB_NAMED_LOUD, 0, at_most(m->loud, MARKS_MAX));
    put(list, NB_FEATURE_CUE, NB_NAMED_ASKED, 0, at_most(m->asked, MARKS_MAX));
    put(list, NB_FEATURE_CUE, NB_NAMED_DOTS, 0, at_most(m->dots, MARKS_MAX));
    put(list, NB_FEATURE_CUE, NB_NAMED_ADDRESSED,
        m->addressed < MARKS_MAX ? m->addressed : MARKS_MAX, 1);
    put(list, NB_FEATURE_CUE, NB_NAMED_TAGS, m->tags < MARKS_MAX ? m->tags : MARKS_MAX, 1);
    put(list, NB_FEATURE_CUE, NB_NAMED_LINKS, 0, at_most(m->links, 1));
    put(list, NB_FEATURE_CUE, NB_NAMED_CAPITALS, loudness, 1);
    put(list, NB_FEATURE_CUE, NB_NAMED_STRETCHED, 0, at_most(m->stretched, 1));
    put(list, NB_FEATURE_CUE, NB_NAMED_LENGTH, log2_of(m->tokens_n), 1);
}

static float amount(int64_t milli)
{
    return milli ? log1pf((float)milli / 500) : 0;
}

static void put_found(struct list *list, const struct nb_opinion_sum *sum, size_t tokens_n)
{
    struct nb_opinion_result found;
    nb_opinion_judge(sum, &found);
    uint64_t score = (uint64_t)(found.score_milli + 1000) / SCORE_STEP;
    put(list, NB_FEATURE_FOUND, NB_NAMED_SCORE, score, 1);
    put(list, NB_FEATURE_FOUND, NB_NAMED_SCORE_AT_LENGTH, score * 16 + log2_of(tokens_n), 1);
    put(list, NB_FEATURE_FOUND, NB_NAMED_SIGNED, 0, (float)found.score_milli / 500);
    put(list, NB_FEATURE_FOUND, NB_NAMED_GOOD, 0, amount(sum->positive_milli));
    put(list, NB_FEATURE_FOUND, NB_NAMED_BAD, 0, amount(sum->negative_milli));
    put(list, NB_FEATURE_FOUND, NB_NAMED_TURNED, sum->sum_milli < 0,
        at_most(sum->turned_n, MARKS_MAX));
    put(list, NB_FEATURE_FOUND, NB_NAMED_BEST, 0, (float)sum->best_milli / 500);
    put(list, NB_FEATURE_FOUND, NB_NAMED_WORST, 0, (float)sum->worst_milli / 500);
    put(list, NB_FEATURE_FOUND, NB_NAMED_ASKS, 0, at_most(sum->questions_n, MARKS_MAX));
    put(list, NB_FEATURE_FOUND, NB_NAMED_IRONIC, 0, sum->ironic ? 1 : 0);
    for (uint64_t i = 0; i < NB_SHIFT_N; i++) {
        put(list, NB_FEATURE_FOUND, NB_NAMED_SHIFT, i, at_most(sum->shifts_n[i], MARKS_MAX));
    }
    for (uint64_t i = 0; i < NB_EMOTION_N; i++) {
        put(list, NB_FEATURE_FOUND, NB_NAMED_EMOTION, i, (float)found.emotions_milli[i] / 500);
    }
    for (uint64_t i = 0; i < NB_INTENT_N; i++) {
        put(list, NB_FEATURE_FOUND, NB_NAMED_INTENT, i, found.intents[i] ? 1 : 0);
        put(list, NB_FEATURE_FOUND, NB_NAMED_INTENT_WORDS, i, amount(sum->intents[i]));
    }
}

static void put_feelings(struct list *list, const struct nb_feature_marks *m)
{
    float scale = 2 * nb_feature_scale(m->tokens_n), sum = 0;
    for (uint64_t v = 0; v <= 2 * NB_AFFECT_MOST; v++) {
        float denied = (float)m->valence_n[1][v], not_denied = (float)m->valence_n[0][v];
        put(list, NB_FEATURE_FEELING, NB_NAMED_VALENCE, v, scale * not_denied);
        put(list, NB_FEATURE_FEELING, NB_NAMED_VALENCE_DENIED, v, scale * denied);
        put(list, NB_FEATURE_FEELING, NB_NAMED_LAST_VALENCE, v,
            scale * (float)m->last_valence_n[v]);
        sum += ((float)v - NB_AFFECT_MOST) * (not_denied - denied / 2);
    }
    put(list, NB_FEATURE_FEELING, NB_NAMED_SUM, sum > 0, sum * scale / NB_AFFECT_MOST);
    for (uint64_t i = 0; i <= NB_EMOTION_N; i++) {
        put(list, NB_FEATURE_FEELING, NB_NAMED_EMOTION, i, scale * (float)m->emotion_n[i]);
    }
}

_Static_assert(10 + 10 + 1 + 3 * (2 * NB_AFFECT_MOST + 1) + NB_EMOTION_N + 1 + NB_SHIFT_N +
                       NB_EMOTION_N + 2 * NB_INTENT_N <=
                   NB_FEATURES_TEXT_MAX,
               "no document has more features");

size_t nb_features_of_document(const struct nb_feature_reader *reader,
                               const struct nb_feature_marks *marks,
                               const struct nb_opinion_sum *sum, struct nb_feature *out)
{
    struct list list = {reader, out, 0};
    put_marks(&list, marks);
    put_found(&list, sum, marks->tokens_n);
    put_feelings(&list, marks);
    return list.n;
}

float nb_feature_scale(size_t tokens_n)
{
    return tokens_n ? 1 / sqrtf((float)tokens_n) : 0;
}
