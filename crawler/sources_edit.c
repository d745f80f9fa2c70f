/*
 * Changing the file works on its text, line by line, so that what people wrote stays as they wrote
 * it.
 *
 * Changes lock the file itself. Since a change replaces the file, the lock counts only when the
 * path still leads to the file that was locked.
 */
#include <nabiz/sources.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/buf.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "crawler/sources_line.h"

struct edit {
    const char *path;
    int fd; /* locked */
    mode_t mode;
    struct nb_buf text;
    struct nb_buf out;
};

/* Open and lock the file the path leads to, also when another change replaced it meanwhile. */
static enum nb_err lock_file(struct edit *edit, bool make, struct nb_error *error)
{
    for (;;) {
        edit->fd = open(edit->path, O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0644);
        if (edit->fd < 0) {
            enum nb_err code = errno == ENOENT ? NB_ENOTFOUND : NB_EIO;
            return nb_error_set(error, code, "%s: %s", edit->path, strerror(errno));
        }
        struct stat locked;
        struct stat there;
        int rc;
        do {
            rc = flock(edit->fd, LOCK_EX);
        } while (rc != 0 && errno == EINTR);
        if (rc != 0 || fstat(edit->fd, &locked) != 0) {
            return nb_error_set(error, NB_EIO, "%s: %s", edit->path, strerror(errno));
        }
        if (stat(edit->path, &there) == 0 && there.st_ino == locked.st_ino &&
            there.st_dev == locked.st_dev) {
            edit->mode = locked.st_mode & 07777;
            return NB_OK;
        }
        (void)close(edit->fd);
    }
}

static enum nb_err edit_begin(struct edit *edit, const char *path, bool make,
                              struct nb_error *error)
{
    *edit = (struct edit){.path = path, .fd = -1};
    nb_buf_init(&edit->text, NB_SOURCE_FILE_MAX_BYTES);
    nb_buf_init(&edit->out, NB_SOURCE_FILE_MAX_BYTES);
    enum nb_err err = lock_file(edit, make, error);
    return err == NB_OK ? nb_file_read_fd(edit->fd, path, &edit->text, error) : err;
}

static void edit_end(struct edit *edit)
{
    if (edit->fd >= 0) {
        (void)close(edit->fd); /* gives the lock back */
    }
    nb_buf_fini(&edit->text);
    nb_buf_fini(&edit->out);
}

static bool write_all(int fd, struct nb_slice s)
{
    while (s.len > 0) {
        ssize_t n = write(fd, s.p, s.len);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        if (n > 0) {
            s = nb_slice_sub(s, (size_t)n, s.len);
        }
    }
    return true;
}

