/*
 * The verdict on bursts of a simulated stream: everyday posts of two days with one burst mixed in,
 * either organic (fans at a goal, an earthquake, a joke that goes round, newspapers that print an
 * agency's text) or an attack, of which size, jitter, texts and age of the accounts vary. What is
 * judged is what an incident would be: everything of the hour before the burst until two hours
 * after.
 *
 * Streams: posts/unlabelled.tsv, where that material is, and the story of the demo. Texts of bursts
 * are in tests/eval/attack.txt, shuffles are drawn from our lexicons. An attack is flagged when the
 * verdict is "coordinated", and named right by the share of its accounts among those accused.
 * `eval_attack SEEDS` takes more seeds than 5. `--list` shows the evidence of one seed.
 */
#include <math.h>

#include <nabiz/buf.h>
#include <nabiz/hash.h>
#include <nabiz/knowledge.h>
#include <nabiz/series.h>

#include "analyzer/influence/coordination.h"
#include "analyzer/topics/shingles.h"
#include "tests/lib/posts.h"
#include "tests/lib/shuffle.h"
#include "tests/lib/test.h"

#include "analyzer/knowledge_private.h"

enum {
    STREAM_N = 1500,
    POOL_MAX = 6000,
    LINES_MAX = 3000,
    ROWS_MAX = 4000,
    SECOND = 1000,
    MINUTE = 60 * SECOND,
    HOUR = 60 * MINUTE,
    SLOGAN_WORDS = 6,
    COPIES_MAX = 300
};

static const int64_t start_ms = 1700000000000, day_ms = (int64_t)24 * HOUR;

struct read_text {
    const uint32_t *shingles;
    uint32_t shingles_n;
    int32_t synthetic_milli;
};

struct eval {
    struct nb_knowledge *knowledge;
    struct nb_word_cache *words;
    struct nb_arena *arena, *scratch, *round;
    struct nbt_shuffler shuffler;
    uint64_t state;
    struct nb_slice sections[LINES_MAX]; /* lines of attack.txt, in order */
    size_t sections_n;
    struct read_text *pool;
    size_t pool_n;
    struct nb_coordination_act acts[ROWS_MAX];
    bool attacker[ROWS_MAX]; /* by author */
    size_t n;
    unsigned new_of_100; /* of everybody */
    bool list;
};

static double unit(struct eval *e)
{
    return ((double)(nb_series_next(&e->state) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct eval *e)
{
    return sqrt(-2 * log(unit(e))) * cos(6.283185307179586 * unit(e));
}

/* How long people take: so long in the middle, some much longer. */
static int64_t delay_ms(struct eval *e, int64_t median_ms, double spread)
{
    return (int64_t)((double)median_ms * exp(spread * normal(e)));
}

/* One of each {a|b|c}. */
static void expand(struct eval *e, struct nb_slice line, struct nb_buf *out)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.p[i] != '{') {
            nb_buf_add_byte(out, line.p[i]);
            continue;
        }
        size_t end = i + 1, choices = 1;
        for (; end < line.len && line.p[end] != '}'; end++) {
            choices += line.p[end] == '|';
        }
        struct nb_slice one = {0}, inside = nb_slice_sub(line, i + 1, end);
        for (size_t k = nbt_below(&e->state, choices) + 1; k > 0; k--) {
            (void)nb_slice_split(&inside, '|', &one);
        }
        nb_buf_add(out, one);
        i = end;
    }
}

static void read_one(struct eval *e, struct nb_slice text, struct nb_arena *arena,
                     struct read_text *out)
{
    struct nb_annotation *a;
    struct nb_shingles found;
    nb_arena_reset(e->scratch);
    struct nb_document *document = nb_document_new(e->scratch);
    document->text = nb_arena_strdup(e->scratch, text);
    assert_int_equal(nb_annotate_with(document, e->knowledge, e->words, e->scratch, &a), NB_OK);
    assert_int_equal(nb_shingles_noted(a, &found), NB_OK);
    uint32_t *all = nb_arena_alloc(arena, (found.n + 1) * sizeof(*all));
    memcpy(all, found.all, found.n * sizeof(*all));
    *out = (struct read_text){all, (uint32_t)found.n, a->synthetic_milli};
}

/* A line of a section, by chance. */
static struct nb_slice draw_line(struct eval *e, const char *section)
{
    size_t begin = 0;
    while (!nb_slice_eq(e->sections[begin], nb_slice_str(section))) {
        assert_true(++begin < e->sections_n);
    }
    size_t end = begin + 1;
    while (end < e->sections_n && e->sections[end].p[0] != '[') {
        end++;
    }
    return e->sections[begin + 1 + nbt_below(&e->state, end - begin - 1)];
}

