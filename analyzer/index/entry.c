#include "analyzer/index/entry.h"

#include <stdio.h>

#include <nabiz/hash.h>
#include <nabiz/text.h>

#include "analyzer/topics/query_meaning.h"

enum { FREQUENT = 9, FORMS_MAX = 3 }; /* doublings of a count, see tr_speller_frequency() */

bool nb_entry_pair(const struct tr_speller *speller, enum nb_term_kind kind, struct nb_slice first,
                   struct nb_slice second, char out[NB_TERM_BYTES_MAX], struct nb_slice *term)
{
    if (!speller || first.len + second.len + 2 > NB_TERM_BYTES_MAX ||
        tr_speller_frequency(speller, first) < FREQUENT ||
        tr_speller_frequency(speller, second) < FREQUENT) {
        return false;
    }
    int n = snprintf(out, NB_TERM_BYTES_MAX, "%c%.*s %.*s", kind, NB_ARG(first), NB_ARG(second));
    *term = nb_slice(out, n > 0 ? (size_t)n : 0);
    return true;
}

void nb_entry_term(struct nb_buf *entry, enum nb_term_kind kind, struct nb_slice text)
{
    text = nb_utf8_cut(text, NB_TERM_BYTES_MAX - 2);
    nb_leb_write(entry, text.len + 1);
    nb_buf_add_byte(entry, (char)kind);
    nb_buf_add(entry, text);
}

/* A word of the title is also kept as such. */
static void add_word(struct nb_buf *entry, bool in_title, enum nb_term_kind kind,
                     struct nb_slice text)
{
    if (!text.len) {
        return;
    }
    nb_entry_term(entry, kind, text);
    if (in_title) {
        text = nb_utf8_cut(text, NB_TERM_BYTES_MAX - 2);
        nb_leb_write(entry, text.len + 2);
        nb_buf_add_byte(entry, NB_TERM_TITLE);
        nb_buf_add_byte(entry, (char)kind);
        nb_buf_add(entry, text);
    }
}

void nb_entry_step(struct nb_buf *entry, uint64_t positions)
{
    nb_buf_add_byte(entry, '\0');
    nb_leb_write(entry, positions);
}

/* A word as it may be looked for. */
struct word {
    struct nb_slice forms[FORMS_MAX]; /* as written first */
    size_t forms_n;
    struct nb_slice roots[TR_ANALYSES_MAX];
    size_t roots_n;
};

/* Roots of the readings that standing queries match by. */
static void read_roots(const struct tr_lexicon *lexicon, const struct tr_reading *reading,
                       struct word *out)
{
    tr_key seen[TR_ANALYSES_MAX];
    for (size_t i = 0; i < reading->analyses_n; i++) {
        bool is_new = reading->keys[i] && nb_query_reads(reading, i);
        for (size_t k = 0; k < out->roots_n; k++) {
            is_new = is_new && seen[k] != reading->keys[i];
        }
        if (is_new) {
            seen[out->roots_n] = reading->keys[i];
            out->roots[out->roots_n++] = tr_lexicon_key_text(lexicon, reading->keys[i]);
        }
    }
}

static void read_word(const struct tr_lexicon *lexicon, const struct tr_token *token,
                      const struct tr_reading *reading, struct word *out)
{
    struct nb_slice form = token->folded, stem = nb_slice_sub(form, 0, token->stem_len);
    *out = (struct word){.forms_n = 0};
    if (token->kind == TR_URL || !form.len) {
        return;
    }
    out->forms[out->forms_n++] = form;
    if (token->kind == TR_HASHTAG || token->kind == TR_MENTION) {
        return;
    }
    if (stem.len && stem.len < form.len) {
        out->forms[out->forms_n++] = stem;
    }
    if (reading->normal.len && !nb_slice_eq(reading->normal, form) &&
        !nb_slice_eq(reading->normal, stem)) {
        out->forms[out->forms_n++] = reading->normal;
    }
    read_roots(lexicon, reading, out);
}

static void add_pair(struct nb_buf *entry, const struct tr_speller *speller, enum nb_term_kind kind,
                     struct nb_slice first, struct nb_slice second)
{
    char text[NB_TERM_BYTES_MAX];
    struct nb_slice term;
    if (nb_entry_pair(speller, kind, first, second, text, &term)) {
        nb_leb_write(entry, term.len);
        nb_buf_add(entry, term);
    }
}

static void add_pairs(struct nb_buf *entry, const struct tr_speller *speller,
                      const struct word *first, const struct word *second)
{
    for (size_t i = 0; i < first->forms_n; i++) {
        for (size_t k = 0; k < second->forms_n; k++) {
            add_pair(entry, speller, NB_TERM_PAIR, first->forms[i], second->forms[k]);
        }
        for (size_t k = 0; k < second->roots_n; k++) {
            add_pair(entry, speller, NB_TERM_PAIR_ROOT, first->forms[i], second->roots[k]);
        }
    }
}

/* A handle may name its host. */
static void add_handle(struct nb_buf *entry, bool in_title, struct nb_slice handle)
{
    size_t at = nb_slice_find_byte(handle, '@', 0);
    add_word(entry, in_title, NB_TERM_HANDLE, handle);
    if (at != NB_NPOS) {
        add_word(entry, in_title, NB_TERM_HANDLE, nb_slice_sub(handle, 0, at));
    }
}

