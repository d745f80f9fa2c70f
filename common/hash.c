#include <nabiz/hash.h>

#include <assert.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

void nb_sha256(struct nb_slice in, uint8_t out[NB_SHA256_BYTES])
{
    static const unsigned char nothing[1];
    SHA256(in.len ? (const unsigned char *)in.p : nothing, in.len, out);
}

/*
 * Parts are short (a site and a URL), so they are laid out in one buffer on the stack and hashed in
 * one call; OpenSSL's streaming interface allocates, which costs more than hashing does.
 */
struct nb_id nb_id_of(const struct nb_slice *parts, size_t parts_n)
{
    uint8_t small[1024];
    size_t used = 0;
    EVP_MD_CTX *ctx = NULL;
    for (size_t i = 0; i < parts_n; i++) {
        uint8_t length[8];
        for (size_t k = 0; k < 8; k++) {
            length[k] = (uint8_t)((uint64_t)parts[i].len >> (56 - 8 * k));
        }
        if (!ctx && sizeof(small) - used >= 8 && parts[i].len <= sizeof(small) - used - 8) {
            memcpy(small + used, length, 8);
            used += 8;
            if (parts[i].len) {
                memcpy(small + used, parts[i].p, parts[i].len);
                used += parts[i].len;
            }
            continue;
        }
        if (!ctx) {
            ctx = EVP_MD_CTX_new();
            int begun = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
                        EVP_DigestUpdate(ctx, small, used) == 1;
            assert(begun);
            (void)begun;
        }
        EVP_DigestUpdate(ctx, length, sizeof(length));
        EVP_DigestUpdate(ctx, parts[i].p, parts[i].len);
    }
    uint8_t full[NB_SHA256_BYTES];
    if (ctx) {
        EVP_DigestFinal_ex(ctx, full, NULL);
        EVP_MD_CTX_free(ctx);
    } else {
        nb_sha256(nb_slice(small, used), full);
    }
    struct nb_id id;
    memcpy(id.b, full, sizeof(id.b));
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
