# `nabiz source poll`: the crawler that runs polls a source at once, and the command says what came
# of it; without one it says what to do, and the next one does it.
# limit: 120
. tests/lib/scenario.sh

start_site
echo "http://hostile.example/ok.xml every=1d paused" >"$NABIZ_DIR/sources.list"

n() {
    "$NABIZ" "$@" --set "data.dir=$NABIZ_DIR/data" --set "data.sources=$NABIZ_DIR/sources.list" \
        --set data.lexicons=lexicons --set "crawl.connect_to=$site" --set crawl.allow_private=on \
        --set crawl.host_gap=0
}

polls_are() {
    n source show http://hostile.example/ok.xml --format json | grep -q "\"polls\": $1,"
}

n source poll http://hostile.example/ok.xml >"$NABIZ_DIR/out" 2>&1 && fail "it is paused"
grep -q 'source resume' "$NABIZ_DIR/out" || fail "it does not say that it is paused"
n source poll http://other.example/ >/dev/null 2>&1 && fail "it polls what is no source"

start "$NABIZ_DIR/crawl.log" "$NABIZ" crawl --set "data.dir=$NABIZ_DIR/data" \
    --set "data.sources=$NABIZ_DIR/sources.list" --set data.lexicons=lexicons \
    --set "crawl.connect_to=$site" --set crawl.allow_private=on --set crawl.host_gap=0
crawler=$pid
wait_until "the crawler to start" grep -q started "$NABIZ_DIR/crawl.log"
n source resume http://hostile.example/ok.xml >/dev/null || fail "resume"
n source poll http://hostile.example/ok.xml >"$NABIZ_DIR/out" || fail "$(cat "$NABIZ_DIR/out")"
polls_are 1 || fail "it was not polled"
grep -q 'hostile.example/ok.xml' "$NABIZ_DIR/out" || fail "it does not say what came of it"

kill "$crawler" && wait "$crawler"
n source poll http://hostile.example/ok.xml >"$NABIZ_DIR/out"
[ $? -eq 4 ] || fail "nobody could poll it"
grep -q 'no crawler is running' "$NABIZ_DIR/out" || fail "it does not say what to do"
