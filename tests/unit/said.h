/*
 * What people said in a small world: texts, whose near-duplicates are found as the analyzer does.
 */
#ifndef NABIZ_TEST_SAID_H
#define NABIZ_TEST_SAID_H

#include "tests/unit/world.h"

#include "analyzer/topics/shingles.h"

struct said {
    const char *author, *url;
    const char *text; /* NULL: taken away */
    int64_t at_ms;    /* since the first day of the world */
    struct act act;
};

static inline struct nb_shingles shingles_of(const char *text)
{
    struct nb_arena *arena = nb_arena_new(16 << 20);
    struct tr_token *tokens;
    struct nb_shingles out;
    size_t n;
    assert_int_equal(tr_tokenise(nb_slice_str(text), arena, &tokens, &n), NB_OK);
    assert_int_equal(nb_shingles_of(NULL, 0, tokens, n, arena, &out), NB_OK);
    nb_arena_free(arena);
    return out;
}

/* Commit it as the next document. likes_n: -1 unknown. */
static inline void say_liked(struct world *w, const struct said *said, int64_t likes_n)
{
    const struct post post = {.at_ms = WORLD_DAY_MS + said->at_ms,
                              .author = said->author,
                              .url = said->url,
                              .comments_n = -1,
                              .acts = {said->act}};
    struct nb_annotation *a = said->text ? world_annotation(w, &post) : NULL;
    if (a) {
        struct nb_shingles shingles = shingles_of(said->text);
        assert_int_equal(nb_shingles_note(&shingles, w->arena, a), NB_OK);
    }
    struct nb_document *document = world_document(w, &post, ++w->last);
    if (likes_n >= 0) {
        world_engagement(w, "likes", likes_n, document);
    }
    const struct nb_commit_item item = {.document = document, .annotation = a};
    struct nb_commit commit = {
        .items = &item, .items_n = 1, .cursor = w->last, .from = 1, .arena = w->scratch};
    struct nb_error error = {0};
    assert_int_equal(nb_store_write(w->store, nb_commit_run, &commit, &error), NB_OK);
}

static inline void say(struct world *w, const struct said *said)
{
    say_liked(w, said, -1);
}

#endif
