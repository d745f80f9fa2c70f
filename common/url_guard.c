/*
 * A feed is somebody else's text: a redirect or a name that leads into our own network must not be
 * followed. The check is on the address that is about to be connected to, so a name that changes
 * its address between two look-ups gains nothing. Ranges: RFC 6890 and its registries.
 */
#include <nabiz/url_guard.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

struct range_v4 {
    uint32_t prefix;
    int bits;
};

static const struct range_v4 v4_ranges[] = {
    {0x00000000u, 8},  /* this network */
    {0x0a000000u, 8},  /* private */
    {0x64400000u, 10}, /* shared by carriers */
    {0x7f000000u, 8},  /* loopback */
    {0xa9fe0000u, 16}, /* link-local; metadata services */
    {0xac100000u, 12}, /* private */
    {0xc0000000u, 24}, /* protocol assignments */
    {0xc0000200u, 24}, /* documentation */
    {0xc0586300u, 24}, /* 6to4 relays, retired */
    {0xc0a80000u, 16}, /* private */
    {0xc6120000u, 15}, /* benchmarks */
    {0xc6336400u, 24}, /* documentation */
    {0xcb007100u, 24}, /* documentation */
    {0xe0000000u, 4},  /* multicast */
    {0xf0000000u, 4},  /* reserved, broadcast */
};

struct range_v6 {
    uint8_t prefix[12];
    int bits;
};

static const struct range_v6 v6_ranges[] = {
    {{0}, 96},                                  /* unspecified, loopback, compatible */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, /* translated IPv4 */
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48},          /* NAT64 of one's own network */
    {{0x01}, 64},                               /* discard */
    {{0x20, 0x01}, 23},                         /* protocol assignments, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},             /* documentation */
    {{0x3f, 0xff}, 20},                         /* documentation */
    {{0x5f}, 16},                               /* segment routing */
    {{0xfc}, 7},                                /* unique local */
    {{0xfe, 0x80}, 9},                          /* link-local, site-local */
    {{0xff}, 8},                                /* multicast */
};

/* Forms that carry an IPv4 address, which decides. */
static const struct {
    struct range_v6 range;
    size_t at; /* of the IPv4 address */
} v4_in_v6[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12}, /* mapped */
    {{{0, 0x64, 0xff, 0x9b}, 96}, 12},                      /* NAT64 */
    {{{0x20, 0x02}, 16}, 2},                                /* 6to4 */
};

static bool is_private_v4(uint32_t address)
{
    for (size_t i = 0; i < sizeof(v4_ranges) / sizeof(v4_ranges[0]); i++) {
        uint32_t mask = ~(uint32_t)0 << (32 - v4_ranges[i].bits);
        if ((address & mask) == v4_ranges[i].prefix) {
            return true;
        }
    }
    return false;
}

static uint32_t v4_at(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool is_in(const uint8_t *address, const struct range_v6 *range)
{
    size_t whole = (size_t)range->bits / 8;
    int rest = range->bits % 8;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return memcmp(address, range->prefix, whole) == 0 &&
           (rest == 0 || (address[whole] & mask) == range->prefix[whole]);
}

static bool is_private_v6(const uint8_t *b)
{
    for (size_t i = 0; i < sizeof(v4_in_v6) / sizeof(v4_in_v6[0]); i++) {
        if (is_in(b, &v4_in_v6[i].range)) {
            return is_private_v4(v4_at(b + v4_in_v6[i].at));
        }
    }
    for (size_t i = 0; i < sizeof(v6_ranges) / sizeof(v6_ranges[0]); i++) {
        if (is_in(b, &v6_ranges[i])) {
            return true;
        }
    }
    return false;
}

bool nb_address_is_private(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        return is_private_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        return is_private_v6(v6.sin6_addr.s6_addr);
    }
    return true;
}

bool nb_host_is_private(struct nb_slice host)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;
    if (nb_slice_eq(host, NB_LIT("localhost")) || nb_slice_ends(host, NB_LIT(".localhost"))) {
        return true;
    }
    if (host.len > 2 && host.p[0] == '[') {
        host = nb_slice_sub(host, 1, host.len - 1);
    }
    if (host.len == 0 || host.len >= sizeof(text)) {
        return false;
    }
    memcpy(text, host.p, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, &v4) == 1) {
        return is_private_v4(ntohl(v4.s_addr));
    }
    return inet_pton(AF_INET6, text, &v6) == 1 && is_private_v6(v6.s6_addr);
}
