#include "service/source_add.h"

#include <string.h>
#include <unistd.h>

#include <nabiz/date.h>
#include <nabiz/table.h>

/* ---- which ---- */

static bool is_plain(const struct nb_found_feed *feed)
{
    return !feed->comments && feed->same_as < 0;
}

size_t nb_add_choose(const struct nb_discovery *found, const struct nb_add_choice *choice,
                     bool *chosen)
{
    size_t plain_n = 0;
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        plain_n += is_plain(&found->feeds[i]);
    }
    for (size_t i = 0; i < found->n; i++) {
        const struct nb_found_feed *feed = &found->feeds[i];
        if (choice->pick > 0) {
            chosen[i] = (size_t)choice->pick == i + 1;
        } else {
            bool only = plain_n == 1 || (plain_n > 1 && choice->all);
            chosen[i] = found->n == 1 || (only && is_plain(feed));
        }
        n += chosen[i];
    }
    return n;
}

enum nb_source_walk nb_add_walk_named(const char *name)
{
    for (int walk = NB_WALK_NONE + 1; name && walk < NB_WALKS_N; walk++) {
        if (strcmp(name, nb_walk_name((enum nb_source_walk)walk)) == 0) {
            return (enum nb_source_walk)walk;
        }
    }
    return NB_WALK_NONE;
}

enum nb_source_walk nb_add_walk(const struct nb_discovery *found,
                                const struct nb_add_choice *choice, const char *asked)
{
    bool is_feed = !found->page_title;
    if (asked || is_feed || choice->all || choice->pick > 0) {
        return nb_add_walk_named(asked);
    }
    if (found->api) {
        return NB_WALK_BLOG;
    }
    return found->n == 0 || found->walk == NB_WALK_FORUM ? found->walk : NB_WALK_NONE;
}

Nb__Kind nb_add_kind(const struct nb_discovery *found, const struct nb_found_feed *feed)
{
    static const struct {
        const char *software;
        Nb__Kind kind;
    } kinds[] = {{"Mastodon", NB__KIND__TOOT},  {"Bluesky", NB__KIND__TOOT},
                 {"Discourse", NB__KIND__POST}, {"XenForo", NB__KIND__POST},
                 {"phpBB", NB__KIND__POST},     {"vBulletin", NB__KIND__POST},
                 {"MyBB", NB__KIND__POST},      {"SMF", NB__KIND__POST},
                 {"Reddit", NB__KIND__POST},    {"Lemmy", NB__KIND__POST}};
    if (feed->comments) {
        return NB__KIND__COMMENT;
    }
    for (size_t i = 0; found->software && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].software, found->software) == 0) {
            return kinds[i].kind;
        }
    }
    return NB__KIND__ARTICLE;
}

/* ---- words ---- */

static void say_day(struct nb_buf *out, int64_t at_ms, int32_t offset_min)
{
    if (at_ms >= 0) {
        struct nb_civil t = nb_civil_of(at_ms, offset_min);
        nb_buf_addf(out, ", the newest of %04d-%02d-%02d", t.year, t.month, t.day);
    }
}

static void say_entries(struct nb_buf *out, const struct nb_found_feed *feed, int32_t offset_min)
{
    nb_buf_addf(out, "%s, %zu %s", feed->format, feed->entries_n,
                feed->entries_n == 1 ? "entry" : "entries");
    say_day(out, feed->newest_ms, offset_min);
}

static void say_feed(const struct nb_discovery *found, int32_t offset_min, struct nb_buf *out)
{
    const struct nb_found_feed *feed = &found->feeds[0];
    nb_buf_addf(out, "%s is a feed", feed->url);
    if (feed->title[0]) {
        nb_buf_addf(out, ", \"%s\"", feed->title);
    }
    nb_buf_add_str(out, feed->comments ? ", of comments: " : ": ");
    say_entries(out, feed, offset_min);
    nb_buf_add_byte(out, '\n');
}

