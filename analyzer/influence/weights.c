#include <nabiz/weights.h>

#include <inttypes.h>
#include <string.h>

#include "analyzer/influence/entry_lines.h"
#include "analyzer/keys.h"

enum { SHARES_N = 5, SHARES_SUM = 1000 };

static const struct {
    const char *name;
    int32_t usual, least, most;
} table[] = {
#define X(name, usual, least, most) {#name, usual, least, most},
    NB_WEIGHTS(X)
#undef X
};

enum { WEIGHTS_N = sizeof(table) / sizeof(table[0]) };

/* The weights as the array that they are. */
_Static_assert(sizeof(struct nb_weights) == WEIGHTS_N * sizeof(int32_t), "weights have no gaps");

void nb_weights_usual(struct nb_weights *out)
{
    *out = (struct nb_weights){
#define X(name, usual, least, most) .name = usual,
        NB_WEIGHTS(X)
#undef X
    };
}

/* One line without its comment into numbers[]. @return what is wrong, or NULL. */
static const char *read_line(struct nb_slice line, int32_t numbers[WEIGHTS_N])
{
    size_t end = 0;
    while (end < line.len && !nb_ascii_is_space(line.p[end])) {
        end++;
    }
    struct nb_slice name = nb_slice_sub(line, 0, end);
    struct nb_slice value = nb_slice_trim(nb_slice_sub(line, end, line.len));
    for (size_t i = 0; i < WEIGHTS_N; i++) {
        int64_t number;
        if (!nb_slice_eq(name, nb_slice_str(table[i].name))) {
            continue;
        }
        if (!nb_slice_to_i64(value, &number)) {
            return "behind the name stands a whole number";
        }
        if (number < table[i].least || number > table[i].most) {
            return "the number is outside of what this weight can be";
        }
        numbers[i] = (int32_t)number;
        return NULL;
    }
    return "no weight is called so";
}

bool nb_weights_read(struct nb_slice text, struct nb_weights *out, nb_weights_report_fn *report,
                     void *context)
{
    int32_t numbers[WEIGHTS_N];
    struct nb_slice line;
    uint32_t at = 0;
    bool good = true;
    for (size_t i = 0; i < WEIGHTS_N; i++) {
        numbers[i] = table[i].usual;
    }
    for (struct nb_slice rest = text; nb_entry_line(&rest, &at, &line);) {
        const char *problem = read_line(line, numbers);
        if (problem) {
            report(context, at, problem);
            good = false;
        }
    }
    int32_t sum = 0;
    for (size_t i = 0; i < SHARES_N; i++) {
        sum += numbers[i];
    }
    if (sum != SHARES_SUM) {
        report(context, at, "the shares of the five parts do not add up to 1000");
        good = false;
        for (size_t i = 0; i < SHARES_N; i++) {
            numbers[i] = table[i].usual;
        }
    }
    memcpy(out, numbers, sizeof(*out));
    return good;
}

void nb_weights_write(const struct nb_weights *weights, struct nb_buf *out)
{
    int32_t numbers[WEIGHTS_N];
    memcpy(numbers, weights, sizeof(numbers));
    for (size_t i = 0; i < WEIGHTS_N; i++) {
        nb_buf_addf(out, "%s %" PRId32 "\n", table[i].name, numbers[i]);
    }
}

/* Lines that a newer or older nabiz wrote and this one cannot use are passed over. */
static void pass_over(void *context, uint32_t line, const char *problem)
{
    (void)context;
    (void)line;
    (void)problem;
}

enum nb_err nb_weights_in_force(struct nb_txn *txn, struct nb_weights *out)
{
    struct nb_slice text;
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_WEIGHTS), &text);
    nb_weights_usual(out);
    if (err == NB_OK) {
        (void)nb_weights_read(text, out, pass_over, NULL);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}
