# `nabiz forget`: a name that nobody has changes nothing; one that somebody has takes their documents,
# the analysis, of whatever version it is, and the inbox. What others did towards them is in no list then.
. tests/lib/scenario.sh

own_data forget
set -- --config "$dir/nabiz.conf"
cat >"$dir/in.jsonl" <<'IN'
{"id":1,"site":"a.example","author":"Ayla","text":"ilk metin"}
{"id":2,"site":"a.example","author":"Veli","text":"ikinci metin"}
{"id":3,"site":"a.example","author":"Can","text":"@Ayla ile @Veli iyi yazıyor"}
{"id":4,"site":"a.example","author":"Deniz","text":"@ayla ve @AYLA ile de konuştum"}
IN

start "$dir/crawl.log" "$NABIZ" crawl "$@"
crawl=$pid
wait_until "the crawler" test -s "$dir/data/crawl/writer"
"$NABIZ" import "$dir/in.jsonl" "$@" 2>"$dir/import.log" || fail "$(cat "$dir/import.log")"
kill "$crawl" && wait "$crawl"

# Not a store that any version would open.
mkdir -p "$dir/data/analysis" "$dir/data/inbox"
yes "another version" | head -n 4096 >"$dir/data/analysis/data.mdb"
cp "$dir/data/analysis/data.mdb" "$dir/data/inbox/data.mdb"

"$NABIZ" forget a.example/ayla "$@" >"$dir/out" 2>&1
[ $? -eq 4 ] || fail "nobody has the name: $(cat "$dir/out")"
grep -q 'did you mean a.example/Ayla?' "$dir/out" || fail "it suggests nobody: $(cat "$dir/out")"
"$NABIZ" forget a.example/Veli a.example/kimse "$@" >"$dir/out" 2>&1
[ $? -eq 4 ] || fail "one of two has no such name: $(cat "$dir/out")"
[ -s "$dir/data/analysis/data.mdb" ] || fail "the analysis is gone"
"$NABIZ" dump crawl --table forgotten "$@" >"$dir/forgotten" 2>&1
[ ! -s "$dir/forgotten" ] || fail "a name was noted: $(cat "$dir/forgotten")"

"$NABIZ" forget a.example/Ayla "$@" >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"
"$NABIZ" dump crawl --table forgotten "$@" >"$dir/forgotten" 2>&1
[ "$(wc -l <"$dir/forgotten")" -eq 1 ] || fail "the name was not noted: $(cat "$dir/forgotten")"
grep -q 'a.example/Ayla: 1 documents' "$dir/out" || fail "it says $(cat "$dir/out")"
grep -q 'old files' "$dir/out" || fail "it does not speak of readers: $(cat "$dir/out")"
[ ! -e "$dir/data/analysis/data.mdb" ] || fail "the analysis is there"
[ ! -e "$dir/data/inbox/data.mdb" ] || fail "the inbox is there"

# The text of another stays; that it names the author is noted nowhere, that it names somebody else is.
"$NABIZ" analyze --once "$@" >"$dir/analyze.log" 2>&1 || fail "$(cat "$dir/analyze.log")"
"$NABIZ" dump analysis "$@" >"$dir/analysis"
grep -q 'a.example/Veli' "$dir/analysis" || fail "nobody is in the analysis"
grep -ni 'a.example/ayla' "$dir/analysis" && fail "the name is in the analysis"
"$NABIZ" influencers --window all --explain a.example/Veli "$@" >"$dir/out" 2>&1 ||
    fail "of Veli nothing is known: $(cat "$dir/out")"
"$NABIZ" influencers --window all --explain a.example/Ayla "$@" >"$dir/out" 2>&1
[ $? -eq 4 ] || fail "of who is forgotten something is known: $(cat "$dir/out")"
