# kill -9 of every process at random moments, 200 times over the story: the stores end up byte for
# byte as without; no document is lost or doubled.
# limit: 1200
. tests/lib/scenario.sh

if [ -n "$SHORT" ]; then
    kills=20 hours='--hours 72'
else
    kills=200 hours=
fi

# shellcheck disable=SC2086 # none or two words
play calm $hours
# shellcheck disable=SC2086
play killed $hours --kills $kills --seed 1 --set run.backoff_min=10ms
same_stores calm killed
