/**
 * Hashes, signatures and encodings of bytes. Owns OpenSSL's digests and keys.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_HASH_H
#define NABIZ_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

#define NB_SHA256_BYTES 32
#define NB_ID_BYTES 16
#define NB_ID_HEX (2 * NB_ID_BYTES + 1)

/** 128-bit identity of something: the first half of a SHA-256. Comparable with memcmp. */
struct nb_id {
    uint8_t b[NB_ID_BYTES];
};

void nb_sha256(struct nb_slice in, uint8_t out[NB_SHA256_BYTES]);

/**
 * Identity of a list of parts. Each part is hashed with its length in front (64-bit big-endian),
 * so that ("ab","c") and ("a","bc") differ.
 */
struct nb_id nb_id_of(const struct nb_slice *parts, size_t parts_n);

/** Fast 64-bit hash for tables in memory (FNV-1a); never stored, never for hostile keys alone. */
uint64_t nb_hash64(struct nb_slice in);

enum nb_mac { NB_MAC_SHA1, NB_MAC_SHA256, NB_MAC_SHA384, NB_MAC_SHA512 };

#define NB_MAC_MAX_BYTES 64

/**
 * HMAC (RFC 2104).
 * @return the bytes of out that are used; 0 when the system has no such digest.
 */
size_t nb_hmac(enum nb_mac mac, struct nb_slice key, struct nb_slice in,
               uint8_t out[NB_MAC_MAX_BYTES]);

/** Equal, in a time that does not tell where they differ. */
bool nb_same_secret(const void *a, const void *b, size_t n);

/** Lower-case hexadecimal with NUL; out has 2 * len + 1 bytes. */
void nb_hex(struct nb_slice in, char *out);

/** Back from hexadecimal, either case. @return NB_OK, NB_EINVAL (odd length or other characters).
 */
enum nb_err nb_unhex(struct nb_slice in, uint8_t *out, size_t out_bytes) NB_MUSTUSE;

/** Characters of base64 (RFC 4648, with padding) that n bytes make, without a NUL. */
#define NB_BASE64_CHARS(n) (((n) + 2) / 3 * 4)

/** In base64, with NUL; out has NB_BASE64_CHARS(in.len) + 1 bytes. */
void nb_base64(struct nb_slice in, char *out);

/**
 * Back from base64: its letters and padding only, and no bits left over.
 * @param out    [out] has at least in.len / 4 * 3 bytes.
 * @return NB_OK, NB_EINVAL.
 */
enum nb_err nb_unbase64(struct nb_slice in, uint8_t *out, size_t *out_n) NB_MUSTUSE;

#define NB_ED25519_BYTES 32
#define NB_ED25519_SIGNATURE_BYTES 64

/** Sign (RFC 8032, Ed25519) with a private key, its 32 bytes. @return NB_OK, NB_ESYS. */
enum nb_err nb_ed25519_sign(const uint8_t key[NB_ED25519_BYTES], struct nb_slice in,
                            uint8_t out[NB_ED25519_SIGNATURE_BYTES]) NB_MUSTUSE;

/** The public key that belongs to a private one. @return NB_OK, NB_ESYS. */
enum nb_err nb_ed25519_public(const uint8_t key[NB_ED25519_BYTES],
                              uint8_t out[NB_ED25519_BYTES]) NB_MUSTUSE;

/** n bytes that nobody can guess. @return NB_OK, NB_ESYS. */
enum nb_err nb_random(void *out, size_t n) NB_MUSTUSE;

#endif
