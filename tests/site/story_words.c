/*
 * A text is some of its topic's sentences in a random order, with an opening and a closing as
 * people use them, a link where one is due, and then the author's habits. Topics that are `whole`
 * tell all their sentences in order: announcements, the claim, life events.
 */
#include "tests/site/story_write.h"

#include <stdio.h>

#define BODY_MAX 16384
#define LINES_MAX 64
#define QUOTE_MAX 160

static struct nb_slice keep(struct writer *writer, struct nb_slice s)
{
    return nb_arena_copy(writer->arena, s);
}

static const struct text_section *section_of(struct writer *writer, const char *topic,
                                             const char *part)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s.%s", topic, part);
    const struct text_section *section = text_section(writer->text, name);
    if (!section || section->lines_n == 0) {
        (void)nb_error_set(writer->error, NB_ESYNTAX, "story texts have no [%s]", name);
        return NULL;
    }
    return section;
}

static enum nb_err say_one_of(struct writer *writer, struct text_voice *voice, const char *topic,
                              const char *part, struct nb_buf *out)
{
    const struct text_section *section = section_of(writer, topic, part);
    if (!section) {
        return NB_ESYNTAX;
    }
    uint32_t at = rng_below(voice->rng, (uint32_t)section->lines_n);
    return text_say(voice, section->lines[at], out, writer->error);
}

static size_t wanted_lines(const struct item *item, struct rng *rng)
{
    if (item->tag == TAG_FAKE) {
        return 1;
    }
    switch (item->kind) {
    case ITEM_ARTICLE:
        return 5 + rng_below(rng, 5);
    case ITEM_REVIEW:
        return 3 + rng_below(rng, 3);
    case ITEM_ENTRY:
        return 1 + rng_below(rng, 3);
    case ITEM_POST:
        return item->thread == item ? 2 + rng_below(rng, 3) : 1 + rng_below(rng, 3);
    case ITEM_COMMENT:
        break;
    }
    return 1 + rng_below(rng, 2);
}

/* The first n of a shuffle (Fisher-Yates), or all in order. */
static size_t pick_lines(struct rng *rng, size_t lines_n, size_t want, bool whole,
                         size_t order[LINES_MAX])
{
    size_t n = lines_n < LINES_MAX ? lines_n : LINES_MAX;
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
    }
    if (whole) {
        return n;
    }
    for (size_t i = 0; i < n && i < want; i++) {
        size_t j = i + rng_below(rng, (uint32_t)(n - i));
        size_t swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    return want < n ? want : n;
}

static enum nb_err say_lines(struct writer *writer, struct text_voice *voice,
                             const struct item *item, struct nb_buf *out)
{
    const struct topic_info *info = &topic_infos[item->topic];
    const struct text_section *section = section_of(writer, info->name, "line");
    size_t order[LINES_MAX];
    if (!section) {
        return NB_ESYNTAX;
    }
    size_t want = wanted_lines(item, voice->rng);
    size_t n = pick_lines(voice->rng, section->lines_n, want, info->whole, order);
    size_t per_paragraph = item->kind == ITEM_ARTICLE ? 2 + rng_below(voice->rng, 2) : 4;
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            nb_buf_add_str(out, i % per_paragraph == 0 ? "\n\n" : " ");
        }
        enum nb_err err = text_say(voice, section->lines[order[i]], out, writer->error);
        if (err) {
            return err;
        }
    }
    return NB_OK;
}

/* Plain talk has "Arkadaşlar," before it and "Bilginize." after it, now and then. */
static enum nb_err say_around(struct writer *writer, struct text_voice *voice,
                              const struct item *item, const char *part, uint32_t milli,
                              struct nb_buf *out)
{
    bool talks = item->kind == ITEM_POST || item->kind == ITEM_COMMENT;
    bool answers = item->parent && item->kind != ITEM_ARTICLE;
    if (item->tag != TAG_NONE || !talks || !rng_chance(voice->rng, milli)) {
        return NB_OK;
    }
    bool opens = strcmp(part, "open") == 0;
    if (!opens) {
        nb_buf_add_byte(out, ' ');
    }
    enum nb_err err = say_one_of(writer, voice, answers ? "answer" : "talk", part, out);
    if (opens) {
        nb_buf_add_byte(out, ' ');
    }
    return err;
}

/* The words of what is answered, without its own quotes and addresses, cut at a word. */
static void add_quote(const struct item *parent, struct nb_buf *out)
{
    struct nb_slice text = parent->body;
    size_t at = nb_slice_starts(text, NB_LIT("> ")) ? nb_slice_find(text, NB_LIT("\n\n"), 0) : 0;
    text = nb_slice_sub(text, at == NB_NPOS ? 0 : at, text.len);
    text = nb_slice_trim(text);
    size_t end = nb_slice_find_byte(text, '\n', 0);
    size_t link = nb_slice_find_byte(text, '[', 0);
    end = end < text.len ? end : text.len;
    end = link < end ? link : end;
    if (end > QUOTE_MAX) {
        end = QUOTE_MAX;
        while (end > 0 && text.p[end] != ' ') {
            end--;
        }
    }
    nb_buf_add_str(out, "> ");
    nb_buf_add(out, nb_slice_trim(nb_slice_sub(text, 0, end)));
    nb_buf_add_str(out, "\n\n");
}

