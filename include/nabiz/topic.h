/**
 * Topics: standing queries, one NAME.topic file each, matched against every document.
 *
 * The first form is a list of lemmas and quoted phrases, any of which matches ("OR" may be written
 * between them); `# ...` is a comment. What the full query language will add is refused with the
 * position and what was expected, never ignored.
 *
 * Threads: a parsed query is immutable.
 */
#ifndef NABIZ_TOPIC_H
#define NABIZ_TOPIC_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/** One alternative: a lemma (words_n == 1, !exact) or a phrase of words. */
struct nb_topic_term {
    const struct nb_slice *words; /* folded */
    size_t words_n;
    bool exact;            /* written as "..." */
    uint32_t line, column; /* where it stands, from 1; columns count code points */
};

struct nb_topic_query {
    const struct nb_topic_term *terms;
    size_t terms_n;
};

/**
 * @param file  name for messages.
 * @return NB_OK, NB_ESYNTAX (detail: "file:line:column: found X, expected Y; try Z"), NB_EUTF8,
 *         NB_ETOOBIG (over 64 KiB or 1,000 terms), NB_ENOMEM.
 */
enum nb_err nb_topic_parse(const char *file, struct nb_slice text, struct nb_arena *arena,
                           struct nb_topic_query *out, struct nb_error *error) NB_MUSTUSE;

/** A valid topic name: a-z 0-9 - _, 1 to 64 bytes. */
bool nb_topic_name_valid(struct nb_slice name);

#endif
