# The demonstration's crisis is seen within two polls of its first post, its false claim is an incident
# that names the first publisher and the way of the copies, and accounts that act as one are told.
# limit: 600
. tests/lib/scenario.sh

[ -z "$SHORT" ] || skip "the short story ends before the crisis"
play story

# fact NAME: when it happened, Unix milliseconds.
fact() {
    "$SITE" --describe | awk -F '\t' -v name="$1" '$1 == name { print $3 }'
}

# opened KIND FROM_MS TO_MS: lines of the changes that opened an incident in that time.
opened() {
    from=$(date -u -d "@$(($2 / 1000))" +%Y-%m-%dT%H:%M:%SZ)
    to=$(date -u -d "@$(($3 / 1000))" +%Y-%m-%dT%H:%M:%SZ)
    nabiz story alerts --window all --format json |
        awk -F '"' -v kind="$1" -v from="$from" -v to="$to" '{
            for (i = 1; i < NF; i++) {
                if ($i == "opened") seen = $(i + 2)
                if ($i == "kind" && !have) { what = $(i + 2); have = 1 }
            }
            if (what ~ kind && seen >= from && seen <= to) print
            have = 0
        }'
}

poll_ms=$((2 * 60 * 60 * 1000))
crisis_ms=$(fact crisis_at)
claim_ms=$(fact claim_at)

crisis=$(opened 'spike|rise|voices|negative' "$crisis_ms" $((crisis_ms + 2 * poll_ms)))
[ -n "$crisis" ] || {
    nabiz story alerts --window all --format json | cut -c 1-200
    fail "no incident within two polls of the crisis"
}
echo "$crisis" | grep -q '"severity":10' || fail "the crisis is not severe: $crisis"
echo "$crisis" | grep -q '"name":"safety"' || fail "nobody noticed that it is about safety"

nabiz story alerts --explain "$(echo "$crisis" | cut -d '"' -f 4)" >"$NABIZ_DIR/why" || fail "explain"
grep -q 'terms that rose: yang' "$NABIZ_DIR/why" || fail "what rose is not told"

claim=$(opened claim "$claim_ms" $((claim_ms + 12 * 60 * 60 * 1000)))
[ -n "$claim" ] || fail "the false claim is no incident"
id=$(echo "$claim" | cut -d '"' -f 4)
nabiz story alerts --explain "$id" >"$NABIZ_DIR/claim" || fail "alerts --explain $id"
grep -q '^  1 .*yoldabirpaket.example/yoldaki-adam: first published' "$NABIZ_DIR/claim" || {
    cat "$NABIZ_DIR/claim"
    fail "the first publisher is not named"
}
[ "$(grep -c '^ *[0-9]*  20.*, from [0-9]' "$NABIZ_DIR/claim")" -ge 6 ] || fail "the way is not told"

nabiz story alerts --window all --format json | grep -q '"coordination":"coordinated"' ||
    fail "accounts that act as one are not told from voices"

nabiz story alerts backtest --budget 1 --topic turna >"$NABIZ_DIR/backtest" || fail "backtest"
grep -q 'voices *10 ' "$NABIZ_DIR/backtest" || {
    cat "$NABIZ_DIR/backtest"
    fail "the back-test does not know the crisis"
}
nabiz story alerts --explain 0123456789abcdef 2>"$NABIZ_DIR/none"
[ $? -eq 4 ] || fail "an incident that is not there is something"

# The crawler worked until the story's last hour, and has not since.
nabiz story alerts silence 2>"$NABIZ_DIR/none"
[ $? -eq 4 ] || fail "somebody is silent in the story's last hour"
"$NABIZ" alerts silence --config "$CONFIG" --set "data.dir=$NABIZ_DIR/story/data" \
    >"$NABIZ_DIR/silence" || fail "alerts silence"
for line in '^crawler' '^class.*kind article' '^source.*http://ufukhaber.example/rss/gundem.xml'; do
    grep -q "$line" "$NABIZ_DIR/silence" || {
        head -n 20 "$NABIZ_DIR/silence"
        fail "not silent: $line"
    }
done
