#include "crawler/page/select.h"

#include <string.h>

enum test_kind {
    TEST_TAG,
    TEST_CLASS,
    TEST_ID,
    TEST_HAS,
    TEST_IS,
    TEST_BEGINS,
    TEST_ENDS,
    TEST_HOLDS
};

struct test {
    struct test *next;
    enum test_kind kind;
    char *name; /* of the attribute */
    struct nb_slice value;
    uint32_t trait; /* that an element must have to pass */
};

/* One part, with the part on its left. */
struct part {
    struct part *left;
    bool is_child; /* right below what left means, and not anywhere */
    struct test *tests;
    uint64_t traits; /* bits of those of its tests */
};

struct nb_selector {
    struct nb_selector *other; /* the next alternative */
    struct part *last;
};

struct reader {
    struct nb_slice text;
    size_t at;
    struct nb_arena *arena;
    struct nb_error *error;
    enum nb_err err;
};

/* ---- compiling ---- */

static bool is_name_byte(char c)
{
    return nb_ascii_is_alpha(c) || nb_ascii_is_digit(c) || c == '-' || c == '_' ||
           (unsigned char)c >= 0x80;
}

static char peek(const struct reader *r)
{
    return r->at < r->text.len ? r->text.p[r->at] : '\0';
}

static void refuse(struct reader *r, const char *wanted)
{
    if (r->err == NB_OK) {
        r->err = nb_error_set(r->error, NB_ESYNTAX, "\"%.*s\": expected %s at column %zu",
                              NB_ARG(r->text), wanted, r->at + 1);
    }
}

static void *take(struct reader *r, size_t size)
{
    void *p = nb_arena_calloc(r->arena, 1, size);
    if (!p) {
        r->err = NB_ENOMEM;
    }
    return p;
}

static struct nb_slice read_name(struct reader *r)
{
    size_t begin = r->at;
    while (is_name_byte(peek(r))) {
        r->at++;
    }
    if (r->at == begin) {
        refuse(r, "a name");
    }
    return nb_slice_sub(r->text, begin, r->at);
}

/* The value of an attribute: up to the bracket, quotes taken off. */
static struct nb_slice read_value(struct reader *r)
{
    size_t end = nb_slice_find_byte(r->text, ']', r->at);
    if (end == NB_NPOS) {
        refuse(r, "']'");
        return NB_LIT("");
    }
    struct nb_slice value = nb_slice_sub(r->text, r->at, end);
    r->at = end;
    if (value.len >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
        value.p[value.len - 1] == value.p[0]) {
        value = nb_slice_sub(value, 1, value.len - 1);
    }
    return value;
}

static void read_attr(struct reader *r, struct test *test)
{
    struct nb_slice name = read_name(r);
    test->name = nb_arena_strdup(r->arena, name);
    if (!test->name) {
        r->err = NB_ENOMEM;
        return;
    }
    test->kind = TEST_HAS;
    test->trait = nb_dom_trait(NB_TRAIT_ATTR, name);
    switch (peek(r)) {
    case '^':
        test->kind = TEST_BEGINS;
        r->at++;
        break;
    case '$':
        test->kind = TEST_ENDS;
        r->at++;
        break;
    case '*':
        test->kind = TEST_HOLDS;
        r->at++;
        break;
    case '=':
        test->kind = TEST_IS;
        break;
    default:
        break;
    }
    if (peek(r) == '=') {
        r->at++;
        test->value = read_value(r);
    } else if (test->kind != TEST_HAS) {
        refuse(r, "'='");
    }
    if (peek(r) == ']') {
        r->at++;
    } else {
        refuse(r, "']'");
    }
}

static struct test *read_test(struct reader *r)
{
    struct test *test = take(r, sizeof(*test));
    char c = peek(r);
    if (!test) {
        return NULL;
    }
    if (c == '.' || c == '#') {
        r->at++;
        test->kind = c == '.' ? TEST_CLASS : TEST_ID;
        test->value = read_name(r);
        test->trait = nb_dom_trait(c == '.' ? NB_TRAIT_CLASS : NB_TRAIT_ID, test->value);
    } else if (c == '[') {
        r->at++;
        read_attr(r, test);
    } else {
        test->kind = TEST_TAG;
        test->value = read_name(r);
        test->trait = nb_dom_trait(NB_TRAIT_TAG, test->value);
    }
    return test;
}

static struct part *read_part(struct reader *r)
{
    struct part *part = take(r, sizeof(*part));
    bool any = peek(r) == '*';
    r->at += any;
    while (part && r->err == NB_OK) {
        char c = peek(r);
        bool is_first = !any && !part->tests;
        if (!is_first && c != '.' && c != '#' && c != '[') {
            break;
        }
        struct test *test = read_test(r);
        if (test) {
            test->next = part->tests;
            part->tests = test;
            part->traits |= nb_dom_trait_bit(test->trait);
        }
    }
    return part;
}

