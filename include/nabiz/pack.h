/**
 * Packing: bytes for a store's value, compressed where that helps. Owns zstd.
 *
 * The first byte says how: 0 as they are, 1 zstd. Short values stay as they are.
 *
 * Threads: any; the compression state is kept per thread.
 */
#ifndef NABIZ_PACK_H
#define NABIZ_PACK_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#define NB_PACK_MAX_BYTES (16u << 20)

/**
 * @param head  bytes put in front of the codec byte, uncompressed; may be empty.
 * @return NB_OK, NB_ETOOBIG (body over NB_PACK_MAX_BYTES), NB_ENOMEM.
 */
enum nb_err nb_pack(struct nb_slice head, struct nb_slice body, struct nb_arena *arena,
                    struct nb_slice *out) NB_MUSTUSE;

/**
 * @param in   from the codec byte on.
 * @param out  [out] borrows `in` when not compressed, else lives in arena.
 * @return NB_OK, NB_ECORRUPT, NB_ETOOBIG, NB_ENOMEM.
 */
enum nb_err nb_unpack(struct nb_slice in, struct nb_arena *arena, struct nb_slice *out) NB_MUSTUSE;

/** Release this thread's compression state; done by itself when a thread ends, but not main's. */
void nb_pack_thread_end(void);

#endif
