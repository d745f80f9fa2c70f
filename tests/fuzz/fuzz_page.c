/*
 * Any bytes read as a page, by profiles and without: what comes out is valid UTF-8, addresses are
 * absolute, and reading again gives the same.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/page.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct nb_slice s)
{
    assert(nb_utf8_valid(s));
}

static void check_url(struct nb_slice s, struct nb_arena *arena)
{
    struct nb_url url;
    assert(s.len == 0 || nb_url_parse(s, NULL, arena, &url) == NB_OK);
}

static void check_post(const struct nb_page_post *post, struct nb_arena *arena)
{
    check_text(post->id);
    check_text(post->author);
    check_text(post->text);
    check_url(post->author_url, arena);
    check_url(post->url, arena);
    assert(post->text.len || post->quotes_n);
    for (size_t i = 0; i < post->quotes_n; i++) {
        check_text(post->quotes[i].text);
    }
}

static void check_page(const struct nb_page *page, struct nb_arena *arena)
{
    check_text(page->title);
    check_text(page->author);
    check_text(page->text);
    check_url(page->url, arena);
    check_url(page->canonical, arena);
    check_url(page->next_page, arena);
    for (size_t i = 0; i < page->links_n; i++) {
        check_url(page->links[i].url, arena);
    }
    for (size_t i = 0; i < page->posts_n; i++) {
        check_post(&page->posts[i], arena);
    }
    assert(page->kind == NB_PAGE_KIND_THREAD ? page->posts_n > 0 : page->text.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arenas[2];
    static struct nb_page_profiles *profiles;
    static const struct nb_date_context dates = {NULL, 1767225600000, 180};
    if (!arenas[0]) {
        arenas[0] = nb_arena_new((size_t)1 << 26);
        arenas[1] = nb_arena_new((size_t)1 << 26);
        if (!arenas[0] || !arenas[1] ||
            nb_page_profiles_load("config/forums", &profiles, NULL) != NB_OK) {
            abort();
        }
    }
    struct nb_page pages[2];
    enum nb_err errors[2];
    struct nb_page_options options = {profiles, &dates,
                                      size ? (enum nb_page_kind)(data[0] % 3) : NB_PAGE_KIND_AUTO};
    for (int i = 0; i < 2; i++) {
        nb_arena_reset(arenas[i]);
        errors[i] = nb_page_read(nb_slice(data, size), NB_LIT("https://a.example/b/c"),
                                 NB_LIT("text/html"), &options, arenas[i], &pages[i], NULL);
    }
    assert(errors[0] == errors[1]);
    if (errors[0] == NB_OK) {
        check_page(&pages[0], arenas[0]);
        assert(nb_slice_eq(pages[0].text, pages[1].text));
        assert(pages[0].posts_n == pages[1].posts_n);
    }
    return 0;
}
