# What the scenarios share; they source it. See docs/testing.md.
#
# tests/run gives NABIZ_BUILD, the build, and NABIZ_DIR, a fresh directory; the working directory is
# the root of the project. Nothing here waits for a time to pass: it waits for conditions, with a
# deadline.
# shellcheck shell=sh
set -u

: "${NABIZ_BUILD:?run scenarios with tests/run}" "${NABIZ_DIR:?}"
NABIZ=$NABIZ_BUILD/nabiz
SITE=$NABIZ_BUILD/tests/site
PLAY=$NABIZ_BUILD/tests/play
CONFIG=tests/demo/nabiz.conf
SAN=${NABIZ_SAN:-}
SHORT=${NABIZ_SHORT:-}
# A sanitized program takes its time.
PATIENCE_S=$([ -n "$SAN" ] && echo 120 || echo 30)

. tests/lib/started.sh

skip() {
    echo "$*"
    exit 77
}

# own_data NAME: a data directory without sources and topics, in $dir; $dir/nabiz.conf leads to it.
own_data() {
    dir=$NABIZ_DIR/$1
    mkdir "$dir" "$dir/topics"
    : >"$dir/sources.list"
    cat >"$dir/nabiz.conf" <<END
data {
    dir = "data";
    sources = "sources.list";
    topics = "topics";
    lexicons = "$PWD/lexicons";
}
END
}

# play NAME [OPTION...]: the story into $NABIZ_DIR/NAME.
play() {
    name=$1
    shift
    "$PLAY" --nabiz "$NABIZ" --site "$SITE" --config "$CONFIG" --dir "$NABIZ_DIR/$name" \
        --quiet --no-results "$@" || {
        tail -n 50 "$NABIZ_DIR/$name/nabiz.log"
        fail "play $name $*"
    }
}

# nabiz NAME COMMAND...: a command on what was played into NAME.
nabiz() {
    name=$1
    shift
    "$NABIZ" "$@" --config "$CONFIG" --set "data.dir=$NABIZ_DIR/$name/data" \
        --set "clock.file=$NABIZ_DIR/$name/clock"
}

# dump_analysis NAME FILE, dump_crawl NAME FILE: all that the story made of the stores.
dump_analysis() {
    nabiz "$1" dump analysis >"$NABIZ_DIR/$2" || fail "dump analysis of $1"
    [ -s "$NABIZ_DIR/$2" ] || fail "the analysis of $1 is empty"
}

dump_crawl() {
    nabiz "$1" dump crawl >"$NABIZ_DIR/$2" || fail "dump crawl of $1"
    [ -s "$NABIZ_DIR/$2" ] || fail "the log of $1 is empty"
}

# same FILE FILE: byte for byte.
same() {
    cmp "$NABIZ_DIR/$1" "$NABIZ_DIR/$2" || {
        diff "$NABIZ_DIR/$1" "$NABIZ_DIR/$2" | cut -c 1-400 | head -n 6
        fail "$1 and $2 differ"
    }
}

# same_stores NAME NAME
same_stores() {
    for which in "$1" "$2"; do
        dump_crawl "$which" "$which.crawl"
        dump_analysis "$which" "$which.analysis"
    done
    same "$1.crawl" "$2.crawl"
    same "$1.analysis" "$2.analysis"
}

# start_site: at the moment of $NABIZ_DIR/clock if there is one; its address is in $site.
start_site() {
    start "$NABIZ_DIR/site.out" "$SITE" --listen 127.0.0.1:0 --port-file "$NABIZ_DIR/site.port" "$@"
    site_pid=$pid
    wait_until "the site to listen" test -s "$NABIZ_DIR/site.port"
    site=127.0.0.1:$(cat "$NABIZ_DIR/site.port")
}

# writers DIR: the ids of the processes that write the stores under DIR.
writers() {
    for file in "$1"/*/writer; do
        cat "$file" && echo
    done
}

# counter NAME PROCESS COUNTER: its value, 0 if it has none.
counter() {
    nabiz "$1" stats | awk -v p="$2" -v c="$3" '$1 == p && $2 == c { n = $3 } END { print n + 0 }'
}

# The hostile hosts as sources, with some more of those where pauses are for several feeds.
hostile_sources() {
    "$SITE" --list-hostile | sed -n 's/\t.*//p' | grep -v '\*'
    cat <<END
http://hostile.example/chain/3
http://patient.example/feed-2.xml
http://patient.example/feed-3.xml
http://busy.example/feed-2.xml
http://busy.example/feed-3.xml
http://lasting.example/feed-2.xml
END
}

# play_hostile NAME [OPTION...]: those into $NABIZ_DIR/NAME.
play_hostile() {
    hostile_name=$1
    shift
    hostile_sources >"$NABIZ_DIR/sources.list"
    [ "$(wc -l <"$NABIZ_DIR/sources.list")" -gt 60 ] || fail "the hostile hosts are not listed"
    play "$hostile_name" --set "data.sources=$NABIZ_DIR/sources.list" --set crawl.timeout=1s \
        --set crawl.body_max=1m --set crawl.interval=1h --set crawl.host_gap=5ms "$@"
}

# was_polite NAME: by the log of the hosts' server.
was_polite() {
    touch "$NABIZ_DIR/$1/kills"
    awk -F'\t' -f tests/lib/polite.awk "$NABIZ_DIR/$1/kills" "$NABIZ_DIR/$1/site.log" ||
        fail "the crawler was not polite, see $NABIZ_DIR/$1/site.log"
}
