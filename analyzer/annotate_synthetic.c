#include "analyzer/annotate_private.h"

/* Feeds may have a short post as the title alone. */
enum nb_err nb_annotate_synthetic(struct annotate *a)
{
    const struct nb_reading_text *text = a->text.tokens_n ? &a->text : &a->title;
    bool turkish = tr_language_may_be_turkish(&a->language);
    a->out->has_synthetic_milli = true;
    a->out->synthetic_milli = turkish ? nb_synthetic_judge(&a->knowledge->synthetic, text) : 0;
    return NB_OK;
}
