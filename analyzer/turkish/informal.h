/**
 * How people write when they chat: abbreviations, and endings and beginnings as they are said.
 *
 * Lines of the lexicon, `FORM > STANDARD`:
 *
 *     slm > selam          a whole word; the standard may have several, the last of which carries
 *                          the meaning
 *     -cAm > -AcAgIm       an ending; capitals vary as in suffixes.txt: A I on the left stand for
 * any of their vowels, on the right for the one that harmony wants; _ is a blank, behind which only
 * a particle stands nap- > ne yap-       a beginning dr. > doktor         what a full stop stands
 * behind without ending the sentence vb.! > ve benzeri    the same, but before a capital it may end
 * it
 *
 * Threads: filled by one thread, then immutable.
 */
#ifndef NABIZ_TURKISH_INFORMAL_H
#define NABIZ_TURKISH_INFORMAL_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/turkish/report.h"

#define TR_INFORMAL_BYTES_MAX 64 /* of a word that is rewritten, and of a side of a line */

struct tr_informal;

/** @param arena  owns everything. @return NULL when out of memory. */
struct tr_informal *tr_informal_new(struct nb_arena *arena);

/** Read lines. Of equal forms the first counts. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_informal_add(struct tr_informal *informal, struct nb_slice text,
                            tr_report_fn *report, void *context) NB_MUSTUSE;

/**
 * What a whole folded word stands for, as the line has it, with a star behind the word that carries
 * the meaning where that is not the last; empty when it is in no line.
 */
struct nb_slice tr_informal_whole(const struct tr_informal *informal, struct nb_slice word);

/** A word as a rule rewrites it. */
struct tr_rewritten {
    char text[3 * TR_INFORMAL_BYTES_MAX];
    uint16_t len;
    uint16_t head, head_len; /* the word in it that carries the meaning */
};

/**
 * The next way to rewrite a folded word; *rule starts at 0. What comes out need not be a word.
 * @return false when there is no further rule.
 */
bool tr_informal_rewrite(const struct tr_informal *informal, struct nb_slice word, size_t *rule,
                         struct tr_rewritten *out);

enum tr_dotted_word { TR_DOTTED_NONE, TR_DOTTED_GOES_ON, TR_DOTTED_MAY_END };

/** Whether a full stop behind this folded word belongs to it. */
enum tr_dotted_word tr_informal_dotted(const struct tr_informal *informal, struct nb_slice word);

#endif
