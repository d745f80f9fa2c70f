/*
 * From hits of rules to events: contexts and blocks are only looked for in a text that has a hit,
 * which few have.
 */
#include "analyzer/events/rules.h"

#include <string.h>

enum { HITS_MAX = 4096 };

static const char *const type_names[] = {
#define X(id, name) name,
    NB_EVENT_TYPES(X)
#undef X
};
static const char *const stage_names[] = {"wished", "planned", "ongoing", "happened", "negated"};
static const char *const subject_names[] = {"self", "other"};

const char *nb_event_type_name(enum nb_event_type type)
{
    return type_names[type];
}

const char *nb_event_stage_name(enum nb_event_stage stage)
{
    return stage_names[stage];
}

const char *nb_event_subject_name(enum nb_event_subject subject)
{
    return subject_names[subject];
}

const char *nb_events_file(enum nb_event_type type, struct nb_arena *arena)
{
    const char *name = type == NB_EVENT_TYPES_N ? "common" : type_names[type];
    return nb_arena_printf(arena, "events/%s.txt", name);
}

static bool parse(struct nb_slice name, const char *const *names, size_t n, unsigned *out)
{
    for (size_t i = 0; i < n; i++) {
        if (nb_slice_eq(name, nb_slice_str(names[i]))) {
            *out = (unsigned)i;
            return true;
        }
    }
    return false;
}

bool nb_event_type_parse(struct nb_slice name, enum nb_event_type *out)
{
    unsigned i;
    bool good = parse(name, type_names, NB_EVENT_TYPES_N, &i);
    *out = good ? (enum nb_event_type)i : *out;
    return good;
}

bool nb_event_stage_parse(struct nb_slice name, enum nb_event_stage *out)
{
    unsigned i;
    bool good = parse(name, stage_names, NB_STAGE_N, &i);
    *out = good ? (enum nb_event_stage)i : *out;
    return good;
}

bool nb_event_subject_parse(struct nb_slice name, enum nb_event_subject *out)
{
    unsigned i;
    bool good = parse(name, subject_names, NB_SUBJECT_N, &i);
    *out = good ? (enum nb_event_subject)i : *out;
    return good;
}

struct asked {
    struct nb_event event;
    struct nb_hit hit;
    struct nb_head head;
    struct nb_slice family;
    int32_t weight_milli;
    bool proposed;
    size_t hits_n;
};

struct finding {
    const struct nb_events *e;
    const struct nb_reading_text *title;
    struct nb_event_words words, title_words;
    struct nb_arena *arena;
    struct asked asked[NB_EVENT_TYPES_N]; /* the best yet; of no confidence: none */
    int32_t post_milli;                   /* what the second opinion's first model says */
    bool is_post_read;
    size_t hits_n;
    bool out_of_memory;
    uint32_t looked_around; /* set of files whose contexts were looked for */
    uint64_t *in_post;      /* set of contexts */
    uint64_t *in_sentence;  /* such a set for each sentence */
    size_t set_words;
    bool in_title; /* while contexts are looked for */
};

static bool put_context(void *context, const struct nb_hit *hit)
{
    struct finding *f = context;
    uint32_t id = hit->pattern->owner;
    uint64_t bit = UINT64_C(1) << id % 64;
    f->in_post[id / 64] |= bit;
    if (!f->in_title) {
        f->in_sentence[f->words.sentence[hit->begin] * f->set_words + id / 64] |= bit;
    }
    return true;
}

static bool make_sets(struct finding *f)
{
    f->set_words = f->e->contexts_n / 64 + 1;
    f->in_post = nb_arena_calloc(f->arena, f->set_words, sizeof(*f->in_post));
    f->in_sentence = nb_arena_calloc(f->arena, f->set_words * (f->words.text->sentences_n + 1),
                                     sizeof(*f->in_sentence));
    return f->in_post && f->in_sentence &&
           nb_event_words_of(f->title, f->arena, &f->title_words) == NB_OK;
}

/* Contexts of the type and those of all types, each once. */
static bool look_around(struct finding *f, uint8_t type)
{
    _Static_assert(NB_COMMON < 32, "files are in a set");
    uint32_t files = (UINT32_C(1) << type | UINT32_C(1) << NB_COMMON) & ~f->looked_around;
    if (files == 0) {
        return true;
    }
    if (!f->looked_around && !make_sets(f)) {
        return false;
    }
    f->looked_around |= files;
    f->in_title = false;
    nb_patterns_find(&f->e->around, &f->words, files, put_context, f);
    f->in_title = true;
    nb_patterns_find(&f->e->around, &f->title_words, files, put_context, f);
    return true;
}

