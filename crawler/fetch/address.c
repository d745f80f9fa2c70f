#include "crawler/fetch/address.h"

#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include <nabiz/hash.h>
#include <nabiz/mem.h>

enum { BUCKETS_N = 1024, AGAIN_MS = 50 };

/* An address that is being asked, or was less than a gap ago. */
struct entry {
    struct entry *next;
    struct nb_address address;
    unsigned active_n;
    int64_t next_mono_ms; /* the first slot nobody has */
};

struct nb_addresses {
    pthread_mutex_t mu;
    struct entry *buckets[BUCKETS_N]; /* guarded by mu */
    size_t n;                         /* guarded by mu */
    int64_t gap_ms;
    unsigned at_once;
};

struct nb_addresses *nb_addresses_new(int64_t gap_ms, unsigned at_once)
{
    struct nb_addresses *addresses = nb_calloc(1, sizeof(*addresses));
    if (addresses) {
        (void)pthread_mutex_init(&addresses->mu, NULL);
        addresses->gap_ms = gap_ms;
        addresses->at_once = at_once;
    }
    return addresses;
}

void nb_addresses_free(struct nb_addresses *addresses)
{
    if (!addresses) {
        return;
    }
    for (size_t i = 0; i < BUCKETS_N; i++) {
        while (addresses->buckets[i]) {
            struct entry *next = addresses->buckets[i]->next;
            nb_free(addresses->buckets[i]);
            addresses->buckets[i] = next;
        }
    }
    pthread_mutex_destroy(&addresses->mu);
    nb_free(addresses);
}

struct nb_address nb_address_of(const struct sockaddr *from)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    struct nb_address address = {{0}};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (from->sa_family == AF_INET) {
        memcpy(&v4, from, sizeof(v4));
        address.b[0] = 4;
        memcpy(address.b + 1, &v4.sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        memcpy(&v6, from, sizeof(v6));
        bool is_v4 = memcmp(v6.sin6_addr.s6_addr, mapped, sizeof(mapped)) == 0;
        address.b[0] = is_v4 ? 4 : 6;
        memcpy(address.b + 1, v6.sin6_addr.s6_addr + (is_v4 ? 12 : 0), is_v4 ? 4 : 8);
    }
    return address;
}

static struct entry **bucket_of(struct nb_addresses *addresses, struct nb_address address)
{
    return &addresses->buckets[nb_hash64(nb_slice(address.b, sizeof(address.b))) % BUCKETS_N];
}

/* Look an address up, and forget those beside it that mean nothing any more. */
static struct entry *find(struct nb_addresses *addresses, struct nb_address address,
                          int64_t mono_ms)
{
    struct entry **at = bucket_of(addresses, address);
    struct entry *found = NULL;
    while (*at) {
        struct entry *entry = *at;
        if (memcmp(entry->address.b, address.b, sizeof(address.b)) == 0) {
            found = entry;
        } else if (entry->active_n == 0 && entry->next_mono_ms <= mono_ms) {
            *at = entry->next;
            addresses->n--;
            nb_free(entry);
            continue;
        }
        at = &entry->next;
    }
    return found;
}

static struct entry *add(struct nb_addresses *addresses, struct nb_address address)
{
    struct entry **bucket = bucket_of(addresses, address);
    struct entry *entry = nb_calloc(1, sizeof(*entry));
    if (entry) {
        entry->address = address;
        entry->next = *bucket;
        *bucket = entry;
        addresses->n++;
    }
    return entry;
}

/* When an entry is to be come back to; 0 when it is entered. */
static int64_t enter(struct nb_addresses *addresses, struct entry *entry, bool has_slot,
                     int64_t mono_ms)
{
    if (entry->active_n >= addresses->at_once) {
        int64_t soonest = mono_ms + (addresses->gap_ms > AGAIN_MS ? addresses->gap_ms : AGAIN_MS);
        int64_t slot = entry->next_mono_ms > soonest ? entry->next_mono_ms : soonest;
        entry->next_mono_ms = slot + addresses->gap_ms;
        return slot;
    }
    if (!has_slot) {
        if (entry->next_mono_ms > mono_ms) {
            int64_t slot = entry->next_mono_ms;
            entry->next_mono_ms = slot + addresses->gap_ms;
            return slot;
        }
        entry->next_mono_ms = mono_ms + addresses->gap_ms;
    }
    entry->active_n++;
    return 0;
}

int64_t nb_addresses_enter(struct nb_addresses *addresses, struct nb_address address, bool has_slot,
                           int64_t mono_ms)
{
    pthread_mutex_lock(&addresses->mu);
    struct entry *entry = find(addresses, address, mono_ms);
    entry = entry ? entry : add(addresses, address);
    /* without memory to count it, it is not held up; there are others who will notice */
    int64_t back_ms = entry ? enter(addresses, entry, has_slot, mono_ms) : 0;
    pthread_mutex_unlock(&addresses->mu);
    return back_ms;
}

void nb_addresses_leave(struct nb_addresses *addresses, struct nb_address address, int64_t mono_ms)
{
    pthread_mutex_lock(&addresses->mu);
    struct entry *entry = find(addresses, address, mono_ms);
    if (entry && entry->active_n > 0) {
        entry->active_n--;
    }
    pthread_mutex_unlock(&addresses->mu);
}

size_t nb_addresses_n(struct nb_addresses *addresses)
{
    pthread_mutex_lock(&addresses->mu);
    size_t n = addresses->n;
    pthread_mutex_unlock(&addresses->mu);
    return n;
}
