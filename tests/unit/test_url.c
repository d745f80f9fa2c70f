#include "tests/lib/test.h"

#include <nabiz/mem.h>
#include <nabiz/url.h>

enum { ARENA_BYTES = 1 << 20 };

struct row {
    const char *input;
    const char *base; /* NULL: none */
    const char *href; /* NULL: must be refused */
};

static enum nb_err parse_on(const char *input, const char *base_text, struct nb_arena *arena,
                            struct nb_url *out)
{
    struct nb_url base;
    if (base_text) {
        assert_int_equal(nb_url_parse(nb_slice_str(base_text), NULL, arena, &base), NB_OK);
    }
    return nb_url_parse(nb_slice_str(input), base_text ? &base : NULL, arena, out);
}

static void check_rows(const struct row *rows, size_t n)
{
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    for (size_t i = 0; i < n; i++) {
        struct nb_url url;
        enum nb_err err = parse_on(rows[i].input, rows[i].base, arena, &url);
        bool right = rows[i].href
                         ? err == NB_OK && nb_slice_eq(url.href, nb_slice_str(rows[i].href))
                         : err == NB_ESYNTAX;
        if (!right) {
            fail_msg("\"%s\" on \"%s\": got %.*s, want %s", rows[i].input,
                     rows[i].base ? rows[i].base : "", err == NB_OK ? (int)url.href.len : 9,
                     err == NB_OK ? url.href.p : "a refusal",
                     rows[i].href ? rows[i].href : "a refusal");
        }
    }
    nb_arena_free(arena);
}

#define CHECK(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

static void absolute_urls_are_read_and_written_as_browsers_do(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"http://kutu.example", NULL, "http://kutu.example/"},
        {"  HTTPS://Kutu.EXAMPLE:443/A b\t?q=ş\n#ç ", NULL,
         "https://kutu.example/A%20b?q=%C5%9F#%C3%A7"},
        {"http:\\\\kutu.example\\a\\b", NULL, "http://kutu.example/a/b"},
        {"http:////kutu.example/a", NULL, "http://kutu.example/a"},
        {"http:kutu.example/a", NULL, "http://kutu.example/a"},
        {"ws://kutu.example:80/", NULL, "ws://kutu.example/"},
        {"wss://kutu.example:80/", NULL, "wss://kutu.example:80/"},
        {"ftp://kutu.example:00021/x", NULL, "ftp://kutu.example/x"},
        {"http://kutu.example:65536/", NULL, NULL},
        {"http://kutu.example:8o/", NULL, NULL},
        {"http://kutu.example:/", NULL, "http://kutu.example/"},
        {"http://:80/", NULL, NULL},
        {"http://", NULL, NULL},
        {"", NULL, NULL},
        {"kutu.example/a", NULL, NULL},
        {"1http://kutu.example/", NULL, NULL},
        {"ht_tp://kutu.example/", NULL, NULL},
    };
    CHECK(rows);
}

static void credentials_end_at_the_last_at_sign(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"http://a@b@c.example/", NULL, "http://a%40b@c.example/"},
        {"http://a:b:c@d.example/", NULL, "http://a:b%3Ac@d.example/"},
        {"http://a:@d.example/", NULL, "http://a@d.example/"},
        {"http://:@d.example/", NULL, "http://d.example/"},
        {"http://:b@d.example/", NULL, "http://:b@d.example/"},
        {"http://a@/", NULL, NULL},
        {"x://a@", NULL, NULL},
        {"http://a.example/b@c", NULL, "http://a.example/b@c"},
    };
    CHECK(rows);
}

