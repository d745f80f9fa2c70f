/*
 * What opinions are about, on own sentences (tests/eval/targets.tsv): a target is right when it
 * overlaps the words that it should and has their label. What is wrong is listed.
 */
#include "tests/lib/test.h"

#include <stdbool.h>

#include <nabiz/knowledge.h>

struct score {
    size_t right, found, there;
};

static bool is_found(const struct nb_annotation *a, size_t begin, size_t end, Nb__Label label)
{
    for (size_t i = 0; i < a->n_targets; i++) {
        const Nb__Target *target = a->targets[i];
        if (target->span->begin < end && target->span->end > begin &&
            target->sentiment->label == label) {
            return true;
        }
    }
    return false;
}

static Nb__Label label_named(struct nb_slice name)
{
    return nb_slice_eq(name, NB_LIT("pos"))   ? NB__LABEL__POSITIVE
           : nb_slice_eq(name, NB_LIT("neg")) ? NB__LABEL__NEGATIVE
                                              : NB__LABEL__NEUTRAL;
}

static void print_wrong(struct nb_slice text, struct nb_slice want, const struct nb_annotation *a)
{
    printf("  \"%.*s\" expected %.*s, found", NB_ARG(text), NB_ARG(want));
    for (size_t i = 0; i < a->n_targets; i++) {
        const Nb__Target *target = a->targets[i];
        struct nb_slice words = nb_slice_sub(text, target->span->begin, target->span->end);
        printf(" %.*s=%s", NB_ARG(words), nb_label_name(target->sentiment->label));
    }
    printf("\n");
}

static void check(const struct nb_knowledge *knowledge, struct nb_slice text, struct nb_slice want,
                  struct nb_arena *arena, struct score *score)
{
    struct nb_document *document = nb_document_new(arena);
    struct nb_annotation *a = NULL;
    document->text = nb_arena_strdup(arena, text);
    if (nb_annotate(document, knowledge, arena, &a) != NB_OK) {
        return;
    }
    size_t right = 0, there = 0;
    struct nb_slice pair, rest = nb_slice_eq(want, NB_LIT("none")) ? nb_slice(NULL, 0) : want;
    while (nb_slice_split(&rest, ';', &pair)) {
        struct nb_slice words;
        (void)nb_slice_split(&pair, '=', &words);
        size_t begin = nb_slice_find(text, words, 0);
        there++;
        right += begin != NB_NPOS && is_found(a, begin, begin + words.len, label_named(pair));
    }
    score->right += right;
    score->there += there;
    score->found += a->n_targets;
    if (right != there || a->n_targets != there) {
        print_wrong(text, want, a);
    }
}

int main(void)
{
    struct nb_knowledge *knowledge;
    struct nb_error error = {0};
    if (nb_knowledge_load("lexicons", NULL, &knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_targets: %s\n", nb_error_text(&error));
        return 1;
    }
    struct nb_arena *files = nb_arena_new((size_t)4 << 20);
    struct nb_arena *arena = nb_arena_new((size_t)8 << 20);
    struct score score = {0, 0, 0};
    struct nb_slice line, rest = nbt_read_file("tests/eval/targets.tsv", files);
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice text;
        nb_arena_reset(arena);
        if (line.len && line.p[0] != '#' && nb_slice_split(&line, '\t', &text)) {
            check(knowledge, text, line, arena, &score);
        }
    }
    printf("targets %.3f F1 (precision %.3f, recall %.3f, n %zu, tests/eval/targets.tsv)\n",
           2.0 * (double)score.right / (double)(score.found + score.there + !score.there),
           (double)score.right / (double)(score.found + !score.found),
           (double)score.right / (double)(score.there + !score.there), score.there);
    nb_knowledge_free(knowledge);
    nb_arena_free(arena);
    nb_arena_free(files);
    return score.there ? 0 : 1;
}
