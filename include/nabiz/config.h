/**
 * Configuration: one table says what can be set; the parser, `nabiz config dump`, the sample file
 * and the manual all come from it.
 *
 * The file's syntax is libucl's nginx style, the part of it that a settings file needs:
 * `key = value;`, `section { ... }`, `section name { ... }` only where the table says so, quoted
 * and bare strings, numbers with k/m/g and ms/s/min/h/d suffixes, on/off, # and nested C comments.
 * No macros, no includes, no variables.
 *
 * Threads: a loaded nb_config is immutable and shared.
 */
#ifndef NABIZ_CONFIG_H
#define NABIZ_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/* A PATH is a string that is made absolute when it is loaded. */
enum nb_config_type {
    NB_CONFIG_STRING,
    NB_CONFIG_PATH,
    NB_CONFIG_INT,
    NB_CONFIG_BOOL,
    NB_CONFIG_ENUM
};

/* What an integer counts; decides which suffixes are allowed and how it is printed. */
enum nb_config_unit { NB_UNIT_NONE, NB_UNIT_MS, NB_UNIT_S, NB_UNIT_MIN, NB_UNIT_BYTES };

/*
 * X(id, "section.key", type, min, max, default number, default string or enum names, unit, line)
 * For an ENUM the names are "a|b|c" and the default number is the index of the default.
 */
