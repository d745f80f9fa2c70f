/**
 * Lexicon line: the form that polarity, emoji, shifters, emotions and intents share.
 *
 *     head word word ... [/pos] [= "text" -> expected]...
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_LEXICON_LINE_H
#define NABIZ_LEXICON_LINE_H

#include <stdbool.h>

#include <nabiz/slice.h>

/** One line of a lexicon taken apart; slices borrow from the line. */
struct nb_lexicon_line {
    struct nb_slice head;     /* "+700", "intensifier:1500" */
    struct nb_slice term;     /* as written, without the part of speech */
    struct nb_slice pos;      /* empty when none is given */
    struct nb_slice examples; /* from the first "=", may be empty */
};

/** @return NULL for a good line, else what is wrong. A blank or comment line has an empty head. */
const char *nb_lexicon_line(struct nb_slice line, struct nb_lexicon_line *out);

/**
 * Take the next `= "text" -> word` off *examples.
 * @return false at the end, or, with text->p == NULL, when it cannot be read.
 */
bool nb_lexicon_example(struct nb_slice *examples, struct nb_slice *text, struct nb_slice *want);

#endif
