/*
 * The index against what a reader with all documents at hand would say: random documents, random
 * plans, some documents taken out of force, batches of random size.
 */
#include "tests/lib/test.h"
#include "tests/unit/dump.h"

#include "analyzer/index/entry.h"
#include "analyzer/index/plan.h"
#include "analyzer/index/vocabulary.h"

enum { DOCUMENTS_N = 9500, WORDS_N = 40, WORDS_MAX = 12, PLANS_N = 300, GONE_EVERY = 13 };

struct random {
    uint64_t state;
};

static uint32_t below(struct random *r, uint32_t n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->state >> 33) % n;
}

/* Words of a document; 0 is none. Few words are frequent and many are rare, as in texts. */
struct text {
    uint64_t number;
    uint8_t words[WORDS_MAX];
    uint32_t n, reach;
    uint64_t time_s;
    bool gone;
};

struct world {
    char *dir;
    struct nb_store *store;
    struct nb_arena *arena, *scratch;
    struct text *texts;
    size_t n;
};

static struct nb_slice word_text(uint8_t word, char out[8])
{
    int n = snprintf(out, 8, "w%u", word);
    return nb_slice(out, (size_t)n);
}

static void make_texts(struct world *w, struct random *r)
{
    w->n = DOCUMENTS_N;
    w->texts = nb_arena_calloc(w->arena, w->n, sizeof(*w->texts));
    uint64_t number = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct text *text = &w->texts[i];
        number += 1u + (below(r, 50) == 0) + (below(r, 3000) == 0 ? 1500u : 0);
        *text = (struct text){.number = number,
                              .n = below(r, WORDS_MAX),
                              .reach = below(r, 5) ? 0 : below(r, 500),
                              .time_s = 1700000000u + i * 60 + below(r, 7200)};
        for (uint32_t k = 0; k < text->n; k++) {
            text->words[k] = (uint8_t)(1 + below(r, 1 + below(r, WORDS_N)));
        }
    }
}

static void entry_of(const struct text *text, struct nb_buf *out)
{
    static const char all[] = {NB_TERM_ALL};
    char bytes[8];
    nb_buf_reset(out);
    nb_leb_write(out, text->time_s);
    nb_leb_write(out, text->reach);
    nb_leb_write(out, 1);
    nb_buf_add(out, nb_slice(all, 1));
    for (uint32_t i = 0; i < text->n; i++) {
        nb_entry_term(out, NB_TERM_FORM, word_text(text->words[i], bytes));
        nb_entry_step(out, 1);
    }
}

struct batch {
    struct world *world;
    size_t from, to;
};

static enum nb_err write_batch(struct nb_txn *txn, void *arg)
{
    struct batch *batch = arg;
    struct nb_index_tail tail = {.known = false};
    struct nb_buf entry;
    nb_buf_init(&entry, NB_ENTRY_BYTES_MAX);
    enum nb_err err = NB_OK;
    for (size_t i = batch->from; err == NB_OK && i < batch->to; i++) {
        struct text *text = &batch->world->texts[i];
        entry_of(text, &entry);
        err = nb_index_add(txn, &tail, text->number, nb_buf_slice(&entry));
        if (err == NB_OK && i >= GONE_EVERY && i % GONE_EVERY == 0) {
            struct text *gone = &batch->world->texts[i / 2];
            gone->gone = true;
            err = nb_index_retract(txn, gone->number);
        }
    }
    nb_buf_fini(&entry);
    return err;
}

static void open_world(struct world *w, struct random *batches)
{
    struct random r = {.state = 42};
    const struct nb_store_options options = {.map_bytes = 1 << 20, .max_bytes = 1u << 30};
    *w = (struct world){.dir = nbt_tmpdir(),
                        .arena = nb_arena_new(256u << 20),
                        .scratch = nb_arena_new(256u << 20)};
    assert_int_equal(nb_store_open(w->dir, NB_STORE_ANALYSIS, &options, &w->store, NULL), NB_OK);
    make_texts(w, &r);
    for (size_t at = 0; at < w->n;) {
        struct batch batch = {w, at, at + 1 + below(batches, 700)};
        batch.to = batch.to < w->n ? batch.to : w->n;
        assert_int_equal(nb_store_write(w->store, write_batch, &batch, NULL), NB_OK);
        at = batch.to;
    }
}

