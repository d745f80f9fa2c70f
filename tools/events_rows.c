/*
 * Each post gives a row, and each hit in it that the second opinion is asked about another.
 */
#include "tools/events_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/diag.h>
#include <nabiz/file.h>
#include <nabiz/hash.h>
#include <nabiz/knowledge.h>

#include "analyzer/knowledge_private.h"

enum {
    ROWS_MAX = 200000,
    FEATURES_BITS = 22,
    FEATURES_MAX = 1 << FEATURES_BITS,
    LABELS_MAX = 1 << 20,
    COLUMNS = 9,
    SKETCH_BYTES = 48,
    FILE_BYTES_MAX = 1 << 28,
    POST_BYTES_MAX = 1 << 27,
    KEEP_BYTES_MAX = 1 << 30,
    NAME_BYTES_MAX = 200,
    PATH_BYTES = 4096
};

/* Half of the own posts are events and look like them, so that each says less. */
static const float weight_of_hit[EVENTS_SOURCES_N] = {0.5F, 1.0F, 1.0F};

static const float SURE = 0.5F;

static const struct nb_slice source_names[EVENTS_SOURCES_N] = {
    [EVENTS_OWN] = {"source/own", 10}, [EVENTS_LABELS] = {"source/labels", 13}};

struct events_reader {
    struct nb_knowledge *knowledge;
    struct nb_word_cache *words;
    struct nb_arena *arena, *keep;
    struct nb_slice *names;           /* by feature; a table by hash */
    uint32_t *rows_of, *real_rows_of; /* by feature */
    struct events_row *rows;
    size_t rows_n;
    /* the post being read */
    struct nb_slice wanted;
    float chance;
    bool against; /* it only says that the event is not there */
    enum events_source source;
    uint8_t fold;
    uint32_t post_row;
};

void events_die(const char *what)
{
    fprintf(stderr, "train_events: %s\n", what);
    exit(1);
}

static uint32_t feature_of(struct events_reader *t, struct nb_slice name)
{
    uint32_t at = (uint32_t)(nb_hash64(name) >> (64 - FEATURES_BITS));
    for (size_t i = 0; i < FEATURES_MAX; i++, at = (at + 1) % FEATURES_MAX) {
        if (!t->names[at].p) {
            t->names[at] = nb_arena_copy(t->keep, name);
            if (!t->names[at].p) {
                events_die("out of memory");
            }
        }
        if (nb_slice_eq(t->names[at], name)) {
            return at;
        }
    }
    events_die("too many features");
    return 0;
}

static void put_beside(struct events_reader *t, struct events_row *row, struct nb_slice name)
{
    row->beside[row->beside_n++] = feature_of(t, name);
}

/* The family is that of its bias, the one name that ends so but for that of all families. */
static void put_first_model(struct events_reader *t, struct events_row *row,
                            const struct nb_slice *names, size_t names_n)
{
    static const char post[] = "/post";
    char name[NAME_BYTES_MAX];
    put_beside(t, row, NB_LIT("all/post"));
    for (size_t i = 0; i < names_n; i++) {
        bool bias = nb_slice_ends(names[i], NB_LIT("/bias")) && names[i].len < sizeof(name);
        if (bias && !nb_slice_starts(names[i], NB_LIT("all/"))) {
            size_t family = names[i].len - (sizeof("/bias") - 1);
            memcpy(name, names[i].p, family);
            memcpy(name + family, post, sizeof(post) - 1);
            put_beside(t, row, nb_slice(name, family + sizeof(post) - 1));
            return;
        }
    }
}

static void put_features(struct events_reader *t, struct events_row *row,
                         const struct nb_slice *names, size_t names_n)
{
    struct nb_slice source = source_names[t->source];
    row->features = nb_arena_alloc(t->keep, (names_n + 1) * sizeof(*row->features));
    if (!row->features) {
        events_die("out of memory");
    }
    for (size_t i = 0; i < names_n; i++) {
        row->features[row->n++] = feature_of(t, names[i]);
    }
    if (row->is_hit) {
        put_first_model(t, row, names, names_n);
    } else {
        put_beside(t, row, NB_LIT("post/bias"));
        row->beside_value = 1;
        row->scale = 1 / sqrtf((float)(names_n ? names_n : 1));
    }
    if (source.p && row->is_hit) {
        row->features[row->n++] = feature_of(t, source);
    } else if (source.p) {
        put_beside(t, row,
                   t->source == EVENTS_OWN ? NB_LIT("source/own of posts")
                                           : NB_LIT("source/labels of posts"));
    }
    for (size_t i = 0; i < row->n + row->beside_n; i++) {
        uint32_t feature = i < row->n ? row->features[i] : row->beside[i - row->n];
        t->rows_of[feature]++;
        t->real_rows_of[feature] += row->is_real;
    }
}

