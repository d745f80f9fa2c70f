/*
 * Any rows, and any bytes as a state: whatever is read from them, values and times are in range,
 * the state survives encoding byte for byte, and peeking at more is never judged less rare.
 */
#include <assert.h>
#include <limits.h>

#include <nabiz/date.h>

#include "service/detect_rows.h"

enum { ARENA_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_state(struct nb_detector *d, struct nb_arena *arena)
{
    struct nb_slice bytes, again;
    struct nb_detector *copy;
    struct nb_detection one;
    int32_t before = INT32_MIN;
    assert(nb_detector_encode(d, arena, &bytes) == NB_OK);
    assert(nb_detector_decode(bytes, &copy) == NB_OK);
    assert(nb_detector_encode(copy, arena, &again) == NB_OK && nb_slice_eq(bytes, again));
    for (int64_t value = 0; value <= NB_DETECTOR_VALUE_MAX_MILLI; value = value * 8 + 1000) {
        nb_detector_peek(copy, NULL, nb_detector_next(copy), value, 700, &one);
        assert(one.rarity_milli >= before);
        before = one.rarity_milli;
    }
    nb_detector_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arena;
    struct nb_rows rows;
    struct nb_detector *d;
    struct nb_slice text = nb_slice(data, size), line;
    if (!arena) {
        arena = nb_arena_new(ARENA_BYTES);
        assert(arena);
    }
    nb_arena_reset(arena);
    if (nb_detector_decode(text, &d) == NB_OK) {
        struct nb_detection one;
        check_state(d, arena);
        nb_detector_step(d, NULL, nb_detector_next(d), 5000, 700, &one);
        nb_detector_free(d);
        return 0;
    }
    assert(nb_rows_init(&rows, NB_HOUR_MS, 180) == NB_OK);
    while (nb_slice_split(&text, '\n', &line)) {
        struct nb_row row;
        struct nb_alarm alarms[2];
        size_t n = 0;
        if (nb_row_parse(line, &row, NULL) != NB_OK) {
            continue;
        }
        assert(row.value_milli >= 0 && row.value_milli <= NB_DETECTOR_VALUE_MAX_MILLI);
        (void)!nb_rows_take(&rows, &row, alarms, &n);
        assert(n <= 2);
        for (size_t i = 0; i < n; i++) {
            assert(nb_detection_severity(&alarms[i].detection) >= 1);
            assert(nb_detection_why(&alarms[i].detection, NB_HOUR_MS, arena));
        }
    }
    check_state(rows.detector, arena);
    nb_rows_fini(&rows);
    return 0;
}