static void sync_directory(const char *path)
{
    char dir[4200];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    (void)snprintf(dir, sizeof(dir), "%.*s", (int)len, path);
    int fd = open(slash ? (len ? dir : "/") : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

/* Put edit->out in the place of the file: whoever reads sees the old or the new one, whole. */
static enum nb_err edit_commit(struct edit *edit, struct nb_error *error)
{
    char fresh[4300];
    enum nb_err err = nb_buf_finish(&edit->out, NULL);
    if (err != NB_OK) {
        return nb_error_set(error, err, "%s: %s", edit->path, nb_strerror(err));
    }
    int n = snprintf(fresh, sizeof(fresh), "%s.new", edit->path);
    if (n < 0 || (size_t)n >= sizeof(fresh)) {
        return nb_error_set(error, NB_EIO, "%s: the path is too long", edit->path);
    }
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return nb_error_set(error, NB_EIO, "%s: %s", fresh, strerror(errno));
    }
    bool ok =
        write_all(fd, nb_buf_slice(&edit->out)) && fchmod(fd, edit->mode) == 0 && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    if (!ok || rename(fresh, edit->path) != 0) {
        err = nb_error_set(error, errno == ENOSPC ? NB_EFULL : NB_EIO, "%s: %s", fresh,
                           strerror(errno));
        (void)unlink(fresh);
        return err;
    }
    sync_directory(edit->path);
    return NB_OK;
}

/* Does the line name this source? A line that cannot be read names none. */
static bool names_source(struct nb_slice text, struct nb_id id, struct nb_source_line *line,
                         struct nb_arena *scratch)
{
    struct nb_id found;
    nb_arena_reset(scratch);
    return nb_source_line_is(text) && nb_utf8_valid(text) &&
           !nb_source_line_parse(text, scratch, line) &&
           nb_source_line_id(line->url, scratch, &found, NULL) == NB_OK &&
           memcmp(found.b, id.b, NB_ID_BYTES) == 0;
}

static void add_quoted(struct nb_buf *out, const char *key, const char *value)
{
    nb_buf_addf(out, "  %s=\"", key);
    for (const char *p = value; *p; p++) {
        if (*p == '"' || *p == '\\') {
            nb_buf_add_byte(out, '\\');
        }
        nb_buf_add_byte(out, (unsigned char)*p < 0x20 ? ' ' : *p);
    }
    nb_buf_add_byte(out, '"');
}

static void add_line(struct nb_buf *out, const struct nb_source_row *row)
{
    nb_buf_add_str(out, row->url);
    if (row->kind != NB__KIND__ARTICLE) {
        nb_buf_addf(out, "  kind=%s", nb_kind_name(row->kind));
    }
    if (row->walk != NB_WALK_NONE) {
        nb_buf_addf(out, "  walk=%s", nb_walk_name(row->walk));
    }
    if (row->group && row->group[0]) {
        add_quoted(out, "group", row->group);
    }
    if (row->every_s > 0) {
        nb_buf_addf(out, "  every=%llds", (long long)row->every_s);
    }
    if (row->title && row->title[0]) {
        add_quoted(out, "title", row->title);
    }
    nb_buf_add_str(out, row->is_full ? "  full" : "");
    nb_buf_add_str(out, row->paused ? "  paused\n" : "\n");
}

/* All of the old text, its last line ended. */
static void copy_text(struct edit *edit)
{
    nb_buf_add(&edit->out, nb_buf_slice(&edit->text));
    if (edit->text.len > 0 && edit->text.p[edit->text.len - 1] != '\n') {
        nb_buf_add_byte(&edit->out, '\n');
    }
}

/* Can it stand in a line? */
static bool is_writable(const char *url)
{
    return !strpbrk(url, " \t\r\n\v\f\"#");
}

/* Append the row unless a line names it already. */
static enum nb_err append(struct edit *edit, const struct nb_source_row *row, struct nb_id id,
                          struct nb_arena *scratch, struct nb_error *error)
{
    struct nb_slice rest = nb_buf_slice(&edit->text);
    struct nb_slice text;
    struct nb_source_line line;
    for (uint32_t number = 1; nb_slice_split(&rest, '\n', &text); number++) {
        if (names_source(text, id, &line, scratch)) {
            return nb_error_set(error, NB_EEXIST, "%s:%u: already has %s", edit->path, number,
                                row->url);
        }
    }
    copy_text(edit);
    add_line(&edit->out, row);
    return edit_commit(edit, error);
}

enum nb_err nb_sources_add(const char *path, const struct nb_source_row *row,
                           struct nb_error *error)
{
    struct nb_id id;
    enum nb_err err = nb_source_id(nb_slice_str(row->url), &id, error);
    if (err != NB_OK) {
        return err == NB_EREFUSED ? NB_ESYNTAX : err;
    }
    if (!is_writable(row->url)) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%s: a URL in the sources file has no white space, quote or fragment",
                            row->url);
    }
    struct edit edit;
    struct nb_arena *scratch = nb_arena_new(1 << 20);
    err = scratch ? edit_begin(&edit, path, true, error) : NB_ENOMEM;
    if (err == NB_OK) {
        err = append(&edit, row, id, scratch, error);
    }
    if (scratch) {
        edit_end(&edit);
    }
    nb_arena_free(scratch);
    return err;
}

struct candidate {
    struct nb_id id;
    size_t i;
};

static int by_id(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    int order = memcmp(x->id.b, y->id.b, NB_ID_BYTES);
    return order ? order : (x->i > y->i) - (x->i < y->i);
}

/* @return NULL when the row can be added, with its id; else why not */
static const char *refusal(const struct nb_source_row *row, struct nb_arena *scratch,
                           struct nb_id *id)
{
    if (!row->url) {
        return "not a URL";
    }
    if (!is_writable(row->url)) {
        return "white space, a quote or a fragment in the address";
    }
    nb_arena_reset(scratch);
    switch (nb_source_line_id(nb_slice_str(row->url), scratch, id, NULL)) {
    case NB_OK:
        return NULL;
    case NB_EREFUSED:
        return "only http and https can be polled";
    case NB_ESYNTAX:
        return "not a URL";
    default:
        return "the address is too long";
    }
}

/* Tell the rows that are not in the file, and the first of those that say the same. */
static enum nb_err choose(const struct nb_sources *sources, const struct nb_source_row *rows,
                          size_t n, struct nb_source_added *added)
{
    struct candidate *candidates = nb_calloc(n, sizeof(*candidates));
    struct nb_arena *scratch = nb_arena_new(1 << 20);
    size_t candidates_n = 0;
    for (size_t i = 0; candidates && scratch && i < n; i++) {
        struct candidate *candidate = &candidates[candidates_n];
        added[i] = (struct nb_source_added){.why = refusal(&rows[i], scratch, &candidate->id)};
        const struct nb_source_row *known =
            sources && !added[i].why ? nb_sources_find(sources, candidate->id) : NULL;
        if (added[i].why) {
            added[i].outcome = NB_SOURCE_REFUSED;
        } else if (known) {
            added[i].outcome = NB_SOURCE_KNOWN;
            added[i].line = known->line;
        } else {
            candidate->i = i;
            candidates_n++;
        }
    }
    enum nb_err err = candidates && scratch ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        qsort(candidates, candidates_n, sizeof(*candidates), by_id);
    }
    size_t first = 0;
    for (size_t i = 1; err == NB_OK && i < candidates_n; i++) {
        if (memcmp(candidates[i].id.b, candidates[first].id.b, NB_ID_BYTES) != 0) {
            first = i;
            continue;
        }
        added[candidates[i].i].outcome = NB_SOURCE_DOUBLE;
        added[candidates[i].i].first = candidates[first].i;
    }
    nb_arena_free(scratch);
    nb_free(candidates);
    return err;
}

