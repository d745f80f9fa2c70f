/*
 * Forms are looked for among those that begin as the root does, without its last letter: that is
 * the one that changes (kitap, kitabı). Of a root of one or two letters only the first is kept.
 */
#include "analyzer/index/expand.h"

#include <nabiz/text.h>

#include "analyzer/index/vocabulary.h"
#include "analyzer/topics/query_meaning.h"

/* A form is one word, as the documents' words were. @return false when it is none. */
static bool read_form(const struct tr_lexicon *lexicon, struct nb_slice form,
                      struct nb_arena *arena, struct tr_reading *out, enum nb_err *err)
{
    struct tr_token *tokens;
    size_t n;
    *err = tr_tokenise(form, arena, &tokens, &n);
    if (*err != NB_OK || n != 1) {
        return false;
    }
    tr_read(lexicon, &tokens[0], arena, out);
    return true;
}

enum nb_err nb_expand_root(struct tr_lexicon *lexicon, struct nb_expansion *wanted,
                           struct nb_arena *arena, bool *known)
{
    enum tr_upos unknown;
    wanted->root = nb_query_lemma(lexicon, wanted->word, arena, &unknown);
    *known = unknown == TR_UPOS_N;
    if (!*known) {
        enum nb_err err = tr_lexicon_add_root(lexicon, wanted->word, unknown);
        if (err != NB_OK) {
            return err == NB_EINVAL ? NB_OK : err; /* too long for a root */
        }
    }
    wanted->key = tr_lexicon_key(lexicon, wanted->root);
    return wanted->key ? NB_OK : NB_ENOMEM;
}

/* Conditions are those of the likeliest reading, as they are for standing queries. */
static bool is_wanted(const struct tr_reading *reading, const struct nb_expansion *wanted,
                      const struct nb_query_form *forms)
{
    size_t i = 0;
    while (wanted->word.len && i < reading->analyses_n &&
           (reading->keys[i] != wanted->key || !nb_query_reads(reading, i))) {
        i++;
    }
    bool right = i < reading->analyses_n;
    for (size_t k = 0; right && k < wanted->query->conditions_n; k++) {
        right = nb_query_form_met(&forms[k], reading->analyses[i].features);
    }
    return right;
}

static struct nb_slice beginning(struct nb_slice root)
{
    size_t letters_n = nb_utf8_count(root), at = 0;
    size_t keep_n = letters_n > 2 ? letters_n - 1 : letters_n > 0;
    for (size_t i = 0; i < keep_n; i++) {
        (void)nb_utf8_next(root, &at);
    }
    return nb_slice_sub(root, 0, at);
}

struct list {
    struct nb_slice *all;
    size_t n, cap;
};

static enum nb_err add(struct list *list, struct nb_slice term, struct nb_arena *arena)
{
    if (list->n == NB_PLAN_TERMS_MAX) {
        return NB_ETOOBIG;
    }
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 16;
        struct nb_slice *grown =
            nb_arena_grow(arena, list->all, list->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        list->all = grown;
        list->cap = cap;
    }
    list->all[list->n] = nb_arena_copy(arena, term);
    return list->all[list->n++].p ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_expand(const struct nb_index *index, const struct tr_lexicon *lexicon,
                      const char *kind, const struct nb_expansion *wanted, struct nb_arena *arena,
                      const struct nb_slice **out, size_t *out_n)
{
    struct nb_query_form forms[NB_QUERY_PHRASE_WORDS_MAX];
    struct nb_slice begins =
        wanted->key || !wanted->word.len ? beginning(wanted->root) : wanted->word;
    char *prefix = nb_arena_printf(arena, "%s%.*s", kind, NB_ARG(begins));
    struct nb_vocabulary vocabulary;
    struct list list = {0};
    size_t looked_n = 0;
    for (size_t i = 0; i < wanted->query->conditions_n; i++) {
        nb_query_form_read(tr_lexicon_core(lexicon), &wanted->query->conditions[i], &forms[i]);
    }
    enum nb_err err =
        prefix ? nb_vocabulary_open(index, nb_slice_str(prefix), arena, &vocabulary) : NB_ENOMEM;
    while (err == NB_OK && (err = nb_vocabulary_next(&vocabulary)) == NB_OK) {
        struct nb_slice form = nb_slice_sub(vocabulary.text, strlen(kind), vocabulary.text.len);
        struct nb_arena_mark mark = nb_arena_mark(arena);
        struct tr_reading reading;
        bool right = !wanted->query->conditions_n && nb_slice_eq(form, wanted->root);
        if (!right && read_form(lexicon, form, arena, &reading, &err)) {
            right = is_wanted(&reading, wanted, forms);
        }
        nb_arena_rewind(arena, mark);
        if (err == NB_OK && right) {
            err = add(&list, vocabulary.text, arena);
        }
        if (err == NB_OK && ++looked_n > NB_PLAN_FORMS_MAX) {
            err = NB_ETOOBIG;
        }
    }
    *out = list.all;
    *out_n = list.n;
    return err == NB_ENOTFOUND ? NB_OK : err;
}
