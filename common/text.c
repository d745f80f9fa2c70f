/*
 * UTF-8 by table 3-7 of the Unicode Standard, and NFC without paying for it.
 *
 * Nearly all text that comes in is NFC already, so the question is answered without ICU wherever
 * possible: code points that neither combine nor decompose (see never_changes) need no conversion
 * to the UTF-16 that ICU's normaliser wants.
 *
 * Canonical ordering costs the square of the length of a run of combining marks, which a hostile
 * page can make as long as it likes. Runs are therefore broken with U+034F as the Stream-Safe Text
 * Format (UAX #15, section 13) does; no language writes 30 marks on one letter.
 */
#include <nabiz/text.h>

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <unicode/uchar.h>
#include <unicode/uclean.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <nabiz/mem.h>

enum { RUN_MAX = 30, GRAPHEME_JOINER = 0x034F, ZERO_WIDTH_JOINER = 0x200D, EMOJI_STYLE = 0xFE0F };

#define HIGH_BITS 0x8080808080808080ULL
#define ALL_0X20 0x2020202020202020ULL

static uint64_t load_word(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return word;
}

/* The first byte at or after i that is neither printable ASCII nor DEL. */
static size_t skip_printable(struct nb_slice s, size_t i)
{
    while (s.len - i >= 8) {
        uint64_t word = load_word(s.p + i);
        /* The lowest byte below 0x20 borrows into its own high bit, so it is never missed; the
         * borrow may make the byte after it look small, which does no harm any more. */
        if (((word | (word - ALL_0X20)) & HIGH_BITS) != 0) {
            break;
        }
        i += 8;
    }
    while (i < s.len && (unsigned char)s.p[i] >= 0x20 && (unsigned char)s.p[i] < 0x80) {
        i++;
    }
    return i;
}

/* One sequence: its length, or for an ill-formed one the length of its maximal part. */
static size_t sequence(const unsigned char *p, size_t n, uint32_t *code_point)
{
    uint32_t first = p[0];
    unsigned low = 0x80, high = 0xBF; /* the range of the second byte */
    size_t need;

    *code_point = NB_REPLACEMENT;
    if (first < 0x80) {
        *code_point = first;
        return 1;
    } else if (first >= 0xC2 && first <= 0xDF) {
        need = 2;
        first &= 0x1F;
    } else if (first >= 0xE0 && first <= 0xEF) {
        need = 3;
        low = first == 0xE0 ? 0xA0 : 0x80;
        high = first == 0xED ? 0x9F : 0xBF;
        first &= 0x0F;
    } else if (first >= 0xF0 && first <= 0xF4) {
        need = 4;
        low = first == 0xF0 ? 0x90 : 0x80;
        high = first == 0xF4 ? 0x8F : 0xBF;
        first &= 0x07;
    } else {
        return 1;
    }
    for (size_t i = 1; i < need; i++) {
        if (i >= n || p[i] < low || p[i] > high) {
            return i;
        }
        first = (first << 6) | (p[i] & 0x3FU);
        low = 0x80;
        high = 0xBF;
    }
    *code_point = first;
    return need;
}

static const unsigned char *bytes_at(struct nb_slice s, size_t i)
{
    return (const unsigned char *)s.p + i;
}

/* A well-formed U+FFFD is EF and two more; an ill-formed part that begins with EF is shorter. */
static bool ill_formed(struct nb_slice s, size_t i, size_t n, uint32_t code_point)
{
    return code_point == NB_REPLACEMENT && !(n == 3 && *bytes_at(s, i) == 0xEF);
}

/*
 * Code points that are NFC whatever stands beside them (NFC_Quick_Check=Yes and combining class 0).
 * A test holds these ranges against ICU: Latin without marks, general punctuation from U+2002 on
 * (U+2000 and U+2001 decompose), currency signs, variation selectors, emoji.
 */
static bool never_changes(uint32_t c)
{
    return c < 0x300 || (c >= 0x2002 && c < 0x20D0) || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0x1F000 && c <= 0x1FAFF);
}

static bool is_bad_control(char byte)
{
    return (unsigned char)byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
}

