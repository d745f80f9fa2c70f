/**
 * Frames: how the local log keeps documents. Inside of log.c.
 *
 * A frame holds documents with consecutive numbers, one after the other and compressed together,
 * because a post alone is too short to compress well or fast. Its key is the number of its last
 * document, so that seeking a number finds the frame it is in.
 *
 *   value    u16 n; n identities (16 bytes); codec byte and payload, see pack.h
 *   payload  n times: u32 length of the Document, u32 revision, u64 supersedes; the Document
 *
 * Numbers are big-endian. A frame holds about NB_FRAME_BYTES of payload, or one longer document,
 * and ends with the batch that it was appended in.
 *
 * Threads: a builder belongs to one thread at a time; reading is pure.
 */
#ifndef NABIZ_COMMON_LOG_FRAME_H
#define NABIZ_COMMON_LOG_FRAME_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/pack.h>
#include <nabiz/slice.h>

enum { NB_FRAME_BYTES = 64 << 10, NB_FRAME_DOCS = 1024, NB_FRAME_ITEM_HEAD = 4 + 4 + 8 };

/* The longest Document that fits a frame. */
#define NB_FRAME_DOC_MAX (NB_PACK_MAX_BYTES - NB_FRAME_ITEM_HEAD)

/* A document in a frame. */
struct nb_frame_item {
    uint64_t number;
    struct nb_id identity;
    uint32_t revision;
    uint64_t supersedes;
    struct nb_slice document; /* encoded */
};

struct nb_frame_builder {
    struct nb_arena *arena; /* of one frame's value */
    struct nb_buf payload;
    size_t n;
    uint8_t head[2 + NB_FRAME_DOCS * NB_ID_BYTES];
};

/** @return NULL when out of memory. */
struct nb_frame_builder *nb_frame_builder_new(void);
void nb_frame_builder_free(struct nb_frame_builder *builder);

/** Empty; memory beyond what a usual frame takes is given back. */
void nb_frame_reset(struct nb_frame_builder *builder);

/** Fill an empty builder with a frame of the table. @return NB_OK, NB_ECORRUPT, NB_ENOMEM. */
enum nb_err nb_frame_load(struct nb_frame_builder *builder, struct nb_slice key,
                          struct nb_slice value) NB_MUSTUSE;

/** True when a document of that length has to go into the next frame. */
bool nb_frame_is_full(const struct nb_frame_builder *builder, size_t document_bytes);

/** Add a document; its number is implied. @return NB_OK, NB_ENOMEM, NB_ETOOBIG. */
enum nb_err nb_frame_add(struct nb_frame_builder *builder,
                         const struct nb_frame_item *item) NB_MUSTUSE;

/**
 * The value of the frame; the builder is not empty.
 * @param out  [out] borrowed until the builder is reset.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_frame_pack(struct nb_frame_builder *builder, struct nb_slice *out) NB_MUSTUSE;

/* A frame being read. */
struct nb_frame {
    uint64_t first; /* number of its first document */
    size_t n;
    size_t i, at; /* of the next one */
    struct nb_slice ids;
    struct nb_slice payload;
};

/**
 * @param key, value  of the log table, borrowed as long as the frame is read.
 * @param arena       of the payload.
 * @return NB_OK, NB_ECORRUPT, NB_ENOMEM.
 */
enum nb_err nb_frame_open(struct nb_slice key, struct nb_slice value, struct nb_arena *arena,
                          struct nb_frame *out) NB_MUSTUSE;

/** The next document. @return NB_OK, NB_ENOTFOUND (there is none), NB_ECORRUPT. */
enum nb_err nb_frame_next(struct nb_frame *frame, struct nb_frame_item *out) NB_MUSTUSE;

#endif
