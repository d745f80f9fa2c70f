/*
 * A date cut into numbers, words and marks. Internal to the date files.
 */
#ifndef COMMON_DATE_TOKENS_H
#define COMMON_DATE_TOKENS_H

#include <nabiz/slice.h>

enum { DATE_TOKENS = 48, DATE_TEXT_BYTES = 256, DATE_DIGITS = 9 };

enum date_token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_MARK };

struct date_token {
    enum date_token_kind kind;
    bool spaced;          /* white space in front */
    char mark;            /* TOKEN_MARK: - for every dash, else the byte, ? beyond ASCII */
    int32_t value;        /* TOKEN_NUMBER: the first DATE_DIGITS digits */
    struct nb_slice text; /* as written; a suffix behind an apostrophe is left out */
};

struct date_tokens {
    struct date_token at[DATE_TOKENS + 1]; /* the last is TOKEN_END */
    size_t n;
};

/* @return false when there is more than a date can be. */
bool nb_date_tokenise(struct nb_slice text, struct date_tokens *out);

#endif
