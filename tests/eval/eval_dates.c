/*
 * How many dates of real feeds are read: the moments that the corpus of feedparser states, and the
 * share of all date elements that are understood at all.
 */
#include "tests/lib/test.h"

#include <ftw.h>

#include <nabiz/date.h>

enum { ARENA_BYTES = 16 << 20 };

static const char *const ELEMENTS[] = {
    "pubDate",        "lastBuildDate",   "updated",          "published", "issued",
    "modified",       "created",         "dc:date",          "lastmod",   "expirationDate",
    "dcterms:issued", "dcterms:created", "dcterms:modified",
};

static struct {
    struct nb_arena *arena;
    struct nb_date_context context;
    size_t dates, read;
    size_t stated, right;
} all;

/* The moment in a comment such as "entries[0]['published_parsed'] == (2004, 1, 1, 19, 48, 21, ...".
 */
static bool stated_moment(struct nb_slice file, int64_t *out)
{
    struct nb_civil civil = {0};
    int32_t *const fields[] = {&civil.year, &civil.month,  &civil.day,
                               &civil.hour, &civil.minute, &civil.second};
    size_t at = nb_slice_find(file, NB_LIT("_parsed'] == ("), 0);
    if (at == NB_NPOS) {
        return false;
    }
    struct nb_slice rest = nb_slice_sub(file, at + 14, file.len), one;
    for (size_t i = 0; i < 6; i++) {
        int64_t value;
        if (!nb_slice_split(&rest, ',', &one) || !nb_slice_to_i64(nb_slice_trim(one), &value)) {
            return false;
        }
        *fields[i] = (int32_t)value;
    }
    *out = nb_civil_to_ms(&civil, 0);
    return true;
}

/* Text of the next element of that name; attributes are allowed. */
static bool next_text(struct nb_slice file, const char *name, size_t *at, struct nb_slice *out)
{
    struct nb_slice wanted = nb_slice_str(name);
    while ((*at = nb_slice_find_byte(file, '<', *at)) != NB_NPOS) {
        size_t behind = ++*at + wanted.len;
        if (nb_slice_starts(nb_slice_sub(file, *at, file.len), wanted) && behind < file.len &&
            (file.p[behind] == '>' || file.p[behind] == ' ')) {
            size_t open = nb_slice_find_byte(file, '>', behind);
            size_t close = open == NB_NPOS ? NB_NPOS : nb_slice_find_byte(file, '<', open);
            *out = close == NB_NPOS ? NB_LIT("") : nb_slice_sub(file, open + 1, close);
            return close != NB_NPOS && file.p[open - 1] != '/';
        }
    }
    return false;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (type != FTW_F) {
        return 0;
    }
    nb_arena_reset(all.arena);
    struct nb_slice file = nbt_read_file(path, all.arena);
    int64_t want = 0, got;
    bool stated = stated_moment(file, &want), right = false, any = false;
    for (size_t i = 0; i < sizeof(ELEMENTS) / sizeof(ELEMENTS[0]); i++) {
        struct nb_slice text;
        for (size_t at = 0; next_text(file, ELEMENTS[i], &at, &text);) {
            text = nb_slice_trim(text);
            if (text.len == 0) {
                continue;
            }
            bool read = nb_date_parse(text, &all.context, &got) == NB_OK;
            any = true;
            all.dates++;
            all.read += read;
            right = right || (stated && read && got == want);
            if (!read && getenv("V")) {
                printf("  not read: %.*s\n", NB_ARG(text));
            }
        }
    }
    stated = stated && any; /* some lie in attributes or inside other text */
    all.stated += stated;
    all.right += right;
    if (stated && !right && getenv("V")) {
        printf("  not right: %s\n", path);
    }
    return 0;
}

int main(void)
{
    struct nb_date_words *words = NULL;
    const char *path = nbt_data("feeds");
    if (!path) {
        return 0;
    }
    all.arena = nb_arena_new(ARENA_BYTES);
    if (!all.arena || nb_date_words_load("lexicons/dates.txt", &words, NULL) != NB_OK) {
        return 1;
    }
    all.context = (struct nb_date_context){words, 1710406800000LL, 0};
    (void)nftw(path, visit, 16, FTW_PHYS);
    printf("dates.stated %zu permille right (%zu files, feeds/)\n",
           all.stated ? all.right * 1000 / all.stated : 0, all.stated);
    printf("dates.elements %zu permille read (%zu elements, feeds/)\n",
           all.dates ? all.read * 1000 / all.dates : 0, all.dates);
    nb_date_words_free(words);
    nb_arena_free(all.arena);
    return 0;
}
