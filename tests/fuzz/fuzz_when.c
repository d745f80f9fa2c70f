/*
 * Any bytes as words of time, as what follows an event, as cities and as the text, parted by NUL,
 * the first eight of them as the day: bad lines are told with a number, days stay in order and
 * within the years there are, and what is found twice is the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "analyzer/events/details.h"
#include "tests/fuzz/readings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char suffixes[] =
    "start noun N\nstart num N\nfinal N\nN DA N Case=Loc\nN (y)A N Case=Dat\n"
    "N (n)In N Case=Gen\nN DIr N Mood=Gen\nN - N Person=3\n";

static bool in_years(struct nb_days days, int32_t day)
{
    int32_t first, last;
    bool both =
        nb_day_make(NB_YEAR_FIRST, 1, 1, &first) && nb_day_make(NB_YEAR_LAST, 12, 31, &last);
    bool absolute = days.from >= first && days.to <= last;
    bool near = days.from >= day - 400000 && days.to <= day + 400000;
    return both && days.from <= days.to && (absolute || near);
}

static void find(const struct nb_details *details, const struct nb_reading_text *text, int32_t day)
{
    for (uint8_t type = 0; text->tokens_n && type < NB_EVENT_TYPES_N; type += 3) {
        struct nb_event event = {.type = type,
                                 .stage = (uint8_t)(type % NB_STAGE_N),
                                 .begin = (uint32_t)(text->tokens_n / 2),
                                 .end = (uint32_t)(text->tokens_n / 2) + 1};
        struct nb_event_details once, twice;
        nb_event_details_of(details, text, &event, &day, &once);
        nb_event_details_of(details, text, &event, &day, &twice);
        assert(once.has_when == twice.has_when && once.next_kind == twice.next_kind &&
               once.city == twice.city);
        assert(!once.has_when || (in_years(once.when, day) && once.when.from == twice.when.from));
        assert(!once.next_kind || once.next.from <= once.next.to);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t at_ms = 0;
    struct nb_slice part[4] = {{NULL, 0}}, rest = nb_slice(data, size);
    for (size_t i = 0; i < sizeof(at_ms) && i < size; i++) {
        at_ms = (int64_t)((uint64_t)at_ms << 8 | data[i]);
    }
    rest = nb_slice_sub(rest, sizeof(at_ms), rest.len);
    for (int i = 0; i < 4; i++) {
        (void)nb_slice_split(&rest, '\0', &part[i]);
    }
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct nb_arena *scratch = nb_arena_new((size_t)64 << 20);
    struct tr_lexicon *lexicon =
        tr_lexicon_new(fuzz_core(suffixes, "noun: ay hafta gun mart yaz\nnum: bir iki"));
    struct nb_details details;
    struct nb_reading_text text;
    size_t bad_n = 0;
    assert(lexicon && arena && scratch);
    nb_details_init(&details, lexicon, arena);
    enum nb_err err = NB_OK;
    for (int i = 0; err == NB_OK && i < NB_DETAILS_FILES_N; i++) {
        err =
            nb_details_add(&details, (enum nb_details_file)i, part[i], scratch, fuzz_count, &bad_n);
    }
    if (err == NB_OK && nb_details_seal(&details) == NB_OK &&
        fuzz_read(lexicon, part[3], arena, &text)) {
        find(&details, &text, nb_day_of(at_ms));
    }
    tr_lexicon_free(lexicon);
    nb_arena_free(scratch);
    nb_arena_free(arena);
    return 0;
}
