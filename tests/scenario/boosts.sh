# Boosts and followers of an open network, from its API to who carries weight: an act towards whoever
# said it, found and counted once, the same when it is made again, and gone with a name that is forgotten.
. tests/lib/scenario.sh

own_data network
mkdir "$dir/data"
"$SITE" --describe >"$dir/story.txt" || fail "site --describe"
end_ms=$(awk -F '\t' '$1 == "end" { print $3 }' "$dir/story.txt")
sed -n 's/^feed\t\(http:\/\/ucurtma[^\t]*\)\t.*/\1 kind=toot/p' "$dir/story.txt" >"$dir/sources.list"
[ "$(wc -l <"$dir/sources.list")" -eq 5 ] || fail "accounts: $(cat "$dir/sources.list")"
echo 'turna AND kargo OR site:ucurtma.example' >"$dir/topics/turna.topic"

# set_clock MS: where the file of a settable clock has it (common/clock.c), low byte first.
set_clock() {
    bytes='' value=$1
    for _ in 1 2 3 4 5 6 7 8; do
        bytes="$bytes\\0$(printf '%03o' $((value % 256)))"
        value=$((value / 256))
    done
    printf '%b' "$bytes" | dd of="$dir/clock" bs=1 seek=8 conv=notrunc 2>/dev/null
}

n() {
    command=$1
    shift
    "$NABIZ" "$command" "$@" --config "$dir/nabiz.conf" --set "clock.file=$dir/clock" \
        --set "crawl.connect_to=$site" --set crawl.allow_private=on --set crawl.host_gap=0
}

# lines FILE PATTERN: how many have it.
lines() {
    grep -c "$2" "$1"
}

start_site --clock "$dir/clock"
set_clock "$end_ms"
n crawl --once 2>"$dir/crawl.log" || fail "$(cat "$dir/crawl.log")"
n analyze --once 2>"$dir/analyze.log" || fail "$(cat "$dir/analyze.log")"
n dump crawl --table log >"$dir/log"
said=$(grep -v '"kind":"BOOST"' "$dir/log" | lines - '"kind":"TOOT"')
boosted=$(lines "$dir/log" '"kind":"BOOST"')
all=$(awk -F '\t' '/ucurtma/ { n += $3 } END { print n }' "$dir/story.txt")
[ "$boosted" -gt 10 ] && [ $((said + boosted)) -eq "$all" ] ||
    fail "$said were said, $boosted boosted, of $all"

n dump analysis >"$dir/first"
n dump analysis --table edge >"$dir/edges"
[ "$(lines "$dir/edges" '"act":"BOOST"')" -eq "$boosted" ] || fail "acts: $(cat "$dir/edges")"
grep '"act":"BOOST"' "$dir/edges" | grep -v '"target":' && fail "it is not known what is passed on"
[ "$(n dump analysis --table topic_doc | wc -l)" -eq "$said" ] || fail "boosts are on a topic"
n dump analysis --table audience >"$dir/audience"
[ "$(wc -l <"$dir/audience")" -eq 5 ] || fail "audiences: $(cat "$dir/audience")"
grep nilgunsarica "$dir/audience" | grep -q "\"followers_n\":19584,\"read_ms\":$end_ms,\"source\":\"mastodon\"" ||
    fail "followers: $(cat "$dir/audience")"

[ "$(n search 'duyum' --format csv | tail -n +2 | wc -l)" -eq 1 ] || fail "it is found with its boosts"
n influencers --explain ucurtma.example/nilgunsarica@ucurtma.example --topic turna >"$dir/ledger" ||
    fail "--explain"
[ "$(grep -c ' boost ' "$dir/ledger")" -eq 3 ] || fail "the ledger: $(cat "$dir/ledger")"
n spread --own ucurtma.example/turna_kargo@ucurtma.example --format csv | tr -d '\r' >"$dir/carriers"
grep -q '^ucurtma.example/nilgunsarica@ucurtma.example;0;0;2;' "$dir/carriers" ||
    fail "who boosted: $(cat "$dir/carriers")"

# Again a day later: nothing is new, and nothing is lost.
set_clock $((end_ms + 86400000))
n crawl --once 2>"$dir/crawl.log" || fail "$(cat "$dir/crawl.log")"
[ "$(n dump crawl --table log | wc -l)" -eq "$all" ] || fail "the second time added documents"

# Made again from the log it is the same.
rm -r "$dir/data/analysis"
n analyze --once --set analyze.workers=4 --set analyze.batch=1 || fail "analyze again"
n dump analysis >"$dir/second"
cmp "$dir/first" "$dir/second" || fail "the analysis is another one"

# Who is forgotten has no followers, boosts nobody and is boosted by nobody.
n forget ucurtma.example/nilgunsarica@ucurtma.example >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"
n analyze --once || fail "analyze after forget"
n dump analysis >"$dir/after"
grep -q '"act":"BOOST"' "$dir/after" || fail "all boosts are gone"
grep nilgunsarica "$dir/after" && fail "the name is there"
n dump crawl --table log | grep nilgunsarica && fail "the name is in the log"
exit 0
