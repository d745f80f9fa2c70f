/*
 * Any bytes read as a page: what comes out is bounded, valid, absolute and without doubles, and is
 * the same the second time. The first line is the Link header, the rest the page.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/discover.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/feed/entity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_page(struct nb_slice links, struct nb_slice html, struct nb_arena *arena,
                      struct nb_page_feeds *out)
{
    if (nb_discover_page(html, NB_LIT("text/html"), links, NB_LIT("https://a.example/b/c?d"), arena,
                         out) != NB_OK) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arena;
    if (!arena) {
        nb_entity_init();
        if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
            abort();
        }
        arena = nb_arena_new((size_t)256 << 20);
    }
    nb_arena_reset(arena);
    struct nb_slice html = nb_slice(data, size);
    struct nb_slice links = {NULL, 0};
    struct nb_page_feeds feeds;
    struct nb_page_feeds again;
    (void)nb_slice_split(&html, '\n', &links);
    read_page(links, html, arena, &feeds);
    read_page(links, html, arena, &again);
    assert(feeds.n <= 200 && feeds.n == again.n);
    assert(nb_utf8_valid(feeds.title) && feeds.title.len <= 300);
    for (size_t i = 0; i < feeds.n; i++) {
        const struct nb_candidate *c = &feeds.candidates[i];
        struct nb_url url;
        assert(nb_url_parse(c->url, NULL, arena, &url) == NB_OK && nb_url_is_http(&url));
        assert(!url.fragment.p && nb_slice_eq(url.href, c->url));
        assert(nb_utf8_valid(c->title) && c->title.len <= 300);
        assert(nb_slice_eq(c->url, again.candidates[i].url));
        assert(i == 0 || c[-1].comments < c->comments ||
               (c[-1].comments == c->comments && c[-1].how <= c->how));
        for (size_t k = 0; k < i; k++) {
            assert(!nb_slice_eq(feeds.candidates[k].url, c->url));
        }
    }
    return 0;
}
