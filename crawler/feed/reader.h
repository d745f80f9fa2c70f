/**
 * Inside of the feed reader: what feed.c, xml.c and the formats share.
 *
 * xml.c turns markup into calls of rules. A rule belongs to one element of one namespace in the
 * places it may stand; the tables of rules are in rss.c, atom.c and extension.c. A rule with an
 * `end` function gets the element's text when it closes.
 *
 * Threads: a reader belongs to one call of nb_feed_parse().
 */
#ifndef NABIZ_FEED_READER_H
#define NABIZ_FEED_READER_H

#include <stdbool.h>
#include <stddef.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/feed.h>
#include <nabiz/slice.h>
#include <nabiz/url.h>

enum nb_feed_ns {
    NB_FEED_NS_OTHER,
    NB_FEED_NS_RSS, /* RSS 0.9x, 1.0 and 2.0: with or without a namespace of their own */
    NB_FEED_NS_ATOM,
    NB_FEED_NS_RDF,
    NB_FEED_NS_XML,
    NB_FEED_NS_DC,
    NB_FEED_NS_DCTERMS,
    NB_FEED_NS_CONTENT,
    NB_FEED_NS_SLASH,
    NB_FEED_NS_WFW,
    NB_FEED_NS_THR,
    NB_FEED_NS_MEDIA,
    NB_FEED_NS_ITUNES,
    NB_FEED_NS_SY,
    NB_FEED_NS_XHTML
};

/* Where an element stands, by what encloses it; a set of bits in a rule. */
enum nb_feed_place {
    NB_FEED_NOWHERE = 0,
    NB_FEED_TOP = 1,    /* the root, and right below it */
    NB_FEED_FEED = 2,   /* in the channel or feed */
    NB_FEED_ENTRY = 4,  /* in an item or entry */
    NB_FEED_PERSON = 8, /* in an Atom author */
};

#define NB_FEED_BODY (NB_FEED_FEED | NB_FEED_ENTRY)

struct nb_feed_reader;

/** The attributes of the element being opened. */
struct nb_feed_attrs {
    const unsigned char **raw; /* five pointers each, as libxml2 gives them */
    int n;
};

struct nb_feed_rule {
    enum nb_feed_ns ns;
    const char *name; /* lower case */
    unsigned in;      /* places it may stand in */
    unsigned makes;   /* place of what it encloses; NOWHERE unless said */
    void (*start)(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs);
    void (*end)(struct nb_feed_reader *reader, struct nb_slice text);
};

extern const struct nb_feed_rule nb_feed_rss_rules[];
extern const size_t nb_feed_rss_rules_n;
extern const struct nb_feed_rule nb_feed_atom_rules[];
extern const size_t nb_feed_atom_rules_n;
extern const struct nb_feed_rule nb_feed_extension_rules[];
extern const size_t nb_feed_extension_rules_n;

/* How the text of the captured element is written. */
enum nb_feed_form {
    NB_FEED_HTML,
    NB_FEED_PLAIN,
    NB_FEED_XHTML,
    NB_FEED_BINARY /* no text */
};

/* An entry while it is read: what decides between several elements that say the same. */
struct nb_feed_draft {
    struct nb_feed_entry entry;
    struct nb_slice permalink; /* guid that may serve as the URL */
    struct nb_feed_link *links;
    size_t links_cap;
    struct nb_slice *categories;
    size_t categories_cap;
    struct nb_feed_link *enclosures;
    size_t enclosures_cap;
    unsigned author_rank; /* of the element the author came from; higher wins */
    unsigned summary_rank;
    unsigned published_rank;
    unsigned url_rank;
    bool open;
};

/* ATTRIBUTES_MAX: of a tag, for libxml2 compares each with all before it. */
enum { NB_FEED_DEPTH = 128, NB_FEED_ATTRIBUTES_MAX = 256 };

struct nb_feed_frame {
    const struct nb_feed_rule *rule;
    const struct nb_url *base;
    unsigned place;   /* of its children */
    int namespaces_n; /* it declares */
    const void *name; /* libxml2's own, for the implied base only */
};

/* A text that was taken out of the markup. */
struct nb_feed_gap {
    size_t at; /* where it belongs in the markup that is left */
    struct nb_slice text;
};

struct nb_feed_skeleton {
    struct nb_buf markup;
    struct nb_buf gaps;     /* struct nb_feed_gap, in order */
    struct nb_buf resolved; /* texts that had references */
};

struct nb_feed_reader {
    struct nb_arena *arena;
    const struct nb_date_context *dates;
    struct nb_feed *feed;
    enum nb_err err; /* first failure; ends the reading */

    struct nb_feed_frame frames[NB_FEED_DEPTH];
    int depth;
    int namespaces_n;              /* declared by open elements */
    enum nb_feed_ns home;          /* namespace of elements that have none */
    const unsigned char *home_uri; /* of the root element, whatever it is; libxml2's; or NULL */

    struct nb_buf text;    /* of the captured element */
    struct nb_buf scratch; /* for html_text */
    int capture_depth;     /* depth of the captured element; 0: none */
    enum nb_feed_form form;
    bool escaped; /* it says that its text is escaped HTML, also inside markup of its own */
    bool base64;  /* what it holds is base64 of that */
    struct nb_slice link_rel, link_type; /* of an Atom link whose address is its text */

    struct nb_feed_draft draft;
    struct nb_feed_entry *entries;
    size_t entries_cap;
    struct nb_slice feed_author;
    struct nb_slice feed_author_url;
    unsigned link_rank; /* of the feed's link; likewise */
    unsigned description_rank;
    bool guid_is_permalink;
    int64_t sy_period_s;
    int64_t sy_frequency;

