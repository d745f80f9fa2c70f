# The analysis is derived: made again from the log, with any number of workers and any size of
# batch, it is the same to the byte.
# limit: 600
. tests/lib/scenario.sh

# shellcheck disable=SC2086 # none or two words
play story ${SHORT:+--hours 72}
dump_analysis story as-it-came

for settings in analyze.workers=2 analyze.workers=1 analyze.workers=8 analyze.batch=1 \
    analyze.batch=1000; do
    rm -r "$NABIZ_DIR/story/data/analysis"
    nabiz story analyze --once --set "$settings" || fail "analyze --once --set $settings"
    dump_analysis story "$settings"
    same as-it-came "$settings"
done
