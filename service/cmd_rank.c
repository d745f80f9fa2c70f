/* nabiz rank: whom to trust, from who acted towards whom. The stage of influence alone. */
#include "service/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <nabiz/mem.h>

#include "analyzer/influence/rank.h"
#include "analyzer/influence/rank_read.h"
#include "service/lang.h"

enum { SEEDS_MAX = 100000, AHEAD_S = 86400 /* what clocks differ by at most */ };

struct ranker {
    struct nb_args *args;
    struct nb_graph_builder *builder;
    struct nb_slice topic;
    uint32_t *seeds;
    size_t seeds_n;
    size_t lines_n, bad_n;
    int64_t latest_s;
    bool strict;
};

/* @return NB_OK, NB_ESYNTAX (a bad line, which was reported), others with their text in error. */
typedef enum nb_err line_fn(struct ranker *r, struct nb_slice line, struct nb_error *error);

static enum nb_err read_act(struct ranker *r, struct nb_slice line, struct nb_error *error)
{
    return nb_rank_read_act(r->builder, line, r->latest_s, error);
}

/* A seed that nobody has acted towards and that did nothing cannot begin anything. */
static enum nb_err read_seed(struct ranker *r, struct nb_slice line, struct nb_error *error)
{
    struct nb_slice author;
    enum nb_err err = nb_rank_read_seed(line, r->topic, &author, error);
    if (err != NB_OK || author.len == 0) {
        return err;
    }
    uint32_t number = nb_names_find(nb_graph_builder_names(r->builder), author);
    if (number == NB_NO_NODE) {
        return nb_error_set(error, NB_ESYNTAX, "\"%.*s\" is in none of the edges", NB_ARG(author));
    }
    if (r->seeds_n == SEEDS_MAX) {
        return nb_error_set(error, NB_ETOOBIG, "more than %d seeds", SEEDS_MAX);
    }
    r->seeds[r->seeds_n++] = number;
    return NB_OK;
}

/* Read each line of a file; "-" is standard input. */
static enum nb_err read_lines(struct ranker *r, const char *path, line_fn *read_line,
                              struct nb_error *error)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return nb_error_set(error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path,
                            strerror(errno));
    }
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long;
    enum nb_err err;
    nb_lines_init(&lines, fd);
    while ((err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        bool marked = lines.number == 1 && nb_slice_starts(line, NB_LIT("\xEF\xBB\xBF"));
        line = marked ? nb_slice_sub(line, 3, line.len) : line;
        err = too_long ? nb_error_set(error, NB_ESYNTAX, "the line is too long")
                       : read_line(r, line, error);
        r->lines_n++;
        if (err == NB_ESYNTAX) {
            r->bad_n++;
            fprintf(stderr, "nabiz rank: %s:%zu: %s\n", is_stdin ? "stdin" : path, lines.number,
                    nb_error_text(error));
        }
        if (err != NB_OK && (err != NB_ESYNTAX || r->strict)) {
            break;
        }
    }
    nb_lines_fini(&lines);
    if (!is_stdin) {
        (void)close(fd);
    }
    if (err != NB_ECLOSED && err != NB_ESYNTAX) {
        struct nb_error detail = *error;
        bool told = detail.code == err;
        return nb_error_set(error, err, "%s: %s", path, told ? detail.text : nb_strerror(err));
    }
    return err == NB_ECLOSED ? NB_OK : err;
}

/* Those of the file, or those most of the others lead to. */
static enum nb_err find_seeds(struct ranker *r, const struct nb_graph *graph,
                              struct nb_error *error)
{
    const char *path = nb_args_get(r->args, "seeds");
    r->seeds = nb_malloc(SEEDS_MAX * sizeof(r->seeds[0]));
    if (!r->seeds) {
        return nb_error_set(error, NB_ENOMEM, "%s", nb_strerror(NB_ENOMEM));
    }
    if (!path) {
        int32_t share_milli;
        enum nb_err err = nb_seeds_find(graph, r->seeds, &r->seeds_n, &share_milli);
        return err == NB_OK ? NB_OK : nb_error_set(error, err, "%s", nb_strerror(err));
    }
    enum nb_err err = read_lines(r, path, read_seed, error);
    if (err == NB_OK && r->seeds_n == 0) {
        return nb_error_set(error, NB_EINVAL,
                            "%s has no seed for these edges; name authors of the edges, or leave "
                            "out --seeds to have them found",
                            path);
    }
    return err;
}

static void print_milli(int32_t milli)
{
    if (milli == NB_UNKNOWN_MILLI) {
        printf("\t-");
    } else {
        printf("\t%" PRId32, milli);
    }
}

static void print_rows(const struct nb_names *names, const struct nb_rank_row *rows, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct nb_rank_row *row = &rows[i];
        printf("%.*s", NB_ARG(nb_names_at(names, row->author)));
        print_milli(row->score_milli);
        print_milli(row->trust_milli);
        print_milli(row->spread_milli);
        print_milli(NB_UNKNOWN_MILLI); /* expertise and reception are in texts, not in acts */
        print_milli(NB_UNKNOWN_MILLI);
        print_milli(row->coordination_milli);
        print_milli(row->low_milli);
        print_milli(row->high_milli);
        printf("\t%" PRIu32 "\n", row->acts_n);
    }
}

