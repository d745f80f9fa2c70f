/*
 * Order of loading matters: morphology and opinion words come before topics, so that a topic's word
 * finds its root. Everything lives in two arenas, which is all that freeing has to do.
 */
#include "analyzer/knowledge_private.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/diag.h>
#include <nabiz/file.h>
#include <nabiz/map.h>
#include <nabiz/mem.h>
#include <nabiz/paths.h>

#include "analyzer/core.h"

enum {
    KNOWLEDGE_BYTES_MAX = 256 << 20,
    FILE_BYTES_MAX = 16 << 20,
    SCRATCH_BYTES_MAX = 64 << 20,
    PARTS_MAX = 300000,
    MODEL_BYTES_MAX = 64 << 20
};

struct load {
    struct nb_knowledge *knowledge;
    const char *dir;
    const char *file; /* being read, for messages */
    size_t bad_n;
    struct nb_arena *files; /* texts, kept until the identity is taken */
    struct nb_arena *scratch;
    struct nb_slice *parts; /* name, content, name, content, ... */
    size_t parts_n;
    struct nb_error *error;
};

static void report(void *context, uint32_t line, const char *message)
{
    struct load *load = context;
    load->bad_n++;
    nb_diag(NB_WARN, "knowledge", "bad line", nb_kv_str("file", load->file),
            nb_kv_int("line", line), nb_kv_str("problem", message));
}

static enum nb_err read_file(struct load *load, const char *dir, const char *name,
                             struct nb_slice *out)
{
    char path[4096];
    struct nb_buf buf;
    nb_buf_init(&buf, FILE_BYTES_MAX);
    int n = snprintf(path, sizeof(path), "%s/%s", dir, name);
    enum nb_err err = n > 0 && (size_t)n < sizeof(path)
                          ? nb_file_read(path, &buf, load->error)
                          : nb_error_set(load->error, NB_EINVAL, "%s/%s: too long", dir, name);
    if (err != NB_OK) {
        nb_buf_fini(&buf);
        return err;
    }
    struct nb_slice copy = nb_arena_copy(load->files, nb_buf_slice(&buf));
    nb_buf_fini(&buf);
    if (!copy.p || load->parts_n + 2 > PARTS_MAX) {
        return nb_error_set(load->error, NB_ENOMEM, "%s: %s", path, nb_strerror(NB_ENOMEM));
    }
    load->parts[load->parts_n++] = nb_arena_copy(load->files, nb_slice_str(name));
    load->parts[load->parts_n++] = copy;
    load->file = load->parts[load->parts_n - 2].p;
    *out = copy;
    return NB_OK;
}

/* Morphology; of its texts the hash is part of what this knowledge is. */
static enum nb_err load_core(struct load *load)
{
    struct tr_core *core;
    struct nb_core_info info;
    enum nb_err err = nb_core_load(load->dir, &core, &info, load->error);
    if (err != NB_OK) {
        return err;
    }
    load->bad_n += info.bad_lines_n;
    load->parts[load->parts_n++] = NB_LIT("core");
    load->parts[load->parts_n++] =
        nb_arena_copy(load->files, nb_slice(&info.texts, sizeof(info.texts)));
    load->knowledge->lexicon = tr_lexicon_new(core);
    return load->knowledge->lexicon ? NB_OK : NB_ENOMEM;
}

/* What finds out which word was meant, and chooses among its readings. */
static enum nb_err load_words(struct load *load)
{
    struct nb_knowledge *k = load->knowledge;
    struct nb_words *words = &k->words;
    struct nb_slice choices; /* read for the identity of what is known */
    enum nb_err err = read_file(load, load->dir, "choices.txt", &choices);
    if (err == NB_OK) {
        err = nb_words_attach(words, tr_lexicon_core_mutable(k->lexicon), load->dir, NULL,
                              &load->bad_n, load->error);
    }
    tr_lexicon_normalise_with(k->lexicon, &words->normaliser.turkish);
    tr_lexicon_rank_with(k->lexicon, &words->tagger.ranker);
    load->parts[load->parts_n++] = NB_LIT("normaliser");
    load->parts[load->parts_n++] =
        nb_slice(&words->normaliser.identity, sizeof(words->normaliser.identity));
    load->parts[load->parts_n++] = NB_LIT("ranker");
    load->parts[load->parts_n++] =
        nb_slice_sub(words->rank_model, 0, sizeof(struct tr_rank_header));
    return err;
}

