#include "crawler/feed/reader.h"

#include "crawler/feed/html_text.h"

static void keep_error(struct nb_feed_reader *reader, enum nb_err err)
{
    if (reader->err == NB_OK) {
        reader->err = err;
    }
}

unsigned nb_feed_place(const struct nb_feed_reader *reader)
{
    return reader->depth > 1 ? reader->frames[reader->depth - 2].place : NB_FEED_TOP;
}

struct nb_slice nb_feed_word(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice out = {NULL, 0};
    enum nb_err err = nb_plain_line(text, &reader->scratch, reader->arena, &out);
    keep_error(reader, err);
    return out;
}

struct nb_slice nb_feed_line(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice out = {NULL, 0};
    enum nb_err err = reader->form == NB_FEED_PLAIN
                          ? nb_plain_line(text, &reader->scratch, reader->arena, &out)
                          : nb_html_line(text, &reader->scratch, reader->arena, &out);
    keep_error(reader, err);
    return out;
}

struct nb_slice nb_feed_body(struct nb_feed_reader *reader, struct nb_slice text, bool links)
{
    struct nb_html_text out = {0};
    bool markup = reader->form != NB_FEED_PLAIN && (nb_slice_find_byte(text, '<', 0) != NB_NPOS ||
                                                    nb_slice_find_byte(text, '&', 0) != NB_NPOS);
    enum nb_err err;
    if (markup) {
        const struct nb_url *base = reader->frames[reader->depth - 1].base;
        err = nb_html_text(text, base, &reader->scratch, reader->arena, &out);
    } else {
        err = nb_plain_text(text, &reader->scratch, reader->arena, &out.text);
    }
    keep_error(reader, err);
    if (links && reader->draft.open && out.links_n) {
        reader->draft.entry.links = out.links;
        reader->draft.entry.links_n = out.links_n;
    }
    return out.text;
}

struct nb_slice nb_feed_url(struct nb_feed_reader *reader, struct nb_slice text)
{
    text = nb_slice_trim(text);
    if (text.len == 0) {
        return (struct nb_slice){NULL, 0};
    }
    struct nb_url url;
    const struct nb_url *base = reader->frames[reader->depth - 1].base;
    enum nb_err err = nb_url_parse(text, base, reader->arena, &url);
    if (err == NB_ENOMEM) {
        keep_error(reader, err);
    }
    return err == NB_OK ? url.href : (struct nb_slice){NULL, 0};
}

int64_t nb_feed_date(struct nb_feed_reader *reader, struct nb_slice text)
{
    int64_t at_ms = -1;
    text = nb_slice_trim(text);
    if (text.len == 0 || nb_date_parse(text, reader->dates, &at_ms) != NB_OK) {
        at_ms = -1;
    }
    return at_ms;
}

void nb_feed_set_published(struct nb_feed_reader *reader, unsigned rank, struct nb_slice text)
{
    int64_t at_ms = nb_feed_date(reader, text);
    if (at_ms >= 0 && reader->draft.open && rank >= reader->draft.published_rank) {
        reader->draft.entry.published_ms = at_ms;
        reader->draft.published_rank = rank;
    }
}

int64_t nb_feed_count(struct nb_slice text)
{
    int64_t n = -1;
    return nb_slice_to_i64(nb_slice_trim(text), &n) && n >= 0 ? n : -1;
}

struct nb_slice nb_feed_person(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice line = nb_feed_line(reader, text);
    size_t open = nb_slice_find_byte(line, '(', 0);
    if (open != NB_NPOS && open > 0 && nb_slice_ends(line, NB_LIT(")"))) {
        struct nb_slice outside = nb_slice_trim(nb_slice_sub(line, 0, open));
        struct nb_slice inside = nb_slice_trim(nb_slice_sub(line, open + 1, line.len - 1));
        if (nb_slice_find_byte(outside, '@', 0) != NB_NPOS && inside.len) {
            return inside;
        }
        return nb_slice_find_byte(inside, '@', 0) != NB_NPOS ? outside : line;
    }
    open = nb_slice_find_byte(line, '<', 0);
    if (open != NB_NPOS && open > 0 && nb_slice_ends(line, NB_LIT(">"))) {
        return nb_slice_trim(nb_slice_sub(line, 0, open));
    }
    return line;
}

