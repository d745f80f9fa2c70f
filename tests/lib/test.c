#include "tests/lib/test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

char *nbt_tmpdir(void)
{
    const char *base = getenv("TMPDIR");
    char *dir = NULL;
    if (asprintf(&dir, "%s/nabiz-test-XXXXXX", base && *base ? base : "/tmp") < 0 ||
        !mkdtemp(dir)) {
        fail_msg("cannot make a temporary directory");
    }
    return dir;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void nbt_rmdir(char *dir)
{
    (void)nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(dir);
}

char *nbt_path(const char *dir, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", dir, name) < 0) {
        fail_msg("out of memory");
    }
    return path;
}

void nbt_write_file(const char *path, struct nb_slice content)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(content.p ? content.p : "", 1, content.len, file) != content.len ||
        fclose(file) != 0) {
        fail_msg("cannot write %s", path);
    }
}

struct nb_slice nbt_read_file(const char *path, struct nb_arena *arena)
{
    struct stat st;
    FILE *file = fopen(path, "rb");
    if (!file) {
        return nb_slice(NULL, 0);
    }
    if (fstat(fileno(file), &st) != 0) {
        fclose(file);
        return nb_slice(NULL, 0);
    }
    char *p = nb_arena_alloc(arena, (size_t)st.st_size + 1);
    size_t n = p ? fread(p, 1, (size_t)st.st_size, file) : 0;
    fclose(file);
    return nb_slice(p, n);
}

const char *nbt_data(const char *name)
{
    static char path[4096];
    const char *base = getenv("NABIZ_DATA");
    (void)snprintf(path, sizeof(path), "%s/%s", base && *base ? base : "../shared/data", name);
    if (access(path, R_OK) != 0) {
        fprintf(stderr, "skipped: %s is not here (set NABIZ_DATA to where the material is)\n",
                path);
        return NULL;
    }
    return path;
}

void nbt_slice_equal(struct nb_slice got, const char *want, const char *file, int line)
{
    if (!nb_slice_eq(got, nb_slice_str(want))) {
        print_error("got:  \"%.*s\"\nwant: \"%s\"\n", NB_ARG(got), want);
        _fail(file, line);
    }
}
