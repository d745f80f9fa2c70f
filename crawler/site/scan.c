/*
 * The links of a page, with what stands beside them.
 *
 * A listing has a row for each thread: its title, who wrote when, how many replies, where the
 * newest post is. The rows of all software differ, but in all of them what belongs to a thread
 * stands between its first link and that of the next thread.
 */
#include "crawler/site/html.h"

#include "crawler/page/dom.h"

enum { DATE_MAX_BYTES = 48, NUMBER_MAX_BYTES = 32, SLOTS_N = 1 << 14 };

struct scan {
    const struct nb_site_input *input;
    const struct nb_link *here;
    struct nb_arena *arena;
    struct nb_site_yield *out;
    struct nb_url base;
    struct nb_id here_id;
    uint16_t *slots; /* index + 1 of the link with an id, by its bytes */
    struct nb_id *ids;
    const struct nb_dom *dom;
    struct nb_site_link *row; /* whose row it is */
    uint32_t anchor_end;      /* below an anchor up to there */
    uint32_t next_page_n;     /* of out->next; 0: there is none */
};

bool nb_site_same_host(struct nb_slice a, struct nb_slice b)
{
    struct nb_slice www = NB_LIT("www.");
    a = nb_slice_starts(a, www) ? nb_slice_sub(a, www.len, a.len) : a;
    b = nb_slice_starts(b, www) ? nb_slice_sub(b, www.len, b.len) : b;
    return nb_slice_eq(a, b);
}

/* @return the slot of an id: empty, or with its link */
static uint16_t *slot_of(struct scan *scan, const struct nb_id *id)
{
    uint32_t hash;
    memcpy(&hash, id->b, sizeof(hash));
    size_t i = hash & (SLOTS_N - 1);
    while (scan->slots[i] && memcmp(scan->ids[scan->slots[i] - 1].b, id->b, NB_ID_BYTES) != 0) {
        i = (i + 1) & (SLOTS_N - 1);
    }
    return &scan->slots[i];
}

/* The link of a thread, an article or a listing, which is new or was met before. */
static struct nb_site_link *link_for(struct scan *scan, const struct nb_link *link)
{
    struct nb_id id = nb_link_id(link->first);
    uint16_t *slot = slot_of(scan, &id);
    if (*slot) {
        return &scan->out->links[*slot - 1];
    }
    struct nb_site_link *made = nb_yield_link(scan->out, scan->arena, link->kind, link->first);
    if (made) {
        scan->ids[scan->out->links_n - 1] = id;
        *slot = (uint16_t)scan->out->links_n;
        made->page_n = 1;
    }
    return made;
}

/* Further pages of this listing; the next one is the nearest. */
static void take_sibling(struct scan *scan, const struct nb_link *link)
{
    if (link->page_n > scan->here->page_n && !link->is_inner &&
        (scan->next_page_n == 0 || link->page_n < scan->next_page_n)) {
        scan->out->next = link->url;
        scan->next_page_n = link->page_n;
    }
}

/* Pages of unknown kind are looked at only where something may be. */
static bool is_worth_a_look(const struct scan *scan, const struct nb_link *link,
                            const struct nb_url *url, struct nb_slice rel)
{
    return scan->input->walk != NB_WALK_SITEMAP && url->path.len > 1 && link->page_n == 1 &&
           nb_slice_find(rel, NB_LIT("nofollow"), 0) == NB_NPOS;
}

static enum nb_err take_anchor(struct scan *scan, uint32_t node)
{
    struct nb_slice href = nb_slice_trim(nb_dom_attr(scan->dom, node, "href"));
    struct nb_slice rel = nb_dom_attr(scan->dom, node, "rel");
    struct nb_url url;
    struct nb_link link;
    if (!href.len || href.p[0] == '#') {
        return NB_OK;
    }
    enum nb_err err = nb_url_parse(href, &scan->base, scan->arena, &url);
    if (err != NB_OK || !nb_url_is_http(&url) || !nb_site_same_host(url.host, scan->input->host)) {
        return err == NB_ENOMEM ? err : NB_OK;
    }
    err = nb_link_read(scan->input->rules, &url, scan->arena, &link);
    if (err != NB_OK || link.is_skipped) {
        return err;
    }
    struct nb_id id = nb_link_id(link.first);
    if (memcmp(id.b, scan->here_id.b, NB_ID_BYTES) == 0) {
        take_sibling(scan, &link);
        return NB_OK;
    }
    bool is_unknown = link.kind == NB__PAGE__KIND__UNKNOWN;
    if (is_unknown && !is_worth_a_look(scan, &link, &url, rel)) {
        return NB_OK;
    }
    struct nb_site_link *made = link_for(scan, &link);
    if (made && !is_unknown) {
        made->newest = link.number > made->newest ? link.number : made->newest;
        scan->row = made;
    }
    return NB_OK;
}

