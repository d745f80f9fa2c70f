/*
 * An address is seen as a subject, which is its path with what follows a '?' without '=', and as
 * its parameters. A rule names the beginning of the subject, or parameters, or both; what it does
 * not name is the rest, which tells a page of it or a place inside.
 */
#include "crawler/site/links_impl.h"

#include <nabiz/buf.h>

enum {
    URL_MAX_BYTES = 1024,
    PARAMS_MAX = 8,
    SEGMENTS_MAX = 12,
    SAME_SEGMENTS = 3, /* "/a/b/a/b/a": a relative link that goes on for ever */
};

struct param {
    struct nb_slice name, value, all;
    bool is_named; /* by the rule that fits */
};

struct address {
    const struct nb_link_rules *rules;
    struct nb_url url;
    struct nb_slice origin;
    struct nb_slice subject;
    struct param params[PARAMS_MAX];
    size_t params_n;
    bool is_bare;     /* the subject goes on behind the '?' */
    bool is_overfull; /* more parameters than are looked at */
};

/* What a rule leaves over. */
struct rest {
    size_t taken;         /* of the subject */
    struct nb_slice tail; /* of the value of the last parameter that is named */
    struct param *last;
};

/* ---- the address ---- */

static bool is_dropped(const struct nb_link_rules *rules, struct nb_slice name)
{
    const struct nb_link_rule *rule = rules->words[NB_LINK_DROP];
    while (rule && nb_link_glob(rule->text, name, false) == NB_NPOS) {
        rule = rule->next;
    }
    return rule != NULL;
}

static void add_params(struct address *address, struct nb_slice query)
{
    struct nb_slice part;
    while (nb_slice_split(&query, '&', &part)) {
        size_t equals = nb_slice_find_byte(part, '=', 0);
        size_t end = equals == NB_NPOS ? part.len : equals;
        struct nb_slice name = nb_slice_sub(part, 0, end);
        if (!part.len || is_dropped(address->rules, name)) {
            continue;
        }
        if (address->params_n == PARAMS_MAX) {
            address->is_overfull = true;
            return;
        }
        address->params[address->params_n++] =
            (struct param){name, nb_slice_sub(part, end + 1, part.len), part, false};
    }
}

/* "?12-slug" and "?threads/slug.12/" are routes and no parameters. */
static enum nb_err set_subject(struct address *address, struct nb_arena *arena)
{
    struct nb_slice path = address->url.path;
    struct nb_slice query = address->url.query;
    struct nb_slice first = {NULL, 0};
    address->subject = path;
    struct nb_slice rest = query;
    if (!query.len || !nb_slice_split(&rest, '&', &first) ||
        nb_slice_find_byte(first, '=', 0) != NB_NPOS) {
        add_params(address, query);
        return NB_OK;
    }
    size_t from = first.len > 0 && first.p[0] == '/';
    char *joined = nb_arena_printf(arena, "%.*s/%.*s", NB_ARG(path),
                                   NB_ARG(nb_slice_sub(first, from, first.len)));
    if (!joined) {
        return NB_ENOMEM;
    }
    address->subject = nb_slice_str(joined);
    address->is_bare = true;
    add_params(address, rest);
    return NB_OK;
}

static enum nb_err read_address(const struct nb_link_rules *rules, const struct nb_url *url,
                                struct nb_arena *arena, struct address *out)
{
    struct nb_slice canonical;
    *out = (struct address){.rules = rules};
    enum nb_err err = nb_url_canonical(url, arena, &canonical);
    err = err == NB_OK ? nb_url_parse(canonical, NULL, arena, &out->url) : err;
    if (err != NB_OK) {
        return NB_ENOMEM; /* the canonical form of a URL is one */
    }
    out->origin = nb_url_origin(&out->url, arena);
    return out->origin.p ? set_subject(out, arena) : NB_ENOMEM;
}

/* ---- traps ---- */

static struct nb_slice stem_of(struct nb_slice segment)
{
    return nb_slice_sub(segment, 0, nb_slice_find_byte(segment, '.', 0));
}

static bool is_endless(const struct address *address)
{
    struct nb_slice segments[SEGMENTS_MAX];
    struct nb_slice rest = address->subject;
    struct nb_slice segment;
    size_t n = 0;
    if (address->url.href.len > URL_MAX_BYTES || address->is_overfull) {
        return true;
    }
    while (nb_slice_split(&rest, '/', &segment)) {
        size_t same = 1;
        if (!segment.len) {
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            same += nb_slice_eq(segments[i], segment);
        }
        if (n == SEGMENTS_MAX || same == SAME_SEGMENTS) {
            return true;
        }
        segments[n++] = segment;
    }
    return false;
}

