/*
 * A word is tried as it is written, then by its normal form, then, where it may have been typed
 * without them, with diacritics ignored; what is still unknown gets a guess.
 */
#include <string.h>

#include "analyzer/turkish/lexicon_private.h"

#include <nabiz/text.h>

enum {
    GUESS_STEM_BYTES_MIN = 4,
    GUESS_SUFFIX_BYTES_MIN = 3,
    KEPT_BYTES = 16 << 20,
    WORDS_AHEAD = 32
};
enum { MOSTLY_BYTES = sizeof(struct tr_analysis) * 2 + 64 }; /* of a kept reading */

struct reader {
    const struct tr_lexicon *lexicon;
    const struct tr_token *token;
    struct tr_reading *out;
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t n;
    struct nb_slice word; /* that was analysed last */
    enum tr_shape shape;
};

static bool analyse(struct reader *r, struct nb_slice word, bool plain)
{
    r->word = word;
    r->n = plain ? tr_analyse_plain(r->lexicon->core, word, r->all, TR_ANALYSE_MAX)
                 : tr_analyse(r->lexicon->core, word, r->all, TR_ANALYSE_MAX);
    return r->n > 0;
}

static void add_surface(struct reader *r, struct nb_slice word, bool plain)
{
    tr_key key =
        plain ? tr_lexicon_find_plain(r->lexicon, word) : tr_lexicon_find_key(r->lexicon, word);
    if (key && r->out->surfaces_n < TR_SURFACES_MAX) {
        r->out->surfaces[r->out->surfaces_n++] = key;
    }
}

static struct nb_slice begin_of(const struct tr_token *token, size_t len)
{
    return len ? nb_slice(token->folded.p, len) : nb_slice(NULL, 0);
}

static struct nb_slice copy(struct nb_slice text, const struct tr_token *token,
                            struct nb_arena *arena)
{
    struct nb_slice copy = nb_arena_copy(arena, text);
    return copy.p ? copy : token->folded;
}

/* In the arena, unless the word begins with it. */
static struct nb_slice keep(struct nb_slice text, const struct tr_token *token,
                            struct nb_arena *arena)
{
    return nb_slice_starts(token->folded, text) ? begin_of(token, text.len)
                                                : copy(text, token, arena);
}

/*
 * By its normal form, where the normaliser finds one; the vocabulary may also have the form as it
 * stands, or a word that is written so without its diacritics.
 */
static bool analyse_normal(struct reader *r, const struct tr_token *token, struct nb_arena *arena,
                           char *other)
{
    struct tr_normal normal;
    struct tr_reading *out = r->out;
    const struct tr_normaliser *normaliser = r->lexicon->normaliser;
    if (normaliser && tr_normalise(normaliser, token, &normal)) {
        struct nb_slice form = keep(nb_slice(normal.text, normal.len), token, arena);
        struct nb_slice head = nb_slice_sub(form, normal.head, normal.head + normal.head_len);
        add_surface(r, form, false);
        if (head.len < form.len) {
            add_surface(r, head, false);
        }
        out->stage = normal.stage;
        out->normal = form;
        if (form.p && analyse(r, head, false)) {
            return true;
        }
    }
    if (token->ascii && !out->surfaces_n) {
        memcpy(other, token->folded.p, token->folded.len);
        add_surface(r, nb_slice(other, tr_plain(other, token->folded.len)), true);
    }
    return token->ascii && analyse(r, token->folded, true);
}

/*
 * Guesses are many and none is likely: ranking them takes longer than all else, for a lemma that
 * no lexicon knows. A single short suffix is too little evidence to cut an unknown word without
 * apostrophe.
 */
static const struct tr_analysis *choose_guess(const struct reader *r, bool bordered)
{
    const struct tr_analysis *best = &r->all[0];
    if (bordered) {
        return best;
    }
    for (size_t i = 0; i < r->n; i++) {
        const struct tr_analysis *a = &r->all[i];
        if (a->upos == TR_UPOS_NOUN && a->stem_bytes >= GUESS_STEM_BYTES_MIN &&
            r->word.len - a->stem_bytes >= GUESS_SUFFIX_BYTES_MIN &&
            (best->stem_bytes == r->word.len || a->stem_bytes < best->stem_bytes)) {
            best = a;
        }
    }
    return best;
}

