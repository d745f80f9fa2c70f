/**
 * Inside of reading addresses: the rules as they are kept (links_rules.c), for links.c.
 *
 * Threads: immutable once loaded.
 */
#ifndef NABIZ_CRAWLER_SITE_LINKS_IMPL_H
#define NABIZ_CRAWLER_SITE_LINKS_IMPL_H

#include "crawler/site/links.h"

enum nb_link_word { NB_LINK_DROP, NB_LINK_FILES, NB_LINK_PAGE, NB_LINK_SKIP, NB_LINK_KIND };

enum { NB_LINK_PARAMS_MAX = 3 };

struct nb_link_param {
    struct nb_slice name;  /* a glob */
    struct nb_slice value; /* a glob */
};

/** One value of a line. */
struct nb_link_rule {
    const struct nb_link_rule *next;
    enum nb_link_word word;
    bool is_board;        /* of KIND */
    Nb__Page__Kind kind;  /* of KIND */
    struct nb_slice text; /* a word, or the glob of a path; empty: any path */
    bool is_path;         /* text is a glob */
    bool is_open;         /* it ended in '~': more may follow, in the last thing that is named */
    struct nb_link_param params[NB_LINK_PARAMS_MAX];
    size_t params_n;
};

struct nb_link_rules {
    struct nb_arena *arena;
    const struct nb_link_rule *words[NB_LINK_KIND]; /* DROP, FILES, PAGE: by what they do */
    const struct nb_link_rule *kinds;               /* SKIP and KIND, in the order of the file */
};

/**
 * Does text fit a glob? `**` is anything, `*` at least one byte but no '/', `#` one or more digits,
 * `##` exactly two and so on; ASCII case is ignored. Linear in text for each star.
 * @param is_open  the glob may fit the beginning of text only; the longest such is taken.
 * @return how many bytes of text it took, or NB_NPOS.
 */
size_t nb_link_glob(struct nb_slice glob, struct nb_slice text, bool is_open);

#endif
