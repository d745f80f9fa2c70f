#include "tests/lib/test.h"

#include "analyzer/alerts/severity.h"

static const struct {
    const char *what;
    struct nb_severity_facts facts;
    uint32_t severity;
} rows[] = {
    {"barely rare", {.rarity_milli = 700, .documents_n = 5, .usual_milli = -1}, 1},
    {"below what opens one", {.rarity_milli = 100, .documents_n = 5, .usual_milli = -1}, 1},
    {"very rare", {.rarity_milli = 9000, .documents_n = 50, .usual_milli = -1}, 5},
    {"very rare and very few", {.rarity_milli = 9000, .documents_n = 5, .usual_milli = -1}, 2},
    {"rare and negative",
     {.rarity_milli = 2500, .documents_n = 10, .negative_n = 7, .usual_milli = 100},
     5},
    {"rare and as negative as ever",
     {.rarity_milli = 2500, .documents_n = 10, .negative_n = 7, .usual_milli = 650},
     3},
    {"negative, and nothing is known of before",
     {.rarity_milli = 2500, .documents_n = 10, .negative_n = 7, .usual_milli = -1},
     4},
    {"a third is negative",
     {.rarity_milli = 2500, .documents_n = 10, .negative_n = 3, .usual_milli = -1},
     4},
    {"four documents are no share",
     {.rarity_milli = 2500, .documents_n = 4, .negative_n = 4, .usual_milli = -1},
     2},
    {"many voices on many sites",
     {.rarity_milli = 700,
      .documents_n = 9,
      .authors_n = 6,
      .sites_n = 3,
      .usual_milli = -1,
      .voices = true},
     2},
    {"many voices on one site",
     {.rarity_milli = 700,
      .documents_n = 9,
      .authors_n = 6,
      .sites_n = 1,
      .usual_milli = -1,
      .voices = true},
     1},
    {"people may be hurt",
     {.rarity_milli = 700, .documents_n = 9, .usual_milli = -1, .grave_n = 2},
     3},
    {"one of many says so",
     {.rarity_milli = 700, .documents_n = 9, .usual_milli = -1, .grave_n = 1},
     1},
    {"two of fifty say so",
     {.rarity_milli = 700, .documents_n = 50, .usual_milli = -1, .grave_n = 2},
     1},
    {"money", {.rarity_milli = 700, .documents_n = 9, .usual_milli = -1, .serious_n = 5}, 2},
    {"a loud voice",
     {.rarity_milli = 700, .documents_n = 9, .usual_milli = -1, .loudest_n = 20},
     2},
    {"it will be many",
     {.rarity_milli = 700, .documents_n = 9, .usual_milli = -1, .expected_n = 91},
     2},
    {"everything at once",
     {.rarity_milli = INT32_MAX,
      .documents_n = 1000,
      .authors_n = 900,
      .sites_n = 90,
      .negative_n = 1000,
      .grave_n = 1000,
      .serious_n = 1000,
      .loudest_n = 1000,
      .expected_n = 1000,
      .voices = true},
     10},
};

static void severity_is_the_sum_of_its_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_points points[NB_POINTS_N];
        uint32_t severity = nb_severity(&rows[i].facts, points);
        uint32_t sum = 0;
        for (size_t k = 0; k < NB_POINTS_N; k++) {
            assert_non_null(points[k].name);
            sum += points[k].n;
        }
        if (severity != rows[i].severity || (sum >= 1 && sum <= 10 && sum != severity)) {
            fail_msg("%s: %u", rows[i].what, severity);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(severity_is_the_sum_of_its_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
