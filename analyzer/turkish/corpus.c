#include "analyzer/turkish/corpus.h"

#include <nabiz/text.h>

#include "analyzer/turkish/letters.h"
#include "analyzer/turkish/table.h"

enum { LETTERS_MIN = 10, LETTERS_PER_MARK = 12, HELD_OUT_ONE_IN = 10 };

/* The bytes of a quoted field up to its closing quote; a quote inside stands twice. */
static size_t quoted_bytes(struct nb_slice rest)
{
    size_t at = 1;
    while (at < rest.len && (rest.p[at] != '"' || (at + 1 < rest.len && rest.p[at + 1] == '"'))) {
        at += rest.p[at] == '"' ? 2 : 1;
    }
    return at < rest.len ? at : rest.len;
}

static struct nb_slice unquote(struct nb_slice quoted, struct nb_arena *arena)
{
    char *text = nb_arena_alloc(arena, quoted.len);
    size_t n = 0;
    for (size_t at = 1; text && at < quoted.len; at++) {
        at += quoted.p[at] == '"';
        text[n++] = at < quoted.len ? quoted.p[at] : '"';
    }
    return nb_slice(text, n);
}

/* One field off the front of *rest; *last when it ends its row. @return false: out of memory. */
static bool take_field(struct nb_slice *rest, char separator, struct nb_arena *arena,
                       struct nb_slice *field, bool *last)
{
    bool quoted = separator == ',' && rest->len && rest->p[0] == '"';
    size_t at = quoted ? quoted_bytes(*rest) : 0;
    if (quoted) {
        *field = unquote(nb_slice_sub(*rest, 0, at), arena);
    }
    while (at < rest->len && rest->p[at] != separator && rest->p[at] != '\n') {
        at++;
    }
    if (!quoted) {
        *field = nb_slice_sub(*rest, 0, at);
    }
    *last = at >= rest->len || rest->p[at] == '\n';
    *rest = nb_slice_sub(*rest, at + 1, rest->len);
    return field->p != NULL;
}

bool tr_corpus_open(struct tr_corpus *corpus, struct nb_slice table, char separator,
                    struct nb_slice column)
{
    struct nb_slice head, name, mark = NB_LIT("\xEF\xBB\xBF");
    table = nb_slice_starts(table, mark) ? nb_slice_sub(table, mark.len, table.len) : table;
    *corpus = (struct tr_corpus){.rest = table, .separator = separator};
    if (!nb_slice_split(&corpus->rest, '\n', &head)) {
        return false;
    }
    while (nb_slice_split(&head, separator, &name)) {
        if (nb_slice_eq(nb_slice_trim(name), column)) {
            return true;
        }
        corpus->column++;
    }
    return false;
}

bool tr_corpus_next(struct tr_corpus *corpus, struct nb_arena *arena, struct nb_slice *text)
{
    if (!corpus->rest.len) {
        return false;
    }
    bool last = false;
    *text = nb_slice(NULL, 0);
    for (size_t i = 0; !last; i++) {
        struct nb_slice field;
        if (!take_field(&corpus->rest, corpus->separator, arena, &field, &last)) {
            return false;
        }
        if (i == corpus->column) {
            *text = nb_slice_trim(field);
        }
    }
    return true;
}

bool tr_corpus_held_out(struct nb_slice text)
{
    return tr_hash(text) % HELD_OUT_ONE_IN == 0;
}

bool tr_corpus_well_typed(struct nb_slice text)
{
    size_t letters = 0, marks = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = nb_utf8_next(text, &at);
        if (c == '@' ||
            (c == 'h' && nb_slice_starts(nb_slice_sub(text, at, text.len), NB_LIT("ttp")))) {
            while (at < text.len && text.p[at] != ' ') {
                at++;
            }
            continue;
        }
        uint32_t f = c == 'I' ? 'i' : tr_fold_letter(c);
        bool mark = f == 0xE7 || f == 0x11F || f == 0x131 || f == 0xF6 || f == 0x15F || f == 0xFC;
        marks += mark;
        letters += mark || (f >= 'a' && f <= 'z');
    }
    return letters >= LETTERS_MIN && marks * LETTERS_PER_MARK >= letters;
}
