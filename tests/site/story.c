#include "tests/site/story.h"

#include <stdio.h>

#include "tests/site/story_write.h"

const struct topic_info topic_infos[TOPICS_N] = {
#define X(id, name, family, whole) [TOPIC_##id] = {name, FAM_##family, whole},
    TOPICS(X)
#undef X
};

static int32_t day_of_month(int64_t at_ms)
{
    return nb_civil_of(at_ms, STORY_OFFSET_MIN).day;
}

static int32_t month_of(int64_t at_ms)
{
    return nb_civil_of(at_ms, STORY_OFFSET_MIN).month;
}

/* Address styles as the engines of the real web have them. */
static char *path_of(const struct site *site, const struct item *item, const char *slug,
                     struct nb_arena *arena)
{
    switch (site->engine) {
    case ENGINE_BLOG:
        return nb_arena_printf(arena, "/2026/%02d/%02d/%s-%u/", month_of(item->at_ms),
                               day_of_month(item->at_ms), slug, item->id);
    case ENGINE_NEWS:
        return nb_arena_printf(arena, "/haber/%s-h%u", slug, item->id);
    case ENGINE_MAGAZINE:
        return nb_arena_printf(arena, "/%s-%u/", slug, item->id);
    case ENGINE_FORUM:
        return nb_arena_printf(arena, "/konu/%s.%u/", slug, item->id);
    case ENGINE_DICTIONARY:
        return nb_arena_printf(arena, "/entry/%u", item->id);
    case ENGINE_COMPLAINTS:
        break;
    }
    return nb_arena_printf(arena, "/sikayet/%s-%u", slug, item->id);
}

static char *guid_of(const struct site *site, const struct item *item, struct nb_arena *arena)
{
    const char *host = site->host;
    if (item->kind == ITEM_COMMENT) {
        return nb_arena_printf(arena, "http://%s/?p=%u#comment-%u", host, item->thread->id,
                               item->id);
    }
    switch (site->engine) {
    case ENGINE_BLOG:
    case ENGINE_MAGAZINE:
        return nb_arena_printf(arena, "http://%s/?p=%u", host, item->id);
    case ENGINE_FORUM:
        return nb_arena_printf(arena, "post-%u", item->id);
    case ENGINE_DICTIONARY:
        return nb_arena_printf(arena, "tag:%s,2026:entry-%u", host, item->id);
    case ENGINE_NEWS:
    case ENGINE_COMPLAINTS:
        break;
    }
    return nb_arena_strdup(arena, item->url);
}

enum nb_err write_address(const struct cast *cast, struct nb_arena *arena, struct item *item)
{
    const struct site *site = &cast->sites[item->site];
    struct nb_buf slug;
    char *url = NULL;
    if (item->thread != item && item->kind == ITEM_COMMENT) {
        url = nb_arena_printf(arena, "%.*s#comment-%u", NB_ARG(item->thread->url), item->id);
    } else if (item->thread != item && item->kind == ITEM_POST) {
        url = nb_arena_printf(arena, "%.*spost-%u", NB_ARG(item->thread->url), item->id);
    } else {
        nb_buf_init(&slug, 256);
        text_slug(item->title, 60, &slug);
        nb_buf_add_byte(&slug, '\0');
        char *path = slug.err ? NULL : path_of(site, item, slug.p, arena);
        url = path ? nb_arena_printf(arena, "http://%s%s", site->host, path) : NULL;
        nb_buf_fini(&slug);
    }
    item->url = nb_slice_str(url);
    item->guid = url ? nb_slice_str(guid_of(site, item, arena)) : nb_slice(NULL, 0);
    return item->guid.p ? NB_OK : NB_ENOMEM;
}

static bool is_shown(const struct feed *feed, const struct item *item)
{
    return item->site == feed->site && (item->kind == ITEM_COMMENT) == feed->comments &&
           (feed->channel == ANY_CHANNEL || feed->channel == item->channel);
}

/* Chain each thread, backwards, so that every item finds the one after it. */
static enum nb_err chain_threads(struct item *items, size_t n, struct nb_arena *arena)
{
    const struct item **newest = nb_arena_calloc(arena, n + 1, sizeof(*newest));
    if (!newest) {
        return NB_ENOMEM;
    }
    for (size_t i = n; i-- > 0;) {
        size_t thread = items[i].thread->id - STORY_FIRST_ID;
        items[i].next = newest[thread];
        newest[thread] = &items[i];
    }
    return NB_OK;
}

static enum nb_err fill_feeds(struct story *story, struct nb_arena *arena)
{
    for (size_t f = 0; f < FEEDS_N; f++) {
        const struct item **shown =
            nb_arena_calloc(arena, story->items_n + 1, sizeof(*story->by_feed[f]));
        size_t n = 0;
        if (!shown) {
            return NB_ENOMEM;
        }
        for (size_t i = 0; i < story->items_n; i++) {
            if (is_shown(&feeds[f], &story->items[i])) {
                shown[n++] = &story->items[i];
            }
        }
        story->by_feed[f] = shown;
        story->by_feed_n[f] = n;
    }
    return NB_OK;
}

enum nb_err story_build(const char *dir, struct nb_arena *arena, struct story *out,
                        struct nb_error *error)
{
    struct story story = {0};
    struct plan *plans = NULL;
    size_t plans_n = 0;
    enum nb_err err = text_load(dir, arena, &story.text, error);
    if (!err) {
        err = cast_load(&story.text, arena, &story.cast, error);
    }
    if (!err) {
        err = social_load(&story.text, arena, &story.social, error);
    }
    if (!err) {
        err = plan_all(arena, &plans, &plans_n);
    }
    struct writer writer = {
        .text = &story.text, .cast = &story.cast, .arena = arena, .error = error};
    if (!err) {
        writer.items = nb_arena_calloc(arena, plans_n + 1, sizeof(*writer.items));
        err = writer.items ? NB_OK : NB_ENOMEM;
    }
    for (size_t i = 0; !err && i < plans_n; i++) {
        bool done;
        err = write_item(&writer, &plans[i], &done);
    }
    story.items = writer.items;
    story.items_n = writer.items_n;
    if (!err) {
        err = chain_threads(writer.items, writer.items_n, arena);
    }
    if (!err) {
        err = fill_feeds(&story, arena);
    }
    if (err == NB_ENOMEM) {
        return nb_error_set(error, err, "the story does not fit its arena");
    }
    if (!err) {
        *out = story;
    }
    return err;
}

const struct item *story_item(const struct story *story, uint32_t id)
{
    return id >= STORY_FIRST_ID && id - STORY_FIRST_ID < story->items_n
               ? &story->items[id - STORY_FIRST_ID]
               : NULL;
}

struct nb_slice story_body(const struct item *item, int64_t now_ms)
{
    if (now_ms < item->at_ms || now_ms >= item->delete_ms) {
        return (struct nb_slice){NULL, 0};
    }
    return now_ms >= item->edit_ms ? item->edited : item->body;
}

int64_t story_touched_ms(const struct item *item, int64_t now_ms)
{
    return now_ms >= item->edit_ms ? item->edit_ms : item->at_ms;
}

size_t story_answers_n(const struct item *first, int64_t now_ms)
{
    size_t n = 0;
    for (const struct item *item = first->next; item && item->at_ms <= now_ms; item = item->next) {
        n += story_body(item, now_ms).p != NULL;
    }
    return n;
}
