#include <nabiz/config.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/arena.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>
#include <nabiz/paths.h>
#include <nabiz/text.h>

#include "common/config_parse.h"
#include "common/config_value.h"

enum { FILE_MAX = 1 << 20, ARENA_MAX = 8 << 20, PATH_BYTES = 8192, REPORTS_MAX = 20 };

static const struct nb_config_row rows[NB_CFG_COUNT] = {
#define X(id, name, type, min, max, number, text, unit, line)                                      \
    {name, NB_CONFIG_##type, min, max, number, text, NB_UNIT_##unit, line},
    NB_CONFIG_TABLE(X)
#undef X
};

static const char *const names[NB_CFG_COUNT] = {
#define X(id, name, type, min, max, number, text, unit, line) name,
    NB_CONFIG_TABLE(X)
#undef X
};

struct value {
    int64_t number;
    const char *text;
    unsigned line;  /* where it was set; 0: not in the file */
    bool installed; /* left empty, so text is what comes with the program */
};

struct nb_config {
    struct nb_arena *arena;
    const char *path;
    const char *cwd; /* the working directory */
    const char *dir; /* of the file, absolute; without a file the working directory */
    struct value values[NB_CFG_COUNT];
};

/* What one load goes through. */
struct loader {
    struct nb_config *config;
    const char *place; /* the file's name, or "--set" */
    const char *base;  /* relative paths are relative to it */
    unsigned reports_n;
    struct nb_error *error; /* of the first report */
    enum nb_err first;
    bool from_file;
};

const struct nb_config_row *nb_config_row(enum nb_config_id id)
{
    return &rows[id];
}

/* The first goes to the caller, the rest to the log; a file that is no configuration is cut off. */
static void report(struct loader *l, unsigned line, enum nb_err err, const char *format, ...)
    NB_PRINTF(4, 5);

static void report(struct loader *l, unsigned line, enum nb_err err, const char *format, ...)
{
    char text[400];
    char at[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (line) {
        (void)snprintf(at, sizeof(at), "%s:%u", l->place, line);
    } else {
        (void)snprintf(at, sizeof(at), "%s", l->place);
    }
    if (l->reports_n++ == 0) {
        l->first = nb_error_set(l->error, err, "%s: %s", at, text);
    } else if (l->reports_n <= REPORTS_MAX) {
        nb_diag(NB_ERROR, "config", text, nb_kv_str("at", at));
    }
}

static void set(struct loader *l, unsigned line, size_t id, struct nb_slice text)
{
    struct value *value = &l->config->values[id];
    struct nb_config_value read = {value->number, value->text};
    struct nb_error why = {0};
    if (nb_config_value_read(&rows[id], text, l->base, l->config->arena, &read, &why) != NB_OK) {
        report(l, line, why.code, "%s", why.text);
        return;
    }
    value->number = read.number;
    value->text = read.text;
}

/* The same key in another section, else the closest name. */
static const char *suggest_setting(struct nb_slice name)
{
    size_t dot = nb_slice_find_byte(name, '.', 0);
    struct nb_slice key = nb_slice_sub(name, dot == NB_NPOS ? 0 : dot, name.len);
    for (size_t i = 0; i < NB_CFG_COUNT && key.len > 1; i++) {
        struct nb_slice candidate = nb_slice_str(names[i]);
        size_t at = nb_slice_find_byte(candidate, '.', 0);
        at += dot == NB_NPOS;
        if (nb_slice_eq(nb_slice_sub(candidate, at, candidate.len), key)) {
            return names[i];
        }
    }
    return nb_suggest(name, names, NB_CFG_COUNT);
}

static void on_value(void *context, unsigned line, struct nb_slice name, struct nb_slice text)
{
    struct loader *l = context;
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        if (!nb_slice_eq(name, nb_slice_str(names[i]))) {
            continue;
        }
        struct value *value = &l->config->values[i];
        if (l->from_file && value->line) {
            report(l, line, NB_EINVAL, "%s was already set in line %u; keep one of the two",
                   names[i], value->line);
            return;
        }
        value->line = l->from_file ? line : value->line;
        set(l, line, i, text);
        return;
    }
    const char *near = suggest_setting(name);
    struct nb_slice shown = nb_slice_sub(name, 0, 64);
    if (near) {
        report(l, line, NB_EINVAL, "unknown setting %.*s; did you mean %s?", NB_ARG(shown), near);
    } else {
        report(l, line, NB_EINVAL,
               "unknown setting %.*s; `nabiz config dump --sample` lists what can be set",
               NB_ARG(shown));
    }
}

static bool on_section(void *context, unsigned line, struct nb_slice name)
{
    struct loader *l = context;
    const char *sections[NB_CFG_COUNT];
    char copies[NB_CFG_COUNT][32];
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        (void)snprintf(copies[i], sizeof(copies[i]), "%.*s", (int)strcspn(names[i], "."), names[i]);
        sections[i] = copies[i];
        if (nb_slice_eq(name, nb_slice_str(sections[i]))) {
            return true;
        }
    }
    const char *near = nb_suggest(name, sections, NB_CFG_COUNT);
    struct nb_slice shown = nb_slice_sub(name, 0, 64);
    if (near) {
        report(l, line, NB_EINVAL, "unknown section %.*s; did you mean %s?", NB_ARG(shown), near);
    } else {
        report(l, line, NB_EINVAL,
               "unknown section %.*s; `nabiz config dump --sample` lists what there is",
               NB_ARG(shown));
    }
    return false;
}

