# WordPress with its database, both from Debian: posts and nested comments in Turkish, edits and
# deletions, by its feeds and by its REST API.
. tests/real/lib.sh

host=gunluk.example
www=$REAL_DIR/www
socket=$REAL_DIR/db.sock

# ---- the database, without a network and as whoever runs this ----
mariadb-install-db --no-defaults --datadir="$REAL_DIR/db" --user="$(id -un)" --skip-test-db \
    --auth-root-authentication-method=normal >"$REAL_DIR/db.log" 2>&1 ||
    fail "mariadb-install-db: $(tail -n 3 "$REAL_DIR/db.log")"
start "$REAL_DIR/db.log" mariadbd --no-defaults --datadir="$REAL_DIR/db" --user="$(id -un)" \
    --socket="$socket" --skip-networking --pid-file="$REAL_DIR/db.pid"
wait_until "the database" mariadb --no-defaults --socket="$socket" -u root -e 'SELECT 1'
mariadb --no-defaults --socket="$socket" -u root -e "CREATE DATABASE wp CHARACTER SET utf8mb4;
    CREATE USER wp@localhost IDENTIFIED BY 'deneme'; GRANT ALL ON wp.* TO wp@localhost" ||
    fail "the database cannot be made"

# ---- the site: the package's files, with a configuration and a content directory of its own ----
cp -a /usr/share/wordpress "$www" || fail "the package wordpress is not installed"
rm -f "$www/.htaccess" "$www/wp-config.php"
sed "s|@SOCKET@|$socket|" tests/real/wordpress/config.php >"$www/wp-config.php"
WP=$www REAL_HOST=$host php tests/real/wordpress/install.php >"$REAL_DIR/install.log" 2>&1 ||
    fail "install: $(tail -n 3 "$REAL_DIR/install.log")"

post() {
    WP=$www REAL_HOST=$host POSTED=$REAL_DIR/posted.jsonl \
        php tests/real/wordpress/post.php "$1" >>"$REAL_DIR/post.log" 2>&1 ||
        fail "post $1: $(tail -n 3 "$REAL_DIR/post.log")"
}
post first

port=$(free_port)
site=127.0.0.1:$port
# one process: workers would outlive it
start "$REAL_DIR/server.log" env WP="$www" ACCESS="$REAL_DIR/access.log" \
    php -S "$site" -t "$www" tests/real/wordpress/router.php
wait_until "the site" php -r "exit(@file_get_contents('http://$site/wp-json/') ? 0 : 1);"
: >"$REAL_DIR/access.log"

# ---- three ways in, each with a log of its own: by the API page by page, as `nabiz source add` finds
# it, by its lists beside the feeds, by the pages ----
mkdir "$REAL_DIR/api" "$REAL_DIR/lists" "$REAL_DIR/pages"
echo "http://$host/ walk=blog" >"$REAL_DIR/pages/sources.list"
found=$("$NABIZ" source add "http://$host/" --set "data.dir=$REAL_DIR/api/data" \
    --set "data.sources=$REAL_DIR/api/sources.list" --set "data.lexicons=$here/lexicons" \
    --set "crawl.connect_to=$site" --set crawl.allow_private=on \
    --set crawl.contact=deneme@nabiz.example) || fail "source add: $found"
grep -q "^http://$host/wp-json/ .*walk=blog" "$REAL_DIR/api/sources.list" ||
    fail "source add did not find the API: $found"
cat >"$REAL_DIR/lists/sources.list" <<LIST
http://$host/wp-json/wp/v2/posts?_embed=author,wp:term&per_page=50
http://$host/wp-json/wp/v2/comments?per_page=100 kind=comment
http://$host/feed/
http://$host/comments/feed/ kind=comment
LIST
for way in api lists pages; do
    echo "-- $way"
    crawl $way 0
    check $way
done
post edits
for way in api lists pages; do
    echo "-- $way, later"
    for day in 70 72 74; do # a page that is not found is asked for again before it counts as gone
        crawl $way $day
    done
    [ $way = lists ] && export REAL_DELETIONS=no # a list that is polled has no memory
    check $way
    unset REAL_DELETIONS
done
polite