static void references_resolve_against_their_base(void **state)
{
    (void)state;
    static const char base[] = "http://u:p@kutu.example:81/a/b/c?q#f";
    static const struct row rows[] = {
        {"", base, "http://u:p@kutu.example:81/a/b/c?q"},
        {"#g", base, "http://u:p@kutu.example:81/a/b/c?q#g"},
        {"?r", base, "http://u:p@kutu.example:81/a/b/c?r"},
        {"d", base, "http://u:p@kutu.example:81/a/b/d"},
        {"./d/", base, "http://u:p@kutu.example:81/a/b/d/"},
        {"..", base, "http://u:p@kutu.example:81/a/"},
        {"%2E%2e/../../x/.", base, "http://u:p@kutu.example:81/x/"},
        {"/x", base, "http://u:p@kutu.example:81/x"},
        {"\\x", base, "http://u:p@kutu.example:81/x"},
        {"//v.example", base, "http://v.example/"},
        {"/\\/v.example", base, "http://v.example/"},
        {"http:d", base, "http://u:p@kutu.example:81/a/b/d"},
        {"https:d", base, "https://d/"},
        {"x:", base, "x:"},
        {"a:b", base, "a:b"},
        {"./a:b", base, "http://u:p@kutu.example:81/a/b/a:b"},
        {"#g", "mailto:kim@kutu.example", "mailto:kim@kutu.example#g"},
        {"", "mailto:kim@kutu.example", NULL},
        {"x", "mailto:kim@kutu.example", NULL},
        {"?x", "mailto:kim@kutu.example", NULL},
        {"//h/../x", "y://g/a/b", "y://h/x"},
        {"x", "y://g", "y://g/x"},
        {"\\x", "y://g/a", "y://g/\\x"},
        {"..//x", "y:/a", "y:/.//x"},
        {"z", "y:/.//a", "y:/.//z"},
    };
    CHECK(rows);
}

static void files_have_hosts_and_drives(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"file:", NULL, "file:///"},
        {"file:?q", NULL, "file:///?q"},
        {"file:a/b", NULL, "file:///a/b"},
        {"file://localhost/a", NULL, "file:///a"},
        {"file://Kutu.Example/a", NULL, "file://kutu.example/a"},
        {"file://kutu.example:80/a", NULL, NULL},
        {"file://u@kutu.example/a", NULL, NULL},
        {"file:C|/a/../..", NULL, "file:///C:/"},
        {"file://C|/a", NULL, "file:///C:/a"},
        {"file:///a/C|/b", NULL, "file:///a/C|/b"},
        {"/x", "file:///D:/a", "file:///D:/x"},
        {"/E|/x", "file:///D:/a", "file:///E:/x"},
        {"..", "file://h/D:/a", "file://h/D:/"},
        {"E|", "file://h/D:/a", "file://h/E:"},
        {"x", "file://h/a/b", "file://h/a/x"},
        {"C|/x", "file://h/a/b", "file://h/C:/x"},
        {"", "file://h/a/b?q", "file://h/a/b?q"},
        {"///x", "file://h/a/b", "file:///x"},
    };
    CHECK(rows);
}

static void an_opaque_path_is_kept_but_for_controls(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"mailto:kim@Kutu.example", NULL, "mailto:kim@Kutu.example"},
        {"data:text/plain,a b<c>", NULL, "data:text/plain,a b<c>"},
        {"data:ş", NULL, "data:%C5%9F"},
        {"data:a  ?q", NULL, "data:a %20?q"},
        {"data:a  ", NULL, "data:a"},
        {"javascript:x/../y", NULL, "javascript:x/../y"},
        {"x:\\\\y", NULL, "x:\\\\y"},
    };
    CHECK(rows);
}

static void each_part_encodes_its_own_bytes(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"http://a/ \"#<>`?{}^'|%zz%", NULL, "http://a/%20%22#%3C%3E%60?{}^'|%zz%"},
        {"http://a/\"<>`{}^'|[]@:;=%zz%4", NULL, "http://a/%22%3C%3E%60%7B%7D%5E'|[]@:;=%zz%4"},
        {"http://a/?\"<>`{}^'|", NULL, "http://a/?%22%3C%3E`{}^%27|"},
        {"x://a/?'", NULL, "x://a/?'"},
        {"http://a;=b:[]@c/", NULL, "http://a%3B%3Db:%5B%5D@c/"},
        {"x://h\x01/", NULL, "x://h%01/"},
    };
    CHECK(rows);
}

