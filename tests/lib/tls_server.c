#include "tests/lib/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum { THREADS_MAX = 4, REQUEST_BYTES = 8192, DAY_S = 86400 };

struct nbt_tls {
    struct nbt_tls_options options;
    SSL_CTX *context;
    int fd;
    int port;
    pthread_t threads[THREADS_MAX];
    int threads_n;
    atomic_bool stop;
    atomic_long handshakes, resumed, offered_h2;
    atomic_llong cpu_us[THREADS_MAX];
    atomic_int next_thread;
    pthread_mutex_t mu;
    char request[REQUEST_BYTES]; /* guarded by mu */
};

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "tls server: %s failed\n", what);
        exit(1);
    }
}

/* ---- certificates ---- */

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    check(extension && X509_add_ext(cert, extension, -1) == 1, "an extension");
    X509_EXTENSION_free(extension);
}

static X509 *make_cert(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
                       bool is_ca, long serial)
{
    X509 *cert = X509_new();
    check(cert != NULL, "memory");
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
    X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(cert), 30L * DAY_S);
    X509_NAME *subject = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : subject);
    X509_set_pubkey(cert, key);
    X509 *by = issuer ? issuer : cert;
    add_extension(cert, by, NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "CA:FALSE");
    add_extension(cert, by, NID_key_usage, is_ca ? "keyCertSign,cRLSign" : "digitalSignature");
    if (!is_ca) {
        add_extension(cert, by, NID_subject_alt_name, "DNS:tls.example,DNS:*.tls.example");
    }
    check(X509_sign(cert, issuer_key, EVP_sha256()) > 0, "signing");
    return cert;
}

static EVP_PKEY *make_key(bool is_rsa)
{
    EVP_PKEY *key = is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    check(key != NULL, "a key");
    return key;
}

/* An authority, one below it, and the server's own, as is usual on the web. */
static void make_certs(struct nbt_tls *server)
{
    EVP_PKEY *keys[3];
    for (int i = 0; i < 3; i++) {
        keys[i] = make_key(server->options.is_rsa);
    }
    X509 *root = make_cert("test root", keys[0], NULL, keys[0], true, 1);
    X509 *middle = make_cert("test middle", keys[1], root, keys[0], true, 2);
    X509 *leaf = make_cert("tls.example", keys[2], middle, keys[1], false, 3);
    FILE *file = fopen(server->options.ca_path, "w");
    check(file && PEM_write_X509(file, root) == 1 && fclose(file) == 0, "writing the authority");
    check(SSL_CTX_use_certificate(server->context, leaf) == 1 &&
              SSL_CTX_use_PrivateKey(server->context, keys[2]) == 1 &&
              SSL_CTX_add_extra_chain_cert(server->context, middle) == 1,
          "using the certificate"); /* the context has the middle one now */
    X509_free(root);
    X509_free(leaf);
    for (int i = 0; i < 3; i++) {
        EVP_PKEY_free(keys[i]);
    }
}