static void rank(struct reader *r)
{
    if (r->lexicon->ranker && r->n > 1) {
        struct tr_seen seen = {.folded = r->word, .shape = r->shape};
        tr_rank(r->lexicon->ranker, &seen, r->all, r->n, NULL);
    }
}

static void set_lemma(struct reader *r, const struct tr_analysis *a, struct nb_arena *arena)
{
    if (!a->lemma_bytes) {
        /* Copied: the core's lies far away, and what is kept of it takes as much of the arena. */
        r->out->lemma = keep(tr_core_root_lemma(r->lexicon->core, a->root), r->token, arena);
        return;
    }
    char text[TR_LEMMA_BYTES_MAX];
    size_t n = tr_core_lemma(r->lexicon->core, r->word, a, text);
    r->out->lemma = keep(nb_slice(text, n), r->token, arena);
}

static void set_keys(const struct tr_lexicon *lexicon, struct tr_reading *out)
{
    for (size_t i = 0; i < out->analyses_n; i++) {
        bool rooted = out->analyses[i].root != TR_NO_ROOT;
        out->keys[i] = rooted ? tr_core_root_key(lexicon->core, out->analyses[i].root) : 0;
    }
}

static uint8_t frequency_of(const struct tr_lexicon *lexicon, const struct tr_token *token)
{
    bool asks = lexicon->normaliser && token->kind == TR_WORD;
    return asks ? (uint8_t)tr_speller_frequency(&lexicon->normaliser->speller, token->folded) : 0;
}

static uint8_t marks_of(const struct tr_lexicon *lexicon, const struct tr_reading *reading)
{
    uint8_t marks = 0;
    for (size_t i = 0; i < reading->surfaces_n; i++) {
        tr_key key = reading->surfaces[i];
        marks |= key < lexicon->marks_n ? lexicon->marks[key] : 0;
    }
    for (size_t i = 0; i < reading->analyses_n; i++) {
        tr_key key = reading->keys[i];
        marks |= key < lexicon->marks_n ? lexicon->marks[key] : 0;
    }
    return marks;
}

static void read_word(const struct tr_lexicon *lexicon, const struct tr_token *token,
                      struct nb_arena *arena, struct tr_reading *out)
{
    char other[TR_ANALYSE_BYTES_MAX];
    struct reader r;
    r.lexicon = lexicon;
    r.token = token;
    r.out = out;
    r.shape = TR_SHAPE_SMALL;
    out->analyses_n = 0;
    out->surfaces_n = 0;
    memset(out->surfaces, 0, sizeof(out->surfaces));
    out->features = 0;
    out->known = false;
    out->lemma = token->folded;
    out->stage = token->restored ? TR_STAGE_DIACRITICS : TR_STAGE_EXACT;
    out->normal = token->restored ? token->folded : nb_slice(NULL, 0);
    out->frequency = frequency_of(lexicon, token);
    add_surface(&r, token->folded, false);
    if (token->kind != TR_WORD || token->folded.len > TR_ANALYSE_BYTES_MAX) {
        return;
    }
    bool bordered = token->stem_len < token->folded.len;
    if (bordered) {
        add_surface(&r, nb_slice_sub(token->folded, 0, token->stem_len), false);
    }
    if (analyse(&r, token->folded, false) || analyse_normal(&r, token, arena, other)) {
        rank(&r);
        out->analyses_n = r.n < TR_ANALYSES_MAX ? r.n : TR_ANALYSES_MAX;
        memcpy(out->analyses, r.all, out->analyses_n * sizeof(out->analyses[0]));
        set_keys(lexicon, out);
        set_lemma(&r, &out->analyses[0], arena);
        out->features = out->analyses[0].features;
        out->known = true;
        return;
    }
    out->stage = TR_STAGE_UNKNOWN;
    r.word = token->folded;
    r.n = tr_guess(lexicon->core, r.word, r.all, TR_ANALYSE_MAX);
    if (r.n) {
        const struct tr_analysis *guess = choose_guess(&r, bordered);
        set_lemma(&r, guess, arena);
        out->features = guess->stem_bytes < r.word.len ? guess->features : 0;
    }
}

void tr_read(const struct tr_lexicon *lexicon, const struct tr_token *token, struct nb_arena *arena,
             struct tr_reading *out)
{
    read_word(lexicon, token, arena, out);
    out->marks = marks_of(lexicon, out);
}

