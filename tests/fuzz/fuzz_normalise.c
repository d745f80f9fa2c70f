/*
 * Any bytes as a text: restoring its diacritics keeps tokens where they are, every word has a
 * normal form within its bounds whose head lies in it, words of hashtags lie in them and in order,
 * a language is told, and the answers are the same when asked again. Any bytes as a lexicon of
 * informal words, and as models: refused or read.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/arena.h>
#include <nabiz/text.h>

#include "analyzer/core.h"
#include "analyzer/normaliser.h"
#include "analyzer/turkish/hashtag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_BYTES_MAX = 4096 };

static struct tr_core *core;
static struct nb_normaliser normaliser;

/* Once for the process: only immutable data. */
static void load(void)
{
    struct nb_error error = {0};
    if (core) {
        return;
    }
    if (nb_core_load("lexicons", &core, NULL, &error) != NB_OK ||
        nb_normaliser_init(&normaliser, core, "lexicons", "models", NULL, &error) != NB_OK) {
        abort();
    }
}

static void check_hashtag(struct nb_slice text, const struct tr_token *token)
{
    struct tr_hashtag tag;
    tr_hashtag_split(&normaliser.turkish, text, token, &tag);
    assert(tag.n >= 1 && tag.n <= TR_HASHTAG_WORDS_MAX && tag.len <= sizeof(tag.folded));
    uint32_t at = token->begin + 1;
    for (size_t i = 0; i < tag.n; i++) {
        assert(tag.words[i].begin >= at && tag.words[i].end >= tag.words[i].begin);
        assert((size_t)tag.words[i].from + tag.words[i].len <= tag.len);
        at = tag.words[i].end;
    }
    assert(at <= token->end);
}

static void check_word(const struct tr_token *token)
{
    struct tr_normal normal, again;
    memset(&normal, 0, sizeof(normal));
    memset(&again, 0, sizeof(again));
    bool found = tr_normalise(&normaliser.turkish, token, &normal);
    bool again_found = tr_normalise(&normaliser.turkish, token, &again);
    assert(found == again_found && memcmp(&normal, &again, sizeof(normal)) == 0);
    assert(normal.len <= sizeof(normal.text) && normal.stage < TR_STAGES);
    assert((size_t)normal.head + normal.head_len <= normal.len);
    assert(found == (normal.stage != TR_STAGE_UNKNOWN));
}

static void check_text(struct nb_slice text, struct nb_arena *arena)
{
    struct tr_token *tokens;
    struct tr_language_sum sum = {.words_n = 0};
    size_t n;
    enum nb_err err = tr_tokenise(text, arena, &tokens, &n);
    assert(err == NB_OK);
    tr_language_add(&normaliser.languages, tokens, n, &sum);
    assert(tr_language_code(tr_language_judge(&sum)) != NULL);
    (void)tr_restore_text(&normaliser.turkish, tokens, n, arena);
    uint32_t at = 0;
    for (size_t i = 0; i < n; i++) {
        assert(tokens[i].begin >= at && tokens[i].end <= text.len);
        assert(tokens[i].stem_len <= tokens[i].folded.len);
        at = tokens[i].end;
        if (tokens[i].kind == TR_WORD) {
            check_word(&tokens[i]);
        } else if (tokens[i].kind == TR_HASHTAG) {
            check_hashtag(text, &tokens[i]);
        }
    }
}

static void ignore(void *context, uint32_t line, const char *message)
{
    (void)context;
    assert(line > 0 && message);
}

static void check_lexicon(struct nb_slice text, struct nb_arena *arena)
{
    struct tr_informal *informal = tr_informal_new(arena);
    struct tr_rewritten out;
    size_t rule = 0;
    if (informal && tr_informal_add(informal, text, ignore, NULL) == NB_OK) {
        while (tr_informal_rewrite(informal, NB_LIT("napcam"), &rule, &out)) {
            assert(out.len <= sizeof(out.text));
            assert((size_t)out.head + out.head_len <= out.len);
        }
    }
}

static void check_models(struct nb_slice bytes)
{
    struct tr_restorer restorer;
    struct tr_speller speller;
    struct tr_languages languages;
    struct tr_restored forms[TR_RESTORE_BEAM];
    struct tr_spelt spelt[TR_SPELL_FOUND_MAX];
    struct tr_plain_word in = {.word = NB_LIT("cigkofte")};
    if (tr_restorer_open(&restorer, bytes) == NB_OK) {
        assert(tr_restore_candidates(&restorer, &in, forms) > 0);
    }
    if (tr_speller_open(&speller, bytes) == NB_OK) {
        (void)tr_spell(&speller, in.word, spelt);
    }
    if (tr_languages_open(&languages, bytes) == NB_OK) {
        struct tr_language_sum sum = {.words_n = 0};
        struct tr_token token = {.kind = TR_WORD, .folded = in.word};
        tr_language_add(&languages, &token, 1, &sum);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load();
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct nb_slice in = nb_slice(data, size);
    if (arena && size) {
        check_text(nb_slice_sub(in, 0, TEXT_BYTES_MAX), arena);
        check_lexicon(in, arena);
        check_models(in);
    }
    nb_arena_free(arena);
    return 0;
}
