/* nabiz stats: the processes, their counters and the stores, read without asking anybody. */
#include <stdio.h>
#include <unistd.h>

#include <nabiz/buf.h>
#include <nabiz/clock.h>
#include <nabiz/date.h>
#include <nabiz/json.h>
#include <nabiz/store.h>
#include <nabiz/table.h>

#include "service/commands.h"
#include "service/status.h"

enum { OUT_MAX_BYTES = 4 << 20, ARENA_BYTES = 4 << 20, STORES_N = 3 };

struct store_status {
    enum nb_store_kind kind;
    bool known;
    struct nb_store_stat stat;
};

static void read_stores(const struct nb_config *config, struct store_status out[STORES_N])
{
    for (int i = 0; i < STORES_N; i++) {
        struct nb_store *store = NULL;
        out[i] = (struct store_status){.kind = (enum nb_store_kind)i};
        if (nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), out[i].kind,
                          &(struct nb_store_options){.read_only = true}, &store, NULL) == NB_OK) {
            out[i].known = nb_store_stat(store, &out[i].stat) == NB_OK;
            out[i].stat.max_bytes = (uint64_t)nb_config_int(config, NB_CFG_STORE_MAX);
            nb_store_close(store);
        }
    }
}

static void write_json(const struct nb_process_status *processes, const struct store_status *stores,
                       struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_object(&json);
    nb_json_key(&json, "processes");
    nb_json_object(&json);
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        if (!processes[i].known) {
            continue;
        }
        nb_json_key(&json, processes[i].name);
        nb_json_object(&json);
        nb_json_kbool(&json, "alive", processes[i].alive);
        for (int c = 0; c < NB_CTR_COUNT; c++) {
            nb_json_kint(&json, nb_counter_row((enum nb_counter)c)->name, processes[i].counters[c]);
        }
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_key(&json, "stores");
    nb_json_object(&json);
    for (size_t i = 0; i < STORES_N; i++) {
        if (!stores[i].known) {
            continue;
        }
        nb_json_key(&json, nb_store_name(stores[i].kind));
        nb_json_object(&json);
        nb_json_kint(&json, "used_bytes", (int64_t)stores[i].stat.used_bytes);
        nb_json_kint(&json, "map_bytes", (int64_t)stores[i].stat.map_bytes);
        nb_json_kint(&json, "max_bytes", (int64_t)stores[i].stat.max_bytes);
        nb_json_kint(&json, "disk_free_bytes", (int64_t)stores[i].stat.free_bytes_on_disk);
        nb_json_kint(&json, "readers", stores[i].stat.readers_n);
        nb_json_kint(&json, "reader_lag_txns", (int64_t)stores[i].stat.reader_lag_txns);
        nb_json_kint(&json, "last_txn", (int64_t)stores[i].stat.last_txn);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

static void process_table(const struct nb_process_status *processes, struct nb_arena *arena,
                          struct nb_buf *out)
{
    static const struct nb_column columns[] = {
        {"process", NB_LEFT, false},     {"state", NB_LEFT, false},     {"pid", NB_RIGHT, false},
        {"since (UTC)", NB_LEFT, false}, {"warnings", NB_RIGHT, false}, {"errors", NB_RIGHT, false},
    };
    struct nb_table *table = nb_table_new(arena, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; table && i < NB_PROCESSES_N; i++) {
        const int64_t *c = processes[i].counters;
        char since[NB_RFC3339_BYTES] = "-";
        if (c[NB_CTR_STARTED_MS] > 0) {
            nb_date_rfc3339(c[NB_CTR_STARTED_MS] / 1000 * 1000, since);
        }
        nb_table_cell(table, NB_BOLD, nb_slice_str(processes[i].name));
        nb_table_cell(table, processes[i].alive ? NB_GREEN : NB_YELLOW,
                      processes[i].alive   ? NB_LIT("running")
                      : processes[i].known ? NB_LIT("stopped")
                                           : NB_LIT("never ran"));
        if (processes[i].alive) {
            nb_table_cellf(table, NB_PLAIN, "%lld", (long long)c[NB_CTR_PID]);
        } else {
            nb_table_cell(table, NB_DIM, NB_LIT("-"));
        }
        nb_table_cell(table, NB_PLAIN, nb_slice_str(since));
        nb_table_cellf(table, c[NB_CTR_DIAG_WARN] ? NB_YELLOW : NB_PLAIN, "%lld",
                       (long long)c[NB_CTR_DIAG_WARN]);
        nb_table_cellf(table, c[NB_CTR_DIAG_ERROR] ? NB_RED : NB_PLAIN, "%lld",
                       (long long)c[NB_CTR_DIAG_ERROR]);
    }
    if (table) {
        (void)!nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                              nb_terminal_colour(STDOUT_FILENO), out);
    }
}

/* Counters that are not zero, one a line; gauges that have a place of their own are left out. */
static void counter_lines(const struct nb_process_status *processes, struct nb_buf *out)
{
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        for (int c = 0; processes[i].known && c < NB_CTR_COUNT; c++) {
            const struct nb_counter_row *row = nb_counter_row((enum nb_counter)c);
            if (processes[i].counters[c] != 0 && c != NB_CTR_PID && c != NB_CTR_STARTED_MS &&
                c != NB_CTR_SETTLED_MS) {
                nb_buf_addf(out, "%-8s %-18s %12lld %-10s %s\n", processes[i].name, row->name,
                            (long long)processes[i].counters[c], row->unit, row->line);
            }
        }
    }
}

