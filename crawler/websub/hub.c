#include "crawler/websub/websub.h"

#include <nabiz/feed.h>
#include <nabiz/url.h>

#include "crawler/link_header.h"

/* An address as the poll's own; empty when it is none that can be asked. */
static struct nb_slice resolve(const struct nb_poll *poll, const struct nb_url *base,
                               struct nb_slice ref)
{
    struct nb_url url;
    if (ref.len == 0 || nb_url_parse(ref, base, poll->arena, &url) != NB_OK ||
        !nb_url_is_http(&url)) {
        return (struct nb_slice){NULL, 0};
    }
    return url.href;
}

enum nb_err nb_websub_note_hub(struct nb_poll *poll, const struct nb_feed *feed)
{
    struct nb_slice rest = poll->links;
    struct nb_slice hub = {NULL, 0};
    struct nb_slice self = {NULL, 0};
    struct nb_link link;
    struct nb_url base;
    poll->state->hub = poll->state->topic = NULL;
    if (nb_url_parse(nb_slice_str(poll->url), NULL, poll->arena, &base) != NB_OK) {
        return nb_arena_failed(poll->arena) ? NB_ENOMEM : NB_OK;
    }
    while (nb_link_next(&rest, poll->arena, &link)) {
        if (nb_link_is(link.rel, NB_LIT("hub")) && hub.len == 0) {
            hub = resolve(poll, &base, link.url);
        } else if (nb_link_is(link.rel, NB_LIT("self")) && self.len == 0) {
            self = resolve(poll, &base, link.url);
        }
    }
    hub = hub.len ? hub : resolve(poll, &base, feed->hub);
    self = self.len ? self : resolve(poll, &base, feed->self);
    if (hub.len) {
        poll->state->hub = nb_arena_strdup(poll->arena, hub);
        poll->state->topic = nb_arena_strdup(poll->arena, self.len ? self : base.href);
    }
    return nb_arena_failed(poll->arena) ? NB_ENOMEM : NB_OK;
}