static void close_world(struct world *w)
{
    nb_store_close(w->store);
    nb_arena_free(w->arena);
    nb_arena_free(w->scratch);
    nbt_rmdir(w->dir);
}

/* Plans */

static struct nb_plan *new_plan(struct world *w, enum nb_plan_kind kind, size_t children_n)
{
    struct nb_plan *plan = nb_arena_calloc(w->arena, 1, sizeof(*plan));
    plan->kind = kind;
    plan->children_n = children_n;
    plan->children = nb_arena_calloc(w->arena, children_n, sizeof(struct nb_plan *));
    return plan;
}

static struct nb_plan *random_words(struct world *w, struct random *r)
{
    bool prefix = below(r, 6) == 0;
    struct nb_plan *plan = new_plan(w, prefix ? NB_PLAN_PREFIX : NB_PLAN_TERMS, 0);
    plan->terms_n = prefix ? 1 : 1 + below(r, 3);
    struct nb_slice *terms = nb_arena_alloc(w->arena, plan->terms_n * sizeof(*terms));
    for (size_t i = 0; i < plan->terms_n; i++) {
        uint32_t word = 1 + below(r, prefix ? 4 : WORDS_N + 2); /* some are nowhere */
        terms[i] = nb_slice_str(nb_arena_printf(w->arena, "Ww%u", word));
    }
    plan->terms = terms;
    return plan;
}

static struct nb_plan *random_run(struct world *w, struct random *r)
{
    struct nb_plan *plan = new_plan(w, NB_PLAN_RUN, 2 + below(r, 2));
    for (size_t i = 0; i < plan->children_n; i++) {
        do {
            plan->children[i] = random_words(w, r);
        } while (plan->children[i]->kind != NB_PLAN_TERMS);
    }
    return plan;
}

/* Something that stands at places of a document. */
static struct nb_plan *random_placed(struct world *w, struct random *r, int depth)
{
    uint32_t kind = below(r, depth > 0 ? 5 : 2);
    if (kind < 2) {
        return random_words(w, r);
    }
    if (kind == 2) {
        return random_run(w, r);
    }
    struct nb_plan *plan = new_plan(w, kind == 3 ? NB_PLAN_NEAR : NB_PLAN_OR, 2);
    plan->between = below(r, 5);
    plan->ordered = below(r, 2);
    plan->children[0] = random_placed(w, r, depth - 1);
    plan->children[1] = random_placed(w, r, depth - 1);
    return plan;
}

static struct nb_plan *random_number(struct world *w, struct random *r)
{
    static const enum nb_plan_kind kinds[] = {NB_PLAN_REACH, NB_PLAN_SINCE, NB_PLAN_UNTIL};
    struct nb_plan *plan = new_plan(w, kinds[below(r, 3)], 0);
    plan->number =
        plan->kind == NB_PLAN_REACH ? below(r, 500) : w->texts[below(r, (uint32_t)w->n)].time_s;
    return plan;
}

static struct nb_plan *random_plan(struct world *w, struct random *r, int depth)
{
    uint32_t kind = below(r, depth > 0 ? 8 : 3);
    if (kind == 2) {
        return random_number(w, r);
    }
    if (kind < 4) {
        return random_placed(w, r, 2);
    }
    struct nb_plan *plan = kind == 4 ? new_plan(w, NB_PLAN_NOT, 1)
                                     : new_plan(w, kind == 5 ? NB_PLAN_OR : NB_PLAN_AND, 2);
    for (size_t i = 0; i < plan->children_n; i++) {
        plan->children[i] = random_plan(w, r, depth - 1);
    }
    return plan;
}

/* What a reader says */

static bool is_named(const struct nb_plan *plan, uint8_t word)
{
    char bytes[8];
    struct nb_slice text = word_text(word, bytes);
    for (size_t i = 0; i < plan->terms_n; i++) {
        struct nb_slice term = nb_slice_sub(plan->terms[i], 1, plan->terms[i].len);
        if (plan->kind == NB_PLAN_PREFIX ? nb_slice_starts(text, term) : nb_slice_eq(text, term)) {
            return true;
        }
    }
    return false;
}

