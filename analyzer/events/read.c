/*
 * Files of rules, line by line; lexicons/events/README.md explains them. A line that cannot be read
 * leaves nothing behind.
 */
#include "analyzer/events/rules.h"

enum { WEIGHT_MAX = 1000, DEFAULT_THRESHOLD = 550, FILE_ITEMS_MAX = 20000 };

static const char *const list_names[] = {
#define X(id, name) name,
    NB_EVENT_LISTS(X)
#undef X
};

static const char *const ending_names[] = {
#define X(id, name) name,
    NB_EVENT_ENDINGS(X)
#undef X
};

struct nb_events *nb_events_new(struct tr_lexicon *lexicon, struct nb_arena *arena,
                                struct nb_arena *building)
{
    struct nb_events *e = nb_arena_calloc(arena, 1, sizeof(*e));
    if (e) {
        e->arena = arena;
        e->building = building;
        e->lexicon = lexicon;
        nb_patterns_init(&e->patterns, building);
        nb_patterns_init(&e->around, building);
        for (size_t i = 0; i <= NB_EVENT_TYPES_N; i++) {
            e->files[i] = (struct nb_event_file){.threshold_milli = DEFAULT_THRESHOLD,
                                                 .progressive = NB_STAGE_ONGOING,
                                                 .aorist = NB_STAGE_WISHED,
                                                 .household = NB_SUBJECT_OTHER,
                                                 .third = NB_SUBJECT_N};
        }
    }
    return e;
}

static bool stage_or_none(struct nb_slice name, uint8_t *out)
{
    enum nb_event_stage stage = NB_STAGE_N;
    bool good = nb_slice_eq(name, NB_LIT("none")) || nb_event_stage_parse(name, &stage);
    *out = (uint8_t)stage;
    return good;
}

static bool subject_or_none(struct nb_slice name, uint8_t *out)
{
    enum nb_event_subject subject = NB_SUBJECT_N;
    bool good = nb_slice_eq(name, NB_LIT("none")) || nb_event_subject_parse(name, &subject);
    *out = (uint8_t)subject;
    return good;
}

static const char *read_yields(struct nb_slice types, uint32_t *out)
{
    struct nb_slice name;
    while (nb_slice_split(&types, '|', &name)) {
        enum nb_event_type type;
        if (!nb_event_type_parse(nb_slice_trim(name), &type)) {
            return "expected types of life events";
        }
        *out |= UINT32_C(1) << type;
    }
    return NULL;
}

/* Names of weights begin with their family, or with one of these. */
static bool is_family(struct nb_slice name)
{
    return name.len && nb_slice_find_byte(name, ' ', 0) == NB_NPOS &&
           nb_slice_find_byte(name, '\t', 0) == NB_NPOS && !nb_slice_eq(name, NB_LIT("all")) &&
           !nb_slice_eq(name, NB_LIT("post")) && !nb_slice_eq(name, NB_LIT("source"));
}

/* set NAME VALUE */
static const char *read_setting(struct nb_rule_reader *r, struct nb_slice rest)
{
    struct nb_event_file *file = &r->events->files[r->file];
    struct nb_slice name, value;
    int64_t number;
    if (r->file == NB_COMMON) {
        return "settings are those of a type";
    }
    if (!nb_rule_piece(&rest, &name) || !nb_rule_piece(&rest, &value) || nb_slice_trim(rest).len) {
        return "a setting is: set NAME VALUE";
    }
    if (nb_slice_eq(name, NB_LIT("threshold"))) {
        if (!nb_slice_to_i64(value, &number) || number < 1 || number > WEIGHT_MAX) {
            return "a threshold is 1 to 1000";
        }
        file->threshold_milli = (int32_t)number;
        return NULL;
    }
    if (nb_slice_eq(name, NB_LIT("family"))) {
        if (!is_family(value)) {
            return "a family is no name of the second opinion's own";
        }
        file->family = nb_arena_copy(r->events->arena, value);
        return file->family.p ? NULL : nb_rule_no_memory(r);
    }
    if (nb_slice_eq(name, NB_LIT("yields"))) {
        return read_yields(value, &file->yields);
    }
    if (nb_slice_eq(name, NB_LIT("progressive")) || nb_slice_eq(name, NB_LIT("aorist"))) {
        bool good = stage_or_none(value, nb_slice_eq(name, NB_LIT("aorist")) ? &file->aorist
                                                                             : &file->progressive);
        return good ? NULL : "expected wished, planned, ongoing, happened, negated or none";
    }
    if (nb_slice_eq(name, NB_LIT("household")) || nb_slice_eq(name, NB_LIT("third"))) {
        bool good = subject_or_none(value, nb_slice_eq(name, NB_LIT("third")) ? &file->third
                                                                              : &file->household);
        return good ? NULL : "expected self, other or none";
    }
    return "no setting has this name";
}

