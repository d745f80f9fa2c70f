/*
 * A session is kept as OpenSSL's object while there is room: reading it back from bytes
 * (d2i_SSL_SESSION) means to read a certificate, a third of what a resumed handshake costs. Beyond
 * that the objects used longest ago are turned into bytes, a quarter of the memory; beyond that,
 * they go. An object from a full handshake brings the server's whole chain along, and is rid of it
 * by writing it out and reading it back once.
 *
 * curl makes an SSL_CTX for each connection. Ours hangs a link on it: the key, and the newest
 * session the server gave. The link goes with the context, and only then is the session put away,
 * so that the two tickets a server likes to send at once, and those of a long connection, cost
 * nothing.
 */
#include "crawler/fetch/session.h"

#include <string.h>
#include <time.h>

#include <openssl/ssl.h>

#include <nabiz/hash.h>
#include <nabiz/mem.h>

enum {
    BUCKETS_N = 4096,
    SESSION_MAX_BYTES = 16 << 10, /* tickets are as long as the server likes */
    OBJECT_BYTES = 8 << 10,       /* with the certificate, as measured, without the ticket */
    AGE_SLACK_S = 10,             /* too old is better found here than by the server */
};

struct session {
    struct session *next;          /* in its bucket */
    struct session *newer, *older; /* by use */
    uint64_t hash;
    SSL_SESSION *object;  /* NULL: it is bytes */
    unsigned char *bytes; /* NULL: it is an object */
    size_t len;           /* of bytes, or what the object takes */
    size_t key_len;
    char key[];
};

struct nb_sessions {
    struct session *buckets[BUCKETS_N];
    struct session *newest, *oldest;
    struct session *oldest_object; /* all that are older are bytes; NULL: all are */
    size_t bytes;
    size_t max_bytes;
};

/* What hangs on a context. */
struct link {
    struct nb_sessions *sessions;
    SSL_SESSION *latest; /* NULL: none yet */
    bool is_done;        /* a handshake was completed */
    bool is_full;        /* and latest comes from one that was not resumed */
    size_t key_len;
    char key[];
};

struct nb_sessions *nb_sessions_new(size_t max_bytes)
{
    struct nb_sessions *sessions = nb_calloc(1, sizeof(*sessions));
    if (sessions) {
        sessions->max_bytes = max_bytes;
    }
    return sessions;
}

static size_t size_of(const struct session *session)
{
    return sizeof(*session) + session->key_len + session->len;
}

static void drop(struct nb_sessions *sessions, struct session *session)
{
    struct session **at = &sessions->buckets[session->hash % BUCKETS_N];
    while (*at != session) {
        at = &(*at)->next;
    }
    *at = session->next;
    if (sessions->oldest_object == session) {
        sessions->oldest_object = session->newer;
    }
    *(session->newer ? &session->newer->older : &sessions->newest) = session->older;
    *(session->older ? &session->older->newer : &sessions->oldest) = session->newer;
    sessions->bytes -= size_of(session);
    SSL_SESSION_free(session->object);
    nb_free(session->bytes);
    nb_free(session);
}

void nb_sessions_free(struct nb_sessions *sessions)
{
    while (sessions && sessions->oldest) {
        drop(sessions, sessions->oldest);
    }
    nb_free(sessions);
}

static struct session *find(const struct nb_sessions *sessions, struct nb_slice key)
{
    uint64_t hash = nb_hash64(key);
    struct session *session = sessions->buckets[hash % BUCKETS_N];
    while (session && !nb_slice_eq(nb_slice(session->key, session->key_len), key)) {
        session = session->next;
    }
    return session;
}

/* @return NULL when it is too long, or there is no memory */
static unsigned char *to_bytes(SSL_SESSION *from, size_t *out_len)
{
    int len = i2d_SSL_SESSION(from, NULL);
    unsigned char *bytes = len > 0 && len <= SESSION_MAX_BYTES ? nb_malloc((size_t)len) : NULL;
    if (bytes) {
        unsigned char *to = bytes;
        *out_len = (size_t)i2d_SSL_SESSION(from, &to);
    }
    return bytes;
}

/* Turn the oldest object into bytes. */
static void demote(struct nb_sessions *sessions)
{
    struct session *session = sessions->oldest_object;
    size_t len = 0;
    unsigned char *bytes = to_bytes(session->object, &len);
    if (!bytes) {
        drop(sessions, session);
        return;
    }
    sessions->oldest_object = session->newer;
    sessions->bytes = sessions->bytes - session->len + len;
    SSL_SESSION_free(session->object);
    session->object = NULL;
    session->bytes = bytes;
    session->len = len;
}

static void make_room(struct nb_sessions *sessions)
{
    while (sessions->bytes > sessions->max_bytes) {
        if (sessions->oldest_object) {
            demote(sessions);
        } else {
            drop(sessions, sessions->oldest);
        }
    }
}

/* The same session without the chain of certificates. @return NULL when that fails. */
static SSL_SESSION *without_chain(SSL_SESSION *from)
{
    size_t len = 0;
    unsigned char *bytes = to_bytes(from, &len);
    const unsigned char *at = bytes;
    SSL_SESSION *session = bytes ? d2i_SSL_SESSION(NULL, &at, (long)len) : NULL;
    nb_free(bytes);
    return session;
}

