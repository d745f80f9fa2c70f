/*
 * Standing queries: each row is a topic of its own, all are loaded together, and every text is
 * matched with all of them.
 */
#include "tests/unit/knowledge_world.h"

#include <nabiz/date.h>

static const struct row {
    const char *query, *yes, *no; /* texts that it matches and does not, cut at '|' */
} rows[] = {
    {"fatura", "faturamı ödedim|FATURA geldi|fatura’nın günü|#fatura", "faturalı hat|bir şey yok"},
    {"faturaları", "faturamı ödedim", "fa geldi"},
    {"fatura kargo", "kargom ve faturam", "kargom geldi|faturam geldi"},
    {"fatura\nkargo", "kargom geldi|faturam geldi", "hiçbiri yok"},
    {"fatura NOT iptal", "faturam geldi", "fatura iptal"},
    {"(fatura\nkargo)\nAND NOT iptal", "kargom geldi", "kargom iptal"},
    {"NOT NOT fatura", "faturam geldi", "kargom geldi"},
    {"NOT (iptal OR NOT fatura)", "faturam geldi", "fatura iptal|kargom geldi"},
    {"\"taahhüt bedeli\"", "taahhüt bedelini sordum|taahhüt, bedeli",
     "taahhüdün bedeli|taahhüt var bedeli"},
    {"=\"taahhüt bedeli\"", "taahhüt bedeli ne", "taahhüt bedelini sordum"},
    {"=fatura", "bu fatura ne", "faturamı sordum|fatura'yı"},
    {"fatu*", "faturamızın|FATURASIZ", "fato|afatura"},
    {"ücre*", "ücretler arttı|ucretler artti", "ücra"},
    {"#zirve", "bak #Zirve|bak #ZİRVE", "zirve|#zirvede"},
    {"#şikayet", "#sikayet|#SIKAYET|#Şikayet", "şikayet"},
    {"@deniz", "selam @Deniz|@deniz@ada.example", "deniz|@denizci"},
    {"gel ek:olumsuz", "kargo gelmedi|gelmeyecek", "kargo geldi ama gitmedi"},
    {"gel AND ek:olumsuz", "geldi ama gitmedi", "geldi"},
    {"gel ek:olumsuz kişi:ben", "gelmedim", "gelmedi|geldim"},
    {"evlen ek:rivayet", "evlenmişler", "evlendiler"},
    {"gel kip:istek", "ben de geleyim", "geldim"},
    {"kargo NEAR/1 gel", "kargo hâlâ gelmedi|geldi kargo", "kargo bugün de gelmedi"},
    {"kargo ONEAR/5 gel", "kargo bugün de gelmedi", "geldi bugün kargo"},
    {"(kargo OR paket) NEAR/0 \"çok geç\"", "kargo çok geç|çok geç paket", "kargo bugün çok geç"},
    {"(a1 NEAR/2 b2) NEAR/1 c3", "a1 x b2 y c3|c3 b2 a1", "a1 x b2 y y c3"},
    {"kargo NEAR/3 gel ek:olumsuz", "kargo gelmedi", "kargo geldi"},
    {"zırvalak", "zırvalaktan bıktık", "zırva"},
    {"\":(\"", "bugün :(", "bugün :)"},
    {"😀", "selam 😀", "selam"},
    {"atla", "atladım|atlıyor", "attım"},
    {"kitap", "kitaplarımızdan", "kitapçı"},
    {"gül", "gülüyor|gülleri", "bugün"},
    {"event:evlilik", "haftaya evleniyoruz", "evde oturuyoruz"},
};

enum { ROWS_N = sizeof(rows) / sizeof(rows[0]) };

static const char *const fields[][2] = {
    {"f-site", "site:forum.example fatura"},
    {"f-author", "author:deniz"},
    {"f-author-site", "author:forum.example/deniz"},
    {"f-kind", "kind:yorum fatura"},
    {"f-lang", "lang:tr fatura"},
    {"f-mood", "duygu:olumsuz fatura"},
    {"f-since", "since:2026-11-02"},
    {"f-until", "until:2026-11-01 fatura"},
    {"f-title", "title:kargo"},
    {"f-title-two", "title:(kargo NEAR/1 fatura)"},
    {"f-source", "source:https://forum.example/akis"},
    {"f-intent", "intent:complaint"},
};

static int set_up(void **state)
{
    char name[32], *topics = nbt_tmpdir();
    for (size_t i = 0; i < ROWS_N; i++) {
        (void)snprintf(name, sizeof(name), "r%02zu.topic", i);
        knowledge_world_topic(topics, name, rows[i].query);
    }
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        (void)snprintf(name, sizeof(name), "%s.topic", fields[i][0]);
        knowledge_world_topic(topics, name, fields[i][1]);
    }
    knowledge_world_topic(topics, "bad-not.topic", "fatura\nNOT kargo\n");
    knowledge_world_topic(topics, "bad-reach.topic", "fatura reach>:100\n");
    return knowledge_world_open(state, topics, 2);
}