/* NAME: alternative | alternative */
static const char *read_list(struct nb_rule_reader *r, struct nb_slice rest)
{
    struct nb_events *e = r->events;
    size_t colon = nb_slice_find_byte(rest, ':', 0);
    struct nb_slice name = nb_slice_trim(nb_slice_sub(rest, 0, colon));
    if (colon == NB_NPOS || !name.len) {
        return "a list is: list NAME: alternative | alternative";
    }
    struct nb_event_list *list = NULL;
    for (size_t i = 0; i < e->lists_n; i++) {
        if (e->lists[i].file == r->file && nb_slice_eq(e->lists[i].name, name)) {
            list = &e->lists[i];
        }
    }
    if (!list) {
        list = nb_events_room(e->building, e->lists, e->lists_n, &e->lists_cap, sizeof(*list));
        if (!list) {
            return nb_rule_no_memory(r);
        }
        e->lists = list;
        list = &e->lists[e->lists_n++];
        *list = (struct nb_event_list){.name = nb_arena_copy(e->arena, name), .file = r->file};
        if (!list->name.p) {
            return nb_rule_no_memory(r);
        }
    }
    size_t n = list->words.n;
    const char *problem = nb_rule_words(r, nb_slice_sub(rest, colon + 1, rest.len), &list->words);
    list->words.n = problem ? n : list->words.n;
    return problem;
}

/* NAME: letters, letters */
static const char *read_ending(struct nb_rule_reader *r, struct nb_slice rest)
{
    size_t colon = nb_slice_find_byte(rest, ':', 0);
    struct nb_slice name = nb_slice_trim(nb_slice_sub(rest, 0, colon)), form;
    struct nb_endings *endings = NULL;
    for (size_t i = 0; i < NB_ENDINGS_N; i++) {
        if (nb_slice_eq(name, nb_slice_str(ending_names[i]))) {
            endings = &r->events->endings[i];
        }
    }
    if (!endings || colon == NB_NPOS || r->file != NB_COMMON) {
        return "an ending is, in common.txt: ending unfulfilled|usual: letters, letters";
    }
    rest = nb_slice_sub(rest, colon + 1, rest.len);
    while (nb_slice_split(&rest, ',', &form)) {
        form = nb_slice_trim(form);
        if (!form.len || endings->n == NB_ENDING_FORMS_MAX) {
            return "an ending has 1 to 16 forms";
        }
        char *plain = nb_arena_alloc(r->events->arena, 2 * form.len);
        if (!plain) {
            return nb_rule_no_memory(r);
        }
        size_t len = tr_plain(plain, tr_fold_into(form, plain));
        endings->forms[endings->n++] = nb_slice(plain, len);
    }
    return NULL;
}

static int find_context(const struct nb_events *e, uint8_t file, struct nb_slice name)
{
    for (size_t i = 0; i < e->contexts_n; i++) {
        if (e->contexts[i].file == file && nb_slice_eq(e->contexts[i].name, name)) {
            return (int)i;
        }
    }
    return file == NB_COMMON ? -1 : find_context(e, NB_COMMON, name);
}

/* NAME sentence|post [unless self] */
static const char *read_context_head(struct nb_rule_reader *r, struct nb_slice head, bool block,
                                     struct nb_event_context *out)
{
    struct nb_slice scope, unless = {NULL, 0}, whom = {NULL, 0};
    *out = (struct nb_event_context){.file = r->file, .block = block};
    bool good = nb_rule_piece(&head, &out->name) && nb_rule_piece(&head, &scope);
    if (good && nb_rule_piece(&head, &unless)) {
        out->unless_self = nb_slice_eq(unless, NB_LIT("unless")) && nb_rule_piece(&head, &whom) &&
                           nb_slice_eq(whom, NB_LIT("self"));
        good = out->unless_self && block;
    }
    good = good && !nb_slice_trim(head).len;
    out->post = good && nb_slice_eq(scope, NB_LIT("post"));
    if (!good || (!out->post && !nb_slice_eq(scope, NB_LIT("sentence")))) {
        return block ? "a block is: block NAME sentence|post [unless self]: pattern, pattern"
                     : "a context is: context NAME sentence|post: pattern, pattern";
    }
    return NULL;
}

