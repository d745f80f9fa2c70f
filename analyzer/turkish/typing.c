/*
 * Whether a text lacks its diacritics is decided for the text as a whole: each word that the model
 * would change speaks for it, more so when it is no word as typed, and each word typed with a mark
 * speaks against. Then each word is decided with its neighbours, and a form that is a word is
 * preferred to one that is not.
 */
#include "analyzer/turkish/normalise.h"

#include <stddef.h>
#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/cache.h"

/*
 * Weights of evidence, and how much more likely (in the units of the model) a form must be that is
 * no word. Set on the parts of the corpora for tuning, see tests/eval/eval_normalise.c.
 */
enum {
    NO_WORD_SAYS = 3,
    SURE = 12, /* of the least sure letter, for a word to say 1 */
    SAYS_MAX = 3,
    WORD_SAYS_MAX = 3, /* the most of these */
    MARKED_SAYS = 3,
    ENOUGH = 2,
    WORD_BONUS = 60,
    KNOWN_SURE = 8, /* to change a word that is one as typed */
    BONUS_MAX = WORD_BONUS + KNOWN_SURE
};

enum { MEMOS_BYTES = 4 << 20, MEMO_BYTES = 64, WORDS_AHEAD = 32 }; /* a memo: mostly */
enum { KEPT_MEMO, KEPT_SORTS };                                    /* kinds of answers in a cache */

/* A word of the text, as typed without marks, with its neighbours in between. */
struct plain {
    struct nb_slice word; /* empty: no word, or typed with marks */
    bool marked, open;    /* open: has a letter that may lack its mark */
};

static bool has_mark(struct nb_slice folded)
{
    for (size_t i = 0; i + 1 < folded.len; i++) {
        unsigned char a = (unsigned char)folded.p[i], b = (unsigned char)folded.p[i + 1];
        if ((a == 0xC3 && (b == 0xA7 || b == 0xB6 || b == 0xBC)) ||
            (a == 0xC4 && (b == 0x9F || b == 0xB1)) || (a == 0xC5 && b == 0x9F)) {
            return true;
        }
    }
    return false;
}

static bool is_open(struct nb_slice word)
{
    bool open = false;
    for (size_t i = 0; i < word.len; i++) {
        open |= tr_restorable(word.p[i]);
    }
    return open;
}

static bool make_plain(const struct tr_token *tokens, size_t n, struct nb_arena *arena,
                       struct plain *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct plain){.word = {NULL, 0}};
        if (tokens[i].kind == TR_WORD) {
            struct nb_slice word = tokens[i].folded;
            if (tr_ascii_prefix(word) < word.len) {
                char *bytes = nb_arena_alloc(arena, word.len);
                if (!bytes) {
                    return false;
                }
                memcpy(bytes, word.p, word.len);
                word = nb_slice(bytes, tr_plain(bytes, word.len));
            }
            out[i].word = word;
            out[i].marked = !tokens[i].ascii && has_mark(tokens[i].folded);
            out[i].open = is_open(out[i].word);
        }
    }
    return true;
}

static struct tr_plain_word in_place(const struct tr_token *tokens, const struct plain *all,
                                     size_t n, size_t i)
{
    struct tr_plain_word in = {.word = all[i].word};
    in.before = i > 0 ? all[i - 1].word : in.before;
    in.after = i + 1 < n ? all[i + 1].word : in.after;
    in.name = tokens[i].capital && !tokens[i].after_break;
    return in;
}

struct tr_cache *tr_restore_cache_new(void)
{
    return tr_cache_new(MEMOS_BYTES);
}

/* Give a word what was weighed of it before. */
static void take_memo(const struct tr_cache *cache, struct tr_plain_word *in,
                      struct tr_restore_memo *memo)
{
    if (!cache) {
        return;
    }
    const struct tr_restore_memo *held = tr_cache_find(cache, in->word, KEPT_MEMO);
    memo->n = 0;
    if (held) {
        memcpy(memo, held, offsetof(struct tr_restore_memo, all) + held->n * sizeof(held->all[0]));
    }
    memo->grew = false;
    in->memo = memo;
}

static void keep_memo(struct tr_cache *cache, const struct tr_plain_word *in)
{
    const struct tr_restore_memo *memo = in->memo;
    if (memo && memo->grew) {
        tr_cache_keep(cache, in->word, KEPT_MEMO, memo,
                      offsetof(struct tr_restore_memo, all) + memo->n * sizeof(memo->all[0]));
    }
}

