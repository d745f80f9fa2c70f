#include "tests/lib/receiver.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nabiz/hash.h>

#include "tests/lib/web.h"

enum { BODY_BYTES = 64 << 10, HEADER_BYTES = 400, LATE_MS = 150, LOOK_MS = 20 };

struct known {
    char id[80];
    char incident[40];
    long ordinal;
    size_t seen_n;
    bool has_effect;
};

struct nbt_receiver {
    enum nbt_receiver_mood mood;
    bool is_signed;
    struct nb_secret secret;
    uint64_t seed;
    struct nbt_web *web; /* the main thread's */
    atomic_bool is_stopping;
    pthread_mutex_t mu;
    struct known known[NBT_RECEIVER_IDS]; /* guarded by mu, as all below */
    size_t known_n;
    size_t requests_n;
    size_t effects_n;
    size_t wrong_n;
    size_t refusals_n;
    size_t disorder_n;
};

/* The value of a header, "" when there is none. */
static const char *header(const char *head, const char *name, char out[HEADER_BYTES])
{
    char start[80];
    (void)snprintf(start, sizeof(start), "\r\n%s: ", name);
    const char *at = strstr(head, start);
    out[0] = '\0';
    if (at) {
        (void)sscanf(at + strlen(start), "%399[^\r]", out);
    }
    return out;
}

/* The whole body. @return false when the connection ended before */
static bool read_body(int fd, const char *text, char *out, size_t *len)
{
    char length[HEADER_BYTES];
    size_t wanted = strtoul(header(text, "Content-Length", length), NULL, 10);
    const char *begin = strstr(text, "\r\n\r\n");
    if (!begin || wanted >= BODY_BYTES) {
        return false;
    }
    *len = strlen(begin + 4);
    memcpy(out, begin + 4, *len);
    while (*len < wanted) {
        ssize_t n = recv(fd, out + *len, wanted - *len, 0);
        if (n <= 0) {
            return false;
        }
        *len += (size_t)n;
    }
    out[*len] = '\0';
    return true;
}

static bool is_right(const struct nbt_receiver *receiver, const char *text, const char *id,
                     struct nb_slice body)
{
    char stamp[HEADER_BYTES];
    char signature[HEADER_BYTES];
    struct nb_buf want;
    if (!receiver->is_signed) {
        return true;
    }
    (void)header(text, "webhook-signature", signature);
    nb_buf_init(&want, 1024);
    bool ok = nb_webhook_sign(&receiver->secret, 1, nb_slice_str(id),
                              strtoll(header(text, "webhook-timestamp", stamp), NULL, 10), body,
                              &want) == NB_OK &&
              nb_slice_find(nb_slice_str(signature), nb_buf_slice(&want), 0) != NB_NPOS;
    nb_buf_fini(&want);
    return ok;
}

static struct known *know(struct nbt_receiver *receiver, const char *id, const char *body)
{
    for (size_t i = 0; i < receiver->known_n; i++) {
        if (strcmp(receiver->known[i].id, id) == 0) {
            return &receiver->known[i];
        }
    }
    if (receiver->known_n == NBT_RECEIVER_IDS) {
        fprintf(stderr, "receiver: more than %d ids\n", NBT_RECEIVER_IDS);
        exit(1);
    }
    struct known *k = &receiver->known[receiver->known_n++];
    const char *incident = strstr(body, "\"incident\":\"");
    const char *ordinal = strstr(body, "\"ordinal\":");
    (void)snprintf(k->id, sizeof(k->id), "%.79s", id);
    if (incident && ordinal) {
        (void)sscanf(incident + strlen("\"incident\":\""), "%39[^\"]", k->incident);
        k->ordinal = strtol(ordinal + strlen("\"ordinal\":"), NULL, 10);
    }
    return k;
}

static void take_effect(struct nbt_receiver *receiver, struct known *k)
{
    if (k->has_effect) {
        return;
    }
    k->has_effect = true;
    receiver->effects_n++;
    for (size_t i = 0; i < receiver->known_n; i++) {
        const struct known *other = &receiver->known[i];
        receiver->disorder_n += k->incident[0] && other->has_effect &&
                                other->ordinal > k->ordinal &&
                                strcmp(other->incident, k->incident) == 0;
    }
}

/* What is done to a request. */
enum act { ACCEPT, LATE, DROP, FAIL, BUSY, HANG, HALF, GONE };

