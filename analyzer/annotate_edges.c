/*
 * What a document does towards others. Each act is kept once: two links to one page in one
 * document are one link. Order is that of the document: links, reply, mentions, quotes. A boost is
 * one act, whatever else such a record may hold.
 */
#include "analyzer/knowledge_private.h"

#include <string.h>

#include <nabiz/url.h>

#include "analyzer/turkish/table.h"

struct edges {
    const struct nb_document *document;
    struct nb_arena *arena;
    struct nb_annotation *out;
    char *from;           /* site/handle; site/ without a byline */
    struct tr_table seen; /* act, to, url */
    size_t cap;
};

static struct nb_slice own_site(const struct edges *e)
{
    return nb_field(e->document->site);
}

/* Site of an http URL, and its canonical form. @return false when it is none. */
static bool site_of(struct edges *e, struct nb_slice url, struct nb_slice *site,
                    struct nb_slice *canonical)
{
    struct nb_url parsed;
    if (url.len == 0 || nb_url_parse(url, NULL, e->arena, &parsed) != NB_OK ||
        !nb_url_is_http(&parsed) || nb_url_canonical(&parsed, e->arena, canonical) != NB_OK) {
        return false;
    }
    *site = nb_url_site(parsed.host);
    return site->len > 0;
}

static enum nb_err add(struct edges *e, Nb__Edge__Act act, struct nb_slice site,
                       struct nb_slice handle, struct nb_slice url)
{
    char *to = nb_arena_printf(e->arena, "%.*s/%.*s", NB_ARG(site), NB_ARG(handle));
    char *seen = to ? nb_arena_printf(e->arena, "%d %s %.*s", (int)act, to, NB_ARG(url)) : NULL;
    if (!seen) {
        return NB_ENOMEM;
    }
    if (handle.len && strcmp(to, e->from) == 0) {
        return NB_OK; /* "site/" may yet turn out to be somebody else there */
    }
    size_t before = e->seen.n;
    uint32_t id = tr_table_add(&e->seen, nb_slice_str(seen));
    if (id == TR_NONE || id < before) {
        return id == TR_NONE ? NB_ENOMEM : NB_OK;
    }
    if (e->out->n_edges == e->cap) {
        size_t cap = e->cap ? e->cap * 2 : 8;
        Nb__Edge **grown =
            nb_arena_grow(e->arena, e->out->edges, e->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        e->out->edges = grown;
        e->cap = cap;
    }
    Nb__Edge *edge = nb_edge_new(e->arena);
    if (!edge) {
        return NB_ENOMEM;
    }
    edge->from = e->from;
    edge->to = to;
    edge->has_act = true;
    edge->act = act;
    edge->has_at_ms = e->out->has_at_ms;
    edge->at_ms = e->out->at_ms;
    edge->has_number = e->document->has_number;
    edge->number = e->document->number;
    if (url.len) {
        edge->url = nb_arena_strdup(e->arena, url);
        if (!edge->url) {
            return NB_ENOMEM;
        }
    }
    e->out->edges[e->out->n_edges++] = edge;
    return NB_OK;
}

static enum nb_err add_links(struct edges *e)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < e->document->n_links; i++) {
        struct nb_slice site, canonical;
        if (site_of(e, nb_field(e->document->links[i]->url), &site, &canonical) &&
            !nb_slice_eq(site, own_site(e))) {
            err = add(e, NB__EDGE__ACT__LINK, site, NB_LIT(""), canonical);
        }
    }
    return err;
}

static enum nb_err add_reply(struct edges *e)
{
    struct nb_slice reply = nb_field(e->document->reply_to);
    struct nb_slice site, canonical;
    if (reply.len == 0) {
        return NB_OK;
    }
    if (!site_of(e, reply, &site, &canonical)) {
        site = own_site(e);
    }
    return add(e, NB__EDGE__ACT__REPLY, site, NB_LIT(""), reply);
}

