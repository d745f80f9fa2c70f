/**
 * Documents that a search found, for people and for programs.
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_SEARCH_PRINT_H
#define NABIZ_SERVICE_SEARCH_PRINT_H

#include <nabiz/buf.h>
#include <nabiz/search.h>

enum nb_search_format { NB_FOUND_TABLE, NB_FOUND_JSON, NB_FOUND_CSV };

/** A document with everything that is said about it. */
struct nb_search_row {
    const struct nb_document *document;
    const struct nb_annotation *annotation;
    const struct nb_search_mark *title_marks, *text_marks;
    size_t title_n, text_n;
    int64_t influence_milli; /* of the author; negative when not asked for */
    const char *cursor;      /* to go on behind it */
};

struct nb_search_look {
    int32_t offset_min;
    size_t width; /* of the terminal; 80 when there is none */
    bool colour;
};

/**
 * For people: when, who, how; the place around the first word that was meant, which is bold on a
 * terminal; the address.
 */
void nb_search_print(const struct nb_search_row *row, const struct nb_search_look *look,
                     struct nb_buf *out);

/** One JSON object and a line feed. */
void nb_search_json(const struct nb_search_row *row, struct nb_buf *out);

/** Once, before the rows. */
void nb_search_csv_head(struct nb_buf *out);
void nb_search_csv(const struct nb_search_row *row, int32_t offset_min, struct nb_buf *out);

#endif
