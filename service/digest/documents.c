/*
 * A document as it is shown: its texts from the log, cleaned, in one line each.
 */
#include "service/digest/report_impl.h"

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
                              struct nb_report_document *shown)
{
    enum nb_err err =
        nb_report_line(nb_field(document->title), TITLE_MAX_BYTES, arena, &shown->title);
    if (err == NB_OK) {
        err = nb_report_line(nb_field(document->text), EXCERPT_MAX_BYTES, arena, &shown->excerpt);
    }
    if (err == NB_OK && document->author_name && *document->author_name) {
        err = nb_report_line(nb_field(document->author_name), TITLE_MAX_BYTES, arena, &shown->name);
    }
    shown->url = nb_arena_copy(arena, web_address(nb_field(document->url)));
    return err == NB_OK && !shown->url.p ? NB_ENOMEM : err;
}

struct nb_slice nb_report_handle(struct nb_slice author)
{
    size_t slash = nb_slice_find_byte(author, '/', 0);
    if (slash == NB_NPOS) {
        return author;
    }
    return slash + 1 == author.len ? nb_slice_sub(author, 0, slash)
                                   : nb_slice_sub(author, slash + 1, author.len);
}

enum nb_err nb_report_document(const struct nb_report *report, uint32_t row, struct nb_arena *arena,
                               struct nb_report_document *out, struct nb_error *error)
{
    const struct nb_scan_row *from = &report->scan->rows[row];
    struct nb_report_document shown = {.number = from->number,
                                       .at_ms = from->at_ms,
                                       .kind = (Nb__Kind)from->kind,
                                       .label = (Nb__Label)from->label,
                                       .score_milli = from->score_milli,
                                       .comments_n = from->comments_n,
                                       .links_n = from->links_n,
                                       .doubtful = from->doubtful};
    enum nb_err err = nb_report_line(report->scan->authors[from->author].id, NB_REPORT_LINE_BYTES,
                                     arena, &shown.author);
    shown.site = nb_scan_site(shown.author);
    shown.name = nb_report_handle(shown.author);
    if (err == NB_OK && report->log) {
        struct nb_document *document = NULL;
        struct nb_arena *scratch = nb_arena_new(SCRATCH_MAX_BYTES);
        err =
            scratch ? nb_log_get(report->log, from->number, scratch, &document, error) : NB_ENOMEM;
        if (err == NB_OK) {
            err = read_texts(document, arena, &shown);
        } else if (err == NB_ENOTFOUND) {
            err = NB_OK; /* a log that is younger than the analysis: numbers without texts */
        }
        nb_arena_free(scratch);
    }
    if (err == NB_OK) {
        *out = shown;
    }
    return err;
}
