/*
 * The names of the query language: the English ones stand here, for they are part of its
 * definition; other spellings, values and conditions come from the lexicon. Names are compared
 * folded and without diacritics, so that one finds them on any keyboard.
 */
#include "analyzer/topics/query_private.h"

#include <nabiz/config.h>
#include <nabiz/text.h>

#include "analyzer/turkish/letters.h"
#include "analyzer/turkish/text.h"

static const char *const operator_names[NB_QUERY_OPS_N] = {
    [NB_QUERY_OP_AND] = "AND",   [NB_QUERY_OP_OR] = "OR",       [NB_QUERY_OP_NOT] = "NOT",
    [NB_QUERY_OP_NEAR] = "NEAR", [NB_QUERY_OP_ONEAR] = "ONEAR",
};

static const char *const field_names[NB_QUERY_FIELDS_N + 1] = {
    [NB_QUERY_SITE] = "site",       [NB_QUERY_AUTHOR] = "author",
    [NB_QUERY_SOURCE] = "source",   [NB_QUERY_KIND] = "kind",
    [NB_QUERY_LANG] = "lang",       [NB_QUERY_SENTIMENT] = "sentiment",
    [NB_QUERY_INTENT] = "intent",   [NB_QUERY_EMOTION] = "emotion",
    [NB_QUERY_EVENT] = "event",     [NB_QUERY_SINCE] = "since",
    [NB_QUERY_UNTIL] = "until",     [NB_QUERY_REACH] = "reach>",
    [NB_QUERY_CLUSTER] = "cluster", [NB_QUERY_FIELD_TITLE] = "title",
};

enum { SUGGEST_MAX = 256, LIST_BYTES = 256 };

const char *nb_query_field_name(enum nb_query_field field)
{
    return field_names[field];
}

size_t nb_query_plain(struct nb_slice name, char out[2 * NB_QUERY_NAME_BYTES])
{
    if (name.len > NB_QUERY_NAME_BYTES) {
        return 0;
    }
    return tr_plain(out, tr_fold_into(name, out));
}

static struct nb_query_name *add_name(struct nb_query_language *language,
                                      struct nb_query_names *names, struct nb_slice spelling)
{
    char plain[2 * NB_QUERY_NAME_BYTES];
    if (names->n == names->cap) {
        size_t cap = names->cap ? names->cap * 2 : 32;
        struct nb_query_name *grown = nb_arena_grow(
            language->arena, names->p, names->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NULL;
        }
        names->p = grown;
        names->cap = cap;
    }
    struct nb_query_name *name = &names->p[names->n];
    *name = (struct nb_query_name){
        .spelling = nb_arena_copy(language->arena, spelling),
        .plain = nb_arena_copy(language->arena, nb_slice(plain, nb_query_plain(spelling, plain)))};
    if (!name->spelling.p || !name->plain.p) {
        return NULL;
    }
    names->n++;
    return name;
}

static const struct nb_query_name *find(const struct nb_query_names *names, struct nb_slice text)
{
    char plain[2 * NB_QUERY_NAME_BYTES];
    struct nb_slice key = nb_slice(plain, nb_query_plain(text, plain));
    for (size_t i = 0; key.len && i < names->n; i++) {
        if (nb_slice_eq(names->p[i].plain, key)) {
            return &names->p[i];
        }
    }
    return NULL;
}

/* A word that has a capital, and no letter that has one and is none. */
static bool shouts(struct nb_slice word)
{
    bool capital = false;
    for (size_t at = 0; at < word.len;) {
        uint32_t c = nb_utf8_next(word, &at);
        if (!tr_is_capital(c)) {
            return false;
        }
        capital = true;
    }
    return capital;
}

enum nb_query_operator nb_query_find_operator(const struct nb_query_language *language,
                                              struct nb_slice word)
{
    const struct nb_query_name *name = shouts(word) ? find(&language->operators, word) : NULL;
    return name ? (enum nb_query_operator)name->id : NB_QUERY_OP_NONE;
}

bool nb_query_find_field(const struct nb_query_language *language, struct nb_slice name,
                         unsigned *out)
{
    const struct nb_query_name *found = find(&language->fields, name);
    if (found) {
        *out = found->id;
    }
    return found != NULL;
}

static bool in_group(const struct nb_query_name *form, struct nb_slice group)
{
    char plain[2 * NB_QUERY_NAME_BYTES];
    return nb_slice_eq(form->group, nb_slice(plain, nb_query_plain(group, plain)));
}

bool nb_query_is_group(const struct nb_query_language *language, struct nb_slice name)
{
    for (size_t i = 0; i < language->forms.n; i++) {
        if (in_group(&language->forms.p[i], name)) {
            return true;
        }
    }
    return false;
}

