#include "tools/lemma_counts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/turkish/rank.h"
#include "analyzer/turkish/table.h"
#include "analyzer/turkish/text.h"
#include "tools/corpora.h"

enum { ROUNDS = 4, PROBES = 8, READINGS_MAX = 16 };

/* A word and the lemmas it can have. */
struct word {
    uint32_t first, n; /* in counting.readings */
    uint32_t times;
};

struct counting {
    const struct tr_core *core;
    struct nb_arena *arena, *scratch;
    struct tr_table words;
    uint32_t *times; /* by word */
    size_t times_cap;
    struct tr_table lemmas; /* the lemma, then a byte for the part of speech */
};

static void die(const char *what)
{
    fprintf(stderr, "lemma_counts: %s\n", what);
    exit(1);
}

static void add_text(void *context, struct nb_slice text)
{
    struct counting *c = context;
    struct tr_token *tokens;
    size_t n;
    nb_arena_reset(c->scratch);
    if (tr_tokenise(text, c->scratch, &tokens, &n) != NB_OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t id =
            tokens[i].kind == TR_WORD ? tr_table_add(&c->words, tokens[i].folded) : TR_NONE;
        if (id == TR_NONE) {
            continue;
        }
        if (id >= c->times_cap) {
            size_t cap = 2 * c->times_cap + 65536;
            c->times = realloc(c->times, cap * sizeof(*c->times));
            if (!c->times) {
                die("out of memory");
            }
            memset(c->times + c->times_cap, 0, (cap - c->times_cap) * sizeof(*c->times));
            c->times_cap = cap;
        }
        c->times[id]++;
    }
}

/* Distinct lemmas of one word. @return how many. */
static uint32_t read_word(struct counting *c, struct nb_slice word, uint32_t *out)
{
    struct tr_analysis all[TR_ANALYSE_MAX];
    char text[TR_LEMMA_BYTES_MAX + 1];
    uint32_t n = 0;
    size_t all_n = tr_analyse(c->core, word, all, TR_ANALYSE_MAX);
    for (size_t i = 0; i < all_n && n < READINGS_MAX; i++) {
        size_t len = tr_core_lemma(c->core, word, &all[i], text);
        text[len] = (char)('A' + all[i].root_upos);
        uint32_t id = tr_table_add(&c->lemmas, nb_slice(text, len + 1)), k = 0;
        while (k < n && out[k] != id) {
            k++;
        }
        if (k == n && id != TR_NONE) {
            out[n++] = id;
        }
    }
    return n;
}

static void share(const struct word *words, size_t words_n, const uint32_t *readings,
                  const double *before, double *after)
{
    for (size_t w = 0; w < words_n; w++) {
        double sum = 0;
        for (uint32_t k = 0; k < words[w].n; k++) {
            sum += before[readings[words[w].first + k]];
        }
        for (uint32_t k = 0; k < words[w].n && sum > 0; k++) {
            uint32_t id = readings[words[w].first + k];
            after[id] += words[w].times * before[id] / sum;
        }
    }
}

/* 1 for a handful, 15 for the most frequent words of all. */
static uint32_t level_of(double count)
{
    double level = count < 0.5 ? 0 : 1 + floor(log2(count + 1) * 0.8);
    return level > 15 ? 15 : (uint32_t)level;
}

struct ranked {
    double count;
    uint32_t id;
};

static int by_count(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
                                : (x->id > y->id) - (x->id < y->id);
}

/* Most frequent first, so that what finds no place is rare. */
static void fill(const struct counting *c, const double *counts, uint8_t *entries, uint32_t n)
{
    struct ranked *order = calloc(c->lemmas.n + 1, sizeof(*order));
    if (!order) {
        die("out of memory");
    }
    for (uint32_t i = 0; i < c->lemmas.n; i++) {
        order[i] = (struct ranked){counts[i], i};
    }
    qsort(order, c->lemmas.n, sizeof(*order), by_count);
    uint32_t used = 0;
    for (size_t i = 0; i < c->lemmas.n && used < n - n / 4; i++) {
        struct nb_slice text = c->lemmas.texts[order[i].id];
        uint32_t hash = tr_rank_lemma_hash(nb_slice_sub(text, 0, text.len - 1),
                                           (uint8_t)(text.p[text.len - 1] - 'A'));
        uint32_t level = level_of(order[i].count), entry = (hash >> 20) << 4 | level;
        for (uint32_t k = 0; level && k < PROBES; k++) {
            uint8_t *at = entries + 2 * (size_t)((hash + k) & (n - 1));
            if (!at[0] && !at[1]) {
                at[0] = (uint8_t)entry;
                at[1] = (uint8_t)(entry >> 8);
                used++;
                break;
            }
        }
    }
    free(order);
}

uint64_t lemma_counts(const struct tr_core *core, const char *data, uint8_t *entries,
                      uint32_t entries_n)
{
    struct counting c = {.core = core};
    c.arena = nb_arena_new((size_t)1 << 30);
    c.scratch = nb_arena_new((size_t)16 << 20);
    tr_table_init(&c.words, c.arena);
    tr_table_init(&c.lemmas, c.arena);
    uint64_t hash = corpora_read(data, add_text, &c);
    struct word *words = calloc(c.words.n + 1, sizeof(*words));
    uint32_t *readings = calloc((c.words.n + 1) * READINGS_MAX, sizeof(*readings)), n = 0;
    if (!words || !readings) {
        die("out of memory");
    }
    for (size_t w = 0; w < c.words.n; w++) {
        words[w] = (struct word){n, read_word(&c, c.words.texts[w], readings + n), c.times[w]};
        n += words[w].n;
    }
    double *before = calloc(c.lemmas.n + 1, sizeof(*before));
    double *after = calloc(c.lemmas.n + 1, sizeof(*after));
    if (!before || !after) {
        die("out of memory");
    }
    for (size_t i = 0; i < c.lemmas.n; i++) {
        before[i] = 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        memset(after, 0, c.lemmas.n * sizeof(*after));
        share(words, c.words.n, readings, before, after);
        for (size_t i = 0; i < c.lemmas.n; i++) {
            before[i] = after[i] + 0.01;
        }
    }
    fill(&c, after, entries, entries_n);
    free(words);
    free(readings);
    free(before);
    free(after);
    free(c.times);
    nb_arena_free(c.scratch);
    nb_arena_free(c.arena);
    return hash;
}