/* A reading as it is kept. Behind it lie its analyses, their keys, the lemma, the normal form. */
struct kept {
    uint64_t features;
    tr_key surfaces[TR_SURFACES_MAX];
    uint8_t analyses_n, surfaces_n, stage, frequency, marks, lemma_len, normal_len;
    bool known, lemma_begins, normal_begins; /* begins: it is what the word begins with */
};

struct tr_cache *tr_reading_cache_new(void)
{
    return tr_cache_new(KEPT_BYTES);
}

/*
 * What reading depends on beside the folded word. A place behind a break only excuses a capital: a
 * word without one is the same word there.
 */
static uint8_t kind_of(const struct tr_token *token)
{
    bool excused = token->capital && !token->capitals && token->after_break;
    return (uint8_t)((token->ascii ? 1 : 0) | (token->elongated ? 2 : 0) |
                     (token->capitals ? 4 : 0) | (token->either_i ? 8 : 0) |
                     (token->stem_len < token->folded.len ? 16 : 0) | (token->capital ? 32 : 0) |
                     (token->restored ? 64 : 0) | (excused ? 128 : 0));
}

static size_t put_bytes(char *out, size_t at, const void *bytes, size_t n)
{
    if (n) {
        memcpy(out + at, bytes, n);
    }
    return at + n;
}

static void keep_reading(struct tr_cache *cache, const struct tr_asked *asked,
                         const struct tr_reading *reading)
{
    char answer[TR_ANSWER_BYTES_MAX];
    struct kept kept = {.features = reading->features,
                        .surfaces = {reading->surfaces[0], reading->surfaces[1]},
                        .analyses_n = (uint8_t)reading->analyses_n,
                        .surfaces_n = (uint8_t)reading->surfaces_n,
                        .stage = reading->stage,
                        .frequency = reading->frequency,
                        .marks = reading->marks,
                        .known = reading->known,
                        .lemma_begins = nb_slice_starts(asked->word, reading->lemma),
                        .normal_begins = nb_slice_starts(asked->word, reading->normal),
                        .lemma_len = (uint8_t)reading->lemma.len,
                        .normal_len = (uint8_t)reading->normal.len};
    if (reading->lemma.len > UINT8_MAX || reading->normal.len > UINT8_MAX) {
        return;
    }
    size_t n = put_bytes(answer, 0, &kept, sizeof(kept));
    n = put_bytes(answer, n, reading->analyses, kept.analyses_n * sizeof(reading->analyses[0]));
    n = put_bytes(answer, n, reading->keys, kept.analyses_n * sizeof(reading->keys[0]));
    n = put_bytes(answer, n, reading->lemma.p, kept.lemma_len);
    n = put_bytes(answer, n, reading->normal.p, kept.normal_len);
    tr_cache_keep_asked(cache, asked, answer, n);
}

static void take_kept(const struct kept *kept, const struct tr_token *token, struct nb_arena *arena,
                      struct tr_reading *out)
{
    const char *at = (const char *)(kept + 1);
    out->analyses_n = kept->analyses_n;
    memcpy(out->analyses, at, kept->analyses_n * sizeof(out->analyses[0]));
    at += kept->analyses_n * sizeof(out->analyses[0]);
    memcpy(out->keys, at, kept->analyses_n * sizeof(out->keys[0]));
    at += kept->analyses_n * sizeof(out->keys[0]);
    memcpy(out->surfaces, kept->surfaces, sizeof(out->surfaces));
    out->surfaces_n = kept->surfaces_n;
    out->features = kept->features;
    out->known = kept->known;
    out->stage = kept->stage;
    out->frequency = kept->frequency;
    out->marks = kept->marks;
    struct nb_slice lemma = nb_slice(at, kept->lemma_len);
    struct nb_slice normal = nb_slice(at + kept->lemma_len, kept->normal_len);
    out->normal = kept->normal_begins ? begin_of(token, normal.len) : copy(normal, token, arena);
    out->lemma = kept->lemma_begins ? begin_of(token, lemma.len) : copy(lemma, token, arena);
}

