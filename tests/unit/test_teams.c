/* Who gets digests when: the file, what is due, and what is left for sending. */
#include "tests/unit/digest_world.h"

#include <dirent.h>

#include "service/deliver/errand.h"
#include "service/digest/teams.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static int64_t at(const char *text)
{
    const struct nb_date_context context = {.words = NULL};
    int64_t ms = 0;
    assert_int_equal(nb_date_parse(nb_slice_str(text), &context, &ms), NB_OK);
    return ms;
}

static enum nb_err load(const char *content, struct nb_teams **out, struct nb_error *error)
{
    char *dir = nbt_tmpdir();
    char *path = nbt_path(dir, "teams.conf");
    nbt_write_file(path, nb_slice_str(content));
    enum nb_err err = nb_teams_load(path, out, error);
    free(path);
    nbt_rmdir(dir);
    return err;
}

static void a_team_is_read_with_what_it_leaves_out(void **state)
{
    (void)state;
    struct nb_teams *teams;
    struct nb_error error = {0};
    must(load("sabah {\n topics = \"acme acme-kargo\";\n to = \"ekip\";\n}\n"
              "hafta {\n topics = acme;\n to = \"ekip mudur\";\n at = \"18:30\";\n"
              " zone = \"Europe/Berlin\";\n every = week;\n language = en;\n}\n",
              &teams, &error),
         &error);
    assert_int_equal(nb_teams_n(teams), 2);
    const struct nb_team *first = nb_teams_get(teams, 0), *second = nb_teams_get(teams, 1);
    assert_int_equal(first->topics_n, 2);
    assert_string_equal(first->topics[1], "acme-kargo");
    assert_int_equal(first->at_min, 8 * 60);
    assert_null(first->zone);
    assert_false(first->weekly);
    assert_int_equal(second->to_n, 2);
    assert_int_equal(second->at_min, 18 * 60 + 30);
    assert_string_equal(second->zone, "Europe/Berlin");
    assert_true(second->weekly);
    nb_teams_free(teams);
}

static void a_mistake_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *content, *says;
    } rows[] = {
        {"a {\n topics = x;\n}", "teams.conf:1: the team says not who"},
        {"a {\n to = x;\n}", "teams.conf:1: the team has no topics"},
        {"a {\n topics = x;\n to = y;\n at = \"25:00\";\n}", "teams.conf:4: no time of day"},
        {"a {\n topics = x;\n to = y;\n at = \"8\";\n}", "teams.conf:4: no time of day"},
        {"a {\n topics = x;\n to = y;\n zone = \"Mars/Olympus\";\n}", "teams.conf:4: no time zone"},
        {"a {\n topics = x;\n to = y;\n every = month;\n}", "teams.conf:4: every is day or week"},
        {"a {\n topics = x;\n to = y;\n topic = z;\n}", "teams.conf:4: no such setting"},
        {"a {\n topics = x;\n to = y;\n}\na {\n}", "teams.conf:5: there is a team of that name"},
        {"topics = x;", "teams.conf:1"},
        {"a {\n b {\n } }", "teams.conf:2: a team has no sections"},
        {"\xff", "not UTF-8"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_teams *teams;
        struct nb_error error = {0};
        if (load(rows[i].content, &teams, &error) == NB_OK || !strstr(error.text, rows[i].says)) {
            fail_msg("row %zu: %s", i, error.text);
        }
        assert_null(teams);
    }
    struct nb_teams *none;
    assert_int_equal(nb_teams_load("/nonexistent/teams.conf", &none, NULL), NB_ENOTFOUND);
}

