/**
 * What the commands that read text share: knowledge from the settings, and lines from a file.
 *
 * Threads: main's only.
 */
#ifndef NABIZ_SERVICE_LANG_H
#define NABIZ_SERVICE_LANG_H

#include <stdbool.h>

#include <nabiz/buf.h>
#include <nabiz/cli.h>
#include <nabiz/knowledge.h>

#define NB_LINE_BYTES_MAX ((size_t)1 << 20)

/** Directory of the lexicons by the settings; out has size bytes. */
enum nb_err nb_lang_lexicons(struct nb_args *args, char *out, size_t size,
                             struct nb_error *error) NB_MUSTUSE;

/** --topics, else the settings', whose default is what `nabiz run` here would use. */
enum nb_err nb_lang_topics(struct nb_args *args, char *out, size_t size,
                           struct nb_error *error) NB_MUSTUSE;

/**
 * Load both, and the local model of --model or the settings.
 * @return as nb_knowledge_load(), also NB_ENOTFOUND for --topics that is not there and NB_ESYNTAX
 *         for one that cannot be read whole: who names topics wants no answer without them.
 */
enum nb_err nb_lang_load(struct nb_args *args, struct nb_knowledge **out, size_t *bad_lines_n,
                         struct nb_error *error) NB_MUSTUSE;

/** Lines of a file descriptor. */
struct nb_lines {
    int fd;
    struct nb_buf buf;
    size_t at;      /* of the next line in buf */
    size_t scanned; /* bytes of it known to hold no line end */
    size_t number;  /* of the line given last, from 1 */
    bool too_long;  /* the line that is being passed over */
    bool ended;
};

void nb_lines_init(struct nb_lines *lines, int fd);
void nb_lines_fini(struct nb_lines *lines);

/**
 * Next line, without its end ("\n" or "\r\n"), borrowed until the next call. stdout is flushed
 * before waiting, so that what was answered is never held back while input pauses.
 * @param too_long  [out] over NB_LINE_BYTES_MAX: the line was passed over.
 * @return NB_OK, NB_ECLOSED (no more), NB_EIO, NB_ENOMEM.
 */
enum nb_err nb_lines_next(struct nb_lines *lines, struct nb_slice *line, bool *too_long) NB_MUSTUSE;

/** The same without ever waiting. @return also NB_ETIMEOUT: no whole line is there yet. */
enum nb_err nb_lines_next_there(struct nb_lines *lines, struct nb_slice *line,
                                bool *too_long) NB_MUSTUSE;

#endif
