#include "tests/site/render.h"

#include "tests/site/markup.h"

#define SUMMARY_BYTES 280
#define FEED_MAX (1 << 20)

size_t render_window(const struct story *story, size_t feed, int64_t now_ms,
                     const struct item *out[FEED_WINDOW_MAX])
{
    size_t n = 0, low = 0, high = story->by_feed_n[feed];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (story->by_feed[feed][middle]->at_ms <= now_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = low; i > 0 && n < feeds[feed].window; i--) {
        const struct item *item = story->by_feed[feed][i - 1];
        if (story_body(item, now_ms).p) {
            out[n++] = item;
        }
    }
    return n;
}

static void element(struct nb_buf *out, const char *name, struct nb_slice text)
{
    nb_buf_addf(out, "<%s>", name);
    markup_escape(text, out);
    nb_buf_addf(out, "</%s>\n", name);
}

/* HTML inside XML: escaped once more. */
static void element_html(struct nb_buf *out, const char *name, const char *attributes,
                         const struct item *item, int64_t now_ms, bool cdata)
{
    struct nb_buf html;
    nb_buf_init(&html, FEED_MAX);
    markup_body(story_body(item, now_ms), NULL, 0, &html);
    nb_buf_addf(out, "<%s%s>", name, attributes);
    if (cdata) {
        nb_buf_add_str(out, "<![CDATA[");
        nb_buf_add(out, nb_buf_slice(&html));
        nb_buf_add_str(out, "]]>");
    } else {
        markup_escape(nb_buf_slice(&html), out);
    }
    nb_buf_addf(out, "</%s>\n", name);
    nb_buf_fini(&html);
}

static void element_summary(struct nb_buf *out, const char *name, const struct item *item,
                            int64_t now_ms)
{
    struct nb_buf text;
    nb_buf_init(&text, FEED_MAX);
    markup_summary(story_body(item, now_ms), SUMMARY_BYTES, &text);
    element(out, name, nb_buf_slice(&text));
    nb_buf_fini(&text);
}

/* Comments are called after what they answer, posts by "Ynt:", headings as they are. */
static void element_title(struct nb_buf *out, const struct item *item)
{
    bool answers = item->thread != item && item->kind != ITEM_ENTRY;
    nb_buf_add_str(out, "<title>");
    if (answers && item->kind == ITEM_COMMENT) {
        markup_escape(item->author->name, out);
        nb_buf_add_str(out, ": ");
    } else if (answers) {
        nb_buf_add_str(out, "Ynt: ");
    }
    markup_escape(item->title, out);
    nb_buf_add_str(out, "</title>\n");
}

static void in_reply_to(struct nb_buf *out, const struct item *item)
{
    const struct item *to = item->parent ? item->parent : item->thread;
    if (to == item || item->kind == ITEM_ENTRY) {
        return;
    }
    nb_buf_add_str(out, "<thr:in-reply-to ref=\"");
    markup_escape(to->guid, out);
    nb_buf_add_str(out, "\" href=\"");
    markup_escape(to->url, out);
    nb_buf_add_str(out, "\"/>\n");
}

static bool guid_is_url(const struct item *item)
{
    return nb_slice_eq(item->guid, item->url);
}

static void rss_item(const struct story *story, const struct feed *feed, const struct item *item,
                     int64_t now_ms, struct nb_buf *out)
{
    const struct site *site = &story->cast.sites[item->site];
    nb_buf_add_str(out, "<item>\n");
    element_title(out, item);
    element(out, "link", item->url);
    nb_buf_addf(out, "<guid isPermaLink=\"%s\">", guid_is_url(item) ? "true" : "false");
    markup_escape(item->guid, out);
    nb_buf_add_str(out, "</guid>\n<pubDate>");
    markup_rfc822(item->at_ms, out);
    nb_buf_add_str(out, "</pubDate>\n");
    /* forums know people by handle, newspapers by name */
    bool by_name = item->kind == ITEM_ARTICLE && site->engine != ENGINE_BLOG;
    element(out, "dc:creator", by_name ? item->author->name : item->author->handle);
    if (item->channel >= 0 && (size_t)item->channel < site->channels_n) {
        element(out, "category", site->channels[item->channel]);
    }
    if (item->thread == item && site->engine != ENGINE_COMPLAINTS) {
        nb_buf_addf(out, "<slash:comments>%zu</slash:comments>\n", story_answers_n(item, now_ms));
    }
    /* one comment feed leaves its readers with the link's fragment only */
    if (item->site != SITE_CIP) {
        in_reply_to(out, item);
    }
    if (feed->body == BODY_FULL) {
        element_html(out, "description", "", item, now_ms, item->site == SITE_MANSER);
    } else {
        element_summary(out, "description", item, now_ms);
    }
    if (feed->body == BODY_ENCODED) {
        element_html(out, "content:encoded", "", item, now_ms, true);
    }
    nb_buf_add_str(out, "</item>\n");
}

