#include "analyzer/turkish/treebank.h"

#include "analyzer/turkish/conllu.h"
#include "analyzer/turkish/table.h"

struct reading {
    struct tr_treebank *out;
    struct tr_gold_word *words;
    size_t first; /* of the sentence being read */
    struct nb_slice id;
    struct nb_slice range; /* the word whose parts come */
    uint32_t range_first, range_last;
};

static void end_sentence(struct reading *r)
{
    if (r->out->words_n > r->first) {
        r->out->sentences[r->out->sentences_n++] = (struct tr_gold_sentence){
            .id = r->id, .words = r->words + r->first, .words_n = r->out->words_n - r->first};
    }
    r->first = r->out->words_n;
    r->id = nb_slice(NULL, 0);
    r->range_last = 0;
}

static struct nb_slice none_as_empty(struct nb_slice field)
{
    return nb_slice_eq(field, NB_LIT("_")) ? nb_slice(NULL, 0) : field;
}

static void add_word(struct reading *r, const struct tr_conllu_line *line)
{
    bool part = line->first >= r->range_first && line->first <= r->range_last;
    r->words[r->out->words_n++] = (struct tr_gold_word){
        .form = line->field[TR_CONLLU_FORM],
        .lemma = line->field[TR_CONLLU_LEMMA],
        .upos = line->field[TR_CONLLU_UPOS],
        .features = none_as_empty(line->field[TR_CONLLU_FEATS]),
        .written = part ? r->range : line->field[TR_CONLLU_FORM],
        .part = part,
        .later_part = part && line->first > r->range_first,
    };
}

static void read_line(struct reading *r, struct nb_slice text)
{
    struct tr_conllu_line line;
    tr_conllu_parse(text, &line);
    struct nb_slice id = tr_conllu_comment(text, NB_LIT("sent_id"));
    switch (line.kind) {
    case TR_CONLLU_END:
        end_sentence(r);
        break;
    case TR_CONLLU_COMMENT:
        r->id = id.p ? id : r->id;
        break;
    case TR_CONLLU_RANGE:
        r->range = line.field[TR_CONLLU_FORM];
        r->range_first = line.first;
        r->range_last = line.last;
        break;
    case TR_CONLLU_WORD:
        add_word(r, &line);
        break;
    case TR_CONLLU_EMPTY:
        break;
    case TR_CONLLU_BAD:
        r->out->bad_lines_n++;
        break;
    }
}

enum nb_err tr_treebank_read(struct nb_slice text, struct nb_arena *arena, struct tr_treebank *out)
{
    struct nb_slice line, rest = text;
    size_t lines_n = 1;
    *out = (struct tr_treebank){.sentences = NULL};
    while (nb_slice_split(&rest, '\n', &line)) {
        lines_n++;
    }
    struct reading r = {.out = out};
    r.words = nb_arena_alloc(arena, lines_n * sizeof(*r.words));
    out->sentences = nb_arena_alloc(arena, lines_n * sizeof(*out->sentences));
    if (!r.words || !out->sentences) {
        return NB_ENOMEM;
    }
    for (rest = text; nb_slice_split(&rest, '\n', &line);) {
        if (nb_slice_ends(line, NB_LIT("\r"))) {
            line.len--;
        }
        read_line(&r, line);
    }
    end_sentence(&r);
    return NB_OK;
}

bool tr_treebank_held_out(struct nb_slice sentence_id)
{
    return tr_hash(sentence_id) % 5 == 0;
}
