#include "analyzer/turkish/conllu.h"

#include <nabiz/text.h>

enum { ID_MAX = 1000000 };

/* Digits without sign or leading zero from the front of *rest. @return false when there are none.
 */
static bool take_number(struct nb_slice *rest, uint32_t *out)
{
    uint32_t value = 0;
    size_t at = 0;
    while (at < rest->len && nb_ascii_is_digit(rest->p[at]) && value < ID_MAX) {
        value = value * 10 + (uint32_t)(rest->p[at++] - '0');
    }
    bool zeros = at > 1 && rest->p[0] == '0';
    *rest = nb_slice_sub(*rest, at, rest->len);
    *out = value;
    return at > 0 && !zeros;
}

static enum tr_conllu_kind parse_id(struct nb_slice id, uint32_t *first, uint32_t *last)
{
    uint32_t second;
    if (!take_number(&id, first)) {
        return TR_CONLLU_BAD;
    }
    *last = *first;
    if (!id.len) {
        return *first ? TR_CONLLU_WORD : TR_CONLLU_BAD;
    }
    char separator = id.p[0];
    id = nb_slice_sub(id, 1, id.len);
    if (!take_number(&id, &second) || id.len) {
        return TR_CONLLU_BAD;
    }
    if (separator == '.' && second) {
        return TR_CONLLU_EMPTY;
    }
    if (separator == '-' && *first && second > *first) {
        *last = second;
        return TR_CONLLU_RANGE;
    }
    return TR_CONLLU_BAD;
}

static void bad(struct tr_conllu_line *out, const char *problem)
{
    out->kind = TR_CONLLU_BAD;
    out->problem = problem;
}

void tr_conllu_parse(struct nb_slice line, struct tr_conllu_line *out)
{
    *out = (struct tr_conllu_line){.kind = TR_CONLLU_END};
    if (!line.len) {
        return;
    }
    if (line.p[0] == '#') {
        out->kind = TR_CONLLU_COMMENT;
        return;
    }
    struct nb_slice rest = line, field;
    size_t n = 0;
    while (nb_slice_split(&rest, '\t', &field)) {
        if (n < TR_CONLLU_FIELDS) {
            out->field[n] = field;
        }
        n++;
    }
    if (n != TR_CONLLU_FIELDS) {
        bad(out, "not ten columns with tabs between them");
        return;
    }
    out->kind = parse_id(out->field[TR_CONLLU_ID], &out->first, &out->last);
    if (out->kind == TR_CONLLU_BAD) {
        bad(out, "the first column is no id such as 7, 7-8 or 7.1");
    } else if (!out->field[TR_CONLLU_FORM].len) {
        bad(out, "the second column, the form, is empty");
    } else if (!nb_utf8_valid(line)) {
        bad(out, "not UTF-8");
    }
}

struct nb_slice tr_conllu_feature(struct nb_slice features, struct nb_slice name)
{
    struct nb_slice part;
    while (nb_slice_split(&features, '|', &part)) {
        if (part.len > name.len && part.p[name.len] == '=' && nb_slice_starts(part, name)) {
            return nb_slice_sub(part, name.len + 1, part.len);
        }
    }
    return nb_slice(NULL, 0);
}

struct nb_slice tr_conllu_comment(struct nb_slice line, struct nb_slice key)
{
    size_t at = nb_slice_find_byte(line, '=', 0);
    if (at == NB_NPOS || !nb_slice_starts(line, NB_LIT("#")) ||
        !nb_slice_eq(nb_slice_trim(nb_slice_sub(line, 1, at)), key)) {
        return nb_slice(NULL, 0);
    }
    return nb_slice_trim(nb_slice_sub(line, at + 1, line.len));
}
