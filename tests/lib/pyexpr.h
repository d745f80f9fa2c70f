/**
 * A reader of small Python expressions, as test collections state what they expect:
 *
 *     not bozo and entries[0]['title'] == u'caf\xe9' and len(feed['links']) == 2
 *
 * Names, items and attributes are asked of a host. Logic has three values: what the host does not
 * know is unknown, and `unknown and false` is false, so nothing hides behind an unknown part.
 *
 * Threads: an evaluation belongs to one thread.
 */
#ifndef NABIZ_TESTS_PYEXPR_H
#define NABIZ_TESTS_PYEXPR_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/slice.h>

enum py_kind {
    PY_ERROR,   /* not understood; s says what */
    PY_UNKNOWN, /* the host does not know; s says what of */
    PY_NONE,
    PY_BOOL,
    PY_INT,
    PY_STR,
    PY_SEQ,  /* tuple or list */
    PY_DICT, /* items: key, value, key, value */
    PY_HOST  /* something of the host's */
};

struct py {
    enum py_kind kind;
    int tag; /* of a host: what it is; also on its strings, where 0 means a literal */
    int64_t i;
    struct nb_slice s;
    const struct py *items;
    size_t n;
    const void *p; /* of a host */
};

struct py_host {
    void *data;
    struct py (*name)(void *data, struct nb_slice name);
    struct py (*item)(void *data, struct py of, struct py key); /* PY_NONE when there is none */
    /* Is a value of the host's the same as a literal or another of its own? PY_BOOL or PY_UNKNOWN.
     */
    struct py (*same)(void *data, struct py ours, struct py other);
};

/** @return PY_BOOL for a whole expression as a condition, PY_UNKNOWN or PY_ERROR. */
struct py py_condition(struct nb_slice expression, const struct py_host *host,
                       struct nb_arena *arena);

struct py py_bool(bool value);
struct py py_unknown(struct nb_slice what);

/* for a host: values of its own */
struct py py_string(int tag, struct nb_slice s);
struct py py_host_value(int tag, const void *p);

/** Is the key one of the words, which spaces part? */
bool py_one_of(struct nb_slice key, const char *words);

#endif
