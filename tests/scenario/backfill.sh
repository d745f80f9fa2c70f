# `nabiz topic backfill` while the analyzer is killed again and again: every mention of the past is
# found, and counted once.
. tests/lib/scenario.sh

n=$([ -n "$SAN" ] && echo 4000 || echo 20000)
own_data backfill
set -- --config "$dir/nabiz.conf"
echo kargo >"$dir/topics/kargo.topic"
awk -v n="$n" 'BEGIN { for (i = 0; i < n; i++)
    printf "{\"id\":%d,\"text\":\"%s %d\",\"published\":\"2026-11-%02d 10:00\"}\n", i,
        i % 2 ? "faturam geldi" : "kargom geldi", i, 1 + i % 20 }' >"$dir/in.jsonl"
"$NABIZ" import "$dir/in.jsonl" --source dukkan "$@" >"$dir/import.log" 2>&1 ||
    fail "$(cat "$dir/import.log")"
"$NABIZ" analyze --once "$@" >"$dir/analyze.log" 2>&1 || fail "$(cat "$dir/analyze.log")"

# mentions TOPIC: documents of the topic that are stored; a key begins with it and NUL.
mentions() {
    topic=$(printf '%s' "$1" | od -An -tx1 | tr -d ' \n')
    shift
    "$NABIZ" dump analysis --table topic_doc "$@" | grep -c "\"key\":\"${topic}00"
}

# looked_at N: that many documents or more were looked at, or all.
looked_at() {
    least=$1
    shift
    "$NABIZ" dump analysis --table meta "$@" >"$dir/meta" || return 1
    grep -q 'backfilled fatura' "$dir/meta" ||
        [ "$(sed -n 's/.*"backfill fatura","value":"\([0-9]*\) .*/\1/p' "$dir/meta")" -ge "$least" ]
}

[ "$(mentions fatura "$@")" -eq 0 ] || fail "there are mentions of a topic that is not there"
"$NABIZ" topic backfill fatura "$@" 2>/dev/null && fail "it looks for a topic that is not there"
echo fatura >"$dir/topics/fatura.topic"
start "$dir/analyze.log" "$NABIZ" analyze "$@"
analyze=$pid
wait_until "the analyzer" test -s "$dir/data/analysis/writer"
start "$dir/backfill.log" "$NABIZ" topic backfill fatura "$@"
backfill=$pid
for part in 1 2 3; do
    wait_until "a part of the documents" looked_at $((part * n / 5)) "$@"
    kill_and_start "$analyze" "$dir/analyze.log" "$NABIZ" analyze "$@"
    analyze=$pid
done
wait_until "the backfill to end" sh -c "! kill -0 $backfill"
wait "$backfill" || fail "the backfill failed: $(cat "$dir/backfill.log")"
grep -q "fatura: $n documents looked at, $((n / 2)) new mentions" "$dir/backfill.log" ||
    fail "it said: $(cat "$dir/backfill.log")"
kill "$analyze" && wait "$analyze"
[ "$(mentions fatura "$@")" -eq $((n / 2)) ] || fail "$(mentions fatura "$@") mentions"
[ "$(mentions kargo "$@")" -eq $((n / 2)) ] || fail "the other topic has lost some"

echo "fatura NOT geldi" >"$dir/topics/fatura.topic"
"$NABIZ" topic backfill fatura "$@" >"$dir/again.log" || fail "without an analyzer"
grep -q "0 new mentions, $((n / 2)) that are none any more" "$dir/again.log" ||
    fail "it said: $(cat "$dir/again.log")"
[ "$(mentions fatura "$@")" -eq 0 ] || fail "mentions are left"
