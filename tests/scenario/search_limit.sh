# `nabiz search --limit N` offers to go on when there is more, and only then.
. tests/lib/scenario.sh

own_data search
set -- --config "$dir/nabiz.conf"
cat >"$dir/in.jsonl" <<'IN'
{"id":1,"site":"a.example","author":"Ayla","text":"kargo gelmedi"}
{"id":2,"site":"a.example","author":"Veli","text":"kargo geldi, fatura da"}
IN

start "$dir/crawl.log" "$NABIZ" crawl "$@"
wait_until "the crawler" test -s "$dir/data/crawl/writer"
"$NABIZ" import "$dir/in.jsonl" "$@" 2>"$dir/import.log" || fail "$(cat "$dir/import.log")"
start "$dir/analyze.log" "$NABIZ" analyze "$@"

# finds COUNT QUERY: as many as are indexed.
finds() {
    want=$1
    shift
    [ "$("$NABIZ" search --count "$@" 2>/dev/null)" = "$want" ]
}
wait_until "both documents to be read" finds 2 kargo "$@"

"$NABIZ" search fatura --limit 1 "$@" >"$dir/out" || fail "it finds none"
grep -q '^1 of 1 documents$' "$dir/out" || fail "one of one: $(cat "$dir/out")"
"$NABIZ" search kargo --limit 2 "$@" >"$dir/out" || fail "it finds none"
grep -q '^2 of 2 documents$' "$dir/out" || fail "two of two: $(cat "$dir/out")"
"$NABIZ" search kargo --limit 1 "$@" >"$dir/out" || fail "it finds none"
cursor=$(sed -n 's/^1 of 2 documents; go on with --cursor //p' "$dir/out")
[ -n "$cursor" ] || fail "one of two: $(cat "$dir/out")"
"$NABIZ" search kargo --limit 1 --cursor "$cursor" "$@" >"$dir/out" || fail "nothing behind it"
grep -q '^1 of 2 documents$' "$dir/out" || fail "the last one: $(cat "$dir/out")"
