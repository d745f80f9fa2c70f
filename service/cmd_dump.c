/*
 * nabiz dump: every record of a store as one JSON line, in key order. What is printed is the whole
 * record, so that two stores with the same dump hold the same data.
 */
#include <stdio.h>

#include <nabiz/arena.h>
#include <nabiz/hash.h>
#include <nabiz/json.h>
#include <nabiz/log.h>
#include <nabiz/pack.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#include "service/commands.h"

enum {
    LINE_MAX_BYTES = 256 << 20,
    ARENA_BYTES = 512 << 20,
};

static void json_hex(struct nb_json *json, struct nb_slice bytes, struct nb_arena *arena)
{
    char *hex = nb_arena_alloc(arena, 2 * bytes.len + 1);
    if (hex) {
        nb_hex(bytes, hex);
        nb_json_cstr(json, hex);
    } else {
        nb_json_null(json);
    }
}

static bool is_text(struct nb_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e) {
            return false;
        }
    }
    return s.len > 0;
}

/* A record of a known message type. @return false when the bytes are none. */
static bool json_message(struct nb_json *json, enum nb_table_id table, struct nb_slice value,
                         struct nb_arena *arena)
{
#define DECODE(type)                                                                               \
    do {                                                                                           \
        struct nb_##type *record = NULL;                                                           \
        if (nb_##type##_decode(value, arena, &record) != NB_OK) {                                  \
            return false;                                                                          \
        }                                                                                          \
        nb_record_json(json, &record->base);                                                       \
        return true;                                                                               \
    } while (0)
    struct nb_slice body = value;
    switch (table) {
    case NB_TBL_ANNOTATION:
        if (nb_unpack(body, arena, &value) != NB_OK) {
            return false;
        }
        DECODE(annotation);
    case NB_TBL_ROBOTS:
        if (nb_unpack(body, arena, &value) != NB_OK) {
            return false;
        }
        DECODE(robots_record);
    case NB_TBL_PUSH:
        if (nb_unpack(body, arena, &value) != NB_OK) {
            return false;
        }
        DECODE(push);
    case NB_TBL_SUBSCRIPTION:
        DECODE(subscription);
    case NB_TBL_HOST:
        DECODE(host);
    case NB_TBL_SCHEDULE:
        DECODE(schedule);
    case NB_TBL_PAGE:
        DECODE(page_record);
    case NB_TBL_SOURCE_STATE:
        DECODE(source);
    case NB_TBL_AUTHOR:
        DECODE(author);
    case NB_TBL_AUDIENCE:
        DECODE(audience);
    case NB_TBL_AUTHOR_DOC:
        DECODE(author_doc);
    case NB_TBL_STANDING:
        DECODE(standing);
    case NB_TBL_TOPIC_HOUR:
        DECODE(topic_hour);
    case NB_TBL_TOPIC_DOC:
        DECODE(mention);
    case NB_TBL_TOPIC_AUTHOR:
        DECODE(topic_author);
    case NB_TBL_COPY:
        DECODE(copy);
    case NB_TBL_EDGE:
        DECODE(edge);
    case NB_TBL_INCIDENT:
        DECODE(incident);
    case NB_TBL_WATCH:
        DECODE(topic_watch);
    case NB_TBL_INCIDENT_CHANGE:
        DECODE(incident_change);
    case NB_TBL_OUTBOX:
    case NB_TBL_DELIVERED:
        DECODE(delivery);
    case NB_TBL_RECIPIENT:
        DECODE(recipient_state);
    default:
        return false;
    }
#undef DECODE
}

static void json_record(struct nb_json *json, enum nb_table_id table, struct nb_slice key,
                        struct nb_slice value, struct nb_arena *arena)
{
    nb_json_object(json);
    nb_json_kcstr(json, "table", nb_table_row(table)->name);
    nb_json_key(json, "key");
    if (is_text(key)) {
        nb_json_str(json, key);
    } else {
        json_hex(json, key, arena);
    }
    nb_json_key(json, "value");
    if (!json_message(json, table, value, arena)) {
        if (is_text(value)) {
            nb_json_str(json, value);
        } else {
            json_hex(json, value, arena);
        }
    }
    nb_json_end(json);
}

static enum nb_err print_line(struct nb_buf *line)
{
    nb_buf_add_byte(line, '\n');
    enum nb_err err = nb_buf_finish(line, NULL);
    if (err == NB_OK && fwrite(line->p, 1, line->len, stdout) != line->len) {
        err = NB_EIO;
    }
    return err;
}

