/*
 * Threads as XenForo and dictionary-style sites show them.
 */
#include "tests/site/markup.h"
#include "tests/site/page.h"

#define POSTS_PER_PAGE 20

static void forum_post(const struct item *item, size_t nth, int64_t now_ms, struct nb_buf *out)
{
    struct nb_buf author;
    nb_buf_init(&author, 512);
    if (item->parent) {
        markup_escape(item->parent->author->handle, &author);
    }
    nb_buf_add_byte(&author, '\0');
    nb_buf_add_str(out, "<article class=\"message message--post js-post\" data-author=\"");
    markup_escape(item->author->handle, out);
    nb_buf_addf(out,
                "\" data-content=\"post-%u\" id=\"js-post-%u\">\n<div class=\"message-user\">"
                "<h4 class=\"message-name\"><a class=\"username\" href=\"/uye/",
                item->id, item->id);
    text_slug(item->author->handle, 60, out);
    nb_buf_add_str(out, "\">");
    markup_escape(item->author->handle, out);
    nb_buf_add_str(out, "</a></h4><h5 class=\"userTitle\">Üye</h5></div>\n<header "
                        "class=\"message-attribution\"><a class=\"u-concealed\" href=\"");
    markup_escape(item->url, out);
    nb_buf_add_str(out, "\">");
    page_time(item, out);
    nb_buf_addf(out,
                "</a> <a href=\"#\">#%zu</a></header>\n<div class=\"message-body\"><div "
                "class=\"bbWrapper\">",
                nth);
    markup_body(story_body(item, now_ms), item->parent ? author.p : NULL,
                item->parent ? item->parent->id : 0, out);
    nb_buf_add_str(out, "</div></div>\n<footer class=\"message-footer\"><a href=\"#\">Alıntıla</a>"
                        "</footer></article>\n");
    nb_buf_fini(&author);
}

static void dictionary_entry(const struct item *item, int64_t now_ms, struct nb_buf *out)
{
    nb_buf_addf(out, "<li id=\"entry-%u\" data-id=\"%u\" data-author=\"", item->id, item->id);
    markup_escape(item->author->handle, out);
    nb_buf_add_str(out, "\"><div class=\"content\">\n");
    markup_body(story_body(item, now_ms), NULL, 0, out);
    nb_buf_addf(out, "</div><footer><a class=\"entry-date permalink\" href=\"/entry/%u\">",
                item->id);
    markup_local(item->at_ms, out);
    nb_buf_add_str(out, "</a> <a class=\"entry-author\" href=\"/biri/");
    text_slug(item->author->handle, 60, out);
    nb_buf_add_str(out, "\">");
    markup_escape(item->author->handle, out);
    nb_buf_add_str(out, "</a></footer></li>\n");
}

/* "/slug--1234": the page of a dictionary's heading, named after its first entry. */
static void heading_path(const struct item *first, struct nb_buf *out)
{
    nb_buf_add_byte(out, '/');
    text_slug(first->title, 60, out);
    nb_buf_addf(out, "--%u", first->id);
}

void page_thread_address(const struct story *story, const struct item *first, struct nb_buf *out)
{
    if (first->kind == ITEM_ENTRY) {
        nb_buf_addf(out, "http://%s", story->cast.sites[first->site].host);
        heading_path(first, out);
    } else {
        markup_escape(first->url, out);
    }
}

bool page_thread(const struct story *story, const struct item *first, size_t page, int64_t now_ms,
                 struct nb_buf *out)
{
    bool forum = first->kind == ITEM_POST;
    size_t nth = 0, from = (page - 1) * POSTS_PER_PAGE, shown = 0;
    page_head(story, first->site, first->title, first, out);
    nb_buf_add_str(out, forum ? "<main class=\"p-body-main\"><h1 class=\"p-title-value\">"
                              : "<main id=\"topic\"><h1 id=\"title\">");
    markup_escape(first->title, out);
    nb_buf_add_str(out, forum ? "</h1>\n" : "</h1>\n<ul id=\"entry-item-list\">\n");
    const struct item *item = first;
    for (; item && item->at_ms <= now_ms && shown < POSTS_PER_PAGE; item = item->next) {
        if (!story_body(item, now_ms).p || nth++ < from) {
            continue;
        }
        shown++;
        if (forum) {
            forum_post(item, nth, now_ms, out);
        } else {
            dictionary_entry(item, now_ms, out);
        }
    }
    nb_buf_add_str(out, forum ? "" : "</ul>\n");
    if (item && item->at_ms <= now_ms) {
        nb_buf_addf(out, "<a class=\"%s\" rel=\"next\" href=\"",
                    forum ? "pageNav-jump pageNav-jump--next" : "next");
        page_thread_address(story, first, out);
        nb_buf_addf(out, "%s%zu\">Sonraki</a>\n", forum ? "page-" : "?p=", page + 1);
    }
    nb_buf_add_str(out, "</main>\n");
    page_foot(story, first->site, out);
    return shown > 0;
}

void page_entry(const struct story *story, const struct item *entry, int64_t now_ms,
                struct nb_buf *out)
{
    page_head(story, entry->site, entry->title, NULL, out);
    nb_buf_add_str(out, "<main id=\"topic\"><h1 id=\"title\"><a href=\"");
    page_thread_address(story, entry->thread, out);
    nb_buf_add_str(out, "\">");
    markup_escape(entry->title, out);
    nb_buf_add_str(out, "</a></h1>\n<ul id=\"entry-item-list\">\n");
    dictionary_entry(entry, now_ms, out);
    nb_buf_add_str(out, "</ul>\n</main>\n");
    page_foot(story, entry->site, out);
}

const struct item *page_heading(const struct story *story, enum site_id site, struct nb_slice path,
                                int64_t now_ms)
{
    size_t mark = nb_slice_find(path, NB_LIT("--"), 0);
    int64_t id;
    if (mark == NB_NPOS || !nb_slice_to_i64(nb_slice_sub(path, mark + 2, path.len), &id)) {
        return NULL;
    }
    const struct item *first = story_item(story, (uint32_t)id);
    if (!first || first->site != site || first->kind != ITEM_ENTRY || first->thread != first ||
        !story_body(first, now_ms).p) {
        return NULL;
    }
    struct nb_buf own;
    nb_buf_init(&own, 256);
    heading_path(first, &own);
    bool same = nb_slice_eq(nb_buf_slice(&own), path);
    nb_buf_fini(&own);
    return same ? first : NULL;
}
