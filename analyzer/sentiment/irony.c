/*
 * Thanks and praise next to bad news are not meant ("bravo, üç haftadır gelmedi"); a picture is
 * read by the words it stands with ("rezalet" and tears of laughter).
 */
#include "analyzer/sentiment/opinion_private.h"

enum {
    BAD_NEWS = -300,    /* the sum of what is against, from which praise is not believed */
    PICTURE_FROM = 300, /* the sum of words, for or against, from which pictures follow */
    PICTURE_MILLI = 200
};

struct weighed {
    int64_t words, ironic, bad, contrast;
};

static bool may_be_ironic(const struct nb_reader *r, const struct nb_find *find)
{
    return find->milli > 0 && find->term && (r->marks[find->begin].cues >> NB_CUE_IRONIC & 1);
}

static struct weighed weigh(const struct nb_reader *r)
{
    struct weighed w = {0, 0, 0, 0};
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        const struct nb_find *find = &r->sum->finds[i];
        if (may_be_ironic(r, find)) {
            w.ironic += find->milli;
        } else if (!find->picture) {
            w.words += find->milli;
            w.bad += find->milli < 0 ? find->milli : 0;
        }
    }
    return w;
}

void nb_irony_settle(struct nb_reader *r)
{
    struct weighed w = weigh(r);
    bool contrast = false;
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        contrast |= r->sum->clauses[r->sum->finds[i].clause].before_contrast;
    }
    bool ironic = w.ironic > 0 && w.words <= BAD_NEWS && !contrast;
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        struct nb_find *find = &r->sum->finds[i];
        if (ironic && may_be_ironic(r, find)) {
            nb_find_shift_term(find, NB_SHIFT_IRONY, NULL);
            r->sum->ironic = true;
        } else if (find->picture && ((find->milli > 0 && w.words <= -PICTURE_FROM) ||
                                     (find->milli < 0 && w.words >= PICTURE_FROM))) {
            nb_find_shift_term(find, NB_SHIFT_PICTURE, NULL);
            find->milli = nb_scale(find->milli, PICTURE_MILLI);
        }
    }
}
