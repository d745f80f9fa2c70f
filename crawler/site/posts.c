/*
 * Posts and articles to documents.
 *
 * A post is named by its id within its thread, and the thread by its number where its address has
 * one: titles in addresses change, and so does the page that a post is on.
 */
#include "crawler/site/html.h"

#include <nabiz/log.h>
#include <nabiz/text.h>

#include "crawler/entry.h"

enum { HANDLE_MAX_BYTES = 200, QUOTES_MAX = 100, LINKS_MAX = 500 };

/* What the documents of a page have in common. */
struct maker {
    const struct nb_site_input *input;
    const struct nb_link *here;
    const struct nb_page *page;
    struct nb_arena *arena;
    struct nb_slice site;
    const char *thread; /* its canonical address */
};

static char *field(struct nb_arena *arena, struct nb_slice text)
{
    return text.len ? nb_arena_strdup(arena, text) : NULL;
}

/* The permalink form of an absolute URL on this host; empty for others. */
static struct nb_slice permalink(const struct maker *maker, struct nb_slice text)
{
    struct nb_url url;
    struct nb_slice out = {NULL, 0};
    if (!text.len || nb_url_parse(text, maker->input->url, maker->arena, &url) != NB_OK ||
        !nb_url_is_http(&url) || !nb_site_same_host(url.host, maker->input->url->host) ||
        nb_url_permalink(&url, maker->arena, &out) != NB_OK) {
        return (struct nb_slice){NULL, 0};
    }
    return out;
}

/* "js-post-55", "#p55" and "55" are the same id. */
static struct nb_slice id_of(struct nb_slice id)
{
    size_t end = id.len;
    while (end > 0 && !nb_ascii_is_digit(id.p[end - 1])) {
        end--;
    }
    size_t from = end;
    while (from > 0 && nb_ascii_is_digit(id.p[from - 1])) {
        from--;
    }
    return from < end ? nb_slice_sub(id, from, end) : id;
}

static const char *guid_of(const struct maker *maker, struct nb_slice id)
{
    return nb_arena_printf(maker->arena, "%.*s#%.*s", NB_ARG(maker->here->name), NB_ARG(id_of(id)));
}

static bool set_identity(const struct maker *maker, struct nb_document *document)
{
    struct nb_id *id = nb_arena_alloc(maker->arena, sizeof(*id));
    if (id) {
        *id = nb_document_identity(maker->site, nb_field(document->guid), nb_field(document->url));
        document->has_identity = 1;
        document->identity = (ProtobufCBinaryData){NB_ID_BYTES, id->b};
    }
    return id != NULL;
}

static struct nb_document *document_new(const struct maker *maker, Nb__Kind kind)
{
    struct nb_document *document = nb_document_new(maker->arena);
    if (document) {
        document->has_kind = 1;
        document->kind = kind;
        document->site = field(maker->arena, maker->site);
        document->language = field(maker->arena, maker->page->language);
    }
    return document;
}

static void set_author(const struct maker *maker, struct nb_slice name,
                       struct nb_document *document)
{
    name = nb_slice_trim(name);
    if (name.len) {
        document->author_name = field(maker->arena, name);
        document->author = nb_entry_author(maker->site, name, maker->arena);
    }
}

static bool set_followers(const struct maker *maker, int64_t n, struct nb_document *document)
{
    return !document->author || nb_entry_audience(n, "page", maker->input->dates->now_ms,
                                                  maker->arena, document) == NB_OK;
}

static void set_published(int64_t at_ms, struct nb_document *document)
{
    document->has_published_ms = at_ms >= 0;
    document->published_ms = at_ms >= 0 ? at_ms : 0;
}

static bool set_quotes(const struct maker *maker, const struct nb_page_post *post,
                       struct nb_document *document)
{
    size_t n = post->quotes_n < QUOTES_MAX ? post->quotes_n : QUOTES_MAX;
    document->quotes = nb_arena_calloc(maker->arena, n, sizeof(*document->quotes));
    for (size_t i = 0; document->quotes && i < n; i++) {
        const struct nb_page_quote *from = &post->quotes[i];
        Nb__Quote *quote = nb_arena_alloc(maker->arena, sizeof(*quote));
        if (!quote) {
            return false;
        }
        nb__quote__init(quote);
        quote->author = field(maker->arena, from->author);
        quote->text = field(maker->arena, from->text);
        quote->url = field(maker->arena, permalink(maker, from->post_id));
        document->quotes[document->n_quotes++] = quote;
    }
    return document->quotes != NULL;
}

