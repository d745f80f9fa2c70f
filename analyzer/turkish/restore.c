/*
 * Features are 64-bit hashes. The model is a table of buckets of one half cache line each: a
 * feature's low bits name the bucket, its high bits mark the entry in it, the rest of the entry is
 * the weight. What is not there weighs nothing; one in two hundred that is not there is taken for
 * another that is, which training has seen.
 */
#include "analyzer/turkish/restore.h"

#include <string.h>

enum { LEFT_MAX = 7, RIGHT_MAX = 5, BUCKET_BYTES = 2 * TR_RESTORE_BUCKET };

/* How many letters to the left and to the right a feature spans. */
static const struct {
    uint8_t left, right;
} windows[] = {
    {1, 0}, {0, 1}, {1, 1}, {2, 0}, {0, 2}, {2, 1}, {1, 2}, {3, 0}, {0, 3}, {2, 2}, {3, 1}, {1, 3},
    {4, 0}, {0, 4}, {3, 2}, {2, 3}, {5, 0}, {0, 5}, {3, 3}, {4, 2}, {2, 4}, {6, 0}, {4, 4}, {7, 2},
};

enum { WINDOWS = sizeof(windows) / sizeof(windows[0]) };

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0xbf58476d1ce4e5b9u;
    h ^= h >> 29;
    h *= 0x94d049bb133111ebu;
    return h ^ (h >> 32);
}

static uint64_t step(uint64_t h, unsigned letter)
{
    return (h ^ letter) * 0x100000001b3u;
}

static uint64_t hash_word(struct nb_slice word)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < word.len; i++) {
        h = step(h, (unsigned char)word.p[i]);
    }
    return h;
}

enum { AROUND_MAX = 6, TAIL_LETTERS = 3 };

/* What stays the same for all letters of a word. */
struct view {
    struct nb_slice word;
    uint64_t whole, stem;
    uint64_t around[AROUND_MAX]; /* what stands beside it, each with a meaning of its own */
    size_t around_n;
};

/* What stays the same at one letter, whatever was decided to the left. */
struct place {
    size_t at;
    uint64_t own;
    uint64_t right[RIGHT_MAX + 1];
    size_t right_n;
};

static struct nb_slice tail(struct nb_slice word)
{
    return nb_slice_sub(word, word.len > TAIL_LETTERS ? word.len - TAIL_LETTERS : 0, word.len);
}

static void add_around(struct view *view, uint64_t meaning, uint64_t hash)
{
    view->around[view->around_n++] = mix((hash ^ meaning) * 0x9e3779b97f4a7c15u);
}

static struct view view_of(const struct tr_plain_word *in)
{
    struct view view = {.word = in->word, .whole = hash_word(in->word)};
    view.stem = hash_word(nb_slice_sub(in->word, 0, nb_slice_find_byte(in->word, '\'', 0)));
    if (in->before.len) {
        add_around(&view, 1, hash_word(in->before));
        add_around(&view, 2, hash_word(tail(in->before)));
    }
    if (in->after.len) {
        add_around(&view, 3, hash_word(in->after));
        add_around(&view, 4, hash_word(tail(in->after)));
    }
    if (in->vowel_before) {
        add_around(&view, 5, (unsigned char)in->vowel_before);
    }
    if (in->name) {
        add_around(&view, 6, 1);
    }
    return view;
}

static uint64_t own_of(const struct view *view, size_t at)
{
    return step(view->whole, 0x100 + (unsigned)at);
}

/* The end of the word counts as one letter. */
static struct place place_of(const struct view *view, size_t at)
{
    struct place place = {.at = at, .own = own_of(view, at)};
    uint64_t h = 0x51ed270b0929a5c3u + (unsigned char)view->word.p[at];
    place.right[0] = h;
    for (size_t i = 1; i <= RIGHT_MAX; i++) {
        bool end = at + i >= view->word.len;
        h = step(h, end ? ' ' : (unsigned char)view->word.p[at + i]);
        place.right[i] = h;
        place.right_n = i;
    }
    return place;
}

/* Of the letter in its word. */
static size_t word_features(const struct view *view, const struct place *place, uint64_t *out)
{
    size_t n = 0;
    out[n++] = mix(place->right[0]);
    out[n++] = mix(place->own);
    if (view->stem != view->whole) {
        out[n++] = mix(step(view->stem, 0x200 + (unsigned)place->at));
    }
    return n;
}

