/*
 * RFC 9309, 2.2.2 wants reserved characters escaped before comparison, and shows a query in which
 * "https://" and "https%3A%2F%2F" are one, while "/", "?" and "=" where they separate stay as they
 * are. So a raw and an escaped character are told apart only where RFC 3986 gives the raw one a
 * meaning of its own: "/" and "?" in the path, "&", "=", "+" and ";" anywhere. (Escaping the
 * slashes of a query, as the example does, would take them away from patterns such as "/" + "*" +
 * "/print"; decoding them gives the same equalities.)
 */
#include "crawler/robots/pattern.h"

#include <stdint.h>
#include <string.h>

enum class {
    ILLEGAL, /* always escaped: controls, space, non-ASCII, "<>[]\^`{|}#% */
    PLAIN,   /* never escaped */
    QUERY,   /* plain in a query, as found before it */
    MEANT,   /* as found */
};

#define P PLAIN
#define M MEANT

static const uint8_t class_of[256] = {
    ['!'] = P, ['$'] = P, ['&'] = M, ['\''] = P,    ['('] = P, [')'] = P, ['*'] = P, ['+'] = M,
    [','] = P, ['-'] = P, ['.'] = P, ['/'] = QUERY, [':'] = P, [';'] = M, ['='] = M, ['?'] = QUERY,
    ['@'] = P, ['_'] = P, ['~'] = P, ['0'] = P,     ['1'] = P, ['2'] = P, ['3'] = P, ['4'] = P,
    ['5'] = P, ['6'] = P, ['7'] = P, ['8'] = P,     ['9'] = P, ['A'] = P, ['B'] = P, ['C'] = P,
    ['D'] = P, ['E'] = P, ['F'] = P, ['G'] = P,     ['H'] = P, ['I'] = P, ['J'] = P, ['K'] = P,
    ['L'] = P, ['M'] = P, ['N'] = P, ['O'] = P,     ['P'] = P, ['Q'] = P, ['R'] = P, ['S'] = P,
    ['T'] = P, ['U'] = P, ['V'] = P, ['W'] = P,     ['X'] = P, ['Y'] = P, ['Z'] = P, ['a'] = P,
    ['b'] = P, ['c'] = P, ['d'] = P, ['e'] = P,     ['f'] = P, ['g'] = P, ['h'] = P, ['i'] = P,
    ['j'] = P, ['k'] = P, ['l'] = P, ['m'] = P,     ['n'] = P, ['o'] = P, ['p'] = P, ['q'] = P,
    ['r'] = P, ['s'] = P, ['t'] = P, ['u'] = P,     ['v'] = P, ['w'] = P, ['x'] = P, ['y'] = P,
    ['z'] = P,
};

#undef P
#undef M

static int hex_value(char c)
{
    if (nb_ascii_is_digit(c)) {
        return c - '0';
    }
    c = nb_ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of the escape at `at`, or -1 when what is there is none. */
static int escape_at(struct nb_slice s, size_t at)
{
    if (s.len - at < 3 || s.p[at] != '%') {
        return -1;
    }
    int high = hex_value(s.p[at + 1]);
    int low = hex_value(s.p[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

size_t nb_robots_canonical(struct nb_slice in, enum nb_robots_form form, char *out)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = 0;
    bool query = false;
    for (size_t i = 0; i < in.len;) {
        int escaped = escape_at(in, i);
        unsigned char byte = escaped >= 0 ? (unsigned char)escaped : (unsigned char)in.p[i];
        enum class class = class_of[byte];
        bool raw = class == PLAIN || (class == QUERY && query) || (class != ILLEGAL && escaped < 0);
        raw = raw || (byte == '%' && escaped < 0); /* a lone one is left to match escapes */
        bool any = form != NB_ROBOTS_PATH && byte == '*' && escaped < 0;
        query = query || (byte == '?' && escaped < 0) || (any && form == NB_ROBOTS_IN_QUERY);
        if (raw) {
            if (out) {
                out[n] = any ? NB_ROBOTS_ANY : (char)byte;
            }
            n += 1;
        } else {
            if (out) {
                out[n] = '%';
                out[n + 1] = hex[byte >> 4];
                out[n + 2] = hex[byte & 15];
            }
            n += 3;
        }
        i += escaped >= 0 ? 3 : 1;
    }
    return n;
}

static bool ends_with(struct nb_slice s, struct nb_slice end)
{
    return end.len <= s.len && (end.len == 0 || !memcmp(s.p + s.len - end.len, end.p, end.len));
}

/*
 * Each part between two "*" is put at the first place it fits, which leaves the most for the rest:
 * no choice is ever taken back, so time is that of one search through the path. memmem, because
 * unlike a naive search its time does not grow with the product of both lengths.
 */
bool nb_robots_match(struct nb_slice pattern, bool whole, struct nb_slice path)
{
    struct nb_slice part;
    struct nb_slice rest = pattern;
    if (!nb_slice_split(&rest, NB_ROBOTS_ANY, &part) || !nb_slice_starts(path, part)) {
        return false;
    }
    if (!rest.p) {
        return !whole || part.len == path.len;
    }
    struct nb_slice left = nb_slice_sub(path, part.len, path.len);
    while (nb_slice_split(&rest, NB_ROBOTS_ANY, &part)) {
        if (!rest.p && whole) {
            return ends_with(left, part);
        }
        const char *hit = part.len ? memmem(left.p, left.len, part.p, part.len) : left.p;
        if (part.len && !hit) {
            return false;
        }
        left = nb_slice_sub(left, (size_t)(hit - left.p) + part.len, left.len);
    }
    return true;
}
