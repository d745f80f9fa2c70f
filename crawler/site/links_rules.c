#include "crawler/site/links_impl.h"

#include <nabiz/file.h>
#include <nabiz/mem.h>

enum { ARENA_BYTES = 4 << 20, FILE_MAX_BYTES = 1 << 20, TRIES_MAX = 20000 };

/* ---- globs ---- */

struct match {
    bool is_open;
    int tries; /* hostile addresses against many stars: given up */
};

static size_t digits_at(struct nb_slice s, size_t at)
{
    size_t n = 0;
    while (at + n < s.len && nb_ascii_is_digit(s.p[at + n])) {
        n++;
    }
    return n;
}

/* @return bytes of text up to the end of the match, or NB_NPOS */
static size_t match_at(struct match *m, struct nb_slice glob, size_t g, struct nb_slice text,
                       size_t t)
{
    while (g < glob.len) {
        char c = glob.p[g];
        if (++m->tries > TRIES_MAX) {
            return NB_NPOS;
        }
        if (c == '#') {
            size_t marks = 0;
            size_t n = digits_at(text, t);
            for (; g < glob.len && glob.p[g] == '#'; g++) {
                marks++;
            }
            if (n == 0 || (marks > 1 && n != marks)) {
                return NB_NPOS;
            }
            t += n;
        } else if (c == '*') {
            bool any = g + 1 < glob.len && glob.p[g + 1] == '*';
            size_t end = t;
            while (end < text.len && (any || text.p[end] != '/')) {
                end++;
            }
            for (size_t at = end; at + 1 > t + !any; at--) { /* the longest first */
                size_t found = match_at(m, glob, g + 1 + any, text, at);
                if (found != NB_NPOS || at == 0) {
                    return found;
                }
            }
            return NB_NPOS;
        } else {
            if (t >= text.len || nb_ascii_lower(text.p[t]) != nb_ascii_lower(c)) {
                return NB_NPOS;
            }
            g++;
            t++;
        }
    }
    return m->is_open || t == text.len ? t : NB_NPOS;
}

size_t nb_link_glob(struct nb_slice glob, struct nb_slice text, bool is_open)
{
    struct match match = {.is_open = is_open};
    return match_at(&match, glob, 0, text, 0);
}

/* ---- lines ---- */

struct reader {
    struct nb_link_rules *rules;
    const struct nb_link_rule **ends[NB_LINK_KIND + 1]; /* where the next of a list goes */
    const char *path;
    unsigned line;
};

static bool word_of(struct nb_slice name, enum nb_link_word *word, Nb__Page__Kind *kind)
{
    static const struct {
        const char *name;
        enum nb_link_word word;
        Nb__Page__Kind kind;
    } words[] = {
        {"drop", NB_LINK_DROP, NB__PAGE__KIND__UNKNOWN},
        {"files", NB_LINK_FILES, NB__PAGE__KIND__UNKNOWN},
        {"page", NB_LINK_PAGE, NB__PAGE__KIND__UNKNOWN},
        {"skip", NB_LINK_SKIP, NB__PAGE__KIND__UNKNOWN},
        {"thread", NB_LINK_KIND, NB__PAGE__KIND__THREAD},
        {"board", NB_LINK_KIND, NB__PAGE__KIND__LISTING},
        {"listing", NB_LINK_KIND, NB__PAGE__KIND__LISTING},
        {"article", NB_LINK_KIND, NB__PAGE__KIND__ARTICLE},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (nb_slice_eq(name, nb_slice_str(words[i].name))) {
            *word = words[i].word;
            *kind = words[i].kind;
            return true;
        }
    }
    return false;
}

/* "a=#&b=*" */
static bool set_params(struct nb_slice text, struct nb_link_rule *rule)
{
    struct nb_slice part;
    while (nb_slice_split(&text, '&', &part)) {
        size_t equals = nb_slice_find_byte(part, '=', 0);
        if (equals == NB_NPOS || equals == 0 || rule->params_n == NB_LINK_PARAMS_MAX) {
            return false;
        }
        rule->params[rule->params_n++] = (struct nb_link_param){
            nb_slice_sub(part, 0, equals), nb_slice_sub(part, equals + 1, part.len)};
    }
    return true;
}

/* @return false when the value cannot be read */
static bool set_value(struct nb_slice value, struct nb_link_rule *rule)
{
    if (nb_slice_ends(value, NB_LIT("~"))) {
        rule->is_open = true;
        value.len--;
    }
    size_t mark = nb_slice_find_byte(value, '?', 0);
    size_t equals = nb_slice_find_byte(value, '=', 0);
    if (mark != NB_NPOS) {
        rule->text = nb_slice_sub(value, 0, mark);
        rule->is_path = true;
        return set_params(nb_slice_sub(value, mark + 1, value.len), rule);
    }
    if (equals != NB_NPOS) {
        return set_params(value, rule);
    }
    rule->text = value;
    rule->is_path = nb_slice_find_byte(value, '/', 0) != NB_NPOS || value.p[0] == '-';
    return value.len > 0 && (rule->is_path || rule->word != NB_LINK_KIND);
}

