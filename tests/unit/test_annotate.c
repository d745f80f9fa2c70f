#include "tests/unit/knowledge_world.h"

#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/mem.h>
#include <nabiz/thread.h>

static int set_up(void **state)
{
    char *topics = nbt_tmpdir();
    knowledge_world_topic(topics, "fatura.topic", "# bills\nfatura\n");
    knowledge_world_topic(topics, "zirve.topic", "zirvetel OR \"zirve mobil\"\n");
    knowledge_world_topic(topics, "broken.topic", "a AND (b\n");
    return knowledge_world_open(state, topics, 1);
}

static char *text(struct nb_arena *arena, const char *s)
{
    return nb_arena_strdup(arena, nb_slice_str(s));
}

static struct nb_annotation *annotate_text(struct knowledge_world *f, const char *s)
{
    return knowledge_world_annotate(f, knowledge_world_document(f, s));
}

static void topics_find_every_inflected_form_and_give_its_place(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *text, *topic;
        uint32_t begin, end;
    } rows[] = {
        {"yeni faturamı gördüm", "fatura", 5, 14},
        {"faturaların hepsi yanlış", "fatura", 0, 12},
        {"FATURA geldi", "fatura", 0, 6},
        {"fatura’nın günü", "fatura", 0, 13},
        {"Zirvetel'den bıktım", "zirve", 0, 12},
        {"zirvetelin hattı", "zirve", 0, 10},
        {"bir zirve mobilden diğerine", "zirve", 4, 18},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_annotation *a = annotate_text(f, rows[i].text);
        if (a->n_topics != 1) {
            fail_msg("\"%s\" has %zu topics", rows[i].text, a->n_topics);
        }
        assert_string_equal(a->topics[0]->topic, rows[i].topic);
        assert_int_equal(a->topics[0]->n_spans, 1);
        assert_int_equal(a->topics[0]->spans[0]->begin, rows[i].begin);
        assert_int_equal(a->topics[0]->spans[0]->end, rows[i].end);
    }
    assert_int_equal(annotate_text(f, "zirveden sonra mobil kaldı")->n_topics, 0);
}

static void a_title_counts_for_topics_and_opinion_but_has_no_spans(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_document *document = nb_document_new(f->arena);
    document->title = text(f->arena, "Fatura rezaleti");
    document->text = text(f->arena, "ayrıntılar yazıda");
    struct nb_annotation *a = knowledge_world_annotate(f, document);
    assert_int_equal(a->n_topics, 1);
    assert_string_equal(a->topics[0]->topic, "fatura");
    assert_int_equal(a->topics[0]->n_spans, 0);
    assert_int_equal(a->sentiment->label, NB__LABEL__NEGATIVE);
    assert_int_equal(a->n_tokens, 2);
}

static void the_time_of_a_document_from_the_future_is_when_it_was_fetched(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        bool published;
        int64_t published_ms, at_ms;
    } rows[] = {{true, 500, 500}, {true, 1500, 1000}, {false, 0, 1000}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_document *document = nb_document_new(f->arena);
        document->has_fetched_ms = true;
        document->fetched_ms = 1000;
        document->has_published_ms = rows[i].published;
        document->published_ms = rows[i].published_ms;
        assert_int_equal(knowledge_world_annotate(f, document)->at_ms, rows[i].at_ms);
    }
}

static struct nb_document *busy_document(struct nb_arena *arena)
{
    static const char *const urls[] = {"https://blog.other.example/a?utm_source=x#y",
                                       "https://www.own.example/b", "https://blog.other.example/a",
                                       "mailto:x@other.example", "https://third.example/"};
    struct nb_document *d = nb_document_new(arena);
    d->site = text(arena, "own.example");
    d->author = text(arena, "own.example/deniz");
    d->text = text(arena, "@ayse ve @mert@Uzak.Example ile @ayse konuştuk");
    d->reply_to = text(arena, "https://own.example/post/1");
    d->n_links = sizeof(urls) / sizeof(urls[0]);
    d->links = nb_arena_alloc(arena, d->n_links * sizeof(Nb__Link *));
    for (size_t i = 0; i < d->n_links; i++) {
        d->links[i] = nb_arena_alloc(arena, sizeof(Nb__Link));
        nb__link__init(d->links[i]);
        d->links[i]->url = text(arena, urls[i]);
    }
    d->n_quotes = 1;
    d->quotes = nb_arena_alloc(arena, sizeof(Nb__Quote *));
    d->quotes[0] = nb_arena_alloc(arena, sizeof(Nb__Quote));
    nb__quote__init(d->quotes[0]);
    d->quotes[0]->author = text(arena, "kerem");
    return d;
}

