# Documents that are imported while the crawler is killed again and again are in the log once each,
# and an import that is repeated adds none.
. tests/lib/scenario.sh

n=$([ -n "$SAN" ] && echo 20000 || echo 100000)
own_data import
set -- --config "$dir/nabiz.conf"
awk -v n="$n" 'BEGIN { for (i = 0; i < n; i++) printf "{\"id\":%d,\"text\":\"metin %d\"}\n", i, i }' \
    >"$dir/in.jsonl"

documents() {
    "$NABIZ" dump crawl --table log "$@" 2>/dev/null | wc -l
}

# at_least N: documents in the log, as the table of identities counts them; cheap enough to ask often.
at_least() {
    least=$1
    shift
    [ "$(documents "$@")" -ge "$least" ]
}

start "$dir/crawl.log" "$NABIZ" crawl "$@"
crawl=$pid
wait_until "the crawler" test -s "$dir/data/crawl/writer"
start "$dir/import.log" "$NABIZ" import "$dir/in.jsonl" "$@"
import=$pid
for part in 1 2 3; do
    wait_until "a part of the documents" at_least $((part * n / 10)) "$@"
    kill_and_start "$crawl" "$dir/crawl.log" "$NABIZ" crawl "$@"
    crawl=$pid
done
wait_until "the import to end" sh -c "! kill -0 $import"
wait "$import" || fail "the import failed: $(cat "$dir/import.log")"
grep -q " $n read, .* 0 bad" "$dir/import.log" || fail "it said: $(cat "$dir/import.log")"
[ "$(documents "$@")" -eq "$n" ] || fail "$(documents "$@") documents of $n"

"$NABIZ" import "$dir/in.jsonl" "$@" 2>"$dir/again.log" || fail "again: $(cat "$dir/again.log")"
grep -q " 0 new, 0 revised, $n known, 0 bad" "$dir/again.log" || fail "again: $(cat "$dir/again.log")"
[ "$(documents "$@")" -eq "$n" ] || fail "$(documents "$@") documents of $n after the second time"
[ -z "$(find "$dir/data/import" -type f)" ] || fail "left behind: $(ls "$dir/data/import")"