static void hosts_are_domains_or_addresses(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"http://0x7f.1/", NULL, "http://127.0.0.1/"},
        {"http://0300.0250.0/", NULL, "http://192.168.0.0/"},
        {"http://4294967295", NULL, "http://255.255.255.255/"},
        {"http://4294967296", NULL, NULL},
        {"http://1.2.3.4.", NULL, "http://1.2.3.4/"},
        {"http://1.2.3.4..", NULL, "http://1.2.3.4../"},
        {"http://1.2.3.4.5", NULL, NULL},
        {"http://256.1.1.1", NULL, NULL},
        {"http://1.2.3.256", NULL, NULL},
        {"http://kutu.09", NULL, NULL},
        {"http://0x", NULL, "http://0.0.0.0/"},
        {"http://0xg", NULL, "http://0xg/"},
        {"http://99999999999999999999999999", NULL, NULL},
        {"http://[1:0:0:2:0:0:0:3]/", NULL, "http://[1:0:0:2::3]/"},
        {"http://[0:0::]/", NULL, "http://[::]/"},
        {"http://[::1.2.3.4]:80/", NULL, "http://[::102:304]/"},
        {"http://[A:B:c:D:0:1:0:1]", NULL, "http://[a:b:c:d:0:1:0:1]/"},
        {"http://[1:2:3:4:5:6:7::]", NULL, "http://[1:2:3:4:5:6:7:0]/"},
        {"http://[::2:3:4:5:6:7:8]", NULL, "http://[0:2:3:4:5:6:7:8]/"},
        {"http://[::1:2:3:4:5:6:7:8]", NULL, NULL},
        {"http://[1:2:3:4:5:6:7:8:9]", NULL, NULL},
        {"http://[1:2:3:4:5:6:7]", NULL, NULL},
        {"http://[1::2::3]", NULL, NULL},
        {"http://[:1]", NULL, NULL},
        {"http://[1:]", NULL, NULL},
        {"http://[12345::]", NULL, NULL},
        {"http://[::1.2.3]", NULL, NULL},
        {"http://[::1.2.3.04]", NULL, NULL},
        {"http://[::1.2.3.4.]", NULL, NULL},
        {"http://[1:2:3:4:5:6:7:1.2.3.4]", NULL, NULL},
        {"http://[fe80::1%25eth0]", NULL, NULL},
        {"http://[]", NULL, NULL},
        {"http://[", NULL, NULL},
        {"http://[::1]x", NULL, NULL},
        {"x://[::1]:7", NULL, "x://[::1]:7"},
        {"x://A%41b", NULL, "x://A%41b"},
        {"x://a b", NULL, NULL},
        {"x://ş", NULL, "x://%C5%9F"},
        {"x://0x7f.1", NULL, "x://0x7f.1"},
        {"http://a%00b", NULL, NULL},
        {"http://a%b", NULL, NULL},
        {"http://a%2Fb", NULL, NULL},
        {"http://a<b", NULL, NULL},
        {"http://%41.example", NULL, "http://a.example/"},
    };
    CHECK(rows);
}

static void international_domains_become_ascii(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"http://Şeker.example", NULL, "http://xn--eker-45a.example/"},
        {"http://%c5%9Eeker.example", NULL, "http://xn--eker-45a.example/"},
        {"http://s\u0327eker.example", NULL, "http://xn--eker-45a.example/"},
        {"http://ışık.example", NULL, "http://xn--k-ekaa7p.example/"},
        {"http://KUTU\u3002example", NULL, "http://kutu.example/"},
        {"http://\uff11\uff0e2.3.4", NULL, "http://1.2.3.4/"},
        {"http://straße.example", NULL, "http://xn--strae-oqa.example/"},
        {"http://XN--EKER-45A.example", NULL, "http://xn--eker-45a.example/"},
        {"http://a_b--c-.example", NULL, "http://a_b--c-.example/"},
        {"http://\u00ad", NULL, NULL},
        {"http://ş%ff", NULL, NULL},
        {"http://ş\u2100", NULL, NULL},
        {"http://\u0627a.example", NULL, NULL},
    };
    CHECK(rows);
}

