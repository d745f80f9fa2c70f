/*
 * A spool is a magic line, then records: length (u32, big-endian), a byte that says whether it
 * counts ('+' or '-'), an encoded Document with its identity. While it is written it has another
 * name; the one that the crawler looks for comes when all is on the disk.
 */
#include "crawler/social/spool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/file.h>
#include <nabiz/mem.h>

#define MAGIC "nabiz import 1\n"

enum {
    PATH_BYTES = NB_SPOOL_PATH_BYTES,
    HEAD_BYTES = 5,
    RECORD_MAX_BYTES = 17 << 20,
    READ_MAX_BYTES = 4 << 20
};

/* Where the record of an identity is; an open-addressing table. */
struct place {
    struct nb_id id;
    uint64_t at; /* 0: free */
};

struct nb_spool {
    char data_dir[PATH_BYTES - 100];
    char part[PATH_BYTES];
    FILE *file;
    uint64_t at; /* bytes written */
    uint64_t n;
    struct place *places;
    size_t places_cap; /* a power of two */
    size_t places_n;
    struct nb_arena *arena;
};

void nb_spool_dir(const char *data_dir, char *out, size_t out_bytes)
{
    (void)snprintf(out, out_bytes, "%s/import", data_dir);
}

static enum nb_err file_error(const char *path, struct nb_error *error)
{
    enum nb_err err = errno == ENOSPC || errno == EDQUOT ? NB_EFULL : NB_EIO;
    return nb_error_set(error, err, "%s: %s", path, strerror(errno));
}

/* ---- writing ---- */

enum nb_err nb_spool_begin(const char *data_dir, struct nb_spool **out, struct nb_error *error)
{
    enum { ARENA_BYTES = 64 << 20 };
    uint8_t random[8];
    char name[2 * sizeof(random) + 1];
    char dir[PATH_BYTES - 50];
    *out = NULL;
    struct nb_spool *spool = nb_calloc(1, sizeof(*spool));
    if (!spool || nb_random(random, sizeof(random)) != NB_OK) {
        nb_free(spool);
        return nb_error_set(error, NB_ENOMEM, "out of memory");
    }
    nb_hex(nb_slice(random, sizeof(random)), name);
    nb_spool_dir(data_dir, dir, sizeof(dir));
    (void)snprintf(spool->data_dir, sizeof(spool->data_dir), "%s", data_dir);
    (void)snprintf(spool->part, sizeof(spool->part), "%s/%s.part", dir, name);
    spool->arena = nb_arena_new(ARENA_BYTES);
    if ((mkdir(data_dir, 0777) != 0 && errno != EEXIST) ||
        (mkdir(dir, 0777) != 0 && errno != EEXIST) || !(spool->file = fopen(spool->part, "wxe"))) {
        enum nb_err err = file_error(dir, error);
        nb_spool_drop(spool);
        return err;
    }
    spool->at = sizeof(MAGIC) - 1;
    if (!spool->arena || fwrite(MAGIC, 1, sizeof(MAGIC) - 1, spool->file) != sizeof(MAGIC) - 1) {
        nb_spool_drop(spool);
        return nb_error_set(error, NB_EIO, "%s: cannot write", dir);
    }
    *out = spool;
    return NB_OK;
}

static struct place *place_of(struct place *places, size_t cap, const struct nb_id *id)
{
    uint64_t hash;
    memcpy(&hash, id->b, sizeof(hash));
    hash ^= hash >> 32; /* what a site publishes begins with the same bytes */
    uint64_t tail;
    memcpy(&tail, id->b + NB_ID_BYTES - sizeof(tail), sizeof(tail));
    size_t i = (size_t)(hash ^ tail) & (cap - 1);
    while (places[i].at && memcmp(&places[i].id, id, sizeof(*id)) != 0) {
        i = (i + 1) & (cap - 1);
    }
    return &places[i];
}

static enum nb_err make_place(struct nb_spool *spool)
{
    if (spool->places_n * 2 < spool->places_cap) {
        return NB_OK;
    }
    size_t cap = spool->places_cap ? spool->places_cap * 2 : 1024;
    struct place *places = nb_calloc(cap, sizeof(*places));
    if (!places) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < spool->places_cap; i++) {
        if (spool->places[i].at) {
            *place_of(places, cap, &spool->places[i].id) = spool->places[i];
        }
    }
    nb_free(spool->places);
    spool->places = places;
    spool->places_cap = cap;
    return NB_OK;
}