static bool is_there(const struct finding *f, size_t context, uint32_t sentence)
{
    const uint64_t *set =
        f->e->contexts[context].post ? f->in_post : f->in_sentence + sentence * f->set_words;
    return set[context / 64] >> context % 64 & 1;
}

static bool any_there(const struct finding *f, const struct nb_rule_names *names, uint32_t sentence)
{
    for (size_t i = 0; i < names->n; i++) {
        if (is_there(f, names->all[i], sentence)) {
            return true;
        }
    }
    return false;
}

static bool is_allowed(const struct nb_event_rule *rule, size_t block)
{
    for (size_t i = 0; i < rule->allow.n; i++) {
        if (rule->allow.all[i] == block) {
            return true;
        }
    }
    return rule->allow_all;
}

static bool is_blocked(const struct finding *f, const struct nb_event_rule *rule,
                       const struct nb_head *head, uint32_t sentence)
{
    if ((rule->with.n && !any_there(f, &rule->with, sentence)) ||
        (rule->also.n && !any_there(f, &rule->also, sentence)) ||
        any_there(f, &rule->without, sentence)) {
        return true;
    }
    for (size_t i = 0; i < f->e->contexts_n; i++) {
        const struct nb_event_context *c = &f->e->contexts[i];
        bool ours = c->block && (c->file == NB_COMMON || c->file == rule->type);
        if (ours && is_there(f, i, sentence) && !(c->unless_self && head->author) &&
            !is_allowed(rule, i)) {
            return true;
        }
    }
    return false;
}

/* A rule that is sure goes before any proposal, and the surest one of a kind before the rest. */
static bool is_better(const struct asked *asked, bool proposed, int32_t milli, int32_t threshold)
{
    bool was_enough = asked->event.confidence_milli >= threshold, is_enough = milli >= threshold;
    if (was_enough != is_enough) {
        return is_enough; /* what cannot be told keeps nothing out */
    }
    return asked->event.confidence_milli == 0 || asked->proposed > proposed ||
           (asked->proposed == proposed && milli > asked->event.confidence_milli);
}

static bool put_hit(void *context, const struct nb_hit *hit)
{
    struct finding *f = context;
    const struct nb_event_rule *rule = &f->e->rules[hit->pattern->owner];
    struct asked *asked = &f->asked[rule->type];
    bool proposed = rule->judged.len > 0;
    struct nb_head head;
    if (proposed && f->e->rules_alone) {
        return ++f->hits_n < HITS_MAX;
    }
    nb_head_read(f->e, &f->words, hit, rule, &head);
    int32_t milli = rule->weight_milli * head.share_milli / 1000;
    asked->hits_n++;
    if (head.stage == NB_STAGE_N || head.subject == NB_SUBJECT_N ||
        !is_better(asked, proposed, milli, f->e->files[rule->type].threshold_milli)) {
        return ++f->hits_n < HITS_MAX;
    }
    if (!look_around(f, rule->type)) {
        f->out_of_memory = true;
        return false;
    }
    if (!is_blocked(f, rule, &head, f->words.sentence[hit->head])) {
        *asked = (struct asked){.event = {.type = rule->type,
                                          .stage = head.stage,
                                          .subject = head.subject,
                                          .reported = head.reported,
                                          .confidence_milli = milli,
                                          .begin = f->words.token[hit->begin],
                                          .end = f->words.token[hit->end - 1] + 1,
                                          .line = rule->line},
                                .hit = *hit,
                                .head = head,
                                .family = proposed ? rule->judged : f->e->files[rule->type].family,
                                .weight_milli = rule->weight_milli,
                                .proposed = proposed,
                                .hits_n = asked->hits_n};
    }
    return ++f->hits_n < HITS_MAX;
}

/* Set of the types that have rules of a family. */
static uint32_t family_types(const struct nb_events *e, struct nb_slice family)
{
    uint32_t types = 0;
    for (size_t i = 0; i < e->rules_n; i++) {
        types |= nb_slice_eq(e->rules[i].judged, family) ? UINT32_C(1) << e->rules[i].type : 0;
    }
    for (size_t i = 0; i < NB_EVENT_TYPES_N; i++) {
        types |= nb_slice_eq(e->files[i].family, family) ? UINT32_C(1) << i : 0;
    }
    return types;
}