static void every_part_is_found(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    struct nb_url url;
    assert_int_equal(parse_on("http://kim:giz@kutu.example:81/a/b?c=d#e", NULL, arena, &url),
                     NB_OK);
    assert_slice_equal(url.scheme, "http");
    assert_slice_equal(url.username, "kim");
    assert_slice_equal(url.password, "giz");
    assert_slice_equal(url.host, "kutu.example");
    assert_int_equal(url.port, 81);
    assert_int_equal(nb_url_port(&url), 81);
    assert_slice_equal(url.path, "/a/b");
    assert_slice_equal(url.query, "c=d");
    assert_slice_equal(url.fragment, "e");
    assert_true(url.has_host);
    assert_false(url.opaque_path);
    assert_true(nb_url_is_http(&url));

    assert_int_equal(parse_on("https://kutu.example?#", NULL, arena, &url), NB_OK);
    assert_int_equal(url.port, -1);
    assert_int_equal(nb_url_port(&url), 443);
    assert_non_null(url.query.p);
    assert_non_null(url.fragment.p);
    assert_int_equal(url.query.len, 0);
    assert_true(nb_url_is_http(&url));

    assert_int_equal(parse_on("mailto:kim@kutu.example", NULL, arena, &url), NB_OK);
    assert_slice_equal(url.path, "kim@kutu.example");
    assert_null(url.query.p);
    assert_null(url.fragment.p);
    assert_int_equal(nb_url_port(&url), -1);
    assert_false(url.has_host);
    assert_true(url.opaque_path);
    assert_false(nb_url_is_http(&url));

    /* without a host, and yet not mistaken for one */
    assert_int_equal(parse_on("x:/.//y", NULL, arena, &url), NB_OK);
    assert_slice_equal(url.path, "//y");
    assert_slice_equal(url.href, "x:/.//y");
    nb_arena_free(arena);
}

/* "http://a/" and then fill bytes of one kind. */
static struct nb_slice long_url(struct nb_arena *arena, size_t total, char fill)
{
    char *p = nb_arena_alloc(arena, total);
    assert_non_null(p);
    memset(p, fill, total);
    memcpy(p, "http://a/", 9);
    return nb_slice(p, total);
}

static void length_is_bounded_before_and_after_encoding(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    struct nb_url url;
    assert_int_equal(nb_url_parse(long_url(arena, NB_URL_MAX_BYTES, 'b'), NULL, arena, &url),
                     NB_OK);
    assert_int_equal(url.href.len, NB_URL_MAX_BYTES);
    struct nb_url longer;
    assert_int_equal(nb_url_parse(NB_LIT("?q"), &url, arena, &longer), NB_ETOOBIG);
    assert_int_equal(nb_url_parse(long_url(arena, NB_URL_MAX_BYTES + 1, 'b'), NULL, arena, &url),
                     NB_ETOOBIG);
    assert_int_equal(nb_url_parse(long_url(arena, NB_URL_MAX_BYTES, '"'), NULL, arena, &url),
                     NB_ETOOBIG);
    /* white space that is stripped does not count */
    assert_int_equal(nb_url_parse(long_url(arena, 10 * NB_URL_MAX_BYTES, '\n'), NULL, arena, &url),
                     NB_OK);
    assert_slice_equal(url.href, "http://a/");
    nb_arena_free(arena);
}

