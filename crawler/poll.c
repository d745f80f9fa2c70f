#include "crawler/poll.h"

#include <string.h>

#include <nabiz/mem.h>

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

void nb_poll_free(struct nb_poll *poll)
{
    if (poll) {
        nb_buf_fini(&poll->body);
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
