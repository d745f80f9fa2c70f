/**
 * Keys of the analysis store, one place for the shapes that store.h lists.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_KEYS_H
#define NABIZ_ANALYZER_KEYS_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/slice.h>

/* LMDB takes keys of up to 511 bytes; ours stay below by construction. */
enum { NB_TOPIC_BYTES = 64, NB_AUTHOR_ID_BYTES = 256, NB_KEY_BYTES = 384 };

struct nb_key {
    size_t len;
    uint8_t b[NB_KEY_BYTES];
};

/** A key that begins with text and NUL: a topic, or an author acted upon. */
void nb_key_text(struct nb_key *key, struct nb_slice text);
void nb_key_add(struct nb_key *key, struct nb_slice bytes);
void nb_key_add_u32(struct nb_key *key, uint32_t value);
void nb_key_add_u64(struct nb_key *key, uint64_t value);

static inline struct nb_slice nb_key_slice(const struct nb_key *key)
{
    return nb_slice(key->b, key->len);
}

/** Times are kept from 0 up; an earlier one counts as 0. */
static inline uint64_t nb_key_time(int64_t at_ms)
{
    return at_ms > 0 ? (uint64_t)at_ms : 0;
}

/**
 * Id under which an author is counted: "site/handle"; "site/" for a document without a byline;
 * empty when neither is known. An id over NB_AUTHOR_ID_BYTES is cut and closed with its hash.
 * @param author  "site/handle", may be empty.
 * @param out     [out] borrows author, or lives in arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_author_id(struct nb_slice author, struct nb_slice site, struct nb_arena *arena,
                         struct nb_slice *out) NB_MUSTUSE;

/** The site of an author id: what is before the first '/'. Borrows. */
struct nb_slice nb_author_site(struct nb_slice id);

/** Key of KNOWN for a canonical URL; cannot meet the identity of a document by chance. */
struct nb_id nb_known_url(struct nb_slice canonical_url);

#endif
