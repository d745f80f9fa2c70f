<?php
// What people write: posts and nested comments; later edits and deletions. Everything is written
// down in posted.jsonl as it should be found.
$_SERVER['HTTP_HOST'] = getenv('REAL_HOST');
$_SERVER['REQUEST_URI'] = '/';
define('WP_USE_THEMES', false);
require getenv('WP') . '/wp-load.php';
require 'tests/real/words.php';
kses_remove_filters();

const DAY = 86400;
$posted = getenv('POSTED');
$first = strtotime('2026-10-01T06:00:00Z');

function comment_row(int $id): array
{
    $comment = get_comment($id);
    $parent = (int)$comment->comment_parent;
    return [
        'url' => get_comment_link($comment),
        'kind' => 'COMMENT',
        'author' => $comment->comment_author,
        'published' => strtotime($comment->comment_date_gmt . 'Z'),
        'text' => $comment->comment_content,
        'reply_to' => $parent ? get_comment_link($parent) : get_permalink($comment->comment_post_ID),
        'state' => 'new',
        'id' => $id,
    ];
}

function post_row(int $id): array
{
    $post = get_post($id);
    return [
        'url' => get_permalink($id),
        'kind' => 'ARTICLE',
        'author' => get_the_author_meta('display_name', $post->post_author),
        'published' => strtotime($post->post_date_gmt . 'Z'),
        'title' => $post->post_title,
        'text' => $post->post_content,
        'reply_to' => '',
        'state' => 'new',
        'id' => $id,
    ];
}

function add_post(int $n, array $authors, int $at): int
{
    return wp_insert_post([
        'post_title' => title($n),
        'post_content' => paragraphs($n, 2 + $n % 3),
        'post_status' => 'publish',
        'post_author' => $authors[$n % count($authors)],
        'post_date_gmt' => gmdate('Y-m-d H:i:s', $at),
        'post_date' => get_date_from_gmt(gmdate('Y-m-d H:i:s', $at)),
    ], true);
}

// Each answers the one before it, or one further up, or the post.
function add_comments(int $post, int $n, int $count, int $at): array
{
    $ids = [];
    for ($i = 0; $i < $count; $i++) {
        $parent = $i % 4 === 0 ? 0 : $ids[$i % 3 === 0 ? intdiv($i, 2) : $i - 1];
        $when = gmdate('Y-m-d H:i:s', $at + 600 * ($i + 1));
        $ids[] = wp_insert_comment([
            'comment_post_ID' => $post,
            'comment_author' => person($n * 7 + $i),
            'comment_author_email' => 'okur@gunluk.example',
            'comment_content' => remark($n * 13 + $i),
            'comment_parent' => $parent,
            'comment_approved' => 1,
            'comment_date_gmt' => $when,
            'comment_date' => get_date_from_gmt($when),
        ]);
    }
    return $ids;
}

if ($argv[1] === 'first') {
    $authors = [];
    foreach (['ayten' => 'Ayten Yılmazsoy', 'sukru' => 'Şükrü Çınaroğlu', 'irem' => 'İrem Iğdırlı'] as $login => $name) {
        $authors[] = wp_insert_user(['user_login' => $login, 'user_pass' => 'deneme', 'display_name' => $name, 'role' => 'author']);
    }
    $rows = [];
    for ($n = 0; $n < 14; $n++) {
        $at = $first + $n * 2 * DAY;
        $post = add_post($n, $authors, $at);
        $rows[] = post_row($post);
        foreach (add_comments($post, $n, $n % 5 === 0 ? 12 : $n % 4, $at) as $id) {
            $rows[] = comment_row($id);
        }
    }
    write_rows($posted, $rows);
    exit(0);
}

// Edits and deletions, among what is old as well, and a few new ones. With a post its comments go.
$rows = read_rows($posted);
$gone = 20 + array_search('ARTICLE', array_column(array_slice($rows, 20), 'kind'));
$url = $rows[$gone]['url'];
wp_delete_post($rows[$gone]['id'], true);
foreach ($rows as $i => &$row) {
    $is_comment = $row['kind'] === 'COMMENT';
    if (strpos($row['url'], $url) === 0) {
        $row['state'] = 'deleted';
    } elseif ($i % 11 === 3) {
        $text = $row['text'] . "\n\nDüzeltme: sorun çözüldü, teşekkürler.";
        $is_comment ? wp_update_comment(['comment_ID' => $row['id'], 'comment_content' => $text])
                    : wp_update_post(['ID' => $row['id'], 'post_content' => $text]);
        $row['text'] = $text;
        $row['state'] = 'edited';
    } elseif ($is_comment && $i % 5 === 2 && !get_comments(['parent' => $row['id'], 'count' => true])) {
        wp_delete_comment($row['id'], true);
        $row['state'] = 'deleted';
    }
}
unset($row);
$post = (int)$rows[0]['id'];
foreach (add_comments($post, 77, 3, $first + 40 * DAY) as $id) {
    $rows[] = comment_row($id);
}
write_rows($posted, $rows);
