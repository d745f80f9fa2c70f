#include "service/deliver/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/hash.h>

enum { NAME_BYTES = 8 };

void nb_errand_dir(const struct nb_config *config, char *out)
{
    (void)snprintf(out, NB_ERRAND_PATH_BYTES, "%s/errands", nb_config_str(config, NB_CFG_DATA_DIR));
}

static enum nb_err io_error(const char *path, struct nb_error *error)
{
    enum nb_err err = errno == ENOSPC || errno == EDQUOT ? NB_EFULL : NB_EIO;
    return nb_error_set(error, err, "%s: %s", path, strerror(errno));
}

/* All of it, and on the disk. */
static bool write_whole(int fd, struct nb_slice bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = write(fd, bytes.p + at, bytes.len - at);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

static enum nb_err write_file(const char *dir, struct nb_slice bytes, struct nb_error *error)
{
    uint8_t random[NAME_BYTES];
    char name[2 * NAME_BYTES + 1];
    char part[NB_ERRAND_PATH_BYTES + 40];
    char whole[NB_ERRAND_PATH_BYTES + 40];
    if (nb_random(random, sizeof(random)) != NB_OK) {
        return nb_error_set(error, NB_ESYS, "no random bytes");
    }
    nb_hex(nb_slice(random, sizeof(random)), name);
    (void)snprintf(part, sizeof(part), "%s/.%s", dir, name);
    (void)snprintf(whole, sizeof(whole), "%s/%s.errand", dir, name);
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0) {
        return io_error(part, error);
    }
    bool ok = write_whole(fd, bytes);
    ok = close(fd) == 0 && ok;
    if (!ok || rename(part, whole) != 0) {
        enum nb_err err = io_error(part, error);
        (void)unlink(part);
        return err;
    }
    return NB_OK;
}

enum nb_err nb_errand_leave(const struct nb_config *config, const struct nb_errand *errand,
                            struct nb_arena *arena, struct nb_error *error)
{
    char dir[NB_ERRAND_PATH_BYTES];
    struct nb_slice bytes;
    nb_errand_dir(config, dir);
    enum nb_err err = nb_errand_encode(errand, arena, &bytes);
    if (err != NB_OK) {
        return nb_error_set(error, err, "no memory for the message");
    }
    const char *data = nb_config_str(config, NB_CFG_DATA_DIR);
    if ((mkdir(data, 0750) != 0 && errno != EEXIST) || (mkdir(dir, 0750) != 0 && errno != EEXIST)) {
        return io_error(dir, error);
    }
    return write_file(dir, bytes, error);
}

enum nb_err nb_errand_message(const struct nb_config *config, const struct nb_message *message,
                              struct nb_arena *arena, struct nb_error *error)
{
    struct nb_errand *errand = nb_errand_new(arena);
    if (!errand) {
        return nb_error_set(error, NB_ENOMEM, "no memory for the message");
    }
    errand->has_what = errand->has_form = errand->has_body = 1;
    errand->what = NB__ERRAND__WHAT__MESSAGE;
    errand->form = message->form;
    errand->recipient = nb_arena_strdup(arena, message->recipient);
    errand->key = nb_arena_strdup(arena, message->key);
    errand->thread = nb_arena_strdup(arena, message->thread);
    errand->subject = nb_arena_strdup(arena, message->subject);
    errand->body.len = message->body.len;
    memcpy(&errand->body.data, &message->body.p, sizeof(message->body.p)); /* only read */
    return nb_errand_leave(config, errand, arena, error);
}

static bool is_form(Nb__Delivery__Form form)
{
    return form >= NB__DELIVERY__FORM__WEBHOOK && form <= NB__DELIVERY__FORM__MAIL;
}

enum nb_err nb_errand_read(struct nb_slice bytes, struct nb_arena *arena, struct nb_errand **out)
{
    enum nb_err err = nb_errand_decode(bytes, arena, out);
    if (err != NB_OK) {
        return err;
    }
    const struct nb_errand *errand = *out;
    bool has_name = nb_field(errand->recipient).len > 0;
    bool has_key = nb_field(errand->key).len > 0;
    switch (errand->what) {
    case NB__ERRAND__WHAT__MESSAGE:
        return has_name && has_key && is_form(errand->form) ? NB_OK : NB_ECORRUPT;
    case NB__ERRAND__WHAT__TEST:
        return has_name && has_key ? NB_OK : NB_ECORRUPT;
    case NB__ERRAND__WHAT__RETRY:
        return has_name || errand->number > 0 ? NB_OK : NB_ECORRUPT;
    default:
        return NB_ECORRUPT;
    }
}