static enum nb_err dump_record(enum nb_table_id table, struct nb_slice key, struct nb_slice value,
                               struct nb_arena *arena, struct nb_buf *line)
{
    struct nb_json json;
    nb_buf_reset(line);
    nb_json_init(&json, line, false);
    json_record(&json, table, key, value, arena);
    return print_line(line);
}

/* A record of the log is many documents: which of them are kept together says nothing. */
static enum nb_err dump_documents(struct nb_slice key, struct nb_slice value,
                                  struct nb_arena *arena, struct nb_buf *line)
{
    struct nb_document **documents;
    size_t n = 0;
    enum nb_err err = nb_log_unpack(key, value, arena, &documents, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        struct nb_json json;
        uint8_t number[8];
        nb_key_u64(documents[i]->number, number);
        nb_buf_reset(line);
        nb_json_init(&json, line, false);
        nb_json_object(&json);
        nb_json_kcstr(&json, "table", nb_table_row(NB_TBL_LOG)->name);
        nb_json_key(&json, "key");
        json_hex(&json, nb_slice(number, sizeof(number)), arena);
        nb_json_key(&json, "value");
        nb_record_json(&json, &documents[i]->base);
        nb_json_end(&json);
        err = print_line(line);
    }
    return err;
}

static enum nb_err dump_table(struct nb_txn *txn, enum nb_table_id table, struct nb_arena *arena,
                              struct nb_buf *line)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_open(txn, table, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        nb_arena_reset(arena);
        err = table == NB_TBL_LOG ? dump_documents(key, value, arena, line)
                                  : dump_record(table, key, value, arena, line);
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err dump_store(struct nb_store *store, enum nb_store_kind kind, const char *table,
                              struct nb_error *error)
{
    struct nb_txn *txn = NULL;
    struct nb_buf line;
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    nb_buf_init(&line, LINE_MAX_BYTES);
    bool found = false;
    enum nb_err err = arena ? nb_read_begin(store, &txn, error) : NB_ENOMEM;
    for (int i = 0; err == NB_OK && i < NB_TBL_COUNT; i++) {
        const struct nb_table_row *row = nb_table_row((enum nb_table_id)i);
        if (row->store == kind && (!table || strcmp(row->name, table) == 0)) {
            found = true;
            err = dump_table(txn, (enum nb_table_id)i, arena, &line);
        }
    }
    nb_read_end(txn);
    nb_buf_fini(&line);
    nb_arena_free(arena);
    if (err == NB_OK && !found) {
        err =
            nb_error_set(error, NB_EINVAL, "store %s has no table %s", nb_store_name(kind), table);
    }
    if (err == NB_OK && fflush(stdout) != 0) {
        err = nb_error_set(error, NB_EIO, "cannot write the dump");
    }
    return err;
}

static int run_dump(struct nb_args *args)
{
    const char *name = nb_args_word(args, 0);
    int kind = 0;
    while (kind < NB_STORES_N && strcmp(name, nb_store_name((enum nb_store_kind)kind)) != 0) {
        kind++;
    }
    if (kind == NB_STORES_N) {
        return nb_usage(args, "there is no store \"%s\"; give crawl, analysis, desk or inbox",
                        name);
    }
    struct nb_config *config = NULL;
    struct nb_store *store = NULL;
    struct nb_error error = {0};
    enum nb_err err = nb_args_load_config(args, &config, &error);
    if (err == NB_OK) {
        err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), (enum nb_store_kind)kind,
                            &(struct nb_store_options){.read_only = true}, &store, &error);
    }
    if (err == NB_OK) {
        err = dump_store(store, (enum nb_store_kind)kind, nb_args_get(args, "table"), &error);
        if (err != NB_OK && error.code != err) {
            (void)nb_error_set(&error, err, "cannot dump: %s", nb_strerror(err));
        }
    }
    nb_store_close(store);
    nb_config_free(config);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

const struct nb_command nb_cmd_dump = {
    .name = "dump",
    .line = "print every record of a store as JSON lines",
    .usage = "crawl | analysis | desk | inbox",
    .about = "Records come in key order, whole: two stores with the same dump hold the same data. "
             "Keys and values that are no text are printed in hexadecimal.",
    .options = (const struct nb_option[]){{"table", "NAME", NULL, "only this table"},
                                          {NULL, NULL, NULL, NULL}},
    .examples = (const struct nb_example[]){{"nabiz dump crawl --table log", "all documents"},
                                            {"nabiz dump analysis | sha256sum",
                                             "a fingerprint of everything understood"},
                                            {NULL, NULL}},
    .min_words = 1,
    .max_words = 1,
    .run = run_dump,
};
