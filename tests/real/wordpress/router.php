<?php
// For PHP's own server: files as they are, all else to WordPress; and a log of requests.
$began = microtime(true);
register_shutdown_function(function () use ($began) {
    $line = [
        'at' => $began,
        'took' => microtime(true) - $began,
        'method' => $_SERVER['REQUEST_METHOD'],
        'host' => $_SERVER['HTTP_HOST'] ?? '',
        'uri' => $_SERVER['REQUEST_URI'],
        'status' => http_response_code(),
        'agent' => $_SERVER['HTTP_USER_AGENT'] ?? '',
        'conditional' => isset($_SERVER['HTTP_IF_NONE_MATCH']) || isset($_SERVER['HTTP_IF_MODIFIED_SINCE']),
    ];
    file_put_contents(getenv('ACCESS'), json_encode($line) . "\n", FILE_APPEND | LOCK_EX);
});
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file(getenv('WP') . $path) && substr($path, -4) !== '.php') {
    return false;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['PHP_SELF'] = '/index.php';
require getenv('WP') . '/index.php';
