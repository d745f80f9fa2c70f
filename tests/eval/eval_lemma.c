/*
 * The lemma operator: which words of a text a query of one word finds, over 1,000 lemmas: 500
 * nouns, 400 verbs and 100 proper names of the treebanks, drawn by a hash of the word.
 *
 *     eval_lemma [heldout|tuning]     forms from sentences, and generated ones
 *     eval_lemma errors [N]           the most frequent mistakes, of the tuning part
 *
 * The figures are of a cleaned set. Drawn is only a lemma that is one plain word of 3 to 40 bytes,
 * is written twice or more as its class, counts as its own lemma at least as often as not where it
 * is written bare, is tagged as its class in most words that have it, and is in our lexicon as this
 * class unless it is not there at all.
 *
 * In sentences a word of a text should be found by a query when the treebank gives it this lemma,
 * whatever its part of speech; a word that is written as one and counted as several has the lemmas
 * of all its parts. Every query is run over every word. The ranker is the one in models/ beside the
 * program's directory (`make eval` trains it from the tuning part).
 *
 * Generated forms come from tests/lib/endings.h, which shares nothing with the suffixes that words
 * are analysed by. It knows no irregular word: nouns whose lemma the lexicon marks as one are left
 * out, and endings in a vowel behind p, c-cedilla, t and k, which may soften. Found by another of
 * the 1,000 counts against precision, unless the form is generated from that one too.
 */
#include "tests/lib/test.h"

#include <dirent.h>

#include "analyzer/core.h"
#include "analyzer/topics/topics.h"
#include "analyzer/turkish/table.h"
#include "analyzer/turkish/treebank.h"
#include "analyzer/words.h"
#include "tests/lib/endings.h"

enum { FILES_MAX = 16, LEMMAS_N = 1000, TEXT_BYTES = 1 << 16, WORDS_MAX = 1024, CLASSES = 3 };

static const struct {
    const char *upos, *name;
    size_t n;
} classes[CLASSES] = {{"NOUN", "nouns", 500}, {"VERB", "verbs", 400}, {"PROPN", "names", 100}};

struct lemma {
    struct nb_slice text;
    unsigned class;
    size_t n;
    uint64_t hash;
};

struct counts {
    size_t there, found, right;
};

struct mistake {
    char text[160];
    size_t n;
};

struct eval {
    struct nb_arena *arena, *scratch;
    struct tr_lexicon *lexicon;
    struct nb_words words;
    struct nb_topics *topics;
    struct tr_treebank banks[FILES_MAX];
    size_t banks_n;
    struct lemma *all, chosen[LEMMAS_N];
    size_t all_n, chosen_n;
    struct counts sentences[CLASSES], generated[CLASSES];
    struct mistake *mistakes; /* NULL: not asked for */
    size_t mistakes_n;
    bool held_out;
};

static struct nb_slice folded(struct eval *e, struct nb_slice text)
{
    char *out = nb_arena_alloc(e->arena, 2 * text.len + 1);
    return nb_slice(out, tr_fold_into(text, out));
}

static bool is_plain_word(struct eval *e, struct nb_slice text)
{
    struct tr_token *tokens;
    size_t n;
    nb_arena_reset(e->scratch);
    return text.len >= 3 && text.len <= 40 && tr_tokenise(text, e->scratch, &tokens, &n) == NB_OK &&
           n == 1 && tokens[0].kind == TR_WORD && tokens[0].stem_len == tokens[0].folded.len &&
           nb_slice_find_byte(text, '-', 0) == NB_NPOS &&
           nb_slice_find_byte(text, '.', 0) == NB_NPOS;
}

static struct nb_slice gold_lemma(struct eval *e, const struct tr_gold_word *word)
{
    struct nb_slice lemma = folded(e, word->lemma);
    bool infinitive = nb_slice_eq(word->upos, NB_LIT("VERB")) && lemma.len > 4 &&
                      (nb_slice_ends(lemma, NB_LIT("mak")) || nb_slice_ends(lemma, NB_LIT("mek")));
    return infinitive ? nb_slice_sub(lemma, 0, lemma.len - 3) : lemma;
}

