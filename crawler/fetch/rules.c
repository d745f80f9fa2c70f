/*
 * A stored record says everything: what is kept in memory beside it follows from it. So rules are
 * dropped from memory freely and read again, except while a poll holds a record that may not be
 * stored yet.
 *
 * Times are those of the wall clock when something happened: with a settable clock they are the
 * same in every run.
 */
#include "crawler/fetch/rules.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/counters.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/robots.h>
#include <nabiz/text.h>

#include "crawler/fetch/loop.h"
#include "crawler/schedule/lease.h"

enum {
    CACHE_MAX_BYTES = 8 << 20, /* per loop */
    SCRATCH_BYTES = 4 << 20,
    ASK_ARENA_BYTES = 512 << 10, /* of a request: URLs of redirects, headers */
    WHY_BYTES = 128,
    CLOCK_SLACK_MS = 60000,
    STATUS_NOT_MODIFIED = 304,
};

struct nb_rules {
    struct nb_rules *next;          /* in its bucket */
    struct nb_rules *newer, *older; /* by use */
    struct nb_poll_list waiting;    /* for the answer */
    bool is_asking;
    int64_t asked_ms; /* end of the last request, which may not be stored yet: for robots.txt or,
                         with a Crawl-delay, any */
    struct nb_note *note;           /* the record; NULL: never asked */
    const struct nb_robots *robots; /* what it means; our own, or one of the static ones */
    struct nb_robots *own;
    int64_t fetched_ms, expires_ms;
    char why[WHY_BYTES]; /* everything is denied; "" otherwise */
    size_t bytes;        /* counted in the cache */
    size_t origin_len;
    char origin[];
};

static struct nb_slice origin_of(const struct nb_rules *rules)
{
    return nb_slice(rules->origin, rules->origin_len);
}

/* ---- the cache ---- */

static struct nb_rules **bucket_of(struct nb_rules_cache *cache, struct nb_slice origin)
{
    return &cache->buckets[nb_hash64(origin) % NB_RULES_BUCKETS];
}

static void unlink_use(struct nb_rules_cache *cache, struct nb_rules *rules)
{
    *(rules->newer ? &rules->newer->older : &cache->newest) = rules->older;
    *(rules->older ? &rules->older->newer : &cache->oldest) = rules->newer;
}

static void link_newest(struct nb_rules_cache *cache, struct nb_rules *rules)
{
    rules->newer = NULL;
    rules->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = rules;
    cache->newest = rules;
}

static void drop(struct nb_rules_cache *cache, struct nb_rules *rules)
{
    struct nb_rules **at = bucket_of(cache, origin_of(rules));
    while (*at != rules) {
        at = &(*at)->next;
    }
    *at = rules->next;
    unlink_use(cache, rules);
    cache->bytes -= rules->bytes;
    nb_poll_free_all(rules->waiting.first);
    nb_note_drop(rules->note);
    nb_robots_free(rules->own);
    nb_free(rules);
}

static bool is_needed(const struct nb_rules *rules)
{
    return rules->is_asking || (rules->note && atomic_load(&rules->note->refs) > 1);
}

static void make_room(struct nb_rules_cache *cache, const struct nb_rules *keep)
{
    struct nb_rules *rules = cache->oldest;
    while (rules && cache->bytes > CACHE_MAX_BYTES) {
        struct nb_rules *newer = rules->newer;
        if (rules != keep && !is_needed(rules)) {
            drop(cache, rules);
        }
        rules = newer;
    }
}

static void count_bytes(struct nb_rules_cache *cache, struct nb_rules *rules)
{
    cache->bytes -= rules->bytes;
    rules->bytes = sizeof(*rules) + rules->origin_len;
    rules->bytes += rules->note ? rules->note->key.len + rules->note->value.len : 0;
    rules->bytes += rules->own ? nb_robots_bytes(rules->own) : 0;
    cache->bytes += rules->bytes;
    make_room(cache, rules);
}

/* ---- from record to rules ---- */

static enum nb_err unpack(struct nb_fetch_loop *loop, const struct nb_note *note,
                          struct nb_robots_record **out)
{
    struct nb_slice bytes;
    enum nb_err err = nb_unpack(note->value, loop->rules.scratch, &bytes);
    return err == NB_OK ? nb_robots_record_decode(bytes, loop->rules.scratch, out) : err;
}

