/*
 * Near-duplicates on a synthetic copy set of real posts: among some 10,000 posts every fifth is
 * copied in one of several ways, and the copies are strewn among the others. A copy is found when
 * it comes into the cluster of its original; a post that comes into another's cluster though their
 * words differ is a false one. Recall over all copies and by kind, precision over all documents
 * that joined a cluster.
 *
 * Held out: posts/heldout.tsv and the odd ids of posts/unlabelled.tsv. `eval_copies tuning` takes
 * posts/train.tsv and the even ids; `--list` behind either shows the false ones.
 */
#include "tests/unit/world.h"

#include <nabiz/buf.h>

#include "analyzer/topics/shingles.h"

enum { TEXTS_MAX = 12000, EVERY = 5, LEAST_WORDS = NB_SHINGLE_WORDS_LEAST, BATCH = 500 };

#define KINDS(X)                                                                                   \
    X(SAME, "word for word")                                                                       \
    X(SHORTENED, "shortened")                                                                      \
    X(PLAIN, "without diacritics")                                                                 \
    X(PICTURES, "pictures added")                                                                  \
    X(SWAPPED, "sentences swapped")                                                                \
    X(MIXED, "several of these")

enum kind {
    ORIGINAL,
#define X(id, name) id,
    KINDS(X)
#undef X
        KINDS_N
};

static const char *const names[] = {"original",
#define X(id, name) name,
                                    KINDS(X)
#undef X
};

struct text {
    struct nb_slice bytes;
    size_t of; /* index of the original; itself for an original */
    enum kind kind;
    uint64_t cluster, words; /* words: hash of them */
};

struct set {
    struct world w;
    struct text *all;
    size_t n;
    uint64_t state;
    bool list;
};

static size_t below(struct set *s, size_t n)
{
    s->state += 0x9e3779b97f4a7c15u;
    uint64_t z = s->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (size_t)((z ^ (z >> 31)) % n);
}

/* Different words of a text, 0 for a text that is too short to count. */
static size_t read_words(struct set *s, struct nb_slice text, uint64_t *hash)
{
    struct tr_token *tokens;
    struct nb_shingles shingles;
    size_t n;
    assert_int_equal(tr_tokenise(text, s->w.scratch, &tokens, &n), NB_OK);
    assert_int_equal(nb_shingles_of(NULL, 0, tokens, n, s->w.scratch, &shingles), NB_OK);
    *hash = nb_hash64(nb_slice(shingles.all, shingles.n * sizeof(shingles.all[0])));
    nb_arena_reset(s->w.scratch);
    return shingles.n;
}

/* ---- ways to copy ---- */

static struct nb_slice keep(struct set *s, const struct nb_buf *buf)
{
    return nb_arena_copy(s->w.arena, nb_buf_slice(buf));
}

/* 60 to 90 of 100 words, from the beginning. */
static struct nb_slice shorten(struct set *s, struct nb_slice text)
{
    size_t words = 0, upto = 0, keep_n;
    for (size_t i = 0; i < text.len; i++) {
        words += text.p[i] == ' ';
    }
    keep_n = (words + 1) * (60 + below(s, 31)) / 100;
    for (size_t seen = 0; upto < text.len; upto++) {
        if (text.p[upto] == ' ' && ++seen == keep_n) {
            break;
        }
    }
    return nb_slice_sub(text, 0, upto);
}

static struct nb_slice plain(struct set *s, struct nb_slice text)
{
    char *bytes = nb_arena_alloc(s->w.arena, 2 * text.len + 1);
    size_t len = tr_fold_into(text, bytes);
    return nb_slice(bytes, tr_plain(bytes, len));
}

static struct nb_slice add_pictures(struct set *s, struct nb_slice text)
{
    static const char *const pictures[] = {" \xf0\x9f\x98\x82", " \xf0\x9f\x94\xa5",
                                           " \xe2\x9d\xa4\xef\xb8\x8f", " \xf0\x9f\x91\x8f", " :)"};
    struct nb_buf buf;
    nb_buf_init(&buf, 1 << 20);
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == ' ' && below(s, 6) == 0) {
            nb_buf_add_str(&buf, pictures[below(s, 5)]);
        }
        nb_buf_add_byte(&buf, text.p[i]);
    }
    nb_buf_add_str(&buf, pictures[below(s, 5)]);
    struct nb_slice out = keep(s, &buf);
    nb_buf_fini(&buf);
    return out;
}

/* The first sentence behind the others; a text of one sentence is left as it is. */
static struct nb_slice swap(struct set *s, struct nb_slice text)
{
    for (size_t i = 1; i + 2 < text.len; i++) {
        if ((text.p[i] == '.' || text.p[i] == '!' || text.p[i] == '?') && text.p[i + 1] == ' ') {
            struct nb_buf buf;
            nb_buf_init(&buf, 1 << 20);
            nb_buf_add(&buf, nb_slice_sub(text, i + 2, text.len));
            nb_buf_add_byte(&buf, ' ');
            nb_buf_add(&buf, nb_slice_sub(text, 0, i + 1));
            struct nb_slice out = keep(s, &buf);
            nb_buf_fini(&buf);
            return out;
        }
    }
    return text;
}

static struct nb_slice copy_as(struct set *s, enum kind kind, struct nb_slice text)
{
    switch (kind) {
    case SHORTENED:
        return shorten(s, text);
    case PLAIN:
        return plain(s, text);
    case PICTURES:
        return add_pictures(s, text);
    case SWAPPED:
        return swap(s, text);
    case MIXED:
        return add_pictures(s, plain(s, swap(s, shorten(s, text))));
    default:
        return text;
    }
}

/* ---- the set ---- */

