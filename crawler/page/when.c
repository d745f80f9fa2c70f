#include "crawler/page/when.h"

enum { SHORT_BYTES = 80 };

/* a/b/c, a-b-c at the place of a text. */
struct numeric {
    struct nb_slice a, b;
    size_t end; /* behind b */
};

static struct nb_slice digits_at(struct nb_slice text, size_t at)
{
    size_t end = at;
    while (end < text.len && nb_ascii_is_digit(text.p[end])) {
        end++;
    }
    return nb_slice_sub(text, at, end);
}

static bool is_numeric(struct nb_slice text, size_t at, struct numeric *out)
{
    if (at > 0 && (nb_ascii_is_digit(text.p[at - 1]) || text.p[at - 1] == '-' ||
                   text.p[at - 1] == '/' || text.p[at - 1] == '.')) {
        return false;
    }
    out->a = digits_at(text, at);
    size_t mark = at + out->a.len;
    if (!out->a.len || out->a.len > 2 || mark >= text.len ||
        (text.p[mark] != '/' && text.p[mark] != '-')) {
        return false;
    }
    out->b = digits_at(text, mark + 1);
    out->end = mark + 1 + out->b.len;
    if (!out->b.len || out->b.len > 2 || out->end >= text.len || text.p[out->end] != text.p[mark]) {
        return false;
    }
    struct nb_slice year = digits_at(text, out->end + 1);
    return year.len == 2 || year.len == 4;
}

static int value_of(struct nb_slice digits)
{
    int64_t value = 0;
    return nb_slice_to_i64(digits, &value) ? (int)value : 0;
}

bool nb_page_month_first(const struct nb_dom *dom)
{
    bool found = false;
    for (uint32_t i = 1; i < dom->n; i++) {
        struct nb_slice text = dom->nodes[i].text;
        if (dom->nodes[i].tag != NB_TAG_TEXT || text.len < 6 || text.len > SHORT_BYTES) {
            continue;
        }
        for (size_t at = 0; at < text.len; at++) {
            struct numeric date;
            if (!nb_ascii_is_digit(text.p[at]) || !is_numeric(text, at, &date)) {
                continue;
            }
            if (value_of(date.a) > 12) {
                return false;
            }
            found = found || value_of(date.b) > 12;
        }
    }
    return found;
}

/* A copy without numbers of posts, and with the day before the month. */
static struct nb_slice tidy(struct nb_slice text, bool month_first, char *out)
{
    size_t n = 0, at = 0;
    while (at < text.len) {
        struct numeric date;
        if (text.p[at] == '#') {
            at += 1 + digits_at(text, at + 1).len;
        } else if (month_first && is_numeric(text, at, &date) && value_of(date.a) <= 12) {
            for (size_t i = 0; i < date.b.len; i++) {
                out[n++] = date.b.p[i];
            }
            out[n++] = text.p[at + date.a.len];
            for (size_t i = 0; i < date.a.len; i++) {
                out[n++] = date.a.p[i];
            }
            at = date.end;
        } else {
            out[n++] = text.p[at++];
        }
    }
    return nb_slice_trim(nb_slice(out, n));
}

int64_t nb_page_when(struct nb_slice text, const struct nb_date_context *dates, bool month_first)
{
    char copy[NB_PAGE_WHEN_BYTES];
    int64_t at_ms;
    text = nb_slice_trim(text);
    if (!text.len || text.len > NB_PAGE_WHEN_BYTES) {
        return -1;
    }
    return nb_date_parse(tidy(text, month_first, copy), dates, &at_ms) == NB_OK ? at_ms : -1;
}