    const struct nb_feed_gap *gaps; /* texts that libxml2 does not see, from the next one on */
    size_t gaps_n;

    const char *broken; /* first thing wrong with the markup, in the arena; NULL when none */
    bool fatal;         /* it was not well-formed */
    bool finished;      /* the root element was closed */
    int line_base;      /* lines before the part libxml2 sees */
};

/* xml.c */

/** Read text from its root element on. @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ESYNTAX. */
enum nb_err nb_feed_xml_read(struct nb_feed_reader *reader, struct nb_slice text, bool recover);

/** Value of an attribute without namespace; p == NULL when absent. Borrowed from libxml2. */
struct nb_slice nb_feed_attr(const struct nb_feed_attrs *attrs, const char *name);
struct nb_slice nb_feed_attr_ns(const struct nb_feed_attrs *attrs, enum nb_feed_ns ns,
                                const char *name);

/* base64.c */

/** Bytes of base64, white space and what is none of its letters passed over, as UTF-8. */
struct nb_slice nb_feed_base64(struct nb_feed_reader *reader, struct nb_slice text);

/* cdf.c */

/** What Microsoft's channels say in attributes, on a channel or an item. */
void nb_feed_cdf_attrs(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs);

/* decode.c */

/**
 * Bytes to UTF-8.
 * @param broken  [out] what is wrong with the bytes, in the arena or static; NULL when nothing is.
 * @return NB_OK, NB_ENOMEM, NB_EINVAL, NB_ESYS.
 */
enum nb_err nb_feed_decode(struct nb_slice bytes, struct nb_slice content_type,
                           struct nb_arena *arena, struct nb_slice *out,
                           const char **broken) NB_MUSTUSE;

/* doctype.c */

/**
 * Put the texts of the entities that a document type declares in their places. Only plain texts
 * within the document count: none from elsewhere, none with markup or other entities in it.
 * @param out  [out] borrows body when nothing had to change, else lives in arena.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (it would grow more than a feed's names explain).
 */
enum nb_err nb_feed_entities(struct nb_slice prolog, struct nb_slice body, struct nb_arena *arena,
                             struct nb_slice *out) NB_MUSTUSE;

/* json.c */

/** Read JSON Feed 1.0 or 1.1. @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ESYNTAX with the detail. */
enum nb_err nb_feed_json_read(struct nb_feed_reader *reader, struct nb_slice text,
                              struct nb_error *error) NB_MUSTUSE;

/* repair.c */

/**
 * Rewrite markup so that it is well-formed: tags balanced, attributes quoted, lone '&' and '<'
 * escaped, references of HTML resolved, declarations, comments and instructions dropped.
 * @param out  its maximum bounds the result; 8 * text.len + 1024 is always enough.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (elements deeper than NB_FEED_DEPTH).
 */
enum nb_err nb_feed_repair(struct nb_slice text, struct nb_buf *out);

/* skeleton.c */

/**
 * Markup without its texts, for libxml2 to go over; see reader->gaps.
 * @param text  from the root element on; borrowed as long as the skeleton is used.
 * @return false when there is no skeleton of it; nothing is to be freed then.
 */
bool nb_feed_skeleton_make(struct nb_slice text, struct nb_feed_skeleton *out);
void nb_feed_skeleton_free(struct nb_feed_skeleton *skeleton);

/* value.c: from the text of an element to a value; failures go to reader->err. */

/** Place the current element stands in. */
unsigned nb_feed_place(const struct nb_feed_reader *reader);

/** White space trimmed, copied. */
struct nb_slice nb_feed_word(struct nb_feed_reader *reader, struct nb_slice text);

/** Plain text in one line, by reader->form. */
struct nb_slice nb_feed_line(struct nb_feed_reader *reader, struct nb_slice text);

/** Plain text with paragraphs, by reader->form; links of an entry are kept when `links` is set. */
struct nb_slice nb_feed_body(struct nb_feed_reader *reader, struct nb_slice text, bool links);

/** Absolute URL against the element's base; empty when it is none. */
struct nb_slice nb_feed_url(struct nb_feed_reader *reader, struct nb_slice text);

/** -1 when it is no date. */
int64_t nb_feed_date(struct nb_feed_reader *reader, struct nb_slice text);

/** Set the day of the open entry unless a better element gave one; of equals the last counts. */
void nb_feed_set_published(struct nb_feed_reader *reader, unsigned rank, struct nb_slice text);

/** A count, -1 when it is none. */
int64_t nb_feed_count(struct nb_slice text);

/** "mail (Name)", "Name (mail)" and "Name <mail>" to Name; anything else as it is. */
struct nb_slice nb_feed_person(struct nb_feed_reader *reader, struct nb_slice text);

void nb_feed_add_category(struct nb_feed_reader *reader, struct nb_slice name);

/** Categories from one line, parted by commas. */
void nb_feed_add_categories(struct nb_feed_reader *reader, struct nb_slice line);
void nb_feed_add_enclosure(struct nb_feed_reader *reader, struct nb_slice url,
                           struct nb_slice type);

/** Set the author of the open entry unless a better element gave one. */
void nb_feed_set_author(struct nb_feed_reader *reader, unsigned rank, struct nb_slice name);

/** Set the link of the open entry, or of the feed, unless a better element gave one. */
void nb_feed_set_link(struct nb_feed_reader *reader, unsigned rank, struct nb_slice url);

/** Set the description of the feed unless a better element gave one. */
void nb_feed_set_description(struct nb_feed_reader *reader, unsigned rank, struct nb_slice text);
void nb_feed_set_summary(struct nb_feed_reader *reader, unsigned rank, struct nb_slice text);

void nb_feed_entry_open(struct nb_feed_reader *reader);
void nb_feed_entry_close(struct nb_feed_reader *reader);

#endif
