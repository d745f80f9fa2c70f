/* nabiz feed: bytes of a feed on stdin, one JSON object on stdout. The stage of the crawler alone.
 */
#include "service/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/buf.h>
#include <nabiz/clock.h>
#include <nabiz/date.h>
#include <nabiz/feed.h>
#include <nabiz/file.h>
#include <nabiz/json.h>

static void write_urls(struct nb_json *json, const char *key, const struct nb_feed_link *links,
                       size_t n)
{
    nb_json_key(json, key);
    nb_json_array(json);
    for (size_t i = 0; i < n; i++) {
        nb_json_str(json, links[i].url);
    }
    nb_json_end(json);
}

static void write_entry(struct nb_json *json, const struct nb_feed_entry *entry)
{
    nb_json_object(json);
    nb_json_kstr(json, "id", entry->id);
    nb_json_kstr(json, "url", entry->url);
    nb_json_kstr(json, "title", entry->title);
    nb_json_kstr(json, "author", entry->author);
    nb_json_ktime(json, "published", entry->published_ms);
    nb_json_ktime(json, "updated", entry->updated_ms);
    nb_json_kstr(json, "summary_text", entry->summary);
    nb_json_kstr(json, "content_text", entry->content);
    nb_json_key(json, "categories");
    nb_json_array(json);
    for (size_t i = 0; i < entry->categories_n; i++) {
        nb_json_str(json, entry->categories[i]);
    }
    nb_json_end(json);
    write_urls(json, "links", entry->links, entry->links_n);
    nb_json_kstr(json, "comments_url", entry->comments_url);
    write_urls(json, "enclosures", entry->enclosures, entry->enclosures_n);
    nb_json_end(json);
}

static void write_feed(struct nb_json *json, const struct nb_feed *feed)
{
    nb_json_object(json);
    nb_json_kcstr(json, "format", feed->format);
    nb_json_kstr(json, "title", feed->title);
    nb_json_kstr(json, "link", feed->link);
    nb_json_kstr(json, "description", feed->description);
    nb_json_kstr(json, "language", feed->language);
    nb_json_kstr(json, "hub", feed->hub);
    nb_json_key(json, "next_poll_hint_s");
    if (feed->ttl_s >= 0) {
        nb_json_int(json, feed->ttl_s);
    } else {
        nb_json_null(json);
    }
    nb_json_kcstr(json, "bozo", feed->bozo);
    nb_json_key(json, "entries");
    nb_json_array(json);
    for (size_t i = 0; i < feed->entries_n; i++) {
        write_entry(json, &feed->entries[i]);
    }
    nb_json_end(json);
    nb_json_end(json);
}

/* Words for dates are a help, not a need: without them English and numeric dates still work. */
static enum nb_err load_context(const struct nb_config *config, struct nb_date_words **words,
                                struct nb_date_context *out, struct nb_error *error)
{
    struct nb_clock *clock = NULL;
    const char *clock_file = nb_config_str(config, NB_CFG_CLOCK_FILE);
    enum nb_err err = nb_clock_open(clock_file[0] ? clock_file : NULL, &clock, error);
    if (err != NB_OK) {
        return err;
    }
    char path[4200];
    (void)snprintf(path, sizeof(path), "%s/dates.txt", nb_config_str(config, NB_CFG_LEXICONS));
    err = nb_date_words_load(path, words, error);
    if (err == NB_ENOTFOUND) {
        err = NB_OK;
    }
    *out = (struct nb_date_context){*words, nb_clock_now_ms(clock),
                                    (int32_t)nb_config_int(config, NB_CFG_UTC_OFFSET)};
    nb_clock_close(clock);
    return err;
}

static enum nb_err work(const struct nb_args *args, const struct nb_config *config,
                        struct nb_arena *arena, struct nb_buf *in, struct nb_buf *out,
                        struct nb_error *error)
{
    struct nb_date_words *words = NULL;
    struct nb_date_context dates;
    struct nb_feed feed;
    enum nb_err err = load_context(config, &words, &dates, error);
    if (err == NB_OK) {
        err = nb_file_read_fd(STDIN_FILENO, "stdin", in, error);
    }
    if (err == NB_OK) {
        struct nb_slice url = nb_slice_str(nb_args_get(args, "url"));
        struct nb_slice type = nb_slice_str(nb_args_get(args, "content-type"));
        err = nb_feed_parse(nb_buf_slice(in), url, type, &dates, arena, &feed, error);
    }
    if (err == NB_OK) {
        struct nb_json json;
        nb_json_init(&json, out, false);
        write_feed(&json, &feed);
        nb_buf_add_byte(out, '\n');
        err = nb_buf_finish(out, NULL);
        if (err != NB_OK) {
            (void)nb_error_set(error, err, "the output is too large");
        } else if (fwrite(out->p, 1, out->len, stdout) != out->len || fflush(stdout) != 0) {
            err = nb_error_set(error, NB_EIO, "stdout: %s", strerror(errno));
        }
    }
    nb_date_words_free(words);
    return err;
}

static int run(struct nb_args *args)
{
    struct nb_error error = {0};
    struct nb_config *config = NULL;
    if (!nb_args_has(args, "url")) {
        return nb_usage(args, "--url is needed: relative links are resolved against it");
    }
    if (nb_args_load_config(args, &config, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    size_t body_max = (size_t)nb_config_int(config, NB_CFG_BODY_MAX);
    struct nb_arena *arena = nb_arena_new(body_max * 8 + (1u << 20));
    struct nb_buf in;
    struct nb_buf out;
    nb_buf_init(&in, body_max);
    nb_buf_init(&out, body_max * 8 + (1u << 20));
    enum nb_err err = NB_ENOMEM;
    if (arena) {
        err = work(args, config, arena, &in, &out, &error);
    }
    if (err != NB_OK && error.code == NB_OK) {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    nb_buf_fini(&out);
    nb_buf_fini(&in);
    nb_arena_free(arena);
    nb_config_free(config);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

static const struct nb_option options[] = {
    {"url", "URL", NULL, "where the bytes came from; relative links are resolved against it"},
    {"content-type", "TYPE", NULL, "the Content-Type they were served with"},
    {NULL, NULL, NULL, NULL},
};

static const struct nb_example examples[] = {
    {"nabiz feed --url https://gazete.example/rss < rss.xml", "read a saved feed"},
    {"curl -s URL | nabiz feed --url URL", "read a feed from the network"},
    {NULL, NULL},
};

const struct nb_command nb_cmd_feed = {
    .name = "feed",
    .line = "read a feed on stdin, write it as JSON",
    .usage = "--url URL [--content-type TYPE]",
    .about =
        "Reads RSS, Atom, JSON Feed and CDF in any encoding, repairs broken markup as far as it "
        "can be, and writes one JSON object. \"bozo\" says what was wrong with the bytes. Texts "
        "are "
        "plain, with paragraphs kept.",
    .options = options,
    .examples = examples,
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