static void on_wrong(void *context, unsigned line, enum nb_err err, const char *text)
{
    report(context, line, err, "%s", text);
}

/* Whole file, up to FILE_MAX; reports what is in the way. */
static void read_file(struct loader *l, const char *path, struct nb_buf *buf)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        report(l, 0, errno == ENOENT ? NB_ENOTFOUND : NB_EIO,
               "cannot open the configuration: %s; `nabiz config dump --sample` writes one to "
               "start from",
               strerror(errno));
        return;
    }
    ssize_t n;
    do {
        size_t room = buf->max - buf->len < 4096 ? buf->max - buf->len : 4096;
        char *to = nb_buf_reserve(buf, room);
        n = to ? read(fd, to, room) : 0;
        buf->len += n > 0 ? (size_t)n : 0;
    } while (n > 0 || (n < 0 && errno == EINTR));
    if (n < 0) {
        report(l, 0, NB_EIO, "cannot read the configuration: %s", strerror(errno));
    } else if (buf->err) {
        report(l, 0, NB_ENOMEM, "out of memory");
    } else if (buf->len > FILE_MAX) {
        report(l, 0, NB_ETOOBIG, "over 1 MiB; is this the configuration?");
    }
    (void)close(fd);
}

static unsigned line_of(struct nb_slice text, size_t at)
{
    unsigned line = 1;
    for (size_t i = 0; i < at; i++) {
        line += text.p[i] == '\n';
    }
    return line;
}

static void load_file(struct loader *l, const char *path)
{
    struct nb_buf buf;
    nb_buf_init(&buf, FILE_MAX + 1);
    read_file(l, path, &buf);
    if (l->reports_n == 0) {
        struct nb_slice text = nb_buf_slice(&buf);
        if (nb_slice_starts(text, NB_LIT("\xEF\xBB\xBF"))) {
            text = nb_slice_sub(text, 3, text.len);
        }
        size_t nul = nb_slice_find_byte(text, '\0', 0);
        size_t valid = nb_utf8_valid_prefix(text);
        if (nul != NB_NPOS) {
            report(l, line_of(text, nul), NB_ESYNTAX, "a NUL byte; is this a text file?");
        } else if (valid < text.len) {
            report(l, line_of(text, valid), NB_ESYNTAX, "not UTF-8; save the file as UTF-8");
        } else {
            const struct nb_config_sink sink = {l, on_section, on_value, on_wrong};
            nb_config_parse(text, l->config->arena, &sink);
        }
    }
    nb_buf_fini(&buf);
}

static void load_overrides(struct loader *l, const char *const *overrides, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct nb_slice all = nb_slice_str(overrides[i]);
        size_t at = nb_slice_find_byte(all, '=', 0);
        if (at == NB_NPOS) {
            report(l, 0, NB_EINVAL, "\"%.*s\" is no setting; write --set section.key=value",
                   NB_ARG(nb_slice_sub(all, 0, 64)));
        } else if (!nb_utf8_valid(all)) {
            report(l, 0, NB_EINVAL, "a value that is not UTF-8");
        } else {
            on_value(l, 0, nb_slice_trim(nb_slice_sub(all, 0, at)),
                     nb_slice_trim(nb_slice_sub(all, at + 1, all.len)));
        }
    }
}

/* What no single row can say. */
static void check_together(struct loader *l)
{
    static const enum nb_config_id pairs[][2] = {
        {NB_CFG_STORE_MAP, NB_CFG_STORE_MAX},
        {NB_CFG_BACKOFF_MIN, NB_CFG_BACKOFF_MAX},
        {NB_CFG_BODY_MAX, NB_CFG_BODIES_MAX},
        {NB_CFG_DELIVER_ALERT_AGE, NB_CFG_DELIVER_LOG_AGE},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const struct value *small = &l->config->values[pairs[i][0]];
        const struct value *large = &l->config->values[pairs[i][1]];
        if (small->number > large->number) {
            report(l, small->line > large->line ? small->line : large->line, NB_EINVAL,
                   "%s is over %s; lower the one or raise the other", names[pairs[i][0]],
                   names[pairs[i][1]]);
        }
    }
}

