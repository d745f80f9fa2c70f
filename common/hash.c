/*
 * SHA-256 through OpenSSL's context on the stack: deprecated there, but unlike the newer interface
 * it allocates nothing, so hashing cannot fail and identities need no error path.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <nabiz/hash.h>

#include <limits.h>
#include <string.h>

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

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void nb_base64(struct nb_slice in, char *out)
{
    const uint8_t *p = (const uint8_t *)in.p;
    for (size_t i = 0; i < in.len; i += 3) {
        size_t n = in.len - i < 3 ? in.len - i : 3;
        uint32_t bits = (uint32_t)p[i] << 16 | (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                        (n > 2 ? (uint32_t)p[i + 2] : 0);
        *out++ = base64_letters[bits >> 18];
        *out++ = base64_letters[bits >> 12 & 63];
        *out++ = n > 1 ? base64_letters[bits >> 6 & 63] : '=';
        *out++ = n > 2 ? base64_letters[bits & 63] : '=';
    }
    *out = '\0';
}

enum nb_err nb_unbase64(struct nb_slice in, uint8_t *out, size_t *out_n)
{
    size_t padding = in.len > 1 ? (size_t)(in.p[in.len - 1] == '=') +
                                      (in.p[in.len - 1] == '=' && in.p[in.len - 2] == '=')
                                : 0;
    size_t n = 0;
    uint32_t bits = 0;
    if (in.len % 4 != 0) {
        return NB_EINVAL;
    }
    for (size_t i = 0; i < in.len; i++) {
        bool is_padding = i >= in.len - padding;
        const char *at = is_padding || in.p[i] == '\0' ? NULL : strchr(base64_letters, in.p[i]);
        if (!at && !is_padding) {
            return NB_EINVAL;
        }
        bits = bits << 6 | (at ? (uint32_t)(at - base64_letters) : 0);
        if (i % 4 == 3) {
            bool is_last = i + 1 == in.len;
            for (size_t k = 0; k < (is_last ? 3 - padding : 3); k++) {
                out[n++] = (uint8_t)(bits >> (16 - 8 * k));
            }
            if (is_last && padding > 0 && (bits & (padding == 1 ? 0xffu : 0xffffu)) != 0) {
                return NB_EINVAL;
            }
            bits = 0;
        }
    }
    *out_n = n;
    return NB_OK;
}

enum nb_err nb_ed25519_sign(const uint8_t key[NB_ED25519_BYTES], struct nb_slice in,
                            uint8_t out[NB_ED25519_SIGNATURE_BYTES])
{
    size_t len = NB_ED25519_SIGNATURE_BYTES;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key, NB_ED25519_BYTES);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const unsigned char *bytes = (const unsigned char *)(in.p ? in.p : "");
    bool ok = pkey && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestSign(ctx, out, &len, bytes, in.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok ? NB_OK : NB_ESYS;
}

enum nb_err nb_ed25519_public(const uint8_t key[NB_ED25519_BYTES], uint8_t out[NB_ED25519_BYTES])
{
    size_t len = NB_ED25519_BYTES;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key, NB_ED25519_BYTES);
    bool ok = pkey && EVP_PKEY_get_raw_public_key(pkey, out, &len) == 1;
    EVP_PKEY_free(pkey);
    return ok ? NB_OK : NB_ESYS;
}

enum nb_err nb_random(void *out, size_t n)
{
    return n <= 0x7fffffff && RAND_bytes(out, (int)n) == 1 ? NB_OK : NB_ESYS;
}
