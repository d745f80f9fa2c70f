/*
 * A template is relative to the page. In it $1 and $2 are the first two segments of the page's
 * path, $p is the path without a '/' at its end, and $l is the value of `list` in
 * its query. One that lacks what it names does not fit. "@:" and "channel:" in front: only when the
 * first segment begins like that.
 */
#include "crawler/discover/software.h"

#include <string.h>

enum { HOSTS_MAX = 4, FEEDS_MAX = 5 };

struct nb_software {
    const char *name;
    const char *hosts[HOSTS_MAX]; /* the host is this or ends in ".this" */
    const char *generator;        /* how it begins, ASCII case ignored */
    const char *sign;             /* in the markup */
    const char *feeds[FEEDS_MAX];
};

/* clang-format off */
static const struct nb_software known[] = {
    {"YouTube", {"youtube.com"}, NULL, NULL,
     {"channel:/feeds/videos.xml?channel_id=$2", "playlist:/feeds/videos.xml?playlist_id=$l",
      "user:/feeds/videos.xml?user=$2"}},
    {"Medium", {"medium.com"}, NULL, "https://miro.medium.com/",
     {"@:/feed/$1", "/feed/$1", "/feed"}},
    {"Reddit", {"reddit.com"}, NULL, NULL, {"r:$p/.rss", "user:$p/.rss"}},
    {"GitHub", {"github.com"}, NULL, NULL, {"/$1/$2/releases.atom", "/$1/$2/commits.atom", "/$1.atom"}},
    {"Bluesky", {"bsky.app"}, NULL, NULL, {"profile:/profile/$2/rss"}},
    {"Vimeo", {"vimeo.com"}, NULL, NULL, {"/$1/videos/rss"}},
    {"Dailymotion", {"dailymotion.com"}, NULL, NULL, {"/rss/user/$1"}},
    {"DEV", {"dev.to"}, NULL, NULL, {"/feed/$1", "/feed"}},
    {"Substack", {"substack.com"}, NULL, "substackcdn.com", {"/feed"}},
    {"Tumblr", {"tumblr.com"}, NULL, "assets.tumblr.com", {"/rss"}},
    {"LiveJournal", {"livejournal.com"}, NULL, NULL, {"/data/rss"}},
    {"Blogger", {"blogspot.com", "blogger.com"}, "blogger", NULL,
     {"/feeds/posts/default", "/feeds/posts/default?alt=rss", "/feeds/comments/default"}},
    {"WordPress", {"wordpress.com"}, "wordpress", "/wp-content/",
     {"./feed/", "/feed/", "/?feed=rss2", "/comments/feed/"}},
    {"Ghost", {"ghost.io"}, "ghost", NULL, {"/rss/"}},
    {"Mastodon", {"mastodon.social"}, "mastodon", "id='mastodon'", {"@:/$1.rss"}},
    {"Mastodon", {"mastodon.online"}, "mastodon", "id=\"mastodon\"", {"@:/$1.rss"}},
    {"PeerTube", {NULL}, "peertube", NULL, {"/feeds/videos.xml"}},
    {"Lemmy", {NULL}, "lemmy", NULL, {"c:/feeds/c/$2.xml?sort=New", "/feeds/all.xml?sort=New"}},
    {"WriteFreely", {"write.as"}, "writefreely", NULL, {"/$1/feed/", "/feed/"}},
    {"Discourse", {NULL}, "discourse", NULL, {"/latest.rss", "/posts.rss"}},
    {"XenForo", {NULL}, NULL, "data-template=\"forum", {"/forums/-/index.rss", "./forums/-/index.rss"}},
    {"phpBB", {NULL}, "phpbb", "Powered by phpBB", {"./feed.php", "/feed.php"}},
    {"vBulletin", {NULL}, "vbulletin", NULL, {"./external.php?type=RSS2", "/external.php?type=RSS2"}},
    {"MyBB", {NULL}, NULL, "Powered By MyBB", {"./syndication.php", "/syndication.php"}},
    {"SMF", {NULL}, NULL, "simplemachines.org", {"./index.php?action=.xml;type=rss2"}},
    {"MediaWiki", {NULL}, "mediawiki", NULL, {"/index.php?title=Special:RecentChanges&feed=atom"}},
    {"Drupal", {NULL}, "drupal", NULL, {"/rss.xml", "/tr/rss.xml"}},
    {"Joomla", {NULL}, "joomla", NULL, {"?format=feed&type=rss", "/?format=feed&type=rss"}},
    {"Squarespace", {"squarespace.com"}, NULL, "static1.squarespace.com", {"?format=rss", "/blog?format=rss"}},
    {"Wix", {"wixsite.com"}, "wix.com", NULL, {"/blog-feed.xml"}},
    {"Weebly", {"weebly.com"}, NULL, NULL, {"/1/feed", "/blog/feed"}},
    {"Hugo", {NULL}, "hugo", NULL, {"./index.xml", "/index.xml"}},
    {"Jekyll", {NULL}, "jekyll", NULL, {"/feed.xml", "/atom.xml"}},
    {"TypePad", {"typepad.com"}, "http://www.typepad.com", NULL, {"/atom.xml", "/blog/atom.xml"}},
    {"Hexo", {NULL}, "hexo", NULL, {"/atom.xml", "/rss2.xml"}},
};
/* clang-format on */

/* The commonest first: each costs a request. */
static const char *const known_paths[] = {
    "/feed/",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "./feed/",
    "./rss.xml",
    "/feed.json",
    "/?feed=rss2",
    "/feeds/posts/default",
    "/rss/",
    "/blog/feed/",
};

