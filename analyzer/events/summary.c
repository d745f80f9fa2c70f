#include "analyzer/events/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_MAX = 4096, TENS = 10 };

/* One cell, as far as it counts: sorted, people of a row stand together. */
struct item {
    uint32_t type, group;
    bool before;
    uint64_t person, documents_n;
};

struct summing {
    const struct nb_event_filter *filter;
    struct nb_arena *arena;
    struct item *items;
    size_t n, cap;
    struct nb_slice groups[GROUPS_MAX];
    size_t groups_n;
};

static bool wants(struct nb_slice wanted, struct nb_slice is)
{
    return !wanted.len || nb_slice_eq(wanted, is);
}

static struct nb_slice group_of(const struct summing *s, const struct nb_event_cell *cell,
                                char week[16])
{
    int32_t year, month, date;
    switch (s->filter->by) {
    case NB_EVENT_BY_SUBJECT:
        return cell->subject;
    case NB_EVENT_BY_STAGE:
        return cell->stage;
    case NB_EVENT_BY_CITY:
        return cell->city;
    case NB_EVENT_BY_WEEK:
        nb_day_civil(nb_week_day(nb_week_of(cell->day)), &year, &month, &date);
        (void)snprintf(week, 16, "%04d-%02d-%02d", year, month, date);
        return nb_slice_str(week);
    case NB_EVENT_BY_TYPE:
    default:
        return nb_slice(NULL, 0);
    }
}

/* The number of a group; GROUPS_MAX when there are too many, or no memory. */
static uint32_t intern(struct summing *s, struct nb_slice name)
{
    size_t i = 0;
    while (i < s->groups_n && !nb_slice_eq(s->groups[i], name)) {
        i++;
    }
    if (i == s->groups_n && i < GROUPS_MAX) {
        struct nb_slice copy = nb_arena_copy(s->arena, name);
        if (name.len && !copy.p) {
            return GROUPS_MAX;
        }
        s->groups[s->groups_n++] = copy;
    }
    return (uint32_t)i;
}

static enum nb_err take_cell(void *context, const struct nb_event_cell *cell)
{
    struct summing *s = context;
    const struct nb_event_filter *f = s->filter;
    enum nb_event_type type;
    char week[16];
    bool before = cell->day < f->from;
    if (!nb_event_type_parse(cell->type, &type) || !wants(f->type, cell->type) ||
        !wants(f->subject, cell->subject) || !wants(f->stage, cell->stage) ||
        !wants(f->city, cell->city) || (before && f->by == NB_EVENT_BY_WEEK)) {
        return NB_OK;
    }
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 1024;
        struct item *grown =
            nb_arena_grow(s->arena, s->items, s->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        s->items = grown;
        s->cap = cap;
    }
    struct item *item = &s->items[s->n];
    *item = (struct item){.type = (uint32_t)type,
                          .group = intern(s, group_of(s, cell, week)),
                          .before = before,
                          .person = cell->person,
                          .documents_n = cell->documents_n};
    s->n += item->group < GROUPS_MAX;
    return item->group < GROUPS_MAX ? NB_OK : NB_ENOMEM;
}

static int by_person(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->type != y->type) {
        return x->type < y->type ? -1 : 1;
    }
    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    if (x->before != y->before) {
        return x->before ? 1 : -1;
    }
    return (x->person > y->person) - (x->person < y->person);
}

static size_t count_rows(struct summing *s, const struct nb_event_classes *classes,
                         struct nb_event_row *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct item *item = &s->items[i], *last = i ? item - 1 : NULL;
        bool same_row = last && last->type == item->type && last->group == item->group;
        bool same = same_row && last->before == item->before && last->person == item->person;
        if (!same_row) {
            rows[n++] = (struct nb_event_row){.type = (enum nb_event_type)item->type,
                                              .group = s->groups[item->group],
                                              .sensitive = !classes->ordinary[item->type]};
        }
        struct nb_event_row *row = &rows[n - 1];
        row->people += !same && !item->before;
        row->before += !same && item->before;
        row->documents_n += item->before ? 0 : item->documents_n;
    }
    return n;
}

