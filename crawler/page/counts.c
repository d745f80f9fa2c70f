#include "crawler/page/counts.h"

#include "crawler/page/ldblock.h"

enum { GROUP_DIGITS = 3, DIGITS_MAX = 12 };

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

static void take(int64_t *count, int64_t found)
{
    *count = *count < 0 ? found : *count;
}

static bool is_thread(const json_t *object)
{
    struct nb_slice name = nb_ld_string(nb_ld_first(json_object_get(object, "@type")));
    return nb_slice_eq(name, NB_LIT("DiscussionForumPosting")) ||
           nb_slice_eq(name, NB_LIT("Question"));
}

static void take_thread(const json_t *object, struct nb_page_counts *out)
{
    take(&out->replies, nb_ld_count(json_object_get(object, "commentCount")));
    take(&out->replies, nb_ld_count(json_object_get(object, "answerCount")));
    take(&out->replies, nb_ld_statistic(object, "CommentAction"));
    take(&out->replies, nb_ld_statistic(object, "ReplyAction"));
    take(&out->views, nb_ld_statistic(object, "ViewAction"));
}

static void find(const json_t *value, int depth, struct nb_page_counts *out)
{
    if (depth >= NB_LD_DEPTH_MAX) {
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        find(json_array_get(value, i), depth + 1, out);
    }
    if (json_is_object(value) && is_thread(value)) {
        take_thread(value, out);
        return;
    }
    for (size_t i = 0; nb_ld_inner[i] && json_is_object(value); i++) {
        find(json_object_get(value, nb_ld_inner[i]), depth + 1, out);
    }
}

static void find_in(void *context, const json_t *root)
{
    find(root, 0, context);
}

enum nb_err nb_page_ldcounts(const struct nb_dom *dom, struct nb_arena *arena,
                             struct nb_page_counts *out)
{
    struct nb_page_counts counts = {-1, -1};
    enum nb_err err = nb_ld_each(dom, arena, find_in, &counts);
    if (err == NB_OK) {
        *out = counts;
    }
    return err;
}
