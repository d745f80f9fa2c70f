/*
 * The documents of a day, and what others did towards them.
 *
 * Acts are stored under whom they were done to: an author, or a site when only the site is known.
 * Instead of asking once per document, the documents are sorted by author (then by site), the acts
 * towards each are read once, and each act finds its document by binary search over addresses.
 */
#include "service/digest/report_impl.h"

#include <stdlib.h>

#include <nabiz/mem.h>
#include <nabiz/text.h>

#define SCRATCH_MAX_BYTES (256u << 20)
#define TITLE_MAX_BYTES 240
#define EXCERPT_MAX_BYTES NB_REPORT_LINE_BYTES

/* Left out of what is shown: controls would reach a terminal, overrides would turn a line around.
 */
static bool is_unshowable(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c ||
           c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x2028 ||
           c == 0x2029;
}

enum nb_err nb_report_line(struct nb_slice in, size_t max_bytes, struct nb_arena *arena,
                           struct nb_slice *out)
{
    char line[NB_REPORT_LINE_BYTES + 8];
    size_t n = 0;
    size_t word = 0; /* end of the last whole word */
    size_t pos = 0;
    while (pos < in.len) {
        uint32_t c = nb_utf8_next(in, &pos);
        if (is_blank(c)) {
            if (n > 0 && line[n - 1] != ' ') {
                word = n;
                line[n++] = ' ';
            }
        } else if (!is_unshowable(c)) {
            n += nb_utf8_put(c, line + n);
        }
        if (n > max_bytes) {
            size_t cut =
                word > max_bytes / 2 ? word : nb_utf8_cut(nb_slice(line, n), max_bytes - 4).len;
            memcpy(line + cut, "…", 3);
            *out = nb_arena_copy(arena, nb_slice(line, cut + 3));
            return out->p ? NB_OK : NB_ENOMEM;
        }
    }
    while (n > 0 && line[n - 1] == ' ') {
        n--;
    }
    *out = nb_arena_copy(arena, nb_slice(line, n));
    return out->p ? NB_OK : NB_ENOMEM;
}

/* Only what a reader may be sent to: an address with another scheme could run in the page. */
static struct nb_slice web_address(struct nb_slice url)
{
    bool web = nb_slice_starts(url, NB_LIT("http://")) || nb_slice_starts(url, NB_LIT("https://"));
    return web ? url : nb_slice(NULL, 0);
}

static enum nb_err read_texts(const struct nb_document *document, struct nb_arena *arena,
                              struct nb_report_scan *row)
{
    struct nb_report_document *shown = &row->shown;
    enum nb_err err =
        nb_report_line(nb_field(document->title), TITLE_MAX_BYTES, arena, &shown->title);
    if (err == NB_OK) {
        err = nb_report_line(nb_field(document->text), EXCERPT_MAX_BYTES, arena, &shown->excerpt);
    }
    if (err == NB_OK && document->author_name && *document->author_name) {
        err = nb_report_line(nb_field(document->author_name), TITLE_MAX_BYTES, arena, &shown->name);
    }
    row->address = nb_arena_copy(arena, nb_field(document->url));
    row->thread = nb_arena_copy(arena, nb_field(document->thread));
    shown->url = web_address(row->address);
    if (err == NB_OK && (!row->address.p || !row->thread.p)) {
        err = NB_ENOMEM;
    }
    return err;
}

/* "site/handle" -> "handle"; what has no byline is signed by its site. */
static struct nb_slice handle_of(struct nb_slice author)
{
    size_t slash = nb_slice_find_byte(author, '/', 0);
    if (slash == NB_NPOS) {
        return author;
    }
    return slash + 1 == author.len ? nb_slice_sub(author, 0, slash)
                                   : nb_slice_sub(author, slash + 1, author.len);
}

static enum nb_err read_document(struct nb_txn *analysis, struct nb_log *log,
                                 const struct nb_mention_row *mention, struct nb_arena *scratch,
                                 struct nb_arena *arena, struct nb_report_scan *row,
                                 struct nb_error *error)
{
    struct nb_annotation *annotation = NULL;
    struct nb_document *document = NULL;
    struct nb_report_document *shown = &row->shown;
    const Nb__Sentiment *sentiment = mention->mention->sentiment;
    enum nb_err err = nb_analysis_annotation(analysis, mention->number, scratch, &annotation);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_ECORRUPT : err;
    }
    shown->number = mention->number;
    shown->at_ms = mention->at_ms;
    shown->kind = mention->mention->kind;
    shown->label = sentiment ? sentiment->label : NB__LABEL__NEUTRAL;
    shown->score_milli = sentiment ? sentiment->score_milli : 0;
    shown->comments_n = mention->mention->comments_n;
    shown->doubtful = annotation->irony_milli >= 500 || annotation->synthetic_milli >= 500;
    enum nb_err site_err =
        nb_report_line(nb_field(annotation->site), NB_REPORT_LINE_BYTES, arena, &shown->site);
    err = nb_report_line(nb_field(mention->mention->author), NB_REPORT_LINE_BYTES, arena,
                         &shown->author);
    if (err != NB_OK || site_err != NB_OK) {
        return NB_ENOMEM;
    }
    shown->name = handle_of(shown->author);
    if (!log) {
        return NB_OK;
    }
    err = nb_log_get(log, mention->number, scratch, &document, error);
    if (err == NB_ENOTFOUND) {
        return NB_OK; /* a log that is younger than the analysis: numbers without texts */
    }
    return err == NB_OK ? read_texts(document, arena, row) : err;
}

