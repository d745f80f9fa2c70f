#include "crawler/page/counts.h"

#include <jansson.h>

#include "crawler/page/ldjson.h"

enum { DEPTH_MAX = 12, GROUP_DIGITS = 3, DIGITS_MAX = 12 };

/* ---- counts as people write them ---- */

static bool is_digit_at(struct nb_slice text, size_t at)
{
    return at < text.len && nb_ascii_is_digit(text.p[at]);
}

/* A mark between groups of three digits, or before a fraction. */
static bool is_mark_at(struct nb_slice text, size_t at)
{
    return at < text.len && (text.p[at] == '.' || text.p[at] == ',' || text.p[at] == ' ') &&
           is_digit_at(text, at + 1);
}

static size_t digits_at(struct nb_slice text, size_t at)
{
    size_t n = 0;
    while (is_digit_at(text, at + n)) {
        n++;
    }
    return n;
}

static int64_t factor_at(struct nb_slice text, size_t at)
{
    at += at + 1 < text.len && text.p[at] == ' ';
    char c = at < text.len ? nb_ascii_lower(text.p[at]) : ' ';
    bool ends = at + 1 >= text.len ||
                (!nb_ascii_is_alpha(text.p[at + 1]) && (unsigned char)text.p[at + 1] < 0x80);
    return !ends ? 1 : c == 'k' ? 1000 : c == 'm' ? 1000000 : 1;
}

int64_t nb_page_count(struct nb_slice text)
{
    size_t at = 0, digits = 0;
    int64_t n = 0, tenths = 0;
    while (at < text.len && !is_digit_at(text, at)) {
        at++;
    }
    for (; is_digit_at(text, at) && digits < DIGITS_MAX; at++, digits++) {
        n = n * 10 + (text.p[at] - '0');
        if (is_mark_at(text, at + 1) && digits_at(text, at + 2) == GROUP_DIGITS) {
            at++;
        }
    }
    if (!digits || is_digit_at(text, at)) {
        return -1;
    }
    if (is_mark_at(text, at) && text.p[at] != ' ') {
        tenths = text.p[at + 1] - '0';
        at += 1 + digits_at(text, at + 1);
    }
    int64_t factor = factor_at(text, at);
    return n * factor + (factor > 1 ? tenths * factor / 10 : 0);
}

/* ---- JSON-LD ---- */

static struct nb_slice string_of(const json_t *value)
{
    return json_is_string(value) ? nb_slice(json_string_value(value), json_string_length(value))
                                 : NB_LIT("");
}

static int64_t count_of(const json_t *value)
{
    if (json_is_string(value)) {
        return nb_page_count(string_of(value));
    }
    return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
                                                                    : -1;
}

static void take(int64_t *count, int64_t found)
{
    *count = *count < 0 ? found : *count;
}

/* {"interactionType": "https://schema.org/ViewAction" or {"@type": ...}, "userInteractionCount"} */
static void take_statistic(const json_t *one, struct nb_page_counts *out)
{
    const json_t *type = json_object_get(one, "interactionType");
    struct nb_slice name = string_of(json_is_object(type) ? json_object_get(type, "@type") : type);
    int64_t n = count_of(json_object_get(one, "userInteractionCount"));
    if (nb_slice_ends(name, NB_LIT("ViewAction"))) {
        take(&out->views, n);
    } else if (nb_slice_ends(name, NB_LIT("CommentAction")) ||
               nb_slice_ends(name, NB_LIT("ReplyAction"))) {
        take(&out->replies, n);
    }
}

static bool is_thread(const json_t *object)
{
    const json_t *type = json_object_get(object, "@type");
    struct nb_slice name = string_of(json_is_array(type) ? json_array_get(type, 0) : type);
    return nb_slice_eq(name, NB_LIT("DiscussionForumPosting")) ||
           nb_slice_eq(name, NB_LIT("Question"));
}

static void take_thread(const json_t *object, struct nb_page_counts *out)
{
    const json_t *statistics = json_object_get(object, "interactionStatistic");
    take(&out->replies, count_of(json_object_get(object, "commentCount")));
    take(&out->replies, count_of(json_object_get(object, "answerCount")));
    take_statistic(statistics, out);
    for (size_t i = 0; i < json_array_size(statistics); i++) {
        take_statistic(json_array_get(statistics, i), out);
    }
}

static void find(const json_t *value, int depth, struct nb_page_counts *out)
{
    static const char *const inner[] = {"@graph", "mainEntity", "mainEntityOfPage", NULL};
    if (depth >= DEPTH_MAX) {
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        find(json_array_get(value, i), depth + 1, out);
    }
    if (json_is_object(value) && is_thread(value)) {
        take_thread(value, out);
        return;
    }
    for (size_t i = 0; inner[i] && json_is_object(value); i++) {
        find(json_object_get(value, inner[i]), depth + 1, out);
    }
}

enum nb_err nb_page_ldcounts(const struct nb_dom *dom, struct nb_arena *arena,
                             struct nb_page_counts *out)
{
    struct nb_page_counts counts = {-1, -1};
    for (uint32_t i = nb_dom_find(dom, 0, 0, NB_TAG_SCRIPT); i;
         i = nb_dom_find(dom, 0, i, NB_TAG_SCRIPT)) {
        size_t len = 0;
        if (i + 1 >= dom->nodes[i].end) {
            continue;
        }
        char *json = nb_page_ldjson_mend(dom->nodes[i + 1].text, arena, &len);
        if (!json) {
            return NB_ENOMEM;
        }
        json_t *root = json_loadb(json, len, 0, NULL);
        find(root, 0, &counts);
        json_decref(root);
    }
    *out = counts;
    return NB_OK;
}
