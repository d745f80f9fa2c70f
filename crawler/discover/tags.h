/**
 * The tags of a page, one after the other, with the text between them. What stands in scripts,
 * styles, comments and the like is passed over.
 *
 * Tolerant as a browser is: any bytes are read to their end, in linear time, without memory.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_DISCOVER_TAGS_H
#define NABIZ_DISCOVER_TAGS_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

enum { NB_TAGS_RAW_N = 8 };

/** Starts as {.s = text}; text is valid UTF-8. */
struct nb_tags {
    struct nb_slice s;
    size_t at;
    bool no_quote[2];               /* no more '"', no more '\'' in the rest */
    bool no_raw_end[NB_TAGS_RAW_N]; /* no more end tag of this element */
    bool no_comment_end;            /* no more "-->" */
};

struct nb_tag {
    struct nb_slice text; /* between the tag before and this one, as it is written */
    struct nb_slice name; /* empty at the end of the page */
    struct nb_slice rest; /* attributes, as they are written */
    bool closing;
};

/** The next tag. @return false at the end; tag->text is what stood there. */
bool nb_tags_next(struct nb_tags *tags, struct nb_tag *tag);

/** After a start tag whose content is text (<title>): its content, and move past the end tag. */
struct nb_slice nb_tags_content(struct nb_tags *tags, struct nb_slice name);

/**
 * Value of an attribute, references decoded and trimmed.
 * @param name  in lower case.
 * @param out   [out] p == NULL when there is none; borrows from the page or the arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_tag_attribute(const struct nb_tag *tag, struct nb_slice name, struct nb_arena *arena,
                             struct nb_slice *out) NB_MUSTUSE;

/**
 * Text as it is written to text as it reads: references decoded, white space collapsed.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_tag_text(struct nb_slice raw, struct nb_arena *arena,
                        struct nb_slice *out) NB_MUSTUSE;

#endif
