/*
 * The manual page in mdoc(7) and the shell completions, from the command table, the configuration
 * table and the counter table: nothing here is kept by hand.
 */
#include "common/cli_options.h"

#include <string.h>

#include <nabiz/config.h>
#include <nabiz/counters.h>
#include <nabiz/version.h>

enum { TEXT_COLUMNS = 76 };

/* mdoc begins each sentence on a line of its own. */
static bool ends_sentence(const char *text, const char *at)
{
    while (at > text && strchr(")\"'`", at[-1])) {
        at--;
    }
    return at > text && strchr(".!?", at[-1]);
}

/*
 * Text of a table as lines of mdoc text: words wrapped, backslashes and backquotes by their names,
 * and no line that begins with what would make it a macro. The last line is left open.
 */
static void add_text(struct nb_buf *out, const char *text)
{
    size_t used = 0;
    for (const char *start = text; *text; text++) {
        if (*text == '\n') {
            nb_buf_add_str(out, "\n.Pp\n");
            used = 0;
        } else if (*text == ' ' && (ends_sentence(start, text) ||
                                    used + 1 + strcspn(text + 1, " \n") > TEXT_COLUMNS)) {
            nb_buf_add_byte(out, '\n');
            used = 0;
        } else {
            nb_buf_add_str(out, used == 0 && strchr(".'", *text) ? "\\&" : "");
            used++;
            if (*text == '\\') {
                nb_buf_add_str(out, "\\e");
            } else if (*text == '`') {
                nb_buf_add_str(out, "\\(ga");
            } else {
                nb_buf_add_byte(out, *text);
            }
        }
    }
}

/* An argument of a macro: quoted, so that no word of it is taken for a macro or punctuation. */
static void add_argument(struct nb_buf *out, const char *text)
{
    nb_buf_add_str(out, " \"");
    for (; *text; text++) {
        if (*text == '"') {
            nb_buf_add_str(out, "\\(dq");
        } else if (*text == '\\') {
            nb_buf_add_str(out, "\\e");
        } else if (*text == '`') {
            nb_buf_add_str(out, "\\(ga");
        } else if (*text == '-') {
            nb_buf_add_str(out, "\\-");
        } else {
            nb_buf_add_byte(out, *text);
        }
    }
    nb_buf_add_byte(out, '"');
}

static void manual_options(struct nb_buf *out, const struct nb_option *option)
{
    if (!option || !option->name) {
        return;
    }
    nb_buf_add_str(out, ".Bl -tag -width Ds\n");
    for (; option->name; option++) {
        nb_buf_addf(out, ".It Fl \\-%s", option->name);
        if (option->value) {
            nb_buf_add_str(out, option->values ? " Cm" : " Ar");
            add_argument(out, option->values ? option->values : option->value);
        }
        nb_buf_add_byte(out, '\n');
        add_text(out, option->line);
        nb_buf_add_byte(out, '\n');
    }
    nb_buf_add_str(out, ".El\n");
}

static void manual_command(struct nb_buf *out, const struct nb_command *command)
{
    nb_buf_addf(out, ".Ss nabiz %s\n.Nm\n.Cm %s\n", command->name, command->name);
    if (command->options && command->options->name) {
        nb_buf_add_str(out, ".Op Ar options\n");
    }
    if (command->usage && *command->usage) {
        nb_buf_add_str(out, ".Li");
        add_argument(out, command->usage);
        nb_buf_add_byte(out, '\n');
    }
    nb_buf_add_str(out, ".Pp\n");
    add_text(out, command->line);
    nb_buf_add_str(out, ".\n");
    if (command->about) {
        nb_buf_add_str(out, ".Pp\n");
        add_text(out, command->about);
        nb_buf_add_byte(out, '\n');
    }
    manual_options(out, command->options);
    for (const struct nb_example *e = command->examples; e && e->command; e++) {
        nb_buf_add_str(out, e == command->examples ? ".Pp\nExamples:\n.Bl -tag -width Ds\n" : "");
        nb_buf_add_str(out, ".It Li");
        add_argument(out, e->command);
        nb_buf_add_byte(out, '\n');
        add_text(out, e->line);
        nb_buf_add_str(out, e[1].command ? "\n" : "\n.El\n");
    }
}

static void manual_settings(struct nb_buf *out)
{
    nb_buf_add_str(out, ".Sh CONFIGURATION\n"
                        "Settings are written as\n"
                        ".Li \"section { key = value; }\" .\n"
                        "Sizes take the suffixes k, m and g, times ms, s, min, h and d.\n"
                        ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        const struct nb_config_row *row = nb_config_row((enum nb_config_id)i);
        nb_buf_addf(out, ".It Va %s\n", row->name);
        add_text(out, row->line);
        if (row->type == NB_CONFIG_INT) {
            char number[NB_CONFIG_NUMBER_BYTES];
            nb_config_number_print(row->number, row->unit, number);
            nb_buf_addf(out, "\n(default %s)", number);
        }
        nb_buf_add_byte(out, '\n');
    }
    nb_buf_add_str(out, ".El\n");
}

static void manual_counters(struct nb_buf *out)
{
    nb_buf_add_str(out, ".Sh COUNTERS\n"
                        "What a running process counts.\n"
                        "A name that ends in _gauge is a state, the others only grow.\n"
                        ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < NB_CTR_COUNT; i++) {
        const struct nb_counter_row *row = nb_counter_row((enum nb_counter)i);
        nb_buf_addf(out, ".It Va %s Pq %s\n", row->name, row->unit);
        add_text(out, row->line);
        nb_buf_add_byte(out, '\n');
    }
    nb_buf_add_str(out, ".El\n");
}

void nb_cli_manual(const struct nb_command *const *commands, size_t commands_n, struct nb_buf *out)
{
    nb_buf_addf(out, ".Dd %s\n.Dt NABIZ 1\n.Os\n", nb_version_date());
    nb_buf_add_str(out, ".Sh NAME\n.Nm nabiz\n"
                        ".Nd listen to what the Turkish-speaking web says about a brand\n"
                        ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Op Ar argument ...\n"
                        ".Sh DESCRIPTION\n.Nm\n"
                        "polls feeds and pages, reads what they say, and answers questions about "
                        "it.\nWithout a command it lists the commands.\n"
                        ".Pp\nEvery command takes these options:\n");
    manual_options(out, nb_cli_common_options);
    nb_buf_add_str(out, ".Sh COMMANDS\n");
    for (size_t i = 0; i < commands_n; i++) {
        if (commands[i]->name) {
            manual_command(out, commands[i]);
        }
    }
    manual_settings(out);
    manual_counters(out);
    nb_buf_add_str(out, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
                        ".It Ev NABIZ_CONFIG\nsettings file, where no\n.Fl \\-config\nis given\n"
                        ".It Ev NABIZ_SHARE\ndirectory of the lexicons and templates,\ninstead of "
                        "the one the program was installed with\n"
                        ".It Ev NO_COLOR\nwrite no colours\n"
                        ".It Ev COLUMNS\nwidth of tables\n.El\n"
                        ".Sh FILES\n.Bl -tag -width Ds\n"
                        ".It Pa ./nabiz.conf , /etc/nabiz/nabiz.conf\n"
                        "settings, the first that is there\n.El\n"
                        ".Sh EXIT STATUS\n.Bl -tag -width Ds\n.It 0\ndone\n"
                        ".It 1\nthe work failed; the message says what and what to do\n"
                        ".It 2\nwrong usage\n.It 3\ninput refused: malformed or too large\n"
                        ".It 4\nnothing found where a script would want to know\n.El\n");
}
