#include "crawler/site/readers.h"

#include "crawler/social/yield.h"

#define ACCEPT_XML "Accept: application/xml, text/xml, application/gzip, */*;q=0.5"
#define ACCEPT_JSON "Accept: application/json, */*;q=0.5"
#define ACCEPT_HTML "Accept: text/html, application/xhtml+xml, */*;q=0.5"

const struct nb_site_reader *nb_site_reader(nb_site_kind kind)
{
    static const struct nb_site_reader html = {nb_site_read_html, ACCEPT_HTML};
    static const struct nb_site_reader sitemap = {nb_site_read_sitemap, ACCEPT_XML};
    static const struct nb_site_reader api = {nb_social_yield, ACCEPT_JSON};
    switch (kind) {
    case NB__PAGE__KIND__SITEMAP:
        return &sitemap;
    case NB__PAGE__KIND__WORDPRESS:
    case NB__PAGE__KIND__DISCOURSE:
    case NB__PAGE__KIND__MASTODON:
        return &api;
    case NB__PAGE__KIND__LISTING:
    case NB__PAGE__KIND__THREAD:
    case NB__PAGE__KIND__ARTICLE:
    case NB__PAGE__KIND__UNKNOWN:
        return &html;
    default:
        return NULL;
    }
}
