/*
 * Are the days of three attacks and elections told from the posts of a Turkish news account (the
 * last 18 weeks that are whole in headlines/), and how many alarms are there beside them? Nobody
 * has labelled the other days: some of their alarms are about news, too.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/date.h>

#include "service/detect_rows.h"

enum { ARENA_BYTES = 64 << 20, POSTS_MAX = 65536, DATE_BYTES = 30 };

static struct nb_arena *arena;
static int64_t posts[POSTS_MAX];
static size_t posts_n;

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Times stand as "Thu Nov 05 07:55:20 +0000 2015". */
static void read_posts(const char *path)
{
    struct nb_slice text = nbt_read_file(path, arena);
    struct nb_date_context context = {0};
    size_t at = 0;
    while (posts_n < POSTS_MAX &&
           (at = nb_slice_find(text, NB_LIT(" +0000 2015"), at)) != NB_NPOS) {
        size_t from = at + 11 < DATE_BYTES ? 0 : at + 11 - DATE_BYTES;
        posts_n +=
            nb_date_parse(nb_slice_sub(text, from, at + 11), &context, &posts[posts_n]) == NB_OK;
        at++;
    }
    qsort(posts, posts_n, sizeof(posts[0]), by_time);
}

static void try(int64_t interval_ms)
{
    static const char *const DAYS[] = {"2015-07-20", "2015-10-10", "2015-11-01"};
    struct nb_rows rows;
    size_t told[3] = {0};
    size_t all = 0;
    if (nb_rows_init(&rows, interval_ms, 180) != NB_OK) {
        abort();
    }
    rows.missing = NB_MISSING_ZERO;
    for (size_t i = 0; i < posts_n;) {
        struct nb_row row = {posts[i], 0};
        struct nb_alarm alarms[2];
        size_t n;
        for (; i < posts_n && posts[i] == row.at_ms; i++) {
            row.value_milli += 1000;
        }
        if (nb_rows_take(&rows, &row, alarms, &n) != NB_OK) {
            abort();
        }
        for (size_t k = 0; k < n; k++) {
            char day[NB_RFC3339_BYTES];
            nb_date_rfc3339(alarms[k].at_ms, day);
            all++;
            for (size_t d = 0; d < 3; d++) {
                told[d] += strncmp(day, DAYS[d], strlen(DAYS[d])) == 0;
            }
        }
    }
    int found = (told[0] > 0) + (told[1] > 0) + (told[2] > 0);
    int64_t days = (posts[posts_n - 1] - posts[0]) / NB_DAY_MS;
    printf("bursts.%d minutes %d of 3 days told, %zu alarms beside them in %d days\n",
           (int)(interval_ms / NB_MINUTE_MS), found, all - told[0] - told[1] - told[2], (int)days);
    nb_rows_fini(&rows);
}

int main(void)
{
    const char *path = nbt_data("headlines/evrensel_non-clickbait.csv");
    if (!path) {
        return 0;
    }
    arena = nb_arena_new(ARENA_BYTES);
    if (!arena) {
        return 1;
    }
    read_posts(path);
    if (posts_n > 0) {
        try(5 * NB_MINUTE_MS);
        try(15 * NB_MINUTE_MS);
        try(NB_HOUR_MS);
    }
    nb_arena_free(arena);
    return 0;
}
