#include "crawler/page/ldjson.h"

#include <string.h>

#include "crawler/feed/html_text.h"
#include "crawler/page/ldblock.h"

struct type_row {
    const char *name;
    int rank;
    enum nb_page_type type;
};

static const struct type_row types[] = {
    {"NewsArticle", 9, NB_PAGE_ARTICLE},
    {"ReportageNewsArticle", 9, NB_PAGE_ARTICLE},
    {"AnalysisNewsArticle", 9, NB_PAGE_ARTICLE},
    {"OpinionNewsArticle", 9, NB_PAGE_ARTICLE},
    {"ReviewNewsArticle", 9, NB_PAGE_ARTICLE},
    {"BlogPosting", 9, NB_PAGE_ARTICLE},
    {"LiveBlogPosting", 9, NB_PAGE_ARTICLE},
    {"Article", 9, NB_PAGE_ARTICLE},
    {"TechArticle", 9, NB_PAGE_ARTICLE},
    {"ScholarlyArticle", 9, NB_PAGE_ARTICLE},
    {"AdvertiserContentArticle", 9, NB_PAGE_ARTICLE},
    {"Recipe", 9, NB_PAGE_ARTICLE},
    {"DiscussionForumPosting", 9, NB_PAGE_THREAD},
    {"QAPage", 8, NB_PAGE_THREAD},
    {"Question", 7, NB_PAGE_THREAD},
    {"Product", 7, NB_PAGE_PRODUCT},
    {"ProductGroup", 7, NB_PAGE_PRODUCT},
    {"CollectionPage", 5, NB_PAGE_LISTING},
    {"ItemList", 4, NB_PAGE_LISTING},
    {"SearchResultsPage", 5, NB_PAGE_LISTING},
    {"AboutPage", 3, NB_PAGE_UNKNOWN},
    {"WebPage", 2, NB_PAGE_UNKNOWN},
};

struct block {
    const struct nb_date_context *dates;
    struct nb_arena *arena;
    struct nb_page_meta *meta;
    int rank; /* how good what meta holds is */
    bool failed;
};

static const struct type_row *row_of_name(const char *name)
{
    const char *slash = strrchr(name, '/');
    name = slash ? slash + 1 : name;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, name) == 0) {
            return &types[i];
        }
    }
    return NULL;
}

static const struct type_row *row_of(const json_t *object)
{
    const json_t *type = json_object_get(object, "@type");
    const struct type_row *best = NULL;
    if (json_is_string(type)) {
        return row_of_name(json_string_value(type));
    }
    for (size_t i = 0; i < json_array_size(type); i++) {
        const char *name = json_string_value(json_array_get(type, i));
        const struct type_row *row = name ? row_of_name(name) : NULL;
        if (row && (!best || row->rank > best->rank)) {
            best = row;
        }
    }
    return best;
}

static void set(struct block *b, struct nb_slice *field, const json_t *value)
{
    if (!json_is_string(value)) {
        return;
    }
    struct nb_slice text = nb_ld_string(value);
    struct nb_slice line;
    struct nb_buf scratch;
    nb_buf_init(&scratch, text.len * 3 / 2 + 8);
    enum nb_err err = nb_html_line(text, &scratch, b->arena, &line); /* some escape it as HTML */
    nb_buf_fini(&scratch);
    b->failed |= err != NB_OK;
    if (err == NB_OK && line.len) {
        *field = line;
    }
}

static void set_time(struct block *b, int64_t *field, const json_t *value)
{
    const char *text = json_string_value(value);
    int64_t at_ms;
    if (text && nb_date_parse(nb_slice_str(text), b->dates, &at_ms) == NB_OK) {
        *field = at_ms;
    }
}

/* A name, an object with one, or a list of them. */
static void set_people(struct block *b, struct nb_slice *field, const json_t *value, int depth)
{
    if (depth > 2) {
        return;
    }
    if (json_is_object(value)) {
        set_people(b, field, json_object_get(value, "name"), depth + 1);
    } else if (json_is_string(value)) {
        struct nb_slice name = NB_LIT("");
        set(b, &name, value);
        if (field->len && name.len) {
            char *both = nb_arena_printf(b->arena, "%.*s, %.*s", NB_ARG(*field), NB_ARG(name));
            b->failed |= !both;
            *field = both ? nb_slice_str(both) : *field;
        } else if (name.len) {
            *field = name;
        }
    }
    for (size_t i = 0; i < json_array_size(value) && i < 8; i++) {
        set_people(b, field, json_array_get(value, i), depth + 1);
    }
}