/* ---- what stands beside ---- */

static void take_date(struct scan *scan, struct nb_slice text)
{
    int64_t at_ms = -1;
    int64_t seconds = 0;
    text = nb_slice_trim(text);
    if (text.len < 4 || text.len > DATE_MAX_BYTES) {
        return;
    }
    if (text.len >= 9 && nb_slice_to_i64(text, &seconds)) {
        at_ms = seconds < 100000000000 ? seconds * 1000 : seconds;
    } else if (nb_date_parse(text, scan->input->dates, &at_ms) != NB_OK) {
        return;
    }
    if (at_ms <= scan->input->dates->now_ms && at_ms > scan->row->at_ms) {
        scan->row->at_ms = at_ms;
    }
}

/* "12", "1.204", "Cevap: 12": a number and nothing else that could be one. */
static bool read_count(struct nb_slice text, uint64_t *out)
{
    uint64_t n = 0;
    size_t digits = 0;
    bool is_over = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        bool groups = (c == '.' || c == ',') && digits > 0 && i + 3 < text.len;
        if (nb_ascii_is_digit(c)) {
            if (is_over || digits > 12) {
                return false;
            }
            n = n * 10 + (uint64_t)(c - '0');
            digits++;
        } else if (digits > 0 && !groups) {
            is_over = true;
        }
    }
    *out = n;
    return digits > 0;
}

static void take_text(struct scan *scan, uint32_t node)
{
    struct nb_slice text = nb_slice_trim(nb_dom_name(scan->dom, node));
    uint64_t count = 0;
    if (node >= scan->anchor_end && scan->row->count == 0 && text.len <= NUMBER_MAX_BYTES &&
        read_count(text, &count)) {
        scan->row->count = count + 1; /* 0 means that it does not say */
    }
    take_date(scan, text);
}

static void take_times(struct scan *scan, uint32_t node)
{
    static const char *const names[] = {"datetime", "data-time", "data-timestamp", "title"};
    for (size_t i = 0; scan->row && i < sizeof(names) / sizeof(names[0]); i++) {
        struct nb_slice value = nb_dom_attr(scan->dom, node, names[i]);
        if (value.len) {
            take_date(scan, value);
        }
    }
}

/* <link rel="next" href=...> */
static enum nb_err take_link_element(struct scan *scan, uint32_t node)
{
    struct nb_url url;
    struct nb_link link;
    struct nb_slice href = nb_slice_trim(nb_dom_attr(scan->dom, node, "href"));
    if (!nb_dom_has_word(scan->dom, node, "rel", NB_LIT("next")) || !href.len) {
        return NB_OK;
    }
    enum nb_err err = nb_url_parse(href, &scan->base, scan->arena, &url);
    if (err == NB_OK && nb_url_is_http(&url) && nb_site_same_host(url.host, scan->input->host)) {
        err = nb_link_read(scan->input->rules, &url, scan->arena, &link);
        if (err == NB_OK && !link.is_skipped) {
            take_sibling(scan, &link);
        }
    }
    return err == NB_ENOMEM ? err : NB_OK;
}

static void take_base(struct scan *scan, uint32_t node)
{
    struct nb_url base;
    struct nb_slice href = nb_slice_trim(nb_dom_attr(scan->dom, node, "href"));
    if (href.len && nb_url_parse(href, scan->input->url, scan->arena, &base) == NB_OK) {
        scan->base = base;
    }
}

static enum nb_err take_node(struct scan *scan, uint32_t node)
{
    const struct nb_dom_node *at = &scan->dom->nodes[node];
    enum nb_err err = NB_OK;
    switch (at->tag) {
    case NB_TAG_TEXT:
        if (scan->row) {
            take_text(scan, node);
        }
        return NB_OK;
    case NB_TAG_A:
        scan->anchor_end = at->end;
        err = take_anchor(scan, node);
        break;
    case NB_TAG_LINK:
        return take_link_element(scan, node);
    case NB_TAG_BASE:
        take_base(scan, node);
        return NB_OK;
    default:
        break;
    }
    take_times(scan, node);
    return err;
}

enum nb_err nb_site_scan(const struct nb_site_input *input, const struct nb_dom *dom,
                         const struct nb_link *here, struct nb_arena *arena,
                         struct nb_site_yield *out)
{
    struct scan scan = {.input = input, .dom = dom, .here = here, .arena = arena, .out = out};
    enum nb_err err = NB_OK;
    scan.base = *input->url;
    scan.here_id = nb_link_id(here->first);
    scan.slots = nb_arena_calloc(arena, SLOTS_N, sizeof(*scan.slots));
    scan.ids = nb_arena_calloc(arena, NB_YIELD_LINKS_MAX, sizeof(*scan.ids));
    if (!scan.slots || !scan.ids) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 1; err == NB_OK && i < dom->n; i++) {
        err = take_node(&scan, i);
    }
    return err;
}
