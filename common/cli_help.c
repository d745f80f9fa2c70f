#include "common/cli_options.h"

#include <string.h>

enum { COLUMNS = 80, OPTION_COLUMN = 26, COMMAND_COLUMN = 16, FEW_VALUES = 40, TEXT_MAX = 4096 };

/*
 * Words of text, wrapped before COLUMNS; lines after the first begin at indent. `used` columns of
 * the first are taken already. Bytes count as columns: what is printed here is ASCII.
 */
static void wrap(struct nb_buf *out, size_t indent, size_t used, const char *text)
{
    struct nb_slice rest = nb_slice_str(text);
    bool first = true;
    for (struct nb_slice word; nb_slice_split(&rest, ' ', &word);) {
        size_t from = 0;
        for (size_t end; (end = nb_slice_find_byte(word, '\n', from)) != NB_NPOS; from = end + 1) {
            nb_buf_addf(out, "%s%.*s\n", first ? "" : " ", NB_ARG(nb_slice_sub(word, from, end)));
            nb_buf_addf(out, "%*s", (int)indent, "");
            used = indent;
            first = true;
        }
        word = nb_slice_sub(word, from, word.len);
        if (!first && used + 1 + word.len >= COLUMNS) {
            nb_buf_addf(out, "\n%*s", (int)indent, "");
            used = indent;
            first = true;
        }
        nb_buf_addf(out, "%s%.*s", first ? "" : " ", NB_ARG(word));
        used += word.len + !first;
        first = false;
    }
    nb_buf_add_byte(out, '\n');
}

/* "  head   text", the text on its own line when the head is too wide. */
static void add_row(struct nb_buf *out, size_t column, const char *head, const char *text)
{
    size_t used = strlen(head) + 2;
    nb_buf_addf(out, "  %s", head);
    if (used + 2 > column) {
        nb_buf_add_byte(out, '\n');
        used = 0;
    }
    nb_buf_addf(out, "%*s", (int)(column - used), "");
    wrap(out, column, column, text);
}

/* The values an option takes stand in its place if they are few, else in its text. */
static void add_option(struct nb_buf *out, const struct nb_option *option)
{
    struct nb_buf head;
    struct nb_buf text;
    nb_buf_init(&head, TEXT_MAX);
    nb_buf_init(&text, TEXT_MAX);
    bool few = option->values && strlen(option->values) < FEW_VALUES;
    nb_buf_addf(&head, "--%s", option->name);
    if (option->value) {
        nb_buf_addf(&head, " %s", few ? option->values : option->value);
    }
    nb_buf_add_str(&text, option->line);
    if (option->values && !few) {
        nb_buf_add_str(&text, "; one of");
        struct nb_slice rest = nb_slice_str(option->values);
        for (struct nb_slice value; nb_slice_split(&rest, '|', &value);) {
            nb_buf_addf(&text, " %.*s%s", NB_ARG(value), rest.p ? "," : "");
        }
    }
    nb_buf_add_byte(&head, '\0');
    nb_buf_add_byte(&text, '\0');
    if (nb_buf_finish(&head, NULL) == NB_OK && nb_buf_finish(&text, NULL) == NB_OK) {
        add_row(out, OPTION_COLUMN, head.p, text.p);
    }
    nb_buf_fini(&head);
    nb_buf_fini(&text);
}

static void add_options(struct nb_buf *out, const struct nb_option *option)
{
    for (; option && option->name; option++) {
        add_option(out, option);
    }
}

static void help_command(const struct nb_command *command, struct nb_buf *out)
{
    nb_buf_addf(out, "nabiz %s: ", command->name);
    wrap(out, 0, strlen(command->name) + 8, command->line);
    nb_buf_addf(out, "\nusage: nabiz %s [options]", command->name);
    if (command->usage && *command->usage) {
        nb_buf_add_byte(out, ' ');
        wrap(out, 12, 24 + strlen(command->name), command->usage);
    } else {
        nb_buf_add_byte(out, '\n');
    }
    if (command->about) {
        nb_buf_add_byte(out, '\n');
        wrap(out, 0, 0, command->about);
    }
    nb_buf_add_str(out, "\noptions:\n");
    add_options(out, command->options);
    add_options(out, nb_cli_common_options);
    if (command->examples && command->examples->command) {
        nb_buf_add_str(out, "\nexamples:\n");
    }
    for (const struct nb_example *e = command->examples; e && e->command; e++) {
        nb_buf_addf(out, "  %s\n      ", e->command);
        wrap(out, 6, 6, e->line);
    }
}

static void help_list(const struct nb_command *const *commands, size_t commands_n,
                      struct nb_buf *out)
{
    nb_buf_add_str(out, "nabiz: what the Turkish-speaking web says about a brand\n\n"
                        "usage: nabiz COMMAND [options] [arguments]\n");
    for (size_t i = 0; i < commands_n; i++) {
        if (commands[i]->name) {
            add_row(out, COMMAND_COLUMN, commands[i]->name, commands[i]->line);
        } else if (i + 1 < commands_n && commands[i + 1]->name) {
            nb_buf_addf(out, "\n%s\n", commands[i]->line);
        }
    }
    nb_buf_add_str(out, "\n`nabiz COMMAND --help` explains one, with examples. To begin:\n"
                        "  nabiz config dump --sample > nabiz.conf\n"
                        "  nabiz source add https://site.example/feed\n"
                        "  nabiz run\n");
}

void nb_cli_help(const struct nb_command *const *commands, size_t commands_n,
                 const struct nb_command *command, struct nb_buf *out)
{
    if (command) {
        help_command(command, out);
    } else {
        help_list(commands, commands_n, out);
    }
}
