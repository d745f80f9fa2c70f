/**
 * The scan of a period: one compact row for every document that a topic had in it, however many
 * there are. What a digest counts and orders comes from these rows; texts are read later, and only
 * of what is shown.
 *
 * Threads: as the transaction; a scan belongs to one thread.
 */
#ifndef NABIZ_DIGEST_SCAN_H
#define NABIZ_DIGEST_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#define NB_SCAN_NONE UINT32_MAX
#define NB_SCAN_AHEAD 12 /* rows whose keys are hinted at */

struct nb_scan_row {
    uint64_t number;
    int64_t at_ms;
    uint64_t cluster, address_key, thread_key, title_key; /* see analyzer/mentions.h */
    uint32_t author;                                      /* place in authors; of nobody's too */
    uint32_t comments_n;
    uint32_t links_n;      /* links and quotes by others within the period */
    uint32_t story;        /* the first row of its story */
    uint32_t next_address; /* the next row with its address, or NB_SCAN_NONE */
    int16_t score_milli;
    uint16_t intents; /* set of 1 << enum nb_intent */
    uint8_t label;
    uint8_t kind;
    bool doubtful;
    bool copy;    /* an earlier row has its cluster */
    bool replied; /* somebody else answered or quoted it within the period */
};

struct nb_scan_author {
    struct nb_slice id; /* site/handle, or site/; in the arena */
    uint32_t documents_n, negative_n, positive_n;
    uint64_t comments_n;
    int64_t score_sum_milli;
};

/* 64-bit keys to rows: open addressing with linear probing, keys are hashes already. */
struct nb_key_slot {
    uint64_t key;
    uint32_t row; /* NB_SCAN_NONE: empty */
};

struct nb_key_table {
    struct nb_key_slot *slots;
    size_t mask;
};

struct nb_scan {
    struct nb_scan_row *rows; /* by time, then number */
    uint32_t rows_n;
    struct nb_scan_author *authors; /* in the order they first appear */
    uint32_t authors_n;
    struct nb_key_table addresses;
    uint32_t *slots; /* of authors, by a hash that is keyed with the secret */
    size_t slots_n;
    uint64_t secret;
};

/**
 * Read the rows of [from_ms, to_ms), with what others did towards them in that time: acts are
 * found by whom they were done to, an author or a site, and by the address that they name.
 * @param hint_n  about how many rows there are.
 * @param arena   owns the scan.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, NB_ETOOBIG (over 2^31 rows).
 */
enum nb_err nb_scan_read(struct nb_txn *analysis, struct nb_slice topic, int64_t from_ms,
                         int64_t to_ms, size_t hint_n, struct nb_arena *arena,
                         struct nb_scan *out) NB_MUSTUSE;

/** Place of an author; NB_SCAN_NONE when they did not speak. */
uint32_t nb_scan_author(const struct nb_scan *scan, struct nb_slice id);

/** A table with room for n keys. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_key_table_init(struct nb_key_table *table, size_t n,
                              struct nb_arena *arena) NB_MUSTUSE;

/** The row that has the key; NB_SCAN_NONE when none does. */
uint32_t nb_key_table_get(const struct nb_key_table *table, uint64_t key);

/** The key is asked for soon: its slot is fetched from memory meanwhile. */
void nb_key_table_hint(const struct nb_key_table *table, uint64_t key);

/** The row that has the key already; else row is entered under it, and returned. */
uint32_t nb_key_table_add(struct nb_key_table *table, uint64_t key, uint32_t row);

/** Site of an author id: what is before the '/'. */
struct nb_slice nb_scan_site(struct nb_slice author);

/* More attention first, then the stronger feeling, then the older: an order without ties. */
int nb_scan_order(const struct nb_scan_row *x, const struct nb_scan_row *y);

/** The first step of nb_scan_read() and the second: acts.c. */
enum nb_err nb_scan_acts(struct nb_txn *analysis, int64_t from_ms, int64_t to_ms,
                         struct nb_arena *arena, struct nb_scan *scan) NB_MUSTUSE;

#endif
