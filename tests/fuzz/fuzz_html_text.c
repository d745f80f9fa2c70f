/*
 * Any bytes read as HTML: the text is valid, trimmed, of a bounded length, has no run of
 * three line breaks, and reading the text as plain text changes nothing but white space.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/feed/entity.h"
#include "crawler/feed/html_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct nb_slice text, size_t max_bytes)
{
    assert(text.len <= max_bytes);
    assert(nb_utf8_valid(text));
    assert(nb_slice_eq(text, nb_slice_trim(text)));
    assert(nb_slice_find(text, NB_LIT("\n\n\n"), 0) == NB_NPOS);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        assert((c >= 0x20 && c != 0x7f) || c == '\n');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arena;
    static struct nb_buf scratch;
    if (!arena) {
        nb_entity_init();
        if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
            abort();
        }
        arena = nb_arena_new((size_t)256 << 20);
        nb_buf_init(&scratch, (size_t)64 << 20);
    }
    nb_arena_reset(arena);
    struct nb_slice html;
    struct nb_url base;
    struct nb_html_text out;
    struct nb_slice line;
    if (nb_utf8_repair(nb_slice(data, size), arena, &html) != NB_OK ||
        nb_url_parse(NB_LIT("https://a.example/b"), NULL, arena, &base) != NB_OK ||
        nb_html_text(html, &base, &scratch, arena, &out) != NB_OK) {
        abort();
    }
    /* windows-1252 for C1 controls, then NFC, which can make a few characters threefold */
    check(out.text, html.len * 5 + 8);
    for (size_t i = 0; i < out.links_n; i++) {
        struct nb_url url;
        assert(nb_url_parse(out.links[i].url, NULL, arena, &url) == NB_OK && nb_url_is_http(&url));
        check(out.links[i].text, out.text.len * 3 + 2);
    }
    if (nb_html_line(html, &scratch, arena, &line) != NB_OK) {
        abort();
    }
    assert(nb_slice_find_byte(line, '\n', 0) == NB_NPOS);
    if (nb_plain_text(html, &scratch, arena, &line) != NB_OK) {
        abort();
    }
    check(line, html.len * 5 + 8);
    return 0;
}
