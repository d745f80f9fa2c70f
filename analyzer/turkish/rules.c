#include "analyzer/turkish/rules.h"

#include <string.h>

#include "analyzer/turkish/sounds.h"

enum { STATES_MAX = 200, RULES_MAX = 2000, READS_MAX = 256 };

struct tr_rules *tr_rules_new(struct nb_arena *arena)
{
    struct tr_rules *rules = nb_arena_calloc(arena, 1, sizeof(*rules));
    if (!rules) {
        return NULL;
    }
    rules->arena = arena;
    tr_table_init(&rules->states, arena);
    tr_table_init(&rules->features, arena);
    tr_table_init(&rules->causatives, arena);
    tr_table_init(&rules->reads, arena);
    rules->all = nb_arena_calloc(arena, RULES_MAX, sizeof(*rules->all));
    rules->final = nb_arena_calloc(arena, STATES_MAX, sizeof(*rules->final));
    rules->read_as = nb_arena_calloc(arena, READS_MAX, sizeof(*rules->read_as));
    /* State 0 goes nowhere: where what the file does not mention starts. The word ends there. */
    if (!rules->all || !rules->final || !rules->read_as ||
        tr_table_add(&rules->states, NB_LIT("")) == TR_NONE) {
        return NULL;
    }
    rules->final[0] = true;
    return rules;
}

static bool next_word(struct nb_slice *rest, struct nb_slice *word)
{
    *rest = nb_slice_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !nb_ascii_is_space(rest->p[n])) {
        n++;
    }
    *word = nb_slice_sub(*rest, 0, n);
    *rest = nb_slice_sub(*rest, n, rest->len);
    return n > 0;
}

static uint32_t state_of(struct tr_rules *rules, struct nb_slice name)
{
    uint32_t id = tr_table_find(&rules->states, name, tr_hash(name));
    if (id == TR_NONE && rules->states.n < STATES_MAX) {
        id = tr_table_add(&rules->states, name);
    }
    return id;
}

const char *tr_rules_features(struct tr_rules *rules, struct nb_slice text, uint8_t *ids,
                              size_t cap, uint8_t *n)
{
    struct nb_slice feature;
    *n = 0;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '|', &feature);) {
        size_t equals = nb_slice_find_byte(feature, '=', 0);
        if (equals == NB_NPOS || equals == 0 || equals + 1 == feature.len) {
            return "a feature is written Name=Value";
        }
        uint32_t id = tr_table_find(&rules->features, feature, tr_hash(feature));
        if (id == TR_NONE && rules->features.n < TR_FEATURES_MAX) {
            id = tr_table_add(&rules->features, feature);
        }
        if (id == TR_NONE || *n == cap) {
            return "too many features";
        }
        ids[(*n)++] = (uint8_t)id;
    }
    return NULL;
}

static bool start_of(struct tr_rules *rules, struct nb_slice what, uint16_t **out)
{
    static const struct {
        const char *name;
        enum tr_start start;
    } names[] = {{"noun", (enum tr_start)TR_UPOS_NOUN},
                 {"propn", (enum tr_start)TR_UPOS_PROPN},
                 {"adj", (enum tr_start)TR_UPOS_ADJ},
                 {"adv", (enum tr_start)TR_UPOS_ADV},
                 {"pron", (enum tr_start)TR_UPOS_PRON},
                 {"num", (enum tr_start)TR_UPOS_NUM},
                 {"det", (enum tr_start)TR_UPOS_DET},
                 {"adp", (enum tr_start)TR_UPOS_ADP},
                 {"cconj", (enum tr_start)TR_UPOS_CCONJ},
                 {"sconj", (enum tr_start)TR_UPOS_SCONJ},
                 {"intj", (enum tr_start)TR_UPOS_INTJ},
                 {"aux", (enum tr_start)TR_UPOS_AUX},
                 {"part", (enum tr_start)TR_UPOS_PART},
                 {"abbr", TR_START_ABBR},
                 {"number", TR_START_NUMBER},
                 {"compound", TR_START_COMPOUND},
                 {"form", TR_START_FORM},
                 {"verb-drop", TR_START_DROP},
                 {"verb-narrow", TR_START_NARROW}};
    static const struct nb_slice causative = {"verb-causative-", 15};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (nb_slice_eq(what, nb_slice_str(names[i].name))) {
            *out = &rules->start[names[i].start];
            return true;
        }
    }
    if (nb_slice_eq(what, NB_LIT("verb-Ar")) || nb_slice_eq(what, NB_LIT("verb-Ir"))) {
        *out = &rules->aorist[what.p[5] == 'I'];
        return true;
    }
    if (!nb_slice_starts(what, causative)) {
        return false;
    }
    struct nb_slice name = nb_slice_sub(what, causative.len, what.len);
    uint32_t id = tr_table_find(&rules->causatives, name, tr_hash(name));
    if (id == TR_NONE && rules->causatives.n < TR_CAUSATIVES_MAX) {
        id = tr_table_add(&rules->causatives, name);
    }
    if (id == TR_NONE) {
        return false;
    }
    *out = &rules->causative[id];
    return true;
}

