/*
 * Any bytes: repair gives valid UTF-8 and then changes nothing more; normalising gives NFC and then
 * changes nothing more; cuts stay within what was asked and end between characters.
 */
#include <assert.h>

#include <nabiz/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_cuts(struct nb_slice text)
{
    size_t columns = nb_text_columns(text);
    assert(nb_utf8_count(text) <= text.len && columns <= 2 * nb_utf8_count(text));
    for (size_t max = 0; max < 12; max++) {
        struct nb_slice bytes = nb_utf8_cut(text, max), cells = nb_text_cut_columns(text, max);
        assert(bytes.len <= max && nb_utf8_valid(bytes));
        assert(nb_text_columns(cells) <= max && nb_utf8_valid(cells));
        assert(cells.len == text.len ? columns <= max : columns > max);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nb_arena *arena;
    struct nb_slice in = nb_slice(data, size), text, again;
    if (!arena) {
        arena = nb_arena_new((size_t)16 << 20);
        assert(arena && nb_text_init(NULL) == NB_OK);
    }
    assert(nb_utf8_valid_prefix(in) <= size);
    assert(nb_utf8_valid(nb_slice_sub(in, 0, nb_utf8_valid_prefix(in))));
    size_t code_points = 0;
    for (size_t pos = 0; pos < size; code_points++) {
        size_t before = pos;
        uint32_t c = nb_utf8_next(in, &pos);
        assert(pos > before && pos <= size && pos - before <= 4 && c <= 0x10FFFF);
    }
    if (!nb_utf8_valid(in)) {
        assert(nb_text_nfc(in, arena, &text) == NB_EUTF8);
    }
    assert(nb_utf8_repair(in, arena, &text) == NB_OK);
    assert(nb_utf8_valid(text) && nb_utf8_count(text) == code_points);
    assert(nb_utf8_repair(text, arena, &again) == NB_OK && again.p == text.p);
    check_cuts(text);
    assert(nb_text_nfc(text, arena, &text) == NB_OK && nb_utf8_valid(text));
    assert(nb_text_nfc(text, arena, &again) == NB_OK && again.p == text.p);
    nb_arena_reset(arena);
    return 0;
}
