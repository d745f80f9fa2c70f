/*
 * The public suffix list, the newer of the one built into libpsl and the one the distribution
 * keeps in a file. Its private section counts too: each blog of a blog host is a site of its own.
 */
#include <nabiz/url.h>

#include <libpsl.h>

#include "common/url_host.h"

enum { DOMAIN_MAX_BYTES = 253 };

static psl_ctx_t *latest; /* set once in nb_url_init(), then only read */

enum nb_err nb_url_init(struct nb_error *error)
{
    if (latest) {
        return NB_OK;
    }
    latest = psl_latest(NULL);
    if (!latest) {
        return nb_error_set(error, NB_ESYS,
                            "no public suffix list; install the package publicsuffix");
    }
    return NB_OK;
}

void nb_url_fini(void)
{
    psl_free(latest);
    latest = NULL;
}

struct nb_slice nb_url_site(struct nb_slice host)
{
    struct nb_slice domain = host;
    if (domain.len > 1 && domain.p[domain.len - 1] == '.') {
        domain = nb_slice_sub(domain, 0, domain.len - 1);
    }
    const psl_ctx_t *list = latest ? latest : psl_builtin();
    if (!list || domain.len == 0 || domain.len > DOMAIN_MAX_BYTES || domain.p[0] == '[' ||
        nb_url_host_ends_in_number(domain)) {
        return host;
    }
    char text[DOMAIN_MAX_BYTES + 1];
    memcpy(text, domain.p, domain.len);
    text[domain.len] = '\0';
    const char *site = psl_registrable_domain(list, text);
    return site ? nb_slice_sub(domain, (size_t)(site - text), domain.len) : domain;
}
