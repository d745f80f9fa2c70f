/**
 * Calendar: days that are not like others (feasts, public holidays, match days), from a text file.
 *
 * Threads: immutable after loading; users are counted, so any thread may give back its share.
 */
#ifndef NABIZ_ANALYZER_CALENDAR_H
#define NABIZ_ANALYZER_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_calendar;

/* In the lexicons. */
#define NB_CALENDAR_FILE "calendar.txt"

/* Kinds are numbered in the order of the file; a day of no kind is 0. */
#define NB_CALENDAR_KINDS_MAX 7

/**
 * Read a calendar. Lines, with comments after '#':
 *   kind NAME rest|work         a kind of day, like a Sunday or like the day of the week it is
 *   2026-03-20 NAME             a day of that kind
 *   2026-03-20..2026-03-22 NAME
 *   *-10-29 NAME                the day in every year
 * Of two lines for a day the later one counts.
 * @param name  what messages call the text.
 * @return NB_OK, NB_ESYNTAX (the detail has name and line), NB_ENOMEM.
 */
enum nb_err nb_calendar_parse(struct nb_slice text, const char *name, struct nb_calendar **out,
                              struct nb_error *error) NB_MUSTUSE;

/** From a file. @return as nb_calendar_parse(), NB_ENOTFOUND, NB_EIO, NB_ETOOBIG (over 1 MiB). */
enum nb_err nb_calendar_load(const char *path, struct nb_calendar **out,
                             struct nb_error *error) NB_MUSTUSE;

/** The same once more, for another user; NULL gives NULL. Each gives it back by nb_calendar_free().
 */
struct nb_calendar *nb_calendar_share(struct nb_calendar *calendar);
void nb_calendar_free(struct nb_calendar *calendar);

/** Kind of a day, counted from 1970-01-01 in the zone people live by: 0..KINDS_MAX. */
uint32_t nb_calendar_kind(const struct nb_calendar *calendar, int64_t day);

/** Do people rest on days of that kind? */
bool nb_calendar_is_rest(const struct nb_calendar *calendar, uint32_t kind);

#endif
