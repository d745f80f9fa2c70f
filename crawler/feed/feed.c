/*
 * Bytes to a feed: decode, skip the prolog, read strictly; when the markup is not well-formed,
 * repair it and read once more. JSON goes its own way.
 */
#include <nabiz/feed.h>

#include <libxml/parser.h>

#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/feed/comment.h"
#include "crawler/feed/entity.h"
#include "crawler/feed/html_text.h"
#include "crawler/feed/reader.h"

enum { SNIFF_BYTES = 16384 };

void nb_feed_init(void)
{
    xmlInitParser();
    nb_entity_init();
}

void nb_feed_fini(void)
{
    xmlCleanupParser();
}

/* Past "<!DOCTYPE ... [ ... ]>": quotes and the bracket hide '>'. */
static size_t skip_doctype(struct nb_slice s, size_t at)
{
    bool subset = false;
    while (at < s.len) {
        char c = s.p[at];
        if (c == '"' || c == '\'') {
            size_t end = nb_slice_find_byte(s, c, at + 1);
            at = end == NB_NPOS ? s.len : end;
        } else if (subset && nb_slice_starts(nb_slice_sub(s, at, s.len), NB_LIT("<!--"))) {
            size_t end = nb_slice_find(s, NB_LIT("-->"), at);
            at = end == NB_NPOS ? s.len : end + 2;
        } else if (c == '[') {
            subset = true;
        } else if (c == ']') {
            subset = false;
        } else if (c == '>' && !subset) {
            return at + 1;
        }
        at++;
    }
    return s.len;
}

/* Offset of the root element's '<', or NB_NPOS. */
static size_t skip_prolog(struct nb_slice s, size_t at)
{
    while (at != NB_NPOS && at < s.len) {
        at = nb_slice_find_byte(s, '<', at);
        if (at == NB_NPOS) {
            break;
        }
        struct nb_slice rest = nb_slice_sub(s, at, s.len);
        struct nb_slice end = NB_LIT(">");
        if (nb_slice_starts(rest, NB_LIT("<!--"))) {
            end = NB_LIT("-->");
        } else if (nb_slice_starts(rest, NB_LIT("<?"))) {
            end = NB_LIT("?>");
        } else if (nb_slice_starts(rest, NB_LIT("<!"))) {
            at = skip_doctype(s, at);
            continue;
        } else {
            return at;
        }
        at = nb_slice_find(s, end, at);
        at = at == NB_NPOS ? at : at + end.len;
    }
    return NB_NPOS;
}

/* Name of the element at '<', without its prefix. */
static struct nb_slice element_name(struct nb_slice s, size_t at)
{
    size_t from = at + 1;
    size_t end = from;
    while (end < s.len && !nb_ascii_is_space(s.p[end]) && s.p[end] != '>' && s.p[end] != '/') {
        if (s.p[end] == ':') {
            from = end + 1;
        }
        end++;
    }
    return nb_slice_sub(s, from, end);
}

static bool is_feed_root(struct nb_slice name)
{
    static const char *const roots[] = {"rss", "feed", "rdf", "channel", "entry", "item"};
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        if (nb_slice_eq_ascii_case(name, nb_slice_str(roots[i]))) {
            return true;
        }
    }
    return false;
}

static enum nb_err not_a_feed(struct nb_slice text, size_t root, struct nb_error *error)
{
    struct nb_slice start = nb_slice_trim(text);
    if (start.len == 0) {
        return nb_error_set(error, NB_ESYNTAX, "not a feed: it is empty");
    }
    if (start.p[0] == '[') {
        return nb_error_set(error, NB_ESYNTAX, "not a feed: it looks like JSON");
    }
    struct nb_slice name = root == NB_NPOS ? (struct nb_slice){NULL, 0} : element_name(text, root);
    if (nb_slice_eq_ascii_case(name, NB_LIT("html"))) {
        return nb_error_set(error, NB_ESYNTAX, "not a feed: it is a web page");
    }
    if (name.len) {
        name = nb_utf8_cut(name, 40);
        return nb_error_set(error, NB_ESYNTAX, "not a feed: its root element is <%.*s>",
                            NB_ARG(name));
    }
    return nb_error_set(error, NB_ESYNTAX, "not a feed: there is no markup in it");
}

/*
 * Offset of the root element. A feed that has something else in front, such as the warnings of the
 * program that wrote it, is looked for in the first bytes.
 */
