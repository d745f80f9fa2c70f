/*
 * Domains: an ASCII domain is only lower-cased and checked, as browsers do; what a label beginning
 * with "xn--" decodes to is then the business of DNS. Only a domain with non-ASCII letters goes
 * through UTS #46. libidn2 applies IDNA2008 on top of that, so it refuses what the standard lets
 * through: symbols (an emoji), hyphens at the ends of a label or third and fourth in it, and labels
 * over 63 bytes. No flag turns this off; such hosts in their "xn--" form are ASCII and do pass.
 */
#include "common/url_host.h"

#include <string.h>

#include <idn2.h>

#include <nabiz/text.h>
#include <nabiz/url.h>

enum { V6_PIECES = 8 };

/* Never in a host, not even an opaque one. */
static bool is_forbidden(char c)
{
    return c == '\0' || strchr("\t\n\r #/:<>?@[\\]^|", c) != NULL;
}

/* Never in a domain. */
static bool is_forbidden_in_domain(char c)
{
    return is_forbidden(c) || (unsigned char)c < 0x20 || c == '%' || c == 0x7f;
}

/* "0x1F", "037" and "31" are the same number. @return false when s is no number at all. */
static bool parse_ipv4_number(struct nb_slice s, uint64_t *out)
{
    if (s.len == 0) {
        return false;
    }
    int radix = 10;
    if (s.len >= 2 && s.p[0] == '0' && nb_ascii_lower(s.p[1]) == 'x') {
        radix = 16;
        s = nb_slice_sub(s, 2, s.len);
    } else if (s.len >= 2 && s.p[0] == '0') {
        radix = 8;
        s = nb_slice_sub(s, 1, s.len);
    }
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = nb_url_hex(s.p[i]);
        if (digit < 0 || digit >= radix) {
            return false;
        }
        if (value <= UINT32_MAX) { /* beyond that it only has to stay too large */
            value = value * (uint64_t)radix + (uint64_t)digit;
        }
    }
    *out = value;
    return true;
}

/* One dot at the end means the root and is no empty label, unless it is all there is. */
static struct nb_slice without_root_dot(struct nb_slice host)
{
    return host.len > 1 && host.p[host.len - 1] == '.' ? nb_slice_sub(host, 0, host.len - 1) : host;
}

bool nb_url_host_ends_in_number(struct nb_slice host)
{
    host = without_root_dot(host);
    size_t from = host.len;
    bool digits = true;
    while (from > 0 && host.p[from - 1] != '.') {
        from--;
        digits = digits && nb_ascii_is_digit(host.p[from]);
    }
    struct nb_slice last = nb_slice_sub(host, from, host.len);
    uint64_t value = 0;
    return last.len > 0 && (digits || parse_ipv4_number(last, &value));
}

/* One to four numbers; the last one fills all the bytes that the others leave. */
static bool parse_ipv4(struct nb_slice host, uint32_t *out)
{
    uint64_t numbers[4];
    size_t n = 0;
    struct nb_slice rest = without_root_dot(host);
    for (struct nb_slice part; nb_slice_split(&rest, '.', &part);) {
        if (n == 4 || !parse_ipv4_number(part, &numbers[n])) {
            return false;
        }
        n++;
    }
    uint64_t address = numbers[n - 1];
    if (address >= UINT64_C(1) << (8 * (5 - n))) {
        return false;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        if (numbers[i] > 255) {
            return false;
        }
        address += numbers[i] << (8 * (3 - i));
    }
    *out = (uint32_t)address;
    return true;
}

static void write_ipv4(uint32_t address, struct nb_url_out *out)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        nb_url_out_number(out, (address >> shift) & 255);
        if (shift) {
            nb_url_out_byte(out, '.');
        }
    }
}

/* The dotted quad that may end an IPv6 address: strictly four decimal bytes. */
static bool parse_embedded_ipv4(struct nb_slice s, uint16_t pieces[2])
{
    uint32_t address = 0;
    size_t n = 0;
    for (struct nb_slice part; nb_slice_split(&s, '.', &part); n++) {
        uint32_t value = 0;
        if (n == 4 || part.len == 0 || part.len > 3 || (part.len > 1 && part.p[0] == '0')) {
            return false;
        }
        for (size_t i = 0; i < part.len; i++) {
            if (!nb_ascii_is_digit(part.p[i])) {
                return false;
            }
            value = value * 10 + (uint32_t)(part.p[i] - '0');
        }
        if (value > 255) {
            return false;
        }
        address = address << 8 | value;
    }
    pieces[0] = (uint16_t)(address >> 16);
    pieces[1] = (uint16_t)(address & 0xffff);
    return n == 4;
}

/* Move the pieces after the "::" to the end; zeros take their place. The gap itself is one. */
static void expand_gap(uint16_t pieces[V6_PIECES], size_t n, size_t gap)
{
    size_t moved = n - gap;
    memmove(&pieces[V6_PIECES - moved], &pieces[gap], moved * sizeof(pieces[0]));
    memset(&pieces[gap], 0, (V6_PIECES - n) * sizeof(pieces[0]));
}

