/*
 * Plays the weeks of the story: moves the settable clock hour by hour (--step), waits each time
 * until the crawler and the analyzer have done all there is to do, and shows how far it is.
 *
 * With --kills N it also kills processes with SIGKILL, N times in all, at random moments; a play
 * with kills must end up with the same stores as one without.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/date.h>

#include "tests/demo/fleet.h"

enum {
    MINUTE_MS = 60000,
    PATH_BYTES = 4096,
    STEP_WAIT_MS = 120000,
    OFFSET_MIN = 180,
    BAR_N = 24,
    FACTS_BYTES = 65536
};

struct play {
    struct fleet fleet;
    struct nb_clock *clock;
    int64_t from_ms, to_ms, step_ms;
    long kills_left;
    long kills_done;
    uint64_t random;
    bool terminal;
    bool quiet;
    char facts[FACTS_BYTES]; /* what `site --describe` says */
};

/* xorshift64*, Vigna 2016: which moments are hit must differ between seeds, no more than that. */
static uint64_t next_random(struct play *play)
{
    uint64_t x = play->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    play->random = x;
    return x * 0x2545F4914F6CDD1Du;
}

static bool read_facts(struct play *play)
{
    char command[PATH_BYTES];
    (void)snprintf(command, sizeof(command), "'%s' --describe", play->fleet.site);
    FILE *pipe = popen(command, "r");
    size_t n = pipe ? fread(play->facts, 1, sizeof(play->facts) - 1, pipe) : 0;
    play->facts[n] = '\0';
    return pipe && pclose(pipe) == 0 && n > 0;
}

/* Unix milliseconds of a fact: the last field of the line "name TAB readable TAB milliseconds". */
static int64_t fact_ms(const struct play *play, const char *name)
{
    size_t name_len = strlen(name);
    for (const char *line = play->facts; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, name_len) == 0 && line[name_len] == '\t') {
            const char *last = strchr(line + name_len + 1, '\t');
            return last ? strtoll(last + 1, NULL, 10) : 0;
        }
    }
    return 0;
}

/* Everything due at `now` is stored and everything stored is analysed. */
static bool settled(const struct play *play, int64_t now_ms)
{
    int64_t crawl[NB_CTR_COUNT];
    int64_t analyze[NB_CTR_COUNT];
    return fleet_counters(&play->fleet, "crawl", crawl) && crawl[NB_CTR_SETTLED_MS] >= now_ms &&
           fleet_counters(&play->fleet, "analyze", analyze) &&
           analyze[NB_CTR_LOG_LAST] >= crawl[NB_CTR_LOG_LAST];
}

/* When crawlers were killed, for who reads the site's log: DIR/kills, monotonic ms a line. */
static void note_kill(const struct play *play, int64_t mono_ms)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/kills", play->fleet.dir);
    FILE *file = fopen(path, "a");
    if (file) {
        fprintf(file, "%lld\n", (long long)mono_ms);
        (void)fclose(file);
    }
}

static void kill_one(struct play *play)
{
    static const char *const victims[] = {"crawl", "analyze", "crawl", "analyze", "serve", "run"};
    fleet_sleep_us((long)(next_random(play) % 12000));
    size_t which = next_random(play) % (sizeof(victims) / sizeof(victims[0]));
    if (fleet_kill(&play->fleet, victims[which])) {
        play->kills_left--;
        play->kills_done++;
        if (strcmp(victims[which], "crawl") == 0 || strcmp(victims[which], "run") == 0) {
            note_kill(play, nb_mono_ms());
        }
    }
}

/* Spread what is left of the kills over the steps that are left. */
static void maybe_kill(struct play *play, int64_t steps_left)
{
    if (play->kills_left > 0 &&
        next_random(play) % (uint64_t)steps_left < (uint64_t)play->kills_left) {
        kill_one(play);
    }
}