const struct nb_query_condition *nb_query_find_condition(const struct nb_query_language *language,
                                                         struct nb_slice group,
                                                         struct nb_slice name)
{
    char plain[2 * NB_QUERY_NAME_BYTES];
    struct nb_slice key = nb_slice(plain, nb_query_plain(name, plain));
    for (size_t i = 0; key.len && i < language->forms.n; i++) {
        const struct nb_query_name *form = &language->forms.p[i];
        if (nb_slice_eq(form->plain, key) && in_group(form, group)) {
            return &language->conditions[form->id];
        }
    }
    return NULL;
}

bool nb_query_find_value(const struct nb_query_language *language, unsigned field,
                         struct nb_slice value, struct nb_slice *out)
{
    char plain[2 * NB_QUERY_NAME_BYTES];
    struct nb_slice key = nb_slice(plain, nb_query_plain(value, plain));
    for (size_t i = 0; key.len && i < language->values.n; i++) {
        const struct nb_query_name *name = &language->values.p[i];
        if (name->id == field && nb_slice_eq(name->plain, key)) {
            *out = name->means;
            return true;
        }
    }
    return false;
}

bool nb_query_lists_values(const struct nb_query_language *language, unsigned field)
{
    for (size_t i = 0; i < language->values.n; i++) {
        if (language->values.p[i].id == field) {
            return true;
        }
    }
    return false;
}

/* The nearest of the names that `take` lets in. */
typedef bool take_fn(const struct nb_query_name *name, unsigned field, struct nb_slice group);

static const char *suggest(const struct nb_query_names *names, take_fn *take, unsigned field,
                           struct nb_slice group, struct nb_slice word, struct nb_arena *scratch)
{
    const char *all[SUGGEST_MAX];
    size_t n = 0;
    for (size_t i = 0; i < names->n && n < SUGGEST_MAX; i++) {
        if (take(&names->p[i], field, group)) {
            all[n] = nb_arena_strdup(scratch, names->p[i].spelling);
            n += all[n] != NULL;
        }
    }
    return nb_suggest(word, all, n);
}

static const char *list(const struct nb_query_names *names, take_fn *take, unsigned field,
                        struct nb_slice group, struct nb_arena *scratch)
{
    char text[LIST_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < names->n; i++) {
        const struct nb_query_name *name = &names->p[i];
        bool again = name->means.len && !nb_slice_eq(name->means, name->spelling);
        if (!take(name, field, group) || again ||
            len + name->spelling.len + sizeof(" ...") > sizeof(text)) {
            continue;
        }
        if (len) {
            text[len++] = ' ';
        }
        memcpy(text + len, name->spelling.p, name->spelling.len);
        len += name->spelling.len;
    }
    const char *copy = nb_arena_strdup(scratch, nb_slice(text, len));
    return copy ? copy : "";
}

static bool any(const struct nb_query_name *name, unsigned field, struct nb_slice group)
{
    (void)name, (void)field, (void)group;
    return true;
}

static bool of_field(const struct nb_query_name *name, unsigned field, struct nb_slice group)
{
    (void)group;
    return name->id == field;
}

static bool of_group(const struct nb_query_name *name, unsigned field, struct nb_slice group)
{
    (void)field;
    return in_group(name, group);
}

static const struct nb_slice nothing = {NULL, 0};

const char *nb_query_suggest_field(const struct nb_query_language *language, struct nb_slice name,
                                   struct nb_arena *scratch)
{
    return suggest(&language->fields, any, 0, nothing, name, scratch);
}

const char *nb_query_suggest_value(const struct nb_query_language *language, unsigned field,
                                   struct nb_slice value, struct nb_arena *scratch)
{
    return suggest(&language->values, of_field, field, nothing, value, scratch);
}

const char *nb_query_suggest_condition(const struct nb_query_language *language,
                                       struct nb_slice group, struct nb_slice name,
                                       struct nb_arena *scratch)
{
    return suggest(&language->forms, of_group, 0, group, name, scratch);
}

const char *nb_query_list_values(const struct nb_query_language *language, unsigned field,
                                 struct nb_arena *scratch)
{
    return list(&language->values, of_field, field, nothing, scratch);
}

const char *nb_query_list_conditions(const struct nb_query_language *language,
                                     struct nb_slice group, struct nb_arena *scratch)
{
    return list(&language->forms, of_group, 0, group, scratch);
}

static bool take_word(struct nb_slice *rest, struct nb_slice *word)
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

