/*
 * The syntax is the configuration's (common/config_parse.h). A file with a mistake is refused
 * whole, with the first place that is wrong.
 */
#include "service/digest/teams.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/date.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "common/config_parse.h"
#include "service/digest/sections.h"

enum { FILE_BYTES = 1 << 20, ARENA_BYTES = 8 << 20, EIGHT_MIN = 8 * 60 };

struct nb_teams {
    struct nb_arena *arena;
    struct nb_team *rows;
    size_t n;
};

struct loader {
    struct nb_teams *list;
    const char *path;
    struct nb_error *error;
    enum nb_err err; /* the first */
};

static void report(struct loader *l, unsigned line, enum nb_err err, const char *what,
                   struct nb_slice value)
{
    if (l->err == NB_OK) {
        l->err = nb_error_set(l->error, err, "%s:%u: %s%s%.*s", l->path, line, what,
                              value.len ? ": " : "",
                              NB_ARG(nb_slice_sub(value, 0, value.len < 80 ? value.len : 80)));
    }
}

static const char *copy(struct loader *l, struct nb_slice text)
{
    const char *kept = nb_arena_strdup(l->list->arena, text);
    if (!kept) {
        l->err = NB_ENOMEM;
    }
    return kept;
}

static void read_words(struct loader *l, unsigned line, struct nb_slice value, const char **out,
                       size_t *out_n)
{
    struct nb_slice word;
    *out_n = 0;
    while (nb_slice_split(&value, ' ', &word)) {
        if (word.len == 0) {
            continue;
        }
        if (*out_n == NB_TEAM_WORDS) {
            report(l, line, NB_EINVAL, "too many names", nb_slice(NULL, 0));
            return;
        }
        out[(*out_n)++] = copy(l, word);
    }
}

/* "08:00" */
static bool read_time(struct nb_slice text, int32_t *out_min)
{
    int hour = 0, minute = 0, end = 0;
    char line[8] = {0};
    if (text.len > 5) {
        return false;
    }
    memcpy(line, text.p, text.len);
    if (sscanf(line, "%2d:%2d%n", &hour, &minute, &end) != 2 || (size_t)end != text.len ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59) {
        return false;
    }
    *out_min = hour * 60 + minute;
    return true;
}

static void read_zone(struct loader *l, unsigned line, struct nb_slice value, struct nb_team *team)
{
    struct nb_zone *zone = NULL;
    team->zone = copy(l, value);
    if (team->zone && nb_zone_open(team->zone, &zone, NULL) != NB_OK) {
        report(l, line, NB_EINVAL, "no time zone; write it as Europe/Istanbul", value);
    }
    nb_zone_close(zone);
}

static void on_value(void *context, unsigned line, struct nb_slice name, struct nb_slice value)
{
    struct loader *l = context;
    size_t dot = nb_slice_find_byte(name, '.', 0);
    if (dot == NB_NPOS || l->list->n == 0) {
        report(l, line, NB_EINVAL, "a setting outside of a team", name);
        return;
    }
    struct nb_team *team = &l->list->rows[l->list->n - 1];
    struct nb_slice key = nb_slice_sub(name, dot + 1, name.len);
    if (nb_slice_eq(key, NB_LIT("topics"))) {
        read_words(l, line, value, team->topics, &team->topics_n);
    } else if (nb_slice_eq(key, NB_LIT("to"))) {
        read_words(l, line, value, team->to, &team->to_n);
    } else if (nb_slice_eq(key, NB_LIT("at"))) {
        if (!read_time(value, &team->at_min)) {
            report(l, line, NB_EINVAL, "no time of day; write it as 08:00", value);
        }
    } else if (nb_slice_eq(key, NB_LIT("zone"))) {
        read_zone(l, line, value, team);
    } else if (nb_slice_eq(key, NB_LIT("language"))) {
        team->language = copy(l, value);
    } else if (nb_slice_eq(key, NB_LIT("sections"))) {
        struct nb_error detail = {0};
        if (nb_sections_parse(value, &team->sections, &detail) != NB_OK) {
            report(l, line, NB_EINVAL, nb_error_text(&detail), nb_slice(NULL, 0));
        }
    } else if (nb_slice_eq(key, NB_LIT("every"))) {
        team->weekly = nb_slice_eq(value, NB_LIT("week"));
        if (!team->weekly && !nb_slice_eq(value, NB_LIT("day"))) {
            report(l, line, NB_EINVAL, "every is day or week, not", value);
        }
    } else {
        report(l, line, NB_EINVAL,
               "no such setting; there are topics, to, at, zone, every, sections, language", key);
    }
}

