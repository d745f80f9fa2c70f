/*
 * Hostile XML (xml-bombs/): every file is refused, and a feed that declares the same entities and
 * uses them is read without them. Each in a process of its own, whose memory is counted.
 */
#include "tests/lib/test.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/feed.h>

#include "tests/lib/walk.h"

enum { MEMORY_MAX_KIB = 64 << 10, TITLE_MAX = 200, SECONDS = 10 };

enum verdict { REFUSED = 0, READ = 1, EXPANDED = 2 };

static const struct nb_date_context dates = {NULL, 1767225600000, 0};
static size_t files_n, refused_n, small_n, unexpanded_n;
static long largest_kib;

static enum verdict parse(struct nb_slice bytes)
{
    struct nb_feed feed = {0};
    struct nb_arena *arena = nb_arena_new(32u << 20);
    enum verdict verdict = REFUSED;
    if (arena && nb_feed_parse(bytes, NB_LIT("https://a.example/feed"), NB_LIT("text/xml"), &dates,
                               arena, &feed, NULL) == NB_OK) {
        bool is_long = feed.entries_n && feed.entries[0].title.len > TITLE_MAX;
        verdict = is_long ? EXPANDED : READ;
    }
    nb_arena_free(arena);
    return verdict;
}

/* @return the verdict; -1 when the process died or took too long. */
static int parse_apart(struct nb_slice bytes, long *kib)
{
    struct rusage usage = {0};
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(SECONDS);
        _exit((int)parse(bytes));
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status)) {
        return -1;
    }
    *kib = usage.ru_maxrss;
    return WEXITSTATUS(status);
}

/* The file's document type in front of a feed that uses what bombs call their entities. */
static struct nb_slice as_feed(struct nb_slice bytes, struct nb_arena *arena)
{
    size_t begin = nb_slice_find(bytes, NB_LIT("<!DOCTYPE"), 0);
    size_t end = begin == NB_NPOS ? NB_NPOS : nb_slice_find(bytes, NB_LIT("]>"), begin);
    struct nb_slice type = end == NB_NPOS ? NB_LIT("") : nb_slice_sub(bytes, begin, end + 2);
    char *text = nb_arena_printf(
        arena,
        "%.*s<rss version=\"2.0\"><channel><title>x</title><item><title>&a;&b;&c;&d;&bomb;"
        "&ee;&lol9;&passwd;</title></item></channel></rss>",
        NB_ARG(type));
    return nb_slice_str(text);
}

static void try_one(const char *path, struct nb_slice bytes)
{
    struct nb_arena *arena = nb_arena_new(1 << 20);
    long kib = 0, feed_kib = 0;
    int verdict = parse_apart(bytes, &kib);
    int as_read = parse_apart(as_feed(bytes, arena), &feed_kib);
    long most = kib > feed_kib ? kib : feed_kib;
    files_n++;
    refused_n += verdict == REFUSED;
    unexpanded_n += as_read == REFUSED || as_read == READ;
    small_n += verdict >= 0 && as_read >= 0 && most < MEMORY_MAX_KIB;
    largest_kib = most > largest_kib ? most : largest_kib;
    if (verdict != REFUSED || as_read < 0 || as_read == EXPANDED || most >= MEMORY_MAX_KIB) {
        printf("  %s: %d, as a feed %d, %ld KiB\n", path, verdict, as_read, most);
    }
    nb_arena_free(arena);
}

int main(void)
{
    struct nb_arena *arena = nb_arena_new(16u << 20);
    const char *dir = nbt_data("xml-bombs/xmltestdata");
    if (dir) {
        char copy[512];
        (void)snprintf(copy, sizeof(copy), "%s", dir);
        nbt_walk(copy, arena, try_one);
        printf(
            "xml-bombs refused %zu of %zu; entities not expanded in feeds %zu; under 64 MiB %zu, "
            "largest %ld KiB\n",
            refused_n, files_n, unexpanded_n, small_n, largest_kib);
    }
    nb_arena_free(arena);
    return 0;
}
