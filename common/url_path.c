#include "common/url_path.h"

static bool is_slash(char c, bool special)
{
    return c == '/' || (c == '\\' && special);
}

size_t nb_url_find_slash(struct nb_slice text, bool special)
{
    size_t i = 0;
    while (i < text.len && !is_slash(text.p[i], special)) {
        i++;
    }
    return i;
}

size_t nb_url_count_slashes(struct nb_slice text, bool special)
{
    size_t n = 0;
    while (n < text.len && is_slash(text.p[n], special)) {
        n++;
    }
    return n;
}

static bool is_drive(struct nb_slice segment)
{
    return segment.len == 2 && nb_ascii_is_alpha(segment.p[0]) &&
           (segment.p[1] == ':' || segment.p[1] == '|');
}

bool nb_url_starts_with_drive(struct nb_slice text)
{
    return is_drive(nb_slice_sub(text, 0, nb_url_find_slash(text, true)));
}

bool nb_url_is_drive_path(struct nb_slice path)
{
    return path.len == 3 && is_drive(nb_slice(path.p + 1, 2)) && path.p[2] == ':';
}

void nb_url_path_shorten(struct nb_url_path *path)
{
    struct nb_url_out *out = path->out;
    struct nb_slice now = nb_slice(out->p + path->from, out->len - path->from);
    if (now.len == 0 || (path->file && nb_url_is_drive_path(now))) {
        return;
    }
    do {
        out->len--;
    } while (out->p[out->len] != '/');
}

/* n when the segment is one or two dots, each "." or "%2e"; 0 for any other segment. */
static size_t count_dots(struct nb_slice segment)
{
    size_t n = 0;
    for (size_t i = 0; i < segment.len; n++) {
        if (n == 2 || nb_url_decode_next(segment, &i) != '.') {
            return 0;
        }
    }
    return n;
}

static void add_segment(struct nb_url_path *path, struct nb_slice segment)
{
    bool first = path->out->len == path->from;
    nb_url_out_byte(path->out, '/');
    if (path->file && first && is_drive(segment)) {
        nb_url_out_byte(path->out, segment.p[0]);
        nb_url_out_byte(path->out, ':');
    } else {
        nb_url_out_encoded(path->out, segment, NB_URL_SET_PATH);
    }
}

void nb_url_path_add(struct nb_url_path *path, struct nb_slice text)
{
    for (size_t from = 0, to; from <= text.len; from = to + 1) {
        to = from + nb_url_find_slash(nb_slice_sub(text, from, text.len), path->special);
        struct nb_slice segment = nb_slice_sub(text, from, to);
        size_t dots = count_dots(segment);
        if (dots == 2) {
            nb_url_path_shorten(path);
        }
        if (dots == 0) {
            add_segment(path, segment);
        } else if (to == text.len) { /* "a/.." is a directory: "/" */
            add_segment(path, NB_LIT(""));
        }
    }
}
