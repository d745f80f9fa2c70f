#include "tests/unit/dump.h"
#include "tests/unit/world.h"

#include "analyzer/influence/store_graph.h"
#include "analyzer/keys.h"

enum { MAP_BYTES = 16 << 20, GENERATED_N = 600 };

static struct nb_author author_of(struct world *w, const char *id)
{
    struct nb_author *author;
    struct nb_txn *txn = world_read(w);
    enum nb_err err = nb_analysis_author(txn, nb_slice_str(id), w->arena, &author);
    nb_read_end(txn);
    if (err == NB_ENOTFOUND) {
        struct nb_author none;
        nb__author__init(&none);
        return none;
    }
    assert_int_equal(err, NB_OK);
    return *author;
}

static void a_document_is_counted_for_its_author_its_hour_and_its_topic(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    const struct post posts[] = {
        {.at_ms = WORLD_DAY_MS + 90 * NB_MINUTE_MS,
         .author = "a.example/ayla",
         .url = "https://a.example/1",
         .topic = "acme",
         .score_milli = -700,
         .comments_n = 12,
         .name = "Ayla"},
        {.at_ms = WORLD_DAY_MS + 100 * NB_MINUTE_MS,
         .author = "a.example/ayla",
         .url = "https://a.example/2",
         .topic = "acme",
         .score_milli = 300,
         .comments_n = -1},
    };
    world_commit(&w, posts, 2, 10);
    struct nb_author author = author_of(&w, "a.example/ayla");
    assert_string_equal(author.name, "Ayla");
    assert_int_equal(author.documents_n, 2);
    assert_int_equal(author.comments_n, 12);
    assert_int_equal(author.first_ms, posts[0].at_ms);
    assert_int_equal(author.last_ms, posts[1].at_ms);

    struct nb_txn *txn = world_read(&w);
    const struct nb_hour_row *hours;
    size_t n;
    assert_int_equal(nb_analysis_hours(txn, NB_LIT("acme"), 0, INT64_MAX, w.arena, &hours, &n),
                     NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(hours[0].hour_ms, WORLD_DAY_MS + NB_HOUR_MS);
    assert_int_equal(hours[0].hour->documents_n, 2);
    assert_int_equal(hours[0].hour->negative_n, 1);
    assert_int_equal(hours[0].hour->positive_n, 1);
    assert_int_equal(hours[0].hour->score_sum_milli, -400);
    uint64_t cursor;
    int64_t watermark;
    assert_int_equal(nb_analysis_cursor(txn, &cursor), NB_OK);
    assert_int_equal(nb_analysis_watermark(txn, &watermark), NB_OK);
    assert_int_equal(cursor, 2);
    assert_int_equal(watermark, posts[1].at_ms);
    nb_read_end(txn);
    world_close(&w);
}

static void what_is_said_of_a_topic_by_itself_is_what_counts_for_it(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    const struct post post = {.at_ms = WORLD_DAY_MS,
                              .author = "a.example/ayla",
                              .url = "https://a.example/1",
                              .topic = "acme",
                              .score_milli = 300,
                              .toward_milli = -600,
                              .comments_n = -1};
    world_commit(&w, &post, 1, 1);
    struct nb_txn *txn = world_read(&w);
    const struct nb_hour_row *hours;
    const struct nb_mention_row *rows;
    size_t n;
    assert_int_equal(nb_analysis_hours(txn, NB_LIT("acme"), 0, INT64_MAX, w.arena, &hours, &n),
                     NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(hours[0].hour->negative_n, 1);
    assert_int_equal(hours[0].hour->positive_n, 0);
    assert_int_equal(hours[0].hour->score_sum_milli, -600);
    assert_int_equal(nb_analysis_mentions(txn, NB_LIT("acme"), 0, INT64_MAX, w.arena, &rows, &n),
                     NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].mention->sentiment->score_milli, -600);
    nb_read_end(txn);
    world_close(&w);
}

static void a_revision_takes_the_place_of_what_it_supersedes(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    const struct post other = {.at_ms = WORLD_DAY_MS,
                               .author = "b.example/veli",
                               .url = "https://b.example/1",
                               .comments_n = -1};
    struct post post = {.at_ms = WORLD_DAY_MS,
                        .author = "a.example/ayla",
                        .url = "https://a.example/1",
                        .topic = "acme",
                        .score_milli = -700,
                        .comments_n = 3,
                        .acts = {{NB__EDGE__ACT__LINK, "b.example/", "https://b.example/1"}}};
    world_commit(&w, &other, 1, 1);
    world_commit(&w, &post, 1, 1);
    assert_int_equal(author_of(&w, "b.example/veli").links_in_n, 1);
    post.score_milli = 400;
    post.topic = "rakip";
    post.comments_n = 5;
    post.acts[0] = (struct act){0};
    world_commit(&w, &post, 1, 1);

    assert_int_equal(author_of(&w, "a.example/ayla").documents_n, 1);
    assert_int_equal(author_of(&w, "a.example/ayla").comments_n, 5);
    assert_int_equal(author_of(&w, "b.example/veli").links_in_n, 0);
    assert_int_equal(world_count(&w, NB_TBL_EDGE), 0);
    assert_int_equal(world_count(&w, NB_TBL_ANNOTATION), 2);
    assert_int_equal(world_count(&w, NB_TBL_TOPIC_DOC), 1);
    assert_int_equal(world_count(&w, NB_TBL_TOPIC_HOUR), 1);
    assert_int_equal(world_count(&w, NB_TBL_TOPIC_AUTHOR), 1);
    struct nb_txn *txn = world_read(&w);
    const struct nb_mention_row *rows;
    size_t n;
    assert_int_equal(nb_analysis_mentions(txn, NB_LIT("acme"), 0, INT64_MAX, w.arena, &rows, &n),
                     NB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(nb_analysis_mentions(txn, NB_LIT("rakip"), 0, INT64_MAX, w.arena, &rows, &n),
                     NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].number, 3);
    assert_int_equal(rows[0].mention->sentiment->score_milli, 400);
    struct nb_annotation *annotation;
    assert_int_equal(nb_analysis_annotation(txn, 2, w.arena, &annotation), NB_ENOTFOUND);
    assert_int_equal(nb_analysis_annotation(txn, 3, w.arena, &annotation), NB_OK);
    nb_read_end(txn);
    world_close(&w);
}

static void a_skipped_revision_removes_the_earlier_one_and_the_next_one_counts(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    struct post post = {.at_ms = WORLD_DAY_MS,
                        .author = "a.example/ayla",
                        .url = "https://a.example/1",
                        .topic = "acme",
                        .comments_n = 2,
                        .acts = {{NB__EDGE__ACT__MENTION, "b.example/veli", NULL}}};
    world_commit(&w, &post, 1, 1);
    post.skipped = true;
    world_commit(&w, &post, 1, 1);
    static const enum nb_table_id emptied[] = {NB_TBL_ANNOTATION,   NB_TBL_AUTHOR,
                                               NB_TBL_TOPIC_HOUR,   NB_TBL_TOPIC_DOC,
                                               NB_TBL_TOPIC_AUTHOR, NB_TBL_EDGE};
    for (size_t i = 0; i < sizeof(emptied) / sizeof(emptied[0]); i++) {
        assert_int_equal(world_count(&w, emptied[i]), 0);
    }
    post.skipped = false;
    world_commit(&w, &post, 1, 1);
    assert_int_equal(author_of(&w, "a.example/ayla").documents_n, 1);
    assert_int_equal(author_of(&w, "b.example/veli").mentions_in_n, 1);
    world_close(&w);
}

/* The page that others act on. */
static const struct post once = {.at_ms = WORLD_DAY_MS,
                                 .author = "b.example/veli",
                                 .url = "https://b.example/once",
                                 .comments_n = -1};

static void an_act_on_a_page_is_credited_to_its_author_if_the_log_had_it_before(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct act act;
        const char *credited;
    } rows[] = {
        {"a reply to an earlier page",
         {NB__EDGE__ACT__REPLY, "b.example/", "https://b.example/once"},
         "b.example/veli"},
        {"its address written differently",
         {NB__EDGE__ACT__LINK, "b.example/", "HTTPS://B.example:443/once?utm_source=x#yorum"},
         "b.example/veli"},
        {"a guid of the same site", {NB__EDGE__ACT__REPLY, NULL, "ileti-7"}, "w.example/zeki"},
        {"a page that comes later",
         {NB__EDGE__ACT__REPLY, "b.example/", "https://b.example/sonra"},
         "b.example/"},
        {"a handle that is named",
         {NB__EDGE__ACT__QUOTE, "c.example/can", "https://b.example/once"},
         "c.example/can"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world w;
        world_open(&w, MAP_BYTES);
        const struct post posts[] = {
            once,
            {.at_ms = WORLD_DAY_MS,
             .author = "w.example/zeki",
             .guid = "ileti-7",
             .comments_n = -1},
            {.at_ms = WORLD_DAY_MS,
             .author = "w.example/ayla",
             .url = "https://w.example/1",
             .comments_n = -1,
             .acts = {rows[i].act}},
            {.at_ms = WORLD_DAY_MS,
             .author = "b.example/sonraki",
             .url = "https://b.example/sonra",
             .comments_n = -1},
        };
        world_commit(&w, posts, 4, 4);
        struct nb_txn *txn = world_read(&w);
        const struct nb_edge *const *edges;
        size_t n;
        assert_int_equal(
            nb_analysis_edges_to(txn, nb_slice_str(rows[i].credited), w.arena, &edges, &n), NB_OK);
        if (n != 1) {
            fail_msg("%s: %zu edges to %s", rows[i].what, n, rows[i].credited);
        }
        assert_string_equal(edges[0]->from, "w.example/ayla");
        assert_int_equal(edges[0]->number, 3);
        nb_read_end(txn);
        world_close(&w);
    }
}

static void an_act_is_late_from_a_week_after_its_target_on(void **state)
{
    (void)state;
    const int64_t week_ms = 7 * NB_DAY_MS;
    static const struct act to_page = {NB__EDGE__ACT__LINK, "b.example/", "https://b.example/once"};
    static const struct act to_nothing = {NB__EDGE__ACT__LINK, "b.example/veli",
                                          "https://x.example/"};
    struct world w;
    world_open(&w, MAP_BYTES);
    const struct post posts[] = {
        once,
        {.at_ms = WORLD_DAY_MS + week_ms - 1,
         .author = "w.example/1",
         .url = "https://w.example/1",
         .comments_n = -1,
         .acts = {to_page}},
        {.at_ms = WORLD_DAY_MS + week_ms,
         .author = "w.example/2",
         .url = "https://w.example/2",
         .comments_n = -1,
         .acts = {to_page}},
        {.at_ms = WORLD_DAY_MS - NB_DAY_MS, /* dated before what it leads to */
         .author = "w.example/3",
         .url = "https://w.example/3",
         .comments_n = -1,
         .acts = {to_page}},
        {.at_ms = WORLD_DAY_MS + 3 * week_ms,
         .author = "w.example/4",
         .url = "https://w.example/4",
         .comments_n = -1,
         .acts = {to_nothing}},
    };
    world_commit(&w, posts, 5, 5);
    struct nb_txn *txn = world_read(&w);
    const struct nb_edge *const *edges;
    size_t n;
    assert_int_equal(nb_analysis_edges_to(txn, NB_LIT("b.example/veli"), w.arena, &edges, &n),
                     NB_OK);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(edges[i]->late, edges[i]->number == 3);
        assert_int_equal(nb_edge_kind(edges[i]),
                         edges[i]->number == 3 ? NB_ACT_LINK | NB_ACT_LATE : NB_ACT_LINK);
    }
    nb_read_end(txn);
    world_close(&w);
}

