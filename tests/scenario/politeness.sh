# A day and a half among hostile hosts, by the log of their server: nothing is asked that robots.txt
# denies, nothing sooner than Crawl-delay, Retry-After (of the host), max-age, crawl.host_gap or a
# robots.txt's own expiry allow, and no host twice at once.
# limit: 400
. tests/lib/scenario.sh

play_hostile polite --hours "$([ -n "$SHORT" ] && echo 12 || echo 36)"
was_polite polite

nabiz polite source list --set "data.sources=$NABIZ_DIR/sources.list" --format csv \
    >"$NABIZ_DIR/list.csv"
[ "$(grep -c '^denied' "$NABIZ_DIR/list.csv")" -eq 4 ] ||
    fail "four sources are denied: $(grep '^denied' "$NABIZ_DIR/list.csv")"
nabiz polite source show http://closed.example/feed.xml \
    --set "data.sources=$NABIZ_DIR/sources.list" |
    grep -q 'robots.txt of closed.example denies it, line 2' || fail "source show does not say why"
