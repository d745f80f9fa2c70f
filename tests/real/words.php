<?php
// Invented Turkish for what is posted: the n-th title, person, remark. And the list of what was.

function title(int $n): string
{
    $what = ['Çarşıdaki yeni fırın', 'Kargo şikâyetleri', 'Iğdır kayısısı pazarda', 'İğdeli Sokak’ta su kesintisi',
             'Otobüs saatleri değişti', 'Semt kütüphanesi açıldı', '"Şenlik" bu yıl da yapılacak'];
    return $what[$n % count($what)] . ' (' . ($n + 1) . ')';
}

function person(int $n): string
{
    $names = ['Gülşen Öztürkcan', 'Ilgaz Şahinbaş', 'İbrahim Çağlayangil', 'Nuşin Ünalmış', 'Doğukan Ağırbaş',
              'Müjgan Işıkören', 'Özgür Ülkerdem', 'Çiğdem Göğüşgeren'];
    return $names[$n % count($names)];
}

function remark(int $n): string
{
    $begin = ['Bence de öyle', 'Ben aynı fikirde değilim', 'Kargom üç gündür gelmedi', 'Dün akşam uğradım, ışıklar sönüktü',
              'Çok beğendik', 'Fiyatlar yine artmış', 'İlgilenen arkadaşlara teşekkürler'];
    $end = ['değil mi?', 'yazık oldu.', 'bir daha almam.', 'herkese öneririm!', 'ne dersiniz?'];
    return $begin[$n % count($begin)] . '; ' . $n . ' kere söyledim, ' . $end[$n % count($end)];
}

function paragraphs(int $n, int $count): string
{
    $out = [];
    for ($i = 0; $i < $count; $i++) {
        $out[] = remark($n * 5 + $i) . ' ' . remark($n * 5 + $i + 3) . ' ' . remark($n + $i + 11);
    }
    return implode("\n\n", $out);
}

function write_rows(string $path, array $rows): void
{
    $lines = array_map(fn($row) => json_encode($row, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), $rows);
    file_put_contents($path, implode("\n", $lines) . "\n");
}

function read_rows(string $path): array
{
    return array_map(fn($line) => json_decode($line, true), file($path, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES));
}
