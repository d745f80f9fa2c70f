/*
 * SQLite's FTS5 with a tokenizer that takes what was cut and read already: the same terms at the
 * same positions. No content is kept; site and label are in a table beside it.
 */
#include "tests/bench/index/peer.h"

#include "tests/lib/test.h"

#include <sqlite3.h>
#include <sys/stat.h>

enum { BATCH_N = 1000 };

struct fts5 {
    char *path;
    sqlite3 *db;
    sqlite3_stmt *add, *add_facts, *count, *facets[2];
    struct nb_buf text;
    size_t n;
    int64_t build_us;
};

static int make_tokenizer(void *context, const char **args, int args_n, Fts5Tokenizer **out)
{
    (void)args;
    (void)args_n;
    *out = context;
    return SQLITE_OK;
}

static void free_tokenizer(Fts5Tokenizer *tokenizer)
{
    (void)tokenizer;
}

/* ' ' goes on by one position, '|' stays. A gap of positions is a token that nobody asks for. */
static int tokenize(Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int len,
                    int (*found)(void *, int, const char *, int, int, int))
{
    (void)tokenizer;
    (void)flags;
    int rc = SQLITE_OK;
    bool colocated = false;
    for (int at = 0; rc == SQLITE_OK && at < len;) {
        int end = at;
        while (end < len && text[end] != ' ' && text[end] != '|') {
            end++;
        }
        rc = end > at ? found(context, colocated ? FTS5_TOKEN_COLOCATED : 0, text + at, end - at,
                              at, end)
             : text[at] == ' ' ? found(context, 0, "-", 1, at, at + 1)
                               : SQLITE_OK;
        colocated = end < len && text[end] == '|';
        at = end + 1;
    }
    return rc;
}

