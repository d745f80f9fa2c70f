/*
 * A small forum on loopback for tests of following a site: boards, threads and pages that a test
 * changes while it goes, with the traps that forums have, and a list of who asked for what.
 */
#ifndef NABIZ_TEST_FORUM_WORLD_H
#define NABIZ_TEST_FORUM_WORLD_H

#include "tests/unit/polite_world.h"

#include <nabiz/buf.h>
#include <nabiz/log.h>

enum { POSTS_MAX = 64, THREADS_MAX = 40, PAGE_POSTS = 4, PAGE_THREADS = 5 };

struct post {
    int id;
    const char *author;
    const char *text;
    int64_t at_ms;
    bool is_deleted;
};

struct topic {
    int id;
    int board;
    bool is_gone;
    struct post posts[POSTS_MAX];
    size_t posts_n;
};

static struct {
    struct topic topics[THREADS_MAX];
    size_t topics_n;
    int next_post;
    bool is_down;
} forum; /* guarded by server.mu */

static inline struct topic *add_topic(int board, int id)
{
    struct topic *topic = &forum.topics[forum.topics_n++];
    *topic = (struct topic){.id = id, .board = board};
    return topic;
}

static inline struct post *add_post(struct topic *topic, const char *author, const char *text,
                                    int64_t at_ms)
{
    struct post *post = &topic->posts[topic->posts_n++];
    *post = (struct post){++forum.next_post, author, text, at_ms, false};
    return post;
}

static inline int64_t newest_of(const struct topic *topic)
{
    int64_t at_ms = 0;
    for (size_t i = 0; i < topic->posts_n; i++) {
        const struct post *post = &topic->posts[i];
        at_ms = !post->is_deleted && post->at_ms > at_ms ? post->at_ms : at_ms;
    }
    return at_ms;
}

static inline size_t posts_of(const struct topic *topic)
{
    size_t n = 0;
    for (size_t i = 0; i < topic->posts_n; i++) {
        n += !topic->posts[i].is_deleted;
    }
    return n;
}

/* ---- pages ---- */

static inline void write_head(struct nb_buf *out, const char *title)
{
    nb_buf_addf(out,
                "<!DOCTYPE html><html lang=tr><head><title>%s</title></head><body>"
                "<nav><a href='/'>Forum</a> <a href='/login/'>x</a> <a href='/members/'>u</a> "
                "<a href='/search/?q=a'>ara</a> <a href='/takvim/2026/1'>takvim</a> "
                "<a href='/etkinlik?month=1'>e</a> <a href='kural/kural/kural/kural'>k</a> "
                "<a href='/hakkinda-biz'>biz</a> <a href='/gizli/oda'>oda</a> "
                "<a href='http://baska.example/threads/a.1/'>baska</a></nav>",
                title);
}

static inline void write_time(struct nb_buf *out, int64_t at_ms)
{
    char text[NB_RFC3339_BYTES];
    nb_date_rfc3339(at_ms, text);
    nb_buf_addf(out, "<time datetime='%s'>tarih</time>", text);
}

static inline void write_index(struct nb_buf *out)
{
    write_head(out, "Kedi Dostlar\xc4\xb1");
    for (int board = 1; board <= 2; board++) {
        const struct topic *newest = NULL;
        for (size_t i = 0; i < forum.topics_n; i++) {
            const struct topic *topic = &forum.topics[i];
            if (topic->board == board && !topic->is_gone &&
                (!newest || newest_of(topic) > newest_of(newest))) {
                newest = topic;
            }
        }
        nb_buf_addf(out, "<div class=node><h3><a href='/forums/pano.%d/'>Pano %d</a></h3>", board,
                    board);
        if (newest) {
            nb_buf_addf(out, "<a href='/threads/konu.%d/latest'>son</a> ", newest->id);
            write_time(out, newest_of(newest));
        }
        nb_buf_add_str(out, "</div>");
    }
    nb_buf_add_str(out, "</body></html>");
}

static inline int by_newest(const void *a, const void *b)
{
    int64_t x = newest_of(*(const struct topic *const *)a);
    int64_t y = newest_of(*(const struct topic *const *)b);
    return (x < y) - (x > y);
}

static inline void write_row(struct nb_buf *out, const struct topic *topic)
{
    nb_buf_addf(out,
                "<div class=structItem><a href='/threads/konu.%d/?sid=%d'>Konu %d</a> "
                "<a href='/members/u.1/'>yazar</a><dl><dt>Cevap</dt><dd>%zu</dd></dl>"
                "<a href='/threads/konu.%d/latest'>",
                topic->id, forum.next_post * 7 + topic->id, topic->id, posts_of(topic) - 1,
                topic->id);
    write_time(out, newest_of(topic));
    nb_buf_add_str(out, "</a></div>");
}

static inline bool write_board(struct nb_buf *out, int board, size_t page)
{
    const struct topic *topics[THREADS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < forum.topics_n; i++) {
        if (forum.topics[i].board == board && !forum.topics[i].is_gone) {
            topics[n++] = &forum.topics[i];
        }
    }
    if (page < 1 || (page - 1) * PAGE_THREADS >= n) {
        return false;
    }
    qsort(topics, n, sizeof(topics[0]), by_newest);
    write_head(out, "Pano");
    nb_buf_addf(out, "<a href='/forums/pano.%d/?order=title&amp;direction=asc'>s\xc4\xb1rala</a>",
                board);
    for (size_t i = (page - 1) * PAGE_THREADS; i < n && i < page * PAGE_THREADS; i++) {
        write_row(out, topics[i]);
    }
    for (size_t i = 1; (i - 1) * PAGE_THREADS < n; i++) {
        nb_buf_addf(out, " <a href='/forums/pano.%d/page-%zu'>%zu</a>", board, i, i);
    }
    nb_buf_add_str(out, "</body></html>");
    return true;
}