static enum nb_err load_affect(struct load *load)
{
    struct nb_knowledge *k = load->knowledge;
    struct nb_slice text;
    enum nb_err err = NB_OK;
    nb_affect_init(&k->affect, k->lexicon, k->arena);
    for (unsigned i = 0; err == NB_OK && i < NB_AFFECT_FILES_N; i++) {
        err = read_file(load, load->dir, nb_affect_files[i], &text);
        if (err == NB_OK) {
            err = nb_affect_add(&k->affect, i, text, load->scratch, report, load);
        }
    }
    return err;
}

/* Without it the lexicons judge alone. Its header has the hash of the rest. */
static void load_model(struct load *load)
{
    char dir[4096], path[4096 + 64];
    struct nb_error error = {0};
    struct nb_knowledge *k = load->knowledge;
    if (nb_path_share("models", dir, sizeof(dir)) != NB_OK) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/opinion.bin", dir);
    const char *problem = NULL;
    if (nb_map_open(path, MODEL_BYTES_MAX, &k->model_file, &error) != NB_OK) {
        problem = nb_error_text(&error);
    } else if (nb_model_open(&k->model, k->model_file) != NB_OK) {
        problem = "damaged, or of another version; install nabiz again, or run make models";
    }
    nb_map_rest(k->model_file);
    if (problem) {
        nb_diag(NB_WARN, "knowledge", "opinions are judged without this model",
                nb_kv_str("file", path), nb_kv_str("problem", problem));
    }
    load->parts[load->parts_n++] = NB_LIT("opinion");
    load->parts[load->parts_n++] =
        nb_slice_sub(k->model_file, 0, k->model.header ? sizeof(struct nb_model_header) : 0);
}

static enum nb_err load_lexicons(struct load *load)
{
    struct nb_knowledge *k = load->knowledge;
    struct nb_slice text;
    enum nb_err err = load_core(load);
    if (err == NB_OK) {
        err = load_words(load);
    }
    if (err != NB_OK) {
        return err;
    }
    k->reading_id = nb_id_of(load->parts, load->parts_n);
    nb_opinion_init(&k->opinion, k->lexicon, k->arena);
    nb_feature_reader_init(&k->features, k->words.core);
    nb_synthetic_init(&k->synthetic, k->words.core);
    for (int i = 0; err == NB_OK && i < NB_OPINION_FILES_N; i++) {
        err = read_file(load, load->dir, nb_opinion_files[i], &text);
        if (err == NB_OK) {
            err = nb_opinion_add(&k->opinion, (enum nb_opinion_file)i, text, load->scratch, report,
                                 load);
        }
    }
    nb_target_words_init(&k->targets, k->lexicon, k->arena);
    if (err == NB_OK) {
        err = read_file(load, load->dir, NB_TARGETS_FILE, &text);
    }
    if (err == NB_OK) {
        err = nb_target_words_add(&k->targets, text, load->scratch, report, load);
    }
    err = err == NB_OK ? load_affect(load) : err;
    if (err == NB_OK) {
        k->lexicons_id = nb_id_of(load->parts, load->parts_n);
        load_model(load);
    }
    return err;
}

/* A file of the lexicons that may be missing: then *out is empty. */
static enum nb_err read_optional(struct load *load, const char *name, struct nb_slice *out)
{
    struct nb_error missing = {0}, *to_caller = load->error;
    load->error = &missing;
    enum nb_err err = name ? read_file(load, load->dir, name, out) : NB_ENOMEM;
    load->error = to_caller;
    if (err == NB_ENOTFOUND) {
        *out = nb_slice(NULL, 0);
        return NB_OK;
    }
    return err == NB_OK ? NB_OK : nb_error_set(to_caller, err, "%s", nb_error_text(&missing));
}

/* What all types of life events share comes first; a lexicon may have no file of a type. */
static enum nb_err load_events(struct load *load)
{
    struct nb_knowledge *k = load->knowledge;
    struct nb_slice text;
    k->events = nb_events_new(k->lexicon, k->arena, load->files);
    enum nb_err err = k->events ? NB_OK : NB_ENOMEM;
    for (int i = -1; err == NB_OK && i < NB_EVENT_TYPES_N; i++) {
        enum nb_event_type type = i < 0 ? NB_EVENT_TYPES_N : (enum nb_event_type)i;
        err = read_optional(load, nb_events_file(type, load->files), &text);
        if (err == NB_OK) {
            err = nb_events_add(k->events, type, text, report, load);
        }
    }
    if (err == NB_OK) {
        err = read_optional(load, NB_EVENTS_SECOND_FILE, &text);
    }
    if (err == NB_OK) {
        err = nb_events_add_second(k->events, text, report, load);
    }
    if (err == NB_OK) {
        err = read_optional(load, NB_EVENT_CLASSES_FILE, &text);
    }
    if (err == NB_OK) {
        nb_event_classes_read(text, report, load, &k->event_classes);
    }
    nb_details_init(&k->event_details, k->lexicon, k->arena);
    for (int i = 0; err == NB_OK && i < NB_DETAILS_FILES_N; i++) {
        err = read_optional(load, nb_details_files[i], &text);
        if (err == NB_OK) {
            err = nb_details_add(&k->event_details, (enum nb_details_file)i, text, load->scratch,
                                 report, load);
        }
    }
    return err;
}