/* A document of a new author. */
static struct nb_coordination_act *add(struct eval *e, const struct read_text *text, int64_t at_ms,
                                       bool is_new)
{
    assert_true(e->n < ROWS_MAX);
    struct nb_coordination_act *act = &e->acts[e->n];
    uint64_t same = nb_hash64(
        nb_slice((const char *)text->shingles, text->shingles_n * sizeof(text->shingles[0])));
    int64_t age = is_new ? (int64_t)nbt_below(&e->state, (size_t)(5 * day_ms))
                         : (int64_t)(8 + nbt_below(&e->state, 700)) * day_ms;
    *act = (struct nb_coordination_act){.number = e->n + 1,
                                        .at_ms = at_ms,
                                        .first_seen_ms = at_ms - age,
                                        .cluster = text->shingles_n ? same >> 1 : 0,
                                        .shingles = text->shingles,
                                        .shingles_n = text->shingles_n,
                                        .author = (uint32_t)e->n,
                                        .synthetic_milli = text->synthetic_milli};
    e->attacker[e->n++] = false;
    return act;
}

static bool by_chance(struct eval *e, unsigned of_100)
{
    return nbt_below(&e->state, 100) < of_100;
}

static void add_text(struct eval *e, struct nb_slice text, int64_t at_ms, bool is_new)
{
    struct read_text read;
    read_one(e, text, e->round, &read);
    (void)add(e, &read, at_ms, is_new);
}

static void add_drawn(struct eval *e, const char *section, int64_t at_ms, bool is_new)
{
    struct nb_buf text;
    nb_buf_init(&text, 1 << 16);
    expand(e, draw_line(e, section), &text);
    add_text(e, nb_buf_slice(&text), at_ms, is_new);
    nb_buf_fini(&text);
}

/* Two days of everybody. */
static void add_stream(struct eval *e)
{
    nb_arena_reset(e->round);
    e->n = 0;
    for (size_t i = 0; i < STREAM_N; i++) {
        (void)add(e, &e->pool[nbt_below(&e->state, e->pool_n)],
                  start_ms + (int64_t)nbt_below(&e->state, (size_t)(2 * day_ms)),
                  by_chance(e, e->new_of_100));
    }
}

enum { BURST_HOUR = 30 };
static const int64_t burst_ms = 1700000000000 + (int64_t)BURST_HOUR * HOUR;

static void burst_goal(struct eval *e)
{
    for (size_t i = 0; i < 300; i++) {
        add_drawn(e, "[goal]", burst_ms + delay_ms(e, 40 * SECOND, 1.2),
                  by_chance(e, e->new_of_100));
    }
}

/* Many are heard of for the first time. */
static void burst_quake(struct eval *e)
{
    for (size_t i = 0; i < 400; i++) {
        add_drawn(e, "[quake]", burst_ms + delay_ms(e, 4 * MINUTE, 1.3),
                  by_chance(e, 50 + e->new_of_100 / 2));
    }
}

/* Everybody who copies it has read it at somebody's who did. */
static void go_round(struct eval *e, size_t n, int64_t median_ms)
{
    int64_t times[COPIES_MAX] = {burst_ms};
    for (size_t i = 0; i < n; i++) {
        if (i) {
            times[i] = times[nbt_below(&e->state, i)] + delay_ms(e, median_ms, 1.3);
        }
        add_drawn(e, "[joke]", times[i], by_chance(e, e->new_of_100));
    }
}

static void burst_joke(struct eval *e)
{
    go_round(e, 80, 25 * MINUTE);
}

static void burst_fast_joke(struct eval *e)
{
    go_round(e, COPIES_MAX, 5 * MINUTE);
}

/* At midnight, all in the same few words. */
static void burst_wishes(struct eval *e)
{
    for (size_t i = 0; i < 60; i++) {
        add_drawn(e, "[wishes]", burst_ms + delay_ms(e, 20 * SECOND, 1),
                  by_chance(e, e->new_of_100));
    }
}

static void burst_agency(struct eval *e)
{
    for (size_t i = 0; i < 50; i++) {
        add_drawn(e, "[agency]", burst_ms + delay_ms(e, 3 * MINUTE, 0.8), false);
        e->acts[e->n - 1].publisher = true;
    }
}

static const struct {
    const char *name;
    void (*add)(struct eval *e);
} bursts[] = {{"goal", burst_goal},     {"earthquake", burst_quake},
              {"joke", burst_joke},     {"fast joke", burst_fast_joke},
              {"wishes", burst_wishes}, {"agency", burst_agency}};