/* The absolute directory of the file, or the working directory. */
static const char *directory_of(struct nb_arena *arena, const char *path, const char *cwd)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    if (!slash) {
        return cwd;
    }
    struct nb_slice dir = nb_slice(path, slash == path ? 1 : (size_t)(slash - path));
    if (path[0] == '/') {
        return nb_arena_strdup(arena, dir);
    }
    return nb_arena_printf(arena, "%s%s%.*s", cwd, cwd[1] ? "/" : "", NB_ARG(dir));
}

static void set_defaults(struct loader *l)
{
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        l->config->values[i] = (struct value){.number = rows[i].number, .text = ""};
        if (rows[i].type == NB_CONFIG_STRING || rows[i].type == NB_CONFIG_PATH) {
            set(l, 0, i, nb_slice_str(rows[i].text));
        }
    }
}

static void find_share(struct loader *l, enum nb_config_id id, const char *subdir)
{
    char path[PATH_BYTES];
    struct value *value = &l->config->values[id];
    if (!value->text[0] && nb_path_share(subdir, path, sizeof(path)) == NB_OK) {
        const char *copy = nb_arena_strdup(l->config->arena, nb_slice_str(path));
        value->text = copy ? copy : value->text;
        value->installed = true;
    }
}

static struct nb_config *config_new(const char *path)
{
    char cwd[PATH_BYTES];
    struct nb_config *config = nb_calloc(1, sizeof(*config));
    if (!config || !(config->arena = nb_arena_new(ARENA_MAX))) {
        nb_config_free(config);
        return NULL;
    }
    if (!getcwd(cwd, sizeof(cwd))) {
        (void)snprintf(cwd, sizeof(cwd), "/"); /* it was removed under us */
    }
    config->cwd = nb_arena_strdup(config->arena, nb_slice_str(cwd));
    config->path = path ? nb_arena_strdup(config->arena, nb_slice_str(path)) : NULL;
    config->dir = config->cwd ? directory_of(config->arena, path, config->cwd) : NULL;
    if (!config->dir || (path && !config->path)) {
        nb_config_free(config);
        return NULL;
    }
    return config;
}

enum nb_err nb_config_load(const char *path, const char *const *overrides, size_t overrides_n,
                           struct nb_config **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_config *config = config_new(path);
    if (!config) {
        return nb_error_set(error, NB_ENOMEM, "no memory for the configuration");
    }
    struct loader l = {.config = config, .base = config->dir, .error = error};
    l.place = path ? path : "defaults";
    set_defaults(&l);
    if (path) {
        l.from_file = true;
        load_file(&l, path);
        l.from_file = false;
    }
    l.place = "--set";
    l.base = config->cwd;
    load_overrides(&l, overrides, overrides_n);
    l.place = path ? path : "defaults";
    if (l.reports_n == 0) {
        check_together(&l);
    }
    if (l.reports_n == 0) {
        find_share(&l, NB_CFG_LEXICONS, "lexicons");
        find_share(&l, NB_CFG_TEMPLATES, "templates");
    }
    if (l.reports_n > REPORTS_MAX) {
        nb_diag(NB_ERROR, "config", "more that is wrong is not shown",
                nb_kv_int("more", (int64_t)l.reports_n - REPORTS_MAX));
    }
    if (l.reports_n > 0) {
        nb_config_free(config);
        return l.first;
    }
    *out = config;
    return NB_OK;
}

void nb_config_free(struct nb_config *config)
{
    if (config) {
        nb_arena_free(config->arena);
        nb_free(config);
    }
}

int64_t nb_config_int(const struct nb_config *config, enum nb_config_id id)
{
    assert(rows[id].type != NB_CONFIG_STRING && rows[id].type != NB_CONFIG_PATH);
    return config->values[id].number;
}

const char *nb_config_str(const struct nb_config *config, enum nb_config_id id)
{
    assert(rows[id].type == NB_CONFIG_STRING || rows[id].type == NB_CONFIG_PATH);
    return config->values[id].text;
}

bool nb_config_same(const struct nb_config *a, const struct nb_config *b, enum nb_config_id id)
{
    bool text = rows[id].type == NB_CONFIG_STRING || rows[id].type == NB_CONFIG_PATH;
    return text ? strcmp(a->values[id].text, b->values[id].text) == 0
                : a->values[id].number == b->values[id].number;
}

const char *nb_config_path(const struct nb_config *config)
{
    return config->path;
}

const char *nb_config_given(const struct nb_config *config, enum nb_config_id id)
{
    return config->values[id].installed ? "" : nb_config_str(config, id);
}
