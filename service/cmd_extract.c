/* nabiz extract: a page on stdin, its article or thread as one JSON object on stdout. */
#include "service/commands.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/page.h>
#include <nabiz/paths.h>

#include "service/filter.h"

static const char *const kinds[] = {
    [NB_PAGE_KIND_AUTO] = "auto",
    [NB_PAGE_KIND_ARTICLE] = "article",
    [NB_PAGE_KIND_THREAD] = "thread",
};

enum { KINDS_N = sizeof(kinds) / sizeof(kinds[0]) };

/* What is not known is null. */
static void write_str(struct nb_json *json, const char *key, struct nb_slice value)
{
    if (value.len) {
        nb_json_kstr(json, key, value);
    } else {
        nb_json_key(json, key);
        nb_json_null(json);
    }
}

static void write_quotes(struct nb_json *json, const struct nb_page_post *post)
{
    nb_json_key(json, "quotes");
    nb_json_array(json);
    for (size_t i = 0; i < post->quotes_n; i++) {
        nb_json_object(json);
        write_str(json, "author", post->quotes[i].author);
        nb_json_kstr(json, "text", post->quotes[i].text);
        write_str(json, "post_id", post->quotes[i].post_id);
        nb_json_end(json);
    }
    nb_json_end(json);
}

/* -1: not known */
static void write_count(struct nb_json *json, const char *key, int64_t n)
{
    nb_json_key(json, key);
    if (n >= 0) {
        nb_json_int(json, n);
    } else {
        nb_json_null(json);
    }
}

static void write_posts(struct nb_json *json, const char *key, const struct nb_page *page)
{
    nb_json_key(json, key);
    nb_json_array(json);
    for (size_t i = 0; i < page->posts_n; i++) {
        const struct nb_page_post *post = &page->posts[i];
        nb_json_object(json);
        write_str(json, "id", post->id);
        write_str(json, "author", post->author);
        write_str(json, "author_url", post->author_url);
        nb_json_ktime(json, "published", post->published_ms);
        nb_json_kstr(json, "text", post->text);
        write_quotes(json, post);
        write_str(json, "reply_to", post->reply_to);
        write_str(json, "url", post->url);
        write_count(json, "likes", post->likes);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void write_links(struct nb_json *json, const char *key, const struct nb_page_link *links,
                        size_t n)
{
    nb_json_key(json, key);
    nb_json_array(json);
    for (size_t i = 0; i < n; i++) {
        nb_json_object(json);
        nb_json_kstr(json, "url", links[i].url);
        nb_json_kstr(json, "text", links[i].text);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void write_article(struct nb_json *json, const struct nb_page *page)
{
    write_str(json, "canonical", page->canonical);
    write_str(json, "title", page->title);
    write_str(json, "author", page->author);
    nb_json_ktime(json, "published", page->published_ms);
    nb_json_ktime(json, "modified", page->modified_ms);
    write_str(json, "language", page->language);
    write_str(json, "site", page->site);
    nb_json_kstr(json, "text", page->text);
    write_links(json, "links", page->links, page->links_n);
    write_links(json, "feeds", page->feeds, page->feeds_n);
    write_posts(json, "comments", page);
}

static void write_page(struct nb_json *json, const struct nb_page *page)
{
    nb_json_object(json);
    nb_json_kcstr(json, "kind", kinds[page->kind]);
    nb_json_kstr(json, "url", page->url);
    if (page->kind == NB_PAGE_KIND_ARTICLE) {
        write_article(json, page);
    } else {
        write_str(json, "title", page->title);
        write_str(json, "next_page", page->next_page);
        write_str(json, "engine", page->engine);
        write_count(json, "views", page->views);
        write_count(json, "replies", page->replies);
        write_posts(json, "posts", page);
    }
    nb_json_end(json);
}

static enum nb_err extract(struct nb_filter *filter, struct nb_error *error)
{
    char dir[4200];
    struct nb_page page;
    struct nb_page_profiles *profiles = NULL;
    const char *kind = nb_args_get(filter->args, "kind");
    struct nb_page_options options = {.dates = &filter->dates};
    for (size_t i = 0; kind && i < KINDS_N; i++) {
        if (strcmp(kinds[i], kind) == 0) {
            options.kind = (enum nb_page_kind)i;
        }
    }
    enum nb_err err = nb_path_share("forums", dir, sizeof(dir));
    err = err == NB_OK ? nb_page_profiles_load(dir, &profiles, error) : err;
    options.profiles = profiles;
    if (err == NB_OK) {
        err = nb_page_read(filter->bytes, filter->url, filter->content_type, &options,
                           filter->arena, &page, error);
    }
    if (err == NB_OK) {
        write_page(filter->json, &page);
    }
    nb_page_profiles_free(profiles);
    return err;
}

static int run(struct nb_args *args)
{
    return nb_filter_run(args, extract);
}

static const struct nb_option options[] = {
    {"url", "URL", NULL, "where the page came from; relative links are resolved against it"},
    {"content-type", "TYPE", NULL, "the Content-Type it was served with"},
    {"kind", "KIND", "auto|article|thread", "what to look for; auto decides by what is there"},
    {NULL, NULL, NULL, NULL},
};

static const struct nb_example examples[] = {
    {"nabiz extract --url https://gazete.example/haber/1 < haber.html", "read a saved page"},
    {"curl -s URL | nabiz extract --url URL --kind thread", "read the posts of a thread"},
    {NULL, NULL},
};

const struct nb_command nb_cmd_extract = {
    .name = "extract",
    .line = "read a page on stdin, write its article or thread as JSON",
    .usage = "--url URL [--content-type TYPE] [--kind auto|article|thread]",
    .about = "Finds the text of an article without what stands around it, or the posts of a thread "
             "with who wrote them and when. How the pages of forums are built is told in files "
             "*.forum; a forum that none of them fits is read by what repeats on the page.",
    .options = options,
    .examples = examples,
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
