/*
 * Input: a base, a newline, a reference. Holds for whatever is read:
 * what was serialised is read again as the same URL, part by part; the canonical form is its own
 * canonical form; both are printable ASCII (an opaque path may hold spaces); the site is a part of
 * the host.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/url.h>

static void check_same(struct nb_slice a, struct nb_slice b)
{
    assert(nb_slice_eq(a, b));
    assert((a.p == NULL) == (b.p == NULL));
}

static void check_ascii(struct nb_slice s)
{
    assert(s.len <= NB_URL_MAX_BYTES);
    for (size_t i = 0; i < s.len; i++) {
        assert(s.p[i] >= ' ' && s.p[i] < 0x7f);
    }
}

static void check_inside(struct nb_slice part, struct nb_slice whole)
{
    assert(!part.p || (part.p >= whole.p && part.p + part.len <= whole.p + whole.len));
}

static void check_url(const struct nb_url *url, struct nb_arena *arena)
{
    check_ascii(url->href);
    const struct nb_slice parts[] = {url->scheme, url->username, url->password, url->host,
                                     url->path,   url->query,    url->fragment};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        check_inside(parts[i], url->href);
    }
    assert(url->opaque_path || url->path.len == 0 || url->path.p[0] == '/');
    assert(!nb_url_is_http(url) || (url->host.len > 0 && url->path.len > 0));

    struct nb_url again;
    assert(nb_url_parse(url->href, NULL, arena, &again) == NB_OK);
    check_same(again.href, url->href);
    check_same(again.username, url->username);
    check_same(again.password, url->password);
    check_same(again.host, url->host);
    check_same(again.path, url->path);
    check_same(again.query, url->query);
    check_same(again.fragment, url->fragment);
    assert(again.port == url->port);
    assert(again.has_host == url->has_host && again.opaque_path == url->opaque_path);

    /* a URL is itself on any base, and an empty reference is the base */
    assert(nb_url_parse(url->href, url, arena, &again) == NB_OK);
    check_same(again.href, url->href);
    if (!url->opaque_path && !url->fragment.p) {
        assert(nb_url_parse(NB_LIT(""), url, arena, &again) == NB_OK);
        check_same(again.href, url->href);
    }
}

static void check_canonical(const struct nb_url *url, struct nb_arena *arena)
{
    struct nb_slice canonical;
    struct nb_slice twice;
    struct nb_url again;
    assert(nb_url_canonical(url, arena, &canonical) == NB_OK);
    check_ascii(canonical);
    assert(nb_url_parse(canonical, NULL, arena, &again) == NB_OK);
    check_same(again.href, canonical);
    check_same(again.host, url->host);
    assert(nb_url_is_http(url) || nb_slice_eq(again.path, url->path));
    assert(again.username.len == 0 && again.password.len == 0 && !again.fragment.p);
    assert(again.port == url->port);
    assert(nb_url_canonical(&again, arena, &twice) == NB_OK);
    check_same(twice, canonical);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arena;
    if (!arena) {
        arena = nb_arena_new((size_t)1 << 20);
        if (!arena || nb_url_init(NULL) != NB_OK) {
            abort();
        }
    }
    nb_arena_reset(arena);
    struct nb_slice rest = nb_slice(data, size);
    struct nb_slice base_text = {NULL, 0};
    struct nb_url base;
    struct nb_url url;
    if (!nb_slice_split(&rest, '\n', &base_text)) {
        return 0;
    }
    bool based = nb_url_parse(base_text, NULL, arena, &base) == NB_OK;
    if (based) {
        check_url(&base, arena);
        check_canonical(&base, arena);
        check_inside(nb_url_site(base.host), base.host);
    }
    if (nb_url_parse(rest, based ? &base : NULL, arena, &url) == NB_OK) {
        check_url(&url, arena);
        check_canonical(&url, arena);
    }
    return 0;
}
