# No more space, for the disk and then for store.max: the writers say so and what to do, nothing is
# damaged, and once there is space again the run goes on by itself to the same stores as if nothing
# had been.
# limit: 900
. tests/lib/scenario.sh

hours=360
play calm --hours $hours

# said PLAY WORDS: the log of the play has these words.
said() {
    grep -q "$2" "$NABIZ_DIR/$1/nabiz.log"
}

# background_play NAME [OPTION...]: as play, but in the background, as process $play_pid.
background_play() {
    name=$1
    shift
    start "$NABIZ_DIR/$name.out" "$@" "$PLAY" --nabiz "$NABIZ" --site "$SITE" \
        --config "$config" --dir "$NABIZ_DIR/$name" --quiet --no-results --hours $hours
    play_pid=$pid
}

# arrives NAME: the play comes to its end, and so do all its documents.
arrives() {
    wait "$play_pid" || {
        tail -n 20 "$NABIZ_DIR/$1/nabiz.log"
        fail "play $1 did not come to its end"
    }
    same_stores calm "$1"
}

# full STORE: its writer has said that the disk is full; make the reason go away for that one.
full() {
    wait_until "a message that there is no space for $1" said disk "no space left for store .*/$1 "
    prlimit --pid "$(cat "$NABIZ_DIR/disk/data/$1/writer")" --fsize=unlimited ||
        fail "cannot raise the limit of the writer of $1"
}

either_is_full() {
    said disk 'no space left for store'
}

# The disk: no file may grow over a limit. Whichever store reaches it first holds up the play until
# there is space; then comes the other.
config=$CONFIG
background_play disk prlimit --fsize=1048576:unlimited
wait_until "a message that the disk is full" either_is_full
if said disk 'no space left for store .*/crawl '; then
    full crawl
    full analysis
else
    full analysis
    full crawl
fi
arrives disk
said disk 'writing goes on by itself' || fail "the message does not say what happens next"

# The map: store.max is reached, raised in the configuration, and read again on SIGHUP.
config=$NABIZ_DIR/nabiz.conf
{
    sed "s,= \"\(sources.list\|topics\|\.\./\.\./lexicons\)\",= \"$PWD/tests/demo/\1\"," "$CONFIG"
    printf '\nstore {\n    map = 1m;\n    max = 1m;\n}\n'
} >"$config"
background_play map
wait_until "a message that store.max is reached" said map 'reached store.max; raise it'
sed -i 's/max = 1m;/max = 1g;/' "$config"
kill -HUP "$(cat "$NABIZ_DIR/map/data/run/lock")"
arrives map
