/**
 * A text as its readers want it: tokens, their readings, sentences.
 *
 * Threads: plain data; what it borrows is immutable.
 */
#ifndef NABIZ_READING_H
#define NABIZ_READING_H

#include <stddef.h>

#include <nabiz/slice.h>

struct tr_token;
struct tr_reading;
struct tr_sentence;

struct nb_reading_text {
    struct nb_slice text;
    const struct tr_token *tokens;
    const struct tr_reading *readings;
    size_t tokens_n;
    const struct tr_sentence *sentences;
    size_t sentences_n;
};

#endif
