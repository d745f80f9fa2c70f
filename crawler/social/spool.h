/**
 * Spools: documents in a file, from nb_spool_begin() to the log.
 *
 * Threads: a spool and a reader belong to one thread each.
 */
#ifndef NABIZ_SOCIAL_SPOOL_H
#define NABIZ_SOCIAL_SPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include <nabiz/import.h>
#include <nabiz/log.h>

enum { NB_SPOOL_PATH_BYTES = 4300 };

/** Directory of spools below the data directory. */
void nb_spool_dir(const char *data_dir, char *out, size_t out_bytes);

#define NB_SPOOL_READY ".import"
#define NB_SPOOL_DONE ".done"

struct nb_spool_reader;

/** @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ECORRUPT (no spool), NB_ENOMEM. */
enum nb_err nb_spool_open(const char *path, struct nb_spool_reader **out,
                          struct nb_error *error) NB_MUSTUSE;
void nb_spool_close(struct nb_spool_reader *reader);

/**
 * The next documents, ready for the log.
 * @param max_n    most to return; fewer when they are large.
 * @param arena    owns them.
 * @param records  [out] max_n.
 * @param out_n    [out] 0 at the end.
 * @return NB_OK, NB_ECORRUPT (cut off or damaged), NB_EIO, NB_ENOMEM.
 */
enum nb_err nb_spool_read(struct nb_spool_reader *reader, size_t max_n, struct nb_arena *arena,
                          struct nb_log_record *records, size_t *out_n,
                          struct nb_error *error) NB_MUSTUSE;

/** Say what became of a spool and remove it. */
enum nb_err nb_spool_settle(const char *path, const struct nb_import_counts *counts,
                            struct nb_error *error) NB_MUSTUSE;

/**
 * Put all on the disk, and give it the name that is looked for. Takes the spool over.
 * @param path  [out] that name, NB_SPOOL_PATH_BYTES.
 */
enum nb_err nb_spool_finish(struct nb_spool *spool, char *path, struct nb_error *error) NB_MUSTUSE;

/** Was it settled? Then what became of it is taken away. @return false when it was not. */
bool nb_spool_result(const char *path, struct nb_import_counts *out);

/** Spools of a directory that are ready, oldest names first. @return NB_OK (maybe none), ... */
enum nb_err nb_spool_list(const char *dir, struct nb_arena *arena, const char *const **out,
                          size_t *out_n, struct nb_error *error) NB_MUSTUSE;

#endif
