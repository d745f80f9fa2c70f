#include "analyzer/keys.h"

#include <assert.h>

#include <nabiz/store.h>
#include <nabiz/text.h>

void nb_key_add(struct nb_key *key, struct nb_slice bytes)
{
    assert(bytes.len <= sizeof(key->b) - key->len);
    if (bytes.len) {
        memcpy(key->b + key->len, bytes.p, bytes.len);
    }
    key->len += bytes.len;
}

void nb_key_text(struct nb_key *key, struct nb_slice text)
{
    key->len = 0;
    nb_key_add(key, text);
    nb_key_add(key, nb_slice("", 1));
}

void nb_key_add_u64(struct nb_key *key, uint64_t value)
{
    uint8_t bytes[8];
    nb_key_u64(value, bytes);
    nb_key_add(key, nb_slice(bytes, sizeof(bytes)));
}

void nb_key_add_u32(struct nb_key *key, uint32_t value)
{
    uint8_t bytes[8];
    nb_key_u64(value, bytes);
    nb_key_add(key, nb_slice(bytes + 4, 4));
}

enum nb_err nb_author_id(struct nb_slice author, struct nb_slice site, struct nb_arena *arena,
                         struct nb_slice *out)
{
    if (!author.len && !site.len) {
        *out = nb_slice(NULL, 0);
        return NB_OK;
    }
    struct nb_slice id = author;
    if (!author.len) {
        char *text = nb_arena_printf(arena, "%.*s/", NB_ARG(site));
        if (!text) {
            return NB_ENOMEM;
        }
        id = nb_slice_str(text);
    }
    if (id.len > NB_AUTHOR_ID_BYTES) {
        struct nb_id hash = nb_id_of(&id, 1);
        char hex[NB_ID_HEX];
        nb_hex(nb_slice(hash.b, sizeof(hash.b)), hex);
        struct nb_slice head = nb_utf8_cut(id, NB_AUTHOR_ID_BYTES - NB_ID_HEX);
        char *text = nb_arena_printf(arena, "%.*s~%s", NB_ARG(head), hex);
        if (!text) {
            return NB_ENOMEM;
        }
        id = nb_slice_str(text);
    }
    *out = id;
    return NB_OK;
}

struct nb_slice nb_author_site(struct nb_slice id)
{
    size_t slash = nb_slice_find_byte(id, '/', 0);
    return slash == NB_NPOS ? id : nb_slice_sub(id, 0, slash);
}

struct nb_id nb_known_url(struct nb_slice canonical_url)
{
    const struct nb_slice parts[] = {NB_LIT("known url"), canonical_url};
    return nb_id_of(parts, 2);
}