/* What sort of word a form is, a set; kept by the form. */
enum { SORT_WORD = 1, SORT_SMALL = 2 }; /* small: no name alone, which is none where it is small */

static unsigned sorts_of(const struct tr_normaliser *of, struct tr_cache *cache,
                         struct nb_slice form)
{
    struct tr_asked asked = tr_ask(form, KEPT_SORTS);
    const uint8_t *held = cache ? tr_cache_find_asked(cache, &asked) : NULL;
    if (held) {
        return *held;
    }
    struct tr_analysis analyses[TR_ANALYSE_MAX];
    size_t n = tr_analyse(of->core, form, analyses, TR_ANALYSE_MAX);
    uint8_t sorts = n ? SORT_WORD : 0;
    for (size_t i = 0; i < n; i++) {
        sorts |= analyses[i].root_upos != TR_UPOS_PROPN ? SORT_SMALL : 0;
    }
    if (cache) {
        tr_cache_keep_asked(cache, &asked, &sorts, sizeof(sorts));
    }
    return sorts;
}

/* A typed I is no sign of a mark that lacks: as typed, a word has one or two folded forms. */
static bool is_as_typed(const struct tr_token *token, struct nb_slice form)
{
    char dotted[2 * TR_RESTORE_BYTES_MAX];
    if (nb_slice_eq(form, token->folded)) {
        return true;
    }
    if (!token->either_i || token->folded.len > sizeof(dotted)) {
        return false;
    }
    memcpy(dotted, token->folded.p, token->folded.len);
    return nb_slice_eq(form, nb_slice(dotted, tr_dotted(dotted, token->folded.len)));
}

static bool is_known(const struct tr_normaliser *of, struct tr_cache *cache,
                     const struct tr_token *token)
{
    char dotted[2 * TR_RESTORE_BYTES_MAX];
    if (sorts_of(of, cache, token->folded)) {
        return true;
    }
    if (!token->either_i || token->folded.len > sizeof(dotted)) {
        return false;
    }
    memcpy(dotted, token->folded.p, token->folded.len);
    return sorts_of(of, cache, nb_slice(dotted, tr_dotted(dotted, token->folded.len))) != 0;
}

static bool may_say(const struct tr_token *token, const struct plain *word)
{
    return word->open && !word->marked && token->ascii;
}

static size_t next_asked(const struct tr_token *tokens, const struct plain *all, size_t n, size_t i)
{
    while (i < n && !may_say(&tokens[i], &all[i])) {
        i++;
    }
    return i;
}

/* Have in memory what the word is asked with. */
static void ask_ahead(const struct tr_normaliser *of, const struct tr_cache *cache,
                      const struct tr_token *tokens, const struct plain *all, size_t n, size_t i)
{
    if (i < n) {
        struct tr_plain_word in = in_place(tokens, all, n, i);
        struct tr_asked asked = tr_ask(in.word, KEPT_MEMO);
        tr_restore_ahead(&of->restorer, &in);
        if (cache) {
            tr_cache_prefetch(cache, &asked, 1, MEMO_BYTES);
        }
    }
}

/* How much a word speaks for marks that lack: it would have some, or is none as typed. */
static int32_t what_says(const struct tr_normaliser *of, struct tr_cache *cache,
                         const struct tr_token *token, struct tr_plain_word *in)
{
    struct tr_restored best;
    struct tr_restore_memo memo;
    take_memo(cache, in, &memo);
    bool restored = tr_restore(&of->restorer, in, &best);
    keep_memo(cache, in);
    if (!restored || is_as_typed(token, nb_slice(best.text, best.len))) {
        return 0;
    }
    int32_t sure = best.least / SURE < SAYS_MAX ? best.least / SURE : SAYS_MAX;
    return is_known(of, cache, token) ? sure : NO_WORD_SAYS;
}

/* Asks no further word than it takes to be sure of the sum. */
static bool lacks_marks(const struct tr_normaliser *of, struct tr_cache *cache,
                        const struct tr_token *tokens, const struct plain *all, size_t n)
{
    int32_t says = 0, unasked = 0;
    for (size_t i = 0; i < n; i++) {
        says -= all[i].marked ? MARKED_SAYS : 0;
        unasked += may_say(&tokens[i], &all[i]);
    }
    size_t next = next_asked(tokens, all, n, 0);
    ask_ahead(of, cache, tokens, all, n, next);
    while (next < n && says < ENOUGH && says + WORD_SAYS_MAX * unasked >= ENOUGH) {
        size_t i = next;
        struct tr_plain_word in = in_place(tokens, all, n, i);
        next = next_asked(tokens, all, n, i + 1);
        ask_ahead(of, cache, tokens, all, n, next);
        says += what_says(of, cache, &tokens[i], &in);
        unasked--;
    }
    return says >= ENOUGH;
}

