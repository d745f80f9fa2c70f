#include "tests/site/hostile.h"

#include <string.h>

#include <nabiz/date.h>

#include "tests/site/gzip.h"
#include "tests/site/hostile_feed.h"

#define HOST "hostile.example"
#define BUSY "busy.example"       /* every third request for a feed is told to come later */
#define LASTING "lasting.example" /* feeds that say how long they stay as they are */
#define RSS "application/rss+xml; charset=utf-8"
#define BODY_MAX (16u << 20)
#define STREAM_PIECES_MAX 4096 /* of about 64 KiB: an endless answer ends after 256 MiB */
#define FIXED_DATE "Mon, 02 Mar 2026 06:00:00 GMT"

struct exchange {
    struct hostile *hostile;
    const struct http_request *request;
    struct http_reply *reply;
    struct nb_buf *body; /* empty scratch */
    int64_t argument;    /* of the table's row */
};

typedef void fault_fn(struct exchange *x);

static void send_ok(struct exchange *x)
{
    hostile_feed(3, x->body);
    http_start(x->reply, x->request, 200);
    http_finish(x->reply, x->request, RSS, nb_buf_slice(x->body));
}

static void honest(struct exchange *x)
{
    bool same = nb_slice_eq(x->request->if_none_match, NB_LIT("\"ok-1\"")) ||
                (x->request->if_none_match.len == 0 &&
                 nb_slice_eq(x->request->if_modified_since, NB_LIT(FIXED_DATE)));
    hostile_feed(3, x->body);
    http_start(x->reply, x->request, same ? 304 : 200);
    http_header(x->reply, "ETag", "\"ok-1\"");
    http_header(x->reply, "Last-Modified", FIXED_DATE);
    http_finish(x->reply, x->request, RSS, nb_buf_slice(x->body));
}

static void only_status(struct exchange *x)
{
    http_start(x->reply, x->request, (int)x->argument);
    http_finish(x->reply, x->request, "text/plain", NB_LIT("no\n"));
}

static void etag_changes(struct exchange *x)
{
    hostile_feed(3, x->body);
    http_start(x->reply, x->request, 200);
    http_header(x->reply, "ETag", "\"n-%llu\"", (unsigned long long)x->hostile->requests_n);
    http_finish(x->reply, x->request, RSS, nb_buf_slice(x->body));
}

static void wait_seconds(struct exchange *x)
{
    http_start(x->reply, x->request, (int)x->argument);
    http_header(x->reply, "Retry-After", "7200");
    http_finish(x->reply, x->request, "text/plain", NB_LIT("later\n"));
}

static void wait_date(struct exchange *x)
{
    char date[NB_HTTP_DATE_BYTES];
    nb_date_http(x->request->now_ms + 3 * NB_HOUR_MS, date);
    http_start(x->reply, x->request, 429);
    http_header(x->reply, "Retry-After", "%s", date);
    http_finish(x->reply, x->request, "text/plain", NB_LIT("later\n"));
}

static void wait_once(struct exchange *x)
{
    if (x->hostile->served_429) {
        send_ok(x);
        return;
    }
    x->hostile->served_429 = true;
    x->argument = 429;
    wait_seconds(x);
}

static void redirect(struct exchange *x, int status, const char *to)
{
    http_start(x->reply, x->request, status);
    if (to) {
        http_header(x->reply, "Location", "%s", to);
    }
    http_finish(x->reply, x->request, "text/plain", NB_LIT(""));
}

static void to_ok(struct exchange *x)
{
    redirect(x, (int)x->argument, "/ok.xml");
}

/* /chain/5 -> /chain/4 -> ... -> /ok.xml */
static void chain(struct exchange *x)
{
    int64_t n = 0;
    char to[64] = "/ok.xml";
    struct nb_slice number = nb_slice_sub(x->request->path, strlen("/chain/"), 64);
    if (nb_slice_to_i64(number, &n) && n > 1 && n <= 1000) {
        (void)snprintf(to, sizeof(to), "/chain/%lld", (long long)(n - 1));
    }
    redirect(x, 302, to);
}

