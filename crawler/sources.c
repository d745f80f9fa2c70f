/*
 * A loaded list is one block of rows, one arena of strings, and a table by id.
 */
#include <nabiz/sources.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/diag.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "crawler/sources_line.h"

enum {
    LINE_MAX_BYTES = 64 << 10,
    SOURCES_MAX = 1 << 20,
    COMPLAINTS_MAX = 20, /* a file that is no list of sources would fill the log */
};

struct nb_sources {
    atomic_uint refs;
    struct nb_arena *strings;
    struct nb_source_row *rows;
    size_t n;
    size_t cap;
    uint32_t *slots; /* index + 1 of a row; 0: empty */
    size_t slots_n;  /* a power of two, at least twice n */
    size_t skipped_n;
};

static size_t slot_of(const struct nb_sources *sources, struct nb_id id)
{
    uint64_t hash;
    memcpy(&hash, id.b, sizeof(hash)); /* an id is a hash already */
    size_t i = (size_t)hash & (sources->slots_n - 1);
    while (sources->slots[i] &&
           memcmp(sources->rows[sources->slots[i] - 1].id.b, id.b, NB_ID_BYTES) != 0) {
        i = (i + 1) & (sources->slots_n - 1);
    }
    return i;
}

static enum nb_err rehash(struct nb_sources *sources, size_t slots_n)
{
    uint32_t *slots = nb_calloc(slots_n, sizeof(*slots));
    if (!slots) {
        return NB_ENOMEM;
    }
    nb_free(sources->slots);
    sources->slots = slots;
    sources->slots_n = slots_n;
    for (size_t i = 0; i < sources->n; i++) {
        slots[slot_of(sources, sources->rows[i].id)] = (uint32_t)i + 1;
    }
    return NB_OK;
}

static enum nb_err grow(struct nb_sources *sources)
{
    if (sources->n < sources->cap) {
        return NB_OK;
    }
    size_t cap = sources->cap ? sources->cap * 2 : 64;
    struct nb_source_row *rows = nb_realloc(sources->rows, cap * sizeof(*rows));
    if (!rows) {
        return NB_ENOMEM;
    }
    sources->rows = rows;
    sources->cap = cap;
    return rehash(sources, cap * 2);
}

static enum nb_err add_row(struct nb_sources *sources, const struct nb_source_line *line,
                           struct nb_id id, uint32_t number, struct nb_arena *scratch)
{
    if (sources->n == SOURCES_MAX) {
        return NB_ETOOBIG;
    }
    enum nb_err err = grow(sources);
    if (err != NB_OK) {
        return err;
    }
    struct nb_source_row row = {
        .id = id,
        .url = nb_arena_strdup(sources->strings, line->url),
        .group = line->group.len ? nb_arena_strdup(sources->strings, line->group) : "",
        .title = line->title.len ? nb_arena_strdup(sources->strings, line->title) : "",
        .kind = line->kind,
        .every_s = line->every_s,
        .paused = line->paused,
        .is_full = line->is_full,
        .walk = line->walk,
        .line = number,
    };
    if (nb_source_line_has_request(line)) {
        row.request = nb_source_request_new(line, scratch, sources->strings);
        err = row.request ? NB_OK : NB_ENOMEM;
    }
    if (err != NB_OK || nb_arena_failed(sources->strings)) {
        return NB_ENOMEM;
    }
    size_t slot = slot_of(sources, id);
    sources->rows[sources->n++] = row;
    sources->slots[slot] = (uint32_t)sources->n;
    return NB_OK;
}

static void complain(struct nb_sources *sources, const char *path, uint32_t number,
                     const char *what)
{
    if (sources->skipped_n++ < COMPLAINTS_MAX) {
        nb_diag(NB_WARN, "sources", "line skipped", nb_kv_str("file", path),
                nb_kv_int("line", number), nb_kv_str("why", what));
    }
}

