#include "crawler/websub/websub_impl.h"

enum nb_err nb_websub_note(const struct nb_websub *websub, struct nb_id source, size_t arena_bytes,
                           struct nb_poll **out)
{
    struct nb_poll *poll = nb_poll_new(arena_bytes, websub->crawl->body_bytes);
    if (!poll) {
        return NB_ENOMEM;
    }
    poll->is_websub = true;
    poll->source = source;
    poll->now_ms = nb_clock_now_ms(websub->crawl->clock);
    *out = poll;
    return NB_OK;
}

enum nb_err nb_websub_put(struct nb_poll *poll, const struct nb_sub *sub)
{
    struct nb_slice record;
    struct nb_slice id = nb_slice(poll->source.b, NB_ID_BYTES);
    char *token = nb_arena_strdup(poll->arena, nb_slice_str(sub->token));
    enum nb_err err = token ? nb_sub_encode(sub, poll->arena, &record) : NB_ENOMEM;
    err = err == NB_OK ? nb_poll_put(poll, NB_TBL_SUBSCRIPTION, id, record) : err;
    err = err == NB_OK ? nb_poll_put(poll, NB_TBL_CALLBACK, nb_slice_str(token), id) : err;
    poll->token = token;
    return err;
}

enum nb_err nb_websub_put_removal(struct nb_poll *poll, const struct nb_sub *sub)
{
    struct nb_slice none = {NULL, 0};
    struct nb_slice id = nb_slice(poll->source.b, NB_ID_BYTES);
    char *token = nb_arena_strdup(poll->arena, nb_slice_str(sub->token));
    enum nb_err err = token ? nb_poll_put(poll, NB_TBL_SUBSCRIPTION, id, none) : NB_ENOMEM;
    return err == NB_OK ? nb_poll_put(poll, NB_TBL_CALLBACK, nb_slice_str(token), none) : err;
}

enum nb_err nb_websub_put_cursor(struct nb_poll *poll, uint64_t number)
{
    char *text = nb_arena_printf(poll->arena, "%llu", (unsigned long long)number);
    return text ? nb_poll_put(poll, NB_TBL_CRAWL_META, NB_LIT(NB_WEBSUB_CURSOR), nb_slice_str(text))
                : NB_ENOMEM;
}

/* Hand it over, or free it. */
enum nb_err nb_websub_send(const struct nb_websub *websub, struct nb_poll *poll, enum nb_err err)
{
    if (err != NB_OK) {
        nb_poll_free(poll);
    } else if (nb_queue_push(websub->crawl->to_write, poll) != NB_OK) {
        nb_crawl_drop(websub->crawl, poll);
    }
    return err;
}