/* So that nobody looks for them in the counts of the list. */
static void say_left_out(uint64_t selves_n)
{
    if (selves_n > 0) {
        fprintf(stderr, "nabiz rank: %" PRIu64 " %s left out\n", selves_n,
                selves_n == 1 ? "act towards oneself was" : "acts towards oneself were");
    }
}

static enum nb_err rank_all(struct ranker *r, struct nb_error *error)
{
    struct nb_graph *graph = NULL;
    struct nb_rank_row *rows = NULL;
    enum nb_err err = nb_graph_builder_order_names(r->builder);
    const struct nb_names *names = nb_graph_builder_names(r->builder);
    if (err == NB_OK) {
        err = nb_graph_build(r->builder, &graph);
    }
    if (err == NB_OK) {
        err = find_seeds(r, graph, error);
    }
    if (err == NB_OK) {
        err = nb_rank(graph, names, r->seeds, r->seeds_n, &rows);
    }
    if (err == NB_OK) {
        say_left_out(nb_graph_builder_selves_n(r->builder));
        print_rows(names, rows, graph->authors_n);
    }
    nb_free(rows);
    nb_graph_free(graph);
    return err == NB_OK || error->code == err ? err
                                              : nb_error_set(error, err, "%s", nb_strerror(err));
}

static int run(struct nb_args *args)
{
    const char *path = nb_args_get(args, "edges");
    if (!path) {
        return nb_usage(args, "--edges is needed; \"-\" reads standard input");
    }
    const char *seeds = nb_args_get(args, "seeds");
    if (seeds && strcmp(seeds, "-") == 0 && strcmp(path, "-") == 0) {
        return nb_usage(args, "only one of --edges and --seeds can be standard input");
    }
    struct nb_error error = {0};
    struct ranker r = {.args = args,
                       .topic = nb_slice_str(nb_args_get(args, "topic")),
                       .latest_s = (int64_t)time(NULL) + AHEAD_S,
                       .strict = nb_args_has(args, "strict")};
    enum nb_err err = nb_graph_builder_new(&r.builder);
    if (err == NB_OK) {
        err = read_lines(&r, path, read_act, &error);
    }
    bool nothing = err == NB_OK && nb_names_n(nb_graph_builder_names(r.builder)) == 0;
    if (nothing) {
        fprintf(stderr, "nabiz rank: %s has no edges%s\n", path,
                r.bad_n ? "" : "; a line is from, to, kind and unix_s with tabs between them");
    } else if (err == NB_OK) {
        err = rank_all(&r, &error);
    }
    bool stopped = err == NB_ESYNTAX; /* it was said why */
    if (err != NB_OK && error.code == NB_OK) {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    int code = nothing        ? NB_EXIT_NOTHING
               : err == NB_OK ? NB_EXIT_OK
               : stopped      ? NB_EXIT_REFUSED
                              : nb_fail(args, &error);
    nb_free(r.seeds);
    nb_graph_builder_free(r.builder);
    return code;
}

const struct nb_command nb_cmd_rank = {
    .name = "rank",
    .line = "rank authors by who links to, quotes and copies them",
    .usage = "--edges FILE [--seeds FILE] [--topic T] [--strict]",
    .about =
        "Reads who acted towards whom, one act per line: from, to, kind and unix_s with tabs "
        "between them. A kind is link, reply, mention, quote, copy or boost; a time that is not "
        "known is 0. Writes a line per author, best first: author, score_milli, trust_milli, "
        "spread_milli, expertise_milli, reception_milli, coordination_milli, low_milli, high_milli "
        "and evidence_n with tabs between them; \"-\" is what acts alone cannot tell.\n"
        "Trust walks from seeds over acts. Accounts that act as one count as one, and a voice that "
        "nobody else confirms counts little, so that made-up accounts move nobody. Without --seeds "
        "those are taken to whom most authors lead. The order of the lines makes no difference. "
        "What one does towards oneself, and the same act twice, counts nothing; how many acts were "
        "towards oneself is said on standard error. "
        "A line that cannot be read, or whose time is more than a day ahead of this machine's "
        "clock, is reported there with its number and passed over.",
    .options =
        (const struct nb_option[]){
            {"edges", "FILE", NULL, "who acted towards whom; \"-\" for standard input"},
            {"seeds", "FILE", NULL,
             "authors to trust first, one per line, with a topic behind a tab if of one only"},
            {"topic", "T", NULL, "take the seeds of this topic, and those without one"},
            {"strict", NULL, NULL, "stop at the first line that cannot be read"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz rank --edges edges.tsv | head", "the ten most trusted"},
            {"nabiz rank --edges - --seeds seeds.tsv --topic telekom < edges.tsv",
             "trust that begins with authors you know"},
            {NULL, NULL},
        },
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
