/*
 * Life events of posts: precision and recall over pairs of post and type, subject and stage of
 * those that are right, each with its 95 % interval (Wilson); what a confidence is worth; hard
 * negatives; and what recall is left when posts are typed without diacritics or casually.
 *
 * Held-out posts, and those of our own labels that are kept from rules and training, by default.
 * Our labels are chances, so what is found is right by so much. `eval_events train` and
 * `eval_events tuning` (the rest of our labels) are the sides to look at while rules are worked on;
 * `list` behind it prints what is wrong.
 */
#include "tests/lib/test.h"

#include <math.h>
#include <stdbool.h>

#include <nabiz/buf.h>
#include <nabiz/knowledge.h>

#include "analyzer/events/events.h"
#include "analyzer/turkish/text.h"

enum {
    CERTAIN = 100,
    FIELDS = 9,
    POSTS_MAX = 40000,
    ID_MAX = 1000000,
    CASUAL_MAX = 64,
    TEXT_BYTES_MAX = 1 << 20,
    BINS = 10
};

struct post {
    struct nb_slice event, subject, stage, text;
    size_t percent; /* how likely it is labelled so */
};

/* Pairs of post and type, in hundredths. */
struct count {
    size_t right, found, there;
    size_t subject, stage; /* of the right ones */
};

struct bin {
    size_t found, right, confidence_milli;
};

struct eval {
    const struct nb_knowledge *knowledge;
    struct nb_word_cache *words;
    struct nb_arena *arena, *files;
    struct post *posts;
    size_t posts_n;
    bool list;
    struct count all, types[NB_EVENT_TYPES_N];
    struct bin bins[BINS]; /* by confidence */
};

/* Wilson's interval of k of n. */
static void interval(double k, double n, double *low, double *high)
{
    const double z = 1.959964;
    double p = n > 0 ? k / n : 0, m = n > 0 ? n : 1;
    double middle = p + z * z / (2 * m), half = z * sqrt(p * (1 - p) / m + z * z / (4 * m * m));
    *low = n > 0 ? (middle - half) / (1 + z * z / m) : 0;
    *high = n > 0 ? (middle + half) / (1 + z * z / m) : 1;
}

static void print_ratio(const char *name, double k, double n, const char *data)
{
    double low, high;
    interval(k, n, &low, &high);
    printf("%s %.3f [%.3f, %.3f] (%.4g of %.4g, %s)\n", name, n > 0 ? k / n : 0, low, high, k, n,
           data);
}

static void print_share(const char *name, size_t k, size_t n, const char *data)
{
    print_ratio(name, (double)k, (double)n, data);
}

static void print_all(const char *name, const struct count *all, const char *data)
{
    char what[64];
    const struct {
        const char *what;
        size_t k, n;
    } shares[] = {{"precision", all->right, all->found},
                  {"recall", all->right, all->there},
                  {"subject", all->subject, all->right},
                  {"stage", all->stage, all->right}};
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        (void)snprintf(what, sizeof(what), "%s-%s", name, shares[i].what);
        print_ratio(what, (double)shares[i].k / CERTAIN, (double)shares[i].n / CERTAIN, data);
    }
}

/*
 * What a confidence is worth: how many are right of those that are told with it, and the mean
 * difference (expected calibration error; Naeini, Cooper, Hauskrecht, 2015).
 */
static void print_confidence(const struct eval *e, const char *name, const char *data)
{
    double off = 0, all = 0;
    for (size_t i = 0; i < BINS; i++) {
        double found = (double)e->bins[i].found / CERTAIN, n = found > 0 ? found : 1;
        double told = (double)e->bins[i].confidence_milli / 1000 / n;
        double right = (double)e->bins[i].right / CERTAIN / n;
        all += found;
        off += found * fabs(told - right);
        if (found > 0) {
            printf("  told with confidence %.2f: %.2f of %.0f right (%s)\n", told, right, found,
                   data);
        }
    }
    printf("%s-calibration-error %.3f (%s)\n", name, all > 0 ? off / all : 0, data);
}

