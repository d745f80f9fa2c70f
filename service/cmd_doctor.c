/* nabiz doctor: is everything here that is needed, and what to do about what is not. */
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/clock.h>
#include <nabiz/knowledge.h>
#include <nabiz/record.h>
#include <nabiz/sources.h>
#include <nabiz/store.h>
#include <nabiz/table.h>

#include "analyzer/core.h"
#include "service/confine.h"
#include "service/commands.h"
#include "service/deliver_health.h"
#include "service/silence.h"
#include "service/status.h"

enum {
    OUT_MAX_BYTES = 1 << 20,
    ARENA_BYTES = 8 << 20,
    LOW_DISK_MIB = 1024,
    LOW_FILES = 1024,
    LONG_READER_TXNS = 1000,
    FAILING_AFTER = 3,
};

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };

struct report {
    struct nb_table *table;
    struct nb_arena *arena;
    int worst;
};

static void say(struct report *report, enum verdict verdict, const char *what, const char *format,
                ...) NB_PRINTF(4, 5);

static void say(struct report *report, enum verdict verdict, const char *what, const char *format,
                ...)
{
    static const char *const words[] = {"ok", "look", "FAIL"};
    static const enum nb_paint paints[] = {NB_GREEN, NB_YELLOW, NB_RED};
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    nb_table_cell(report->table, paints[verdict], nb_slice_str(words[verdict]));
    nb_table_cell(report->table, NB_BOLD, nb_slice_str(what));
    nb_table_cell(report->table, NB_PLAIN, nb_slice_str(text));
    report->worst = (int)verdict > report->worst ? (int)verdict : report->worst;
}

static void check_config(struct report *report, const struct nb_config *config)
{
    const char *path = nb_config_path(config);
    if (path) {
        say(report, VERDICT_OK, "configuration", "%s", path);
    } else {
        say(report, VERDICT_WARN, "configuration",
            "none found, defaults are used; `nabiz config dump --sample > nabiz.conf`");
    }
    if (nb_config_str(config, NB_CFG_CONTACT)[0] == '\0') {
        say(report, VERDICT_WARN, "contact",
            "set crawl.contact to an address that site owners can reach");
    } else {
        say(report, VERDICT_OK, "contact", "%s", nb_config_str(config, NB_CFG_CONTACT));
    }
    if (nb_config_str(config, NB_CFG_CLOCK_FILE)[0] != '\0') {
        say(report, VERDICT_WARN, "clock", "clock.file is set: time moves only when it is told to");
    }
    if (nb_config_int(config, NB_CFG_ALLOW_PRIVATE)) {
        say(report, VERDICT_WARN, "private hosts",
            "crawl.allow_private is on: feeds can reach this network");
    }
    if (!nb_config_int(config, NB_CFG_ROBOTS)) {
        say(report, VERDICT_WARN, "robots",
            "crawl.robots is off: what sites ask of crawlers is ignored");
    }
}

static void check_machine(struct report *report, const struct nb_config *config)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        bool low = files.rlim_cur < LOW_FILES;
        say(report, low ? VERDICT_WARN : VERDICT_OK, "open files", "limit %llu%s",
            (unsigned long long)files.rlim_cur, low ? "; raise it (ulimit -n, LimitNOFILE)" : "");
    }
    const char *obstacle = nb_confine_obstacle();
    if (!nb_config_int(config, NB_CFG_CONFINE)) {
        say(report, VERDICT_WARN, "confinement",
            "crawl.confine is off: whoever breaks a parser has this user's whole machine");
    } else if (obstacle) {
        say(report, VERDICT_WARN, "confinement", "the crawler is not confined: %s", obstacle);
    } else {
        say(report, VERDICT_OK, "confinement", "the crawler gives up what it does not need");
    }
    const char *dir = nb_config_str(config, NB_CFG_DATA_DIR);
    if (access(dir, F_OK) != 0) {
        say(report, VERDICT_WARN, "data", "%s does not exist yet; the first run makes it", dir);
    } else if (access(dir, W_OK) != 0) {
        say(report, VERDICT_FAIL, "data", "%s cannot be written; check its owner", dir);
    } else {
        say(report, VERDICT_OK, "data", "%s", dir);
    }
}

