/*
 * The reader knows the wire format of protobuf (developers.google.com/protocol-buffers/docs/
 * encoding): a field is a varint of number and type, then a varint, 8 bytes, a length with bytes,
 * or 4 bytes. It agrees with the decoder that is made of record.proto; a test holds that.
 */
#include "analyzer/mentions.h"

#include <nabiz/hash.h>

#include "analyzer/keys.h"
#include "analyzer/sentiment/opinion.h"

uint64_t nb_story_key(struct nb_slice text)
{
    struct nb_id id = nb_id_of(&text, 1);
    uint64_t key = nb_key_to_u64(id.b);
    return key ? key : 1; /* 0 says that there is none */
}

void nb_story_keys(const struct nb_document *document, struct nb_annotation *kept)
{
    struct nb_slice address = nb_field(document->url);
    struct nb_slice thread = nb_field(document->thread);
    struct nb_slice title = nb_slice_trim(nb_field(document->title));
    kept->has_address_key = address.len > 0;
    kept->address_key = address.len ? nb_story_key(address) : 0;
    kept->has_thread_key = thread.len > 0;
    kept->thread_key = thread.len ? nb_story_key(thread) : 0;
    kept->has_title_key = title.len > 0;
    kept->title_key = title.len ? nb_story_key(title) : 0;
}

void nb_mention_fill(struct nb_mention *mention, const struct nb_annotation *kept)
{
    uint32_t intents = 0;
    for (size_t i = 0; i < kept->n_intents; i++) {
        enum nb_intent intent = nb_intent_named(nb_field(kept->intents[i]));
        intents |= intent < NB_INTENT_N ? 1u << intent : 0;
    }
    mention->has_cluster = kept->has_cluster;
    mention->cluster = kept->cluster;
    mention->has_intents = intents != 0;
    mention->intents = intents;
    mention->doubtful =
        kept->irony_milli >= NB_DOUBT_MILLI || kept->synthetic_milli >= NB_DOUBT_MILLI;
    mention->has_doubtful = mention->doubtful;
    mention->has_signs = kept->signs != 0;
    mention->signs = kept->signs;
    mention->has_address_key = kept->has_address_key;
    mention->address_key = kept->address_key;
    mention->has_thread_key = kept->has_thread_key;
    mention->thread_key = kept->thread_key;
    mention->has_title_key = kept->has_title_key;
    mention->title_key = kept->title_key;
}

enum wire { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

struct field {
    uint32_t number;
    enum wire wire;
    uint64_t value; /* of VARINT and FIXED64 */
    struct nb_slice bytes;
};

struct reader {
    const uint8_t *at, *end;
};

static inline bool read_varint(struct reader *r, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; r->at < r->end && shift < 64; shift += 7) {
        uint8_t byte = *r->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool read_fixed(struct reader *r, unsigned bytes, uint64_t *out)
{
    if ((size_t)(r->end - r->at) < bytes) {
        return false;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)r->at[i] << 8 * i;
    }
    r->at += bytes;
    *out = value;
    return true;
}

static bool read_field(struct reader *r, struct field *out)
{
    uint64_t tag;
    if (!read_varint(r, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX) {
        return false;
    }
    out->number = (uint32_t)(tag >> 3);
    out->wire = (enum wire)(tag & 7);
    switch (out->wire) {
    case VARINT:
        return read_varint(r, &out->value);
    case FIXED64:
        return read_fixed(r, 8, &out->value);
    case FIXED32:
        return read_fixed(r, 4, &out->value);
    case BYTES:
        if (!read_varint(r, &out->value) || out->value > (uint64_t)(r->end - r->at)) {
            return false;
        }
        out->bytes = nb_slice(r->at, (size_t)out->value);
        r->at += out->value;
        return true;
    default:
        return false;
    }
}

static struct reader reader_of(struct nb_slice bytes)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    return (struct reader){p, p + bytes.len};
}

static bool read_sentiment(struct nb_slice bytes, struct nb_mention_brief *out)
{
    struct reader r = reader_of(bytes);
    while (r.at < r.end) {
        struct field f;
        if (!read_field(&r, &f)) {
            return false;
        }
        if (f.number == 1 && f.wire == VARINT) {
            out->label = (Nb__Label)f.value;
        } else if (f.number == 2 && f.wire == VARINT) {
            uint32_t zigzag = (uint32_t)f.value;
            out->score_milli = (int32_t)(zigzag >> 1) ^ -(int32_t)(zigzag & 1);
        }
    }
    return true;
}

/* Fields of record.proto; one of another type than it says there is passed over as unknown. */
static bool take(const struct field *f, struct nb_mention_brief *out)
{
    switch (f->number << 3 | (uint32_t)f->wire) {
    case 1 << 3 | BYTES:
        out->author = f->bytes;
        return true;
    case 2 << 3 | VARINT:
        out->kind = (Nb__Kind)f->value;
        return true;
    case 3 << 3 | BYTES:
        return read_sentiment(f->bytes, out);
    case 4 << 3 | VARINT:
        out->comments_n = f->value;
        return true;
    case 8 << 3 | VARINT:
        out->cluster = f->value;
        return true;
    case 9 << 3 | VARINT:
        out->intents = (uint32_t)f->value;
        return true;
    case 10 << 3 | VARINT:
        out->doubtful = f->value != 0;
        return true;
    case 14 << 3 | VARINT:
        out->signs = (uint32_t)f->value;
        return true;
    case 11 << 3 | FIXED64:
        out->address_key = f->value;
        return true;
    case 12 << 3 | FIXED64:
        out->thread_key = f->value;
        return true;
    case 13 << 3 | FIXED64:
        out->title_key = f->value;
        return true;
    default:
        return true;
    }
}

enum nb_err nb_mention_read(struct nb_slice value, struct nb_mention_brief *out)
{
    struct reader r = reader_of(value);
    *out = (struct nb_mention_brief){.label = NB__LABEL__NEUTRAL};
    while (r.at < r.end) {
        struct field f;
        if (!read_field(&r, &f) || !take(&f, out)) {
            return NB_ECORRUPT;
        }
    }
    return NB_OK;
}

enum nb_err nb_mentions_each(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                             int64_t to_ms, nb_mention_fn *fn, void *arg)
{
    struct nb_cursor *cursor;
    struct nb_key prefix;
    struct nb_slice key;
    struct nb_slice value;
    if (topic.len == 0 || topic.len > NB_TOPIC_BYTES) {
        return NB_OK; /* no topic, maybe from a command line: it has no rows */
    }
    enum nb_err err = nb_cursor_open(txn, NB_TBL_TOPIC_DOC, &cursor);
    if (err != NB_OK) {
        return err;
    }
    nb_key_text(&prefix, topic);
    struct nb_key from = prefix;
    nb_key_add_u64(&from, nb_key_time(from_ms));
    err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    while (err == NB_OK && nb_slice_starts(key, nb_key_slice(&prefix))) {
        struct nb_mention_brief row;
        if (key.len != prefix.len + 16) {
            err = NB_ECORRUPT;
            break;
        }
        const uint8_t *rest = (const uint8_t *)key.p + prefix.len;
        int64_t at_ms = (int64_t)nb_key_to_u64(rest);
        if (at_ms >= to_ms) {
            break;
        }
        err = nb_mention_read(value, &row);
        row.at_ms = at_ms;
        row.number = nb_key_to_u64(rest + 8);
        if (err == NB_OK) {
            err = fn(arg, &row);
        }
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}
