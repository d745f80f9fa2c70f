#include "tests/lib/words.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/text.h>

static int by_bytes(const void *a, const void *b)
{
    return nb_slice_cmp(*(const struct nb_slice *)a, *(const struct nb_slice *)b);
}

static bool is_word(uint32_t c)
{
    return c == '_' || nb_ascii_is_digit((char)(c < 128 ? c : 0)) ||
           nb_ascii_is_alpha((char)(c < 128 ? c : 0)) ||
           (c >= 0xc0 && c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c <= 0x206f) &&
            !(c >= 0x2190 && c <= 0x2bff) && !(c >= 0x3000 && c <= 0x303f) && c != 0xfeff);
}

struct nbt_words nbt_words_of(struct nb_slice text, struct nb_arena *arena)
{
    struct nbt_words words = {nb_arena_alloc(arena, (text.len + 1) * sizeof(struct nb_slice)), 0};
    char *low = nb_arena_strdup(arena, text);
    size_t at = 0;
    size_t begin = 0;
    bool in = false;
    for (size_t i = 0; i < text.len; i++) {
        low[i] = nb_ascii_lower(low[i]);
    }
    text.p = low;
    while (at <= text.len) {
        size_t here = at;
        uint32_t c = at < text.len ? nb_utf8_next(text, &at) : 0;
        if (is_word(c) && !in) {
            begin = here;
            in = true;
        } else if (!is_word(c) && in) {
            words.all[words.n++] = nb_slice_sub(text, begin, here);
            in = false;
        }
        if (here == text.len) {
            break;
        }
    }
    qsort(words.all, words.n, sizeof(*words.all), by_bytes);
    return words;
}

double nbt_words_f1(struct nbt_words got, struct nbt_words want, double *precision, double *recall)
{
    size_t i = 0, k = 0, same = 0;
    while (i < got.n && k < want.n) {
        int order = nb_slice_cmp(got.all[i], want.all[k]);
        same += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    *precision = got.n ? (double)same / (double)got.n : 0;
    *recall = want.n ? (double)same / (double)want.n : 0;
    if (!want.n) {
        *precision = *recall = got.n ? 0 : 1;
    }
    return *precision + *recall > 0 ? 2 * *precision * *recall / (*precision + *recall) : 0;
}
