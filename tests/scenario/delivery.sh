# Alerts as mail, to a real SMTP server (aiosmtpd), while serving is killed: every change of an
# incident arrives, over TLS, and the same one again at most where a kill left it in doubt, which its
# Message-ID tells. A webhook that nobody answers beside it delays nothing.
# limit: 240
. tests/lib/scenario.sh

command -v aiosmtpd >/dev/null || skip "aiosmtpd is not installed: make deps"
command -v openssl >/dev/null || skip "openssl is not installed: make deps"

play story
happened=$(nabiz story dump analysis --table incident_change | wc -l)
incidents=$(nabiz story dump analysis --table incident | wc -l)
[ "$incidents" -ge 2 ] || fail "the story has $incidents incidents only"

cd "$NABIZ_DIR" || exit 1
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null ||
    fail "no certificate"
cd "$OLDPWD" || exit 1
umask 077
"$NABIZ" deliver secret >"$NABIZ_DIR/secret" || fail "no secret"
cat >"$NABIZ_DIR/recipients.conf" <<'END'
masa { mail = "Kriz masası <masa@acme.example>"; changes = "opened escalated calmed closed"; }
kimse { webhook = "http://127.0.0.1:9/"; secret_file = secret; private = on; }
END

# The server's port is free when it starts; another that takes it in between ends the test, not us.
port=$((20000 + $$ % 20000))

smtpd() {
    start "$NABIZ_DIR/smtpd.log" aiosmtpd -n -l "127.0.0.1:$port" \
        -c aiosmtpd.handlers.Mailbox "$@" "$NABIZ_DIR/mail"
    smtpd_pid=$pid
    wait_until "the mail server" grep -q "$(printf '0100007F:%04X 00000000:0000 0A' "$port")" \
        /proc/net/tcp
}

set -- --config "$CONFIG" --set "data.dir=$NABIZ_DIR/story/data" \
    --set "clock.file=$NABIZ_DIR/story/clock" --set "data.recipients=$NABIZ_DIR/recipients.conf" \
    --set "mail.server=smtp://127.0.0.1:$port" --set "mail.from=nabız <alarm@acme.example>" \
    --set mail.leave=https://acme.example/leave --set mail.tls=always \
    --set "deliver.ca_file=$NABIZ_DIR/cert.pem" --set deliver.alert_age=30d --set log.level=info

# as_new OPTION...: nobody was told of anything yet.
as_new() {
    rm -rf "$NABIZ_DIR/story/data/desk"
    start "$NABIZ_DIR/serve.log" "$NABIZ" serve "$@"
    serve_pid=$pid
}

# arrived N: so many different messages are there.
arrived() {
    [ "$(cat "$NABIZ_DIR"/mail/new/* 2>/dev/null | grep -a -i '^Message-ID:' | sort -u | wc -l)" -ge "$1" ]
}

# The server offers no TLS, and nothing is sent in the clear.
smtpd
as_new "$@"
wait_until "an attempt" grep -q 'not sent.*recipient=masa' "$NABIZ_DIR/serve.log"
[ -z "$(ls "$NABIZ_DIR/mail/new" 2>/dev/null)" ] || fail "mail was sent in the clear"
kill "$smtpd_pid" && wait "$smtpd_pid" 2>/dev/null
kill -9 "$serve_pid" && wait "$serve_pid" 2>/dev/null
"$NABIZ" deliver queue --recipient masa --format json "$@" >"$NABIZ_DIR/queue" || fail "nothing waits"
changes=$(wc -l <"$NABIZ_DIR/queue") # of several at one moment only the last is told
if [ "$changes" -gt "$happened" ] || [ "$changes" -lt $((2 * incidents)) ]; then
    fail "$changes messages wait for $happened changes of $incidents incidents"
fi

# Now it does; and it all begins again.
smtpd --tlscert "$NABIZ_DIR/cert.pem" --tlskey "$NABIZ_DIR/key.pem"
as_new "$@"
kills=0
while [ $kills -lt 3 ]; do
    kills=$((kills + 1))
    wait_until "$kills messages" arrived $kills
    kill_and_start "$serve_pid" "$NABIZ_DIR/serve.log" "$NABIZ" serve "$@"
    serve_pid=$pid
done
wait_until "all $changes messages" arrived "$changes"
wait_until "the log of deliveries" sh -c "[ \"\$($NABIZ dump desk --table outbox \
    --set data.dir=$NABIZ_DIR/story/data | grep -c '\"recipient\":\"masa\"')\" -eq 0 ]"

mails=$(find "$NABIZ_DIR/mail/new" -type f | wc -l)
[ "$mails" -le $((changes + kills)) ] || fail "$mails mails for $changes changes, $kills kills"
arrived $((changes + 1)) && fail "there are more messages than changes"
for mail in "$NABIZ_DIR"/mail/new/*; do
    for line in 'From: =?UTF-8?B?' 'To: =?UTF-8?B?' 'Subject: ' 'Auto-Submitted: auto-generated' \
        'List-Unsubscribe: <https://acme.example/leave>' \
        'List-Unsubscribe-Post: List-Unsubscribe=One-Click' 'Content-Language: tr' \
        'Content-Type: multipart/alternative' 'X-RcptTo: masa@acme.example' \
        'X-MailFrom: alarm@acme.example'; do
        grep -a -q -F "$line" "$mail" || fail "$mail has no $line"
    done
done
threads=$(cat "$NABIZ_DIR"/mail/new/* | grep -a '^References:' | sort -u | wc -l)
if [ "$threads" -ge "$changes" ] || [ "$threads" -lt 1 ]; then
    fail "$threads threads of $changes mails"
fi

# What the commands say of it.
"$NABIZ" deliver list "$@" >"$NABIZ_DIR/list" || fail "list"
grep -q 'masa *mail *ok' "$NABIZ_DIR/list" || fail "$(cat "$NABIZ_DIR/list")"
grep -q 'kimse *webhook *failing' "$NABIZ_DIR/list" || fail "$(cat "$NABIZ_DIR/list")"
sent=$("$NABIZ" deliver log --recipient masa --format json "$@" | grep -c '"state":"sent"')
[ "$sent" -eq "$changes" ] || fail "the log has $sent sent of $changes"
"$NABIZ" deliver test masa "$@" >"$NABIZ_DIR/test" || fail "test: $(cat "$NABIZ_DIR/test")"
arrived $((changes + 1)) || fail "the test message is not there"

# Only what was given up can be sent again.
number=$("$NABIZ" deliver log --recipient masa --limit 1 --format json "$@" |
    sed -n 's/.*"number":\([0-9]*\).*/\1/p')
"$NABIZ" deliver retry "$number" "$@" 2>"$NABIZ_DIR/retry" && fail "what was sent is sent again"
grep -q "message $number was not given up: it was sent" "$NABIZ_DIR/retry" ||
    fail "retry of message '$number' says $(cat "$NABIZ_DIR/retry")"
"$NABIZ" deliver retry 999999 "$@" 2>"$NABIZ_DIR/retry" && fail "a message that there is not"
grep -q "there is no message 999999" "$NABIZ_DIR/retry" || fail "retry says $(cat "$NABIZ_DIR/retry")"

# No secret where people look.
key=$(cut -c 7- "$NABIZ_DIR/secret")
! grep -r -q -F "$key" "$NABIZ_DIR/story/data" "$NABIZ_DIR/serve.log" || fail "a secret is in a store"
