#include "tests/site/story_write.h"

#include <stdio.h>

#define THREAD_HOURS 96
#define COMMENT_HOURS 40

static enum topic comment_topic(const struct item *article, struct rng *rng)
{
    enum family family = topic_infos[article->topic].family;
    if (family != FAM_OTHER) {
        return plan_talk(family, rng);
    }
    switch (article->topic) {
    case TOPIC_TECH:
        return TOPIC_COMMENT_TECH;
    case TOPIC_FAMILY:
    case TOPIC_FOOD:
    case TOPIC_LIFESTYLE:
    case TOPIC_PREGNANCY:
        return TOPIC_COMMENT_HOME;
    case TOPIC_SHOP:
    case TOPIC_CRAFT:
        return TOPIC_COMMENT_SHOP;
    default:
        return TOPIC_COMMENT_NEWS;
    }
}

/* How readily people answer: trusted authors and what everybody speaks of draw answers. */
static uint32_t answer_weight(const struct item *item, int64_t at_ms)
{
    uint32_t weight = item->author->habits & HABIT_TRUSTED ? 5 : 2;
    if (item->author->habits & HABIT_LOUD && !(item->author->habits & HABIT_STAFF)) {
        return 0;
    }
    if (topic_infos[item->topic].family != FAM_OTHER) {
        weight *= 3;
    }
    if (item->tag != TAG_NONE) {
        weight *= 3;
    }
    return at_ms - item->at_ms < 8 * NB_HOUR_MS ? 3 * weight : weight;
}

/* An earlier item to answer, thrown by weight; with a family, only what belongs to it. */
static const struct item *pick_earlier(struct writer *writer, const struct item *item,
                                       bool (*fits)(const struct item *, const struct item *),
                                       int64_t hours)
{
    const struct item *picked = NULL;
    uint32_t total = 0;
    for (size_t i = writer->items_n; i-- > 0;) {
        const struct item *earlier = &writer->items[i];
        if (item->at_ms - earlier->at_ms > hours * NB_HOUR_MS) {
            break;
        }
        /* 90 seconds: nobody answers what was published in the same breath */
        if (!fits(item, earlier) || item->at_ms - earlier->at_ms < 90000 ||
            earlier->delete_ms <= item->at_ms) {
            continue;
        }
        uint32_t weight = answer_weight(earlier, item->at_ms);
        total += weight;
        if (weight > 0 && rng_below(&writer->rng, total) < weight) {
            picked = earlier;
        }
    }
    return picked;
}

static bool is_article_there(const struct item *item, const struct item *earlier)
{
    return earlier->site == item->site && earlier->kind == ITEM_ARTICLE;
}

static bool is_thread_for(const struct item *item, const struct item *earlier)
{
    enum family family = topic_infos[item->topic].family;
    return earlier->site == item->site && earlier->channel == item->channel &&
           earlier->thread == earlier && topic_infos[earlier->topic].family == family &&
           (family != FAM_OTHER || earlier->topic == item->topic);
}

static bool is_in_thread(const struct item *item, const struct item *earlier)
{
    return earlier->thread == item->thread && earlier->author != item->author;
}

/* Mostly the first of the thread is answered, else one of those who spoke since. */
static void choose_parent(struct writer *writer, struct item *item)
{
    item->parent = NULL;
    if (rng_chance(&writer->rng, 450)) {
        item->parent = pick_earlier(writer, item, is_in_thread, THREAD_HOURS);
    }
    if (!item->parent && item->thread->author != item->author) {
        item->parent = item->thread;
    }
}

static bool place_comment(struct writer *writer, struct item *item)
{
    item->thread = pick_earlier(writer, item, is_article_there, COMMENT_HOURS);
    if (!item->thread) {
        return false;
    }
    item->topic = comment_topic(item->thread, &writer->rng);
    item->channel = item->thread->channel;
    choose_parent(writer, item);
    return true;
}

static void place_post(struct writer *writer, struct item *item)
{
    const struct item *thread = NULL;
    if (rng_chance(&writer->rng, 780)) {
        thread = pick_earlier(writer, item, is_thread_for, THREAD_HOURS);
    }
    if (thread) {
        item->thread = thread;
        choose_parent(writer, item);
        item->quotes = item->parent && rng_chance(&writer->rng, 350);
    }
}

/* Entries under one heading are one thread, however old. */
static void place_entry(struct writer *writer, struct item *item)
{
    for (size_t i = 0; i < writer->items_n; i++) {
        const struct item *earlier = &writer->items[i];
        if (earlier->site == item->site && earlier->thread == earlier &&
            nb_slice_eq(earlier->title, item->title)) {
            item->thread = earlier;
            return;
        }
    }
}

