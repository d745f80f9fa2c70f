/*
 * nabiz morph: the stage of morphology alone, on treebank files or on single words. A sentence is
 * held until it ends; one that does not end is tagged in pieces, so that memory is bounded.
 */
#include "service/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "analyzer/turkish/conllu.h"
#include "analyzer/turkish/tagger.h"
#include "analyzer/words.h"
#include "service/lang.h"

enum { PATH_BYTES = 4096, ROWS_MAX = 4096, PIECE_BYTES = 8 << 20, ARENA_BYTES = 256 << 20 };

struct row {
    struct nb_slice text;
    struct tr_conllu_line line;
};

struct morph {
    struct nb_args *args;
    struct nb_words words;
    struct nb_arena *arena; /* of one sentence or word */
    struct row *rows;
    size_t rows_n, bytes;
    uint32_t last_id;
    uint32_t range_first, range_last;
    bool strict;
};

static struct nb_slice or_none(struct nb_slice features)
{
    return features.len ? features : NB_LIT("_");
}

static void print_row(const struct row *row, const struct tr_tag *tag)
{
    if (row->line.kind != TR_CONLLU_WORD) {
        printf("%.*s\n", NB_ARG(row->text));
        return;
    }
    for (size_t i = 0; i < TR_CONLLU_FIELDS; i++) {
        struct nb_slice field = row->line.field[i];
        field = i == TR_CONLLU_LEMMA   ? tag->lemma
                : i == TR_CONLLU_UPOS  ? nb_slice_str(tag->upos)
                : i == TR_CONLLU_FEATS ? or_none(tag->features)
                                       : field;
        printf("%s%.*s", i ? "\t" : "", NB_ARG(field));
    }
    (void)putchar('\n');
}

/* The words of the rows that are held, as the tagger wants them. */
static enum nb_err collect(struct morph *m, struct tr_form *forms, size_t *n)
{
    enum nb_err err = NB_OK;
    *n = 0;
    for (size_t i = 0; err == NB_OK && i < m->rows_n; i++) {
        const struct tr_conllu_line *line = &m->rows[i].line;
        if (line->kind == TR_CONLLU_RANGE) {
            m->range_first = line->first;
            m->range_last = line->last;
        } else if (line->kind == TR_CONLLU_WORD) {
            struct tr_form *form = &forms[(*n)++];
            form->part = line->first >= m->range_first && line->first <= m->range_last;
            form->later_part = form->part && line->first > m->range_first;
            err = nb_text_nfc(line->field[TR_CONLLU_FORM], m->arena, &form->text);
        }
    }
    return err;
}

static enum nb_err end_piece(struct morph *m)
{
    struct tr_form *forms = nb_arena_alloc(m->arena, m->rows_n * sizeof(*forms));
    struct tr_tag *tags = nb_arena_alloc(m->arena, m->rows_n * sizeof(*tags));
    size_t n = 0, at = 0;
    enum nb_err err = forms && tags ? collect(m, forms, &n) : NB_ENOMEM;
    if (err == NB_OK) {
        err = tr_tag_sentence(&m->words.tagger, forms, n, m->arena, tags);
    }
    for (size_t i = 0; err == NB_OK && i < m->rows_n; i++) {
        print_row(&m->rows[i], &tags[at]);
        at += m->rows[i].line.kind == TR_CONLLU_WORD;
    }
    m->rows_n = 0;
    m->bytes = 0;
    nb_arena_reset(m->arena);
    return err;
}

static void check_order(struct morph *m, struct tr_conllu_line *line)
{
    if (line->kind == TR_CONLLU_WORD && line->first != m->last_id + 1) {
        line->kind = TR_CONLLU_BAD;
        line->problem = "the id is not one more than that of the word before";
    } else if (line->kind == TR_CONLLU_WORD) {
        m->last_id = line->first;
    }
}

