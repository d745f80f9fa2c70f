/**
 * JSON writer: streams into a bounded buffer, escapes by construction, keeps its first error.
 *
 *     struct nb_json j;
 *     nb_json_init(&j, buf, false);
 *     nb_json_object(&j);
 *     nb_json_key(&j, "id");
 *     nb_json_str(&j, id);
 *     nb_json_end(&j);
 *
 * Strings must be valid UTF-8; ill-formed parts are written as U+FFFD. Reading JSON is jansson's
 * work. Several values one after another are JSON Lines: each begins on its own line.
 *
 * Threads: a writer belongs to one thread at a time.
 */
#ifndef NABIZ_JSON_H
#define NABIZ_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/slice.h>

#define NB_JSON_DEPTH 32

struct nb_json {
    struct nb_buf *buf;
    bool pretty;
    bool after_key;
    int depth;
    char close[NB_JSON_DEPTH];      /* '}' or ']' per open level */
    bool filled[NB_JSON_DEPTH + 1]; /* something was written at this level */
};

/** @param buf  where bytes go, appended; its error state is the writer's. */
void nb_json_init(struct nb_json *json, struct nb_buf *buf, bool pretty);

void nb_json_object(struct nb_json *json);
void nb_json_array(struct nb_json *json);

/** Close the innermost object or array. Closing too much is a bug (assert). */
void nb_json_end(struct nb_json *json);

void nb_json_key(struct nb_json *json, const char *key);
void nb_json_str(struct nb_json *json, struct nb_slice value);
void nb_json_cstr(struct nb_json *json, const char *value); /* NULL writes null */
void nb_json_int(struct nb_json *json, int64_t value);
void nb_json_bool(struct nb_json *json, bool value);
void nb_json_null(struct nb_json *json);

/** RFC 3339 string; a negative time writes null. */
void nb_json_time(struct nb_json *json, int64_t at_ms);

/* key and value in one call */
void nb_json_kstr(struct nb_json *json, const char *key, struct nb_slice value);
void nb_json_kcstr(struct nb_json *json, const char *key, const char *value);
void nb_json_kint(struct nb_json *json, const char *key, int64_t value);
/** Thousandths as a decimal number: 1500 -> 1.5, 2000 -> 2. */
void nb_json_kmilli(struct nb_json *json, const char *key, int64_t value_milli);
void nb_json_kbool(struct nb_json *json, const char *key, bool value);
void nb_json_ktime(struct nb_json *json, const char *key, int64_t at_ms);

#endif
