/*
 * The first byte chooses a reader of a site that is followed, the rest is what it reads: a page of
 * a forum or a blog, or a sitemap. Whatever comes out stays on the site and within the limits,
 * addresses can be asked and are no traps, documents are valid and each is there once, and reading
 * again gives the same.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/log.h>
#include <nabiz/text.h>

#include "crawler/site/html.h"
#include "crawler/site/readers.h"
#include "crawler/site/sitemap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct nb_page_profiles *profiles;
static struct nb_link_rules *rules;
static struct nb_arena *arenas[2];
static const struct nb_date_context dates = {NULL, 1767225600000, 180};

static void check_address(struct nb_slice s, struct nb_arena *arena)
{
    struct nb_url url;
    struct nb_link link;
    assert(nb_url_parse(s, NULL, arena, &url) == NB_OK);
    assert(nb_url_is_http(&url));
    assert(nb_link_read(rules, &url, arena, &link) == NB_OK);
}

static void check_link(const struct nb_site_link *link, bool is_sitemap, struct nb_arena *arena)
{
    struct nb_url url;
    check_address(link->url, arena);
    assert(link->rank < NB_RANKS_N);
    if (!is_sitemap) { /* hosts are looked at by who follows */
        assert(nb_url_parse(link->url, NULL, arena, &url) == NB_OK);
        assert(nb_site_same_host(url.host, NB_LIT("a.example")));
    }
}

static void check_field(const char *text)
{
    assert(nb_utf8_valid(nb_field(text)));
}

static void check_document(const struct nb_site_yield *yield, size_t i, struct nb_arena *arena)
{
    struct nb_log_record record;
    const struct nb_document *document = yield->documents[i];
    check_field(document->text);
    check_field(document->title);
    check_field(document->author);
    assert(nb_log_encode(document, arena, &record) == NB_OK);
    for (size_t k = 0; k < i; k++) {
        assert(memcmp(yield->documents[k]->identity.data, document->identity.data, NB_ID_BYTES));
    }
}

static void check_yield(const struct nb_site_yield *yield, struct nb_arena *arena)
{
    bool is_sitemap = yield->kind == NB__PAGE__KIND__SITEMAP;
    assert(yield->links_n <= NB_YIELD_LINKS_MAX);
    for (size_t i = 0; i < yield->links_n && i < 50; i++) {
        check_link(&yield->links[i], is_sitemap, arena);
    }
    for (size_t i = 0; i < yield->documents_n && i < 50; i++) {
        check_document(yield, i, arena);
    }
    if (yield->next.len) {
        check_address(yield->next, arena);
    }
}

static void begin(void)
{
    arenas[0] = nb_arena_new((size_t)1 << 27);
    arenas[1] = nb_arena_new((size_t)1 << 27);
    if (!arenas[0] || !arenas[1] ||
        nb_page_profiles_load("config/forums", &profiles, NULL) != NB_OK ||
        nb_link_rules_load("config/forums", &rules, NULL) != NB_OK) {
        abort();
    }
}

static enum nb_err read_once(struct nb_slice bytes, char how, struct nb_arena *arena,
                             struct nb_site_yield *out)
{
    static const char *const addresses[] = {"https://a.example/", "https://a.example/konu/x.1/",
                                            "https://a.example/forumlar/y.2/",
                                            "https://a.example/2026/01/z/"};
    struct nb_url url;
    Nb__Page page = NB__PAGE__INIT;
    bool is_sitemap = how == 's';
    nb_arena_reset(arena);
    if (nb_url_parse(nb_slice_str(addresses[(unsigned char)how % 4]), NULL, arena, &url) != NB_OK) {
        abort();
    }
    struct nb_site_input input = {
        .bytes = bytes,
        .content_type = NB_LIT(""),
        .url = &url,
        .page = &page,
        .walk = is_sitemap ? NB_WALK_SITEMAP
                : how & 4  ? NB_WALK_BLOG
                           : NB_WALK_FORUM,
        .document_kind = NB__KIND__ARTICLE,
        .is_root = (unsigned char)how % 4 == 0,
        .host = NB_LIT("www.a.example"),
        .dates = &dates,
        .profiles = profiles,
        .rules = rules,
    };
    return is_sitemap ? nb_site_read_sitemap(&input, arena, out, NULL)
                      : nb_site_read_html(&input, arena, out, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_site_yield yields[2];
    enum nb_err errors[2];
    if (!arenas[0]) {
        begin();
    }
    char how = size ? (char)data[0] : 's';
    struct nb_slice bytes = size ? nb_slice(data + 1, size - 1) : NB_LIT("");
    for (int i = 0; i < 2; i++) {
        errors[i] = read_once(bytes, how, arenas[i], &yields[i]);
    }
    assert(errors[0] == errors[1]);
    if (errors[0] == NB_OK) {
        check_yield(&yields[0], arenas[0]);
        assert(yields[0].links_n == yields[1].links_n);
        assert(yields[0].documents_n == yields[1].documents_n);
    }
    return 0;
}
