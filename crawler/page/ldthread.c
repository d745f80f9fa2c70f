#include "crawler/page/ldthread.h"

#include <string.h>

#include "crawler/feed/html_text.h"
#include "crawler/page/ldblock.h"
#include "crawler/page/when.h"

enum { TEXT_MAX = 1 << 20 };

struct reading {
    const struct nb_page_context *context;
    struct nb_arena *arena;
    struct nb_buf buf;
    struct nb_page_thread *thread;
    size_t cap;
    enum nb_err err;
};

/* ---- values ---- */

static bool is_html(struct nb_slice text)
{
    size_t at = nb_slice_find_byte(text, '<', 0);
    return at != NB_NPOS && at + 1 < text.len &&
           (text.p[at + 1] == '/' || nb_ascii_is_alpha(text.p[at + 1]));
}

static struct nb_slice text_of(struct reading *r, const json_t *value)
{
    struct nb_slice raw = nb_slice_sub(nb_ld_string(value), 0, TEXT_MAX), text = NB_LIT("");
    struct nb_html_text html = {.text = NB_LIT("")};
    enum nb_err err = NB_OK;
    if (is_html(raw)) {
        err = nb_html_text(raw, NULL, &r->buf, r->arena, &html);
        text = html.text;
    } else if (raw.len) {
        err = nb_plain_text(raw, &r->buf, r->arena, &text);
    }
    r->err = err == NB_ENOMEM ? err : r->err;
    return text;
}

static struct nb_slice line_of(struct reading *r, const json_t *value)
{
    struct nb_slice line = NB_LIT("");
    if (nb_ld_string(value).len && nb_html_line(nb_slice_sub(nb_ld_string(value), 0, TEXT_MAX),
                                                &r->buf, r->arena, &line) == NB_ENOMEM) {
        r->err = NB_ENOMEM;
    }
    return line;
}

static struct nb_slice address_of(struct reading *r, const json_t *value)
{
    struct nb_url url;
    struct nb_slice href = nb_slice_trim(nb_ld_string(value));
    enum nb_err err = href.len ? nb_url_parse(href, r->context->url, r->arena, &url) : NB_ESYNTAX;
    r->err = err == NB_ENOMEM ? err : r->err;
    return err == NB_OK && nb_url_is_http(&url) ? url.href : NB_LIT("");
}

/* The first of the keys that has something; NULL ends them. */
static const json_t *any_of(const json_t *object, const char *const *keys)
{
    const json_t *found = NULL;
    for (size_t i = 0; keys[i] && !found; i++) {
        found = json_object_get(object, keys[i]);
    }
    return found;
}

static int64_t likes_of(const json_t *object)
{
    int64_t votes = nb_ld_count(json_object_get(object, "upvoteCount"));
    return votes >= 0 ? votes : nb_ld_statistic(object, "LikeAction");
}

/* ---- posts ---- */

static struct nb_page_post *add_post(struct reading *r)
{
    struct nb_page_thread *thread = r->thread;
    if (thread->posts_n >= NB_PAGE_POSTS_MAX) {
        return NULL;
    }
    if (thread->posts_n == r->cap) {
        size_t more = r->cap ? r->cap * 2 : 8;
        void *p = nb_arena_grow(r->arena, thread->posts, r->cap * sizeof(*thread->posts),
                                more * sizeof(*thread->posts));
        if (!p) {
            r->err = NB_ENOMEM;
            return NULL;
        }
        thread->posts = p;
        r->cap = more;
    }
    return &thread->posts[thread->posts_n];
}

