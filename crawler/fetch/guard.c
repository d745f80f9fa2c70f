/*
 * A feed is somebody else's text: a redirect or a name that leads into our own network must not be
 * followed. The check is on the address that is about to be connected to, so a name that changes
 * its address between two look-ups gains nothing. Ranges: RFC 6890 and its registries.
 */
#include "crawler/fetch/loop.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

struct range {
    uint32_t prefix;
    int bits;
};

static const struct range v4_ranges[] = {
    {0x00000000u, 8},  /* this network */
    {0x0a000000u, 8},  /* private */
    {0x64400000u, 10}, /* shared by carriers */
    {0x7f000000u, 8},  /* loopback */
    {0xa9fe0000u, 16}, /* link-local; metadata services */
    {0xac100000u, 12}, /* private */
    {0xc0000000u, 24}, /* protocol assignments */
    {0xc0a80000u, 16}, /* private */
    {0xc6120000u, 15}, /* benchmarks */
    {0xe0000000u, 4},  /* multicast */
    {0xf0000000u, 4},  /* reserved, broadcast */
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

static bool is_private_v6(const uint8_t *b)
{
    static const uint8_t zeros[12];
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0) {
        return is_private_v4(v4_at(b + 12));
    }
    if (b[0] == 0x20 && b[1] == 0x02) { /* 6to4 */
        return is_private_v4(v4_at(b + 2));
    }
    return memcmp(b, zeros, 12) == 0 ||            /* unspecified, loopback, compatible */
           (b[0] & 0xfe) == 0xfc ||                /* unique local */
           (b[0] == 0xfe && (b[1] & 0x80) != 0) || /* link-local, site-local */
           b[0] == 0xff;                           /* multicast */
}

bool nb_fetch_is_private(const struct sockaddr *address)
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
