/*
 * protobuf-c works with an allocator; ours hands out arena memory and frees nothing. Decoded
 * records therefore need no free function, and unknown fields live as long as their record.
 */
#include <nabiz/record.h>

#include <nabiz/hash.h>
#include <nabiz/json.h>
#include <nabiz/mem.h>

static void *arena_alloc(void *arena, size_t size)
{
    return nb_arena_alloc(arena, size);
}

static void arena_free(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

static enum nb_err encode(const ProtobufCMessage *in, struct nb_arena *arena, struct nb_slice *out)
{
    size_t n = protobuf_c_message_get_packed_size(in);
    uint8_t *p = nb_arena_alloc(arena, n);
    if (!p) {
        return NB_ENOMEM;
    }
    *out = nb_slice(p, protobuf_c_message_pack(in, p));
    return NB_OK;
}

static enum nb_err decode(const ProtobufCMessageDescriptor *descriptor, struct nb_slice in,
                          struct nb_arena *arena, ProtobufCMessage **out)
{
    ProtobufCAllocator allocator = {arena_alloc, arena_free, arena};
    *out = protobuf_c_message_unpack(descriptor, &allocator, in.len, (const uint8_t *)in.p);
    if (!*out) {
        return nb_arena_failed(arena) ? NB_ENOMEM : NB_ECORRUPT;
    }
    return NB_OK;
}

#define X(name, type, prefix)                                                                      \
    struct type *nb_##name##_new(struct nb_arena *arena)                                           \
    {                                                                                              \
        struct type *record = nb_arena_alloc(arena, sizeof(*record));                              \
        if (record) {                                                                              \
            prefix##__init(record);                                                                \
        }                                                                                          \
        return record;                                                                             \
    }                                                                                              \
    enum nb_err nb_##name##_encode(const struct type *in, struct nb_arena *arena,                  \
                                   struct nb_slice *out)                                           \
    {                                                                                              \
        return encode(&in->base, arena, out);                                                      \
    }                                                                                              \
    enum nb_err nb_##name##_decode(struct nb_slice in, struct nb_arena *arena, struct type **out)  \
    {                                                                                              \
        ProtobufCMessage *message = NULL;                                                          \
        enum nb_err err = decode(&prefix##__descriptor, in, arena, &message);                      \
        *out = (struct type *)message;                                                             \
        return err;                                                                                \
    }
NB_RECORDS(X)
#undef X

/* Whole, however long: two dumps that are the same show records that are the same. */
static void json_bytes(struct nb_json *json, const ProtobufCBinaryData *bytes)
{
    char id[2 * NB_SHA256_BYTES + 1]; /* most are not longer than this */
    char *hex = bytes->len <= NB_SHA256_BYTES ? id : nb_malloc(2 * bytes->len + 1);
    if (hex) {
        nb_hex(nb_slice(bytes->data, bytes->len), hex);
        nb_json_cstr(json, hex);
    } else {
        nb_json_null(json);
    }
    if (hex != id) {
        nb_free(hex);
    }
}

/* One value of a field, at `member`, by its type in the descriptor. */
static void json_value(struct nb_json *json, const ProtobufCFieldDescriptor *field,
                       const void *member)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
        nb_json_int(json, *(const int64_t *)member);
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        nb_json_int(json, (int64_t) * (const uint64_t *)member);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        nb_json_int(json, *(const uint32_t *)member);
        break;
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_INT32:
        nb_json_int(json, *(const int32_t *)member);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        nb_json_bool(json, *(const protobuf_c_boolean *)member);
        break;
    case PROTOBUF_C_TYPE_STRING:
        nb_json_cstr(json, *(char *const *)member);
        break;
    case PROTOBUF_C_TYPE_ENUM: {
        const ProtobufCEnumValue *value =
            protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)member);
        nb_json_cstr(json, value ? value->name : NULL);
        break;
    }
    case PROTOBUF_C_TYPE_BYTES:
        json_bytes(json, member);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        nb_record_json(json, *(ProtobufCMessage *const *)member);
        break;
    default:
        nb_json_null(json);
        break;
    }
}

static size_t element_size(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return sizeof(int64_t);
    default:
        return sizeof(int32_t);
    }
}

static bool is_present(const ProtobufCFieldDescriptor *field, const char *base)
{
    const void *member = base + field->offset;
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return *(void *const *)member != NULL;
    }
    return *(const protobuf_c_boolean *)(const void *)(base + field->quantifier_offset) != 0;
}

void nb_record_json(struct nb_json *json, const ProtobufCMessage *message)
{
    const char *base = (const char *)message;
    nb_json_object(json);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const void *member = base + field->offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t n = *(const size_t *)(const void *)(base + field->quantifier_offset);
            if (n == 0) {
                continue;
            }
            const char *element = *(char *const *)member;
            nb_json_key(json, field->name);
            nb_json_array(json);
            for (size_t k = 0; k < n; k++, element += element_size(field)) {
                json_value(json, field, element);
            }
            nb_json_end(json);
        } else if (is_present(field, base)) {
            nb_json_key(json, field->name);
            json_value(json, field, member);
        }
    }
    nb_json_end(json);
}

Nb__Sentiment *nb_topic_sentiment(const struct nb_annotation *annotation, size_t i)
{
    Nb__Sentiment *own = annotation->topics[i]->sentiment;
    return own ? own : annotation->sentiment;
}

const char *nb_kind_name(Nb__Kind kind)
{
    static const char *const names[] = {"unknown", "article", "post", "comment",
                                        "review",  "entry",   "toot", "boost"};
    return names[kind >= 1 && kind <= 7 ? (int)kind : 0];
}

const char *nb_label_name(Nb__Label label)
{
    static const char *const names[] = {"unknown", "negative", "neutral", "positive"};
    return names[label >= 1 && label <= 3 ? (int)label : 0];
}

const char *nb_act_name(Nb__Edge__Act act)
{
    static const char *const names[] = {"unknown", "link", "reply", "mention",
                                        "quote",   "copy", "boost"};
    return names[act >= 1 && act <= 6 ? (int)act : 0];
}

const char *nb_form_name(Nb__Incident__Form form)
{
    static const char *const names[] = {"unknown", "spike",    "rise", "drop",
                                        "voices",  "negative", "claim"};
    return names[form >= 1 && form <= 6 ? (int)form : 0];
}

const char *nb_stream_name(Nb__Alarm__Stream stream)
{
    static const char *const names[] = {"unknown", "all", "voices", "negative", "claim"};
    if (stream >= NB__ALARM__STREAM__ARTICLE) {
        return nb_kind_name((Nb__Kind)((int)stream - NB__ALARM__STREAM__ARTICLE + 1));
    }
    return names[stream >= 1 && stream <= 4 ? (int)stream : 0];
}

const char *nb_state_name(Nb__Incident__State state)
{
    static const char *const names[] = {"unknown", "open", "calm", "closed"};
    return names[state >= 1 && state <= 3 ? (int)state : 0];
}

const char *nb_change_name(Nb__IncidentChange__What what)
{
    static const char *const names[] = {"unknown", "opened", "escalated", "calmed", "closed"};
    return names[what >= 1 && what <= 4 ? (int)what : 0];
}
