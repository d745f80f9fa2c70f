#include "tests/bench/crawl/bare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <libxml/parser.h>
#include <lmdb.h>

#include <nabiz/buf.h>

enum { FIELD_ID, FIELD_TITLE, FIELD_LINK, FIELD_DATE, FIELD_AUTHOR, FIELD_TEXT, FIELDS, NONE };
enum { FIELD_MAX = 64 << 10, FEED_MAX = 4 << 20, VALUE_MAX = 256 };

struct item {
    size_t id_len, value_len; /* in the feed's bytes, one after the other */
};

struct transfer {
    struct poller *poller;
    CURL *easy;
    struct curl_slist *headers;
    xmlParserCtxtPtr parser;
    char url[64];
    char etag[VALUE_MAX], modified[VALUE_MAX];
    int field; /* that text goes to */
    bool in_item;
    struct nb_buf fields[FIELDS];
    struct nb_buf bytes; /* of the items so far */
    struct item items[64];
    size_t items_n;
};

struct poller {
    const struct bench_bare *bare;
    CURLM *multi;
    MDB_env *env;
    MDB_dbi items, feeds;
    MDB_txn *txn; /* open between feeds when lean */
    size_t txn_feeds_n;
    size_t started_n, finished_n, stored_n, unchanged_n;
    struct transfer transfers[BENCH_BARE_TRANSFERS];
};

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench_crawl: bare: %s failed\n", what);
        exit(1);
    }
}

/* ---- parsing ---- */

static int field_of(const char *name)
{
    static const struct {
        const char *name;
        int field;
    } names[] = {{"guid", FIELD_ID},          {"id", FIELD_ID},        {"title", FIELD_TITLE},
                 {"link", FIELD_LINK},        {"pubDate", FIELD_DATE}, {"published", FIELD_DATE},
                 {"creator", FIELD_AUTHOR},   {"name", FIELD_AUTHOR},  {"encoded", FIELD_TEXT},
                 {"description", FIELD_TEXT}, {"content", FIELD_TEXT}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i].name) == 0) {
            return names[i].field;
        }
    }
    return NONE;
}

static bool is_item(const char *name)
{
    return strcmp(name, "item") == 0 || strcmp(name, "entry") == 0;
}

static void on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces_n, const xmlChar **namespaces, int attrs_n, int defaulted_n,
                     const xmlChar **attrs)
{
    struct transfer *transfer = data;
    (void)prefix, (void)uri, (void)namespaces_n, (void)namespaces, (void)defaulted_n;
    if (is_item((const char *)name)) {
        transfer->in_item = true;
        for (size_t i = 0; i < FIELDS; i++) {
            nb_buf_reset(&transfer->fields[i]);
        }
        return;
    }
    transfer->field = transfer->in_item ? field_of((const char *)name) : NONE;
    if (transfer->field == FIELD_TEXT) {
        nb_buf_reset(&transfer->fields[FIELD_TEXT]); /* the content comes after the summary */
    }
    for (int i = 0; transfer->field == FIELD_LINK && i < attrs_n; i++) {
        if (strcmp((const char *)attrs[5 * i], "href") == 0) {
            nb_buf_add(&transfer->fields[FIELD_LINK],
                       nb_slice(attrs[5 * i + 3], (size_t)(attrs[5 * i + 4] - attrs[5 * i + 3])));
        }
    }
}

static void on_text(void *data, const xmlChar *text, int len)
{
    struct transfer *transfer = data;
    if (transfer->field != NONE) {
        nb_buf_add(&transfer->fields[transfer->field], nb_slice(text, (size_t)len));
    }
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct transfer *transfer = data;
    (void)prefix, (void)uri;
    transfer->field = NONE;
    if (!is_item((const char *)name)) {
        return;
    }
    transfer->in_item = false;
    check(transfer->items_n < sizeof(transfer->items) / sizeof(transfer->items[0]), "items");
    struct item *item = &transfer->items[transfer->items_n++];
    size_t before = transfer->bytes.len;
    nb_buf_add(&transfer->bytes, nb_buf_slice(&transfer->fields[FIELD_ID]));
    item->id_len = transfer->bytes.len - before;
    before = transfer->bytes.len;
    for (size_t i = FIELD_TITLE; i < FIELDS; i++) {
        nb_buf_add(&transfer->bytes, nb_buf_slice(&transfer->fields[i]));
        nb_buf_add_byte(&transfer->bytes, '\0');
    }
    item->value_len = transfer->bytes.len - before;
}