static bool is_file(const struct address *address)
{
    struct nb_slice path = address->url.path;
    size_t dot = path.len;
    while (dot > 0 && path.p[dot - 1] != '.' && path.p[dot - 1] != '/') {
        dot--;
    }
    struct nb_slice extension = nb_slice_sub(path, dot, path.len);
    const struct nb_link_rule *rule = address->rules->words[NB_LINK_FILES];
    if (dot == 0 || path.p[dot - 1] != '.') {
        return false;
    }
    while (rule && !nb_slice_eq_ascii_case(rule->text, extension)) {
        rule = rule->next;
    }
    return rule != NULL;
}

static bool has_word(const struct address *address, struct nb_slice word)
{
    struct nb_slice rest = address->subject;
    struct nb_slice segment;
    while (nb_slice_split(&rest, '/', &segment)) {
        if (nb_slice_eq_ascii_case(segment, word) ||
            nb_slice_eq_ascii_case(stem_of(segment), word)) {
            return true;
        }
    }
    return false;
}

/* ---- rules ---- */

/* @return the parameter that fits, or NULL; taken: of its value */
static struct param *find_param(struct address *address, const struct nb_link_param *wanted,
                                bool is_open, size_t *taken)
{
    for (size_t i = 0; i < address->params_n; i++) {
        struct param *param = &address->params[i];
        if (nb_link_glob(wanted->name, param->name, false) == NB_NPOS) {
            continue;
        }
        *taken = wanted->value.len == 1 && wanted->value.p[0] == '*'
                     ? param->value.len
                     : nb_link_glob(wanted->value, param->value, is_open);
        if (*taken != NB_NPOS) {
            return param;
        }
    }
    return NULL;
}

static bool fits_params(struct address *address, const struct nb_link_rule *rule, struct rest *rest)
{
    for (size_t i = 0; i < address->params_n; i++) {
        address->params[i].is_named = false;
    }
    for (size_t i = 0; i < rule->params_n; i++) {
        size_t taken = 0;
        struct param *param = find_param(address, &rule->params[i], rule->is_open, &taken);
        if (!param) {
            return false;
        }
        param->is_named = true;
        rest->last = param;
        rest->tail = nb_slice_sub(param->value, taken, param->value.len);
    }
    return true;
}

/* The slash at the end is there or not, whatever a rule says. */
static size_t fit_path(const struct nb_link_rule *rule, struct nb_slice subject, bool is_open)
{
    struct nb_slice glob = rule->text;
    size_t taken = nb_link_glob(glob, subject, is_open);
    if (taken != NB_NPOS || !glob.len) {
        return taken;
    }
    bool glob_slash = glob.p[glob.len - 1] == '/';
    bool subject_slash = subject.len > 1 && subject.p[subject.len - 1] == '/';
    if (glob_slash && !subject_slash) {
        return nb_link_glob(nb_slice_sub(glob, 0, glob.len - 1), subject, false);
    }
    if (subject_slash && !glob_slash) {
        subject.len--;
        return nb_link_glob(glob, subject, false);
    }
    return NB_NPOS;
}

static bool fits(struct address *address, const struct nb_link_rule *rule, struct rest *rest)
{
    *rest = (struct rest){.taken = address->subject.len};
    if (rule->text.len && !rule->is_path) {
        return has_word(address, rule->text);
    }
    if (rule->text.len) {
        rest->taken = fit_path(rule, address->subject, rule->is_open && rule->params_n == 0);
    }
    return rest->taken != NB_NPOS && fits_params(address, rule, rest);
}

/* ---- pages ---- */

static uint32_t number_in(struct nb_slice text, size_t glob_taken)
{
    int64_t n = 0;
    size_t end = glob_taken < text.len ? glob_taken : text.len;
    size_t from = end;
    while (from > 0 && nb_ascii_is_digit(text.p[from - 1])) {
        from--;
    }
    return nb_slice_to_i64(nb_slice_sub(text, from, end), &n) && n <= INT32_MAX ? (uint32_t)n : 0;
}

/* The mark of a page at the end of s, the longest. @return where it begins, or NB_NPOS */
static size_t page_mark(const struct nb_link_rules *rules, struct nb_slice s, uint32_t *page_n)
{
    size_t mark = NB_NPOS;
    if (nb_slice_ends(s, NB_LIT("/"))) {
        s.len--;
    } else if (nb_slice_ends(s, NB_LIT(".html"))) {
        s.len -= 5;
    }
    for (const struct nb_link_rule *at = rules->words[NB_LINK_PAGE]; at; at = at->next) {
        size_t most = s.len < at->text.len + 10 ? s.len : at->text.len + 10;
        for (size_t n = 1; at->is_path && n <= most; n++) {
            if (s.len - n < mark &&
                nb_link_glob(at->text, nb_slice_sub(s, s.len - n, s.len), false) != NB_NPOS) {
                mark = s.len - n;
                *page_n = number_in(s, s.len);
            }
        }
    }
    return mark;
}

