#include <nabiz/paths.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The only place that knows where `make install` puts things. */
#ifndef NB_SHARE_DIR
#error "NB_SHARE_DIR is given by the Makefile"
#endif

static bool fits(int n, size_t size)
{
    return n >= 0 && (size_t)n < size;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* root: what stands before the last "/build/" of the program's path. */
static bool build_root(char *root, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", root, size - 1);
    if (n <= 0) {
        return false;
    }
    root[n] = '\0';
    char *last = NULL;
    for (char *at = root; (at = strstr(at, "/build/")) != NULL; at++) {
        last = at;
    }
    if (last) {
        *last = '\0';
    }
    return last != NULL;
}

enum nb_err nb_path_share(const char *subdir, char *out, size_t size)
{
    const char *share = getenv("NABIZ_SHARE");
    if (share && *share) {
        return fits(snprintf(out, size, "%s/%s", share, subdir), size) ? NB_OK : NB_ETOOBIG;
    }
    char root[4096];
    if (build_root(root, sizeof(root))) {
        static const char *const inside[] = {"", "/config"};
        for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
            int n = snprintf(out, size, "%s%s/%s", root, inside[i], subdir);
            if (fits(n, size) && is_directory(out)) {
                return NB_OK;
            }
        }
    }
    return fits(snprintf(out, size, "%s/%s", NB_SHARE_DIR, subdir), size) ? NB_OK : NB_ETOOBIG;
}