/* What it is worth to be a word; a name is none where it is written small. */
static int32_t word_bonus(const struct tr_normaliser *of, struct tr_cache *cache,
                          const struct tr_token *token, struct nb_slice form)
{
    unsigned asked = token->capital ? SORT_WORD : SORT_SMALL;
    return sorts_of(of, cache, form) & asked ? WORD_BONUS : 0;
}

/*
 * The form of one word, in out; of the two readings of a typed I the likelier one.
 * @return false when it stays as it is.
 */
static bool restore_word(const struct tr_normaliser *of, struct tr_cache *cache,
                         const struct tr_token *token, const struct tr_plain_word *in,
                         struct tr_restored *out)
{
    struct tr_restored forms[TR_RESTORE_BEAM];
    size_t n = tr_restore_candidates(&of->restorer, in, forms), best = 0;
    int32_t best_score = INT32_MIN;
    for (size_t i = 0; i < n && forms[i].score + BONUS_MAX > best_score; i++) {
        struct nb_slice form = nb_slice(forms[i].text, forms[i].len);
        int32_t score = forms[i].score + word_bonus(of, cache, token, form);
        if (is_as_typed(token, form)) {
            score += KNOWN_SURE;
        }
        if (score > best_score) {
            best_score = score;
            best = i;
        }
    }
    if (n > 0) {
        *out = forms[best];
    }
    return n > 0 && !nb_slice_eq(nb_slice(out->text, out->len), token->folded);
}

static bool may_change(const struct tr_token *token, const struct plain *word)
{
    return word->open && token->ascii;
}

static void memos_ahead(const struct tr_cache *cache, const struct tr_token *tokens,
                        const struct plain *all, size_t n, size_t from)
{
    struct tr_asked asked[WORDS_AHEAD];
    size_t asked_n = 0;
    for (size_t i = from; cache && i < n && i < from + WORDS_AHEAD; i++) {
        if (may_change(&tokens[i], &all[i])) {
            asked[asked_n++] = tr_ask(all[i].word, KEPT_MEMO);
        }
    }
    if (asked_n) {
        tr_cache_prefetch(cache, asked, asked_n, MEMO_BYTES);
    }
}

size_t tr_restore_text(const struct tr_normaliser *normaliser, struct tr_token *tokens, size_t n,
                       struct nb_arena *arena)
{
    return tr_restore_text_cached(normaliser, NULL, tokens, n, arena);
}

size_t tr_restore_text_cached(const struct tr_normaliser *normaliser, struct tr_cache *cache,
                              struct tr_token *tokens, size_t n, struct nb_arena *arena)
{
    size_t marked = 0, words = 0, changed = 0;
    for (size_t i = 0; i < n; i++) {
        words += tokens[i].kind == TR_WORD;
        marked += tokens[i].kind == TR_WORD && !tokens[i].ascii && has_mark(tokens[i].folded);
    }
    if (!normaliser->restorer.entries || words == 0 || 3 * marked > words) {
        return 0;
    }
    struct plain *all = nb_arena_alloc(arena, n * sizeof(*all));
    if (!all || !make_plain(tokens, n, arena, all) ||
        !lacks_marks(normaliser, cache, tokens, all, n)) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        struct tr_restored form;
        struct tr_restore_memo memo;
        if (i % WORDS_AHEAD == 0) {
            memos_ahead(cache, tokens, all, n, i);
        }
        if (!may_change(&tokens[i], &all[i])) {
            continue;
        }
        struct tr_plain_word in = in_place(tokens, all, n, i);
        /* By now the word before has its marks. */
        in.vowel_before = in.before.len ? tr_restore_vowel(tokens[i - 1].folded) : 0;
        take_memo(cache, &in, &memo);
        bool differs = restore_word(normaliser, cache, &tokens[i], &in, &form);
        keep_memo(cache, &in);
        if (!differs) {
            continue;
        }
        struct nb_slice folded = nb_arena_copy(arena, nb_slice(form.text, form.len));
        if (!folded.p) {
            return changed;
        }
        size_t quote = nb_slice_find_byte(folded, '\'', 0);
        tokens[i].folded = folded;
        tokens[i].stem_len = (uint16_t)(quote == NB_NPOS ? folded.len : quote);
        tokens[i].restored = true;
        changed++;
    }
    return changed;
}