static void edges_say_once_what_a_document_does_towards_others(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        Nb__Edge__Act act;
        const char *to, *url;
    } want[] = {
        {NB__EDGE__ACT__LINK, "other.example/", "https://blog.other.example/a"},
        {NB__EDGE__ACT__LINK, "third.example/", "https://third.example/"},
        {NB__EDGE__ACT__REPLY, "own.example/", "https://own.example/post/1"},
        {NB__EDGE__ACT__MENTION, "own.example/ayse", NULL},
        {NB__EDGE__ACT__MENTION, "uzak.example/mert", NULL},
        {NB__EDGE__ACT__QUOTE, "own.example/kerem", NULL},
    };
    struct nb_annotation *a = knowledge_world_annotate(f, busy_document(f->arena));
    assert_int_equal(a->n_edges, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < a->n_edges; i++) {
        assert_int_equal(a->edges[i]->act, want[i].act);
        assert_string_equal(a->edges[i]->from, "own.example/deniz");
        assert_string_equal(a->edges[i]->to, want[i].to);
        if (want[i].url) {
            assert_string_equal(a->edges[i]->url, want[i].url);
        } else {
            assert_null(a->edges[i]->url);
        }
    }
}

static void a_document_without_a_byline_acts_for_its_site(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_document *d = busy_document(f->arena);
    d->author = NULL;
    struct nb_annotation *a = knowledge_world_annotate(f, d);
    /* The reply to a page of its own site too: whose page that is, only the log knows. */
    assert_int_equal(a->n_edges, 6);
    for (size_t i = 0; i < a->n_edges; i++) {
        assert_string_equal(a->edges[i]->from, "own.example/");
    }
    d->site = NULL;
    assert_int_equal(knowledge_world_annotate(f, d)->n_edges, 0);
}

static void language_is_declared_or_found_or_unknown(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *declared, *text, *want;
    } rows[] = {
        {"tr-TR", "hello", "tr"},
        {"EN", "merhaba", "en"},
        {NULL, "bu telefonun ekranı çok güzel", "tr"},
        {NULL, "cok guzel bir telefon ve cok hizli", "tr"},
        {NULL, "the quick brown fox is not here", "en"},
        {"en", "bu telefonun ekranı çok güzel, herkese tavsiye ederim", "tr"},
        {NULL, "bugün hava çok güzel değil mi arkadaşlar", "tr"},
        {NULL, "mən bu gün işə getməyəcəyəm, çünki xəstəyəm", "az"},
        {NULL, "ez îro naçim kar ji ber ku nexweş im", "ku"},
        {NULL, "ich weiß nicht, was ich heute machen soll", "de"},
        {NULL, "je ne sais pas ce que je vais faire", "und"},
        {NULL, "شكرا جزيلا لكم", "ar"},
        {NULL, "привет мир", "ru"},
        {NULL, "Привіт, як справи у вас сьогодні", "und"},
        {NULL, "123 :)", "und"},
        {"", "", "und"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_document *document = nb_document_new(f->arena);
        document->language = rows[i].declared ? text(f->arena, rows[i].declared) : NULL;
        document->text = text(f->arena, rows[i].text);
        assert_string_equal(knowledge_world_annotate(f, document)->language, rows[i].want);
    }
}

static const char *const posts[] = {
    "kargo iki hafta geç geldi, ürün de kırık",
    "bayıldım!",
    "faturamı ödeyemedim @yardım",
    "😡😡 #olmaz",
    "ASCII ile yazdim, cok kotu degil",
    "3. gün. Hala yok!!! www.a.example/b",
    "",
};

struct worker {
    struct knowledge_world *world;
    size_t start;
    struct nb_id id;
};

/* The answer to all posts, whatever order they are asked in. */
static void ask_all(void *arg)
{
    struct worker *w = arg;
    enum { N = sizeof(posts) / sizeof(posts[0]) };
    struct nb_arena *arena = nb_arena_new((size_t)8 << 20);
    struct nb_slice answers[N];
    for (size_t round = 0; round < 20; round++) {
        nb_arena_reset(arena);
        for (size_t i = 0; i < N; i++) {
            size_t at = (i + w->start) % N;
            struct nb_document *document = nb_document_new(arena);
            struct nb_annotation *a;
            document->text = nb_arena_strdup(arena, nb_slice_str(posts[at]));
            if (nb_annotate(document, w->world->knowledge, arena, &a) != NB_OK ||
                nb_annotation_encode(a, arena, &answers[at]) != NB_OK) {
                answers[at] = nb_slice(NULL, 0);
            }
        }
        w->id = nb_id_of(answers, N);
    }
    nb_arena_free(arena);
}