static void the_newest_period_is_due_at_the_teams_hour(void **state)
{
    (void)state;
    static const struct {
        const char *now;
        bool weekly;
        const char *period, *due;
    } rows[] = {
        /* eight in Berlin, winter */
        {"2026-11-22T06:59:59Z", false, "2026-11-19T23:00:00Z", "2026-11-21T07:00:00Z"},
        {"2026-11-22T07:00:00Z", false, "2026-11-20T23:00:00Z", "2026-11-22T07:00:00Z"},
        /* summer began in the night */
        {"2026-03-29T06:00:00Z", false, "2026-03-27T23:00:00Z", "2026-03-29T06:00:00Z"},
        {"2026-03-30T06:00:00Z", false, "2026-03-28T23:00:00Z", "2026-03-30T06:00:00Z"},
        /* and ended */
        {"2026-10-26T07:00:00Z", false, "2026-10-24T22:00:00Z", "2026-10-26T07:00:00Z"},
        /* a week from Monday, on Monday at eight */
        {"2026-11-23T06:59:00Z", true, "2026-11-08T23:00:00Z", "2026-11-16T07:00:00Z"},
        {"2026-11-23T07:00:00Z", true, "2026-11-15T23:00:00Z", "2026-11-23T07:00:00Z"},
        {"2026-11-29T22:00:00Z", true, "2026-11-15T23:00:00Z", "2026-11-23T07:00:00Z"},
    };
    struct nb_zone *zone;
    struct nb_error error = {0};
    must(nb_zone_open("Europe/Berlin", &zone, &error), &error);
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct nb_team team = {.at_min = 8 * 60, .weekly = rows[i].weekly};
        int64_t due_ms = 0;
        int64_t period_ms = nb_team_period(&team, zone, at(rows[i].now), &due_ms);
        if (period_ms != at(rows[i].period) || due_ms != at(rows[i].due)) {
            fail_msg("row %zu: %lld h and %lld h off", i,
                     (long long)((period_ms - at(rows[i].period)) / NB_HOUR_MS),
                     (long long)((due_ms - at(rows[i].due)) / NB_HOUR_MS));
        }
    }
    nb_zone_close(zone);
}

static size_t errands_n(const struct nb_config *config)
{
    char dir[NB_ERRAND_PATH_BYTES];
    size_t n = 0;
    nb_errand_dir(config, dir);
    DIR *list = opendir(dir);
    for (struct dirent *entry; list && (entry = readdir(list)) != NULL;) {
        n += entry->d_name[0] != '.';
    }
    if (list) {
        (void)closedir(list);
    }
    return n;
}

#define TEAM "sabah {\n topics = acme;\n to = \"ekip mudur\";\n}\n"
#define EKIP "ekip {\n mail = \"ekip@ornek.example\";\n}\n"
#define MUDUR "mudur {\n mail = \"mudur@ornek.example\";\n}\n"

static void write_in(const struct digest_world *w, const char *name, const char *content)
{
    char *path = nbt_path(w->dir, name);
    nbt_write_file(path, nb_slice_str(content));
    free(path);
}

static struct nb_config *team_config(struct digest_world *w)
{
    struct nb_error error = {0};
    struct nb_config *config;
    char data[4200], teams[4200], recipients[4200];
    write_in(w, "teams.conf", TEAM);
    write_in(w, "recipients.conf", EKIP MUDUR);
    (void)snprintf(teams, sizeof(teams), "data.teams=%s/teams.conf", w->dir);
    (void)snprintf(recipients, sizeof(recipients), "data.recipients=%s/recipients.conf", w->dir);
    (void)snprintf(data, sizeof(data), "data.dir=%s", w->dir);
    const char *sets[] = {data, teams, recipients, "data.templates=config/templates",
                          "mail.from=nabiz@ornek.example"};
    must(nb_config_load(NULL, sets, ROWS(sets), &config, &error), &error);
    return config;
}

static void what_is_due_is_left_for_sending_once_and_waits_for_the_analysis(void **state)
{
    (void)state;
    static const struct entry entries[] = {
        {0, 9, 0, "acme", NB__KIND__POST, "forum.example/su", "Su", "https://forum.example/2", NULL,
         "Kargom gelmedi", -800, 3, NULL, 0, NULL},
        {1, 1, 0, "acme", NB__KIND__POST, "forum.example/su", "Su", "https://forum.example/3", NULL,
         "Hala", -800, 3, NULL, 0, NULL},
    };
    struct digest_world w;
    struct nb_roster roster = {.looked_mono_ms = 0};
    digest_world_open_at(&w, nbt_tmpdir());
    digest_world_add(&w, entries, 1, true);
    digest_world_add(&w, entries + 1, 1, false); /* comes, and is not analysed yet */
    struct nb_config *config = team_config(&w);
    int64_t eight_ms = THE_DAY_MS + NB_DAY_MS + 8 * NB_HOUR_MS;
    nb_roster_tick(&roster, config, w.analysis, w.log, eight_ms);
    assert_int_equal(errands_n(config), 0);
    roster.looked_mono_ms = 0;
    nb_roster_tick(&roster, config, w.analysis, w.log, eight_ms + NB_HOUR_MS);
    assert_int_equal(errands_n(config), 2);
    roster.looked_mono_ms = 0;
    nb_roster_tick(&roster, config, w.analysis, w.log, eight_ms + 2 * NB_HOUR_MS);
    assert_int_equal(errands_n(config), 2);
    nb_config_free(config);
    digest_world_leave(&w);
    nbt_rmdir(w.dir);
}