static void nobody_is_credited_for_pointing_at_oneself_or_twice_in_one_document(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    const struct post posts[] = {
        {.at_ms = WORLD_DAY_MS,
         .author = "a.example/ayla",
         .url = "https://a.example/1",
         .comments_n = -1},
        {.at_ms = WORLD_DAY_MS,
         .author = "a.example/ayla",
         .url = "https://a.example/2",
         .comments_n = -1,
         .acts = {{NB__EDGE__ACT__LINK, "a.example/", "https://a.example/1"},
                  {NB__EDGE__ACT__LINK, "a.example/", "https://a.example/konular"},
                  {NB__EDGE__ACT__LINK, "b.example/", "https://b.example/x"},
                  {NB__EDGE__ACT__LINK, "b.example/", "https://b.example/y"}}},
    };
    world_commit(&w, posts, 2, 2);
    assert_int_equal(world_count(&w, NB_TBL_EDGE), 1);
    assert_int_equal(author_of(&w, "b.example/").links_in_n, 1);
    assert_int_equal(author_of(&w, "a.example/ayla").links_in_n, 0);
    world_close(&w);
}

static void an_author_id_of_any_length_is_stored_and_found(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    char ids[2][3000];
    struct post posts[2];
    for (size_t i = 0; i < 2; i++) {
        memset(ids[i], 'x', sizeof(ids[i]));
        memcpy(ids[i], "a.example/", 10);
        ids[i][sizeof(ids[i]) - 2] = (char)('0' + i); /* they differ at the very end only */
        ids[i][sizeof(ids[i]) - 1] = '\0';
        posts[i] = (struct post){.at_ms = WORLD_DAY_MS,
                                 .author = ids[i],
                                 .url = i ? "https://a.example/1" : "https://a.example/0",
                                 .topic = "acme",
                                 .comments_n = (int64_t)i,
                                 .acts = {{NB__EDGE__ACT__MENTION, ids[1 - i], NULL}}};
    }
    world_commit(&w, posts, 2, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(author_of(&w, ids[i]).documents_n, 1);
        assert_int_equal(author_of(&w, ids[i]).comments_n, i);
        assert_int_equal(author_of(&w, ids[i]).mentions_in_n, 1);
    }
    world_close(&w);
}