/* One character at *i. @return false when it is ill-formed. */
static bool scan_one(struct nb_slice s, size_t *i, struct nb_utf8_looks *looks)
{
    uint32_t code_point;
    size_t n = sequence(bytes_at(s, *i), s.len - *i, &code_point);
    if (ill_formed(s, *i, n, code_point)) {
        return false;
    }
    looks->multi_byte = looks->multi_byte || n > 1;
    looks->nul = looks->nul || code_point == 0;
    looks->controls = looks->controls || is_bad_control(s.p[*i]);
    looks->unsettled = looks->unsettled || !never_changes(code_point);
    *i += n;
    return true;
}

#ifdef __SSE2__
enum { BLOCK = 16 };

static unsigned equal_to(__m128i block, int byte)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8((char)byte)));
}

static unsigned masked_equal_to(__m128i block, int mask, int byte)
{
    return equal_to(_mm_and_si128(block, _mm_set1_epi8((char)mask)), byte);
}

static unsigned at_least(__m128i block, int byte)
{
    __m128i limit = _mm_set1_epi8((char)byte);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(block, limit), block));
}

/*
 * The characters of one or two bytes that a block begins with. In one that has no others each lead
 * byte is followed by a continuation byte, and nothing else is: two sets of bits, one shifted.
 * @return bytes that were looked at: all, all but a lead byte at the end, or 0 when there is
 *         something else among them.
 */
static size_t scan_block(const char *p, struct nb_utf8_looks *looks)
{
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
    unsigned high = (unsigned)_mm_movemask_epi8(block);
    unsigned leads = 0;
    size_t n = BLOCK;
    if (high) {
        leads = masked_equal_to(block, 0xE0, 0xC0);
        if (masked_equal_to(block, 0xFE, 0xC0)) {
            return 0; /* C0 and C1 begin overlong forms */
        }
        n -= leads >> (BLOCK - 1);
        leads &= 0x7FFF;
        unsigned cut = n < BLOCK ? 0x8000 : 0;
        if ((high & ~cut) != (leads | leads << 1) ||
            masked_equal_to(block, 0xC0, 0x80) != leads << 1) {
            return 0;
        }
        looks->multi_byte = looks->multi_byte || leads;
        looks->unsettled = looks->unsettled || (at_least(block, 0xCC) & leads);
    }
    unsigned controls = ~at_least(block, 0x20) & 0xFFFF;
    if (controls) {
        controls &= ~(equal_to(block, '\t') | equal_to(block, '\n') | equal_to(block, '\r'));
        looks->controls = looks->controls || controls;
        looks->nul = looks->nul || equal_to(block, 0);
    }
    return n;
}

size_t nb_utf8_scan(struct nb_slice s, struct nb_utf8_looks *looks)
{
    size_t i = 0;
    *looks = (struct nb_utf8_looks){0};
    while (i < s.len) {
        size_t left = s.len - i < BLOCK ? s.len - i : BLOCK;
        char last[BLOCK];
        const char *p = s.p + i;
        if (left < BLOCK) { /* filled up with what says nothing */
            memset(last, ' ', BLOCK);
            memcpy(last, p, left);
            p = last;
        }
        size_t n = scan_block(p, looks);
        size_t end = i + left;
        i += n < left ? n : left;
        while (n == 0 && i < end) {
            if (!scan_one(s, &i, looks)) {
                return i;
            }
        }
    }
    return i;
}
#else
size_t nb_utf8_scan(struct nb_slice s, struct nb_utf8_looks *looks)
{
    size_t i = 0;
    *looks = (struct nb_utf8_looks){0};
    while (i < s.len && scan_one(s, &i, looks)) {
    }
    return i;
}
#endif

size_t nb_utf8_valid_prefix(struct nb_slice s)
{
    struct nb_utf8_looks looks;
    return nb_utf8_scan(s, &looks);
}

bool nb_utf8_valid(struct nb_slice s)
{
    return nb_utf8_valid_prefix(s) == s.len;
}

uint32_t nb_utf8_next(struct nb_slice s, size_t *pos)
{
    uint32_t code_point;
    const unsigned char *at = bytes_at(s, *pos);
    if (*at < 0x80) {
        ++*pos;
        return *at;
    }
    *pos += sequence(at, s.len - *pos, &code_point);
    return code_point;
}