static enum act act_of(const struct nbt_receiver *receiver, const struct known *k)
{
    static const enum act acts[20] = {DROP, DROP, DROP, DROP, DROP, DROP, FAIL, FAIL,
                                      BUSY, HANG, HALF, HALF, LATE, LATE, LATE};
    char text[128];
    if (receiver->mood != NBT_CHAOTIC) {
        return receiver->mood == NBT_HANGING ? HANG : receiver->mood == NBT_FULL ? GONE : ACCEPT;
    }
    if (k->seen_n > NBT_RECEIVER_BORNE) {
        return ACCEPT;
    }
    int n = snprintf(text, sizeof(text), "%llu %s %zu", (unsigned long long)receiver->seed, k->id,
                     k->seen_n);
    return acts[(nb_hash64(nb_slice(text, (size_t)n)) >> 20) % 20];
}

/* Until the other side gives up. */
static void hang(const struct nbt_receiver *receiver, int fd)
{
    char byte;
    struct pollfd ended = {fd, POLLIN, 0};
    while (!atomic_load(&receiver->is_stopping)) {
        if (poll(&ended, 1, LOOK_MS) == 1 && recv(fd, &byte, 1, 0) <= 0) {
            return;
        }
    }
}

static void answer_with(const struct nbt_receiver *receiver, int fd, enum act act)
{
    switch (act) {
    case LATE:
        (void)poll(NULL, 0, LATE_MS);
        nbt_web_send_page(fd, "200 OK\r\n", "{\"thank\":\"you\"}");
        break;
    case FAIL:
        nbt_web_send_page(fd, "500 Oh\r\n", "no");
        break;
    case BUSY:
        nbt_web_send_page(fd, "503 Busy\r\nRetry-After: 2\r\n", "no");
        break;
    case GONE:
        nbt_web_send_page(fd, "410 Gone\r\n", "no");
        break;
    case HANG:
        hang(receiver, fd);
        break;
    case HALF: /* it took effect, and the answer is lost */
    case DROP:
        break;
    case ACCEPT:
        nbt_web_send_page(fd, "204 No Content\r\n", "");
        break;
    }
}

static bool answer(void *arg, int fd, const struct nbt_request *request)
{
    struct nbt_receiver *receiver = arg;
    char id[HEADER_BYTES];
    size_t len = 0;
    char *body = malloc(BODY_BYTES);
    if (!body || !read_body(fd, request->text, body, &len)) {
        free(body);
        return false;
    }
    (void)header(request->text, "webhook-id", id);
    pthread_mutex_lock(&receiver->mu);
    receiver->requests_n++;
    receiver->wrong_n += !is_right(receiver, request->text, id, nb_slice(body, len));
    struct known *k = know(receiver, id, body);
    k->seen_n++;
    enum act act = act_of(receiver, k);
    bool is_taken = act == ACCEPT || act == LATE || act == HALF;
    receiver->refusals_n += act != ACCEPT && act != LATE;
    if (is_taken) {
        take_effect(receiver, k);
    }
    pthread_mutex_unlock(&receiver->mu);
    free(body);
    answer_with(receiver, fd, act);
    return false;
}

struct nbt_receiver *nbt_receiver_start(enum nbt_receiver_mood mood, const struct nb_secret *secret,
                                        uint64_t seed)
{
    struct nbt_receiver *receiver = calloc(1, sizeof(*receiver));
    if (!receiver) {
        exit(1);
    }
    atomic_init(&receiver->is_stopping, false);
    receiver->mood = mood;
    receiver->seed = seed;
    receiver->is_signed = secret != NULL;
    if (secret) {
        receiver->secret = *secret;
    }
    (void)pthread_mutex_init(&receiver->mu, NULL);
    receiver->web = nbt_web_start(4, answer, receiver);
    return receiver;
}

void nbt_receiver_stop(struct nbt_receiver *receiver)
{
    atomic_store(&receiver->is_stopping, true);
    nbt_web_stop(receiver->web);
    pthread_mutex_destroy(&receiver->mu);
    free(receiver);
}

int nbt_receiver_port(const struct nbt_receiver *receiver)
{
    return nbt_web_port(receiver->web);
}

static size_t read_n(struct nbt_receiver *receiver, const size_t *n)
{
    pthread_mutex_lock(&receiver->mu);
    size_t value = *n;
    pthread_mutex_unlock(&receiver->mu);
    return value;
}

size_t nbt_receiver_requests(struct nbt_receiver *receiver)
{
    return read_n(receiver, &receiver->requests_n);
}

size_t nbt_receiver_ids(struct nbt_receiver *receiver)
{
    return read_n(receiver, &receiver->known_n);
}

size_t nbt_receiver_effects(struct nbt_receiver *receiver)
{
    return read_n(receiver, &receiver->effects_n);
}

size_t nbt_receiver_wrong(struct nbt_receiver *receiver)
{
    return read_n(receiver, &receiver->wrong_n);
}

size_t nbt_receiver_refusals(struct nbt_receiver *receiver)
{
    return read_n(receiver, &receiver->refusals_n);
}

size_t nbt_receiver_disorder(struct nbt_receiver *receiver)
{
    return read_n(receiver, &receiver->disorder_n);
}
