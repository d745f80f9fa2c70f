#include <nabiz/seeds.h>

#include <string.h>

#include "analyzer/keys.h"

/* @return what is wrong, or NULL. */
static const char *add(struct nb_slice name, struct nb_seed_names *out)
{
    size_t slash = nb_slice_find_byte(name, '/', 0);
    size_t more = name.len + (slash == NB_NPOS) + 1;
    if (slash == 0) {
        return "a seed begins with its site";
    }
    if (name.len >= NB_AUTHOR_ID_BYTES) {
        return "no author's name is as long";
    }
    if (out->n == NB_SEEDS_NAMED_MAX || more > sizeof(out->text) - out->len) {
        return "there are too many seeds";
    }
    memcpy(out->text + out->len, name.p, name.len);
    out->len += name.len;
    if (slash == NB_NPOS) {
        out->text[out->len++] = '/';
    }
    out->text[out->len++] = '\n';
    out->n++;
    return NULL;
}

bool nb_seeds_read(struct nb_slice text, struct nb_seed_names *out, nb_seeds_report_fn *report,
                   void *context)
{
    struct nb_slice raw;
    uint32_t at = 0;
    bool good = true;
    *out = (struct nb_seed_names){.n = 0};
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &raw);) {
        size_t comment = nb_slice_find_byte(raw, '#', 0);
        struct nb_slice name =
            nb_slice_trim(comment == NB_NPOS ? raw : nb_slice_sub(raw, 0, comment));
        at++;
        const char *problem = name.len ? add(name, out) : NULL;
        if (problem) {
            report(context, at, problem);
            good = false;
        }
    }
    return good;
}