static void without_its_reasons_a_result_is_the_same(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_word_cache *words = nb_word_cache_new();
    for (size_t i = 0; i < 2 * (sizeof(posts) / sizeof(posts[0])); i++) {
        struct nb_document *document = nb_document_new(f->arena);
        struct nb_annotation *all, *brief;
        document->text = text(f->arena, posts[i / 2]);
        assert_int_equal(nb_annotate(document, f->knowledge, f->arena, &all), NB_OK);
        assert_int_equal(nb_annotate_briefly(document, f->knowledge, words, f->arena, &brief),
                         NB_OK);
        assert_int_equal(brief->n_tokens + brief->n_sentences + brief->n_why, 0);
        all->n_tokens = all->n_sentences = all->n_why = 0;
        all->n_reasons = all->n_weights = 0;
        all->why_text = NULL;
        for (size_t t = 0; t < all->n_topics; t++) {
            all->topics[t]->n_terms = all->topics[t]->n_readings = 0;
        }
        all->has_shingles = all->has_shingle_keys = all->has_shingles_cut = false;
        struct nb_slice want, got;
        assert_int_equal(nb_annotation_encode(all, f->arena, &want), NB_OK);
        assert_int_equal(nb_annotation_encode(brief, f->arena, &got), NB_OK);
        assert_true(nb_slice_eq(got, want));
    }
    nb_word_cache_free(words);
}

static void eight_threads_in_any_order_give_the_same_answers(void **state)
{
    struct nb_thread threads[8];
    struct worker workers[8];
    for (size_t i = 0; i < 8; i++) {
        workers[i] = (struct worker){.world = *state, .start = i};
        assert_int_equal(nb_thread_start(&threads[i], "annotate", ask_all, &workers[i]), NB_OK);
    }
    for (size_t i = 0; i < 8; i++) {
        nb_thread_join(&threads[i]);
        assert_memory_equal(&workers[i].id, &workers[0].id, sizeof(struct nb_id));
    }
}

static void a_document_over_the_limit_is_refused_and_the_arena_serves_the_next(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_document *document = nb_document_new(f->arena);
    struct nb_annotation *out = NULL;
    char *big = nb_arena_alloc(f->arena, 100001);
    memset(big, 'a', 100000);
    for (size_t i = 0; i < 100000; i += 4) {
        big[i] = ' ';
    }
    big[100000] = '\0';
    document->text = big;
    struct nb_arena *small = nb_arena_new(200000);
    assert_int_equal(nb_annotate(document, f->knowledge, small, &out), NB_ENOMEM);
    assert_null(out);
    nb_arena_reset(small);
    document->text = text(f->arena, "güzel");
    assert_int_equal(nb_annotate(document, f->knowledge, small, &out), NB_OK);
    nb_arena_free(small);
}

static void every_limit_up_to_enough_gives_an_answer_or_a_clean_refusal(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_document *document = busy_document(f->arena);
    document->title = text(f->arena, "fatura");
    bool answered = false;
    for (size_t limit = 0; !answered && limit < 200000; limit += 97) {
        struct nb_arena *small = nb_arena_new(limit);
        struct nb_annotation *out = NULL;
        enum nb_err err = nb_annotate(document, f->knowledge, small, &out);
        answered = err == NB_OK;
        assert_true(answered ? out != NULL : err == NB_ENOMEM && out == NULL);
        nb_arena_free(small);
    }
    assert_true(answered);
}

/* Half-read words must not be taken from the cache by the documents that follow. */
static void what_a_refused_document_read_does_no_harm_to_the_next(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_document *document = nb_document_new(f->arena);
    struct nb_annotation *out;
    struct nb_slice want, got;
    size_t refused_n = 0;
    document->text =
        text(f->arena, "geldi gitti bakt\xc4\xb1 yapt\xc4\xb1 kitab\xc4\xb1 ald\xc4\xb1 "
                       "verdi sordu gidiyor \xc3\xa7"
                       "al\xc4\xb1\xc5\x9f\xc4\xb1yor");
    assert_int_equal(nb_annotate(document, f->knowledge, f->arena, &out), NB_OK);
    assert_int_equal(nb_annotation_encode(out, f->arena, &want), NB_OK);
    for (size_t limit = 0; limit < 40000; limit += 16) {
        struct nb_word_cache *words = nb_word_cache_new();
        struct nb_arena *small = nb_arena_new(limit), *large = nb_arena_new(1 << 20);
        bool refused = nb_annotate_with(document, f->knowledge, words, small, &out) != NB_OK;
        refused_n += refused;
        assert_int_equal(nb_annotate_with(document, f->knowledge, words, large, &out), NB_OK);
        assert_int_equal(nb_annotation_encode(out, large, &got), NB_OK);
        assert_true(nb_slice_eq(got, want));
        nb_arena_free(small);
        nb_arena_free(large);
        nb_word_cache_free(words);
    }
    assert_true(refused_n > 100);
}