/* The one before does not count any more. */
static bool cross_out(struct nb_spool *spool, uint64_t at)
{
    return fseeko(spool->file, (off_t)(at + HEAD_BYTES - 1), SEEK_SET) == 0 &&
           fputc('-', spool->file) != EOF && fseeko(spool->file, 0, SEEK_END) == 0;
}

enum nb_err nb_spool_add(struct nb_spool *spool, const struct nb_document *document,
                         struct nb_error *error)
{
    struct nb_log_record record;
    struct nb_slice bytes;
    nb_arena_reset(spool->arena);
    enum nb_err err = nb_log_encode(document, spool->arena, &record); /* is it fit for the log? */
    err = err == NB_OK ? nb_document_encode(document, spool->arena, &bytes) : err;
    err = err == NB_OK ? make_place(spool) : err;
    if (err != NB_OK) {
        return nb_error_set(error, err, "%s", nb_strerror(err));
    }
    struct place *place = place_of(spool->places, spool->places_cap, &record.identity);
    uint32_t len = (uint32_t)bytes.len;
    const uint8_t head[HEAD_BYTES] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16),
                                      (uint8_t)(len >> 8), (uint8_t)len, '+'};
    if ((place->at && !cross_out(spool, place->at)) ||
        fwrite(head, 1, HEAD_BYTES, spool->file) != HEAD_BYTES ||
        fwrite(bytes.p, 1, bytes.len, spool->file) != bytes.len) {
        return file_error(spool->part, error);
    }
    spool->n += place->at == 0;
    spool->places_n += place->at == 0;
    *place = (struct place){record.identity, spool->at};
    spool->at += HEAD_BYTES + bytes.len;
    return NB_OK;
}

uint64_t nb_spool_n(const struct nb_spool *spool)
{
    return spool->n;
}

static void spool_free(struct nb_spool *spool)
{
    if (spool->file) {
        (void)fclose(spool->file);
    }
    nb_arena_free(spool->arena);
    nb_free(spool->places);
    nb_free(spool);
}

void nb_spool_drop(struct nb_spool *spool)
{
    if (spool) {
        (void)unlink(spool->part);
        spool_free(spool);
    }
}

enum nb_err nb_spool_finish(struct nb_spool *spool, char *path, struct nb_error *error)
{
    struct nb_slice part = nb_slice_str(spool->part);
    (void)snprintf(path, PATH_BYTES, "%.*s%s", (int)(part.len - strlen(".part")), part.p,
                   NB_SPOOL_READY);
    bool is_written = fflush(spool->file) == 0 && fsync(fileno(spool->file)) == 0 &&
                      rename(spool->part, path) == 0;
    enum nb_err err = is_written ? NB_OK : file_error(spool->part, error);
    if (err != NB_OK) {
        (void)unlink(spool->part);
    }
    spool_free(spool);
    return err;
}

/* ---- reading ---- */

struct nb_spool_reader {
    FILE *file;
    const char *path;
};

enum nb_err nb_spool_open(const char *path, struct nb_spool_reader **out, struct nb_error *error)
{
    char magic[sizeof(MAGIC) - 1];
    *out = NULL;
    struct nb_spool_reader *reader = nb_calloc(1, sizeof(*reader));
    if (!reader) {
        return nb_error_set(error, NB_ENOMEM, "out of memory");
    }
    reader->path = path;
    reader->file = fopen(path, "re");
    if (!reader->file) {
        enum nb_err err = errno == ENOENT ? NB_ENOTFOUND : NB_EIO;
        nb_free(reader);
        return nb_error_set(error, err, "%s: %s", path, strerror(errno));
    }
    if (fread(magic, 1, sizeof(magic), reader->file) != sizeof(magic) ||
        memcmp(magic, MAGIC, sizeof(magic)) != 0) {
        nb_spool_close(reader);
        return nb_error_set(error, NB_ECORRUPT, "%s: not written by nabiz import", path);
    }
    *out = reader;
    return NB_OK;
}

void nb_spool_close(struct nb_spool_reader *reader)
{
    if (reader) {
        (void)fclose(reader->file);
        nb_free(reader);
    }
}

/* The next record. @return NB_OK, NB_ENOTFOUND (no more), NB_ECORRUPT, NB_ENOMEM */
static enum nb_err next_record(struct nb_spool_reader *reader, struct nb_arena *arena,
                               struct nb_slice *out, bool *counts)
{
    uint8_t head[HEAD_BYTES];
    size_t got = fread(head, 1, HEAD_BYTES, reader->file);
    if (got == 0 && feof(reader->file)) {
        return NB_ENOTFOUND;
    }
    uint32_t len = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 |
                   (uint32_t)head[3];
    if (got != HEAD_BYTES || len > RECORD_MAX_BYTES) {
        return NB_ECORRUPT;
    }
    char *p = nb_arena_alloc(arena, len);
    if (!p) {
        return NB_ENOMEM;
    }
    *out = nb_slice(p, len);
    *counts = head[HEAD_BYTES - 1] == '+';
    return fread(p, 1, len, reader->file) == len ? NB_OK : NB_ECORRUPT;
}

