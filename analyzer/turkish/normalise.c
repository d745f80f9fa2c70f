/*
 * A word is tried in a few spellings ("bases"): as typed, with its I read the other way, shortened
 * in three ways. Each base is looked up, rewritten, restored, and the first that leads to a word
 * with an analysis wins, in the order of the steps and not of the bases.
 */
#include "analyzer/turkish/normalise.h"

#include <string.h>

#include <nabiz/text.h>

enum { WORD_BYTES_MAX = TR_INFORMAL_BYTES_MAX, BASES_MAX = 8, RESTORED_TRIED = 3, UNLIKELY = 80 };

struct base {
    char text[WORD_BYTES_MAX];
    size_t len;
    uint8_t stage;
};

struct cascade {
    const struct tr_normaliser *of;
    struct base bases[BASES_MAX];
    size_t n;
    struct tr_normal *out;
};

const char *tr_stage_name(enum tr_stage stage)
{
    static const char *const names[TR_STAGES] = {
        [TR_STAGE_EXACT] = "exact",         [TR_STAGE_OTHER_I] = "other-i",
        [TR_STAGE_SHORTENED] = "shortened", [TR_STAGE_ABBREVIATION] = "abbreviation",
        [TR_STAGE_CASUAL] = "casual",       [TR_STAGE_DIACRITICS] = "diacritics",
        [TR_STAGE_HASHTAG] = "hashtag",     [TR_STAGE_SPELLING] = "spelling",
        [TR_STAGE_UNKNOWN] = "unknown",
    };
    return names[stage];
}

static bool is_word(const struct tr_normaliser *of, struct nb_slice form)
{
    struct tr_analysis analyses[TR_ANALYSE_MAX];
    return tr_analyse(of->core, form, analyses, TR_ANALYSE_MAX) > 0;
}

static bool found(struct cascade *c, struct nb_slice text, size_t head, size_t head_len,
                  enum tr_stage stage)
{
    if (text.len > TR_NORMAL_BYTES_MAX) {
        return false;
    }
    memcpy(c->out->text, text.p, text.len);
    c->out->len = (uint16_t)text.len;
    c->out->head = (uint16_t)head;
    c->out->head_len = (uint16_t)head_len;
    c->out->stage = (uint8_t)stage;
    return true;
}

static void add_base(struct cascade *c, const char *text, size_t len, enum tr_stage stage)
{
    for (size_t i = 0; i < c->n; i++) {
        if (nb_slice_eq(nb_slice(c->bases[i].text, c->bases[i].len), nb_slice(text, len))) {
            return;
        }
    }
    if (c->n < BASES_MAX && len > 0 && len <= WORD_BYTES_MAX) {
        struct base *base = &c->bases[c->n++];
        memcpy(base->text, text, len);
        base->len = len;
        base->stage = (uint8_t)stage;
    }
}

/* Runs of `from` and more of one letter become `keep` of it. */
static size_t shorten_runs(const char *in, size_t len, size_t from, size_t keep, char *out)
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        size_t width = (unsigned char)in[at] >= 0xC0 && at + 1 < len ? 2 : 1;
        size_t run = 1;
        while (at + (run + 1) * width <= len &&
               memcmp(in + at, in + at + run * width, width) == 0) {
            run++;
        }
        size_t times = run >= from ? keep : run;
        for (size_t i = 0; i < times; i++) {
            memcpy(out + n, in + at, width);
            n += width;
        }
        at += run * width;
    }
    return n;
}

/* Two letters left of each run make a word that is written more often than one letter does. */
static bool is_double(const struct tr_normaliser *of, const struct tr_token *token)
{
    char text[4 * WORD_BYTES_MAX];
    unsigned frequency[3] = {0};
    for (size_t keep = 1; keep <= 2; keep++) {
        size_t len = shorten_runs(token->folded.p, token->folded.len, 3, keep, text);
        frequency[keep] = tr_speller_frequency(&of->speller, nb_slice(text, len));
    }
    return frequency[2] > frequency[1];
}

static void add_shortened(struct cascade *c, const struct tr_token *token)
{
    static const size_t ways[][2] = {{3, 1}, {3, 2}, {2, 1}};
    char shorter[4 * WORD_BYTES_MAX];
    if (!token->elongated || token->folded.len > sizeof(shorter)) {
        return;
    }
    if (is_double(c->of, token)) { /* "saaat" is no "sat" */
        size_t len = shorten_runs(token->folded.p, token->folded.len, 3, 2, shorter);
        add_base(c, shorter, len, TR_STAGE_SHORTENED);
    }
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        size_t len =
            shorten_runs(token->folded.p, token->folded.len, ways[i][0], ways[i][1], shorter);
        add_base(c, shorter, len, TR_STAGE_SHORTENED);
    }
    for (size_t i = 0; token->either_i && i < 2; i++) {
        size_t len =
            shorten_runs(token->folded.p, token->folded.len, ways[i][0], ways[i][1], shorter);
        add_base(c, shorter, tr_dotted(shorter, len), TR_STAGE_SHORTENED);
    }
}

