/*
 * The first line is a Content-Type, the rest a body: whatever is decided can be decoded, into valid
 * UTF-8 of bounded size, and what was decoded is then taken for UTF-8.
 */
#include <assert.h>

#include <nabiz/charset.h>
#include <nabiz/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arena;
    struct nb_slice body = nb_slice(data, size), content_type, out;
    if (!arena) {
        arena = nb_arena_new((size_t)16 << 20);
        assert(arena);
    }
    if (!nb_slice_split(&body, '\n', &content_type)) {
        return 0;
    }
    body = body.p ? body : NB_LIT("");
    struct nb_charset charset = nb_charset_decide(content_type, body);
    const char *name = nb_charset_by_label(nb_slice_str(charset.name));
    assert(name && strcmp(name, charset.name) == 0);
    assert(charset.bom_bytes <= body.len);
    assert((charset.source == NB_CHARSET_BOM) == (charset.bom_bytes > 0));
    assert(nb_charset_decode(charset, body, arena, &out) == NB_OK);
    assert(nb_utf8_valid(out) && out.len <= 4 * body.len + 4);
    if (out.len > 0 && nb_utf8_count(out) < out.len && !nb_slice_starts(out, NB_LIT("\uFEFF"))) {
        struct nb_charset plain = nb_charset_decide(NB_LIT("x; charset=windows-1254"), out);
        assert(plain.source == NB_CHARSET_UTF8);
    }
    nb_arena_reset(arena);
    return 0;
}
