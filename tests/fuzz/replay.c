/*
 * Runs a fuzz target over every file of a directory, without a fuzzer: so that seeds and past
 * findings are part of every test run and of the sanitizer builds.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return 2;
    }
    DIR *dir = opendir(argv[1]);
    if (!dir) {
        fprintf(stderr, "%s: no seeds in %s\n", argv[0], argv[1]);
        return 1;
    }
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    size_t n = 0;
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        struct nb_slice content = nbt_read_file(path, arena);
        if (content.p) {
            (void)LLVMFuzzerTestOneInput((const uint8_t *)content.p, content.len);
            n++;
        }
        nb_arena_reset(arena);
    }
    closedir(dir);
    nb_arena_free(arena);
    printf("%s: %zu inputs\n", argv[1], n);
    return n > 0 ? 0 : 1;
}