static void check_store(struct report *report, const struct nb_config *config,
                        enum nb_store_kind kind)
{
    struct nb_store *store = NULL;
    struct nb_store_stat stat;
    struct nb_error error = {0};
    char what[32];
    (void)snprintf(what, sizeof(what), "store %s", nb_store_name(kind));
    enum nb_err err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), kind,
                                    &(struct nb_store_options){.read_only = true}, &store, &error);
    if (err == NB_ENOTFOUND) {
        say(report, VERDICT_WARN, what, "not there yet; the first run makes it");
    } else if (err != NB_OK || nb_store_stat(store, &stat) != NB_OK) {
        say(report, VERDICT_FAIL, what, "%s", nb_error_text(&error));
    } else if (stat.free_bytes_on_disk / (1024 * 1024) < LOW_DISK_MIB) {
        say(report, VERDICT_WARN, what, "only %llu MiB of disk left",
            (unsigned long long)stat.free_bytes_on_disk / (1024 * 1024));
    } else if (stat.reader_lag_txns > LONG_READER_TXNS) {
        say(report, VERDICT_WARN, what,
            "process %lld has been reading for %llu commits: the file grows meanwhile",
            (long long)stat.reader_lag_pid, (unsigned long long)stat.reader_lag_txns);
    } else {
        say(report, VERDICT_OK, what, "%llu KiB, %llu commits, %u readers",
            (unsigned long long)stat.used_bytes / 1024, (unsigned long long)stat.last_txn,
            stat.readers_n);
    }
    nb_store_close(store);
}

/* Without its compiled file morphology is compiled at every start: slower, and read all the same.
 */
static void check_core(struct report *report, const char *dir)
{
    struct tr_core *core = NULL;
    struct nb_core_info info;
    if (nb_core_load(dir, &core, &info, NULL) != NB_OK) {
        return; /* told with the lexicons */
    }
    bool mapped = info.from == NB_CORE_MAPPED;
    say(report, mapped ? VERDICT_OK : VERDICT_WARN, "morphology", "%s%s", info.path,
        mapped ? "" : " was edited, and is compiled at every start; see `nabiz lexicon --help`");
    tr_core_free(core);
}

static void check_knowledge(struct report *report, const struct nb_config *config)
{
    struct nb_knowledge *knowledge = NULL;
    struct nb_error error = {0};
    size_t bad_n = 0;
    const char *dir = nb_config_str(config, NB_CFG_LEXICONS);
    if (nb_knowledge_load(dir, nb_config_str(config, NB_CFG_TOPICS), &knowledge, &bad_n, &error) !=
        NB_OK) {
        say(report, VERDICT_FAIL, "lexicons", "%s", nb_error_text(&error));
        return;
    }
    size_t topics_n = nb_knowledge_topics_n(knowledge);
    say(report, bad_n ? VERDICT_WARN : VERDICT_OK, "lexicons", "%s%s", dir,
        bad_n ? "; some lines are refused, see above or `nabiz lexicon check`" : "");
    say(report, topics_n ? VERDICT_OK : VERDICT_WARN, "topics", "%zu in %s%s", topics_n,
        nb_config_str(config, NB_CFG_TOPICS), topics_n ? "" : "; without one there is no digest");
    const char *local = nb_config_str(config, NB_CFG_LOCAL_MODEL);
    if (local[0]) {
        bool used = nb_knowledge_use_local(knowledge, local, &error) == NB_OK;
        say(report, used ? VERDICT_OK : VERDICT_FAIL, "local model", "%s",
            used ? local : nb_error_text(&error));
    }
    nb_knowledge_free(knowledge);
    check_core(report, dir);
}

/* Sources with something the matter, from the crawler's bookkeeping. */
struct trouble {
    size_t failing, denied;
};

