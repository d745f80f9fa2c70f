/*
 * Days that texts speak of: how many of the rows of when.tsv are read as a reader takes them. With
 * `list` behind it what is read otherwise is printed.
 */
#include "tests/lib/when_world.h"

enum { FIELDS = 5, DATE_BYTES = 16 };

static enum nb_tense tense_of(struct nb_slice name)
{
    return nb_slice_eq(name, NB_LIT("past"))     ? NB_TENSE_PAST
           : nb_slice_eq(name, NB_LIT("future")) ? NB_TENSE_FUTURE
                                                 : NB_TENSE_ANY;
}

static bool read_row(struct nb_slice line, struct nb_slice fields[FIELDS])
{
    size_t n = 0;
    while (n < FIELDS && nb_slice_split(&line, '\t', &fields[n])) {
        n++;
    }
    return n == FIELDS && fields[0].len && fields[0].p[0] != '#';
}

/* "2027-02-10 2027-02-11", or "- -". */
static void find(struct when_world *w, const struct nb_slice fields[FIELDS],
                 char got[2 * DATE_BYTES])
{
    char day[DATE_BYTES], text[512], from[DATE_BYTES] = "-", to[DATE_BYTES] = "-";
    struct nb_days days;
    (void)snprintf(day, sizeof(day), "%.*s", NB_ARG(fields[0]));
    (void)snprintf(text, sizeof(text), "%.*s", NB_ARG(fields[4]));
    if (when_world_find(w, text, when_world_day(day), tense_of(fields[1]), false, &days)) {
        when_world_print(days.from, from);
        when_world_print(days.to, to);
    }
    (void)snprintf(got, 2 * DATE_BYTES, "%s %s", from, to);
}

int main(int argc, char **argv)
{
    struct when_world w;
    struct nb_slice line, fields[FIELDS];
    size_t n = 0, right = 0;
    when_world_open(&w);
    struct nb_arena *files = nb_arena_new((size_t)1 << 20);
    struct nb_slice rest = nbt_read_file("tests/eval/when.tsv", files);
    while (nb_slice_split(&rest, '\n', &line)) {
        char got[2 * DATE_BYTES], want[2 * DATE_BYTES];
        if (!read_row(line, fields)) {
            continue;
        }
        find(&w, fields, got);
        (void)snprintf(want, sizeof(want), "%.*s %.*s", NB_ARG(fields[2]), NB_ARG(fields[3]));
        n++;
        right += strcmp(got, want) == 0;
        if (argc > 1 && strcmp(got, want) != 0) {
            printf("  %.*s: %s, not %s\n", NB_ARG(fields[4]), got, want);
        }
    }
    (void)argv;
    printf("when-days %.3f (%zu of %zu, own sentences, exactly the days)\n",
           n ? (double)right / (double)n : 0, right, n);
    nb_arena_free(files);
    when_world_close(&w);
    return 0;
}