static void take_post(struct reading *r, const json_t *object, struct nb_slice parent)
{
    static const char *const texts[] = {"text", "articleBody", NULL};
    static const char *const dates[] = {"datePublished", "dateCreated", NULL};
    static const char *const places[] = {"url", "@id", NULL};
    const json_t *author = nb_ld_first(json_object_get(object, "author"));
    struct nb_page_post *post = add_post(r);
    if (!post) {
        return;
    }
    *post = (struct nb_page_post){
        .published_ms = -1, .likes = likes_of(object), .followers = nb_ld_followers(author)};
    post->text = text_of(r, any_of(object, texts));
    post->author = line_of(r, json_is_object(author) ? json_object_get(author, "name") : author);
    post->author_url = address_of(r, json_object_get(author, "url"));
    post->url = address_of(r, any_of(object, places));
    post->reply_to = parent;
    post->published_ms = nb_page_when(nb_ld_string(any_of(object, dates)), r->context->dates,
                                      r->context->month_first);
    r->thread->posts_n += post->text.len > 0;
}

static bool is_type(const json_t *object, const char *const *names)
{
    struct nb_slice type = nb_ld_string(nb_ld_first(json_object_get(object, "@type")));
    for (size_t i = 0; names[i]; i++) {
        if (nb_slice_eq(type, nb_slice_str(names[i]))) {
            return true;
        }
    }
    return false;
}

static void take_tree(struct reading *r, const json_t *object, struct nb_slice parent, int depth);

static void take_each(struct reading *r, const json_t *value, struct nb_slice parent, int depth)
{
    if (json_is_object(value)) {
        take_tree(r, value, parent, depth);
    }
    for (size_t i = 0; i < json_array_size(value) && r->err == NB_OK; i++) {
        if (json_is_object(json_array_get(value, i))) {
            take_tree(r, json_array_get(value, i), parent, depth);
        }
    }
}

/* A post, and then what answers it. */
static void take_tree(struct reading *r, const json_t *object, struct nb_slice parent, int depth)
{
    static const char *const answers[] = {"acceptedAnswer", "suggestedAnswer", "comment", NULL};
    if (depth > NB_LD_DEPTH_MAX || r->err != NB_OK) {
        return;
    }
    take_post(r, object, parent);
    size_t n = r->thread->posts_n;
    struct nb_slice own = n ? r->thread->posts[n - 1].url : NB_LIT("");
    for (size_t i = 0; answers[i]; i++) {
        take_each(r, json_object_get(object, answers[i]), own, depth + 1);
    }
}

/* The first thing that people talk in. */
static void find(struct reading *r, const json_t *value, int depth)
{
    static const char *const kinds[] = {"DiscussionForumPosting", "Question", NULL};
    for (size_t i = 0; i < json_array_size(value) && depth < NB_LD_DEPTH_MAX; i++) {
        find(r, json_array_get(value, i), depth + 1);
    }
    if (!json_is_object(value) || r->thread->posts_n || depth >= NB_LD_DEPTH_MAX) {
        return;
    }
    if (is_type(value, kinds)) {
        static const char *const titles[] = {"headline", "name", NULL};
        take_tree(r, value, NB_LIT(""), 0);
        r->thread->title = line_of(r, any_of(value, titles));
        return;
    }
    for (size_t i = 0; nb_ld_inner[i]; i++) {
        find(r, json_object_get(value, nb_ld_inner[i]), depth + 1);
    }
}

static void find_in(void *context, const json_t *root)
{
    struct reading *r = context;
    if (r->err == NB_OK) {
        find(r, root, 0);
    }
}

enum nb_err nb_page_ldthread(const struct nb_dom *dom, const struct nb_page_context *context,
                             struct nb_arena *arena, struct nb_page_thread *out)
{
    struct nb_page_thread thread = {.engine = NB_LIT("json-ld"), .counts = {-1, -1}};
    struct reading r = {.context = context, .arena = arena, .thread = &thread};
    nb_buf_init(&r.buf, 2 * TEXT_MAX);
    enum nb_err err = nb_ld_each(dom, arena, find_in, &r);
    err = err == NB_OK ? r.err : err;
    nb_buf_fini(&r.buf);
    if (err == NB_OK && !thread.posts_n) {
        return NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        *out = thread;
    }
    return err;
}
