/**
 * A receiver of webhooks on loopback that behaves badly, and counts what takes effect: the first
 * message with an id does, as a receiver after Standard Webhooks would have it; later ones with
 * that id do not, however often they come.
 *
 * What it does to a request follows from a seed, the id and how often that id was asked before, so
 * that a failure can be played again. After NBT_RECEIVER_BORNE bad answers a message gets a good
 * one.
 *
 * Threads: its own; the functions may be called from any thread.
 */
#ifndef NABIZ_TEST_RECEIVER_H
#define NABIZ_TEST_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/deliver/sign.h"

enum { NBT_RECEIVER_BORNE = 7, NBT_RECEIVER_IDS = 512 };

enum nbt_receiver_mood {
    NBT_GOOD,    /* 204 to everything */
    NBT_CHAOTIC, /* drops 30 %, answers 500, 503 with Retry-After, late, not at all, halves */
    NBT_HANGING, /* takes requests and never answers */
    NBT_FULL,    /* 410 to everything */
};

struct nbt_receiver;

/** Start; fails the program if it cannot. @param secret  checked, and NULL for none. */
struct nbt_receiver *nbt_receiver_start(enum nbt_receiver_mood mood, const struct nb_secret *secret,
                                        uint64_t seed);
void nbt_receiver_stop(struct nbt_receiver *receiver);

int nbt_receiver_port(const struct nbt_receiver *receiver);

/** Requests that came whole, the different ids among them, and effects; and those badly signed. */
size_t nbt_receiver_requests(struct nbt_receiver *receiver);
size_t nbt_receiver_ids(struct nbt_receiver *receiver);
size_t nbt_receiver_effects(struct nbt_receiver *receiver);
size_t nbt_receiver_wrong(struct nbt_receiver *receiver);

/** Requests it did not answer well. */
size_t nbt_receiver_refusals(struct nbt_receiver *receiver);

/** Pairs of messages whose effects came in another order than they were added, within an incident.
 */
size_t nbt_receiver_disorder(struct nbt_receiver *receiver);

#endif
