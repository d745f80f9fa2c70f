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

/* The name, percent-decoded, is the wanted one, or only begins with it. */
static bool name_is(struct nb_slice name, const char *wanted, bool prefix)
{
    size_t i = 0;
    for (; *wanted; wanted++) {
        if (i == name.len || nb_url_decode_next(name, &i) != (unsigned char)*wanted) {
            return false;
        }
    }
    return prefix || i == name.len;
}

static bool is_tracking(struct nb_slice parameter)
{
    struct nb_slice name = nb_slice_sub(parameter, 0, nb_slice_find_byte(parameter, '=', 0));
    for (size_t i = 0; i < sizeof(tracking_prefixes) / sizeof(tracking_prefixes[0]); i++) {
        if (name_is(name, tracking_prefixes[i], true)) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(tracking_names) / sizeof(tracking_names[0]); i++) {
        if (name_is(name, tracking_names[i], false)) {
            return true;
        }
    }
    return false;
}

static void add_query(struct nb_url_out *out, struct nb_slice query)
{
    char separator = '?';
    for (struct nb_slice parameter; nb_slice_split(&query, '&', &parameter);) {
        if (parameter.len > 0 && !is_tracking(parameter)) {
            nb_url_out_byte(out, separator);
            nb_url_out_add(out, parameter);
            separator = '&';
        }
    }
}

enum nb_err nb_url_canonical(const struct nb_url *url, struct nb_arena *arena, struct nb_slice *out)
{
    /* parts of the href in their order, so never longer than it */
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
    } else if (!url->opaque_path && nb_slice_starts(url->path, NB_LIT("//"))) {
        nb_url_out_add(&canonical, NB_LIT("/."));
    }
    nb_url_out_add(&canonical, url->path);
    add_query(&canonical, url->query);
    *out = nb_slice(p, canonical.len);
    return NB_OK;
}
