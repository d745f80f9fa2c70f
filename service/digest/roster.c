#include "service/digest/teams.h"

#include <nabiz/analysis.h>
#include <nabiz/clock.h>
#include <nabiz/date.h>
#include <nabiz/diag.h>
#include <nabiz/hash.h>

#include "service/digest/make.h"
#include "service/digest/send.h"

enum { LOOK_EACH_MS = 60000, ARENA_BYTES = 4 << 20 };

#define WAIT_MOST_MS (30 * NB_MINUTE_MS)

struct due {
    struct nb_roster *roster;
    const struct nb_config *config;
    struct nb_store *analysis;
    struct nb_log *log;
    struct nb_arena *arena;
    int64_t now_ms;
    bool behind; /* documents of the log wait for analysis */
    struct nb_error *error;
};

/* Everything that has come is analysed; when that cannot be read, it is not waited for. */
static bool is_behind(struct nb_store *analysis, struct nb_log *log)
{
    struct nb_txn *txn = NULL;
    uint64_t cursor = 0, last = 0;
    if (!log || nb_log_last(log, &last, NULL) != NB_OK ||
        nb_read_begin(analysis, &txn, NULL) != NB_OK) {
        return false;
    }
    enum nb_err err = nb_analysis_cursor(txn, &cursor);
    nb_read_end(txn);
    return err == NB_OK && cursor < last;
}

static bool is_left(const struct nb_roster *roster, uint64_t id)
{
    for (size_t i = 0; i < NB_ROSTER_LEFT_MAX; i++) {
        if (roster->left[i] == id) {
            return true;
        }
    }
    return false;
}

/* One digest to one recipient, once: while others of its team fail it is not made again. */
static enum nb_err send_one(const struct due *due, const struct nb_digest_request *request,
                            const struct nb_team *team, const char *to)
{
    struct nb_roster *roster = due->roster;
    struct nb_digest_parcel parcel = {.config = due->config, .recipient = nb_slice_str(to)};
    nb_arena_reset(due->arena);
    const char *name =
        nb_arena_printf(due->arena, "%s %.*s %s %lld", team->name, NB_ARG(request->topic), to,
                        (long long)request->day_ms); /* no name has a blank in it */
    if (!name) {
        return NB_ENOMEM;
    }
    uint64_t id = nb_hash64(nb_slice_str(name));
    if (is_left(roster, id)) {
        return NB_OK;
    }
    enum nb_err err = nb_digest_send(request, &parcel, due->arena, due->error);
    if (err == NB_OK) {
        roster->left[roster->left_n++ % NB_ROSTER_LEFT_MAX] = id;
    }
    return err;
}

/* @return the first failure; the other recipients get theirs */
static enum nb_err send_all(const struct due *due, const struct nb_team *team, int64_t period_ms)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; i < team->topics_n; i++) {
        for (size_t k = 0; k < team->to_n; k++) {
            const struct nb_digest_request request = {.analysis = due->analysis,
                                                      .log = due->log,
                                                      .config = due->config,
                                                      .topic = nb_slice_str(team->topics[i]),
                                                      .day_ms = period_ms,
                                                      .days_n = team->weekly ? 7 : 1,
                                                      .zone = team->zone,
                                                      .lang = team->language,
                                                      .sections = team->sections};
            enum nb_err one = send_one(due, &request, team, team->to[k]);
            err = err == NB_OK ? one : err;
        }
    }
    return err;
}

static int64_t *done_of(struct nb_roster *roster, const struct nb_team *team)
{
    uint64_t id = nb_hash64(nb_slice_str(team->name));
    for (size_t i = 0; i < roster->done_n; i++) {
        if (roster->done[i].team == id) {
            return &roster->done[i].period_ms;
        }
    }
    if (roster->done_n == NB_TEAMS_MAX) {
        roster->done_n = 0; /* names have changed: what was sent is known to the outbox */
    }
    roster->done[roster->done_n].team = id;
    roster->done[roster->done_n].period_ms = INT64_MIN;
    return &roster->done[roster->done_n++].period_ms;
}

static enum nb_err tend(const struct due *due, const struct nb_team *team)
{
    struct nb_zone *zone = NULL;
    int64_t due_ms = 0;
    enum nb_err err = nb_digest_zone(due->config, team->zone, &zone, due->error);
    if (err != NB_OK) {
        return err;
    }
    int64_t period_ms = nb_team_period(team, zone, due->now_ms, &due_ms);
    nb_zone_close(zone);
    int64_t *done_ms = done_of(due->roster, team);
    if (*done_ms == period_ms || (due->behind && due->now_ms < due_ms + WAIT_MOST_MS)) {
        return NB_OK;
    }
    err = send_all(due, team, period_ms);
    if (err == NB_OK) {
        *done_ms = period_ms;
        nb_diag(NB_INFO, "digest", "left for sending", nb_kv_str("team", team->name));
    }
    return err;
}

void nb_roster_tick(struct nb_roster *roster, const struct nb_config *config,
                    struct nb_store *analysis, struct nb_log *log, int64_t now_ms)
{
    struct nb_error error = {0};
    struct nb_teams *teams = NULL;
    int64_t mono_ms = nb_mono_ms();
    if (roster->looked_mono_ms && mono_ms < roster->looked_mono_ms + LOOK_EACH_MS) {
        return;
    }
    roster->looked_mono_ms = mono_ms;
    enum nb_err err = nb_teams_load(nb_config_str(config, NB_CFG_TEAMS), &teams, &error);
    if (err == NB_ENOTFOUND) {
        return;
    }
    struct due due = {.roster = roster,
                      .config = config,
                      .analysis = analysis,
                      .log = log,
                      .arena = err == NB_OK ? nb_arena_new(ARENA_BYTES) : NULL,
                      .now_ms = now_ms,
                      .error = &error};
    if (err == NB_OK && !due.arena) {
        err = NB_ENOMEM;
    }
    due.behind = err == NB_OK && is_behind(analysis, log);
    for (size_t i = 0; due.arena && i < nb_teams_n(teams); i++) {
        enum nb_err one = tend(&due, nb_teams_get(teams, i));
        err = err == NB_OK ? one : err; /* the other teams get theirs */
    }
    if (err != NB_OK && !roster->complained) {
        nb_diag(NB_ERROR, "digest", "a digest could not be made; it is tried again",
                nb_kv_str("err", error.text[0] ? error.text : nb_strerror(err)));
    }
    roster->complained = err != NB_OK;
    nb_arena_free(due.arena);
    nb_teams_free(teams);
}