static enum nb_err find_root(struct nb_slice text, size_t *out, const char **broken,
                             struct nb_error *error)
{
    static const char *const marks[] = {"<rss", "<feed", "<rdf:RDF"};
    size_t root = skip_prolog(text, 0);
    if (root != NB_NPOS && is_feed_root(element_name(text, root))) {
        size_t first = nb_slice_find_byte(text, '<', 0);
        if (nb_slice_trim(nb_slice_sub(text, 0, first)).len) {
            *broken = "text in front of the root element";
        }
        *out = root;
        return NB_OK;
    }
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t at = nb_slice_find(nb_slice_sub(text, 0, SNIFF_BYTES), nb_slice_str(marks[i]), 0);
        if (at != NB_NPOS && is_feed_root(element_name(text, at))) {
            *broken = "markup in front of the root element";
            *out = at;
            return NB_OK;
        }
    }
    return not_a_feed(text, root, error);
}

static void reader_reset(struct nb_feed_reader *reader, struct nb_feed *feed,
                         const struct nb_url *base)
{
    *feed = (struct nb_feed){.ttl_s = -1};
    *reader = (struct nb_feed_reader){
        .arena = reader->arena,
        .dates = reader->dates,
        .feed = feed,
        .text = reader->text,
        .scratch = reader->scratch,
        .broken = reader->broken,
        .line_base = reader->line_base,
    };
    reader->frames[0].base = base;
}

/* Offset behind what begins at '<' and holds no tag: a comment, CDATA, an instruction; else at. */
static size_t skip_special(struct nb_slice s, size_t at)
{
    static const struct nb_slice marks[][2] = {
        {{"<!--", 4}, {"-->", 3}}, {{"<![CDATA[", 9}, {"]]>", 3}}, {{"<?", 2}, {"?>", 2}}};
    struct nb_slice rest = nb_slice_sub(s, at, s.len);
    if (rest.len < 2 || (rest.p[1] != '!' && rest.p[1] != '?')) {
        return at;
    }
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (nb_slice_starts(rest, marks[i][0])) {
            size_t end = nb_slice_find(s, marks[i][1], at + marks[i][0].len);
            return end == NB_NPOS ? s.len : end + marks[i][1].len;
        }
    }
    return at;
}

/*
 * libxml2 compares each attribute of a tag with all before it: a tag of a million takes it hours.
 * Within a tag a '<' begins another one, as it does for libxml2.
 */
static bool has_huge_tag(struct nb_slice s)
{
    size_t at = 0;
    while ((at = nb_slice_find_byte(s, '<', at)) != NB_NPOS) {
        size_t behind = skip_special(s, at);
        if (behind > at) {
            at = behind;
            continue;
        }
        size_t attributes_n = 0;
        char quote = '\0';
        for (at++; at < s.len && s.p[at] != '<' && (quote || s.p[at] != '>'); at++) {
            char c = s.p[at];
            if (quote) {
                quote = c == quote ? '\0' : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '=' && ++attributes_n > NB_FEED_ATTRIBUTES_MAX) {
                return true;
            }
        }
    }
    return false;
}

/* @return false when there is none, or an error of any kind in it: read the whole then. */
static bool read_skeleton(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_feed_skeleton skeleton;
    const char *broken = reader->broken;
    struct nb_arena_mark mark = nb_arena_mark(reader->arena);
    if (!nb_feed_skeleton_make(text, &skeleton)) {
        return false;
    }
    reader->gaps = (const struct nb_feed_gap *)(const void *)skeleton.gaps.p;
    reader->gaps_n = skeleton.gaps.len / sizeof(*reader->gaps);
    enum nb_err err = nb_feed_xml_read(reader, nb_buf_slice(&skeleton.markup), false);
    bool ok = err == NB_OK && !reader->fatal && reader->broken == broken && reader->gaps_n == 0;
    nb_feed_skeleton_free(&skeleton);
    if (!ok) {
        reader->broken = broken;
        nb_arena_rewind(reader->arena, mark);
    }
    return ok;
}

/* @return NB_ESYNTAX when the markup is not well-formed. */
static enum nb_err read_strictly(struct nb_feed_reader *reader, struct nb_slice text,
                                 struct nb_feed *feed, const struct nb_url *base)
{
    reader_reset(reader, feed, base);
    if (read_skeleton(reader, text)) {
        return NB_OK;
    }
    reader_reset(reader, feed, base);
    if (has_huge_tag(text)) {
        reader->broken = reader->broken ? reader->broken : "a tag with very many attributes";
        return NB_ESYNTAX;
    }
    enum nb_err err = nb_feed_xml_read(reader, text, false);
    return reader->fatal && err != NB_ENOMEM ? NB_ESYNTAX : err;
}