size_t nb_utf8_put(uint32_t c, char out[4])
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        c = NB_REPLACEMENT;
    }
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)(c | (n == 2 ? 0xC0U : n == 3 ? 0xE0U : 0xF0U));
    return n;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t nb_utf8_count(struct nb_slice s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) {
        count += !is_continuation(s.p[i]);
    }
    return count;
}

struct nb_slice nb_utf8_cut(struct nb_slice s, size_t max_bytes)
{
    size_t end = max_bytes;
    if (s.len <= max_bytes) {
        return s;
    }
    while (end > 0 && is_continuation(s.p[end])) {
        end--;
    }
    return nb_slice_sub(s, 0, end);
}

/* Copy s repaired to `to`, or only measure when `to` is NULL. @return bytes. */
static size_t repair_into(struct nb_slice s, char *to)
{
    size_t out = 0, i = 0;
    while (i < s.len) {
        size_t plain = skip_printable(s, i);
        if (to) {
            memcpy(to + out, s.p + i, plain - i);
        }
        out += plain - i;
        i = plain;
        if (i == s.len) {
            break;
        }
        uint32_t code_point;
        size_t n = sequence(bytes_at(s, i), s.len - i, &code_point);
        bool control = is_bad_control(s.p[i]);
        char encoded[4];
        size_t written = nb_utf8_put(control ? ' ' : code_point, encoded);
        if (to) {
            memcpy(to + out, encoded, written);
        }
        out += written;
        i += n;
    }
    return out;
}

enum nb_err nb_utf8_repair(struct nb_slice in, struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_utf8_looks looks;
    if (nb_utf8_scan(in, &looks) == in.len && !looks.controls) {
        *out = in;
        return NB_OK;
    }
    size_t n = repair_into(in, NULL);
    char *p = nb_arena_alloc(arena, n);
    if (!p) {
        return NB_ENOMEM;
    }
    (void)repair_into(in, p);
    *out = nb_slice(p, n);
    return NB_OK;
}

/* Break runs of more than RUN_MAX marks in well-formed UTF-16; `to` has room for every unit and one
 * more per RUN_MAX. */
static int32_t copy_stream_safe(const UChar *from, int32_t n, UChar *to)
{
    int32_t out = 0;
    int run = 0;
    for (int32_t i = 0; i < n;) {
        bool pair = U16_IS_LEAD(from[i]) && i + 1 < n;
        UChar32 c = pair ? U16_GET_SUPPLEMENTARY(from[i], from[i + 1]) : from[i];
        run = c >= 0x300 && u_getCombiningClass(c) != 0 ? run + 1 : 0;
        if (run > RUN_MAX) {
            to[out++] = GRAPHEME_JOINER;
            run = 1;
        }
        to[out++] = from[i++];
        if (pair) {
            to[out++] = from[i++];
        }
    }
    return out;
}

/* Normalise UTF-16 into a new block. The caller frees. */
static enum nb_err normalise(const UChar *from, int32_t n, UChar **out, int32_t *out_n)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    int32_t capacity = n + n / 8 + 16;
    for (int round = 0; round < 2 && U_SUCCESS(status); round++) {
        UChar *p = nb_malloc((size_t)capacity * sizeof(*p));
        if (!p) {
            return NB_ENOMEM;
        }
        int32_t need = unorm2_normalize(nfc, from, n, p, capacity, &status);
        if (U_SUCCESS(status)) {
            *out = p;
            *out_n = need;
            return NB_OK;
        }
        nb_free(p);
        if (status == U_BUFFER_OVERFLOW_ERROR) {
            status = U_ZERO_ERROR;
            capacity = need;
        }
    }
    return status == U_MEMORY_ALLOCATION_ERROR ? NB_ENOMEM : NB_EUTF8;
}

static enum nb_err to_utf8(const UChar *from, int32_t n, struct nb_arena *arena,
                           struct nb_slice *out)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t need = 0;
    (void)u_strToUTF8(NULL, 0, &need, from, n, &status);
    if (status != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(status)) {
        return NB_EUTF8;
    }
    char *p = nb_arena_alloc(arena, (size_t)need);
    if (!p) {
        return NB_ENOMEM;
    }
    status = U_ZERO_ERROR;
    (void)u_strToUTF8(p, need, NULL, from, n, &status);
    *out = nb_slice(p, (size_t)need);
    return U_SUCCESS(status) ? NB_OK : NB_EUTF8;
}

