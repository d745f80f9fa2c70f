/*
 * The feed reader against feedparser's collection. Each file says in a comment what a right reader
 * finds, as a Python expression, and the header it is served with. A file is right when the whole
 * expression holds. Texts are compared as the plain text we promise: an expected value that is HTML
 * goes through our own reader of HTML first. What nabiz does not carry is unknown; a file whose
 * answer hangs on that is counted apart by what it asks, and fails all the same when a part that is
 * known does not hold.
 */
#include "tests/lib/test.h"

#include <nabiz/buf.h>
#include <nabiz/charset.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/feed/html_text.h"
#include "tests/lib/pyexpr.h"
#include "tests/lib/walk.h"

enum { KINDS_MAX = 200, WHERE = 8097, NO_LINK = -2 };

static const struct nb_date_context dates = {NULL, 1767225600000, 0};
static struct nb_arena *arena;
static struct nb_buf scratch;

/* ---- feedparser: what a Python expression may ask of one of our feeds ---- */

enum tag {
    LITERAL,
    FEED,
    ENTRIES,
    ENTRY,
    CONTENTS,
    DETAIL, /* what has a value: s */
    PERSON,
    AUTHORS,
    TAGS,
    LINKS,
    LINK,
    DATE, /* i */
    TEXT,
    NAME,
    URL,
    WORD,
    LANGUAGE,
    ENCODING,
    VERSION
};

struct served {
    struct nb_feed feed;
    bool read; /* false: it was refused */
    struct nb_slice bytes, type, location;
    bool content_language; /* served with that header, which a feed reader does not see */
    struct py ours, other; /* of the last comparison that did not hold */
};

static struct py date(int64_t at_ms)
{
    return at_ms < 0 ? (struct py){.kind = PY_NONE}
                     : (struct py){.kind = PY_HOST, .tag = DATE, .i = at_ms};
}

static struct py ask_name(void *data, struct nb_slice name)
{
    struct served *served = data;
    if (nb_slice_eq(name, NB_LIT("bozo"))) {
        return py_bool(!served->read || served->feed.bozo);
    }
    if (nb_slice_eq(name, NB_LIT("feed"))) {
        return py_host_value(FEED, &served->feed);
    }
    if (nb_slice_eq(name, NB_LIT("entries"))) {
        struct py entries = py_host_value(ENTRIES, served->feed.entries);
        entries.n = served->feed.entries_n;
        return entries;
    }
    if (nb_slice_eq(name, NB_LIT("encoding"))) {
        return py_string(ENCODING, NB_LIT("?"));
    }
    if (nb_slice_eq(name, NB_LIT("version"))) {
        return py_string(VERSION, nb_slice_str(served->feed.format));
    }
    return py_unknown(name);
}

static struct py detail(enum tag tag, struct nb_slice s)
{
    struct py value = py_string((int)tag, s);
    value.kind = PY_HOST;
    value.tag = DETAIL;
    value.i = tag;
    return value;
}

/* "title" is the string itself, "title_detail" what has it as its value. */
static struct py text_or_detail(struct nb_slice key, struct nb_slice s)
{
    return nb_slice_ends(key, NB_LIT("_detail")) ? detail(TEXT, s) : py_string(TEXT, s);
}

/* Whose what: "feed author" and "entry author" are two questions. */
static struct py unknown_of(const char *of, struct nb_slice key)
{
    return py_unknown(nb_slice_str(nb_arena_printf(arena, "%s %.*s", of, NB_ARG(key))));
}

/* The text of an entry, which knows the links in it as well. */
static struct py body_of(struct nb_slice key, const struct nb_feed_entry *entry)
{
    bool content = nb_slice_eq(key, NB_LIT("content")) || entry->summary.len == 0;
    struct py body = text_or_detail(key, content ? entry->content : entry->summary);
    body.p = entry;
    return body;
}

static struct py ask_feed(const struct nb_feed *feed, struct nb_slice key)
{
    if (py_one_of(key, "title title_detail")) {
        return text_or_detail(key, feed->title);
    }
    if (py_one_of(key,
                  "description subtitle tagline info subtitle_detail tagline_detail info_detail")) {
        return text_or_detail(key, feed->description);
    }
    if (py_one_of(key, "link")) {
        return py_string(URL, feed->link);
    }
    if (py_one_of(key, "ttl") && feed->ttl_s >= 0) {
        return py_string(WORD, nb_slice_str(nb_arena_printf(arena, "%d", (int)(feed->ttl_s / 60))));
    }
    if (py_one_of(key, "language")) {
        return py_string(LANGUAGE, feed->language);
    }
    return unknown_of("feed", key);
}

