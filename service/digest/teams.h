/**
 * The teams file: who gets which digests, when. Kept by people.
 *
 *     morning {
 *         topics = "acme acme-kargo";
 *         to = "team-mail boss";       # names of recipients that take mail
 *         at = "08:00";
 *         zone = "Europe/Istanbul";
 *         every = week;                # on Mondays; a day unless given
 *         sections = "alerts figures stories waiting";   # all unless given
 *         language = "tr";             # that of the recipient unless given
 *     }
 *
 * A digest is due from its hour on, on the day after its period, and the newest one that is due is
 * sent, also when nobody served at that hour. While documents of the log are not analysed yet it
 * waits, half an hour at most.
 *
 * Threads: a loaded list is immutable; a roster belongs to one thread.
 */
#ifndef NABIZ_DIGEST_TEAMS_H
#define NABIZ_DIGEST_TEAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/log.h>
#include <nabiz/store.h>
#include <nabiz/zone.h>

enum { NB_TEAMS_MAX = 256, NB_TEAM_WORDS = 64, NB_ROSTER_LEFT_MAX = 512 };

struct nb_team {
    const char *name;
    const char *topics[NB_TEAM_WORDS];
    size_t topics_n;
    const char *to[NB_TEAM_WORDS];
    size_t to_n;
    int32_t at_min;       /* of the day */
    const char *zone;     /* NULL: that of clock.utc_offset */
    const char *language; /* NULL: that of the recipient */
    bool weekly;
    uint32_t sections; /* 0: all */
    unsigned line;
};

struct nb_teams;

/**
 * @return NB_OK; NB_ENOTFOUND (there is no file: nobody is sent any), NB_EIO, NB_ESYNTAX, NB_EINVAL
 *         (the detail has file and line), NB_ETOOBIG, NB_ENOMEM.
 */
enum nb_err nb_teams_load(const char *path, struct nb_teams **out,
                          struct nb_error *error) NB_MUSTUSE;
void nb_teams_free(struct nb_teams *teams);
size_t nb_teams_n(const struct nb_teams *teams);
const struct nb_team *nb_teams_get(const struct nb_teams *teams, size_t i);

/**
 * Start of the newest period of a team whose digest is due at a moment.
 * @param zone  the team's.
 * @param due_ms  [out] since when.
 */
int64_t nb_team_period(const struct nb_team *team, const struct nb_zone *zone, int64_t now_ms,
                       int64_t *due_ms);

/* What was left for sending already, so that it is not made again and again. */
struct nb_roster {
    int64_t looked_mono_ms;
    struct {
        uint64_t team; /* hash of the name */
        int64_t period_ms;
    } done[NB_TEAMS_MAX];
    size_t done_n;
    uint64_t left[NB_ROSTER_LEFT_MAX]; /* hashes of team, topic, recipient and period: the newest */
    size_t left_n;
    bool complained; /* about a failure that lasts */
};

/**
 * Leave what is due with the outbox; looks once a minute. What cannot be made is said in the log
 * and tried again; meanwhile the other recipients and teams get theirs.
 * @param log  may be NULL.
 */
void nb_roster_tick(struct nb_roster *roster, const struct nb_config *config,
                    struct nb_store *analysis, struct nb_log *log, int64_t now_ms);

#endif
