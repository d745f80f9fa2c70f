#include "crawler/feed/comment.h"

#include <stdbool.h>

/* The words around a name, in any language. */
enum { NOTE_MAX_BYTES = 100 };

#define MARK "#comment-"

struct nb_slice nb_comment_page(struct nb_slice url)
{
    size_t mark = nb_slice_find(url, NB_LIT(MARK), 0);
    if (mark == NB_NPOS) {
        return (struct nb_slice){NULL, 0};
    }
    url = nb_slice_sub(url, 0, mark);
    size_t path = nb_slice_find(url, NB_LIT("/comment-page-"), 0);
    size_t query = nb_slice_find(url, NB_LIT("?cpage="), 0);
    query = query == NB_NPOS ? nb_slice_find(url, NB_LIT("&cpage="), 0) : query;
    if (path != NB_NPOS) {
        return nb_slice_sub(url, 0, path + 1);
    }
    return query != NB_NPOS ? nb_slice_sub(url, 0, query) : url;
}

/* The first paragraph with its gap, when it is the note; else nothing. */
static size_t note_len(struct nb_slice text, struct nb_slice name)
{
    size_t end = nb_slice_find(text, NB_LIT("\n\n"), 0);
    struct nb_slice note = nb_slice_sub(text, 0, end == NB_NPOS ? 0 : end);
    bool is_note = name.len > 0 && note.len <= name.len + NOTE_MAX_BYTES &&
                   nb_slice_find(note, name, 0) != NB_NPOS;
    return is_note ? end + 2 : 0;
}

void nb_comment_reply(struct nb_feed_entry *entry)
{
    struct nb_slice page = nb_comment_page(entry->url);
    if (page.len == 0 || entry->reply_to.len || entry->post) {
        return;
    }
    entry->reply_to = page;
    const struct nb_feed_link *first = entry->links_n ? &entry->links[0] : NULL;
    if (!first || !nb_slice_eq(nb_comment_page(first->url), page)) {
        return;
    }
    size_t len = note_len(entry->content, first->text);
    if (len > 0) {
        entry->reply_to = first->url;
        entry->content = nb_slice_trim(nb_slice_sub(entry->content, len, entry->content.len));
        entry->links++;
        entry->links_n--;
    }
}
