#include "tests/lib/test.h"

#include "analyzer/turkish/conllu.h"
#include "analyzer/turkish/treebank.h"

#define TAIL "\t_\t_\t_\t_\t_\t_\t_\t_"

static void lines_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum tr_conllu_kind kind;
        uint32_t first, last;
    } rows[] = {
        {"", TR_CONLLU_END, 0, 0},
        {"# text = Geldi.", TR_CONLLU_COMMENT, 0, 0},
        {"7\tgeldi" TAIL, TR_CONLLU_WORD, 7, 7},
        {"7-8\tgeldiydi" TAIL, TR_CONLLU_RANGE, 7, 8},
        {"7.1\tgeldi" TAIL, TR_CONLLU_EMPTY, 7, 7},
        {"0.1\tgeldi" TAIL, TR_CONLLU_EMPTY, 0, 0},
        {"0\tgeldi" TAIL, TR_CONLLU_BAD, 0, 0},
        {"8-7\tgeldi" TAIL, TR_CONLLU_BAD, 8, 8},
        {"7-7\tgeldi" TAIL, TR_CONLLU_BAD, 7, 7},
        {"07\tgeldi" TAIL, TR_CONLLU_BAD, 7, 7},
        {"7.0\tgeldi" TAIL, TR_CONLLU_BAD, 7, 7},
        {"7-\tgeldi" TAIL, TR_CONLLU_BAD, 7, 7},
        {"7-8-9\tgeldi" TAIL, TR_CONLLU_BAD, 7, 7},
        {"x\tgeldi" TAIL, TR_CONLLU_BAD, 0, 0},
        {"99999999999999999999\tgeldi" TAIL, TR_CONLLU_BAD, 1000000, 1000000},
        {"7\t" TAIL, TR_CONLLU_BAD, 7, 7},
        {"7\tgel\xFF" TAIL, TR_CONLLU_BAD, 7, 7},
        {"7\tgeldi", TR_CONLLU_BAD, 0, 0},
        {"7\tgeldi" TAIL "\t_", TR_CONLLU_BAD, 0, 0},
        {"geldi", TR_CONLLU_BAD, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_conllu_line line;
        tr_conllu_parse(nb_slice_str(rows[i].line), &line);
        assert_int_equal(line.kind, rows[i].kind);
        assert_int_equal(line.problem != NULL, rows[i].kind == TR_CONLLU_BAD);
        if (rows[i].kind != TR_CONLLU_BAD) {
            assert_int_equal(line.first, rows[i].first);
            assert_int_equal(line.last, rows[i].last);
        }
    }
}

static void features_and_comments_are_found_by_name(void **state)
{
    (void)state;
    struct nb_slice features = NB_LIT("Case=Acc|Number=Plur|Number[psor]=Sing");
    assert_slice_equal(tr_conllu_feature(features, NB_LIT("Case")), "Acc");
    assert_slice_equal(tr_conllu_feature(features, NB_LIT("Number")), "Plur");
    assert_slice_equal(tr_conllu_feature(features, NB_LIT("Number[psor]")), "Sing");
    assert_null(tr_conllu_feature(features, NB_LIT("Numb")).p);
    assert_null(tr_conllu_feature(NB_LIT("_"), NB_LIT("Case")).p);
    assert_slice_equal(tr_conllu_comment(NB_LIT("# sent_id = bio_9"), NB_LIT("sent_id")), "bio_9");
    assert_slice_equal(tr_conllu_comment(NB_LIT("#sent_id=a=b"), NB_LIT("sent_id")), "a=b");
    assert_null(tr_conllu_comment(NB_LIT("# text = Geldi."), NB_LIT("sent_id")).p);
    assert_null(tr_conllu_comment(NB_LIT("# newdoc"), NB_LIT("newdoc")).p);
}

static void a_treebank_is_read_whole(void **state)
{
    (void)state;
    static const char text[] = "# sent_id = one\r\n"
                               "1-2\tgelmişti\t_\t_\t_\t_\t_\t_\t_\t_\r\n"
                               "1\tgelmiş\tgel\tVERB\t_\tPolarity=Pos\t0\troot\t_\t_\r\n"
                               "2\tti\ty\tAUX\t_\t_\t1\tcop\t_\t_\r\n"
                               "3\t.\t.\tPUNCT\t_\t_\t1\tpunct\t_\t_\r\n"
                               "\r\n"
                               "\r\n"
                               "broken\r\n"
                               "1\tSon\tson\tNOUN\t_\t_\t0\troot\t_\t_";
    struct nb_arena *arena = nb_arena_new((size_t)1 << 20);
    struct tr_treebank bank;
    assert_int_equal(tr_treebank_read(nb_slice_str(text), arena, &bank), NB_OK);
    assert_int_equal(bank.sentences_n, 2);
    assert_int_equal(bank.words_n, 4);
    assert_int_equal(bank.bad_lines_n, 1);
    assert_slice_equal(bank.sentences[0].id, "one");
    const struct tr_gold_word *word = bank.sentences[0].words;
    assert_slice_equal(word[0].written, "gelmişti");
    assert_true(word[0].part && !word[0].later_part);
    assert_slice_equal(word[0].features, "Polarity=Pos");
    assert_true(word[1].part && word[1].later_part);
    assert_slice_equal(word[1].features, "");
    assert_false(word[2].part || word[2].later_part);
    assert_slice_equal(word[2].written, ".");
    assert_null(bank.sentences[1].id.p);
    assert_slice_equal(bank.sentences[1].words[0].lemma, "son");
    nb_arena_free(arena);
}

static void the_split_never_changes(void **state)
{
    (void)state;
    size_t held_out = 0;
    for (int i = 0; i < 1000; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "bio_%d", i);
        held_out += tr_treebank_held_out(nb_slice_str(id));
    }
    assert_int_equal(held_out, 210);
    assert_true(tr_treebank_held_out(NB_LIT("bio_0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_told_apart),
        cmocka_unit_test(features_and_comments_are_found_by_name),
        cmocka_unit_test(a_treebank_is_read_whole),
        cmocka_unit_test(the_split_never_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