/* ---- fetching ---- */

static size_t on_body(char *bytes, size_t one, size_t n, void *data)
{
    static xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                                .startElementNs = on_start,
                                .endElementNs = on_end,
                                .characters = on_text,
                                .cdataBlock = on_text};
    struct transfer *transfer = data;
    (void)one;
    if (transfer->poller->bare->dir && !transfer->parser) {
        transfer->parser = xmlCreatePushParserCtxt(&sax, transfer, NULL, 0, NULL);
        transfer->items_n = 0;
        transfer->field = NONE;
        nb_buf_reset(&transfer->bytes);
    }
    if (transfer->parser) {
        (void)xmlParseChunk(transfer->parser, bytes, (int)n, 0);
    }
    return n;
}

static void keep(const char *line, size_t n, const char *name, char *out)
{
    size_t name_len = strlen(name);
    if (n > name_len + 2 && strncmp(line, name, name_len) == 0) {
        (void)snprintf(out, VALUE_MAX, "%.*s", (int)(n - name_len - 2), line + name_len);
    }
}

static size_t on_header(char *line, size_t one, size_t n, void *data)
{
    struct transfer *transfer = data;
    (void)one;
    keep(line, n, "ETag: ", transfer->etag);
    keep(line, n, "Last-Modified: ", transfer->modified);
    return n;
}

/* "ETag\0Last-Modified\0" as headers of the request. */
static void set_validators(struct transfer *transfer, MDB_txn *txn)
{
    struct poller *poller = transfer->poller;
    MDB_val key = {strlen(transfer->url), transfer->url};
    MDB_val value;
    char line[VALUE_MAX + 32];
    if (mdb_get(txn, poller->feeds, &key, &value) == 0) {
        const char *etag = value.mv_data;
        (void)snprintf(line, sizeof(line), "If-None-Match: %s", etag);
        transfer->headers = curl_slist_append(transfer->headers, line);
        (void)snprintf(line, sizeof(line), "If-Modified-Since: %s", etag + strlen(etag) + 1);
        transfer->headers = curl_slist_append(transfer->headers, line);
    }
}

static void start(struct transfer *transfer)
{
    struct poller *poller = transfer->poller;
    const struct bench_bare *bare = poller->bare;
    if (poller->started_n == bare->feeds_n) {
        return;
    }
    bench_feed_url(bare->server, poller->started_n++, bare->hosts_n, transfer->url);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->url);
    if (bare->conditional) {
        MDB_txn *txn;
        check(mdb_txn_begin(poller->env, NULL, MDB_RDONLY, &txn) == 0, "read");
        set_validators(transfer, txn);
        mdb_txn_abort(txn);
        (void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
    }
    transfer->etag[0] = transfer->modified[0] = '\0';
    check(curl_multi_add_handle(poller->multi, transfer->easy) == CURLM_OK, "transfer");
}

/* ---- storing ---- */

static void commit(struct poller *poller)
{
    if (poller->txn) {
        check(mdb_txn_commit(poller->txn) == 0, "commit");
        poller->txn = NULL;
        poller->txn_feeds_n = 0;
    }
}