/* Headings of such a dictionary are in lower case. */
static enum nb_err choose_heading(struct writer *writer, struct item *item)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s.heading", topic_infos[item->topic].name);
    const struct text_section *headings = text_section(writer->text, name);
    if (!headings || headings->lines_n == 0) {
        return nb_error_set(writer->error, NB_ESYNTAX, "story texts have no [%s]", name);
    }
    struct nb_buf said, lower;
    nb_buf_init(&said, 1024);
    nb_buf_init(&lower, 1024);
    struct text_voice voice = {.text = writer->text, .rng = &writer->rng};
    uint32_t at = rng_below(&writer->rng, (uint32_t)headings->lines_n);
    enum nb_err err = text_say(&voice, headings->lines[at], &said, writer->error);
    text_lower(nb_buf_slice(&said), &lower);
    item->title = nb_arena_copy(writer->arena, nb_buf_slice(&lower));
    if (!err) {
        err = write_bound(writer, &voice, item);
    }
    nb_buf_fini(&said);
    nb_buf_fini(&lower);
    return err;
}

static void from_stream(struct writer *writer, const struct plan *plan, struct item *item)
{
    const struct stream *stream = &streams[plan->stream];
    item->site = stream->site;
    item->channel = stream->channel;
    item->kind = stream->kind;
    item->topic = plan_topic(stream, plan->at_ms, &writer->rng);
    item->author =
        cast_pick(writer->cast, stream->site, stream->kind == ITEM_ARTICLE, &writer->rng);
}

static void from_cue(struct writer *writer, const struct plan *plan, struct item *item)
{
    const struct cue *cue = &cues[plan->cue];
    item->site = cue->site;
    item->channel = cue->channel;
    item->kind = cue->kind;
    item->topic = cue->topic;
    item->tag = cue->tag;
    item->author = cast_person(writer->cast, nb_slice_str(cue->handle));
}

/* The n-th of the accounts that act as one; they all come again where there are fewer. */
static const struct person *fake_person(const struct cast *cast, int n)
{
    const struct person *last = NULL;
    for (size_t i = 0; i < cast->people_n && n >= 0; i++) {
        if (cast->people[i].habits & HABIT_FAKE) {
            last = &cast->people[i];
            n--;
        }
    }
    return last;
}

static void from_fake(struct writer *writer, const struct plan *plan, struct item *item)
{
    item->site = SITE_SOZLUK;
    item->channel = -1;
    item->kind = ITEM_ENTRY;
    item->topic = TOPIC_FAKE;
    item->tag = TAG_FAKE;
    item->author = fake_person(writer->cast, plan->fake);
}

/* Some things are corrected after the fact, a few vanish; while the feed still shows them. */
static void plan_changes(struct writer *writer, struct item *item)
{
    int64_t later = (int64_t)(150 + rng_below(&writer->rng, 240)) * NB_MINUTE_MS;
    if (item->tag == TAG_CLAIM) {
        item->edit_ms = STORY_AT(22, 16, 0);
    } else if (item->tag == TAG_COPY && item->site == SITE_RING2) {
        item->delete_ms = STORY_AT(22, 20, 0);
    } else if (item->kind == ITEM_ARTICLE && item->tag == TAG_NONE) {
        if (rng_chance(&writer->rng, 14)) {
            item->edit_ms = item->at_ms + later;
        } else if (rng_chance(&writer->rng, 5)) {
            item->delete_ms = item->at_ms + later;
        }
    }
}

enum nb_err write_item(struct writer *writer, const struct plan *plan, bool *out_done)
{
    struct item *item = &writer->items[writer->items_n];
    *item = (struct item){.id = STORY_FIRST_ID + (uint32_t)writer->items_n,
                          .at_ms = plan->at_ms,
                          .edit_ms = STORY_NEVER_MS,
                          .delete_ms = STORY_NEVER_MS};
    *out_done = false;
    writer->rng = rng_for(STORY_SEED, 100000 + plan->ordinal);
    if (plan->cue >= 0) {
        from_cue(writer, plan, item);
    } else if (plan->stream < 0) {
        from_fake(writer, plan, item);
    } else {
        from_stream(writer, plan, item);
    }
    if (!item->author) {
        return nb_error_set(writer->error, NB_ESYNTAX, "cast: nobody writes %s at %s",
                            topic_infos[item->topic].name, writer->cast->sites[item->site].host);
    }
    item->thread = item;
    enum nb_err err = NB_OK;
    if (item->kind == ITEM_ENTRY) {
        err = choose_heading(writer, item);
        place_entry(writer, item);
    } else if (plan->stream >= 0 && item->kind == ITEM_POST) {
        place_post(writer, item);
    } else if (item->kind == ITEM_COMMENT && !place_comment(writer, item)) {
        return NB_OK;
    }
    if (!err) {
        plan_changes(writer, item);
        err = write_words(writer, item);
    }
    if (!err) {
        err = write_address(writer->cast, writer->arena, item);
    }
    if (!err) {
        writer->items_n++;
        *out_done = true;
    }
    return err;
}
