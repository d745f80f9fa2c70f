#include "crawler/schedule/wish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/mem.h>
#include <nabiz/schedule.h>

enum { PATH_BYTES = 4200, NAME_BYTES = 2 * NB_ID_BYTES };

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct nb_id));
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_name(const char *name, struct nb_id *out)
{
    if (strlen(name) != NAME_BYTES) {
        return false;
    }
    for (size_t i = 0; i < NB_ID_BYTES; i++) {
        int high = hex_digit(name[2 * i]);
        int low = hex_digit(name[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out->b[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

enum nb_err nb_schedule_wish(const char *data_dir, const struct nb_id *source,
                             struct nb_error *error)
{
    char path[PATH_BYTES];
    char name[NAME_BYTES + 1];
    nb_hex(nb_slice(source->b, NB_ID_BYTES), name);
    int n = snprintf(path, sizeof(path), "%s/run/poll", data_dir);
    if (n < 0 || (size_t)n + NAME_BYTES + 2 > sizeof(path)) {
        return nb_error_set(error, NB_ETOOBIG, "the path of data.dir is too long");
    }
    path[n - (int)strlen("/poll")] = '\0';
    (void)mkdir(path, 0750); /* if no process ran yet */
    path[n - (int)strlen("/poll")] = '/';
    bool made = mkdir(path, 0750) == 0 || errno == EEXIST;
    (void)snprintf(path + n, sizeof(path) - (size_t)n, "/%s", name);
    int fd = made ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640) : -1;
    if (fd < 0) {
        return nb_error_set(error, NB_EIO, "cannot write %s: %s", path, strerror(errno));
    }
    (void)close(fd);
    return NB_OK;
}

void nb_wishes_fini(struct nb_wishes *wishes)
{
    nb_free(wishes->ids);
    *wishes = (struct nb_wishes){0};
}

enum nb_err nb_wishes_take(struct nb_wishes *wishes, const char *data_dir)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/run/poll", data_dir);
    DIR *dir = opendir(path);
    if (!dir) {
        return NB_OK;
    }
    if (!wishes->ids && !(wishes->ids = nb_calloc(NB_WISHES_MAX, sizeof(*wishes->ids)))) {
        (void)closedir(dir);
        return NB_ENOMEM;
    }
    for (struct dirent *entry; wishes->n < NB_WISHES_MAX && (entry = readdir(dir)) != NULL;) {
        struct nb_id id;
        if (read_name(entry->d_name, &id) && unlinkat(dirfd(dir), entry->d_name, 0) == 0 &&
            !nb_wishes_have(wishes, &id)) {
            wishes->ids[wishes->n++] = id;
            qsort(wishes->ids, wishes->n, sizeof(*wishes->ids), compare_ids);
        }
    }
    (void)closedir(dir);
    return NB_OK;
}

bool nb_wishes_have(const struct nb_wishes *wishes, const struct nb_id *source)
{
    return wishes->n > 0 &&
           bsearch(source, wishes->ids, wishes->n, sizeof(*wishes->ids), compare_ids) != NULL;
}

void nb_wishes_drop(struct nb_wishes *wishes, const struct nb_id *source)
{
    for (size_t i = 0; i < wishes->n; i++) {
        if (memcmp(&wishes->ids[i], source, sizeof(*source)) == 0) {
            wishes->n--;
            memmove(&wishes->ids[i], &wishes->ids[i + 1], (wishes->n - i) * sizeof(*source));
            return;
        }
    }
}

int64_t nb_wish_due_ms(const struct nb_source *state, int64_t due_ms)
{
    int64_t soonest_ms = state->polled_ms + NB_WISH_AGAIN_MS;
    if (state->has_retry_ms && state->retry_ms > soonest_ms) {
        soonest_ms = state->retry_ms;
    }
    return due_ms < soonest_ms ? due_ms : soonest_ms;
}