static void store(struct transfer *transfer)
{
    struct poller *poller = transfer->poller;
    char validators[2 * VALUE_MAX + 2];
    char *at = transfer->bytes.p;
    int n = snprintf(validators, sizeof(validators), "%s%c%s", transfer->etag, '\0',
                     transfer->modified);
    check(poller->txn || mdb_txn_begin(poller->env, NULL, 0, &poller->txn) == 0, "write");
    for (size_t i = 0; i < transfer->items_n; i++) {
        const struct item *item = &transfer->items[i];
        MDB_val key = {item->id_len, at};
        MDB_val value = {item->value_len, at + item->id_len};
        check(mdb_put(poller->txn, poller->items, &key, &value, 0) == 0, "put");
        at += item->id_len + item->value_len;
    }
    MDB_val key = {strlen(transfer->url), transfer->url};
    MDB_val value = {(size_t)n + 1, validators};
    check(mdb_put(poller->txn, poller->feeds, &key, &value, 0) == 0, "put");
    poller->stored_n += transfer->items_n;
    if (!poller->bare->lean || ++poller->txn_feeds_n == BENCH_BARE_LEAN) {
        commit(poller);
    }
}

static void finish(struct transfer *transfer, CURLcode code)
{
    struct poller *poller = transfer->poller;
    long status = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    check(code == CURLE_OK && (status == 200 || status == 304), "fetch");
    (void)curl_multi_remove_handle(poller->multi, transfer->easy);
    poller->unchanged_n += status == 304;
    poller->finished_n++;
    if (transfer->parser) {
        check(xmlParseChunk(transfer->parser, NULL, 0, 1) == 0, "parse");
        store(transfer);
        xmlFreeParserCtxt(transfer->parser);
        transfer->parser = NULL;
    }
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    start(transfer);
}

static void poll_all(struct poller *poller)
{
    while (poller->finished_n < poller->bare->feeds_n) {
        CURLMsg *message;
        int running;
        int left;
        (void)curl_multi_perform(poller->multi, &running);
        while ((message = curl_multi_info_read(poller->multi, &left)) != NULL) {
            char *transfer = NULL;
            CURLcode code = message->data.result;
            (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
            finish((struct transfer *)(void *)transfer, code);
        }
        if (running > 0) {
            (void)curl_multi_poll(poller->multi, NULL, 0, 1000, NULL);
        }
    }
    commit(poller);
}

static void open_env(struct poller *poller)
{
    MDB_txn *txn;
    check(mdb_env_create(&poller->env) == 0 && mdb_env_set_maxdbs(poller->env, 2) == 0 &&
              mdb_env_set_mapsize(poller->env, (size_t)1 << 30) == 0 &&
              mdb_env_open(poller->env, poller->bare->dir, 0, 0644) == 0 &&
              mdb_txn_begin(poller->env, NULL, 0, &txn) == 0 &&
              mdb_dbi_open(txn, "items", MDB_CREATE, &poller->items) == 0 &&
              mdb_dbi_open(txn, "feeds", MDB_CREATE, &poller->feeds) == 0 &&
              mdb_txn_commit(txn) == 0,
          "open");
}

static void set_up(struct transfer *transfer)
{
    transfer->easy = curl_easy_init();
    check(transfer->easy != NULL, "curl");
    (void)curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_ACCEPT_ENCODING, "");
    for (size_t i = 0; i < FIELDS; i++) {
        nb_buf_init(&transfer->fields[i], FIELD_MAX);
    }
    nb_buf_init(&transfer->bytes, FEED_MAX);
}

size_t bench_bare_poll(const struct bench_bare *bare)
{
    struct poller *poller = calloc(1, sizeof(*poller));
    check(poller && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "start");
    xmlInitParser();
    poller->bare = bare;
    poller->multi = curl_multi_init();
    if (bare->dir) {
        open_env(poller);
    }
    for (size_t i = 0; i < BENCH_BARE_TRANSFERS; i++) {
        poller->transfers[i].poller = poller;
        set_up(&poller->transfers[i]);
        start(&poller->transfers[i]);
    }
    poll_all(poller);
    for (size_t i = 0; i < BENCH_BARE_TRANSFERS; i++) {
        curl_easy_cleanup(poller->transfers[i].easy);
    }
    (void)curl_multi_cleanup(poller->multi);
    if (poller->env) {
        mdb_env_close(poller->env);
    }
    return bare->conditional ? poller->unchanged_n : poller->stored_n;
}