static void to_somewhere(struct exchange *x)
{
    static const char *const targets[] = {
        "/loop-b",
        "/loop-a",
        "http://127.0.0.1:22/feed.xml",
        "http://10.0.0.1/feed.xml",
        "file:///etc/hostname",
        "http://closed.example/feed.xml",
        "http://[::1",
        "gopher://" HOST "/feed.xml",
    };
    redirect(x, 302, targets[x->argument]);
}

static void no_location(struct exchange *x)
{
    redirect(x, 301, NULL);
}

static bool more_bomb(struct http_reply *reply)
{
    gzip_bomb_more(4096, &reply->out);
    return true;
}

/* 2 GiB of zeros in 13.5 MB: about 260 pieces of 4,096 periods */
static void gzip_bomb(struct exchange *x)
{
    http_start(x->reply, x->request, 200);
    http_header(x->reply, "Content-Type", RSS);
    http_header(x->reply, "Content-Encoding", "gzip");
    http_header(x->reply, "Connection", "close");
    nb_buf_add_str(&x->reply->out, "\r\n");
    gzip_bomb_start(&x->reply->out);
    x->reply->more = more_bomb;
    x->reply->more_max = 260;
    x->reply->end = HTTP_CLOSE;
}

/* argument: how many bytes of the packed body are sent; 0: all; -1: the body is not packed */
static void gzip_feed(struct exchange *x)
{
    struct nb_buf packed;
    nb_buf_init(&packed, BODY_MAX);
    hostile_feed(3, x->body);
    if (x->argument >= 0) {
        gzip_stored(nb_buf_slice(x->body), &packed);
    } else {
        nb_buf_add(&packed, nb_buf_slice(x->body));
    }
    struct nb_slice all = nb_buf_slice(&packed);
    http_start(x->reply, x->request, 200);
    http_header(x->reply, "Content-Encoding", "gzip");
    http_finish(x->reply, x->request, RSS,
                x->argument > 0 ? nb_slice_sub(all, 0, (size_t)x->argument) : all);
    nb_buf_fini(&packed);
}

/* argument: how much more (or less) than the body the length claims */
static void wrong_length(struct exchange *x)
{
    hostile_feed(3, x->body);
    http_start(x->reply, x->request, 200);
    http_header(x->reply, "Content-Type", RSS);
    http_header(x->reply, "Content-Length", "%lld", (long long)x->body->len + x->argument);
    nb_buf_add_str(&x->reply->out, "\r\n");
    nb_buf_add(&x->reply->out, nb_buf_slice(x->body));
    x->reply->end = HTTP_CLOSE;
}

static void reset(struct exchange *x)
{
    x->argument = 1000;
    wrong_length(x);
    x->reply->end = HTTP_RESET;
}

/* argument: 0 honest; 1 cut off before the last chunk; 2 a size that is no number */
static void chunked(struct exchange *x)
{
    hostile_feed(3, x->body);
    http_start(x->reply, x->request, 200);
    http_header(x->reply, "Content-Type", RSS);
    http_header(x->reply, "Transfer-Encoding", "chunked");
    nb_buf_add_str(&x->reply->out, "\r\n");
    for (size_t at = 0; at < x->body->len; at += 100) {
        struct nb_slice piece = nb_slice_sub(nb_buf_slice(x->body), at, at + 100);
        nb_buf_addf(&x->reply->out, x->argument == 2 && at > 0 ? "zz%zx\r\n" : "%zx\r\n",
                    piece.len);
        nb_buf_add(&x->reply->out, piece);
        nb_buf_add_str(&x->reply->out, "\r\n");
    }
    if (x->argument == 0) {
        nb_buf_add_str(&x->reply->out, "0\r\n\r\n");
    } else {
        x->reply->end = HTTP_CLOSE;
    }
}

static void slow(struct exchange *x)
{
    send_ok(x);
    x->reply->piece_bytes = 1;
    x->reply->pause_ms = x->argument;
}

static void never(struct exchange *x)
{
    x->reply->end = HTTP_SILENT;
}

static void stops(struct exchange *x)
{
    send_ok(x);
    x->reply->out.len -= 200;
    x->reply->end = HTTP_SILENT;
}

