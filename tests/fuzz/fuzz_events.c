/*
 * Any bytes as the rules all types share, as those of a type, and as the text, parted by NUL: bad
 * lines are told with a number, what is found lies within the text and is of the values that exist,
 * and finding twice finds the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "analyzer/events/rules.h"
#include "analyzer/turkish/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char suffixes[] =
    "start noun N\nstart verb-Ar V\nstart part Q\nfinal N Q\nN lAr N Number=Plur|Person=3\n"
    "N DAn N Case=Abl\nN (I)m N Person[psor]=1\nN - N Person=3\nV mA V Polarity=Neg\n"
    "V mAk N VerbForm=Vnoun\nV DI P Tense=Past|Evident=Fh\nV mI\xc5\x9f P Tense=Past|Evident=Nfh\n"
    "V Iyor P Aspect=Prog\nV sA P Mood=Cnd\nV DIK N VerbForm=Part|Tense=Past\n"
    "V Ip N VerbForm=Conv\nV sIn N Mood=Imp|Person=3\nP m N Person=1\nP - N Person=3\n";

static void count(void *context, uint32_t line, const char *message)
{
    assert(line >= 1 && message && message[0]);
    *(size_t *)context += 1;
}

static struct tr_core *make_core(void)
{
    static struct tr_compiler *c;
    static struct nb_slice image;
    struct tr_core *core = NULL;
    size_t bad_n = 0;
    if (!c) {
        c = tr_compiler_new(1);
        enum nb_err made = tr_compiler_suffixes(c, NB_LIT(suffixes), count, &bad_n);
        assert(made == NB_OK);
        made = tr_compiler_roots(c, NB_LIT("noun: ev bu ara abla\nverb: ara al git\npart: mi"),
                                 count, &bad_n);
        assert(made == NB_OK && bad_n == 0);
        made = tr_compiler_finish(c, &image);
        assert(made == NB_OK);
    }
    enum nb_err err = tr_core_copy(image, &core, NULL);
    assert(err == NB_OK);
    return core;
}

static bool read_text(const struct tr_lexicon *lexicon, struct nb_slice text,
                      struct nb_arena *arena, struct nb_reading_text *out)
{
    struct tr_token *tokens;
    struct tr_sentence *sentences;
    *out = (struct nb_reading_text){.text = text};
    if (tr_tokenise(text, arena, &tokens, &out->tokens_n) != NB_OK ||
        tr_sentences(text, tokens, out->tokens_n, NULL, arena, &sentences, &out->sentences_n) !=
            NB_OK) {
        return false;
    }
    struct tr_reading *readings = nb_arena_alloc(arena, out->tokens_n * sizeof(*readings));
    for (size_t i = 0; readings && i < out->tokens_n; i++) {
        tr_read(lexicon, &tokens[i], arena, &readings[i]);
    }
    out->tokens = tokens;
    out->readings = readings;
    out->sentences = sentences;
    return readings != NULL;
}

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
    struct nb_slice part[3] = {{NULL, 0}}, rest = nb_slice(data, size);
    for (int i = 0; i < 3; i++) {
        (void)nb_slice_split(&rest, '\0', &part[i]);
    }
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct tr_lexicon *lexicon = tr_lexicon_new(make_core());
    struct nb_events *events = nb_events_new(lexicon, arena);
    struct nb_reading_text text;
    size_t bad_n = 0;
    assert(lexicon && events);
    if (nb_events_add(events, NB_EVENT_TYPES_N, part[0], count, &bad_n) == NB_OK &&
        nb_events_add(events, NB_EVENT_MARRIAGE, part[1], count, &bad_n) == NB_OK &&
        nb_events_seal(events) == NB_OK && read_text(lexicon, part[2], arena, &text)) {
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
