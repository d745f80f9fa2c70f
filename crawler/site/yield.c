#include "crawler/site/yield.h"

/* Room for one more; arrays grow when their length is a power of two. */
static void *make_room(struct nb_arena *arena, void *array, size_t n, size_t element_bytes)
{
    if (n & (n - 1)) {
        return array;
    }
    return nb_arena_grow(arena, array, n * element_bytes, (n ? 2 * n : 1) * element_bytes);
}

static enum nb_site_rank rank_of(nb_site_kind kind)
{
    switch (kind) {
    case NB__PAGE__KIND__SITEMAP:
        return NB_RANK_INDEX;
    case NB__PAGE__KIND__LISTING:
    case NB__PAGE__KIND__FEED:
        return NB_RANK_LISTING;
    case NB__PAGE__KIND__UNKNOWN:
        return NB_RANK_UNKNOWN;
    default:
        return NB_RANK_ITEM;
    }
}

struct nb_site_link *nb_yield_link(struct nb_site_yield *yield, struct nb_arena *arena,
                                   nb_site_kind kind, struct nb_slice url)
{
    size_t n = yield->links_n;
    void *links =
        n < NB_YIELD_LINKS_MAX ? make_room(arena, yield->links, n, sizeof(*yield->links)) : NULL;
    if (!links) {
        return NULL;
    }
    yield->links = links;
    yield->links_n++;
    yield->links[n] =
        (struct nb_site_link){.url = url, .kind = kind, .rank = rank_of(kind), .at_ms = -1};
    return &yield->links[n];
}

bool nb_yield_document(struct nb_site_yield *yield, struct nb_arena *arena,
                       struct nb_document *document)
{
    size_t n = yield->documents_n;
    void *documents = n < NB_YIELD_DOCUMENTS_MAX
                          ? make_room(arena, yield->documents, n, sizeof(struct nb_document *))
                          : NULL;
    if (documents) {
        yield->documents = documents;
        yield->documents[n] = document;
        yield->documents_n++;
    }
    return documents != NULL;
}
