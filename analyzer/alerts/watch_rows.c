#include "analyzer/alerts/watch_rows.h"

#include <nabiz/hash.h>

#include "analyzer/keys.h"

enum nb_err nb_watch_row_get(struct nb_txn *txn, struct nb_slice topic, struct nb_arena *arena,
                             struct nb_topic_watch **out)
{
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_WATCH, topic, &value);
    if (err == NB_ENOTFOUND) {
        *out = nb_topic_watch_new(arena);
        return *out ? NB_OK : NB_ENOMEM;
    }
    return err ? err : nb_topic_watch_decode(value, arena, out);
}

enum nb_err nb_watch_row_put(struct nb_txn *txn, struct nb_slice topic,
                             const struct nb_topic_watch *row, struct nb_arena *arena)
{
    struct nb_slice value;
    enum nb_err err = nb_topic_watch_encode(row, arena, &value);
    if (err == NB_OK) {
        nb_put(txn, NB_TBL_WATCH, topic, value);
        err = nb_txn_err(txn);
    }
    return err;
}

static struct nb_key stream_key(struct nb_slice topic, size_t stream)
{
    struct nb_key key;
    nb_key_text(&key, topic);
    nb_key_add_u32(&key, (uint32_t)nb_stream_of(stream));
    return key;
}

enum nb_err nb_watch_detector_get(struct nb_txn *txn, struct nb_slice topic, size_t stream,
                                  struct nb_detector **out)
{
    struct nb_slice value;
    struct nb_key key = stream_key(topic, stream);
    *out = NULL;
    enum nb_err err = nb_get(txn, NB_TBL_WATCH_STREAM, nb_key_slice(&key), &value);
    return err ? err : nb_detector_decode(value, out);
}

static enum nb_err detectors_put(struct nb_txn *txn, struct nb_slice topic,
                                 const struct nb_streams *streams, struct nb_arena *arena)
{
    for (size_t i = 0; i < NB_STREAMS_N; i++) {
        struct nb_slice value;
        struct nb_key key = stream_key(topic, i);
        if (!streams->detectors[i]) {
            continue;
        }
        enum nb_err err = nb_detector_encode(streams->detectors[i], arena, &value);
        if (err) {
            return err;
        }
        nb_put(txn, NB_TBL_WATCH_STREAM, nb_key_slice(&key), value);
    }
    return nb_txn_err(txn);
}

/* The first voice of the topic. @return NB_ENOTFOUND when it is of a bin that stays open. */
static enum nb_err next_voice(struct nb_txn *txn, struct nb_slice topic, uint64_t until_bin,
                              struct nb_key *out)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    nb_key_text(out, topic);
    enum nb_err err = nb_cursor_open(txn, NB_TBL_WATCH_VOICE, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(out), &key, &value);
    if (err == NB_OK && (key.len != out->len + 16 || !nb_slice_starts(key, nb_key_slice(out)) ||
                         nb_key_to_u64((const uint8_t *)key.p + out->len) >= until_bin)) {
        err = NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        nb_key_add(out, nb_slice_sub(key, out->len, key.len));
    }
    nb_cursor_close(cursor);
    return err;
}

enum nb_err nb_watch_rows_close(struct nb_txn *txn, struct nb_slice topic, uint64_t until_bin,
                                struct nb_streams *streams, struct nb_arena *arena)
{
    struct nb_key voice;
    enum nb_err err = NB_OK;
    if (!streams->row->has_first_bin || until_bin <= streams->row->open_bin) {
        return NB_OK;
    }
    for (size_t i = 0; err == NB_OK && i < NB_STREAMS_N; i++) {
        err = nb_watch_detector_get(txn, topic, i, &streams->detectors[i]);
        err = err == NB_ENOTFOUND ? NB_OK : err;
    }
    err = err == NB_OK ? nb_streams_close(streams, until_bin) : err;
    err = err == NB_OK ? detectors_put(txn, topic, streams, arena) : err;
    while (err == NB_OK && (err = next_voice(txn, topic, until_bin, &voice)) == NB_OK) {
        nb_del(txn, NB_TBL_WATCH_VOICE, nb_key_slice(&voice));
        err = nb_txn_err(txn);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_watch_voice(struct nb_txn *txn, struct nb_slice topic, uint64_t bin,
                           struct nb_slice author, bool *is_new)
{
    struct nb_key key;
    struct nb_slice value;
    struct nb_id id = nb_id_of(&author, 1);
    *is_new = false;
    if (!author.len) {
        return NB_OK;
    }
    nb_key_text(&key, topic);
    nb_key_add_u64(&key, bin);
    nb_key_add(&key, nb_slice(id.b, 8));
    enum nb_err err = nb_get(txn, NB_TBL_WATCH_VOICE, nb_key_slice(&key), &value);
    if (err != NB_ENOTFOUND) {
        return err;
    }
    *is_new = true;
    nb_put(txn, NB_TBL_WATCH_VOICE, nb_key_slice(&key), nb_slice(NULL, 0));
    return nb_txn_err(txn);
}