static inline void write_post(struct nb_buf *out, const struct topic *topic,
                              const struct post *post)
{
    nb_buf_addf(out,
                "<article class='message message--post' data-author='%s' data-content='post-%d'>"
                "<div class=message-attribution><a href='/threads/konu.%d/post-%d'>",
                post->author, post->id, topic->id, post->id);
    write_time(out, post->at_ms);
    nb_buf_addf(out,
                "</a></div><div class=message-content><div class=bbWrapper>%s</div></div>"
                "</article>",
                post->text);
}

static inline bool write_topic(struct nb_buf *out, int id, size_t page)
{
    size_t n = 0;
    const struct topic *topic = NULL;
    for (size_t i = 0; i < forum.topics_n; i++) {
        topic = forum.topics[i].id == id ? &forum.topics[i] : topic;
    }
    if (!topic || topic->is_gone || page < 1 || (page - 1) * PAGE_POSTS >= posts_of(topic)) {
        return false;
    }
    write_head(out, "Konu");
    nb_buf_addf(out, "<h1 class='p-title-value'>Konu %d</h1>", id);
    for (size_t i = 0; i < topic->posts_n; i++) {
        if (!topic->posts[i].is_deleted && n++ / PAGE_POSTS == page - 1) {
            write_post(out, topic, &topic->posts[i]);
        }
    }
    if (page * PAGE_POSTS < n) {
        nb_buf_addf(out,
                    "<a class='pageNav-jump pageNav-jump--next' "
                    "href='/threads/konu.%d/page-%zu'>sonraki</a>",
                    id, page + 1);
    }
    nb_buf_addf(out, "<a href='/threads/konu.%d/print'>yazd\xc4\xb1r</a></body></html>", id);
    return true;
}

/* An endless calendar, and a page that says little. */
static inline bool write_other(struct nb_buf *out, const char *path)
{
    int month = 0;
    if (sscanf(path, "/takvim/2026/%d", &month) == 1 ||
        sscanf(path, "/etkinlik?month=%d", &month) == 1) {
        write_head(out, "Takvim");
        nb_buf_addf(out, "<a href='/takvim/2026/%d'>ileri</a>", month + 1);
        return true;
    }
    if (strcmp(path, "/hakkinda-biz") == 0) {
        write_head(out, "Biz");
        nb_buf_add_str(out, "<p>Biz kedileri severiz.</p><a href='/hakkinda-biz/daha'>daha</a>");
        return true;
    }
    return false;
}

static inline bool write_page(struct nb_buf *out, const char *path)
{
    int id = 0;
    size_t page = 1;
    if (strcmp(path, "/") == 0) {
        write_index(out);
        return true;
    }
    if (sscanf(path, "/forums/pano.%d/page-%zu", &id, &page) >= 1) {
        return write_board(out, id, page);
    }
    if (sscanf(path, "/threads/konu.%d/page-%zu", &id, &page) >= 1) {
        return write_topic(out, id, page);
    }
    return write_other(out, path);
}

static inline bool serve_forum(void *arg, int fd, const struct nbt_request *request)
{
    struct nb_buf out;
    (void)arg;
    nb_buf_init(&out, 1 << 20);
    struct hit hit = meet(request);
    if (strcmp(hit.path, "/robots.txt") == 0) {
        nbt_web_send_page(fd, "200 OK\r\n", "User-agent: *\nDisallow: /gizli/\n");
    } else if (forum.is_down) {
        nbt_web_send_page(fd, "500 Down\r\n", "");
    } else if (write_page(&out, hit.path)) {
        nb_buf_add_byte(&out, '\0');
        nbt_web_send_page(fd, "200 OK\r\nContent-Type: text/html; charset=utf-8\r\n", out.p);
    } else {
        nbt_web_send_page(fd, "404 Not Found\r\nContent-Type: text/html\r\n", "yok");
    }
    pthread_mutex_unlock(&server.mu);
    nb_buf_fini(&out);
    return false;
}

static inline void start_forum(void)
{
    server.web = nbt_web_start(1, serve_forum, NULL);
    server.port = nbt_web_port(server.web);
}

/* ---- what arrived ---- */

enum { DOCUMENTS_MAX = 2000 };

static struct nb_document *documents[DOCUMENTS_MAX];

static inline size_t read_documents(const struct world *world)
{
    struct nb_store *store = open_store(world);
    struct nb_log *log;
    size_t n = 0;
    assert_int_equal(nb_log_open_local(store, &log, &error), NB_OK);
    assert_int_equal(nb_log_next(log, 0, DOCUMENTS_MAX, world->arena, documents, &n, &error),
                     NB_OK);
    nb_log_close(log);
    nb_store_close(store);
    return n;
}

/* The newest revision of the document with a text, which must be there. */
static inline const struct nb_document *document_with(size_t n, const char *text)
{
    size_t found = DOCUMENTS_MAX;
    for (size_t i = 0; i < n; i++) {
        if (documents[i]->text && strcmp(documents[i]->text, text) == 0) {
            found = i;
        }
    }
    if (found == DOCUMENTS_MAX) {
        fail_msg("no document says \"%s\"", text);
    }
    return documents[found % DOCUMENTS_MAX];
}

#endif
