#include <nabiz/verdict.h>

#include <inttypes.h>

/* A number as people read it; unknown is said so. */
static const char *number(struct nb_arena *arena, const char *name, int32_t milli)
{
    return milli == NB_UNKNOWN_MILLI ? nb_arena_printf(arena, "%s not known", name)
                                     : nb_arena_printf(arena, "%s %" PRId32, name, milli);
}

/* " (about 400 people see a document, 80 to 3600, by reactions)", or nothing. */
static const char *people_of(const struct nb_influencer *who, struct nb_arena *arena)
{
    const struct nb_people *people = &who->people;
    const char *text = "";
    if (people->known && people->measured) {
        text = nb_arena_printf(arena, " (measured: %" PRIu64 " people see a document)", people->n);
    } else if (people->known) {
        text = nb_arena_printf(
            arena, " (about %" PRIu64 " people see a document, %" PRIu64 " to %" PRIu64 ", by %s)",
            people->n, people->low_n, people->high_n, people->basis);
    }
    return text ? text : "";
}

const char *nb_answer_text(enum nb_answer_kind answer)
{
    static const char *const texts[] = {"not enough data", "no", "somewhat", "yes"};
    return texts[answer];
}

static enum nb_answer_kind answer_of(int32_t milli, const struct nb_weights *w)
{
    return milli == NB_UNKNOWN_MILLI  ? NB_ANSWER_UNKNOWN
           : milli >= w->verdict_high ? NB_ANSWER_YES
           : milli >= w->verdict_low  ? NB_ANSWER_PARTLY
                                      : NB_ANSWER_NO;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b; /* unknown is the least of all */
}

/* Whether most of what they write on the topic shouts or is hearsay. */
static bool is_shouting(const struct nb_influencer *who, const struct nb_weights *w)
{
    return who->posts_n >= (uint64_t)w->expertise_least &&
           who->shouting_n * 1000 >= who->posts_n * (uint64_t)w->verdict_shouting;
}

/* Trust if it is known; a clean record that nobody vouches for makes it somewhat. Who is often
 * denied is not believed either way. */
static enum nb_answer_kind weigh_belief(const struct nb_influencer *who,
                                        const struct nb_credibility *c, const struct nb_weights *w)
{
    enum nb_answer_kind trusted = answer_of(who->trust_milli, w);
    if (c->credibility_milli == NB_UNKNOWN_MILLI) {
        return trusted;
    }
    enum nb_answer_kind credible = answer_of(c->credibility_milli, w);
    if (trusted == NB_ANSWER_UNKNOWN) {
        return credible == NB_ANSWER_YES ? NB_ANSWER_PARTLY : credible;
    }
    return credible == NB_ANSWER_NO      ? NB_ANSWER_NO
           : trusted == NB_ANSWER_YES    ? credible
           : trusted == NB_ANSWER_PARTLY ? NB_ANSWER_PARTLY
           : credible == NB_ANSWER_YES   ? NB_ANSWER_PARTLY
                                         : NB_ANSWER_NO;
}

/* Who shouts is believed somewhat at best. */
static enum nb_answer_kind is_believed(const struct nb_influencer *who,
                                       const struct nb_credibility *c, const struct nb_weights *w)
{
    enum nb_answer_kind answer = weigh_belief(who, c, w);
    return answer == NB_ANSWER_YES && is_shouting(who, w) ? NB_ANSWER_PARTLY : answer;
}

static enum nb_answer_kind answer_own(const struct nb_influencer *who, uint64_t own_n)
{
    return own_n == UINT64_MAX || who->posts_n == 0 ? NB_ANSWER_UNKNOWN
           : own_n == 0                             ? NB_ANSWER_NO
           : own_n * 4 < who->posts_n               ? NB_ANSWER_PARTLY
                                                    : NB_ANSWER_YES;
}

/* Kind answers of a few readers do not carry anything further: it takes that others act, or reach.
 */
static bool is_loud(const struct nb_influencer *who, const struct nb_verdict_line *lines,
                    const struct nb_weights *w)
{
    return lines[2].answer == NB_ANSWER_YES || answer_of(who->reach_milli, w) == NB_ANSWER_YES ||
           (lines[2].answer == NB_ANSWER_PARTLY && lines[0].answer == NB_ANSWER_YES);
}