enum { COUNTS_MAX = 3 };

static bool add_count(const struct maker *maker, const char *kind, int64_t n,
                      struct nb_document *document)
{
    if (n < 0) {
        return true;
    }
    Nb__Engagement *count = nb_arena_alloc(maker->arena, sizeof(*count));
    if (!document->engagement) {
        document->engagement =
            nb_arena_alloc(maker->arena, COUNTS_MAX * sizeof(*document->engagement));
    }
    if (!count || !document->engagement) {
        return false;
    }
    nb__engagement__init(count);
    count->kind = nb_arena_strdup(maker->arena, nb_slice_str(kind));
    count->has_count = count->has_read_ms = 1;
    count->count = (uint64_t)n;
    count->read_ms = maker->input->dates->now_ms;
    document->engagement[document->n_engagement++] = count;
    return true;
}

/* Whom a post answers: who it says, else whom it quotes, else who began. */
static const char *reply_to(const struct maker *maker, const struct nb_page_post *post,
                            bool is_first)
{
    struct nb_slice to = post->reply_to;
    for (size_t i = 0; !to.len && i < post->quotes_n; i++) {
        to = post->quotes[i].post_id;
    }
    if (!to.len) {
        return is_first ? NULL : maker->thread;
    }
    struct nb_slice address = {NULL, 0};
    if (nb_slice_find(to, NB_LIT("://"), 0) != NB_NPOS) {
        address = permalink(maker, to);
    }
    bool is_own_id = !address.len || id_of(to).len < to.len;
    return is_own_id ? guid_of(maker, to) : field(maker->arena, address);
}

static const char *post_guid(const struct maker *maker, const struct nb_page_post *post)
{
    if (post->id.len) {
        return guid_of(maker, post->id);
    }
    return nb_arena_printf(maker->arena, "%.*s#%.*s@%lld", NB_ARG(maker->here->name),
                           NB_ARG(nb_utf8_cut(post->author, HANDLE_MAX_BYTES)),
                           (long long)post->published_ms);
}

/* @param is_first  it began the thread. */
static struct nb_document *make_post(const struct maker *maker, const struct nb_page_post *post,
                                     Nb__Kind kind, bool is_first)
{
    struct nb_document *document = document_new(maker, kind);
    if (!document) {
        return NULL;
    }
    const char *guid = post_guid(maker, post);
    const char *answers = reply_to(maker, post, is_first);
    struct nb_slice url = permalink(maker, post->url);
    document->guid = guid ? nb_arena_strdup(maker->arena, nb_slice_str(guid)) : NULL;
    document->url = is_first ? field(maker->arena, nb_slice_str(maker->thread))
                             : field(maker->arena, url.len ? url : nb_slice_str(maker->thread));
    document->thread = field(maker->arena, nb_slice_str(maker->thread));
    document->reply_to = answers ? nb_arena_strdup(maker->arena, nb_slice_str(answers)) : NULL;
    document->text = field(maker->arena, post->text);
    set_author(maker, post->author, document);
    set_published(post->published_ms, document);
    bool ok = set_followers(maker, post->followers, document) &&
              set_quotes(maker, post, document) &&
              add_count(maker, "likes", post->likes, document) && set_identity(maker, document);
    return ok && !nb_arena_failed(maker->arena) ? document : NULL;
}

static enum nb_err begin(struct maker *maker, struct nb_slice thread)
{
    maker->site = nb_url_site(maker->input->url->host);
    thread = permalink(maker, thread);
    maker->thread = thread.len ? nb_arena_strdup(maker->arena, thread) : NULL;
    return maker->thread ? NB_OK : NB_ENOMEM;
}

