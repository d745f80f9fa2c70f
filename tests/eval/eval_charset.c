/*
 * How often the encoding of a body is found: the sniffing tests of html5lib, and Turkish text of
 * our own in the sets that Turkish was written in, in pieces of several lengths and without any
 * label. For those a piece counts as right when its decoded text is the original.
 */
#include "tests/lib/test.h"

#include <unicode/ucnv.h>

#include <nabiz/charset.h>
#include <nabiz/text.h>

enum { STEP = 5, ARENA_BYTES = 64 << 20 };

static const char *const TURKISH =
    "Dün akşam sipariş ettiğim ayakkabı bugün öğleden sonra geldi, kutusu ezilmişti ama içindeki "
    "ürün sağlam çıktı. Çağrı merkezini aradım, on dakika müzik dinledikten sonra bir görevli "
    "bağlandı ve iade için ne yapmam gerektiğini tek tek anlattı. Açıkçası bu kadar ilgi "
    "beklemiyordum. “Değişim mi istersiniz, para iadesi mi?” diye sordu; ben de İzmir’deki "
    "mağazadan değiştirmek istediğimi söyledim. Şubede çalışan genç hanım güler yüzlüydü, işimiz "
    "beş dakikada bitti. Kargo ücretini de geri yatırdılar. Geçen yıl aynı sıkıntıyı başka bir "
    "yerde yaşamış, üç hafta boyunca oyalanmıştım. Gönül rahatlığıyla tavsiye ederim. Yalnız "
    "uygulamanın yeni sürümü çok yavaş, açılışta donuyor, üstelik karanlık görünümde yazılar "
    "okunmuyor. Şu hâliyle puanım dört. Öğrenci indirimi bir an önce gelsin! Ğ ile başlayan "
    "sözcük yok diyorlar, doğru mu? IŞIK, ÇAĞ, ÜZÜM, ÖĞÜT.";

static const struct {
    const char *language, *set, *text;
} OTHERS[] = {
    {"Russian", "windows-1251",
     "Вчера вечером мне привезли заказ, коробка была немного помята, но сам товар оказался целым. "
     "Оператор ответил быстро и вежливо объяснил, как оформить возврат. Спасибо магазину!"},
    {"Greek", "windows-1253",
     "Η παραγγελία έφτασε χθες το απόγευμα και το κουτί ήταν λίγο χτυπημένο, αλλά το προϊόν ήταν "
     "μια χαρά. Η εξυπηρέτηση ήταν ευγενική και γρήγορη."},
    {"German", "windows-1252",
     "Die Bestellung kam gestern früh, der Karton war etwas beschädigt, aber die Schuhe waren "
     "völlig in Ordnung. Schöne Grüße an den netten Menschen, der mir am Telefon geholfen hat."},
    {"French", "windows-1252",
     "La commande est arrivée hier après-midi, le carton était abîmé mais les chaussures étaient "
     "intactes. J’ai été très bien conseillée, même si l’attente fut longue."},
    {"Polish", "iso-8859-2",
     "Zamówienie przyszło wczoraj wieczorem, pudełko było trochę zgniecione, ale buty są całe. "
     "Obsługa odpowiedziała szybko i grzecznie, dziękuję."},
    {"Bulgarian", "windows-1251",
     "Поръчката пристигна вчера следобед, кутията беше леко смачкана, но обувките са здрави. "
     "Служителят обясни всичко любезно и бързо."},
};

/* Encode with ICU; p is NULL when it cannot be done. */
static struct nb_slice encode(struct nb_slice text, const char *converter_name,
                              struct nb_arena *arena)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t room = (int32_t)text.len * 4 + 16;
    char *p = nb_arena_alloc(arena, (size_t)room);
    int32_t n =
        p ? ucnv_convert(converter_name, "UTF-8", p, room, text.p, (int32_t)text.len, &status) : 0;
    return U_SUCCESS(status) ? nb_slice(p, (size_t)n) : nb_slice(NULL, 0);
}

static bool decodes_to(struct nb_slice body, struct nb_slice want, struct nb_arena *arena)
{
    struct nb_slice got;
    struct nb_charset charset = nb_charset_decide(NB_LIT(""), body);
    return nb_charset_decode(charset, body, arena, &got) == NB_OK && nb_slice_eq(got, want);
}

/* The piece of at most max bytes at from, on whole characters. */
static struct nb_slice piece_at(struct nb_slice text, size_t from, size_t max)
{
    while (from < text.len && ((unsigned char)text.p[from] & 0xC0) == 0x80) {
        from++;
    }
    return nb_utf8_cut(nb_slice_sub(text, from, text.len), max);
}

/* The sets have no curly quotes where Windows has; ASCII stands in for them there. */
static struct nb_slice without_quotes(struct nb_slice text, struct nb_arena *arena)
{
    char *p = nb_arena_alloc(arena, text.len);
    size_t n = 0;
    for (size_t pos = 0; pos < text.len;) {
        uint32_t c = nb_utf8_next(text, &pos);
        n += nb_utf8_put(c >= 0x2018 && c <= 0x201D ? '\'' : c, p + n);
    }
    return nb_slice(p, n);
}

