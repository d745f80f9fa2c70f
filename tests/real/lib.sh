# What the trials against real software share; they source it. See docs/testing.md.
#
# tests/real/run gives REAL_BUILD, the build, and REAL_DIR, a fresh directory; the working directory
# is the root of the project. Everything listens on loopback only, on free ports, and is ended by
# its process id.
# shellcheck shell=sh
set -u

: "${REAL_BUILD:?run these with tests/real/run}" "${REAL_DIR:?}"
NABIZ=$REAL_BUILD/nabiz
here=$(pwd)
PATIENCE_S=120
. tests/lib/started.sh

# A port of loopback that is free now.
free_port() {
    php -r '$s = stream_socket_server("tcp://127.0.0.1:0"); echo explode(":", stream_socket_get_name($s, false))[1];'
}

# crawl NAME DAYS [OPTION...]: all that is due in NAME/sources.list that many days from now, with
# everything as a new user has it; only the invented host is looked for on this machine, and time is
# played.
crawl() {
    php -r 'file_put_contents($argv[1], pack("VVP", 0, 0, 1000 * (time() + 86400 * $argv[2])));' \
        "$REAL_DIR/$1/clock" "$2"
    name=$1
    shift 2
    "$NABIZ" crawl --once --set "data.dir=$REAL_DIR/$name/data" \
        --set "data.sources=$REAL_DIR/$name/sources.list" --set "data.lexicons=$here/lexicons" \
        --set "clock.file=$REAL_DIR/$name/clock" \
        --set "crawl.connect_to=$site" --set crawl.allow_private=on \
        --set crawl.contact=deneme@nabiz.example "$@" >>"$REAL_DIR/$name/crawl.log" 2>&1 ||
        fail "crawl $name: $(tail -n 5 "$REAL_DIR/$name/crawl.log")"
}

# check NAME: the log against what was posted, which the site's scripts wrote down.
check() {
    "$NABIZ" dump crawl --table log --set "data.dir=$REAL_DIR/$1/data" >"$REAL_DIR/$1/log.jsonl" ||
        fail "dump $1"
    php tests/real/check.php "$REAL_DIR/posted.jsonl" "$REAL_DIR/$1/log.jsonl" ||
        fail "$1: the log is not what was posted"
}

# polite: the site's own log of requests, all crawls together.
polite() {
    php tests/real/polite.php "$REAL_DIR/access.log" || fail "impolite requests"
}