static struct nb_annotation *annotate(struct eval *e, struct nb_slice text)
{
    struct nb_annotation *annotation = NULL;
    nb_arena_reset(e->arena);
    struct nb_document *document = nb_document_new(e->arena);
    document->text = nb_arena_strdup(e->arena, text);
    assert_int_equal(nb_annotate_briefly(document, e->knowledge, e->words, e->arena, &annotation),
                     NB_OK);
    return annotation;
}

static void print_wrong(const char *what, const struct post *post, const Nb__LifeEvent *event)
{
    printf("%s\twant %.*s %.*s %.*s", what, NB_ARG(post->event), NB_ARG(post->subject),
           NB_ARG(post->stage));
    if (event) {
        printf("\tgot %s %s %s %d \"%.*s\"", event->type, event->subject, event->stage,
               (int)event->confidence_milli, (int)(event->span->end - event->span->begin),
               post->text.p + event->span->begin);
    }
    printf("\t%.*s\n", NB_ARG(post->text));
}

static void count_event(struct eval *e, const struct post *post, const Nb__LifeEvent *event)
{
    enum nb_event_type type = NB_EVENT_TYPES_N;
    assert_true(nb_event_type_parse(nb_slice_str(event->type), &type));
    struct count *counts[] = {&e->all, &e->types[type]};
    size_t right = nb_slice_eq(post->event, nb_slice_str(event->type)) ? post->percent : 0;
    struct bin *bin = &e->bins[event->confidence_milli < 1000 ? event->confidence_milli / 100 : 9];
    bin->found += CERTAIN;
    bin->right += right;
    bin->confidence_milli += (size_t)event->confidence_milli;
    bool subject = nb_slice_eq(post->subject, nb_slice_str(event->subject));
    bool stage = nb_slice_eq(post->stage, nb_slice_str(event->stage));
    for (size_t i = 0; i < 2; i++) {
        counts[i]->found += CERTAIN;
        counts[i]->right += right;
        counts[i]->subject += subject ? right : 0;
        counts[i]->stage += stage ? right : 0;
    }
    if (e->list && !(right && subject && stage)) {
        print_wrong(!right ? "FALSE" : subject ? "STAGE" : "SUBJECT", post, event);
    }
}

static void count_post(struct eval *e, const struct post *post)
{
    struct nb_annotation *a = annotate(e, post->text);
    enum nb_event_type type;
    bool found = false;
    for (size_t i = 0; i < a->n_life_events; i++) {
        count_event(e, post, a->life_events[i]);
        found |= nb_slice_eq(post->event, nb_slice_str(a->life_events[i]->type));
    }
    if (nb_event_type_parse(post->event, &type)) {
        e->all.there += post->percent;
        e->types[type].there += post->percent;
        if (e->list && !found) {
            print_wrong("MISSED", post, NULL);
        }
    }
}

/* The posts of the real material, with their labels. */
static bool read_posts(struct eval *e, const char *part)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "posts/%s.tsv", part);
    const char *path = nbt_data(name);
    struct nb_slice line, rest = path ? nbt_read_file(path, e->files) : nb_slice(NULL, 0);
    (void)nb_slice_split(&rest, '\n', &line);
    while (nb_slice_split(&rest, '\n', &line) && e->posts_n < POSTS_MAX) {
        struct nb_slice field[FIELDS] = {{NULL, 0}};
        for (size_t i = 0; i + 1 < FIELDS && nb_slice_split(&line, '\t', &field[i]); i++) {
        }
        if (line.p) {
            e->posts[e->posts_n++] = (struct post){field[5], field[6], field[7], line, CERTAIN};
        }
    }
    return path != NULL;
}