/* The context of this head, added when it is new. */
static const char *open_context(struct nb_rule_reader *r, const struct nb_event_context *head,
                                uint32_t *out)
{
    struct nb_events *e = r->events;
    int there = find_context(e, r->file, head->name);
    if (there >= 0 && e->contexts[there].file == r->file) {
        const struct nb_event_context *old = &e->contexts[there];
        *out = (uint32_t)there;
        return old->post == head->post && old->block == head->block &&
                       old->unless_self == head->unless_self
                   ? NULL
                   : "it was opened otherwise before";
    }
    if (e->contexts_n == FILE_ITEMS_MAX) {
        return "too many contexts";
    }
    struct nb_event_context *all =
        nb_events_room(e->building, e->contexts, e->contexts_n, &e->contexts_cap, sizeof(*all));
    if (!all) {
        return nb_rule_no_memory(r);
    }
    e->contexts = all;
    struct nb_event_context *fresh = &e->contexts[e->contexts_n];
    *fresh = *head;
    fresh->name = nb_arena_copy(e->arena, head->name);
    *out = (uint32_t)e->contexts_n++;
    return fresh->name.p ? NULL : nb_rule_no_memory(r);
}

static const char *read_context(struct nb_rule_reader *r, struct nb_slice rest, bool block)
{
    struct nb_patterns *around = &r->events->around;
    struct nb_event_context head;
    size_t colon = nb_slice_find_byte(rest, ':', 0);
    uint32_t context = 0;
    size_t contexts_n = r->events->contexts_n, n = around->n;
    size_t words_n = around->words.n, elements_n = around->elements_n;
    const char *problem = read_context_head(r, nb_slice_sub(rest, 0, colon), block, &head);
    if (colon == NB_NPOS) {
        problem = "expected ':' and patterns";
    }
    problem = problem ? problem : open_context(r, &head, &context);
    struct nb_slice pattern, patterns = nb_slice_sub(rest, colon + 1, rest.len);
    if (colon == NB_NPOS || !nb_slice_trim(patterns).len) {
        problem = problem ? problem : "expected patterns behind ':'";
    }
    while (!problem && nb_slice_split(&patterns, ',', &pattern)) {
        problem = nb_rule_pattern(r, pattern, around, context);
    }
    if (problem) {
        r->events->contexts_n = contexts_n;
        around->n = n;
        around->words.n = words_n;
        around->elements_n = elements_n;
    }
    return problem;
}

static const char *read_names(const struct nb_rule_reader *r, struct nb_slice text, bool blocks,
                              struct nb_rule_names *out)
{
    struct nb_slice name;
    while (nb_slice_split(&text, '|', &name)) {
        int context = find_context(r->events, r->file, nb_slice_trim(name));
        if (context < 0 || (blocks && !r->events->contexts[context].block)) {
            return blocks ? "no block of this name stands before this line"
                          : "no context of this name stands before this line";
        }
        if (out->n == NB_RULE_NAMES_MAX) {
            return "an option names at most 8";
        }
        out->all[out->n++] = (uint16_t)context;
    }
    return NULL;
}

static const char *read_judged(const struct nb_rule_reader *r, struct nb_slice value,
                               struct nb_event_rule *rule)
{
    rule->judged = nb_arena_copy(r->events->arena, value);
    return is_family(value) && rule->judged.p ? NULL : "judged names a family of hits";
}