static bool is_more_than_name(const struct tr_normaliser *of, struct nb_slice form)
{
    struct tr_analysis analyses[TR_ANALYSE_MAX];
    size_t n = tr_analyse(of->core, form, analyses, TR_ANALYSE_MAX), i = 0;
    while (i < n && analyses[i].root_upos == TR_UPOS_PROPN) {
        i++;
    }
    return i < n;
}

static bool try_bases(struct cascade *c, bool names)
{
    for (size_t i = 1; i < c->n; i++) {
        struct nb_slice form = nb_slice(c->bases[i].text, c->bases[i].len);
        if (names ? is_word(c->of, form) : is_more_than_name(c->of, form)) {
            return found(c, form, 0, form.len, (enum tr_stage)c->bases[i].stage);
        }
    }
    return false;
}

/*
 * The standard form of an abbreviation need not be a word of the lexicon: someone wrote it down.
 * The word with a star behind it carries the meaning, else the last.
 */
static bool try_whole(struct cascade *c, struct nb_slice form)
{
    struct nb_slice standard =
        c->of->informal ? tr_informal_whole(c->of->informal, form) : NB_LIT("");
    char text[TR_NORMAL_BYTES_MAX];
    size_t len = 0, begin = 0, head = 0, head_len = 0;
    for (size_t i = 0; i < standard.len && len < sizeof(text); i++) {
        if (standard.p[i] == '*') {
            head = begin;
            head_len = len - begin;
            continue;
        }
        text[len++] = standard.p[i];
        begin = standard.p[i] == ' ' ? len : begin;
    }
    return len && found(c, nb_slice(text, len), head_len ? head : begin,
                        head_len ? head_len : len - begin, TR_STAGE_ABBREVIATION);
}

/* Rules apply once, and an ending once more behind a beginning ("napıyon"). */
static bool try_rules(struct cascade *c, struct nb_slice form, bool again)
{
    struct tr_rewritten r;
    for (size_t rule = 0;
         c->of->informal && tr_informal_rewrite(c->of->informal, form, &rule, &r);) {
        struct nb_slice head = nb_slice(r.text + r.head, r.head_len);
        if (is_word(c->of, head)) {
            return found(c, nb_slice(r.text, r.len), r.head, r.head_len, TR_STAGE_CASUAL);
        }
        bool beginning = r.head > 0;
        if (again && beginning && r.head + r.head_len == r.len && try_rules(c, head, false)) {
            struct tr_normal *out = c->out;
            if (r.head + out->len > TR_NORMAL_BYTES_MAX) {
                return false;
            }
            memmove(out->text + r.head, out->text, out->len);
            memcpy(out->text, r.text, r.head);
            out->len = (uint16_t)(out->len + r.head);
            out->head = (uint16_t)(out->head + r.head);
            return true;
        }
    }
    return false;
}

static bool try_informal(struct cascade *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (try_whole(c, nb_slice(c->bases[i].text, c->bases[i].len))) {
            return true;
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        if (try_rules(c, nb_slice(c->bases[i].text, c->bases[i].len), true)) {
            return true;
        }
    }
    return false;
}

/* What was typed with its mark was meant so, but for the dotless i, whose key is near the other. */
static bool keeps_marks(const struct base *base, const struct tr_restored *form)
{
    struct nb_slice typed = nb_slice(base->text, base->len);
    struct nb_slice restored = nb_slice(form->text, form->len);
    for (size_t a = 0, b = 0; a < typed.len && b < restored.len;) {
        uint32_t t = nb_utf8_next(typed, &a);
        if (t != nb_utf8_next(restored, &b) && t >= 0x80 && t != 0x131) {
            return false;
        }
    }
    return true;
}