static void say_page(const struct nb_discovery *found, struct nb_buf *out)
{
    nb_buf_addf(out, "%s is a page", found->url);
    if (found->page_title && found->page_title[0]) {
        nb_buf_addf(out, ", \"%s\"", found->page_title);
    }
    if (found->software) {
        nb_buf_addf(out, ", by %s", found->software);
    }
    if (found->n == 0) {
        nb_buf_addf(out, "; no feed was found with %u %s\n", found->requests_n,
                    found->requests_n == 1 ? "request" : "requests");
    } else {
        nb_buf_addf(out, "; %zu %s found\n", found->n, found->n == 1 ? "feed" : "feeds");
    }
}

/* What the site itself is, and what keeps nabiz out. */
static void say_site(const struct nb_discovery *found, struct nb_buf *out)
{
    static const char *const is[NB_WALKS_N] = {NULL, "a forum", "a blog or the like", "a sitemap"};
    static const char *const of[NB_WALKS_N] = {NULL, "threads and boards", "articles", "addresses"};
    if (found->walk != NB_WALK_NONE) {
        nb_buf_addf(out, "it is %s, with %zu %s on this page\n", is[found->walk], found->links_n,
                    of[found->walk]);
    }
    if (found->api) {
        nb_buf_addf(out, "its API is open: %s\n", found->api);
    }
    if (found->refusal) {
        nb_buf_addf(out,
                    "nabiz does not get in, there is %s: use its feed or API, or ask its owner\n",
                    found->refusal);
    }
}

static const char *remark_of(const struct nb_found_feed *feed, struct nb_arena *arena)
{
    if (feed->same_as >= 0) {
        return nb_arena_printf(arena, "the same entries as %d", (int)feed->same_as + 1);
    }
    return feed->comments ? "comments" : nb_candidate_how_name(feed->how);
}

static enum nb_err say_list(const struct nb_discovery *found, int32_t offset_min,
                            struct nb_arena *arena, struct nb_buf *out)
{
    static const struct nb_column columns[] = {
        {"", NB_RIGHT, false},      {"feed", NB_LEFT, true},      {"title", NB_LEFT, true},
        {"form", NB_LEFT, false},   {"entries", NB_RIGHT, false}, {"newest", NB_LEFT, false},
        {"found as", NB_LEFT, true}};
    struct nb_table *table = nb_table_new(arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < found->n; i++) {
        const struct nb_found_feed *feed = &found->feeds[i];
        enum nb_paint paint = is_plain(feed) ? NB_PLAIN : NB_DIM;
        nb_table_cellf(table, paint, "%zu", i + 1);
        nb_table_cell(table, paint, nb_slice_str(feed->url));
        nb_table_cell(table, paint, nb_slice_str(feed->title));
        nb_table_cell(table, paint, nb_slice_str(feed->format));
        nb_table_cellf(table, paint, "%zu", feed->entries_n);
        if (feed->newest_ms >= 0) {
            struct nb_civil t = nb_civil_of(feed->newest_ms, offset_min);
            nb_table_cellf(table, paint, "%04d-%02d-%02d", t.year, t.month, t.day);
        } else {
            nb_table_cell(table, paint, NB_LIT("-"));
        }
        nb_table_cell(table, paint, nb_slice_str(remark_of(feed, arena)));
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), out);
}

enum nb_err nb_add_say(const struct nb_discovery *found, int32_t offset_min, struct nb_arena *arena,
                       struct nb_buf *out)
{
    enum nb_err err = NB_OK;
    if (!found->page_title) {
        say_feed(found, offset_min, out);
        return NB_OK;
    }
    say_page(found, out);
    say_site(found, out);
    if (found->n > 0) {
        err = say_list(found, offset_min, arena, out);
    }
    for (size_t i = 0; i < found->failed_n; i++) {
        const struct nb_found_feed *failed = &found->failed[i];
        if (failed->how <= NB_CANDIDATE_ANCHOR) {
            nb_buf_addf(out, "no feed: %s: %s\n", failed->url, failed->failure);
        }
    }
    return err;
}