static const char *read_start(struct tr_rules *rules, struct nb_slice rest)
{
    struct nb_slice what, name;
    uint16_t *start;
    if (!next_word(&rest, &what) || !next_word(&rest, &name)) {
        return "expected: start KIND STATE";
    }
    uint32_t state = state_of(rules, name);
    if (state == TR_NONE) {
        return "too many states";
    }
    if (!start_of(rules, what, &start)) {
        return "expected a part of speech in small letters, or abbr, number, compound, form, "
               "verb-Ar, verb-Ir, verb-drop, verb-narrow, verb-causative-NAME";
    }
    *start = (uint16_t)state;
    return NULL;
}

static const char *read_reads(struct tr_rules *rules, struct nb_slice rest)
{
    struct nb_slice what, as;
    if (!next_word(&rest, &what) || !next_word(&rest, &as)) {
        return "expected: reads WHAT WORD";
    }
    if (rules->reads.n == READS_MAX) {
        return "too many lines that say how something is read";
    }
    uint32_t id = tr_table_add(&rules->reads, what);
    if (id != TR_NONE) {
        rules->read_as[id] = nb_arena_copy(rules->arena, as);
    }
    return NULL;
}

struct nb_slice tr_rules_read_as(const struct tr_rules *rules, struct nb_slice what)
{
    uint32_t id = tr_table_find(&rules->reads, what, tr_hash(what));
    return id == TR_NONE ? nb_slice(NULL, 0) : rules->read_as[id];
}

static const char *read_marks(struct tr_rule *rule, struct nb_slice rest)
{
    struct nb_slice word;
    enum tr_upos upos;
    while (next_word(&rest, &word)) {
        if (tr_upos_parse(word, &upos)) {
            rule->upos = (uint8_t)upos;
        } else if (nb_slice_eq(word, NB_LIT("lemma"))) {
            rule->lemma = true;
        } else if (nb_slice_eq(word, NB_LIT("derived"))) {
            rule->derived = true;
        } else if (nb_slice_eq(word, NB_LIT("privative"))) {
            rule->privative = true;
        } else if (nb_slice_eq(word, NB_LIT("tail-A"))) {
            rule->tail = 'A';
        } else {
            return "behind the features stand a part of speech, lemma, derived, privative, tail-A";
        }
    }
    return NULL;
}

/* A rule is known by what it says, so that what is learnt of it outlives an edit elsewhere. */
static uint32_t path_of(struct nb_slice pattern, struct nb_slice features, struct nb_slice to)
{
    uint64_t hash = tr_hash(pattern) * 31 + tr_hash(features);
    hash = hash * 31 + tr_hash(to);
    return (uint32_t)(hash ^ (hash >> 32));
}

