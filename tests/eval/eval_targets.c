/*
 * What opinions are about, on own sentences (tests/eval/targets.tsv): a target is right when it
 * overlaps the words that it should and has their label. Then what texts say of names beside others
 * (tests/eval/toward.tsv), which are topics. What is wrong is listed. The rules were made on these
 * sentences: the figures are a check list, and no forecast.
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

static const char *toward(const struct nb_annotation *a, struct nb_slice name)
{
    for (size_t i = 0; i < a->n_topics; i++) {
        if (nb_slice_eq(nb_slice_str(a->topics[i]->topic), name)) {
            return nb_label_name(nb_topic_sentiment(a, i)->label);
        }
    }
    return "not found";
}

static void check_toward(const struct nb_knowledge *knowledge, struct nb_slice text,
                         struct nb_slice want, struct nb_arena *arena, struct score *score)
{
    struct nb_document *document = nb_document_new(arena);
    struct nb_annotation *a = NULL;
    struct nb_slice pair;
    document->text = nb_arena_strdup(arena, text);
    if (nb_annotate(document, knowledge, arena, &a) != NB_OK) {
        return;
    }
    while (nb_slice_split(&want, ';', &pair)) {
        struct nb_slice name;
        (void)nb_slice_split(&pair, '=', &name);
        const char *got = toward(a, name);
        bool right = strcmp(got, nb_label_name(label_named(pair))) == 0;
        score->there++;
        score->right += right;
        if (!right) {
            printf("  \"%.*s\" toward %.*s expected %.*s, is %s\n", NB_ARG(text), NB_ARG(name),
                   NB_ARG(pair), got);
        }
    }
}

typedef void check_fn(const struct nb_knowledge *, struct nb_slice, struct nb_slice,
                      struct nb_arena *, struct score *);

static struct score check_file(const struct nb_knowledge *knowledge, const char *path,
                               check_fn *check_row)
{
    struct nb_arena *files = nb_arena_new((size_t)4 << 20);
    struct nb_arena *arena = nb_arena_new((size_t)8 << 20);
    struct score score = {0, 0, 0};
    struct nb_slice line, rest = nbt_read_file(path, files);
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice text;
        nb_arena_reset(arena);
        if (line.len && line.p[0] != '#' && nb_slice_split(&line, '\t', &text)) {
            check_row(knowledge, text, line, arena, &score);
        }
    }
    nb_arena_free(arena);
    nb_arena_free(files);
    return score;
}

static char *write_topics(void)
{
    static const char *const names[] = {"poyraz", "lodos", "karayel"};
    char *dir = nbt_tmpdir();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "%s.topic", names[i]);
        char *path = nbt_path(dir, name);
        nbt_write_file(path, nb_slice_str(names[i]));
        free(path);
    }
    return dir;
}

int main(void)
{
    struct nb_knowledge *knowledge;
    struct nb_error error = {0};
    char *topics = write_topics();
    if (nb_knowledge_load("lexicons", topics, &knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_targets: %s\n", nb_error_text(&error));
        return 1;
    }
    struct score score = check_file(knowledge, "tests/eval/targets.tsv", check);
    printf("targets %.3f F1 (precision %.3f, recall %.3f, n %zu, tests/eval/targets.tsv)\n",
           2.0 * (double)score.right / (double)(score.found + score.there + !score.there),
           (double)score.right / (double)(score.found + !score.found),
           (double)score.right / (double)(score.there + !score.there), score.there);
    struct score names = check_file(knowledge, "tests/eval/toward.tsv", check_toward);
    printf("toward-topics %.3f right (n %zu, tests/eval/toward.tsv)\n",
           (double)names.right / (double)(names.there + !names.there), names.there);
    nb_knowledge_free(knowledge);
    nbt_rmdir(topics);
    return score.there && names.there ? 0 : 1;
}
