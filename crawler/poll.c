#include "crawler/poll.h"

#include <string.h>

#include <nabiz/date.h>
#include <nabiz/mem.h>

struct nb_note *nb_note_new(struct nb_slice key, struct nb_slice value, bool stored)
{
    struct nb_note *note = nb_malloc(sizeof(*note) + key.len + value.len);
    if (!note) {
        return NULL;
    }
    char *bytes = (char *)(note + 1);
    memcpy(bytes, key.p, key.len);
    memcpy(bytes + key.len, value.p, value.len);
    *note = (struct nb_note){
        .key = nb_slice(bytes, key.len),
        .value = nb_slice(bytes + key.len, value.len),
    };
    atomic_init(&note->refs, 1);
    atomic_init(&note->stored, stored);
    return note;
}

void nb_note_drop(struct nb_note *note)
{
    if (note && atomic_fetch_sub(&note->refs, 1) == 1) {
        nb_free(note);
    }
}

struct nb_poll *nb_poll_new(size_t arena_bytes, size_t body_bytes)
{
    struct nb_poll *poll = nb_calloc(1, sizeof(*poll));
    if (!poll) {
        return NULL;
    }
    nb_buf_init(&poll->body, body_bytes);
    poll->permanent = true;
    poll->arena = nb_arena_new(arena_bytes);
    if (!poll->arena) {
        nb_poll_free(poll);
        return NULL;
    }
    return poll;
}

void nb_poll_drop_body(struct nb_poll *poll)
{
    nb_buf_fini(&poll->body);
    nb_bytes_give(&poll->hold);
}

void nb_poll_free(struct nb_poll *poll)
{
    if (poll) {
        for (struct nb_poll_note *held = poll->notes; held; held = held->next) {
            nb_note_drop(held->note);
        }
        nb_poll_drop_body(poll);
        nb_arena_free(poll->arena);
        nb_free(poll);
    }
}

void nb_poll_free_all(struct nb_poll *first)
{
    while (first) {
        struct nb_poll *next = first->next;
        nb_poll_free(first);
        first = next;
    }
}

enum nb_err nb_poll_set_request(struct nb_poll *poll, const struct nb_source_request *request)
{
    if (!request) {
        poll->request = NULL;
        return NB_OK;
    }
    struct nb_arena *arena = poll->arena;
    struct nb_source_request *copy = nb_arena_calloc(arena, 1, sizeof(*copy));
    const char **headers = nb_arena_calloc(arena, request->headers_n + 1, sizeof(*headers));
    if (!copy || !headers) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < request->headers_n; i++) {
        headers[i] = nb_arena_strdup(arena, nb_slice_str(request->headers[i]));
    }
    *copy = *request;
    copy->headers = headers;
    copy->proxy = request->proxy ? nb_arena_strdup(arena, nb_slice_str(request->proxy)) : NULL;
    copy->cookie = request->cookie ? nb_arena_strdup(arena, nb_slice_str(request->cookie)) : NULL;
    copy->origin = nb_arena_copy(arena, request->origin);
    if (nb_arena_failed(arena)) {
        return NB_ENOMEM;
    }
    poll->request = copy;
    return NB_OK;
}

enum nb_err nb_poll_hold(struct nb_poll *poll, struct nb_note *note)
{
    for (const struct nb_poll_note *held = poll->notes; held; held = held->next) {
        if (held->note == note) {
            return NB_OK;
        }
    }
    struct nb_poll_note *held = nb_arena_alloc(poll->arena, sizeof(*held));
    if (!held) {
        return NB_ENOMEM;
    }
    atomic_fetch_add(&note->refs, 1);
    *held = (struct nb_poll_note){poll->notes, note};
    poll->notes = held;
    return NB_OK;
}

/* @return NULL when out of memory */
static struct nb_poll_pace *pace_of(struct nb_poll *poll, struct nb_slice host)
{
    struct nb_poll_pace *pace = poll->paces;
    while (pace && !nb_slice_eq(pace->host, host)) {
        pace = pace->next;
    }
    if (pace) {
        return pace;
    }
    pace = nb_arena_calloc(poll->arena, 1, sizeof(*pace));
    struct nb_slice name = nb_arena_copy(poll->arena, host);
    if (!pace || !name.p) {
        return NULL;
    }
    pace->host = name;
    pace->next = poll->paces;
    poll->paces = pace;
    return pace;
}