static const char *read_option(const struct nb_rule_reader *r, struct nb_slice option,
                               struct nb_event_rule *rule)
{
    struct nb_slice name;
    if (!nb_rule_piece(&option, &name)) {
        return "expected an option behind ';'";
    }
    struct nb_slice value = nb_slice_trim(option);
    if (nb_slice_eq(name, NB_LIT("stage"))) {
        rule->even_negated = nb_slice_ends(value, NB_LIT("!"));
        bool good =
            stage_or_none(nb_slice_sub(value, 0, value.len - rule->even_negated), &rule->stage);
        return good ? NULL : "a stage is wished, planned, ongoing, happened or negated";
    }
    if (nb_slice_eq(name, NB_LIT("progressive"))) {
        return stage_or_none(value, &rule->progressive) ? NULL : "expected a stage";
    }
    if (nb_slice_eq(name, NB_LIT("aorist"))) {
        rule->aorist_said = true;
        return stage_or_none(value, &rule->aorist) ? NULL : "expected a stage or none";
    }
    if (nb_slice_eq(name, NB_LIT("subject"))) {
        return subject_or_none(value, &rule->subject) ? NULL : "a subject is self or other";
    }
    if (nb_slice_eq(name, NB_LIT("third"))) {
        rule->third_said = true;
        return subject_or_none(value, &rule->third) ? NULL : "expected self, other or none";
    }
    if (nb_slice_eq(name, NB_LIT("with"))) {
        return read_names(r, value, false, &rule->with);
    }
    if (nb_slice_eq(name, NB_LIT("also"))) {
        return read_names(r, value, false, &rule->also);
    }
    if (nb_slice_eq(name, NB_LIT("not"))) {
        return read_names(r, value, false, &rule->without);
    }
    if (nb_slice_eq(name, NB_LIT("judged"))) {
        return read_judged(r, value, rule);
    }
    if (nb_slice_eq(name, NB_LIT("allow"))) {
        rule->allow_all = nb_slice_eq(value, NB_LIT("all"));
        return rule->allow_all ? NULL : read_names(r, value, true, &rule->allow);
    }
    return "no option has this name";
}

struct nb_slice nb_event_examples(struct nb_slice line)
{
    struct nb_slice bare = nb_slice_trim(line);
    bool more = nb_slice_starts(bare, NB_LIT("= \"")) && bare.p > line.p;
    size_t at = more ? 0 : nb_slice_find(bare, NB_LIT(" = \""), 0);
    bool rule = bare.len && nb_ascii_is_digit(bare.p[0]);
    return at == NB_NPOS || (!more && !rule) ? nb_slice(NULL, 0)
                                             : nb_slice_trim(nb_slice_sub(bare, at, bare.len));
}

bool nb_event_example(struct nb_slice *examples, struct nb_slice *text, struct nb_slice *want)
{
    struct nb_slice rest = nb_slice_trim(*examples);
    *text = *want = *examples = nb_slice(NULL, 0);
    if (!rest.len) {
        return false;
    }
    size_t close =
        nb_slice_starts(rest, NB_LIT("= \"")) ? nb_slice_find_byte(rest, '"', 3) : NB_NPOS;
    if (close == NB_NPOS) {
        return true;
    }
    struct nb_slice after = nb_slice_trim(nb_slice_sub(rest, close + 1, rest.len));
    size_t next = nb_slice_find(after, NB_LIT(" = \""), 0);
    struct nb_slice answer = nb_slice_sub(after, 2, next);
    if (!nb_slice_starts(after, NB_LIT("->")) || !nb_slice_trim(answer).len) {
        return true;
    }
    *text = nb_slice_sub(rest, 3, close);
    *want = nb_slice_trim(answer);
    *examples = next == NB_NPOS ? nb_slice(NULL, 0) : nb_slice_sub(after, next, after.len);
    return true;
}

static bool good_answer(struct nb_slice want)
{
    struct nb_slice subject, stage, hearsay;
    enum nb_event_subject a;
    enum nb_event_stage b;
    if (nb_slice_eq(want, NB_LIT("none"))) {
        return true;
    }
    bool good = nb_rule_piece(&want, &subject) && nb_event_subject_parse(subject, &a) &&
                nb_rule_piece(&want, &stage) && nb_event_stage_parse(stage, &b);
    return good && (!nb_rule_piece(&want, &hearsay) ||
                    (nb_slice_eq(hearsay, NB_LIT("reported")) && !nb_slice_trim(want).len));
}

static const char *check_examples(struct nb_slice examples)
{
    struct nb_slice text, want;
    while (nb_event_example(&examples, &text, &want)) {
        if (!text.p || !good_answer(want)) {
            return "an example is written = \"text\" -> none, or -> self|other and a stage";
        }
    }
    return NULL;
}

