/*
 * Canonical URLs: what is left of a URL when everything is dropped that does not choose the
 * document. The list names only parameters that exist to follow a click from where it was made;
 * a name that some site might use for content ("ref", "source", "id") is not in it, because two
 * documents taken for one are worse than one document taken for two.
 */
#include <nabiz/url.h>

#include "common/url_percent.h"

static const char *const tracking_prefixes[] = {
    "utm_", /* Urchin, Google Analytics, and everybody since */
};

static const char *const tracking_names[] = {
    /* click identifiers of advertising networks */
    "dclid",
    "fbclid",
    "gad_campaignid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "li_fat_id",
    "msclkid",
    "rdt_cid",
    "ScCid",
    "srsltid",
    "ttclid",
    "twclid",
    "wbraid",
    "yclid",
    "ysclid",
    /* sharing buttons and applications */
    "fb_action_ids",
    "fb_action_types",
    "igsh",
    "igshid",
    "mibextid",
    /* mail and marketing systems */
    "__hsfp",
    "__hssc",
    "__hstc",
    "_hsenc",
    "_hsmi",
    "hsCtaTracking",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "oly_anon_id",
    "oly_enc_id",
    "s_cid",
    "vero_conv",
    "vero_id",
    "wickedid",
    /* web analytics */
    "_ga",
    "_gl",
    "_openstat",
    "mtm_campaign",
    "mtm_kwd",
    "mtm_keyword",
    "mtm_medium",
    "mtm_source",
    "pk_campaign",
    "pk_kwd",
    "pk_keyword",
    "spm",
};

/* Take text off the front of name, which is read percent-decoded. @return false if not there. */
static bool skip(struct nb_slice *name, const char *text)
{
    size_t i = 0;
    for (; *text; text++) {
        if (i == name->len || nb_url_decode_next(*name, &i) != (unsigned char)*text) {
            return false;
        }
    }
    *name = nb_slice_sub(*name, i, name->len);
    return true;
}

/* parameter is "name=value" */
static bool is_tracking(struct nb_slice parameter)
{
    struct nb_slice name = nb_slice_sub(parameter, 0, nb_slice_find_byte(parameter, '=', 0));
    (void)skip(&name, "amp;"); /* "&amp;" that was escaped once too often */
    for (size_t i = 0; i < sizeof(tracking_prefixes) / sizeof(tracking_prefixes[0]); i++) {
        struct nb_slice rest = name;
        if (skip(&rest, tracking_prefixes[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(tracking_names) / sizeof(tracking_names[0]); i++) {
        struct nb_slice rest = name;
        if (skip(&rest, tracking_names[i]) && rest.len == 0) {
            return true;
        }
    }
    return false;
}

/* RFC 3986, 2.3: these mean the same escaped or not. */
static bool is_unreserved(unsigned char c)
{
    return nb_ascii_is_alpha((char)c) || nb_ascii_is_digit((char)c) || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

/* Every '%' begins an escape: only then can escapes go without making a new one ("%%34%31"). */
static bool is_well_escaped(struct nb_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == '%') {
            if (s.len - i < 3 || nb_url_hex(s.p[i + 1]) < 0 || nb_url_hex(s.p[i + 2]) < 0) {
                return false;
            }
            i += 2;
        }
    }
    return true;
}

/* Append with escapes in capitals, and none where none is needed (RFC 3986, 6.2.2). */
static void add_normal(struct nb_url_out *out, struct nb_slice s)
{
    if (!is_well_escaped(s)) {
        nb_url_out_add(out, s);
        return;
    }
    for (size_t i = 0; i < s.len;) {
        size_t from = i;
        unsigned char byte = nb_url_decode_next(s, &i);
        if (i - from == 1 || is_unreserved(byte)) {
            nb_url_out_byte(out, (char)byte);
        } else {
            nb_url_out_escape(out, byte);
        }
    }
}

static void add_query(struct nb_url_out *out, struct nb_slice query)
{
    char separator = '?';
    for (struct nb_slice parameter; nb_slice_split(&query, '&', &parameter);) {
        if (parameter.len > 0 && !is_tracking(parameter)) {
            nb_url_out_byte(out, separator);
            add_normal(out, parameter);
            separator = '&';
        }
    }
}

/* Schemes whose rules are not known here keep path and query. */
static void add_verbatim(struct nb_url_out *out, const struct nb_url *url)
{
    if (!url->has_host && !url->opaque_path && nb_slice_starts(url->path, NB_LIT("//"))) {
        nb_url_out_add(out, NB_LIT("/.")); /* or the path would be read as a host */
    }
    nb_url_out_add(out, url->path);
    if (url->query.len > 0) {
        nb_url_out_byte(out, '?');
        nb_url_out_add(out, url->query);
    }
}

enum nb_err nb_url_canonical(const struct nb_url *url, struct nb_arena *arena, struct nb_slice *out)
{
    /* parts of the href in their order, or shorter ones: never longer than it */
    char *p = nb_arena_alloc(arena, url->href.len);
    if (!p) {
        return NB_ENOMEM;
    }
    struct nb_url_out canonical = {.p = p, .cap = url->href.len};
    nb_url_out_add(&canonical, url->scheme);
    nb_url_out_byte(&canonical, ':');
    if (url->has_host) {
        nb_url_out_add(&canonical, NB_LIT("//"));
        nb_url_out_add(&canonical, url->host);
        if (url->port >= 0) {
            nb_url_out_byte(&canonical, ':');
            nb_url_out_number(&canonical, (uint32_t)url->port);
        }
    }
    if (nb_url_is_http(url)) {
        add_normal(&canonical, url->path);
        add_query(&canonical, url->query);
    } else {
        add_verbatim(&canonical, url);
    }
    *out = nb_slice(p, canonical.len);
    return NB_OK;
}

static bool names_a_part(struct nb_slice fragment)
{
    bool route = fragment.len && (fragment.p[0] == '!' || fragment.p[0] == '/');
    return fragment.len && (route || nb_slice_find_byte(fragment, '=', 0) == NB_NPOS);
}

enum nb_err nb_url_permalink(const struct nb_url *url, struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_slice canonical;
    enum nb_err err = nb_url_canonical(url, arena, &canonical);
    if (err != NB_OK || !names_a_part(url->fragment)) {
        *out = canonical;
        return err;
    }
    char *p = nb_arena_alloc(arena, canonical.len + 1 + url->fragment.len);
    if (!p) {
        return NB_ENOMEM;
    }
    memcpy(p, canonical.p, canonical.len);
    p[canonical.len] = '#';
    memcpy(p + canonical.len + 1, url->fragment.p, url->fragment.len);
    *out = nb_slice(p, canonical.len + 1 + url->fragment.len);
    return NB_OK;
}
