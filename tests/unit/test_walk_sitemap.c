#include "tests/lib/test.h"

#include <nabiz/file.h>

#include <nabiz/arena.h>

#include "crawler/site/gunzip.h"
#include "crawler/site/sitemap.h"

static struct nb_arena *arena;
static struct nb_error error;

static int set_up(void **state)
{
    (void)state;
    arena = nb_arena_new((size_t)256 << 20);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    nb_arena_free(arena);
    return 0;
}

static enum nb_err read_sitemap(struct nb_slice bytes, struct nb_sitemap *out)
{
    static const struct nb_date_context dates = {NULL, 1767225600000, 180};
    struct nb_url url;
    nb_arena_reset(arena);
    assert_int_equal(
        nb_url_parse(NB_LIT("https://gazete.example/site/harita.xml"), NULL, arena, &url), NB_OK);
    return nb_sitemap_read(bytes, NB_LIT(""), &url, &dates, arena, out, &error);
}

/* "url@date" of each entry, sitemaps with a '>' before; an error is its name. */
static const char *describe(struct nb_slice bytes)
{
    struct nb_sitemap sitemap = {0};
    enum nb_err err = read_sitemap(bytes, &sitemap);
    const char *text = err == NB_OK ? "" : nb_strerror(err);
    for (size_t i = 0; err == NB_OK && i < sitemap.n; i++) {
        const struct nb_sitemap_entry *entry = &sitemap.entries[i];
        char date[NB_RFC3339_BYTES] = "-";
        if (entry->at_ms >= 0) {
            nb_date_rfc3339(entry->at_ms, date);
        }
        text = nb_arena_printf(arena, "%s%s%s%.*s@%s", text, i ? " " : "",
                               entry->is_sitemap ? ">" : "", NB_ARG(entry->url), date);
    }
    return text;
}

static void sitemaps_are_read_as_they_are_found(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {"<?xml version='1.0'?><urlset><url><loc>https://gazete.example/1</loc>"
         "<lastmod>2026-01-02T03:04:05Z</lastmod></url><url><loc> /2\n</loc></url></urlset>",
         "https://gazete.example/1@2026-01-02T03:04:05Z https://gazete.example/2@-"},
        {"<sitemapindex><sitemap><loc>https://gazete.example/a.xml.gz</loc></sitemap>"
         "<sitemap>\nhttps://gazete.example/b.xml?x=1&amp;y=2\n</sitemap></sitemapindex>",
         ">https://gazete.example/a.xml.gz@- >https://gazete.example/b.xml?x=1&y=2@-"},
        {"<s:urlset xmlns:s='x'><s:url><s:loc>https://gazete.example/1</s:loc><image:image>"
         "<image:loc>https://gazete.example/r.png</image:loc></image:image></s:url></s:urlset>",
         "https://gazete.example/1@-"},
        {"<urlset><url><loc><![CDATA[https://gazete.example/1]]></loc><news:news>"
         "<news:publication_date>2026-01-02</news:publication_date></news:news></url></urlset>",
         "https://gazete.example/1@2026-01-01T21:00:00Z"},
        {"<urlset><url><loc>https://gazete.example/1</loc><url><loc>https://gazete.example/2</loc>"
         "</url><!-- <url><loc>https://gazete.example/3</loc></url> --><url><loc>https://gaz",
         "https://gazete.example/1@- https://gazete.example/2@-"},
        {"<urlset><url><loc>mailto:a@b</loc></url><url><loc></loc></url></urlset>", ""},
        {"<!DOCTYPE urlset [<!ENTITY a 'x'>]><urlset><url><loc>/&a;</loc></url></urlset>",
         "https://gazete.example/&a;@-"},
        {"\xef\xbb\xbfhttps://gazete.example/1\r\nhttps://gazete.example/2\n\nnot\n",
         "https://gazete.example/1@- https://gazete.example/2@-"},
        {"<rss><channel><item><link>https://gazete.example/1</link>"
         "<pubDate>Fri, 02 Jan 2026 03:04:05 GMT</pubDate></item></channel></rss>",
         "https://gazete.example/1@2026-01-02T03:04:05Z"},
        {"<html><title>Yok</title></html>", "malformed input"},
        {"", "malformed input"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(describe(nb_slice_str(rows[i].text)), rows[i].want);
    }
}

