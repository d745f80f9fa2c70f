/*
 * The names come from libxml2's HTML 4 table. Its look-up walks the table; ours is a hash built
 * once, since a Turkish text in ASCII has a reference every few letters. HTML 5 added names for the
 * remaining Turkish letters, which are listed here.
 */
#include "crawler/feed/entity.h"

#include <stdbool.h>
#include <string.h>

#include <libxml/HTMLparser.h>

#include <nabiz/hash.h>
#include <nabiz/text.h>

enum { SLOTS = 1024, NAME_MAX_BYTES = 10, LAST_VALUE = 9830 };

struct entity {
    struct nb_slice name;
    uint32_t code_point;
};

static const struct entity html5_names[] = {
    {{"apos", 4}, '\''},    {{"imath", 5}, 0x131},  {{"inodot", 6}, 0x131},  {{"Idot", 4}, 0x130},
    {{"scedil", 6}, 0x15f}, {{"Scedil", 6}, 0x15e}, {{"gbreve", 6}, 0x11f},  {{"Gbreve", 6}, 0x11e},
    {{"NewLine", 7}, '\n'}, {{"Tab", 3}, '\t'},     {{"excl", 4}, '!'},      {{"num", 3}, '#'},
    {{"percnt", 6}, '%'},   {{"lpar", 4}, '('},     {{"rpar", 4}, ')'},      {{"ast", 3}, '*'},
    {{"plus", 4}, '+'},     {{"comma", 5}, ','},    {{"period", 6}, '.'},    {{"sol", 3}, '/'},
    {{"colon", 5}, ':'},    {{"semi", 4}, ';'},     {{"equals", 6}, '='},    {{"quest", 5}, '?'},
    {{"commat", 6}, '@'},   {{"lowbar", 6}, '_'},   {{"hyphen", 6}, 0x2010}, {{"lsqb", 4}, '['},
    {{"rsqb", 4}, ']'},     {{"verbar", 6}, '|'},
};

/* windows-1252 for the references &#128; to &#159;; 0 where it has nothing either */
static const uint16_t c1_as_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static struct entity slots[SLOTS]; /* written by nb_entity_init() only */
static bool ready;

static void insert(struct nb_slice name, uint32_t code_point)
{
    size_t i = (size_t)nb_hash64(name) % SLOTS;
    while (slots[i].name.len) {
        i = (i + 1) % SLOTS;
    }
    slots[i] = (struct entity){name, code_point};
}

void nb_entity_init(void)
{
    if (ready) {
        return;
    }
    for (size_t i = 0; i < sizeof(html5_names) / sizeof(html5_names[0]); i++) {
        insert(html5_names[i].name, html5_names[i].code_point);
    }
    for (unsigned value = '"'; value <= LAST_VALUE; value++) {
        const htmlEntityDesc *desc = htmlEntityValueLookup(value);
        if (desc && strcmp(desc->name, "apos") != 0) {
            insert(nb_slice_str(desc->name), value);
        }
    }
    ready = true;
}

static uint32_t find_slowly(struct nb_slice name)
{
    for (size_t i = 0; i < sizeof(html5_names) / sizeof(html5_names[0]); i++) {
        if (nb_slice_eq(html5_names[i].name, name)) {
            return html5_names[i].code_point;
        }
    }
    char text[NAME_MAX_BYTES + 1];
    memcpy(text, name.p, name.len);
    text[name.len] = '\0';
    const htmlEntityDesc *desc = htmlEntityLookup((const xmlChar *)text);
    return desc ? desc->value : 0;
}

uint32_t nb_entity_find(struct nb_slice name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES) {
        return 0;
    }
    if (!ready) {
        return find_slowly(name);
    }
    size_t i = (size_t)nb_hash64(name) % SLOTS;
    while (slots[i].name.len) {
        if (nb_slice_eq(slots[i].name, name)) {
            return slots[i].code_point;
        }
        i = (i + 1) % SLOTS;
    }
    return 0;
}

static int digit_of(char c, int base)
{
    int value = -1;
    if (nb_ascii_is_digit(c)) {
        value = c - '0';
    } else if (base == 16 && nb_ascii_lower(c) >= 'a' && nb_ascii_lower(c) <= 'f') {
        value = nb_ascii_lower(c) - 'a' + 10;
    }
    return value;
}

uint32_t nb_entity_repair(uint32_t code_point)
{
    if (code_point >= 0x80 && code_point <= 0x9f && c1_as_1252[code_point - 0x80]) {
        return c1_as_1252[code_point - 0x80];
    }
    if (code_point == 0 || code_point > 0x10ffff || (code_point & 0xfffff800u) == 0xd800u) {
        return NB_REPLACEMENT;
    }
    return code_point;
}

/* "&#...": at is the '&' */
static size_t read_number(struct nb_slice s, size_t at, uint32_t *code_point)
{
    size_t i = at + 2;
    int base = 10;
    if (i < s.len && nb_ascii_lower(s.p[i]) == 'x') {
        base = 16;
        i++;
    }
    uint32_t value = 0;
    size_t first = i;
    for (; i < s.len; i++) {
        int digit = digit_of(s.p[i], base);
        if (digit < 0) {
            break;
        }
        if (value <= 0x10ffff) {
            value = value * (uint32_t)base + (uint32_t)digit;
        }
    }
    if (i == first) {
        return 0;
    }
    if (i < s.len && s.p[i] == ';') {
        i++;
    }
    *code_point = nb_entity_repair(value);
    return i - at;
}

size_t nb_entity_read(struct nb_slice s, size_t at, uint32_t *code_point)
{
    if (at + 1 < s.len && s.p[at + 1] == '#') {
        return read_number(s, at, code_point);
    }
    size_t end = at + 1;
    while (end < s.len && end - at <= NAME_MAX_BYTES &&
           (nb_ascii_is_alpha(s.p[end]) || nb_ascii_is_digit(s.p[end]))) {
        end++;
    }
    bool closed = end < s.len && s.p[end] == ';';
    /* "&copy=1" in an address is no reference; "R&amp D" is */
    if (!closed && end < s.len && (s.p[end] == '=' || (unsigned char)s.p[end] >= 0x80)) {
        return 0;
    }
    uint32_t found = nb_entity_find(nb_slice_sub(s, at + 1, end));
    /* without the ';' only the names of Latin-1 count, as in HTML */
    if (found == 0 || (!closed && found > 0xff)) {
        return 0;
    }
    *code_point = found;
    return end - at + (closed ? 1 : 0);
}
