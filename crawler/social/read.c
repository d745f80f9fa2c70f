#include "crawler/social/social.h"

/* One of the networks whose lists are arrays. */
struct network {
    const char *format;
    bool (*is)(const json_t *item);
    void (*read)(struct nb_feed_reader *reader, const json_t *item);
    const char *path; /* part of the address of its lists, for one that is empty */
};

static const struct network networks[] = {
    {"wordpress", nb_wordpress_is, nb_wordpress_item, "wp/v2/"},
    {"mastodon", nb_mastodon_is, nb_mastodon_item, "/api/v1/"},
};

enum { NETWORKS_N = sizeof(networks) / sizeof(networks[0]) };

/* By the first items that are somebody's; an empty list by its address. */
static const struct network *network_of(const struct nb_url *url, const json_t *list)
{
    enum { LOOK_AT = 8 };
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n && i < LOOK_AT; i++) {
        for (size_t k = 0; k < NETWORKS_N; k++) {
            if (networks[k].is(json_array_get(list, i))) {
                return &networks[k];
            }
        }
    }
    for (size_t k = 0; url && n == 0 && k < NETWORKS_N; k++) {
        if (nb_slice_find(url->href, nb_slice_str(networks[k].path), 0) != NB_NPOS) {
            return &networks[k];
        }
    }
    return NULL;
}

bool nb_social_read(struct nb_feed_reader *reader, const struct nb_url *url, const json_t *root)
{
    if (nb_discourse_is(root)) {
        reader->feed->format = "discourse";
        nb_discourse_read(reader, root);
        return true;
    }
    const struct network *network = json_is_array(root) ? network_of(url, root) : NULL;
    if (!network) {
        return false;
    }
    reader->feed->format = network->format;
    size_t i;
    json_t *item;
    json_array_foreach(root, i, item)
    {
        if (network->is(item) && reader->err == NB_OK) {
            network->read(reader, item);
        }
    }
    return true;
}
