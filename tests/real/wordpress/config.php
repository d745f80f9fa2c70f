<?php
// The configuration of the trial's site; @SOCKET@ is filled in.
define('DB_NAME', 'wp');
define('DB_USER', 'wp');
define('DB_PASSWORD', 'deneme');
define('DB_HOST', 'localhost:@SOCKET@');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTH_KEY', 'deneme');
define('SECURE_AUTH_KEY', 'deneme');
define('LOGGED_IN_KEY', 'deneme');
define('NONCE_KEY', 'deneme');
define('AUTH_SALT', 'deneme');
define('SECURE_AUTH_SALT', 'deneme');
define('LOGGED_IN_SALT', 'deneme');
define('NONCE_SALT', 'deneme');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