/* The dump of the generated world, committed with this batch size and first map. */
static struct nb_buf generated_dump(size_t batch_n, uint64_t map_bytes)
{
    struct world w;
    static struct post posts[GENERATED_N];
    world_open(&w, map_bytes);
    world_generate(&w, 42, posts, GENERATED_N);
    world_commit(&w, posts, GENERATED_N, batch_n);
    struct nb_buf dump = dump_store(w.store);
    world_close(&w);
    return dump;
}

static void the_size_of_batches_and_of_the_map_does_not_show_in_the_store(void **state)
{
    (void)state;
    struct nb_buf want = generated_dump(GENERATED_N, MAP_BYTES);
    assert_true(want.len > 10000);
    static const struct {
        size_t batch_n;
        uint64_t map_bytes;
    } rows[] = {{1, MAP_BYTES}, {7, MAP_BYTES}, {100, 64 << 10}, {GENERATED_N, 64 << 10}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_buf got = generated_dump(rows[i].batch_n, rows[i].map_bytes);
        assert_string_equal(got.p, want.p);
        nb_buf_fini(&got);
    }
    nb_buf_fini(&want);
}

/* Revisions in force: the last post of each URL, unless that one was skipped. */
static bool is_in_force(const struct post *posts, size_t n, size_t i)
{
    for (size_t k = i + 1; k < n; k++) {
        if (strcmp(posts[k].url, posts[i].url) == 0) {
            return false;
        }
    }
    return !posts[i].skipped;
}