static const char *read_rule(struct tr_rules *rules, struct nb_slice from, struct nb_slice rest,
                             uint32_t line)
{
    struct nb_slice pattern, to, features = {NULL, 0};
    if (!next_word(&rest, &pattern) || !next_word(&rest, &to)) {
        return "expected: STATE SUFFIX NEXT [Feature=Value|...] [marks]";
    }
    bool nothing = nb_slice_eq(pattern, NB_LIT("-"));
    const char *problem = nothing ? NULL : tr_pattern_problem(pattern);
    if (problem) {
        return problem;
    }
    uint32_t from_id = state_of(rules, from), to_id = state_of(rules, to);
    if (rules->n == RULES_MAX || from_id == TR_NONE || to_id == TR_NONE) {
        return "too many suffixes or states";
    }
    struct tr_rule rule = {.from = (uint16_t)from_id,
                           .to = (uint16_t)to_id,
                           .upos = TR_UPOS_N,
                           .line = (uint16_t)(line > UINT16_MAX ? UINT16_MAX : line)};
    if (next_word(&rest, &features) && !nb_slice_eq(features, NB_LIT("-"))) {
        problem = tr_rules_features(rules, features, rule.features, sizeof(rule.features),
                                    &rule.features_n);
    }
    problem = problem ? problem : read_marks(&rule, rest);
    if (!problem && nothing && (rule.lemma || rule.derived || rule.privative || rule.tail)) {
        problem = "a step without suffix makes no other word";
    }
    if (problem) {
        return problem;
    }
    rule.path = path_of(pattern, features, to);
    if (!nothing) {
        rule.pattern = nb_arena_copy(rules->arena, pattern);
    }
    rules->all[rules->n++] = rule;
    return NULL;
}

static const char *read_line(struct tr_rules *rules, struct nb_slice line, uint32_t number)
{
    struct nb_slice first, name;
    if (!next_word(&line, &first)) {
        return NULL;
    }
    if (nb_slice_eq(first, NB_LIT("start"))) {
        return read_start(rules, line);
    }
    if (nb_slice_eq(first, NB_LIT("reads"))) {
        return read_reads(rules, line);
    }
    if (!nb_slice_eq(first, NB_LIT("final"))) {
        return read_rule(rules, first, line, number);
    }
    while (next_word(&line, &name)) {
        uint32_t state = state_of(rules, name);
        if (state == TR_NONE) {
            return "too many states";
        }
        rules->final[state] = true;
    }
    return NULL;
}

/* Every kind of verb starts in a state of its own, from where its aorist and its causative go on.
 */
static bool add_verb_starts(struct tr_rules *rules)
{
    for (size_t i = 0; i < (size_t)2 * TR_CAUSATIVES_MAX; i++) {
        char name[16] = "verb ";
        size_t aorist = i / TR_CAUSATIVES_MAX, causative = i % TR_CAUSATIVES_MAX;
        name[5] = (char)('a' + i);
        uint32_t state =
            tr_table_find(&rules->states, nb_slice(name, 6), tr_hash(nb_slice(name, 6)));
        if (state != TR_NONE) {
            continue; /* of a file read before */
        }
        if (rules->n + 2 > RULES_MAX || (state = state_of(rules, nb_slice(name, 6))) == TR_NONE) {
            return false;
        }
        rules->start[TR_START_VERB + i] = (uint16_t)state;
        struct tr_rule rule = {.from = (uint16_t)state, .upos = TR_UPOS_N};
        rule.to = rules->aorist[aorist];
        rules->all[rules->n++] = rule;
        rule.to = rules->causative[causative < rules->causatives.n ? causative : 0];
        rules->all[rules->n++] = rule;
    }
    return true;
}

enum nb_err tr_rules_read(struct tr_rules *rules, struct nb_slice text, tr_report_fn *report,
                          void *context)
{
    struct nb_slice line;
    uint32_t number = 0;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &line);) {
        number++;
        line = nb_slice_sub(line, 0, nb_slice_find_byte(line, '#', 0));
        if (nb_slice_starts(nb_slice_trim(line), NB_LIT("="))) {
            continue; /* an example */
        }
        const char *problem = read_line(rules, line, number);
        if (problem) {
            report(context, number, problem);
        }
    }
    if (!add_verb_starts(rules)) {
        report(context, 0, "too many suffixes or states");
    }
    return nb_arena_failed(rules->arena) ? NB_ENOMEM : NB_OK;
}
