/**
 * Silence: who was not heard for longer than is usual for them: the crawler as a whole, a kind or
 * group of sources, a source. So that "no crisis" is never a broken crawler.
 *
 * It is told from the crawl store and the clock on the wall, not from the analysis: the analysis is
 * a function of the log, and a log in which nothing is appended cannot tell a quiet night from a
 * crawler that died. It is read when somebody asks, so it needs neither of them to be running.
 *
 * A source with a usual gap g between two documents (its rate before it fell silent) is silent
 * after 12 hours and 8 g: by chance that happens once in three thousand gaps. Kinds and groups have
 * the rates of their sources together and are silent after 3 hours and 8 g.
 *
 * Threads: pure functions, but for reading the store.
 */
#ifndef NABIZ_SERVICE_SILENCE_H
#define NABIZ_SERVICE_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/config.h>
#include <nabiz/date.h>
#include <nabiz/err.h>

#define NB_SILENCE_SOURCE_MS (12 * NB_HOUR_MS)
#define NB_SILENCE_CLASS_MS (3 * NB_HOUR_MS)
#define NB_SILENCE_POLLS_MS NB_HOUR_MS

enum { NB_SILENCE_GAPS = 8 };

enum nb_silence_of { NB_SILENCE_CRAWLER, NB_SILENCE_CLASS, NB_SILENCE_SOURCE };

struct nb_silence {
    enum nb_silence_of of;
    const char *name; /* "crawler"; "kind article", "group haber"; the URL */
    int64_t heard_ms; /* newest document, of the crawler its newest poll; 0: never */
    int64_t quiet_ms; /* since then */
    int64_t usual_ms; /* usual gap; 0: not known */
    const char *why;  /* in English */
};

/** Usual gap of a rate; 0 when it is too low to say. */
int64_t nb_silence_gap_ms(int64_t per_day_milli);

/** Is that longer than usual? */
bool nb_silence_is(int64_t per_day_milli, int64_t quiet_ms, int64_t least_ms);

/**
 * All that are silent: the crawler first, then kinds and groups, then sources, the longest first.
 * Paused and retired sources are not missed.
 * @param out  [out] array in the arena.
 * @return NB_OK (maybe none), NB_ENOTFOUND (no sources, or nothing was crawled yet), NB_ENOMEM, ...
 */
enum nb_err nb_silence_read(const struct nb_config *config, int64_t now_ms, struct nb_arena *arena,
                            const struct nb_silence **out, size_t *out_n,
                            struct nb_error *error) NB_MUSTUSE;

#endif