static void loading_survives_the_loss_of_any_allocation(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_knowledge *knowledge = NULL;
    enum nb_err err = NB_ENOMEM;
    for (long n = 1; err != NB_OK; n += 1 + n / 40) {
        assert_true(n < 1000000);
        nb_mem_fail_from(n);
        err = nb_knowledge_load("lexicons", f->topics, &knowledge, NULL, NULL);
        nb_mem_fail_from(0);
        assert_true(err == NB_OK ? knowledge != NULL : knowledge == NULL);
    }
    struct nb_id a = nb_knowledge_id(knowledge), b = nb_knowledge_id(f->knowledge);
    assert_memory_equal(&a, &b, sizeof(a));
    nb_knowledge_free(knowledge);
}

static void the_identity_follows_the_topics(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_knowledge *without;
    assert_int_equal(nb_knowledge_load("lexicons", NULL, &without, NULL, NULL), NB_OK);
    struct nb_id a = nb_knowledge_id(without), b = nb_knowledge_id(f->knowledge);
    assert_memory_not_equal(&a, &b, sizeof(a));
    assert_int_equal(nb_knowledge_topics_n(without), 0);
    assert_int_equal(nb_knowledge_topics_n(f->knowledge), 2);
    assert_string_equal(nb_knowledge_topic_name(f->knowledge, 0), "fatura");
    nb_knowledge_free(without);
    struct nb_knowledge *none;
    struct nb_error error = {0};
    assert_int_equal(nb_knowledge_load(f->topics, NULL, &none, NULL, &error), NB_ENOTFOUND);
    assert_null(none);
}

static void a_topic_that_cannot_be_opened_leaves_the_others(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    char *gone = nbt_path(dir, "gone.topic");
    char *folder = nbt_path(dir, "folder.topic");
    struct nb_knowledge *knowledge = NULL;
    struct nb_error error = {0};
    size_t bad = 0;
    knowledge_world_topic(dir, "acme.topic", "acme\n");
    assert_int_equal(symlink("no-such-file", gone), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(nb_knowledge_load("lexicons", dir, &knowledge, &bad, &error), NB_OK);
    assert_int_equal(bad, 2);
    assert_int_equal(nb_knowledge_topics_n(knowledge), 1);
    assert_string_equal(nb_knowledge_topic_name(knowledge, 0), "acme");
    nb_knowledge_free(knowledge);
    /* asked for by name it is missed */
    assert_int_equal(nb_knowledge_load("lexicons", gone, &knowledge, &bad, &error), NB_ENOTFOUND);
    assert_null(knowledge);
    free(folder);
    free(gone);
    nbt_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_topic_that_cannot_be_opened_leaves_the_others),
        cmocka_unit_test(topics_find_every_inflected_form_and_give_its_place),
        cmocka_unit_test(a_title_counts_for_topics_and_opinion_but_has_no_spans),
        cmocka_unit_test(the_time_of_a_document_from_the_future_is_when_it_was_fetched),
        cmocka_unit_test(edges_say_once_what_a_document_does_towards_others),
        cmocka_unit_test(a_document_without_a_byline_acts_for_its_site),
        cmocka_unit_test(language_is_declared_or_found_or_unknown),
        cmocka_unit_test(without_its_reasons_a_result_is_the_same),
        cmocka_unit_test(eight_threads_in_any_order_give_the_same_answers),
        cmocka_unit_test(a_document_over_the_limit_is_refused_and_the_arena_serves_the_next),
        cmocka_unit_test(every_limit_up_to_enough_gives_an_answer_or_a_clean_refusal),
        cmocka_unit_test(what_a_refused_document_read_does_no_harm_to_the_next),
        cmocka_unit_test(loading_survives_the_loss_of_any_allocation),
        cmocka_unit_test(the_identity_follows_the_topics),
    };
    return cmocka_run_group_tests(tests, set_up, knowledge_world_close);
}