/* What an object takes: what SESSION_MAX_BYTES bounds is its ticket. */
static size_t object_bytes(const SSL_SESSION *object)
{
    const unsigned char *ticket;
    size_t len = 0;
    SSL_SESSION_get0_ticket(object, &ticket, &len);
    return OBJECT_BYTES + len;
}

/* Keep a session; the reference becomes ours. For want of memory it is not kept. */
static void keep(struct nb_sessions *sessions, struct nb_slice key, SSL_SESSION *object)
{
    struct session *old = find(sessions, key);
    if (old) {
        drop(sessions, old);
    }
    size_t len = object_bytes(object);
    struct session *session =
        len <= OBJECT_BYTES + SESSION_MAX_BYTES ? nb_malloc(sizeof(*session) + key.len) : NULL;
    if (!session) {
        SSL_SESSION_free(object);
        return;
    }
    *session =
        (struct session){.hash = nb_hash64(key), .object = object, .len = len, .key_len = key.len};
    memcpy(session->key, key.p, key.len);
    struct session **bucket = &sessions->buckets[session->hash % BUCKETS_N];
    session->next = *bucket;
    *bucket = session;
    session->older = sessions->newest;
    *(sessions->newest ? &sessions->newest->newer : &sessions->oldest) = session;
    sessions->newest = session;
    if (!sessions->oldest_object) {
        sessions->oldest_object = session;
    }
    sessions->bytes += size_of(session);
    make_room(sessions);
}

/* Take a session out, to be offered. @return NULL when there is none that is still good. */
static SSL_SESSION *take(struct nb_sessions *sessions, struct nb_slice key)
{
    struct session *kept = find(sessions, key);
    if (!kept) {
        return NULL;
    }
    const unsigned char *bytes = kept->bytes;
    SSL_SESSION *session =
        kept->object ? kept->object : d2i_SSL_SESSION(NULL, &bytes, (long)kept->len);
    kept->object = NULL; /* ours now, if it was there */
    drop(sessions, kept);
    if (session && SSL_SESSION_is_resumable(session)) {
        long age_s = (long)time(NULL) - SSL_SESSION_get_time(session);
        if (age_s >= 0 && age_s + AGE_SLACK_S < SSL_SESSION_get_timeout(session)) {
            return session;
        }
    }
    SSL_SESSION_free(session);
    return NULL;
}

/* ---- OpenSSL's side ---- */

static void on_free(void *parent, void *data, CRYPTO_EX_DATA *all, int index, long argl, void *argp)
{
    struct link *link = data;
    (void)parent, (void)all, (void)index, (void)argl, (void)argp;
    if (!link) {
        return;
    }
    SSL_SESSION *latest = link->latest;
    if (latest && link->is_full) {
        latest = without_chain(link->latest);
        SSL_SESSION_free(link->latest);
    }
    if (latest && link->is_done && SSL_SESSION_is_resumable(latest)) {
        keep(link->sessions, nb_slice(link->key, link->key_len), latest);
    } else {
        SSL_SESSION_free(latest);
    }
    nb_free(link);
}

static CRYPTO_ONCE index_once = CRYPTO_ONCE_STATIC_INIT;
static int link_index = -1;

static void make_index(void)
{
    link_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_free);
}

static struct link *link_of(const SSL *ssl)
{
    return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), link_index);
}

static int on_new_session(SSL *ssl, SSL_SESSION *session)
{
    struct link *link = link_of(ssl);
    SSL_SESSION_free(link->latest);
    link->latest = session;
    link->is_full = !SSL_session_reused(ssl);
    return 1; /* the reference is ours now */
}

static void on_info(const SSL *ssl, int where, int value)
{
    struct link *link = link_of(ssl);
    (void)value;
    if (where & SSL_CB_HANDSHAKE_DONE) {
        link->is_done = true;
    }
    if (!(where & SSL_CB_HANDSHAKE_START) || SSL_get_session(ssl)) {
        return;
    }
    SSL_SESSION *session = take(link->sessions, nb_slice(link->key, link->key_len));
    if (!session) {
        return;
    }
    /* OpenSSL hands the callback its own object, const only by the signature */
    union {
        const SSL *given;
        SSL *own;
    } handle = {ssl};
    if (SSL_set_session(handle.own, session) == 1 &&
        SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION) {
        link->latest = session; /* it may be used again, and the server need not send another */
        return;
    }
    SSL_SESSION_free(session);
}

enum nb_err nb_sessions_attach(struct nb_sessions *sessions, void *ssl_ctx, struct nb_slice key)
{
    SSL_CTX *context = ssl_ctx;
    if (sessions->max_bytes == 0) {
        return NB_OK;
    }
    if (!CRYPTO_THREAD_run_once(&index_once, make_index) || link_index < 0) {
        return NB_ENOMEM;
    }
    struct link *link = nb_malloc(sizeof(*link) + key.len);
    if (!link) {
        return NB_ENOMEM;
    }
    *link = (struct link){.sessions = sessions, .key_len = key.len};
    memcpy(link->key, key.p, key.len);
    if (SSL_CTX_set_ex_data(context, link_index, link) != 1) {
        nb_free(link);
        return NB_ENOMEM;
    }
    (void)SSL_CTX_set_session_cache_mode(context,
                                         SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_new_session);
    SSL_CTX_set_info_callback(context, on_info);
    return NB_OK;
}
