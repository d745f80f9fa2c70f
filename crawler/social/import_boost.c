/*
 * Members of a line that are about others: whom it passes on, and how many follow its author.
 *
 * Exports repeat the words of what is passed on in the row of who does it. They are not theirs, and
 * would count twice: they are left out, and stand in the row of the one who wrote them, if it is
 * there.
 */
#include "crawler/social/import.h"

#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/entry.h"
#include "crawler/social/social.h"

/* ---- boosts ---- */

/* Exports have the member in all of their rows, empty in those that pass nothing on. */
static bool says_target(const json_t *value)
{
    return json_is_string(value) ? nb_slice_trim(nb_slice_str(json_string_value(value))).len > 0
                                 : value && !json_is_null(value) && !json_is_false(value);
}

/* An address or id, or an object with it and the author. */
static enum nb_err take_target(const json_t *value, struct nb_arena *arena, Nb__Quote *quote)
{
    bool is_object = json_is_object(value);
    const json_t *url = is_object ? json_object_get(value, "url") : value;
    const char *text = json_string_value(url);
    enum nb_err err = nb_import_text(nb_slice_str(text), arena, &quote->url);
    if (err == NB_OK && is_object) {
        err = nb_import_text(nb_member_string(value, "author"), arena, &quote->author);
    }
    return err;
}

static enum nb_err set_quote(struct nb_document *document, Nb__Quote *quote, struct nb_arena *arena)
{
    document->quotes = nb_arena_calloc(arena, 1, sizeof(*document->quotes));
    if (!document->quotes) {
        return NB_ENOMEM;
    }
    document->quotes[0] = quote;
    document->n_quotes = 1;
    return NB_OK;
}

/* What a dumped boost has: its quote says what it passes on. */
static Nb__Quote *quote_of(const struct nb_document *document)
{
    return document->n_quotes ? document->quotes[0] : NULL;
}

/* The address is the other one's, but both are on its site. */
static enum nb_err drop_address(struct nb_document *document, struct nb_arena *arena)
{
    struct nb_url url;
    if (!document->site && nb_url_parse(nb_field(document->url), NULL, arena, &url) == NB_OK &&
        url.has_host) {
        document->site = nb_arena_strdup(arena, nb_url_site(url.host));
    }
    document->url = NULL;
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}

static enum nb_err drop_words(struct nb_document *document, struct nb_arena *arena)
{
    const struct nb_slice boosted = nb_field(document->quotes[0]->url);
    document->quotes[0]->text = NULL;
    document->title = document->text = document->reply_to = document->language = NULL;
    document->n_links = document->n_categories = document->n_engagement = 0;
    if (boosted.len && nb_slice_eq(nb_field(document->guid), boosted)) {
        document->guid = NULL;
    }
    return boosted.len && nb_slice_eq(nb_field(document->url), boosted)
               ? drop_address(document, arena)
               : NB_OK;
}

enum nb_err nb_import_boost(const json_t *object, struct nb_document *document,
                            struct nb_arena *arena, struct nb_error *error)
{
    const json_t *value = json_object_get(object, "boost_of");
    bool is_boost = document->has_kind && document->kind == NB__KIND__BOOST;
    bool is_said = says_target(value);
    Nb__Quote *quote = quote_of(document);
    if ((!is_said && !is_boost) || document->deleted) {
        return NB_OK;
    }
    if (is_said) {
        quote = nb_arena_alloc(arena, sizeof(*quote));
        if (!quote) {
            return NB_ENOMEM;
        }
        nb__quote__init(quote);
        enum nb_err err = take_target(value, arena, quote);
        if (err != NB_OK) {
            return err;
        }
    }
    if (!quote || (!quote->url && !quote->author)) {
        return nb_error_set(error, NB_ESYNTAX,
                            "a boost needs \"boost_of\": the address of what is passed on, or an "
                            "object with its \"url\" and \"author\"");
    }
    document->has_kind = 1;
    document->kind = NB__KIND__BOOST;
    enum nb_err err = set_quote(document, quote, arena);
    return err == NB_OK ? drop_words(document, arena) : err;
}

/* ---- audiences ---- */

/* Exports have the figure itself, dumps an object. */
static int64_t figure_of(const json_t *object, const json_t *dumped)
{
    int64_t n = nb_member_number(object, "followers", -1);
    n = n >= 0 ? n : nb_member_number(object, "audience", -1);
    return n >= 0 ? n : nb_member_number(dumped, "followers_n", -1);
}

static int64_t read_at(const json_t *object, const json_t *dumped,
                       const struct nb_date_context *dates, const struct nb_document *document)
{
    int64_t at_ms = nb_member_number(dumped, "read_ms", -1);
    if (at_ms < 0 &&
        nb_date_parse(nb_member_string(object, "followers_read"), dates, &at_ms) != NB_OK) {
        at_ms = document->has_fetched_ms ? document->fetched_ms : dates->now_ms;
    }
    return at_ms;
}

enum nb_err nb_import_audience(const json_t *object, const struct nb_date_context *dates,
                               struct nb_arena *arena, struct nb_document *document)
{
    const json_t *dumped = json_object_get(object, "audience");
    char *source = NULL;
    enum nb_err err = nb_import_text(nb_member_string(dumped, "source"), arena, &source);
    if (err != NB_OK) {
        return err;
    }
    return nb_entry_audience(figure_of(object, dumped), source ? source : "import",
                             read_at(object, dumped, dates, document), arena, document);
}
