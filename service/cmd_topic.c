#include "service/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/text.h>

#include "service/lang.h"
#include "service/topic_backfill.h"

enum { DOCUMENT_BYTES_MAX = 512 << 20 };

static int list(struct nb_args *args)
{
    struct nb_error error = {0};
    struct nb_knowledge *knowledge;
    size_t bad = 0;
    if (nb_lang_load(args, &knowledge, &bad, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    size_t n = nb_knowledge_topics_n(knowledge);
    for (size_t i = 0; i < n; i++) {
        printf("%s\n", nb_knowledge_topic_name(knowledge, i));
    }
    nb_knowledge_free(knowledge);
    if (n == 0) {
        fprintf(stderr, "nabiz topic: no topics; write NAME.topic files and name their directory "
                        "with --topics or data.topics\n");
    }
    return n ? NB_EXIT_OK : NB_EXIT_NOTHING;
}

/* Why: the words that matched, how they were read, and what of the query they matched. */
static void print_hit(size_t number, const Nb__TopicHit *hit, const char *text)
{
    for (size_t s = 0; s < hit->n_spans; s++) {
        const Nb__Span *span = hit->spans[s];
        printf("%zu\t%s\t%.*s\t%s\t%s\n", number, hit->topic, (int)(span->end - span->begin),
               text + span->begin, hit->readings[s], hit->terms[s]);
    }
    if (hit->n_spans == 0) {
        printf("%zu\t%s\t\t\t\n", number, hit->topic);
    }
}

static enum nb_err test_line(const struct nb_knowledge *knowledge, struct nb_slice line,
                             size_t number, struct nb_arena *arena, size_t *hits_n)
{
    struct nb_annotation *a;
    struct nb_slice text;
    nb_arena_reset(arena);
    struct nb_document *document = nb_document_new(arena);
    enum nb_err err = document ? nb_utf8_repair(line, arena, &text) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_text_nfc(text, arena, &text);
    }
    if (err == NB_OK && !(document->text = nb_arena_strdup(arena, text))) {
        err = NB_ENOMEM;
    }
    if (err == NB_OK) {
        err = nb_annotate(document, knowledge, arena, &a);
    }
    for (size_t i = 0; err == NB_OK && i < a->n_topics; i++) {
        print_hit(number, a->topics[i], document->text);
        *hits_n += 1;
    }
    return err;
}

static int test(struct nb_args *args, const char *path)
{
    struct nb_error error = {0};
    struct nb_knowledge *knowledge;
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        (void)nb_error_set(&error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path,
                           strerror(errno));
        return nb_fail(args, &error);
    }
    struct nb_lines lines;
    struct nb_slice line;
    size_t hits_n = 0;
    bool too_long;
    nb_lines_init(&lines, fd);
    struct nb_arena *arena = nb_arena_new(DOCUMENT_BYTES_MAX);
    enum nb_err err = nb_lang_load(args, &knowledge, NULL, &error);
    if (err == NB_OK && !arena) {
        err = nb_error_set(&error, NB_ENOMEM, "out of memory");
    }
    while (err == NB_OK && (err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        enum nb_err bad =
            too_long ? NB_ETOOBIG : test_line(knowledge, line, lines.number, arena, &hits_n);
        if (bad != NB_OK) {
            fprintf(stderr, "nabiz topic: %s:%zu: %s\n", path, lines.number, nb_strerror(bad));
        }
    }
    if (err != NB_ECLOSED && !error.code) {
        (void)nb_error_set(&error, err, "%s: %s", path, nb_strerror(err));
    }
    nb_knowledge_free(knowledge);
    nb_arena_free(arena);
    nb_lines_fini(&lines);
    if (fd != STDIN_FILENO) {
        close(fd);
    }
    if (err != NB_ECLOSED) {
        return nb_fail(args, &error);
    }
    return hits_n ? NB_EXIT_OK : NB_EXIT_NOTHING;
}

static int run(struct nb_args *args)
{
    const char *what = nb_args_word(args, 0);
    size_t n = nb_args_words_n(args);
    if (strcmp(what, "list") == 0 && n == 1) {
        return list(args);
    }
    if (strcmp(what, "test") == 0 && n == 2) {
        return test(args, nb_args_word(args, 1));
    }
    if (strcmp(what, "backfill") == 0 && n == 2) {
        return nb_topic_backfill(args, nb_args_word(args, 1));
    }
    return nb_usage(args, "expected list, test FILE, or backfill NAME");
}

const struct nb_command nb_cmd_topic = {
    .name = "topic",
    .line = "list topics, try them on a file, or find their past mentions",
    .usage = "list | test FILE | backfill NAME [--topics DIR]",
    .about = "A topic is a file NAME.topic with a query: words, which match in all their inflected "
             "forms, \"phrases\", AND, OR, NOT, NEAR/5, fields and more; a line of its own is an "
             "alternative; # begins a comment. test reads a text per line (- is standard input) "
             "and prints line, topic, the words that matched, how they were read, and what of the "
             "query they matched. backfill finds the mentions of a new or changed topic in all "
             "that was analysed before; it can be interrupted at any moment, and goes on when it "
             "is asked for again or when the analyzer runs. nabiz search --facet topic does not "
             "know them until the analysis is rebuilt.",
    .options =
        (const struct nb_option[]){
            {"topics", "DIR", NULL, "directory of NAME.topic files, or one such file"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz topic list --config nabiz.conf", "the topics in force"},
            {"nabiz topic test posts.txt --topics acme.topic", "what would it have found?"},
            {"nabiz topic backfill acme", "its mentions of the past"},
            {NULL, NULL},
        },
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