/* The links of an entry as feedparser lists them, as far as we keep them: the page, enclosures. */
static struct py links_of(const struct nb_feed_entry *entry, bool enclosures)
{
    struct py links = py_host_value(LINKS, entry);
    links.i = enclosures || entry->url.len == 0;
    links.n = entry->enclosures_n + (links.i ? 0 : 1);
    return links;
}

static struct py ask_entry_date(const struct nb_feed_entry *entry, struct nb_slice key)
{
    if (py_one_of(key, "published published_parsed created created_parsed")) {
        return date(entry->published_ms);
    }
    /* the only date of an entry is both */
    return date(entry->updated_ms < 0 ? entry->published_ms : entry->updated_ms);
}

static struct py ask_entry(const struct nb_feed_entry *entry, struct nb_slice key)
{
    if (py_one_of(key, "title title_detail")) {
        return text_or_detail(key, entry->title);
    }
    if (py_one_of(key, "summary description summary_detail")) {
        return body_of(key, entry);
    }
    if (py_one_of(key, "content")) {
        struct py contents = py_host_value(CONTENTS, entry);
        contents.n = 1;
        return contents;
    }
    if (py_one_of(key, "id guid")) {
        return py_string(WORD, entry->id);
    }
    if (py_one_of(key, "link comments")) {
        return py_string(URL, key.p[0] == 'l' ? entry->url : entry->comments_url);
    }
    if (py_one_of(key, "author author_name")) {
        return py_string(NAME, entry->author);
    }
    if (py_one_of(key, "author_detail")) {
        return py_host_value(PERSON, entry);
    }
    if (py_one_of(key, "published published_parsed created created_parsed updated updated_parsed "
                       "modified modified_parsed date date_parsed")) {
        return ask_entry_date(entry, key);
    }
    if (py_one_of(key, "category")) {
        return py_string(NAME, entry->categories_n ? entry->categories[0] : NB_LIT(""));
    }
    if (py_one_of(key, "authors")) {
        struct py authors = py_host_value(AUTHORS, entry);
        authors.n = 1;
        return authors;
    }
    if (py_one_of(key, "tags")) {
        struct py tags = py_host_value(TAGS, entry);
        tags.n = entry->categories_n;
        return tags;
    }
    if (py_one_of(key, "links enclosures")) {
        return links_of(entry, key.p[0] == 'e');
    }
    return unknown_of("entry", key);
}

static struct py ask_person(const struct nb_feed_entry *entry, struct nb_slice key)
{
    if (py_one_of(key, "name")) {
        return py_string(NAME, entry->author);
    }
    return py_one_of(key, "href url") ? py_string(URL, entry->author_url)
                                      : unknown_of("author", key);
}

static struct py ask_link(struct py link, struct nb_slice key)
{
    const struct nb_feed_entry *entry = link.p;
    if (link.i == NO_LINK) { /* they may have links that we do not keep, but none without address */
        return py_one_of(key, "href url") ? py_string(URL, NB_LIT("")) : unknown_of("link", key);
    }
    const struct nb_feed_link *enclosure = link.i < 0 ? NULL : &entry->enclosures[link.i];
    if (py_one_of(key, "href url")) {
        return py_string(URL, enclosure ? enclosure->url : entry->url);
    }
    return py_one_of(key, "type") && enclosure ? py_string(WORD, enclosure->text)
                                               : unknown_of("link", key);
}

static struct py ask_index(struct py of, int64_t i)
{
    const struct nb_feed_entry *entry = of.p;
    if (of.tag == AUTHORS) {
        return i == 0 ? py_host_value(PERSON, entry) : py_unknown(NB_LIT("a second author"));
    }
    if (of.tag == LINKS && !of.n && i == 0) {
        return (struct py){.kind = PY_HOST, .tag = LINK, .i = NO_LINK};
    }
    if (i < 0 || (size_t)i >= of.n) {
        return (struct py){.kind = PY_NONE};
    }
    switch ((enum tag)of.tag) {
    case ENTRIES:
        return py_host_value(ENTRY, entry + i);
    case CONTENTS: {
        struct py content = detail(TEXT, entry->content);
        content.p = entry;
        return content;
    }
    case TAGS:
        return detail(NAME, entry->categories[i]);
    case LINKS: {
        struct py link = py_host_value(LINK, entry);
        link.i = of.i ? i : i - 1;
        return link;
    }
    default:
        return (struct py){.kind = PY_NONE};
    }
}

