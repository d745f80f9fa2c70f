/*
 * What tests of reading share: the lexicons with topics of the test's own, and an arena for
 * documents and what is made of them.
 */
#ifndef NABIZ_TEST_KNOWLEDGE_WORLD_H
#define NABIZ_TEST_KNOWLEDGE_WORLD_H

#include "tests/lib/test.h"

#include <nabiz/knowledge.h>
#include <nabiz/url.h>

struct knowledge_world {
    struct nb_knowledge *knowledge;
    struct nb_arena *arena;
    char *topics; /* directory; NULL: none */
};

static inline void knowledge_world_topic(const char *topics, const char *name, const char *text)
{
    char *path = nbt_path(topics, name);
    nbt_write_file(path, nb_slice_str(text));
    free(path);
}

/* The state of a group: takes the directory, if there is one, of which bad_n topics are refused. */
static inline int knowledge_world_open(void **state, char *topics, size_t bad_n)
{
    struct knowledge_world *w = calloc(1, sizeof(*w));
    struct nb_error error = {0};
    size_t bad = 0;
    assert_non_null(w);
    if (nb_url_init(&error) != NB_OK ||
        nb_knowledge_load("lexicons", topics, &w->knowledge, &bad, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    assert_int_equal(bad, bad_n);
    w->arena = nb_arena_new((size_t)64 << 20);
    w->topics = topics;
    *state = w;
    return 0;
}

static inline int knowledge_world_close(void **state)
{
    struct knowledge_world *w = *state;
    nb_knowledge_free(w->knowledge);
    nb_arena_free(w->arena);
    nb_url_fini();
    if (w->topics) {
        nbt_rmdir(w->topics);
    }
    free(w);
    return 0;
}

static inline struct nb_document *knowledge_world_document(struct knowledge_world *w,
                                                           const char *text)
{
    struct nb_document *document = nb_document_new(w->arena);
    document->text = nb_arena_strdup(w->arena, nb_slice_str(text));
    return document;
}

static inline struct nb_annotation *knowledge_world_annotate(struct knowledge_world *w,
                                                             struct nb_document *document)
{
    struct nb_annotation *out = NULL;
    assert_int_equal(nb_annotate(document, w->knowledge, w->arena, &out), NB_OK);
    return out;
}

#endif
