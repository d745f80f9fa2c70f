/**
 * The story's words: hand-written sentences in tests/demo/story, with slots to fill.
 *
 * A file is sections of lines; `#` starts a comment line:
 *
 *     [turna-praise.line]            sentences, one a line
 *     {il.de} oturuyorum, {bugün|dün} geldi.
 *     [list il ad de den]            rows of a slot, columns are its grammatical forms
 *     Ankara|Ankara'da|Ankara'dan
 *
 * In a sentence `{a|b|c}` is a choice (parts may hold slots), `{il.de}` column `de` of a row of
 * list `il`. One row is drawn per name and text, so `{il} ... {il.de}` agree; `{il2}` draws
 * another row of the same list. Variables given by the caller win over lists.
 *
 * Threads: loaded words are immutable; a struct text_voice belongs to one thread.
 */
#ifndef SITE_TEXT_H
#define SITE_TEXT_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "tests/site/rng.h"

struct text_section {
    struct nb_slice name;
    const struct nb_slice *columns; /* of a list; columns_n == 0 for sentences */
    size_t columns_n;
    const struct nb_slice *lines;
    size_t lines_n;
};

struct text {
    struct text_section *sections; /* by name */
    size_t sections_n;
};

/** Read every *.txt of a directory. @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ESYNTAX, NB_ENOMEM. */
enum nb_err text_load(const char *dir, struct nb_arena *arena, struct text *out,
                      struct nb_error *error) NB_MUSTUSE;

/** @return the section, or NULL. */
const struct text_section *text_section(const struct text *text, const char *name);

/** Cell `column` of a '|' separated row; empty when there are fewer. */
struct nb_slice text_cell(struct nb_slice row, size_t column);

#define TEXT_BOUND_MAX 24

struct text_var {
    struct nb_slice name;
    struct nb_slice value;
};

/* What is being written: the dice, the variables and the rows drawn so far. */
struct text_voice {
    const struct text *text;
    struct rng *rng;
    const struct text_var *vars;
    size_t vars_n;
    uint32_t first_milli; /* chance that a choice takes its first part; 0: all parts alike */
    struct text_var bound[TEXT_BOUND_MAX];
    size_t bound_n;
};

/**
 * Fill the slots of a sentence; its first letter becomes a capital.
 * @return NB_OK, NB_ESYNTAX (unbalanced brace, unknown slot; the detail quotes it).
 */
enum nb_err text_say(struct text_voice *voice, struct nb_slice sentence, struct nb_buf *out,
                     struct nb_error *error) NB_MUSTUSE;

/** Lower case by Turkish rules (the letters Turkish has). */
void text_lower(struct nb_slice in, struct nb_buf *out);

/** As people type without a Turkish keyboard: ç -> c, ı -> i. */
void text_ascii(struct nb_slice in, struct nb_buf *out);

/** For an address: lower-case ASCII letters and digits, the rest single hyphens; max bytes. */
void text_slug(struct nb_slice in, size_t max, struct nb_buf *out);

#endif
