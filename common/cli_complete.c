/*
 * Completions for bash, zsh and fish from the command table. All names in it are of a-z, 0-9, '-',
 * '_' and '.', so only the explaining lines need quoting.
 */
#include "common/cli_options.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/config.h>

struct table {
    const struct nb_command *const *commands;
    size_t commands_n;
};

/* Inside '...' of a shell. */
static void add_quoted(struct nb_buf *out, const char *text)
{
    nb_buf_add_byte(out, '\'');
    for (; *text; text++) {
        if (*text == '\'') {
            nb_buf_add_str(out, "'\\''");
        } else {
            nb_buf_add_byte(out, *text);
        }
    }
    nb_buf_add_byte(out, '\'');
}

/* "a|b|c" as "a b c". */
static void add_values(struct nb_buf *out, const char *values)
{
    for (; *values; values++) {
        nb_buf_add_byte(out, *values == '|' ? ' ' : *values);
    }
}

static void add_setting_names(struct nb_buf *out)
{
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        nb_buf_addf(out, "%s%s=", i ? " " : "", nb_config_row((enum nb_config_id)i)->name);
    }
}

static void add_command_names(const struct table *t, struct nb_buf *out)
{
    const char *gap = "";
    for (size_t i = 0; i < t->commands_n; i++) {
        if (t->commands[i]->name) {
            nb_buf_addf(out, "%s%s", gap, t->commands[i]->name);
            gap = " ";
        }
    }
}

static bool is_plain_word(struct nb_slice word)
{
    bool ok = word.len > 0;
    for (size_t i = 0; ok && i < word.len; i++) {
        ok = (word.p[i] >= 'a' && word.p[i] <= 'z') || (i > 0 && word.p[i] == '-');
    }
    return ok;
}

/*
 * What a command may begin with, from its usage: "add URL | list" as "add list". @return false when
 * it says nothing of the kind
 */
static bool add_actions(const struct nb_command *command, struct nb_buf *out)
{
    struct nb_slice rest = nb_slice_str(command->usage);
    struct nb_slice part;
    bool any = false;
    while (rest.len > 0 && nb_slice_split(&rest, '|', &part)) {
        part = nb_slice_trim(part);
        size_t blank = nb_slice_find_byte(part, ' ', 0);
        struct nb_slice word = nb_slice_sub(part, 0, blank == NB_NPOS ? part.len : blank);
        if (is_plain_word(word)) {
            nb_buf_addf(out, "%s%.*s", any ? " " : "", NB_ARG(word));
            any = true;
        }
    }
    return any;
}

static bool has_actions(const struct nb_command *command)
{
    struct nb_buf words;
    nb_buf_init(&words, 4096);
    bool any = add_actions(command, &words);
    nb_buf_fini(&words);
    return any;
}

static void bash_command(const struct nb_command *command, struct nb_buf *out)
{
    nb_buf_addf(out, "    %s)\n        case $prev in\n", command->name);
    for (const struct nb_option *o = command->options; o && o->name; o++) {
        if (o->values) {
            nb_buf_addf(out, "        --%s) words='", o->name);
            add_values(out, o->values);
            nb_buf_add_str(out, "' ;;\n");
        } else if (o->value) {
            nb_buf_addf(out, "        --%s) return ;;\n", o->name);
        }
    }
    nb_buf_add_str(out, "        *) words='");
    for (const struct nb_option *o = command->options; o && o->name; o++) {
        nb_buf_addf(out, "--%s ", o->name);
    }
    nb_buf_add_str(out, "--config --set --help'");
    if (has_actions(command)) {
        nb_buf_add_str(out, "\n            [ \"$COMP_CWORD\" -eq 2 ] && words=\"");
        (void)add_actions(command, out);
        nb_buf_add_str(out, " $words\"");
    }
    nb_buf_add_str(out, " ;;\n        esac ;;\n");
}

static void complete_bash(const struct table *t, struct nb_buf *out)
{
    nb_buf_add_str(out, "# bash completion for nabiz; written by `nabiz help --completion bash`\n"
                        "_nabiz()\n{\n"
                        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                        "    local words='' COMP_WORDBREAKS=${COMP_WORDBREAKS//=}\n"
                        "    COMPREPLY=()\n"
                        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                        "        COMPREPLY=($(compgen -W '");
    add_command_names(t, out);
    nb_buf_add_str(out, "' -- \"$cur\"))\n        return\n    fi\n"
                        "    case $prev in\n    --config) return ;;\n"
                        "    --set)\n        compopt -o nospace\n"
                        "        COMPREPLY=($(compgen -W '");
    add_setting_names(out);
    nb_buf_add_str(out, "' -- \"$cur\"))\n        return ;;\n    esac\n"
                        "    case ${COMP_WORDS[1]} in\n    help)\n        words='");
    add_command_names(t, out);
    nb_buf_add_str(out, "'\n        [ \"$prev\" = --completion ] && words='bash zsh fish'\n"
                        "        [ \"${cur#-}\" != \"$cur\" ] && words='--man --completion' ;;\n");
    for (size_t i = 0; i < t->commands_n; i++) {
        if (t->commands[i]->name && strcmp(t->commands[i]->name, "help") != 0) {
            bash_command(t->commands[i], out);
        }
    }
    nb_buf_add_str(out, "    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
                        "complete -o default -F _nabiz nabiz\n");
}

