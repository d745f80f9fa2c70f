/* Figures of followers on their way from documents into the analysis store. */
#include "tests/unit/world.h"

#define AT(hour) (WORLD_DAY_MS + (int64_t)(hour)*NB_HOUR_MS)
#define ADA "toplu.example/ada@toplu.example"

static struct world w;

static void commit(const struct post *posts, size_t n)
{
    world_open(&w, 1 << 20);
    world_commit(&w, posts, n, n);
}

/* @return followers, 0 when they are not known */
static uint64_t followers_of(const char *author, int64_t *read_ms)
{
    struct nb_audience *audience;
    struct nb_txn *txn = world_read(&w);
    enum nb_err err = nb_analysis_audience(txn, nb_slice_str(author), w.arena, &audience);
    nb_read_end(txn);
    if (err == NB_ENOTFOUND) {
        return 0;
    }
    assert_int_equal(err, NB_OK);
    *read_ms = audience->read_ms;
    assert_string_equal(audience->source, "import");
    return audience->followers_n;
}

static struct post post(int hour, const char *url, uint64_t followers_n, int read_hour)
{
    return (struct post){.at_ms = AT(hour),
                         .author = ADA,
                         .url = url,
                         .comments_n = -1,
                         .followers_n = followers_n,
                         .read_ms = AT(read_hour)};
}

static void the_figure_read_last_counts_whatever_the_order(void **state)
{
    (void)state;
    static const struct {
        uint64_t first_n, second_n, want_n;
        int first_read, second_read, want_read;
    } rows[] = {
        {100, 200, 200, 1, 2, 2},
        {100, 200, 100, 2, 1, 2}, /* the log has it later, but it was read before */
        {100, 90, 90, 1, 2, 2},   /* they may leave */
        {100, 200, 200, 2, 2, 2}, /* at the same time: as the log has it */
        {100, 0, 100, 1, 2, 1},   /* nothing is said: that is not 0 */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct post posts[] = {
            post(3, "https://toplu.example/1", rows[i].first_n, rows[i].first_read),
            post(4, "https://toplu.example/2", rows[i].second_n, rows[i].second_read)};
        int64_t read_ms = 0;
        commit(posts, 2);
        assert_int_equal(followers_of(ADA, &read_ms), rows[i].want_n);
        assert_int_equal(read_ms, AT(rows[i].want_read));
        world_close(&w);
    }
}

static void what_cannot_be_is_unknown(void **state)
{
    (void)state;
    static const uint64_t figures[] = {NB_AUDIENCE_MAX + 1, UINT64_C(1) << 53, UINT64_MAX};
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        const struct post posts[] = {post(3, "https://toplu.example/1", figures[i], 1)};
        int64_t read_ms;
        commit(posts, 1);
        assert_int_equal(followers_of(ADA, &read_ms), 0);
        assert_int_equal(followers_of("toplu.example/baska", &read_ms), 0);
        assert_int_equal(followers_of("", &read_ms), 0);
        world_close(&w);
    }
}

static void nothing_is_read_after_its_document(void **state)
{
    (void)state;
    const struct post posts[] = {post(3, "https://toplu.example/1", 7, 9000),
                                 post(4, "https://toplu.example/2", 8, 4)};
    int64_t read_ms = 0;
    commit(posts, 2);
    assert_int_equal(followers_of(ADA, &read_ms), 8);
    assert_int_equal(read_ms, AT(4));
    world_close(&w);
}

static void a_figure_outlives_the_document_it_came_with(void **state)
{
    (void)state;
    struct post posts[] = {post(3, "https://toplu.example/1", 7, 3),
                           post(4, "https://toplu.example/1", 0, 0)};
    int64_t read_ms = 0;
    posts[1].deleted = true;
    commit(posts, 2);
    assert_int_equal(followers_of(ADA, &read_ms), 7);
    assert_int_equal(read_ms, AT(3));
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figure_read_last_counts_whatever_the_order),
        cmocka_unit_test(what_cannot_be_is_unknown),
        cmocka_unit_test(nothing_is_read_after_its_document),
        cmocka_unit_test(a_figure_outlives_the_document_it_came_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
