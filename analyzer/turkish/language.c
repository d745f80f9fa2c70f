#include "analyzer/turkish/language.h"

#include <math.h>
#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/cache.h"
#include "analyzer/turkish/letters.h"

enum {
    WORD_BYTES_MAX = 64,
    GROUP_MAX = 4,
    SHORT_BYTES = 4,
    KEPT_BYTES = 4 << 20,
    WORDS_AHEAD = 32
};

/*
 * What counts as clear, in the unit of the model's logits times 1000, and how much each word that
 * has an analysis, or has none, says for and against Turkish.
 */
enum { UNIT = 1000, CLEAR = 400, KNOWN_SAYS = 500, UNKNOWN_SAYS = -500, SURE_OTHER = 2500 };

const char *tr_language_code(enum tr_language language)
{
    switch (language) {
    case TR_LANGUAGE_TR:
        return "tr";
    case TR_LANGUAGE_AZ:
        return "az";
    case TR_LANGUAGE_KU:
        return "ku";
    case TR_LANGUAGE_EN:
        return "en";
    case TR_LANGUAGE_DE:
        return "de";
    case TR_LANGUAGE_AR:
        return "ar";
    case TR_LANGUAGE_RU:
        return "ru";
    default:
        return "und";
    }
}

enum nb_err tr_languages_open(struct tr_languages *out, struct nb_slice model)
{
    *out = (struct tr_languages){NULL, 0};
    if (model.len < TR_LANGUAGE_HEADER ||
        !nb_slice_starts(model, nb_slice(TR_LANGUAGE_MAGIC, sizeof(TR_LANGUAGE_MAGIC) - 1))) {
        return NB_ECORRUPT;
    }
    unsigned bits = (unsigned char)model.p[8];
    if (bits > 24 || model.len != TR_LANGUAGE_HEADER + ((size_t)TR_LANGUAGE_LATIN_N << bits)) {
        return NB_ECORRUPT;
    }
    out->weights = (const int8_t *)(const void *)(model.p + TR_LANGUAGE_HEADER);
    out->mask = (1u << bits) - 1;
    return NB_OK;
}

static uint32_t mix(uint64_t h)
{
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    return (uint32_t)(h >> 32);
}

/* Lower case by nobody's rules: an I is read with its dot. */
static size_t neutral(const struct tr_token *token, char *out)
{
    struct nb_slice word = nb_utf8_cut(token->folded, WORD_BYTES_MAX);
    memcpy(out, word.p, word.len);
    return token->either_i ? tr_dotted(out, word.len) : word.len;
}

size_t tr_language_features(const struct tr_token *token, uint32_t *out, size_t cap)
{
    char word[WORD_BYTES_MAX];
    uint32_t letters[WORD_BYTES_MAX + 2];
    size_t len = neutral(token, word), letters_n = 0, n = 0;
    uint64_t whole = 0xcbf29ce484222325u;
    letters[letters_n++] = ' ';
    for (size_t at = 0; at < len;) {
        letters[letters_n++] = nb_utf8_next(nb_slice(word, len), &at);
        whole = (whole ^ letters[letters_n - 1]) * 0x100000001b3u;
    }
    letters[letters_n++] = ' ';
    if (n < cap) {
        out[n++] = mix(whole);
    }
    for (size_t from = 0; from < letters_n; from++) {
        uint64_t h = 0x9e3779b97f4a7c15u;
        for (size_t k = 0; k < GROUP_MAX && from + k < letters_n && n < cap; k++) {
            h = (h ^ letters[from + k]) * 0x100000001b3u;
            out[n++] = mix(h);
        }
    }
    return n;
}

/* Letters that the languages we name do not have in these scripts. */
static bool is_strange(uint32_t c)
{
    bool cyrillic = c == 0x404 || c == 0x406 || c == 0x407 || c == 0x454 || c == 0x456 ||
                    c == 0x457 || c == 0x45E || c == 0x40E || (c >= 0x452 && c <= 0x45F) ||
                    (c >= 0x48A && c <= 0x52F);
    bool arabic = c == 0x67E || c == 0x686 || c == 0x698 || c == 0x6AF || c == 0x6A9 ||
                  c == 0x6CC || (c >= 0x679 && c <= 0x6D5 && c != 0x6C0);
    return cyrillic || arabic;
}

