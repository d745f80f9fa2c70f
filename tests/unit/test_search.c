/*
 * Search against standing queries: two programs that share the parser and the reading of words,
 * and nothing of how they look for them. Every query below is a topic as well; what the topic
 * matched when the documents were annotated is what search has to find.
 */
#include "tests/unit/story.h"

#include <nabiz/search.h>
#include <nabiz/url.h>

#include "analyzer/commit.h"

struct written {
    const char *author, *title, *text;
    int revises; /* number of the document it is a later revision of, 0: none */
};

static const struct written written[] = {
    {"a.example/ayla", NULL, "Faturam yine yüksek geldi, bu kadar da olmaz.", 0},
    {"a.example/veli", NULL, "faturaların hepsini ödedim", 0},
    {"b.example/ayla", "Kesilen FATURA", "Zirvetel'in faturası iptal edildi. Kargo geldi.", 0},
    {"b.example/can", NULL, "kargo hâlâ gelmedi, üç haftadır bekliyorum", 0},
    {"b.example/can", "Kargo", "Gelmedi gitti. Müşteri hizmetleri aramadı.", 0},
    {"c.example/", NULL, "Bugün hava güzel, #sahil boyu yürüdük @ayla ile", 0},
    {"c.example/deniz", NULL, "zirvetele geçtim, çok memnunum :)", 0},
    {"c.example/deniz", NULL, "Zirvetel mobil uygulaması çökmüş", 0},
    {"a.example/ayla", NULL, "cok guzel bir gun, sevindim", 0},
    {"a.example/ece", NULL, "Kitabımı zirveteldeki kuyrukta okudum; müşteri çoktu.", 0},
    {"a.example/ece", NULL, "şey bir tuhaf: bir şey demedi", 0},
    {"a.example/ece", NULL, "BİR ŞEY olmaz, hizmetler iyiymiş", 0},
    {"d.example/ali", NULL, "12 gündür 3 kez aradım, müşteri temsilcisi ve hizmetleri yok", 0},
    {"d.example/ali", NULL, "Silinen bir fatura yazısı", 0},
    {"d.example/ali", NULL, "Düzeltilmiş bir kargo yazısı, #Şikayet", 14},
    {"d.example/su", NULL, "#sikayet kargocu geç kaldı", 0},
    {"d.example/su", "Müşteri hizmetleri", "aradılar, sorunumuzu çözmüşler", 0},
    {"e.example/bot", NULL, "The parcel has not arrived yet and nobody answers", 0},
    {"e.example/can", NULL, "Geçen hafta evlendik", 0},
    {"e.example/can", NULL, "Dün dedemi kaybettik, dedem vefat etti", 0},
};

enum { WRITTEN_N = sizeof(written) / sizeof(written[0]) };

static const char *const queries[] = {
    "fatura",
    "faturalar",
    "=fatura",
    "fatura*",
    "zirvetel",
    "zirvetelin",
    "zirve*",
    "gel ek:olumsuz",
    "kargo gel ek:olumsuz",
    "ek:rivayet",
    "\"bir şey\"",
    "\"müşteri hizmet\"",
    "\"müşteri hizmetleri\"",
    "=\"bir şey\"",
    "\"güzel bir gün\"",
    "\"bir gün\" NEAR/3 güzel",
    "\"bir şey de\"",
    "müşteri NEAR/2 hizmet",
    "hizmet ONEAR/2 müşteri",
    "müşteri ONEAR/2 hizmet",
    "(müşteri OR kargo) NEAR/3 (gel OR ara)",
    "kargo AND NOT fatura",
    "kargo OR fatura OR zirvetel",
    "title:kargo",
    "title:(fatura OR \"müşteri hizmetleri\")",
    "#sahil OR kitap",
    "#şikayet",
    "@ayla güzel",
    "author:ayla",
    "author:a.example/ayla fatura",
    "site:b.example kargo",
    "lang:en",
    "sentiment:positive güzel",
    "güzel gün",
    "kitap",
    "kargocu",
    "su",
    "iyi NEAR/3 hizmet",
};

enum { QUERIES_N = sizeof(queries) / sizeof(queries[0]), TOPIC_FROM = 10 };

struct fixture {
    char *dir, *topics;
    struct nb_knowledge *reader; /* with the queries as topics: reads documents */
    struct nb_knowledge *asker;  /* without */
    struct nb_store *store;
    struct nb_arena *arena;
    bool matched[QUERIES_N][WRITTEN_N + 1]; /* by number */
};