static void show_progress(const struct play *play, int64_t now_ms)
{
    int64_t crawl[NB_CTR_COUNT] = {0};
    int64_t analyze[NB_CTR_COUNT] = {0};
    struct nb_civil day = nb_civil_of(now_ms, OFFSET_MIN);
    bool monday = day.weekday == 0 && day.hour == 0;
    if (play->quiet || (!play->terminal && !monday && now_ms < play->to_ms)) {
        return;
    }
    (void)fleet_counters(&play->fleet, "crawl", crawl);
    (void)fleet_counters(&play->fleet, "analyze", analyze);
    char bar[BAR_N + 1];
    int64_t filled = (now_ms - play->from_ms) * BAR_N / (play->to_ms - play->from_ms);
    for (int i = 0; i < BAR_N; i++) {
        bar[i] = i < filled ? '#' : '.';
    }
    bar[BAR_N] = '\0';
    printf("%s  %04d-%02d-%02d [%s] %6lld polls %5lld documents %2lld alerts%s",
           play->terminal ? "\r" : "", day.year, day.month, day.day, bar,
           (long long)crawl[NB_CTR_POLLS], (long long)analyze[NB_CTR_LOG_LAST],
           (long long)analyze[NB_CTR_ALERTS], play->terminal && now_ms < play->to_ms ? "" : "\n");
    fflush(stdout);
}

static bool wait_settled(struct play *play, int64_t now_ms)
{
    int64_t until = nb_mono_ms() + STEP_WAIT_MS;
    while (!settled(play, now_ms)) {
        if (fleet_run_ended(&play->fleet) || nb_mono_ms() > until) {
            fprintf(stderr, "\nplay: stuck at %lld; see %s/nabiz.log\n", (long long)now_ms,
                    play->fleet.dir);
            return false;
        }
        fleet_sleep_us(200);
    }
    return true;
}

static bool play_step(struct play *play, int64_t now_ms)
{
    nb_clock_set(play->clock, now_ms);
    maybe_kill(play, (play->to_ms - now_ms) / play->step_ms + 1);
    return wait_settled(play, now_ms);
}

/* A process that is just starting again cannot be killed: those kills come after the last step. */
static bool play_rest_of_kills(struct play *play)
{
    while (play->kills_left > 0) {
        kill_one(play);
        if (!wait_settled(play, play->to_ms)) {
            return false;
        }
    }
    return true;
}

static bool play_weeks(struct play *play)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/clock", play->fleet.dir);
    struct nb_error error = {0};
    if (nb_clock_open(path, &play->clock, &error) != NB_OK) {
        fprintf(stderr, "play: %s\n", nb_error_text(&error));
        return false;
    }
    nb_clock_set(play->clock, play->from_ms);
    bool ok = fleet_start_site(&play->fleet) && fleet_start_run(&play->fleet);
    for (int64_t now = play->from_ms; ok && now <= play->to_ms; now += play->step_ms) {
        ok = play_step(play, now);
        show_progress(play, now);
    }
    ok = ok && play_rest_of_kills(play);
    ok = fleet_stop_run(&play->fleet) && ok;
    ok = fleet_stop_site(&play->fleet) && ok;
    nb_clock_close(play->clock);
    return ok;
}

/* Opens the incident of the false claim, whose id is only known now. */
static bool show_claim(const struct play *play)
{
    char list[PATH_BYTES];
    char line[16384];
    (void)snprintf(list, sizeof(list), "%s/alerts.json", play->fleet.dir);
    (void)unlink(list);
    const char *all[] = {"alerts", "--window", "all", "--format", "json", NULL};
    bool ok = fleet_command(&play->fleet, list, all) == 0;
    FILE *file = ok ? fopen(list, "r") : NULL;
    char id[17] = "";
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "{\"id\":\"", 7) == 0 && strstr(line, "\"kind\":\"claim\"")) {
            (void)snprintf(id, sizeof(id), "%.16s", line + 7);
        }
    }
    if (file) {
        (void)fclose(file);
    }
    if (!ok || !id[0]) {
        return ok;
    }
    const char *explain[] = {"alerts", "--explain", id, NULL};
    printf("\n== nabiz alerts --explain %s\n\n", id);
    fflush(stdout);
    return fleet_command(&play->fleet, NULL, explain) == 0;
}

