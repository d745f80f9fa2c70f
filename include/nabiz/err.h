/**
 * Errors: one enum for the whole program, and a detail text that travels with it.
 *
 * A function that can fail returns `enum nb_err` and, where a person will want to know more, fills
 * a `struct nb_error` given by the caller (which may be NULL). The error is logged once, where it
 * is handled. The module that owns a library maps that library's codes to ours.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_ERR_H
#define NABIZ_ERR_H

#if defined(__GNUC__)
#define NB_MUSTUSE __attribute__((warn_unused_result))
#define NB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define NB_MUSTUSE
#define NB_PRINTF(fmt, args)
#endif

/* code, short text for people */
#define NB_ERRORS(X)                                                                               \
    X(NB_OK, 0, "success")                                                                         \
    X(NB_ENOMEM, -1, "memory limit reached")                                                       \
    X(NB_EINVAL, -2, "invalid value")                                                              \
    X(NB_EUTF8, -3, "not valid UTF-8")                                                             \
    X(NB_ESYNTAX, -4, "malformed input")                                                           \
    X(NB_ETOOBIG, -5, "over the size limit")                                                       \
    X(NB_ENOTFOUND, -6, "not found")                                                               \
    X(NB_EEXIST, -7, "already exists")                                                             \
    X(NB_EFULL, -8, "no space left")                                                               \
    X(NB_EIO, -9, "input/output error")                                                            \
    X(NB_ECORRUPT, -10, "stored data is damaged")                                                  \
    X(NB_ENEWER, -11, "written by a newer version of nabiz")                                       \
    X(NB_EBUSY, -12, "in use by another process")                                                  \
    X(NB_ECLOSED, -13, "closed")                                                                   \
    X(NB_ETIMEOUT, -14, "timed out")                                                               \
    X(NB_ENET, -15, "network error")                                                               \
    X(NB_EREFUSED, -16, "refused by policy")                                                       \
    X(NB_ESYS, -17, "system error")                                                                \
    X(NB_EOLDER, -18, "written by an older version of nabiz")

enum nb_err {
#define X(name, value, text) name = value,
    NB_ERRORS(X)
#undef X
};

/** Detail of a failure: the code and one line for people that says what and what to do. */
struct nb_error {
    enum nb_err code;
    char text[480]; /* NUL-terminated, cut if longer; "" when there is no detail */
};

/** @return a static text for err, never NULL. */
const char *nb_strerror(enum nb_err err);

/**
 * Record a failure.
 * @param error  [out] may be NULL, then only the code is passed on.
 * @return err, so that a caller can write `return nb_error_set(error, NB_EIO, "...")`.
 */
enum nb_err nb_error_set(struct nb_error *error, enum nb_err err, const char *format, ...)
    NB_PRINTF(3, 4);

/** Put text in front of a detail already recorded: "config.conf:3: " + old. error may be NULL. */
void nb_error_prefix(struct nb_error *error, const char *format, ...) NB_PRINTF(2, 3);

/** @return the detail text where there is one, else the text of the code. */
const char *nb_error_text(const struct nb_error *error);

/** @return the program's exit code for err by the table in docs: 0 done, 1 failed, 3 refused. */
int nb_exit_code(enum nb_err err);

#endif
