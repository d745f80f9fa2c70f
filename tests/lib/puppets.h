/**
 * Made-up accounts that want to lift one author of a real graph, in several shapes.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TESTS_PUPPETS_H
#define NABIZ_TESTS_PUPPETS_H

#include "analyzer/influence/support.h"

/* id, accounts, what they do; all of them link to the author. The first two are the classic ones.
 */
#define NBT_ATTACKS(X)                                                                             \
    X(RING, 100, "100 in a ring")                                                                  \
    X(CAMOUFLAGE, 500, "500 camouflaged")                                                          \
    X(STAR, 100, "100 that link to the author only")                                               \
    X(CHAIN, 100, "100 in a chain")                                                                \
    X(CLIQUE, 200, "200 that all link to all")                                                     \
    X(COPYCATS, 300, "300, each with the links of an honest one")                                  \
    X(CHORUS, 200, "200 with the links of the same honest one")                                    \
    X(MANY, 300, "300 that link to 40 honest ones each")                                           \
    X(DRIP, 100, "100 in a ring, an act a day")                                                    \
    X(BURST, 100, "100 in a ring, within seconds, twice")

enum nbt_attack {
#define X(id, n, words) NBT_##id,
    NBT_ATTACKS(X)
#undef X
        NBT_ATTACKS_N
};

const char *nbt_attack_words(enum nbt_attack attack);

struct nbt_acts {
    struct nb_support_act *acts;
    size_t n, cap;
    uint32_t authors_n;
};

void nbt_acts_add(struct nbt_acts *acts, uint32_t from, uint32_t to, uint32_t at_s);

/** The acts with the authors' numbers, for what works on graphs; authors are "a0.example" ... */
struct nb_graph_builder *nbt_acts_builder(const struct nbt_acts *acts);

/**
 * Add an attack behind what is there, the accounts behind the authors.
 * @param honest        what there is without it.
 * @param honest_links  links of honest authors, drawn by chance, to accounts drawn by chance.
 * @param into          accounts that those links go to; 0: any of all.
 */
void nbt_attack(struct nbt_acts *acts, const struct nb_graph *honest, enum nbt_attack attack,
                uint32_t author, uint32_t honest_links, uint32_t into, uint64_t seed);

#endif
