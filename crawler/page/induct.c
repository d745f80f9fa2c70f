#include "crawler/page/induct.h"

#include <string.h>

#include <nabiz/text.h>

#include "crawler/page/fields.h"
#include "crawler/page/opening.h"
#include "crawler/page/render.h"
#include "crawler/page/when.h"

enum {
    TEXT_MAX = 1 << 22,
    NAME_MAX = 80,   /* bytes of a name or an id */
    ASIDE_MAX = 80,  /* of text around a name or a date that belongs to it: "By", "wrote on" */
    NOTE_MAX = 160,  /* of a note such as "edited on 3 May" */
    QUOTES_MAX = 64, /* in a post */
    RULE_MIN = 5     /* underscores that part a signature from the text */
};

struct induction {
    struct nb_page_evidence e;
    struct nb_page_records records;
    struct nb_page_fields *fields;
    bool *dropped; /* as at first, before labels were found */
    struct nb_buf buf;
    enum nb_err err;
};

/* ---- parts of a post ---- */

static struct nb_slice rendered(struct induction *in)
{
    struct nb_slice text = NB_LIT("");
    if (nb_page_rendered(&in->buf, in->e.arena, &text) == NB_ENOMEM) {
        in->err = NB_ENOMEM;
    }
    return text;
}

static struct nb_slice line_of(struct induction *in, uint32_t node)
{
    nb_buf_reset(&in->buf);
    nb_page_render_line(in->e.dom, node, in->e.marks.dropped, &in->buf);
    return rendered(in);
}

static struct nb_slice text_of(struct induction *in, uint32_t node)
{
    nb_buf_reset(&in->buf);
    nb_page_render(in->e.dom, node, in->e.marks.dropped, &in->buf);
    return rendered(in);
}

static struct nb_slice address(struct induction *in, struct nb_slice href)
{
    struct nb_url url;
    enum nb_err err =
        href.len ? nb_url_parse(href, in->e.context->url, in->e.arena, &url) : NB_ESYNTAX;
    if (err == NB_ENOMEM) {
        in->err = err;
    }
    return err == NB_OK && nb_url_is_http(&url) ? url.href : NB_LIT("");
}

/* The link that an element is, lies in, or holds; 0: none. */
static uint32_t link_of(const struct nb_dom *dom, uint32_t node, uint32_t begin)
{
    for (uint32_t up = node; up >= begin && up != 0; up = dom->nodes[up].parent) {
        if (dom->nodes[up].tag == NB_TAG_A && nb_dom_attr(dom, up, "href").len) {
            return up;
        }
    }
    return nb_dom_find(dom, node, node, NB_TAG_A);
}

static void take_author(struct induction *in, const struct nb_page_record *record, uint32_t author,
                        struct nb_page_post *post)
{
    const struct nb_dom *dom = in->e.dom;
    if (!author) {
        return;
    }
    post->author = nb_utf8_cut(nb_page_bare_name(line_of(in, author)), NAME_MAX);
    uint32_t link = link_of(dom, author, record->begin);
    if (link) {
        post->author_url = address(in, nb_slice_trim(nb_dom_attr(dom, link, "href")));
    }
}

/* The time may stand beside the day, in an element that has both. */
static int64_t moment(struct induction *in, const struct nb_page_record *record, uint32_t text)
{
    const struct nb_dom *dom = in->e.dom;
    int64_t at_ms = in->e.date_ms[record->anchor];
    bool is_exact = dom->nodes[record->anchor].tag == NB_TAG_TIME;
    for (uint32_t up = dom->nodes[record->anchor].parent; !is_exact && up > record->begin;
         up = dom->nodes[up].parent) {
        if (up == text || in->e.marks.weights[up].chars > ASIDE_MAX) {
            break;
        }
        int64_t better =
            nb_page_when(line_of(in, up), in->e.context->dates, in->e.context->month_first);
        if (better >= 0 && better > at_ms - NB_DAY_MS && better < at_ms + NB_DAY_MS) {
            at_ms = better;
        }
    }
    return at_ms;
}

