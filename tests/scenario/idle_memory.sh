# Memory of an idle `nabiz run`, all four processes together, stays under 40 MiB.
. tests/lib/scenario.sh

[ -z "$SAN" ] || skip "sanitizers take memory of their own"
[ -r /proc/self/smaps_rollup ] || skip "this kernel does not say how much memory a process uses"
limit_kib=40960

play story --hours 72
dir=$NABIZ_DIR/story
start_site --clock "$dir/clock"
start "$dir/nabiz.log" "$NABIZ" run --config "$CONFIG" --set "data.dir=$dir/data" \
    --set "clock.file=$dir/clock" --set "crawl.connect_to=$site" --set serve.listen=127.0.0.1:0
run_pid=$pid

all_run() {
    [ "$(nabiz story stats | grep -c '^[a-z]* *running ')" -eq 4 ] || return 1
    for process in $(writers "$dir/data"); do # of those that ran before, until they have their stores
        kill -0 "$process" 2>/dev/null || return 1
    done
}
wait_until "all four processes to run" all_run

# Threads that are still starting would make it look smaller than it is: take the largest reading.
largest=0
read_memory() {
    total=0
    for process in "$run_pid" $(writers "$dir/data"); do
        pss=$(awk '/^Pss:/ { print $2 }' "/proc/$process/smaps_rollup") || return 1
        total=$((total + pss))
    done
    [ "$total" -le "$largest" ] || largest=$total
}
reading=0
while [ $reading -lt 20 ]; do
    read_memory || fail "a process went away"
    reading=$((reading + 1))
    sleep 0.1
done
echo "idle nabiz run: $largest KiB (Pss of four processes)"
[ "$largest" -lt $limit_kib ] || fail "that is over $limit_kib KiB"