static void counters_equal_a_recount_of_the_revisions_in_force(void **state)
{
    (void)state;
    struct world w;
    static struct post posts[GENERATED_N];
    world_open(&w, MAP_BYTES);
    world_generate(&w, 7, posts, GENERATED_N);
    world_commit(&w, posts, GENERATED_N, 50);
    size_t documents_n = 0;
    size_t superseded_n = 0;
    size_t acme_n = 0;
    int64_t acme_sum = 0;
    for (size_t i = 0; i < GENERATED_N; i++) {
        if (!is_in_force(posts, GENERATED_N, i)) {
            superseded_n++;
            continue;
        }
        documents_n++;
        if (posts[i].topic && strcmp(posts[i].topic, "acme") == 0) {
            acme_n++;
            acme_sum += posts[i].score_milli;
        }
    }
    assert_true(superseded_n > 50);
    assert_int_equal(world_count(&w, NB_TBL_ANNOTATION), documents_n);
    struct nb_txn *txn = world_read(&w);
    const struct nb_hour_row *hours;
    size_t n;
    uint64_t counted_n = 0;
    int64_t counted_sum = 0;
    assert_int_equal(nb_analysis_hours(txn, NB_LIT("acme"), 0, INT64_MAX, w.arena, &hours, &n),
                     NB_OK);
    for (size_t i = 0; i < n; i++) {
        counted_n += hours[i].hour->documents_n;
        counted_sum += hours[i].hour->score_sum_milli;
    }
    assert_int_equal(counted_n, acme_n);
    assert_int_equal(counted_sum, acme_sum);

    /* Every edge is counted once with the author it was credited to, and nowhere else. */
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    uint64_t authors_documents_n = 0;
    uint64_t acts_n = 0;
    assert_int_equal(nb_cursor_open(txn, NB_TBL_AUTHOR, &cursor), NB_OK);
    enum nb_err err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    for (; err == NB_OK; err = nb_cursor_next(cursor, &key, &value)) {
        struct nb_author *author;
        const struct nb_edge *const *edges;
        assert_int_equal(nb_author_decode(value, w.arena, &author), NB_OK);
        assert_int_equal(nb_analysis_edges_to(txn, key, w.arena, &edges, &n), NB_OK);
        assert_int_equal(author->links_in_n + author->replies_in_n + author->mentions_in_n, n);
        authors_documents_n += author->documents_n;
        acts_n += n;
    }
    nb_cursor_close(cursor);
    assert_int_equal(authors_documents_n, documents_n);
    assert_int_equal(acts_n, nb_table_count(txn, NB_TBL_EDGE));
    assert_true(acts_n > 100);
    nb_read_end(txn);
    world_close(&w);
}