static void put_row(void *context, enum nb_event_type type, uint32_t rivals,
                    const struct nb_slice *names, size_t names_n)
{
    struct events_reader *t = context;
    struct events_row *row = &t->rows[t->rows_n];
    enum nb_event_type wanted;
    bool is_hit = type < NB_EVENT_TYPES_N;
    bool is_event = nb_event_type_parse(t->wanted, &wanted);
    bool is_ours = is_event && (!is_hit || wanted == type);
    bool is_rival = is_event && rivals >> wanted & 1;
    if (!is_ours && is_event && !is_rival && (t->against ? is_hit : t->chance >= SURE)) {
        return; /* a post has one label: nobody said whether there is a second event */
    }
    if (t->rows_n == ROWS_MAX) {
        events_die("too many rows");
    }
    if (!is_hit) {
        t->post_row = (uint32_t)t->rows_n;
    }
    *row = (struct events_row){.scale = 1,
                               .weight = is_hit ? weight_of_hit[t->source] : 1,
                               .chance = is_ours ? t->chance : 0,
                               .post = t->post_row,
                               .fold = t->fold,
                               .source = (uint8_t)t->source,
                               .type = (uint8_t)type,
                               .is_hit = is_hit,
                               .is_real = t->source != EVENTS_OWN};
    put_features(t, row, names, names_n);
    t->rows_n++;
}

/* Equal for copies of a post: its first letters, without handles. */
static uint8_t fold_of(struct nb_slice text)
{
    char letters[SKETCH_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < SKETCH_BYTES; i++) {
        if (text.p[i] == '@') {
            while (i < text.len && text.p[i] != ' ') {
                i++;
            }
        } else if ((unsigned char)text.p[i] > ' ') {
            letters[n++] = text.p[i];
        }
    }
    return (uint8_t)(nb_hash64(nb_slice(letters, n)) / 7 % EVENTS_FOLDS);
}

static void read_post(struct events_reader *t, struct nb_slice event, float chance,
                      struct nb_slice text)
{
    struct nb_annotation *annotation;
    nb_arena_reset(t->arena);
    struct nb_document *document = nb_document_new(t->arena);
    t->wanted = event;
    t->chance = chance;
    t->fold = fold_of(text);
    if (!document || !(document->text = nb_arena_strdup(t->arena, text)) ||
        nb_annotate_briefly(document, t->knowledge, t->words, t->arena, &annotation) != NB_OK) {
        events_die("out of memory");
    }
}

static struct nb_slice file_of(struct events_reader *t, const char *path)
{
    struct nb_buf buf;
    struct nb_error error = {0};
    nb_buf_init(&buf, FILE_BYTES_MAX);
    if (nb_file_read(path, &buf, &error) != NB_OK) {
        events_die(nb_error_text(&error));
    }
    struct nb_slice text = nb_arena_copy(t->keep, nb_buf_slice(&buf));
    nb_buf_fini(&buf);
    return text;
}

static bool is_row(struct nb_slice line)
{
    return line.len && line.p[0] != '#' && !nb_slice_starts(line, NB_LIT("id\t"));
}

/* The next fields of a line; what is left of it is the text. */
static bool take_fields(struct nb_slice *line, struct nb_slice *fields, size_t n)
{
    size_t taken = 0;
    while (taken < n && nb_slice_split(line, '\t', &fields[taken])) {
        taken++;
    }
    return taken == n && line->p;
}

void events_read_posts(struct events_reader *t, const char *path)
{
    enum { EVENT = 5 };
    struct nb_slice line, rest = file_of(t, path), field[COLUMNS - 1];
    t->source = EVENTS_POSTS;
    while (nb_slice_split(&rest, '\n', &line)) {
        if (is_row(line) && take_fields(&line, field, COLUMNS - 1)) {
            read_post(t, field[EVENT], 1, line);
        }
    }
}

static float chance_of(struct nb_slice percent)
{
    int64_t number;
    if (!nb_slice_to_i64(percent, &number) || number < 0 || number > 100) {
        events_die("a chance is 0 to 100");
    }
    return (float)number / 100;
}

void events_read_sentences(struct events_reader *t, const char *path)
{
    enum { OWN_COLUMNS = 3 };
    struct nb_slice line, rest = file_of(t, path), field[OWN_COLUMNS];
    t->source = EVENTS_OWN;
    while (nb_slice_split(&rest, '\n', &line)) {
        bool row = is_row(line), rated = row && nb_ascii_is_digit(line.p[0]);
        float chance = 1;
        if (rated && take_fields(&line, field, 1)) {
            chance = chance_of(field[0]);
        }
        if (row && take_fields(&line, field, OWN_COLUMNS)) {
            read_post(t, field[0], chance, line);
        }
    }
}