/* Take a record as what is known now; the reference to note becomes ours. */
static enum nb_err adopt(struct nb_fetch_loop *loop, struct nb_rules *rules,
                         const struct nb_robots_record *record, struct nb_note *note)
{
    struct nb_robots *own = NULL;
    const struct nb_robots *robots = nb_robots_all(record->outcome == NB__ROBOTS__OUTCOME__ALLOWED);
    if (record->outcome == NB__ROBOTS__OUTCOME__RULES) {
        enum nb_err err = nb_robots_parse(nb_slice(record->text.data, record->text.len),
                                          nb_slice_str(loop->fetch->settings.user_agent), &own);
        if (err != NB_OK) {
            nb_note_drop(note);
            return err;
        }
        robots = own;
    }
    nb_robots_free(rules->own);
    nb_note_drop(rules->note);
    rules->own = own;
    rules->robots = robots;
    rules->note = note;
    rules->fetched_ms = record->fetched_ms;
    rules->expires_ms = record->expires_ms;
    const char *why = record->failure ? record->failure : "no answer";
    (void)snprintf(rules->why, sizeof(rules->why), "%s",
                   record->outcome == NB__ROBOTS__OUTCOME__DENIED ? why : "");
    count_bytes(&loop->rules, rules);
    return NB_OK;
}

/* What the store knows of an origin. A record that cannot be read is as good as none. */
static enum nb_err load(struct nb_fetch_loop *loop, struct nb_rules *rules)
{
    struct nb_txn *txn;
    struct nb_slice value;
    struct nb_note *note = NULL;
    struct nb_robots_record *record;
    if (!loop->fetch->store) {
        return NB_OK;
    }
    enum nb_err err = nb_read_begin(loop->fetch->store, &txn, NULL);
    if (err != NB_OK) {
        return err;
    }
    err = nb_get(txn, NB_TBL_ROBOTS, origin_of(rules), &value);
    if (err == NB_OK) {
        note = nb_note_new(origin_of(rules), value, true);
        err = note ? NB_OK : NB_ENOMEM;
    }
    nb_read_end(txn);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    nb_arena_reset(loop->rules.scratch);
    err = unpack(loop, note, &record);
    if (err != NB_OK) {
        nb_note_drop(note);
        return err == NB_ENOMEM ? err : NB_OK;
    }
    return adopt(loop, rules, record, note);
}

static enum nb_err find(struct nb_fetch_loop *loop, struct nb_slice origin, struct nb_rules **out)
{
    struct nb_rules_cache *cache = &loop->rules;
    struct nb_rules **bucket = bucket_of(cache, origin);
    struct nb_rules *rules = *bucket;
    while (rules && !nb_slice_eq(origin_of(rules), origin)) {
        rules = rules->next;
    }
    if (rules) {
        unlink_use(cache, rules);
        link_newest(cache, rules);
        *out = rules;
        return NB_OK;
    }
    if (!cache->scratch && !(cache->scratch = nb_arena_new(SCRATCH_BYTES))) {
        return NB_ENOMEM;
    }
    rules = nb_calloc(1, sizeof(*rules) + origin.len);
    if (!rules) {
        return NB_ENOMEM;
    }
    rules->origin_len = origin.len;
    memcpy(rules->origin, origin.p, origin.len);
    rules->next = *bucket;
    *bucket = rules;
    link_newest(cache, rules);
    count_bytes(cache, rules);
    enum nb_err err = load(loop, rules);
    if (err != NB_OK) {
        drop(cache, rules);
        return err;
    }
    *out = rules;
    return NB_OK;
}

/* ---- asking ---- */

/* An answer from the future was given before the clock was set back: it may be any age. */
static bool is_fresh(const struct nb_rules *rules, int64_t now_ms)
{
    return rules->note && now_ms < rules->expires_ms && now_ms > rules->fetched_ms - CLOCK_SLACK_MS;
}

/* robots.txt is asked for the same way as what it is needed for, but without its secrets. */
static enum nb_err set_way(struct nb_poll *ask, const struct nb_poll *poll)
{
    if (!poll->request) {
        return NB_OK;
    }
    struct nb_source_request way = {
        .proxy = poll->request->proxy,
        .origin = poll->request->origin,
        .is_private = poll->request->is_private,
    };
    return nb_poll_set_request(ask, &way);
}

