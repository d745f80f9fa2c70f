/**
 * One poll of one source, on its way from the scheduler through a fetch loop, a parser and the
 * writer back to the scheduler. Whoever has it owns it.
 *
 * Threads: a poll belongs to one thread at a time; it is handed over through queues.
 */
#ifndef NABIZ_CRAWLER_POLL_H
#define NABIZ_CRAWLER_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/log.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>

/* Key in the DUE table: u64 time, id. */
enum { NB_DUE_KEY_BYTES = 8 + NB_ID_BYTES };

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
    struct nb_source *state; /* from the last poll; empty at first */

    /* the fetch loop's: what came */
    struct nb_slice host; /* of the URL being asked */
    int redirects_n;
    bool permanent; /* all redirects so far were permanent */
    struct nb_buf body;
    size_t header_bytes;
    long status; /* 0: no answer */
    struct nb_slice etag, last_modified, content_type, retry_after;
    const char *moved_to; /* where permanent redirects led; NULL when nowhere */
    const char *failure;  /* static, or in the arena; NULL when there is an answer */
    bool refused;         /* the address is private */

    /* the parser's: what it means */
    int64_t answered_ms; /* wall time, not before now_ms; pauses count from here */
    struct nb_log_record *records;
    size_t records_n;
    size_t skipped_n; /* documents over a limit */
    bool unchanged;
    bool failed;

    /* the writer's: keys and values of its bookkeeping */
    uint8_t old_key[NB_DUE_KEY_BYTES];
    uint8_t new_key[NB_DUE_KEY_BYTES];
};

/** @return NULL when out of memory. */
struct nb_poll *nb_poll_new(size_t arena_bytes, size_t body_bytes);
void nb_poll_free(struct nb_poll *poll);

/** Free a list. */
void nb_poll_free_all(struct nb_poll *first);

void nb_due_key(int64_t due_ms, struct nb_id id, uint8_t out[NB_DUE_KEY_BYTES]);

/** First in, first out. Starts as {0}. */
struct nb_poll_list {
    struct nb_poll *first;
    struct nb_poll *last;
};

void nb_poll_list_add(struct nb_poll_list *list, struct nb_poll *poll);
struct nb_poll *nb_poll_list_take(struct nb_poll_list *list);

#endif
