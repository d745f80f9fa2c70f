/*
 * Channel Definition Format (W3C note of 9 March 1997): channels and items like those of RSS, with
 * the address and the date in attributes. Its elements are among the rules of rss.c.
 */
#include "crawler/feed/reader.h"

static void set_base(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_feed_frame *frame = &reader->frames[reader->depth - 1];
    struct nb_url *base = nb_arena_alloc(reader->arena, sizeof(*base));
    if (base && nb_url_parse(text, frame->base, reader->arena, base) == NB_OK) {
        frame->base = base;
    }
}

void nb_feed_cdf_attrs(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice base = nb_feed_attr(attrs, "base");
    struct nb_slice href = nb_feed_attr(attrs, "href");
    struct nb_slice changed = nb_feed_attr(attrs, "lastmod");
    bool outermost = reader->depth == 1;
    if (outermost && (base.p || href.p || changed.p)) {
        reader->feed->format = "cdf";
    }
    struct nb_slice url = nb_feed_url(reader, href);
    if (base.p) {
        set_base(reader, base); /* for what is inside */
    }
    nb_feed_set_link(reader, 4, url);
    if (reader->draft.open && changed.p) {
        reader->draft.entry.updated_ms = nb_feed_date(reader, changed);
    }
}