static void take_place(struct induction *in, const struct nb_page_record *record,
                       struct nb_page_post *post)
{
    const struct nb_dom *dom = in->e.dom;
    for (uint32_t up = record->anchor; up >= record->begin && up != 0; up = dom->nodes[up].parent) {
        struct nb_slice href = nb_slice_trim(nb_dom_attr(dom, up, "href"));
        if (dom->nodes[up].tag == NB_TAG_A && href.len) {
            post->url = address(in, href);
        }
    }
    for (uint32_t k = record->begin; k < record->end && k <= record->anchor; k++) {
        struct nb_slice id = nb_dom_attr(dom, k, "id");
        bool is_anchor = dom->nodes[k].tag == NB_TAG_A && !id.len;
        id = is_anchor ? nb_dom_attr(dom, k, "name") : id;
        id = !id.len && k == record->begin ? nb_dom_attr(dom, k, "data-id") : id;
        if (id.len) {
            post->id = nb_utf8_cut(id, NAME_MAX);
            return;
        }
    }
}

/* ---- what is not part of the text ---- */

/* Drop a node of a text with the short line that it stands in. */
static void drop_line(struct induction *in, uint32_t text, uint32_t node)
{
    const struct nb_dom *dom = in->e.dom;
    if (node <= text || node >= dom->nodes[text].end) {
        return;
    }
    for (uint32_t up = dom->nodes[node].parent;
         up > text && in->e.marks.weights[up].chars <= ASIDE_MAX; up = dom->nodes[up].parent) {
        node = up;
    }
    in->e.marks.dropped[node] = true;
}

static bool is_note(enum nb_tag tag)
{
    return tag == NB_TAG_SMALL || tag == NB_TAG_EM || tag == NB_TAG_I || tag == NB_TAG_DIV ||
           tag == NB_TAG_FONT || tag == NB_TAG_SPAN || tag == NB_TAG_CITE;
}

static bool is_rule(struct nb_slice text)
{
    size_t n = 0;
    text = nb_slice_trim(text);
    while (n < text.len && text.p[n] == '_') {
        n++;
    }
    return n >= RULE_MIN && n == text.len;
}

/* Signatures, and a note with a date at the end: who edited it, and when. */
static void cut_text(struct induction *in, uint32_t text)
{
    const struct nb_dom *dom = in->e.dom;
    const struct nb_page_weight *weights = in->e.marks.weights;
    uint32_t end = dom->nodes[text].end;
    bool is_below = false;
    for (uint32_t i = text + 1; i < end; i++) {
        bool has_date = in->e.dates[dom->nodes[i].end] > in->e.dates[i];
        bool is_last = in->e.text[dom->nodes[i].end] == in->e.text[end];
        is_below = is_below || (dom->nodes[i].tag == NB_TAG_TEXT && is_rule(dom->nodes[i].text));
        if ((is_below && dom->nodes[i].tag == NB_TAG_TEXT) || nb_page_is_signature(dom, i) ||
            (is_note(dom->nodes[i].tag) && has_date && is_last && weights[i].chars <= NOTE_MAX)) {
            in->e.marks.dropped[i] = true;
        }
        if (in->e.marks.dropped[i]) {
            i = dom->nodes[i].end - 1;
        }
    }
}

/* ---- quotes ---- */

static bool is_quote(const struct induction *in, uint32_t node)
{
    const struct nb_dom *dom = in->e.dom;
    struct nb_slice class = nb_slice_sub(nb_dom_attr(dom, node, "class"), 0, 256);
    if (dom->nodes[node].tag == NB_TAG_TEXT || !in->e.marks.weights[node].chars) {
        return false;
    }
    return dom->nodes[node].tag == NB_TAG_BLOCKQUOTE ||
           nb_dom_has_word(dom, node, "class", NB_LIT("quote")) ||
           nb_slice_find(class, NB_LIT("quotebox"), 0) != NB_NPOS ||
           nb_slice_find(class, NB_LIT("quote-"), 0) != NB_NPOS ||
           nb_slice_find(class, NB_LIT("_quote"), 0) != NB_NPOS;
}