static void render_rss(const struct story *story, size_t f, int64_t now_ms, struct nb_buf *out)
{
    const struct item *window[FEED_WINDOW_MAX];
    const struct feed *feed = &feeds[f];
    const struct site *site = &story->cast.sites[feed->site];
    nb_buf_addf(out, "<?xml version=\"1.0\" encoding=\"%s\"?>\n",
                feed->latin5 ? "windows-1254" : "UTF-8");
    nb_buf_add_str(out, "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                        "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" "
                        "xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\" "
                        "xmlns:thr=\"http://purl.org/syndication/thread/1.0\" "
                        "xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n");
    element(out, "title", site->title);
    nb_buf_addf(out, "<link>http://%s/</link>\n", site->host);
    element(out, "description", site->about);
    nb_buf_addf(out,
                "<language>tr</language>\n<atom:link rel=\"self\" type=\"application/rss+xml\" "
                "href=\"http://%s%s\"/>\n",
                site->host, feed->path);
    size_t n = render_window(story, f, now_ms, window);
    for (size_t i = 0; i < n; i++) {
        rss_item(story, feed, window[i], now_ms, out);
    }
    nb_buf_add_str(out, "</channel>\n</rss>\n");
}

static void atom_entry(const struct story *story, const struct feed *feed, const struct item *item,
                       int64_t now_ms, struct nb_buf *out)
{
    nb_buf_add_str(out, "<entry>\n");
    element_title(out, item);
    element(out, "id", item->guid);
    nb_buf_add_str(out, "<link rel=\"alternate\" type=\"text/html\" href=\"");
    markup_escape(item->url, out);
    nb_buf_add_str(out, "\"/>\n<published>");
    markup_iso(item->at_ms, out);
    nb_buf_add_str(out, "</published>\n<updated>");
    markup_iso(story_touched_ms(item, now_ms), out);
    nb_buf_add_str(out, "</updated>\n<author>");
    element(out, "name", item->author->handle);
    nb_buf_addf(out, "<uri>http://%s/yazar/", story->cast.sites[item->site].host);
    struct nb_buf slug;
    nb_buf_init(&slug, 128);
    text_slug(item->author->handle, 60, &slug);
    nb_buf_add(out, nb_buf_slice(&slug));
    nb_buf_fini(&slug);
    nb_buf_add_str(out, "</uri></author>\n");
    in_reply_to(out, item);
    if (item->thread == item && item->kind == ITEM_ARTICLE) {
        nb_buf_addf(out, "<thr:total>%zu</thr:total>\n", story_answers_n(item, now_ms));
    }
    element_summary(out, "summary", item, now_ms);
    if (feed->body != BODY_SUMMARY) {
        element_html(out, "content", " type=\"html\"", item, now_ms, false);
    }
    nb_buf_add_str(out, "</entry>\n");
}

static void render_atom(const struct story *story, size_t f, int64_t now_ms, int64_t touched_ms,
                        struct nb_buf *out)
{
    const struct item *window[FEED_WINDOW_MAX];
    const struct feed *feed = &feeds[f];
    const struct site *site = &story->cast.sites[feed->site];
    nb_buf_add_str(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                        "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
                        "xmlns:thr=\"http://purl.org/syndication/thread/1.0\" xml:lang=\"tr\">\n");
    element(out, "title", site->title);
    element(out, "subtitle", site->about);
    nb_buf_addf(out, "<id>tag:%s,2026:%s</id>\n", site->host, feed->path);
    nb_buf_addf(out, "<link rel=\"self\" href=\"http://%s%s\"/>\n", site->host, feed->path);
    nb_buf_addf(out, "<link rel=\"alternate\" type=\"text/html\" href=\"http://%s/\"/>\n",
                site->host);
    nb_buf_add_str(out, "<updated>");
    markup_iso(touched_ms, out);
    nb_buf_add_str(out, "</updated>\n");
    size_t n = render_window(story, f, now_ms, window);
    for (size_t i = 0; i < n; i++) {
        atom_entry(story, feed, window[i], now_ms, out);
    }
    nb_buf_add_str(out, "</feed>\n");
}

/* Answers change what a feed says of an item (their count), deletions what it shows. */
static int64_t touched(const struct story *story, size_t f, int64_t now_ms)
{
    const struct item *window[FEED_WINDOW_MAX];
    int64_t last = STORY_START_MS;
    size_t n = render_window(story, f, now_ms, window);
    for (size_t i = 0; i < n; i++) {
        int64_t at = story_touched_ms(window[i], now_ms);
        last = at > last ? at : last;
        for (const struct item *answer = window[i]->next; answer && answer->at_ms <= now_ms;
             answer = answer->next) {
            last = answer->at_ms > last ? answer->at_ms : last;
        }
    }
    for (size_t i = 0; i < story->by_feed_n[f]; i++) {
        const struct item *item = story->by_feed[f][i];
        if (item->delete_ms <= now_ms && item->delete_ms > last) {
            last = item->delete_ms;
        }
    }
    return last;
}

void render_feed(const struct story *story, size_t feed, int64_t now_ms, struct nb_buf *out,
                 int64_t *out_touched_ms)
{
    struct nb_buf utf8;
    *out_touched_ms = touched(story, feed, now_ms);
    if (feeds[feed].format == FEED_ATOM) {
        render_atom(story, feed, now_ms, *out_touched_ms, out);
    } else if (feeds[feed].latin5) {
        nb_buf_init(&utf8, FEED_MAX);
        render_rss(story, feed, now_ms, &utf8);
        markup_latin5(nb_buf_slice(&utf8), out);
        nb_buf_fini(&utf8);
    } else {
        render_rss(story, feed, now_ms, out);
    }
}
