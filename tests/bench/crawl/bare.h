/**
 * The peer: curl_multi, libxml2's SAX2 push parser and LMDB, doing the least that can be called
 * polling feeds, as a plain programmer would write it in an afternoon.
 *
 *   - BENCH_BARE_TRANSFERS easy handles, taken again for the next URL; connections are kept.
 *   - Bytes go into the push parser as they arrive. Of each item or entry the raw text of id,
 * title, link, date, author and the longest of description and content is kept. No HTML is taken
 * out, no date read, no link resolved, no encoding guessed, no robots.txt asked for.
 *   - An item is put under its id, as published, in one table: title, link, date, author, text,
 *     with a zero between. What is there already is written over.
 *   - A feed is one transaction, synced (`lean`: BENCH_BARE_LEAN feeds are), with a record of the
 *     feed under its URL: ETag and Last-Modified, which make the next request conditional.
 */
#ifndef BENCH_CRAWL_BARE_H
#define BENCH_CRAWL_BARE_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/bench/crawl/server.h"

enum { BENCH_BARE_TRANSFERS = 64, BENCH_BARE_LEAN = 64 };

struct bench_bare {
    const struct bench_server *server;
    size_t feeds_n, hosts_n;
    const char *dir; /* of the environment; NULL: fetch only, parse and store nothing */
    bool lean;
    bool conditional; /* validators are read from the environment; 304s touch nothing else */
};

/** @return the number of items stored, or of answers 304 when conditional. Ends the program when
 * something fails. */
size_t bench_bare_poll(const struct bench_bare *bare);

#endif
