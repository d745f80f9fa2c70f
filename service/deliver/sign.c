#include "service/deliver/sign.h"

#include <string.h>

#include <nabiz/hash.h>

enum { SIGNED_MAX_BYTES = 16 << 20, MADE_BYTES = 32 };

const char *nb_secret_read(struct nb_slice text, struct nb_secret *out)
{
    uint8_t bytes[3 * NB_SECRET_BYTES];
    size_t n = 0;
    bool is_private = nb_slice_starts(text, NB_LIT("whsk_"));
    if (nb_slice_starts(text, NB_LIT("whpk_"))) {
        return "whpk_ is the receiver's half of a key; here goes the one that begins with whsk_";
    }
    if (!is_private && !nb_slice_starts(text, NB_LIT("whsec_"))) {
        return "a secret begins with whsec_ or whsk_; `nabiz deliver secret` makes one";
    }
    struct nb_slice rest = nb_slice_sub(text, is_private ? 5 : 6, text.len);
    if (rest.len > sizeof(bytes) || nb_unbase64(rest, bytes, &n) != NB_OK) {
        return "what follows whsec_ or whsk_ is not base64";
    }
    if (is_private ? n != NB_ED25519_BYTES && n != 2 * (size_t)NB_ED25519_BYTES
                   : n < 24 || n > NB_SECRET_BYTES) {
        return "a whsec_ secret has 24 to 64 bytes, a whsk_ key 32 or 64";
    }
    *out = (struct nb_secret){.is_ed25519 = is_private, .len = is_private ? NB_ED25519_BYTES : n};
    memcpy(out->bytes, bytes, out->len);
    return NULL;
}

static enum nb_err sign_with(const struct nb_secret *secret, struct nb_slice text,
                             struct nb_buf *out)
{
    uint8_t bytes[NB_MAC_MAX_BYTES > NB_ED25519_SIGNATURE_BYTES ? NB_MAC_MAX_BYTES
                                                                : NB_ED25519_SIGNATURE_BYTES];
    char letters[NB_BASE64_CHARS(sizeof(bytes)) + 1];
    size_t n = NB_ED25519_SIGNATURE_BYTES;
    if (!secret->is_ed25519) {
        n = nb_hmac(NB_MAC_SHA256, nb_slice(secret->bytes, secret->len), text, bytes);
    } else if (nb_ed25519_sign(secret->bytes, text, bytes) != NB_OK) {
        n = 0;
    }
    nb_base64(nb_slice(bytes, n), letters);
    nb_buf_addf(out, "%s,%s", secret->is_ed25519 ? "v1a" : "v1", letters);
    return n ? NB_OK : NB_ESYS;
}

enum nb_err nb_webhook_sign(const struct nb_secret *secrets, size_t secrets_n, struct nb_slice id,
                            int64_t timestamp_s, struct nb_slice body, struct nb_buf *out)
{
    struct nb_buf text;
    struct nb_slice all;
    nb_buf_init(&text, SIGNED_MAX_BYTES);
    nb_buf_addf(&text, "%.*s.%lld.", NB_ARG(id), (long long)timestamp_s);
    nb_buf_add(&text, body);
    enum nb_err err = nb_buf_finish(&text, &all);
    for (size_t i = 0; i < secrets_n && err == NB_OK; i++) {
        nb_buf_add_str(out, i > 0 ? " " : "");
        err = sign_with(&secrets[i], all, out);
    }
    nb_buf_fini(&text);
    return err == NB_OK ? nb_buf_finish(out, NULL) : err;
}

enum nb_err nb_secret_make(bool is_ed25519, struct nb_buf *secret, struct nb_buf *public_half)
{
    uint8_t bytes[MADE_BYTES];
    uint8_t half[NB_ED25519_BYTES];
    char letters[NB_BASE64_CHARS(MADE_BYTES) + 1];
    if (nb_random(bytes, sizeof(bytes)) != NB_OK ||
        (is_ed25519 && nb_ed25519_public(bytes, half) != NB_OK)) {
        return NB_ESYS;
    }
    nb_base64(nb_slice(bytes, sizeof(bytes)), letters);
    nb_buf_addf(secret, "%s%s", is_ed25519 ? "whsk_" : "whsec_", letters);
    if (is_ed25519) {
        nb_base64(nb_slice(half, sizeof(half)), letters);
        nb_buf_addf(public_half, "whpk_%s", letters);
    }
    return NB_OK;
}
