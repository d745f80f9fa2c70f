#include "tests/site/route.h"

#include <nabiz/hash.h>

#include "tests/site/gzip.h"
#include "tests/site/render.h"

#define BODY_MAX (8u << 20)

static void plain(const struct http_request *request, struct http_reply *reply, int status,
                  struct nb_slice text)
{
    http_start(reply, request, status);
    http_finish(reply, request, "text/plain; charset=utf-8", text);
}

static void moved(const struct http_request *request, struct http_reply *reply, const char *host,
                  const char *path)
{
    http_start(reply, request, 301);
    http_header(reply, "Location", "http://%s%s", host, path);
    http_finish(reply, request, "text/plain", NB_LIT(""));
}

static const char *content_type(const struct feed *feed)
{
    if (feed->latin5) {
        return "text/xml; charset=windows-1254";
    }
    return feed->format == FEED_ATOM ? "application/atom+xml; charset=utf-8"
                                     : "application/rss+xml; charset=utf-8";
}

/* If-None-Match decides alone where both are sent (RFC 9110, 13.2.2). */
static bool not_modified(const struct http_request *request, const char *etag, const char *modified)
{
    if (*etag && request->if_none_match.len > 0) {
        return nb_slice_eq(request->if_none_match, nb_slice_str(etag));
    }
    return *modified && request->if_none_match.len == 0 &&
           nb_slice_eq(request->if_modified_since, nb_slice_str(modified));
}

static void send_feed(const struct story *story, size_t f, const struct http_request *request,
                      struct http_reply *reply)
{
    const struct site *site = &story->cast.sites[feeds[f].site];
    char etag[32] = "", modified[NB_HTTP_DATE_BYTES] = "";
    struct nb_buf body, packed;
    int64_t touched_ms;
    nb_buf_init(&body, BODY_MAX);
    nb_buf_init(&packed, BODY_MAX);
    render_feed(story, f, request->now_ms, &body, &touched_ms);
    if (site->flags & SITE_ETAG) {
        (void)snprintf(etag, sizeof(etag), "\"%016llx\"",
                       (unsigned long long)nb_hash64(nb_buf_slice(&body)));
    }
    if (site->flags & SITE_MODIFIED) {
        nb_date_http(touched_ms, modified);
    }
    http_start(reply, request, not_modified(request, etag, modified) ? 304 : 200);
    if (*etag) {
        http_header(reply, "ETag", "%s", etag);
    }
    if (*modified) {
        http_header(reply, "Last-Modified", "%s", modified);
    }
    bool pack = site->flags & SITE_GZIP && reply->status == 200 &&
                nb_slice_find(request->accept_encoding, NB_LIT("gzip"), 0) != NB_NPOS;
    if (pack) {
        gzip_stored(nb_buf_slice(&body), &packed);
        http_header(reply, "Content-Encoding", "gzip");
    }
    http_finish(reply, request, content_type(&feeds[f]), nb_buf_slice(pack ? &packed : &body));
    nb_buf_fini(&body);
    nb_buf_fini(&packed);
}

static bool answer_feed(const struct story *story, enum site_id site,
                        const struct http_request *request, struct http_reply *reply)
{
    for (size_t f = 0; f < FEEDS_N; f++) {
        const struct feed *feed = &feeds[f];
        bool old = feed->moved_from && nb_slice_eq(request->path, nb_slice_str(feed->moved_from));
        bool has_moved = feed->moved_from && request->now_ms >= STORY_MOVED_MS;
        bool here = nb_slice_eq(request->path, nb_slice_str(feed->path));
        if (feed->site != site || (!old && !here)) {
            continue;
        }
        if (site == GONE_FEED_SITE && request->now_ms >= STORY_GONE_MS) {
            plain(request, reply, 410, NB_LIT("gone\n"));
        } else if (old && has_moved) {
            moved(request, reply, story->cast.sites[site].host, feed->path);
        } else if (feed->moved_from && here && !has_moved) {
            plain(request, reply, 404, NB_LIT("not here yet\n"));
        } else {
            send_feed(story, f, request, reply);
        }
        return true;
    }
    return false;
}

static void answer_page(const struct story *story, enum site_id site,
                        const struct http_request *request, struct http_reply *reply)
{
    struct nb_buf body;
    nb_buf_init(&body, BODY_MAX);
    if (nb_slice_eq(request->path, NB_LIT("/robots.txt"))) {
        nb_buf_addf(&body,
                    "User-agent: *\nDisallow: /yonetim/\nDisallow: /ara\n\nSitemap: "
                    "http://%s/sitemap.xml\n",
                    story->cast.sites[site].host);
        plain(request, reply, 200, nb_buf_slice(&body));
    } else if (nb_slice_eq(request->path, NB_LIT("/sitemap.xml"))) {
        render_sitemap(story, site, request->now_ms, &body);
        http_start(reply, request, 200);
        http_finish(reply, request, "application/xml", nb_buf_slice(&body));
    } else if (render_page(story, site, request->path, request->now_ms, &body)) {
        http_start(reply, request, 200);
        http_finish(reply, request, "text/html; charset=utf-8", nb_buf_slice(&body));
    } else {
        plain(request, reply, 404, NB_LIT("not found\n"));
    }
    nb_buf_fini(&body);
}

void route_answer(void *context, const struct http_request *request, struct http_reply *reply)
{
    struct route *route = context;
    if (hostile_answer(&route->hostile, request, reply)) {
        return;
    }
    if (social_answer(&route->story.social, request, reply)) {
        return;
    }
    enum site_id site = cast_site_of_host(&route->story.cast, request->host);
    if (site == SITES_N) {
        plain(request, reply, 421, NB_LIT("no such host in this story\n"));
    } else if (site == DOWN_SITE && request->now_ms >= STORY_DOWN_FROM_MS &&
               request->now_ms < STORY_DOWN_TO_MS) {
        plain(request, reply, 503, NB_LIT("down for maintenance\n"));
    } else if (!answer_feed(&route->story, site, request, reply)) {
        answer_page(&route->story, site, request, reply);
    }
}