static void ill_formed_input_is_refused_and_leaves_the_output_alone(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    struct nb_url url = {.port = 7};
    assert_int_equal(nb_url_parse(NB_LIT("http://a/\xff"), NULL, arena, &url), NB_EUTF8);
    assert_int_equal(nb_url_parse(NB_LIT("http://a/\xc5\t\x9f"), NULL, arena, &url), NB_EUTF8);
    assert_int_equal(nb_url_parse(NB_LIT("http://a b/"), NULL, arena, &url), NB_ESYNTAX);
    assert_int_equal(url.port, 7);
    assert_int_equal(nb_arena_used(arena), 0);
    nb_arena_free(arena);
}

static void the_arena_holds_the_href_and_nothing_else(void **state)
{
    (void)state;
    static const char text[] = "https://kim@kutu.example/a/../b?c#d";
    struct nb_arena *arena = nb_arena_new(48);
    struct nb_url url;
    assert_int_equal(parse_on(text, NULL, arena, &url), NB_OK);
    nb_arena_free(arena);

    arena = nb_arena_new(16);
    assert_int_equal(parse_on(text, NULL, arena, &url), NB_ENOMEM);
    nb_arena_free(arena);

    arena = nb_arena_new(ARENA_BYTES);
    assert_int_equal(parse_on(text, NULL, arena, &url), NB_OK);
    nb_mem_fail_from(1); /* none of our own but the arena's, which has room */
    enum nb_err again = parse_on("http://ışık.example/", NULL, arena, &url);
    nb_mem_fail_from(0);
    assert_int_equal(again, NB_OK);
    nb_arena_free(arena);
}

static void the_canonical_form_drops_what_does_not_choose_the_document(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *canonical;
    } rows[] = {
        {"HTTPS://kim:giz@Kutu.example:443/a?#x", "https://kutu.example/a"},
        {"http://kutu.example:8080/a/?b=2&a=1", "http://kutu.example:8080/a/?b=2&a=1"},
        {"http://kutu.example/a?utm_source=x&id=3&utm_medium=y&fbclid=z",
         "http://kutu.example/a?id=3"},
        {"http://kutu.example/a?gclid=1", "http://kutu.example/a"},
        {"http://kutu.example/a?%75tm%5Fsource=x&b", "http://kutu.example/a?b"},
        {"http://kutu.example/a?fbclid", "http://kutu.example/a"},
        {"http://kutu.example/a?%61mp;utm_x=1", "http://kutu.example/a"},
        {"http://kutu.example/a?fbclids=1&xutm_source=2&utm=3&FBCLID=4&a=fbclid",
         "http://kutu.example/a?fbclids=1&xutm_source=2&utm=3&FBCLID=4&a=fbclid"},
        {"http://kutu.example/a?&b=&&c=%20+&", "http://kutu.example/a?b=&c=%20+"},
        {"http://kutu.example/a?q=a&amp;utm_x=1&amp;b=2", "http://kutu.example/a?q=a&amp;b=2"},
        {"http://kutu.example/%7ekim/%c5%9feker%2fa?%61=%c3%a7",
         "http://kutu.example/~kim/%C5%9Feker%2Fa?a=%C3%A7"},
        {"http://kutu.example/şeker", "http://kutu.example/%C5%9Feker"},
        {"http://kutu.example/%%34%31/%61%?%61=%&%61", "http://kutu.example/%%34%31/%61%?%61=%&a"},
        {"x:/%61?fbclid=1", "x:/%61?fbclid=1"},
        {"x:/.//y?q#f", "x:/.//y?q"},
        {"mailto:kim@kutu.example?subject=a#f", "mailto:kim@kutu.example?subject=a"},
        {"data:a ?#f", "data:a%20"},
        {"file:///a#f", "file:///a"},
    };
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_url url;
        struct nb_slice canonical;
        assert_int_equal(parse_on(rows[i].input, NULL, arena, &url), NB_OK);
        assert_int_equal(nb_url_canonical(&url, arena, &canonical), NB_OK);
        assert_slice_equal(canonical, rows[i].canonical);
    }
    nb_arena_free(arena);
}