static bool is_page_param(const struct nb_link_rules *rules, const struct param *param,
                          uint32_t *page_n)
{
    for (const struct nb_link_rule *at = rules->words[NB_LINK_PAGE]; at; at = at->next) {
        if (at->params_n && nb_link_glob(at->params[0].name, param->name, false) != NB_NPOS &&
            nb_link_glob(at->params[0].value, param->value, false) != NB_NPOS) {
            bool counts_posts = nb_slice_starts(param->name, NB_LIT("st")) ||
                                nb_slice_eq(param->name, NB_LIT("offset"));
            *page_n = number_in(param->value, param->value.len) + counts_posts;
            return true;
        }
    }
    return false;
}

static uint64_t last_number(struct nb_slice s)
{
    size_t end = s.len;
    while (end > 0 && !nb_ascii_is_digit(s.p[end - 1])) {
        end--;
    }
    return number_in(s, end);
}

/* ---- what it leads to ---- */

/* Its first page: the part of the subject, and the parameters that are named. */
static enum nb_err set_first(const struct address *address, struct nb_slice subject,
                             const struct rest *rest, struct nb_arena *arena, struct nb_link *out)
{
    struct nb_buf buf;
    size_t path = address->url.path.len;
    nb_buf_init(&buf, 4 * URL_MAX_BYTES);
    nb_buf_add(&buf, address->origin);
    if (address->is_bare && subject.len > path) {
        nb_buf_add(&buf, nb_slice_sub(subject, 0, path));
        nb_buf_add_byte(&buf, '?');
        nb_buf_add(&buf, nb_slice_sub(subject, path + 1, subject.len));
    } else {
        nb_buf_add(&buf, subject);
    }
    bool more = address->is_bare;
    for (size_t i = 0; i < address->params_n; i++) {
        const struct param *param = &address->params[i];
        if (param->is_named) {
            nb_buf_add_byte(&buf, more ? '&' : '?');
            nb_buf_add(&buf,
                       nb_slice_sub(param->all, 0,
                                    param->all.len - (param == rest->last ? rest->tail.len : 0)));
            more = true;
        }
    }
    struct nb_slice all = {NULL, 0};
    enum nb_err err = nb_buf_finish(&buf, &all);
    out->first = err == NB_OK ? nb_arena_copy(arena, all) : all;
    nb_buf_fini(&buf);
    return err == NB_OK && out->first.p ? NB_OK : NB_ENOMEM;
}

/* With all of its parameters but those that are dropped. */
static enum nb_err set_url(const struct address *address, struct nb_arena *arena,
                           struct nb_link *out)
{
    struct address whole = *address;
    struct rest none = {0};
    struct nb_link link = {0};
    for (size_t i = 0; i < whole.params_n; i++) {
        whole.params[i].is_named = true;
    }
    enum nb_err err = set_first(&whole, whole.subject, &none, arena, &link);
    out->url = link.first;
    return err;
}

/* The number in what names a thread, or all of it. */
static struct nb_slice name_of(struct nb_slice first, struct nb_slice origin, bool is_numbered)
{
    struct nb_slice name = nb_slice_sub(first, origin.len, first.len);
    size_t end = name.len;
    while (is_numbered && end > 0 && !nb_ascii_is_digit(name.p[end - 1])) {
        end--;
    }
    size_t from = end;
    while (from > 0 && nb_ascii_is_digit(name.p[from - 1])) {
        from--;
    }
    return is_numbered && from < end ? nb_slice_sub(name, from, end) : name;
}