static void count_one(struct nb_txn *txn, struct nb_id id, struct nb_arena *arena,
                      struct trouble *out)
{
    struct nb_slice value;
    struct nb_source *state;
    if (nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(id.b, NB_ID_BYTES), &value) == NB_OK &&
        nb_source_decode(value, arena, &state) == NB_OK) {
        out->denied += state->denied != 0;
        out->failing += !state->denied && (state->failures_n >= FAILING_AFTER || state->retired);
    }
}

static struct trouble count_trouble(const struct nb_config *config,
                                    const struct nb_sources *sources, struct nb_arena *arena)
{
    struct nb_store *store = NULL;
    struct nb_txn *txn = NULL;
    struct trouble trouble = {0};
    if (nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), NB_STORE_CRAWL,
                      &(struct nb_store_options){.read_only = true}, &store, NULL) == NB_OK &&
        nb_read_begin(store, &txn, NULL) == NB_OK) {
        for (size_t i = 0; i < nb_sources_n(sources); i++) {
            struct nb_arena_mark mark = nb_arena_mark(arena);
            count_one(txn, nb_sources_at(sources, i)->id, arena, &trouble);
            nb_arena_rewind(arena, mark);
        }
    }
    nb_read_end(txn);
    nb_store_close(store);
    return trouble;
}

static void say_trouble(struct report *report, const struct trouble *trouble)
{
    if (trouble->failing) {
        say(report, VERDICT_WARN, "failing",
            "%zu sources failed %d times or more in a row; "
            "`nabiz source list`",
            trouble->failing, FAILING_AFTER);
    }
    if (trouble->denied) {
        say(report, VERDICT_WARN, "denied",
            "robots.txt does not allow %zu sources; `nabiz source show URL` says which line, the "
            "site's owner can change it, or remove them",
            trouble->denied);
    }
}

static void check_sources(struct report *report, const struct nb_config *config)
{
    struct nb_sources *sources = NULL;
    struct nb_error error = {0};
    const char *path = nb_config_str(config, NB_CFG_SOURCES);
    enum nb_err err = nb_sources_load(path, &sources, &error);
    if (err == NB_ENOTFOUND || (err == NB_OK && nb_sources_n(sources) == 0)) {
        say(report, VERDICT_WARN, "sources", "none in %s; `nabiz source add URL`", path);
    } else if (err != NB_OK) {
        say(report, VERDICT_FAIL, "sources", "%s", nb_error_text(&error));
    } else {
        struct trouble trouble = count_trouble(config, sources, report->arena);
        bool any = trouble.failing || trouble.denied;
        say(report, any ? VERDICT_WARN : VERDICT_OK, "sources", "%zu in %s%s",
            nb_sources_n(sources), path, any ? "" : ", none failing");
        say_trouble(report, &trouble);
    }
    nb_sources_free(sources);
}

/* Only what is more than one source: those are listed elsewhere. */
static void check_silence(struct report *report, const struct nb_config *config)
{
    struct nb_clock *clock = NULL;
    const struct nb_silence *rows = NULL;
    size_t n = 0, sources_n = 0;
    if (nb_clock_open(nb_config_str(config, NB_CFG_CLOCK_FILE), &clock, NULL) != NB_OK ||
        nb_silence_read(config, nb_clock_now_ms(clock), report->arena, &rows, &n, NULL) != NB_OK) {
        nb_clock_close(clock);
        return; /* nothing to listen to yet: said above */
    }
    for (size_t i = 0; i < n; i++) {
        sources_n += rows[i].of == NB_SILENCE_SOURCE;
        bool is_told = i > 0 && rows[0].of == NB_SILENCE_CRAWLER; /* it is the reason of the rest */
        if (rows[i].of != NB_SILENCE_SOURCE && !is_told) {
            say(report, VERDICT_WARN, "silence", "%s: %lld h without a word, usual are %lld min",
                rows[i].name, (long long)(rows[i].quiet_ms / NB_HOUR_MS),
                (long long)(rows[i].usual_ms / NB_MINUTE_MS));
        }
    }
    if (sources_n && rows[0].of != NB_SILENCE_CRAWLER) {
        say(report, VERDICT_WARN, "silence",
            "%zu sources are silent for longer than usual; `nabiz alerts silence`", sources_n);
    }
    nb_clock_close(clock);
}