static void write_topics(struct fixture *f)
{
    f->topics = nbt_tmpdir();
    for (size_t i = 0; i < QUERIES_N; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "q%zu.topic", i + TOPIC_FROM);
        char *path = nbt_path(f->topics, name);
        nbt_write_file(path, nb_slice_str(queries[i]));
        free(path);
    }
}

static struct nb_document *document(struct fixture *f, size_t i)
{
    struct nb_document *d = nb_document_new(f->arena);
    const struct written *from = &written[i];
    size_t first = from->revises ? (size_t)from->revises - 1 : i;
    const char *slash = strchr(from->author, '/');
    d->has_number = 1;
    d->number = i + 1;
    d->site = nb_arena_strdup(f->arena, nb_slice(from->author, (size_t)(slash - from->author)));
    d->author = slash[1] ? nb_arena_strdup(f->arena, nb_slice_str(from->author)) : NULL;
    d->title = from->title ? nb_arena_strdup(f->arena, nb_slice_str(from->title)) : NULL;
    d->text = nb_arena_strdup(f->arena, nb_slice_str(from->text));
    d->url = nb_arena_printf(f->arena, "https://x.example/%zu", first);
    story_identify(d,
                   nb_document_identity(nb_slice(NULL, 0), nb_slice(NULL, 0), nb_slice_str(d->url)),
                   f->arena);
    d->has_published_ms = d->has_fetched_ms = 1;
    d->published_ms = d->fetched_ms = STORY_DAY_MS + (int64_t)i * 6 * NB_HOUR_MS;
    d->has_kind = 1;
    d->kind = NB__KIND__POST;
    d->n_engagement = 1;
    d->engagement = nb_arena_alloc(f->arena, sizeof(Nb__Engagement *));
    d->engagement[0] = nb_arena_alloc(f->arena, sizeof(Nb__Engagement));
    nb__engagement__init(d->engagement[0]);
    d->engagement[0]->kind = nb_arena_strdup(f->arena, NB_LIT("comments"));
    d->engagement[0]->has_count = 1;
    d->engagement[0]->count = i * 7 % 5;
    return d;
}

static void note_matches(struct fixture *f, const struct nb_annotation *annotation, size_t number)
{
    for (size_t i = 0; i < annotation->n_topics; i++) {
        long topic = strtol(annotation->topics[i]->topic + 1, NULL, 10) - TOPIC_FROM;
        assert_true(topic >= 0 && topic < QUERIES_N);
        f->matched[topic][number] = true;
    }
}