/* What the weeks came to: the digest of the day the crisis broke, the list, the alerts. */
static bool show_results(const struct play *play)
{
    char day[16];
    char html[PATH_BYTES];
    char conf[PATH_BYTES];
    struct nb_civil c = nb_civil_of(fact_ms(play, "crisis_at"), OFFSET_MIN);
    (void)snprintf(day, sizeof(day), "%04d-%02d-%02d", c.year % 10000, c.month % 100, c.day % 100);
    (void)snprintf(html, sizeof(html), "%s/digest-%s.html", play->fleet.dir, day);
    (void)snprintf(conf, sizeof(conf), "%s/nabiz.conf", play->fleet.dir);
    (void)unlink(html);
    (void)unlink(conf);
    const char *topic = "turna";
    const char *digest[] = {"digest", "--topic", topic, "--day", day, "--format", "text", NULL};
    const char *page[] = {"digest", "--topic", topic, "--day", day, "--format", "html", NULL};
    const char *list[] = {"influencers", "--topic", topic, "--limit", "10", NULL};
    const char *alerts[] = {"alerts", NULL};
    const char *dump[] = {"config", "dump", NULL};
    printf("\n== nabiz digest --topic %s --day %s\n\n", topic, day);
    bool ok = fleet_command(&play->fleet, conf, dump) == 0;
    ok = fleet_command(&play->fleet, NULL, digest) == 0 && ok;
    ok = fleet_command(&play->fleet, html, page) == 0 && ok;
    printf("\n== nabiz influencers --topic %s --limit 10\n\n", topic);
    ok = fleet_command(&play->fleet, NULL, list) == 0 && ok;
    printf("\n== nabiz alerts\n\n");
    ok = fleet_command(&play->fleet, NULL, alerts) == 0 && ok;
    ok = show_claim(play) && ok;
    printf("\nThe digest as a page:  %s\n", html);
    printf("The alerts as a feed:  %s/data/out/alerts.atom\n", play->fleet.dir);
    printf("The three stores:      %s/data\n", play->fleet.dir);
    printf("Ask further:           export NABIZ_CONFIG=%s\n", conf);
    printf("                       %s stats\n", play->fleet.nabiz);
    printf("                       %s influencers --topic %s --explain AUTHOR\n", play->fleet.nabiz,
           topic);
    return ok;
}

static void usage(void)
{
    fprintf(stderr, "usage: play --nabiz PROGRAM --site PROGRAM --config FILE --dir DIR\n"
                    "            [--kills N --seed N] [--hours N] [--step MINUTES] [--quiet]\n"
                    "            [--set KEY=VALUE]... [--no-results]\n");
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"nabiz", required_argument, NULL, 'n'},  {"site", required_argument, NULL, 's'},
        {"config", required_argument, NULL, 'c'}, {"dir", required_argument, NULL, 'd'},
        {"kills", required_argument, NULL, 'k'},  {"seed", required_argument, NULL, 'r'},
        {"hours", required_argument, NULL, 'h'},  {"step", required_argument, NULL, 't'},
        {"set", required_argument, NULL, 'S'},    {"quiet", no_argument, NULL, 'q'},
        {"no-results", no_argument, NULL, 'N'},   {NULL, 0, NULL, 0}};
    static struct play play;
    bool results = true;
    long hours = 0;
    size_t sets_n = 0;
    play.random = 1;
    play.step_ms = NB_HOUR_MS;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (o) {
        case 'n':
            play.fleet.nabiz = optarg;
            break;
        case 's':
            play.fleet.site = optarg;
            break;
        case 'c':
            play.fleet.config = optarg;
            break;
        case 'd':
            play.fleet.dir = optarg;
            break;
        case 'k':
            play.kills_left = atol(optarg);
            break;
        case 'r':
            play.random = strtoull(optarg, NULL, 10) * 2 + 1;
            break;
        case 'h':
            hours = atol(optarg);
            break;
        case 't':
            play.step_ms = strtoll(optarg, NULL, 10) * MINUTE_MS;
            break;
        case 'S':
            if (sets_n + 1 < FLEET_SETS_MAX) {
                play.fleet.sets[sets_n++] = optarg;
            }
            break;
        case 'q':
            play.quiet = true;
            break;
        case 'N':
            results = false;
            break;
        default:
            usage();
            return 2;
        }
    }
    if (!play.fleet.nabiz || !play.fleet.site || !play.fleet.config || !play.fleet.dir ||
        play.step_ms <= 0) {
        usage();
        return 2;
    }
    play.terminal = isatty(STDOUT_FILENO) != 0;
    (void)mkdir(play.fleet.dir, 0755);
    if (!read_facts(&play)) {
        fprintf(stderr, "play: %s --describe does not work\n", play.fleet.site);
        return 1;
    }
    play.from_ms = fact_ms(&play, "start");
    play.to_ms = hours ? play.from_ms + hours * NB_HOUR_MS : fact_ms(&play, "end");
    bool ok = play_weeks(&play);
    if (play.kills_done > 0 || play.kills_left > 0) {
        printf("%ld kills, %ld not reached\n", play.kills_done, play.kills_left);
        ok = ok && play.kills_left == 0;
    }
    return ok && (!results || show_results(&play)) ? 0 : 1;
}
