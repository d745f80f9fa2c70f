#include "crawler/site/look.h"

#include "crawler/page/page.h"
#include "crawler/site/html.h"
#include "crawler/site/sitemap.h"

enum { FEW = 3 }; /* links of a kind that do not yet say what a page is */

struct counts {
    size_t talks_n; /* threads and boards */
    size_t articles_n;
};

static enum nb_err count_links(const struct nb_site_yield *yield, const struct nb_link_rules *rules,
                               struct nb_arena *arena, struct counts *out)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < yield->links_n; i++) {
        struct nb_url url;
        struct nb_link link;
        err = nb_url_parse(yield->links[i].url, NULL, arena, &url);
        err = err == NB_OK ? nb_link_read(rules, &url, arena, &link) : err;
        if (err == NB_OK) {
            out->talks_n += link.kind == NB__PAGE__KIND__THREAD || link.is_board;
            out->articles_n += link.kind == NB__PAGE__KIND__ARTICLE;
        }
    }
    return err == NB_ENOMEM ? err : NB_OK;
}

enum nb_err nb_site_look(struct nb_slice bytes, struct nb_slice content_type,
                         const struct nb_url *url, const struct nb_link_rules *rules,
                         const struct nb_date_context *dates, struct nb_arena *arena,
                         struct nb_site_look *out)
{
    Nb__Page page = NB__PAGE__INIT;
    struct nb_site_yield yield = {0};
    struct nb_sitemap sitemap = {0};
    struct nb_link here;
    struct nb_dom dom;
    struct counts counts = {0};
    *out = (struct nb_site_look){.walk = NB_WALK_NONE};
    enum nb_err err = nb_sitemap_read(bytes, content_type, url, dates, arena, &sitemap, NULL);
    if (err == NB_OK && sitemap.n > 0) {
        *out = (struct nb_site_look){.walk = NB_WALK_SITEMAP, .links_n = sitemap.n};
        return NB_OK;
    }
    struct nb_site_input input = {.bytes = bytes,
                                  .content_type = content_type,
                                  .url = url,
                                  .page = &page,
                                  .walk = NB_WALK_BLOG,
                                  .is_root = true,
                                  .host = url->host,
                                  .dates = dates,
                                  .rules = rules};
    err = err == NB_ENOMEM ? err : nb_link_read(rules, url, arena, &here);
    if (err == NB_OK && !here.first.p) {
        here.first = url->href;
    }
    err = err == NB_OK ? nb_page_tree(bytes, content_type, arena, &dom) : err;
    err = err == NB_OK ? nb_site_scan(&input, &dom, &here, arena, &yield) : err;
    err = err == NB_OK ? count_links(&yield, rules, arena, &counts) : err;
    if (counts.talks_n >= FEW && counts.talks_n >= counts.articles_n) {
        *out = (struct nb_site_look){.walk = NB_WALK_FORUM, .links_n = counts.talks_n};
    } else if (counts.articles_n >= FEW) {
        *out = (struct nb_site_look){.walk = NB_WALK_BLOG, .links_n = counts.articles_n};
    } else if (err == NB_OK && yield.links_n == 0) {
        out->refusal = nb_site_wall(bytes);
    }
    return err;
}