/* An unclosed entry at the end of a strict reading is not kept: the repaired one closes it. */
static enum nb_err read_twice(struct nb_feed_reader *reader, struct nb_slice text,
                              struct nb_feed *feed, const struct nb_url *base)
{
    struct nb_arena_mark mark = nb_arena_mark(reader->arena);
    enum nb_err err = read_strictly(reader, text, feed, base);
    if (err != NB_ESYNTAX) {
        return err;
    }
    char reason[200];
    struct nb_slice broken = nb_utf8_cut(nb_slice_str(reader->broken), sizeof(reason));
    memcpy(reason, broken.p, broken.len);
    nb_arena_rewind(reader->arena, mark);
    char *kept = nb_arena_strdup(reader->arena, nb_slice(reason, broken.len));
    if (!kept) {
        return NB_ENOMEM;
    }
    reader->broken = kept;
    struct nb_buf repaired;
    nb_buf_init(&repaired, text.len * 8 + 1024);
    err = nb_feed_repair(text, &repaired);
    if (err == NB_OK) {
        reader_reset(reader, feed, base);
        err = nb_feed_xml_read(reader, nb_buf_slice(&repaired), true);
    }
    nb_buf_fini(&repaired);
    return err;
}

/* What the whole feed says about its entries. */
static void finish_feed(struct nb_feed_reader *reader)
{
    struct nb_feed *feed = reader->feed;
    for (size_t i = 0; i < feed->entries_n; i++) {
        struct nb_feed_entry *entry = &reader->entries[i];
        if (entry->author.len == 0 && entry->author_url.len == 0) {
            entry->author = reader->feed_author; /* RFC 4287, 4.2.1; JSON Feed 1.1 */
            entry->author_url = reader->feed_author_url;
        }
        nb_comment_reply(entry);
    }
    if (feed->ttl_s < 0 && reader->sy_period_s > 0) {
        int64_t times = reader->sy_frequency > 0 ? reader->sy_frequency : 1;
        feed->ttl_s = reader->sy_period_s / times > 0 ? reader->sy_period_s / times : 1;
    }
}

static enum nb_err read_xml(struct nb_feed_reader *reader, struct nb_slice text,
                            const struct nb_url *base, struct nb_feed *out, struct nb_error *error)
{
    size_t root = 0;
    enum nb_err err = find_root(text, &root, &reader->broken, error);
    if (err != NB_OK) {
        return err;
    }
    for (size_t at = 0; (at = nb_slice_find_byte(nb_slice_sub(text, 0, root), '\n', at)) != NB_NPOS;
         at++) {
        reader->line_base++;
    }
    struct nb_slice body = nb_slice_sub(text, root, text.len);
    err = nb_feed_entities(nb_slice_sub(text, 0, root), body, reader->arena, &body);
    if (err == NB_OK) {
        err = read_twice(reader, body, out, base);
    }
    if (err != NB_OK) {
        return nb_error_set(error, err, "feed: %s",
                            err == NB_ETOOBIG
                                ? "nested too deep, or too many namespaces or entities"
                                : nb_strerror(err));
    }
    return out->format ? NB_OK : not_a_feed(text, root, error);
}

static enum nb_err read_feed(struct nb_feed_reader *reader, struct nb_slice text,
                             const struct nb_url *base, struct nb_feed *out, struct nb_error *error)
{
    struct nb_feed feed;
    /* escaping makes a byte at most six; see html_text.h for the rest */
    nb_buf_init(&reader->text, text.len * 6 + 64);
    nb_buf_init(&reader->scratch, text.len * 9 + 128);
    enum nb_err err;
    struct nb_slice begin = nb_slice_trim(text);
    if (nb_slice_starts(begin, NB_LIT("{")) || nb_slice_starts(begin, NB_LIT("["))) {
        reader_reset(reader, &feed, base);
        err = nb_feed_json_read(reader, text, error);
    } else {
        err = read_xml(reader, text, base, &feed, error);
    }
    nb_buf_fini(&reader->text);
    nb_buf_fini(&reader->scratch);
    if (err == NB_OK) {
        finish_feed(reader);
        feed.bozo = reader->broken;
        *out = feed;
    }
    return err;
}

enum nb_err nb_feed_parse(struct nb_slice bytes, struct nb_slice url, struct nb_slice content_type,
                          const struct nb_date_context *dates, struct nb_arena *arena,
                          struct nb_feed *out, struct nb_error *error)
{
    struct nb_slice text;
    struct nb_url base;
    struct nb_feed_reader *reader = nb_arena_calloc(arena, 1, sizeof(*reader));
    if (bytes.len > SIZE_MAX / 16 || !reader) {
        return bytes.len > SIZE_MAX / 16 ? NB_ETOOBIG : NB_ENOMEM;
    }
    *reader = (struct nb_feed_reader){.arena = arena, .dates = dates};
    enum nb_err err = nb_feed_decode(bytes, content_type, arena, &text, &reader->broken);
    if (err != NB_OK) {
        return nb_error_set(error, err, "feed: cannot decode: %s", nb_strerror(err));
    }
    err = nb_url_parse(url, NULL, arena, &base);
    if (err == NB_ENOMEM) {
        return nb_error_set(error, err, "feed: %s", nb_strerror(err));
    }
    return read_feed(reader, text, err == NB_OK ? &base : NULL, out, error);
}