static void take_quotes(struct induction *in, uint32_t text, struct nb_page_post *post)
{
    const struct nb_dom *dom = in->e.dom;
    struct nb_page_quote *quotes = NULL;
    for (uint32_t i = text + 1; i < dom->nodes[text].end && post->quotes_n < QUOTES_MAX; i++) {
        if (!in->e.marks.dropped[i] && !is_quote(in, i)) {
            continue;
        }
        if (!in->e.marks.dropped[i]) {
            uint32_t cite = nb_dom_find(dom, i, i, NB_TAG_CITE);
            if (!quotes) {
                quotes = nb_arena_calloc(in->e.arena, QUOTES_MAX, sizeof(*quotes));
                in->err = quotes ? in->err : NB_ENOMEM;
            }
            if (!quotes) {
                return;
            }
            struct nb_page_quote *quote = &quotes[post->quotes_n++];
            quote->author = cite ? nb_utf8_cut(line_of(in, cite), NAME_MAX) : NB_LIT("");
            in->e.marks.dropped[cite ? cite : 0] |= cite != 0;
            quote->text = text_of(in, i);
            in->e.marks.dropped[i] = true;
        }
        i = dom->nodes[i].end - 1;
    }
    post->quotes = quotes;
}

/* ---- the posts ---- */

static void take_post(struct induction *in, size_t at, struct nb_page_post *post)
{
    const struct nb_page_record *record = &in->records.all[at];
    const struct nb_page_fields *fields = &in->fields[at];
    *post = (struct nb_page_post){.published_ms = -1, .likes = -1, .followers = -1};
    if (!fields->text) {
        return;
    }
    take_author(in, record, fields->author, post);
    post->published_ms = moment(in, record, fields->text);
    take_place(in, record, post);
    drop_line(in, fields->text, fields->author);
    drop_line(in, fields->text, record->anchor);
    cut_text(in, fields->text);
    take_quotes(in, fields->text, post);
    post->text = text_of(in, fields->text);
}

static void take_opening(struct induction *in, struct nb_page_thread *thread)
{
    struct nb_page_opening opening = nb_page_opening_find(&in->e, in->records.all[0].begin);
    if (opening.begin && opening.end <= in->records.all[0].begin) { /* not part of a record */
        in->err = nb_page_opening_read(&in->e, &opening, &in->buf, &thread->posts[0]);
        thread->nodes[0] = opening.text;
        thread->posts_n += in->err == NB_OK && thread->posts[0].text.len > 0;
    }
}

static enum nb_err take_posts(struct induction *in, struct nb_page_thread *out)
{
    struct nb_page_thread thread = {.counts = {-1, -1}};
    thread.posts = nb_arena_calloc(in->e.arena, in->records.n + 1, sizeof(*thread.posts));
    thread.nodes = nb_arena_calloc(in->e.arena, in->records.n + 1, sizeof(*thread.nodes));
    if (!thread.posts || !thread.nodes) {
        return NB_ENOMEM;
    }
    take_opening(in, &thread);
    for (size_t i = 0; i < in->records.n && in->err == NB_OK; i++) {
        struct nb_page_post *post = &thread.posts[thread.posts_n];
        take_post(in, i, post);
        thread.nodes[thread.posts_n] = in->fields[i].text;
        thread.posts_n += post->text.len || post->quotes_n;
    }
    if (in->err == NB_OK && thread.posts_n >= NB_PAGE_RECORDS_MIN) {
        *out = thread;
        return NB_OK;
    }
    return in->err == NB_OK ? NB_ENOTFOUND : in->err;
}

