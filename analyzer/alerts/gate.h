/**
 * Gate: does a change of an incident go to this recipient, and when? What a recipient bears is a
 * budget, so many false alarms a week, and not a threshold; beside it a least severity, a pause
 * between incidents of one topic, and hours in which only the worst may wake anybody.
 *
 * The answer follows from the rule and from the changes so far, so it is the same whoever asks and
 * after any restart: nothing has to be remembered about a recipient.
 *
 * The budget. A stream says how rare an alarm is as -log10 of how many it raises a week by itself
 * (detector.h), so k a week over t topics with NB_GATE_STREAMS streams each that ring by themselves
 * need a rarity of log10(t * streams / k). Where a topic turns out to be more nervous than that,
 * the past corrects it: incidents of the last four weeks that closed and never were as severe as
 * NB_GATE_SEVERE are taken for false alarms, and what is not rarer than so many of them as the
 * budget bears in that time is held back.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_GATE_H
#define NABIZ_ANALYZER_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/date.h>
#include <nabiz/incident.h>
#include <nabiz/record.h>

enum {
    NB_GATE_STREAMS = 3,
    NB_GATE_SEVERE = 4,
    NB_GATE_CHANGES_MAX = 256 /* earlier ones are not looked at */
};

#define NB_GATE_PAST_MS (28 * NB_DAY_MS)

struct nb_gate_rule {
    uint32_t min_severity;  /* 1..10 */
    int64_t budget_milli;   /* false alarms a week, in thousandths; -1: not limited */
    int64_t cooldown_ms;    /* between the first words on two incidents of one topic */
    int32_t quiet_from_min; /* of the day, in the zone below; -1: no quiet hours */
    int32_t quiet_to_min;
    uint32_t quiet_severity; /* from this on, quiet hours do not hold it back */
    int32_t utc_offset_min;
    uint32_t topics_n; /* that the recipient hears of; at least 1 is taken */
};

enum nb_gate_verdict {
    NB_GATE_SEND,
    NB_GATE_HOLD, /* send it at until_ms: quiet hours */
    NB_GATE_DROP
};

struct nb_gate_answer {
    enum nb_gate_verdict verdict;
    Nb__IncidentChange__What what; /* as to be told: the first word on an incident is OPENED */
    int64_t until_ms;              /* of HOLD */
    const char *why;               /* of HOLD and DROP, in English */
};

/**
 * @param changes  in order, of the topics that the recipient hears of and no others: those of the
 *                 last NB_GATE_PAST_MS before changes[at], and what comes after as far as it is
 *                 known: of several of one incident at one moment only the last is sent. What it
 *                 takes grows with the square of NB_GATE_CHANGES_MAX at most.
 */
struct nb_gate_answer nb_gate_judge(const struct nb_gate_rule *rule,
                                    const struct nb_incident_change *const *changes, size_t n,
                                    size_t at);

/** The rarity that the budget asks for at this change; INT32_MIN without a budget. */
int32_t nb_gate_rarity(const struct nb_gate_rule *rule,
                       const struct nb_incident_change *const *changes, size_t at);

#endif