/* A part of the labels of this repository: id, chance, event, subject, stage, part. */
static void read_labels(struct eval *e, struct nb_slice part, struct post *by_id)
{
    struct nb_slice line, rest = nbt_read_file("tests/eval/labels/events.tsv", e->files);
    int64_t id, percent;
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice field[5] = {{NULL, 0}};
        size_t n = 0;
        while (n < 5 && nb_slice_split(&line, '\t', &field[n])) {
            n++;
        }
        if (n == 5 && nb_slice_eq(line, part) && nb_slice_to_i64(field[0], &id) && id >= 0 &&
            id < ID_MAX && nb_slice_to_i64(field[1], &percent) && percent >= 0) {
            by_id[id] = (struct post){.event = field[2],
                                      .subject = field[3],
                                      .stage = field[4],
                                      .percent = (size_t)percent};
        }
    }
}

/* Those labels with texts by their id. */
static bool read_labelled(struct eval *e, const char *part)
{
    const char *path = nbt_data("posts/unlabelled.tsv");
    struct nb_slice line, rest = path ? nbt_read_file(path, e->files) : nb_slice(NULL, 0);
    struct post *by_id = calloc(ID_MAX, sizeof(*by_id));
    assert_non_null(by_id);
    read_labels(e, nb_slice_str(part), by_id);
    while (nb_slice_split(&rest, '\n', &line) && e->posts_n < POSTS_MAX) {
        struct nb_slice number, offensive;
        int64_t id;
        if (nb_slice_split(&line, '\t', &number) && nb_slice_split(&line, '\t', &offensive) &&
            nb_slice_to_i64(number, &id) && id >= 0 && id < ID_MAX && by_id[id].event.p) {
            e->posts[e->posts_n] = by_id[id];
            e->posts[e->posts_n++].text = line;
        }
    }
    free(by_id);
    return path != NULL;
}

static void print_counts(const struct eval *e, const char *data)
{
    for (int i = 0; i < NB_EVENT_TYPES_N; i++) {
        const struct count *c = &e->types[i];
        if (c->there || c->found) {
            printf("  %s precision %.3f recall %.3f (found %zu, there %zu, %s)\n",
                   nb_event_type_name((enum nb_event_type)i),
                   c->found ? (double)c->right / (double)c->found : 1,
                   c->there ? (double)c->right / (double)c->there : 1, c->found / CERTAIN,
                   (c->there + CERTAIN / 2) / CERTAIN, data);
        }
    }
    print_all("events", &e->all, data);
    print_confidence(e, "events", data);
}

struct casual {
    struct nb_slice from, to;
};

static size_t read_casual(struct eval *e, struct casual *out)
{
    struct nb_slice line, rest = nbt_read_file("tests/eval/casual.tsv", e->files);
    size_t n = 0;
    while (nb_slice_split(&rest, '\n', &line) && n < CASUAL_MAX) {
        if (line.len && line.p[0] != '#' && nb_slice_split(&line, '\t', &out[n].from)) {
            out[n++].to = line.p ? line : nb_slice(NULL, 0);
        }
    }
    return n;
}

/* The first row that fits at each place counts. */
static struct nb_slice type_casually(struct nb_slice text, const struct casual *rows, size_t n,
                                     struct nb_buf *out)
{
    nb_buf_reset(out);
    for (size_t at = 0; at < text.len;) {
        struct nb_slice rest = nb_slice_sub(text, at, text.len);
        size_t row = 0;
        while (row < n && !nb_slice_starts(rest, rows[row].from)) {
            row++;
        }
        if (row < n) {
            nb_buf_add(out, rows[row].to);
            at += rows[row].from.len;
        } else {
            nb_buf_add_byte(out, text.p[at++]);
        }
    }
    return nb_buf_slice(out);
}

static struct nb_slice type_ascii(struct nb_slice text, struct nb_buf *out)
{
    nb_buf_reset(out);
    nb_buf_add(out, text);
    out->len = tr_plain(out->p, out->len);
    return nb_buf_slice(out);
}

