/**
 * One poll of one source, on its way from the scheduler through a fetch loop, a parser and the
 * writer back to the scheduler. Whoever has it owns it.
 *
 * Threads: a poll belongs to one thread at a time; it is handed over through queues.
 */
#ifndef NABIZ_CRAWLER_POLL_H
#define NABIZ_CRAWLER_POLL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/log.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>
#include <nabiz/sources.h>

#include "crawler/fetch/bytes.h"

/* Key in the DUE table: u64 time, id. */
enum { NB_DUE_KEY_BYTES = 8 + NB_ID_BYTES };

/**
 * A record of the crawl store that became known while fetching. All polls that went by it hold it,
 * and the first of them that is stored stores it too: nothing is stored that followed from what is
 * not.
 */
struct nb_note {
    atomic_uint refs;
    atomic_bool stored;
    struct nb_slice key, value; /* in the same block */
};

/** A copy with one reference. @return NULL when out of memory. */
struct nb_note *nb_note_new(struct nb_slice key, struct nb_slice value, bool stored);

/** Give a reference up. NULL is allowed. */
void nb_note_drop(struct nb_note *note);

/** A note that a poll holds. */
struct nb_poll_note {
    struct nb_poll_note *next;
    struct nb_note *note;
};

/** A host that asks for pauses, which a poll asked, or could not ask yet. Times are wall times. */
struct nb_poll_pace {
    struct nb_poll_pace *next;
    struct nb_slice host;
    int64_t asked_ms;
    int64_t delay_ms;      /* Crawl-delay; 0: none */
    int64_t closed_ms;     /* 429 or 503: nothing before then; 0: not closed */
    struct nb_slice value; /* the writer's: the record of it */
};

/** How far a poll came. */
enum nb_poll_outcome {
    NB_POLL_ASKED,       /* an answer, or a failure to get one */
    NB_POLL_DENIED,      /* by a rule of robots.txt */
    NB_POLL_UNREACHABLE, /* robots.txt cannot be had, which denies everything */
    NB_POLL_DEFERRED,    /* Crawl-delay: the turn of its host has not come */
};

/* A record of the crawl store that is put, or with value.p == NULL removed, with a poll. */
struct nb_poll_put {
    struct nb_poll_put *next;
    enum nb_table_id table;
    struct nb_slice key, value;
};

struct nb_rules;  /* fetch/rules.h */
struct nb_intake; /* social/intake.h */
struct nb_lease;  /* schedule/lease.h */
struct nb_pace;   /* schedule/pace.h */

struct nb_poll {
    struct nb_poll *next;                  /* in the list of whoever has it */
    struct nb_poll *live_prev, *live_next; /* the scheduler's list of polls under way */
    struct nb_arena *arena; /* all that is pointed at below, until the poll is freed */

    /* the scheduler's: what is asked */
    uint64_t ticket; /* order of dispatch, from 1, no gaps */
    int64_t now_ms;  /* when it was dispatched; the time of everything it brings */
    struct nb_id source;
    const char *source_url; /* as the sources file gives it */
    const char *url;        /* where to ask: the source's URL, or where it moved */
    Nb__Kind kind;
    int64_t every_s;
    const struct nb_source_request *request; /* how to ask; NULL: as everybody */
    struct nb_source *state;                 /* from the last poll; empty at first */
    int64_t due_ms;                          /* since when it was due */
    enum nb_source_walk walk;
    bool is_full;
    bool is_root;           /* of a site: its own address, with which a visit begins */
    Nb__Page *page;         /* of a site: which page is asked for, as it is known; else NULL */
    const char *accept;     /* header line; NULL: feeds */
    struct nb_lease *lease; /* marked when a request is sent; NULL without */
    struct nb_pace *pace;   /* of the host, while it is its turn; NULL without a Crawl-delay */

    /* the fetch loop's: what came */
    struct nb_slice host;   /* of the URL being asked */
    struct nb_slice origin; /* "http://host:port" of it */
    struct nb_slice path;   /* with the query */
    unsigned requests_n;
    int redirects_n;
    bool permanent; /* all redirects so far were permanent */
    struct nb_buf body;
    struct nb_bytes_hold hold; /* what it takes of the memory for bodies */
    size_t header_bytes;
    long status; /* 0: no answer */
    struct nb_slice etag, last_modified, content_type, retry_after;
    struct nb_slice cache_control, expires, date, age; /* see nb_poll_max_age_s() */
    struct nb_slice links;                             /* all Link headers, joined by ", " */
    const char *moved_to; /* where permanent redirects led; NULL when nowhere */
    const char *failure;  /* static, or in the arena; NULL when there is an answer */
    bool refused;         /* the address is private */
    bool is_ruled;        /* robots.txt lets it be asked; its address was only too busy */
    enum nb_poll_outcome outcome;
    int64_t retry_ms; /* DENIED, UNREACHABLE: when robots.txt is asked for again */
    struct nb_poll_note *notes;
    struct nb_poll_pace *paces;

