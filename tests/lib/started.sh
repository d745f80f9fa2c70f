# Programs in the background, ended by their process ids, and waiting for conditions with a deadline.
# Sourced by what sets PATIENCE_S.
# shellcheck shell=sh

: "${PATIENCE_S:?seconds that wait_until waits}"
started=

# Ends what start() started and still runs, the last first: what serves before what it needs.
stop_started() {
    for pid in $started; do
        kill -CONT "$pid" 2>/dev/null
        kill -TERM "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    started=
}
trap stop_started EXIT
trap 'exit 1' HUP INT TERM

fail() {
    echo "failed: $*"
    exit 1
}

# start OUTPUT COMMAND...: in the background; its id is in $pid.
start() {
    output=$1
    shift
    "$@" >>"$output" 2>&1 &
    pid=$!
    started="$pid $started"
}

# kill_and_start PID OUTPUT COMMAND...: in the place of one that is killed; its id is in $pid.
kill_and_start() {
    kill -9 "$1" && wait "$1" 2>/dev/null
    shift
    start "$@"
}

# wait_until WHAT COMMAND...: until the command succeeds.
wait_until() {
    what=$1
    shift
    deadline=$(($(date +%s) + PATIENCE_S))
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -le "$deadline" ] || fail "waited ${PATIENCE_S} s for: $what"
        sleep 0.05
    done
}