/* ---- answering ---- */

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *data)
{
    struct nbt_tls *server = data;
    (void)ssl;
    for (unsigned at = 0; at < in_len; at += in[at] + 1u) {
        if (in[at] == 2 && memcmp(in + at + 1, "h2", 2) == 0) {
            atomic_fetch_add(&server->offered_h2, 1);
            if (server->options.with_h2) {
                *out = in + at + 1;
                *out_len = in[at];
                return SSL_TLSEXT_ERR_OK;
            }
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

static void answer(struct nbt_tls *server, SSL *ssl)
{
    char request[REQUEST_BYTES] = "";
    size_t len = 0;
    while (len + 1 < sizeof(request) && !strstr(request, "\r\n\r\n")) {
        int n = SSL_read(ssl, request + len, (int)(sizeof(request) - 1 - len));
        if (n <= 0) {
            return;
        }
        len += (size_t)n;
        request[len] = '\0';
    }
    pthread_mutex_lock(&server->mu);
    memcpy(server->request, request, len + 1);
    pthread_mutex_unlock(&server->mu);
    char head[256];
    int head_n = snprintf(head, sizeof(head),
                          "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"
                          "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                          strlen(server->options.body));
    (void)SSL_write(ssl, head, head_n);
    (void)SSL_write(ssl, server->options.body, (int)strlen(server->options.body));
}

static void serve(struct nbt_tls *server, int fd)
{
    struct timeval most = {10, 0};
    SSL *ssl = SSL_new(server->context);
    check(ssl != NULL, "memory");
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
    (void)SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        atomic_fetch_add(&server->handshakes, 1);
        atomic_fetch_add(&server->resumed, SSL_session_reused(ssl));
        answer(server, ssl);
        (void)SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    (void)close(fd);
}

static void *run(void *arg)
{
    struct nbt_tls *server = arg;
    int me = atomic_fetch_add(&server->next_thread, 1);
    while (!atomic_load(&server->stop)) {
        struct pollfd ready = {server->fd, POLLIN, 0};
        struct timespec cpu;
        if (poll(&ready, 1, 20) == 1) {
            int fd = accept(server->fd, NULL, NULL);
            if (fd >= 0) {
                serve(server, fd);
            }
        }
        (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
        atomic_store(&server->cpu_us[me], cpu.tv_sec * 1000000LL + cpu.tv_nsec / 1000);
    }
    return NULL;
}

static void listen_on_loopback(struct nbt_tls *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check(bind(server->fd, (struct sockaddr *)&address, len) == 0 &&
              listen(server->fd, 1024) == 0 &&
              getsockname(server->fd, (struct sockaddr *)&address, &len) == 0,
          "listening");
    server->port = ntohs(address.sin_port);
}

struct nbt_tls *nbt_tls_start(const struct nbt_tls_options *options)
{
    struct nbt_tls *server = calloc(1, sizeof(*server));
    check(server != NULL, "memory");
    server->options = *options;
    (void)signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    pthread_mutex_init(&server->mu, NULL);
    server->context = SSL_CTX_new(TLS_server_method());
    check(server->context != NULL, "a context");
    if (options->only_tls12) {
        SSL_CTX_set_max_proto_version(server->context, TLS1_2_VERSION);
    }
    SSL_CTX_set_alpn_select_cb(server->context, choose_protocol, server);
    make_certs(server);
    listen_on_loopback(server);
    server->threads_n = options->threads > 0 ? options->threads : 1;
    check(server->threads_n <= THREADS_MAX, "that many threads");
    for (int i = 0; i < server->threads_n; i++) {
        check(pthread_create(&server->threads[i], NULL, run, server) == 0, "a thread");
    }
    return server;
}

void nbt_tls_stop(struct nbt_tls *server)
{
    atomic_store(&server->stop, true);
    for (int i = 0; i < server->threads_n; i++) {
        (void)pthread_join(server->threads[i], NULL);
    }
    (void)close(server->fd);
    SSL_CTX_free(server->context);
    pthread_mutex_destroy(&server->mu);
    free(server);
}

int nbt_tls_port(const struct nbt_tls *server)
{
    return server->port;
}

long nbt_tls_handshakes(const struct nbt_tls *server)
{
    return atomic_load(&server->handshakes);
}

long nbt_tls_resumed(const struct nbt_tls *server)
{
    return atomic_load(&server->resumed);
}

long nbt_tls_offered_h2(const struct nbt_tls *server)
{
    return atomic_load(&server->offered_h2);
}

long long nbt_tls_cpu_us(const struct nbt_tls *server)
{
    long long sum = 0;
    for (int i = 0; i < server->threads_n; i++) {
        sum += atomic_load(&server->cpu_us[i]);
    }
    return sum;
}

const char *nbt_tls_request(struct nbt_tls *server)
{
    static char copy[REQUEST_BYTES];
    pthread_mutex_lock(&server->mu);
    memcpy(copy, server->request, sizeof(copy));
    pthread_mutex_unlock(&server->mu);
    return copy;
}