static void huge_header(struct exchange *x)
{
    http_start(x->reply, x->request, 200);
    nb_buf_add_str(&x->reply->out, "X-Huge: ");
    for (int i = 0; i < 1 << 17; i++) {
        nb_buf_add_str(&x->reply->out, "aaaaaaaa");
    }
    nb_buf_add_str(&x->reply->out, "\r\n");
    hostile_feed(3, x->body);
    http_finish(x->reply, x->request, RSS, nb_buf_slice(x->body));
}

static bool more_headers(struct http_reply *reply)
{
    for (int i = 0; i < 1000; i++) {
        nb_buf_addf(&reply->out, "X-More-%llu-%d: a header that is followed by another one\r\n",
                    (unsigned long long)reply->more_n, i);
    }
    return true;
}

static void endless_header(struct exchange *x)
{
    http_start(x->reply, x->request, 200);
    x->reply->more = more_headers;
    x->reply->more_max = STREAM_PIECES_MAX;
    x->reply->end = HTTP_CLOSE;
}

static bool more_items(struct http_reply *reply)
{
    for (unsigned i = 0; i < 200; i++) {
        hostile_item((unsigned)reply->more_n * 200 + i, &reply->out);
    }
    return true;
}

static void endless_body(struct exchange *x)
{
    http_start(x->reply, x->request, 200);
    http_header(x->reply, "Content-Type", RSS);
    http_header(x->reply, "Connection", "close");
    nb_buf_add_str(&x->reply->out, "\r\n");
    hostile_head("UTF-8", &x->reply->out);
    x->reply->more = more_items;
    x->reply->more_max = STREAM_PIECES_MAX;
    x->reply->end = HTTP_CLOSE;
}

static void garbage(struct exchange *x)
{
    for (unsigned i = 0; i < 512; i++) {
        nb_buf_add_byte(&x->reply->out, (char)(unsigned char)(i * 37 + i / 7));
    }
    x->reply->end = HTTP_CLOSE;
}

static void big_feed(struct exchange *x)
{
    hostile_feed((size_t)x->argument, x->body);
    http_start(x->reply, x->request, 200);
    http_finish(x->reply, x->request, RSS, nb_buf_slice(x->body));
}

static void odd_feed(struct exchange *x)
{
    const char *type = hostile_odd_feed((enum hostile_oddity)x->argument, x->body);
    http_start(x->reply, x->request, 200);
    http_finish(x->reply, x->request, type, nb_buf_slice(x->body));
}