/* Which of a row's fields an order or a search looks at. */
static int by_author(const void *a, const void *b)
{
    const struct nb_report_scan *const *x = a;
    const struct nb_report_scan *const *y = b;
    int order = nb_slice_cmp((*x)->shown.author, (*y)->shown.author);
    return order != 0 ? order : nb_slice_cmp((*x)->address, (*y)->address);
}

static int by_site(const void *a, const void *b)
{
    const struct nb_report_scan *const *x = a;
    const struct nb_report_scan *const *y = b;
    int order = nb_slice_cmp((*x)->shown.site, (*y)->shown.site);
    return order != 0 ? order : nb_slice_cmp((*x)->address, (*y)->address);
}

/* One act towards somebody's documents, which are sorted by address. */
static void apply_edge(const struct nb_edge *edge, struct nb_report_scan *const *group, size_t n)
{
    struct nb_slice url = nb_field(edge->url);
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (nb_slice_cmp(group[mid]->address, url) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    for (; low < n && nb_slice_eq(group[low]->address, url); low++) {
        struct nb_report_document *shown = &group[low]->shown;
        if (nb_slice_eq(nb_field(edge->from), shown->author)) {
            continue; /* answering or linking oneself is neither an answer nor attention */
        }
        if (edge->act == NB__EDGE__ACT__LINK || edge->act == NB__EDGE__ACT__QUOTE) {
            shown->links_n++;
        }
        if (edge->act == NB__EDGE__ACT__REPLY || edge->act == NB__EDGE__ACT__QUOTE) {
            shown->replied = true;
        }
    }
}

/* Acts towards `to` before the end of the day, onto the documents of the group. */
static enum nb_err apply_edges(struct nb_txn *analysis, struct nb_slice to,
                               const struct nb_report *report, struct nb_report_scan *const *group,
                               size_t n, struct nb_arena *scratch)
{
    const struct nb_edge *const *edges = NULL;
    size_t edges_n = 0;
    enum nb_err err = nb_analysis_edges_to(analysis, to, scratch, &edges, &edges_n);
    for (size_t i = 0; err == NB_OK && i < edges_n; i++) {
        if (edges[i]->at_ms < report->end_ms && edges[i]->url && *edges[i]->url) {
            apply_edge(edges[i], group, n);
        }
    }
    nb_arena_reset(scratch);
    return err;
}

static enum nb_err collect_acts(struct nb_txn *analysis, const struct nb_report *report,
                                struct nb_report_scan *rows, size_t n, bool sites,
                                struct nb_arena *scratch)
{
    struct nb_report_scan **order = nb_malloc((n + 1) * sizeof(*order));
    if (!order) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = &rows[i];
    }
    qsort(order, n, sizeof(*order), sites ? by_site : by_author);
    enum nb_err err = NB_OK;
    for (size_t begin = 0, end; err == NB_OK && begin < n; begin = end) {
        struct nb_slice key = sites ? order[begin]->shown.site : order[begin]->shown.author;
        for (end = begin + 1; end < n; end++) {
            struct nb_slice next = sites ? order[end]->shown.site : order[end]->shown.author;
            if (!nb_slice_eq(key, next)) {
                break;
            }
        }
        if (key.len == 0 || (!sites && key.p[key.len - 1] == '/')) {
            continue; /* nobody, or no byline: then the acts are the site's */
        }
        char *to = nb_arena_printf(scratch, sites ? "%.*s/" : "%.*s", NB_ARG(key));
        err = to ? apply_edges(analysis, nb_slice_str(to), report, order + begin, end - begin,
                               scratch)
                 : NB_ENOMEM;
    }
    nb_free(order);
    return err;
}

static enum nb_err read_rows(struct nb_txn *analysis, struct nb_log *log, struct nb_arena *scratch,
                             struct nb_arena *arena, const struct nb_mention_row *mentions,
                             struct nb_report_scan *rows, size_t n, struct nb_error *error)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = read_document(analysis, log, &mentions[i], scratch, arena, &rows[i], error);
        nb_arena_reset(scratch);
    }
    return err;
}

enum nb_err nb_report_documents(struct nb_txn *analysis, struct nb_log *log, struct nb_arena *arena,
                                struct nb_report *out, struct nb_error *error)
{
    const struct nb_mention_row *mentions = NULL;
    size_t n = 0;
    enum nb_err err =
        nb_analysis_mentions(analysis, out->topic, out->day_ms, out->end_ms, arena, &mentions, &n);
    if (err != NB_OK) {
        return err;
    }
    if (n > NB_REPORT_SCAN_MAX) {
        out->unread_n = n - NB_REPORT_SCAN_MAX;
        n = NB_REPORT_SCAN_MAX;
    }
    struct nb_report_scan *rows = nb_arena_calloc(arena, n, sizeof(*rows));
    struct nb_report_document *shown = nb_arena_calloc(arena, n, sizeof(*shown));
    struct nb_arena *scratch = nb_arena_new(SCRATCH_MAX_BYTES);
    err = rows && shown && scratch ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        err = read_rows(analysis, log, scratch, arena, mentions, rows, n, error);
    }
    if (err == NB_OK) {
        err = collect_acts(analysis, out, rows, n, true, scratch);
    }
    if (err == NB_OK) {
        err = collect_acts(analysis, out, rows, n, false, scratch);
    }
    if (err == NB_OK) {
        err = nb_report_group(rows, n, arena);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        shown[i] = rows[i].shown;
    }
    nb_arena_free(scratch);
    if (err == NB_OK) {
        out->documents = shown;
        out->documents_n = n;
    }
    return err;
}
