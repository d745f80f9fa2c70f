# Redmine with its forums, from Debian: topics and answers in Turkish, edits and deletions, by the
# pages, from the list of topics on.
. tests/real/lib.sh

host=forum.example
www=$REAL_DIR/www
mine=$www/instances/default

# ---- the package's files, with an instance of its own ----
cp -a /usr/share/redmine "$www" || fail "the package redmine is not installed"
rm -f "$www/instances" "$www/Gemfile.lock" "$www/config/database.yml"
cp -L /var/lib/redmine/Gemfile.lock "$www/Gemfile.lock" || fail "the package redmine is not set up"
mkdir -p "$mine/config" "$mine/tmp" "$mine/log" "$mine/files" "$mine/public" "$www/tmp" "$www/log"
printf 'production:\n  adapter: sqlite3\n  database: %s/redmine.sqlite3\n' "$REAL_DIR" \
    >"$mine/config/database.yml"
cp "$mine/config/database.yml" "$www/config/database.yml"
echo "yalnizca-deneme-icin-uzun-bir-gizli-anahtar-0123456789" >"$mine/config/secret_key.txt"

# rails COMMAND...: within the site
rails() {
    (cd "$www" && env RAILS_ENV=production REAL_HOST=$host POSTED="$REAL_DIR/posted.jsonl" \
        bundle exec "$@") >>"$REAL_DIR/setup.log" 2>&1 ||
        fail "$*: $(grep -v '^/' "$REAL_DIR/setup.log" | tail -n 3)"
}
rails rake db:migrate
STAGE=first rails rails runner "$here/tests/real/redmine/post.rb"

port=$(free_port)
site=127.0.0.1:$port
cd "$www" || exit 1
start "$REAL_DIR/server.log" env RAILS_ENV=production ACCESS="$REAL_DIR/access.log" \
    puma -b "tcp://$site" -t 2:4 -e production "$here/tests/real/redmine/log.ru"
cd "$here" || exit 1
wait_until "the site" php -r "exit(@file_get_contents('http://$site/projects/semt/boards') ? 0 : 1);"
: >"$REAL_DIR/access.log"

mkdir "$REAL_DIR/pages"
echo "http://$host/projects/semt/boards walk=forum kind=post" >"$REAL_DIR/pages/sources.list"
crawl pages 0 --set clock.utc_offset=0 # the zone that this site shows its times in
check pages
STAGE=edits rails rails runner "$here/tests/real/redmine/post.rb"
crawl pages 90 --set clock.utc_offset=0
check pages
polite
