#include "tests/bench/index/corpus.h"

#include "tests/lib/test.h"

#include "analyzer/index/entry.h"
#include "analyzer/knowledge_private.h"

enum { POSTS_MAX = 40000, ARENA_BYTES = 1 << 30, FIRST_S = 1760000000 };

uint32_t random_below(struct random *random, uint32_t n)
{
    random->state = random->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random->state >> 33) % n;
}

/* Terms of the same position side by side, without those that are a title's. */
static void write_text(struct nb_slice words, struct nb_buf *out, uint32_t *positions)
{
    size_t at = 0;
    uint64_t len, steps = 0;
    bool first = true;
    *positions = 0;
    while (at < words.len && nb_leb_read(words, &at, &len)) {
        if (len == 0) {
            (void)!nb_leb_read(words, &at, &steps);
            for (uint64_t i = 0; i < steps; i++) {
                nb_buf_add_byte(out, ' ');
            }
            *positions += (uint32_t)steps;
            first = true;
        } else {
            struct nb_slice term = nb_slice(words.p + at, (size_t)len);
            bool pair = term.p[0] == NB_TERM_PAIR || term.p[0] == NB_TERM_PAIR_ROOT; /* our own */
            bool plain = !pair && nb_slice_find_byte(term, '|', 0) == NB_NPOS &&
                         nb_slice_find_byte(term, ' ', 0) == NB_NPOS;
            if (plain) { /* else an emoticon or a number with spaces in it */
                nb_buf_add_str(out, first ? "" : "|");
                /* As phrases do: without suffixes behind an apostrophe is as written, too. */
                nb_buf_add_byte(out, term.p[0] == NB_TERM_PART ? NB_TERM_FORM : term.p[0]);
                nb_buf_add(out, nb_slice_sub(term, 1, term.len));
                first = false;
            }
            at += (size_t)len;
        }
    }
}

static bool add_sentence(struct corpus *corpus, const struct nb_knowledge *knowledge,
                         struct nb_word_cache *cache, struct nb_arena *scratch,
                         struct nb_slice text)
{
    struct nb_annotation *annotation;
    struct nb_slice words;
    struct nb_buf out;
    struct nb_document *document = nb_document_new(scratch);
    document->text = nb_arena_strdup(scratch, text);
    if (nb_annotate_for_index(document, knowledge, cache, scratch, &annotation, &words) != NB_OK) {
        return false;
    }
    struct sentence *sentence = &corpus->sentences[corpus->n];
    nb_buf_init(&out, 1 << 20);
    write_text(words, &out, &sentence->positions);
    sentence->words = nb_arena_copy(corpus->arena, words);
    sentence->text = nb_arena_copy(corpus->arena, nb_buf_slice(&out));
    nb_buf_fini(&out);
    corpus->n += sentence->positions > 1;
    return sentence->words.p && sentence->text.p;
}

/* Every sentence of a post becomes one of ours. */
static bool add_post(struct corpus *corpus, const struct nb_knowledge *knowledge,
                     struct nb_word_cache *cache, struct nb_arena *scratch, struct nb_slice post)
{
    struct tr_token *tokens;
    struct tr_sentence *sentences;
    size_t tokens_n, n;
    nb_arena_reset(scratch);
    if (tr_tokenise(post, scratch, &tokens, &tokens_n) != NB_OK ||
        tr_sentences(post, tokens, tokens_n, NULL, scratch, &sentences, &n) != NB_OK) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct nb_slice text =
            nb_slice_sub(post, tokens[sentences[i].begin].begin, tokens[sentences[i].end - 1].end);
        if (corpus->n == POSTS_MAX * 4 || !add_sentence(corpus, knowledge, cache, scratch, text)) {
            return false;
        }
    }
    return true;
}