/* Candidates that are words, best first; then what rules make of the likeliest. */
static bool try_restored(struct cascade *c, const struct base *base, bool rewrite)
{
    char plain[WORD_BYTES_MAX];
    struct tr_restored forms[TR_RESTORE_BEAM];
    memcpy(plain, base->text, base->len);
    struct tr_plain_word in = {.word = nb_slice(plain, tr_plain(plain, base->len))};
    size_t n = tr_restore_candidates(&c->of->restorer, &in, forms);
    for (size_t i = 0; i < n && forms[0].score - forms[i].score <= UNLIKELY; i++) {
        struct nb_slice form = nb_slice(forms[i].text, forms[i].len);
        if (keeps_marks(base, &forms[i]) && is_word(c->of, form)) {
            return found(c, form, 0, form.len, TR_STAGE_DIACRITICS);
        }
    }
    for (size_t i = 0; rewrite && i < n && i < RESTORED_TRIED; i++) {
        struct nb_slice form = nb_slice(forms[i].text, forms[i].len);
        if (keeps_marks(base, &forms[i]) && (try_whole(c, form) || try_rules(c, form, true))) {
            return true;
        }
    }
    return false;
}

static bool try_spelling(struct cascade *c, const struct tr_token *token)
{
    struct tr_spelt spelt[TR_SPELL_FOUND_MAX];
    const struct base *base = &c->bases[c->n > 1 && token->elongated ? 1 : 0];
    if (token->capital || token->stem_len < token->folded.len) {
        return false;
    }
    size_t n = tr_spell(&c->of->speller, nb_slice(base->text, base->len), spelt);
    for (size_t i = 0; i < n; i++) {
        struct nb_slice form = nb_slice(spelt[i].text, spelt[i].len);
        if (is_word(c->of, form)) {
            return found(c, form, 0, form.len, TR_STAGE_SPELLING);
        }
    }
    return false;
}

/* The same letters but for dots on i: what capitals typed without Turkish keys may stand for. */
static bool same_but_i(struct nb_slice a, struct nb_slice b)
{
    size_t i = 0, k = 0;
    while (i < a.len && k < b.len) {
        uint32_t x = nb_utf8_next(a, &i), y = nb_utf8_next(b, &k);
        if (x != y && !((x == 'i' || x == 0x131) && (y == 'i' || y == 0x131))) {
            return false;
        }
    }
    return i == a.len && k == b.len;
}

/*
 * A word nobody knows stays as it is typed. With an I it has two readings, in capitals one for
 * every I: the likeliest is the one that restoring comes upon first.
 */
static void keep_as_typed(struct cascade *c, const struct tr_token *token)
{
    struct nb_slice word = nb_utf8_cut(token->folded, TR_NORMAL_BYTES_MAX);
    char dotted[TR_NORMAL_BYTES_MAX], plain[TR_NORMAL_BYTES_MAX];
    struct tr_restored forms[TR_RESTORE_BEAM];
    size_t n = 0, dotted_n = 0;
    if (token->either_i) {
        memcpy(dotted, word.p, word.len);
        dotted_n = tr_dotted(dotted, word.len);
        memcpy(plain, dotted, dotted_n);
        struct tr_plain_word in = {.word = nb_slice(plain, tr_plain(plain, dotted_n))};
        n = tr_restore_candidates(&c->of->restorer, &in, forms);
    }
    for (size_t i = 0; i < n; i++) {
        struct nb_slice form = nb_slice(forms[i].text, forms[i].len);
        struct nb_slice other = nb_slice(dotted, dotted_n);
        if (nb_slice_eq(form, word) || nb_slice_eq(form, other) ||
            (token->capitals && same_but_i(form, other))) {
            word = form;
            break;
        }
    }
    (void)found(c, word, 0, word.len, TR_STAGE_UNKNOWN);
}

bool tr_normalise(const struct tr_normaliser *normaliser, const struct tr_token *token,
                  struct tr_normal *out)
{
    struct cascade c = {.of = normaliser, .out = out};
    struct nb_slice word = token->folded;
    if (is_word(normaliser, word)) {
        return found(&c, word, 0, word.len, TR_STAGE_EXACT);
    }
    add_base(&c, word.p, word.len, TR_STAGE_EXACT);
    if (token->either_i && word.len <= 2 * WORD_BYTES_MAX) {
        char dotted[2 * WORD_BYTES_MAX];
        memcpy(dotted, word.p, word.len);
        add_base(&c, dotted, tr_dotted(dotted, word.len), TR_STAGE_OTHER_I);
    }
    add_shortened(&c, token);
    /* "cooook" is no Cook. */
    if (try_bases(&c, token->capital)) {
        return true;
    }
    /* A name, or letters that stand for one, is not rewritten into a word. */
    bool name = token->capitals || (token->capital && !token->after_break);
    if (!name && try_informal(&c)) {
        return true;
    }
    for (size_t i = 0; i < c.n && (!name || token->capitals); i++) {
        if (try_restored(&c, &c.bases[i], !name)) {
            return true;
        }
    }
    if (try_bases(&c, true)) {
        return true;
    }
    if (c.n > 0 && !name && try_spelling(&c, token)) {
        return true;
    }
    keep_as_typed(&c, token);
    return false;
}
