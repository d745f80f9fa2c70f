/*
 * Real and odd feeds of every format (feed-rs): share of the files with items in which entries are
 * found.
 */
#include "tests/lib/test.h"

#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "tests/lib/walk.h"

static const struct nb_date_context dates = {NULL, 1767225600000, 0};
static struct nb_arena *arena;
static size_t read_n, right_n;

static bool has_items(struct nb_slice bytes)
{
    static const char *const marks[] = {"<item>", "<item ", "<entry>", "<entry ", "\"items\""};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (nb_slice_find(bytes, nb_slice_str(marks[i]), 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

static void read_one(const char *path, struct nb_slice bytes)
{
    struct nb_feed feed = {0};
    /* beside the feeds lie dumps of what another program read in them */
    if (!has_items(bytes) || strstr(path, ".serde.")) {
        return;
    }
    enum nb_err err = nb_feed_parse(bytes, NB_LIT("https://a.example/feed"), NB_LIT(""), &dates,
                                    arena, &feed, NULL);
    bool right = err == NB_OK && feed.entries_n > 0;
    read_n++;
    right_n += right;
    if (!right) {
        printf("  not read: %s\n", path);
    }
}

int main(void)
{
    const char *path = nbt_data("feeds/feed-rs");
    if (!path) {
        return 0;
    }
    if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
        return 1;
    }
    nb_feed_init();
    arena = nb_arena_new((size_t)256 << 20);
    nbt_walk(path, arena, read_one);
    printf("feed-read %.3f share (n %zu, feeds/feed-rs)\n",
           read_n ? (double)right_n / (double)read_n : 0.0, read_n);
    nb_arena_free(arena);
    nb_feed_fini();
    nb_url_fini();
    return read_n ? 0 : 1;
}
