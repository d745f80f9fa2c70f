#include "analyzer/sentiment/lexicon_line.h"

static struct nb_slice first_word(struct nb_slice *rest)
{
    *rest = nb_slice_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !nb_ascii_is_space(rest->p[n])) {
        n++;
    }
    struct nb_slice word = nb_slice_sub(*rest, 0, n);
    *rest = nb_slice_sub(*rest, n, rest->len);
    return word;
}

const char *nb_lexicon_line(struct nb_slice line, struct nb_lexicon_line *out)
{
    *out = (struct nb_lexicon_line){.head = {NULL, 0}};
    line = nb_slice_trim(line);
    if (line.len == 0 || line.p[0] == '#') {
        return NULL;
    }
    struct nb_slice rest = line;
    out->head = first_word(&rest);
    size_t equals = nb_slice_find(rest, NB_LIT(" = \""), 0);
    out->examples = equals == NB_NPOS ? nb_slice(NULL, 0) : nb_slice_sub(rest, equals, rest.len);
    struct nb_slice term = nb_slice_trim(nb_slice_sub(rest, 0, equals));
    size_t slash = nb_slice_find(term, NB_LIT(" /"), 0);
    /* ":/" and its like are terms: a part of speech follows its slash directly. */
    if (slash != NB_NPOS && slash + 2 < term.len) {
        out->pos = nb_slice_sub(term, slash + 2, term.len);
        term = nb_slice_trim(nb_slice_sub(term, 0, slash));
    }
    out->term = term;
    if (term.len == 0) {
        return "expected words behind the first column";
    }
    struct nb_slice text, want;
    for (struct nb_slice left = out->examples; nb_lexicon_example(&left, &text, &want);) {
        if (!text.p) {
            return "an example is written = \"text\" -> expected";
        }
    }
    return NULL;
}

bool nb_lexicon_example(struct nb_slice *examples, struct nb_slice *text, struct nb_slice *want)
{
    struct nb_slice rest = nb_slice_trim(*examples);
    *text = nb_slice(NULL, 0);
    *want = nb_slice(NULL, 0);
    if (rest.len == 0) {
        return false;
    }
    *examples = nb_slice(NULL, 0);
    size_t open = nb_slice_find_byte(rest, '"', 0);
    size_t close = open == NB_NPOS ? NB_NPOS : nb_slice_find_byte(rest, '"', open + 1);
    if (rest.p[0] != '=' || close == NB_NPOS ||
        nb_slice_trim(nb_slice_sub(rest, 1, open)).len != 0) {
        return true;
    }
    struct nb_slice after = nb_slice_sub(rest, close + 1, rest.len);
    struct nb_slice arrow = first_word(&after);
    struct nb_slice word = first_word(&after);
    if (!nb_slice_eq(arrow, NB_LIT("->")) || word.len == 0) {
        return true;
    }
    *text = nb_slice_sub(rest, open + 1, close);
    *want = word;
    *examples = after;
    return true;
}