static void count_letters(struct nb_slice word, struct tr_language_sum *sum)
{
    for (size_t at = 0; at < word.len;) {
        uint32_t c = nb_utf8_next(word, &at);
        if (c < 0x80) {
            sum->latin_n += nb_ascii_is_alpha((char)c);
            continue;
        }
        sum->strange_n += is_strange(c);
        if (c >= 0x400 && c < 0x530) {
            sum->cyrillic_n++;
        } else if (c >= 0x600 && c < 0x700) {
            sum->arabic_n++;
        } else if (c < 0x250 || (c >= 0x1E00 && c < 0x1F00) || c == 0x259) {
            sum->latin_n++;
        } else {
            sum->strange_n++;
        }
    }
}

/* The bytes of a row, each turned into 0 to 255. Written out, so that it takes two loads. */
static uint64_t load_row(const int8_t *row)
{
    _Static_assert(TR_LANGUAGE_LATIN_N == 6, "every column is here");
    const uint8_t *p = (const uint8_t *)row;
    uint32_t first = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    uint32_t second = p[4] | (uint32_t)p[5] << 8;
    return (first | (uint64_t)second << 32) ^ 0x808080808080u;
}

/* Rows are added up four columns at a time, in lanes that the features of a word do not overflow.
 */
static void add_scores(const struct tr_languages *languages, const uint32_t *features, size_t n,
                       int64_t *scores)
{
    _Static_assert(TR_LANGUAGE_FEATURES_MAX * 255 <= UINT16_MAX, "a lane does not overflow");
    static const uint64_t lanes = 0x00FF00FF00FF00FFu;
    uint64_t even = 0, odd = 0;
    for (size_t f = 0; f < n; f++) {
        uint64_t row = load_row(languages->weights +
                                (size_t)TR_LANGUAGE_LATIN_N * (features[f] & languages->mask));
        even += row & lanes;
        odd += row >> 8 & lanes;
    }
    for (size_t l = 0; l < TR_LANGUAGE_LATIN_N; l++) {
        uint64_t sum = (l % 2 ? odd : even) >> (16 * (l / 2)) & 0xFFFF;
        scores[l] += (int64_t)sum - 0x80 * (int64_t)n;
    }
}

static void add_word(const struct tr_languages *languages, const struct tr_token *token,
                     struct tr_language_sum *sum)
{
    uint32_t features[TR_LANGUAGE_FEATURES_MAX];
    size_t n =
        languages->weights ? tr_language_features(token, features, TR_LANGUAGE_FEATURES_MAX) : 0;
    add_scores(languages, features, n, sum->scores);
    sum->features_n += (uint32_t)n;
    sum->words_n++;
    count_letters(token->folded, sum);
}

/* What one word adds. */
struct kept {
    int32_t scores[TR_LANGUAGE_LATIN_N];
    uint16_t features_n, latin_n, arabic_n, cyrillic_n, strange_n;
};

static void keep_word(struct tr_cache *cache, const struct tr_asked *asked,
                      const struct tr_language_sum *one)
{
    struct kept kept = {.features_n = (uint16_t)one->features_n,
                        .latin_n = (uint16_t)one->latin_n,
                        .arabic_n = (uint16_t)one->arabic_n,
                        .cyrillic_n = (uint16_t)one->cyrillic_n,
                        .strange_n = (uint16_t)one->strange_n};
    for (size_t l = 0; l < TR_LANGUAGE_LATIN_N; l++) {
        kept.scores[l] = (int32_t)one->scores[l];
    }
    tr_cache_keep_asked(cache, asked, &kept, sizeof(kept));
}

static void add_kept(const struct kept *kept, struct tr_language_sum *sum)
{
    for (size_t l = 0; l < TR_LANGUAGE_LATIN_N; l++) {
        sum->scores[l] += kept->scores[l];
    }
    sum->features_n += kept->features_n;
    sum->words_n++;
    sum->latin_n += kept->latin_n;
    sum->arabic_n += kept->arabic_n;
    sum->cyrillic_n += kept->cyrillic_n;
    sum->strange_n += kept->strange_n;
}

static void add_sum(const struct tr_language_sum *part, struct tr_language_sum *sum)
{
    for (size_t l = 0; l < TR_LANGUAGE_LATIN_N; l++) {
        sum->scores[l] += part->scores[l];
    }
    sum->features_n += part->features_n;
    sum->words_n += part->words_n;
    sum->latin_n += part->latin_n;
    sum->arabic_n += part->arabic_n;
    sum->cyrillic_n += part->cyrillic_n;
    sum->strange_n += part->strange_n;
}

struct tr_cache *tr_language_cache_new(void)
{
    return tr_cache_new(KEPT_BYTES);
}