static bool finds(struct eval *e, struct nb_slice text, struct nb_slice type)
{
    struct nb_annotation *a = annotate(e, text);
    for (size_t i = 0; i < a->n_life_events; i++) {
        if (nb_slice_eq(type, nb_slice_str(a->life_events[i]->type))) {
            return true;
        }
    }
    return false;
}

/* Of the posts that have an event, how many are found typed so. */
static void eval_variants(struct eval *e, const char *name, const char *data)
{
    char what[64];
    struct casual rows[CASUAL_MAX];
    size_t rows_n = read_casual(e, rows), there = 0, plain = 0, ascii = 0, casual = 0;
    struct nb_buf buf;
    nb_buf_init(&buf, TEXT_BYTES_MAX);
    for (size_t i = 0; i < e->posts_n; i++) {
        const struct post *post = &e->posts[i];
        enum nb_event_type type;
        if (2 * post->percent >= CERTAIN && nb_event_type_parse(post->event, &type)) {
            there++;
            plain += finds(e, post->text, post->event);
            ascii += finds(e, type_ascii(post->text, &buf), post->event);
            casual += finds(e, type_casually(post->text, rows, rows_n, &buf), post->event);
        }
    }
    nb_buf_fini(&buf);
    (void)snprintf(what, sizeof(what), "%s-recall-typed", name);
    print_share(what, plain, there, data);
    (void)snprintf(what, sizeof(what), "%s-recall-ascii", name);
    print_share(what, ascii, there, data);
    (void)snprintf(what, sizeof(what), "%s-recall-casual", name);
    print_share(what, casual, there, data);
}

/*
 * Events as people tell them, and what is none (type none), as own sentences: TYPE, subject, stage,
 * text; a chance may stand before.
 */
static void eval_own(struct eval *e, const char *path, const char *name, const char *data,
                     bool tell)
{
    struct nb_slice line, rest = nbt_read_file(path, e->files);
    char label[64];
    memset(&e->all, 0, sizeof(e->all));
    memset(e->bins, 0, sizeof(e->bins));
    e->posts_n = 0;
    e->list = tell;
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice field[3] = {{NULL, 0}}, percent = {NULL, 0};
        int64_t chance = CERTAIN;
        if (line.len && nb_ascii_is_digit(line.p[0]) && nb_slice_split(&line, '\t', &percent)) {
            assert_true(nb_slice_to_i64(percent, &chance) && chance >= 0 && chance <= CERTAIN);
        }
        for (size_t i = 0; i < 3 && nb_slice_split(&line, '\t', &field[i]); i++) {
        }
        if (line.p && e->posts_n < POSTS_MAX && !nb_slice_starts(field[0], NB_LIT("#"))) {
            e->posts[e->posts_n] =
                (struct post){field[0], field[1], field[2], line, (size_t)chance};
            count_post(e, &e->posts[e->posts_n++]);
        }
    }
    (void)snprintf(label, sizeof(label), "own sentences, %s", data);
    print_all(name, &e->all, label);
    print_confidence(e, name, label);
    eval_variants(e, name, label);
}

/* The tricky cases: "-" is none, a type, or one with "(other)" behind it; a wedding is a marriage.
 */
static void eval_cases(struct eval *e)
{
    const char *path = nbt_data("tr_cases.tsv");
    struct nb_slice line, rest = path ? nbt_read_file(path, e->files) : nb_slice(NULL, 0);
    size_t n = 0, right = 0;
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice field[FIELDS] = {{NULL, 0}};
        for (size_t i = 0; i < FIELDS && nb_slice_split(&line, '\t', &field[i]); i++) {
        }
        if (!nb_slice_eq(field[1], NB_LIT("event"))) {
            continue;
        }
        struct nb_slice want = nb_slice_sub(field[7], 0, nb_slice_find_byte(field[7], '(', 0));
        want = nb_slice_eq(want, NB_LIT("wedding")) ? NB_LIT("marriage") : want;
        struct nb_annotation *a = annotate(e, field[2]);
        const Nb__LifeEvent *got = a->n_life_events ? a->life_events[0] : NULL;
        const char *subject = want.len < field[7].len ? "other" : "self";
        bool good =
            got ? nb_slice_eq(want, nb_slice_str(got->type)) && strcmp(got->subject, subject) == 0
                : nb_slice_eq(want, NB_LIT("-")) || !want.len;
        n++;
        right += good;
        if (!good) {
            printf("  case %.*s: \"%.*s\" is %s\n", NB_ARG(field[0]), NB_ARG(field[2]),
                   got ? got->type : "none");
        }
    }
    if (n) {
        print_share("events-cases", right, n, "tr_cases.tsv");
    }
}

