/*
 * Any bytes as a configuration: it loads or is refused with a detail that names the file; and what
 * loads is dumped to something that loads to the same values.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <nabiz/config.h>
#include <nabiz/diag.h>

static void fill(int fd, struct nb_slice text)
{
    assert(ftruncate(fd, 0) == 0);
    assert(pwrite(fd, text.p ? text.p : "", text.len, 0) == (ssize_t)text.len);
}

static void compare(const struct nb_config *a, const struct nb_config *b)
{
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        enum nb_config_id id = (enum nb_config_id)i;
        enum nb_config_type type = nb_config_row(id)->type;
        if (type == NB_CONFIG_STRING || type == NB_CONFIG_PATH) {
            assert(strcmp(nb_config_str(a, id), nb_config_str(b, id)) == 0);
        } else {
            assert(nb_config_int(a, id) == nb_config_int(b, id));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    struct nb_config *config;
    struct nb_error error = {0};
    if (fd < 0) {
        fd = memfd_create("config", MFD_CLOEXEC);
        assert(fd >= 0);
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    }
    fill(fd, nb_slice(data, size));
    enum nb_err err = nb_config_load(path, NULL, 0, &config, &error);
    assert((err == NB_OK) == (config != NULL));
    if (err != NB_OK) {
        assert(error.code == err && strncmp(error.text, path, strlen(path)) == 0);
        return 0;
    }
    struct nb_config *again;
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    nb_config_dump(config, false, &text);
    assert(text.err == NB_OK);
    fill(fd, nb_buf_slice(&text));
    assert(nb_config_load(path, NULL, 0, &again, &error) == NB_OK);
    compare(config, again);
    nb_buf_fini(&text);
    nb_config_free(again);
    nb_config_free(config);
    return 0;
}