/* Of what stands beside the word. */
static size_t around_features(const struct view *view, const struct place *place, uint64_t *out)
{
    for (size_t i = 0; i < view->around_n; i++) {
        out[i] = mix(place->own ^ view->around[i]);
    }
    return view->around_n;
}

static size_t right_features(const struct place *place, uint64_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < WINDOWS; i++) {
        if (windows[i].left == 0 && windows[i].right <= place->right_n) {
            out[n++] = mix(place->right[windows[i].right] + i);
        }
    }
    return n;
}

/* Of what was decided to the left. */
static size_t left_features(const struct view *view, const struct place *place, uint64_t marked,
                            uint64_t *out)
{
    uint64_t left[LEFT_MAX + 1];
    size_t left_n = 0, n = 0;
    uint64_t h = 0x2545f4914f6cdd1du;
    for (size_t i = 1; i <= LEFT_MAX; i++) {
        size_t at = place->at - i;
        bool begin = i >= place->at + 1;
        unsigned letter = begin ? ' ' : (unsigned char)view->word.p[at];
        h = step(h, letter + (begin ? 0 : (unsigned)(marked >> at & 1) << 8));
        left[i] = h;
        left_n = i;
    }
    for (size_t i = 0; i < WINDOWS; i++) {
        size_t l = windows[i].left, r = windows[i].right;
        if (l > 0 && l <= left_n && r <= place->right_n) {
            out[n++] = mix((left[l] * 0x9e3779b97f4a7c15u) ^ (place->right[r] + i));
        }
    }
    return n;
}

size_t tr_restore_features(const struct tr_plain_word *in, size_t at, uint64_t marked,
                           uint64_t *out)
{
    struct view view = view_of(in);
    struct place place = place_of(&view, at);
    size_t n = word_features(&view, &place, out);
    n += around_features(&view, &place, out + n);
    n += right_features(&place, out + n);
    return n + left_features(&view, &place, marked, out + n);
}

/* Entries of one bucket, in the order of bytes of this machine. */
static void load_bucket(const unsigned char *bucket, uint16_t *out)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(out, bucket, BUCKET_BYTES);
#else
    for (size_t i = 0; i < TR_RESTORE_BUCKET; i++) {
        out[i] = (uint16_t)(bucket[2 * i] | bucket[2 * i + 1] << 8);
    }
#endif
}

/* No branch depends on an entry, so that a compiler looks at several of them at once. */
static int32_t weigh(const struct tr_restorer *restorer, const uint64_t *keys, size_t n)
{
    int32_t sum = 0;
    for (size_t k = 0; k < n; k++) {
        uint16_t entries[TR_RESTORE_BUCKET], mark = tr_restore_mark(keys[k]), found = 0;
        load_bucket(restorer->entries +
                        BUCKET_BYTES * tr_restore_bucket(keys[k], restorer->buckets_n),
                    entries);
        for (size_t i = 0; i < TR_RESTORE_BUCKET; i++) {
            uint16_t weight = entries[i] ^ mark; /* small where the mark is the same */
            uint16_t same = weight < 1u << TR_RESTORE_WEIGHT_BITS ? 0xFFFF : 0;
            found = (uint16_t)(found | (weight & same));
        }
        sum += found ? (int32_t)found - TR_RESTORE_WEIGHT_ZERO : 0;
    }
    return sum;
}

/* @return the number of the entry, n for none. */
static size_t find_weighed(const struct tr_restore_memo *memo, size_t at, uint8_t marks)
{
    size_t i = 0;
    while (i < memo->n && (memo->all[i].at != at || memo->all[i].marks != marks)) {
        i++;
    }
    return i;
}

static void remember(struct tr_restore_memo *memo, size_t at, uint8_t marks, int32_t sum)
{
    if (memo && memo->n < TR_RESTORE_MEMO_MAX) {
        memo->all[memo->n].at = (uint8_t)at;
        memo->all[memo->n].marks = marks;
        memo->all[memo->n++].sum = (int16_t)sum;
        memo->grew = true;
    }
}

