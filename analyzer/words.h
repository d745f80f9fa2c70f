/**
 * Everything that reads Turkish words, loaded: morphology and the rules that choose from the
 * lexicons, and the models that choose from models/.
 *
 * Threads: loading reads files; what is loaded is immutable.
 */
#ifndef NABIZ_WORDS_H
#define NABIZ_WORDS_H

#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/normaliser.h"
#include "analyzer/turkish/tagger.h"

struct nb_words {
    struct tr_core *core;
    struct tr_tagger tagger;
    struct nb_arena *arena; /* what the tagger borrows */
    bool owns_core;
    struct nb_slice rank_model; /* mapped */
    struct nb_normaliser normaliser;
};

/**
 * Load. A model that is missing or cannot be used is reported through diag, and words are read
 * without it: worse, but read.
 * @param lexicons     directory of the lexicons.
 * @param models       directory of the models; NULL: where they come with the program.
 * @param bad_lines_n  [out] may be NULL.
 * @return as nb_core_load(). nb_words_fini() is allowed in any case.
 */
enum nb_err nb_words_init(struct nb_words *words, const char *lexicons, const char *models,
                          size_t *bad_lines_n, struct nb_error *error) NB_MUSTUSE;

/**
 * The same around a core that is there already, borrowed.
 * @param bad_lines_n  [out] added to; may be NULL.
 */
enum nb_err nb_words_attach(struct nb_words *words, struct tr_core *core, const char *lexicons,
                            const char *models, size_t *bad_lines_n,
                            struct nb_error *error) NB_MUSTUSE;
void nb_words_fini(struct nb_words *words);

#endif