static struct py ask_item(void *data, struct py of, struct py key)
{
    (void)data;
    if (key.kind == PY_INT) {
        return ask_index(of, key.i);
    }
    switch ((enum tag)of.tag) {
    case FEED:
        return ask_feed(of.p, key.s);
    case ENTRY:
        return ask_entry(of.p, key.s);
    case PERSON:
        return ask_person(of.p, key.s);
    case LINK:
        return ask_link(of, key.s);
    case DETAIL: {
        struct py value = py_string((int)of.i, of.s);
        value.p = of.p;
        return py_one_of(key.s, "value term") ? value : unknown_of("detail", key.s);
    }
    default:
        return py_unknown(key.s);
    }
}

/* ---- comparing ---- */

static struct nb_slice one_line(struct nb_slice s)
{
    return nb_plain_line(s, &scratch, arena, &s) == NB_OK ? s : NB_LIT("");
}

/* feedparser writes balanced markup: a '<' of its own, or '&', is text that was never HTML. */
static bool is_html(struct nb_slice s)
{
    size_t amp = nb_slice_find_byte(s, '&', 0);
    return nb_slice_find(s, NB_LIT("</"), 0) != NB_NPOS ||
           nb_slice_find(s, NB_LIT("/>"), 0) != NB_NPOS ||
           (amp != NB_NPOS && nb_slice_find_byte(s, ';', amp) != NB_NPOS);
}

/* Is every link of the expected markup among those of the entry, resolved the same way? */
static bool has_links(const struct nb_feed_entry *entry, struct nb_slice want)
{
    struct nb_html_text read;
    if (nb_html_text(want, NULL, &scratch, arena, &read) != NB_OK) {
        return false;
    }
    for (size_t i = 0; i < read.links_n; i++) {
        size_t k = 0;
        while (k < entry->links_n && !nb_slice_eq(entry->links[k].url, read.links[i].url)) {
            k++;
        }
        if (k == entry->links_n) {
            return false;
        }
    }
    return true;
}

static struct py same_text(struct nb_slice ours, struct nb_slice want)
{
    struct nb_html_text read = {.text = want};
    if (is_html(want) && nb_html_text(want, NULL, &scratch, arena, &read) != NB_OK) {
        return py_bool(false);
    }
    /* what their cleaning leaves of markup that was broken on purpose */
    if (nb_slice_find(want, NB_LIT("<!"), 0) != NB_NPOS ||
        nb_slice_find(want, NB_LIT("&lt;!"), 0) != NB_NPOS) {
        return py_unknown(NB_LIT("leftovers of cleaning broken markup"));
    }
    bool nothing = one_line(read.text).len == 0 && want.len > 0;
    if (nothing && ours.len == 0) {
        return py_unknown(NB_LIT("markup without text"));
    }
    return py_bool(nb_slice_eq(one_line(ours), one_line(read.text)));
}

/* "Name (mail)" is the name: nabiz keeps no addresses of people. */
static bool same_name(struct nb_slice ours, struct nb_slice want)
{
    size_t open = nb_slice_find(want, NB_LIT(" ("), 0);
    if (open != NB_NPOS && nb_slice_find_byte(want, '@', open) != NB_NPOS) {
        want = nb_slice_sub(want, 0, open);
    }
    return nb_slice_eq(ours, one_line(want));
}

static bool same_url(struct nb_slice ours, struct nb_slice want)
{
    struct nb_url url;
    return nb_slice_eq(ours, want) ||
           (nb_url_parse(want, NULL, arena, &url) == NB_OK && nb_slice_eq(ours, url.href));
}

static bool same_date(int64_t at_ms, struct py want)
{
    int64_t want_ms = -1;
    if (want.kind == PY_STR) {
        return nb_date_parse(want.s, &dates, &want_ms) == NB_OK && want_ms == at_ms;
    }
    struct nb_civil c = nb_civil_of(at_ms, 0);
    int32_t parts[] = {c.year, c.month, c.day, c.hour, c.minute, c.second};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (want.kind != PY_SEQ || want.n < 6 || want.items[i].i != parts[i]) {
            return false;
        }
    }
    return true;
}