static void measure_turkish(const char *label, const char *converter, const char *mark,
                            struct nb_arena *arena)
{
    static const size_t lengths[] = {60, 140, 600};
    for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
        size_t n = 0, right = 0;
        nb_arena_reset(arena);
        struct nb_slice text = nb_slice_str(TURKISH);
        text = strcmp(label, "windows-1254") == 0 ? text : without_quotes(text, arena);
        for (size_t from = 0; from + lengths[k] < text.len; from += STEP) {
            struct nb_slice piece = piece_at(text, from, lengths[k]);
            struct nb_slice body = encode(piece, converter, arena);
            struct nb_slice whole =
                nb_slice_str(nb_arena_printf(arena, "%s", mark)); /* a mark has no NUL byte */
            char *joined = nb_arena_alloc(arena, whole.len + body.len + 1);
            memcpy(joined, whole.p, whole.len);
            memcpy(joined + whole.len, body.p, body.len);
            n++;
            right += decodes_to(nb_slice(joined, whole.len + body.len), piece, arena);
        }
        printf("charset.turkish.%s.%zu_bytes %zu permille right (%zu pieces, own text)\n", label,
               lengths[k], n ? right * 1000 / n : 0, n);
    }
}

/* Real posts one by one, as short as text comes; those that the set cannot write are left out. */
static void measure_posts(const char *label, const char *converter, struct nb_arena *arena)
{
    const char *path = nbt_data("posts/heldout.tsv");
    size_t n = 0, right = 0;
    nb_arena_reset(arena);
    struct nb_slice rest = path ? nbt_read_file(path, arena) : nb_slice(NULL, 0), line;
    struct nb_arena_mark mark = nb_arena_mark(arena);
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice body = encode(line, converter, arena);
        struct nb_charset known = {label, NB_CHARSET_HEADER, 0};
        struct nb_slice back;
        bool ascii = nb_utf8_count(line) == line.len;
        if (!ascii && body.p && nb_charset_decode(known, body, arena, &back) == NB_OK &&
            nb_slice_eq(back, line)) {
            n++;
            right += decodes_to(body, line, arena);
        }
        nb_arena_rewind(arena, mark);
    }
    if (n > 0) {
        printf("charset.posts.%s %zu permille right (%zu posts, posts/heldout.tsv)\n", label,
               right * 1000 / n, n);
    }
}

static void measure_others(struct nb_arena *arena)
{
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        struct nb_slice text = nb_slice_str(OTHERS[i].text);
        struct nb_slice body = encode(text, OTHERS[i].set, arena);
        printf("charset.other.%s %d right (1 text, own, %s)\n", OTHERS[i].language,
               body.p && decodes_to(body, text, arena), OTHERS[i].set);
    }
}

struct score {
    size_t n, right;
    size_t beyond; /* labelled behind the first 1024 bytes, where we do not look */
};

/*
 * "#data", the bytes, "#encoding", the answer. Where the answer is windows-1252 because nothing is
 * labelled, ours is another default by design: then it is right that no label was found.
 */
static void score_file(struct nb_slice file, struct score *score)
{
    size_t at = 0;
    while ((at = nb_slice_find(file, NB_LIT("#data\n"), at)) != NB_NPOS) {
        size_t data = at + 6;
        size_t end = nb_slice_find(file, NB_LIT("\n#encoding\n"), data);
        if (end == NB_NPOS) {
            break;
        }
        size_t line_end = nb_slice_find_byte(file, '\n', end + 11);
        struct nb_slice label = nb_slice_sub(file, end + 11, line_end);
        const char *want = nb_charset_by_label(label);
        struct nb_charset got = nb_charset_decide(NB_LIT(""), nb_slice_sub(file, data, end));
        bool none = want && strcmp(want, "windows-1252") == 0 && got.source > NB_CHARSET_MARKUP;
        bool right = want && (none || strcmp(got.name, want) == 0);
        at = end;
        if (nb_slice_find(nb_slice_sub(file, 0, end), NB_LIT("<meta"), data + 1024) != NB_NPOS) {
            score->beyond++;
            continue;
        }
        score->n++;
        score->right += right;
        if (!right && getenv("V")) {
            printf("  wanted %.*s, got %s (%d): %.*s\n", NB_ARG(label), got.name, (int)got.source,
                   NB_ARG(nb_slice_sub(file, data, data + 200 < end ? data + 200 : end)));
        }
    }
}

static void measure_html5lib(struct nb_arena *arena)
{
    static const char *const files[] = {"encodings/tests1.dat", "encodings/tests2.dat",
                                        "encodings/test-yahoo-jp.dat"};
    struct score score = {0};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const char *path = nbt_data(files[i]);
        if (path) {
            score_file(nbt_read_file(path, arena), &score);
        }
    }
    if (score.n > 0) {
        printf("charset.html5lib %zu permille right (%zu cases, encodings/; %zu more are labelled "
               "behind "
               "the first 1024 bytes)\n",
               score.right * 1000 / score.n, score.n, score.beyond);
    }
}

int main(void)
{
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    if (!arena) {
        return 1;
    }
    measure_html5lib(arena);
    measure_turkish("windows-1254", "windows-1254", "", arena);
    measure_turkish("iso-8859-9", "ISO-8859-9", "", arena);
    measure_turkish("utf-8", "UTF-8", "", arena);
    measure_turkish("utf-16le", "UTF-16LE", "", arena);
    measure_turkish("utf-16le-mark", "UTF-16LE", "\xFF\xFE", arena);
    measure_turkish("utf-16be", "UTF-16BE", "", arena);
    measure_turkish("x-mac-turkish", "x-mac-turkish", "", arena);
    measure_turkish("ibm857", "ibm-857", "", arena);
    measure_posts("windows-1254", "windows-1254", arena);
    measure_posts("x-mac-turkish", "x-mac-turkish", arena);
    measure_posts("ibm857", "ibm-857", arena);
    measure_others(arena);
    nb_arena_free(arena);
    return 0;
}