static enum nb_err make_request(struct nb_fetch_loop *loop, struct nb_rules *rules,
                                const struct nb_poll *poll, struct nb_poll **out)
{
    struct nb_poll *ask = nb_poll_new(ASK_ARENA_BYTES, NB_ROBOTS_MAX_BYTES);
    struct nb_robots_record *record = NULL;
    if (!ask) {
        return NB_ENOMEM;
    }
    ask->url = nb_arena_printf(ask->arena, "%.*s/robots.txt", NB_ARG(origin_of(rules)));
    ask->source_url = ask->url;
    ask->host = nb_arena_copy(ask->arena, poll->host);
    ask->origin = nb_arena_copy(ask->arena, poll->origin);
    ask->state = nb_source_new(ask->arena);
    if (!ask->url || !ask->host.p || !ask->origin.p || !ask->state || set_way(ask, poll) != NB_OK) {
        nb_poll_free(ask);
        return NB_ENOMEM;
    }
    nb_arena_reset(loop->rules.scratch);
    if (rules->note && unpack(loop, rules->note, &record) == NB_OK && record->has_text) {
        ask->state->etag =
            record->etag ? nb_arena_strdup(ask->arena, nb_field(record->etag)) : NULL;
        ask->state->last_modified =
            record->last_modified ? nb_arena_strdup(ask->arena, nb_field(record->last_modified))
                                  : NULL;
    }
    ask->rules = rules;
    ask->home = loop;
    ask->lease = poll->lease; /* the site was asked because of it, and it waits for the answer */
    *out = ask;
    return NB_OK;
}

static struct nb_robots_answer answer_of(const struct nb_poll *ask,
                                         const struct nb_robots_record *before, int64_t now_ms)
{
    int status = (int)ask->status;
    bool too_many = ask->redirects_n > NB_ROBOTS_MAX_REDIRECTS;
    bool led_nowhere = status >= 300 && status < 400 && status != STATUS_NOT_MODIFIED;
    if (!too_many && (led_nowhere || (ask->failure && status < 400))) {
        status = 0; /* half an answer is none */
    }
    return (struct nb_robots_answer){
        .status = status,
        .redirects_n = too_many ? NB_ROBOTS_MAX_REDIRECTS : ask->redirects_n,
        .now_ms = now_ms,
        .max_age_s = nb_poll_max_age_s(ask, now_ms),
        .retry_after_s = ask->retry_after.len ? nb_poll_retry_after_s(ask, now_ms) : -1,
        .unreachable_since_ms =
            before->has_unreachable_since_ms ? before->unreachable_since_ms : -1,
        .copy_expires_ms = before->has_text ? before->copy_expires_ms : -1,
    };
}

/* A header's value as a string of a record, which is UTF-8 by its format. */
static char *header_string(struct nb_arena *arena, struct nb_slice value)
{
    return value.len && nb_utf8_valid(value) ? nb_arena_strdup(arena, value) : NULL;
}

static void set_text(struct nb_robots_record *record, const struct nb_poll *ask,
                     struct nb_arena *arena)
{
    record->has_text = 1;
    record->text.data = (uint8_t *)ask->body.p;
    record->text.len = ask->body.len;
    record->etag = header_string(arena, ask->etag);
    record->last_modified = header_string(arena, ask->last_modified);
}

static void set_copy_expires(struct nb_robots_record *record, int64_t expires_ms)
{
    record->has_copy_expires_ms = 1;
    record->copy_expires_ms = expires_ms;
}

/* Turn the record before into the one after an answer. */
static void update(struct nb_robots_record *record, const struct nb_poll *ask, int64_t now_ms,
                   struct nb_arena *arena)
{
    struct nb_robots_answer answer = answer_of(ask, record, now_ms);
    struct nb_robots_verdict verdict = nb_robots_judge(&answer);
    record->has_outcome = 1;
    record->outcome = NB__ROBOTS__OUTCOME__RULES;
    record->failure = NULL;
    if (verdict.action == NB_ROBOTS_PARSE) {
        set_text(record, ask, arena);
        set_copy_expires(record, verdict.expires_ms);
    } else if (verdict.action == NB_ROBOTS_KEEP) {
        if (verdict.unreachable_since_ms < 0) {
            set_copy_expires(record, verdict.expires_ms);
        }
    } else if (verdict.action == NB_ROBOTS_ALLOW) {
        record->outcome = NB__ROBOTS__OUTCOME__ALLOWED;
        record->has_text = record->has_copy_expires_ms = 0;
        record->etag = record->last_modified = NULL;
    } else {
        record->outcome = NB__ROBOTS__OUTCOME__DENIED;
        record->failure = nb_arena_printf(arena, "HTTP status %d", (int)ask->status);
        if (ask->failure) {
            record->failure = nb_arena_strdup(arena, nb_slice_str(ask->failure));
        }
    }
    record->has_fetched_ms = record->has_expires_ms = record->has_status = 1;
    record->fetched_ms = now_ms;
    record->expires_ms = verdict.expires_ms;
    record->status = (uint32_t)answer.status;
    record->has_unreachable_since_ms = verdict.unreachable_since_ms >= 0;
    record->unreachable_since_ms = verdict.unreachable_since_ms;
}