static bool is_host(struct nb_slice host, const char *name)
{
    size_t len = strlen(name);
    return host.len >= len && memcmp(host.p + host.len - len, name, len) == 0 &&
           (host.len == len || host.p[host.len - len - 1] == '.');
}

static bool is_from(const struct nb_software *software, const struct nb_url *url)
{
    for (size_t i = 0; i < HOSTS_MAX && software->hosts[i]; i++) {
        if (is_host(url->host, software->hosts[i])) {
            return true;
        }
    }
    /* blogs of one country are at blogspot.com.tr and the like */
    return strcmp(software->name, "Blogger") == 0 &&
           nb_slice_find(url->host, NB_LIT(".blogspot."), 0) != NB_NPOS;
}

static bool begins(struct nb_slice text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len &&
           nb_slice_eq_ascii_case(nb_slice_sub(text, 0, len), nb_slice(with, len));
}

const struct nb_software *nb_software_find(const struct nb_url *url,
                                           const struct nb_page_signs *signs)
{
    enum { N = sizeof(known) / sizeof(known[0]) };
    for (size_t i = 0; i < N; i++) {
        if (is_from(&known[i], url)) {
            return &known[i];
        }
    }
    for (size_t i = 0; i < N; i++) {
        if (known[i].generator && begins(signs->generator, known[i].generator)) {
            return &known[i];
        }
    }
    for (size_t i = 0; i < N; i++) {
        if (known[i].sign &&
            nb_slice_find(signs->markup, nb_slice_str(known[i].sign), 0) != NB_NPOS) {
            return &known[i];
        }
    }
    return NULL;
}

const char *nb_software_name(const struct nb_software *software)
{
    return software->name;
}

struct nb_slice nb_software_api(const struct nb_software *software)
{
    static const char *const apis[][2] = {
        {"Mastodon", "/api/v1/timelines/public?local=true&limit=40"},
        {"Discourse", "/latest.json"},
    };
    for (size_t i = 0; software && i < sizeof(apis) / sizeof(apis[0]); i++) {
        if (strcmp(software->name, apis[i][0]) == 0) {
            return nb_slice_str(apis[i][1]);
        }
    }
    return (struct nb_slice){NULL, 0};
}

/* A segment of the path, from 1; empty when there are fewer. */
static struct nb_slice segment(struct nb_slice path, size_t number)
{
    struct nb_slice part = {NULL, 0};
    for (size_t i = 0; i <= number; i++) {
        if (!nb_slice_split(&path, '/', &part)) {
            return (struct nb_slice){NULL, 0};
        }
    }
    return part;
}

static struct nb_slice query_value(struct nb_slice query, struct nb_slice name)
{
    struct nb_slice part;
    while (nb_slice_split(&query, '&', &part)) {
        if (nb_slice_starts(part, name) && part.len > name.len && part.p[name.len] == '=') {
            return nb_slice_sub(part, name.len + 1, part.len);
        }
    }
    return (struct nb_slice){NULL, 0};
}

/* What the name after a '$' stands for. */
static struct nb_slice value_of(char name, const struct nb_url *url)
{
    struct nb_slice path = url->path;
    switch (name) {
    case '1':
        return segment(path, 1);
    case '2':
        return segment(path, 2);
    case 'l':
        return url->query.p ? query_value(url->query, NB_LIT("list")) : (struct nb_slice){NULL, 0};
    default: /* 'p' */
        path.len -= path.len > 0 && path.p[path.len - 1] == '/';
        return path;
    }
}

/* @return the template behind its condition, or NULL when the condition does not hold */
static const char *check_condition(const char *template, const struct nb_url *url)
{
    const char *colon = strchr(template, ':');
    const char *mark = strpbrk(template, "/.?$");
    if (!colon || (mark && mark < colon)) {
        return template;
    }
    struct nb_slice wanted = nb_slice(template, (size_t)(colon - template));
    struct nb_slice first = segment(url->path, 1);
    bool fits = nb_slice_eq(wanted, NB_LIT("@")) ? nb_slice_starts(first, wanted)
                                                 : nb_slice_eq(first, wanted);
    return fits ? colon + 1 : NULL;
}

enum nb_err nb_software_feed(const struct nb_software *software, size_t i, const struct nb_url *url,
                             struct nb_arena *arena, struct nb_slice *out)
{
    *out = (struct nb_slice){NULL, 0};
    if (i >= FEEDS_MAX || !software->feeds[i]) {
        return NB_ENOTFOUND;
    }
    const char *at = check_condition(software->feeds[i], url);
    if (!at) {
        return NB_OK;
    }
    size_t most = strlen(at) + 2 * url->href.len + 1;
    char *p = nb_arena_alloc(arena, most);
    if (!p) {
        return NB_ENOMEM;
    }
    size_t len = 0;
    for (; *at; at++) {
        if (*at != '$') {
            p[len++] = *at;
            continue;
        }
        struct nb_slice value = value_of(*++at, url);
        if (value.len == 0) {
            return NB_OK;
        }
        memcpy(p + len, value.p, value.len);
        len += value.len;
    }
    *out = nb_slice(p, len);
    return NB_OK;
}

struct nb_slice nb_known_path(size_t i)
{
    return nb_slice_str(i < sizeof(known_paths) / sizeof(known_paths[0]) ? known_paths[i] : NULL);
}