static enum nb_err encode(struct nb_slice bytes, struct nb_arena *arena, struct nb_log_record *out)
{
    struct nb_document *document;
    enum nb_err err = nb_document_decode(bytes, arena, &document);
    err = err == NB_OK ? nb_log_encode(document, arena, out) : err;
    if (err == NB_OK && document->url && document->guid) {
        out->alias = nb_document_identity((struct nb_slice){NULL, 0}, (struct nb_slice){NULL, 0},
                                          nb_field(document->url));
        out->has_alias = true;
    }
    return err;
}

enum nb_err nb_spool_read(struct nb_spool_reader *reader, size_t max_n, struct nb_arena *arena,
                          struct nb_log_record *records, size_t *out_n, struct nb_error *error)
{
    size_t n = 0;
    size_t bytes_n = 0;
    enum nb_err err = NB_OK;
    while (err == NB_OK && n < max_n && bytes_n < READ_MAX_BYTES) {
        struct nb_slice bytes;
        bool counts = false;
        err = next_record(reader, arena, &bytes, &counts);
        if (err == NB_OK && counts) {
            err = encode(bytes, arena, &records[n]);
            n += err == NB_OK;
            bytes_n += bytes.len;
        }
    }
    *out_n = n;
    if (err == NB_OK || err == NB_ENOTFOUND) {
        return NB_OK;
    }
    return nb_error_set(error, err, "%s: %s", reader->path,
                        err == NB_ECORRUPT ? "cut off or damaged" : nb_strerror(err));
}

/* ---- the result ---- */

/* "x.import" to "x.done". */
static void done_path(const char *path, char *out, size_t out_bytes)
{
    size_t len = strlen(path) - strlen(NB_SPOOL_READY);
    (void)snprintf(out, out_bytes, "%.*s%s", (int)len, path, NB_SPOOL_DONE);
}

enum nb_err nb_spool_settle(const char *path, const struct nb_import_counts *counts,
                            struct nb_error *error)
{
    char done[PATH_BYTES];
    char part[PATH_BYTES + 8];
    done_path(path, done, sizeof(done));
    (void)snprintf(part, sizeof(part), "%s.part", done);
    FILE *file = fopen(part, "we");
    bool is_written = file && fprintf(file, "%llu %llu %llu\n", (unsigned long long)counts->new_n,
                                      (unsigned long long)counts->revised_n,
                                      (unsigned long long)counts->known_n) > 0;
    is_written = file && fclose(file) == 0 && is_written && rename(part, done) == 0;
    enum nb_err err = is_written ? NB_OK : file_error(done, error);
    if (unlink(path) != 0 && errno != ENOENT) {
        err = file_error(path, error);
    }
    return err;
}

static bool parse_counts(const char *text, struct nb_import_counts *out)
{
    struct nb_slice rest = nb_slice_trim(nb_slice_str(text));
    struct nb_slice part;
    int64_t n[3] = {0};
    for (size_t i = 0; i < 3; i++) {
        if (!nb_slice_split(&rest, ' ', &part) || !nb_slice_to_i64(part, &n[i]) || n[i] < 0) {
            return false;
        }
    }
    *out = (struct nb_import_counts){(uint64_t)n[0], (uint64_t)n[1], (uint64_t)n[2]};
    return true;
}

bool nb_spool_result(const char *path, struct nb_import_counts *out)
{
    char done[PATH_BYTES];
    char text[100] = "";
    done_path(path, done, sizeof(done));
    FILE *file = fopen(done, "re");
    if (!file) {
        return false;
    }
    *out = (struct nb_import_counts){0};
    if (fgets(text, sizeof(text), file)) {
        (void)parse_counts(text, out);
    }
    (void)fclose(file);
    (void)unlink(done);
    return true;
}

enum nb_err nb_spool_list(const char *dir, struct nb_arena *arena, const char *const **out,
                          size_t *out_n, struct nb_error *error)
{
    *out_n = 0;
    enum nb_err err = nb_file_names(dir, NB_SPOOL_READY, arena, out, out_n, error);
    return err == NB_ENOTFOUND ? NB_OK : err;
}
