# Was the crawler polite to the hostile hosts, by the log of their server? Says what was not, and
# fails.
#
# Columns of the log: 1 is a monotonic time and 2 that on the clock, in ms, 3 the host, 4 the path,
# 5 the status, 8 requests of the host under way.
function complain(what) { print what ": " $0; bad = 1 }
BEGIN {
    hour = 3600000
    pause["hostile.example/429"] = pause["hostile.example/503"] = 2 * hour
    pause["hostile.example/429-date"] = 3 * hour
    pause_once["hostile.example/429-once"] = 2 * hour
}
$3 == "hostile.example" && $4 ~ /^\/denied\// { complain("denied") }
$3 ~ /^(closed|closed-to-nabiz|robots-down)\.example$/ && $4 != "/robots.txt" { complain("denied") }
$3 == "patient.example" && patient && $2 - patient < 2 * hour { complain("sooner than Crawl-delay") }
$3 == "patient.example" { patient = $2 }
$8 > 1 { complain("two requests to a host at once") }
$3 in mono && $1 - mono[$3] < 5 { complain("sooner than crawl.host_gap") }
{ mono[$3] = $1 }
$4 != "/robots.txt" && $2 < closed[$3] { complain("sooner than Retry-After of the host") }
$5 == 429 || $5 == 503 {
    wait = $3 == "busy.example" ? 5400000 : pause[$3 $4] + pause_once[$3 $4]
    closed[$3] = $2 + wait > closed[$3] ? $2 + wait : closed[$3]
}
$3 == "lasting.example" && $5 == 200 && $4 != "/robots.txt" {
    if (($3 $4) in last && $2 - last[$3 $4] < 3 * hour) { complain("sooner than max-age") }
}
{ url = $3 $4 }
url in pause && url in last && $2 - last[url] < pause[url] { complain("sooner than Retry-After") }
$4 == "/robots.txt" && $3 != "robots-down.example" && url in last && $2 - last[url] < 24 * hour {
    complain("rules that had not expired")
}
{ last[url] = $2; n[url]++ }
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
