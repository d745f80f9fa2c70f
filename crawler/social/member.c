#include "crawler/social/social.h"

struct nb_slice nb_member_string(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? nb_slice(json_string_value(value), json_string_length(value))
                                 : (struct nb_slice){NULL, 0};
}

int64_t nb_member_number(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(object, key);
    int64_t number = -1;
    if (json_is_integer(value)) {
        number = (int64_t)json_integer_value(value);
    } else if (!nb_slice_to_i64(nb_member_string(object, key), &number)) {
        number = -1;
    }
    return number >= 0 ? number : fallback;
}

bool nb_member_is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

struct nb_slice nb_member_line(struct nb_feed_reader *reader, const json_t *object, const char *key)
{
    return nb_feed_word(reader, nb_member_string(object, key));
}

struct nb_slice nb_member_html_line(struct nb_feed_reader *reader, const json_t *object,
                                    const char *key)
{
    reader->form = NB_FEED_HTML;
    return nb_feed_line(reader, nb_member_string(object, key));
}

struct nb_slice nb_member_url(struct nb_feed_reader *reader, const json_t *object, const char *key)
{
    return nb_feed_url(reader, nb_member_string(object, key));
}

/* "2026-11-22T07:00:00" has no zone: no 'Z' at the end, no sign behind the 'T'. */
static bool has_zone(struct nb_slice text)
{
    size_t t = nb_slice_find_byte(text, 'T', 0);
    return t == NB_NPOS || nb_slice_find_byte(text, 'Z', t) != NB_NPOS ||
           nb_slice_find_byte(text, '+', t) != NB_NPOS ||
           nb_slice_find_byte(text, '-', t) != NB_NPOS;
}

int64_t nb_member_utc(struct nb_feed_reader *reader, const json_t *object, const char *key)
{
    enum { DATE_MAX_BYTES = 64 };
    struct nb_slice text = nb_slice_trim(nb_member_string(object, key));
    if (text.len == 0 || text.len > DATE_MAX_BYTES || nb_slice_starts(text, NB_LIT("0000-"))) {
        return -1;
    }
    if (!has_zone(text)) {
        char *zoned = nb_arena_printf(reader->arena, "%.*sZ", NB_ARG(text));
        text = zoned ? nb_slice_str(zoned) : text;
    }
    return nb_feed_date(reader, text);
}

struct nb_feed_post *nb_social_open(struct nb_feed_reader *reader)
{
    struct nb_feed_post *post = nb_arena_alloc(reader->arena, sizeof(*post));
    if (!post) {
        reader->err = NB_ENOMEM;
        return NULL;
    }
    *post = (struct nb_feed_post){.likes_n = -1, .shares_n = -1, .views_n = -1, .followers_n = -1};
    nb_feed_entry_open(reader);
    reader->draft.entry.post = post;
    return post;
}
