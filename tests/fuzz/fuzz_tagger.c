/*
 * Any bytes as what the tagger reads. The first byte says which: rules that choose, CoNLL-U, or a
 * model of the ranker. Bad lines cost only themselves, a bad model is refused, and every word gets
 * a lemma of whole letters whatever the rules and weights are.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/compile.h"
#include "analyzer/turkish/conllu.h"
#include "analyzer/turkish/table.h"
#include "analyzer/turkish/tagger.h"
#include "analyzer/turkish/treebank.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char suffixes[] = "start noun N\nstart verb-Ar V\nfinal N\nN lAr N Number=Plur\n"
                               "N DAn N Case=Abl\nV mA N Polarity=Neg\nV mA N VerbForm=Vnoun\n";
static const char sample[] = "1\tBunu\t_\t_\t_\t_\t_\t_\t_\t_\n2\tarama\t_\t_\t_\t_\t_\t_\t_\t_\n"
                             "3\t.\t_\t_\t_\t_\t_\t_\t_\t_\n";

static void count(void *context, uint32_t line, const char *message)
{
    assert(line >= 1 && message && message[0]);
    *(size_t *)context += 1;
}

static struct tr_core *make_core(void)
{
    struct tr_compiler *c = tr_compiler_new(1);
    struct tr_core *core = NULL;
    struct nb_slice image;
    size_t bad_n = 0;
    enum nb_err err = tr_compiler_suffixes(c, NB_LIT(suffixes), count, &bad_n);
    assert(err == NB_OK);
    err = tr_compiler_roots(c, NB_LIT("noun: ev bu ara\nverb: ara"), count, &bad_n);
    assert(err == NB_OK && bad_n == 0);
    err = tr_compiler_finish(c, &image);
    assert(err == NB_OK);
    err = tr_core_copy(image, &core, NULL);
    assert(err == NB_OK);
    tr_compiler_free(c);
    return core;
}

static void tag_all(const struct tr_tagger *tagger, struct nb_slice text, struct nb_arena *arena)
{
    struct tr_treebank bank;
    if (tr_treebank_read(text, arena, &bank) != NB_OK) {
        return;
    }
    size_t words_n = 0;
    for (size_t s = 0; s < bank.sentences_n; s++) {
        const struct tr_gold_sentence *sentence = &bank.sentences[s];
        size_t n = sentence->words_n;
        struct tr_form *forms = nb_arena_calloc(arena, n, sizeof(*forms));
        struct tr_tag *tags = nb_arena_calloc(arena, n, sizeof(*tags));
        assert(n >= 1);
        words_n += n;
        for (size_t i = 0; forms && i < n; i++) {
            const struct tr_gold_word *word = &sentence->words[i];
            assert(word->form.len && (word->part || !word->later_part));
            forms[i] = (struct tr_form){word->form, word->part, word->later_part};
        }
        if (!forms || !tags || tr_tag_sentence(tagger, forms, n, arena, tags) != NB_OK) {
            return;
        }
        for (size_t i = 0; i < n; i++) {
            enum tr_upos upos;
            assert(tags[i].lemma.len && nb_utf8_valid(tags[i].lemma));
            assert(tr_upos_parse(nb_slice_str(tags[i].upos), &upos));
        }
    }
    assert(words_n == bank.words_n);
}

static void read_lines(struct nb_slice text)
{
    struct nb_slice line;
    while (nb_slice_split(&text, '\n', &line)) {
        struct tr_conllu_line out;
        tr_conllu_parse(line, &out);
        assert((out.kind == TR_CONLLU_BAD) == (out.problem != NULL));
        bool columns = out.kind == TR_CONLLU_WORD || out.kind == TR_CONLLU_RANGE;
        for (size_t i = 0; columns && i < TR_CONLLU_FIELDS; i++) {
            assert(out.field[i].p >= line.p &&
                   out.field[i].p + out.field[i].len <= line.p + line.len);
        }
        assert(!columns || (out.first >= 1 && out.last >= out.first));
    }
}

/* A model with these weights, whole but for them. */
static struct nb_slice make_model(struct nb_slice weights, struct nb_arena *arena)
{
    struct tr_rank_header header = {
        .magic = TR_RANK_MAGIC, .version = TR_RANK_VERSION, .weights_n = 256, .lemmas_n = 64};
    size_t content = header.weights_n + 2 * header.lemmas_n;
    char *model = nb_arena_calloc(arena, 1, sizeof(header) + content);
    assert(model);
    memcpy(model + sizeof(header), weights.p, weights.len < content ? weights.len : content);
    header.content_hash = tr_hash(nb_slice(model + sizeof(header), content));
    memcpy(model, &header, sizeof(header));
    return nb_slice(model, sizeof(header) + content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct tr_core *core = make_core();
    struct tr_tagger tagger = {.normaliser = NULL};
    struct nb_slice text = nb_slice(data + 1, size - 1);
    size_t bad_n = 0;
    enum nb_err err;
    tr_ranker_init_bare(&tagger.ranker, core);
    switch (data[0] % 3) {
    case 0:
        err = tr_choices_read(&tagger.choices, core, text, arena, count, &bad_n);
        assert(err == NB_OK && tagger.choices.n <= TR_CHOICES_MAX);
        break;
    case 1:
        read_lines(text);
        tag_all(&tagger, text, arena);
        break;
    default:
        err = tr_ranker_init(&tagger.ranker, core, text);
        assert(err == NB_OK || err == NB_EINVAL);
        err = tr_ranker_init(&tagger.ranker, core, make_model(text, arena));
        assert(err == NB_OK);
        break;
    }
    tag_all(&tagger, NB_LIT(sample), arena);
    tr_core_free(core);
    nb_arena_free(arena);
    return 0;
}