static void add_file(struct set *s, const char *name, size_t columns, int parity)
{
    const char *path = nbt_data(name);
    struct nb_slice line, field;
    struct nb_slice rest = path ? nbt_read_file(path, s->w.arena) : nb_slice(NULL, 0);
    (void)nb_slice_split(&rest, '\n', &line);
    while (nb_slice_split(&rest, '\n', &line) && s->n < TEXTS_MAX) {
        uint64_t words;
        bool taken = true;
        for (size_t i = 0; i < columns && nb_slice_split(&line, '\t', &field); i++) {
            taken &= i > 0 || parity < 0 || (field.p[field.len - 1] - '0') % 2 == parity;
        }
        if (taken && line.len && read_words(s, line, &words) + 1 >= LEAST_WORDS) {
            s->all[s->n] = (struct text){line, s->n, ORIGINAL, 0, words};
            s->n++;
        }
    }
}

/* Copies go somewhere behind their originals. */
static void add_copies(struct set *s)
{
    size_t originals = s->n;
    for (size_t i = 0; i < originals; i += EVERY) {
        enum kind kind = (enum kind)(1 + i / EVERY % (KINDS_N - 1));
        struct text copy = {copy_as(s, kind, s->all[i].bytes), i, kind, 0, 0};
        if (read_words(s, copy.bytes, &copy.words) + 1 >= LEAST_WORDS) {
            s->all[s->n++] = copy;
        }
    }
    for (size_t i = originals; i < s->n; i++) {
        size_t other = originals + below(s, s->n - originals);
        struct text swapped = s->all[i];
        s->all[i] = s->all[other];
        s->all[other] = swapped;
    }
}

static void commit_all(struct set *s)
{
    struct nb_commit_item items[BATCH];
    for (size_t from = 0; from < s->n; from += BATCH) {
        size_t n = s->n - from < BATCH ? s->n - from : BATCH;
        for (size_t i = 0; i < n; i++) {
            struct tr_token *tokens;
            struct nb_shingles shingles;
            char url[64];
            (void)snprintf(url, sizeof(url), "https://a%zu.example/1", from + i);
            const struct post post = {.at_ms = WORLD_DAY_MS + (int64_t)(from + i) * 1000,
                                      .author = url + 8,
                                      .url = url,
                                      .comments_n = -1};
            struct nb_annotation *a = world_annotation(&s->w, &post);
            size_t tokens_n;
            assert_int_equal(tr_tokenise(s->all[from + i].bytes, s->w.arena, &tokens, &tokens_n),
                             NB_OK);
            assert_int_equal(nb_shingles_of(NULL, 0, tokens, tokens_n, s->w.arena, &shingles),
                             NB_OK);
            assert_int_equal(nb_shingles_note(&shingles, s->w.arena, a), NB_OK);
            items[i] = (struct nb_commit_item){
                .document = world_document(&s->w, &post, from + i + 1), .annotation = a};
        }
        struct nb_commit commit = {
            .items = items, .items_n = n, .cursor = from + n, .from = 1, .arena = s->w.scratch};
        struct nb_error error = {0};
        assert_int_equal(nb_store_write(s->w.store, nb_commit_run, &commit, &error), NB_OK);
    }
}

static void read_clusters(struct set *s)
{
    struct nb_txn *txn = world_read(&s->w);
    for (size_t i = 0; i < s->n; i++) {
        struct nb_annotation *a;
        assert_int_equal(nb_analysis_annotation(txn, i + 1, s->w.scratch, &a), NB_OK);
        s->all[i].cluster = a->cluster;
        nb_arena_reset(s->w.scratch);
    }
    nb_read_end(txn);
}

static void report(const struct set *s, const char *part)
{
    size_t there[KINDS_N] = {0}, found[KINDS_N] = {0}, joined = 0, false_n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct text *t = &s->all[i];
        const struct text *founder = &s->all[t->cluster - 1];
        there[t->kind]++;
        found[t->kind] += t->kind != ORIGINAL && t->cluster == s->all[t->of].cluster;
        if (t->cluster == i + 1) {
            continue;
        }
        joined++;
        if (founder->of != t->of && founder->words != t->words &&
            s->all[founder->of].words != s->all[t->of].words) {
            false_n++;
            if (s->list) {
                printf("  %.*s\n  %.*s\n\n", NB_ARG(founder->bytes), NB_ARG(t->bytes));
            }
        }
    }
    size_t all = 0, right = 0;
    for (int k = SAME; k < KINDS_N; k++) {
        printf("  %s: recall %.3f (n %zu)\n", names[k],
               there[k] ? (double)found[k] / (double)there[k] : 0, there[k]);
        all += there[k];
        right += found[k];
    }
    printf("copies recall %.3f (n %zu) precision %.3f (n %zu, %s)\n",
           all ? (double)right / (double)all : 0, all,
           joined ? 1 - (double)false_n / (double)joined : 0, joined, part);
}

int main(int argc, char **argv)
{
    bool tuning = argc > 1 && strcmp(argv[1], "tuning") == 0;
    struct set s = {.state = 20261122, .list = strcmp(argv[argc - 1], "--list") == 0};
    if (!nbt_data("posts/unlabelled.tsv")) {
        return 0;
    }
    world_open(&s.w, 64 << 20);
    s.all = calloc(TEXTS_MAX * 2, sizeof(*s.all));
    add_file(&s, tuning ? "posts/train.tsv" : "posts/heldout.tsv", 8, -1);
    add_file(&s, "posts/unlabelled.tsv", 2, !tuning);
    add_copies(&s);
    commit_all(&s);
    read_clusters(&s);
    report(&s, tuning ? "tuning part of posts" : "posts/heldout.tsv, odd of posts/unlabelled.tsv");
    free(s.all);
    world_close(&s.w);
    return 0;
}
