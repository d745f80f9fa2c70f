/*
 * The index against SQLite's FTS5 and Xapian: the same documents, terms and positions, the same
 * questions, in one run. NABIZ_BENCH_DOCS says how many documents (1,000,000); answers have to be
 * the same. Times are CPU times of one question, of questions that were asked once before.
 *
 * Questions take terms of one sentence each, drawn at random, so that frequent ones are frequent.
 */
#include "tests/bench/index/peer.h"

#include "tests/lib/test.h"

#include <signal.h>
#include <time.h>

#include "analyzer/index/entry.h"

enum { DOCUMENTS_N = 1000000, QUESTIONS_N = 200, PEERS_N = 3, SEED = 20261122 };

static const char *const asks[ASKS_N] = {"count of one word", "AND of 2",    "OR of 5",
                                         "phrase of 2",       "NEAR/5 of 2", "facets of one word"};

int64_t bench_cpu_us(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static struct nb_slice random_term(const struct corpus *corpus, struct random *random,
                                   const struct sentence *sentence, uint32_t position, char kind)
{
    struct nb_slice term = {NULL, 0};
    for (int i = 0; !term.len && i < 1000; i++) {
        const struct sentence *from =
            sentence ? sentence : &corpus->sentences[random_below(random, (uint32_t)corpus->n)];
        term = corpus_term(from, sentence ? position : random_below(random, from->positions), kind);
        if (sentence) {
            break;
        }
    }
    return term;
}

/* @return false when the draw did not give a question. */
static bool draw(const struct corpus *corpus, struct random *random, enum ask ask,
                 struct question *out)
{
    const struct sentence *s = &corpus->sentences[random_below(random, (uint32_t)corpus->n)];
    uint32_t at = random_below(random, s->positions);
    *out = (struct question){.ask = ask, .n = 2};
    switch (ask) {
    case ASK_COUNT:
    case ASK_FACETS:
        out->n = 1;
        out->terms[0] = random_term(corpus, random, NULL, 0, NB_TERM_LEMMA);
        break;
    case ASK_OR:
        out->n = TERMS_MAX;
        for (size_t i = 0; i < TERMS_MAX; i++) {
            out->terms[i] = random_term(corpus, random, NULL, 0, NB_TERM_LEMMA);
        }
        break;
    case ASK_PHRASE:
        out->terms[0] = random_term(corpus, random, s, at, NB_TERM_FORM);
        out->terms[1] = random_term(corpus, random, s, at + 1, NB_TERM_FORM);
        break;
    case ASK_AND:
    case ASK_NEAR:
    case ASKS_N:
        out->terms[0] = random_term(corpus, random, s, at, NB_TERM_LEMMA);
        out->terms[1] =
            random_term(corpus, random, s, at + 1 + random_below(random, 3), NB_TERM_LEMMA);
        break;
    }
    bool good = true;
    for (size_t i = 0; i < out->n; i++) {
        good = good && out->terms[i].len && nb_slice_find_byte(out->terms[i], '"', 0) == NB_NPOS;
        good = good && !nb_slice_ends(out->terms[i], NB_LIT("user")); /* all names are masked so */
        for (size_t k = 0; k < i; k++) {
            good = good && !nb_slice_eq(out->terms[i], out->terms[k]);
        }
    }
    return good;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

struct timing {
    int64_t p50, p99;
};

static struct timing timing_of(int64_t *us)
{
    qsort(us, QUESTIONS_N, sizeof(*us), by_value);
    return (struct timing){us[QUESTIONS_N / 2], us[QUESTIONS_N * 99 / 100]};
}

static bool ask_all(struct peer *peers, size_t peers_n, const struct corpus *corpus, enum ask ask)
{
    static int64_t us[PEERS_N][QUESTIONS_N];
    struct random random = {.state = SEED + (uint64_t)ask};
    size_t differ_n = 0;
    uint64_t found = 0;
    for (size_t i = 0; i < QUESTIONS_N;) {
        struct question question;
        uint64_t counts[PEERS_N] = {0};
        if (!draw(corpus, &random, ask, &question)) {
            continue;
        }
        for (size_t p = 0; p < peers_n; p++) {
            for (int again = 0; again < 2; again++) {
                if (!peers[p].ask(peers[p].state, &question, &counts[p], &us[p][i])) {
                    return false;
                }
            }
        }
        bool differ = false;
        for (size_t p = 1; p < peers_n; p++) {
            differ = differ || counts[p] != counts[0];
        }
        if (differ && differ_n < 2) {
            printf("  %s %.*s %.*s: %llu %llu %llu\n", asks[ask], NB_ARG(question.terms[0]),
                   NB_ARG(question.terms[1]), (unsigned long long)counts[0],
                   (unsigned long long)counts[1], (unsigned long long)counts[2]);
        }
        differ_n += differ;
        found += counts[0];
        i++;
    }
    struct timing t[PEERS_N], best = {INT64_MAX, INT64_MAX};
    for (size_t p = 0; p < peers_n; p++) {
        t[p] = timing_of(us[p]);
        if (p > 0) {
            best.p50 = t[p].p50 < best.p50 ? t[p].p50 : best.p50;
            best.p99 = t[p].p99 < best.p99 ? t[p].p99 : best.p99;
        }
    }
    printf("  %-18s %9.0f found;", asks[ask], (double)found / QUESTIONS_N);
    for (size_t p = 0; p < peers_n; p++) {
        printf(" %s p50 %lld p99 %lld us;", peers[p].name, (long long)t[p].p50,
               (long long)t[p].p99);
    }
    printf(" best peer / nabiz: p50 %.1f p99 %.1f; %zu answers differ\n",
           (double)best.p50 / (double)(t[0].p50 ? t[0].p50 : 1),
           (double)best.p99 / (double)(t[0].p99 ? t[0].p99 : 1), differ_n);
    return true;
}

static bool build(struct peer *peers, size_t peers_n, const struct corpus *corpus, uint64_t n)
{
    struct random random = {.state = SEED};
    struct bench_document document = {.n = 0};
    for (uint64_t number = 1; number <= n; number++) {
        corpus_next(corpus, &random, &document);
        for (size_t p = 0; p < peers_n; p++) {
            if (!peers[p].add(peers[p].state, number, &document)) {
                return false;
            }
        }
    }
    for (size_t p = 0; p < peers_n; p++) {
        if (!peers[p].finish(peers[p].state)) {
            return false;
        }
        double seconds = (double)peers[p].build_us(peers[p].state) / 1e6;
        double megabytes = (double)peers[p].bytes(peers[p].state) / 1e6;
        printf("  %-6s built in %.1f CPU-s, %.1f MB (%.0f bytes a document)\n", peers[p].name,
               seconds, megabytes, megabytes * 1e6 / (double)n);
    }
    return true;
}

int main(void)
{
    struct corpus corpus;
    struct peer peers[PEERS_N] = {{.name = NULL}};
    const char *wanted = getenv("NABIZ_BENCH_DOCS");
    int64_t n = DOCUMENTS_N;
    if (wanted && (!nb_slice_to_i64(nb_slice_str(wanted), &n) || n < 1)) {
        fprintf(stderr, "bench_index: NABIZ_BENCH_DOCS takes a number\n");
        return 2;
    }
    if (!corpus_open(&corpus)) {
        printf("index: skipped, the posts are not here\n");
        corpus_close(&corpus);
        return 0;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    char *dir = nbt_tmpdir();
    bool good = peer_nabiz(dir, corpus.speller, &peers[0]) && peer_fts5(dir, &peers[1]) &&
                peer_xapian(dir, &peers[2]);
    printf("index: %lld documents of %zu sentences\n", (long long)n, corpus.n);
    good = good && build(peers, PEERS_N, &corpus, (uint64_t)n);
    for (int ask = 0; good && ask < ASKS_N; ask++) {
        good = ask_all(peers, PEERS_N, &corpus, (enum ask)ask);
        (void)fflush(stdout);
    }
    for (size_t p = 0; p < PEERS_N; p++) {
        if (peers[p].state) {
            peers[p].close(peers[p].state);
        }
    }
    corpus_close(&corpus);
    nbt_rmdir(dir);
    if (!good) {
        fprintf(stderr, "bench_index: failed\n");
    }
    return good ? 0 : 1;
}