static void add_through(const struct tr_languages *languages, struct tr_cache *cache,
                        const struct tr_token *token, const struct tr_asked *asked,
                        struct tr_language_sum *sum)
{
    struct tr_language_sum one = {.words_n = 0};
    const struct kept *kept = tr_cache_find_asked(cache, asked);
    if (kept) {
        add_kept(kept, sum);
        return;
    }
    add_word(languages, token, &one);
    add_sum(&one, sum);
    if (token->folded.len <= TR_CACHED_BYTES_MAX) {
        keep_word(cache, asked, &one);
    }
}

void tr_language_add_cached(const struct tr_languages *languages, struct tr_cache *cache,
                            const struct tr_token *tokens, size_t n, struct tr_language_sum *sum)
{
    const struct tr_token *words[WORDS_AHEAD];
    struct tr_asked asked[WORDS_AHEAD];
    if (!cache) {
        tr_language_add(languages, tokens, n, sum);
        return;
    }
    for (size_t i = 0; i < n;) {
        size_t words_n = 0;
        for (; i < n && words_n < WORDS_AHEAD; i++) {
            if (tokens[i].kind == TR_WORD) {
                words[words_n] = &tokens[i];
                asked[words_n++] = tr_ask(tokens[i].folded, tokens[i].either_i);
            }
        }
        tr_cache_prefetch(cache, asked, words_n, sizeof(struct kept));
        for (size_t k = 0; k < words_n; k++) {
            add_through(languages, cache, words[k], &asked[k], sum);
        }
    }
}

void tr_language_add(const struct tr_languages *languages, const struct tr_token *tokens, size_t n,
                     struct tr_language_sum *sum)
{
    for (size_t i = 0; i < n; i++) {
        if (tokens[i].kind == TR_WORD) {
            add_word(languages, &tokens[i], sum);
        }
    }
}

void tr_language_add_word(const struct tr_token *token, bool known, struct tr_language_sum *sum)
{
    if (token->kind == TR_WORD && token->folded.len >= SHORT_BYTES) {
        sum->known_n += known;
        sum->unknown_n += !known;
    }
}

static uint32_t root_of(uint32_t n)
{
    uint32_t root = (uint32_t)sqrt(n); /* exact: a double has room for the rest of 32 bits */
    return root ? root : 1;
}

/* Scores in thousandths of a logit: sums grow with the text, what they prove with its root. */
static void weigh(const struct tr_language_sum *sum, int64_t *out)
{
    int64_t root = root_of(sum->features_n);
    for (size_t l = 0; l < TR_LANGUAGE_LATIN_N; l++) {
        out[l] = sum->scores[l] * UNIT / 32 / root;
    }
    int64_t words = (int64_t)sum->known_n + sum->unknown_n;
    int64_t says = KNOWN_SAYS * (int64_t)sum->known_n + UNKNOWN_SAYS * (int64_t)sum->unknown_n;
    if (words) {
        out[TR_LANGUAGE_TR] += says / root_of((uint32_t)words);
    }
}

static enum tr_language judge_latin(const struct tr_language_sum *sum, int64_t clear)
{
    int64_t scores[TR_LANGUAGE_LATIN_N];
    weigh(sum, scores);
    size_t best = 0;
    int64_t second = INT64_MIN;
    for (size_t l = 1; l < TR_LANGUAGE_LATIN_N; l++) {
        best = scores[l] > scores[best] ? l : best;
    }
    for (size_t l = 0; l < TR_LANGUAGE_LATIN_N; l++) {
        second = l != best && scores[l] > second ? scores[l] : second;
    }
    bool told = scores[best] - second >= clear && best != TR_LANGUAGE_OTHER;
    return told ? (enum tr_language)best : TR_LANGUAGE_UNKNOWN;
}

enum tr_language tr_language_judge(const struct tr_language_sum *sum)
{
    uint32_t all = sum->latin_n + sum->arabic_n + sum->cyrillic_n;
    bool strange = 50 * sum->strange_n > all;
    if (2 * sum->cyrillic_n > all) {
        return strange ? TR_LANGUAGE_UNKNOWN : TR_LANGUAGE_RU;
    }
    if (2 * sum->arabic_n > all) {
        return strange ? TR_LANGUAGE_UNKNOWN : TR_LANGUAGE_AR;
    }
    if (!sum->latin_n || 2 * sum->strange_n > sum->latin_n) {
        return TR_LANGUAGE_UNKNOWN;
    }
    return judge_latin(sum, CLEAR);
}

bool tr_language_may_be_turkish(const struct tr_language_sum *sum)
{
    int64_t scores[TR_LANGUAGE_LATIN_N];
    weigh(sum, scores);
    for (size_t l = 0; l < TR_LANGUAGE_LATIN_N; l++) {
        if (scores[l] > scores[TR_LANGUAGE_TR] + SURE_OTHER) {
            return false;
        }
    }
    return sum->latin_n > 0;
}