/* WEIGHT pattern ; option ; option */
static const char *read_rule(struct nb_rule_reader *r, struct nb_slice line)
{
    struct nb_events *e = r->events;
    struct nb_event_rule rule = {.line = r->line,
                                 .type = r->file,
                                 .stage = NB_STAGE_N,
                                 .progressive = NB_STAGE_N,
                                 .aorist = NB_STAGE_N,
                                 .subject = NB_SUBJECT_N,
                                 .third = NB_SUBJECT_N};
    struct nb_slice weight, pattern, option;
    int64_t number;
    if (r->file == NB_COMMON) {
        return "rules are those of a type";
    }
    line = nb_slice_sub(line, 0, nb_slice_find(line, NB_LIT(" = \""), 0));
    (void)nb_rule_piece(&line, &weight);
    if (!nb_slice_to_i64(weight, &number) || number < 1 || number > WEIGHT_MAX) {
        return "a rule begins with its weight, 1 to 1000";
    }
    rule.weight_milli = (int32_t)number;
    (void)nb_slice_split(&line, ';', &pattern);
    const char *problem = NULL;
    while (!problem && line.p && nb_slice_split(&line, ';', &option)) {
        problem = read_option(r, option, &rule);
    }
    if (problem) {
        return problem;
    }
    struct nb_event_rule *all =
        nb_events_room(e->building, e->rules, e->rules_n, &e->rules_cap, sizeof(*all));
    if (!all) {
        return nb_rule_no_memory(r);
    }
    e->rules = all;
    problem = nb_rule_pattern(r, pattern, &e->patterns, (uint32_t)e->rules_n);
    if (!problem) {
        e->rules[e->rules_n++] = rule;
    }
    return problem;
}

static const char *read_line(struct nb_rule_reader *r, struct nb_slice raw)
{
    struct nb_slice line = nb_slice_trim(raw), rest = line, word;
    if (!line.len || line.p[0] == '#') {
        return NULL;
    }
    const char *problem = check_examples(nb_event_examples(raw));
    if (problem || line.p[0] == '=') {
        return problem || line.p > raw.p ? problem : "a line of examples begins with a blank";
    }
    (void)nb_rule_piece(&rest, &word);
    if (nb_slice_eq(word, NB_LIT("set"))) {
        return read_setting(r, rest);
    }
    if (nb_slice_eq(word, NB_LIT("list"))) {
        return read_list(r, rest);
    }
    if (nb_slice_eq(word, NB_LIT("ending"))) {
        return read_ending(r, rest);
    }
    if (nb_slice_eq(word, NB_LIT("context"))) {
        return read_context(r, rest, false);
    }
    if (nb_slice_eq(word, NB_LIT("block"))) {
        return read_context(r, rest, true);
    }
    if (!nb_ascii_is_digit(line.p[0])) {
        return "a line begins with a weight, set, list, context, block or ending";
    }
    return read_rule(r, line);
}

enum nb_err nb_events_add(struct nb_events *events, enum nb_event_type type, struct nb_slice text,
                          tr_report_fn *report, void *context)
{
    struct nb_rule_reader r = {.events = events, .file = (uint8_t)type};
    struct nb_slice raw;
    while (nb_slice_split(&text, '\n', &raw)) {
        r.line++;
        const char *problem = read_line(&r, raw);
        if (r.out_of_memory) {
            return NB_ENOMEM;
        }
        if (problem) {
            report(context, r.line, problem);
        }
    }
    return NB_OK;
}

/* Out of where it grew, with nothing to spare. */
static bool settle(struct nb_events *e)
{
    bool good = true;
    for (size_t i = 0; i < NB_LISTS_N; i++) {
        const struct nb_event_list *list = nb_rule_list(e, NB_COMMON, nb_slice_str(list_names[i]));
        e->known[i] = list ? list->words : (struct nb_words_of){.n = 0};
        good = nb_events_settle(e->arena, (void **)&e->known[i].all, e->known[i].n,
                                sizeof(*e->known[i].all)) &&
               good;
    }
    good = nb_events_settle(e->arena, (void **)&e->contexts, e->contexts_n, sizeof(*e->contexts)) &&
           good;
    good = nb_events_settle(e->arena, (void **)&e->rules, e->rules_n, sizeof(*e->rules)) && good;
    e->lists = NULL;
    e->lists_n = e->lists_cap = e->contexts_cap = e->rules_cap = 0;
    return good;
}

enum nb_err nb_events_seal(struct nb_events *e)
{
    if (!settle(e)) {
        return NB_ENOMEM;
    }
    nb_rule_features(tr_lexicon_core(e->lexicon), &e->features);
    enum nb_err err = nb_patterns_seal(&e->patterns, e->lexicon, e->arena);
    return err == NB_OK ? nb_patterns_seal(&e->around, e->lexicon, e->arena) : err;
}

enum nb_err nb_events_add_second(struct nb_events *events, struct nb_slice text,
                                 tr_report_fn *report, void *context)
{
    return nb_second_read(&events->second, events->arena, text, report, context);
}

size_t nb_events_rules_n(const struct nb_events *events)
{
    return events->rules_n;
}