/* One line of the file; what is wrong with it is no error. @return NB_OK, NB_ENOMEM, NB_ETOOBIG. */
static enum nb_err load_line(struct nb_sources *sources, const char *path, uint32_t number,
                             struct nb_slice text, struct nb_arena *scratch)
{
    struct nb_source_line line;
    struct nb_id id;
    struct nb_error error = {0};
    if (text.len > LINE_MAX_BYTES) {
        complain(sources, path, number, "over 64 KiB");
        return NB_OK;
    }
    if (!nb_utf8_valid(text)) {
        complain(sources, path, number, "not valid UTF-8");
        return NB_OK;
    }
    const char *wrong = nb_source_line_parse(text, scratch, &line);
    if (!wrong && nb_source_line_id(line.url, scratch, &id, &error) != NB_OK) {
        wrong = nb_error_text(&error);
    }
    if (wrong) {
        complain(sources, path, number, wrong);
        return nb_arena_failed(scratch) ? NB_ENOMEM : NB_OK;
    }
    const struct nb_source_row *before = nb_sources_find(sources, id);
    if (before) {
        char what[80];
        (void)snprintf(what, sizeof(what), "the same source as line %u", before->line);
        complain(sources, path, number, what);
        return NB_OK;
    }
    return add_row(sources, &line, id, number, scratch);
}

static enum nb_err load_text(struct nb_sources *sources, const char *path, struct nb_slice text)
{
    struct nb_arena *scratch = nb_arena_new(1 << 20);
    enum nb_err err = scratch ? NB_OK : NB_ENOMEM;
    struct nb_slice line;
    uint32_t number = 0;
    while (err == NB_OK && nb_slice_split(&text, '\n', &line)) {
        number++;
        if (nb_source_line_is(line)) {
            nb_arena_reset(scratch);
            err = load_line(sources, path, number, line, scratch);
        }
    }
    nb_arena_free(scratch);
    if (sources->skipped_n > COMPLAINTS_MAX) {
        nb_diag(NB_WARN, "sources", "more lines skipped", nb_kv_str("file", path),
                nb_kv_int("more", (int64_t)sources->skipped_n - COMPLAINTS_MAX));
    }
    return err;
}

enum nb_err nb_sources_load(const char *path, struct nb_sources **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_buf text;
    nb_buf_init(&text, NB_SOURCE_FILE_MAX_BYTES);
    enum nb_err err = nb_file_read(path, &text, error);
    struct nb_sources *sources = err == NB_OK ? nb_calloc(1, sizeof(*sources)) : NULL;
    if (sources) {
        atomic_init(&sources->refs, 1);
        /* each string is at least a byte of the file and takes at most 32 more */
        sources->strings = nb_arena_new(text.len * 33 + 4096);
        err = sources->strings ? rehash(sources, 64) : NB_ENOMEM;
        err = err == NB_OK ? load_text(sources, path, nb_buf_slice(&text)) : err;
        if (err == NB_ETOOBIG) {
            (void)nb_error_set(error, err, "%s: over %d sources", path, SOURCES_MAX);
        }
    }
    nb_buf_fini(&text);
    if (err != NB_OK || !sources) {
        nb_sources_free(sources);
        err = err == NB_OK ? NB_ENOMEM : err;
        return err == NB_ENOMEM ? nb_error_set(error, err, "%s: %s", path, nb_strerror(err)) : err;
    }
    *out = sources;
    return NB_OK;
}

struct nb_sources *nb_sources_share(struct nb_sources *sources)
{
    atomic_fetch_add(&sources->refs, 1);
    return sources;
}

void nb_sources_free(struct nb_sources *sources)
{
    if (sources && atomic_fetch_sub(&sources->refs, 1) == 1) {
        nb_arena_free(sources->strings);
        nb_free(sources->rows);
        nb_free(sources->slots);
        nb_free(sources);
    }
}

size_t nb_sources_n(const struct nb_sources *sources)
{
    return sources->n;
}

const struct nb_source_row *nb_sources_at(const struct nb_sources *sources, size_t i)
{
    return &sources->rows[i];
}

const struct nb_source_row *nb_sources_find(const struct nb_sources *sources, struct nb_id id)
{
    uint32_t slot = sources->slots[slot_of(sources, id)];
    return slot ? &sources->rows[slot - 1] : NULL;
}
