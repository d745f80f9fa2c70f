#include "analyzer/influence/own_texts.h"

#include <nabiz/charset.h>
#include <nabiz/text.h>

/* A file that has NULs is no text, unless it says that its characters are wider than a byte. */
static enum nb_err decode(struct nb_slice file, struct nb_arena *arena, struct nb_slice *out,
                          struct nb_error *error)
{
    struct nb_charset charset = nb_charset_decide(nb_slice(NULL, 0), file);
    if (charset.source != NB_CHARSET_BOM && nb_slice_find_byte(file, 0, 0) != NB_NPOS) {
        return nb_error_set(error, NB_ESYNTAX, "it is no plain text: save it as text in UTF-8");
    }
    enum nb_err err = nb_charset_decode(charset, file, arena, out);
    err = err == NB_OK ? nb_text_nfc(*out, arena, out) : err;
    return err == NB_OK ? err : nb_error_set(error, err, "it cannot be read as text");
}

static enum nb_err add(struct nb_own_texts *texts, struct nb_slice text, struct nb_arena *arena,
                       struct nb_error *error)
{
    struct tr_token *tokens;
    size_t n;
    text = nb_slice_trim(text);
    if (!text.len) {
        return NB_OK;
    }
    if (texts->n == NB_OWN_TEXTS_MAX) {
        return nb_error_set(error, NB_ETOOBIG, "more than %d texts: ask for some of them",
                            NB_OWN_TEXTS_MAX);
    }
    enum nb_err err = tr_tokenise(text, arena, &tokens, &n);
    if (err == NB_OK) {
        err = nb_shingles_of(NULL, 0, tokens, n, arena, &texts->all[texts->n]);
    }
    if (err != NB_OK) {
        return nb_error_set(error, err, "%s", nb_strerror(err));
    }
    texts->n++;
    return texts->all[texts->n - 1].n
               ? NB_OK
               : nb_error_set(error, NB_ESYNTAX,
                              "text %zu has fewer than %d different words: too few to tell its "
                              "copies by",
                              texts->n, NB_SHINGLE_WORDS_LEAST);
}

enum nb_err nb_own_texts_read(struct nb_slice file, struct nb_arena *arena,
                              struct nb_own_texts *out, struct nb_error *error)
{
    struct nb_slice rest, line;
    struct nb_own_texts texts = {nb_arena_calloc(arena, NB_OWN_TEXTS_MAX, sizeof(*texts.all)), 0};
    if (!texts.all) {
        return nb_error_set(error, NB_ENOMEM, "%s", nb_strerror(NB_ENOMEM));
    }
    if (file.len > NB_OWN_TEXTS_BYTES) {
        return nb_error_set(error, NB_ETOOBIG, "over %d bytes", NB_OWN_TEXTS_BYTES);
    }
    enum nb_err err = decode(file, arena, &rest, error);
    if (err != NB_OK) {
        return err;
    }
    struct nb_slice text = nb_slice_sub(rest, 0, 0);
    while (err == NB_OK && nb_slice_split(&rest, '\n', &line)) {
        if (nb_slice_eq(nb_slice_trim(line), NB_LIT("---"))) {
            err = add(&texts, text, arena, error);
            text = nb_slice(line.p + line.len, 0);
        } else {
            text = nb_slice(text.len ? text.p : line.p,
                            text.len ? (size_t)(line.p + line.len - text.p) : line.len);
        }
    }
    err = err == NB_OK ? add(&texts, text, arena, error) : err;
    if (err == NB_OK && !texts.n) {
        err = nb_error_set(error, NB_ESYNTAX, "there is no text in it");
    }
    if (err == NB_OK) {
        *out = texts;
    }
    return err;
}
