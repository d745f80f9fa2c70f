/*
 * Opening, and what an opened core can be asked about itself. The image is used where it lies, so
 * a core in a file costs what is read of it, and processes share it.
 */
#include "analyzer/turkish/morph_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/mem.h>

static const char *const upos_names[TR_UPOS_N] = {"ADJ",   "ADP",   "ADV", "AUX",  "CCONJ", "DET",
                                                  "INTJ",  "NOUN",  "NUM", "PART", "PRON",  "PROPN",
                                                  "PUNCT", "SCONJ", "SYM", "VERB", "X"};

const char *tr_upos_name(enum tr_upos upos)
{
    return upos_names[upos];
}

bool tr_upos_parse(struct nb_slice name, enum tr_upos *out)
{
    for (size_t i = 0; i < TR_UPOS_N; i++) {
        if (nb_slice_eq(name, nb_slice_str(upos_names[i]))) {
            *out = (enum tr_upos)i;
            return true;
        }
    }
    return false;
}

static struct tr_core *core_over(const struct tr_image *image)
{
    struct tr_core *core = nb_calloc(1, sizeof(*core));
    if (!core) {
        return NULL;
    }
    *core = (struct tr_core){.image = image,
                             .letters = tr_image_part(image, TR_PART_LETTERS),
                             .variants = tr_image_part(image, TR_PART_VARIANTS),
                             .cells = tr_image_part(image, TR_PART_TRIE),
                             .entries = tr_image_part(image, TR_PART_ENTRIES),
                             .kinds = tr_image_part(image, TR_PART_KINDS),
                             .roots = tr_image_part(image, TR_PART_ROOTS),
                             .nodes = tr_image_part(image, TR_PART_NODES),
                             .ends = tr_image_part(image, TR_PART_ENDS),
                             .edges = tr_image_part(image, TR_PART_EDGES),
                             .ways = tr_image_part(image, TR_PART_WAYS),
                             .steps = tr_image_part(image, TR_PART_STEPS),
                             .words = tr_image_part(image, TR_PART_WORDS),
                             .slots = tr_image_part(image, TR_PART_SLOTS),
                             .feature_names = tr_image_part(image, TR_PART_FEATURES),
                             .strings = tr_image_part(image, TR_PART_STRINGS),
                             .roots_n = image->parts[TR_PART_ROOTS].n,
                             .keys_n = image->parts[TR_PART_WORDS].n - 1,
                             .slots_n = image->parts[TR_PART_SLOTS].n,
                             .features_n = image->parts[TR_PART_FEATURES].n - 1};
    return core;
}

static enum nb_err map_file(int fd, const char *path, void **bytes, size_t *n,
                            struct nb_error *error)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return nb_error_set(error, NB_EIO, "%s: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(struct tr_image) ||
        st.st_size > (off_t)TR_IMAGE_BYTES_MAX) {
        return nb_error_set(error, NB_ECORRUPT, "%s: no compiled lexicon", path);
    }
    *n = (size_t)st.st_size;
    *bytes = mmap(NULL, *n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (*bytes == MAP_FAILED) {
        *bytes = NULL;
        return nb_error_set(error, errno == ENOMEM ? NB_ENOMEM : NB_EIO, "%s: %s", path,
                            strerror(errno));
    }
    return NB_OK;
}

enum nb_err tr_core_open(const char *path, uint64_t texts, struct tr_core **out,
                         struct nb_error *error)
{
    void *bytes = NULL;
    size_t n = 0;
    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return nb_error_set(error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path,
                            strerror(errno));
    }
    enum nb_err err = map_file(fd, path, &bytes, &n, error);
    (void)close(fd);
    if (err != NB_OK) {
        return err;
    }
    err = tr_image_check(nb_slice(bytes, n), error);
    if (err != NB_OK) {
        nb_error_prefix(error, "%s: ", path);
    } else if (texts && ((const struct tr_image *)bytes)->texts != texts) {
        err = nb_error_set(error, NB_EEXIST, "%s: made from other texts", path);
    } else if (!(*out = core_over(bytes))) {
        err = NB_ENOMEM;
    }
    if (err != NB_OK) {
        (void)munmap(bytes, n);
        return err;
    }
    (*out)->mapped = bytes;
    (*out)->mapped_bytes = n;
    return NB_OK;
}

