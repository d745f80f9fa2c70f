#include "tools/opinion_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/file.h>
#include <nabiz/knowledge.h>
#include <nabiz/text.h>

#include "analyzer/turkish/table.h"

enum {
    PATH_BYTES = 4096,
    FILE_BYTES_MAX = 64 << 20,
    FIELDS = 9,
    TEXTS_SLOTS = 1 << 16,
    CLEAR_FROM = 400 /* thousandths: of an entry that is for or against by itself */
};

/* Columns of a labelled row. */
enum { ID, SENTIMENT, EMOTION, INTENTS, IRONY, OWN_TEXT, TEXT = 8 };

struct texts {
    struct nb_slice ids[TEXTS_SLOTS], texts[TEXTS_SLOTS];
};

struct giver {
    opinion_row_fn *fn;
    void *context;
    uint64_t hash;
};

static void give(struct giver *g, const struct opinion_row *row)
{
    g->hash = (g->hash ^ tr_hash(row->text)) * 0x100000001b3u;
    g->hash = (g->hash ^ tr_hash(nb_slice(row->is, sizeof(row->is)))) * 0x100000001b3u;
    g->fn(g->context, row);
}

static bool read_file(const char *dir, const char *name, struct nb_buf *out)
{
    char path[PATH_BYTES];
    struct nb_error error = {0};
    nb_buf_init(out, FILE_BYTES_MAX);
    (void)snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "", name);
    if (nb_file_read(path, out, &error) != NB_OK) {
        fprintf(stderr, "train_opinion: %s\n", nb_error_text(&error));
        return false;
    }
    return true;
}

/* The last of n fields has the rest of the line. */
static size_t split(struct nb_slice line, struct nb_slice *fields, size_t n)
{
    size_t i = 0;
    while (i + 1 < n && nb_slice_split(&line, '\t', &fields[i])) {
        i++;
    }
    fields[i] = line;
    return line.p ? i + 1 : i;
}

/* ---- labelled posts ---- */

static bool set_intent(struct nb_slice name, struct opinion_row *row)
{
    unsigned intent = nb_intent_named(name);
    if (intent >= NB_MODEL_INTENT_N) {
        return false;
    }
    row->is[NB_MODEL_INTENT + intent] = true;
    return true;
}

static void set_labels(const struct nb_slice *fields, struct opinion_row *row)
{
    static const struct nb_slice sentiments[] = {{"neg", 3}, {"neu", 3}, {"pos", 3}};
    struct nb_slice list = fields[INTENTS], name;
    for (unsigned c = 0; c < NB_MODEL_REVIEW; c++) {
        row->known[c] = true;
    }
    row->known[NB_MODEL_IS_REVIEW] = true;
    for (unsigned i = 0; i < 3; i++) {
        row->is[NB_MODEL_SENTIMENT + i] = nb_slice_eq(fields[SENTIMENT], sentiments[i]);
    }
    row->is[NB_MODEL_EMOTION + (unsigned)nb_emotion_named(fields[EMOTION])] = true; /* or none */
    while (nb_slice_split(&list, ',', &name)) {
        (void)set_intent(name, row);
    }
    row->is[NB_MODEL_IRONY] = nb_slice_eq(fields[IRONY], NB_LIT("1"));
    row->group = tr_hash(fields[ID]);
}

static bool read_drawn(const char *data, struct giver *g)
{
    struct nb_buf file;
    struct nb_slice line, fields[FIELDS];
    bool ok = read_file(data, "posts/train.tsv", &file);
    struct nb_slice rest = nb_buf_slice(&file);
    (void)nb_slice_split(&rest, '\n', &line);
    while (ok && nb_slice_split(&rest, '\n', &line)) {
        struct opinion_row row = {.source = OPINION_DRAWN};
        if (split(line, fields, FIELDS) == FIELDS && nb_utf8_valid(fields[TEXT])) {
            set_labels(fields, &row);
            row.text = fields[TEXT];
            give(g, &row);
        }
    }
    nb_buf_fini(&file);
    return ok;
}

