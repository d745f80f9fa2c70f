#include "crawler/page/ldblock.h"

#include "crawler/page/counts.h"

enum { BLOCK_MAX = 1 << 20 };

const char *const nb_ld_inner[] = {"@graph", "mainEntity", "mainEntityOfPage", NULL};

/* Some write line breaks into strings, or leave a comma at the end: spaces are read instead. */
static char *mend(struct nb_slice text, struct nb_arena *arena)
{
    char *copy = nb_arena_strdup(arena, text);
    for (size_t i = 0; copy && i < text.len; i++) {
        unsigned char c = (unsigned char)copy[i];
        copy[i] = c < 0x20 ? ' ' : copy[i];
        if (c == ',') {
            size_t next = i + 1;
            while (next < text.len && nb_ascii_is_space(text.p[next])) {
                next++;
            }
            bool closes = next < text.len && (text.p[next] == '}' || text.p[next] == ']');
            copy[i] = closes ? ' ' : ',';
        }
    }
    return copy;
}

/* Without what is around the JSON: "<!--", "//<![CDATA[". */
static struct nb_slice json_in(struct nb_slice text)
{
    size_t begin = 0, end = text.len <= BLOCK_MAX ? text.len : 0;
    while (begin < end && text.p[begin] != '{' && text.p[begin] != '[') {
        begin++;
    }
    while (end > begin && text.p[end - 1] != '}' && text.p[end - 1] != ']') {
        end--;
    }
    return nb_slice_sub(text, begin, end);
}

/* Of scripts the tree has the text of JSON-LD only, see dom.c. */
enum nb_err nb_ld_each(const struct nb_dom *dom, struct nb_arena *arena, nb_ld_fn *fn,
                       void *context)
{
    for (uint32_t i = nb_dom_find(dom, 0, 0, NB_TAG_SCRIPT); i;
         i = nb_dom_find(dom, 0, i, NB_TAG_SCRIPT)) {
        if (i + 1 >= dom->nodes[i].end) {
            continue;
        }
        struct nb_slice json = json_in(dom->nodes[i + 1].text);
        char *copy = mend(json, arena);
        if (!copy) {
            return NB_ENOMEM;
        }
        json_t *root = json_loadb(copy, json.len, 0, NULL);
        if (root) {
            fn(context, root);
            json_decref(root);
        }
    }
    return NB_OK;
}

struct nb_slice nb_ld_string(const json_t *value)
{
    return json_is_string(value) ? nb_slice(json_string_value(value), json_string_length(value))
                                 : NB_LIT("");
}

const json_t *nb_ld_first(const json_t *value)
{
    return json_is_array(value) ? json_array_get(value, 0) : value;
}

int64_t nb_ld_count(const json_t *value)
{
    if (json_is_string(value)) {
        return nb_page_count(nb_ld_string(value));
    }
    return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
                                                                    : -1;
}

/* {"interactionType": "https://schema.org/ViewAction" or {"@type": ...}, "userInteractionCount"} */
static int64_t count_in(const json_t *one, const char *action)
{
    const json_t *type = json_object_get(one, "interactionType");
    struct nb_slice name =
        nb_ld_string(json_is_object(type) ? json_object_get(type, "@type") : type);
    return nb_slice_ends(name, nb_slice_str(action))
               ? nb_ld_count(json_object_get(one, "userInteractionCount"))
               : -1;
}

int64_t nb_ld_statistic(const json_t *object, const char *action)
{
    const json_t *statistics = json_object_get(object, "interactionStatistic");
    int64_t n = count_in(statistics, action);
    for (size_t i = 0; n < 0 && i < json_array_size(statistics); i++) {
        n = count_in(json_array_get(statistics, i), action);
    }
    return n;
}

int64_t nb_ld_followers(const json_t *author)
{
    const json_t *person = json_array_size(author) == 1 ? json_array_get(author, 0) : author;
    return nb_ld_statistic(person, "FollowAction");
}
