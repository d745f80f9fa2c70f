#include "service/deliver/notice_impl.h"

#include <stdio.h>

#include <nabiz/date.h>
#include <nabiz/incident.h>
#include <nabiz/url.h>

#include "service/deliver/plain.h"

enum { LIST_MAX = 4 };

struct nb_slice nb_notice_thread(uint64_t incident, struct nb_arena *arena)
{
    char id[NB_INCIDENT_ID_BYTES];
    nb_incident_id_text(incident, id);
    return nb_slice_str(nb_arena_printf(arena, "incident/%s", id));
}

struct nb_slice nb_notice_key(const struct nb_incident_change *change, struct nb_arena *arena)
{
    char id[NB_INCIDENT_ID_BYTES];
    nb_incident_id_text(change->incident, id);
    return nb_slice_str(nb_arena_printf(arena, "incident/%s/%u-%s", id, (unsigned)change->ordinal,
                                        nb_change_name(change->what)));
}

struct nb_slice nb_notice_url(struct nb_slice url, struct nb_arena *arena)
{
    struct nb_url parsed;
    if (nb_url_parse(url, NULL, arena, &parsed) != NB_OK || !nb_url_is_http(&parsed)) {
        return nb_slice(NULL, 0);
    }
    char *out = nb_arena_alloc(arena, 3 * parsed.href.len + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < parsed.href.len; i++) {
        unsigned char c = (unsigned char)parsed.href.p[i];
        if (c > ' ' && c < 0x7f && !strchr("|<>\"'()[]\\`*", c)) {
            out[n++] = (char)c;
        } else {
            n += (size_t)snprintf(out + n, 4, "%%%02X", (unsigned)c);
        }
    }
    return nb_slice(out, out && n <= NB_NOTICE_URL_BYTES ? n : 0);
}

static struct nb_slice plain(struct nb_slice text, struct nb_arena *arena)
{
    char line[NB_NOTICE_TITLE_BYTES];
    return nb_arena_copy(arena, nb_plain(text, line, sizeof(line)));
}

static struct nb_slice number(const struct nb_notice *notice, int64_t n, struct nb_arena *arena)
{
    return nb_label_count(notice->labels, arena, n);
}

struct nb_slice nb_notice_subject(const struct nb_notice *notice, struct nb_arena *arena)
{
    static const char *const ids[] = {"notice.changed", "notice.opened", "notice.escalated",
                                      "notice.calmed", "notice.closed"};
    const struct nb_incident_change *change = notice->change;
    if (!change) {
        return plain(nb_label(notice->labels, "notice.test"), arena);
    }
    const struct nb_label_value values[] = {
        {"topic", nb_field(change->topic)},
        {"severity", number(notice, change->severity, arena)},
        {"before", number(notice, change->severity_before, arena)},
        {NULL, {NULL, 0}}};
    int i = change->what >= 1 && change->what <= 4 ? (int)change->what : 0;
    return plain(nb_label_fill(notice->labels, arena, ids[i], values), arena);
}

/* ---- lines ---- */

static void add_line(struct nb_notice_text *text, const struct nb_notice *notice, const char *id,
                     const struct nb_label_value *values, struct nb_arena *arena)
{
    if (text->lines_n < NB_NOTICE_LINES) {
        struct nb_slice line = nb_label_fill(notice->labels, arena, id, values);
        text->lines[text->lines_n++] = plain(line, arena);
    }
}

/* "site-a (12), site-b (7)" */
static struct nb_slice name_list(const struct nb_notice *notice, Nb__NameCount *const *all,
                                 size_t n, struct nb_arena *arena)
{
    struct nb_slice list = nb_slice(NULL, 0);
    for (size_t i = 0, taken = 0; i < n && taken < LIST_MAX; i++) {
        struct nb_slice name = plain(nb_field(all[i]->name), arena);
        struct nb_slice count = number(notice, (int64_t)all[i]->count, arena);
        if (name.len > 0) {
            list = nb_slice_str(nb_arena_printf(arena, "%.*s%s%.*s (%.*s)", NB_ARG(list),
                                                taken ? ", " : "", NB_ARG(name), NB_ARG(count)));
            taken++;
        }
    }
    return list;
}