#define NB_CONFIG_TABLE(X)                                                                         \
    X(DATA_DIR, "data.dir", PATH, 1, 4096, 0, "data", NONE,                                        \
      "directory of the three stores and of what nabiz writes")                                    \
    X(SOURCES, "data.sources", PATH, 1, 4096, 0, "sources.list", NONE,                             \
      "file of the sources to poll, one per line")                                                 \
    X(RECIPIENTS, "data.recipients", PATH, 1, 4096, 0, "recipients.conf", NONE,                    \
      "file of those who are sent alerts and digests; when it is missing, nobody is")              \
    X(TEAMS, "data.teams", PATH, 1, 4096, 0, "teams.conf", NONE,                                   \
      "file of the teams that get digests, and when")                                              \
    X(TOPICS, "data.topics", PATH, 1, 4096, 0, "topics", NONE,                                     \
      "directory of topic queries, one NAME.topic file each")                                      \
    X(LEXICONS, "data.lexicons", PATH, 0, 4096, 0, "", NONE,                                       \
      "directory of the lexicons; empty: the one installed with the program")                      \
    X(LOCAL_MODEL, "data.local_model", PATH, 0, 4096, 0, "", NONE,                                 \
      "a local model, which corrects sentiment, emotions and intents; empty: none")                \
    X(TEMPLATES, "data.templates", PATH, 0, 4096, 0, "", NONE,                                     \
      "directory of the digest templates; empty: the one installed with the program")              \
    X(CLOCK_FILE, "clock.file", PATH, 0, 4096, 0, "", NONE,                                        \
      "file of a settable clock, for tests and demonstrations; empty: the system clock")           \
    X(UTC_OFFSET, "clock.utc_offset", INT, -840, 840, 180, "", MIN,                                \
      "the zone of days, hours and zone-less dates, east of UTC (Turkey: 180)")                    \
    X(STORE_SYNC, "store.sync", ENUM, 0, 1, 0, "commit|lazy", NONE,                                \
      "commit: what was reported as stored survives a power cut; lazy: the last commit may not")   \
    X(STORE_MAX, "store.max", INT, 1048576, 17592186044416, 1099511627776, "", BYTES,              \
      "largest size of each store")                                                                \
    X(STORE_MAP, "store.map", INT, 1048576, 17592186044416, 67108864, "", BYTES,                   \
      "memory map each store starts with; grows by itself up to store.max")                        \
    X(GROUP_N, "store.group", INT, 1, 100000, 4000, "", NONE,                                      \
      "documents committed together at most")                                                      \
    X(LOOPS, "crawl.loops", INT, 1, 64, 1, "", NONE, "event loops that fetch")                     \
    X(PARSERS, "crawl.parsers", INT, 1, 64, 2, "", NONE, "threads that parse what was fetched")    \
    X(IN_FLIGHT, "crawl.in_flight", INT, 1, 100000, 256, "", NONE, "polls under way at once")      \
    X(INTERVAL, "crawl.interval", INT, 1, 2592000, 1800, "", S,                                    \
      "time between two polls of a source, on the average of all sources")                         \
    X(ADAPTIVE, "crawl.adaptive", BOOL, 0, 1, 1, "", NONE,                                         \
      "poll a source when something new is likely; off: each every crawl.interval")                \
    X(BUDGET, "crawl.budget", INT, 0, 1000000000, 0, "", NONE,                                     \
      "polls a day, of all sources without `every`; 0: as many as crawl.interval makes")           \
    X(INTERVAL_MIN, "crawl.interval_min", INT, 0, 2592000, 0, "", S,                               \
      "the shortest time between two polls; 0: a twentieth of the average, at least 20s")          \
    X(INTERVAL_MAX, "crawl.interval_max", INT, 0, 2592000, 0, "", S,                               \
      "the longest time between two polls that go well; 0: 12 times the average")                  \
    X(HOST_GAP, "crawl.host_gap", INT, 0, 3600000, 1000, "", MS,                                   \
      "pause between two requests to one host")                                                    \
    X(SITE_PAGES, "crawl.site_pages", INT, 1, 100000, 100, "", NONE,                               \
      "pages of a site with `walk` that are asked for in one visit, at most")                      \
    X(SITE_KNOWN, "crawl.site_known", INT, 100, 10000000, 20000, "", NONE,                         \
      "pages of such a site that are remembered; those asked for most rarely are forgotten")       \
    X(ADDRESS_GAP, "crawl.address_gap", INT, 0, 3600000, 100, "", MS,                              \
      "pause between two requests to one address, whatever the hosts; 0: none, and no limit")      \
    X(ADDRESS_MOST, "crawl.address_connections", INT, 1, 1000, 6, "", NONE,                        \
      "requests to one address under way at once")                                                 \
    X(TIMEOUT, "crawl.timeout", INT, 1, 3600, 30, "", S, "the longest a transfer may take")        \
    X(STALL, "crawl.stall", INT, 1, 3600, 20, "", S,                                               \
      "a transfer that brings less than 64 bytes a second for this long is ended")                 \
    X(BODY_MAX, "crawl.body_max", INT, 1024, 1073741824, 16777216, "", BYTES,                      \
      "the largest body after decompression")                                                      \
    X(BODIES_MAX, "crawl.bodies_max", INT, 1024, 1099511627776, 268435456, "", BYTES,              \
      "memory for all bodies under way; when it is used up, transfers wait")                       \
    X(USER_AGENT, "crawl.user_agent", STRING, 0, 512, 0, "", NONE,                                 \
      "how the crawler names itself; empty: nabiz/VERSION (+crawl.contact)")                       \
    X(CONTACT, "crawl.contact", STRING, 0, 512, 0, "", NONE,                                       \
      "address a site's owner can write to or read; asked for by `nabiz doctor`")                  \
    X(PROXY, "crawl.proxy", STRING, 0, 1024, 0, "", NONE,                                          \
      "http://, socks5:// or socks5h:// proxy that everything is fetched through; empty: none")    \
    X(CA_FILE, "crawl.ca_file", PATH, 0, 4096, 0, "", NONE,                                        \
      "file of the certificates that others are checked against; empty: the system's")             \
    X(TLS_SESSIONS, "crawl.tls_sessions", INT, 0, 1073741824, 67108864, "", BYTES,                 \
      "memory for TLS sessions, 2 to 10 KiB a host, so that the next poll costs less; 0: none")    \
    X(ROBOTS, "crawl.robots", BOOL, 0, 1, 1, "", NONE,                                             \
      "obey robots.txt; off only for tests and company networks")                                  \
    X(DELAY_MAX, "crawl.delay_max", INT, 0, 86400, 86400, "", S,                                   \
      "the longest Crawl-delay of a robots.txt that is kept to; a longer one is cut")              \
    X(CONFINE, "crawl.confine", BOOL, 0, 1, 1, "", NONE,                                           \
      "take system calls away from the crawler that it does not need")                             \
    X(ALLOW_PRIVATE, "crawl.allow_private", BOOL, 0, 1, 0, "", NONE,                               \
      "fetch from loopback and private addresses too; for tests and company networks")             \
    X(CONNECT_TO, "crawl.connect_to", STRING, 0, 256, 0, "", NONE,                                 \
      "HOST:PORT that every request is sent to whatever its URL says; for tests")                  \
    X(ORDERED, "crawl.ordered", BOOL, 0, 1, 0, "", NONE,                                           \
      "store polls in the order they were due; slower, but the log is the same every time")        \
    X(WORKERS, "analyze.workers", INT, 1, 64, 2, "", NONE, "threads that annotate")                \
    X(BATCH, "analyze.batch", INT, 1, 100000, 1000, "", NONE,                                      \
      "documents annotated and committed together at most")                                        \
    X(DOCUMENT_MAX, "analyze.document_max", INT, 65536, 1073741824, 33554432, "", BYTES,           \
      "memory one document may take; over it, it is skipped and counted")                          \
    X(LISTEN, "serve.listen", STRING, 0, 256, 0, "127.0.0.1:8420", NONE,                           \
      "address and port of the pages and the API; empty: none")                                    \
    X(WEBSUB_CALLBACK, "websub.callback", STRING, 0, 1024, 0, "", NONE,                            \
      "public address that leads to /websub on serve.listen; empty: no WebSub, feeds are polled")  \
    X(WEBSUB_LEASE, "websub.lease", INT, 3600, 2592000, 864000, "", S,                             \
      "how long hubs are asked to push before they are asked again")                               \
    X(WEBSUB_INBOX_MAX, "websub.inbox_max", INT, 1048576, 17179869184, 67108864, "", BYTES,        \
      "pushes that wait for the crawler at most; hubs are told to come again later")               \
    X(WEBSUB_INBOX_AGE, "websub.inbox_age", INT, 60, 2592000, 86400, "", S,                        \
      "the longest a push waits for the crawler; polls find what was in it")                       \
    X(DELIVER_QUEUE_MAX, "deliver.queue_max", INT, 1048576, 17179869184, 67108864, "", BYTES,      \
      "messages that wait to be sent at most; no recipient takes more than a quarter of it")       \
    X(DELIVER_LOG_AGE, "deliver.log_age", INT, 691200, 315360000, 7776000, "", S,                  \
      "how long it is kept what was sent to whom, and what could not be")                          \
    X(DELIVER_ALERT_AGE, "deliver.alert_age", INT, 60, 2592000, 86400, "", S,                      \
      "what happened to an incident longer ago than this is not sent any more")                    \
    X(DELIVER_TIMEOUT, "deliver.timeout", INT, 1, 300, 20, "", S,                                  \
      "the longest a recipient may take to answer")                                                \
    X(DELIVER_IN_FLIGHT, "deliver.in_flight", INT, 1, 1000, 32, "", NONE,                          \
      "recipients that are sent to at once, at most")                                              \
    X(DELIVER_PRIVATE, "deliver.allow_private", BOOL, 0, 1, 0, "", NONE,                           \
      "send to loopback and private addresses too; for tests and company networks")                \
    X(DELIVER_PROXY, "deliver.proxy", STRING, 0, 1024, 0, "", NONE,                                \
      "http://, socks5:// or socks5h:// proxy that webhooks are sent through; empty: none")        \
    X(DELIVER_CA_FILE, "deliver.ca_file", PATH, 0, 4096, 0, "", NONE,                              \
      "file of the certificates that recipients are checked against; empty: the system's")         \
    X(DELIVER_PAGES, "deliver.pages", STRING, 0, 1024, 0, "", NONE,                                \
      "address that leads people to the pages of serve.listen, for links; empty: no links")        \
    X(MAIL_SERVER, "mail.server", STRING, 0, 256, 0, "", NONE,                                     \
      "smtp://HOST:PORT or smtps://HOST:PORT that takes mail; empty: no mail is sent")             \
    X(MAIL_FROM, "mail.from", STRING, 0, 320, 0, "", NONE, "who mail comes from: NAME <BOX@HOST>") \
    X(MAIL_USER, "mail.user", STRING, 0, 256, 0, "", NONE,                                         \
      "user name at the mail server; empty: none is asked for")                                    \
    X(MAIL_PASSWORD_FILE, "mail.password_file", PATH, 0, 4096, 0, "", NONE,                        \
      "file with the password, which only nabiz may read")                                         \
    X(MAIL_TLS, "mail.tls", ENUM, 0, 2, 0, "auto|always|never", NONE,                              \
      "STARTTLS: always; never; auto: always, but on loopback where it is used if offered")        \
    X(MAIL_LEAVE, "mail.leave", STRING, 0, 1024, 0, "", NONE,                                      \
      "mailto: or https: address where a reader ends the subscription; empty: none")               \
    X(BACKOFF_MIN, "run.backoff_min", INT, 1, 3600000, 500, "", MS,                                \
      "pause before a process that ended is started again; doubles each time")                     \
    X(BACKOFF_MAX, "run.backoff_max", INT, 1, 3600000, 30000, "", MS, "the longest such pause")    \
    X(STOP_WAIT, "run.stop_wait", INT, 100, 600000, 8000, "", MS,                                  \
      "time a process has to stop before it is killed")                                            \
    X(LOG_LEVEL, "log.level", ENUM, 0, 3, 1, "debug|info|warn|error", NONE,                        \
      "diagnostics below this are dropped")

