#include <nabiz/websub.h>

#include <nabiz/hash.h>

bool nb_websub_is_token(struct nb_slice token)
{
    bool ok = token.len == NB_WEBSUB_TOKEN_CHARS;
    for (size_t i = 0; ok && i < token.len; i++) {
        char c = token.p[i];
        ok = nb_ascii_is_digit(c) || (c >= 'a' && c <= 'f');
    }
    return ok;
}

/* A subscription that is held is asked for again when its lease comes to an end. */
static bool is_asked_for(const struct nb_subscription *subscription)
{
    return subscription->state == NB__SUBSCRIPTION__STATE__ASKED ||
           (subscription->state == NB__SUBSCRIPTION__STATE__ACTIVE &&
            subscription->asked_ms > subscription->verified_ms);
}

enum nb_websub_intent nb_websub_intent(const struct nb_subscription *subscription,
                                       struct nb_slice mode, struct nb_slice topic)
{
    bool is_topic = nb_slice_eq(topic, nb_field(subscription->topic));
    bool is_ending = subscription->state == NB__SUBSCRIPTION__STATE__ENDING;
    if (nb_slice_eq(mode, NB_LIT("denied")) && is_topic && !is_ending) {
        return NB_WEBSUB_DENIED;
    }
    if (nb_slice_eq(mode, NB_LIT("subscribe")) && is_topic && is_asked_for(subscription)) {
        return NB_WEBSUB_SUBSCRIBE;
    }
    if (nb_slice_eq(mode, NB_LIT("unsubscribe")) && is_topic && is_ending) {
        return NB_WEBSUB_UNSUBSCRIBE;
    }
    return NB_WEBSUB_WRONG;
}

int64_t nb_websub_lease_s(struct nb_slice text, int64_t fallback_s)
{
    int64_t seconds = 0;
    if (!nb_slice_to_i64(text, &seconds) || seconds <= 0) {
        seconds = fallback_s;
    }
    return seconds < NB_WEBSUB_LEASE_MAX_S ? seconds : NB_WEBSUB_LEASE_MAX_S;
}

bool nb_websub_is_signed(struct nb_slice header, struct nb_slice secret, struct nb_slice body)
{
    static const struct {
        struct nb_slice name;
        enum nb_mac mac;
    } macs[] = {{{"sha1", 4}, NB_MAC_SHA1},
                {{"sha256", 6}, NB_MAC_SHA256},
                {{"sha384", 6}, NB_MAC_SHA384},
                {{"sha512", 6}, NB_MAC_SHA512}};
    header = nb_slice_trim(header);
    size_t equals = nb_slice_find_byte(header, '=', 0);
    struct nb_slice name = nb_slice_sub(header, 0, equals == NB_NPOS ? 0 : equals);
    struct nb_slice hex = nb_slice_sub(header, name.len + 1, header.len);
    uint8_t given[NB_MAC_MAX_BYTES];
    uint8_t right[NB_MAC_MAX_BYTES];
    for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
        if (nb_slice_eq_ascii_case(name, macs[i].name)) {
            size_t n = nb_hmac(macs[i].mac, secret, body, right);
            return n > 0 && hex.len == 2 * n && nb_unhex(hex, given, n) == NB_OK &&
                   nb_same_secret(given, right, n);
        }
    }
    return false;
}
