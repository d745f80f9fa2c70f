#include "service/commands.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/core.h"
#include "service/coverage.h"
#include "service/lang.h"

enum { PATH_BYTES = 4096, LEXICON_BYTES_MAX = 16 << 20 };

struct check {
    const struct nb_knowledge *knowledge;
    const char *path;
    size_t examples_n, failed_n;
};

static void fail(void *context, size_t line, struct nb_slice text, struct nb_slice want,
                 const char *got)
{
    const struct check *c = context;
    printf("%s:%zu: \"%.*s\" is %s, expected %.*s\n", c->path, line, NB_ARG(text), got,
           NB_ARG(want));
}

/* The type of life event whose rules a path holds: .../events/TYPE.txt. Empty for other files. */
static struct nb_slice event_type(const char *path)
{
    struct nb_slice name = nb_slice_str(path);
    size_t at = nb_slice_find(name, NB_LIT("events/"), 0), next = at;
    while (next != NB_NPOS) {
        at = next + strlen("events/");
        next = nb_slice_find(name, NB_LIT("events/"), at);
    }
    bool rules = at != NB_NPOS && nb_slice_ends(name, NB_LIT(".txt"));
    return rules ? nb_slice_sub(name, at, name.len - strlen(".txt")) : nb_slice(NULL, 0);
}

static enum nb_err check_text(struct check *c, struct nb_slice text)
{
    struct nb_slice type = event_type(c->path);
    return type.len ? nb_knowledge_check_events(c->knowledge, type, text, fail, c, &c->examples_n,
                                                &c->failed_n)
                    : nb_knowledge_check(c->knowledge, text, fail, c, &c->examples_n, &c->failed_n);
}

static enum nb_err check_file(struct check *c, struct nb_error *error)
{
    struct nb_buf text;
    FILE *file = fopen(c->path, "rb");
    if (!file) {
        return nb_error_set(error, NB_ENOTFOUND, "%s cannot be read", c->path);
    }
    nb_buf_init(&text, LEXICON_BYTES_MAX);
    for (size_t got = 1; got;) {
        char *to = nb_buf_reserve(&text, 1 << 16);
        got = to ? fread(to, 1, 1 << 16, file) : 0;
        text.len += got;
    }
    enum nb_err err = ferror(file) ? NB_EIO : nb_buf_finish(&text, NULL); /* a directory, say */
    fclose(file);
    if (err == NB_OK) {
        err = check_text(c, nb_buf_slice(&text));
    }
    nb_buf_fini(&text);
    return err == NB_OK ? NB_OK : nb_error_set(error, err, "%s: %s", c->path, nb_strerror(err));
}

static void fail_word(void *context, const char *file, size_t line, struct nb_slice word,
                      struct nb_slice want)
{
    printf("%s/%s:%zu: \"%.*s\" has no reading %.*s\n", (const char *)context, file, line,
           NB_ARG(word), NB_ARG(want));
}

/* The examples of morphology. */
static enum nb_err check_words(struct check *c, char *dir, struct nb_error *error)
{
    struct tr_core *core = NULL;
    enum nb_err err = nb_core_load(dir, &core, NULL, error);
    if (err == NB_OK) {
        err = nb_core_check(dir, core, fail_word, dir, &c->examples_n, &c->failed_n, error);
    }
    tr_core_free(core);
    return err;
}

static int compile(struct nb_args *args)
{
    struct nb_error error = {0};
    char dir[PATH_BYTES];
    const char *output = nb_args_get(args, "output");
    if (!output) {
        return nb_usage(args, "--output FILE is needed");
    }
    enum nb_err err = nb_lang_lexicons(args, dir, sizeof(dir), &error);
    if (err == NB_OK) {
        err = nb_core_compile(dir, output, &error);
    }
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

static int check(struct nb_args *args, const char *only)
{
    struct nb_error error = {0};
    struct nb_knowledge *knowledge = NULL;
    char dir[PATH_BYTES], path[PATH_BYTES + 64];
    size_t bad = 0;
    enum nb_err err = nb_lang_lexicons(args, dir, sizeof(dir), &error);
    if (err == NB_OK) {
        err = nb_knowledge_load(dir, NULL, &knowledge, &bad, &error);
    }
    struct check c = {.knowledge = knowledge, .path = path};
    if (err == NB_OK && only) {
        c.path = only;
        err = check_file(&c, &error);
    }
    for (size_t i = 0; err == NB_OK && !only && nb_knowledge_lexicon(i); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, nb_knowledge_lexicon(i));
        err = check_file(&c, &error);
    }
    for (size_t i = 0; err == NB_OK && !only && nb_knowledge_event_lexicon(i); i++) {
        (void)snprintf(path, sizeof(path), "%s/events/%s.txt", dir, nb_knowledge_event_lexicon(i));
        err = check_file(&c, &error);
        err = err == NB_ENOTFOUND ? NB_OK : err; /* no rules of this type */
    }
    if (err == NB_OK && !only) {
        err = check_words(&c, dir, &error);
    }
    nb_knowledge_free(knowledge);
    if (err != NB_OK) {
        return nb_fail(args, &error);
    }
    printf("%zu examples, %zu failed; %zu bad lines\n", c.examples_n, c.failed_n, bad);
    return c.failed_n || bad ? NB_EXIT_FAILED : NB_EXIT_OK;
}

static int run(struct nb_args *args)
{
    size_t n = nb_args_words_n(args);
    const char *what = nb_args_word(args, 0);
    if (strcmp(what, "compile") == 0 && n == 1) {
        return compile(args);
    }
    if (strcmp(what, "check") == 0) {
        return check(args, n > 1 ? nb_args_word(args, 1) : NULL);
    }
    if (strcmp(what, "coverage") == 0) {
        return nb_lexicon_coverage(args, n > 1 ? nb_args_word(args, 1) : NULL);
    }
    return nb_usage(args, "expected check [FILE], coverage [FILE] or compile");
}

const struct nb_command nb_cmd_lexicon = {
    .name = "lexicon",
    .line = "check and compile the lexicons, see what they miss",
    .usage = "check [FILE] | coverage [FILE] | compile --output FILE",
    .about = "Reads the lexicons, reports lines that cannot be understood, and runs the examples "
             "written behind entries; each one that comes out otherwise is shown with file and "
             "line. With FILE only the examples of that file are run, by the lexicons in force. "
             "\"coverage\" reads text, from FILE or stdin, and shows the words that have no "
             "reading, most frequent first, with their share of all words. "
             "\"compile\" writes what morphology needs of them into one file, which is used "
             "where it lies beside the directory of the lexicons, as long as they are as they "
             "were; edited ones are compiled in memory at every start.",
    .options =
        (const struct nb_option[]){
            {"output", "FILE", NULL, "where compile writes"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz lexicon check", "after an edit"},
            {"nabiz lexicon check lexicons/polarity.txt", "one file's examples"},
            {"nabiz lexicon coverage posts.txt | head -50", "what to add first"},
            {"nabiz lexicon compile --output /usr/local/share/nabiz/turkish.bin",
             "start fast again after an edit"},
            {NULL, NULL},
        },
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
