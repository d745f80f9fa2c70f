/* nabiz import: documents from a file into the log, beside a crawler that runs. */
#include "service/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/file.h>
#include <nabiz/import.h>

#include "service/lang.h"

enum { LINE_BYTES = 256 << 20, FILE_BYTES = 1 << 30, LOOK_BYTES = 4096 };

struct work {
    struct nb_args *args;
    const char *path; /* "-": stdin */
    int fd;
    struct nb_config *config;
    struct nb_date_words *words;
    struct nb_date_context dates;
    struct nb_import_context context;
    struct nb_spool *spool;
    struct nb_arena *arena;
    uint64_t read_n, bad_n, left_out_n;
    const char *item; /* what is counted: "line", "item" */
};

/* ---- one document ---- */

static enum nb_err take(void *arg, size_t number, enum nb_err err, struct nb_document *document,
                        const struct nb_error *why)
{
    struct work *work = arg;
    struct nb_error error = {0};
    work->read_n++;
    if (err == NB_OK && !document) {
        work->left_out_n++;
        return NB_OK;
    }
    if (err == NB_OK) {
        err = nb_spool_add(work->spool, document, &error);
        why = &error;
    }
    if (err == NB_OK) {
        return NB_OK;
    }
    bool is_bad = err == NB_ESYNTAX || err == NB_ETOOBIG || err == NB_EINVAL || err == NB_EUTF8;
    work->bad_n += is_bad;
    fprintf(stderr, "nabiz import: %s: %s %zu: %s\n", work->path, work->item, number,
            nb_error_text(why));
    return is_bad && !nb_args_has(work->args, "strict") ? NB_OK : err;
}

/* ---- JSON Lines ---- */

static bool is_blank(struct nb_slice line)
{
    return nb_slice_trim(line).len == 0;
}

static enum nb_err read_lines(struct work *work, struct nb_error *error)
{
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long = false;
    nb_lines_init(&lines, work->fd);
    enum nb_err err = NB_OK;
    while (err == NB_OK && (err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        struct nb_document *document = NULL;
        struct nb_error why = {0};
        if (!too_long && is_blank(line)) {
            continue;
        }
        nb_arena_reset(work->arena);
        enum nb_err one = too_long
                              ? nb_error_set(&why, NB_ETOOBIG, "the line is too long")
                              : nb_import_line(line, &work->context, work->arena, &document, &why);
        err = take(work, lines.number, one, document, &why);
        if (err != NB_OK) {
            (void)nb_error_set(error, err, "%s: stopped at line %zu; nothing is stored", work->path,
                               lines.number);
        }
    }
    nb_lines_fini(&lines);
    return err == NB_ECLOSED ? NB_OK : err;
}

/* ---- archives and tables, read whole ---- */

typedef enum nb_err whole_fn(struct nb_slice bytes, const struct nb_import_context *context,
                             nb_import_fn *each, void *arg, struct nb_error *error);

static enum nb_err read_whole(struct work *work, whole_fn *fn, const char *item,
                              struct nb_error *error)
{
    struct nb_buf text;
    nb_buf_init(&text, FILE_BYTES);
    work->item = item;
    enum nb_err err = nb_file_read_fd(work->fd, work->path, &text, error);
    if (err == NB_OK) {
        err = fn(nb_buf_slice(&text), &work->context, take, work, error);
    }
    nb_buf_fini(&text);
    return err;
}

static bool is_table(const char *path, const char *format)
{
    size_t dot = nb_slice_str(path).len;
    while (dot > 0 && path[dot - 1] != '.' && path[dot - 1] != '/') {
        dot--;
    }
    struct nb_slice end = nb_slice_str(path + dot);
    return format ? strcmp(format, "csv") == 0
                  : nb_slice_eq_ascii_case(end, NB_LIT("csv")) ||
                        nb_slice_eq_ascii_case(end, NB_LIT("tsv"));
}

/* How a file begins, as far as it can be read without losing it. */
static struct nb_slice begin_of(const struct work *work, char buffer[LOOK_BYTES])
{
    ssize_t n = pread(work->fd, buffer, LOOK_BYTES, 0);
    return nb_slice(buffer, n > 0 ? (size_t)n : 0);
}

static enum nb_err read_file(struct work *work, struct nb_error *error)
{
    char buffer[LOOK_BYTES];
    const char *format = nb_args_get(work->args, "format");
    struct nb_slice begin = begin_of(work, buffer);
    bool is_packed =
        nb_slice_starts(begin, NB_LIT("PK\x03\x04")) || nb_slice_starts(begin, NB_LIT("\x1f\x8b"));
    if (is_packed) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%s is packed: unpack it, and import the outbox.json in it",
                            work->path);
    }
    bool is_collection = nb_slice_find(begin, NB_LIT("OrderedCollection"), 0) != NB_NPOS &&
                         nb_slice_find(begin, NB_LIT("orderedItems"), 0) != NB_NPOS;
    bool is_archive = format ? strcmp(format, "activity") == 0 : is_collection;
    return is_archive                     ? read_whole(work, nb_import_collection, "item", error)
           : is_table(work->path, format) ? read_whole(work, nb_import_table, "row", error)
                                          : read_lines(work, error);
}