struct label {
    struct nb_slice event;
    float chance;
};

void events_read_labels(struct events_reader *t, const char *labels, const char *texts)
{
    enum { LABEL_COLUMNS = 5, TEXT_COLUMNS = 2 };
    struct nb_slice line, rest = file_of(t, labels), field[LABEL_COLUMNS];
    struct label *by_id = calloc(LABELS_MAX, sizeof(*by_id));
    int64_t number;
    if (!by_id) {
        events_die("out of memory");
    }
    while (nb_slice_split(&rest, '\n', &line)) {
        if (is_row(line) && take_fields(&line, field, LABEL_COLUMNS) &&
            nb_slice_eq(line, NB_LIT("tuning")) && nb_slice_to_i64(field[0], &number) &&
            number >= 0 && number < LABELS_MAX) {
            by_id[number] = (struct label){field[2], chance_of(field[1])};
        }
    }
    t->source = EVENTS_LABELS;
    rest = file_of(t, texts);
    while (nb_slice_split(&rest, '\n', &line)) {
        if (is_row(line) && take_fields(&line, field, TEXT_COLUMNS) &&
            nb_slice_to_i64(field[0], &number) && number >= 0 && number < LABELS_MAX &&
            by_id[number].event.p) {
            read_post(t, by_id[number].event, by_id[number].chance, line);
        }
    }
    free(by_id);
}

void events_read_examples(struct events_reader *t, const char *lexicons)
{
    t->source = EVENTS_OWN;
    for (int type = 0; type < NB_EVENT_TYPES_N; type++) {
        char path[PATH_BYTES];
        const char *file = nb_events_file((enum nb_event_type)type, t->keep);
        struct nb_slice name = nb_slice_str(nb_event_type_name((enum nb_event_type)type));
        struct nb_slice line, text, want;
        if (!file || snprintf(path, sizeof(path), "%s/%s", lexicons, file) >= PATH_BYTES) {
            events_die("the path of the lexicons is too long");
        }
        for (struct nb_slice rest = file_of(t, path); nb_slice_split(&rest, '\n', &line);) {
            struct nb_slice examples = nb_event_examples(line);
            while (nb_event_example(&examples, &text, &want) && text.p) {
                t->against = nb_slice_eq(want, NB_LIT("none"));
                read_post(t, name, t->against ? 0 : 1, text);
            }
        }
    }
    t->against = false;
}

struct events_reader *events_reader_new(const char *lexicons)
{
    struct nb_error error = {0};
    struct events_reader *t = calloc(1, sizeof(*t));
    if (!t) {
        events_die("out of memory");
    }
    if (nb_knowledge_load(lexicons, NULL, &t->knowledge, NULL, &error) != NB_OK) {
        events_die(nb_error_text(&error));
    }
    t->words = nb_word_cache_new();
    t->arena = nb_arena_new(POST_BYTES_MAX);
    t->keep = nb_arena_new(KEEP_BYTES_MAX);
    t->names = calloc(FEATURES_MAX, sizeof(*t->names));
    t->rows_of = calloc(FEATURES_MAX, sizeof(*t->rows_of));
    t->real_rows_of = calloc(FEATURES_MAX, sizeof(*t->real_rows_of));
    t->rows = calloc(ROWS_MAX, sizeof(*t->rows));
    if (!t->arena || !t->keep || !t->names || !t->rows_of || !t->real_rows_of || !t->rows) {
        events_die("out of memory");
    }
    nb_events_on_judged(t->knowledge->events, put_row, t);
    return t;
}

void events_reader_free(struct events_reader *t)
{
    nb_knowledge_free(t->knowledge);
    nb_word_cache_free(t->words);
    nb_arena_free(t->arena);
    nb_arena_free(t->keep);
    free(t->names);
    free(t->rows_of);
    free(t->real_rows_of);
    free(t->rows);
    free(t);
}

struct events_rows events_rows_of(struct events_reader *t)
{
    return (struct events_rows){t->rows, t->rows_n};
}

size_t events_features_n(void)
{
    return FEATURES_MAX;
}

struct nb_slice events_feature_name(const struct events_reader *t, uint32_t feature)
{
    return t->names[feature];
}

uint32_t events_feature_rows(const struct events_reader *t, uint32_t feature, bool real)
{
    return real ? t->real_rows_of[feature] : t->rows_of[feature];
}

bool events_is_source(struct nb_slice name)
{
    return nb_slice_starts(name, NB_LIT("source/"));
}