static void what_can_be_computed_again_is_not_kept(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_annotation *annotation = nb_annotation_new(arena);
    struct Nb__Token token;
    struct Nb__Span span;
    nb__token__init(&token);
    nb__span__init(&span);
    annotation->tokens = &(struct Nb__Token *){&token};
    annotation->n_tokens = 1;
    annotation->sentences = &(struct Nb__Span *){&span};
    annotation->n_sentences = 1;
    struct Nb__Reason reason;
    nb__reason__init(&reason);
    annotation->reasons = &(struct Nb__Reason *){&reason};
    annotation->n_reasons = 1;
    annotation->language = nb_arena_strdup(arena, NB_LIT("tr"));
    annotation->has_at_ms = 1;
    annotation->at_ms = -5;
    struct nb_annotation *kept;
    assert_int_equal(nb_commit_keep(annotation, arena, arena, &kept), NB_OK);
    assert_int_equal(kept->n_tokens, 0);
    assert_int_equal(kept->n_sentences, 0);
    assert_int_equal(kept->n_reasons, 0);
    assert_string_equal(kept->language, "tr");
    assert_int_equal(kept->at_ms, 0);
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_counted_for_its_author_its_hour_and_its_topic),
        cmocka_unit_test(what_is_said_of_a_topic_by_itself_is_what_counts_for_it),
        cmocka_unit_test(a_revision_takes_the_place_of_what_it_supersedes),
        cmocka_unit_test(a_skipped_revision_removes_the_earlier_one_and_the_next_one_counts),
        cmocka_unit_test(an_act_on_a_page_is_credited_to_its_author_if_the_log_had_it_before),
        cmocka_unit_test(an_act_is_late_from_a_week_after_its_target_on),
        cmocka_unit_test(nobody_is_credited_for_pointing_at_oneself_or_twice_in_one_document),
        cmocka_unit_test(an_author_id_of_any_length_is_stored_and_found),
        cmocka_unit_test(the_size_of_batches_and_of_the_map_does_not_show_in_the_store),
        cmocka_unit_test(counters_equal_a_recount_of_the_revisions_in_force),
        cmocka_unit_test(what_can_be_computed_again_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
