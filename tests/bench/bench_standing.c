/*
 * What it costs to keep the trust of a large store beside the log: documents with acts are
 * committed as the analyzer does it, with a standing that is kept and without. `bench_standing
 * 40000` commits so many documents instead of 100,000.
 *
 * Everything is CPU time of one thread, as a ratio to committing the same documents without it;
 * annotating them, which takes far longer than committing, is no part of either.
 */
#include "tests/lib/posts.h"
#include "tests/unit/world.h"

#include <inttypes.h>

#include <nabiz/series.h>

#include "analyzer/influence/standing_keep.h"

enum {
    DOCUMENTS = 100000,
    PER_AUTHOR = 5,
    BATCH_N = 256,
    CHUNK_N = 4096,
    REVISED = 8, /* one in so many documents takes back an earlier one's acts */
    MAP_BYTES = 256 << 20
};

struct bench {
    struct world w;
    uint64_t documents_n, done_n, series;
};

/* Fewer than n, small ones more often. */
static uint64_t famous(uint64_t draw, uint64_t n)
{
    uint64_t a = draw % 4096, b = (draw >> 12) % 4096;
    return a * b * n >> 24;
}

static struct post draw_post(struct bench *b, uint64_t i)
{
    uint64_t a = nb_series_next(&b->series), authors_n = b->documents_n / PER_AUTHOR;
    uint64_t url = a % REVISED == 0 && i ? (a >> 8) % i : i;
    struct nb_arena *arena = b->w.arena;
    struct post post = {.at_ms = WORLD_DAY_MS + (int64_t)(i * 61000),
                        .author =
                            nb_arena_printf(arena, "s%" PRIu64 ".example/", (a >> 30) % authors_n),
                        .url = nb_arena_printf(arena, "https://p.example/%" PRIu64, url),
                        .comments_n = -1};
    for (int k = 0; k < WORLD_ACTS; k++) {
        uint64_t to = famous(nb_series_next(&b->series), authors_n);
        post.acts[k] = (struct act){NB__EDGE__ACT__LINK,
                                    nb_arena_printf(arena, "s%" PRIu64 ".example/", to), NULL};
    }
    return post;
}

/* @return CPU time in seconds. */
static double commit(struct bench *b, uint64_t n)
{
    static struct post posts[CHUNK_N];
    int64_t spent_us = 0;
    for (uint64_t done = 0; done < n;) {
        size_t chunk = n - done < CHUNK_N ? (size_t)(n - done) : CHUNK_N;
        nb_arena_reset(b->w.arena);
        for (size_t i = 0; i < chunk; i++) {
            posts[i] = draw_post(b, b->done_n++);
        }
        int64_t begin_us = nbt_cpu_us();
        world_commit(&b->w, posts, chunk, BATCH_N);
        spent_us += nbt_cpu_us() - begin_us;
        done += chunk;
    }
    return (double)spent_us / 1e6;
}

static void open_bench(struct bench *b, uint64_t documents_n)
{
    *b = (struct bench){.documents_n = documents_n, .series = 1};
    world_open(&b->w, MAP_BYTES);
}

static void measure(uint64_t documents_n, double without_s, const char *what,
                    const struct nb_standing_places *places)
{
    struct bench b;
    open_bench(&b, documents_n);
    assert_int_equal(nb_standing_keep_new(places, &b.w.standing), NB_OK);
    double with_s = commit(&b, documents_n);
    printf("  %-44s %6.3f\n", what, with_s / without_s);
    nb_standing_keep_free(b.w.standing);
    world_close(&b.w);
}

int main(int argc, char **argv)
{
    int64_t n = DOCUMENTS;
    struct bench plain;
    if (argc > 1 && (!nb_slice_to_i64(nb_slice_str(argv[1]), &n) || n < CHUNK_N || n > 10000000)) {
        fprintf(stderr, "usage: bench_standing [DOCUMENTS]\n");
        return 2;
    }
    uint64_t documents_n = (uint64_t)n;
    const struct nb_standing_places kept = {1000, 14, 10}, anew = {1000, 10, 10};
    open_bench(&plain, documents_n);
    double without_s = commit(&plain, documents_n);
    printf("standing, %" PRIu64 " documents, %zu acts; committing without it takes %.0f us each:\n",
           documents_n, world_count(&plain.w, NB_TBL_EDGE), without_s * 1e6 / (double)documents_n);
    world_close(&plain.w);
    measure(documents_n, without_s, "kept, brought up every 1024 documents", &kept);
    measure(documents_n, without_s, "made anew every 1024 documents", &anew);
    return 0;
}
