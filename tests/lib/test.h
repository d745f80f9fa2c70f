/**
 * What every test program uses: cmocka with the headers it needs, temporary directories, files,
 * and the real material that may or may not be there.
 */
#ifndef NABIZ_TEST_H
#define NABIZ_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <nabiz/arena.h>
#include <nabiz/slice.h>

/** A fresh directory under $TMPDIR or /tmp; removed with nbt_rmdir. The caller frees the path. */
char *nbt_tmpdir(void);

/** Remove a directory and all that is in it; frees the path. */
void nbt_rmdir(char *dir);

/** dir + "/" + name; the caller frees. */
char *nbt_path(const char *dir, const char *name);

/** Write a whole file; fails the test if it cannot. */
void nbt_write_file(const char *path, struct nb_slice content);

/** Read a whole file into the arena; p == NULL when it is not there. */
struct nb_slice nbt_read_file(const char *path, struct nb_arena *arena);

/**
 * Path of a file of the real material ($NABIZ_DATA, else ../shared/data), in a static buffer, or
 * NULL, after saying so on stderr, when it is not there.
 */
const char *nbt_data(const char *name);

/** A slice equals a string; shows both when it does not. */
#define assert_slice_equal(slice, text) nbt_slice_equal((slice), (text), __FILE__, __LINE__)
void nbt_slice_equal(struct nb_slice got, const char *want, const char *file, int line);

#endif
