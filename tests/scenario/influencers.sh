# Who carries weight in the story: every number of every author's ledger adds up to the score, those
# who are trusted are told from those who are loud, and fake accounts are called so.
# limit: 600
. tests/lib/scenario.sh

play story
nabiz story influencers --topic turna --limit 1000 --format csv >"$NABIZ_DIR/list.csv" ||
    fail "influencers --format csv"
"$SITE" --describe >"$NABIZ_DIR/story.txt" || fail "site --describe"

# The columns of a ledger add up to its points, and the points to the score of the list.
sums='
function milli(text) { sub(",", "", text); return text + 0 }
NR > 1 {
    all = 0
    for (i = 5; i <= 9; i++) all += milli($i)
    if ($2 != "cut" && all != milli($4)) { print "line " NR ": parts make " all ", not " $4; bad = 1 }
    sum += milli($4)
}
END {
    if (int(sum / 1000) != milli(score)) { print "the points make " sum ", not " score; bad = 1 }
    exit bad
}'
tail -n +2 "$NABIZ_DIR/list.csv" | awk -F ';' '{ print $2 "\t" $NF }' >"$NABIZ_DIR/authors.txt"
[ "$(wc -l <"$NABIZ_DIR/authors.txt")" -gt 100 ] || fail "fewer than 100 authors"
while IFS="$(printf '\t')" read -r author score; do
    nabiz story influencers --topic turna --explain "$author" --format csv </dev/null \
        >"$NABIZ_DIR/ledger.csv" || fail "--explain $author"
    awk -F ';' -v score="$score" "$sums" "$NABIZ_DIR/ledger.csv" || fail "the ledger of $author"
done <"$NABIZ_DIR/authors.txt"

# The list says of each author what --explain says of them.
told='
function text(line) { sub(/^[^:]*: */, "", line); sub(/,$/, "", line); return line }
/^ *"author": / { author = text($0) }
/^ *"mark": / { mark = text($0) }
/^ *"advice": / { print author "\t" mark "\t" text($0) }'
nabiz story influencers --topic turna --limit 1000 --format json >"$NABIZ_DIR/list.json" ||
    fail "influencers --format json"
awk "$told" "$NABIZ_DIR/list.json" >"$NABIZ_DIR/marks.txt"
while IFS="$(printf '\t')" read -r author score; do
    nabiz story influencers --topic turna --explain "$author" --format json </dev/null |
        awk "$told" || fail "--explain $author --format json"
done <"$NABIZ_DIR/authors.txt" >"$NABIZ_DIR/explained.txt"
same marks.txt explained.txt
[ "$(wc -l <"$NABIZ_DIR/marks.txt")" -eq "$(wc -l <"$NABIZ_DIR/authors.txt")" ] ||
    fail "not every row has a mark"
cut -f 2 "$NABIZ_DIR/marks.txt" | sed 's/: .*/"/' | sort | uniq -c
for marked in 'mansetoldu.example/Manşet Oldu Masası;[^"]*"loud: [0-9]* of [0-9]* shout | ' \
    'patlakhaber.example/Patlak Haber Masası;[^"]*"loud: [0-9]* of [0-9]* shout | ' \
    'ufukhaber.example/Nilgün Sarıca;[^"]*"[a-z ]*trusted | '; do
    grep -q "$marked" "$NABIZ_DIR/list.csv" || fail "the list does not say $marked"
done

nabiz story digest --topic turna --day 2026-03-19 >"$NABIZ_DIR/digest.txt" || fail "digest"
for told in 'sesi yüksek: [0-9]* belgenin [0-9]* tanesi bağırıyor | ' ' güveniliyor | '; do
    grep -q "$told" "$NABIZ_DIR/digest.txt" || fail "the digest does not say $told"
done

