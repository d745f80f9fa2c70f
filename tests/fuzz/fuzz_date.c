/*
 * Any text: a date that is read lies in our range, prints, and reads back as the same moment; the
 * answer does not depend on white space around it.
 */
#include <assert.h>

#include <nabiz/date.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_date_words *words;
    struct nb_slice text = nb_slice(data, size);
    int64_t ms = -1, again = -1;
    if (!words) {
        assert(nb_date_words_load("lexicons/dates.txt", &words, NULL) == NB_OK);
    }
    struct nb_date_context context = {words, 1710406800000LL, 180};
    if (nb_date_parse(text, &context, &ms) != NB_OK) {
        assert(ms == -1);
        return 0;
    }
    char printed[NB_RFC3339_BYTES];
    assert(ms >= 0 && ms < 4133980800000LL);
    nb_date_rfc3339(ms, printed);
    context.words = NULL;
    assert(nb_date_parse(nb_slice_str(printed), &context, &again) == NB_OK && again == ms);
    context.words = words;
    assert(nb_date_parse(nb_slice_trim(text), &context, &again) == NB_OK && again == ms);
    return 0;
}