/* The rest of an address that a rule fits: a page, or a place inside. */
static void read_rest(struct address *address, const struct rest *rest, struct nb_link *out)
{
    struct nb_slice subject = address->subject;
    struct nb_slice tail = nb_slice_sub(subject, rest->taken, subject.len);
    uint32_t page_n = 0;
    if (rest->taken > 0 && tail.len && subject.p[rest->taken - 1] == '/') {
        tail = nb_slice_sub(subject, rest->taken - 1, subject.len);
    }
    size_t mark = page_mark(address->rules, tail, &page_n);
    bool is_slash = nb_slice_eq(tail, NB_LIT("/")) || nb_slice_eq(tail, NB_LIT(".html"));
    if (mark != 0 && tail.len && !is_slash) {
        out->is_inner = true;
        out->number = last_number(tail);
    }
    if (rest->tail.len > 1 && rest->tail.p[0] == '.' && nb_ascii_is_digit(rest->tail.p[1])) {
        page_n = number_in(rest->tail, rest->tail.len) + 1;
    } else if (rest->tail.len) {
        out->is_inner = true;
        out->number = last_number(rest->tail);
    }
    for (size_t i = 0; i < address->params_n; i++) {
        const struct param *param = &address->params[i];
        if (!param->is_named && !is_page_param(address->rules, param, &page_n)) {
            out->is_inner = true;
            uint64_t number = last_number(param->value);
            out->number = number > out->number ? number : out->number;
        }
    }
    out->page_n = page_n > 0 ? page_n : 1;
}

static enum nb_err take_rule(struct address *address, const struct nb_link_rule *rule,
                             const struct rest *rest, struct nb_arena *arena, struct nb_link *out)
{
    bool is_numbered = nb_slice_find_byte(rule->text, '#', 0) != NB_NPOS;
    for (size_t i = 0; i < rule->params_n; i++) {
        is_numbered |= nb_slice_find_byte(rule->params[i].value, '#', 0) != NB_NPOS;
    }
    struct nb_slice subject = nb_slice_sub(address->subject, 0, rest->taken);
    out->kind = rule->kind;
    out->is_board = rule->is_board;
    read_rest(address, rest, out);
    struct nb_slice tail = nb_slice_sub(address->subject, rest->taken, address->subject.len);
    if (nb_slice_starts(tail, NB_LIT("/")) && nb_slice_ends(tail, NB_LIT("/"))) {
        subject.len++; /* as the site writes its addresses */
    } else if (nb_slice_eq(tail, NB_LIT(".html"))) {
        subject.len += tail.len;
    }
    enum nb_err err = set_first(address, subject, rest, arena, out);
    if (err == NB_OK) {
        out->name = name_of(out->first, address->origin, is_numbered);
        out->url = out->first;
        err = out->page_n > 1 && !out->is_inner ? set_url(address, arena, out) : NB_OK;
    }
    return err;
}

/* No rule fits: all of it names the page, but for the mark of a page. */
static enum nb_err take_whole(struct address *address, struct nb_arena *arena, struct nb_link *out)
{
    struct rest none = {0};
    struct nb_slice subject = address->subject;
    uint32_t page_n = 0;
    size_t mark = page_mark(address->rules, subject, &page_n);
    if (mark != NB_NPOS) {
        subject = nb_slice_sub(subject, 0, mark + (mark == 0));
    }
    for (size_t i = 0; i < address->params_n; i++) {
        struct param *param = &address->params[i];
        param->is_named = !is_page_param(address->rules, param, &page_n);
    }
    out->page_n = page_n > 0 ? page_n : 1;
    enum nb_err err = set_first(address, subject, &none, arena, out);
    out->name = name_of(out->first, address->origin, false);
    out->url = out->first;
    return err == NB_OK && out->page_n > 1 ? set_url(address, arena, out) : err;
}

enum nb_err nb_link_read(const struct nb_link_rules *rules, const struct nb_url *url,
                         struct nb_arena *arena, struct nb_link *out)
{
    struct address address;
    struct rest rest;
    *out = (struct nb_link){.kind = NB__PAGE__KIND__UNKNOWN, .page_n = 1};
    enum nb_err err = read_address(rules, url, arena, &address);
    if (err != NB_OK) {
        return err;
    }
    if (is_endless(&address) || is_file(&address)) {
        out->is_skipped = true;
        return NB_OK;
    }
    for (const struct nb_link_rule *at = rules->kinds; at; at = at->next) {
        if (!fits(&address, at, &rest)) {
            continue;
        }
        out->is_skipped = at->word == NB_LINK_SKIP;
        err = out->is_skipped ? NB_OK : take_rule(&address, at, &rest, arena, out);
        break;
    }
    if (err == NB_OK && !out->is_skipped && !out->first.p) {
        err = take_whole(&address, arena, out);
    }
    if (err == NB_OK && url->fragment.len) {
        uint64_t number = last_number(url->fragment);
        out->number = number > out->number ? number : out->number;
    }
    return err;
}

struct nb_id nb_link_id(struct nb_slice url)
{
    size_t scheme = nb_slice_find(url, NB_LIT("://"), 0);
    url = scheme == NB_NPOS ? url : nb_slice_sub(url, scheme + 3, url.len);
    url.len -= nb_slice_ends(url, NB_LIT("/"));
    return nb_id_of(&url, 1);
}