static bool skip_space(struct reader *r)
{
    size_t begin = r->at;
    while (nb_ascii_is_space(peek(r))) {
        r->at++;
    }
    return r->at > begin;
}

static struct nb_selector *read_alternative(struct reader *r)
{
    struct nb_selector *selector = take(r, sizeof(*selector));
    struct part *left = NULL;
    bool is_child = false;
    (void)skip_space(r);
    while (selector && r->err == NB_OK) {
        struct part *part = read_part(r);
        if (!part) {
            break;
        }
        part->left = left;
        part->is_child = is_child;
        left = selector->last = part;
        bool spaced = skip_space(r);
        if (r->at >= r->text.len || peek(r) == ',') {
            break;
        }
        is_child = peek(r) == '>';
        if (is_child) {
            r->at++;
            (void)skip_space(r);
        } else if (!spaced) {
            refuse(r, "a space, '>' or ','");
        }
    }
    return selector;
}

enum nb_err nb_selector_compile(struct nb_slice text, struct nb_arena *arena,
                                const struct nb_selector **out, struct nb_error *error)
{
    struct reader r = {.text = text, .arena = arena, .error = error};
    struct nb_selector *first = read_alternative(&r);
    struct nb_selector *last = first;
    while (r.err == NB_OK && peek(&r) == ',') {
        r.at++;
        last->other = read_alternative(&r);
        last = last->other ? last->other : last;
    }
    if (r.err == NB_OK) {
        *out = first;
    }
    return r.err;
}

/* ---- matching ---- */

static bool holds(const struct test *test, const struct nb_dom *dom, uint32_t node)
{
    struct nb_slice got;
    switch (test->kind) {
    case TEST_TAG:
        return nb_slice_eq_ascii_case(nb_dom_name(dom, node), test->value);
    case TEST_CLASS:
        return nb_dom_has_word(dom, node, "class", test->value);
    case TEST_ID:
        return nb_slice_eq_ascii_case(nb_dom_attr(dom, node, "id"), test->value);
    default:
        break;
    }
    got = nb_dom_attr(dom, node, test->name);
    if (!got.p || test->kind == TEST_HAS) {
        return got.p != NULL;
    }
    switch (test->kind) {
    case TEST_IS:
        return nb_slice_eq(got, test->value);
    case TEST_BEGINS:
        return nb_slice_starts(got, test->value);
    case TEST_ENDS:
        return nb_slice_ends(got, test->value);
    default:
        return nb_slice_find(got, test->value, 0) != NB_NPOS;
    }
}

static bool part_matches(const struct part *part, const struct nb_dom *dom, uint32_t node)
{
    const struct nb_dom_node *at = &dom->nodes[node];
    if ((at->traits & part->traits) != part->traits || at->tag == NB_TAG_TEXT || node == 0) {
        return false;
    }
    for (const struct test *test = part->tests; test; test = test->next) {
        if (!holds(test, dom, node)) {
            return false;
        }
    }
    return true;
}

/*
 * From right to left. A space takes the nearest element that fits; trying another one further out
 * would only matter behind a '>' further left, which is then looked for again from there.
 */
static bool chain_matches(const struct part *part, const struct nb_dom *dom, uint32_t node)
{
    while (part) {
        if (!part_matches(part, dom, node)) {
            return false;
        }
        const struct part *left = part->left;
        if (!left) {
            return true;
        }
        uint32_t up = dom->nodes[node].parent;
        if (!part->is_child) {
            while (up != 0 && !(part_matches(left, dom, up) &&
                                (!left->is_child || chain_matches(left, dom, up)))) {
                up = dom->nodes[up].parent;
            }
        }
        if (up == 0) {
            return false;
        }
        part = left;
        node = up;
    }
    return false;
}

bool nb_selector_matches(const struct nb_selector *selector, const struct nb_dom *dom,
                         uint32_t node)
{
    for (; selector; selector = selector->other) {
        if (chain_matches(selector->last, dom, node)) {
            return true;
        }
    }
    return false;
}

/* Most selectors of most engines ask for what is nowhere on the page. */
static bool may_match(const struct nb_selector *selector, const struct nb_dom *dom)
{
    for (; selector; selector = selector->other) {
        bool may = true;
        for (const struct part *part = selector->last; part && may; part = part->left) {
            for (const struct test *test = part->tests; test && may; test = test->next) {
                may = nb_dom_may_have(dom, test->trait);
            }
        }
        if (may) {
            return true;
        }
    }
    return false;
}

uint32_t nb_selector_next(const struct nb_selector *selector, const struct nb_dom *dom,
                          uint32_t root, uint32_t from)
{
    if (!may_match(selector, dom)) {
        return 0;
    }
    for (uint32_t i = from + 1; i < dom->nodes[root].end; i++) {
        if (nb_selector_matches(selector, dom, i)) {
            return i;
        }
    }
    return 0;
}