/* The rows of one type: hide what is small, and as much more as keeps it from being worked out. */
static void hide_small(struct nb_event_row *rows, size_t n)
{
    uint64_t hidden_people = 0;
    size_t hidden_n = 0;
    for (size_t i = 0; i < n; i++) {
        rows[i].hidden = rows[i].people < NB_EVENT_PEOPLE_MIN;
        hidden_people += rows[i].hidden ? rows[i].people : 0;
        hidden_n += rows[i].hidden;
    }
    while (hidden_n && hidden_n < n && (hidden_n < 2 || hidden_people < NB_EVENT_PEOPLE_MIN)) {
        struct nb_event_row *least = NULL;
        for (size_t i = 0; i < n; i++) {
            if (!rows[i].hidden && (!least || rows[i].people < least->people)) {
                least = &rows[i];
            }
        }
        least->hidden = true;
        hidden_people += least->people;
        hidden_n++;
    }
    for (size_t i = 0; i < n; i++) {
        rows[i].people = rows[i].hidden ? 0 : rows[i].people / TENS * TENS;
        rows[i].before = rows[i].hidden ? 0 : rows[i].before / TENS * TENS;
        rows[i].documents_n = 0;
    }
}

/* Which groups were hidden is not said either: one row stands for them. */
static size_t gather_hidden(struct nb_event_row *rows, size_t n)
{
    size_t kept = 0;
    bool other = false;
    for (size_t i = 0; i < n; i++) {
        bool first = rows[i].hidden && !other;
        other |= rows[i].hidden;
        if (!rows[i].hidden || first) {
            rows[kept] = rows[i];
            rows[kept].group = first ? NB_LIT("other") : rows[i].group;
            kept++;
        }
    }
    return kept;
}

static int by_people(const void *a, const void *b)
{
    const struct nb_event_row *x = a, *y = b;
    if (x->type != y->type) {
        return x->type < y->type ? -1 : 1;
    }
    if (x->people != y->people) {
        return x->people > y->people ? -1 : 1;
    }
    return nb_slice_cmp(x->group, y->group);
}

static int by_group(const void *a, const void *b)
{
    const struct nb_event_row *x = a, *y = b;
    if (x->type != y->type) {
        return x->type < y->type ? -1 : 1;
    }
    return nb_slice_cmp(x->group, y->group);
}

/* A row without anybody in the days themselves says nothing. */
static size_t drop_empty(struct nb_event_row *rows, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].people) {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

enum nb_err nb_event_summary(struct nb_txn *txn, const struct nb_event_filter *filter,
                             const struct nb_event_classes *classes, struct nb_arena *arena,
                             struct nb_event_row **out, size_t *out_n)
{
    struct summing *s = nb_arena_calloc(arena, 1, sizeof(*s));
    if (!s) {
        return NB_ENOMEM;
    }
    s->filter = filter;
    s->arena = arena;
    int32_t span = filter->to - filter->from + 1;
    enum nb_err err = nb_event_cells(txn, filter->from > span ? filter->from - span : 0, filter->to,
                                     take_cell, s);
    struct nb_event_row *rows = nb_arena_calloc(arena, s->n + 1, sizeof(*rows));
    if (err != NB_OK || !rows) {
        return err != NB_OK ? err : NB_ENOMEM;
    }
    if (s->n) {
        qsort(s->items, s->n, sizeof(*s->items), by_person);
    }
    size_t n = drop_empty(rows, count_rows(s, classes, rows));
    size_t kept = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && rows[end].type == rows[i].type; end++) {
        }
        size_t of_type = end - i;
        if (rows[i].sensitive) {
            hide_small(rows + i, of_type);
            of_type = filter->by == NB_EVENT_BY_TYPE ? of_type : gather_hidden(rows + i, of_type);
        }
        memmove(rows + kept, rows + i, of_type * sizeof(*rows));
        kept += of_type;
    }
    if (kept) {
        qsort(rows, kept, sizeof(*rows), filter->by == NB_EVENT_BY_WEEK ? by_group : by_people);
    }
    *out = rows;
    *out_n = kept;
    return NB_OK;
}
