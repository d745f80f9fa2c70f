/*
 * The decision which encoding a body is in.
 *
 * Where nobody says so, libuchardet decides, except between the three 8-bit sets of Turkish: it has
 * models for ISO 8859-9 and ISO 8859-3 and takes short Turkish texts for other Latin sets, and it
 * does not know Mac or DOS Turkish. Those three are told apart by where their letters lie.
 */
#include <nabiz/charset.h>

#include <uchardet.h>

#include <nabiz/text.h>

#include "common/charset_labels.h"
#include "common/charset_prescan.h"

enum { DETECT_BYTES = 256 * 1024, ILL_FORMED_PER = 1000 };

const char *nb_charset_by_label(struct nb_slice label)
{
    const struct charset_set *set = nb_charset_set_by_label(label);
    return set ? set->name : NULL;
}

struct looks {
    size_t multi_byte; /* well-formed sequences of more than one byte; at most 1 when all are */
    size_t ill_formed; /* bytes */
    size_t nul[2];     /* NUL bytes at even and odd places */
};

static struct looks look_at(struct nb_slice body)
{
    struct looks looks = {0};
    struct nb_utf8_looks whole;
    if (nb_utf8_scan(body, &whole) == body.len && !whole.nul) {
        looks.multi_byte = whole.multi_byte ? 1 : 0; /* as nearly all bodies are */
        return looks;
    }
    for (size_t i = 0; i < body.len;) {
        struct nb_slice rest = nb_slice_sub(body, i, body.len);
        size_t n = nb_utf8_valid_prefix(rest);
        for (size_t k = 0; k < n; k++) {
            looks.multi_byte += (unsigned char)rest.p[k] >= 0xC2; /* a leading byte */
        }
        i += n;
        if (i == body.len) {
            break;
        }
        size_t at = i;
        (void)nb_utf8_next(body, &i);
        unsigned char first = (unsigned char)body.p[at];
        /* The body may be a first part: a character cut off by its end is not held against it,
         * unless nothing else speaks for UTF-8. */
        bool cut_off = i == body.len && first >= 0xC2 && first <= 0xF4 && looks.multi_byte > 0;
        if (!cut_off) {
            looks.ill_formed += i - at;
        }
    }
    for (size_t i = 0; i < body.len; i++) {
        looks.nul[i % 2] += body.p[i] == '\0';
    }
    return looks;
}

static bool is_utf8(const struct looks *looks)
{
    return looks->ill_formed == 0 && looks->nul[0] + looks->nul[1] == 0;
}

/*
 * Labelled utf-8, and not: letters of an 8-bit set hardly ever fall into the pattern of UTF-8, so
 * where most of what is beyond ASCII is in it, the rest is damage and costs no more than itself.
 */
static bool is_mislabelled(const struct looks *looks, size_t body_len)
{
    return looks->ill_formed > body_len / ILL_FORMED_PER && looks->ill_formed >= looks->multi_byte;
}

static struct nb_charset chosen(const char *name, enum nb_charset_source source)
{
    return (struct nb_charset){name, source, 0};
}

/* Where the letters of Turkish beyond ASCII lie: breve g, dotless i, cedilla s and dotted I, which
 * tell it, and those that other languages have too, with the usual quotation marks and dashes. */
static const struct {
    const char *name;
    const char *shared;
    const char *telling;
} TURKISH_SETS[] = {
    {"windows-1254", "\xE7\xF6\xFC\xC7\xD6\xDC\xE2\xEE\xFB\x85\x91\x92\x93\x94\x96\x97\xA0\xAB\xBB",
     "\xF0\xFD\xFE\xD0\xDD\xDE"},
    {"x-mac-turkish",
     "\x8D\x9A\x9F\x82\x85\x86\x89\x94\x9E\xC9\xCA\xC7\xC8\xD0\xD1\xD2\xD3\xD4\xD5",
     "\xDB\xDD\xDF\xDA\xDC\xDE"},
    {"ibm857", "\x87\x94\x81\x80\x99\x9A\x83\x8C\x96", "\xA7\x8D\x9F\xA6\x98\x9E"},
};

enum { TURKISH_SET_N = sizeof(TURKISH_SETS) / sizeof(TURKISH_SETS[0]) };

