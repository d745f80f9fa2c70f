/**
 * What turns words as typed into words as spelt, and what tells languages, loaded:
 * lexicons/informal and the models.
 *
 * Threads: loading reads files; what is loaded is immutable.
 */
#ifndef NABIZ_NORMALISER_H
#define NABIZ_NORMALISER_H

#include <nabiz/arena.h>
#include <nabiz/err.h>

#include "analyzer/turkish/language.h"
#include "analyzer/turkish/normalise.h"

struct nb_normaliser {
    struct tr_normaliser turkish;
    struct nb_arena *arena;
    struct tr_languages languages;
    struct nb_slice diacritics, words, language; /* mapped models */
    uint64_t identity; /* of texts and models: equal ones normalise equally */
};

/**
 * Load. A bad line costs only itself and is reported and counted; a model that is missing or
 * damaged is reported, and its step is left out.
 * @param core         borrowed for the life of *out.
 * @param lexicons     directory of the lexicons.
 * @param models       directory of the models; NULL: where they are installed.
 * @param bad_lines_n  [out] added to; may be NULL.
 * @return NB_OK, NB_EIO, NB_ENOMEM. nb_normaliser_fini() is allowed in any case.
 */
enum nb_err nb_normaliser_init(struct nb_normaliser *out, const struct tr_core *core,
                               const char *lexicons, const char *models, size_t *bad_lines_n,
                               struct nb_error *error) NB_MUSTUSE;
void nb_normaliser_fini(struct nb_normaliser *normaliser);

#endif