/* Room for one more element of an array in the arena. */
static void *grow(struct nb_feed_reader *reader, void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return array;
    }
    size_t more = *cap ? *cap * 2 : 4;
    void *grown = nb_arena_grow(reader->arena, array, n * size, more * size);
    if (!grown) {
        keep_error(reader, NB_ENOMEM);
        return NULL;
    }
    *cap = more;
    return grown;
}

void nb_feed_add_category(struct nb_feed_reader *reader, struct nb_slice name)
{
    struct nb_feed_draft *draft = &reader->draft;
    size_t n = draft->entry.categories_n;
    if (name.len == 0 || !draft->open) {
        return;
    }
    struct nb_slice *grown =
        grow(reader, draft->categories, n, &draft->categories_cap, sizeof(*grown));
    if (grown) {
        draft->categories = grown;
        grown[n] = name;
        draft->entry.categories = grown;
        draft->entry.categories_n = n + 1;
    }
}

void nb_feed_add_categories(struct nb_feed_reader *reader, struct nb_slice line)
{
    struct nb_slice part;
    while (nb_slice_split(&line, ',', &part)) {
        nb_feed_add_category(reader, nb_slice_trim(part));
    }
}

void nb_feed_add_enclosure(struct nb_feed_reader *reader, struct nb_slice url, struct nb_slice type)
{
    struct nb_feed_draft *draft = &reader->draft;
    size_t n = draft->entry.enclosures_n;
    if (url.len == 0 || !draft->open) {
        return;
    }
    struct nb_feed_link *grown =
        grow(reader, draft->enclosures, n, &draft->enclosures_cap, sizeof(*grown));
    if (grown) {
        draft->enclosures = grown;
        grown[n] = (struct nb_feed_link){url, type};
        draft->entry.enclosures = grown;
        draft->entry.enclosures_n = n + 1;
    }
}

void nb_feed_set_author(struct nb_feed_reader *reader, unsigned rank, struct nb_slice name)
{
    if (name.len && reader->draft.open && rank > reader->draft.author_rank) {
        reader->draft.entry.author = name;
        reader->draft.author_rank = rank;
    }
}

void nb_feed_set_link(struct nb_feed_reader *reader, unsigned rank, struct nb_slice url)
{
    bool entry = reader->draft.open;
    unsigned *best = entry ? &reader->draft.url_rank : &reader->link_rank;
    if (url.len && rank > *best) {
        *(entry ? &reader->draft.entry.url : &reader->feed->link) = url;
        *best = rank;
    }
}

void nb_feed_set_description(struct nb_feed_reader *reader, unsigned rank, struct nb_slice text)
{
    if (text.len && rank > reader->description_rank) {
        reader->feed->description = text;
        reader->description_rank = rank;
    }
}

void nb_feed_set_summary(struct nb_feed_reader *reader, unsigned rank, struct nb_slice text)
{
    if (text.len && reader->draft.open && rank > reader->draft.summary_rank) {
        reader->draft.entry.summary = text;
        reader->draft.summary_rank = rank;
    }
}

void nb_feed_entry_open(struct nb_feed_reader *reader)
{
    reader->draft = (struct nb_feed_draft){
        .entry = {.published_ms = -1, .updated_ms = -1, .comments_n = -1},
        .open = true,
    };
}

void nb_feed_entry_close(struct nb_feed_reader *reader)
{
    struct nb_feed_draft *draft = &reader->draft;
    if (!draft->open) {
        return;
    }
    draft->open = false;
    if (draft->entry.url.len == 0) {
        draft->entry.url = draft->permalink;
    }
    struct nb_feed_entry *grown = grow(reader, reader->entries, reader->feed->entries_n,
                                       &reader->entries_cap, sizeof(*grown));
    if (grown) {
        reader->entries = grown;
        grown[reader->feed->entries_n++] = draft->entry;
        reader->feed->entries = grown;
    }
}