/* s is what stands between the brackets. */
static bool parse_ipv6(struct nb_slice s, uint16_t pieces[V6_PIECES])
{
    size_t n = 0;
    size_t gap = NB_NPOS; /* the piece after "::", which itself stands for one at least */
    size_t i = 0;
    if (s.len > 0 && s.p[0] == ':') {
        if (s.len < 2 || s.p[1] != ':') {
            return false;
        }
        i = 2;
        gap = ++n;
    }
    while (i < s.len) {
        if (n == V6_PIECES) {
            return false;
        }
        if (s.p[i] == ':') {
            if (gap != NB_NPOS) {
                return false;
            }
            i++;
            gap = ++n;
            continue;
        }
        size_t from = i;
        unsigned value = 0;
        for (; i < s.len && i - from < 4 && nb_url_hex(s.p[i]) >= 0; i++) {
            value = value * 16 + (unsigned)nb_url_hex(s.p[i]);
        }
        if (i < s.len && s.p[i] == '.') {
            if (n > V6_PIECES - 2 ||
                !parse_embedded_ipv4(nb_slice_sub(s, from, s.len), &pieces[n])) {
                return false;
            }
            n += 2;
            break;
        }
        /* a ':' must have something behind it */
        if (i < s.len && (s.p[i++] != ':' || i == s.len)) {
            return false;
        }
        pieces[n++] = (uint16_t)value;
    }
    if (gap != NB_NPOS) {
        expand_gap(pieces, n, gap);
        return true;
    }
    return n == V6_PIECES;
}

/* RFC 5952: the first longest run of two or more zero pieces becomes "::". */
static void write_ipv6(const uint16_t pieces[V6_PIECES], struct nb_url_out *out)
{
    size_t gap = V6_PIECES;
    size_t gap_n = 1;
    for (size_t i = 0; i < V6_PIECES; i++) {
        size_t n = 0;
        while (i + n < V6_PIECES && pieces[i + n] == 0) {
            n++;
        }
        if (n > gap_n) {
            gap = i;
            gap_n = n;
        }
    }
    nb_url_out_byte(out, '[');
    for (size_t i = 0; i < V6_PIECES;) {
        if (i == gap) {
            nb_url_out_add(out, i == 0 ? NB_LIT("::") : NB_LIT(":"));
            i += gap_n;
            continue;
        }
        bool begun = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            unsigned digit = (pieces[i] >> shift) & 15u;
            begun = begun || digit || shift == 0;
            if (begun) {
                nb_url_out_byte(out, "0123456789abcdef"[digit]);
            }
        }
        i++;
        if (i < V6_PIECES) {
            nb_url_out_byte(out, ':');
        }
    }
    nb_url_out_byte(out, ']');
}

static enum nb_err write_opaque(struct nb_slice text, struct nb_url_out *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_forbidden(text.p[i])) {
            return NB_ESYNTAX;
        }
    }
    nb_url_out_encoded(out, text, NB_URL_SET_CONTROL);
    return NB_OK;
}

/* An ASCII domain: lower case, allowed bytes, and an address where it can only be one. */
static enum nb_err write_ascii_domain(struct nb_slice domain, struct nb_url_out *out)
{
    if (domain.len == 0) {
        return NB_ESYNTAX;
    }
    for (size_t i = 0; i < domain.len; i++) {
        if (is_forbidden_in_domain(domain.p[i])) {
            return NB_ESYNTAX;
        }
    }
    if (nb_url_host_ends_in_number(domain)) {
        uint32_t address = 0;
        if (!parse_ipv4(domain, &address)) {
            return NB_ESYNTAX;
        }
        write_ipv4(address, out);
        return NB_OK;
    }
    for (size_t i = 0; i < domain.len; i++) {
        nb_url_out_byte(out, nb_ascii_lower(domain.p[i]));
    }
    return NB_OK;
}

/* A domain with letters beyond ASCII; text[len] is NUL. */
static enum nb_err write_unicode_domain(const char *text, size_t len, struct nb_url_out *out)
{
    if (!nb_utf8_valid(nb_slice(text, len)) || memchr(text, '\0', len)) {
        return NB_ESYNTAX;
    }
    uint8_t *ascii = NULL;
    int rc = idn2_lookup_u8((const uint8_t *)text, &ascii,
                            IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP);
    if (rc == IDN2_MALLOC) {
        return NB_ENOMEM;
    }
    if (rc != IDN2_OK) {
        return NB_ESYNTAX;
    }
    enum nb_err err = write_ascii_domain(nb_slice_str((const char *)ascii), out);
    idn2_free(ascii);
    return err;
}

enum nb_err nb_url_host_write(struct nb_slice text, bool special, struct nb_url_out *out)
{
    if (text.len > 0 && text.p[0] == '[') {
        uint16_t pieces[V6_PIECES] = {0};
        if (text.p[text.len - 1] != ']' ||
            !parse_ipv6(nb_slice_sub(text, 1, text.len - 1), pieces)) {
            return NB_ESYNTAX;
        }
        write_ipv6(pieces, out);
        return NB_OK;
    }
    if (!special) {
        return write_opaque(text, out);
    }
    if (text.len > NB_URL_MAX_BYTES) {
        return NB_ESYNTAX;
    }
    char domain[NB_URL_MAX_BYTES + 1];
    size_t len = 0;
    bool ascii = true;
    for (size_t i = 0; i < text.len; len++) {
        unsigned char byte = nb_url_decode_next(text, &i);
        domain[len] = (char)byte;
        ascii = ascii && byte < 0x80;
    }
    domain[len] = '\0';
    return ascii ? write_ascii_domain(nb_slice(domain, len), out)
                 : write_unicode_domain(domain, len, out);
}