static int32_t weigh_fixed(const struct tr_restorer *restorer, const struct tr_plain_word *in,
                           const struct view *view, const struct place *place)
{
    uint64_t keys[TR_RESTORE_FEATURES_MAX];
    struct tr_restore_memo *memo = in->memo;
    int32_t around = weigh(restorer, keys, around_features(view, place, keys));
    size_t i = memo ? find_weighed(memo, place->at, TR_RESTORE_MEMO_OWN) : 0;
    if (memo && i < memo->n) {
        return around + memo->all[i].sum;
    }
    size_t n = word_features(view, place, keys);
    n += right_features(place, keys + n);
    int32_t own = weigh(restorer, keys, n);
    remember(memo, place->at, TR_RESTORE_MEMO_OWN, own);
    return around + own;
}

static int32_t weigh_left(const struct tr_restorer *restorer, const struct tr_plain_word *in,
                          const struct view *view, const struct place *place, uint64_t marked)
{
    uint64_t keys[TR_RESTORE_FEATURES_MAX];
    struct tr_restore_memo *memo = in->memo;
    uint64_t near =
        place->at < LEFT_MAX ? marked << (LEFT_MAX - place->at) : marked >> (place->at - LEFT_MAX);
    uint8_t marks = (uint8_t)(near & ((1u << LEFT_MAX) - 1));
    size_t i = memo ? find_weighed(memo, place->at, marks) : 0;
    if (memo && i < memo->n) {
        return memo->all[i].sum;
    }
    int32_t sum = weigh(restorer, keys, left_features(view, place, marked, keys));
    remember(memo, place->at, marks, sum);
    return sum;
}

enum nb_err tr_restorer_open(struct tr_restorer *out, struct nb_slice model)
{
    *out = (struct tr_restorer){NULL, 0};
    if (model.len < TR_RESTORE_HEADER ||
        !nb_slice_starts(model, nb_slice(TR_RESTORE_MAGIC, sizeof(TR_RESTORE_MAGIC) - 1))) {
        return NB_ECORRUPT;
    }
    const unsigned char *n = (const unsigned char *)model.p + 8;
    uint32_t buckets_n = n[0] | (uint32_t)n[1] << 8 | (uint32_t)n[2] << 16 | (uint32_t)n[3] << 24;
    if (!buckets_n || model.len != TR_RESTORE_HEADER + (uint64_t)buckets_n * BUCKET_BYTES) {
        return NB_ECORRUPT;
    }
    out->entries = (const unsigned char *)model.p + TR_RESTORE_HEADER;
    out->buckets_n = buckets_n;
    return NB_OK;
}

char tr_restore_vowel(struct nb_slice folded)
{
    static const struct {
        char letter[3], vowel;
    } vowels[] = {{"a", 'a'}, {"\xC4\xB1", 'a'}, {"e", 'e'},        {"i", 'e'},
                  {"o", 'o'}, {"u", 'o'},        {"\xC3\xB6", 'u'}, {"\xC3\xBC", 'u'}};
    for (size_t end = folded.len; end > 0; end--) {
        for (size_t i = 0; i < sizeof(vowels) / sizeof(vowels[0]); i++) {
            if (nb_slice_ends(nb_slice_sub(folded, 0, end), nb_slice_str(vowels[i].letter))) {
                return vowels[i].vowel;
            }
        }
    }
    return 0;
}

static size_t put_letter(char letter, bool marked, char *out)
{
    static const struct {
        char plain, marked[3];
    } letters[] = {{'c', "\xC3\xA7"}, {'g', "\xC4\x9F"}, {'i', "\xC4\xB1"},
                   {'o', "\xC3\xB6"}, {'s', "\xC5\x9F"}, {'u', "\xC3\xBC"}};
    for (size_t i = 0; marked && i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (letters[i].plain == letter) {
            memcpy(out, letters[i].marked, 2);
            return 2;
        }
    }
    *out = letter;
    return 1;
}

/* A form that is being built. */
struct state {
    uint64_t marked;
    int32_t score, least;
};

static void spell(struct nb_slice word, const struct state *state, struct tr_restored *out)
{
    size_t len = 0;
    for (size_t i = 0; i < word.len; i++) {
        len += put_letter(word.p[i], state->marked >> i & 1, out->text + len);
    }
    out->len = (uint8_t)len;
    out->score = state->score;
    out->least = state->least;
}