/* ---- the whole ---- */

/* "arsiv/gonderiler.jsonl" to "gonderiler". */
static const char *name_of(const char *path, struct nb_arena *arena)
{
    const char *slash = strrchr(path, '/');
    struct nb_slice name = nb_slice_str(slash ? slash + 1 : path);
    size_t dot = nb_slice_find_byte(name, '.', 1);
    name = nb_slice_sub(name, 0, dot == NB_NPOS ? name.len : dot);
    return strcmp(path, "-") == 0 || name.len == 0 ? "import" : nb_arena_strdup(arena, name);
}

static Nb__Kind kind_of(const struct nb_args *args)
{
    const char *name = nb_args_get(args, "kind");
    for (int kind = NB__KIND__ARTICLE; name && kind <= NB__KIND__TOOT; kind++) {
        if (strcmp(name, nb_kind_name((Nb__Kind)kind)) == 0) {
            return (Nb__Kind)kind;
        }
    }
    return NB__KIND__POST;
}

static enum nb_err prepare(struct work *work, struct nb_arena *names, struct nb_error *error)
{
    char path[4200];
    struct nb_clock *clock = NULL;
    const char *source = nb_args_get(work->args, "source");
    enum nb_err err = nb_clock_open(nb_config_str(work->config, NB_CFG_CLOCK_FILE), &clock, error);
    if (err != NB_OK) {
        return err;
    }
    (void)snprintf(path, sizeof(path), "%s/dates.txt",
                   nb_config_str(work->config, NB_CFG_LEXICONS));
    if (nb_date_words_load(path, &work->words, NULL) != NB_OK) {
        work->words = NULL; /* dates in figures are read without */
    }
    work->dates = (struct nb_date_context){work->words, nb_clock_now_ms(clock),
                                           (int32_t)nb_config_int(work->config, NB_CFG_UTC_OFFSET)};
    nb_clock_close(clock);
    source = source ? source : name_of(work->path, names);
    work->context =
        (struct nb_import_context){nb_slice_str(source), kind_of(work->args), &work->dates};
    work->fd = strcmp(work->path, "-") == 0 ? STDIN_FILENO : open(work->path, O_RDONLY | O_CLOEXEC);
    if (work->fd < 0) {
        return nb_error_set(error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", work->path,
                            strerror(errno));
    }
    return source && work->arena ? NB_OK : nb_error_set(error, NB_ENOMEM, "out of memory");
}

static enum nb_err read_all(struct work *work, struct nb_error *error)
{
    enum nb_err err =
        nb_spool_begin(nb_config_str(work->config, NB_CFG_DATA_DIR), &work->spool, error);
    return err == NB_OK ? read_file(work, error) : err;
}

static enum nb_err store(struct work *work, struct nb_import_counts *counts, struct nb_error *error)
{
    struct nb_spool *spool = work->spool;
    if (nb_spool_n(spool) == 0 || nb_args_has(work->args, "dry-run")) {
        return NB_OK;
    }
    work->spool = NULL;
    return nb_import_hand_over(spool, work->config, counts, error);
}

