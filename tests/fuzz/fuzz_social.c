/*
 * Any bytes read as the answer of an API, at one of its addresses: documents have an identity, and
 * valid texts; addresses are absolute and not the same for ever; reading again gives the same.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/feed.h>
#include <nabiz/hash.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/social/yield.h"
#include "tests/fuzz/arenas.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses one. */
static const char *const addresses[] = {
    "https://a.example/wp-json/wp/v2/posts?per_page=50",
    "https://a.example/api/v1/timelines/public?limit=40",
    "https://a.example/posts.json",
    "https://a.example/t/3.json?page=2",
    "https://a.example/latest.json",
    "https://a.example/?rest_route=/",
};

static void check_text(const char *text)
{
    struct nb_slice s = nb_field(text);
    assert(nb_utf8_valid(s));
    assert(nb_slice_eq(s, nb_slice_trim(s)));
}

static void check_url(struct nb_slice text, struct nb_arena *arena)
{
    struct nb_url url;
    assert(text.len == 0 || (nb_url_parse(text, NULL, arena, &url) == NB_OK && url.has_host));
}

static void check(const struct nb_site_yield *yield, const struct nb_url *url,
                  struct nb_arena *arena)
{
    for (size_t i = 0; i < yield->documents_n; i++) {
        const struct nb_document *document = yield->documents[i];
        assert(document->has_identity && document->identity.len == NB_ID_BYTES);
        check_text(document->text);
        check_text(document->title);
        check_text(document->author_name);
        bool is_boost = document->kind == NB__KIND__BOOST;
        assert(!is_boost || (!document->text && !document->title && document->n_quotes == 1));
        assert(!document->audience || document->audience->followers_n <= NB_AUDIENCE_MAX);
        for (size_t k = 0; k < document->n_quotes; k++) {
            check_text(document->quotes[k]->text);
        }
    }
    for (size_t i = 0; i < yield->links_n; i++) {
        check_url(yield->links[i].url, arena);
    }
    check_url(yield->next, arena);
    check_url(yield->again, arena);
    assert(!nb_slice_eq(yield->next, url->href));
}

static enum nb_err read_page(struct nb_slice bytes, const struct nb_url *url,
                             struct nb_arena *arena, struct nb_site_yield *out)
{
    static const struct nb_date_context dates = {NULL, 1767225600000, 180};
    static Nb__Page page;
    nb__page__init(&page);
    const struct nb_site_input input = {.bytes = bytes,
                                        .url = url,
                                        .page = &page,
                                        .document_kind = NB__KIND__ARTICLE,
                                        .dates = &dates};
    return nb_social_yield(&input, arena, out, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_arena *const *arenas = fuzz_arenas();
    if (size == 0) {
        return 0;
    }
    struct nb_url url;
    struct nb_site_yield yields[2];
    enum nb_err errs[2];
    const char *address = addresses[data[0] % (sizeof(addresses) / sizeof(addresses[0]))];
    for (size_t i = 0; i < 2; i++) {
        nb_arena_reset(arenas[i]);
        if (nb_url_parse(nb_slice_str(address), NULL, arenas[i], &url) != NB_OK) {
            abort();
        }
        errs[i] = read_page(nb_slice(data + 1, size - 1), &url, arenas[i], &yields[i]);
    }
    assert(errs[0] == errs[1]);
    if (errs[0] == NB_OK) {
        check(&yields[0], &url, arenas[0]);
        assert(yields[0].documents_n == yields[1].documents_n);
        assert(nb_slice_eq(yields[0].next, yields[1].next));
    }
    return 0;
}
