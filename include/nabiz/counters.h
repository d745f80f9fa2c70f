/**
 * Counters and gauges: what a process did and where it stands, readable while it runs and after.
 *
 * Declared once below; `nabiz stats`, /metrics and the manual come from the table. Each process
 * maps its own page in the data directory, so that others read the numbers without asking it.
 *
 * Threads: relaxed atomics, any thread.
 */
#ifndef NABIZ_COUNTERS_H
#define NABIZ_COUNTERS_H

#include <stdint.h>

#include <nabiz/err.h>

/* X(id, "name", unit, one line); a name ending in _gauge is set, the others only grow. */
#define NB_COUNTER_TABLE(X)                                                                        \
    X(PID, "pid_gauge", "process", "the process, 0 when it stopped")                               \
    X(STARTED_MS, "started_gauge", "ms", "when the process started, Unix time")                    \
    X(SETTLED_MS, "settled_gauge", "ms", "wall time up to which everything due has been done")     \
    X(LOG_LAST, "log_last_gauge", "documents", "number of the last document stored or analysed")   \
    X(POLLS, "polls", "polls", "polls finished, whatever came of them")                            \
    X(POLLS_UNCHANGED, "polls_unchanged", "polls",                                                 \
      "polls answered 304 or with a body seen before")                                             \
    X(POLLS_FAILED, "polls_failed", "polls", "polls that brought an error")                        \
    X(FAILED_DNS, "failed_dns", "polls", "of those that failed: the name is not known")            \
    X(FAILED_CONNECT, "failed_connect", "polls", "of those that failed: no connection, or lost")   \
    X(FAILED_TLS, "failed_tls", "polls", "of those that failed: the certificate, or TLS")          \
    X(FAILED_TIMEOUT, "failed_timeout", "polls", "of those that failed: not in time")              \
    X(FAILED_HTTP, "failed_http", "polls", "of those that failed: HTTP status 4xx or 5xx")         \
    X(FAILED_FEED, "failed_feed", "polls", "of those that failed: no feed, or unreadable")         \
    X(FAILED_OTHER, "failed_other", "polls",                                                       \
      "of those that failed: robots.txt, limits, redirects")                                       \
    X(ROBOTS_ASKED, "robots_asked", "requests", "times a robots.txt was asked for")                \
    X(ROBOTS_DENIED, "robots_denied", "polls",                                                     \
      "polls not made because robots.txt denies them or cannot be had")                            \
    X(PUSHES, "pushes", "pushes", "pushes of hubs received, or read by the crawler")               \
    X(PUSHES_DROPPED, "pushes_dropped", "pushes",                                                  \
      "pushes with a wrong signature, of no subscription, or that could not be read")              \
    X(SUBSCRIPTIONS, "subscriptions_gauge", "subscriptions", "feeds that a hub pushes")            \
    X(BYTES_IN, "bytes_in", "bytes", "bytes of bodies received, after decompression")              \
    X(DOCS_STORED, "docs_stored", "documents", "new documents appended to the log")                \
    X(DOCS_REVISED, "docs_revised", "documents", "changed documents appended as revisions")        \
    X(DOCS_KNOWN, "docs_known", "documents", "documents seen again unchanged")                     \
    X(DOCS_SKIPPED, "docs_skipped", "documents", "documents over a limit, not stored or analysed") \
    X(COMMITS, "commits", "commits", "transactions committed")                                     \
    X(COMMIT_US, "commit_us", "us", "time spent in commits")                                       \
    X(COMMIT_RETRIES, "commit_retries", "commits", "commits tried again for want of space")        \
    X(DOCS_ANNOTATED, "docs_annotated", "documents", "documents annotated and committed")          \
    X(ALERTS, "alerts", "alerts", "alerts opened")                                                 \
    X(REQUESTS, "requests", "requests", "HTTP requests answered")                                  \
    X(MESSAGES_SENT, "messages_sent", "messages", "messages that recipients took")                 \
    X(MESSAGES_FAILED, "messages_failed", "attempts", "attempts to send a message that failed")    \
    X(MESSAGES_DEAD, "messages_dead", "messages", "messages that were given up")                   \
    X(OUTBOX, "outbox_gauge", "messages", "messages that wait to be sent")                         \
    X(RELOADS, "reloads", "reloads", "times sources or topics were read again")                    \
    X(RESTARTS, "restarts", "processes", "processes that ended and were started again")            \
    X(DIAG_WARN, "diag_warn", "lines", "warnings written")                                         \
    X(DIAG_ERROR, "diag_error", "lines", "errors written")

enum nb_counter {
#define X(id, name, unit, line) NB_CTR_##id,
    NB_COUNTER_TABLE(X)
#undef X
        NB_CTR_COUNT
};

struct nb_counter_row {
    const char *name;
    const char *unit;
    const char *line;
};

const struct nb_counter_row *nb_counter_row(enum nb_counter id);

void nb_counter_add(enum nb_counter id, int64_t n);
void nb_counter_set(enum nb_counter id, int64_t value);
int64_t nb_counter_get(enum nb_counter id);

/**
 * Keep the counters in a file from now on, made or taken over from an earlier life of the process;
 * what was counted so far is carried over, gauges and totals of the earlier life are kept.
 * Before this call they live in the process only. Call it before other threads count: what they
 * add while it runs may be lost.
 * @return NB_OK, NB_EIO.
 */
enum nb_err nb_counters_map(const char *path, struct nb_error *error) NB_MUSTUSE;

/** Read another process's page. @return NB_OK, NB_ENOTFOUND, NB_ENEWER (other layout), NB_EIO. */
enum nb_err nb_counters_read(const char *path, int64_t out[NB_CTR_COUNT]) NB_MUSTUSE;

#endif