/* The Turkish 8-bit set in which most of the high bytes are letters of Turkish, or NULL. */
static const char *detect_turkish(struct nb_slice body)
{
    size_t high = 0, letters = 0;
    size_t hits[TURKISH_SET_N] = {0}, telling[TURKISH_SET_N] = {0};
    for (size_t i = 0; i < body.len; i++) {
        char c = body.p[i];
        letters += nb_ascii_is_alpha(c);
        if ((unsigned char)c < 0x80) {
            continue;
        }
        high++;
        for (size_t k = 0; k < TURKISH_SET_N; k++) {
            bool tells = strchr(TURKISH_SETS[k].telling, c) != NULL;
            telling[k] += tells;
            hits[k] += tells || strchr(TURKISH_SETS[k].shared, c) != NULL;
        }
    }
    size_t best = 0;
    for (size_t k = 1; k < TURKISH_SET_N; k++) {
        best = hits[k] > hits[best] ? k : best;
    }
    /* One letter in four of Turkish is none of ASCII's, so more than half is another script; a
     * fifth of the high bytes may be other signs. */
    bool plausible = high <= letters / 2 + 1 && hits[best] >= high - high / 5;
    return plausible && telling[best] > 0 ? TURKISH_SETS[best].name : NULL;
}

static const char *detect_any(struct nb_slice body)
{
    const struct charset_set *set = NULL;
    uchardet_t detector = uchardet_new();
    if (detector && uchardet_handle_data(detector, body.p, body.len) == 0) {
        uchardet_data_end(detector);
        struct nb_slice name = nb_slice_str(uchardet_get_charset(detector));
        /* its name for what the web calls EUC-KR */
        set = nb_charset_set_by_label(nb_slice_eq(name, NB_LIT("UHC")) ? NB_LIT("euc-kr") : name);
    }
    if (detector) {
        uchardet_delete(detector);
    }
    /* It was found ill-formed as UTF-8 before. windows-1252 is the detector's own way of saying
     * that it does not know; ours differs from it in six letters of Icelandic only. */
    bool says_little = !set || set->kind == CHARSET_UTF8 || strcmp(set->name, "windows-1252") == 0;
    return says_little ? NULL : set->name;
}

static struct nb_charset detect(struct nb_slice body, const struct looks *looks)
{
    /* Half of the bytes of UTF-16 in any alphabet of ours are NUL. */
    for (size_t odd = 0; odd < 2 && body.len >= 16; odd++) {
        if (looks->nul[odd] > body.len / 4 && looks->nul[1 - odd] < body.len / 64 + 1) {
            return chosen(odd ? "utf-16le" : "utf-16be", NB_CHARSET_DETECTED);
        }
    }
    body = nb_slice_sub(body, 0, DETECT_BYTES);
    const char *name = detect_turkish(body);
    if (!name) {
        name = detect_any(body);
    }
    return name ? chosen(name, NB_CHARSET_DETECTED) : chosen("windows-1254", NB_CHARSET_FALLBACK);
}

static bool find_mark(struct nb_slice body, struct nb_charset *out)
{
    static const struct {
        struct nb_slice mark;
        const char *name;
    } marks[] = {{{"\xEF\xBB\xBF", 3}, "utf-8"},
                 {{"\xFE\xFF", 2}, "utf-16be"},
                 {{"\xFF\xFE", 2}, "utf-16le"}};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (nb_slice_starts(body, marks[i].mark)) {
            *out = (struct nb_charset){marks[i].name, NB_CHARSET_BOM, marks[i].mark.len};
            return true;
        }
    }
    return false;
}

struct nb_charset nb_charset_decide(struct nb_slice content_type, struct nb_slice body)
{
    struct nb_charset mark;
    if (find_mark(body, &mark)) {
        return mark;
    }
    enum nb_charset_source source = NB_CHARSET_HEADER;
    const struct charset_set *set = nb_charset_set_by_label(nb_charset_parameter(content_type));
    if (!set) {
        source = NB_CHARSET_MARKUP;
        set = nb_charset_prescan(body);
    }
    struct looks looks = look_at(body);
    bool wide = set && set->kind == CHARSET_UTF16;
    bool narrow = set && set->kind == CHARSET_SINGLE_BYTE;
    if (is_utf8(&looks) && (wide || ((narrow || !set) && looks.multi_byte > 0))) {
        return chosen("utf-8", NB_CHARSET_UTF8);
    }
    if (set && set->kind == CHARSET_UTF8 && is_mislabelled(&looks, body.len)) {
        return detect(body, &looks);
    }
    if (set) {
        return chosen(set->name, source);
    }
    if (is_utf8(&looks) && nb_slice_find_byte(body, '\x1B', 0) == NB_NPOS) {
        return chosen("utf-8", NB_CHARSET_FALLBACK);
    }
    return detect(body, &looks);
}
