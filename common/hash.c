/*
 * SHA-256 through OpenSSL's context on the stack: deprecated there, but unlike the newer interface
 * it allocates nothing, so hashing cannot fail and identities need no error path.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <nabiz/hash.h>

#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

static void add(SHA256_CTX *ctx, struct nb_slice bytes)
{
    if (bytes.len) {
        (void)SHA256_Update(ctx, bytes.p, bytes.len);
    }
}

void nb_sha256(struct nb_slice in, uint8_t out[NB_SHA256_BYTES])
{
    SHA256_CTX ctx;
    (void)SHA256_Init(&ctx);
    add(&ctx, in);
    (void)SHA256_Final(out, &ctx);
}

size_t nb_hmac(enum nb_mac mac, struct nb_slice key, struct nb_slice in,
               uint8_t out[NB_MAC_MAX_BYTES])
{
    const EVP_MD *digests[] = {EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512()};
    unsigned len = 0;
    int key_len = key.len < INT_MAX ? (int)key.len : INT_MAX;
    const unsigned char *bytes = (const unsigned char *)(in.p ? in.p : "");
    return HMAC(digests[mac], key.p ? key.p : "", key_len, bytes, in.len, out, &len) ? len : 0;
}

bool nb_same_secret(const void *a, const void *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}

struct nb_id nb_id_of(const struct nb_slice *parts, size_t parts_n)
{
    SHA256_CTX ctx;
    uint8_t digest[NB_SHA256_BYTES];
    struct nb_id id;
    (void)SHA256_Init(&ctx);
    for (size_t i = 0; i < parts_n; i++) {
        uint8_t length[8];
        for (size_t k = 0; k < 8; k++) {
            length[k] = (uint8_t)((uint64_t)parts[i].len >> (56 - 8 * k));
        }
        add(&ctx, nb_slice(length, sizeof(length)));
        add(&ctx, parts[i]);
    }
    (void)SHA256_Final(digest, &ctx);
    memcpy(id.b, digest, sizeof(id.b));
    return id;
}

uint64_t nb_hash64(struct nb_slice in)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < in.len; i++) {
        hash = (hash ^ (uint8_t)in.p[i]) * 0x100000001b3u;
    }
    return hash;
}

void nb_hex(struct nb_slice in, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < in.len; i++) {
        uint8_t byte = (uint8_t)in.p[i];
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    *out = '\0';
}

static int hex_digit(char c)
{
    if (nb_ascii_is_digit(c)) {
        return c - '0';
    }
    char lower = nb_ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

enum nb_err nb_unhex(struct nb_slice in, uint8_t *out, size_t out_bytes)
{
    if (in.len != 2 * out_bytes) {
        return NB_EINVAL;
    }
    for (size_t i = 0; i < out_bytes; i++) {
        int high = hex_digit(in.p[2 * i]);
        int low = hex_digit(in.p[2 * i + 1]);
        if (high < 0 || low < 0) {
            return NB_EINVAL;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return NB_OK;
}

enum nb_err nb_random(void *out, size_t n)
{
    return n <= 0x7fffffff && RAND_bytes(out, (int)n) == 1 ? NB_OK : NB_ESYS;
}