/* Sentences that look like events and are none: TYPE, text. */
static void eval_hard(struct eval *e)
{
    struct nb_slice line, rest = nbt_read_file("tests/eval/events_hard.tsv", e->files);
    size_t n = 0, wrong = 0;
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice type;
        if (!line.len || line.p[0] == '#' || !nb_slice_split(&line, '\t', &type) || !line.p) {
            continue;
        }
        struct nb_annotation *a = annotate(e, line);
        n++;
        wrong += a->n_life_events > 0;
        for (size_t i = 0; i < a->n_life_events; i++) {
            printf("  hard: \"%.*s\" is %s %s %s\n", NB_ARG(line), a->life_events[i]->type,
                   a->life_events[i]->subject, a->life_events[i]->stage);
        }
    }
    if (n) {
        print_share("events-hard-negatives", n - wrong, n, "own sentences");
    }
}

static void eval_part(struct eval *e, const char *part)
{
    bool ours = strcmp(part, "kept") == 0 || strcmp(part, "tuning") == 0;
    memset(&e->all, 0, sizeof(e->all));
    memset(e->bins, 0, sizeof(e->bins));
    memset(e->types, 0, sizeof(e->types));
    e->posts_n = 0;
    if (ours ? read_labelled(e, part) : read_posts(e, part)) {
        for (size_t i = 0; i < e->posts_n; i++) {
            count_post(e, &e->posts[i]);
        }
        print_counts(e, part);
        eval_variants(e, "events", part);
    }
}

static bool is_part(const char *name)
{
    static const char *const parts[] = {"heldout", "train", "kept", "tuning"};
    size_t i = 0;
    while (i < sizeof(parts) / sizeof(parts[0]) && strcmp(parts[i], name) != 0) {
        i++;
    }
    return i < sizeof(parts) / sizeof(parts[0]);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !is_part(argv[1])) {
        fprintf(stderr, "usage: eval_events [heldout|train|kept|tuning [list]]\n");
        return 2;
    }
    struct nb_error error = {0};
    struct nb_knowledge *knowledge;
    if (nb_knowledge_load("lexicons", NULL, &knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_events: %s\n", nb_error_text(&error));
        return 1;
    }
    struct eval e = {.knowledge = knowledge, .words = nb_word_cache_new()};
    e.arena = nb_arena_new((size_t)64 << 20);
    e.files = nb_arena_new((size_t)256 << 20);
    e.posts = calloc(POSTS_MAX, sizeof(*e.posts));
    bool tell = argc > 2 && strcmp(argv[2], "list") == 0;
    e.list = tell;
    eval_part(&e, argc > 1 ? argv[1] : "heldout");
    if (argc == 1) {
        eval_part(&e, "kept");
    }
    eval_cases(&e);
    eval_own(&e, "tests/eval/events_said.tsv", "events-said", "tuned", true);
    eval_own(&e, "tests/eval/events_own.tsv", "events-own", "tuned", tell);
    eval_own(&e, "tests/eval/events_unseen.tsv", "events-unseen", "not tuned", false);
    eval_own(&e, "tests/eval/events_kept.tsv", "events-kept", "not tuned", false);
    eval_hard(&e);
    free(e.posts);
    nb_word_cache_free(e.words);
    nb_knowledge_free(knowledge);
    nb_arena_free(e.arena);
    nb_arena_free(e.files);
    return 0;
}
