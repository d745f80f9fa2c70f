/**
 * Records: the messages of record.proto as C structs, in and out of bytes.
 *
 * Decoded records live in an arena and are borrowed from it; strings are NUL-terminated. Fields
 * that this program does not know are kept and written back. Owns protobuf-c.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_RECORD_H
#define NABIZ_RECORD_H

#include <record.pb-c.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/* House names for the generated structs; X(house name, generated struct, generated prefix) */
#define NB_RECORDS(X)                                                                              \
    X(source, Nb__Source, nb__source)                                                              \
    X(robots_record, Nb__Robots, nb__robots)                                                       \
    X(subscription, Nb__Subscription, nb__subscription)                                            \
    X(push, Nb__Push, nb__push)                                                                    \
    X(host, Nb__Host, nb__host)                                                                    \
    X(page_record, Nb__Page, nb__page)                                                             \
    X(schedule, Nb__Schedule, nb__schedule)                                                        \
    X(document, Nb__Document, nb__document)                                                        \
    X(audience, Nb__Audience, nb__audience)                                                        \
    X(author, Nb__Author, nb__author)                                                              \
    X(annotation, Nb__Annotation, nb__annotation)                                                  \
    X(edge, Nb__Edge, nb__edge)                                                                    \
    X(copy, Nb__Copy, nb__copy)                                                                    \
    X(author_doc, Nb__AuthorDoc, nb__author_doc)                                                   \
    X(standing, Nb__Standing, nb__standing)                                                        \
    X(standing_place, Nb__StandingPlace, nb__standing_place)                                       \
    X(mention, Nb__Mention, nb__mention)                                                           \
    X(topic_hour, Nb__TopicHour, nb__topic_hour)                                                   \
    X(topic_author, Nb__TopicAuthor, nb__topic_author)                                             \
    X(topic_watch, Nb__TopicWatch, nb__topic_watch)                                                \
    X(incident, Nb__Incident, nb__incident)                                                        \
    X(incident_change, Nb__IncidentChange, nb__incident_change)                                    \
    X(delivery, Nb__Delivery, nb__delivery)                                                        \
    X(recipient_state, Nb__Recipient, nb__recipient)                                               \
    X(errand, Nb__Errand, nb__errand)

#define nb_source Nb__Source
#define nb_robots_record Nb__Robots
#define nb_subscription Nb__Subscription
#define nb_push Nb__Push
#define nb_host Nb__Host
#define nb_page_record Nb__Page
#define nb_schedule Nb__Schedule
#define nb_document Nb__Document
#define nb_audience Nb__Audience
#define nb_author Nb__Author
#define nb_annotation Nb__Annotation
#define nb_edge Nb__Edge
#define nb_copy Nb__Copy
#define nb_author_doc Nb__AuthorDoc
#define nb_standing Nb__Standing
#define nb_standing_place Nb__StandingPlace
#define nb_mention Nb__Mention
#define nb_topic_hour Nb__TopicHour
#define nb_topic_author Nb__TopicAuthor
#define nb_topic_watch Nb__TopicWatch
#define nb_incident Nb__Incident
#define nb_incident_change Nb__IncidentChange
#define nb_delivery Nb__Delivery
#define nb_recipient_state Nb__Recipient
#define nb_errand Nb__Errand

/*
 * For each record:
 *   struct nb_X *nb_X_new(arena)                 an empty one, NULL at the arena's limit
 *   enum nb_err nb_X_encode(in, arena, out)      NB_OK, NB_ENOMEM
 *   enum nb_err nb_X_decode(in, arena, out)      NB_OK, NB_ENOMEM, NB_ECORRUPT
 * Encoding is deterministic: the same record gives the same bytes.
 */
#define X(name, type, prefix)                                                                      \
    struct type *nb_##name##_new(struct nb_arena *arena);                                          \
    enum nb_err nb_##name##_encode(const struct type *in, struct nb_arena *arena,                  \
                                   struct nb_slice *out) NB_MUSTUSE;                               \
    enum nb_err nb_##name##_decode(struct nb_slice in, struct nb_arena *arena, struct type **out)  \
        NB_MUSTUSE;
NB_RECORDS(X)
#undef X

/**
 * A record as readable JSON, fields in their order and absent ones left out, for `nabiz dump`.
 * Byte fields are printed in hexadecimal.
 */
struct nb_json;
void nb_record_json(struct nb_json *json, const ProtobufCMessage *message);

/** A string field to a slice; NULL gives the empty one. */
static inline struct nb_slice nb_field(const char *text)
{
    return nb_slice_str(text);
}

/** Whether a document is none of its author's: what it passes on is counted, the boost is an act.
 */
static inline bool nb_is_boost(const struct nb_annotation *annotation)
{
    return annotation->has_kind && annotation->kind == NB__KIND__BOOST;
}

/** What a document says of its i-th topic: what is said of that by itself, else as a whole. */
Nb__Sentiment *nb_topic_sentiment(const struct nb_annotation *annotation, size_t i);

/* More followers than there are people: a figure above this is a mistake, and so unknown. */
#define NB_AUDIENCE_MAX UINT64_C(10000000000)

/** Short lower-case names for people and JSON: "article", "negative", "reply", "spike". */
const char *nb_kind_name(Nb__Kind kind);
const char *nb_label_name(Nb__Label label);
const char *nb_act_name(Nb__Edge__Act act);
const char *nb_form_name(Nb__Incident__Form form);

/** "all", "voices", "negative", "claim", "article" ... */
const char *nb_stream_name(Nb__Alarm__Stream stream);

/** "open", "calm", "closed"; "opened", "escalated", "calmed", "closed". */
const char *nb_state_name(Nb__Incident__State state);
const char *nb_change_name(Nb__IncidentChange__What what);

#endif
