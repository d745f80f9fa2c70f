#include "analyzer/turkish/choices.h"

#include <string.h>

enum { FEATURE_BYTES = 64 };

static struct nb_slice take_word(struct nb_slice *rest)
{
    *rest = nb_slice_trim(*rest);
    size_t end = 0;
    while (end < rest->len && !nb_ascii_is_space(rest->p[end])) {
        end++;
    }
    struct nb_slice word = nb_slice_sub(*rest, 0, end);
    *rest = nb_slice_sub(*rest, end, rest->len);
    return word;
}

/* @return 0 when it names a feature that no word has. */
static uint64_t read_features(const struct tr_core *core, struct nb_slice text)
{
    uint64_t set = 0;
    struct nb_slice one;
    while (nb_slice_split(&text, '|', &one)) {
        char name[FEATURE_BYTES];
        if (one.len >= sizeof(name)) {
            return 0;
        }
        memcpy(name, one.p, one.len);
        name[one.len] = '\0';
        uint64_t bit = tr_core_feature(core, name);
        if (!bit) {
            return 0;
        }
        set |= bit;
    }
    return set;
}

static bool is(struct nb_slice word, const char *text)
{
    return nb_slice_eq(word, nb_slice_str(text));
}

/* What follows the two readings. @return a problem, or NULL. */
static const char *read_conditions(struct tr_choice *choice, struct nb_slice rest)
{
    struct nb_slice word = take_word(&rest);
    if (is(word, "behind")) {
        if (!is(take_word(&rest), "a") || !is(take_word(&rest), "word")) {
            return "expected: behind a word";
        }
        choice->behind_word = true;
        word = take_word(&rest);
    }
    choice->not_before = is(word, "not");
    word = choice->not_before ? take_word(&rest) : word;
    if (!word.len) {
        return choice->not_before ? "expected before, and words" : NULL;
    }
    if (!is(word, "before")) {
        return "expected: behind a word, before an end, before WORD..., not before WORD...";
    }
    for (word = take_word(&rest); word.len; word = take_word(&rest)) {
        if (choice->words_n == TR_CHOICE_WORDS_MAX) {
            return "too many words";
        }
        choice->words[choice->words_n++] = word;
    }
    if (choice->words_n == 2 && is(choice->words[0], "an") && is(choice->words[1], "end")) {
        choice->words_n = 0;
        choice->before_end = true;
        return choice->not_before ? "an end cannot be asked not to follow" : NULL;
    }
    return choice->words_n ? NULL : "expected words behind before";
}

static const char *read_line(const struct tr_core *core, struct nb_slice line,
                             struct tr_choice *out)
{
    *out = (struct tr_choice){.first = read_features(core, take_word(&line))};
    if (!is(take_word(&line), "over")) {
        return "expected: READING over READING";
    }
    out->second = read_features(core, take_word(&line));
    if (!out->first || !out->second) {
        return "no suffix has these features";
    }
    return read_conditions(out, line);
}

enum nb_err tr_choices_read(struct tr_choices *choices, const struct tr_core *core,
                            struct nb_slice text, struct nb_arena *arena, tr_report_fn *report,
                            void *context)
{
    const char *copy = nb_arena_strdup(arena, text);
    if (!copy) {
        return NB_ENOMEM;
    }
    struct nb_slice line, rest = nb_slice(copy, text.len);
    for (uint32_t number = 1; nb_slice_split(&rest, '\n', &line); number++) {
        line = nb_slice_trim(line);
        if (!line.len || line.p[0] == '#') {
            continue;
        }
        bool room = choices->n < TR_CHOICES_MAX;
        const char *problem =
            room ? read_line(core, line, &choices->all[choices->n]) : "too many rules";
        if (problem) {
            report(context, number, problem);
        } else {
            choices->n++;
        }
    }
    return NB_OK;
}

static bool holds(const struct tr_choice *choice, const struct tr_around *around)
{
    if ((choice->behind_word && !around->before.len) ||
        (choice->before_end && around->ends == TR_ENDS_NOTHING)) {
        return false;
    }
    bool follows = false;
    for (size_t i = 0; i < choice->words_n; i++) {
        follows |= nb_slice_eq(choice->words[i], around->after);
    }
    return !choice->words_n || follows != choice->not_before;
}

void tr_choose(const struct tr_choices *choices, const struct tr_around *around,
               struct tr_analysis *analyses, size_t n)
{
    for (size_t c = 0; c < choices->n && n > 1; c++) {
        const struct tr_choice *choice = &choices->all[c];
        if ((analyses[0].features & choice->second) != choice->second ||
            (analyses[0].features & choice->first) == choice->first || !holds(choice, around)) {
            continue;
        }
        size_t at = 1;
        while (at < n && (analyses[at].features & choice->first) != choice->first) {
            at++;
        }
        if (at < n) {
            struct tr_analysis better = analyses[at];
            memmove(&analyses[1], &analyses[0], at * sizeof(analyses[0]));
            analyses[0] = better;
        }
    }
}
