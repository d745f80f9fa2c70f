#include "tests/site/story.h"

#include "tests/site/story_plan.h"

static void add_time(struct nb_buf *out, const char *name, int64_t at_ms)
{
    char text[NB_RFC3339_BYTES];
    nb_date_rfc3339(at_ms, text);
    nb_buf_addf(out, "%s\t%s\t%lld", name, text, (long long)at_ms);
}

static void add_moment(struct nb_buf *out, const char *name, int64_t at_ms)
{
    add_time(out, name, at_ms);
    nb_buf_add_byte(out, '\n');
}

static void add_item(struct nb_buf *out, const struct story *story, const char *name,
                     const struct item *item)
{
    add_time(out, name, item->at_ms);
    nb_buf_addf(out, "\t%s\t%.*s\t%.*s\n", story->cast.sites[item->site].host,
                NB_ARG(item->author->handle), NB_ARG(item->url));
}

/* The topic file's words, found the plain way: what a perfect matcher would at least find. */
static bool speaks_of_turna(const struct item *item)
{
    static const char *const words[] = {"turna kargo", "turna gece", "turnakargo"};
    struct nb_buf lower;
    bool found = false;
    nb_buf_init(&lower, 65536);
    text_lower(item->title, &lower);
    nb_buf_add_byte(&lower, '\n');
    text_lower(item->body, &lower);
    for (size_t i = 0; !found && i < sizeof(words) / sizeof(words[0]); i++) {
        found = nb_slice_find(nb_buf_slice(&lower), nb_slice_str(words[i]), 0) != NB_NPOS;
    }
    nb_buf_fini(&lower);
    return found;
}

static void add_weeks(const struct story *story, struct nb_buf *out)
{
    size_t all[STORY_DAYS / 7] = {0}, turna[STORY_DAYS / 7] = {0}, edits = 0, deletes = 0;
    for (size_t i = 0; i < story->items_n; i++) {
        const struct item *item = &story->items[i];
        size_t week = (size_t)((item->at_ms - STORY_START_MS) / (7 * NB_DAY_MS));
        all[week]++;
        turna[week] += speaks_of_turna(item);
        edits += item->edit_ms < STORY_END_MS;
        deletes += item->delete_ms < STORY_END_MS;
    }
    for (size_t week = 0; week < STORY_DAYS / 7; week++) {
        nb_buf_addf(out, "week\t%zu\titems\t%zu\tturna\t%zu\n", week + 1, all[week], turna[week]);
    }
    nb_buf_addf(out, "items\t%zu\nedits\t%zu\ndeletes\t%zu\n", story->items_n, edits, deletes);
}

static void add_tagged(const struct story *story, struct nb_buf *out)
{
    static const char *const names[] = {
        [TAG_LAUNCH] = "launch",
        [TAG_CRISIS_FIRST] = "crisis_first",
        [TAG_CRISIS_LOUD] = "crisis_loud",
        [TAG_CRISIS_BRAND] = "crisis_brand",
        [TAG_CLAIM] = "claim",
        [TAG_COPY] = "claim_copy",
        [TAG_CORRECTION] = "correction",
        [TAG_LIFE] = "life_event",
        [TAG_FAKE] = "fake",
    };
    for (size_t i = 0; i < story->items_n; i++) {
        const struct item *item = &story->items[i];
        if (item->tag == TAG_LIFE) {
            /* the section's name carries the type: "life-marriage" */
            add_time(out, names[item->tag], item->at_ms);
            nb_buf_addf(out, "\t%s\t%.*s\t%.*s\t%s\n", story->cast.sites[item->site].host,
                        NB_ARG(item->author->handle), NB_ARG(item->url),
                        topic_infos[item->topic].name + strlen("life-"));
        } else if (item->tag != TAG_NONE) {
            add_item(out, story, names[item->tag], item);
        }
    }
}

static void add_people(const struct story *story, struct nb_buf *out)
{
    for (size_t i = 0; i < story->cast.people_n; i++) {
        const struct person *person = &story->cast.people[i];
        if (person->habits & (HABIT_TRUSTED | HABIT_LOUD)) {
            nb_buf_addf(out, "%s\t%.*s\n", person->habits & HABIT_LOUD ? "loud" : "trusted",
                        NB_ARG(person->handle));
        }
    }
    nb_buf_addf(out, "people\t%zu\n", story->cast.people_n);
}

static void add_feeds(const struct story *story, struct nb_buf *out)
{
    for (size_t f = 0; f < FEEDS_N; f++) {
        const struct feed *feed = &feeds[f];
        const char *host = story->cast.sites[feed->site].host;
        nb_buf_addf(out, "feed\thttp://%s%s\t%zu\t%s\n", host,
                    feed->moved_from ? feed->moved_from : feed->path, story->by_feed_n[f],
                    feed->kind);
        if (feed->moved_from) {
            add_time(out, "moved", STORY_MOVED_MS);
            nb_buf_addf(out, "\thttp://%s%s\thttp://%s%s\n", host, feed->moved_from, host,
                        feed->path);
        }
        if (feed->site == GONE_FEED_SITE) {
            add_time(out, "gone", STORY_GONE_MS);
            nb_buf_addf(out, "\thttp://%s%s\n", host, feed->path);
        }
    }
    for (size_t i = 0; i < story->social.accounts_n; i++) {
        nb_buf_addf(out, "feed\t");
        social_address(i, out);
        nb_buf_addf(out, "\t%zu\ttoot\n", social_posts_n(&story->social, i));
    }
    nb_buf_addf(out, "feeds\t%zu\n", FEEDS_N + story->social.accounts_n);
    add_time(out, "down_from", STORY_DOWN_FROM_MS);
    nb_buf_addf(out, "\t%s\n", story->cast.sites[DOWN_SITE].host);
    add_time(out, "down_to", STORY_DOWN_TO_MS);
    nb_buf_addf(out, "\t%s\n", story->cast.sites[DOWN_SITE].host);
}

void story_describe(const struct story *story, struct nb_buf *out)
{
    add_moment(out, "start", STORY_START_MS);
    add_moment(out, "end", STORY_END_MS);
    add_moment(out, "launch_at", STORY_LAUNCH_MS);
    add_moment(out, "crisis_at", STORY_CRISIS_MS);
    add_moment(out, "claim_at", STORY_CLAIM_MS);
    add_moment(out, "correction_at", STORY_CORRECTION_MS);
    add_moment(out, "fake_at", STORY_FAKE_MS);
    add_weeks(story, out);
    add_people(story, out);
    add_feeds(story, out);
    add_tagged(story, out);
}