static void store_table(const struct store_status *stores, struct nb_arena *arena,
                        struct nb_buf *out)
{
    static const struct nb_column columns[] = {
        {"store", NB_LEFT, false},          {"used KiB", NB_RIGHT, false},
        {"map KiB", NB_RIGHT, false},       {"commits", NB_RIGHT, false},
        {"readers", NB_RIGHT, false},       {"lag", NB_RIGHT, false},
        {"disk free MiB", NB_RIGHT, false},
    };
    struct nb_table *table = nb_table_new(arena, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; table && i < STORES_N; i++) {
        const struct nb_store_stat *stat = &stores[i].stat;
        nb_table_cell(table, NB_BOLD, nb_slice_str(nb_store_name(stores[i].kind)));
        if (!stores[i].known) {
            for (int k = 0; k < 6; k++) {
                nb_table_cell(table, NB_DIM, NB_LIT("-"));
            }
            continue;
        }
        nb_table_cellf(table, NB_PLAIN, "%llu", (unsigned long long)stat->used_bytes / 1024);
        nb_table_cellf(table, NB_PLAIN, "%llu", (unsigned long long)stat->map_bytes / 1024);
        nb_table_cellf(table, NB_PLAIN, "%llu", (unsigned long long)stat->last_txn);
        nb_table_cellf(table, NB_PLAIN, "%u", stat->readers_n);
        nb_table_cellf(table, NB_PLAIN, "%llu", (unsigned long long)stat->reader_lag_txns);
        nb_table_cellf(table, NB_PLAIN, "%llu",
                       (unsigned long long)stat->free_bytes_on_disk / (1024 * 1024));
    }
    if (table) {
        (void)!nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                              nb_terminal_colour(STDOUT_FILENO), out);
    }
}

static int run_stats(struct nb_args *args)
{
    struct nb_config *config = NULL;
    struct nb_error error = {0};
    struct nb_process_status processes[NB_PROCESSES_N];
    struct store_status stores[STORES_N];
    if (nb_args_load_config(args, &config, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    nb_status_read(config, processes);
    read_stores(config, stores);
    struct nb_buf out;
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    nb_buf_init(&out, OUT_MAX_BYTES);
    const char *format = nb_args_get(args, "format");
    if (format && strcmp(format, "json") == 0) {
        write_json(processes, stores, &out);
    } else if (arena) {
        process_table(processes, arena, &out);
        nb_buf_add_byte(&out, '\n');
        store_table(stores, arena, &out);
        nb_buf_add_byte(&out, '\n');
        counter_lines(processes, &out);
    }
    bool ok = arena && nb_buf_finish(&out, NULL) == NB_OK &&
              fwrite(out.p, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    nb_buf_fini(&out);
    nb_arena_free(arena);
    nb_config_free(config);
    return ok ? NB_EXIT_OK : NB_EXIT_FAILED;
}

const struct nb_command nb_cmd_stats = {
    .name = "stats",
    .line = "what the processes have done and how full the stores are",
    .usage = "",
    .about =
        "Reads the counters that each process keeps in a shared page; nobody is disturbed, and "
        "the figures of a process that stopped stay readable.",
    .options = (const struct nb_option[]){{"format", "FORMAT", "table|json", "how to print"},
                                          {NULL, NULL, NULL, NULL}},
    .examples = (const struct nb_example[]){{"nabiz stats", "now"},
                                            {"nabiz stats --format json", "for scripts"},
                                            {NULL, NULL}},
    .run = run_stats,
};