static size_t slot_of(const struct texts *texts, struct nb_slice id)
{
    size_t i = (size_t)tr_hash(id) % TEXTS_SLOTS;
    while (texts->ids[i].p && !nb_slice_eq(texts->ids[i], id)) {
        i = (i + 1) % TEXTS_SLOTS;
    }
    return i;
}

static void index_texts(struct nb_slice rest, struct texts *texts)
{
    struct nb_slice line, fields[3];
    (void)nb_slice_split(&rest, '\n', &line);
    for (size_t n = 0; n < TEXTS_SLOTS / 2 && nb_slice_split(&rest, '\n', &line); n++) {
        if (split(line, fields, 3) == 3 && nb_utf8_valid(fields[2])) {
            size_t i = slot_of(texts, fields[0]);
            texts->ids[i] = fields[0];
            texts->texts[i] = fields[2];
        }
    }
}

static bool read_stream(const char *data, const char *labels, struct giver *g)
{
    static struct texts texts; /* 2 MiB: too much for the stack, and one caller */
    struct nb_buf posts, file;
    struct nb_slice line, fields[FIELDS];
    bool ok = read_file(data, "posts/unlabelled.tsv", &posts);
    ok = read_file("", labels, &file) && ok;
    memset(&texts, 0, sizeof(texts));
    index_texts(nb_buf_slice(&posts), &texts);
    struct nb_slice rest = nb_buf_slice(&file);
    (void)nb_slice_split(&rest, '\n', &line);
    while (ok && nb_slice_split(&rest, '\n', &line)) {
        struct opinion_row row = {.source = OPINION_STREAM};
        if (split(line, fields, IRONY + 1) == IRONY + 1) {
            set_labels(fields, &row);
            row.text = texts.texts[slot_of(&texts, fields[ID])];
            if (row.text.p) {
                give(g, &row);
            }
        }
    }
    nb_buf_fini(&file);
    nb_buf_fini(&posts);
    return ok;
}

/* As above, with the text behind irony. */
static bool read_own_file(const char *dir, const char *name, struct giver *g)
{
    struct nb_buf file;
    struct nb_slice line, fields[OWN_TEXT + 1];
    bool ok = read_file(dir, name, &file);
    struct nb_slice rest = nb_buf_slice(&file);
    (void)nb_slice_split(&rest, '\n', &line);
    while (ok && nb_slice_split(&rest, '\n', &line)) {
        struct opinion_row row = {.source = OPINION_OWN};
        if (split(line, fields, OWN_TEXT + 1) == OWN_TEXT + 1 && nb_utf8_valid(fields[OWN_TEXT])) {
            set_labels(fields, &row);
            /* With them complaints of others lost 0.03 of their F1 in folds. */
            row.known[NB_MODEL_INTENT + NB_INTENT_COMPLAINT] = false;
            row.text = fields[OWN_TEXT];
            give(g, &row);
        }
    }
    nb_buf_fini(&file);
    return ok;
}

static bool read_own(const char *own, struct giver *g)
{
    struct nb_error error = {0};
    struct nb_arena *arena = nb_arena_new(1 << 20);
    const char *const *names = NULL;
    size_t n = 0;
    bool ok = arena && nb_file_names(own, ".tsv", arena, &names, &n, &error) == NB_OK;
    for (size_t i = 0; ok && i < n; i++) {
        ok = read_own_file(own, names[i], g);
    }
    nb_arena_free(arena);
    return ok;
}

/* ---- examples ---- */

