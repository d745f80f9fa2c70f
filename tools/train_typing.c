/*
 * Train what mends typed words: the restoring of diacritics, and the frequent words that slips of
 * the finger are measured by. Run by `make models`.
 *
 *     zcat REVIEWS | train_typing DATA DIACRITICS WORDS           learn from everything
 *     zcat REVIEWS | train_typing DATA DIACRITICS WORDS tuning    not from what is held out
 *
 * The texts are the headlines, the posts and reviews that are typed with diacritics, and the
 * sentences of the treebanks. Each word is seen without its diacritics; half of the time its
 * neighbours are hidden, so that the model does with and without. A logistic model is fitted by
 * AdaGrad in the order of the texts; features seen fewer than SEEN_MIN times are left out. A
 * frequent word is one that occurs COUNT_MIN times or more; whether it is a word is asked when it
 * is met. One thread, no clock: the same data give the same bytes.
 */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/file.h>
#include <nabiz/text.h>

#include "analyzer/turkish/corpus.h"
#include "analyzer/turkish/letters.h"
#include "analyzer/turkish/restore.h"
#include "analyzer/turkish/spell.h"
#include "analyzer/turkish/table.h"
#include "analyzer/turkish/text.h"
#include "analyzer/turkish/treebank.h"

enum {
    PLACE_BITS = 24,
    PLACES = 1 << PLACE_BITS,
    BUCKETS = 140000,
    WEIGHT_MAX = TR_RESTORE_WEIGHT_ZERO - 1,
    SEEN_MIN = 3,
    EPOCHS = 6,
    TREEBANK_TIMES = 3, /* few but careful, and the only prose */
    COUNT_MIN = 4,
    SLOTS = 1 << 17,
    FILE_BYTES_MAX = 1 << 30,
    PATH_BYTES = 4096
};

static const float RATE = 0.2F, SETTLED = 0.05F, STEP = 0.1F;

/* A word of the texts: plain bytes and which of its letters have their mark. */
struct word {
    struct nb_slice plain;
    uint64_t marked;
    bool joined; /* the word before it in the text is the one before it here */
    bool name;   /* written like one */
    char vowel;  /* see tr_restore_vowel() */
};

struct trainer {
    struct nb_arena *texts, *scratch;
    struct word *words;
    size_t words_n, words_cap;
    struct tr_table forms; /* every folded word */
    uint32_t *counts;      /* by id of forms */
    size_t counts_cap;
    float *weights, *squares;
    uint8_t *seen;
    bool everything; /* also what evaluations report on */
};

static void die(const char *what)
{
    fprintf(stderr, "train_typing: %s\n", what);
    exit(1);
}

static void count_form(struct trainer *t, struct nb_slice folded)
{
    size_t before = t->forms.n;
    uint32_t id = tr_table_add(&t->forms, folded);
    if (before == t->counts_cap) {
        t->counts_cap = 2 * t->counts_cap + 4096;
        t->counts = realloc(t->counts, t->counts_cap * sizeof(*t->counts));
    }
    if (id == TR_NONE || !t->counts) {
        die("out of memory");
    }
    t->counts[id] = id == before ? 1 : t->counts[id] + 1;
}

static void add_word(struct trainer *t, struct nb_slice folded, bool joined, bool name)
{
    count_form(t, folded);
    if (t->words_n == t->words_cap) {
        t->words_cap = 2 * t->words_cap + 4096;
        t->words = realloc(t->words, t->words_cap * sizeof(*t->words));
    }
    char *plain = nb_arena_alloc(t->texts, folded.len);
    if (!t->words || !plain) {
        die("out of memory");
    }
    struct word word = {.joined = joined, .name = name, .vowel = tr_restore_vowel(folded)};
    size_t n = 0;
    for (size_t at = 0; at < folded.len; n++) {
        size_t width = at + 1 < folded.len ? 2 : 1;
        memcpy(plain + n, folded.p + at, width);
        bool marked = tr_plain(plain + n, width) < width;
        word.marked |= n < 64 ? (uint64_t)marked << n : 0;
        at += marked ? 2 : 1;
    }
    word.plain = nb_slice(plain, n);
    if (n <= TR_RESTORE_BYTES_MAX) {
        t->words[t->words_n++] = word;
    }
}

/* Whether a text that is held out is learnt from. */
static bool learns(const struct trainer *t, bool held_out)
{
    return t->everything || !held_out;
}

