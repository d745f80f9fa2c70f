#include "analyzer/annotate_private.h"

#include <nabiz/map.h>

enum nb_err nb_annotate_local(struct annotate *a, struct nb_opinion_result *result)
{
    const struct nb_knowledge *k = a->knowledge;
    const struct nb_reading_text texts[] = {a->title, a->text};
    struct nb_local_row own;
    if (!a->row && !k->local.header) {
        return NB_OK;
    }
    enum nb_err err = nb_local_row_of(texts, 2, k->opinion.features.negative, result, a->arena,
                                      a->row ? a->row : &own);
    if (err != NB_OK) {
        return err;
    }
    if (a->row) {
        *a->shipped = *result;
        return NB_OK;
    }
    bool learnt[NB_LOCAL_GROUPS];
    float chances[NB_LOCAL_CLASSES];
    for (int g = 0; g < NB_LOCAL_GROUPS; g++) {
        learnt[g] = k->local.header->learnt >> g & 1;
    }
    nb_local_score(&k->local, &own, chances);
    nb_local_judge(learnt, chances, result);
    return NB_OK;
}

enum nb_err nb_knowledge_use_local(struct nb_knowledge *k, const char *path, struct nb_error *error)
{
    struct nb_slice bytes;
    struct nb_local local;
    enum nb_err err = nb_map_open(path, NB_LOCAL_FILE_BYTES_MAX, &bytes, error);
    if (err != NB_OK) {
        return err;
    }
    if (nb_local_open(&local, bytes) != NB_OK) {
        nb_map_close(bytes);
        return nb_error_set(error, NB_EINVAL,
                            "%s: no local model, or damaged, or of another version of nabiz; "
                            "make it again with nabiz train",
                            path);
    }
    nb_map_close(k->local_file);
    k->local_file = bytes;
    k->local = local;
    struct nb_slice parts[] = {{(const char *)&k->id, sizeof(k->id)},
                               {(const char *)local.header, sizeof(*local.header)}};
    k->id = nb_id_of(parts, 2);
    return NB_OK;
}
