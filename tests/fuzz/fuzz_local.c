/*
 * Any bytes as a local model, and as a file of labelled rows: a model is refused or judges within
 * range; rows that are read have a text and labels that exist.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyzer/sentiment/local.h"
#include "service/train_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_model(const uint8_t *data, size_t size)
{
    struct nb_local model;
    _Alignas(8) static uint8_t bytes[1 << 16];
    size_t n = size < sizeof(bytes) ? size : sizeof(bytes);
    memcpy(bytes, data, n);
    if (nb_local_open(&model, nb_slice(bytes, n)) == NB_OK) {
        float p[NB_LOCAL_CLASSES];
        struct nb_local_feature features[] = {{0, 1}, {NB_LOCAL_BUCKETS - 1, 1}};
        struct nb_local_row row = {.features = features, .n = 2};
        nb_local_score(&model, &row, p);
    }
}

static void check_rows(const uint8_t *data, size_t size)
{
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct nb_train_rows rows;
    struct nb_error error = {0};
    int fd = memfd_create("rows", MFD_CLOEXEC);
    assert(arena && fd >= 0);
    ssize_t put = write(fd, data, size);
    assert(put == (ssize_t)size);
    (void)lseek(fd, 0, SEEK_SET);
    if (nb_train_rows_read(fd, "rows", false, arena, &rows, &error) == NB_OK) {
        for (size_t i = 0; i < rows.n; i++) {
            const struct nb_local_want *want = &rows.all[i].want;
            assert(rows.all[i].text && rows.all[i].text[0]);
            assert(want->sentiment >= 0 && want->sentiment <= NB_OPINION_POSITIVE);
            assert(want->emotion >= -1 && want->emotion <= NB_EMOTION_N);
            assert(want->intents >= -1 && want->intents < 1 << NB_LOCAL_INTENT_N);
        }
    } else {
        assert(nb_error_text(&error)[0]);
    }
    (void)close(fd);
    nb_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_model(data, size);
    check_rows(data, size);
    return 0;
}
