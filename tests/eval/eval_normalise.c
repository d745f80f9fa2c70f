/*
 * Words as typed to words as spelt.
 *
 *     eval_normalise [heldout|tuning] [show]
 *
 * Restoration: texts without what the model was trained on (or with, for tuning: a sample) are
 * stripped of every diacritic and of the circumflex, read as the program reads them, and compared
 * word by word with the fold of what they were. The other way round, the texts as they are show
 * which right words are changed. Casual forms: the rows of normalise.tsv beside this file.
 *
 * The models are those in models/ beside the program's directory (`make eval` trains them from the
 * tuning part), never those that are shipped, which have seen everything.
 */
#include "tests/lib/test.h"

#include <stdbool.h>

#include <nabiz/text.h>

#include "analyzer/core.h"
#include "analyzer/normaliser.h"
#include "analyzer/turkish/corpus.h"
#include "analyzer/turkish/treebank.h"

struct eval {
    struct tr_core *core;
    struct nb_normaliser normaliser;
    struct nb_arena *files, *arena;
    bool held_out, show;
};

struct count {
    size_t texts, words, typed, right, changed, known;
    size_t stages[TR_STAGES];
};

/* As typed on a keyboard without the letters. */
static struct nb_slice strip(struct nb_slice text, struct nb_arena *arena)
{
    static const char from[] = "\u00E7\u011F\u0131\u00F6\u015F\u00FC\u00C7\u011E\u0130\u00D6"
                               "\u015E\u00DC\u00E2\u00EE\u00FB\u00C2\u00CE\u00DB";
    static const char to[] = "cgiosuCGIOSUaiuAIU";
    char *out = nb_arena_alloc(arena, text.len);
    size_t n = 0;
    for (size_t at = 0; at < text.len;) {
        size_t begin = at;
        uint32_t c = nb_utf8_next(text, &at);
        size_t i = 0;
        struct nb_slice letters = NB_LIT(from);
        for (size_t f = 0; f < letters.len && nb_utf8_next(letters, &f) != c;) {
            i++;
        }
        if (i < sizeof(to) - 1) {
            out[n++] = to[i];
        } else {
            memcpy(out + n, text.p + begin, at - begin);
            n += at - begin;
        }
    }
    return nb_slice(out, n);
}

static struct nb_slice normal_of(const struct eval *e, const struct tr_token *token,
                                 struct tr_normal *normal)
{
    (void)tr_normalise(&e->normaliser.turkish, token, normal);
    return nb_slice(normal->text, normal->len);
}

/* Words with an I have two folded forms; which is right the lexicon says for both sides. */
static void count_text(const struct eval *e, struct nb_slice text, bool stripped,
                       struct count *count)
{
    struct tr_token *want, *got;
    size_t want_n, got_n;
    struct nb_slice typed = stripped ? strip(text, e->arena) : text;
    if (tr_tokenise(text, e->arena, &want, &want_n) != NB_OK ||
        tr_tokenise(typed, e->arena, &got, &got_n) != NB_OK || want_n != got_n) {
        return;
    }
    count->texts++;
    (void)tr_restore_text(&e->normaliser.turkish, got, got_n, e->arena);
    for (size_t i = 0; i < got_n; i++) {
        struct tr_normal normal;
        if (got[i].kind != TR_WORD) {
            continue;
        }
        struct nb_slice form = normal_of(e, &got[i], &normal);
        bool either = want[i].either_i;
        char dotted[512];
        size_t dotted_n = 0;
        if (either && want[i].folded.len <= sizeof(dotted)) {
            memcpy(dotted, want[i].folded.p, want[i].folded.len);
            dotted_n = tr_dotted(dotted, want[i].folded.len);
        }
        bool right = nb_slice_eq(form, want[i].folded) ||
                     (either && nb_slice_eq(form, nb_slice(dotted, dotted_n)));
        count->words++;
        count->right += right;
        count->stages[normal.stage]++;
        count->known += normal.stage == TR_STAGE_EXACT;
        if (!right && e->show) {
            printf("%s\t%.*s\t%.*s\t%.*s\n", tr_stage_name(normal.stage), NB_ARG(want[i].folded),
                   NB_ARG(form), NB_ARG(nb_slice_sub(typed, got[i].begin, got[i].end)));
        }
    }
}

