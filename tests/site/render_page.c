/*
 * Pages are made the way their engines make them, menus, adverts and neighbours included: what a
 * crawler has to tell apart from the words.
 */
#include "tests/site/render.h"

#include "tests/site/markup.h"
#include "tests/site/page.h"

#define INDEX_N 20

void page_head(const struct story *story, enum site_id id, struct nb_slice title,
               const struct item *item, struct nb_buf *out)
{
    const struct site *site = &story->cast.sites[id];
    nb_buf_add_str(out, "<!DOCTYPE html>\n<html lang=\"tr\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<title>");
    markup_escape(title, out);
    nb_buf_add_str(out, " | ");
    markup_escape(site->title, out);
    nb_buf_add_str(out, "</title>\n<meta name=\"description\" content=\"");
    markup_escape(site->about, out);
    nb_buf_add_str(out, "\">\n");
    for (size_t f = 0; f < FEEDS_N; f++) {
        if (feeds[f].site == id) {
            nb_buf_addf(out,
                        "<link rel=\"alternate\" type=\"application/%s+xml\" title=\"%s\" "
                        "href=\"%s\">\n",
                        feeds[f].format == FEED_ATOM ? "atom" : "rss",
                        feeds[f].comments ? "Yorumlar" : "Yeni", feeds[f].path);
        }
    }
    if (item) {
        nb_buf_add_str(out, "<link rel=\"canonical\" href=\"");
        page_thread_address(story, item, out);
        nb_buf_add_str(out, "\">\n<meta property=\"og:type\" content=\"article\">\n"
                            "<meta property=\"og:title\" content=\"");
        markup_escape(item->title, out);
        nb_buf_add_str(out, "\">\n<meta property=\"article:published_time\" content=\"");
        markup_iso(item->at_ms, out);
        nb_buf_add_str(out, "\">\n");
    }
    nb_buf_add_str(out, "</head>\n<body>\n<header class=\"site-header\"><a class=\"logo\" "
                        "href=\"/\">");
    markup_escape(site->title, out);
    nb_buf_add_str(out, "</a><nav class=\"main-menu\"><ul><li><a href=\"/\">Ana sayfa</a></li>"
                        "<li><a href=\"/hakkinda\">Hakkında</a></li>"
                        "<li><a href=\"/iletisim\">İletişim</a></li></ul></nav></header>\n");
}

void page_foot(const struct story *story, enum site_id id, struct nb_buf *out)
{
    nb_buf_add_str(out, "<aside class=\"sidebar\"><div class=\"reklam\"><p>Reklam: Hayalinizdeki "
                        "koltuk takımı burada!</p></div><div class=\"newsletter\"><p>Bültenimize "
                        "abone olun, haberler kutunuza gelsin.</p></div></aside>\n"
                        "<footer><p>© 2026 ");
    markup_escape(story->cast.sites[id].title, out);
    nb_buf_add_str(out,
                   ". Tüm hakları saklıdır. Çerez politikası</p></footer>\n</body>\n</html>\n");
}

static void add_link(const struct story *story, const struct item *item, struct nb_buf *out)
{
    nb_buf_add_str(out, "<a href=\"");
    page_thread_address(story, item, out);
    nb_buf_add_str(out, "\">");
    markup_escape(item->title, out);
    nb_buf_add_str(out, "</a>");
}

void page_time(const struct item *item, struct nb_buf *out)
{
    nb_buf_add_str(out, "<time datetime=\"");
    markup_iso(item->at_ms, out);
    nb_buf_add_str(out, "\">");
    markup_local(item->at_ms, out);
    nb_buf_add_str(out, "</time>");
}

/* First items of threads of a site, newest first; calls back until `max` were shown. */
static void list_threads(const struct story *story, enum site_id site, int channel, int64_t now_ms,
                         const struct item *except, size_t max, struct nb_buf *out)
{
    nb_buf_add_str(out, "<ul class=\"liste\">\n");
    for (size_t i = story->items_n; i-- > 0 && max > 0;) {
        const struct item *item = &story->items[i];
        if (item->site != site || item->thread != item || item == except ||
            (channel >= 0 && item->channel != channel) || !story_body(item, now_ms).p) {
            continue;
        }
        nb_buf_add_str(out, "<li>");
        add_link(story, item, out);
        nb_buf_add_str(out, "</li>\n");
        max--;
    }
    nb_buf_add_str(out, "</ul>\n");
}

static void article_comments(const struct item *article, int64_t now_ms, struct nb_buf *out)
{
    size_t n = story_answers_n(article, now_ms);
    nb_buf_addf(out,
                "<section id=\"comments\" class=\"comments-area\"><h2>%zu yorum</h2>"
                "<ol class=\"comment-list\">\n",
                n);
    for (const struct item *item = article->next; item && item->at_ms <= now_ms;
         item = item->next) {
        struct nb_slice body = story_body(item, now_ms);
        if (!body.p) {
            continue;
        }
        nb_buf_addf(out,
                    "<li id=\"comment-%u\" class=\"comment%s\"><div class=\"comment-author "
                    "vcard\"><cite class=\"fn\">",
                    item->id, item->parent && item->parent->kind == ITEM_COMMENT ? " depth-2" : "");
        markup_escape(item->author->handle, out);
        nb_buf_add_str(out, "</cite></div><div class=\"comment-metadata\">");
        page_time(item, out);
        nb_buf_add_str(out, "</div><div class=\"comment-content\">");
        markup_body(body, NULL, 0, out);
        nb_buf_addf(out,
                    "</div><a class=\"comment-reply-link\" href=\"?replytocom=%u\">Yanıtla</a>"
                    "</li>\n",
                    item->id);
    }
    nb_buf_add_str(out, "</ol></section>\n");
}

