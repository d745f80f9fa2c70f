# Half a day among hostile hosts with kill -9 of every process at random moments: the same rules hold
# as without (tests/lib/polite.awk), for a crawler that starts again knows what the killed one asked
# and was told.
# limit: 400
. tests/lib/scenario.sh

# $SEED: other moments, by hand.
play_hostile killed --hours 12 --step 10 \
    --kills "$([ -n "$SHORT" ] && echo 20 || echo 40)" --seed "${SEED:-1}" \
    --set crawl.ordered=off --set run.backoff_min=10ms
was_polite killed
