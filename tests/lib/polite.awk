# Was the crawler polite to the hostile hosts, by the log of their server? Says what was not, and
# fails.
#
# First the times when crawlers were killed, if any were. What was answered right before may never
# have been read, and nobody can keep to a Retry-After or Crawl-delay that was not read. What was read
# but not stored is kept of them all the same (crawler/schedule/lease.h), not of robots.txt and
# max-age. Source and host are left alone then for the pause of the source, which is an hour here.
#
# Columns of the log: 1 is a monotonic time and 2 that on the clock, in ms, 3 the host, 4 the path,
# 5 the status, 8 requests of the host under way.
FILENAME ~ /\/kills$/ { killed[++kills_n] = $1; next }
function killed_within(ms,    i) {
    for (i = 1; i <= kills_n; i++) {
        if ($1 <= killed[i] && killed[i] - $1 <= ms) { return 1 }
    }
    return 0
}
# Pause after the last request for what is asked for now, if `known` is what its answer said.
function pause_of(url, known) { return url in lost && lost[url] == last[url] ? hour : known }
function complain(what) { print what ": " $0; bad = 1 }
BEGIN {
    hour = 3600000
    pause["hostile.example/429"] = pause["hostile.example/503"] = 2 * hour
    pause["hostile.example/429-date"] = 3 * hour
    pause_once["hostile.example/429-once"] = 2 * hour
}
$3 == "hostile.example" && $4 ~ /^\/denied\// { complain("denied") }
$3 ~ /^(closed|closed-to-nabiz|robots-down)\.example$/ && $4 != "/robots.txt" { complain("denied") }
$3 == "patient.example" && patient && $2 - patient < patience { complain("sooner than Crawl-delay") }
$3 == "patient.example" {
    patient = $2
    patience = $4 == "/robots.txt" && killed_within(100) ? hour : 2 * hour
}
$8 > 1 { complain("two requests to a host at once") }
$3 in mono && $1 - mono[$3] < 5 { complain("sooner than crawl.host_gap") }
{ mono[$3] = $1 }
$4 != "/robots.txt" && $2 < closed[$3] { complain("sooner than Retry-After of the host") }
$5 == 429 || $5 == 503 {
    wait = $3 == "busy.example" ? 5400000 : pause[$3 $4] + pause_once[$3 $4]
    if (killed_within(100)) { wait = wait < hour ? wait : hour }
    closed[$3] = $2 + wait > closed[$3] ? $2 + wait : closed[$3]
}
$3 == "lasting.example" && $5 == 200 && $4 != "/robots.txt" {
    if (($3 $4) in last && $2 - last[$3 $4] < pause_of($3 $4, 3 * hour)) {
        complain("sooner than max-age")
    }
}
{ url = $3 $4 }
url in pause && url in last && $2 - last[url] < pause_of(url, pause[url]) {
    complain("sooner than Retry-After")
}
$4 == "/robots.txt" && $3 != "robots-down.example" && url in last &&
    $2 - last[url] < pause_of(url, 24 * hour) {
    complain("rules that had not expired")
}
{ last[url] = $2; n[url]++ }
killed_within(url in pause ? 100 : 2000) { lost[url] = $2 }
END {
    split("hostile.example/ok.xml hostile.example/429 robots-missing.example/feed.xml " \
          "robots-html.example/feed.xml patient.example/feed.xml patient.example/feed-2.xml " \
          "patient.example/feed-3.xml busy.example/feed.xml busy.example/feed-2.xml " \
          "busy.example/feed-3.xml lasting.example/feed.xml lasting.example/feed-2.xml " \
          "closed.example/robots.txt robots-down.example/robots.txt",
          wanted, " ")
    for (i in wanted) {
        if (!n[wanted[i]]) {
            print "never asked for: " wanted[i]
            bad = 1
        }
    }
    exit bad
}