/* In a zsh spec, ':' and brackets mean something. */
static void zsh_text(struct nb_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'') {
            nb_buf_add_str(out, "'\\''");
        } else {
            if (strchr(":[]\\", *text)) {
                nb_buf_add_byte(out, '\\');
            }
            nb_buf_add_byte(out, *text);
        }
    }
}

static void zsh_options(const struct nb_option *option, struct nb_buf *out)
{
    for (; option && option->name; option++) {
        bool repeats = strcmp(option->name, "set") == 0;
        nb_buf_addf(out, " \\\n            '%s--%s[", repeats ? "*" : "", option->name);
        zsh_text(out, option->line);
        nb_buf_add_byte(out, ']');
        if (option->value) {
            nb_buf_add_byte(out, ':');
            zsh_text(out, option->value);
            nb_buf_add_byte(out, ':');
            if (option->values) {
                nb_buf_add_byte(out, '(');
                add_values(out, option->values);
                nb_buf_add_byte(out, ')');
            } else if (repeats) {
                nb_buf_add_byte(out, '(');
                add_setting_names(out);
                nb_buf_add_byte(out, ')');
            } else if (strstr(option->value, "FILE")) {
                nb_buf_add_str(out, "_files");
            }
        }
        nb_buf_add_byte(out, '\'');
    }
}

static void complete_zsh(const struct table *t, struct nb_buf *out)
{
    nb_buf_add_str(out, "#compdef nabiz\n# written by `nabiz help --completion zsh`\n_nabiz() {\n"
                        "    local -a commands\n    commands=(\n");
    for (size_t i = 0; i < t->commands_n; i++) {
        if (t->commands[i]->name) {
            nb_buf_addf(out, "        '%s:", t->commands[i]->name);
            zsh_text(out, t->commands[i]->line);
            nb_buf_add_str(out, "'\n");
        }
    }
    nb_buf_add_str(out, "    )\n    if (( CURRENT == 2 )); then\n"
                        "        _describe command commands\n        return\n    fi\n"
                        "    case $words[2] in\n");
    for (size_t i = 0; i < t->commands_n; i++) {
        const struct nb_command *command = t->commands[i];
        if (command->name) {
            nb_buf_addf(out, "    %s)\n        _arguments", command->name);
            zsh_options(command->options, out);
            zsh_options(nb_cli_common_options, out);
            if (has_actions(command)) {
                nb_buf_add_str(out, " \\\n            '2:action:(");
                (void)add_actions(command, out);
                nb_buf_add_str(out, ")'");
            }
            nb_buf_add_str(out, strcmp(command->name, "help") == 0
                                    ? " \\\n            '2:command:('\"${commands[*]%%:*}\"')'"
                                    : " \\\n            '*:argument:_files'");
            nb_buf_add_str(out, " ;;\n");
        }
    }
    nb_buf_add_str(out, "    esac\n}\ncompdef _nabiz nabiz\n");
}

static void fish_options(const char *condition, const struct nb_option *option, struct nb_buf *out)
{
    for (; option && option->name; option++) {
        nb_buf_addf(out, "complete -c nabiz -n '%s' -l %s", condition, option->name);
        if (option->values) {
            nb_buf_add_str(out, " -x -a '");
            add_values(out, option->values);
            nb_buf_add_byte(out, '\'');
        } else if (strcmp(option->name, "set") == 0) {
            nb_buf_add_str(out, " -x -a '");
            add_setting_names(out);
            nb_buf_add_byte(out, '\'');
        } else if (option->value) {
            nb_buf_add_str(out, " -r");
        }
        nb_buf_add_str(out, " -d ");
        add_quoted(out, option->line);
        nb_buf_add_byte(out, '\n');
    }
}

static void complete_fish(const struct table *t, struct nb_buf *out)
{
    nb_buf_add_str(out, "# fish completion for nabiz; written by `nabiz help --completion fish`\n");
    for (size_t i = 0; i < t->commands_n; i++) {
        const struct nb_command *command = t->commands[i];
        if (!command->name) {
            continue;
        }
        char condition[160];
        nb_buf_addf(out, "complete -c nabiz -f -n __fish_use_subcommand -a %s -d ", command->name);
        add_quoted(out, command->line);
        nb_buf_add_byte(out, '\n');
        (void)snprintf(condition, sizeof(condition), "__fish_seen_subcommand_from %s",
                       command->name);
        if (has_actions(command)) {
            nb_buf_addf(out, "complete -c nabiz -f -n '%s; and not __fish_seen_subcommand_from ",
                        condition);
            (void)add_actions(command, out);
            nb_buf_add_str(out, "' -a '");
            (void)add_actions(command, out);
            nb_buf_add_str(out, "'\n");
        }
        fish_options(condition, command->options, out);
    }
    nb_buf_add_str(out, "complete -c nabiz -f -n '__fish_seen_subcommand_from help' -a '");
    add_command_names(t, out);
    nb_buf_add_str(out, "'\n");
    fish_options("not __fish_use_subcommand", nb_cli_common_options, out);
}

enum nb_err nb_cli_completion(const struct nb_command *const *commands, size_t commands_n,
                              const char *shell, struct nb_buf *out)
{
    const struct table t = {commands, commands_n};
    if (strcmp(shell, "bash") == 0) {
        complete_bash(&t, out);
    } else if (strcmp(shell, "zsh") == 0) {
        complete_zsh(&t, out);
    } else if (strcmp(shell, "fish") == 0) {
        complete_fish(&t, out);
    } else {
        return NB_EINVAL;
    }
    return out->err;
}