static struct nb_coordination judge(struct eval *e)
{
    struct nb_coordination out;
    struct nb_coordination_usual usual = {0};
    size_t n = 0;
    struct nb_coordination_act *window = nb_arena_alloc(e->round, (e->n + 1) * sizeof(*window));
    for (size_t i = 0; i < e->n; i++) {
        const struct nb_coordination_act *act = &e->acts[i];
        if (act->at_ms >= burst_ms - HOUR && act->at_ms < burst_ms + 2 * HOUR) {
            window[n++] = *act;
        } else if (act->at_ms < burst_ms) {
            usual.authors_n++;
            usual.new_n += act->at_ms - act->first_seen_ms < 7 * day_ms;
        }
    }
    assert_int_equal(nb_coordination_judge(window, n, (uint32_t)e->n, &usual, e->round, &out),
                     NB_OK);
    for (size_t g = 0; e->list && g < out.groups_n; g++) {
        printf("      %s\n", nb_coordination_line(&out.groups[g], e->round));
    }
    return out;
}

static const unsigned newcomers[] = {5, 30};
enum { NEWCOMERS_N = sizeof(newcomers) / sizeof(newcomers[0]) };

static void eval_organic(struct eval *e, size_t seeds)
{
    for (size_t b = 0; b < sizeof(bursts) / sizeof(bursts[0]); b++) {
        size_t counts[3] = {0};
        for (size_t seed = 0; seed < seeds * NEWCOMERS_N; seed++) {
            e->state = 1000 * (b + 1) + seed;
            e->new_of_100 = newcomers[seed % NEWCOMERS_N];
            add_stream(e);
            bursts[b].add(e);
            counts[judge(e).verdict]++;
        }
        printf("  %-12s organic %3zu  unknown %3zu  coordinated %3zu\n", bursts[b].name,
               counts[NB_COORDINATION_ORGANIC], counts[NB_COORDINATION_UNKNOWN],
               counts[NB_COORDINATION_COORDINATED]);
    }
}

struct attack {
    const char *text; /* section, NULL: shuffles */
    size_t accounts_n;
    int64_t jitter_ms;
    unsigned new_of_100;
    bool in_goal; /* hidden in an organic burst */
};

static void add_attack(struct eval *e, const struct attack *attack)
{
    struct nb_buf text;
    nb_buf_init(&text, 1 << 16);
    for (size_t i = 0; i < attack->accounts_n; i++) {
        int64_t at_ms = burst_ms + (int64_t)nbt_below(&e->state, (size_t)attack->jitter_ms + 1);
        bool is_new = by_chance(e, attack->new_of_100);
        if (attack->text) {
            add_drawn(e, attack->text, at_ms, is_new);
        } else {
            nb_buf_reset(&text);
            nbt_shuffle(&e->shuffler, 2 + nbt_below(&e->state, SLOGAN_WORDS), "#TurnaKargoRezaleti",
                        &text);
            add_text(e, nb_buf_slice(&text), at_ms, is_new);
        }
        e->attacker[e->n - 1] = true;
    }
    nb_buf_fini(&text);
}

struct outcome {
    size_t n, flagged, accused, right, there;
};

static void try_attack(struct eval *e, const struct attack *attack, struct outcome *out)
{
    add_stream(e);
    if (attack->in_goal) {
        burst_goal(e);
    }
    add_attack(e, attack);
    struct nb_coordination found = judge(e);
    out->n++;
    out->flagged += found.verdict == NB_COORDINATION_COORDINATED;
    out->accused += found.coordinated_n;
    out->there += attack->accounts_n;
    bool *named = nb_arena_calloc(e->round, e->n + 1, sizeof(*named));
    size_t burst_n = 0;
    struct nb_coordination_act *window = nb_arena_alloc(e->round, (e->n + 1) * sizeof(*window));
    for (size_t i = 0; i < e->n; i++) {
        const struct nb_coordination_act *act = &e->acts[i];
        if (act->at_ms >= burst_ms - HOUR && act->at_ms < burst_ms + 2 * HOUR) {
            window[burst_n++] = *act;
        }
    }
    for (size_t g = 0; g < found.groups_n; g++) {
        const struct nb_coordination_group *group = &found.groups[g];
        for (size_t i = 0; group->verdict == NB_COORDINATION_COORDINATED && i < group->acts_n;
             i++) {
            uint32_t author = window[group->acts[i]].author;
            out->right += e->attacker[author] && !named[author];
            named[author] = true;
        }
    }
}

static void print_outcome(const char *what, const char *detail, const struct outcome *o)
{
    printf(
        "  %-12s %-24s flagged %3zu of %3zu  accounts found %5.1f %%  accused rightly %5.1f %%\n",
        what, detail, o->flagged, o->n, o->there ? 100.0 * (double)o->right / (double)o->there : 0,
        o->accused ? 100.0 * (double)o->right / (double)o->accused : 100.0);
}

