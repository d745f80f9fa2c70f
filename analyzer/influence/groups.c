#include "analyzer/influence/groups.h"

#include <nabiz/mem.h>
#include <nabiz/url.h>

#include "analyzer/influence/groups_private.h"

enum { DIGIT = 11 };

static uint32_t find(uint32_t *group, uint32_t author)
{
    while (group[author] != author) {
        group[author] = group[group[author]];
        author = group[author];
    }
    return author;
}

void nb_groups_join(uint32_t *group, uint32_t a, uint32_t b)
{
    a = find(group, a);
    b = find(group, b);
    if (a != b) {
        group[a > b ? a : b] = a < b ? a : b;
    }
}

/* By the digits of the mark, the last first; a digit that all share is left out. */
enum nb_err nb_groups_sort(struct nb_groups_mark *marks, size_t n)
{
    struct nb_groups_mark *from = marks, *to = nb_malloc((n + 1) * sizeof(*to)), *room = to;
    if (!to) {
        return NB_ENOMEM;
    }
    for (unsigned shift = 0; n > 1 && shift < 64; shift += DIGIT) {
        size_t places[1 << DIGIT] = {0};
        for (size_t i = 0; i < n; i++) {
            places[from[i].mark >> shift & ((1 << DIGIT) - 1)]++;
        }
        if (places[from[0].mark >> shift & ((1 << DIGIT) - 1)] == n) {
            continue;
        }
        for (size_t d = 0, sum = 0; d < 1 << DIGIT; d++) {
            size_t here = places[d];
            places[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++) {
            to[places[from[i].mark >> shift & ((1 << DIGIT) - 1)]++] = from[i];
        }
        struct nb_groups_mark *swap = from;
        from = to;
        to = swap;
    }
    if (from != marks) {
        memcpy(marks, from, n * sizeof(marks[0]));
    }
    nb_free(room);
    return NB_OK;
}

/* Of a name without a handle, "site.example" or "site.example/"; empty for others. */
static struct nb_slice site_of(struct nb_slice name)
{
    size_t slash = nb_slice_find_byte(name, '/', 0);
    return slash == NB_NPOS || slash + 1 == name.len ? nb_slice_sub(name, 0, slash)
                                                     : nb_slice_sub(name, 0, 0);
}

static void flatten(uint32_t *group, uint32_t authors_n)
{
    for (uint32_t i = 0; i < authors_n; i++) {
        group[i] = find(group, i);
    }
}

enum nb_err nb_groups_find(const struct nb_graph *graph, const struct nb_names *names,
                           const struct nb_groups_pair *pairs, size_t pairs_n, uint32_t *group)
{
    for (uint32_t i = 0; i < graph->authors_n; i++) {
        group[i] = i;
    }
    for (size_t i = 0; i < pairs_n; i++) {
        if (pairs[i].a >= graph->authors_n || pairs[i].b >= graph->authors_n) {
            return NB_EINVAL;
        }
        nb_groups_join(group, pairs[i].a, pairs[i].b);
    }
    enum nb_err err = nb_groups_by_times(graph, group);
    if (err == NB_OK) {
        err = nb_groups_by_lists(graph, group);
    }
    flatten(group, graph->authors_n);
    return err == NB_OK && names ? nb_groups_join_sites(names, graph->authors_n, group) : err;
}

enum nb_err nb_groups_join_sites(const struct nb_names *names, uint32_t authors_n, uint32_t *group)
{
    struct nb_names *domains;
    uint32_t *first = nb_malloc(((size_t)authors_n + 1) * sizeof(*first));
    if (!first) {
        return NB_ENOMEM;
    }
    enum nb_err err = nb_names_new(&domains);
    for (uint32_t i = 0; err == NB_OK && i < authors_n; i++) {
        struct nb_slice domain = nb_url_site(site_of(nb_names_at(names, i)));
        if (domain.len == 0) {
            continue;
        }
        uint32_t domains_n = nb_names_n(domains), number;
        err = nb_names_add(domains, domain, &number);
        if (err == NB_OK && number == domains_n) {
            first[number] = i;
        } else if (err == NB_OK) {
            nb_groups_join(group, first[number], i);
        }
    }
    flatten(group, authors_n);
    nb_names_free(domains);
    nb_free(first);
    return err;
}
