#include "service/digest/send.h"

#include <nabiz/date.h>

#include "service/deliver/errand.h"
#include "service/deliver/mail.h"
#include "service/deliver/recipients.h"
#include "service/digest/render.h"

/* "digest/acme/2026-11-21", with "/week" behind it: the same whoever asks, and when. */
static struct nb_slice key_of(const struct nb_digest_request *request, struct nb_arena *arena)
{
    struct nb_zone *zone = NULL;
    if (nb_digest_zone(request->config, request->zone, &zone, NULL) != NB_OK) {
        return nb_slice(NULL, 0); /* the digest will say why */
    }
    struct nb_civil day = nb_civil_of(request->day_ms, nb_zone_offset_min(zone, request->day_ms));
    nb_zone_close(zone);
    return nb_slice_str(nb_arena_printf(arena, "digest/%.*s/%04d-%02d-%02d%s",
                                        NB_ARG(request->topic), day.year, day.month, day.day,
                                        request->days_n == 7 ? "/week" : ""));
}

void nb_digest_address(const struct nb_digest_request *request, struct nb_slice from,
                       struct nb_slice to, struct nb_arena *arena, struct nb_digest_envelope *out)
{
    struct nb_mail_address sender = {.host = NB_LIT("localhost")};
    (void)!nb_mail_address(from, &sender); /* what is wrong with it is said when it is written */
    const char *leave = nb_config_str(request->config, NB_CFG_MAIL_LEAVE);
    *out = (struct nb_digest_envelope){
        .from = from,
        .to = to,
        .id = nb_mail_id(to, key_of(request, arena), sender.host, arena),
        .list_id = nb_slice_str(nb_arena_printf(arena, "digest.%.*s", NB_ARG(sender.host))),
        .leave = nb_slice_str(leave)};
}

enum nb_err nb_digest_recipient(const struct nb_recipients *all, struct nb_slice name,
                                const struct nb_recipient **out, struct nb_error *error)
{
    const struct nb_recipient *to = nb_recipients_find(all, name);
    if (!to) {
        return nb_error_set(error, NB_ENOTFOUND,
                            "there is no recipient \"%.*s\"; see: nabiz deliver list",
                            NB_ARG(name));
    }
    if (to->form != NB__DELIVERY__FORM__MAIL) {
        return nb_error_set(error, NB_EINVAL, "%.*s takes no mail, and a digest is one",
                            NB_ARG(name));
    }
    *out = to;
    return NB_OK;
}

static enum nb_err leave(const struct nb_digest_request *request, const struct nb_recipient *to,
                         struct nb_digest_parcel *parcel, struct nb_arena *arena,
                         struct nb_error *error)
{
    struct nb_digest_request mail = *request;
    struct nb_digest_envelope envelope;
    struct nb_slice from = nb_slice_str(nb_config_str(parcel->config, NB_CFG_MAIL_FROM));
    struct nb_buf body;
    if (!from.len) {
        return nb_error_set(error, NB_EINVAL, "mail.from is not set: who is the digest from?");
    }
    nb_digest_address(request, from, nb_slice_str(to->to), arena, &envelope);
    if (to->leave) {
        envelope.leave = nb_slice_str(to->leave);
    }
    mail.format = NB_DIGEST_MAIL;
    mail.lang = request->lang ? request->lang : to->language;
    mail.envelope = &envelope;
    nb_buf_init(&body, NB_OUTBOX_BODY_BYTES);
    enum nb_err err = nb_digest_make(&mail, &body, NULL, error);
    parcel->key = key_of(request, arena);
    if (err == NB_OK) {
        const struct nb_message message = {.recipient = parcel->recipient,
                                           .key = parcel->key,
                                           .subject = parcel->key,
                                           .form = NB__DELIVERY__FORM__MAIL,
                                           .body = nb_buf_slice(&body)};
        err = parcel->key.p ? nb_errand_message(parcel->config, &message, arena, error) : NB_ENOMEM;
    }
    nb_buf_fini(&body);
    return err;
}

enum nb_err nb_digest_send(const struct nb_digest_request *request, struct nb_digest_parcel *parcel,
                           struct nb_arena *arena, struct nb_error *error)
{
    struct nb_recipients *all = NULL;
    const struct nb_recipient *to = NULL;
    const char *path = nb_config_str(parcel->config, NB_CFG_RECIPIENTS);
    bool allow_private = nb_config_int(parcel->config, NB_CFG_DELIVER_PRIVATE) != 0;
    enum nb_err err = nb_recipients_load(path, allow_private, &all, error);
    if (err == NB_ENOTFOUND) {
        return nb_error_set(error, err,
                            "there are no recipients; write some into %s, docs/delivery.md "
                            "says how",
                            path);
    }
    if (err == NB_OK) {
        err = nb_digest_recipient(all, parcel->recipient, &to, error);
    }
    if (err == NB_OK) {
        err = leave(request, to, parcel, arena, error);
    }
    nb_recipients_free(all);
    return err;
}
