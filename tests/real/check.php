<?php
// check.php POSTED LOG: is everything that was posted in the log once, with author, date, text and
// what it answers, and are edits and deletions?
require 'tests/real/words.php';
[, $posted, $log] = $argv;
$deletions = getenv('REAL_DELETIONS') !== 'no';

// Typographic marks are the theme's doing; white space and paragraphs are compared as words.
function plain(string $text): string
{
    $text = strtr($text, ['’' => "'", '‘' => "'", '“' => '"', '”' => '"', '…' => '...', '–' => '-']);
    return trim(preg_replace('/\s+/u', ' ', $text));
}

$revisions = [];
foreach (read_rows($log) as $line) {
    $document = $line['value'];
    $revisions[$document['identity']][] = $document;
}
$by_url = [];
$url_of = []; // what is answered may be named by its guid
foreach ($revisions as $list) {
    $last = end($list);
    $by_url[$last['url'] ?? ''][] = $list;
    if (isset($last['guid'], $last['url'])) {
        $url_of[$last['guid']] = $last['url'];
    }
}

$wrong = 0;
function wrong(string $what, array $row, string $found = ''): void
{
    global $wrong;
    if ($wrong++ < 20) {
        fwrite(STDERR, "$what: {$row['url']}" . ($found !== '' ? ": found \"$found\"" : '') . "\n");
    }
}

$counts = ['new' => 0, 'edited' => 0, 'deleted' => 0];
foreach (read_rows($posted) as $row) {
    $counts[$row['state']]++;
    $lists = $by_url[$row['url']] ?? [];
    if (count($lists) !== 1) {
        wrong(count($lists) ? 'more than once' : 'missing', $row);
        continue;
    }
    $last = end($lists[0]);
    unset($by_url[$row['url']]);
    if ($row['state'] === 'deleted') {
        if ($deletions && empty($last['deleted'])) {
            wrong('not noticed as deleted', $row);
        }
        continue;
    }
    if (!empty($last['deleted'])) {
        wrong('taken for deleted', $row);
    }
    if ($row['state'] === 'edited' && count($lists[0]) < 2) {
        wrong('its edit was not noticed', $row);
    }
    $last['reply_to'] = $url_of[$last['reply_to'] ?? ''] ?? $last['reply_to'] ?? '';
    foreach (['text' => 'text', 'title' => 'title', 'author' => 'author_name', 'reply_to' => 'reply_to'] as $key => $field) {
        if (isset($row[$key]) && plain($row[$key]) !== plain($last[$field] ?? '')) {
            wrong("another $key", $row, $last[$field] ?? '');
        }
    }
    if (intdiv($last['published_ms'] ?? 0, 1000) !== $row['published']) {
        wrong('another date', $row, (string)($last['published_ms'] ?? ''));
    }
    if (($last['kind'] ?? '') !== $row['kind']) {
        wrong('another kind', $row, $last['kind'] ?? '');
    }
}
foreach ($by_url as $url => $lists) {
    wrong('nobody posted', ['url' => $url]);
}
printf("   %d new, %d edited, %d deleted; %d wrong\n", $counts['new'], $counts['edited'], $counts['deleted'], $wrong);
exit($wrong ? 1 : 0);
