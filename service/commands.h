/**
 * The commands of the program, in the order and groups they are shown in. A new command is a file
 * cmd_NAME.c that defines `const struct nb_command nb_cmd_NAME`, and one line here.
 */
#ifndef NABIZ_SERVICE_COMMANDS_H
#define NABIZ_SERVICE_COMMANDS_H

#include <nabiz/cli.h>

/* GROUP(title) begins a group, COMMAND(name) is nb_cmd_name. */
#define NB_COMMANDS(GROUP, COMMAND)                                                                \
    GROUP("Run it")                                                                                \
    COMMAND(run)                                                                                   \
    COMMAND(crawl)                                                                                 \
    COMMAND(analyze)                                                                               \
    COMMAND(serve)                                                                                 \
    COMMAND(config)                                                                                \
    GROUP("Say what to listen to")                                                                 \
    COMMAND(source)                                                                                \
    COMMAND(import)                                                                                \
    COMMAND(topic)                                                                                 \
    COMMAND(lexicon)                                                                               \
    COMMAND(train)                                                                                 \
    GROUP("Read what it found")                                                                    \
    COMMAND(search)                                                                                \
    COMMAND(digest)                                                                                \
    COMMAND(influencers)                                                                           \
    COMMAND(spread)                                                                                \
    COMMAND(alerts)                                                                                \
    COMMAND(events)                                                                                \
    GROUP("Look after it")                                                                         \
    COMMAND(deliver)                                                                               \
    COMMAND(stats)                                                                                 \
    COMMAND(doctor)                                                                                \
    COMMAND(dump)                                                                                  \
    COMMAND(backup)                                                                                \
    COMMAND(forget)                                                                                \
    GROUP("Use one stage by itself")                                                               \
    COMMAND(feed)                                                                                  \
    COMMAND(extract)                                                                               \
    COMMAND(robots)                                                                                \
    COMMAND(morph)                                                                                 \
    COMMAND(tag)                                                                                   \
    COMMAND(detect)                                                                                \
    COMMAND(rank)                                                                                  \
    GROUP("Find out more")                                                                         \
    COMMAND(help)                                                                                  \
    COMMAND(version)

#define GROUP(title)
#define COMMAND(name) extern const struct nb_command nb_cmd_##name;
NB_COMMANDS(GROUP, COMMAND)
#undef GROUP
#undef COMMAND

/** Every command and group title, as nb_cli_main() wants them. */
extern const struct nb_command *const nb_commands[];
extern const size_t nb_commands_n;

#endif