/* True when the plan has a match from word begin to word end. */
static bool spans(const struct nb_plan *plan, const struct text *text, uint32_t begin, uint32_t end)
{
    bool whole = true;
    switch (plan->kind) {
    case NB_PLAN_TERMS:
    case NB_PLAN_PREFIX:
        return begin == end && is_named(plan, text->words[begin]);
    case NB_PLAN_OR:
        return spans(plan->children[0], text, begin, end) ||
               spans(plan->children[1], text, begin, end);
    case NB_PLAN_RUN:
        for (uint32_t i = 0; i < plan->children_n; i++) {
            whole =
                whole && begin + i <= end && is_named(plan->children[i], text->words[begin + i]);
        }
        return whole && end - begin + 1 == plan->children_n;
    default:
        break;
    }
    assert_int_equal(plan->kind, NB_PLAN_NEAR);
    for (uint32_t a = begin; a <= end; a++) {
        for (uint32_t b = a + 1; b <= end && b - a - 1 <= plan->between; b++) {
            bool in_order =
                spans(plan->children[0], text, begin, a) && spans(plan->children[1], text, b, end);
            bool swapped = !plan->ordered && spans(plan->children[1], text, begin, a) &&
                           spans(plan->children[0], text, b, end);
            if (in_order || swapped) {
                return true;
            }
        }
    }
    return false;
}

static bool stands(const struct nb_plan *plan, const struct text *text)
{
    for (uint32_t begin = 0; begin < text->n; begin++) {
        for (uint32_t end = begin; end < text->n; end++) {
            if (spans(plan, text, begin, end)) {
                return true;
            }
        }
    }
    return false;
}

static bool holds(const struct nb_plan *plan, const struct text *text)
{
    switch (plan->kind) {
    case NB_PLAN_REACH:
        return text->reach > plan->number;
    case NB_PLAN_SINCE:
        return text->time_s >= plan->number;
    case NB_PLAN_UNTIL:
        return text->time_s < plan->number;
    case NB_PLAN_NOT:
        return !holds(plan->children[0], text);
    case NB_PLAN_AND:
        return holds(plan->children[0], text) && holds(plan->children[1], text);
    case NB_PLAN_OR:
        return holds(plan->children[0], text) || holds(plan->children[1], text);
    default:
        return stands(plan, text);
    }
}

static const struct text *text_of(const struct world *w, uint64_t number)
{
    size_t low = 0, high = w->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->texts[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < w->n && w->texts[low].number == number ? &w->texts[low] : NULL;
}

static void compare(const struct world *w, const struct nb_index *index, const struct nb_plan *plan)
{
    size_t found_n = 0, want_n = 0;
    for (size_t i = 0; i < index->segments_n; i++) {
        struct nb_bits *bits;
        uint64_t count;
        assert_int_equal(nb_plan_find(plan, index, i, w->scratch, &bits), NB_OK);
        assert_int_equal(nb_plan_count(plan, index, i, w->scratch, &count), NB_OK);
        assert_int_equal(count, nb_bits_count(bits));
        size_t n;
        nb_arena_reset(w->scratch);
        const uint32_t *places = nb_bits_list(bits, w->scratch, &n);
        for (size_t k = 0; k < n; k++) {
            const struct text *text = text_of(w, index->segments[i].first + places[k]);
            assert_true(text && !text->gone && holds(plan, text));
        }
        found_n += n;
        nb_bits_free(bits);
    }
    for (size_t i = 0; i < w->n; i++) {
        want_n += !w->texts[i].gone && holds(plan, &w->texts[i]);
    }
    assert_int_equal(found_n, want_n);
}

static void any_plan_finds_what_a_reader_would_find(void **state)
{
    (void)state;
    struct world w;
    struct nb_index index;
    struct nb_txn *txn;
    struct random batches = {.state = 7}, r = {.state = 4711};
    open_world(&w, &batches);
    assert_int_equal(nb_read_begin(w.store, &txn, NULL), NB_OK);
    assert_int_equal(nb_index_open(txn, w.arena, &index), NB_OK);
    assert_true(index.segments_n > 2);
    assert_int_equal(index.segments[0].level, 1);
    for (size_t i = 0; i < PLANS_N; i++) {
        compare(&w, &index, random_plan(&w, &r, 3));
    }
    nb_index_close(&index);
    nb_read_end(txn);
    close_world(&w);
}

static void batches_of_any_size_make_the_same_bytes(void **state)
{
    (void)state;
    struct world w;
    struct random batches = {.state = 7};
    open_world(&w, &batches);
    struct nb_buf first = dump_store(w.store);
    close_world(&w);
    batches.state = 12345;
    open_world(&w, &batches);
    struct nb_buf second = dump_store(w.store);
    close_world(&w);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.p, second.p, first.len);
    nb_buf_fini(&first);
    nb_buf_fini(&second);
}