static enum nb_finding finding_of(const struct nb_influencer *who,
                                  const struct nb_verdict_line *lines, const struct nb_weights *w)
{
    enum nb_answer_kind believed = lines[1].answer;
    bool loud = is_loud(who, lines, w);
    if (who->coordination_milli != NB_UNKNOWN_MILLI &&
        who->coordination_milli >= w->coordination_from) {
        return NB_FINDING_COORDINATED;
    }
    if (loud && who->reception_milli != NB_UNKNOWN_MILLI &&
        who->reception_milli <= -w->verdict_low) {
        return NB_FINDING_CONTRADICTED;
    }
    if (loud && is_shouting(who, w)) {
        return NB_FINDING_SHOUTING;
    }
    if (loud && believed >= NB_ANSWER_PARTLY) {
        return believed == NB_ANSWER_YES ? NB_FINDING_TRUSTED : NB_FINDING_HALF_TRUSTED;
    }
    if (loud && believed == NB_ANSWER_NO) {
        return NB_FINDING_DISBELIEVED;
    }
    if (believed == NB_ANSWER_YES) {
        return NB_FINDING_QUIET;
    }
    return lines[2].answer >= NB_ANSWER_PARTLY || lines[0].answer >= NB_ANSWER_PARTLY
               ? NB_FINDING_SOME_WEIGHT
               : NB_FINDING_ORDINARY;
}

static const char *mark_of(enum nb_finding finding, const struct nb_influencer *who,
                           struct nb_arena *arena)
{
    static const char *const marks[] = {
#define X(id, mark, advice) mark,
        NB_FINDINGS(X)
#undef X
    };
    return finding == NB_FINDING_COORDINATED
               ? nb_arena_printf(arena, "%s: risk %" PRId32, marks[finding],
                                 who->coordination_milli)
           : finding == NB_FINDING_SHOUTING
               ? nb_arena_printf(arena, "%s: %" PRIu64 " of %" PRIu64 " shout", marks[finding],
                                 who->shouting_n, who->posts_n)
               : marks[finding];
}

/* Boosts are told where there are some: most of the web has none. */
static const char *taken_up(const struct nb_influencer *who, const char *spread,
                            struct nb_arena *arena)
{
    const char *sites = nb_arena_printf(arena, "%s, %" PRIu64 " other site%s took something up",
                                        spread, who->sites_n, who->sites_n == 1 ? "" : "s");
    return sites && who->boosting_n
               ? nb_arena_printf(arena, "%s, %" PRIu64 " author%s boosted", sites, who->boosting_n,
                                 who->boosting_n == 1 ? "" : "s")
               : sites;
}

enum nb_err nb_verdict_of(const struct nb_influencer *who, const struct nb_credibility *credibility,
                          uint64_t own_n, const struct nb_weights *weights, struct nb_arena *arena,
                          struct nb_verdict_text *out)
{
    const struct nb_credit_count *credits = credibility->credits;
    const char *trust = number(arena, "trust", who->trust_milli);
    const char *record = number(arena, "credibility", credibility->credibility_milli);
    const char *reach = number(arena, "reach", who->reach_milli);
    const char *reception = number(arena, "reception", who->reception_milli);
    const char *spread = number(arena, "spread", who->spread_milli);
    if (!trust || !record || !reach || !reception || !spread) {
        return NB_ENOMEM;
    }
    int32_t warmth = who->reception_milli == NB_UNKNOWN_MILLI ? NB_UNKNOWN_MILLI
                                                              : (1000 + who->reception_milli) / 2;
    bool answered = who->answering_n > 0;
    *out = (struct nb_verdict_text){
        .lines = {
            {"do they mean something to their readers?",
             answer_of(larger(who->reach_milli, answered ? warmth : NB_UNKNOWN_MILLI), weights),
             nb_arena_printf(arena, "%s%s, %s, %" PRIu64 " author%s answered", reach,
                             people_of(who, arena), reception, who->answering_n,
                             who->answering_n == 1 ? "" : "s")},
            {"are they believed?", is_believed(who, credibility, weights),
             nb_arena_printf(arena,
                             "%s, %s (%" PRIu64 " of %" PRIu64 " documents on the topic shout or "
                             "are hearsay; of all, %" PRIu64 " of %" PRIu64 " denied, %" PRIu64
                             " deleted, %" PRIu64 " first)",
                             trust, record, who->shouting_n, who->posts_n,
                             credits[NB_CREDIT_DENIED].n, credibility->documents_n,
                             credits[NB_CREDIT_DELETED].n, credits[NB_CREDIT_FIRST].n)},
            {"do they make others act?", answer_of(who->spread_milli, weights),
             taken_up(who, spread, arena)},
            {"do they spread our messages?", answer_own(who, own_n),
             own_n == UINT64_MAX
                 ? "name your sites and accounts with --own"
                 : nb_arena_printf(arena, "%" PRIu64 " time%s in %" PRIu64 " document%s", own_n,
                                   own_n == 1 ? "" : "s", who->posts_n,
                                   who->posts_n == 1 ? "" : "s")}}};
    for (size_t i = 0; i < NB_VERDICT_LINES; i++) {
        if (!out->lines[i].because) {
            return NB_ENOMEM;
        }
    }
    static const char *const advices[] = {
#define X(id, mark, advice) advice,
        NB_FINDINGS(X)
#undef X
    };
    out->finding = finding_of(who, out->lines, weights);
    out->advice = advices[out->finding];
    out->mark = mark_of(out->finding, who, arena);
    return out->mark ? NB_OK : NB_ENOMEM;
}
