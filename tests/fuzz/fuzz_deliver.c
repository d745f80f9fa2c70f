/*
 * Any bytes as all that delivery reads from outside: a recipients file, a secret, an address, a
 * Retry-After, an errand's file, and the text of a mail. What is read is what its header says, and
 * what is written of it stays inside of its place.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/date.h>
#include <nabiz/diag.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "service/deliver/errand.h"
#include "service/deliver/mail.h"
#include "service/deliver/plain.h"
#include "service/deliver/recipients.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_recipients(struct nb_slice text)
{
    struct nb_recipients *all = NULL;
    struct nb_error error = {0};
    enum nb_err err = nb_recipients_read(text, "r", "/nonexistent", false, &all, &error);
    assert((err == NB_OK) == (all != NULL));
    for (size_t i = 0; i < nb_recipients_n(all); i++) {
        const struct nb_recipient *r = nb_recipients_get(all, i);
        assert(r->name[0] && (r->form == NB__DELIVERY__FORM__MAIL ? r->to : r->url) != NULL);
        assert(nb_recipients_find(all, nb_slice_str(r->name)) == r);
        assert(r->min_severity >= 1 && r->min_severity <= 10 && r->sends > 0);
    }
    nb_recipients_free(all);
}

/* A mail of hostile words has the headers of any other. */
static void check_mail(struct nb_slice text)
{
    struct nb_buf out;
    const struct nb_mail mail = {.from = NB_LIT("a@b.example"),
                                 .to = NB_LIT("c@d.example"),
                                 .subject = text,
                                 .id = NB_LIT("1@b.example"),
                                 .text = text,
                                 .html = text};
    nb_buf_init(&out, 16 << 20);
    if (nb_mail_write(&mail, &out, NULL) == NB_OK) {
        struct nb_slice all = nb_buf_slice(&out);
        size_t end = nb_slice_find(all, NB_LIT("\r\n\r\n"), 0);
        size_t lines = 0;
        assert(end != NB_NPOS);
        for (size_t at = 0; at < all.len;) {
            size_t next = nb_slice_find(all, NB_LIT("\r\n"), at);
            assert(next != NB_NPOS && next - at <= 78);
            lines += at < end && all.p[at] != ' ';
            at = next + 2;
        }
        assert(lines == (text.len ? 9 : 10)); /* one part has its encoding there */
    }
    nb_buf_fini(&out);
}

static void check_small(struct nb_slice text, struct nb_arena *arena)
{
    char line[100];
    struct nb_secret secret;
    struct nb_mail_address address;
    struct nb_errand *errand = NULL;
    int64_t wait_s = nb_date_retry_after_s(text, 1795353845000);
    assert(wait_s >= 0 && wait_s <= 86400);
    if (!nb_secret_read(text, &secret)) {
        assert(secret.len >= 24 && secret.len <= NB_SECRET_BYTES);
    }
    if (!nb_mail_address(text, &address)) {
        assert(address.box.len > 2 && address.host.len > 0);
        assert(nb_slice_find_byte(address.box, '\n', 0) == NB_NPOS);
    }
    struct nb_slice plain = nb_plain(text, line, sizeof(line));
    assert(plain.len < sizeof(line) && nb_utf8_valid(plain));
    assert(nb_slice_find_byte(plain, '\n', 0) == NB_NPOS);
    if (nb_errand_read(text, arena, &errand) == NB_OK) {
        assert(errand->recipient || errand->number > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arena;
    if (!arena) {
        if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
            abort();
        }
        nb_diag_set_fd(-1);
        arena = nb_arena_new((size_t)64 << 20);
    }
    nb_arena_reset(arena);
    check_recipients(nb_slice(data, size));
    check_mail(nb_slice(data, size));
    check_small(nb_slice(data, size), arena);
    return 0;
}