/* What the second opinion says of the post, once. */
static bool read_post(struct finding *f)
{
    const struct nb_events *e = f->e;
    struct nb_second_features features;
    if (f->is_post_read) {
        return true;
    }
    if (nb_second_post(&f->words, &e->features, e->judged != NULL, f->arena, &features) != NB_OK) {
        return false;
    }
    if (e->judged) {
        e->judged(e->judged_context, NB_EVENT_TYPES_N, 0, features.names, features.n);
    }
    f->post_milli = nb_second_post_milli(&e->second, &features);
    f->is_post_read = true;
    return true;
}

/* What it says of the surest hit of a type. */
static bool judge(struct finding *f, size_t type)
{
    const struct nb_events *e = f->e;
    struct asked *asked = &f->asked[type];
    struct nb_second_case what = {.is = &e->features,
                                  .words = &f->words,
                                  .hit = &asked->hit,
                                  .head = &asked->head,
                                  .family = asked->family,
                                  .type = (uint8_t)type,
                                  .weight_milli = asked->weight_milli,
                                  .proposed = asked->proposed,
                                  .hits_n = asked->hits_n};
    struct nb_second_features features;
    struct nb_arena_mark mark = nb_arena_mark(f->arena);
    if (!read_post(f) || nb_second_hit(&what, e->judged != NULL, f->arena, &features) != NB_OK) {
        return false;
    }
    if (e->judged) {
        uint32_t rivals = family_types(e, asked->family) & ~(UINT32_C(1) << type);
        e->judged(e->judged_context, (enum nb_event_type)type, rivals, features.names, features.n);
    }
    int32_t milli = nb_second_milli(&e->second, &features, f->post_milli);
    if (milli < asked->event.confidence_milli) {
        asked->event.confidence_milli = milli;
    }
    nb_arena_rewind(f->arena, mark);
    return true;
}

static bool judge_all(struct finding *f)
{
    if (f->e->judged && !read_post(f)) {
        return false;
    }
    for (size_t i = 0; i < NB_EVENT_TYPES_N; i++) {
        bool open = f->asked[i].event.confidence_milli > 0 && f->asked[i].family.len > 0;
        if (open && !f->e->rules_alone && !judge(f, i)) {
            return false;
        }
    }
    return true;
}

/* Set of the types that reach their threshold. */
static uint32_t sure_types(const struct finding *f)
{
    uint32_t sure = 0;
    for (size_t i = 0; i < NB_EVENT_TYPES_N; i++) {
        if (f->asked[i].event.confidence_milli >= f->e->files[i].threshold_milli) {
            sure |= UINT32_C(1) << i;
        }
    }
    return sure;
}

void nb_events_on_judged(struct nb_events *events, nb_events_judged_fn *judged, void *context)
{
    events->judged = judged;
    events->judged_context = context;
}

void nb_events_rules_alone(struct nb_events *events, bool alone)
{
    events->rules_alone = alone;
}

enum nb_err nb_events_find(const struct nb_events *events, const struct nb_reading_text *title,
                           const struct nb_reading_text *text, struct nb_arena *arena,
                           struct nb_event **out, size_t *out_n)
{
    struct finding f;
    *out = NULL;
    *out_n = 0;
    if (!events->judged && !nb_patterns_await(&events->patterns, text)) {
        return NB_OK;
    }
    memset(&f, 0, sizeof(f));
    f.e = events;
    f.title = title;
    f.arena = arena;
    if (nb_event_words_of(text, arena, &f.words) != NB_OK) {
        return NB_ENOMEM;
    }
    nb_patterns_find(&events->patterns, &f.words, UINT32_MAX, put_hit, &f);
    f.out_of_memory |= !f.out_of_memory && !judge_all(&f);
    uint32_t sure = sure_types(&f), shown = 0;
    for (size_t i = 0; i < NB_EVENT_TYPES_N; i++) {
        bool yields = events->files[i].yields & sure;
        shown |= (sure >> i & 1) && !yields ? UINT32_C(1) << i : 0;
    }
    struct nb_event *all = nb_arena_alloc(arena, NB_EVENT_TYPES_N * sizeof(*all));
    if (f.out_of_memory || !all) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < NB_EVENT_TYPES_N; i++) {
        if (shown >> i & 1) {
            all[(*out_n)++] = f.asked[i].event;
        }
    }
    *out = all;
    return NB_OK;
}
