/*
 * Any bytes read as a feed: what comes out is valid UTF-8 without control characters, URLs are
 * absolute, and reading again gives the same.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct nb_slice s)
{
    assert(nb_utf8_valid(s));
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        assert((c >= 0x20 && c != 0x7f) || c == '\n');
    }
    assert(nb_slice_eq(s, nb_slice_trim(s)));
}

static void check_line(struct nb_slice s)
{
    check_text(s);
    assert(nb_slice_find_byte(s, '\n', 0) == NB_NPOS);
}

static void check_url(struct nb_slice s, struct nb_arena *arena)
{
    struct nb_url url;
    assert(s.len == 0 || nb_url_parse(s, NULL, arena, &url) == NB_OK);
}

static void check_entry(const struct nb_feed_entry *entry, struct nb_arena *arena)
{
    check_line(entry->id);
    check_line(entry->title);
    check_line(entry->author);
    check_text(entry->summary);
    check_text(entry->content);
    check_url(entry->url, arena);
    check_url(entry->comments_url, arena);
    for (size_t i = 0; i < entry->links_n; i++) {
        check_url(entry->links[i].url, arena);
        check_text(entry->links[i].text);
    }
    for (size_t i = 0; i < entry->categories_n; i++) {
        check_line(entry->categories[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arenas[2];
    static const struct nb_date_context dates = {NULL, 1767225600000, 180};
    if (!arenas[0]) {
        nb_feed_init();
        if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
            abort();
        }
        arenas[0] = nb_arena_new((size_t)64 << 20);
        arenas[1] = nb_arena_new((size_t)64 << 20);
    }
    struct nb_feed feeds[2];
    enum nb_err errs[2];
    for (int i = 0; i < 2; i++) {
        nb_arena_reset(arenas[i]);
        errs[i] = nb_feed_parse(nb_slice(data, size), NB_LIT("https://a.example/f"), NB_LIT(""),
                                &dates, arenas[i], &feeds[i], NULL);
    }
    assert(errs[0] == errs[1]);
    if (errs[0] == NB_OK) {
        assert(feeds[0].format && feeds[0].entries_n == feeds[1].entries_n);
        check_line(feeds[0].title);
        for (size_t i = 0; i < feeds[0].entries_n; i++) {
            check_entry(&feeds[0].entries[i], arenas[0]);
            assert(nb_slice_eq(feeds[0].entries[i].content, feeds[1].entries[i].content));
        }
    }
    return 0;
}
