#include "analyzer/annotate_private.h"

enum nb_err nb_annotate_synthetic(struct annotate *a)
{
    bool turkish = tr_language_may_be_turkish(&a->language);
    a->out->has_synthetic_milli = true;
    a->out->synthetic_milli = turkish ? nb_synthetic_judge(&a->knowledge->synthetic, &a->text) : 0;
    return NB_OK;
}
