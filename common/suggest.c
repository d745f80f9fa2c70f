/*
 * Optimal string alignment distance (Damerau 1964, in the restricted form): insertions, deletions,
 * substitutions and swaps of neighbours cost 1. Case of ASCII letters is no difference.
 */
#include <nabiz/config.h>

#include <stdint.h>

enum { WORD_MAX = 64 };

static size_t min2(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(struct nb_slice a, struct nb_slice b)
{
    size_t rows[3][WORD_MAX + 1];
    for (size_t k = 0; k <= b.len; k++) {
        rows[0][k] = k;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3];
        const size_t *before2 = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            char x = nb_ascii_lower(a.p[i - 1]);
            char y = nb_ascii_lower(b.p[k - 1]);
            size_t best = min2(before[k] + 1, now[k - 1] + 1);
            best = min2(best, before[k - 1] + (x != y));
            if (i > 1 && k > 1 && x == nb_ascii_lower(b.p[k - 2]) &&
                nb_ascii_lower(a.p[i - 2]) == y) {
                best = min2(best, before2[k - 2] + 1);
            }
            now[k] = best;
        }
    }
    return rows[a.len % 3][b.len];
}

const char *nb_suggest(struct nb_slice word, const char *const *names, size_t names_n)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    if (word.len == 0 || word.len > WORD_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < names_n; i++) {
        struct nb_slice name = nb_slice_str(names[i]);
        if (name.len == 0 || name.len > WORD_MAX) {
            continue;
        }
        size_t longer = name.len > word.len ? name.len : word.len;
        size_t d = distance(word, name);
        if (d <= longer / 3 && d < best_distance) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}
