/*
 * Any bytes as words, and as a compiled core. The first byte says which. A core whose checksum is
 * right is read with, however its insides were bent: the check on opening must have seen to it
 * that no index leads out of it, and that reading ends.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/turkish/compile.h"
#include "analyzer/turkish/image.h"
#include "analyzer/turkish/morph.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char suffixes[] =
    "start noun N\nstart num M\nstart number M\nstart form C\nstart verb-Ar V\nstart verb-Ir V\n"
    "start verb-drop D\nstart verb-causative-DIr V\nfinal C N\n"
    "N lAr P Number=Plur\nN - P\nN lIK N - NOUN lemma derived\nP DA C Case=Loc\nP (y)I C Case=Acc\n"
    "V DIr V Voice=Cau VERB lemma\nV mA B Polarity=Neg\nV - B\nB DI C Tense=Past\nD Iyor C\nM - "
    "N\n";

static void no_report(void *context, uint32_t line, const char *message)
{
    (void)context;
    (void)line;
    (void)message;
}

static void read_with(const struct tr_core *core, struct nb_slice word)
{
    struct tr_analysis all[TR_ANALYSE_MAX], again[TR_ANALYSE_MAX];
    char lemma[TR_LEMMA_BYTES_MAX], features[512];
    size_t n = tr_analyse(core, word, all, TR_ANALYSE_MAX);
    assert(n == tr_analyse(core, word, again, TR_ANALYSE_MAX));
    assert(memcmp(all, again, n * sizeof(all[0])) == 0);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < n; i++) {
            assert(tr_core_lemma(core, word, &all[i], lemma) <= sizeof(lemma));
            assert(tr_core_features_text(core, all[i].features, features, sizeof(features)) <=
                   sizeof(features));
            assert(all[i].root == TR_NO_ROOT || all[i].root < tr_core_roots_n(core));
        }
        n = round == 0 ? tr_analyse_plain(core, word, all, TR_ANALYSE_MAX)
                       : tr_guess(core, word, all, TR_ANALYSE_MAX);
    }
    (void)tr_core_key(core, word);
    (void)tr_core_has_root(core, word, TR_UPOS_NOUN);
}

static struct nb_slice compile_once(void)
{
    static struct nb_slice image;
    if (!image.p) {
        struct tr_compiler *c = tr_compiler_new(1);
        enum nb_err err = tr_compiler_suffixes(c, NB_LIT(suffixes), no_report, NULL);
        assert(err == NB_OK);
        err = tr_compiler_roots(c, NB_LIT("noun: ev kitap burun-\nverb: gel ara"), no_report, NULL);
        assert(err == NB_OK);
        err = tr_compiler_finish(c, &image);
        assert(err == NB_OK); /* the compiler lives as long as the process */
    }
    return image;
}

/* Places and bytes of changes, three bytes each, made to a right image. */
static void bend(uint8_t *image, size_t n, struct nb_slice changes)
{
    for (size_t i = 0; i + 3 <= changes.len; i += 3) {
        size_t at = ((size_t)(unsigned char)changes.p[i] << 8 | (unsigned char)changes.p[i + 1]);
        image[at * 7 % n] = (uint8_t)changes.p[i + 2];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_core *core;
    struct nb_slice right = compile_once();
    if (size < 1 || size > 4096) {
        return 0;
    }
    struct nb_slice rest = nb_slice(data + 1, size - 1);
    if (data[0] % 3 == 0) {
        if (tr_core_copy(right, &core, NULL) == NB_OK) {
            read_with(core, rest);
            tr_core_free(core);
        }
        return 0;
    }
    uint8_t *image = malloc(right.len);
    memcpy(image, right.p, right.len);
    bend(image, right.len, rest);
    struct tr_image *header = (void *)image;
    if (data[0] % 3 == 1 && header->bytes == right.len) {
        tr_image_seal(header);
    }
    if (tr_core_copy(nb_slice(image, right.len), &core, NULL) == NB_OK) {
        static const char *const words[] = {"evlerde", "kitab\xC4\xB1",
                                            "gelmedi", "aramad\xC4\xB1",
                                            "12'de",   "gug\xC4\xB1llad\xC4\xB1"};
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
            read_with(core, nb_slice_str(words[i]));
        }
        tr_core_free(core);
    }
    free(image);
    return 0;
}