static enum nb_err understand(struct nb_fetch_loop *loop, struct nb_rules *rules,
                              const struct nb_poll *ask)
{
    struct nb_arena *scratch = loop->rules.scratch;
    struct nb_robots_record *record = NULL;
    struct nb_slice bytes;
    struct nb_slice packed;
    nb_arena_reset(scratch);
    if (!rules->note || unpack(loop, rules->note, &record) != NB_OK) {
        record = nb_robots_record_new(scratch);
    }
    if (!record) {
        return NB_ENOMEM;
    }
    update(record, ask, nb_clock_now_ms(loop->fetch->clock), scratch);
    enum nb_err err = nb_robots_record_encode(record, scratch, &bytes);
    if (err == NB_OK) {
        err = nb_pack((struct nb_slice){NULL, 0}, bytes, scratch, &packed);
    }
    if (err != NB_OK) {
        return err;
    }
    struct nb_note *note = nb_note_new(origin_of(rules), packed, false);
    return note ? adopt(loop, rules, record, note) : NB_ENOMEM;
}

/* The Crawl-delay that is kept to; 0: none. */
static int64_t delay_of(const struct nb_fetch_loop *loop, const struct nb_rules *rules)
{
    int64_t delay_ms = rules->note ? nb_robots_delay_ms(rules->robots) : 0;
    int64_t most_ms = loop->fetch->settings.delay_max_ms;
    return delay_ms < most_ms ? delay_ms : most_ms;
}

void nb_rules_take(struct nb_fetch_loop *loop, struct nb_poll *robots, struct nb_poll_list *waiting)
{
    struct nb_rules *rules = robots->rules;
    /* that an address is not for us to ask is no answer of the site's, and not for every source */
    bool is_refused = robots->refused && robots->failure;
    enum nb_err err = is_refused ? NB_OK : understand(loop, rules, robots);
    rules->is_asking = false;
    rules->asked_ms = nb_clock_now_ms(loop->fetch->clock);
    int64_t delay_ms = delay_of(loop, rules);
    if (delay_ms > 0) { /* until that is stored */
        nb_lease_close(robots->lease, rules->asked_ms + delay_ms);
    }
    *waiting = rules->waiting;
    rules->waiting = (struct nb_poll_list){0};
    if (err != NB_OK || is_refused) { /* for these polls only; the next one asks again */
        for (struct nb_poll *poll = waiting->first; poll; poll = poll->next) {
            poll->refused = is_refused;
            poll->failure = is_refused ? NB_FETCH_REFUSED : "robots.txt: out of memory";
        }
    }
    nb_poll_free(robots);
}

/* ---- ruling ---- */

static enum nb_ruling fail(struct nb_poll *poll, enum nb_err err)
{
    poll->outcome = NB_POLL_ASKED;
    poll->failure = nb_strerror(err);
    return NB_RULING_ANSWER;
}

/*
 * When the host was asked last, as far as it matters to a Crawl-delay. What a killed process had
 * under way is the scheduler's to know (schedule/resume.c).
 */
static int64_t last_asked_ms(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                             struct nb_rules *rules, int64_t now_ms)
{
    int64_t stored_ms = nb_fetch_host_asked_ms(loop, host);
    int64_t last_ms = rules->asked_ms > stored_ms ? rules->asked_ms : stored_ms;
    if (last_ms > now_ms) { /* the clock was set back; the delay counts from here */
        last_ms = rules->asked_ms = host->asked_ms = now_ms;
    }
    return last_ms;
}

