/**
 * Life events: what happened to whom, how far it is, and how sure that is, by the rules of
 * lexicons/events.
 *
 * Threads: sealed events are immutable; nb_events_find() is pure.
 */
#ifndef NABIZ_EVENTS_H
#define NABIZ_EVENTS_H

#include <nabiz/arena.h>
#include <nabiz/err.h>

#include "analyzer/reading.h"
#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/report.h"

#define NB_EVENTS_SECOND_FILE "events/second.txt" /* in the directory of the lexicons */

/* id, name: in the output, and of the file of its rules */
#define NB_EVENT_TYPES(X)                                                                          \
    X(ENGAGEMENT, "engagement")                                                                    \
    X(MARRIAGE, "marriage")                                                                        \
    X(DIVORCE, "divorce")                                                                          \
    X(PREGNANCY, "pregnancy")                                                                      \
    X(BIRTH, "birth")                                                                              \
    X(CIRCUMCISION, "circumcision")                                                                \
    X(GRADUATION, "graduation")                                                                    \
    X(UNIVERSITY, "university_placement")                                                          \
    X(SPECIALTY, "specialty_exam")                                                                 \
    X(TEACHER, "teacher_appointment")                                                              \
    X(CIVIL_SERVICE, "civil_service_appointment")                                                  \
    X(NEW_JOB, "new_job")                                                                          \
    X(PROMOTION, "promotion")                                                                      \
    X(JOB_LOSS, "job_loss")                                                                        \
    X(RETIREMENT, "retirement")                                                                    \
    X(ENLISTMENT, "military_enlistment")                                                           \
    X(DISCHARGE, "military_discharge")                                                             \
    X(MOVING, "moving")                                                                            \
    X(HOME, "home_purchase")                                                                       \
    X(CAR, "car_purchase")                                                                         \
    X(BEREAVEMENT, "bereavement")                                                                  \
    X(ILLNESS, "illness")                                                                          \
    X(PILGRIMAGE, "pilgrimage")                                                                    \
    X(EMIGRATION, "emigration")                                                                    \
    X(BUSINESS, "business_opening")

enum nb_event_type {
#define X(id, name) NB_EVENT_##id,
    NB_EVENT_TYPES(X)
#undef X
        NB_EVENT_TYPES_N
};

enum nb_event_stage {
    NB_STAGE_WISHED,
    NB_STAGE_PLANNED,
    NB_STAGE_ONGOING,
    NB_STAGE_HAPPENED,
    NB_STAGE_NEGATED,
    NB_STAGE_N /* none: as a setting, that nothing is said */
};

enum nb_event_subject { NB_SUBJECT_SELF, NB_SUBJECT_OTHER, NB_SUBJECT_N /* none */ };

struct nb_event {
    uint8_t type;    /* enum nb_event_type */
    uint8_t stage;   /* enum nb_event_stage, below NB_STAGE_N */
    uint8_t subject; /* enum nb_event_subject, below NB_SUBJECT_N */
    bool reported;   /* hearsay, else witnessed */
    int32_t confidence_milli;
    uint32_t begin, end; /* tokens of the text */
    uint32_t line;       /* of the rule, in the file of the type */
};

struct nb_events;

const char *nb_event_type_name(enum nb_event_type type);
const char *nb_event_stage_name(enum nb_event_stage stage);
const char *nb_event_subject_name(enum nb_event_subject subject);

/** @return false if the name is none of them. */
bool nb_event_type_parse(struct nb_slice name, enum nb_event_type *out);
bool nb_event_stage_parse(struct nb_slice name, enum nb_event_stage *out);
bool nb_event_subject_parse(struct nb_slice name, enum nb_event_subject *out);

/**
 * The file of a type's rules in the directory of the lexicons, in arena.
 * @param type  NB_EVENT_TYPES_N: what all types share.
 */
const char *nb_events_file(enum nb_event_type type, struct nb_arena *arena);

/**
 * No rules yet.
 * @param building  for what grows while files are read; not needed any more once they are sealed.
 * @return NULL when the arena is full.
 */
struct nb_events *nb_events_new(struct tr_lexicon *lexicon, struct nb_arena *arena,
                                struct nb_arena *building);

/**
 * Read a file of rules; a bad line costs only that line. What all types share is read first.
 * @param type  NB_EVENT_TYPES_N: what all types share.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_events_add(struct nb_events *events, enum nb_event_type type, struct nb_slice text,
                          tr_report_fn *report, void *context) NB_MUSTUSE;

/**
 * Read the weights of the second opinion (second.h); a bad line costs only that line.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_events_add_second(struct nb_events *events, struct nb_slice text,
                                 tr_report_fn *report, void *context) NB_MUSTUSE;

/**
 * Told of what the second opinion looks at: of each post, and then of at most one hit of a type in
 * it.
 * @param type    of the hit; NB_EVENT_TYPES_N: it is the post itself.
 * @param rivals  set of the other types of its family, which it may be mistaken for.
 * @param names   of its features.
 */
typedef void nb_events_judged_fn(void *context, enum nb_event_type type, uint32_t rivals,
                                 const struct nb_slice *names, size_t names_n);

/** Tell of all of them from here on. For training, by one thread. */
void nb_events_on_judged(struct nb_events *events, nb_events_judged_fn *judged, void *context);

/**
 * From here on find what rules say that are no proposals, whatever the second opinion thinks of it;
 * or as usual again. For checking the examples of rules, by one thread.
 */
void nb_events_rules_alone(struct nb_events *events, bool alone);

/** After the vocabulary of the lexicon is complete. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_events_seal(struct nb_events *events) NB_MUSTUSE;

/** Number of rules, all types together. */
size_t nb_events_rules_n(const struct nb_events *events);

/**
 * Life events of a text: at most one of each type, the surest one, in the order of the types.
 * @param title  blocks and contexts count there too; events are found in the text alone.
 * @param out    [out] in arena.
 * @return NB_OK, NB_ENOMEM.
 * Cost: grows with the text and with the rules that some word of it may begin, not with all rules.
 */
enum nb_err nb_events_find(const struct nb_events *events, const struct nb_reading_text *title,
                           const struct nb_reading_text *text, struct nb_arena *arena,
                           struct nb_event **out, size_t *out_n) NB_MUSTUSE;

/**
 * Take the next example (`= "text" -> none` or `-> self happened [reported]`) off *examples.
 * @param want  [out] what is expected, trimmed.
 * @return false at the end, or, with text->p == NULL, when it cannot be read.
 */
bool nb_event_example(struct nb_slice *examples, struct nb_slice *text, struct nb_slice *want);

/** The examples of a line of rules, empty for none. */
struct nb_slice nb_event_examples(struct nb_slice line);

#endif
