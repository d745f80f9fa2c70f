/*
 * Any bytes as a line of the sources file: what is read is what the line says, and a line that
 * names a source does not stop the reader. The same bytes as OPML do no harm.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/feed.h>
#include <nabiz/opml.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/sources_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(struct nb_slice text, struct nb_arena *arena)
{
    struct nb_source_line line;
    struct nb_id id;
    if (!nb_utf8_valid(text) || !nb_source_line_is(text) ||
        nb_source_line_parse(text, arena, &line) != NULL) {
        return;
    }
    assert(line.every_s >= 0 && line.every_s <= 30 * 86400);
    assert(line.kind >= NB__KIND__ARTICLE && line.kind <= NB__KIND__TOOT);
    assert(line.url.p >= text.p && line.url.p + line.url.len <= text.p + text.len);
    if (nb_source_line_id(line.url, arena, &id, NULL) == NB_OK) {
        struct nb_url url;
        assert(nb_url_parse(line.url, NULL, arena, &url) == NB_OK && nb_url_is_http(&url));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arena;
    if (!arena) {
        nb_feed_init();
        if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
            abort();
        }
        arena = nb_arena_new((size_t)64 << 20);
    }
    struct nb_slice rest = nb_slice(data, size);
    struct nb_slice text;
    while (nb_slice_split(&rest, '\n', &text)) {
        nb_arena_reset(arena);
        check_line(text, arena);
    }
    nb_arena_reset(arena);
    const struct nb_opml_outline *outlines = NULL;
    size_t n = 0;
    if (nb_opml_read(nb_slice(data, size), arena, &outlines, &n, NULL) == NB_OK) {
        for (size_t i = 0; i < n; i++) {
            assert(outlines[i].url[0] && outlines[i].title && outlines[i].group);
        }
    }
    return 0;
}
