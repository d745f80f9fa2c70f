#include "common/log_frame.h"

#include <assert.h>
#include <string.h>

#include <nabiz/mem.h>
#include <nabiz/store.h>

enum { KEEP_BYTES = 4 * NB_FRAME_BYTES };

/* Numbers in a frame */

static void put_u32(uint32_t value, uint8_t out[4])
{
    for (size_t i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static uint32_t to_u32(const uint8_t in[4])
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

/* Writing */

struct nb_frame_builder *nb_frame_builder_new(void)
{
    struct nb_frame_builder *builder = nb_malloc(sizeof(*builder));
    if (!builder) {
        return NULL;
    }
    builder->n = 0;
    nb_buf_init(&builder->payload, NB_PACK_MAX_BYTES);
    builder->arena = nb_arena_new((size_t)3 * NB_PACK_MAX_BYTES);
    if (!builder->arena) {
        nb_free(builder);
        return NULL;
    }
    return builder;
}

void nb_frame_builder_free(struct nb_frame_builder *builder)
{
    if (builder) {
        nb_buf_fini(&builder->payload);
        nb_arena_free(builder->arena);
        nb_free(builder);
    }
}

void nb_frame_reset(struct nb_frame_builder *builder)
{
    builder->n = 0;
    nb_arena_reset(builder->arena);
    if (builder->payload.cap > KEEP_BYTES) {
        nb_buf_fini(&builder->payload);
        nb_buf_init(&builder->payload, NB_PACK_MAX_BYTES);
    }
    nb_buf_reset(&builder->payload);
}

enum nb_err nb_frame_load(struct nb_frame_builder *builder, struct nb_slice key,
                          struct nb_slice value)
{
    struct nb_frame frame;
    enum nb_err err = nb_frame_open(key, value, builder->arena, &frame);
    if (err == NB_OK && frame.n > NB_FRAME_DOCS) {
        err = NB_ECORRUPT;
    }
    if (err != NB_OK) {
        return err;
    }
    nb_buf_add(&builder->payload, frame.payload);
    memcpy(builder->head + 2, frame.ids.p, frame.ids.len);
    builder->n = frame.n;
    nb_arena_reset(builder->arena);
    return builder->payload.err;
}

bool nb_frame_is_full(const struct nb_frame_builder *builder, size_t document_bytes)
{
    size_t bytes = builder->payload.len + NB_FRAME_ITEM_HEAD + document_bytes;
    return builder->n == NB_FRAME_DOCS || (builder->n > 0 && bytes > NB_FRAME_BYTES);
}

enum nb_err nb_frame_add(struct nb_frame_builder *builder, const struct nb_frame_item *item)
{
    assert(builder->n < NB_FRAME_DOCS);
    uint8_t head[NB_FRAME_ITEM_HEAD];
    if (item->document.len > NB_FRAME_DOC_MAX) {
        return NB_ETOOBIG;
    }
    put_u32((uint32_t)item->document.len, head);
    put_u32(item->revision, head + 4);
    nb_key_u64(item->supersedes, head + 8);
    nb_buf_add(&builder->payload, nb_slice(head, sizeof(head)));
    nb_buf_add(&builder->payload, item->document);
    memcpy(builder->head + 2 + builder->n * NB_ID_BYTES, item->identity.b, NB_ID_BYTES);
    builder->n++;
    return builder->payload.err;
}

enum nb_err nb_frame_pack(struct nb_frame_builder *builder, struct nb_slice *out)
{
    builder->head[0] = (uint8_t)(builder->n >> 8);
    builder->head[1] = (uint8_t)builder->n;
    return nb_pack(nb_slice(builder->head, 2 + builder->n * NB_ID_BYTES),
                   nb_buf_slice(&builder->payload), builder->arena, out);
}

/* Reading */

enum nb_err nb_frame_open(struct nb_slice key, struct nb_slice value, struct nb_arena *arena,
                          struct nb_frame *out)
{
    if (key.len != 8 || value.len < 2) {
        return NB_ECORRUPT;
    }
    const uint8_t *head = (const uint8_t *)value.p;
    uint64_t last = nb_key_to_u64((const uint8_t *)key.p);
    struct nb_frame frame = {.n = (size_t)head[0] << 8 | head[1]};
    size_t ids_end = 2 + frame.n * NB_ID_BYTES;
    if (frame.n == 0 || frame.n > last || value.len <= ids_end) {
        return NB_ECORRUPT;
    }
    frame.first = last - frame.n + 1;
    frame.ids = nb_slice_sub(value, 2, ids_end);
    enum nb_err err = nb_unpack(nb_slice_sub(value, ids_end, value.len), arena, &frame.payload);
    if (err == NB_OK) {
        *out = frame;
    }
    return err == NB_ETOOBIG ? NB_ECORRUPT : err;
}

enum nb_err nb_frame_next(struct nb_frame *frame, struct nb_frame_item *out)
{
    if (frame->i == frame->n) {
        return NB_ENOTFOUND;
    }
    struct nb_slice rest = nb_slice_sub(frame->payload, frame->at, frame->payload.len);
    if (rest.len < NB_FRAME_ITEM_HEAD) {
        return NB_ECORRUPT;
    }
    const uint8_t *head = (const uint8_t *)rest.p;
    size_t len = to_u32(head);
    if (len > rest.len - NB_FRAME_ITEM_HEAD) {
        return NB_ECORRUPT;
    }
    out->number = frame->first + frame->i;
    out->revision = to_u32(head + 4);
    out->supersedes = nb_key_to_u64(head + 8);
    out->document = nb_slice_sub(rest, NB_FRAME_ITEM_HEAD, NB_FRAME_ITEM_HEAD + len);
    memcpy(out->identity.b, frame->ids.p + frame->i * NB_ID_BYTES, NB_ID_BYTES);
    frame->at += NB_FRAME_ITEM_HEAD + len;
    frame->i++;
    return NB_OK;
}