bool nb_page_is_talk(struct nb_slice url)
{
    static const char *const words[] = {"forum", "Forum",    "thread",  "Thread",  "topic",
                                        "Topic", "iscuss",   "oard",    "ommunit", "essage",
                                        "/talk", "question", "answers", NULL};
    for (size_t i = 0; words[i]; i++) {
        if (nb_slice_find(nb_slice_sub(url, 0, 512), nb_slice_str(words[i]), 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

/* Drop what was dropped before any labels were. */
static void restore(struct induction *in)
{
    memcpy(in->e.marks.dropped, in->dropped, in->e.dom->n * sizeof(bool));
    nb_page_weigh(in->e.dom, &in->e.marks);
}

/* A way to cut the page, and what was learned from it. */
struct way {
    const struct nb_page_records *records;
    struct nb_page_fields *fields;
    uint64_t score; /* 0: these are no posts */
};

/* Of most records the date stands before the text. */
static bool is_ahead(const struct way *way)
{
    size_t n = 0;
    for (size_t i = 0; i < way->records->n; i++) {
        n += way->records->all[i].anchor < way->fields[i].text;
    }
    return n * 2 > way->records->n;
}

static int64_t middle_of(const struct induction *in, const struct way *way)
{
    return in->e.date_ms[way->records->all[way->records->n / 2].anchor];
}

/*
 * Of two ways that find as much, one that has its dates before the text: behind it stands who
 * edited it; then the one with later dates: who wrote it joined earlier.
 */
static bool is_better(const struct induction *in, const struct way *a, const struct way *b)
{
    bool is_close = a->score * 10 >= b->score * 8 && b->score * 10 >= a->score * 8 &&
                    a->records->is_ordered == b->records->is_ordered;
    if (!is_close || !b->score) {
        return a->score > b->score;
    }
    if (is_ahead(a) != is_ahead(b)) {
        return is_ahead(a);
    }
    return middle_of(in, a) > middle_of(in, b);
}

/* Learn from each way to cut the page, and keep the one that looks most like posts. */
static enum nb_err choose(struct induction *in, const struct nb_page_records *ways, size_t n)
{
    struct way best = {0};
    for (size_t i = 0; i < n; i++) {
        struct way way = {.records = &ways[i]};
        restore(in);
        way.fields = nb_arena_calloc(in->e.arena, ways[i].n, sizeof(*way.fields));
        enum nb_err err =
            way.fields ? nb_page_fields_learn(&in->e, &ways[i], way.fields, &way.score) : NB_ENOMEM;
        if (err == NB_ENOMEM) {
            return err;
        }
        if (err == NB_OK && is_better(in, &way, &best)) {
            best = way;
        }
    }
    if (!best.score) {
        return NB_ENOTFOUND;
    }
    restore(in);
    in->records = *best.records;
    in->fields = best.fields;
    return nb_page_fields_learn(&in->e, &in->records, in->fields, &best.score);
}

enum nb_err nb_page_induct(const struct nb_dom *dom, const struct nb_page_context *context,
                           struct nb_arena *arena, struct nb_page_thread *out)
{
    struct induction in = {0};
    struct nb_page_records ways[NB_PAGE_CANDIDATES];
    size_t n = 0;
    enum nb_err err = nb_page_evidence_read(dom, context, arena, &in.e);
    err = err == NB_OK ? nb_page_records_find(&in.e, ways, &n) : err;
    in.dropped = err == NB_OK ? nb_arena_alloc(arena, dom->n * sizeof(bool)) : NULL;
    if (err != NB_OK || !in.dropped) {
        return err == NB_OK ? NB_ENOMEM : err;
    }
    memcpy(in.dropped, in.e.marks.dropped, dom->n * sizeof(bool));
    err = choose(&in, ways, n);
    if (err != NB_OK) {
        return err;
    }
    nb_buf_init(&in.buf, TEXT_MAX);
    err = take_posts(&in, out);
    nb_buf_fini(&in.buf);
    return err;
}
