/**
 * The next poll of each source that was polled: what is stored meets what is computed.
 *
 * Plans are made by the writer, one poll after another in the order they are stored, and become
 * durable with them. They may have to be made anew when an append is repeated: nb_plan_begin() goes
 * back to what is durable.
 *
 * Threads: the writer's.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_PLAN_H
#define NABIZ_CRAWLER_SCHEDULE_PLAN_H

#include <stdbool.h>

#include <nabiz/config.h>
#include <nabiz/log.h>
#include <nabiz/store.h>

#include "crawler/poll.h"
#include "crawler/schedule/budget.h"
#include "crawler/schedule/pause.h"
#include "crawler/schedule/rhythm.h"

/* What all sources share in, as of one moment. */
struct nb_plan_shared {
    struct nb_budget budget;
    struct nb_profile profile;
    int64_t faded_ms; /* when the profile was halved last */
};

struct nb_plan {
    struct nb_plan_shared stored;
    struct nb_plan_shared now; /* with the polls since nb_plan_begin() */
    struct nb_pause_table table;
    struct nb_allowance allowance;
    bool adaptive;
    int64_t usual_s, budget_per_day, shortest_s, longest_s; /* 0: follows from the others */
    uint8_t profile_bytes[NB_PROFILE_BYTES];
};

/** Settings from the configuration; nothing is stored yet. */
void nb_plan_init(struct nb_plan *plan, const struct nb_config *config);

/** What a store has. @return NB_OK, NB_ENOMEM, NB_ECORRUPT, NB_EIO. */
enum nb_err nb_plan_load(struct nb_plan *plan, struct nb_txn *txn) NB_MUSTUSE;

/** Begin a batch. @param sources_n  that are polled by their rhythm. */
void nb_plan_begin(struct nb_plan *plan, size_t sources_n);

/** Pause that a rhythm asks for after a poll. */
int64_t nb_plan_rhythm_ms(const struct nb_plan *plan, const struct nb_rhythm *rhythm,
                          int64_t now_ms);

/**
 * Plan a poll that was made: sets rhythm, due_ms and why in its state, from what the state was when
 * it was dispatched.
 * @param item_ms  when its new items were published; -1: not known.
 * @return NB_OK, NB_ENOMEM (the poll's arena).
 */
enum nb_err nb_plan_poll(struct nb_plan *plan, struct nb_poll *poll, const int64_t *item_ms,
                         size_t items_n) NB_MUSTUSE;

/** Note what all share in, in the batch. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_plan_note(struct nb_plan *plan, struct nb_log_batch *batch,
                         struct nb_arena *arena) NB_MUSTUSE;

/** The batch is durable. */
void nb_plan_stored(struct nb_plan *plan);

/** A rhythm as it is stored. @return NB_OK, NB_ECORRUPT; an absent one is {0}. */
enum nb_err nb_plan_rhythm_get(const Nb__Rhythm *record, struct nb_rhythm *out) NB_MUSTUSE;

#endif