# As the story describes its people; columns: 2 author, 7 trust, 10 coordination.
awk -F ';' '
function milli(text) { sub(",", "", text); return text + 0 }
NR == FNR { split($0, told, "\t"); is[told[told[1] == "fake" ? 5 : 2]] = told[1]; next }
FNR > 1 {
    handle = $2
    sub("^[^/]*/", "", handle)
    kind = is[handle]
    n[kind]++
    trust[kind] += milli($7)
    flagged[kind] += milli($10) >= 500
}
END {
    printf "trusted %d, loud %d, fake %d of which %d flagged\n", n["trusted"], n["loud"], n["fake"],
        flagged["fake"]
    if (n["fake"] < 10 || flagged["fake"] != n["fake"]) bad = 1
    if (flagged["trusted"] || flagged["loud"]) bad = 1
    if (trust["trusted"] / n["trusted"] <= 2 * trust["loud"] / n["loud"]) bad = 1
    exit bad
}' "$NABIZ_DIR/story.txt" "$NABIZ_DIR/list.csv" || fail "the people of the story are not told apart"

# Sites that shout are told so, whoever agrees with them; those that report are not.
while read -r advice author; do
    nabiz story influencers --topic turna --explain "$author" </dev/null >"$NABIZ_DIR/told.txt" ||
        fail "--explain $author"
    case $(sed -n 2p "$NABIZ_DIR/told.txt") in
        "$advice "*) ;;
        *) fail "$author: $(sed -n 2p "$NABIZ_DIR/told.txt")" ;;
    esac
done <<'END'
a mansetoldu.example/Manşet Oldu Masası
a patlakhaber.example/Patlak Haber Masası
take ufukhaber.example/Nilgün Sarıca
take sepetgunlugu.example/sepetci
END

# A window that is given in days; trust is made of its acts.
nabiz story influencers --topic turna --from 2026-03-10 --to 2026-03-20 --format json \
    >"$NABIZ_DIR/days.json" || fail "--from and --to"
grep -q '"trust_of": *"window"' "$NABIZ_DIR/days.json" || fail "trust is not of the window"
nabiz story influencers --topic turna --from 2036-01-01 >"$NABIZ_DIR/days.txt" 2>&1
[ $? -eq 4 ] || fail "somebody wrote in ten years: $(cat "$NABIZ_DIR/days.txt")"
nabiz story influencers --topic turna --from 2026-03-20 --to 2026-03-10 >"$NABIZ_DIR/days.txt" 2>&1
[ $? -eq 2 ] || fail "a window may end before it begins: $(cat "$NABIZ_DIR/days.txt")"

# Weights that are tried out count in the list and in the ledger alike.
sed 's/^trust .*/trust 0/; s/^spread .*/spread 550/' lexicons/weights.txt >"$NABIZ_DIR/weights.txt"
nabiz story influencers --topic turna --limit 1000 --format csv \
    --weights "$NABIZ_DIR/weights.txt" >"$NABIZ_DIR/tried.csv" || fail "--weights"
cmp -s "$NABIZ_DIR/list.csv" "$NABIZ_DIR/tried.csv" && fail "the list is made with other weights"
first=$(tail -n +2 "$NABIZ_DIR/tried.csv" | head -n 1)
author=$(printf '%s\n' "$first" | cut -d ';' -f 2)
nabiz story influencers --topic turna --explain "$author" --format csv \
    --weights "$NABIZ_DIR/weights.txt" >"$NABIZ_DIR/ledger.csv" || fail "--explain with --weights"
awk -F ';' -v score="${first##*;}" "$sums" "$NABIZ_DIR/ledger.csv" || fail "a ledger of --weights"

# A list is the same twice, and what is not there is said.
nabiz story influencers --topic turna --limit 1000 --format csv >"$NABIZ_DIR/again.csv"
same_files() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
same_files "$NABIZ_DIR/list.csv" "$NABIZ_DIR/again.csv"
nabiz story influencers --explain kimse.example/yok 2>"$NABIZ_DIR/said.txt" && fail "nobody is known"
grep -q 'nothing is known of kimse.example/yok' "$NABIZ_DIR/said.txt" || fail "what was said"
