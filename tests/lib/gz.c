#include "tests/lib/gz.h"

#include <stdio.h>

#include <nabiz/buf.h>

enum { FILE_MAX_BYTES = 1 << 26 };

struct nb_slice nbt_read_gz(const char *path, struct nb_arena *arena)
{
    char command[1200];
    char block[65536];
    struct nb_buf buf;
    size_t n;
    nb_buf_init(&buf, FILE_MAX_BYTES);
    (void)snprintf(command, sizeof(command), "gzip -dc '%s'", path);
    FILE *pipe = popen(command, "r");
    while (pipe && (n = fread(block, 1, sizeof(block), pipe)) > 0) {
        nb_buf_add(&buf, nb_slice(block, n));
    }
    if (pipe) {
        (void)pclose(pipe);
    }
    struct nb_slice copy = nb_arena_copy(arena, nb_buf_slice(&buf));
    nb_buf_fini(&buf);
    return copy;
}