    /* of a request for a robots.txt, which is no poll but goes the same way */
    struct nb_rules *rules;     /* what it is for; NULL for a poll */
    struct nb_fetch_loop *home; /* whose they are */
    bool is_answered;

    /* of what websub/ sends: a request to a hub, or something to be stored, which are no polls */
    bool is_websub;
    struct nb_intake *intake; /* documents of a spool, to be stored: no poll either; or NULL */
    bool asks;                /* once it is stored, the hub is asked */
    const char *token;        /* of the subscription */
    const char *form;         /* sent to the hub by POST */
    struct nb_poll_put *puts;

    /* the parser's: what it means */
    char *new_url;       /* where the feed says that it moved; NULL: it does not */
    int64_t answered_ms; /* wall time, not before now_ms; pauses count from here */
    struct nb_log_record *records;
    int64_t *published_ms; /* of each record; -1: not known */
    size_t records_n;
    bool *is_summary; /* of each record, with is_full: its page has more */
    size_t skipped_n; /* documents over a limit */
    uint64_t new_n;   /* the writer's: documents that nobody brought before */
    uint64_t revised_n;
    bool unchanged;
    bool failed;
    bool is_changed; /* DEFERRED, but there is something to remember */
    bool goes_on;    /* the visit of its site: another page is to be asked for */
    bool has_more;   /* the visit is over, for it was long, and not for want of pages */

    /* the writer's: its documents in the batch, and keys and values of its bookkeeping */
    size_t first_item;
    uint64_t documents_n; /* that the source brought before */
    bool is_pushed;       /* a hub reports what is new: polls are for safety only */
    bool has_rhythm;
    Nb__Rhythm *rhythm; /* of the source, before this poll */
    uint8_t old_key[NB_DUE_KEY_BYTES];
    uint8_t new_key[NB_DUE_KEY_BYTES];
};

/** @return NULL when out of memory. */
struct nb_poll *nb_poll_new(size_t arena_bytes, size_t body_bytes);
void nb_poll_free(struct nb_poll *poll);

/** Is it something to be stored, and no poll of a source? */
static inline bool nb_poll_is_note(const struct nb_poll *poll)
{
    return poll->is_websub || poll->intake;
}

/** Free the body, and give back what it took. */
void nb_poll_drop_body(struct nb_poll *poll);

/** Copy how to ask; NULL: as everybody. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_poll_set_request(struct nb_poll *poll,
                                const struct nb_source_request *request) NB_MUSTUSE;

/** Free a list. */
void nb_poll_free_all(struct nb_poll *first);

/** Let a poll hold a note; one it has already is not added. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_poll_hold(struct nb_poll *poll, struct nb_note *note) NB_MUSTUSE;

/** Remember when a host was asked. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_poll_paced(struct nb_poll *poll, struct nb_slice host, int64_t asked_ms,
                          int64_t delay_ms) NB_MUSTUSE;

/** Remember that a host wants nothing before a time. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_poll_closed(struct nb_poll *poll, struct nb_slice host,
                           int64_t closed_ms) NB_MUSTUSE;

/** When the host of a pace may be asked again. */
int64_t nb_poll_pace_turn_ms(const struct nb_poll_pace *pace);

/**
 * The answer's Retry-After (RFC 9110, 10.2.3: seconds or a date), at most a day.
 * @return seconds from now_ms; 0 when there is none.
 */
int64_t nb_poll_retry_after_s(const struct nb_poll *poll, int64_t now_ms);

/**
 * How long the answer says it stays as it is: Cache-Control max-age, else Expires, less its Age
 * (RFC 9111, 4.2).
 * @return seconds from now_ms, 0 when it asks not to be kept; -1 when it does not say.
 */
int64_t nb_poll_max_age_s(const struct nb_poll *poll, int64_t now_ms);

/** Let a record be put with a poll; key and value live as long. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_poll_put(struct nb_poll *poll, enum nb_table_id table, struct nb_slice key,
                        struct nb_slice value) NB_MUSTUSE;

void nb_due_key(int64_t due_ms, struct nb_id id, uint8_t out[NB_DUE_KEY_BYTES]);

/** First in, first out. Starts as {0}. */
struct nb_poll_list {
    struct nb_poll *first;
    struct nb_poll *last;
};

void nb_poll_list_add(struct nb_poll_list *list, struct nb_poll *poll);
struct nb_poll *nb_poll_list_take(struct nb_poll_list *list);

#endif
