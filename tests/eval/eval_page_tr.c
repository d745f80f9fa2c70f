/*
 * Title, author, date and body of real Turkish news pages. Material: pages-tr/. A field is right
 * when it is the same (a body: F1 over its words of at least 0.95, with the summary in front).
 *
 * Gold names the agency or the site where a page names nobody; one of its dates has day and month
 * the wrong way round.
 */
#include "tests/lib/test.h"

#include <jansson.h>

#include <nabiz/buf.h>
#include <nabiz/page.h>

#include "tests/lib/gz.h"
#include "tests/lib/words.h"

static const struct row {
    const char *page, *gold, *version;
} rows[] = {
    {"AnadoluAjansi_2025_04_05", "AnadoluAjansi", "V1"},
    {"AnadoluAjansi_2026_04_20", "AnadoluAjansi", "V2"},
    {"Haberturk_2024_07_03", "Haberturk", "V1"},
    {"NTVTR_2024_04_30", "NTVTR", "V1"},
    {"NTVTR_2025_11_10", "NTVTR", "V2"},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct nb_date_context dates = {.now_ms = 1782864000000, .offset_min = 180};

static void add_all(struct nb_buf *buf, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        nb_buf_add_str(buf, json_string_value(json_array_get(list, i)));
        nb_buf_add_str(buf, "\n\n");
    }
}

static struct nb_slice body_of(const json_t *body, struct nb_buf *buf)
{
    const json_t *sections = json_object_get(body, "sections");
    add_all(buf, json_object_get(body, "summary"));
    for (size_t i = 0; i < json_array_size(sections); i++) {
        const json_t *section = json_array_get(sections, i);
        add_all(buf, json_object_get(section, "headline"));
        add_all(buf, json_object_get(section, "paragraphs"));
    }
    return nb_buf_slice(buf);
}

static struct nb_slice text_at(const json_t *value)
{
    const char *text = json_string_value(value);
    return nb_slice_str(text ? text : "");
}

static double judge(const struct row *row, const char *dir, struct nb_arena *arena, int right[4])
{
    char path[1100];
    struct nb_page page = {.published_ms = -1};
    struct nb_page_options options = {.dates = &dates};
    int64_t want_ms;
    double precision = 0;
    double recall = 0;
    (void)snprintf(path, sizeof(path), "%s/%s.html.gz", dir, row->page);
    (void)!nb_page_read(nbt_read_gz(path, arena), NB_LIT("https://haber.example/1"),
                        NB_LIT("text/html; charset=utf-8"), &options, arena, &page, NULL);
    (void)snprintf(path, sizeof(path), "%s/%s.json", dir, row->gold);
    json_t *root = json_load_file(path, 0, NULL);
    const json_t *gold = json_object_get(root, row->version);
    struct nb_slice date = text_at(json_object_get(gold, "publishing_date"));
    struct nb_buf want;
    nb_buf_init(&want, 1 << 22);
    double f1 = nbt_words_f1(nbt_words_of(page.text, arena),
                             nbt_words_of(body_of(json_object_get(gold, "body"), &want), arena),
                             &precision, &recall);
    right[0] = nb_slice_eq(page.title, text_at(json_object_get(gold, "title")));
    right[1] =
        nb_slice_eq(page.author, text_at(json_array_get(json_object_get(gold, "authors"), 0)));
    right[2] = nb_date_parse(date, &dates, &want_ms) == NB_OK &&
               want_ms / 1000 == page.published_ms / 1000;
    right[3] = f1 >= 0.95;
    printf("pages-tr/%-25s title %d author %d date %d body %d (F1 %.3f precision %.3f recall "
           "%.3f)\n",
           row->page, right[0], right[1], right[2], right[3], f1, precision, recall);
    nb_buf_fini(&want);
    json_decref(root);
    return f1;
}

int main(void)
{
    const char *found = nbt_data("pages-tr");
    int sums[4] = {0};
    double f1 = 0;
    if (!found) {
        return 0;
    }
    char dir[512];
    (void)snprintf(dir, sizeof(dir), "%s", found);
    struct nb_arena *arena = nb_arena_new((size_t)1 << 30);
    for (size_t i = 0; i < ROWS; i++) {
        int right[4];
        nb_arena_reset(arena);
        f1 += judge(&rows[i], dir, arena, right);
        for (size_t k = 0; k < 4; k++) {
            sums[k] += right[k];
        }
    }
    printf("pages-tr/ of %d: titles %d, authors %d, dates %d, bodies %d; F1 of bodies %.3f\n",
           (int)ROWS, sums[0], sums[1], sums[2], sums[3], f1 / ROWS);
    nb_arena_free(arena);
    return 0;
}