static enum nb_err load_weights(struct load *load)
{
    struct nb_slice text;
    enum nb_err err = read_optional(load, NB_WEIGHTS_FILE, &text);
    if (err == NB_OK) {
        (void)nb_weights_read(text, &load->knowledge->weights, report, load);
        err = read_optional(load, NB_SEEDS_FILE, &text);
    }
    if (err == NB_OK) {
        (void)nb_seeds_read(text, &load->knowledge->seeds, report, load);
    }
    return err;
}

/* Days that are not like others; one that cannot be read is none. */
static enum nb_err load_calendar(struct load *load)
{
    struct nb_slice text;
    struct nb_error error = {0};
    enum nb_err err = read_optional(load, NB_CALENDAR_FILE, &text);
    if (err == NB_OK && text.p) {
        err = nb_calendar_parse(text, NB_CALENDAR_FILE, &load->knowledge->calendar, &error);
    }
    if (err == NB_ESYNTAX) {
        report(load, 0, nb_error_text(&error));
        err = NB_OK;
    }
    return err;
}

static void leave_out(struct load *load, const struct nb_error *error)
{
    load->bad_n++;
    nb_diag(NB_WARN, "knowledge", "topic left out", nb_kv_err(error));
}

/* A topic that cannot be read is reported and left out, unless it is the only one asked for. */
static enum nb_err load_topic(struct load *load, const char *dir, const char *file, bool alone)
{
    struct nb_slice text, name = nb_slice_sub(nb_slice_str(file), 0, strlen(file) - 6);
    const struct nb_query *query;
    struct nb_error error = {0};
    struct nb_error *to_caller = load->error;
    load->error = alone ? to_caller : &error;
    enum nb_err err = read_file(load, dir, file, &text);
    load->error = to_caller;
    if (!alone && (err == NB_ENOTFOUND || err == NB_EIO || err == NB_ETOOBIG)) {
        leave_out(load, &error);
        return NB_OK;
    }
    if (err != NB_OK) {
        return err;
    }
    nb_arena_reset(load->scratch);
    if (!nb_topic_name_valid(name)) {
        report(load, 0, "a topic's name is a-z 0-9 - _ and at most 64 long");
        return NB_OK;
    }
    err =
        nb_query_parse(load->knowledge->language, file, text, true, load->scratch, &query, &error);
    if (err == NB_OK) {
        err = nb_event_classes_permit(&load->knowledge->event_classes, query, &error);
        if (err != NB_OK) {
            nb_error_prefix(&error, "%s:", file);
        }
    }
    if (err == NB_OK) {
        err = nb_topics_add(load->knowledge->topics, name, query, load->scratch, &error);
        nb_error_prefix(&error, "%s:", file);
    }
    if (err == NB_ENOMEM) {
        return err;
    }
    if (err != NB_OK) {
        leave_out(load, &error);
    }
    return NB_OK;
}

static enum nb_err load_one_topic(struct load *load, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dir =
        slash ? nb_arena_strdup(load->files, nb_slice(path, (size_t)(slash - path))) : ".";
    return dir ? load_topic(load, dir[0] ? dir : "/", slash ? slash + 1 : path, true) : NB_ENOMEM;
}

/* The words of the query language; without the file there are the English ones. */
static enum nb_err load_language(struct load *load)
{
    struct nb_knowledge *k = load->knowledge;
    struct nb_slice text = {NULL, 0};
    enum nb_err err = read_file(load, load->dir, "query.txt", &text);
    if (err == NB_OK || err == NB_ENOTFOUND) {
        err = nb_query_language_read(text, k->arena, report, load, &k->language);
    }
    return err;
}

static enum nb_err load_topics(struct load *load, const char *dir)
{
    const char *const *names = NULL;
    size_t n = 0;
    struct nb_knowledge *k = load->knowledge;
    k->topics = nb_topics_new(k->lexicon, &k->words.normaliser.turkish.speller, k->arena);
    enum nb_err err = k->topics ? load_language(load) : NB_ENOMEM;
    if (err != NB_OK || !dir) {
        return err;
    }
    if (nb_slice_ends(nb_slice_str(dir), NB_LIT(".topic"))) {
        return load_one_topic(load, dir);
    }
    struct nb_error error = {0};
    err = nb_file_names(dir, ".topic", load->files, &names, &n, &error);
    if (err == NB_ENOTFOUND) {
        return NB_OK;
    }
    if (err != NB_OK) {
        return nb_error_set(load->error, err, "%s", nb_error_text(&error));
    }
    for (size_t i = 0; i < n && err == NB_OK; i++) {
        err = load_topic(load, dir, names[i], false);
    }
    return err;
}

