/**
 * Knowledge and annotation: what nabiz knows, and what it makes of a document.
 *
 * nb_annotate() is a pure function of document and knowledge: no I/O, no globals, the same answer
 * on every machine and with any number of threads.
 *
 * Threads: a loaded nb_knowledge is immutable and shared without a lock, but for
 * nb_knowledge_check_events().
 */
#ifndef NABIZ_KNOWLEDGE_H
#define NABIZ_KNOWLEDGE_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/query.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>
#include <nabiz/seeds.h>
#include <nabiz/weights.h>

struct nb_calendar;
struct nb_knowledge;

/**
 * Load lexicons and topics. A bad line costs only that line: it is reported through diag with file
 * and line, and counted in *bad_lines_n. So does a topic of the directory that cannot be read.
 * @param lexicons  directory of the lexicons.
 * @param topics    directory of NAME.topic files, or one such file; NULL or missing: no topics.
 * @param bad_lines_n  [out] may be NULL.
 * @return NB_OK, NB_ENOTFOUND (no lexicons), NB_EIO, NB_ENOMEM.
 */
enum nb_err nb_knowledge_load(const char *lexicons, const char *topics, struct nb_knowledge **out,
                              size_t *bad_lines_n, struct nb_error *error) NB_MUSTUSE;
void nb_knowledge_free(struct nb_knowledge *knowledge);

/** Nothing is to be read for a while: let go of the memory behind the models. Any thread. */
void nb_knowledge_rest(const struct nb_knowledge *knowledge);

/**
 * Correct judgements by a local model that `nabiz train` made. Before the first document.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_EINVAL (no such model, damaged, of another version).
 */
enum nb_err nb_knowledge_use_local(struct nb_knowledge *knowledge, const char *path,
                                   struct nb_error *error) NB_MUSTUSE;

/** Identity of everything that was loaded: equal ids annotate equally. */
struct nb_id nb_knowledge_id(const struct nb_knowledge *knowledge);

/** Whom trust walks from. */
const struct nb_seed_names *nb_knowledge_seeds(const struct nb_knowledge *knowledge);

/** What influence is weighed with. */
const struct nb_weights *nb_knowledge_weights(const struct nb_knowledge *knowledge);

/** Days that are not like others; borrowed, NULL where the lexicons have none. */
struct nb_calendar *nb_knowledge_calendar(const struct nb_knowledge *knowledge);

/** Identity of what words are read with: as above without topics and opinion. */
struct nb_id nb_knowledge_reading_id(const struct nb_knowledge *knowledge);

size_t nb_knowledge_topics_n(const struct nb_knowledge *knowledge);
const char *nb_knowledge_topic_name(const struct nb_knowledge *knowledge, size_t i);

/** The words that queries are written with. */
const struct nb_query_language *nb_knowledge_query_language(const struct nb_knowledge *knowledge);

/** Told of an example that came out otherwise. line counts from 1. */
typedef void nb_knowledge_fail_fn(void *context, size_t line, struct nb_slice text,
                                  struct nb_slice want, const char *got);

/**
 * Run the examples (`= "text" -> expected`) of one lexicon's text: expected is a label of sentiment
 * in polarity, emoji and shifters, an emotion or an intent in the lexicons of those.
 * @param examples_n, failed_n  [out] added to.
 * @return NB_OK (also with failures), NB_ENOMEM.
 */
enum nb_err nb_knowledge_check(const struct nb_knowledge *knowledge, struct nb_slice lexicon,
                               nb_knowledge_fail_fn *fail, void *context, size_t *examples_n,
                               size_t *failed_n) NB_MUSTUSE;

/** Name of the i-th lexicon that can hold examples, NULL behind the last. */
const char *nb_knowledge_lexicon(size_t i);

/**
 * Run the examples of the rules of one type of life event: expected is none, or a subject and a
 * stage, and "reported" where the text tells hearsay. Proposals and the second opinion do not
 * count. Nobody else may use the knowledge meanwhile.
 * @param type     name of the type.
 * @param lexicon  text of the file of its rules.
 * @param examples_n, failed_n  [out] added to.
 * @return NB_OK (also with failures), NB_ENOMEM.
 */
enum nb_err nb_knowledge_check_events(const struct nb_knowledge *knowledge, struct nb_slice type,
                                      struct nb_slice lexicon, nb_knowledge_fail_fn *fail,
                                      void *context, size_t *examples_n,
                                      size_t *failed_n) NB_MUSTUSE;

/** Name of the i-th type of life event, NULL behind the last; its rules are events/NAME.txt. */
const char *nb_knowledge_event_lexicon(size_t i);

/**
 * Understand one document: language, sentences, tokens, sentiment with its reasons, topics, and
 * what it does towards other authors (edges).
 * @param arena  owns the annotation, which borrows from the document too.
 * @param out    [out] everything but Annotation.cluster, which needs the past.
 * @return NB_OK, NB_ENOMEM (the document needs more than the arena's limit: skip and count it).
 */
enum nb_err nb_annotate(const struct nb_document *document, const struct nb_knowledge *knowledge,
                        struct nb_arena *arena, struct nb_annotation **out) NB_MUSTUSE;

/** Words that were read before: who annotates many documents keeps them. One thread's; 50 MiB. */
struct nb_word_cache;

/** @return NULL when out of memory. */
struct nb_word_cache *nb_word_cache_new(void);
void nb_word_cache_free(struct nb_word_cache *words);

/** Forget them and give their memory back: for when nothing is to be done for a while. */
void nb_word_cache_rest(struct nb_word_cache *words);

/** nb_annotate() with a cache, whichever knowledge it was used with before: the same, faster. */
enum nb_err nb_annotate_with(const struct nb_document *document,
                             const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                             struct nb_arena *arena, struct nb_annotation **out) NB_MUSTUSE;

/** The same without sentences, tokens, shingles and reasons, for who only asks for the result. */
enum nb_err nb_annotate_briefly(const struct nb_document *document,
                                const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                                struct nb_arena *arena, struct nb_annotation **out) NB_MUSTUSE;

/**
 * nb_annotate_with(), and the words that the index finds the document by.
 * @param index  [out] in arena; see index/entry.h.
 */
enum nb_err nb_annotate_for_index(const struct nb_document *document,
                                  const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                                  struct nb_arena *arena, struct nb_annotation **out,
                                  struct nb_slice *index) NB_MUSTUSE;

/** Only what the index finds the document by. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_annotate_words(const struct nb_document *document,
                              const struct nb_knowledge *knowledge, struct nb_arena *arena,
                              struct nb_slice *index) NB_MUSTUSE;

#endif
