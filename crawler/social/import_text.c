#include "crawler/social/import.h"

#include <nabiz/log.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/entry.h"

enum nb_err nb_import_text(struct nb_slice raw, struct nb_arena *arena, char **out)
{
    struct nb_slice text;
    enum nb_err err = nb_utf8_repair(raw, arena, &text);
    err = err == NB_OK ? nb_text_nfc(text, arena, &text) : err;
    char *p = err == NB_OK ? nb_arena_alloc(arena, text.len + 1) : NULL;
    *out = NULL;
    if (!p) {
        return err == NB_OK ? NB_ENOMEM : err;
    }
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        bool is_line = c == '\r' && (i + 1 == text.len || text.p[i + 1] != '\n');
        if (c != '\r' || is_line) {
            p[len++] = (char)(is_line ? '\n' : c == '\t' || c == 0x7f ? ' ' : c);
        }
    }
    struct nb_slice clean = nb_slice_trim(nb_slice(p, len));
    if (clean.len) {
        *out = p + (clean.p - p);
        (*out)[clean.len] = '\0';
    }
    return NB_OK;
}

/* The site that its address is at; else what the name of the source is. */
static enum nb_err set_site(struct nb_document *document, struct nb_slice name,
                            struct nb_arena *arena)
{
    struct nb_url url;
    struct nb_slice site = name;
    if (document->url) {
        enum nb_err err = nb_url_parse(nb_field(document->url), NULL, arena, &url);
        if (err == NB_OK && nb_url_is_http(&url)) {
            struct nb_slice link;
            err = nb_url_permalink(&url, arena, &link);
            site = nb_url_site(url.host);
            document->url = err == NB_OK ? nb_arena_strdup(arena, link) : NULL;
        }
        if (err == NB_ENOMEM) {
            return err;
        }
    }
    if (!document->site && site.len) {
        document->site = nb_arena_strdup(arena, site);
    }
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}

/* "site/handle" stays as it is; a name belongs to the site. */
static void set_author(struct nb_document *document, struct nb_arena *arena)
{
    struct nb_slice author = nb_field(document->author);
    struct nb_slice site = nb_field(document->site);
    if (author.len == 0 && document->author_name) {
        author = nb_field(document->author_name);
    }
    bool is_scoped =
        author.len > site.len && nb_slice_starts(author, site) && author.p[site.len] == '/';
    if (author.len == 0 || site.len == 0 || is_scoped) {
        return;
    }
    document->author_name =
        document->author_name ? document->author_name : nb_arena_strdup(arena, author);
    document->author = nb_entry_author(site, author, arena);
}

/* What has neither an id nor an address is what it says, or what it passes on and who does. */
static struct nb_id identity_of(const struct nb_document *document)
{
    struct nb_slice site = nb_field(document->site);
    if (document->guid || document->url) {
        return nb_document_identity(site, nb_field(document->guid), nb_field(document->url));
    }
    if (document->has_kind && document->kind == NB__KIND__BOOST && document->n_quotes) {
        return nb_id_of((const struct nb_slice[]){NB_LIT("boost"), site, nb_field(document->author),
                                                  nb_field(document->quotes[0]->url),
                                                  nb_field(document->quotes[0]->author)},
                        5);
    }
    return nb_id_of((const struct nb_slice[]){NB_LIT("text"), site, nb_field(document->title),
                                              nb_field(document->text)},
                    4);
}

enum nb_err nb_import_finish(struct nb_document *document, struct nb_slice name,
                             const struct nb_import_context *context, struct nb_arena *arena,
                             struct nb_error *error)
{
    struct nb_id *ids = nb_arena_calloc(arena, 2, sizeof(*ids));
    name = name.len ? name : context->source;
    if (!document->text && !document->title && !document->n_quotes && !document->deleted) {
        return nb_error_set(error, NB_ESYNTAX, "neither \"text\" nor \"title\"");
    }
    if (!ids || set_site(document, name, arena) != NB_OK) {
        return NB_ENOMEM;
    }
    set_author(document, arena);
    if (!document->has_identity) {
        ids[0] = identity_of(document);
        document->has_identity = 1;
        document->identity = (ProtobufCBinaryData){NB_ID_BYTES, ids[0].b};
    }
    if (!document->has_source) {
        ids[1] = nb_import_source(name);
        document->has_source = 1;
        document->source = (ProtobufCBinaryData){NB_ID_BYTES, ids[1].b};
    }
    if (!document->has_kind) {
        document->has_kind = 1;
        document->kind = context->kind;
    }
    if (!document->has_fetched_ms) {
        document->has_fetched_ms = 1;
        document->fetched_ms = context->dates->now_ms;
    }
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}

struct nb_id nb_import_source(struct nb_slice name)
{
    return nb_id_of((const struct nb_slice[]){NB_LIT("import"), name}, 2);
}