enum nb_err nb_poll_paced(struct nb_poll *poll, struct nb_slice host, int64_t asked_ms,
                          int64_t delay_ms)
{
    struct nb_poll_pace *pace = pace_of(poll, host);
    if (!pace) {
        return NB_ENOMEM;
    }
    pace->asked_ms = asked_ms;
    pace->delay_ms = delay_ms;
    return NB_OK;
}

enum nb_err nb_poll_closed(struct nb_poll *poll, struct nb_slice host, int64_t closed_ms)
{
    struct nb_poll_pace *pace = pace_of(poll, host);
    if (!pace) {
        return NB_ENOMEM;
    }
    pace->closed_ms = closed_ms;
    return NB_OK;
}

int64_t nb_poll_pace_turn_ms(const struct nb_poll_pace *pace)
{
    int64_t turn_ms = pace->asked_ms + pace->delay_ms;
    return turn_ms > pace->closed_ms ? turn_ms : pace->closed_ms;
}

int64_t nb_poll_retry_after_s(const struct nb_poll *poll, int64_t now_ms)
{
    return nb_date_retry_after_s(poll->retry_after, now_ms);
}

/* A Cache-Control: the value of max-age, 0 when it is not to be kept, -1 when it does not say. */
static int64_t cache_control_s(struct nb_slice value)
{
    struct nb_slice part;
    int64_t seconds = -1;
    while (nb_slice_split(&value, ',', &part)) {
        part = nb_slice_trim(part);
        size_t equals = nb_slice_find_byte(part, '=', 0);
        struct nb_slice name = nb_slice_sub(part, 0, equals == NB_NPOS ? part.len : equals);
        if (nb_slice_eq_ascii_case(name, NB_LIT("no-cache")) ||
            nb_slice_eq_ascii_case(name, NB_LIT("no-store"))) {
            return 0;
        }
        if (nb_slice_eq_ascii_case(name, NB_LIT("max-age")) && equals != NB_NPOS) {
            struct nb_slice number = nb_slice_sub(part, equals + 1, part.len);
            if (number.len > 1 && number.p[0] == '"' && number.p[number.len - 1] == '"') {
                number = nb_slice_sub(number, 1, number.len - 1);
            }
            int64_t age_s;
            if (seconds < 0 && nb_slice_to_i64(number, &age_s)) {
                seconds = age_s < 0 ? 0 : age_s;
            }
        }
    }
    return seconds;
}

int64_t nb_poll_max_age_s(const struct nb_poll *poll, int64_t now_ms)
{
    struct nb_date_context utc = {NULL, now_ms, 0};
    int64_t seconds = cache_control_s(poll->cache_control);
    int64_t age_s = 0;
    int64_t expires_ms;
    int64_t date_ms;
    if (seconds < 0 && poll->expires.len) {
        if (nb_date_parse(poll->expires, &utc, &expires_ms) != NB_OK) {
            return 0; /* "0", "-1" and the like mean now (RFC 9111, 5.3) */
        }
        if (nb_date_parse(poll->date, &utc, &date_ms) != NB_OK) {
            date_ms = now_ms;
        }
        seconds = (expires_ms - date_ms) / 1000;
        seconds = seconds < 0 ? 0 : seconds;
    }
    if (seconds > 0 && nb_slice_to_i64(poll->age, &age_s) && age_s > 0) {
        seconds = seconds > age_s ? seconds - age_s : 0;
    }
    return seconds;
}

enum nb_err nb_poll_put(struct nb_poll *poll, enum nb_table_id table, struct nb_slice key,
                        struct nb_slice value)
{
    struct nb_poll_put *put = nb_arena_alloc(poll->arena, sizeof(*put));
    if (!put) {
        return NB_ENOMEM;
    }
    *put = (struct nb_poll_put){poll->puts, table, key, value};
    poll->puts = put;
    return NB_OK;
}

void nb_due_key(int64_t due_ms, struct nb_id id, uint8_t out[NB_DUE_KEY_BYTES])
{
    nb_key_u64((uint64_t)due_ms, out);
    memcpy(out + 8, id.b, NB_ID_BYTES);
}

void nb_poll_list_add(struct nb_poll_list *list, struct nb_poll *poll)
{
    poll->next = NULL;
    if (list->last) {
        list->last->next = poll;
    } else {
        list->first = poll;
    }
    list->last = poll;
}

struct nb_poll *nb_poll_list_take(struct nb_poll_list *list)
{
    struct nb_poll *poll = list->first;
    if (poll) {
        list->first = poll->next;
        if (!list->first) {
            list->last = NULL;
        }
        poll->next = NULL;
    }
    return poll;
}