static void add_token(struct nb_buf *entry, bool in_title, const struct tr_token *token,
                      const struct word *word)
{
    for (size_t i = 0; i < word->forms_n; i++) {
        add_word(entry, in_title, i == 0 ? NB_TERM_FORM : NB_TERM_PART, word->forms[i]);
    }
    for (size_t i = 0; i < word->roots_n; i++) {
        add_word(entry, in_title, NB_TERM_LEMMA, word->roots[i]);
    }
    if (token->kind == TR_HASHTAG) {
        add_word(entry, in_title, NB_TERM_HASHTAG, token->folded);
    } else if (token->kind == TR_MENTION) {
        add_handle(entry, in_title, token->folded);
    }
}

/* @return how many positions there are. */
static uint64_t add_text(struct nb_buf *entry, const struct tr_lexicon *lexicon,
                         const struct tr_speller *speller, bool in_title,
                         const struct nb_entry_text *text)
{
    uint64_t positions = 0;
    struct word words[2] = {{.forms_n = 0}};
    for (size_t i = 0; i < text->n && entry->err == NB_OK; i++) {
        if (!nb_entry_counts(&text->tokens[i])) {
            continue;
        }
        struct word *word = &words[positions % 2];
        read_word(lexicon, &text->tokens[i], &text->readings[i], word);
        add_pairs(entry, speller, &words[(positions + 1) % 2], word);
        add_token(entry, in_title, &text->tokens[i], word);
        nb_entry_step(entry, 1);
        positions++;
    }
    return positions;
}

enum nb_err nb_entry_words(const struct tr_lexicon *lexicon, const struct tr_speller *speller,
                           const struct nb_entry_text *title, const struct nb_entry_text *text,
                           struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_buf entry;
    nb_buf_init(&entry, NB_ENTRY_BYTES_MAX);
    if (add_text(&entry, lexicon, speller, true, title) > 0) {
        nb_entry_step(&entry, NB_TITLE_GAP);
    }
    (void)add_text(&entry, lexicon, speller, false, text);
    *out = nb_arena_copy(arena, nb_buf_slice(&entry));
    nb_buf_fini(&entry);
    return out->p ? NB_OK : NB_ENOMEM;
}

static void add_str(struct nb_buf *entry, enum nb_term_kind kind, const char *text)
{
    if (text && text[0]) {
        nb_entry_term(entry, kind, nb_slice_str(text));
    }
}

static void add_author(struct nb_buf *entry, struct nb_slice id)
{
    size_t slash = nb_slice_find_byte(id, '/', 0);
    if (id.len) {
        nb_entry_term(entry, NB_TERM_AUTHOR, id);
    }
    if (slash != NB_NPOS && slash + 1 < id.len) {
        nb_entry_term(entry, NB_TERM_NAME, nb_slice_sub(id, slash + 1, id.len));
    }
}

static void add_facets(const struct nb_document *document, const struct nb_annotation *a,
                       struct nb_slice author, struct nb_buf *out)
{
    nb_entry_term(out, NB_TERM_ALL, nb_slice(NULL, 0));
    add_str(out, NB_TERM_SITE, a->site);
    add_author(out, author);
    if (document->has_source && document->source.len == NB_ID_BYTES) {
        char hex[NB_ID_HEX];
        nb_hex(nb_slice(document->source.data, document->source.len), hex);
        add_str(out, NB_TERM_SOURCE, hex);
    }
    if (a->has_kind) {
        add_str(out, NB_TERM_KIND, nb_kind_name(a->kind));
    }
    add_str(out, NB_TERM_LANG, a->language);
    if (a->sentiment && a->sentiment->has_label) {
        add_str(out, NB_TERM_SENTIMENT, nb_label_name(a->sentiment->label));
    }
    for (size_t i = 0; i < a->n_intents; i++) {
        add_str(out, NB_TERM_INTENT, a->intents[i]);
    }
    for (size_t i = 0; i < a->n_emotions; i++) {
        add_str(out, NB_TERM_EMOTION, a->emotions[i]->type);
    }
    for (size_t i = 0; i < a->n_life_events; i++) {
        add_str(out, NB_TERM_EVENT, a->life_events[i]->type);
    }
    for (size_t i = 0; i < a->n_topics; i++) {
        add_str(out, NB_TERM_TOPIC, a->topics[i]->topic);
    }
    if (a->has_cluster) {
        char text[24];
        (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)a->cluster);
        add_str(out, NB_TERM_CLUSTER, text);
    }
}

enum nb_err nb_entry_make(const struct nb_document *document, const struct nb_annotation *a,
                          struct nb_slice author, struct nb_slice words, struct nb_buf *out)
{
    nb_leb_write(out, a->at_ms > 0 ? (uint64_t)a->at_ms / 1000 : 0);
    nb_leb_write(out, a->comments_n < UINT32_MAX ? a->comments_n : UINT32_MAX);
    add_facets(document, a, author, out);
    nb_buf_add(out, words);
    return nb_buf_finish(out, NULL);
}
