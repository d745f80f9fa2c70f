# One instance per data directory: a second one is refused, says who is there, and harms nothing.
. tests/lib/scenario.sh

dir=$NABIZ_DIR/story
mkdir "$dir"
start_site
set -- --config "$CONFIG" --set "data.dir=$dir/data" --set "crawl.connect_to=$site"
start "$dir/nabiz.log" "$NABIZ" run "$@"
run_pid=$pid
for store in crawl analysis desk; do
    wait_until "a writer of $store" test -s "$dir/data/$store/writer"
done

"$NABIZ" run "$@" >"$dir/second.log" 2>&1
code=$?
[ $code -eq 1 ] || fail "a second run ended with $code"
grep -q "process $run_pid;" "$dir/second.log" ||
    fail "it did not name process $run_pid: $(cat "$dir/second.log")"

for role in crawl analyze; do
    "$NABIZ" $role --once "$@" >"$dir/$role.log" 2>&1
    code=$?
    [ $code -eq 1 ] || fail "a second $role ended with $code: $(cat "$dir/$role.log")"
    store=$([ $role = crawl ] && echo crawl || echo analysis)
    grep -q "process $(cat "$dir/data/$store/writer");" "$dir/$role.log" ||
        fail "it did not name the writer of $store: $(cat "$dir/$role.log")"
done

kill -0 "$run_pid" || fail "the first instance did not survive"
