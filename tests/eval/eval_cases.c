/*
 * The tricky Turkish cases: casing rows (folding), and rows with a polarity (label). What is wrong
 * is listed.
 */
#include "tests/lib/test.h"

#include <nabiz/knowledge.h>

#include "analyzer/turkish/text.h"

struct score {
    size_t right, n;
};

static struct nb_slice fold(struct nb_slice in, struct nb_arena *arena)
{
    struct nb_slice out;
    return tr_fold(in, arena, &out, NULL) == NB_OK ? out : nb_slice(NULL, 0);
}

static void check_case(const struct nb_slice *field, struct nb_arena *arena, struct score *score)
{
    struct nb_slice got = fold(field[2], arena);
    score->n++;
    if (nb_slice_eq(got, field[3])) {
        score->right++;
    } else {
        printf("  %.*s: \"%.*s\" folds to \"%.*s\", expected \"%.*s\"\n", NB_ARG(field[0]),
               NB_ARG(field[2]), NB_ARG(got), NB_ARG(field[3]));
    }
}

static void check_polarity(const struct nb_knowledge *knowledge, const struct nb_slice *field,
                           struct nb_arena *arena, struct score *score)
{
    struct nb_document *document = nb_document_new(arena);
    struct nb_annotation *a = NULL;
    document->text = nb_arena_strdup(arena, field[2]);
    if (nb_annotate(document, knowledge, arena, &a) != NB_OK) {
        return;
    }
    /* "mix" is one text that says both: neutral as a whole */
    Nb__Label want = nb_slice_eq(field[5], NB_LIT("pos"))   ? NB__LABEL__POSITIVE
                     : nb_slice_eq(field[5], NB_LIT("neg")) ? NB__LABEL__NEGATIVE
                                                            : NB__LABEL__NEUTRAL;
    score->n++;
    if (a->sentiment->label == want) {
        score->right++;
    } else {
        printf("  %.*s: \"%.*s\" is %s, expected %s\n", NB_ARG(field[0]), NB_ARG(field[2]),
               nb_label_name(a->sentiment->label), nb_label_name(want));
    }
}

int main(void)
{
    const char *path = nbt_data("tr_cases.tsv");
    struct nb_knowledge *knowledge;
    struct nb_error error = {0};
    if (!path) {
        return 0;
    }
    if (nb_knowledge_load("lexicons", NULL, &knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_cases: %s\n", nb_error_text(&error));
        return 1;
    }
    struct nb_arena *files = nb_arena_new((size_t)4 << 20);
    struct nb_arena *arena = nb_arena_new((size_t)8 << 20);
    struct score casing = {0, 0}, polarity = {0, 0};
    struct nb_slice line, rest = nbt_read_file(path, files);
    (void)nb_slice_split(&rest, '\n', &line);
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice field[9] = {{NULL, 0}};
        for (size_t i = 0; i < 9 && nb_slice_split(&line, '\t', &field[i]); i++) {
        }
        nb_arena_reset(arena);
        if (nb_slice_eq(field[1], NB_LIT("case")) && field[3].len) {
            check_case(field, arena, &casing);
        }
        if (field[5].len) {
            check_polarity(knowledge, field, arena, &polarity);
        }
    }
    printf("cases-casing %.3f right (n %zu, tr_cases.tsv)\n",
           casing.n ? (double)casing.right / (double)casing.n : 0, casing.n);
    printf("cases-polarity %.3f right (n %zu, tr_cases.tsv)\n",
           polarity.n ? (double)polarity.right / (double)polarity.n : 0, polarity.n);
    nb_knowledge_free(knowledge);
    nb_arena_free(arena);
    nb_arena_free(files);
    return casing.n && polarity.n ? 0 : 1;
}