/* "<urlset></urlset>" */
#define MEMBER                                                                                     \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\x29\x2d\xca\x29"                                 \
    "\x4e\x2d\xb1\xb3\xd1\x87\x32\x00\x23\x9c\x49\xb6\x11\x00\x00\x00"

static void what_is_packed_is_unpacked_as_far_as_it_goes(void **state)
{
    struct nb_slice all = NB_LIT(MEMBER);
    struct nb_slice out;
    (void)state;
    nb_arena_reset(arena);
    assert_false(nb_is_gzip(NB_LIT("<urlset>")));
    assert_true(nb_is_gzip(all));
    assert_int_equal(nb_gunzip(all, 1 << 20, arena, &out), NB_OK);
    assert_slice_equal(out, "<urlset></urlset>");
    assert_int_equal(nb_gunzip(NB_LIT(MEMBER MEMBER), 1 << 20, arena, &out), NB_OK);
    assert_slice_equal(out, "<urlset></urlset><urlset></urlset>");
    assert_int_equal(nb_gunzip(all, 5, arena, &out), NB_OK);
    assert_slice_equal(out, "<urls");
    for (size_t n = 0; n < all.len; n++) {
        assert_int_equal(nb_gunzip(nb_slice_sub(all, 0, n), 1 << 20, arena, &out), NB_OK);
        assert_true(out.len <= 17);
    }
}

static void a_bomb_is_cut(void **state)
{
    enum { ENTRIES = 60000 };
    struct nb_buf text;
    struct nb_sitemap sitemap;
    (void)state;
    nb_buf_init(&text, (size_t)64 << 20);
    nb_buf_add_str(&text, "<urlset>");
    for (int i = 0; i < ENTRIES; i++) {
        nb_buf_addf(&text, "<url><loc>https://gazete.example/%d</loc></url>", i);
    }
    assert_int_equal(read_sitemap(nb_buf_slice(&text), &sitemap), NB_OK);
    assert_int_equal(sitemap.n, NB_SITEMAP_ENTRIES_MAX);
    nb_buf_fini(&text);
}

/* Real ones, and how many addresses each has. */
static void real_ones_are_read(void **state)
{
    static const struct {
        const char *name;
        size_t n;
    } rows[] = {
        {"sitemap-with-bom.txt", 2},
        {"sitemap.txt", 2},
        {"sitemap.txt.gz", 5},
        {"xmlSitemap.gz", 5},
        {"sitemap.badns.xml", 2},
        {"sitemap.index.xml", 15},
        {"sitemap.ns.xml", 2},
        {"atom.xml", 1},
        {"extension/hebdenbridgetimes-articles-sitemap.xml", 74},
        {"extension/pagemaps-sitemap.xml", 2},
        {"extension/shinpaideshou-news-sitemap.xml", 3},
        {"extension/sitemap-images.xml", 1},
        {"extension/sitemap-links.xml", 3},
        {"extension/sitemap-news.xml", 2},
        {"extension/sitemap-videos-tvshow.xml", 1},
        {"extension/sitemap-videos.xml", 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_sitemap sitemap = {0};
        struct nb_buf bytes;
        const char *dir = nbt_data("robots-sitemaps/sitemaps");
        if (!dir) {
            skip();
        }
        char *path = nbt_path(dir, rows[i].name);
        nb_buf_init(&bytes, 1 << 20);
        assert_int_equal(nb_file_read(path, &bytes, &error), NB_OK);
        enum nb_err err = read_sitemap(nb_buf_slice(&bytes), &sitemap);
        if (err != NB_OK || sitemap.n != rows[i].n) {
            fail_msg("%s: %s, %zu addresses", rows[i].name, nb_strerror(err), sitemap.n);
        }
        nb_buf_fini(&bytes);
        free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sitemaps_are_read_as_they_are_found),
        cmocka_unit_test(what_is_packed_is_unpacked_as_far_as_it_goes),
        cmocka_unit_test(a_bomb_is_cut),
        cmocka_unit_test(real_ones_are_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
