#include "service/deliver/recipients_impl.h"

#include <nabiz/config.h>

/* Parts of a text at spaces and commas. @return how many; `most` + 1 when there are more. */
static size_t split_words(struct nb_slice text, struct nb_slice *out, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        while (i < text.len && text.p[i] != ' ' && text.p[i] != ',' && text.p[i] != '\t') {
            i++;
        }
        if (i > from) {
            if (n == most) {
                return most + 1;
            }
            out[n++] = nb_slice_sub(text, from, i);
        }
        i += i == from;
    }
    return n;
}

static const char *take_topics(struct nb_recipient *r, struct nb_slice value,
                               struct nb_arena *arena)
{
    struct nb_slice words[NB_RECIPIENT_TOPICS];
    size_t n = split_words(value, words, NB_RECIPIENT_TOPICS);
    const char **topics = nb_arena_alloc(arena, (NB_RECIPIENT_TOPICS + 1) * sizeof(*topics));
    if (n > NB_RECIPIENT_TOPICS || !topics) {
        return "there are too many topics; leave topics out for all of them";
    }
    for (size_t i = 0; i < n; i++) {
        topics[i] = nb_arena_strdup(arena, words[i]);
        if (!topics[i]) {
            return "out of memory";
        }
    }
    r->topics = topics;
    r->topics_n = n;
    return NULL;
}

static const char *take_sends(struct nb_recipient *r, struct nb_slice value)
{
    static const char *const names[] = {"opened", "escalated", "calmed", "closed"};
    struct nb_slice words[8];
    size_t n = split_words(value, words, 8);
    r->sends = 0;
    for (size_t i = 0; i < n && i < 8; i++) {
        size_t k = 0;
        while (k < 4 && !nb_slice_eq(words[i], nb_slice_str(names[k]))) {
            k++;
        }
        if (k == 4) {
            return "changes are some of: opened escalated calmed closed";
        }
        r->sends |= 1u << k;
    }
    return r->sends ? NULL : "changes are some of: opened escalated calmed closed";
}

static bool read_minute(struct nb_slice text, int32_t *out)
{
    int64_t hour;
    int64_t minute;
    text = nb_slice_trim(text);
    if (text.len != 5 || text.p[2] != ':' || !nb_slice_to_i64(nb_slice_sub(text, 0, 2), &hour) ||
        !nb_slice_to_i64(nb_slice_sub(text, 3, 5), &minute) || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59) {
        return false;
    }
    *out = (int32_t)(hour * 60 + minute);
    return true;
}

static const char *take_quiet(struct nb_recipient *r, struct nb_slice value)
{
    size_t dash = nb_slice_find_byte(value, '-', 0);
    if (dash == NB_NPOS || !read_minute(nb_slice_sub(value, 0, dash), &r->quiet_from_min) ||
        !read_minute(nb_slice_sub(value, dash + 1, value.len), &r->quiet_to_min)) {
        r->quiet_from_min = r->quiet_to_min = -1;
        return "quiet hours are written 23:00-07:00";
    }
    return NULL;
}

static const char *take_number(struct nb_slice value, enum nb_config_unit unit, int64_t min,
                               int64_t max, int64_t *out)
{
    const char *wrong = nb_config_number_parse(value, unit, out);
    return wrong ? wrong : *out < min || *out > max ? "the number is out of range" : NULL;
}

static const char *take_switch(struct nb_slice value, bool *out)
{
    *out = nb_slice_eq(value, NB_LIT("on"));
    return *out || nb_slice_eq(value, NB_LIT("off")) ? NULL : "must be on or off";
}

static const char *take_language(struct nb_recipient *r, struct nb_slice value)
{
    r->language = nb_slice_eq(value, NB_LIT("en")) ? "en" : "tr";
    return nb_slice_eq(value, nb_slice_str(r->language)) ? NULL : "must be tr or en";
}

const char *nb_recipient_set(struct nb_recipient *r, struct nb_slice key, struct nb_slice value,
                             struct nb_arena *arena, bool *is_known)
{
    int64_t number = 0;
    const char *wrong;
    if (nb_slice_eq(key, NB_LIT("topics"))) {
        return take_topics(r, value, arena);
    }
    if (nb_slice_eq(key, NB_LIT("changes"))) {
        return take_sends(r, value);
    }
    if (nb_slice_eq(key, NB_LIT("quiet"))) {
        return take_quiet(r, value);
    }
    if (nb_slice_eq(key, NB_LIT("alerts"))) {
        return take_switch(value, &r->has_alerts);
    }
    if (nb_slice_eq(key, NB_LIT("private"))) {
        return take_switch(value, &r->is_private);
    }
    if (nb_slice_eq(key, NB_LIT("language"))) {
        return take_language(r, value);
    }
    if (nb_slice_eq(key, NB_LIT("cooldown"))) {
        return take_number(value, NB_UNIT_S, 0, 30 * 86400, &r->cooldown_s);
    }
    if (nb_slice_eq(key, NB_LIT("min_severity"))) {
        wrong = take_number(value, NB_UNIT_NONE, 1, NB_SEVERITY_MAX, &number);
        r->min_severity = (uint32_t)number;
        return wrong;
    }
    if (nb_slice_eq(key, NB_LIT("quiet_severity"))) {
        wrong = take_number(value, NB_UNIT_NONE, 1, NB_SEVERITY_MAX, &number);
        r->quiet_severity = (uint32_t)number;
        return wrong;
    }
    if (nb_slice_eq(key, NB_LIT("budget"))) {
        wrong = take_number(value, NB_UNIT_NONE, 0, 1000, &number);
        r->budget_milli = number * 1000;
        return wrong;
    }
    *is_known = false;
    return NULL;
}
