# SIGTERM stops everything within seconds: in the midst of work, and while a site has taken requests
# and never answers.
. tests/lib/scenario.sh

dir=$NABIZ_DIR/story
mkdir "$dir"
start_site
port=$(printf '%04X' "${site#*:}")

# Connections to the site that are open.
connected() {
    grep -q "0100007F:$port 01 " /proc/net/tcp
}

# stops WHEN SECONDS: SIGTERM to the run; it has to end well and soon, and its children with it.
stops() {
    pids=$(writers "$dir/data")
    [ "$(echo "$pids" | wc -l)" -eq 3 ] || fail "there should be three writers: $pids"
    began=$(date +%s)
    kill -TERM "$run_pid"
    wait "$run_pid"
    code=$?
    took=$(($(date +%s) - began))
    [ $code -eq 0 ] || fail "$1: run ended with $code"
    [ $took -le "$2" ] || fail "$1: stopping took $took s"
    for child in $pids; do
        ! kill -0 "$child" 2>/dev/null || fail "$1: process $child is still there"
    done
    ! grep -q 'is killed' "$dir/nabiz.log" || fail "$1: a process had to be killed"
}

begin() {
    rm -rf "$dir/data"
    start "$dir/nabiz.log" "$NABIZ" run --config "$CONFIG" --set "data.dir=$dir/data" \
        --set "crawl.connect_to=$site" --set log.level=info
    run_pid=$pid
    for store in crawl analysis desk; do
        wait_until "a writer of $store" test -s "$dir/data/$store/writer"
    done
}

limit_s=$([ -n "$SAN" ] && echo 20 || echo 5)

begin
wait_until "a connection" connected
stops "at work" "$limit_s"

kill -STOP "$site_pid"
begin
wait_until "a request under way" connected
stops "while a site does not answer" "$limit_s"

kill -CONT "$site_pid"

# A stop that comes while a process starts is a stop, too. It reads its configuration from a pipe
# first, which holds it where nothing is set up yet; later rounds stop it a little later each time.
rm -rf "$dir/data"
mkfifo "$dir/conf"

begin_role() {
    start "$dir/$1.log" "$NABIZ" "$1" --config "$2" --set "data.dir=$dir/data" \
        --set "data.sources=$PWD/tests/demo/sources.list" --set "data.topics=$PWD/tests/demo/topics" \
        --set "data.lexicons=$PWD/lexicons" --set "crawl.connect_to=$site"
}

# ended ROLE WHEN: it has to end well and soon after its SIGTERM.
ended() {
    wait "$pid"
    code=$?
    took=$(($(date +%s) - began))
    [ $code -eq 0 ] || fail "$1, $2: ended with $code: $(tail -n 3 "$dir/$1.log")"
    [ $took -le "$limit_s" ] || fail "$1, $2: stopping took $took s"
    ! grep -q 'is killed' "$dir/$1.log" || fail "$1, $2: a process had to be killed"
}

holds_signals() {
    grep -q '^SigBlk:.*[4-7c-f]...$' "/proc/$1/status" 2>/dev/null
}

for role in crawl analyze serve run; do
    began=$(date +%s)
    begin_role $role "$dir/conf"
    exec 3>"$dir/conf" # waits until it is opened for reading
    kill -TERM "$pid"
    cat "$CONFIG" >&3
    exec 3>&-
    ended $role "while it reads its configuration"
    for later in 0 1 10 100 1000 10000; do
        began=$(date +%s)
        begin_role $role "$CONFIG"
        until holds_signals "$pid"; do
            kill -0 "$pid" 2>/dev/null || break
        done
        while [ "$later" -gt 0 ]; do
            later=$((later - 1))
        done
        kill -TERM "$pid"
        ended $role "while it starts"
    done
done
