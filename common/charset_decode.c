/*
 * Decoding runs ICU's converter twice, over a small buffer on the stack: once to measure and once
 * to write, so that the arena gives exactly what the text takes and nothing is moved while growing.
 *
 * ICU's own substitution writes U+001A for some single bytes; ours always writes U+FFFD.
 */
#include <nabiz/charset.h>

#include <assert.h>

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/utf16.h>

#include <nabiz/text.h>

#include "common/charset_labels.h"

/* ICU has no ISO 8859-16: 0xA0..0xFF. */
static const uint16_t ISO_8859_16[96] = {
    0x00A0, 0x0104, 0x0105, 0x0141, 0x20AC, 0x201E, 0x0160, 0x00A7, 0x0161, 0x00A9, 0x0218, 0x00AB,
    0x0179, 0x00AD, 0x017A, 0x017B, 0x00B0, 0x00B1, 0x010C, 0x0142, 0x017D, 0x201D, 0x00B6, 0x00B7,
    0x017E, 0x010D, 0x0219, 0x00BB, 0x0152, 0x0153, 0x0178, 0x017C, 0x00C0, 0x00C1, 0x00C2, 0x0102,
    0x00C4, 0x0106, 0x00C6, 0x00C7, 0x00C8, 0x00C9, 0x00CA, 0x00CB, 0x00CC, 0x00CD, 0x00CE, 0x00CF,
    0x0110, 0x0143, 0x00D2, 0x00D3, 0x00D4, 0x0150, 0x00D6, 0x015A, 0x0170, 0x00D9, 0x00DA, 0x00DB,
    0x00DC, 0x0118, 0x021A, 0x00DF, 0x00E0, 0x00E1, 0x00E2, 0x0103, 0x00E4, 0x0107, 0x00E6, 0x00E7,
    0x00E8, 0x00E9, 0x00EA, 0x00EB, 0x00EC, 0x00ED, 0x00EE, 0x00EF, 0x0111, 0x0144, 0x00F2, 0x00F3,
    0x00F4, 0x0151, 0x00F6, 0x015B, 0x0171, 0x00F9, 0x00FA, 0x00FB, 0x00FC, 0x0119, 0x021B, 0x00FF,
};

enum { PIVOT_UNITS = 2048 };

/* Where the text goes: nowhere while p is NULL, then only its length counts. */
struct sink {
    char *p;
    size_t len;
};

static void emit(struct sink *sink, uint32_t code_point)
{
    char encoded[4];
    bool control =
        code_point < 0x20 && code_point != '\t' && code_point != '\n' && code_point != '\r';
    size_t n = nb_utf8_put(control ? ' ' : code_point, encoded);
    if (sink->p) {
        memcpy(sink->p + sink->len, encoded, n);
    }
    sink->len += n;
}

static void U_CALLCONV write_replacement(const void *context, UConverterToUnicodeArgs *args,
                                         const char *bytes, int32_t n, UConverterCallbackReason why,
                                         UErrorCode *status)
{
    static const UChar replacement = NB_REPLACEMENT;
    (void)context;
    (void)bytes;
    (void)n;
    if (why <= UCNV_IRREGULAR) {
        *status = U_ZERO_ERROR;
        ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
    }
}

static UConverter *open_converter(const char *name)
{
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(name, &status);
    ucnv_setToUCallBack(converter, write_replacement, NULL, NULL, NULL, &status);
    if (U_FAILURE(status)) {
        ucnv_close(converter);
        return NULL;
    }
    return converter;
}

static enum nb_err convert(UConverter *converter, struct nb_slice body, struct sink *sink)
{
    UChar pivot[PIVOT_UNITS + 1];
    const char *from = body.p, *end = body.p + body.len;
    int32_t kept = 0; /* a lead surrogate at the end of the last round */
    UErrorCode status;

    ucnv_resetToUnicode(converter);
    do {
        UChar *to = pivot + kept;
        status = U_ZERO_ERROR;
        ucnv_toUnicode(converter, &to, pivot + PIVOT_UNITS + 1, &from, end, NULL, true, &status);
        bool more = status == U_BUFFER_OVERFLOW_ERROR;
        if (U_FAILURE(status) && !more) {
            return status == U_MEMORY_ALLOCATION_ERROR ? NB_ENOMEM : NB_ESYS;
        }
        int32_t n = (int32_t)(to - pivot);
        kept = more && n > 0 && U16_IS_LEAD(pivot[n - 1]) ? 1 : 0;
        for (int32_t i = 0; i < n - kept;) {
            uint32_t c = pivot[i++];
            if (U16_IS_LEAD(c) && i < n && U16_IS_TRAIL(pivot[i])) {
                c = 0x10000U + ((c - 0xD800U) << 10) + (pivot[i++] - 0xDC00U);
            }
            emit(sink, c);
        }
        pivot[0] = kept ? pivot[n - 1] : 0;
    } while (status == U_BUFFER_OVERFLOW_ERROR);
    return NB_OK;
}

/* The sets that are a table or less. */
static void convert_simple(const struct charset_set *set, struct nb_slice body, struct sink *sink)
{
    if (set->kind == CHARSET_REPLACEMENT) {
        if (body.len > 0) {
            emit(sink, NB_REPLACEMENT);
        }
        return;
    }
    for (size_t i = 0; i < body.len; i++) {
        uint32_t byte = (unsigned char)body.p[i];
        if (set->kind == CHARSET_USER_DEFINED && byte >= 0x80) {
            byte += 0xF780 - 0x80;
        } else if (set->kind == CHARSET_SINGLE_BYTE && byte >= 0xA0) {
            byte = ISO_8859_16[byte - 0xA0];
        }
        emit(sink, byte);
    }
}

static enum nb_err decode_with(const struct charset_set *set, UConverter *converter,
                               struct nb_slice body, struct sink *sink)
{
    if (!converter) {
        convert_simple(set, body, sink);
        return NB_OK;
    }
    return convert(converter, body, sink);
}

static bool is_ascii(struct nb_slice s)
{
    size_t i = 0;
    while (i < s.len && (unsigned char)s.p[i] < 0x80) {
        i++;
    }
    return i == s.len;
}

enum nb_err nb_charset_decode(struct nb_charset charset, struct nb_slice body,
                              struct nb_arena *arena, struct nb_slice *out)
{
    const struct charset_set *set = nb_charset_set_by_name(charset.name);
    UConverter *converter = NULL;
    struct sink sink = {NULL, 0};

    if (!set) {
        return NB_EINVAL;
    }
    body = nb_slice_sub(body, charset.bom_bytes, body.len);
    bool ascii = set->kind == CHARSET_SINGLE_BYTE && is_ascii(body);
    if (body.len == 0 || set->kind == CHARSET_UTF8 || ascii) {
        return nb_utf8_repair(body, arena, out);
    }
    if (set->converter && !(converter = open_converter(set->converter))) {
        return NB_ESYS;
    }
    enum nb_err err = decode_with(set, converter, body, &sink);
    if (err == NB_OK) {
        size_t need = sink.len;
        sink = (struct sink){nb_arena_alloc(arena, need), 0};
        err = sink.p ? decode_with(set, converter, body, &sink) : NB_ENOMEM;
        assert(err != NB_OK || sink.len == need);
    }
    ucnv_close(converter);
    if (err == NB_OK) {
        *out = nb_slice(sink.p, sink.len);
    }
    return err;
}