static int by_text(const void *a, const void *b)
{
    const struct lemma *x = a, *y = b;
    int order = nb_slice_cmp(x->text, y->text);
    return order ? order : (x->class > y->class) - (x->class < y->class);
}

static int by_hash(const void *a, const void *b)
{
    const struct lemma *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static void read_banks(struct eval *e, const char *dir)
{
    struct dirent **names;
    int n = scandir(dir, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (nb_slice_ends(nb_slice_str(names[i]->d_name), NB_LIT(".conllu")) &&
            e->banks_n < FILES_MAX) {
            char *path = nbt_path(dir, names[i]->d_name);
            struct nb_slice text = nbt_read_file(path, e->arena);
            assert_int_equal(tr_treebank_read(text, e->arena, &e->banks[e->banks_n++]), NB_OK);
            free(path);
        }
        free(names[i]);
    }
    free(names);
}

/* Lemmas of all sentences, each once with its class, and how often it is there. */
static void count_lemmas(struct eval *e)
{
    size_t cap = 0, n = 0;
    for (size_t b = 0; b < e->banks_n; b++) {
        cap += e->banks[b].words_n;
    }
    e->all = nb_arena_alloc(e->arena, cap * sizeof(*e->all));
    for (size_t b = 0; b < e->banks_n; b++) {
        for (size_t i = 0; i < e->banks[b].sentences_n; i++) {
            const struct tr_gold_sentence *sentence = &e->banks[b].sentences[i];
            for (size_t k = 0; k < sentence->words_n; k++) {
                for (unsigned c = 0; c < CLASSES; c++) {
                    if (nb_slice_eq(sentence->words[k].upos, nb_slice_str(classes[c].upos))) {
                        struct nb_slice text = gold_lemma(e, &sentence->words[k]);
                        e->all[n++] = (struct lemma){text, c, 1, tr_hash(text)};
                    }
                }
            }
        }
    }
    qsort(e->all, n, sizeof(*e->all), by_text);
    for (size_t i = 0; i < n; i++) {
        struct lemma *last = e->all_n ? &e->all[e->all_n - 1] : NULL;
        if (last && by_text(last, &e->all[i]) == 0) {
            last->n++;
        } else {
            e->all[e->all_n++] = e->all[i];
        }
    }
}

/*
 * Written alone it is itself, as often as not: some sentences call "olabilir" a lemma, most give it
 * "ol", which is what a query of an inflected word asks for.
 */
static bool is_own_lemma(struct eval *e, struct nb_slice text)
{
    size_t own = 0, other = 0;
    char form[256];
    for (size_t b = 0; b < e->banks_n; b++) {
        for (size_t i = 0; i < e->banks[b].sentences_n; i++) {
            const struct tr_gold_sentence *sentence = &e->banks[b].sentences[i];
            for (size_t k = 0; k < sentence->words_n; k++) {
                const struct tr_gold_word *word = &sentence->words[k];
                if (word->form.len > 100 || word->form.len < text.len ||
                    !nb_slice_eq(nb_slice(form, tr_fold_into(word->form, form)), text)) {
                    continue;
                }
                bool same = nb_slice_eq(gold_lemma(e, word), text);
                own += same;
                other += !same;
            }
        }
    }
    return own >= other;
}

/* Most words that have the lemma are of the class: not a predicate that is an adjective. */
static bool is_of_class(struct eval *e, struct nb_slice text, unsigned class)
{
    size_t own = 0, all = 0;
    for (size_t b = 0; b < e->banks_n; b++) {
        for (size_t i = 0; i < e->banks[b].sentences_n; i++) {
            const struct tr_gold_sentence *sentence = &e->banks[b].sentences[i];
            for (size_t k = 0; k < sentence->words_n; k++) {
                const struct tr_gold_word *word = &sentence->words[k];
                if (word->lemma.len >= text.len && word->lemma.len < 100) {
                    bool same = nb_slice_eq(gold_lemma(e, word), text);
                    all += same;
                    own += same && nb_slice_eq(word->upos, nb_slice_str(classes[class].upos));
                }
            }
        }
    }
    return 2 * own > all;
}

/* The lexicon has the word as something else only: a slip of the treebank. */
static bool is_other_class(const struct eval *e, struct nb_slice text, unsigned class)
{
    static const enum tr_upos own[CLASSES] = {TR_UPOS_NOUN, TR_UPOS_VERB, TR_UPOS_PROPN};
    bool other = false;
    for (int upos = 0; upos < TR_UPOS_N; upos++) {
        other = other || tr_lexicon_has_root(e->lexicon, text, (enum tr_upos)upos);
    }
    return other && !tr_lexicon_has_root(e->lexicon, text, own[class]);
}

static bool is_chosen(const struct eval *e, struct nb_slice text)
{
    for (size_t i = 0; i < e->chosen_n; i++) {
        if (nb_slice_eq(e->chosen[i].text, text)) {
            return true;
        }
    }
    return false;
}

static void choose_lemmas(struct eval *e)
{
    count_lemmas(e);
    qsort(e->all, e->all_n, sizeof(*e->all), by_hash);
    for (unsigned c = 0; c < CLASSES; c++) {
        size_t n = 0;
        for (size_t i = 0; i < e->all_n && n < classes[c].n; i++) {
            const struct lemma *l = &e->all[i];
            if (l->class == c && l->n >= 2 && is_plain_word(e, l->text) && !is_chosen(e, l->text) &&
                is_own_lemma(e, l->text) && is_of_class(e, l->text, c) &&
                !is_other_class(e, l->text, c)) {
                e->chosen[e->chosen_n++] = *l;
                n++;
            }
        }
    }
}

static void open_words(struct eval *e, const char *program)
{
    struct nb_error error = {0};
    struct tr_core *core;
    char models[4200];
    const char *slash = strrchr(program, '/');
    (void)snprintf(models, sizeof(models), "%.*s/../models", slash ? (int)(slash - program) : 1,
                   slash ? program : ".");
    if (nb_core_load("lexicons", &core, NULL, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    e->lexicon = tr_lexicon_new(core);
    assert_int_equal(nb_words_attach(&e->words, core, "lexicons", models, NULL, &error), NB_OK);
    tr_lexicon_normalise_with(e->lexicon, &e->words.normaliser.turkish);
    tr_lexicon_rank_with(e->lexicon, &e->words.tagger.ranker);
}

static void add_queries(struct eval *e)
{
    const struct nb_query_language *language;
    assert_int_equal(nb_query_language_read(nb_slice(NULL, 0), e->arena, NULL, NULL, &language),
                     NB_OK);
    e->topics = nb_topics_new(e->lexicon, &e->words.normaliser.turkish.speller, e->arena);
    for (size_t i = 0; i < e->chosen_n; i++) {
        const struct nb_query *query;
        char name[32];
        nb_arena_reset(e->scratch);
        (void)snprintf(name, sizeof(name), "%zu", i);
        assert_int_equal(
            nb_query_parse(language, NULL, e->chosen[i].text, false, e->scratch, &query, NULL),
            NB_OK);
        assert_int_equal(nb_topics_add(e->topics, nb_slice_str(name), query, e->scratch, NULL),
                         NB_OK);
    }
    assert_int_equal(nb_topics_seal(e->topics), NB_OK);
}

static bool measured(const struct eval *e, const struct tr_gold_sentence *sentence)
{
    return tr_treebank_held_out(sentence->id) == e->held_out;
}

/* As the analyzer reads it: diacritics put back, words read, readings chosen by sentence. */
static void match_text(struct eval *e, struct nb_slice text, struct nb_topic_text *out,
                       const struct nb_topic_match **matches, size_t *n)
{
    static const struct nb_annotation nothing;
    struct tr_token *tokens;
    struct tr_sentence *sentences;
    size_t sentences_n;
    const struct tr_normaliser *normaliser = &e->words.normaliser.turkish;
    assert_int_equal(tr_tokenise(text, e->scratch, &tokens, &out->n), NB_OK);
    (void)tr_restore_text(normaliser, tokens, out->n, e->scratch);
    assert_int_equal(tr_sentences(text, tokens, out->n, normaliser->informal, e->scratch,
                                  &sentences, &sentences_n),
                     NB_OK);
    struct tr_reading *readings = nb_arena_alloc(e->scratch, out->n * sizeof(*readings));
    for (size_t i = 0; i < out->n; i++) {
        tr_read(e->lexicon, &tokens[i], e->scratch, &readings[i]);
    }
    for (size_t i = 0; i < sentences_n; i++) {
        size_t begin = sentences[i].begin;
        tr_readings_choose(e->lexicon, &e->words.tagger.choices, tokens + begin, readings + begin,
                           sentences[i].end - begin, e->scratch);
    }
    out->tokens = tokens;
    out->readings = readings;
    const struct nb_topic_document document = {.text = *out, .facts = &nothing};
    assert_int_equal(nb_topics_match(e->topics, &document, e->scratch, matches, n), NB_OK);
}

static void note(struct eval *e, const char *kind, struct nb_slice lemma, struct nb_slice form)
{
    char text[sizeof(e->mistakes->text)];
    (void)snprintf(text, sizeof(text), "%s\t%.*s\t%.*s", kind, NB_ARG(lemma), NB_ARG(form));
    for (size_t i = 0; e->mistakes && i < e->mistakes_n; i++) {
        if (strcmp(e->mistakes[i].text, text) == 0) {
            e->mistakes[i].n++;
            return;
        }
    }
    if (e->mistakes && e->mistakes_n < 100000) {
        memcpy(e->mistakes[e->mistakes_n].text, text, sizeof(text));
        e->mistakes[e->mistakes_n++].n = 1;
    }
}

/* A word as it is written, where it stands in the text, and its lemmas. */
struct written {
    struct nb_slice form;
    size_t begin, end;
    struct nb_slice lemmas[8];
    size_t lemmas_n;
    const struct tr_gold_word *gold;
};

static size_t write_sentence(struct eval *e, const struct tr_gold_sentence *sentence, char *text,
                             struct written *words, size_t *len)
{
    size_t n = 0, at = 0;
    for (size_t k = 0; k < sentence->words_n; k++) {
        const struct tr_gold_word *gold = &sentence->words[k];
        if (gold->later_part && n) {
            struct written *word = &words[n - 1];
            if (word->lemmas_n < 8) {
                word->lemmas[word->lemmas_n++] = gold_lemma(e, gold);
            }
            continue;
        }
        if (n == WORDS_MAX || at + gold->written.len + 2 > TEXT_BYTES) {
            break;
        }
        text[at++] = ' ';
        memcpy(text + at, gold->written.p, gold->written.len);
        words[n++] = (struct written){gold->written,         at, at + gold->written.len,
                                      {gold_lemma(e, gold)}, 1,  gold};
        at += gold->written.len;
    }
    *len = at;
    return n;
}

static bool has_lemma(const struct written *word, struct nb_slice lemma)
{
    for (size_t i = 0; i < word->lemmas_n; i++) {
        if (nb_slice_eq(word->lemmas[i], lemma)) {
            return true;
        }
    }
    return false;
}

static bool finds(const struct nb_topic_match *match, const struct nb_topic_text *text,
                  const struct written *word)
{
    for (size_t i = 0; i < match->finds_n; i++) {
        const struct tr_token *token = &text->tokens[match->finds[i].begin];
        if (token->begin < word->end && token->end > word->begin) {
            return true;
        }
    }
    return false;
}

static void count_sentence(struct eval *e, const struct tr_gold_sentence *sentence)
{
    static char bytes[TEXT_BYTES];
    static struct written words[WORDS_MAX];
    struct nb_topic_text text;
    const struct nb_topic_match *matches;
    size_t matches_n, len;
    size_t n = write_sentence(e, sentence, bytes, words, &len);
    match_text(e, nb_slice(bytes, len), &text, &matches, &matches_n);
    for (size_t w = 0; w < n; w++) {
        for (size_t i = 0, m = 0; i < e->chosen_n; i++) {
            const struct lemma *lemma = &e->chosen[i];
            bool there = has_lemma(&words[w], lemma->text);
            while (m < matches_n && matches[m].topic < i) {
                m++;
            }
            bool found =
                m < matches_n && matches[m].topic == i && finds(&matches[m], &text, &words[w]);
            struct counts *c = &e->sentences[lemma->class];
            c->there += there;
            c->found += found;
            c->right += there && found;
            if (there != found) {
                note(e, there ? "missed" : "wrong", lemma->text, words[w].form);
            }
        }
    }
}

/* ---- generated forms */

static const enum nbt_ending_kind kinds[CLASSES] = {NBT_NOMINAL, NBT_VERBAL, NBT_NAME};

/* Stands in the lexicon with a mark, and nowhere without. */
static bool is_irregular(struct nb_slice nouns, struct nb_slice stem)
{
    struct nb_slice line, word;
    bool marked = false;
    while (nb_slice_split(&nouns, '\n', &line)) {
        if (!nb_slice_starts(line, NB_LIT("noun:"))) {
            continue; /* a comment, or an example */
        }
        while (nb_slice_split(&line, ' ', &word)) {
            if (nb_slice_eq(word, stem)) {
                return false;
            }
            marked = marked || (nb_slice_starts(word, stem) && word.len > stem.len &&
                                !nb_ascii_is_alpha(word.p[stem.len]) &&
                                (unsigned char)word.p[stem.len] < 0x80);
        }
    }
    return marked;
}

static bool generates(const struct lemma *lemma, struct nb_slice form)
{
    char stem[96], out[192];
    size_t n;
    const char *const *endings = nbt_endings(kinds[lemma->class], &n);
    (void)snprintf(stem, sizeof(stem), "%.*s", NB_ARG(lemma->text));
    for (size_t i = 0; i < n; i++) {
        nbt_attach(stem, endings[i], out, sizeof(out));
        if (nb_slice_eq(nb_slice_str(out), form)) {
            return true;
        }
    }
    return false;
}

static void count_form(struct eval *e, size_t own, const char *form, struct nb_slice bare)
{
    struct nb_topic_text text;
    const struct nb_topic_match *matches;
    size_t n;
    bool found = false;
    struct counts *c = &e->generated[e->chosen[own].class];
    nb_arena_reset(e->scratch);
    match_text(e, nb_slice_str(form), &text, &matches, &n);
    for (size_t i = 0; i < n; i++) {
        const struct lemma *lemma = &e->chosen[matches[i].topic];
        bool right = matches[i].topic == own;
        found = found || right;
        if (right || !generates(lemma, bare)) {
            c->found++;
            c->right += right;
        }
        if (!right && !generates(lemma, bare)) {
            note(e, "wrong, generated", lemma->text, nb_slice_str(form));
        }
    }
    c->there++;
    if (!found) {
        note(e, "missed, generated", e->chosen[own].text, nb_slice_str(form));
    }
}

static void count_generated(struct eval *e)
{
    struct nb_slice nouns = nbt_read_file("lexicons/roots/nouns.txt", e->arena);
    for (size_t i = 0; i < e->chosen_n; i++) {
        const struct lemma *lemma = &e->chosen[i];
        unsigned c = lemma->class;
        char stem[96], form[192], bare[192];
        (void)snprintf(stem, sizeof(stem), "%.*s", NB_ARG(lemma->text));
        bool irregular = c == 1 ? strlen(stem) < 3 : c == 0 && is_irregular(nouns, lemma->text);
        size_t n;
        const char *const *endings = nbt_endings(kinds[c], &n);
        for (size_t k = 0; !irregular && k < n; k++) {
            bool soft = endings[k][0] == '(' || endings[k][0] == 'I';
            if (soft && nbt_may_soften(lemma->text, kinds[c])) {
                continue;
            }
            nbt_attach(stem, endings[k], bare, sizeof(bare));
            bool apostrophe = c == 2 && endings[k][0];
            (void)snprintf(form, sizeof(form), "%s%s%s", stem, apostrophe ? "'" : "",
                           bare + strlen(stem));
            count_form(e, i, c == 1 ? bare : form, nb_slice_str(bare));
        }
    }
}

/* ---- */

static int by_number(const void *a, const void *b)
{
    const struct mistake *x = a, *y = b;
    return (x->n < y->n) - (x->n > y->n);
}

static void print(const char *what, const char *class, const struct counts *c)
{
    printf("%-9s %-6s recall %.4f precision %.4f (%zu words, %zu found, %zu right)\n", what, class,
           (double)c->right / (double)(c->there ? c->there : 1),
           (double)c->right / (double)(c->found ? c->found : 1), c->there, c->found, c->right);
}

static void print_all(const char *what, const struct counts *counts)
{
    struct counts sum = {0, 0, 0};
    for (unsigned c = 0; c < CLASSES; c++) {
        print(what, classes[c].name, &counts[c]);
        sum.there += counts[c].there;
        sum.found += counts[c].found;
        sum.right += counts[c].right;
    }
    print(what, "all", &sum);
}

int main(int argc, char **argv)
{
    const char *dir = nbt_data("treebanks");
    static struct eval e;
    bool errors = argc > 1 && strcmp(argv[1], "errors") == 0;
    if (!dir) {
        printf("eval_lemma: no treebanks, skipped\n");
        return 0;
    }
    e.held_out = argc < 2 || strcmp(argv[1], "heldout") == 0;
    e.arena = nb_arena_new((size_t)2 << 30);
    e.scratch = nb_arena_new((size_t)256 << 20);
    e.mistakes = errors ? nb_arena_alloc(e.arena, 100000 * sizeof(*e.mistakes)) : NULL;
    read_banks(&e, dir);
    open_words(&e, argv[0]);
    choose_lemmas(&e);
    add_queries(&e);
    for (size_t b = 0; b < e.banks_n; b++) {
        for (size_t i = 0; i < e.banks[b].sentences_n; i++) {
            nb_arena_reset(e.scratch);
            if (measured(&e, &e.banks[b].sentences[i])) {
                count_sentence(&e, &e.banks[b].sentences[i]);
            }
        }
    }
    count_generated(&e);
    if (errors) {
        qsort(e.mistakes, e.mistakes_n, sizeof(*e.mistakes), by_number);
        size_t most = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 40;
        for (size_t i = 0; i < e.mistakes_n && i < most; i++) {
            printf("%zu\t%s\n", e.mistakes[i].n, e.mistakes[i].text);
        }
    }
    printf("%s part, %zu lemmas\n", e.held_out ? "held-out" : "tuning", e.chosen_n);
    print_all("sentences", e.sentences);
    print_all("generated", e.generated);
    nb_words_fini(&e.words);
    tr_lexicon_free(e.lexicon);
    nb_arena_free(e.scratch);
    nb_arena_free(e.arena);
    return 0;
}