static fts5_api *api_of(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
        (void)sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool add(void *state, uint64_t number, const struct bench_document *document)
{
    struct fts5 *fts = state;
    int64_t start = bench_cpu_us();
    corpus_text(document, &fts->text);
    bool good = fts->n++ % BATCH_N != 0 || run(fts->db, "BEGIN");
    sqlite3_bind_int64(fts->add, 1, (sqlite3_int64)number);
    sqlite3_bind_text(fts->add, 2, fts->text.p, (int)fts->text.len, SQLITE_STATIC);
    sqlite3_bind_int64(fts->add_facts, 1, (sqlite3_int64)number);
    sqlite3_bind_int(fts->add_facts, 2, (int)document->site);
    sqlite3_bind_int(fts->add_facts, 3, (int)document->label);
    sqlite3_bind_int64(fts->add_facts, 4, (sqlite3_int64)document->time_s);
    good = good && sqlite3_step(fts->add) == SQLITE_DONE &&
           sqlite3_step(fts->add_facts) == SQLITE_DONE;
    sqlite3_reset(fts->add);
    sqlite3_reset(fts->add_facts);
    good = good && (fts->n % BATCH_N != 0 || run(fts->db, "COMMIT"));
    fts->build_us += bench_cpu_us() - start;
    return good;
}

static bool finish(void *state)
{
    struct fts5 *fts = state;
    int64_t start = bench_cpu_us();
    bool good = fts->n % BATCH_N == 0 || run(fts->db, "COMMIT");
    fts->build_us += bench_cpu_us() - start;
    return good &&
           sqlite3_prepare_v2(fts->db, "SELECT count(*) FROM t WHERE t MATCH ?1", -1, &fts->count,
                              NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(fts->db,
                              "SELECT label, count(*) FROM t JOIN f ON f.id = t.rowid "
                              "WHERE t MATCH ?1 GROUP BY label",
                              -1, &fts->facets[0], NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(fts->db,
                              "SELECT site, count(*) FROM t JOIN f ON f.id = t.rowid "
                              "WHERE t MATCH ?1 GROUP BY site",
                              -1, &fts->facets[1], NULL) == SQLITE_OK;
}

static void write_match(const struct question *q, char *out, size_t size)
{
    static const char *const before[ASKS_N] = {[ASK_NEAR] = "NEAR("};
    static const char *const between[ASKS_N] = {
        [ASK_AND] = " AND ", [ASK_OR] = " OR ", [ASK_PHRASE] = " + ", [ASK_NEAR] = " "};
    int len = snprintf(out, size, "%s", before[q->ask] ? before[q->ask] : "");
    for (size_t i = 0; i < q->n; i++) {
        len += snprintf(out + len, size - (size_t)len, "%s\"%.*s\"", i ? between[q->ask] : "",
                        NB_ARG(q->terms[i]));
    }
    if (q->ask == ASK_NEAR) {
        (void)snprintf(out + len, size - (size_t)len, ", %d)", NEAR_WORDS);
    }
}

static bool sum(sqlite3_stmt *statement, int column, const char *match, uint64_t *count)
{
    int rc;
    sqlite3_bind_text(statement, 1, match, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        *count += (uint64_t)sqlite3_column_int64(statement, column);
    }
    sqlite3_reset(statement);
    return rc == SQLITE_DONE;
}

static bool ask(void *state, const struct question *q, uint64_t *count, int64_t *us)
{
    struct fts5 *fts = state;
    char match[4096];
    int64_t start = bench_cpu_us();
    write_match(q, match, sizeof(match));
    *count = 0;
    bool good = q->ask == ASK_FACETS
                    ? sum(fts->facets[0], 1, match, count) && sum(fts->facets[1], 1, match, count)
                    : sum(fts->count, 0, match, count);
    *us = bench_cpu_us() - start;
    return good;
}

static int64_t build_us(void *state)
{
    return ((struct fts5 *)state)->build_us;
}

static uint64_t bytes(void *state)
{
    struct stat stat_of;
    return stat(((struct fts5 *)state)->path, &stat_of) == 0 ? (uint64_t)stat_of.st_size : 0;
}

static void close_fts5(void *state)
{
    struct fts5 *fts = state;
    sqlite3_finalize(fts->add);
    sqlite3_finalize(fts->add_facts);
    sqlite3_finalize(fts->count);
    sqlite3_finalize(fts->facets[0]);
    sqlite3_finalize(fts->facets[1]);
    sqlite3_close(fts->db);
    nb_buf_fini(&fts->text);
    free(fts->path);
    free(fts);
}

bool peer_fts5(const char *dir, struct peer *out)
{
    static fts5_tokenizer tokenizer = {make_tokenizer, free_tokenizer, tokenize};
    struct fts5 *fts = calloc(1, sizeof(*fts));
    if (!fts) {
        return false;
    }
    nb_buf_init(&fts->text, 1 << 20);
    fts->path = nbt_path(dir, "fts5.db");
    *out = (struct peer){"FTS5", fts, add, finish, ask, build_us, bytes, close_fts5};
    if (sqlite3_open(fts->path, &fts->db) != SQLITE_OK) {
        return false;
    }
    fts5_api *api = api_of(fts->db);
    return api && api->xCreateTokenizer(api, "given", fts, &tokenizer, NULL) == SQLITE_OK &&
           run(fts->db, "PRAGMA synchronous = OFF") && run(fts->db, "PRAGMA journal_mode = OFF") &&
           run(fts->db, "PRAGMA cache_size = -200000") &&
           run(fts->db, "CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='given')") &&
           run(fts->db, "CREATE TABLE f(id INTEGER PRIMARY KEY, site INT, label INT, at INT)") &&
           sqlite3_prepare_v2(fts->db, "INSERT INTO t(rowid, x) VALUES(?1, ?2)", -1, &fts->add,
                              NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(fts->db, "INSERT INTO f VALUES(?1, ?2, ?3, ?4)", -1, &fts->add_facts,
                              NULL) == SQLITE_OK;
}