static void add_text(struct trainer *t, struct nb_slice text)
{
    struct tr_token *tokens;
    size_t n;
    nb_arena_reset(t->scratch);
    if (tr_tokenise(text, t->scratch, &tokens, &n) != NB_OK) {
        die("out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        if (tokens[i].kind == TR_WORD) {
            add_word(t, tokens[i].folded, i > 0 && tokens[i - 1].kind == TR_WORD,
                     tokens[i].capital && !tokens[i].after_break);
        }
    }
}

static struct nb_slice read_all(const char *path, struct nb_arena *arena)
{
    struct nb_buf buf;
    struct nb_error error = {0};
    nb_buf_init(&buf, FILE_BYTES_MAX);
    enum nb_err err = path ? nb_file_read(path, &buf, &error)
                           : nb_file_read_fd(0, "standard input", &buf, &error);
    if (err != NB_OK) {
        die(nb_error_text(&error));
    }
    struct nb_slice copy = nb_arena_copy(arena, nb_buf_slice(&buf));
    nb_buf_fini(&buf);
    if (!copy.p) {
        die("out of memory");
    }
    return copy;
}

static void add_table(struct trainer *t, const char *path, char separator, const char *column,
                      bool well_typed_only)
{
    struct nb_arena *arena = nb_arena_new((size_t)1 << 30);
    struct tr_corpus corpus;
    struct nb_slice text;
    if (!arena ||
        !tr_corpus_open(&corpus, read_all(path, arena), separator, nb_slice_str(column))) {
        die(path);
    }
    while (tr_corpus_next(&corpus, arena, &text)) {
        if (learns(t, tr_corpus_held_out(text)) &&
            (!well_typed_only || tr_corpus_well_typed(text))) {
            add_text(t, text);
        }
    }
    nb_arena_free(arena);
}

static void add_reviews(struct trainer *t)
{
    struct nb_arena *arena = nb_arena_new((size_t)1 << 30);
    struct nb_slice line, rest = read_all(NULL, arena);
    while (nb_slice_split(&rest, '\n', &line)) {
        size_t tab = nb_slice_find_byte(line, '\t', 0);
        struct nb_slice text = nb_slice_sub(line, tab == NB_NPOS ? line.len : tab + 1, line.len);
        if (learns(t, tr_corpus_held_out(text)) && tr_corpus_well_typed(text)) {
            add_text(t, text);
        }
    }
    nb_arena_free(arena);
}

static bool starts_with_capital(struct nb_slice word)
{
    size_t at = 0;
    return word.len && tr_is_capital(nb_utf8_next(word, &at));
}

