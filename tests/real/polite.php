<?php
// polite.php ACCESS: does the site's log of requests show a well-behaved visitor? It says who it is,
// asks for robots.txt first, one thing at a time with a pause of a second after, nothing that
// robots.txt denies, and nothing that is not there, but for twice where something was.
$rows = array_map(fn($line) => json_decode($line, true), file($argv[1], FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES));
usort($rows, fn($a, $b) => $a['at'] <=> $b['at']);
$denied = getenv('REAL_DENIED') ?: '#^/wp-admin/#';
$gap = 0.9; // the crawler counts from the end of an answer, by its own clock
$wrong = 0;
function wrong(string $what, array $row): void
{
    global $wrong;
    $wrong++;
    fwrite(STDERR, "$what: {$row['method']} {$row['uri']} {$row['status']} {$row['agent']}\n");
}
$free = 0.0;
$answered = [];
$missed = [];
foreach ($rows as $i => $row) {
    if ($i === 0 && $row['uri'] !== '/robots.txt') {
        wrong('before robots.txt', $row);
    }
    if (!preg_match('#^nabiz/[0-9.]+ \(\+deneme@nabiz\.example\)#', $row['agent'])) {
        wrong('does not say who it is', $row);
    }
    if ($row['method'] !== 'GET') {
        wrong('not GET', $row);
    }
    if (preg_match($denied, $row['uri'])) {
        wrong('denied', $row);
    }
    $missed[$row['uri']] = ($missed[$row['uri']] ?? 0) + ($row['status'] >= 400);
    $was_there = isset($answered[$row['uri']]) && $missed[$row['uri']] <= 2;
    if ($row['status'] >= 400 && $row['uri'] !== '/robots.txt' && !$was_there) {
        wrong('not there', $row);
    }
    if ($row['status'] < 400) {
        $answered[$row['uri']] = true;
    }
    if ($row['at'] < $free) {
        wrong(sprintf('%.1f s too soon', $free - $row['at']), $row);
    }
    $free = $row['at'] + $row['took'] + ($row['uri'] === '/robots.txt' ? 0 : $gap);
}
$conditional = count(array_filter($rows, fn($row) => $row['conditional']));
printf("   %d requests, %d of them conditional, %d impolite\n", count($rows), $conditional, $wrong);
exit($wrong ? 1 : 0);