/* @return NB_ESYNTAX for a bad line when that is to end it. */
static enum nb_err take_line(struct morph *m, struct nb_slice text, size_t number)
{
    struct row *row = &m->rows[m->rows_n];
    char *copy = nb_arena_strdup(m->arena, text);
    enum nb_err err = NB_OK;
    if (!copy) {
        return NB_ENOMEM;
    }
    row->text = nb_slice(copy, text.len);
    tr_conllu_parse(row->text, &row->line);
    check_order(m, &row->line);
    m->rows_n++;
    m->bytes += text.len;
    if (row->line.kind == TR_CONLLU_BAD) {
        fprintf(stderr, "nabiz morph: line %zu: %s\n", number, row->line.problem);
        if (m->strict) {
            return NB_ESYNTAX;
        }
    }
    bool ends = row->line.kind == TR_CONLLU_END;
    if (ends || m->rows_n == ROWS_MAX || m->bytes > PIECE_BYTES) {
        err = end_piece(m);
    }
    if (ends) {
        m->last_id = m->range_first = m->range_last = 0;
    }
    return err;
}

static enum nb_err print_word(struct morph *m, struct nb_slice word)
{
    struct tr_tag tags[TR_ANALYSE_MAX];
    size_t n = 0;
    struct nb_slice form;
    nb_arena_reset(m->arena);
    enum nb_err err = nb_text_nfc(word, m->arena, &form);
    if (err == NB_OK) {
        err = tr_tag_word(&m->words.tagger, form, m->arena, tags, &n);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        printf("%.*s\t%.*s\t%s\t%.*s\n", NB_ARG(word), NB_ARG(tags[i].lemma), tags[i].upos,
               NB_ARG(or_none(tags[i].features)));
    }
    if (err == NB_OK) {
        (void)putchar('\n');
    }
    return err;
}

static enum nb_err take_word(struct morph *m, struct nb_slice line, size_t number)
{
    struct nb_slice word = nb_slice_trim(line);
    if (nb_utf8_valid(word)) {
        return word.len ? print_word(m, word) : NB_OK;
    }
    fprintf(stderr, "nabiz morph: line %zu: not UTF-8\n", number);
    return m->strict ? NB_ESYNTAX : NB_OK;
}

static enum nb_err read_lines(struct morph *m, bool words)
{
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long;
    enum nb_err err;
    nb_lines_init(&lines, STDIN_FILENO);
    while ((err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        if (too_long) {
            fprintf(stderr, "nabiz morph: line %zu: over %zu bytes, left out\n", lines.number,
                    NB_LINE_BYTES_MAX);
            err = m->strict ? NB_ESYNTAX : NB_OK;
        } else {
            err = words ? take_word(m, line, lines.number) : take_line(m, line, lines.number);
        }
        if (err != NB_OK) {
            break;
        }
    }
    nb_lines_fini(&lines);
    if (err == NB_ECLOSED) {
        err = end_piece(m);
    }
    return err;
}

static int run(struct nb_args *args)
{
    struct nb_error error = {0};
    struct morph m = {.args = args, .strict = nb_args_has(args, "strict")};
    char dir[PATH_BYTES];
    enum nb_err err = nb_lang_lexicons(args, dir, sizeof(dir), &error);
    if (err == NB_OK) {
        err = nb_words_init(&m.words, dir, NULL, NULL, &error);
    }
    if (err == NB_OK) {
        m.arena = nb_arena_new(ARENA_BYTES);
        m.rows = nb_calloc(ROWS_MAX, sizeof(*m.rows));
        err = m.arena && m.rows ? read_lines(&m, nb_args_has(args, "words")) : NB_ENOMEM;
    }
    nb_free(m.rows);
    nb_arena_free(m.arena);
    nb_words_fini(&m.words);
    if (err == NB_ESYNTAX) {
        return NB_EXIT_REFUSED; /* said already */
    }
    if (err != NB_OK && error.code == NB_OK) {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

const struct nb_command nb_cmd_morph = {
    .name = "morph",
    .line = "say of words what they are: lemma, part of speech, features",
    .usage = "[--words] [--strict] < input",
    .about =
        "Reads CoNLL-U, of which only the second column and the ids count, and writes it with "
        "lemma, part of speech and features filled in; comments and the other columns stay as "
        "they are. A line that cannot be read is reported on standard error with its number and "
        "passed on. With --words it reads one word per line and writes every analysis, best "
        "first, as word, lemma, part of speech and features between tabs, and an empty line "
        "behind the last.",
    .options =
        (const struct nb_option[]){
            {"words", NULL, NULL, "one word per line, every analysis of it"},
            {"strict", NULL, NULL, "stop at the first line that cannot be read"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz morph < plain.conllu > tagged.conllu", "a treebank, tagged"},
            {"echo kitaplardan | nabiz morph --words", "all readings of a word"},
            {NULL, NULL},
        },
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
