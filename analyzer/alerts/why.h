/**
 * Why: the fields of an incident in English, a sentence a line, for terminals and feeds. Other
 * languages say the fields in their own words.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_ANALYZER_WHY_H
#define NABIZ_ANALYZER_WHY_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>

/** Set incident->why from the other fields. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_why(struct nb_incident *incident, struct nb_arena *arena) NB_MUSTUSE;

#endif