static void read_through(const struct tr_lexicon *lexicon, struct tr_cache *cache,
                         const struct tr_asked *asked, const struct tr_token *token,
                         struct nb_arena *arena, struct tr_reading *out)
{
    const struct kept *kept = tr_cache_find_asked(cache, asked);
    if (kept) {
        take_kept(kept, token, arena, out);
        return;
    }
    tr_read(lexicon, token, arena, out);
    if (!nb_arena_failed(arena)) { /* else words may stand for their lemmas */
        keep_reading(cache, asked, out);
    }
}

void tr_read_ahead(const struct tr_cache *cache, const struct tr_token *tokens, size_t n)
{
    struct tr_asked asked[WORDS_AHEAD];
    size_t words_n = 0;
    for (size_t i = 0; cache && i < n && words_n < WORDS_AHEAD; i++) {
        if (tokens[i].kind == TR_WORD) {
            asked[words_n++] = tr_ask(tokens[i].folded, kind_of(&tokens[i]));
        }
    }
    if (words_n) {
        tr_cache_prefetch(cache, asked, words_n, MOSTLY_BYTES);
    }
}

/* Some words at once, so that nobody waits for memory. @return how many tokens. */
static size_t read_some(const struct tr_lexicon *lexicon, struct tr_cache *cache,
                        const struct tr_token *tokens, size_t n, struct nb_arena *arena,
                        struct tr_reading *out)
{
    struct tr_asked asked[WORDS_AHEAD];
    size_t end = 0, words_n = 0, word = 0;
    for (; end < n && words_n < WORDS_AHEAD; end++) {
        if (tokens[end].kind == TR_WORD) {
            asked[words_n++] = tr_ask(tokens[end].folded, kind_of(&tokens[end]));
        }
    }
    tr_cache_prefetch(cache, asked, words_n, MOSTLY_BYTES);
    for (size_t i = 0; i < end; i++) {
        if (tokens[i].kind == TR_WORD) {
            read_through(lexicon, cache, &asked[word++], &tokens[i], arena, &out[i]);
        } else {
            tr_read(lexicon, &tokens[i], arena, &out[i]);
        }
    }
    return end;
}

void tr_read_cached(const struct tr_lexicon *lexicon, struct tr_cache *cache,
                    const struct tr_token *tokens, size_t n, struct nb_arena *arena,
                    struct tr_reading *out)
{
    for (size_t i = 0; !cache && i < n; i++) {
        tr_read(lexicon, &tokens[i], arena, &out[i]);
    }
    for (size_t i = 0; cache && i < n;) {
        i += read_some(lexicon, cache, tokens + i, n - i, arena, out + i);
    }
}

static bool is_word(const struct tr_token *token)
{
    return token->kind <= TR_NUMBER || token->kind == TR_HASHTAG || token->kind == TR_MENTION;
}

static void look_around(const struct tr_token *tokens, size_t n, size_t i, struct tr_around *out)
{
    *out = (struct tr_around){.ends = TR_ENDS_SENTENCE};
    if (i > 0 && is_word(&tokens[i - 1])) {
        out->before = tokens[i - 1].folded;
    }
    if (i + 1 < n && is_word(&tokens[i + 1])) {
        out->after = tokens[i + 1].folded;
        out->ends = TR_ENDS_NOTHING;
    }
    for (size_t k = i + 1; k < n && out->ends == TR_ENDS_SENTENCE; k++) {
        out->ends = is_word(&tokens[k]) ? TR_ENDS_CLAUSE : TR_ENDS_SENTENCE;
    }
}

void tr_readings_choose(const struct tr_lexicon *lexicon, const struct tr_choices *choices,
                        const struct tr_token *tokens, struct tr_reading *readings, size_t n,
                        struct nb_arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        struct tr_reading *reading = &readings[i];
        struct tr_around around;
        if (reading->analyses_n < 2) {
            continue;
        }
        uint64_t before = reading->analyses[0].features;
        look_around(tokens, n, i, &around);
        tr_choose(choices, &around, reading->analyses, reading->analyses_n);
        if (reading->analyses[0].features != before) {
            struct reader r = {.lexicon = lexicon, .token = &tokens[i], .out = reading};
            r.word = reading->normal.len ? reading->normal : tokens[i].folded;
            set_keys(lexicon, reading);
            set_lemma(&r, &reading->analyses[0], arena);
            reading->features = reading->analyses[0].features;
        }
    }
}
