/**
 * Texts as people type them: without Turkish letters, in capitals, with letters drawn out, with
 * typing mistakes. Mentions, hashtags and addresses stay as they are, for whoever types them has
 * no choice. The same seed makes the same mistakes.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TESTS_MISTYPE_H
#define NABIZ_TESTS_MISTYPE_H

#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/slice.h>

/* kind, name, what is done */
#define NBT_MISTYPES(X)                                                                            \
    X(ASCII, "ascii", "no letter but those of ASCII")                                              \
    X(CAPITALS, "capitals", "all capitals, by the rules of Turkish")                               \
    X(ASCII_CAPITALS, "ascii-capitals", "all capitals of ASCII")                                   \
    X(ELONGATED, "elongated", "one word in four with its last vowel three to five times")          \
    X(TYPOS, "typos", "one word of four letters and more in ten with a wrong letter")              \
    X(MORE_TYPOS, "more-typos", "one in four")

enum nbt_mistype {
#define X(id, name, words) NBT_##id,
    NBT_MISTYPES(X)
#undef X
        NBT_MISTYPES_N
};

const char *nbt_mistype_name(enum nbt_mistype kind);
const char *nbt_mistype_words(enum nbt_mistype kind);

/** @param seed  of this text. @param out  the mistyped text is added to it. */
void nbt_mistype(struct nb_slice text, enum nbt_mistype kind, uint64_t seed, struct nb_buf *out);

#endif