static char *copy(struct knowledge_world *f, const char *text)
{
    return nb_arena_strdup(f->arena, nb_slice_str(text));
}

static const Nb__TopicHit *hit(const struct nb_annotation *a, const char *topic)
{
    for (size_t i = 0; i < a->n_topics; i++) {
        if (strcmp(a->topics[i]->topic, topic) == 0) {
            return a->topics[i];
        }
    }
    return NULL;
}

static void check(struct knowledge_world *f, size_t row, const char *texts, bool want)
{
    char name[32];
    struct nb_slice one, rest = nb_slice_str(texts);
    (void)snprintf(name, sizeof(name), "r%02zu", row);
    while (nb_slice_split(&rest, '|', &one)) {
        struct nb_document *document = nb_document_new(f->arena);
        document->text = nb_arena_strdup(f->arena, one);
        if ((hit(knowledge_world_annotate(f, document), name) != NULL) != want) {
            fail_msg("%s: \"%.*s\" should%s match", rows[row].query, NB_ARG(one),
                     want ? "" : " not");
        }
    }
}

static void queries_match_what_they_say(void **state)
{
    for (size_t i = 0; i < ROWS_N; i++) {
        check(*state, i, rows[i].yes, true);
        check(*state, i, rows[i].no, false);
    }
}

static void a_place_tells_which_term_found_it_and_by_which_reading(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_document *document = knowledge_world_document(f, "kargo geldi, faturamı ödedim");
    const Nb__TopicHit *found = hit(knowledge_world_annotate(f, document), "r02");
    if (!found || found->n_spans != 2) {
        fail_msg("not found twice");
        return;
    }
    assert_int_equal(found->spans[1]->begin, 13);
    assert_int_equal(found->spans[1]->end, 22);
    assert_string_equal(found->terms[1], "fatura (r02.topic:1)");
    assert_memory_equal(found->readings[1], "fatura NOUN Case=Acc|", 21);
}

static struct nb_document *post(struct knowledge_world *f)
{
    static uint8_t source[NB_ID_BYTES];
    struct nb_slice url = NB_LIT("https://forum.example/akis");
    struct nb_id id = nb_id_of(&url, 1);
    memcpy(source, id.b, sizeof(source));
    struct nb_document *d = nb_document_new(f->arena);
    d->title = copy(f, "Kargo");
    d->text = copy(f, "fatura rezalet, kimse bakmıyor, müşteri hizmetleri berbat");
    d->site = copy(f, "forum.example");
    d->author = copy(f, "forum.example/deniz");
    d->kind = NB__KIND__COMMENT;
    d->source = (ProtobufCBinaryData){sizeof(source), source};
    d->has_kind = d->has_source = d->has_fetched_ms = 1;
    d->fetched_ms = 20758 * NB_DAY_MS; /* 2026-11-01T00:00:00Z */
    return d;
}

static void fields_are_those_of_the_document_and_of_what_is_made_of_it(void **state)
{
    struct knowledge_world *f = *state;
    static const char *const want[] = {"f-author-site", "f-author", "f-intent", "f-kind",
                                       "f-lang",        "f-mood",   "f-site",   "f-source",
                                       "f-title",       "f-until"};
    const struct nb_annotation *a = knowledge_world_annotate(f, post(f));
    size_t n = 0;
    for (size_t i = 0; i < a->n_topics; i++) {
        if (a->topics[i]->topic[0] == 'f') {
            assert_true(n < sizeof(want) / sizeof(want[0]));
            assert_string_equal(a->topics[i]->topic, want[n++]);
        }
    }
    assert_int_equal(n, sizeof(want) / sizeof(want[0]));
    const Nb__TopicHit *title = hit(a, "f-title"), *both = hit(a, "r02");
    assert_true(title && title->n_spans == 0);
    assert_true(both && both->n_spans == 1); /* kargo is in the title */
}

static void a_document_of_nothing_matches_nothing(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_annotation *a = knowledge_world_annotate(f, nb_document_new(f->arena));
    assert_int_equal(a->n_topics, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_match_what_they_say),
        cmocka_unit_test(a_place_tells_which_term_found_it_and_by_which_reading),
        cmocka_unit_test(fields_are_those_of_the_document_and_of_what_is_made_of_it),
        cmocka_unit_test(a_document_of_nothing_matches_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, knowledge_world_close);
}