/* Did we decode it to the same characters as that encoding does? */
static bool same_encoding(const struct served *served, struct nb_slice label)
{
    struct nb_charset charset = {nb_charset_by_label(label), NB_CHARSET_HEADER, 0};
    struct nb_slice text;
    struct nb_feed feed;
    if (!charset.name && nb_slice_starts(label, NB_LIT("utf-32"))) {
        return served->read && nb_slice_eq(served->feed.title, NB_LIT(""));
    }
    if (!charset.name || !served->read ||
        nb_charset_decode(charset, served->bytes, arena, &text) != NB_OK ||
        nb_feed_parse(text, served->location, NB_LIT("text/xml; charset=utf-8"), &dates, arena,
                      &feed, NULL) != NB_OK) {
        return false;
    }
    bool same = nb_slice_eq(feed.title, served->feed.title) &&
                nb_slice_eq(feed.description, served->feed.description) &&
                feed.entries_n == served->feed.entries_n;
    for (size_t i = 0; same && i < feed.entries_n; i++) {
        const struct nb_feed_entry *a = &feed.entries[i], *b = &served->feed.entries[i];
        same = nb_slice_eq(a->title, b->title) && nb_slice_eq(a->summary, b->summary) &&
               nb_slice_eq(a->content, b->content);
    }
    return same;
}

static bool same_version(struct nb_slice format, struct nb_slice want)
{
    if (nb_slice_eq(format, NB_LIT("rdf"))) {
        return py_one_of(want, "rss10 rss090");
    }
    return nb_slice_starts(want, format) && !py_one_of(want, "rss10 rss090");
}

static struct py ask_same(void *data, struct py ours, struct py other)
{
    struct served *served = data;
    struct py same = py_bool(false);
    if (ours.tag == LANGUAGE && ours.s.len == 0 && served->content_language) {
        return py_unknown(NB_LIT("header Content-Language"));
    }
    if (other.kind == PY_NONE) {
        same = py_bool(ours.kind == PY_STR && ours.s.len == 0);
    } else if (ours.tag == DATE) {
        same = py_bool(same_date(ours.i, other));
    } else if (ours.kind != PY_STR || other.kind != PY_STR) {
        same = py_bool(false);
    } else if (other.tag) {
        same = py_bool(nb_slice_eq(ours.s, other.s));
    } else if (ours.tag == TEXT) {
        same = same_text(ours.s, other.s);
        if (ours.p && is_html(other.s) && !has_links(ours.p, other.s)) {
            same = py_bool(false);
        }
    } else if (ours.tag == NAME) {
        same = py_bool(same_name(ours.s, other.s));
    } else if (ours.tag == URL) {
        same = py_bool(same_url(ours.s, other.s));
    } else if (ours.tag == ENCODING) {
        same = py_bool(same_encoding(served, other.s));
    } else if (ours.tag == VERSION) {
        same = py_bool(same_version(ours.s, other.s));
    } else {
        same = py_bool(nb_slice_eq(ours.s, one_line(other.s)));
    }
    if (same.kind == PY_BOOL && !same.i) {
        served->ours = ours;
        served->other = other;
    }
    return same;
}

/* ---- the collection ---- */

struct group {
    const char *name;
    size_t files, right, asked;
};

static struct group groups[] = {
    {"wellformed", 0, 0, 0}, {"illformed", 0, 0, 0}, {"encoding", 0, 0, 0}, {"entities", 0, 0, 0}};

/* What was not asked of us, with how often. */
static struct {
    char name[64];
    size_t n;
} kinds[KINDS_MAX];
static size_t kinds_n;

static void count_kind(struct nb_slice what)
{
    size_t i = 0;
    what = nb_utf8_cut(what, sizeof(kinds[0].name) - 1);
    while (i < kinds_n && !nb_slice_eq(nb_slice_str(kinds[i].name), what)) {
        i++;
    }
    if (i == kinds_n && kinds_n < KINDS_MAX) {
        memcpy(kinds[kinds_n++].name, what.p, what.len);
    }
    kinds[i < KINDS_MAX ? i : KINDS_MAX - 1].n++;
}

static struct nb_slice line_after(struct nb_slice text, struct nb_slice name)
{
    size_t at = nb_slice_find(text, name, 0);
    if (at == NB_NPOS) {
        return NB_LIT("");
    }
    at += name.len;
    size_t end = nb_slice_find_byte(text, '\n', at);
    return nb_slice_trim(nb_slice_sub(text, at, end == NB_NPOS ? text.len : end));
}