static bool set_example(struct nb_slice want, struct opinion_row *row)
{
    static const char *const sentiments[] = {"negative", "neutral", "positive"};
    for (unsigned i = 0; i < 3; i++) {
        if (nb_slice_eq(want, nb_slice_str(sentiments[i]))) {
            row->is[NB_MODEL_SENTIMENT + i] = true;
            row->known[0] = row->known[1] = row->known[2] = true;
            return true;
        }
    }
    unsigned emotion = nb_emotion_named(want);
    if (emotion < NB_EMOTION_N) {
        for (unsigned i = 0; i <= NB_EMOTION_N; i++) {
            row->known[NB_MODEL_EMOTION + i] = true;
        }
        row->is[NB_MODEL_EMOTION + emotion] = true;
        return true;
    }
    for (unsigned i = 0; i < NB_MODEL_INTENT_N; i++) {
        row->known[NB_MODEL_INTENT + i] =
            nb_slice_eq(want, nb_slice_str(nb_intent_name((enum nb_intent)i)));
    }
    return set_intent(want, row);
}

/* An entry by itself, where it is clear enough. */
static void give_entry(const struct nb_lexicon_line *line, struct giver *g)
{
    struct opinion_row row = {.source = OPINION_ENTRY, .text = line->term};
    char head[16];
    bool good = line->head.len && line->head.p[0] == '+';
    bool bad = line->head.len && line->head.p[0] == '-';
    if ((!good && !bad) || line->head.len >= sizeof(head)) {
        return;
    }
    memcpy(head, line->head.p, line->head.len);
    head[line->head.len] = '\0';
    if (labs(strtol(head, NULL, 10)) >= CLEAR_FROM) {
        row.group = tr_hash(line->term);
        (void)set_example(good ? NB_LIT("positive") : NB_LIT("negative"), &row);
        give(g, &row);
    }
}

static void give_line(struct nb_slice raw, struct giver *g)
{
    struct nb_lexicon_line line;
    struct nb_slice text, want;
    if (nb_lexicon_line(raw, &line)) {
        return;
    }
    give_entry(&line, g);
    while (nb_lexicon_example(&line.examples, &text, &want) && text.p) {
        struct opinion_row row = {
            .source = OPINION_EXAMPLE, .text = text, .group = tr_hash(line.term)};
        if (set_example(want, &row)) {
            give(g, &row);
        }
    }
}

static bool read_examples(const char *lexicons, struct giver *g)
{
    bool ok = true;
    const char *name;
    for (size_t i = 0; ok && (name = nb_knowledge_lexicon(i)); i++) {
        struct nb_buf file;
        struct nb_slice raw;
        ok = read_file(lexicons, name, &file);
        for (struct nb_slice rest = nb_buf_slice(&file); nb_slice_split(&rest, '\n', &raw);) {
            give_line(raw, g);
        }
        nb_buf_fini(&file);
    }
    return ok;
}

/* ---- reviews ---- */

static bool read_reviews(const char *data, struct giver *g)
{
    char command[PATH_BYTES];
    char *line = NULL;
    size_t cap = 0, n = 0;
    (void)snprintf(command, sizeof(command), "gzip -dc '%s/reviews/train.tsv.gz'", data);
    FILE *pipe = popen(command, "r");
    for (ssize_t len; pipe && (len = getline(&line, &cap, pipe)) > 0; n++) {
        struct opinion_row row = {.source = OPINION_REVIEW};
        struct nb_slice label;
        row.text = nb_slice_trim(nb_slice(line, (size_t)len));
        (void)nb_slice_split(&row.text, '\t', &label);
        row.known[NB_MODEL_REVIEW] = row.known[NB_MODEL_IS_REVIEW] = true;
        row.is[NB_MODEL_IS_REVIEW] = true;
        row.is[NB_MODEL_REVIEW] = nb_slice_eq(label, NB_LIT("pos"));
        row.group = n;
        if (row.text.p && nb_utf8_valid(row.text)) {
            give(g, &row);
        }
    }
    free(line);
    if (pipe) {
        (void)pclose(pipe);
    }
    return n > 0;
}

uint64_t opinion_rows_read(const char *data, const char *labels, const char *own,
                           const char *lexicons, opinion_row_fn *fn, void *context)
{
    struct giver g = {fn, context, TR_HASH_START};
    bool ok = read_drawn(data, &g) && read_stream(data, labels, &g) && read_own(own, &g) &&
              read_examples(lexicons, &g) && read_reviews(data, &g);
    return ok ? g.hash : 0;
}