static void print(const char *name, const char *data, const struct count *stripped,
                  const struct count *as_is)
{
    printf("%s-restored %.2f %% of words (n %zu in %zu texts, %s, stripped)\n", name,
           100.0 * (double)stripped->right / (double)stripped->words, stripped->words,
           stripped->texts, data);
    printf("%s-untouched %.2f %% of words (as they are; %.2f %% known as typed)\n", name,
           100.0 * (double)as_is->right / (double)as_is->words,
           100.0 * (double)as_is->known / (double)as_is->words);
    for (int i = TR_STAGE_OTHER_I; i < TR_STAGES; i++) {
        printf("  %-12s %5.2f %% stripped, %5.2f %% as they are\n", tr_stage_name((enum tr_stage)i),
               100.0 * (double)stripped->stages[i] / (double)stripped->words,
               100.0 * (double)as_is->stages[i] / (double)as_is->words);
    }
}

static void count_both(const struct eval *e, struct nb_slice text, struct count *both)
{
    nb_arena_reset(e->arena);
    count_text(e, text, true, &both[0]);
    nb_arena_reset(e->arena);
    count_text(e, text, false, &both[1]);
}

/* The words of a sentence with blanks between; a part of a word does not stand alone. */
static struct nb_slice sentence_text(const struct tr_gold_sentence *s, struct nb_arena *arena)
{
    size_t bytes = 0, n = 0;
    for (size_t i = 0; i < s->words_n; i++) {
        bytes += s->words[i].written.len + 1;
    }
    char *text = nb_arena_alloc(arena, bytes);
    for (size_t i = 0; i < s->words_n; i++) {
        if (!s->words[i].later_part) {
            memcpy(text + n, s->words[i].written.p, s->words[i].written.len);
            n += s->words[i].written.len;
            text[n++] = ' ';
        }
    }
    return nb_slice(text, n);
}

static bool eval_treebanks(const struct eval *e)
{
    static const char *const names[] = {"boun-ud-dev",  "framenet-ud-dev", "framenet-ud-train",
                                        "kenet-ud-dev", "penn-ud-dev",     "tourism-ud-dev"};
    struct count both[2] = {{.texts = 0}, {.texts = 0}};
    for (size_t f = 0; f < sizeof(names) / sizeof(names[0]); f++) {
        char name[128];
        struct tr_treebank bank;
        (void)snprintf(name, sizeof(name), "treebanks/tr_%s.conllu", names[f]);
        const char *path = nbt_data(name);
        if (!path || tr_treebank_read(nbt_read_file(path, e->files), e->files, &bank) != NB_OK) {
            return false;
        }
        for (size_t i = 0; i < bank.sentences_n; i++) {
            const struct tr_gold_sentence *s = &bank.sentences[i];
            if (tr_treebank_held_out(s->id) == e->held_out) {
                count_both(e, sentence_text(s, e->files), both);
            }
        }
    }
    print("treebanks", e->held_out ? "held-out fifth" : "tuning part", &both[0], &both[1]);
    return true;
}

static bool eval_table(const struct eval *e, const char *name, const char *file, char separator,
                       const char *column, size_t step)
{
    const char *path = nbt_data(file);
    struct count both[2] = {{.texts = 0}, {.texts = 0}};
    struct tr_corpus corpus;
    struct nb_slice text;
    if (!path ||
        !tr_corpus_open(&corpus, nbt_read_file(path, e->files), separator, nb_slice_str(column))) {
        return false;
    }
    for (size_t i = 0; tr_corpus_next(&corpus, e->files, &text); i++) {
        bool wanted = tr_corpus_held_out(text) == e->held_out && (e->held_out || i % step == 0);
        if (wanted && tr_corpus_well_typed(text)) {
            count_both(e, text, both);
        }
    }
    print(name, e->held_out ? "held-out tenth" : "a sample of the tuning part", &both[0], &both[1]);
    return true;
}

