/*
 * A session is kept as bytes (i2d_SSL_SESSION), about 2 KiB: as OpenSSL's object, with the parsed
 * certificate, it would take several times as much.
 *
 * curl makes an SSL_CTX for each connection. Ours hangs a link on it: the key, and the newest
 * session the server gave. The link goes with the context, and only then is the session written
 * out, so that the two tickets a server likes to send at once, and those of a long connection,
 * cost nothing.
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
    AGE_SLACK_S = 10,             /* too old is better found here than by the server */
};

struct session {
    struct session *next;          /* in its bucket */
    struct session *newer, *older; /* by use */
    uint64_t hash;
    size_t key_len;
    size_t len;
    unsigned char bytes[]; /* the key, then the session */
};

struct nb_sessions {
    struct session *buckets[BUCKETS_N];
    struct session *newest, *oldest;
    size_t n;
    size_t bytes;
    size_t max_bytes;
};

/* What hangs on a context. */
struct link {
    struct nb_sessions *sessions;
    SSL_SESSION *latest; /* NULL: none yet */
    bool is_done;        /* a handshake was completed */
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
    *(session->newer ? &session->newer->older : &sessions->newest) = session->older;
    *(session->older ? &session->older->newer : &sessions->oldest) = session->newer;
    sessions->n--;
    sessions->bytes -= size_of(session);
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
    while (session && !nb_slice_eq(nb_slice(session->bytes, session->key_len), key)) {
        session = session->next;
    }
    return session;
}

/* A session that does not fit, or for which there is no memory, is none. */
static void keep(struct nb_sessions *sessions, struct nb_slice key, SSL_SESSION *from)
{
    struct session *old = find(sessions, key);
    if (old) {
        drop(sessions, old);
    }
    int len = i2d_SSL_SESSION(from, NULL);
    if (len <= 0 || len > SESSION_MAX_BYTES) {
        return;
    }
    struct session *session = nb_malloc(sizeof(*session) + key.len + (size_t)len);
    if (!session) {
        return;
    }
    *session = (struct session){.hash = nb_hash64(key), .key_len = key.len, .len = (size_t)len};
    memcpy(session->bytes, key.p, key.len);
    unsigned char *to = session->bytes + key.len;
    (void)i2d_SSL_SESSION(from, &to);
    struct session **bucket = &sessions->buckets[session->hash % BUCKETS_N];
    session->next = *bucket;
    *bucket = session;
    session->older = sessions->newest;
    *(sessions->newest ? &sessions->newest->newer : &sessions->oldest) = session;
    sessions->newest = session;
    sessions->n++;
    sessions->bytes += size_of(session);
    while (sessions->bytes > sessions->max_bytes) {
        drop(sessions, sessions->oldest);
    }
}

/* Take a session out, to be offered. @return NULL when there is none that is still good. */
static SSL_SESSION *take(struct nb_sessions *sessions, struct nb_slice key)
{
    struct session *kept = find(sessions, key);
    if (!kept) {
        return NULL;
    }
    const unsigned char *bytes = kept->bytes + kept->key_len;
    SSL_SESSION *session = d2i_SSL_SESSION(NULL, &bytes, (long)kept->len);
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
    if (link->latest && link->is_done && SSL_SESSION_is_resumable(link->latest)) {
        keep(link->sessions, nb_slice(link->key, link->key_len), link->latest);
    }
    SSL_SESSION_free(link->latest);
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

size_t nb_sessions_n(const struct nb_sessions *sessions)
{
    return sessions->n;
}

size_t nb_sessions_bytes(const struct nb_sessions *sessions)
{
    return sessions->bytes;
}