enum nb_config_id {
#define X(id, name, type, min, max, number, text, unit, line) NB_CFG_##id,
    NB_CONFIG_TABLE(X)
#undef X
        NB_CFG_COUNT
};

struct nb_config_row {
    const char *name; /* "section.key" */
    enum nb_config_type type;
    int64_t min; /* of a number, or of a string's length */
    int64_t max;
    int64_t number;   /* default */
    const char *text; /* default string, or the names of an enum */
    enum nb_config_unit unit;
    const char *line; /* for people */
};

/** Row of the table; id < NB_CFG_COUNT. */
const struct nb_config_row *nb_config_row(enum nb_config_id id);

struct nb_config;

/**
 * Read a file. Relative paths in it and in the defaults are relative to the file's directory; all
 * are absolute afterwards.
 * @param path       NULL: defaults only, paths relative to the working directory.
 * @param overrides  "section.key=value" strings that win over the file, e.g. from --set; paths in
 *                   them are relative to the working directory.
 * Everything that is wrong is reported: the first in *error, the rest through diag.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ESYNTAX, NB_EINVAL (unknown key, wrong type or range; the
 *         detail has file, line and a suggestion), NB_ETOOBIG (over 1 MiB), NB_ENOMEM.
 */
enum nb_err nb_config_load(const char *path, const char *const *overrides, size_t overrides_n,
                           struct nb_config **out, struct nb_error *error) NB_MUSTUSE;