static void add_treebank(struct trainer *t, const char *path)
{
    struct nb_arena *arena = nb_arena_new((size_t)1 << 28);
    struct tr_treebank bank;
    if (!arena || tr_treebank_read(read_all(path, arena), arena, &bank) != NB_OK) {
        die(path);
    }
    for (size_t i = 0; i < bank.sentences_n; i++) {
        const struct tr_gold_sentence *s = &bank.sentences[i];
        for (size_t w = 0; learns(t, tr_treebank_held_out(s->id)) && w < s->words_n; w++) {
            size_t before = t->words_n;
            if (!s->words[w].later_part) {
                add_text(t, s->words[w].written);
            }
            if (w > 0 && t->words_n == before + 1) {
                t->words[before].joined = true;
                t->words[before].name = starts_with_capital(s->words[w].written);
            }
        }
    }
    nb_arena_free(arena);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Every file of DATA/folder whose name ends so, in the order of their names. */
static void add_folder(struct trainer *t, const char *data, const char *folder, const char *ending)
{
    char path[PATH_BYTES];
    struct dirent **entries;
    (void)snprintf(path, sizeof(path), "%s/%s", data, folder);
    int n = scandir(path, &entries, NULL, by_bytes);
    if (n < 0) {
        die(path);
    }
    for (int i = 0; i < n; i++) {
        if (nb_slice_ends(nb_slice_str(entries[i]->d_name), nb_slice_str(ending))) {
            (void)snprintf(path, sizeof(path), "%s/%s/%s", data, folder, entries[i]->d_name);
            if (strcmp(ending, ".csv") == 0) {
                add_table(t, path, ',', "full_text", false);
            } else {
                add_treebank(t, path);
            }
        }
        free(entries[i]);
    }
    free(entries);
}

/* What the model sees at one letter of one word. */
static size_t see(const struct trainer *t, size_t i, size_t at, bool alone, uint64_t *keys)
{
    const struct word *w = &t->words[i];
    struct tr_plain_word in = {.word = w->plain};
    if (!alone && w->joined && i > 0) {
        in.before = w[-1].plain;
        in.vowel_before = w[-1].vowel;
    }
    in.name = !alone && w->name;
    if (!alone && i + 1 < t->words_n && w[1].joined) {
        in.after = w[1].plain;
    }
    return tr_restore_features(&in, at, w->marked & (((uint64_t)1 << at) - 1), keys);
}

static size_t place(uint64_t key)
{
    return key & (PLACES - 1);
}

static void count(struct trainer *t)
{
    uint64_t keys[TR_RESTORE_FEATURES_MAX];
    for (size_t i = 0; i < t->words_n; i++) {
        for (size_t at = 0; at < t->words[i].plain.len; at++) {
            size_t n = tr_restorable(t->words[i].plain.p[at]) ? see(t, i, at, false, keys) : 0;
            for (size_t k = 0; k < n; k++) {
                uint8_t *seen = &t->seen[place(keys[k])];
                *seen = (uint8_t)(*seen + (*seen < SEEN_MIN));
            }
        }
    }
}

static void learn(struct trainer *t, const uint64_t *keys, size_t n, bool marked)
{
    float sum = 0;
    for (size_t k = 0; k < n; k++) {
        sum += t->weights[place(keys[k])];
    }
    float off = 1 / (1 + expf(-sum)) - (float)marked;
    if (fabsf(off) < SETTLED) {
        return;
    }
    for (size_t k = 0; k < n; k++) {
        size_t p = place(keys[k]);
        if (t->seen[p] == SEEN_MIN) {
            t->squares[p] += off * off;
            t->weights[p] -= RATE * off / sqrtf(t->squares[p] + 1e-3F);
        }
    }
}

static void train(struct trainer *t)
{
    uint64_t keys[TR_RESTORE_FEATURES_MAX];
    for (unsigned epoch = 0; epoch < EPOCHS; epoch++) {
        for (size_t i = 0; i < t->words_n; i++) {
            const struct word *w = &t->words[i];
            for (size_t at = 0; at < w->plain.len; at++) {
                if (tr_restorable(w->plain.p[at])) {
                    size_t n = see(t, i, at, (i + epoch) % 2 != 0, keys);
                    learn(t, keys, n, w->marked >> at & 1);
                }
            }
        }
    }
}

static int entry_weight(uint16_t entry)
{
    return (entry & ((1 << TR_RESTORE_WEIGHT_BITS) - 1)) - TR_RESTORE_WEIGHT_ZERO;
}

/* Put a feature into its bucket; a full one loses what weighs least. @return what was lost. */
static size_t put_entry(uint16_t *bucket, uint64_t key, float weight)
{
    int w = (int)lrintf(weight / STEP);
    w = w > WEIGHT_MAX ? WEIGHT_MAX : w < -WEIGHT_MAX ? -WEIGHT_MAX : w;
    if (w == 0) {
        return 0;
    }
    uint16_t mark = tr_restore_mark(key);
    size_t least = 0;
    for (size_t i = 0; i < TR_RESTORE_BUCKET; i++) {
        if (bucket[i] == 0) {
            bucket[i] = (uint16_t)(mark | (w + TR_RESTORE_WEIGHT_ZERO));
            return 0;
        }
        if ((bucket[i] & ~((1 << TR_RESTORE_WEIGHT_BITS) - 1)) == mark) {
            return 0;
        }
        least = abs(entry_weight(bucket[i])) < abs(entry_weight(bucket[least])) ? i : least;
    }
    if (abs(w) > abs(entry_weight(bucket[least]))) {
        bucket[least] = (uint16_t)(mark | (w + TR_RESTORE_WEIGHT_ZERO));
    }
    return 1;
}

static size_t fill(const struct trainer *t, uint16_t *entries)
{
    uint64_t keys[TR_RESTORE_FEATURES_MAX];
    size_t lost = 0;
    for (size_t i = 0; i < t->words_n; i++) {
        for (size_t at = 0; at < t->words[i].plain.len; at++) {
            size_t n = tr_restorable(t->words[i].plain.p[at]) ? see(t, i, at, false, keys) : 0;
            for (size_t k = 0; k < n; k++) {
                size_t bucket = tr_restore_bucket(keys[k], BUCKETS);
                lost += put_entry(entries + bucket * TR_RESTORE_BUCKET, keys[k],
                                  t->weights[place(keys[k])]);
            }
        }
    }
    return lost;
}

/* Magic, the number given, a hash of the entries, the entries; all little-endian. */
static void write_table(const char *path, const char *magic, uint32_t n, const uint16_t *entries,
                        size_t entries_n)
{
    size_t bytes_n = 16 + 2 * entries_n;
    unsigned char *bytes = calloc(bytes_n, 1);
    FILE *file = fopen(path, "wb");
    if (!bytes || !file) {
        die(path);
    }
    memcpy(bytes, magic, 8);
    for (size_t i = 0; i < entries_n; i++) {
        bytes[16 + 2 * i] = (unsigned char)entries[i];
        bytes[17 + 2 * i] = (unsigned char)(entries[i] >> 8);
    }
    uint32_t hash = (uint32_t)tr_hash(nb_slice(bytes + 16, 2 * entries_n));
    for (unsigned i = 0; i < 4; i++) {
        bytes[8 + i] = (unsigned char)(n >> 8 * i);
        bytes[12 + i] = (unsigned char)(hash >> 8 * i);
    }
    if (fwrite(bytes, 1, bytes_n, file) != bytes_n || fclose(file) != 0) {
        die(path);
    }
    free(bytes);
}

static void write_model(const struct trainer *t, const char *path)
{
    size_t entries_n = (size_t)BUCKETS * TR_RESTORE_BUCKET, used = 0;
    uint16_t *entries = calloc(entries_n, sizeof(*entries));
    if (!entries) {
        die("out of memory");
    }
    size_t lost = fill(t, entries);
    for (size_t i = 0; i < entries_n; i++) {
        used += entries[i] != 0;
    }
    write_table(path, TR_RESTORE_MAGIC, BUCKETS, entries, entries_n);
    printf("%s: %zu words, %zu weights, %zu without room\n", path, t->words_n, used, lost);
    free(entries);
}

struct frequent {
    struct nb_slice form;
    uint32_t count;
};

static int by_count(const void *a, const void *b)
{
    const struct frequent *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : nb_slice_cmp(x->form, y->form);
}

/* @return false when there is no room near the place of the word. */
static bool put_slot(uint16_t *slots, const struct frequent *word)
{
    uint16_t mark;
    uint32_t at = tr_spell_slot(word->form, SLOTS, &mark);
    unsigned frequency = 0;
    for (uint32_t count = word->count; count > 1 && frequency < 15; count >>= 1) {
        frequency++;
    }
    for (uint32_t i = 0; i < TR_SPELL_PROBES; i++) {
        uint16_t *slot = &slots[(at + i) & (SLOTS - 1)];
        if (!*slot) {
            *slot = (uint16_t)(mark | frequency);
        }
        if ((*slot & 0xFFF0u) == mark) {
            return true;
        }
    }
    return false;
}

static void write_words(const struct trainer *t, const char *path)
{
    struct frequent *all = calloc(t->forms.n, sizeof(*all));
    uint16_t *slots = calloc(SLOTS, sizeof(*slots));
    if (!all || !slots) {
        die("out of memory");
    }
    size_t n = 0, kept = 0;
    for (size_t id = 0; id < t->forms.n; id++) {
        if (t->counts[id] >= COUNT_MIN && t->forms.texts[id].len <= TR_SPELL_BYTES_MAX) {
            all[n++] = (struct frequent){t->forms.texts[id], t->counts[id]};
        }
    }
    qsort(all, n, sizeof(*all), by_count);
    for (size_t i = 0; i < n; i++) {
        kept += put_slot(slots, &all[i]);
    }
    write_table(path, TR_SPELL_MAGIC, SLOTS, slots, SLOTS);
    printf("%s: %zu frequent words of %zu forms\n", path, kept, t->forms.n);
    free(all);
    free(slots);
}

int main(int argc, char **argv)
{
    static struct trainer t;
    char path[PATH_BYTES];
    if (argc < 4) {
        die("usage: zcat REVIEWS | train_typing DATA DIACRITICS WORDS [tuning]");
    }
    t.everything = argc == 4;
    t.texts = nb_arena_new((size_t)1 << 30);
    t.scratch = nb_arena_new((size_t)64 << 20);
    t.weights = calloc(PLACES, sizeof(*t.weights));
    t.squares = calloc(PLACES, sizeof(*t.squares));
    t.seen = calloc(PLACES, 1);
    if (!t.texts || !t.scratch || !t.weights || !t.squares || !t.seen) {
        die("out of memory");
    }
    tr_table_init(&t.forms, t.texts);
    add_folder(&t, argv[1], "headlines", ".csv");
    add_reviews(&t);
    (void)snprintf(path, sizeof(path), "%s/posts/unlabelled.tsv", argv[1]);
    add_table(&t, path, '\t', "text", true);
    for (int i = 0; i < TREEBANK_TIMES; i++) {
        add_folder(&t, argv[1], "treebanks", ".conllu");
    }
    count(&t);
    train(&t);
    write_model(&t, argv[2]);
    write_words(&t, argv[3]);
    return 0;
}
