/* Weights: whatever the file says, the shares add up and what is written reads back the same. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <nabiz/weights.h>

static void count(void *context, uint32_t line, const char *problem)
{
    size_t *n = context;
    assert(line > 0 && problem[0]);
    (*n)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_weights weights, again;
    struct nb_buf text;
    size_t problems_n = 0;
    bool good = nb_weights_read(nb_slice(data, size), &weights, count, &problems_n);
    assert(good == (problems_n == 0));
    assert(weights.reach + weights.expertise + weights.trust + weights.spread + weights.reception ==
           1000);
    nb_buf_init(&text, NB_WEIGHTS_BYTES_MAX);
    nb_weights_write(&weights, &text);
    assert(nb_weights_read(nb_buf_slice(&text), &again, count, &problems_n));
    assert(memcmp(&weights, &again, sizeof(weights)) == 0);
    nb_buf_fini(&text);
    return 0;
}
