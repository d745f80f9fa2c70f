/*
 * Any bytes as the rules all types share, as those of a type, as the text and as the
 * weights of the second opinion, parted by NUL: bad lines are told with a number, what is found
 * lies within the text and is of the values that exist, and finding twice finds the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "analyzer/events/rules.h"
#include "tests/fuzz/readings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char suffixes[] =
    "start noun N\nstart verb-Ar V\nstart part Q\nfinal N Q\nN lAr N Number=Plur|Person=3\n"
    "N DAn N Case=Abl\nN (I)m N Person[psor]=1\nN - N Person=3\nV mA V Polarity=Neg\n"
    "V mAk N VerbForm=Vnoun\nV DI P Tense=Past|Evident=Fh\nV mI\xc5\x9f P Tense=Past|Evident=Nfh\n"
    "V Iyor P Aspect=Prog\nV sA P Mood=Cnd\nV DIK N VerbForm=Part|Tense=Past\n"
    "V Ip N VerbForm=Conv\nV sIn N Mood=Imp|Person=3\nP m N Person=1\nP - N Person=3\n";

static void check(const struct nb_event *event, const struct nb_reading_text *text)
{
    assert(event->type < NB_EVENT_TYPES_N && event->stage < NB_STAGE_N);
    assert(event->subject < NB_SUBJECT_N && event->line >= 1);
    assert(event->begin < event->end && event->end <= text->tokens_n);
    assert(event->confidence_milli >= 1 && event->confidence_milli <= 1000);
}

static void find(const struct nb_events *events, const struct nb_reading_text *text,
                 struct nb_arena *arena)
{
    struct nb_event *once, *twice;
    size_t once_n, twice_n;
    if (nb_events_find(events, text, text, arena, &once, &once_n) != NB_OK ||
        nb_events_find(events, text, text, arena, &twice, &twice_n) != NB_OK) {
        return;
    }
    assert(once_n == twice_n && once_n <= NB_EVENT_TYPES_N);
    for (size_t i = 0; i < once_n; i++) {
        check(&once[i], text);
        assert(memcmp(&once[i], &twice[i], sizeof(once[i])) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_slice part[4] = {{NULL, 0}}, rest = nb_slice(data, size);
    for (int i = 0; i < 4; i++) {
        (void)nb_slice_split(&rest, '\0', &part[i]);
    }
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct tr_lexicon *lexicon =
        tr_lexicon_new(fuzz_core(suffixes, "noun: ev bu ara abla\nverb: ara al git\npart: mi"));
    struct nb_events *events = nb_events_new(lexicon, arena, arena);
    struct nb_reading_text text;
    size_t bad_n = 0;
    assert(lexicon && events);
    if (nb_events_add(events, NB_EVENT_TYPES_N, part[0], fuzz_count, &bad_n) == NB_OK &&
        nb_events_add(events, NB_EVENT_MARRIAGE, part[1], fuzz_count, &bad_n) == NB_OK &&
        nb_events_add_second(events, part[3], fuzz_count, &bad_n) == NB_OK &&
        nb_events_seal(events) == NB_OK && fuzz_read(lexicon, part[2], arena, &text)) {
        find(events, &text, arena);
    }
    struct nb_slice line;
    for (rest = part[1]; nb_slice_split(&rest, '\n', &line);) {
        struct nb_slice examples = nb_event_examples(line), example, want;
        while (nb_event_example(&examples, &example, &want) && example.p) {
            assert(want.len && example.p >= line.p);
        }
    }
    tr_lexicon_free(lexicon);
    nb_arena_free(arena);
    return 0;
}
