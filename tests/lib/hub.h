/**
 * A WebSub hub with one feed that the test program is, and crawl and serve as two processes that
 * know no other web. Each child does what is written to its pipe: 'r' reads the sources again, the
 * end of the pipe stops it.
 *
 * Threads: one; everything is about the one hub, and fails the test where it cannot go on.
 */
#ifndef NABIZ_TEST_HUB_H
#define NABIZ_TEST_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <nabiz/arena.h>
#include <nabiz/hash.h>
#include <nabiz/slice.h>

#define NBT_HUB_TOPIC "http://blog.example/feed"
#define NBT_HUB_TOPIC_QUERY "http%3A%2F%2Fblog.example%2Ffeed"

struct nbt_hub_child {
    pid_t pid;
    int commands; /* written by us */
    int port;     /* serve's */
};

extern struct nbt_hub {
    char *dir;
    int fd; /* the hub listens */
    int port;
    unsigned polls_n;    /* of the feed */
    unsigned requests_n; /* at the hub */
    char form[4096];     /* the last request */
    int status;          /* what the hub answers */
    bool has_hub;
    struct nbt_hub_child crawl, serve;
    struct nb_arena *arena;
} nbt_hub;

/** Around each test: a fresh directory, the hub listens; and no child is left. */
int nbt_hub_open(void **state);
int nbt_hub_close(void **state);

/** What the crawl has as sources; a 'r' to it reads them. */
void nbt_hub_set_sources(const char *text);

/** Start crawl or serve; it is in nbt_hub by the caller. */
struct nbt_hub_child nbt_hub_start_child(bool is_serve);
void nbt_hub_end_child(struct nbt_hub_child *child, bool kill_it);

/** Both run and the subscription is active; its token and secret. */
void nbt_hub_subscribe(const char **token, const char **secret);

/** Answer as hub and feed until a condition holds: one of the three below. */
void nbt_hub_serve_until(bool (*condition)(uint64_t n), uint64_t n);
bool nbt_hub_was_asked(uint64_t n);
bool nbt_hub_has_documents(uint64_t n);
bool nbt_hub_has_state(uint64_t state); /* of the subscription; 0: there is none */

uint64_t nbt_hub_documents_n(void);

/** A value of the last request to the hub, decoded. */
char *nbt_hub_form_value(const char *name);

/** The hub asks back. @return the status; *echo is what was answered. */
int nbt_hub_ask_back(const char *token, const char *query, const char **echo);

/** A feed with one entry; its signature; both as a push. @return the status. */
struct nb_slice nbt_hub_item(int number);
char *nbt_hub_sign(enum nb_mac mac, const char *secret, struct nb_slice body);
int nbt_hub_push(const char *token, struct nb_slice body, const char *signature);
int nbt_hub_push_item(const char *token, const char *secret, int number, enum nb_mac mac);

#endif
