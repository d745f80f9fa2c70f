/**
 * Comments of WordPress, in its feeds and in its API, by their addresses.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_FEED_COMMENT_H
#define NABIZ_FEED_COMMENT_H

#include <nabiz/feed.h>
#include <nabiz/slice.h>

/**
 * The page that a comment's address is on: "https://b.example/yazi/comment-page-2/#comment-5" to
 * "https://b.example/yazi/". p == NULL when it is no address of a comment.
 */
struct nb_slice nb_comment_page(struct nb_slice url);

/**
 * What an entry that is a comment answers: its page, or the comment that its first paragraph names,
 * which the software put there ("In reply to <a href="...#comment-3">Can</a>.") and which is cut.
 */
void nb_comment_reply(struct nb_feed_entry *entry);

#endif