static void one_unknown_recipient_keeps_the_digest_from_nobody_else(void **state)
{
    (void)state;
    struct digest_world w;
    struct nb_roster roster = {.looked_mono_ms = 0};
    int64_t now_ms = THE_DAY_MS + NB_DAY_MS + 9 * NB_HOUR_MS;
    digest_world_open_at(&w, nbt_tmpdir());
    struct nb_config *config = team_config(&w);
    write_in(&w, "recipients.conf", MUDUR); /* the second of the two */
    for (int look = 0; look < 2; look++) {
        roster.looked_mono_ms = 0;
        nb_roster_tick(&roster, config, w.analysis, w.log, now_ms);
        assert_int_equal(errands_n(config), 1);
    }
    write_in(&w, "recipients.conf", EKIP MUDUR);
    roster.looked_mono_ms = 0;
    nb_roster_tick(&roster, config, w.analysis, w.log, now_ms);
    assert_int_equal(errands_n(config), 2);
    nb_config_free(config);
    digest_world_leave(&w);
    nbt_rmdir(w.dir);
}

struct doing {
    const char *path;
    struct nb_arena *arena;
    bool added;
};

/* What the serving process does with an errand: its message into the outbox. */
static enum nb_err do_errand(struct nb_txn *desk, void *arg)
{
    struct doing *d = arg;
    struct nb_errand *errand = NULL;
    enum nb_err err = nb_errand_read(nbt_read_file(d->path, d->arena), d->arena, &errand);
    if (err != NB_OK) {
        return err;
    }
    const struct nb_message message = {.recipient = nb_field(errand->recipient),
                                       .key = nb_field(errand->key),
                                       .subject = nb_field(errand->subject),
                                       .form = errand->form,
                                       .body = nb_slice(errand->body.data, errand->body.len)};
    return nb_outbox_add(desk, &message, 64 << 20, THE_DAY_MS, d->arena, &d->added);
}

/* Before what was left is in the outbox, and after that, the process is killed and forgets. */
static void a_crash_doubles_no_digest(void **state)
{
    (void)state;
    static const struct entry entries[] = {
        {0, 9, 0, "acme", NB__KIND__POST, "forum.example/su", "Su", "https://forum.example/2", NULL,
         "Kargom gelmedi", -800, 3, NULL, 0, NULL},
    };
    struct digest_world w;
    struct nb_store *desk;
    struct nb_error error = {0};
    char dir[NB_ERRAND_PATH_BYTES];
    size_t added_n = 0, done_n = 0;
    const struct nb_store_options options = {.map_bytes = 1u << 24, .max_bytes = 1u << 28};
    digest_world_open_at(&w, nbt_tmpdir());
    digest_world_add(&w, entries, 1, true);
    struct nb_config *config = team_config(&w);
    must(nb_store_open(w.dir, NB_STORE_DESK, &options, &desk, &error), &error);
    for (int life = 0; life < 3; life++) {
        struct nb_roster roster = {.looked_mono_ms = 0};
        nb_roster_tick(&roster, config, w.analysis, w.log,
                       THE_DAY_MS + NB_DAY_MS + (9 + life) * NB_HOUR_MS);
    }
    nb_errand_dir(config, dir);
    DIR *list = opendir(dir);
    for (struct dirent *entry; list && (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] != '.') {
            struct doing d = {nb_arena_printf(w.arena, "%s/%s", dir, entry->d_name), w.arena,
                              false};
            must(nb_store_write(desk, do_errand, &d, &error), &error);
            added_n += d.added;
            done_n++;
        }
    }
    (void)closedir(list);
    assert_true(done_n >= 2);
    assert_int_equal(added_n, 2); /* one for each recipient */
    nb_store_close(desk);
    nb_config_free(config);
    digest_world_leave(&w);
    nbt_rmdir(w.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_team_is_read_with_what_it_leaves_out),
        cmocka_unit_test(a_mistake_is_refused_with_its_place),
        cmocka_unit_test(the_newest_period_is_due_at_the_teams_hour),
        cmocka_unit_test(one_unknown_recipient_keeps_the_digest_from_nobody_else),
        cmocka_unit_test(a_crash_doubles_no_digest),
        cmocka_unit_test(what_is_due_is_left_for_sending_once_and_waits_for_the_analysis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