static void add_incident(struct nb_notice_text *text, const struct nb_notice *notice,
                         struct nb_arena *arena)
{
    const struct nb_incident *incident = notice->incident;
    const struct nb_label_value volume[] = {
        {"n", number(notice, (int64_t)incident->value, arena)},
        {"expected", nb_label_milli(notice->labels, arena, incident->expected_milli, 1)},
        {"span", nb_label_age(notice->labels, arena, (int64_t)(incident->span_ms / NB_MINUTE_MS))},
        {NULL, {NULL, 0}}};
    const struct nb_label_value negative[] = {
        {"n", number(notice, (int64_t)incident->negative_n, arena)},
        {"of", number(notice, (int64_t)incident->documents_n, arena)},
        {NULL, {NULL, 0}}};
    const struct nb_label_value sites[] = {
        {"list", name_list(notice, incident->sites, incident->n_sites, arena)},
        {"n", number(notice, (int64_t)incident->sites_n, arena)},
        {NULL, {NULL, 0}}};
    const struct nb_label_value first[] = {
        {"author", nb_field(incident->first_author)},
        {"time", nb_label_time(notice->labels, arena, incident->first_ms, notice->utc_offset_min)},
        {"date", nb_label_date(notice->labels, arena, incident->first_ms, notice->utc_offset_min)},
        {NULL, {NULL, 0}}};
    add_line(text, notice, "notice.volume", volume, arena);
    if (incident->negative_n > 0) {
        add_line(text, notice, "notice.negative", negative, arena);
    }
    if (sites[0].text.len > 0) {
        add_line(text, notice, "notice.sites", sites, arena);
    }
    if (nb_field(incident->first_author).len > 0) {
        add_line(text, notice, "notice.first", first, arena);
    }
}

/* What it is about, who said it first, and what is to be expected. */
static void add_reasons(struct nb_notice_text *text, const struct nb_notice *notice,
                        struct nb_arena *arena)
{
    const struct nb_incident *incident = notice->incident;
    const Nb__ClaimStep *origin = incident->n_chain > 0 ? incident->chain[0] : NULL;
    const struct nb_label_value terms[] = {
        {"list", name_list(notice, incident->terms, incident->n_terms, arena)}, {NULL, {NULL, 0}}};
    const struct nb_label_value claim[] = {{"author", nb_field(origin ? origin->author : NULL)},
                                           {"n", number(notice, (int64_t)incident->chain_n, arena)},
                                           {NULL, {NULL, 0}}};
    const struct nb_label_value more[] = {
        {"n", number(notice, (int64_t)incident->more, arena)},
        {"low", number(notice, (int64_t)incident->more_low, arena)},
        {"high", number(notice, (int64_t)incident->more_high, arena)},
        {NULL, {NULL, 0}}};
    if (terms[0].text.len > 0) {
        add_line(text, notice, "notice.terms", terms, arena);
    }
    if (claim[0].text.len > 0 && incident->chain_n > 1) {
        add_line(text, notice, "notice.claim", claim, arena);
    }
    if (nb_slice_eq(nb_field(incident->coordination), NB_LIT("coordinated"))) {
        const struct nb_label_value none[] = {{NULL, {NULL, 0}}};
        add_line(text, notice, "notice.coordinated", none, arena);
    }
    if (incident->more > 0 && incident->state == NB__INCIDENT__STATE__OPEN) {
        add_line(text, notice, "notice.more", more, arena);
    }
}

static void fill(struct nb_notice_text *text, const struct nb_notice *notice,
                 struct nb_arena *arena)
{
    const struct nb_label_value none[] = {{NULL, {NULL, 0}}};
    *text = (struct nb_notice_text){.subject = nb_notice_subject(notice, arena)};
    if (!notice->change) {
        add_line(text, notice, "notice.test.why", none, arena);
    } else if (notice->incident) {
        add_incident(text, notice, arena);
        add_reasons(text, notice, arena);
    }
    for (size_t i = 0; i < notice->posts_n; i++) {
        const struct nb_notice_post *post = &notice->posts[i];
        struct nb_slice title = plain(post->title, arena);
        struct nb_slice url = nb_notice_url(post->url, arena);
        if (title.len > 0 || url.len > 0) {
            text->posts[text->posts_n++] =
                (struct nb_notice_post){title, plain(post->author, arena), url};
        }
    }
    if (notice->pages[0]) {
        text->link = nb_notice_url(nb_slice_str(notice->pages), arena);
        text->link_title = plain(nb_label(notice->labels, "notice.link"), arena);
    }
}

enum nb_err nb_notice_write(const struct nb_notice *notice, struct nb_arena *arena,
                            struct nb_buf *out, struct nb_error *error)
{
    struct nb_notice_text text;
    enum nb_err err = NB_OK;
    fill(&text, notice, arena);
    switch (notice->to->form) {
    case NB__DELIVERY__FORM__SLACK:
        nb_notice_slack(&text, out);
        break;
    case NB__DELIVERY__FORM__TEAMS:
        nb_notice_teams(&text, out);
        break;
    case NB__DELIVERY__FORM__MAIL:
        err = nb_notice_mail(notice, &text, arena, out, error);
        break;
    default:
        nb_notice_json(notice, arena, out);
        break;
    }
    if (err == NB_OK && nb_arena_failed(arena)) {
        err = NB_ENOMEM;
    }
    return err == NB_OK ? nb_buf_finish(out, NULL) : err;
}