enum nb_err nb_sources_add_all(const char *path, const struct nb_source_row *rows, size_t n,
                               bool dry_run, struct nb_source_added *added, struct nb_error *error)
{
    struct edit edit = {.fd = -1};
    struct nb_sources *sources = NULL;
    enum nb_err err = dry_run ? NB_OK : edit_begin(&edit, path, true, error);
    if (err == NB_OK) {
        err = nb_sources_load(path, &sources, error);
        err = err == NB_ENOTFOUND && dry_run ? NB_OK : err;
    }
    if (err == NB_OK) {
        err = choose(sources, rows, n, added);
    }
    if (err == NB_OK && !dry_run) {
        copy_text(&edit);
        for (size_t i = 0; i < n; i++) {
            if (added[i].outcome == NB_SOURCE_NEW) {
                add_line(&edit.out, &rows[i]);
            }
        }
        err = edit_commit(&edit, error);
    }
    nb_sources_free(sources);
    edit_end(&edit);
    return err;
}

/* The line with or without the word paused, the rest of it untouched. */
static void write_paused(struct nb_buf *out, struct nb_slice text, bool paused)
{
    bool there = false;
    size_t at = 0;
    size_t copied = 0;
    size_t end = nb_slice_trim(text).len
                     ? (size_t)(nb_slice_trim(text).p - text.p) + nb_slice_trim(text).len
                     : text.len;
    for (;;) {
        size_t before = at;
        struct nb_slice word = nb_source_line_word(text, &at);
        if (word.len == 0 || word.p[0] == '#') {
            end = word.len ? (size_t)(word.p - text.p) : end;
            break;
        }
        if (nb_slice_eq(word, NB_LIT("paused"))) {
            there = true;
            if (!paused) {
                nb_buf_add(out, nb_slice_sub(text, copied, before));
                copied = at;
            }
        }
    }
    if (paused && !there) {
        nb_buf_add(out, nb_slice_sub(text, copied, end));
        nb_buf_add_str(out, end > 0 && nb_ascii_is_space(text.p[end - 1]) ? "paused " : "  paused");
        copied = end;
    }
    nb_buf_add(out, nb_slice_sub(text, copied, text.len));
}

enum change { REMOVE, PAUSE, RESUME };

static enum nb_err change_lines(struct edit *edit, struct nb_id id, enum change change,
                                struct nb_arena *scratch, struct nb_error *error)
{
    struct nb_slice rest = nb_buf_slice(&edit->text);
    struct nb_slice text;
    struct nb_source_line line;
    size_t found = 0;
    while (nb_slice_split(&rest, '\n', &text)) {
        bool last = rest.p == NULL; /* what follows the last line break */
        if (!names_source(text, id, &line, scratch)) {
            nb_buf_add(&edit->out, text);
        } else {
            found++;
            if (change == REMOVE) {
                continue;
            }
            write_paused(&edit->out, text, change == PAUSE);
        }
        if (!last) {
            nb_buf_add_byte(&edit->out, '\n');
        }
    }
    if (found == 0) {
        return nb_error_set(error, NB_ENOTFOUND, "%s has no such source", edit->path);
    }
    return edit_commit(edit, error);
}

static enum nb_err change_source(const char *path, struct nb_id id, enum change change,
                                 struct nb_error *error)
{
    struct edit edit;
    struct nb_arena *scratch = nb_arena_new(1 << 20);
    enum nb_err err = scratch ? edit_begin(&edit, path, false, error) : NB_ENOMEM;
    if (err == NB_OK) {
        err = change_lines(&edit, id, change, scratch, error);
    }
    if (scratch) {
        edit_end(&edit);
    }
    nb_arena_free(scratch);
    return err;
}

enum nb_err nb_sources_remove(const char *path, struct nb_id id, struct nb_error *error)
{
    return change_source(path, id, REMOVE, error);
}

enum nb_err nb_sources_pause(const char *path, struct nb_id id, bool paused, struct nb_error *error)
{
    return change_source(path, id, paused ? PAUSE : RESUME, error);
}
