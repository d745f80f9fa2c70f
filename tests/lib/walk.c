#include "tests/lib/walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include "tests/lib/test.h"

enum { PATH_BYTES = 2048 };

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

void nbt_walk(const char *dir, struct nb_arena *arena,
              void (*fn)(const char *path, struct nb_slice bytes))
{
    struct dirent **names = NULL;
    int n = scandir(dir, &names, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char path[PATH_BYTES];
        struct stat st;
        int len = snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
        bool usable = names[i]->d_name[0] != '.' && len > 0 && (size_t)len < sizeof(path) &&
                      stat(path, &st) == 0;
        free(names[i]);
        if (usable && S_ISDIR(st.st_mode)) {
            nbt_walk(path, arena, fn);
        } else if (usable) {
            nb_arena_reset(arena);
            fn(path, nbt_read_file(path, arena));
        }
    }
    free(names);
}