void nb_config_free(struct nb_config *config);

/** Value of a number, flag or enum (its index). */
int64_t nb_config_int(const struct nb_config *config, enum nb_config_id id);

/**
 * Value of a string; never NULL. Paths are absolute; data.lexicons and data.templates name the
 * installed directory where they were left empty. Lives as long as config.
 */
const char *nb_config_str(const struct nb_config *config, enum nb_config_id id);

/** Do two configurations agree on a setting? */
bool nb_config_same(const struct nb_config *a, const struct nb_config *b, enum nb_config_id id);

/** The file it came from, as given, or NULL. */
const char *nb_config_path(const struct nb_config *config);

/**
 * Write a file that loads to the same values.
 * @param sample  true: the defaults, each with its explanation, everything commented out.
 */
void nb_config_dump(const struct nb_config *config, bool sample, struct nb_buf *out);

#define NB_CONFIG_NUMBER_BYTES 32

/**
 * "16m", "1500ms", "3h": a whole number with at most one suffix that fits the unit; without one it
 * counts the unit itself. k, m, g are powers of 1024.
 * @return NULL and *out, or what is wrong with the text.
 */
const char *nb_config_number_parse(struct nb_slice text, enum nb_config_unit unit, int64_t *out);

/** With the largest suffix that leaves a whole number. */
void nb_config_number_print(int64_t number, enum nb_config_unit unit,
                            char out[NB_CONFIG_NUMBER_BYTES]);

/** The closest of names to a misspelt word, or NULL when none is near (edit distance over 1/3). */
const char *nb_suggest(struct nb_slice word, const char *const *names, size_t names_n);

#endif
