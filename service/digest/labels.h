/**
 * Labels: every fixed word of a digest, and how its language writes numbers and dates. They live
 * in the template directory as labels.LANG.xml; the code holds none of them.
 *
 * A label may name values in braces: "{n} documents, {p} above the mean". Formats are labels too:
 * format.decimal, format.thousands, format.percent ("%{n}"), format.date, format.time;
 * month.1 .. month.12, weekday.1 (Monday) .. weekday.7.
 *
 * Threads: loaded labels are immutable and shared.
 */
#ifndef NABIZ_DIGEST_LABELS_H
#define NABIZ_DIGEST_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_labels;

/**
 * Load DIR/labels.LANG.xml.
 * @param lang  "tr", "en", ...; letters only.
 * @return NB_OK, NB_ENOTFOUND (no such file),
 *         NB_EINVAL (lang is no language), NB_ESYNTAX, NB_EEXIST (a label given twice), NB_ENOMEM.
 */
enum nb_err nb_labels_load(const char *dir, const char *lang, struct nb_labels **out,
                           struct nb_error *error) NB_MUSTUSE;
void nb_labels_free(struct nb_labels *labels);

/** The language they were loaded as. */
const char *nb_labels_lang(const struct nb_labels *labels);

size_t nb_labels_n(const struct nb_labels *labels);

/** The i-th label by id. */
void nb_labels_at(const struct nb_labels *labels, size_t i, struct nb_slice *id,
                  struct nb_slice *text);

/** A label; a missing one shows as its id, which is better than a hole. */
struct nb_slice nb_label(const struct nb_labels *labels, const char *id);

struct nb_label_value {
    const char *name; /* NULL ends a list */
    struct nb_slice text;
};

/* From here on results live in the arena; at its limit they are empty and the arena remembers. */

/** A label with its values put in; an unknown {name} stays as it is. */
struct nb_slice nb_label_fill(const struct nb_labels *labels, struct nb_arena *arena,
                              const char *id, const struct nb_label_value *values);

/** 1234 -> "1.234". */
struct nb_slice nb_label_count(const struct nb_labels *labels, struct nb_arena *arena, int64_t n);

/** Thousandths with 0 to 3 decimals, rounded half away from zero: -812, 2 -> "-0,81". */
struct nb_slice nb_label_milli(const struct nb_labels *labels, struct nb_arena *arena,
                               int64_t value_milli, int decimals);

/** 210 -> "%210" or "210%". */
struct nb_slice nb_label_percent(const struct nb_labels *labels, struct nb_arena *arena,
                                 int64_t percent);

/** "Saturday 21 November 2026", "14:30" by the language's formats. */
struct nb_slice nb_label_date(const struct nb_labels *labels, struct nb_arena *arena, int64_t at_ms,
                              int32_t offset_min);
struct nb_slice nb_label_time(const struct nb_labels *labels, struct nb_arena *arena, int64_t at_ms,
                              int32_t offset_min);

/** "21 November 2026": the date without its weekday. */
struct nb_slice nb_label_day(const struct nb_labels *labels, struct nb_arena *arena, int64_t at_ms,
                             int32_t offset_min);

/** Minutes as hours and minutes, by the labels age.minutes and age.hours. */
struct nb_slice nb_label_age(const struct nb_labels *labels, struct nb_arena *arena,
                             int64_t minutes);

#endif
