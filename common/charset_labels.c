/*
 * Labels as in the table "Names and labels" of the Encoding Standard (encoding.spec.whatwg.org),
 * plus the two 8-bit sets of the Turkish past that it leaves out: Mac Turkish and DOS 857.
 */
#include "common/charset_labels.h"

#define ISO(n, year) "iso-8859-" n " iso8859-" n " iso8859" n " iso_8859-" n " iso_8859-" n ":" year
#define WINDOWS(n) "windows-" n " cp" n " x-cp" n

/* The frequent ones first: the search is linear. */
static const struct charset_set SETS[] = {
    {"utf-8", "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8", NULL,
     CHARSET_UTF8},
    {"windows-1254", WINDOWS("1254") " csisolatin5 iso-ir-148 l5 latin5 " ISO("9", "1989"),
     "ibm-5350_P100-1998", CHARSET_SINGLE_BYTE},
    {"windows-1252",
     WINDOWS("1252") " ansi_x3.4-1968 ascii us-ascii cp819 csisolatin1 ibm819 iso-ir-100 l1 "
                     "latin1 " ISO("1", "1987"),
     "ibm-5348_P100-1997", CHARSET_SINGLE_BYTE},
    {"utf-16le", "utf-16le utf-16 csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff", "UTF-16LE",
     CHARSET_UTF16},
    {"utf-16be", "utf-16be unicodefffe", "UTF-16BE", CHARSET_UTF16},
    {"ibm866", "ibm866 866 cp866 csibm866", "ibm-866_P100-1995", CHARSET_SINGLE_BYTE},
    {"iso-8859-2", "csisolatin2 iso-ir-101 l2 latin2 " ISO("2", "1987"), "ibm-912_P100-1995",
     CHARSET_SINGLE_BYTE},
    {"iso-8859-3", "csisolatin3 iso-ir-109 l3 latin3 " ISO("3", "1988"), "ibm-913_P100-2000",
     CHARSET_SINGLE_BYTE},
    {"iso-8859-4", "csisolatin4 iso-ir-110 l4 latin4 " ISO("4", "1988"), "ibm-914_P100-1995",
     CHARSET_SINGLE_BYTE},
    {"iso-8859-5", "csisolatincyrillic cyrillic iso-ir-144 " ISO("5", "1988"), "ibm-915_P100-1995",
     CHARSET_SINGLE_BYTE},
    {"iso-8859-6",
     "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i "
     "iso-ir-127 " ISO("6", "1987"),
     "ibm-1089_P100-1995", CHARSET_SINGLE_BYTE},
    {"iso-8859-7",
     "csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 sun_eu_greek " ISO("7", "1987"),
     "ibm-9005_X110-2007", CHARSET_SINGLE_BYTE},
    {"iso-8859-8",
     "csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 visual " ISO("8", "1988"),
     "ibm-5012_P100-1999", CHARSET_SINGLE_BYTE},
    {"iso-8859-8-i", "csiso88598i iso-8859-8-i logical", "ibm-5012_P100-1999", CHARSET_SINGLE_BYTE},
    {"iso-8859-10", "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
     "iso-8859_10-1998", CHARSET_SINGLE_BYTE},
    {"iso-8859-13", "iso-8859-13 iso8859-13 iso885913", "ibm-921_P100-1995", CHARSET_SINGLE_BYTE},
    {"iso-8859-14", "iso-8859-14 iso8859-14 iso885914", "iso-8859_14-1998", CHARSET_SINGLE_BYTE},
    {"iso-8859-15", "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
     "ibm-923_P100-1998", CHARSET_SINGLE_BYTE},
    {"iso-8859-16", "iso-8859-16", NULL, CHARSET_SINGLE_BYTE},
    {"koi8-r", "koi8-r cskoi8r koi koi8 koi8_r", "ibm-878_P100-1996", CHARSET_SINGLE_BYTE},
    {"koi8-u", "koi8-u koi8-ru", "ibm-1168_P100-2002", CHARSET_SINGLE_BYTE},
    {"macintosh", "macintosh csmacintosh mac x-mac-roman", "macos-0_2-10.2", CHARSET_SINGLE_BYTE},
    {"windows-874", "windows-874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620",
     "windows-874-2000", CHARSET_SINGLE_BYTE},
    {"windows-1250", WINDOWS("1250"), "ibm-5346_P100-1998", CHARSET_SINGLE_BYTE},
    {"windows-1251", WINDOWS("1251"), "ibm-5347_P100-1998", CHARSET_SINGLE_BYTE},
    {"windows-1253", WINDOWS("1253"), "ibm-5349_P100-1998", CHARSET_SINGLE_BYTE},
    {"windows-1255", WINDOWS("1255"), "ibm-9447_P100-2002", CHARSET_SINGLE_BYTE},
    {"windows-1256", WINDOWS("1256"), "ibm-9448_X100-2005", CHARSET_SINGLE_BYTE},
    {"windows-1257", WINDOWS("1257"), "ibm-9449_P100-2002", CHARSET_SINGLE_BYTE},
    {"windows-1258", WINDOWS("1258"), "ibm-5354_P100-1998", CHARSET_SINGLE_BYTE},
    {"x-mac-cyrillic", "x-mac-cyrillic x-mac-ukrainian", "macos-7_3-10.2", CHARSET_SINGLE_BYTE},
    {"gbk", "gbk chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk",
     "gb18030", CHARSET_MULTI_BYTE},
    {"gb18030", "gb18030", "gb18030", CHARSET_MULTI_BYTE},
    {"big5", "big5 big5-hkscs cn-big5 csbig5 x-x-big5", "ibm-1375_P100-2008", CHARSET_MULTI_BYTE},
    {"euc-jp", "euc-jp cseucpkdfmtjapanese x-euc-jp", "euc-jp-2007", CHARSET_MULTI_BYTE},
    {"iso-2022-jp", "iso-2022-jp csiso2022jp", "ISO-2022-JP", CHARSET_MULTI_BYTE},
    {"shift_jis", "shift_jis csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis",
     "ibm-943_P15A-2003", CHARSET_MULTI_BYTE},
    {"euc-kr",
     "euc-kr cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 "
     "ksc_5601 windows-949",
     "windows-949-2000", CHARSET_MULTI_BYTE},
    {"replacement", "replacement csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr",
     NULL, CHARSET_REPLACEMENT},
    {"x-user-defined", "x-user-defined", NULL, CHARSET_USER_DEFINED},
    {"x-mac-turkish", "x-mac-turkish mactr", "macos-35-10.2", CHARSET_SINGLE_BYTE},
    {"ibm857", "ibm857 cp857 857 csibm857", "ibm-857_P100-1995", CHARSET_SINGLE_BYTE},
};

enum { SET_N = sizeof(SETS) / sizeof(SETS[0]) };

static bool has_label(const char *labels, struct nb_slice label)
{
    struct nb_slice rest = nb_slice_str(labels), one;
    while (nb_slice_split(&rest, ' ', &one)) {
        if (nb_slice_eq_ascii_case(one, label)) {
            return true;
        }
    }
    return false;
}

const struct charset_set *nb_charset_set_by_label(struct nb_slice label)
{
    label = nb_slice_trim(label);
    for (size_t i = 0; i < SET_N && label.len > 0; i++) {
        if (has_label(SETS[i].labels, label)) {
            return &SETS[i];
        }
    }
    return NULL;
}

const struct charset_set *nb_charset_set_by_name(const char *name)
{
    for (size_t i = 0; i < SET_N && name; i++) {
        if (strcmp(SETS[i].name, name) == 0) {
            return &SETS[i];
        }
    }
    return NULL;
}

const struct charset_set *nb_charset_set_at(size_t n)
{
    return n < SET_N ? &SETS[n] : NULL;
}
