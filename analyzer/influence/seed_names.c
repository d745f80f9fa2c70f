#include <nabiz/seeds.h>

#include <string.h>

#include <nabiz/topic.h>

#include "analyzer/influence/entry_lines.h"
#include "analyzer/keys.h"

/* Leave the name in *line. @return whether a topic is behind it. */
static bool split_topic(struct nb_slice *line, struct nb_slice *topic)
{
    size_t tab = nb_slice_find_byte(*line, '\t', 0);
    *topic = NB_LIT("");
    if (tab == NB_NPOS) {
        return false;
    }
    *topic = nb_slice_trim(nb_slice_sub(*line, tab + 1, line->len));
    *line = nb_slice_trim(nb_slice_sub(*line, 0, tab));
    return true;
}

/* How many are seeds of just this topic; when it is empty, without a topic. */
static size_t count_of(const struct nb_seed_names *names, struct nb_slice topic)
{
    struct nb_slice line, of_topic;
    size_t n = 0;
    for (struct nb_slice rest = nb_slice(names->text, names->len);
         nb_slice_split(&rest, '\n', &line);) {
        (void)split_topic(&line, &of_topic);
        n += line.len > 0 && nb_slice_eq(topic, of_topic);
    }
    return n;
}

static void append(struct nb_slice part, struct nb_seed_names *out)
{
    memcpy(out->text + out->len, part.p, part.len);
    out->len += part.len;
}

/* @return what is wrong, or NULL. */
static const char *add(struct nb_slice name, struct nb_seed_names *out)
{
    struct nb_slice topic;
    bool has_topic = split_topic(&name, &topic);
    size_t slash = nb_slice_find_byte(name, '/', 0);
    size_t more = name.len + (slash == NB_NPOS) + has_topic + topic.len + 1;
    if (slash == 0) {
        return "a seed begins with its site";
    }
    if (has_topic && !nb_topic_name_valid(topic)) {
        return "behind the tab stands a topic's name: small letters, digits, - and _";
    }
    if (name.len >= NB_AUTHOR_ID_BYTES) {
        return "no author's name is as long";
    }
    if (count_of(out, topic) == NB_SEEDS_NAMED_MAX || more > sizeof(out->text) - out->len) {
        return "there are too many seeds";
    }
    append(name, out);
    append(slash == NB_NPOS ? NB_LIT("/") : NB_LIT(""), out);
    if (has_topic) {
        append(NB_LIT("\t"), out);
        append(topic, out);
    }
    append(NB_LIT("\n"), out);
    out->n++;
    return NULL;
}

bool nb_seeds_read(struct nb_slice text, struct nb_seed_names *out, nb_seeds_report_fn *report,
                   void *context)
{
    struct nb_slice name;
    uint32_t at = 0;
    bool good = true;
    *out = (struct nb_seed_names){.n = 0};
    for (struct nb_slice rest = text; nb_entry_line(&rest, &at, &name);) {
        const char *problem = add(name, out);
        if (problem) {
            report(context, at, problem);
            good = false;
        }
    }
    return good;
}

bool nb_seeds_next(struct nb_slice *rest, struct nb_slice topic, struct nb_slice *name)
{
    struct nb_slice of_topic;
    while (nb_slice_split(rest, '\n', name)) {
        bool has_topic = split_topic(name, &of_topic);
        if (name->len > 0 && (!has_topic || nb_slice_eq(topic, of_topic))) {
            return true;
        }
    }
    return false;
}