/* Who is fond of emoji picks one that fits. */
static const char *emoji_for(const struct item *item, struct rng *rng)
{
    static const char *const cheerful[] = {" 🙂", " 😊", " ❤️", " 🎉"};
    static const char *const upset[] = {" 😡", " 😢", " 😔", " 🙏"};
    static const char *const plain[] = {" 📦", " 🙏", " 🙂", " 🤔"};
    uint32_t at = rng_below(rng, 4);
    switch (item->topic) {
    case TOPIC_PRAISE:
    case TOPIC_RIVAL_PRAISE:
    case TOPIC_LAUNCH_PRAISE:
    case TOPIC_COMMENT_HOME:
        return cheerful[at];
    case TOPIC_COMPLAINT:
    case TOPIC_RIVAL_COMPLAINT:
    case TOPIC_LAUNCH_COMPLAINT:
    case TOPIC_CRISIS_ANGER:
    case TOPIC_CLAIM_TALK:
    case TOPIC_GRIPE:
        return upset[at];
    default:
        return item->tag == TAG_LIFE ? cheerful[at] : plain[at];
    }
}

static void apply_habits(const struct item *item, struct rng *rng, struct nb_slice in,
                         struct nb_buf *out)
{
    const struct person *author = item->author;
    struct nb_buf step;
    nb_buf_init(&step, BODY_MAX);
    if (author->habits & HABIT_LOWER) {
        text_lower(in, &step);
        in = nb_buf_slice(&step);
    }
    if (author->habits & HABIT_ASCII) {
        text_ascii(in, out);
    } else {
        nb_buf_add(out, in);
    }
    if (author->habits & HABIT_BANG && out->len > 0 && out->p[out->len - 1] == '.') {
        out->len--;
        nb_buf_add_str(out, "!!!");
    }
    if (author->habits & HABIT_EMOJI && rng_chance(rng, 400)) {
        nb_buf_add_str(out, emoji_for(item, rng));
    }
    nb_buf_fini(&step);
}

static enum nb_err say_link(struct writer *writer, struct text_voice *voice,
                            const struct item *item, struct nb_buf *out)
{
    const struct item *source = write_source_of(writer, item);
    if (!source) {
        return NB_OK;
    }
    char *link =
        nb_arena_printf(writer->arena, "[%.*s](%.*s)", NB_ARG(source->title), NB_ARG(source->url));
    if (!link) {
        return nb_error_set(writer->error, NB_ENOMEM, "story");
    }
    const struct text_var vars[] = {
        {NB_LIT("link"), nb_slice_str(link)},
        {NB_LIT("site"), writer->cast->sites[source->site].title},
        {NB_LIT("host"), nb_slice_str(writer->cast->sites[source->site].host)},
    };
    struct text_voice linking = {
        .text = writer->text, .rng = voice->rng, .vars = vars, .vars_n = 3};
    nb_buf_add_str(out, item->kind == ITEM_ARTICLE ? "\n\n" : " ");
    return say_one_of(writer, &linking, "link", item->kind == ITEM_ARTICLE ? "article" : "talk",
                      out);
}

static enum nb_err say_body(struct writer *writer, struct text_voice *voice, struct item *item,
                            struct nb_buf *out)
{
    struct nb_buf plain;
    nb_buf_init(&plain, BODY_MAX);
    enum nb_err err = say_around(writer, voice, item, "open", item->parent ? 450 : 300, &plain);
    if (!err) {
        err = say_lines(writer, voice, item, &plain);
    }
    if (!err) {
        err = say_around(writer, voice, item, "close", 180, &plain);
    }
    if (!err) {
        if (item->quotes) {
            add_quote(item->parent, out);
        }
        apply_habits(item, voice->rng, nb_buf_slice(&plain), out);
        err = say_link(writer, voice, item, out);
    }
    nb_buf_fini(&plain);
    return err;
}

static enum nb_err say_title(struct writer *writer, struct text_voice *voice, struct item *item,
                             struct nb_buf *out)
{
    if (item->kind == ITEM_ENTRY) {
        return NB_OK; /* the heading stands already */
    }
    if (item->thread != item) {
        item->title = item->thread->title;
        return NB_OK;
    }
    enum nb_err err = say_one_of(writer, voice, topic_infos[item->topic].name, "title", out);
    item->title = keep(writer, nb_buf_slice(out));
    nb_buf_reset(out);
    return err;
}

enum nb_err write_bound(struct writer *writer, const struct text_voice *voice, struct item *item)
{
    struct text_var *bound = nb_arena_calloc(writer->arena, voice->bound_n + 1, sizeof(*bound));
    if (!bound) {
        return nb_error_set(writer->error, NB_ENOMEM, "story");
    }
    memcpy(bound, voice->bound, voice->bound_n * sizeof(*bound));
    item->bound = bound;
    item->bound_n = voice->bound_n;
    return NB_OK;
}

