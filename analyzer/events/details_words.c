/*
 * next.txt and cities.txt: a head, a colon, and what it stands for.
 */
#include "analyzer/events/details.h"
#include "analyzer/events/pattern.h"
#include "analyzer/events/when_private.h"

enum { KIND_BYTES_MAX = 32, DISTANCE_MAX = 1000 };

const char *const nb_details_files[NB_DETAILS_FILES_N] = {"events/when.txt", "events/next.txt",
                                                          "events/cities.txt"};

void nb_details_init(struct nb_details *details, struct tr_lexicon *lexicon, struct nb_arena *arena)
{
    *details = (struct nb_details){.arena = arena};
    nb_when_init(&details->when, lexicon, arena);
    tr_terms_init(&details->asked, arena);
    tr_terms_init(&details->city_words, arena);
}

static const char *add_term(struct nb_details *d, struct tr_terms *terms, struct nb_slice phrase,
                            struct nb_arena *scratch, uint8_t kind, size_t payload)
{
    struct tr_term term = {.kind = kind, .payload = (uint32_t)payload, .pos = TR_TERM_ANY_POS};
    const char *problem = nb_when_phrase(d->when.lexicon, phrase, scratch, &term);
    if (problem) {
        return problem;
    }
    return tr_terms_add(terms, &term) == NB_OK ? NULL : nb_when_no_memory;
}

static bool read_distance(struct nb_slice text, int32_t *out)
{
    int64_t value;
    if (!nb_slice_to_i64(text, &value) || value < -DISTANCE_MAX || value > DISTANCE_MAX) {
        return false;
    }
    *out = (int32_t)value * 2;
    return true;
}

static bool is_kind(struct nb_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if ((name.p[i] < 'a' || name.p[i] > 'z') && name.p[i] != '_') {
            return false;
        }
    }
    return name.len && name.len <= KIND_BYTES_MAX;
}

/* "KIND FROM TO UNIT" */
static const char *read_expected(struct nb_details *d, struct nb_slice text,
                                 struct nb_event_next *next)
{
    struct nb_slice words[NB_WHEN_HEAD_MAX];
    size_t n = nb_when_split(text, words);
    int32_t unit;
    if (n != 4 || !is_kind(words[0]) || !read_distance(words[1], &next->from) ||
        !read_distance(words[2], &next->to) || next->to < next->from ||
        !nb_when_unit(words[3], &unit)) {
        return "expected KIND FROM TO UNIT behind the colon";
    }
    next->unit = (uint8_t)unit;
    next->kind = nb_arena_strdup(d->arena, words[0]);
    return next->kind ? NULL : nb_when_no_memory;
}

static const char *keep_next(struct nb_details *d, const struct nb_event_next *next)
{
    struct nb_event_next *all =
        nb_events_room(d->arena, d->next, d->next_n, &d->next_cap, sizeof(*all));
    if (!all) {
        return nb_when_no_memory;
    }
    d->next = all;
    d->next[d->next_n++] = *next;
    return NULL;
}

static const char *read_next(void *object, struct nb_slice line, uint32_t number,
                             struct nb_arena *scratch)
{
    struct nb_details *d = object;
    (void)number;
    struct nb_slice words[NB_WHEN_HEAD_MAX];
    size_t colon = nb_slice_find_byte(line, ':', 0);
    size_t n = nb_when_split(nb_slice_sub(line, 0, colon), words);
    enum nb_event_type type;
    struct nb_event_next next = {0};
    bool progress = n == 2 && nb_slice_eq(words[0], NB_LIT("progress")) && colon == NB_NPOS;
    bool after = n && nb_slice_eq(words[0], NB_LIT("next"));
    next.open = n && nb_slice_eq(words[0], NB_LIT("open"));
    next.with = n == 4 && after && nb_slice_eq(words[2], NB_LIT("with"));
    if (!progress && ((n != 2 && !next.with) || !(after || next.open) || colon == NB_NPOS)) {
        return "expected next TYPE [with WORD]: ..., open TYPE: ... or progress TYPE";
    }
    if (!nb_event_type_parse(words[1], &type)) {
        return "there is no life event of this type";
    }
    if (progress) {
        d->progress[type] = true;
        return NULL;
    }
    next.type = (uint8_t)type;
    const char *problem = read_expected(d, nb_slice_sub(line, colon + 1, line.len), &next);
    if (!problem && next.with) {
        problem = add_term(d, &d->asked, words[3], scratch, 0, d->next_n);
    }
    return problem ? problem : keep_next(d, &next);
}

static const char *keep_city(struct nb_details *d, struct nb_slice name, bool capital)
{
    struct nb_event_city *all =
        nb_events_room(d->arena, d->cities, d->cities_n, &d->cities_cap, sizeof(*all));
    if (!all) {
        return nb_when_no_memory;
    }
    d->cities = all;
    d->cities[d->cities_n].capital = capital;
    d->cities[d->cities_n].name = nb_arena_strdup(d->arena, name);
    return d->cities[d->cities_n++].name ? NULL : nb_when_no_memory;
}

static const char *read_city(void *object, struct nb_slice line, uint32_t number,
                             struct nb_arena *scratch)
{
    struct nb_details *d = object;
    (void)number;
    size_t colon = nb_slice_find_byte(line, ':', 0);
    struct nb_slice name = nb_slice_trim(nb_slice_sub(line, 0, colon)), word;
    struct nb_slice rest = nb_slice_sub(line, colon + 1, line.len);
    bool capital = nb_slice_ends(name, NB_LIT("!"));
    name = nb_slice_sub(name, 0, name.len - capital);
    if (colon == NB_NPOS || !name.len) {
        return "expected Name: word, word";
    }
    size_t terms_n = d->city_words.n;
    const char *problem = add_term(d, &d->city_words, name, scratch, NB_CITY_NAME, d->cities_n);
    while (!problem && nb_slice_trim(rest).len && nb_slice_split(&rest, ',', &word)) {
        problem = add_term(d, &d->city_words, nb_slice_trim(word), scratch, NB_CITY_DISTRICT,
                           d->cities_n);
    }
    if (problem) { /* as if it had not been there */
        d->city_words.n = terms_n;
        return problem;
    }
    return keep_city(d, name, capital);
}

enum nb_err nb_details_add(struct nb_details *details, enum nb_details_file file,
                           struct nb_slice text, struct nb_arena *scratch, tr_report_fn *report,
                           void *context)
{
    if (file == NB_DETAILS_WHEN) {
        return nb_when_add(&details->when, text, scratch, report, context);
    }
    nb_when_line_fn *read = file == NB_DETAILS_NEXT ? read_next : read_city;
    return nb_when_lines(text, read, details, scratch, report, context);
}

enum nb_err nb_details_seal(struct nb_details *details)
{
    size_t keys_n = tr_lexicon_keys_n(details->when.lexicon);
    enum nb_err err = nb_when_seal(&details->when);
    if (err == NB_OK) {
        err = tr_terms_seal(&details->asked, keys_n);
    }
    return err == NB_OK ? tr_terms_seal(&details->city_words, keys_n) : err;
}