static const struct fault {
    const char *path; /* ends in '*': what begins like that */
    fault_fn *answer;
    int64_t argument;
    const char *what;
} faults[] = {
    {"/ok.xml", honest, 0, "nothing wrong; ETag, Last-Modified, honest 304"},
    {"/denied/feed.xml", honest, 0, "nothing wrong, but robots.txt denies it"},
    {"/always-304", only_status, 304, "304 even to what was asked without a condition"},
    {"/etag-changes", etag_changes, 0, "the same body under an ETag that changes every time"},
    {"/no-validators", big_feed, 3, "neither ETag nor Last-Modified"},
    {"/429", wait_seconds, 429, "429 with Retry-After: 7200"},
    {"/429-date", wait_date, 0, "429 with Retry-After: a date three hours ahead"},
    {"/429-once", wait_once, 0, "429 with Retry-After: 7200 to the first request, then a feed"},
    {"/503", wait_seconds, 503, "503 with Retry-After: 7200"},
    {"/500", only_status, 500, "500"},
    {"/403", only_status, 403, "403"},
    {"/404", only_status, 404, "404"},
    {"/410", only_status, 410, "410 Gone"},
    {"/301", to_ok, 301, "moved for good to /ok.xml"},
    {"/302", to_ok, 302, "moved for now to /ok.xml"},
    {"/307", to_ok, 307, "moved for now to /ok.xml"},
    {"/308", to_ok, 308, "moved for good to /ok.xml"},
    {"/chain/*", chain, 0, "/chain/N: N redirects, then /ok.xml"},
    {"/loop-a", to_somewhere, 0, "a loop of two redirects"},
    {"/loop-b", to_somewhere, 1, "a loop of two redirects"},
    {"/to-loopback", to_somewhere, 2, "redirect to 127.0.0.1:22"},
    {"/to-private", to_somewhere, 3, "redirect to 10.0.0.1"},
    {"/to-file", to_somewhere, 4, "redirect to file:///etc/hostname"},
    {"/to-denied", to_somewhere, 5, "redirect to a host whose robots.txt denies everything"},
    {"/to-nonsense", to_somewhere, 6, "redirect to what is no URL"},
    {"/to-gopher", to_somewhere, 7, "redirect to a gopher: URL"},
    {"/no-location", no_location, 0, "301 without Location"},
    {"/gzip.xml", gzip_feed, 0, "gzip as it should be"},
    {"/gzip-cut", gzip_feed, 300, "gzip that breaks off"},
    {"/gzip-not", gzip_feed, -1, "says gzip, is not"},
    {"/gzip-bomb", gzip_bomb, 0, "13 MB of gzip that decode to 2 GiB of zeros"},
    {"/length-long", wrong_length, 1000, "Content-Length 1000 too long, then closed"},
    {"/length-short", wrong_length, -100, "Content-Length 100 too short"},
    {"/reset", reset, 0, "connection reset in the middle of the body"},
    {"/chunked.xml", chunked, 0, "chunked as it should be"},
    {"/chunked-cut", chunked, 1, "chunked without the last chunk"},
    {"/chunked-bad", chunked, 2, "chunked with sizes that are no numbers"},
    {"/slow", slow, 4, "one byte every 4 ms, head included: a few seconds"},
    {"/drip", slow, 2000, "one byte every 2 s, head included"},
    {"/never", never, 0, "accepts the request and never answers"},
    {"/stops", stops, 0, "stops before the end of the body, never closes"},
    {"/huge-header", huge_header, 0, "one header of 1 MiB"},
    {"/endless-header", endless_header, 0, "headers without end (256 MiB)"},
    {"/endless-body", endless_body, 0, "a feed without end (256 MiB), well-formed so far"},
    {"/garbage", garbage, 0, "bytes that are no HTTP"},
    {"/5000.xml", big_feed, 5000, "a feed of 5,000 entries"},
    {"/empty-feed", big_feed, 0, "a feed without entries"},
    {"/empty", odd_feed, ODD_EMPTY, "200 with an empty body"},
    {"/html", odd_feed, ODD_HTML, "an HTML page that names its feed, where a feed is expected"},
    {"/broken.xml", odd_feed, ODD_BROKEN, "unclosed tags, bare ampersands, cut off"},
    {"/windows-1254.xml", odd_feed, ODD_LATIN5, "windows-1254 labelled iso-8859-1"},
    {"/utf-16.xml", odd_feed, ODD_UTF16, "UTF-16 with a byte order mark"},
    {"/bad-utf-8.xml", odd_feed, ODD_UTF8, "labelled UTF-8, with bytes that are not"},
    {"/no-ids.xml", odd_feed, ODD_NO_IDS, "items without guid, link or date"},
    {"/twice.xml", odd_feed, ODD_TWICE, "the same item three times, once with other words"},
    {"/bad-dates.xml", odd_feed, ODD_DATES, "dates of every wrong kind, and from the future"},
    {"/billion.xml", odd_feed, ODD_BILLION, "entities that expand to a billion"},
    {"/external.xml", odd_feed, ODD_EXTERNAL, "an external entity on a local file"},
    {"/deep.xml", odd_feed, ODD_DEEP, "100,000 nested elements"},
    {"/relative.xml", odd_feed, ODD_RELATIVE, "relative links with xml:base"},
};

#define FAULTS_N (sizeof(faults) / sizeof(faults[0]))