static void the_vocabulary_has_every_term_once_with_all_its_documents(void **state)
{
    (void)state;
    struct world w;
    struct nb_index index;
    struct nb_txn *txn;
    struct nb_vocabulary vocabulary;
    struct random batches = {.state = 7};
    open_world(&w, &batches);
    assert_int_equal(nb_read_begin(w.store, &txn, NULL), NB_OK);
    assert_int_equal(nb_index_open(txn, w.arena, &index), NB_OK);
    assert_int_equal(nb_vocabulary_open(&index, NB_LIT("Ww1"), w.arena, &vocabulary), NB_OK);
    size_t terms_n = 0;
    enum nb_err err;
    while ((err = nb_vocabulary_next(&vocabulary)) == NB_OK) {
        size_t n = 0, want_n = 0;
        int64_t word;
        for (size_t i = 0; i < vocabulary.at_n; i++) {
            n += vocabulary.at[i].term.n;
        }
        assert_true(nb_slice_to_i64(nb_slice_sub(vocabulary.text, 2, vocabulary.text.len), &word));
        for (size_t i = 0; i < w.n; i++) {
            want_n += memchr(w.texts[i].words, (int)word, w.texts[i].n) != NULL;
        }
        assert_int_equal(n, want_n);
        terms_n++;
    }
    assert_int_equal(err, NB_ENOTFOUND);
    assert_int_equal(terms_n, 11); /* w1, w10 .. w19 */
    nb_index_close(&index);
    nb_read_end(txn);
    close_world(&w);
}

static void a_segment_with_any_byte_changed_is_read_without_harm(void **state)
{
    (void)state;
    struct random r = {.state = 99};
    struct nb_segment_writer *writer = nb_segment_writer_new();
    struct nb_arena *arena = nb_arena_new(64u << 20);
    struct nb_buf entry;
    struct nb_numbered_entry entries[600];
    struct nb_slice bytes;
    nb_buf_init(&entry, NB_ENTRY_BYTES_MAX);
    for (size_t i = 0; i < 600; i++) {
        struct text text = {.number = i + 1, .n = 8, .time_s = 1700000000u + i};
        for (size_t k = 0; k < text.n; k++) {
            text.words[k] = (uint8_t)(1 + below(&r, 1 + below(&r, WORDS_N)));
        }
        entry_of(&text, &entry);
        entries[i] = (struct nb_numbered_entry){i + 1, nb_arena_copy(arena, nb_buf_slice(&entry))};
    }
    assert_int_equal(nb_entries_index(entries, 600, writer, &bytes), NB_OK);
    char *copy = nb_arena_strdup(arena, bytes);
    assert_non_null(copy);
    for (size_t round = 0; round < 3000; round++) {
        size_t at = below(&r, (uint32_t)bytes.len);
        char before = copy[at];
        copy[at] = (char)below(&r, 256);
        struct nb_segment segment;
        if (nb_segment_open(nb_slice(copy, bytes.len), 1, &segment) == NB_OK) {
            struct nb_term_cursor cursor;
            enum nb_err err = nb_term_seek(&cursor, &segment, NB_LIT(""));
            while (err == NB_OK) {
                struct nb_bits *bits = NULL;
                if (nb_term_bits(&segment, &cursor.term, &bits) == NB_OK) {
                    assert_int_equal(nb_bits_count(bits), cursor.term.n);
                }
                nb_bits_free(bits);
                err = nb_term_next(&cursor);
            }
            assert_true(err == NB_ENOTFOUND || err == NB_ECORRUPT);
        }
        copy[at] = before;
    }
    nb_buf_fini(&entry);
    nb_arena_free(arena);
    nb_segment_writer_free(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_plan_finds_what_a_reader_would_find),
        cmocka_unit_test(batches_of_any_size_make_the_same_bytes),
        cmocka_unit_test(the_vocabulary_has_every_term_once_with_all_its_documents),
        cmocka_unit_test(a_segment_with_any_byte_changed_is_read_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