static void commit_all(struct fixture *f)
{
    struct nb_commit_item items[WRITTEN_N];
    struct nb_arena *scratch = nb_arena_new(64u << 20);
    for (size_t i = 0; i < WRITTEN_N; i++) {
        struct nb_annotation *annotation;
        items[i] = (struct nb_commit_item){.document = document(f, i)};
        assert_int_equal(nb_annotate_for_index(items[i].document, f->reader, NULL, f->arena,
                                               &annotation, &items[i].words),
                         NB_OK);
        note_matches(f, annotation, i + 1);
        items[i].annotation = annotation;
        if (written[i].revises) {
            for (size_t q = 0; q < QUERIES_N; q++) {
                f->matched[q][written[i].revises] = false;
            }
        }
    }
    struct nb_commit commit = {.items = items,
                               .items_n = WRITTEN_N,
                               .cursor = WRITTEN_N,
                               .knowledge = nb_knowledge_id(f->reader),
                               .reading = nb_knowledge_reading_id(f->reader),
                               .from = 1,
                               .arena = scratch};
    assert_int_equal(nb_store_write(f->store, nb_commit_run, &commit, NULL), NB_OK);
    nb_arena_free(scratch);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    const struct nb_store_options options = {.map_bytes = 16u << 20, .max_bytes = 1u << 30};
    struct nb_error error = {0};
    size_t bad = 0;
    f->dir = nbt_tmpdir();
    f->arena = nb_arena_new(256u << 20);
    write_topics(f);
    if (nb_url_init(&error) != NB_OK ||
        nb_knowledge_load("lexicons", f->topics, &f->reader, &bad, &error) != NB_OK ||
        nb_knowledge_load("lexicons", NULL, &f->asker, NULL, &error) != NB_OK ||
        nb_store_open(f->dir, NB_STORE_ANALYSIS, &options, &f->store, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    assert_int_equal(bad, 0);
    commit_all(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    nb_store_close(f->store);
    nb_knowledge_free(f->reader);
    nb_knowledge_free(f->asker);
    nb_arena_free(f->arena);
    nb_url_fini();
    nbt_rmdir(f->dir);
    nbt_rmdir(f->topics);
    free(f);
    return 0;
}

struct asked {
    struct nb_txn *txn;
    struct nb_search *search;
};

static struct asked ask(struct fixture *f, const char *text)
{
    struct asked asked;
    const struct nb_query *query;
    struct nb_error error = {0};
    assert_int_equal(nb_read_begin(f->store, &asked.txn, NULL), NB_OK);
    if (nb_query_parse(nb_knowledge_query_language(f->asker), NULL, nb_slice_str(text), false,
                       f->arena, &query, &error) != NB_OK ||
        nb_search_open(asked.txn, f->asker, query, &asked.search, &error) != NB_OK) {
        fail_msg("%s: %s", text, nb_error_text(&error));
    }
    return asked;
}

static void end(struct asked *asked)
{
    nb_search_close(asked->search);
    nb_read_end(asked->txn);
}

static uint64_t count(struct fixture *f, const char *text)
{
    struct asked asked = ask(f, text);
    uint64_t n;
    assert_int_equal(nb_search_count(asked.search, &n), NB_OK);
    end(&asked);
    return n;
}

static void search_finds_what_standing_queries_matched(void **state)
{
    struct fixture *f = *state;
    size_t found_n = 0;
    for (size_t q = 0; q < QUERIES_N; q++) {
        bool found[WRITTEN_N + 1] = {false};
        const struct nb_search_hit *hits;
        size_t n;
        struct asked asked = ask(f, queries[q]);
        assert_int_equal(
            nb_search_hits(asked.search, NB_SEARCH_TIME, NULL, 100, f->arena, &hits, &n), NB_OK);
        for (size_t i = 0; i < n; i++) {
            found[hits[i].number] = true;
        }
        for (size_t i = 1; i <= WRITTEN_N; i++) {
            if (found[i] != f->matched[q][i]) {
                fail_msg("%s: document %zu is %s", queries[q], i,
                         found[i] ? "found and was not matched" : "not found and was matched");
            }
        }
        found_n += n;
        end(&asked);
    }
    assert_true(found_n > 2 * QUERIES_N);
}

static void a_cursor_goes_on_where_an_answer_ended(void **state)
{
    struct fixture *f = *state;
    static const enum nb_search_sort sorts[] = {NB_SEARCH_TIME, NB_SEARCH_REACH,
                                                NB_SEARCH_INFLUENCE};
    for (size_t s = 0; s < 3; s++) {
        const struct nb_search_hit *all, *page;
        size_t all_n, n, at = 0;
        struct asked asked = ask(f, "NOT fatura");
        assert_int_equal(nb_search_hits(asked.search, sorts[s], NULL, 100, f->arena, &all, &all_n),
                         NB_OK);
        assert_true(all_n > 10);
        do {
            assert_int_equal(nb_search_hits(asked.search, sorts[s], at ? &all[at - 1] : NULL, 3,
                                            f->arena, &page, &n),
                             NB_OK);
            assert_true(n <= 3);
            for (size_t i = 0; i < n; i++, at++) {
                assert_int_equal(page[i].number, all[at].number);
                assert_int_equal(page[i].key, all[at].key);
                assert_true(at == 0 || all[at - 1].key >= all[at].key);
            }
        } while (n);
        assert_int_equal(at, all_n);
        end(&asked);
    }
}

static void a_superseded_revision_is_not_found(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(count(f, "silinen"), 0);
    assert_int_equal(count(f, "düzeltilmiş"), 1);
    assert_int_equal(count(f, "author:d.example/ali"), 2);
}

static void times_and_reach_are_limits(void **state)
{
    struct fixture *f = *state;
    /* Six hours apart from midnight UTC, and days begin three hours earlier. */
    assert_int_equal(count(f, "since:2026-11-02 until:2026-11-02"), 4);
    assert_int_equal(count(f, "until:2026-11-01"), 4);
    assert_int_equal(count(f, "since:2027-01-01"), 0);
    size_t many = 0;
    for (size_t i = 0; i < WRITTEN_N; i++) {
        many += i != 13 && i * 7 % 5 > 2;
    }
    assert_int_equal(count(f, "reach>:2"), many);
}

static void counts_add_up(void **state)
{
    struct fixture *f = *state;
    const struct nb_search_span *spans;
    const struct nb_search_value *values;
    size_t n;
    uint64_t sum = 0;
    struct asked asked = ask(f, "NOT lang:xx");
    assert_int_equal(nb_search_spans(asked.search, NB_DAY_MS, 3 * NB_HOUR_MS, f->arena, &spans, &n),
                     NB_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal((spans[i].from_ms + 3 * NB_HOUR_MS) % NB_DAY_MS, 0);
        sum += spans[i].n;
    }
    assert_int_equal(sum, WRITTEN_N - 1);
    assert_int_equal(nb_search_values(asked.search, NB_SEARCH_BY_SITE, 10, f->arena, &values, &n),
                     NB_OK);
    assert_int_equal(n, 5);
    sum = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || values[i - 1].n >= values[i].n);
        sum += values[i].n;
    }
    assert_int_equal(sum, WRITTEN_N - 1);
    assert_slice_equal(values[0].text, "a.example");
    end(&asked);
}

/* Counts and numbers of rows let nobody tell who asks for a person's sensitive life events. */
static void sensitive_life_events_are_kept(void **state)
{
    struct fixture *f = *state;
    const struct nb_search_value *values;
    const struct nb_query *query;
    struct nb_search *search;
    struct nb_error error = {0};
    size_t n;
    struct asked asked = ask(f, "author:can");
    assert_int_equal(nb_search_values(asked.search, NB_SEARCH_BY_EVENT, 10, f->arena, &values, &n),
                     NB_OK);
    assert_int_equal(n, 1); /* of two */
    assert_slice_equal(values[0].text, "marriage");
    assert_int_equal(nb_query_parse(nb_knowledge_query_language(f->asker), NULL,
                                    NB_LIT("author:can event:bereavement"), false, f->arena, &query,
                                    NULL),
                     NB_OK);
    assert_int_equal(nb_search_open(asked.txn, f->asker, query, &search, &error), NB_ESYNTAX);
    assert_non_null(strstr(nb_error_text(&error), "sensitive"));
    end(&asked);
}

static void words_that_were_meant_are_marked(void **state)
{
    struct fixture *f = *state;
    const struct nb_search_mark *title, *text;
    size_t title_n, text_n;
    struct asked asked = ask(f, "fatura zirvetel NOT kargocu");
    assert_int_equal(
        nb_search_marks(asked.search, document(f, 2), f->arena, &title, &title_n, &text, &text_n),
        NB_OK);
    assert_int_equal(title_n, 1);
    assert_slice_equal(nb_slice(written[2].title + title[0].begin, title[0].end - title[0].begin),
                       "FATURA");
    assert_int_equal(text_n, 2);
    assert_slice_equal(nb_slice(written[2].text + text[0].begin, text[0].end - text[0].begin),
                       "Zirvetel'in");
    assert_slice_equal(nb_slice(written[2].text + text[1].begin, text[1].end - text[1].begin),
                       "faturas\xC4\xB1");
    end(&asked);
}

/* A pair of frequent words is found by more than one term, and each of them names both words. */
static void a_word_is_marked_once(void **state)
{
    struct fixture *f = *state;
    const struct nb_search_mark *title, *text;
    size_t title_n, text_n;
    static char text_of_three[] = "bir g\xC3\xBCn bir g\xC3\xBCn bir g\xC3\xBCn";
    struct nb_document *d = nb_document_new(f->arena);
    struct asked asked = ask(f, "\"bir g\xC3\xBCn\"");
    assert_non_null(d);
    d->text = text_of_three;
    assert_int_equal(nb_search_marks(asked.search, d, f->arena, &title, &title_n, &text, &text_n),
                     NB_OK);
    assert_int_equal(title_n, 0);
    assert_int_equal(text_n, 6);
    for (size_t i = 1; i < text_n; i++) {
        assert_true(text[i - 1].end <= text[i].begin);
    }
    end(&asked);
}

static void lexicons_that_changed_are_noticed(void **state)
{
    struct fixture *f = *state;
    struct nb_txn *txn;
    uint64_t from;
    assert_int_equal(nb_read_begin(f->store, &txn, NULL), NB_OK);
    assert_int_equal(nb_search_check(txn, f->asker, &from), NB_OK);
    nb_read_end(txn);
    assert_int_equal(from, 1); /* topics and opinion do not count */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_finds_what_standing_queries_matched),
        cmocka_unit_test(a_cursor_goes_on_where_an_answer_ended),
        cmocka_unit_test(a_superseded_revision_is_not_found),
        cmocka_unit_test(times_and_reach_are_limits),
        cmocka_unit_test(counts_add_up),
        cmocka_unit_test(sensitive_life_events_are_kept),
        cmocka_unit_test(words_that_were_meant_are_marked),
        cmocka_unit_test(a_word_is_marked_once),
        cmocka_unit_test(lexicons_that_changed_are_noticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