enum nb_err tr_core_copy(struct nb_slice image, struct tr_core **out, struct nb_error *error)
{
    void *copy = nb_malloc(image.len ? image.len : 1);
    *out = NULL;
    if (!copy) {
        return NB_ENOMEM;
    }
    memcpy(copy, image.p, image.len);
    enum nb_err err = tr_image_check(nb_slice(copy, image.len), error);
    if (err == NB_OK && !(*out = core_over(copy))) {
        err = NB_ENOMEM;
    }
    if (err != NB_OK) {
        nb_free(copy);
        return err;
    }
    (*out)->copied = copy;
    return NB_OK;
}

void tr_core_free(struct tr_core *core)
{
    if (core) {
        if (core->mapped) {
            (void)munmap(core->mapped, core->mapped_bytes);
        }
        nb_free(core->copied);
        nb_free(core);
    }
}

size_t tr_core_roots_n(const struct tr_core *core)
{
    return core->roots_n + (core->extra ? core->extra->roots_n : 0);
}

size_t tr_core_keys_n(const struct tr_core *core)
{
    return core->keys_n;
}

struct nb_slice tr_core_key_text(const struct tr_core *core, uint32_t key)
{
    return nb_slice(core->strings + core->words[key], core->words[key + 1] - core->words[key]);
}

struct nb_slice tr_core_root_lemma(const struct tr_core *core, uint32_t root)
{
    return root < core->roots_n ? tr_core_key_text(core, core->roots[root].lemma)
                                : core->extra->roots[root - core->roots_n].lemma;
}

uint32_t tr_core_root_key(const struct tr_core *core, uint32_t root)
{
    return root < core->roots_n ? core->roots[root].key
                                : core->extra->roots[root - core->roots_n].key;
}

uint32_t tr_core_key(const struct tr_core *core, struct nb_slice folded)
{
    uint64_t hash = tr_hash(folded);
    for (size_t i = (size_t)(hash ^ (hash >> 32));; i++) {
        uint32_t key = core->slots[i & (core->slots_n - 1)];
        if (!key || nb_slice_eq(tr_core_key_text(core, key), folded)) {
            return key;
        }
    }
}

static struct nb_slice feature_name(const struct tr_core *core, size_t bit)
{
    uint32_t at = core->feature_names[bit];
    return nb_slice(core->strings + at, core->feature_names[bit + 1] - at);
}

uint64_t tr_core_feature(const struct tr_core *core, const char *feature)
{
    for (size_t bit = 0; bit < core->features_n; bit++) {
        if (nb_slice_eq(feature_name(core, bit), nb_slice_str(feature))) {
            return (uint64_t)1 << bit;
        }
    }
    return 0;
}

/* Values of one name stand side by side, as in Mood=GenPot. */
size_t tr_core_features_text(const struct tr_core *core, uint64_t features, char *out, size_t cap)
{
    struct nb_slice last = {NULL, 0};
    size_t len = 0;
    for (uint64_t left = features; left; left &= left - 1) {
        size_t bit = (size_t)__builtin_ctzll(left);
        if (bit >= core->features_n) {
            break;
        }
        struct nb_slice name = feature_name(core, bit);
        size_t equals = nb_slice_find_byte(name, '=', 0);
        struct nb_slice key = nb_slice_sub(name, 0, equals);
        bool same = last.len && nb_slice_eq(key, last);
        struct nb_slice more = same ? nb_slice_sub(name, equals + 1, name.len) : name;
        if (len + more.len + 1 > cap) {
            break;
        }
        if (len && !same) {
            out[len++] = '|';
        }
        memcpy(out + len, more.p, more.len);
        len += more.len;
        last = key;
    }
    return len;
}
