<?php
// A new site, as its owner would answer the questions of the set-up page.
$_SERVER['HTTP_HOST'] = getenv('REAL_HOST');
$_SERVER['REQUEST_URI'] = '/';
define('WP_INSTALLING', true);
define('WP_SITEURL', 'http://' . getenv('REAL_HOST'));
function wp_mail() // nobody is written to
{
    return true;
}
require getenv('WP') . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Semt Günlüğü', 'yonetici', 'yonetici@gunluk.example', true, '', 'deneme');
update_option('home', 'http://' . getenv('REAL_HOST'));
update_option('siteurl', 'http://' . getenv('REAL_HOST'));
update_option('timezone_string', 'Europe/Istanbul');
update_option('thread_comments_depth', 10);
update_option('posts_per_rss', 10);
global $wp_rewrite;
$wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%postname%/');
$wp_rewrite->flush_rules(false);
wp_delete_post(1, true); // what every new site has
wp_delete_post(2, true);
wp_delete_post(3, true);