/* Hosts whose robots.txt is the matter; each has good feeds, see is_feed(). */
static const struct robots_host {
    const char *host;
    int status;
    const char *robots;
    const char *what;
} robots_hosts[] = {
    {HOST, 200, "User-agent: *\nDisallow: /denied/\n", "robots.txt denies /denied/"},
    {"closed.example", 200, "User-agent: *\nDisallow: /\n", "robots.txt denies everything"},
    {"closed-to-nabiz.example", 200, "User-agent: nabiz\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
     "robots.txt denies everything to nabiz by name"},
    {"robots-down.example", 503, "down\n", "robots.txt answers 503: nothing may be fetched"},
    {"robots-missing.example", 404, "no\n", "no robots.txt: everything may be fetched"},
    {"robots-html.example", 200, "<!DOCTYPE html><html><body>Disallow: /</body></html>\n",
     "robots.txt is an HTML page: no rules in it"},
    {"patient.example", 200, "User-agent: *\nCrawl-delay: 7200\n",
     "robots.txt asks for two hours between requests; /feed-2.xml and /feed-3.xml are there too"},
    {BUSY, 404, "no\n",
     "one in three requests gets 429 with Retry-After: 5400, which is meant for the host; "
     "/feed-2.xml and /feed-3.xml are there too"},
    {LASTING, 404, "no\n", "feeds with Cache-Control: max-age=10800"},
};

#define ROBOTS_N (sizeof(robots_hosts) / sizeof(robots_hosts[0]))

static const struct fault *find_fault(struct nb_slice path)
{
    for (size_t i = 0; i < FAULTS_N; i++) {
        struct nb_slice want = nb_slice_str(faults[i].path);
        bool prefix = nb_slice_ends(want, NB_LIT("*"));
        if (prefix ? nb_slice_starts(path, nb_slice_sub(want, 0, want.len - 1))
                   : nb_slice_eq(path, want)) {
            return &faults[i];
        }
    }
    return NULL;
}

/* What the hosts of robots_hosts have beside their robots.txt. */
static bool is_feed(struct nb_slice path)
{
    return nb_slice_eq(path, NB_LIT("/feed.xml")) || nb_slice_eq(path, NB_LIT("/feed-2.xml")) ||
           nb_slice_eq(path, NB_LIT("/feed-3.xml"));
}

static void answer_robots(const struct robots_host *host, const struct http_request *request,
                          struct http_reply *reply)
{
    bool html = host->robots[0] == '<';
    http_start(reply, request, host->status);
    http_finish(reply, request, html ? "text/html" : "text/plain", nb_slice_str(host->robots));
}

static void send_feed_of(const char *host, struct exchange *x)
{
    if (strcmp(host, BUSY) == 0 && ++x->hostile->busy_n % 3 == 0) {
        http_start(x->reply, x->request, 429);
        http_header(x->reply, "Retry-After", "5400");
        http_finish(x->reply, x->request, "text/plain", NB_LIT("later\n"));
    } else if (strcmp(host, LASTING) == 0) {
        hostile_feed(3, x->body);
        http_start(x->reply, x->request, 200);
        http_header(x->reply, "Cache-Control", "public, max-age=10800");
        http_finish(x->reply, x->request, RSS, nb_buf_slice(x->body));
    } else {
        honest(x);
    }
}

bool hostile_answer(struct hostile *hostile, const struct http_request *request,
                    struct http_reply *reply)
{
    size_t i = 0;
    while (i < ROBOTS_N &&
           !nb_slice_eq_ascii_case(request->host, nb_slice_str(robots_hosts[i].host))) {
        i++;
    }
    if (i == ROBOTS_N) {
        return false;
    }
    struct nb_buf body;
    nb_buf_init(&body, BODY_MAX);
    struct exchange x = {hostile, request, reply, &body, 404};
    const struct fault *fault = i == 0 ? find_fault(request->path) : NULL;
    hostile->requests_n++;
    if (nb_slice_eq(request->path, NB_LIT("/robots.txt"))) {
        answer_robots(&robots_hosts[i], request, reply);
    } else if (fault) {
        x.argument = fault->argument;
        fault->answer(&x);
    } else if (i > 0 && is_feed(request->path)) {
        send_feed_of(robots_hosts[i].host, &x);
    } else {
        only_status(&x);
    }
    nb_buf_fini(&body);
    return true;
}

void hostile_list(struct nb_buf *out)
{
    for (size_t i = 0; i < FAULTS_N; i++) {
        nb_buf_addf(out, "http://" HOST "%s\t%s\n", faults[i].path, faults[i].what);
    }
    for (size_t i = 1; i < ROBOTS_N; i++) {
        nb_buf_addf(out, "http://%s/feed.xml\t%s\n", robots_hosts[i].host, robots_hosts[i].what);
    }
}
