/**
 * Compiling lexicons: texts in, one image out (image.h).
 *
 * Suffixes are read first, then roots and exceptions in any order. The same texts in the same
 * order give the same bytes.
 *
 * Threads: a compiler belongs to one thread.
 */
#ifndef NABIZ_TURKISH_COMPILE_H
#define NABIZ_TURKISH_COMPILE_H

#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/turkish/report.h"

struct tr_compiler;

/**
 * @param texts  hash of all texts that will be read, which the image keeps.
 * @return NULL when out of memory.
 */
struct tr_compiler *tr_compiler_new(uint64_t texts);
void tr_compiler_free(struct tr_compiler *compiler);

/** Read suffix lines. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_compiler_suffixes(struct tr_compiler *compiler, struct nb_slice text,
                                 tr_report_fn *report, void *context) NB_MUSTUSE;

/** Read root lines: `pos: word word ...`. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_compiler_roots(struct tr_compiler *compiler, struct nb_slice text,
                              tr_report_fn *report, void *context) NB_MUSTUSE;

/** Read whole forms: `form lemma UPOS Feature=Value|...`. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_compiler_exceptions(struct tr_compiler *compiler, struct nb_slice text,
                                   tr_report_fn *report, void *context) NB_MUSTUSE;

/**
 * Compile what was read.
 * @param image  [out] aligned to 8, borrowed from the compiler.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (more than an image can hold).
 */
enum nb_err tr_compiler_finish(struct tr_compiler *compiler, struct nb_slice *image) NB_MUSTUSE;

/** Hash of texts one after the other; start with 0. */
uint64_t tr_image_hash(uint64_t hash, struct nb_slice text);

#endif
