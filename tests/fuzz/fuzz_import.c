/*
 * Any bytes read as a line that is imported, as an archive and as a table: a document has an
 * identity, and texts that are valid and clean; reading again gives the same.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/feed.h>
#include <nabiz/import.h>
#include <nabiz/log.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "tests/fuzz/arenas.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct nb_date_context dates = {NULL, 1767225600000, 180};
static const struct nb_import_context context = {{"dukkan", 6}, NB__KIND__POST, &dates};

static void check_text(const char *text)
{
    struct nb_slice s = nb_field(text);
    assert(nb_utf8_valid(s));
    assert(nb_slice_eq(s, nb_slice_trim(s)));
    assert(nb_slice_find_byte(s, '\r', 0) == NB_NPOS);
}

static void check(const struct nb_document *document, struct nb_arena *arena)
{
    struct nb_log_record record;
    assert(document->has_identity && document->identity.len == NB_ID_BYTES);
    assert(document->has_source && document->source.len == NB_ID_BYTES);
    assert(document->has_kind && document->has_fetched_ms);
    check_text(document->text);
    check_text(document->title);
    check_text(document->author);
    check_text(document->guid);
    bool is_boost = document->kind == NB__KIND__BOOST && !document->deleted;
    assert(!is_boost || (!document->text && !document->title && document->n_quotes == 1));
    assert(!document->audience || document->audience->followers_n <= NB_AUDIENCE_MAX);
    assert(nb_log_encode(document, arena, &record) == NB_OK);
}

static enum nb_err see(void *arg, size_t number, enum nb_err err, struct nb_document *document,
                       const struct nb_error *why)
{
    (void)number;
    (void)why;
    if (err == NB_OK && document) {
        check(document, arg);
    }
    return NB_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_arena *const *arenas = fuzz_arenas();
    struct nb_document *documents[2] = {NULL, NULL};
    enum nb_err errs[2];
    for (size_t i = 0; i < 2; i++) {
        nb_arena_reset(arenas[i]);
        errs[i] = nb_import_line(nb_slice(data, size), &context, arenas[i], &documents[i], NULL);
    }
    assert(errs[0] == errs[1] && !documents[0] == !documents[1]);
    if (documents[0]) {
        check(documents[0], arenas[0]);
        assert(memcmp(documents[0]->identity.data, documents[1]->identity.data, NB_ID_BYTES) == 0);
    }
    nb_arena_reset(arenas[0]);
    enum nb_err err = nb_import_collection(nb_slice(data, size), &context, see, arenas[0], NULL);
    assert(err == NB_OK || err == NB_ESYNTAX || err == NB_ENOMEM);
    nb_arena_reset(arenas[0]);
    err = nb_import_table(nb_slice(data, size), &context, see, arenas[0], NULL);
    assert(err == NB_OK || err == NB_ESYNTAX || err == NB_ENOMEM);
    return 0;
}