static void a_canonical_form_over_the_arena_limit_is_refused(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(48);
    struct nb_url url;
    struct nb_slice canonical = NB_LIT("as it was");
    assert_int_equal(parse_on("http://kutu.example/a/b/c", NULL, arena, &url), NB_OK);
    assert_int_equal(nb_url_canonical(&url, arena, &canonical), NB_ENOMEM);
    assert_slice_equal(canonical, "as it was");
    nb_arena_free(arena);
}

static void the_site_is_the_registrable_domain(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        const char *site;
    } rows[] = {
        {"a.b.com.tr", "b.com.tr"},
        {"b.com.tr", "b.com.tr"},
        {"com.tr", "com.tr"},
        {"tr", "tr"},
        {"www.kutu.example", "kutu.example"},
        {"localhost", "localhost"},
        {"www.kutu.example.", "kutu.example"},
        {"kim.github.io", "kim.github.io"}, /* a public suffix of the private section */
        {"a.kim.github.io", "kim.github.io"},
        {"a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn"}, /* an international suffix */
        {"192.168.0.1", "192.168.0.1"},
        {"[::1]", "[::1]"},
        {".", "."},
        {"", ""},
    };
    for (int with_file = 0; with_file < 2; with_file++) {
        if (with_file) {
            assert_int_equal(nb_url_init(NULL), NB_OK);
        }
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct nb_slice host = nb_slice_str(rows[i].host);
            struct nb_slice site = nb_url_site(host);
            assert_slice_equal(site, rows[i].site);
            assert_true(site.p >= host.p && site.p + site.len <= host.p + host.len);
        }
    }
    nb_url_fini();
}

static void a_permalink_keeps_the_fragment_that_names_a_part(void **state)
{
    (void)state;
    static const struct {
        const char *url, *want;
    } rows[] = {
        {"https://A.example/1?utm_source=x#comment-7", "https://a.example/1#comment-7"},
        {"https://a.example/1#xtor=RSS-12", "https://a.example/1"},
        {"https://a.example/1#:~:text=merhaba", "https://a.example/1"},
        {"https://a.example/#!/konu?id=3", "https://a.example/#!/konu?id=3"},
        {"https://a.example/1#", "https://a.example/1"},
        {"https://a.example/1", "https://a.example/1"},
    };
    struct nb_arena *arena = nb_arena_new(1 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_url url;
        struct nb_slice out;
        assert_int_equal(nb_url_parse(nb_slice_str(rows[i].url), NULL, arena, &url), NB_OK);
        assert_int_equal(nb_url_permalink(&url, arena, &out), NB_OK);
        assert_slice_equal(out, rows[i].want);
    }
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_permalink_keeps_the_fragment_that_names_a_part),
        cmocka_unit_test(absolute_urls_are_read_and_written_as_browsers_do),
        cmocka_unit_test(credentials_end_at_the_last_at_sign),
        cmocka_unit_test(references_resolve_against_their_base),
        cmocka_unit_test(files_have_hosts_and_drives),
        cmocka_unit_test(an_opaque_path_is_kept_but_for_controls),
        cmocka_unit_test(each_part_encodes_its_own_bytes),
        cmocka_unit_test(hosts_are_domains_or_addresses),
        cmocka_unit_test(international_domains_become_ascii),
        cmocka_unit_test(every_part_is_found),
        cmocka_unit_test(length_is_bounded_before_and_after_encoding),
        cmocka_unit_test(ill_formed_input_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(the_arena_holds_the_href_and_nothing_else),
        cmocka_unit_test(the_canonical_form_drops_what_does_not_choose_the_document),
        cmocka_unit_test(a_canonical_form_over_the_arena_limit_is_refused),
        cmocka_unit_test(the_site_is_the_registrable_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