static bool add_file(struct corpus *corpus, const struct nb_knowledge *knowledge,
                     struct nb_word_cache *cache, struct nb_arena *scratch, const char *name)
{
    const char *path = nbt_data(name);
    struct nb_slice line, rest = path ? nbt_read_file(path, corpus->arena) : nb_slice(NULL, 0);
    bool header = true, good = rest.p != NULL;
    while (good && nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice part = line, last = line;
        while (nb_slice_split(&line, '\t', &part)) {
            last = part;
        }
        good = header || !last.len || add_post(corpus, knowledge, cache, scratch, last);
        header = false;
    }
    return good;
}

bool corpus_open(struct corpus *corpus)
{
    struct nb_knowledge *knowledge = NULL;
    struct nb_word_cache *cache = nb_word_cache_new();
    struct nb_arena *scratch = nb_arena_new(64u << 20);
    *corpus = (struct corpus){.arena = nb_arena_new(ARENA_BYTES)};
    bool good = cache && scratch && corpus->arena &&
                nb_knowledge_load("lexicons", NULL, &knowledge, NULL, NULL) == NB_OK;
    if (good) {
        corpus->sentences =
            nb_arena_alloc(corpus->arena, (POSTS_MAX * 4 + 1) * sizeof(*corpus->sentences));
        good = corpus->sentences &&
               add_file(corpus, knowledge, cache, scratch, "posts/unlabelled.tsv") &&
               add_file(corpus, knowledge, cache, scratch, "posts/train.tsv") && corpus->n;
    }
    corpus->knowledge = knowledge;
    corpus->speller = good ? &knowledge->words.normaliser.turkish.speller : NULL;
    nb_word_cache_free(cache);
    nb_arena_free(scratch);
    return good;
}

void corpus_close(struct corpus *corpus)
{
    nb_knowledge_free(corpus->knowledge);
    nb_arena_free(corpus->arena);
}

void corpus_next(const struct corpus *corpus, struct random *random, struct bench_document *out)
{
    uint64_t time_s = out->time_s ? out->time_s : FIRST_S;
    *out = (struct bench_document){.n = 1 + random_below(random, SENTENCES_MAX)};
    for (size_t i = 0; i < out->n; i++) {
        out->sentences[i] = &corpus->sentences[random_below(random, (uint32_t)corpus->n)];
    }
    out->site = random_below(random, 1 + random_below(random, SITES_N));
    out->label = random_below(random, LABELS_N);
    out->time_s = time_s + random_below(random, 30);
}

void corpus_entry(const struct bench_document *document, struct nb_buf *out)
{
    char text[16];
    nb_buf_reset(out);
    nb_leb_write(out, document->time_s);
    nb_leb_write(out, 0);
    nb_entry_term(out, NB_TERM_ALL, nb_slice("", 0));
    (void)snprintf(text, sizeof(text), "site%u", document->site);
    nb_entry_term(out, NB_TERM_SITE, nb_slice_str(text));
    (void)snprintf(text, sizeof(text), "%u", document->label);
    nb_entry_term(out, NB_TERM_SENTIMENT, nb_slice_str(text));
    for (size_t i = 0; i < document->n; i++) {
        nb_buf_add(out, document->sentences[i]->words);
        nb_entry_step(out, 1); /* no phrase goes on in the next sentence */
    }
}

void corpus_text(const struct bench_document *document, struct nb_buf *out)
{
    nb_buf_reset(out);
    for (size_t i = 0; i < document->n; i++) {
        nb_buf_add(out, document->sentences[i]->text);
        nb_buf_add_byte(out, ' ');
    }
}

struct nb_slice corpus_term(const struct sentence *sentence, uint32_t position, char kind)
{
    struct nb_slice rest = sentence->text, word, term;
    for (uint32_t i = 0; nb_slice_split(&rest, ' ', &word); i++) {
        while (i == position && nb_slice_split(&word, '|', &term)) {
            if (term.len > 1 && term.p[0] == kind) {
                return term;
            }
        }
    }
    return nb_slice(NULL, 0);
}