static enum nb_err seal(struct load *load)
{
    struct nb_knowledge *k = load->knowledge;
    enum nb_err err = nb_opinion_seal(&k->opinion);
    if (err == NB_OK) {
        err = nb_target_words_seal(&k->targets);
    }
    if (err == NB_OK) {
        err = nb_affect_seal(&k->affect);
    }
    if (err == NB_OK) {
        err = nb_topics_seal(k->topics);
    }
    if (err == NB_OK) {
        err = nb_events_seal(k->events);
    }
    if (err == NB_OK) {
        err = nb_details_seal(&k->event_details);
    }
    k->id = nb_id_of(load->parts, load->parts_n);
    return err;
}

enum nb_err nb_knowledge_load(const char *lexicons, const char *topics, struct nb_knowledge **out,
                              size_t *bad_lines_n, struct nb_error *error)
{
    struct load load = {.dir = lexicons, .file = lexicons, .error = error};
    enum nb_err err = NB_ENOMEM;
    *out = NULL;
    load.knowledge = nb_calloc(1, sizeof(*load.knowledge));
    load.files = nb_arena_new(KNOWLEDGE_BYTES_MAX);
    load.scratch = nb_arena_new(SCRATCH_BYTES_MAX);
    load.parts = nb_calloc(PARTS_MAX, sizeof(*load.parts));
    if (!load.knowledge || !load.files || !load.scratch || !load.parts) {
        goto out;
    }
    load.knowledge->arena = nb_arena_new(KNOWLEDGE_BYTES_MAX);
    if (!load.knowledge->arena) {
        goto out;
    }
    err = load_lexicons(&load);
    if (err == NB_OK) {
        err = load_events(&load);
    }
    if (err == NB_OK) {
        err = load_weights(&load);
    }
    if (err == NB_OK) {
        err = load_calendar(&load);
    }
    if (err == NB_OK) {
        err = load_topics(&load, topics);
    }
    if (err == NB_OK) {
        err = seal(&load);
    }
out:
    if (err == NB_OK) {
        *out = load.knowledge;
        if (bad_lines_n) {
            *bad_lines_n = load.bad_n;
        }
    } else {
        if (err == NB_ENOMEM || err == NB_EINVAL) {
            (void)nb_error_set(error, err, "%s: %s", load.file, nb_strerror(err));
        }
        nb_knowledge_free(load.knowledge);
    }
    nb_free(load.parts);
    nb_arena_free(load.scratch);
    nb_arena_free(load.files);
    nb_mem_trim(); /* who loads it stays for long */
    return err;
}

const struct nb_seed_names *nb_knowledge_seeds(const struct nb_knowledge *knowledge)
{
    return &knowledge->seeds;
}

const struct nb_weights *nb_knowledge_weights(const struct nb_knowledge *knowledge)
{
    return &knowledge->weights;
}

struct nb_calendar *nb_knowledge_calendar(const struct nb_knowledge *knowledge)
{
    return knowledge->calendar;
}

void nb_knowledge_rest(const struct nb_knowledge *knowledge)
{
    nb_map_rest(knowledge->model_file);
    nb_map_rest(knowledge->local_file);
    nb_map_rest(knowledge->words.normaliser.diacritics);
    nb_map_rest(knowledge->words.normaliser.words);
}

void nb_knowledge_free(struct nb_knowledge *knowledge)
{
    if (knowledge) {
        nb_words_fini(&knowledge->words);
        nb_calendar_free(knowledge->calendar);
        nb_map_close(knowledge->local_file);
        nb_map_close(knowledge->model_file);
        tr_lexicon_free(knowledge->lexicon);
        nb_arena_free(knowledge->arena);
        nb_free(knowledge);
    }
}

struct nb_id nb_knowledge_id(const struct nb_knowledge *knowledge)
{
    return knowledge->id;
}

struct nb_id nb_knowledge_reading_id(const struct nb_knowledge *knowledge)
{
    return knowledge->reading_id;
}

size_t nb_knowledge_topics_n(const struct nb_knowledge *knowledge)
{
    return nb_topics_n(knowledge->topics);
}

const char *nb_knowledge_topic_name(const struct nb_knowledge *knowledge, size_t i)
{
    return nb_topics_name(knowledge->topics, i);
}

const struct nb_query_language *nb_knowledge_query_language(const struct nb_knowledge *knowledge)
{
    return knowledge->language;
}