static bool fits(const struct tr_restorer *restorer, const struct tr_plain_word *in)
{
    return restorer->entries && in->word.len <= TR_RESTORE_BYTES_MAX;
}

/* What stands beside the word is new each time, so nothing keeps what it weighs. */
static void look_ahead(const struct tr_restorer *restorer, const struct view *view)
{
    for (size_t at = 0; view->around_n && at < view->word.len; at++) {
        if (!tr_restorable(view->word.p[at])) {
            continue;
        }
        struct place place = {.at = at, .own = own_of(view, at)};
        uint64_t keys[AROUND_MAX];
        size_t n = around_features(view, &place, keys);
        for (size_t i = 0; i < n; i++) {
            const unsigned char *bucket =
                restorer->entries + BUCKET_BYTES * tr_restore_bucket(keys[i], restorer->buckets_n);
            __builtin_prefetch(bucket);
            __builtin_prefetch(bucket + BUCKET_BYTES - 1); /* may be on another cache line */
        }
    }
}

void tr_restore_ahead(const struct tr_restorer *restorer, const struct tr_plain_word *in)
{
    if (fits(restorer, in)) {
        struct view view = view_of(in);
        look_ahead(restorer, &view);
    }
}

bool tr_restore(const struct tr_restorer *restorer, const struct tr_plain_word *in,
                struct tr_restored *out)
{
    if (!fits(restorer, in)) {
        return false;
    }
    struct view view = view_of(in);
    struct state state = {0, 0, INT32_MAX};
    for (size_t at = 0; at < in->word.len; at++) {
        if (!tr_restorable(in->word.p[at])) {
            continue;
        }
        struct place place = place_of(&view, at);
        int32_t sum = weigh_fixed(restorer, in, &view, &place) +
                      weigh_left(restorer, in, &view, &place, state.marked);
        int32_t sure = sum < 0 ? -sum : sum;
        state.marked |= (uint64_t)(sum > 0) << at;
        state.score += sure;
        state.least = sure < state.least ? sure : state.least;
    }
    spell(in->word, &state, out);
    return true;
}

/* Keep the beam in order of score; on a tie what came first stays in front. */
static size_t insert(struct state *beam, size_t n, struct state state)
{
    size_t at = n;
    while (at > 0 && beam[at - 1].score < state.score) {
        at--;
    }
    if (at == TR_RESTORE_BEAM) {
        return n;
    }
    size_t kept = n < TR_RESTORE_BEAM ? n : TR_RESTORE_BEAM - 1;
    memmove(&beam[at + 1], &beam[at], (kept - at) * sizeof(*beam));
    beam[at] = state;
    return kept + 1;
}

size_t tr_restore_candidates(const struct tr_restorer *restorer, const struct tr_plain_word *in,
                             struct tr_restored *out)
{
    if (!fits(restorer, in)) {
        return 0;
    }
    struct view view = view_of(in);
    look_ahead(restorer, &view);
    struct state beam[TR_RESTORE_BEAM] = {{0, 0, INT32_MAX}};
    size_t beam_n = 1;
    for (size_t at = 0; at < in->word.len; at++) {
        if (!tr_restorable(in->word.p[at])) {
            continue;
        }
        struct state next[TR_RESTORE_BEAM];
        size_t next_n = 0;
        struct place place = place_of(&view, at);
        int32_t fixed = weigh_fixed(restorer, in, &view, &place);
        for (size_t i = 0; i < beam_n; i++) {
            int32_t sum = fixed + weigh_left(restorer, in, &view, &place, beam[i].marked);
            struct state with = beam[i], without = beam[i];
            with.marked |= (uint64_t)1 << at;
            with.score += sum;
            without.score -= sum;
            with.least = with.least < sum ? with.least : sum;
            without.least = without.least < -sum ? without.least : -sum;
            next_n = insert(next, next_n, without);
            next_n = insert(next, next_n, with);
        }
        memcpy(beam, next, next_n * sizeof(*next));
        beam_n = next_n;
    }
    for (size_t i = 0; i < beam_n; i++) {
        spell(in->word, &beam[i], &out[i]);
    }
    return beam_n;
}