/* Each id once: some pages show the first post on top of every page. */
static bool is_double(const struct nb_site_yield *out, const struct nb_document *document)
{
    for (size_t i = 0; i < out->documents_n; i++) {
        if (memcmp(out->documents[i]->identity.data, document->identity.data, NB_ID_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static enum nb_err add_posts(const struct maker *maker, Nb__Kind kind, bool is_thread,
                             struct nb_site_yield *out)
{
    const struct nb_page *page = maker->page;
    for (size_t i = 0; i < page->posts_n; i++) {
        bool is_first = is_thread && i == 0 && maker->here->page_n == 1;
        struct nb_document *document = make_post(maker, &page->posts[i], kind, is_first);
        if (!document) {
            return NB_ENOMEM;
        }
        if (is_first) {
            document->title = field(maker->arena, page->title);
            if (!add_count(maker, "comments", page->replies, document) ||
                !add_count(maker, "views", page->views, document)) {
                return NB_ENOMEM;
            }
        }
        if (!is_double(out, document) && !nb_yield_document(out, maker->arena, document)) {
            break;
        }
    }
    return nb_arena_failed(maker->arena) ? NB_ENOMEM : NB_OK;
}

/* What people say at a forum are posts, unless the source says otherwise. */
static Nb__Kind kind_of(const struct nb_site_input *input, bool is_thread)
{
    bool is_forum = is_thread || input->walk == NB_WALK_FORUM;
    return is_forum && input->document_kind == NB__KIND__ARTICLE ? NB__KIND__POST
                                                                 : input->document_kind;
}

enum nb_err nb_site_thread(const struct nb_site_input *input, const struct nb_link *here,
                           const struct nb_page *page, struct nb_arena *arena,
                           struct nb_site_yield *out)
{
    struct maker maker = {.input = input, .here = here, .page = page, .arena = arena};
    enum nb_err err = begin(&maker, here->first);
    out->kind = NB__PAGE__KIND__THREAD;
    out->is_thread = true;
    out->title = page->title;
    out->is_whole = page->engine.len > 0;
    out->next = page->next_page;
    return err == NB_OK ? add_posts(&maker, kind_of(input, true), true, out) : err;
}

static bool set_links(const struct maker *maker, struct nb_document *document)
{
    const struct nb_page *page = maker->page;
    size_t n = page->links_n < LINKS_MAX ? page->links_n : LINKS_MAX;
    document->links = nb_arena_calloc(maker->arena, n, sizeof(*document->links));
    for (size_t i = 0; document->links && i < n; i++) {
        Nb__Link *link = nb_arena_alloc(maker->arena, sizeof(*link));
        if (!link) {
            return false;
        }
        nb__link__init(link);
        link->url = field(maker->arena, page->links[i].url);
        link->text = field(maker->arena, page->links[i].text);
        document->links[document->n_links++] = link;
    }
    return document->links != NULL;
}

enum nb_err nb_site_article(const struct nb_site_input *input, const struct nb_link *here,
                            const struct nb_page *page, struct nb_arena *arena,
                            struct nb_site_yield *out)
{
    struct maker maker = {.input = input, .here = here, .page = page, .arena = arena};
    struct nb_slice canonical = permalink(&maker, page->canonical);
    enum nb_err err = begin(&maker, canonical.len > 0 ? canonical : here->first);
    struct nb_document *document =
        err == NB_OK ? document_new(&maker, kind_of(input, false)) : NULL;
    if (!document) {
        return NB_ENOMEM;
    }
    document->url = nb_arena_strdup(arena, nb_slice_str(maker.thread));
    document->title = field(arena, page->title);
    document->text = field(arena, page->text);
    set_author(&maker, page->author, document);
    set_published(page->published_ms, document);
    out->kind = NB__PAGE__KIND__ARTICLE;
    out->title = page->title;
    out->is_whole = page->posts_n == 0 || page->engine.len > 0;
    if (!set_followers(&maker, page->followers, document) || !set_links(&maker, document) ||
        !set_identity(&maker, document)) {
        return NB_ENOMEM;
    }
    if (here->page_n == 1 && !nb_yield_document(out, arena, document)) {
        return NB_ENOMEM;
    }
    return add_posts(&maker, NB__KIND__COMMENT, false, out);
}