static void check_last(struct loader *l)
{
    if (l->list->n == 0) {
        return;
    }
    const struct nb_team *team = &l->list->rows[l->list->n - 1];
    if (team->topics_n == 0) {
        report(l, team->line, NB_EINVAL, "the team has no topics", nb_slice_str(team->name));
    } else if (team->to_n == 0) {
        report(l, team->line, NB_EINVAL, "the team says not who it is to",
               nb_slice_str(team->name));
    }
}

static bool on_section(void *context, unsigned line, struct nb_slice name)
{
    struct loader *l = context;
    if (nb_slice_find_byte(name, '.', 0) != NB_NPOS) {
        report(l, line, NB_EINVAL, "a team has no sections in it", name);
        return false;
    }
    check_last(l);
    for (size_t i = 0; i < l->list->n; i++) {
        if (nb_slice_eq(nb_slice_str(l->list->rows[i].name), name)) {
            report(l, line, NB_EINVAL, "there is a team of that name above", name);
            return false;
        }
    }
    if (l->list->n == NB_TEAMS_MAX) {
        report(l, line, NB_EINVAL, "too many teams", nb_slice(NULL, 0));
        return false;
    }
    struct nb_team *team = &l->list->rows[l->list->n];
    *team = (struct nb_team){.name = copy(l, name), .at_min = EIGHT_MIN, .line = line};
    l->list->n += team->name != NULL;
    return team->name != NULL;
}

static void on_wrong(void *context, unsigned line, enum nb_err err, const char *text)
{
    report(context, line, err, text, nb_slice(NULL, 0));
}

enum nb_err nb_teams_load(const char *path, struct nb_teams **out, struct nb_error *error)
{
    struct nb_buf text;
    *out = NULL;
    struct nb_teams *list = nb_calloc(1, sizeof(*list));
    if (list) {
        list->arena = nb_arena_new(ARENA_BYTES);
    }
    if (list && list->arena) {
        list->rows = nb_arena_calloc(list->arena, NB_TEAMS_MAX, sizeof(*list->rows));
    }
    if (!list || !list->rows) {
        nb_teams_free(list);
        return NB_ENOMEM;
    }
    struct loader l = {.list = list, .path = path, .error = error};
    const struct nb_config_sink sink = {&l, on_section, on_value, on_wrong};
    nb_buf_init(&text, FILE_BYTES);
    enum nb_err err = nb_file_read(path, &text, error);
    if (err == NB_OK) {
        struct nb_slice bytes = nb_buf_slice(&text);
        if (nb_slice_find_byte(bytes, '\0', 0) != NB_NPOS || !nb_utf8_valid(bytes)) {
            report(&l, 1, NB_ESYNTAX, "not UTF-8 text; save the file as UTF-8", nb_slice(NULL, 0));
        } else {
            nb_config_parse(bytes, list->arena, &sink);
            check_last(&l);
        }
        err = l.err;
    }
    nb_buf_fini(&text);
    if (err != NB_OK) {
        nb_teams_free(list);
        return err;
    }
    *out = list;
    return NB_OK;
}

void nb_teams_free(struct nb_teams *teams)
{
    if (teams) {
        nb_arena_free(teams->arena);
        nb_free(teams);
    }
}

size_t nb_teams_n(const struct nb_teams *teams)
{
    return teams ? teams->n : 0;
}

const struct nb_team *nb_teams_get(const struct nb_teams *teams, size_t i)
{
    return &teams->rows[i];
}

int64_t nb_team_period(const struct nb_team *team, const struct nb_zone *zone, int64_t now_ms,
                       int64_t *due_ms)
{
    int32_t days = team->weekly ? 7 : 1;
    int32_t weekday = nb_civil_of(now_ms, nb_zone_offset_min(zone, now_ms)).weekday;
    int64_t begin_ms =
        nb_zone_day(zone, now_ms, team->weekly ? -weekday : 0); /* after the period */
    *due_ms = nb_zone_time(zone, begin_ms, team->at_min);
    if (now_ms < *due_ms) {
        begin_ms = nb_zone_day(zone, begin_ms, -days);
        *due_ms = nb_zone_time(zone, begin_ms, team->at_min);
    }
    return nb_zone_day(zone, begin_ms, -days);
}