static struct nb_slice without_nul(struct nb_slice bytes)
{
    char *p = nb_arena_alloc(arena, bytes.len);
    size_t n = 0;
    for (size_t i = 0; p && i < bytes.len; i++) {
        if (bytes.p[i]) {
            p[n++] = bytes.p[i];
        }
    }
    return nb_slice(p, n);
}

static void print_failure(const char *path, struct nb_slice expression, struct served *served,
                          struct py result)
{
    printf("  wrong: %s\n    %.*s\n", path, NB_ARG(nb_utf8_cut(expression, 300)));
    if (!served->read) {
        printf("    refused\n");
    } else if (result.kind == PY_ERROR) {
        printf("    cannot read this expression: %.*s\n", NB_ARG(result.s));
    } else if (served->ours.tag == DATE) {
        char text[NB_RFC3339_BYTES];
        nb_date_rfc3339(served->ours.i, text);
        printf("    found %s\n", text);
    } else if (served->ours.tag) {
        printf("    found \"%.*s\"\n", NB_ARG(nb_utf8_cut(served->ours.s, 300)));
    } else if (served->feed.bozo) {
        printf("    taken for broken: %s\n", served->feed.bozo);
    } else {
        printf("    nothing found there\n");
    }
}

static void expect_one(const char *path, struct nb_slice bytes)
{
    struct group *group = NULL;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        char part[32];
        (void)snprintf(part, sizeof(part), "/feedparser/%s/", groups[i].name);
        group = strstr(path, part) ? &groups[i] : group;
    }
    struct nb_slice plain = without_nul(bytes); /* as good as decoding UTF-16 of ASCII */
    struct nb_slice expression = line_after(plain, NB_LIT("Expect:"));
    bool language = nb_slice_find(plain, NB_LIT("Content-Language:"), 0) != NB_NPOS;
    struct served served = {.bytes = bytes,
                            .content_language = language,
                            .type = line_after(plain, NB_LIT("Content-type:")),
                            .location = line_after(plain, NB_LIT("Content-Location:"))};
    if (!group || expression.len == 0) {
        return;
    }
    struct nb_url own, location;
    char base[128];
    (void)snprintf(base, sizeof(base), "http://127.0.0.1:%d/tests/x.xml", WHERE);
    if (nb_url_parse(nb_slice_str(base), NULL, arena, &own) != NB_OK) {
        abort();
    }
    bool moved =
        nb_url_parse(served.location, &own, arena, &location) == NB_OK && nb_url_is_http(&location);
    served.location = moved ? location.href : own.href;
    served.read = nb_feed_parse(bytes, served.location, served.type, &dates, arena, &served.feed,
                                NULL) == NB_OK;
    struct py_host host = {&served, ask_name, ask_item, ask_same};
    struct py result = py_condition(expression, &host, arena);
    group->files++;
    if (result.kind == PY_UNKNOWN) {
        count_kind(result.s);
        return;
    }
    bool right = result.kind == PY_BOOL && result.i &&
                 (served.read || !nb_slice_eq(expression, NB_LIT("1")));
    group->asked++;
    group->right += right;
    if (!right) {
        print_failure(path, expression, &served, result);
    }
}

static void report_feedparser(void)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        const struct group *g = &groups[i];
        printf("feed-%s %.3f share (n %zu of %zu files, feeds/feedparser)\n", g->name,
               g->asked ? (double)g->right / (double)g->asked : 0.0, g->asked, g->files);
    }
    size_t apart = 0;
    for (size_t i = 0; i < kinds_n; i++) {
        printf("  not asked: %s %zu\n", kinds[i].name, kinds[i].n);
        apart += kinds[i].n;
    }
    printf("feed-not-asked %zu files (%zu kinds, feeds/feedparser)\n", apart, kinds_n);
}

int main(void)
{
    if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
        return 1;
    }
    nb_feed_init();
    arena = nb_arena_new((size_t)256 << 20);
    nb_buf_init(&scratch, (size_t)64 << 20);
    const char *path = nbt_data("feeds/feedparser");
    if (path) {
        nbt_walk(path, arena, expect_one);
        report_feedparser();
    }
    nb_buf_fini(&scratch);
    nb_arena_free(arena);
    nb_feed_fini();
    nb_url_fini();
    return 0;
}