/* ---- comments ---- */

static void take_comment(struct block *b, const json_t *comment, struct nb_page_post *post)
{
    const json_t *when = json_object_get(comment, "dateCreated");
    const json_t *author = json_object_get(comment, "author");
    *post = (struct nb_page_post){
        .published_ms = -1, .likes = -1, .followers = nb_ld_followers(author)};
    set_people(b, &post->author, author, 0);
    set_time(b, &post->published_ms, when ? when : json_object_get(comment, "datePublished"));
    set(b, &post->text, json_object_get(comment, "text"));
    set(b, &post->text, json_object_get(comment, "reviewBody"));
    post->likes = nb_ld_count(json_object_get(comment, "upvoteCount"));
}

/* What people say below an article or of a product, where its markup leaves that to a script. */
static void take_comments(struct block *b, const json_t *list)
{
    size_t n = json_array_size(list);
    n = n < NB_PAGE_POSTS_MAX ? n : NB_PAGE_POSTS_MAX;
    struct nb_page_post *posts = n ? nb_arena_calloc(b->arena, n, sizeof(*posts)) : NULL;
    size_t taken = 0;
    b->failed |= n && !posts;
    for (size_t i = 0; i < n && !b->failed; i++) {
        take_comment(b, json_array_get(list, i), &posts[taken]);
        taken += posts[taken].text.len > 0;
    }
    b->meta->comments = posts;
    b->meta->comments_n = b->failed ? 0 : taken;
}

/* ---- the block ---- */

static void take(struct block *b, const json_t *object, const struct type_row *row)
{
    struct nb_page_meta *meta = b->meta;
    struct nb_slice author = NB_LIT("");
    b->rank = row->rank;
    meta->type = row->type;
    set(b, &meta->title, json_object_get(object, "headline"));
    if (!json_object_get(object, "headline")) {
        set(b, &meta->title, json_object_get(object, "name"));
    }
    set_people(b, &author, json_object_get(object, "author"), 0);
    int64_t followers = nb_ld_followers(json_object_get(object, "author"));
    if (!author.len) {
        set_people(b, &author, json_object_get(object, "creator"), 0);
        followers = nb_ld_followers(json_object_get(object, "creator"));
    }
    if (author.len) { /* else those of the block before stay, both */
        meta->author = author;
        meta->followers = followers;
    }
    set_time(b, &meta->published_ms, json_object_get(object, "datePublished"));
    if (!json_object_get(object, "datePublished")) {
        set_time(b, &meta->published_ms, json_object_get(object, "dateCreated"));
    }
    set_time(b, &meta->modified_ms, json_object_get(object, "dateModified"));
    set(b, &meta->description, json_object_get(object, "description"));
    set(b, &meta->language, json_object_get(object, "inLanguage"));
    if (row->type == NB_PAGE_ARTICLE) {
        take_comments(b, json_object_get(object, "comment"));
    } else if (row->type == NB_PAGE_PRODUCT) {
        take_comments(b, json_object_get(object, "review"));
    }
}

/* "" where it has several or none. */
static const char *type_name(const json_t *object)
{
    const char *name = json_string_value(json_object_get(object, "@type"));
    return name ? name : "";
}

static void walk(struct block *b, const json_t *value, int depth)
{
    if (depth > NB_LD_DEPTH_MAX || b->failed) {
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        walk(b, json_array_get(value, i), depth + 1);
    }
    if (json_is_object(value)) {
        const struct type_row *row = row_of(value);
        b->meta->products_n += row && row->type == NB_PAGE_PRODUCT;
        if (row && row->rank > b->rank) {
            take(b, value, row);
        }
        bool asks = strcmp(type_name(value), "FAQPage") == 0; /* whose questions nobody asked */
        for (size_t i = 0; nb_ld_inner[i] && !asks; i++) {
            walk(b, json_object_get(value, nb_ld_inner[i]), depth + 1);
        }
    }
}

static void walk_in(void *context, const json_t *root)
{
    walk(context, root, 0);
}

enum nb_err nb_page_ldjson(const struct nb_dom *dom, const struct nb_date_context *dates,
                           struct nb_arena *arena, struct nb_page_meta *meta)
{
    struct block b = {.dates = dates, .arena = arena, .meta = meta};
    enum nb_err err = nb_ld_each(dom, arena, walk_in, &b);
    return b.failed ? NB_ENOMEM : err;
}