/* An alert that reaches nobody is worth nothing. */
static void check_recipients(struct report *report, const struct nb_config *config)
{
    struct nb_deliver_health health;
    struct nb_error error = {0};
    enum nb_err err = nb_deliver_health_read(config, report->arena, &health, &error);
    if (err == NB_ENOTFOUND || (err == NB_OK && health.recipients_n == 0)) {
        say(report, VERDICT_OK, "recipients", "none in %s: nobody is sent alerts",
            nb_config_str(config, NB_CFG_RECIPIENTS));
    } else if (err != NB_OK) {
        say(report, VERDICT_FAIL, "recipients", "%s", nb_error_text(&error));
    } else if (health.failing_n > 0) {
        say(report, VERDICT_WARN, "recipients",
            "%zu of %zu do not take messages, %llu wait%s%s%s%s; `nabiz deliver list`",
            health.failing_n, health.recipients_n, (unsigned long long)health.waiting_n,
            health.worst ? "; " : "", health.worst ? health.worst : "", health.worst ? ": " : "",
            health.failure ? health.failure : "");
    } else {
        say(report, VERDICT_OK, "recipients", "%zu, %llu messages wait", health.recipients_n,
            (unsigned long long)health.waiting_n);
    }
}

static void check_processes(struct report *report, const struct nb_config *config)
{
    struct nb_process_status processes[NB_PROCESSES_N];
    nb_status_read(config, processes);
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        char what[32];
        (void)snprintf(what, sizeof(what), "process %s", processes[i].name);
        if (processes[i].alive) {
            say(report, VERDICT_OK, what, "running as %lld",
                (long long)processes[i].counters[NB_CTR_PID]);
        } else {
            say(report, VERDICT_WARN, what, "not running; `nabiz run` starts it");
        }
    }
    if (processes[0].known && processes[0].counters[NB_CTR_RESTARTS] > 0) {
        say(report, VERDICT_WARN, "restarts", "%lld so far; the log says why",
            (long long)processes[0].counters[NB_CTR_RESTARTS]);
    }
}

static int run_doctor(struct nb_args *args)
{
    static const struct nb_column columns[] = {
        {"", NB_LEFT, false}, {"check", NB_LEFT, false}, {"finding", NB_LEFT, true}};
    struct nb_config *config = NULL;
    struct nb_error error = {0};
    if (nb_args_load_config(args, &config, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    struct report report = {.arena = nb_arena_new(ARENA_BYTES)};
    report.table = report.arena ? nb_table_new(report.arena, columns, 3) : NULL;
    if (!report.table) {
        nb_arena_free(report.arena);
        nb_config_free(config);
        return NB_EXIT_FAILED;
    }
    check_config(&report, config);
    check_machine(&report, config);
    check_store(&report, config, NB_STORE_CRAWL);
    check_store(&report, config, NB_STORE_ANALYSIS);
    check_store(&report, config, NB_STORE_DESK);
    check_knowledge(&report, config);
    check_sources(&report, config);
    check_silence(&report, config);
    check_recipients(&report, config);
    check_processes(&report, config);
    struct nb_buf out;
    nb_buf_init(&out, OUT_MAX_BYTES);
    /* never cut: the end of a finding says what to do */
    bool ok = nb_table_write(report.table, 0, nb_terminal_colour(STDOUT_FILENO), &out) == NB_OK &&
              fwrite(out.p, 1, out.len, stdout) == out.len;
    nb_buf_fini(&out);
    nb_arena_free(report.arena);
    nb_config_free(config);
    return ok && report.worst < VERDICT_FAIL ? NB_EXIT_OK : NB_EXIT_FAILED;
}

const struct nb_command nb_cmd_doctor = {
    .name = "doctor",
    .line = "check machine, configuration, stores, sources and processes",
    .usage = "",
    .about = "Each line is ok, look (works, but see to it) or FAIL; the exit code is 1 when "
             "something fails.",
    .examples =
        (const struct nb_example[]){{"nabiz doctor", "before and after a change"}, {NULL, NULL}},
    .run = run_doctor,
};