static void eval_attacks(struct eval *e, size_t seeds)
{
    static const char *const texts[] = {NULL, "[template]", "[paraphrase]", "[rewritten]"};
    static const char *const names[] = {"shuffled", "template", "paraphrase", "rewritten"};
    static const size_t sizes[] = {20, 100, 500};
    static const int64_t jitters[] = {2 * SECOND, 30 * SECOND, 5 * MINUTE};
    static const unsigned ages[] = {100, 50, 0};
    for (size_t t = 0; t < 4; t++) {
        for (size_t how = 0; how < 6; how++) { /* 3 ages, each alone and hidden in a goal */
            struct outcome sum = {0};
            for (size_t i = 0; i < 9 * seeds; i++) {
                const struct attack attack = {texts[t], sizes[i % 3], jitters[i / 3 % 3],
                                              ages[how % 3], how >= 3};
                e->state = 7777 + i * 31 + t * 1009 + how * 100003;
                e->new_of_100 = newcomers[i % NEWCOMERS_N];
                try_attack(e, &attack, &sum);
            }
            char detail[64];
            (void)snprintf(detail, sizeof(detail), "%u %% new%s", ages[how % 3],
                           how >= 3 ? ", in a goal" : "");
            print_outcome(names[t], detail, &sum);
        }
    }
}

/* ---- material ---- */

static void load_sections(struct eval *e)
{
    struct nb_slice line, rest = nbt_read_file("tests/eval/attack.txt", e->arena);
    while (nb_slice_split(&rest, '\n', &line) && e->sections_n < LINES_MAX) {
        if (line.len && line.p[0] != '#') {
            e->sections[e->sections_n++] = line;
        }
    }
}

/* What the story of the demo says, whichever its people are. */
static void add_story(struct eval *e)
{
    static const char *const files[] = {"daily", "turna", "crisis", "launch",
                                        "life",  "news",  "rival"};
    for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "tests/demo/story/%s.txt", files[f]);
        struct nb_slice line, rest = nbt_read_file(path, e->arena);
        while (nb_slice_split(&rest, '\n', &line) && e->pool_n < POOL_MAX) {
            if (line.len && line.p[0] != '#' && line.p[0] != '[') {
                struct nb_buf text;
                nb_buf_init(&text, 1 << 16);
                expand(e, line, &text);
                read_one(e, nb_buf_slice(&text), e->arena, &e->pool[e->pool_n++]);
                nb_buf_fini(&text);
            }
        }
    }
}

static void eval_stream(struct eval *e, const char *name, size_t seeds)
{
    printf("stream: %s, %zu texts, %zu posts in two days\n", name, e->pool_n, (size_t)STREAM_N);
    eval_organic(e, seeds);
    eval_attacks(e, seeds);
}

int main(int argc, char **argv)
{
    static struct eval e;
    struct nb_error error = {0};
    size_t seeds = argc > 1 && atoi(argv[1]) > 0 ? (size_t)atoi(argv[1]) : 5;
    e.list = argc > 1 && strcmp(argv[1], "--list") == 0;
    seeds = e.list ? 1 : seeds;
    if (nb_knowledge_load("lexicons", NULL, &e.knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        return 1;
    }
    e.words = nb_word_cache_new();
    e.arena = nb_arena_new((size_t)256 << 20);
    e.scratch = nb_arena_new((size_t)64 << 20);
    e.round = nb_arena_new((size_t)256 << 20);
    e.shuffler = (struct nbt_shuffler){e.knowledge->words.core, 3};
    e.pool = nb_arena_calloc(e.arena, POOL_MAX, sizeof(e.pool[0]));
    load_sections(&e);
    add_story(&e);
    eval_stream(&e, "the demo's story", seeds);
    struct nb_slice *posts = nb_arena_alloc(e.arena, POOL_MAX * sizeof(*posts));
    size_t posts_n = nbt_data("posts/unlabelled.tsv") ? nbt_posts(e.arena, posts, POOL_MAX) : 0;
    e.pool_n = 0;
    for (size_t i = 0; i < posts_n; i++) {
        read_one(&e, posts[i], e.arena, &e.pool[e.pool_n++]);
    }
    if (e.pool_n) {
        eval_stream(&e, "posts/unlabelled.tsv", seeds);
    }
    nb_arena_free(e.round);
    nb_arena_free(e.scratch);
    nb_arena_free(e.arena);
    nb_word_cache_free(e.words);
    nb_knowledge_free(e.knowledge);
    return 0;
}