static enum nb_err add_value(struct reader *r, enum nb_link_word word, Nb__Page__Kind kind,
                             bool is_board, struct nb_slice value, struct nb_error *error)
{
    struct nb_link_rule *rule = nb_arena_calloc(r->rules->arena, 1, sizeof(*rule));
    size_t list = word < NB_LINK_SKIP ? word : NB_LINK_KIND;
    if (!rule) {
        return NB_ENOMEM;
    }
    rule->word = word;
    rule->kind = kind;
    rule->is_board = is_board;
    if (!set_value(value, rule)) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%s:%u: \"%.*s\" is no word, no path such as **/konu/# and no "
                            "parameter such as sort=*",
                            r->path, r->line, NB_ARG(value));
    }
    *r->ends[list] = rule;
    r->ends[list] = &rule->next;
    return NB_OK;
}

static struct nb_slice next_word(struct nb_slice *line)
{
    *line = nb_slice_trim(*line);
    size_t n = 0;
    while (n < line->len && !nb_ascii_is_space(line->p[n])) {
        n++;
    }
    struct nb_slice word = nb_slice_sub(*line, 0, n);
    *line = nb_slice_sub(*line, n, line->len);
    return word;
}

static enum nb_err read_line(struct reader *r, struct nb_slice line, struct nb_error *error)
{
    enum nb_link_word word;
    Nb__Page__Kind kind;
    struct nb_slice name = next_word(&line);
    enum nb_err err = NB_OK;
    if (name.len == 0 || name.p[0] == '#') {
        return NB_OK;
    }
    bool is_board = nb_slice_eq(name, NB_LIT("board"));
    if (!word_of(name, &word, &kind)) {
        return nb_error_set(
            error, NB_ESYNTAX,
            "%s:%u: expected drop, files, page, skip, thread, board, listing or article", r->path,
            r->line);
    }
    for (struct nb_slice value; err == NB_OK && (value = next_word(&line)).len > 0;) {
        err = add_value(r, word, kind, is_board, value, error);
    }
    return err;
}

static void begin(struct reader *r, struct nb_link_rules *rules)
{
    r->rules = rules;
    for (size_t i = 0; i < NB_LINK_KIND; i++) {
        r->ends[i] = &rules->words[i];
    }
    r->ends[NB_LINK_KIND] = &rules->kinds;
}

static enum nb_err read_text(struct reader *r, struct nb_slice text, const char *path,
                             struct nb_error *error)
{
    struct nb_slice line;
    enum nb_err err = NB_OK;
    r->path = path;
    r->line = 0;
    while (err == NB_OK && nb_slice_split(&text, '\n', &line)) {
        r->line++;
        err = read_line(r, line, error);
    }
    return err;
}

static struct nb_link_rules *rules_new(struct reader *r)
{
    struct nb_link_rules *rules = nb_calloc(1, sizeof(*rules));
    if (rules && !(rules->arena = nb_arena_new(ARENA_BYTES))) {
        nb_free(rules);
        rules = NULL;
    }
    if (rules) {
        begin(r, rules);
    }
    return rules;
}

enum nb_err nb_link_rules_read(struct nb_slice text, const char *path, struct nb_link_rules **out,
                               struct nb_error *error)
{
    struct reader r = {0};
    *out = NULL;
    struct nb_link_rules *rules = rules_new(&r);
    enum nb_err err = rules ? read_text(&r, text, path, error) : NB_ENOMEM;
    if (err != NB_OK) {
        nb_link_rules_free(rules);
        return err;
    }
    *out = rules;
    return NB_OK;
}

static enum nb_err load_file(struct reader *r, const char *path, struct nb_error *error)
{
    struct nb_buf buf;
    nb_buf_init(&buf, FILE_MAX_BYTES);
    enum nb_err err = nb_file_read(path, &buf, error);
    if (err == NB_OK) {
        struct nb_slice text = nb_arena_copy(r->rules->arena, nb_buf_slice(&buf));
        err = text.p ? read_text(r, text, path, error) : NB_ENOMEM;
    }
    nb_buf_fini(&buf);
    return err;
}

enum nb_err nb_link_rules_load(const char *dir, struct nb_link_rules **out, struct nb_error *error)
{
    struct reader r = {0};
    const char *const *names;
    size_t n = 0;
    *out = NULL;
    struct nb_link_rules *rules = rules_new(&r);
    enum nb_err err =
        rules ? nb_file_names(dir, ".links", rules->arena, &names, &n, error) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        char *path = nb_arena_printf(rules->arena, "%s/%s", dir, names[i]);
        err = path ? load_file(&r, path, error) : NB_ENOMEM;
    }
    if (err != NB_OK) {
        nb_link_rules_free(rules);
        return err;
    }
    *out = rules;
    return NB_OK;
}

void nb_link_rules_free(struct nb_link_rules *rules)
{
    if (rules) {
        nb_arena_free(rules->arena);
        nb_free(rules);
    }
}