/* Who answers small talk speaks of the same team, device, dish; on brands each has a case. */
static void inherit_rows(const struct item *item, struct text_voice *voice)
{
    const struct item *from = item->kind == ITEM_ENTRY ? item : item->thread;
    bool small_talk = item->kind == ITEM_ENTRY || topic_infos[item->topic].family == FAM_OTHER;
    if (!small_talk || from->bound_n == 0) {
        return;
    }
    memcpy(voice->bound, from->bound, from->bound_n * sizeof(*from->bound));
    voice->bound_n = from->bound_n;
}

enum nb_err write_words(struct writer *writer, struct item *item)
{
    struct nb_buf out;
    const struct text_var vars[] = {
        {NB_LIT("who"), item->parent ? item->parent->author->handle : NB_LIT("herkes")},
        {NB_LIT("me"), item->author->name},
    };
    struct text_voice voice = {
        .text = writer->text,
        .rng = &writer->rng,
        .vars = vars,
        .vars_n = 2,
        /* copies are near-verbatim: almost always the words of the first */
        .first_milli = item->tag == TAG_CLAIM  ? 1000
                       : item->tag == TAG_COPY ? 880
                                               : 0,
    };
    nb_buf_init(&out, BODY_MAX);
    inherit_rows(item, &voice);
    enum nb_err err = say_title(writer, &voice, item, &out);
    if (!err) {
        err = say_body(writer, &voice, item, &out);
    }
    item->body = keep(writer, nb_buf_slice(&out));
    if (!err) {
        err = write_bound(writer, &voice, item);
    }
    if (!err && item->edit_ms != STORY_NEVER_MS) {
        nb_buf_add_str(&out, "\n\n");
        err =
            say_one_of(writer, &voice, item->tag == TAG_CLAIM ? "claim" : "article", "edit", &out);
        item->edited = keep(writer, nb_buf_slice(&out));
    }
    if (!err && (out.err || nb_arena_failed(writer->arena))) {
        err = nb_error_set(writer->error, NB_ENOMEM, "story");
    }
    nb_buf_fini(&out);
    return err;
}

static bool is_worth_linking(const struct item *item, const struct item *earlier)
{
    enum family family = topic_infos[item->topic].family;
    if (earlier->kind != ITEM_ARTICLE || earlier->at_ms + 4 * NB_MINUTE_MS > item->at_ms ||
        earlier->site == item->site || earlier->delete_ms <= item->at_ms ||
        topic_infos[earlier->topic].family != family) {
        return false;
    }
    switch (family) {
    case FAM_CRISIS:
    case FAM_CLAIM:
    case FAM_CORRECTION:
    case FAM_LAUNCH:
        return earlier->tag != TAG_NONE || earlier->author->habits & HABIT_TRUSTED;
    case FAM_OTHER:
        return (item->topic == earlier->topic && earlier->author->habits & HABIT_TRUSTED) ||
               (item->topic == TOPIC_DEALS && earlier->topic == TOPIC_DEALS);
    case FAM_TURNA:
    case FAM_RIVAL:
        break;
    }
    return (earlier->author->habits & HABIT_TRUSTED) != 0;
}

/* How often a text on this topic has a link. */
static uint32_t link_milli(const struct item *item)
{
    if (topic_infos[item->topic].whole) {
        return item->tag == TAG_COPY && item->site != SITE_RING1 ? 350 : 0;
    }
    bool article = item->kind == ITEM_ARTICLE;
    switch (topic_infos[item->topic].family) {
    case FAM_CRISIS:
        return article ? 600 : 330;
    case FAM_CLAIM:
    case FAM_CORRECTION:
    case FAM_LAUNCH:
        return article ? 600 : 250;
    case FAM_TURNA:
    case FAM_RIVAL:
        return 120;
    case FAM_OTHER:
        break;
    }
    return item->topic == TOPIC_DEALS ? 600 : article ? 200 : 30;
}

const struct item *write_source_of(struct writer *writer, const struct item *item)
{
    const struct item *picked = NULL;
    uint32_t total = 0;
    if (!rng_chance(&writer->rng, link_milli(item))) {
        return NULL;
    }
    for (size_t i = writer->items_n; i-- > 0;) {
        const struct item *earlier = &writer->items[i];
        if (item->at_ms - earlier->at_ms > 6 * NB_DAY_MS) {
            break;
        }
        if (!is_worth_linking(item, earlier)) {
            continue;
        }
        /* loud headlines travel, and so does the first word on something new */
        uint32_t weight = earlier->tag == TAG_CRISIS_LOUD ? 9 : earlier->tag != TAG_NONE ? 4 : 1;
        total += weight;
        if (rng_below(&writer->rng, total) < weight) {
            picked = earlier;
        }
    }
    return picked;
}