static void article_page(const struct story *story, const struct item *item, int64_t now_ms,
                         struct nb_buf *out)
{
    page_head(story, item->site, item->title, item, out);
    nb_buf_addf(out, "<main><article id=\"post-%u\" class=\"post\"><h1 class=\"entry-title\">",
                item->id);
    markup_escape(item->title, out);
    nb_buf_add_str(out, "</h1><div class=\"entry-meta\"><span class=\"author vcard\"><a "
                        "rel=\"author\" href=\"/yazar\">");
    markup_escape(item->author->name, out);
    nb_buf_add_str(out, "</a></span> ");
    page_time(item, out);
    nb_buf_add_str(out, "</div><div class=\"entry-content\">\n");
    markup_body(story_body(item, now_ms), NULL, 0, out);
    nb_buf_add_str(out, "</div><div class=\"paylas\">Paylaş: <a href=\"#\">Kopyala</a> "
                        "<a href=\"#\">E-posta</a></div></article>\n");
    article_comments(item, now_ms, out);
    nb_buf_add_str(out, "<section class=\"related\"><h3>İlginizi çekebilir</h3>\n");
    list_threads(story, item->site, -1, now_ms, item, 5, out);
    nb_buf_add_str(out, "</section></main>\n");
    page_foot(story, item->site, out);
}

static void index_page(const struct story *story, enum site_id id, int64_t now_ms,
                       struct nb_buf *out)
{
    const struct site *site = &story->cast.sites[id];
    page_head(story, id, site->title, NULL, out);
    nb_buf_add_str(out, "<main>\n");
    for (size_t c = 0; c < site->channels_n; c++) {
        nb_buf_add_str(out, "<h2>");
        markup_escape(site->channels[c], out);
        nb_buf_add_str(out, "</h2>\n");
        list_threads(story, id, (int)c, now_ms, NULL, INDEX_N, out);
    }
    if (site->channels_n == 0) {
        list_threads(story, id, -1, now_ms, NULL, INDEX_N, out);
    }
    nb_buf_add_str(out, "</main>\n");
    page_foot(story, id, out);
}

/* Take "page-2" or "?p=2" off the end. */
static size_t take_page_number(struct nb_slice *path)
{
    static const char *const marks[] = {"page-", "?p="};
    for (size_t i = 0; i < 2; i++) {
        size_t at = nb_slice_find(*path, nb_slice_str(marks[i]), 0);
        int64_t page;
        if (at != NB_NPOS &&
            nb_slice_to_i64(nb_slice_sub(*path, at + strlen(marks[i]), path->len), &page) &&
            page > 0 && page < 100000) {
            *path = nb_slice_sub(*path, 0, at);
            return (size_t)page;
        }
    }
    return 1;
}

/* The item whose address ends in this number: "...-1234/", "...h1234", "/post-1234". */
static const struct item *item_of_path(const struct story *story, enum site_id site,
                                       struct nb_slice path)
{
    size_t end = path.len;
    while (end > 0 && path.p[end - 1] == '/') {
        end--;
    }
    size_t from = end;
    while (from > 0 && nb_ascii_is_digit(path.p[from - 1]) && end - from < 9) {
        from--;
    }
    int64_t id;
    if (!nb_slice_to_i64(nb_slice_sub(path, from, end), &id)) {
        return NULL;
    }
    const struct item *item = story_item(story, (uint32_t)id);
    if (!item || item->site != site) {
        return NULL;
    }
    /* the address must be the item's own, not merely end in its number */
    struct nb_slice rest = nb_slice_sub(item->url, strlen("http://"), item->url.len);
    size_t slash = nb_slice_find_byte(rest, '/', 0);
    return nb_slice_eq(nb_slice_sub(rest, slash, rest.len), path) ? item : NULL;
}

bool render_page(const struct story *story, enum site_id site, struct nb_slice path, int64_t now_ms,
                 struct nb_buf *out)
{
    if (nb_slice_eq(path, NB_LIT("/"))) {
        index_page(story, site, now_ms, out);
        return true;
    }
    size_t page = take_page_number(&path);
    const struct item *item = page_heading(story, site, path, now_ms);
    if (item) {
        return page_thread(story, item, page, now_ms, out);
    }
    item = item_of_path(story, site, path);
    if (!item || !story_body(item, now_ms).p) {
        return false;
    }
    if (item->kind == ITEM_POST) {
        return page_thread(story, item->thread, page, now_ms, out);
    }
    if (item->kind == ITEM_ENTRY) {
        page_entry(story, item, now_ms, out);
    } else {
        article_page(story, item, now_ms, out);
    }
    return true;
}

void render_sitemap(const struct story *story, enum site_id site, int64_t now_ms,
                    struct nb_buf *out)
{
    nb_buf_add_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (size_t i = 0; i < story->items_n; i++) {
        const struct item *item = &story->items[i];
        if (item->site != site || item->thread != item || !story_body(item, now_ms).p) {
            continue;
        }
        nb_buf_add_str(out, "<url><loc>");
        markup_escape(item->url, out);
        nb_buf_add_str(out, "</loc><lastmod>");
        markup_iso(story_touched_ms(item, now_ms), out);
        nb_buf_add_str(out, "</lastmod></url>\n");
    }
    nb_buf_add_str(out, "</urlset>\n");
}
