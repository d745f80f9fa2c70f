#include "tests/site/cast.h"

static const struct site sites[SITES_N] = {
#define X(id, key_, host_, engine_, flags_)                                                        \
    [SITE_##id] = {.key = key_, .host = host_, .engine = ENGINE_##engine_, .flags = flags_},
    SITES(X)
#undef X
};

/* clang-format off */
#define ARTICLES ANY_CHANNEL, false, false
#define COMMENTS ANY_CHANNEL, true, false
const struct feed feeds[FEEDS_N] = {
    {SITE_TURNA, "/blog/atom.xml", FEED_ATOM, BODY_FULL, ARTICLES, 20, "article", NULL},
    {SITE_LEYLEK, "/duyurular/rss", FEED_RSS, BODY_SUMMARY, ARTICLES, 20, "article", NULL},
    {SITE_UFUK, "/rss/gundem.xml", FEED_RSS, BODY_FULL, 0, false, false, 30, "article", NULL},
    {SITE_UFUK, "/rss/ekonomi.xml", FEED_RSS, BODY_FULL, 1, false, false, 30, "article", NULL},
    {SITE_UFUK, "/rss/yasam.xml", FEED_RSS, BODY_FULL, 2, false, false, 30, "article", NULL},
    {SITE_MERKEZ, "/rss.asp?k=gundem", FEED_RSS, BODY_FULL, 0, false, true, 25, "article", NULL},
    {SITE_MERKEZ, "/rss.asp?k=tum", FEED_RSS, BODY_FULL, ANY_CHANNEL, false, true, 30, "article", NULL},
    {SITE_CIP, "/feed/", FEED_RSS, BODY_ENCODED, ARTICLES, 20, "article", NULL},
    {SITE_CIP, "/comments/feed/", FEED_RSS, BODY_ENCODED, COMMENTS, 30, "comment", NULL},
    {SITE_SEPET, "/feed.atom", FEED_ATOM, BODY_FULL, ARTICLES, 25, "article", NULL},
    {SITE_SEPET, "/yorumlar.atom", FEED_ATOM, BODY_FULL, COMMENTS, 30, "comment", NULL},
    {SITE_ESNAF, "/feed/", FEED_RSS, BODY_ENCODED, ARTICLES, 20, "article", NULL},
    {SITE_ESNAF, "/comments/feed/", FEED_RSS, BODY_FULL, COMMENTS, 30, "comment", NULL},
    {SITE_MUTFAK, "/akis/atom", FEED_ATOM, BODY_FULL, ARTICLES, 20, "article", "/akis"},
    {SITE_ANNE, "/atom.xml", FEED_ATOM, BODY_FULL, ARTICLES, 20, "article", NULL},
    {SITE_ANNE, "/yorumlar/atom.xml", FEED_ATOM, BODY_FULL, COMMENTS, 30, "comment", NULL},
    {SITE_YOLDA, "/rss.xml", FEED_RSS, BODY_FULL, ARTICLES, 20, "article", NULL},
    {SITE_MANSER, "/rss", FEED_RSS, BODY_FULL, ARTICLES, 30, "article", NULL},
    {SITE_PATLAK, "/rss", FEED_RSS, BODY_FULL, ARTICLES, 30, "article", NULL},
    {SITE_RING1, "/feed/", FEED_RSS, BODY_ENCODED, ARTICLES, 20, "article", NULL},
    {SITE_RING2, "/feed/", FEED_RSS, BODY_ENCODED, ARTICLES, 20, "article", NULL},
    {SITE_RING3, "/feed/", FEED_RSS, BODY_FULL, ARTICLES, 20, "article", NULL},
    {SITE_RING4, "/feed/", FEED_RSS, BODY_FULL, ARTICLES, 20, "article", NULL},
    {SITE_RING5, "/atom", FEED_ATOM, BODY_FULL, ARTICLES, 20, "article", NULL},
    {SITE_RING6, "/atom", FEED_ATOM, BODY_FULL, ARTICLES, 20, "article", NULL},
    {SITE_FORUM, "/bolum/kargo-alisveris/index.rss", FEED_RSS, BODY_ENCODED, 0, false, false, 30, "post", NULL},
    {SITE_FORUM, "/bolum/teknoloji/index.rss", FEED_RSS, BODY_ENCODED, 1, false, false, 30, "post", NULL},
    {SITE_FORUM, "/bolum/gunluk-hayat/index.rss", FEED_RSS, BODY_ENCODED, 2, false, false, 30, "post", NULL},
    {SITE_FORUM, "/bolum/is-ve-okul/index.rss", FEED_RSS, BODY_ENCODED, 3, false, false, 30, "post", NULL},
    {SITE_SOZLUK, "/son.atom", FEED_ATOM, BODY_FULL, ARTICLES, 30, "entry", NULL},
    {SITE_DERT, "/rss/tum.xml", FEED_RSS, BODY_FULL, ANY_CHANNEL, false, false, 30, "review", NULL},
    {SITE_DERT, "/rss/turna-kargo.xml", FEED_RSS, BODY_FULL, 0, false, false, 30, "review", NULL},
    {SITE_UFUK, "/yorumlar.xml", FEED_RSS, BODY_FULL, COMMENTS, 30, "comment", NULL},
    {SITE_MANSER, "/yorumlar/rss", FEED_RSS, BODY_FULL, COMMENTS, 30, "comment", NULL},
    {SITE_PATLAK, "/yorumlar/rss", FEED_RSS, BODY_FULL, COMMENTS, 30, "comment", NULL},
};
/* clang-format on */

static bool read_site(struct nb_slice row, struct site *site)
{
    struct nb_slice channels = text_cell(row, 3), part;
    site->title = text_cell(row, 1);
    site->about = text_cell(row, 2);
    while (channels.len > 0 && nb_slice_split(&channels, ';', &part)) {
        if (site->channels_n == CHANNELS_MAX) {
            return false;
        }
        site->channels[site->channels_n++] = part;
    }
    return site->title.len > 0;
}

static bool read_habits(struct nb_slice names, unsigned *out)
{
    static const struct {
        const char *name;
        unsigned bit;
    } table[] = {
        {"staff", HABIT_STAFF}, {"trusted", HABIT_TRUSTED}, {"loud", HABIT_LOUD},
        {"lower", HABIT_LOWER}, {"ascii", HABIT_ASCII},     {"bang", HABIT_BANG},
        {"emoji", HABIT_EMOJI}, {"fake", HABIT_FAKE},
    };
    struct nb_slice name;
    while (names.len > 0 && nb_slice_split(&names, ' ', &name)) {
        size_t i = 0;
        while (i < sizeof(table) / sizeof(table[0]) &&
               !nb_slice_eq(name, nb_slice_str(table[i].name))) {
            i++;
        }
        if (i == sizeof(table) / sizeof(table[0])) {
            return false;
        }
        *out |= table[i].bit;
    }
    return true;
}

static enum site_id site_of_key(struct nb_slice key)
{
    unsigned i = 0;
    while (i < SITES_N && !nb_slice_eq(key, nb_slice_str(sites[i].key))) {
        i++;
    }
    return (enum site_id)i;
}

static bool read_person(struct nb_slice row, struct person *person)
{
    struct nb_slice homes = text_cell(row, 3), key;
    *person = (struct person){.handle = text_cell(row, 0), .name = text_cell(row, 1)};
    if (person->handle.len == 0 || !read_habits(text_cell(row, 2), &person->habits)) {
        return false;
    }
    if (person->name.len == 0) {
        person->name = person->handle;
    }
    while (homes.len > 0 && nb_slice_split(&homes, ' ', &key)) {
        enum site_id id = site_of_key(key);
        if (id == SITES_N) {
            return false;
        }
        person->homes |= 1ull << id;
    }
    return person->homes != 0;
}

enum nb_err cast_load(const struct text *text, struct nb_arena *arena, struct cast *out,
                      struct nb_error *error)
{
    const struct text_section *rows = text_section(text, "sites");
    const struct text_section *cast = text_section(text, "cast");
    if (!rows || !cast) {
        return nb_error_set(error, NB_ESYNTAX, "story texts have no [sites] or no [cast]");
    }
    memcpy(out->sites, sites, sizeof(sites));
    for (size_t i = 0; i < rows->lines_n; i++) {
        enum site_id id = site_of_key(text_cell(rows->lines[i], 0));
        if (id == SITES_N || !read_site(rows->lines[i], &out->sites[id])) {
            return nb_error_set(error, NB_ESYNTAX, "sites: \"%.*s\"", NB_ARG(rows->lines[i]));
        }
    }
    for (size_t i = 0; i < SITES_N; i++) {
        if (out->sites[i].title.len == 0) {
            return nb_error_set(error, NB_ESYNTAX, "sites: no row for %s", sites[i].key);
        }
    }
    struct person *people = nb_arena_calloc(arena, cast->lines_n, sizeof(*people));
    if (!people) {
        return nb_error_set(error, NB_ENOMEM, "cast");
    }
    for (size_t i = 0; i < cast->lines_n; i++) {
        if (!read_person(cast->lines[i], &people[i])) {
            return nb_error_set(error, NB_ESYNTAX, "cast: \"%.*s\"", NB_ARG(cast->lines[i]));
        }
    }
    out->people = people;
    out->people_n = cast->lines_n;
    return NB_OK;
}

enum site_id cast_site_of_host(const struct cast *cast, struct nb_slice host)
{
    unsigned i = 0;
    while (i < SITES_N && !nb_slice_eq_ascii_case(host, nb_slice_str(cast->sites[i].host))) {
        i++;
    }
    return (enum site_id)i;
}

const struct person *cast_person(const struct cast *cast, struct nb_slice handle)
{
    for (size_t i = 0; i < cast->people_n; i++) {
        if (nb_slice_eq(cast->people[i].handle, handle)) {
            return &cast->people[i];
        }
    }
    return NULL;
}

static uint32_t weight(const struct person *person, enum site_id site, bool staff)
{
    if (!(person->homes >> site & 1) || person->habits & HABIT_FAKE ||
        staff != ((person->habits & HABIT_STAFF) != 0)) {
        return 0;
    }
    return person->habits & HABIT_LOUD ? 3 : person->habits & HABIT_TRUSTED ? 2 : 1;
}

const struct person *cast_pick(const struct cast *cast, enum site_id site, bool staff,
                               struct rng *rng)
{
    uint32_t total = 0;
    for (size_t i = 0; i < cast->people_n; i++) {
        total += weight(&cast->people[i], site, staff);
    }
    uint32_t at = total > 0 ? rng_below(rng, total) : 0;
    for (size_t i = 0; i < cast->people_n; i++) {
        uint32_t w = weight(&cast->people[i], site, staff);
        if (at < w) {
            return &cast->people[i];
        }
        at -= w;
    }
    return NULL;
}
