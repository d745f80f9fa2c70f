/*
 * Any bytes read as a feed: what comes out is valid UTF-8 without control characters, URLs are
 * absolute, and reading again gives the same. So does, for a good feed, a reading by libxml2 alone,
 * without its texts being taken out before.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "tests/fuzz/arenas.h"

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

/* A declaration behind the end: it changes nothing, and what has one is read as a whole. */
#define DECLARATION "<!z>"

/* Markup in bytes that a text in ASCII can be put behind. */
static bool may_be_longer(struct nb_slice bytes, const struct nb_feed *feed)
{
    return !feed->bozo && !nb_slice_eq(nb_slice_str(feed->format), NB_LIT("json")) &&
           nb_utf8_valid(bytes) && nb_slice_find_byte(bytes, '\0', 0) == NB_NPOS &&
           nb_slice_find_byte(bytes, '\x1b', 0) == NB_NPOS;
}

static void check_same(const struct nb_feed *a, const struct nb_feed *b)
{
    assert(nb_slice_eq(a->title, b->title) && nb_slice_eq(a->description, b->description));
    assert(a->entries_n == b->entries_n);
    for (size_t i = 0; i < a->entries_n; i++) {
        const struct nb_feed_entry *x = &a->entries[i];
        const struct nb_feed_entry *y = &b->entries[i];
        assert(nb_slice_eq(x->id, y->id) && nb_slice_eq(x->url, y->url));
        assert(nb_slice_eq(x->title, y->title) && nb_slice_eq(x->author, y->author));
        assert(nb_slice_eq(x->summary, y->summary) && nb_slice_eq(x->content, y->content));
        assert(x->links_n == y->links_n && x->categories_n == y->categories_n);
        assert(x->published_ms == y->published_ms && x->updated_ms == y->updated_ms);
    }
}

static enum nb_err parse(struct nb_slice bytes, struct nb_arena *arena, struct nb_feed *out)
{
    static const struct nb_date_context dates = {NULL, 1767225600000, 180};
    nb_arena_reset(arena);
    return nb_feed_parse(bytes, NB_LIT("https://a.example/f"), NB_LIT(""), &dates, arena, out,
                         NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_arena *const *arenas = fuzz_arenas();
    struct nb_feed feeds[2];
    struct nb_slice bytes = nb_slice(data, size);
    enum nb_err err = parse(bytes, arenas[0], &feeds[0]);
    char *longer = malloc(size + sizeof(DECLARATION));
    if (!longer) {
        abort();
    }
    if (err == NB_OK && may_be_longer(bytes, &feeds[0])) {
        memcpy(longer, data, size);
        memcpy(longer + size, DECLARATION, sizeof(DECLARATION) - 1);
        bytes = nb_slice(longer, size + sizeof(DECLARATION) - 1);
    }
    enum nb_err again = parse(bytes, arenas[1], &feeds[1]);
    assert(err == again);
    if (err == NB_OK) {
        assert(feeds[0].format);
        check_line(feeds[0].title);
        check_same(&feeds[0], &feeds[1]);
        for (size_t i = 0; i < feeds[0].entries_n; i++) {
            check_entry(&feeds[0].entries[i], arenas[0]);
        }
    }
    free(longer);
    return 0;
}
