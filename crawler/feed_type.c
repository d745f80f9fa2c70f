#include "crawler/feed_type.h"

bool nb_is_feed_type(struct nb_slice type, struct nb_slice href)
{
    static const struct nb_slice types[] = {
        {"application/rss+xml", 19},
        {"application/atom+xml", 20},
        {"application/rdf+xml", 19},
        {"application/feed+json", 21},
        {"application/x-rss+xml", 21},
        {"application/rss", 15},
        {"application/atom", 16},
        {"text/rss+xml", 12},
        {"text/atom+xml", 13},
        {"text/rss", 8},
        {"text/xml", 8},
        {"application/xml", 15},
        {"application/x-atom+xml", 22},
    };
    size_t semicolon = nb_slice_find_byte(type, ';', 0);
    type = nb_slice_trim(nb_slice_sub(type, 0, semicolon == NB_NPOS ? type.len : semicolon));
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (nb_slice_eq_ascii_case(type, types[i])) {
            return true;
        }
    }
    /* JSON Feed before it had a type of its own; the APIs of many sites are declared the same way
     */
    return nb_slice_eq_ascii_case(type, NB_LIT("application/json")) &&
           nb_slice_find(href, NB_LIT("feed"), 0) != NB_NPOS &&
           nb_slice_find(href, NB_LIT("oembed"), 0) == NB_NPOS;
}