/* Endings as they are said may be in the lexicon of suffixes: then the lemma has to be right. */
static bool same_lemma(const struct eval *e, struct nb_slice typed, struct nb_slice standard)
{
    struct tr_analysis a[TR_ANALYSE_MAX], b[TR_ANALYSE_MAX];
    char x[TR_LEMMA_BYTES_MAX], y[TR_LEMMA_BYTES_MAX];
    size_t a_n = tr_analyse(e->core, typed, a, TR_ANALYSE_MAX);
    size_t b_n = tr_analyse(e->core, standard, b, TR_ANALYSE_MAX);
    for (size_t i = 0; i < a_n; i++) {
        for (size_t k = 0; k < b_n; k++) {
            struct nb_slice lemma = nb_slice(x, tr_core_lemma(e->core, typed, &a[i], x));
            if (a[i].upos == b[k].upos &&
                nb_slice_eq(lemma, nb_slice(y, tr_core_lemma(e->core, standard, &b[k], y)))) {
                return true;
            }
        }
    }
    return false;
}

/* form, standard: what is typed and what is meant, several words allowed in the second. */
static void eval_casual(struct eval *e)
{
    struct nb_slice line, rest = nbt_read_file("tests/eval/normalise.tsv", e->files);
    size_t n = 0, right = 0;
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice typed;
        if (!line.len || line.p[0] == '#' || !nb_slice_split(&line, '\t', &typed)) {
            continue;
        }
        struct tr_token *tokens;
        size_t tokens_n;
        struct tr_normal normal;
        nb_arena_reset(e->arena);
        if (tr_tokenise(typed, e->arena, &tokens, &tokens_n) != NB_OK || tokens_n != 1) {
            continue;
        }
        struct nb_slice got = normal_of(e, &tokens[0], &normal);
        bool same =
            nb_slice_eq(got, line) || (normal.stage == TR_STAGE_EXACT && same_lemma(e, got, line));
        n++;
        right += same;
        if (!same) {
            printf("  %.*s: %.*s (%s), expected %.*s\n", NB_ARG(typed), NB_ARG(got),
                   tr_stage_name(normal.stage), NB_ARG(line));
        }
    }
    printf("casual-forms %.3f right (n %zu, tests/eval/normalise.tsv, ours)\n",
           n ? (double)right / (double)n : 0, n);
}

int main(int argc, char **argv)
{
    struct eval e = {.held_out = true};
    struct nb_error error = {0};
    char models[4200];
    const char *slash = strrchr(argv[0], '/');
    (void)snprintf(models, sizeof(models), "%.*s/../models", slash ? (int)(slash - argv[0]) : 1,
                   slash ? argv[0] : ".");
    for (int i = 1; i < argc; i++) {
        e.held_out &= strcmp(argv[i], "tuning") != 0;
        e.show |= strcmp(argv[i], "show") == 0;
    }
    e.files = nb_arena_new((size_t)1 << 30);
    e.arena = nb_arena_new((size_t)64 << 20);
    if (nb_core_load("lexicons", &e.core, NULL, &error) != NB_OK ||
        nb_normaliser_init(&e.normaliser, e.core, "lexicons", models, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_normalise: %s\n", nb_error_text(&error));
        return 1;
    }
    bool there =
        eval_treebanks(&e) &&
        eval_table(&e, "headlines", "headlines/diken_non-clickbait.csv", ',', "full_text", 10) &&
        eval_table(&e, "posts", "posts/unlabelled.tsv", '\t', "text", 10);
    if (there && !e.show) {
        eval_casual(&e);
    }
    nb_normaliser_fini(&e.normaliser);
    tr_core_free(e.core);
    nb_arena_free(e.arena);
    nb_arena_free(e.files);
    return 0;
}
