# A day and a half among hostile hosts, by the log of their server: nothing is asked that robots.txt
# denies, nothing sooner than Crawl-delay, Retry-After or a robots.txt's own expiry allow.
# limit: 300
. tests/lib/scenario.sh

hours=$([ -n "$SHORT" ] && echo 12 || echo 36)

"$SITE" --list-hostile | sed -n 's/\t.*//p' | grep -v '\*' >"$NABIZ_DIR/sources.list"
{
    echo http://hostile.example/chain/3
    echo http://patient.example/feed-2.xml
    echo http://patient.example/feed-3.xml
} >>"$NABIZ_DIR/sources.list"
[ "$(wc -l <"$NABIZ_DIR/sources.list")" -gt 60 ] || fail "the hostile hosts are not listed"

play polite --hours "$hours" --set "data.sources=$NABIZ_DIR/sources.list" \
    --set crawl.timeout=1s --set crawl.body_max=1m --set crawl.interval=1h
log=$NABIZ_DIR/polite/site.log

# Columns of the log: 2 is the time on the clock in ms, 3 the host, 4 the path.
awk -F'\t' '
function complain(what) { print what ": " $0; bad = 1 }
BEGIN {
    hour = 3600000
    pause["hostile.example/429"] = pause["hostile.example/503"] = 2 * hour
    pause["hostile.example/429-date"] = 3 * hour
}
$3 == "hostile.example" && $4 ~ /^\/denied\// { complain("denied") }
$3 ~ /^(closed|closed-to-nabiz|robots-down)\.example$/ && $4 != "/robots.txt" { complain("denied") }
$3 == "patient.example" && patient && $2 - patient < 2 * hour { complain("sooner than Crawl-delay") }
$3 == "patient.example" { patient = $2 }
{ url = $3 $4 }
url in pause && url in last && $2 - last[url] < pause[url] { complain("sooner than Retry-After") }
$4 == "/robots.txt" && $3 != "robots-down.example" && url in last && $2 - last[url] < 24 * hour {
    complain("rules that had not expired")
}
{ last[url] = $2; n[url]++ }
END {
    split("hostile.example/ok.xml hostile.example/429 robots-missing.example/feed.xml " \
          "robots-html.example/feed.xml patient.example/feed.xml patient.example/feed-2.xml " \
          "patient.example/feed-3.xml closed.example/robots.txt robots-down.example/robots.txt",
          wanted, " ")
    for (i in wanted) {
        if (!n[wanted[i]]) {
            print "never asked for: " wanted[i]
            bad = 1
        }
    }
    exit bad
}' "$log" || fail "the crawler was not polite, see $log"

nabiz polite source list --set "data.sources=$NABIZ_DIR/sources.list" --format csv \
    >"$NABIZ_DIR/list.csv"
[ "$(grep -c '^denied' "$NABIZ_DIR/list.csv")" -eq 4 ] ||
    fail "four sources are denied: $(grep '^denied' "$NABIZ_DIR/list.csv")"
nabiz polite source show http://closed.example/feed.xml \
    --set "data.sources=$NABIZ_DIR/sources.list" |
    grep -q 'robots.txt of closed.example denies it, line 2' || fail "source show does not say why"
