# Hours of virtual time over many sources: neither memory nor the data file grows beyond what is
# published, and the budget is kept. `make soak` takes more of both.
# limit: 300
. tests/lib/scenario.sh

[ -z "$SAN" ] || skip "sanitizers take memory of their own"
"$NABIZ_BUILD/tests/soak" 400 "$([ -n "$SHORT" ] && echo 4 || echo 8)" || fail "see above"