static void report(const struct work *work, const struct nb_import_counts *counts)
{
    fprintf(stderr, "nabiz import: %s: %llu read", work->path, (unsigned long long)work->read_n);
    if (nb_args_has(work->args, "dry-run")) {
        fprintf(stderr, ", %llu would be stored", (unsigned long long)nb_spool_n(work->spool));
    } else {
        fprintf(stderr, ", %llu new, %llu revised, %llu known", (unsigned long long)counts->new_n,
                (unsigned long long)counts->revised_n, (unsigned long long)counts->known_n);
    }
    if (work->left_out_n) {
        fprintf(stderr, ", %llu left out as not public or without words",
                (unsigned long long)work->left_out_n);
    }
    fprintf(stderr, ", %llu bad\n", (unsigned long long)work->bad_n);
}

static int run(struct nb_args *args)
{
    struct nb_error error = {0};
    struct nb_import_counts counts = {0};
    struct work work = {.args = args, .path = nb_args_word(args, 0), .fd = -1, .item = "line"};
    struct nb_arena *names = nb_arena_new(1 << 16);
    work.arena = nb_arena_new(LINE_BYTES);
    enum nb_err err = names ? nb_args_load_config(args, &work.config, &error) : NB_ENOMEM;
    err = err == NB_OK ? prepare(&work, names, &error) : err;
    err = err == NB_OK ? read_all(&work, &error) : err;
    err = err == NB_OK ? store(&work, &counts, &error) : err;
    if (err == NB_OK) {
        report(&work, &counts);
    }
    nb_spool_drop(work.spool);
    if (work.fd > STDIN_FILENO) {
        (void)close(work.fd);
    }
    nb_date_words_free(work.words);
    nb_config_free(work.config);
    nb_arena_free(work.arena);
    nb_arena_free(names);
    if (err != NB_OK) {
        return nb_fail(args, &error);
    }
    if (work.read_n == 0) {
        return NB_EXIT_NOTHING;
    }
    return work.bad_n == work.read_n ? NB_EXIT_REFUSED : NB_EXIT_OK;
}

const struct nb_command nb_cmd_import = {
    .name = "import",
    .line = "bring documents from a file into the log",
    .usage = "FILE | - [--source NAME] [--kind KIND] [--format FORM] [--strict] [--dry-run]",
    .about =
        "For what you lawfully have from elsewhere. FILE holds a JSON object per line: "
        "documents as nabiz dump crawl --table log prints them, or plain ones with any of id, url, "
        "text, title, author, published, source, kind, language, reply_to, thread, "
        "categories, likes, shares, comments, views, followers, boost_of; or it is a table "
        "(.csv, .tsv) whose first row names its columns like that; or the "
        "outbox.json of an archive of Mastodon or its kin, of which only what was public is taken. "
        "boost_of is the address of a document of somebody else that the author passes on as "
        "it is, and followers how many follow the author, read at followers_read. What was "
        "imported before is not stored twice. A crawler that runs stores it; without one it is "
        "stored at once. Bad lines are reported and passed over.",
    .options =
        (const struct nb_option[]){
            {"source", "NAME", NULL, "what to call where it is from; else the file's name"},
            {"kind", "KIND", "article|post|comment|review|entry|toot",
             "of documents that do not say (post)"},
            {"format", "FORM", "lines|activity|csv",
             "what the file is, if its beginning cannot tell"},
            {"strict", NULL, NULL, "stop at the first bad line, and store nothing"},
            {"dry-run", NULL, NULL, "only say what would be stored"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz import yorumlar.jsonl --source magaza --kind review", "reviews of a shop"},
            {"nabiz import rapor.csv --kind toot", "a table with a first row id,author,text,..."},
            {"nabiz import outbox.json", "an archive of Mastodon"},
            {"nabiz dump crawl --table log | nabiz import - --set data.dir=other", "copy a log"},
            {NULL, NULL},
        },
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
