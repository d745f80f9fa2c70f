/**
 * URLs by the WHATWG standard (https://url.spec.whatwg.org/, basic URL parser), for the schemes a
 * crawler meets: http, https, ftp, ws, wss, file, and any other as an opaque or hierarchical one.
 *
 * Hosts go through UTS #46 (libidn2), registrable domains through the public suffix list (libpsl).
 *
 * Threads: pure functions; nb_url_init() once in main before any thread.
 */
#ifndef NABIZ_URL_H
#define NABIZ_URL_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/** The most that a URL may be long, as it is read and as it is serialised. */
#define NB_URL_MAX_BYTES 8192

/** A parsed URL; every slice is a part of href, which lives in the arena it was parsed into. */
struct nb_url {
    struct nb_slice href;   /* serialised, with fragment */
    struct nb_slice scheme; /* lower case, without ':' */
    struct nb_slice username;
    struct nb_slice password;
    struct nb_slice host;     /* serialised: punycode, dotted quad, or [v6]; empty if none */
    struct nb_slice path;     /* starts with '/' for special schemes; may be empty for others */
    struct nb_slice query;    /* without '?'; p == NULL when there is none */
    struct nb_slice fragment; /* without '#'; p == NULL when there is none */
    int32_t port;             /* -1 when it is the scheme's default or absent */
    bool has_host;
    bool opaque_path; /* mailto:, data: and the like */
};

/**
 * Parse and serialise; relative references are resolved against base. The href parses again to
 * the same URL.
 * @param input  UTF-8, any length up to NB_URL_MAX_BYTES after white space is stripped.
 * @param base   from this function; NULL for absolute input only.
 * @param arena  owns the result: one allocation of the href's length.
 * @return NB_OK, NB_ESYNTAX (not a URL), NB_ETOOBIG (input or href), NB_ENOMEM, NB_EUTF8.
 */
enum nb_err nb_url_parse(struct nb_slice input, const struct nb_url *base, struct nb_arena *arena,
                         struct nb_url *out) NB_MUSTUSE;

/** True for http and https. */
bool nb_url_is_http(const struct nb_url *url);

/** The port to connect to: explicit, or the scheme's default; -1 when unknown. */
int32_t nb_url_port(const struct nb_url *url);

/**
 * Scheme, host and port ("https://gazete.example:8443"), without the default port; NUL-terminated.
 * @return a slice in arena, with p == NULL at its limit.
 */
struct nb_slice nb_url_origin(const struct nb_url *url, struct nb_arena *arena);

/**
 * Canonical form, used for identity: no fragment, no credentials, no default port, an empty query
 * dropped. Of http and https also: no empty and no tracking parameters (utm_*, fbclid, gclid, ...;
 * the list is in url_canonical.c), remaining parameters in their order, percent-escapes in
 * capitals and only where needed (RFC 3986, 6.2.2). http and https stay different, and so do /a
 * and /a/. It parses to itself and is its own canonical form.
 * @param out  [out] in arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_url_canonical(const struct nb_url *url, struct nb_arena *arena,
                             struct nb_slice *out) NB_MUSTUSE;

/**
 * The canonical form with the fragment kept where it names a part of the page: a comment, an entry.
 * A fragment with a '=' tracks or highlights and is dropped, unless it is a route ("#!", "#/").
 * @param out  [out] in arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_url_permalink(const struct nb_url *url, struct nb_arena *arena,
                             struct nb_slice *out) NB_MUSTUSE;

/**
 * The registrable domain of a host as parsed ("a.b.com.tr" -> "b.com.tr"), without a dot at its
 * end; an address or a public suffix is returned as it is. Before nb_url_init() it goes by the
 * list that is built into libpsl, which may be older. Borrows from host.
 */
struct nb_slice nb_url_site(struct nb_slice host);

/** Load the public suffix list; call once before threads. @return NB_OK, NB_ESYS. */
enum nb_err nb_url_init(struct nb_error *error) NB_MUSTUSE;
void nb_url_fini(void);

#endif