/* "form ek olumsuz Polarity=Neg": rest is what follows "form". NULL, or what is wrong. */
static const char *read_form(struct nb_query_language *l, struct nb_slice rest, bool *full)
{
    struct nb_slice group, name, set, sets[NB_QUERY_FEATURE_SETS_MAX];
    char plain[2 * NB_QUERY_NAME_BYTES];
    size_t n = 0;
    if (!take_word(&rest, &group) || !take_word(&rest, &name)) {
        return "expected a group, a name and features";
    }
    while (n < NB_QUERY_FEATURE_SETS_MAX && take_word(&rest, &set)) {
        sets[n++] = nb_arena_copy(l->arena, set);
    }
    if (n == 0) {
        return "expected features behind the name, as in Polarity=Neg";
    }
    if (l->conditions_n == l->conditions_cap) {
        size_t cap = l->conditions_cap ? l->conditions_cap * 2 : 32;
        struct nb_query_condition *grown = nb_arena_grow(
            l->arena, l->conditions, l->conditions_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            *full = true;
            return NULL;
        }
        l->conditions = grown;
        l->conditions_cap = cap;
    }
    struct nb_query_name *form = add_name(l, &l->forms, name);
    struct nb_slice *features = nb_arena_alloc(l->arena, n * sizeof(*features));
    if (!form || !features) {
        *full = true;
        return NULL;
    }
    memcpy(features, sets, n * sizeof(*features));
    form->id = (unsigned)l->conditions_n;
    form->group = nb_arena_copy(l->arena, nb_slice(plain, nb_query_plain(group, plain)));
    l->conditions[l->conditions_n++] =
        (struct nb_query_condition){nb_arena_copy(l->arena, group), form->spelling, features, n};
    *full = nb_arena_failed(l->arena);
    return NULL;
}

static const char *read_value(struct nb_query_language *l, struct nb_slice rest, bool *full)
{
    struct nb_slice name, spelling;
    unsigned field;
    if (!take_word(&rest, &name) || !nb_query_find_field(l, name, &field)) {
        return "expected a field behind value";
    }
    struct nb_slice means = {NULL, 0};
    while (take_word(&rest, &spelling)) {
        struct nb_query_name *value = add_name(l, &l->values, spelling);
        *full = *full || !value;
        if (value) {
            means = means.len ? means : value->spelling;
            value->id = field;
            value->means = means;
        }
    }
    return means.len || *full ? NULL : "expected a value behind the field";
}

/* "operator AND VE", "field site alan": more spellings of what is there. */
static const char *read_spellings(struct nb_query_language *l, struct nb_query_names *names,
                                  struct nb_slice rest, bool *full)
{
    struct nb_slice name, spelling;
    const struct nb_query_name *known = take_word(&rest, &name) ? find(names, name) : NULL;
    if (!known) {
        return "expected one of the language's own names";
    }
    unsigned id = known->id;
    while (take_word(&rest, &spelling)) {
        struct nb_query_name *added = add_name(l, names, spelling);
        if (!added) {
            *full = true;
            return NULL;
        }
        added->id = id;
    }
    return NULL;
}

static const char *read_line(struct nb_query_language *l, struct nb_slice line, bool *full)
{
    struct nb_slice what;
    if (!take_word(&line, &what) || what.p[0] == '#') {
        return NULL;
    }
    if (nb_slice_eq(what, NB_LIT("operator"))) {
        return read_spellings(l, &l->operators, line, full);
    }
    if (nb_slice_eq(what, NB_LIT("field"))) {
        return read_spellings(l, &l->fields, line, full);
    }
    if (nb_slice_eq(what, NB_LIT("value"))) {
        return read_value(l, line, full);
    }
    if (nb_slice_eq(what, NB_LIT("form"))) {
        return read_form(l, line, full);
    }
    return "expected operator, field, value or form";
}

enum nb_err nb_query_language_read(struct nb_slice text, struct nb_arena *arena,
                                   nb_query_report_fn *report, void *context,
                                   const struct nb_query_language **out)
{
    struct nb_query_language *l = nb_arena_calloc(arena, 1, sizeof(*l));
    bool full = !l;
    if (l) {
        l->arena = arena;
    }
    for (unsigned i = NB_QUERY_OP_AND; !full && i < NB_QUERY_OPS_N; i++) {
        struct nb_query_name *name = add_name(l, &l->operators, nb_slice_str(operator_names[i]));
        full = !name;
        if (name) {
            name->id = i;
        }
    }
    for (unsigned i = 0; !full && i <= NB_QUERY_FIELDS_N; i++) {
        struct nb_query_name *name = add_name(l, &l->fields, nb_slice_str(field_names[i]));
        full = !name;
        if (name) {
            name->id = i;
        }
    }
    struct nb_slice line;
    uint32_t number = 0;
    while (!full && text.p && nb_slice_split(&text, '\n', &line)) {
        number++;
        const char *problem = nb_utf8_valid(line) ? read_line(l, line, &full) : "not UTF-8";
        if (problem && report) {
            report(context, number, problem);
        }
    }
    if (full) {
        return NB_ENOMEM;
    }
    *out = l;
    return NB_OK;
}
