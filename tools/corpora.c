#include "tools/corpora.h"

#include <stdio.h>
#include <stdlib.h>

#include <nabiz/text.h>

#include "analyzer/turkish/table.h"

enum { PATH_BYTES = 4096 };

/* What comes before and after the text of a line; the first line names the columns. */
static const struct {
    const char *name;
    char separator;
    int before, after;
    bool heading;
} files[] = {
    {"posts/unlabelled.tsv", '\t', 2, 0, true},
    {"posts/train.tsv", '\t', 8, 0, true},
    {"reviews/train.tsv.gz", '\t', 1, 0, false},
    {"headlines/diken_non-clickbait.csv", ',', 2, 2, true},
    {"headlines/evrensel_non-clickbait.csv", ',', 3, 2, true},
    {"headlines/limon_clickbait.csv", ',', 3, 2, true},
    {"headlines/spoiler_clickbait.csv", ',', 2, 2, true},
};

static struct nb_slice text_of(struct nb_slice line, size_t file)
{
    for (int i = 0; i < files[file].before; i++) {
        size_t at = nb_slice_find_byte(line, files[file].separator, 0);
        line = nb_slice_sub(line, at == NB_NPOS ? line.len : at + 1, line.len);
    }
    for (int i = 0; i < files[file].after; i++) {
        size_t at = line.len;
        while (at > 0 && line.p[at - 1] != files[file].separator) {
            at--;
        }
        line = nb_slice_sub(line, 0, at ? at - 1 : 0);
    }
    return line;
}

static FILE *open_file(const char *data, size_t file)
{
    char command[PATH_BYTES + 64];
    (void)snprintf(command, sizeof(command), "gzip -dcf '%s/%s'", data, files[file].name);
    return popen(command, "r");
}

uint64_t corpora_read(const char *data, corpora_fn *fn, void *context)
{
    uint64_t hash = TR_HASH_START;
    char *line = NULL;
    size_t cap = 0;
    for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
        FILE *file = open_file(data, f);
        bool heading = files[f].heading;
        size_t n = 0;
        for (ssize_t len; file && (len = getline(&line, &cap, file)) > 0; n++) {
            struct nb_slice text = text_of(nb_slice_trim(nb_slice(line, (size_t)len)), f);
            if (!(heading && n == 0) && nb_utf8_valid(text)) {
                hash = (hash ^ tr_hash(text)) * 0x100000001b3u;
                fn(context, text);
            }
        }
        if (file) {
            (void)pclose(file);
        }
        if (!n) {
            fprintf(stderr, "left out: %s/%s is not there\n", data, files[f].name);
        }
    }
    free(line);
    return hash;
}