/* Site of a host as people write it, in capitals or not. @return false when it is no host. */
static bool site_of_host(struct edges *e, struct nb_slice host, struct nb_slice *site)
{
    struct nb_slice canonical;
    char *url = nb_arena_printf(e->arena, "https://%.*s/", NB_ARG(host));
    return url && site_of(e, nb_slice_str(url), site, &canonical);
}

/* @handle is on the document's own site, @handle@host on that host's. */
static enum nb_err add_mentions(struct edges *e, const struct tr_token *tokens, size_t tokens_n)
{
    enum nb_err err = NB_OK;
    struct nb_slice text = nb_field(e->document->text);
    for (size_t i = 0; err == NB_OK && i < tokens_n; i++) {
        if (tokens[i].kind != TR_MENTION) {
            continue;
        }
        struct nb_slice handle = nb_slice_sub(text, tokens[i].begin + 1, tokens[i].end);
        size_t host = nb_slice_find_byte(handle, '@', 0);
        struct nb_slice site = own_site(e);
        if (host != NB_NPOS) {
            if (!site_of_host(e, nb_slice_sub(handle, host + 1, handle.len), &site)) {
                continue;
            }
            handle = nb_slice_sub(handle, 0, host);
        }
        err = add(e, NB__EDGE__ACT__MENTION, site, handle, nb_slice(NULL, 0));
    }
    return err;
}

static enum nb_err add_quotes(struct edges *e)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < e->document->n_quotes; i++) {
        const Nb__Quote *quote = e->document->quotes[i];
        struct nb_slice author = nb_field(quote->author);
        struct nb_slice url = nb_field(quote->url), site, canonical;
        bool has_url = site_of(e, url, &site, &canonical);
        size_t slash = nb_slice_find_byte(author, '/', 0);
        if (slash != NB_NPOS) { /* already site/handle */
            site = nb_slice_sub(author, 0, slash);
            author = nb_slice_sub(author, slash + 1, author.len);
        } else if (!has_url) {
            site = own_site(e);
        }
        if (author.len || has_url) {
            err = add(e, NB__EDGE__ACT__QUOTE, site, author, has_url ? canonical : url);
        }
    }
    return err;
}

/* What is passed on may be named by an id that is known on the booster's own site only. */
static enum nb_err add_boost(struct edges *e)
{
    const Nb__Quote *quote = e->document->n_quotes ? e->document->quotes[0] : NULL;
    struct nb_slice url = nb_field(quote ? quote->url : NULL), site = own_site(e), canonical = url;
    struct nb_slice author = nb_field(quote ? quote->author : NULL);
    (void)site_of(e, url, &site, &canonical);
    size_t slash = nb_slice_find_byte(author, '/', 0);
    if (slash != NB_NPOS) {
        site = nb_slice_sub(author, 0, slash);
        author = nb_slice_sub(author, slash + 1, author.len);
    }
    return author.len || url.len ? add(e, NB__EDGE__ACT__BOOST, site, author, canonical) : NB_OK;
}

enum nb_err nb_annotate_edges(const struct nb_document *document, const struct tr_token *tokens,
                              size_t tokens_n, struct nb_arena *arena, struct nb_annotation *out)
{
    struct edges e = {.document = document, .arena = arena, .out = out};
    struct nb_slice site = own_site(&e);
    e.from = document->author;
    if (!nb_field(e.from).len) {
        if (!site.len) {
            return NB_OK; /* nobody to credit */
        }
        e.from = nb_arena_printf(arena, "%.*s/", NB_ARG(site));
        if (!e.from) {
            return NB_ENOMEM;
        }
    }
    tr_table_init(&e.seen, arena);
    if (nb_is_boost(out)) {
        return add_boost(&e);
    }
    enum nb_err err = add_links(&e);
    if (err == NB_OK) {
        err = add_reply(&e);
    }
    if (err == NB_OK) {
        err = add_mentions(&e, tokens, tokens_n);
    }
    return err == NB_OK ? add_quotes(&e) : err;
}