static enum nb_ruling defer(struct nb_poll *poll, int64_t asked_ms, int64_t delay_ms)
{
    enum nb_err err = nb_poll_paced(poll, poll->host, asked_ms, delay_ms);
    if (err != NB_OK) {
        return fail(poll, err);
    }
    poll->outcome = NB_POLL_DEFERRED;
    return NB_RULING_ANSWER;
}

static enum nb_ruling ask_robots(struct nb_fetch_loop *loop, struct nb_rules *rules,
                                 struct nb_poll *poll, struct nb_poll **robots)
{
    enum nb_err err = make_request(loop, rules, poll, robots);
    if (err != NB_OK) {
        return fail(poll, err);
    }
    rules->is_asking = true;
    nb_poll_list_add(&rules->waiting, poll);
    nb_counter_add(NB_CTR_ROBOTS_ASKED, 1);
    return NB_RULING_ROBOTS;
}

static enum nb_ruling deny(const struct nb_rules *rules, struct nb_poll *poll)
{
    bool by_rule = rules->why[0] == '\0';
    char *why = by_rule
                    ? nb_arena_printf(poll->arena, "robots.txt of %.*s denies it, line %u",
                                      NB_ARG(poll->host), nb_robots_line(rules->robots, poll->path))
                    : nb_arena_printf(poll->arena, "robots.txt of %.*s cannot be had: %s",
                                      NB_ARG(poll->host), rules->why);
    if (!why) {
        return fail(poll, NB_ENOMEM);
    }
    poll->outcome = by_rule ? NB_POLL_DENIED : NB_POLL_UNREACHABLE;
    poll->failure = why;
    poll->retry_ms = rules->expires_ms;
    return NB_RULING_ANSWER;
}

static enum nb_err take_turn(struct nb_rules *rules, struct nb_fetch_host *host,
                             struct nb_poll *poll, int64_t now_ms, int64_t delay_ms)
{
    rules->asked_ms = host->asked_ms = now_ms;
    return nb_poll_paced(poll, poll->host, now_ms, delay_ms);
}

void nb_rules_asked(struct nb_fetch_loop *loop, struct nb_fetch_host *host, struct nb_poll *poll)
{
    struct nb_rules *rules;
    int64_t now_ms = nb_clock_now_ms(loop->fetch->clock);
    for (struct nb_poll_pace *pace = poll->paces; pace; pace = pace->next) {
        if (nb_slice_eq(pace->host, poll->host) && find(loop, poll->origin, &rules) == NB_OK) {
            rules->asked_ms = host->asked_ms = pace->asked_ms = now_ms;
        }
    }
}

enum nb_ruling nb_rules_judge(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                              struct nb_poll *poll, struct nb_poll **robots)
{
    struct nb_rules *rules;
    int64_t now_ms = nb_clock_now_ms(loop->fetch->clock);
    if (poll->failure) {
        return NB_RULING_ANSWER; /* rules could not be had for want of memory */
    }
    enum nb_err err = find(loop, poll->origin, &rules);
    if (err == NB_OK && rules->is_asking) {
        nb_poll_list_add(&rules->waiting, poll);
        return NB_RULING_WAIT;
    }
    if (err == NB_OK && rules->note) {
        err = nb_poll_hold(poll, rules->note);
    }
    if (err != NB_OK) {
        return fail(poll, err);
    }
    int64_t delay_ms = delay_of(loop, rules);
    int64_t last_ms = delay_ms > 0 ? last_asked_ms(loop, host, rules, now_ms) : 0;
    if (delay_ms > 0 && now_ms < last_ms + delay_ms) {
        return defer(poll, last_ms, delay_ms);
    }
    if (!is_fresh(rules, now_ms)) {
        return ask_robots(loop, rules, poll, robots);
    }
    /* what is denied takes its turn too, so that who is next does not depend on how fast it is */
    if (delay_ms > 0 && (err = take_turn(rules, host, poll, now_ms, delay_ms)) != NB_OK) {
        return fail(poll, err);
    }
    return nb_robots_allowed(rules->robots, poll->path) ? NB_RULING_ASK : deny(rules, poll);
}

void nb_rules_free(struct nb_fetch_loop *loop)
{
    while (loop->rules.oldest) {
        drop(&loop->rules, loop->rules.oldest);
    }
    nb_arena_free(loop->rules.scratch);
    loop->rules.scratch = NULL;
}