enum nb_err nb_text_nfc(struct nb_slice in, struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_utf8_looks looks;
    if (nb_utf8_scan(in, &looks) == in.len && !looks.unsettled) {
        *out = in;
        return NB_OK;
    }
    if (in.len > INT32_MAX / 4) {
        return NB_ENOMEM;
    }
    /* One UTF-16 unit per byte is the most there can be. */
    size_t units = in.len + in.len / RUN_MAX + 1;
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = 0;
    UChar *raw = nb_malloc(in.len * sizeof(*raw));
    UChar *safe = nb_malloc(units * sizeof(*safe));
    UChar *done = NULL;
    enum nb_err err = NB_ENOMEM;

    if (!raw || !safe) {
        goto out;
    }
    (void)u_strFromUTF8(raw, (int32_t)in.len, &n, in.p, (int32_t)in.len, &status);
    if (U_FAILURE(status)) {
        err = NB_EUTF8;
        goto out;
    }
    n = copy_stream_safe(raw, n, safe);
    err = normalise(safe, n, &done, &n);
    if (err == NB_OK) {
        struct nb_arena_mark mark = nb_arena_mark(arena);
        struct nb_slice text;
        err = to_utf8(done, n, arena, &text);
        if (err == NB_OK && nb_slice_eq(text, in)) {
            nb_arena_rewind(arena, mark);
            text = in;
        }
        if (err == NB_OK) {
            *out = text;
        }
    }
out:
    nb_free(raw);
    nb_free(safe);
    nb_free(done);
    return err;
}

/* Columns of one code point on its own. */
static size_t columns_alone(uint32_t c)
{
    if (c < 0x300) {
        return c < 0x20 || (c >= 0x7F && c < 0xA0) ? 0 : 1;
    }
    switch (u_charType((UChar32)c)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
        return 0;
    default:
        break;
    }
    if (c >= 0x1160 && c <= 0x11FF) {
        return 0; /* the inner letters of a Hangul syllable */
    }
    int width = u_getIntPropertyValue((UChar32)c, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

/* What the code point adds after `before`: emoji that join into one picture add nothing. */
static size_t columns_after(uint32_t before, uint32_t c)
{
    if (c < 0x300) {
        return columns_alone(c);
    }
    if (c == EMOJI_STYLE) {
        return before >= 0x300 && columns_alone(before) == 1 &&
                       u_hasBinaryProperty((UChar32)before, UCHAR_EMOJI)
                   ? 1
                   : 0;
    }
    if (before == ZERO_WIDTH_JOINER && u_hasBinaryProperty((UChar32)c, UCHAR_EMOJI)) {
        return 0;
    }
    if (u_hasBinaryProperty((UChar32)c, UCHAR_EMOJI_MODIFIER) &&
        u_hasBinaryProperty((UChar32)before, UCHAR_EMOJI_MODIFIER_BASE)) {
        return 0;
    }
    return columns_alone(c);
}

struct nb_slice nb_text_cut_columns(struct nb_slice s, size_t max_columns)
{
    size_t columns = 0, i = 0;
    uint32_t before = 0;
    while (i < s.len) {
        size_t at = i;
        uint32_t c = nb_utf8_next(s, &i);
        columns += columns_after(before, c);
        if (columns > max_columns) {
            return nb_slice_sub(s, 0, at);
        }
        before = c;
    }
    return s;
}

size_t nb_text_columns(struct nb_slice s)
{
    size_t columns = 0;
    uint32_t before = 0;
    for (size_t i = 0; i < s.len;) {
        uint32_t c = nb_utf8_next(s, &i);
        columns += columns_after(before, c);
        before = c;
    }
    return columns;
}

enum nb_err nb_text_init(struct nb_error *error)
{
    UErrorCode status = U_ZERO_ERROR;
    u_init(&status);
    if (U_SUCCESS(status)) {
        (void)unorm2_getNFCInstance(&status);
    }
    if (U_FAILURE(status)) {
        return nb_error_set(error, NB_ESYS, "ICU cannot load its data: %s", u_errorName(status));
    }
    return NB_OK;
}
