#include "service/digest/sections.h"

static const char *const names[NB_SECTIONS_N] = {
#define X(id, name) name,
    NB_SECTIONS(X)
#undef X
};

#define X(id, name) " " name
static const char all_names[] = NB_SECTIONS(X);
#undef X

enum nb_err nb_sections_parse(struct nb_slice text, uint32_t *out, struct nb_error *error)
{
    uint32_t set = 0;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.p[end] != ' ' && text.p[end] != ',') {
            end++;
        }
        struct nb_slice name = nb_slice_sub(text, at, end);
        size_t i = 0;
        while (i < NB_SECTIONS_N && !nb_slice_eq(nb_slice_str(names[i]), name)) {
            i++;
        }
        if (name.len > 0 && i == NB_SECTIONS_N) {
            return nb_error_set(error, NB_EINVAL, "\"%.*s\" is no section; there are%s",
                                NB_ARG(nb_slice_sub(name, 0, name.len < 40 ? name.len : 40)),
                                all_names);
        }
        set |= name.len > 0 ? UINT32_C(1) << i : 0;
        at = end + 1;
    }
    *out = set ? set : NB_SECTIONS_ALL;
    return NB_OK;
}
