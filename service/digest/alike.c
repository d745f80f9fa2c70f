/*
 * Stories that tell the same in other words. Two are alike when the words of title and beginning
 * have enough in common: words are folded and cut to five letters, which for Turkish finds nearly
 * what its lemmas find (F. Can et al., "Information retrieval on Turkish texts", JASIST 59(3),
 * 2008), and weigh more the fewer of the stories have them:
 *
 *   w(t) = log2(n / df(t)) in sixteenths     alike: (sum of w in common)^2 >= 0.45^2 * A * B
 *
 * where A and B are the sums of w of each, and three words in common are the least. The heaviest
 * story that a story is alike takes it in; so a chain of small likenesses does not draw everything
 * together. Integers only: the same on every machine.
 */
#include "service/digest/report_impl.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/text.h>

#include "analyzer/mentions.h"
#include "analyzer/turkish/letters.h"

enum {
    LETTERS_N = 5,
    WORD_LETTERS_MIN = 3,
    WORDS_MAX = 64, /* of a story */
    COMMON_MIN = 3,
    ALIKE_PERCENT = 45
};

struct words {
    uint64_t keys[WORDS_MAX]; /* ascending */
    uint32_t weights[WORDS_MAX];
    uint64_t sum; /* of weights */
    size_t n;
};

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 0xc0 && c < 0x250) ||
           (c >= 0x370 && c < 0x600);
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void add_word(struct words *words, const char *text, size_t len, size_t letters_n)
{
    if (letters_n >= WORD_LETTERS_MIN && words->n < WORDS_MAX) {
        words->keys[words->n++] = nb_story_key(nb_slice(text, len));
    }
}

static void add_text(struct words *words, struct nb_slice text)
{
    char word[4 * LETTERS_N];
    size_t len = 0, letters_n = 0;
    bool rest = false; /* behind an apostrophe there are suffixes only */
    for (size_t pos = 0; pos < text.len;) {
        uint32_t c = nb_utf8_next(text, &pos);
        if (tr_is_dropped(c)) {
            continue;
        }
        c = tr_fold_letter(c);
        rest |= letters_n > 0 && tr_is_apostrophe(c);
        if (is_letter(c)) {
            if (letters_n < LETTERS_N && !rest) {
                len += nb_utf8_put(c, word + len);
                letters_n++;
            }
        } else if (!tr_is_apostrophe(c)) {
            add_word(words, word, len, letters_n);
            len = letters_n = 0;
            rest = false;
        }
    }
    add_word(words, word, len, letters_n);
}

static void settle(struct words *words)
{
    size_t kept = 0;
    qsort(words->keys, words->n, sizeof(words->keys[0]), by_key);
    for (size_t i = 0; i < words->n; i++) {
        if (i == 0 || words->keys[i] != words->keys[i - 1]) {
            words->keys[kept++] = words->keys[i];
        }
    }
    words->n = kept;
}

/* log2(a / b) in sixteenths, a >= b > 0: the bits of (a / b)^16, by squaring. */
static uint32_t log2_16(uint64_t a, uint64_t b)
{
    uint64_t x = (a << 16) / b; /* 16 bits behind the point */
    uint32_t whole = 0, parts = 0;
    while (x >= UINT64_C(2) << 16) {
        x >>= 1;
        whole++;
    }
    for (unsigned i = 0; i < 4; i++) {
        x = x * x >> 16;
        parts <<= 1;
        if (x >= UINT64_C(2) << 16) {
            x >>= 1;
            parts |= 1;
        }
    }
    return whole * 16 + parts;
}

static enum nb_err weigh(struct words *all, size_t n, struct nb_arena *arena)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += all[i].n;
    }
    uint64_t *keys = nb_arena_alloc(arena, (total + 1) * sizeof(*keys));
    if (!keys) {
        return NB_ENOMEM;
    }
    total = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(keys + total, all[i].keys, all[i].n * sizeof(*keys));
        total += all[i].n;
    }
    qsort(keys, total, sizeof(*keys), by_key);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < all[i].n; k++) {
            const uint64_t *at = bsearch(&all[i].keys[k], keys, total, sizeof(*keys), by_key);
            const uint64_t *low = at, *high = at;
            while (low > keys && low[-1] == *at) {
                low--;
            }
            while (high + 1 < keys + total && high[1] == *at) {
                high++;
            }
            uint32_t w = log2_16(n, (uint64_t)(high - low) + 1);
            all[i].weights[k] = w;
            all[i].sum += w;
        }
    }
    return NB_OK;
}

static bool are_alike(const struct words *a, const struct words *b)
{
    uint64_t common = 0;
    size_t common_n = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        if (a->keys[i] == b->keys[k]) {
            common += a->weights[i];
            common_n += a->weights[i] > 0;
            i++;
            k++;
        } else if (a->keys[i] < b->keys[k]) {
            i++;
        } else {
            k++;
        }
    }
    return common_n >= COMMON_MIN &&
           common * common * 10000 >= (uint64_t)ALIKE_PERCENT * ALIKE_PERCENT * a->sum * b->sum;
}

static enum nb_err read_words(const struct nb_report *report, const struct nb_story_count *story,
                              struct nb_arena *arena, struct words *out, struct nb_error *error)
{
    struct nb_report_document document;
    enum nb_err err = nb_report_document(report, story->best, arena, &document, error);
    if (err == NB_OK) {
        add_text(out, document.title);
        add_text(out, document.excerpt);
        settle(out);
    }
    return err;
}

enum nb_err nb_report_join_alike(const struct nb_report *report, struct nb_scan *scan,
                                 const struct nb_story_count *stories, size_t n,
                                 struct nb_arena *arena, struct nb_error *error)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct words *all = nb_arena_calloc(arena, n, sizeof(*all));
    bool *taken = nb_arena_calloc(arena, n, sizeof(*taken)); /* into a heavier one */
    enum nb_err err = all && taken ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = read_words(report, &stories[i], arena, &all[i], error);
    }
    if (err == NB_OK) {
        err = weigh(all, n, arena);
    }
    for (size_t i = 1; err == NB_OK && i < n; i++) {
        for (size_t k = 0; !taken[i] && k < i; k++) {
            if (!taken[k] && are_alike(&all[k], &all[i])) {
                uint32_t a = nb_report_root(scan, stories[k].root);
                uint32_t b = nb_report_root(scan, stories[i].root);
                scan->rows[a > b ? a : b].story = a > b ? b : a;
                taken[i] = true;
            }
        }
    }
    nb_arena_rewind(arena, mark);
    return err;
}
