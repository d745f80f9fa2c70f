/**
 * Signatures of webhooks after Standard Webhooks 1.0.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_DELIVER_SIGN_H
#define NABIZ_DELIVER_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/err.h>

enum { NB_SECRET_BYTES = 64 };

/* A key that signs: of HMAC-SHA256 (whsec_, "v1") or Ed25519 (whsk_, "v1a"). */
struct nb_secret {
    bool is_ed25519;
    size_t len;
    uint8_t bytes[NB_SECRET_BYTES];
};

/**
 * Read a secret as the standard writes it: "whsec_" and 24 to 64 bytes in base64, or "whsk_" and an
 * Ed25519 private key of 32 bytes, or of 64 with the public one behind it.
 * @return NULL, or what is wrong with it, without saying what it is.
 */
const char *nb_secret_read(struct nb_slice text, struct nb_secret *out);

/**
 * The value of webhook-signature: one signature for each secret, a space between them, over
 * "id.timestamp.body". A receiver takes any that it knows, so that secrets can be changed.
 * @param id  without a '.'
 * @param out appended; its error is kept in it.
 * @return NB_OK, NB_ENOMEM, NB_ESYS (OpenSSL), or the buffer's error.
 */
enum nb_err nb_webhook_sign(const struct nb_secret *secrets, size_t secrets_n, struct nb_slice id,
                            int64_t timestamp_s, struct nb_slice body,
                            struct nb_buf *out) NB_MUSTUSE;

/**
 * A new secret as text; of a key of Ed25519 also the public half (whpk_), for the receiver.
 * @return NB_OK, NB_ESYS.
 */
enum nb_err nb_secret_make(bool is_ed25519, struct nb_buf *secret,
                           struct nb_buf *public_half) NB_MUSTUSE;

#endif
