#include "tests/bench/crawl/feeds.h"

#include <stdint.h>

static const char *const words[] = {
    "kargo",      "haftadır",    "gelmedi",    "müşteri",    "hizmetleri", "cevap",
    "vermiyor",   "yeni",        "şubenin",    "açılışına",  "ilçe",       "halkı",
    "yoğun",      "ilgi",        "gösterdi",   "kuyruk",     "köşeye",     "kadar",
    "uzadı",      "öğrenciler",  "için",       "hazırlanan", "paketin",    "ücreti",
    "önümüzdeki", "aydan",       "itibaren",   "değişecek",  "bugün",      "hava",
    "çok",        "güzeldi",     "sahilde",    "yürüyüş",    "yaptık",     "çay",
    "içtik",      "uygulamanın", "son",        "sürümünde",  "fatura",     "ekranı",
    "açılmıyor",  "destek",      "hattı",      "ise",        "meşgul",     "çalıyor",
    "belediye",   "başkanı",     "toplantıda", "konuştu",    "ve",         "bir",
    "bu",         "daha",        "sonra",      "ankara",     "istanbul",   "izmir",
    "deprem",     "bölgesinde",  "konut",      "inşaatı",    "sürüyor",    "yetkililer",
    "açıkladı",   "mahkeme",     "kararı",     "bozdu",      "takım",      "maçı",
    "kazandı",    "gol",         "attı",       "hakem",      "tartışıldı", "piyasada",
    "dolar",      "yükseldi",    "faiz",       "enflasyon",  "oranı",      "açıklandı",
    "film",       "gişede",      "birinci",    "oldu",       "oyuncu",     "röportaj",
    "verdi",      "telefon",     "şarjı",      "bitiyor",    "garanti",    "kapsamında",
    "değil",      "dediler",
};

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void add_words(struct nb_buf *out, uint32_t *state, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        nb_buf_add_str(out, i ? " " : "");
        nb_buf_add_str(out, words[next(state) % (sizeof(words) / sizeof(words[0]))]);
    }
}

static void add_paragraph(struct nb_buf *out, uint32_t *state, const char *open, const char *close)
{
    nb_buf_add_str(out, open);
    add_words(out, state, 14);
    nb_buf_add_str(out, ", ");
    add_words(out, state, 12);
    nb_buf_add_str(out, ".");
    nb_buf_add_str(out, close);
}

static void add_rss_item(struct nb_buf *out, size_t feed, unsigned item, uint32_t *state)
{
    nb_buf_add_str(out, "<item>\n\t\t<title>");
    add_words(out, state, 7);
    nb_buf_addf(out,
                "</title>\n\t\t<link>https://gazete%zu.example/haber/%u-%u/</link>\n"
                "\t\t<comments>https://gazete%zu.example/haber/%u/#respond</comments>\n"
                "\t\t<dc:creator><![CDATA[Yazar %u]]></dc:creator>\n"
                "\t\t<pubDate>Tue, %02u Mar 2026 %02u:%02u:00 +0300</pubDate>\n"
                "\t\t<category><![CDATA[gündem]]></category>\n"
                "\t\t<guid isPermaLink=\"false\">https://gazete%zu.example/?p=%u</guid>\n"
                "\t\t<description><![CDATA[",
                feed, item, next(state), feed, item, next(state) % 9, 1 + item, next(state) % 24,
                next(state) % 60, feed, item);
    add_words(out, state, 20);
    nb_buf_add_str(out, " [&#8230;]]]></description>\n\t\t<content:encoded><![CDATA[");
    add_paragraph(out, state, "<p>", "</p>\n");
    add_paragraph(out, state, "<p><strong>", "</strong></p>\n");
    nb_buf_addf(out, "<p><a href=\"/etiket/%u/\">etiket</a> &amp; kaynak</p>\n", next(state) % 100);
    nb_buf_add_str(out, "]]></content:encoded>\n\t\t<slash:comments>3</slash:comments>\n"
                        "\t</item>\n\t");
}

static void add_atom_entry(struct nb_buf *out, size_t feed, unsigned item, uint32_t *state)
{
    nb_buf_add_str(out, "  <entry>\n    <title>");
    add_words(out, state, 7);
    nb_buf_addf(out,
                "</title>\n    <link rel=\"alternate\" type=\"text/html\" href=\"/yazi/%u/%u\"/>\n"
                "    <id>tag:defter%zu.example,2026:%u</id>\n"
                "    <author><name>Yazar %u</name></author>\n"
                "    <published>2026-03-%02uT%02u:%02u:00Z</published>\n"
                "    <updated>2026-03-%02uT23:59:00Z</updated>\n"
                "    <category term=\"not\"/>\n    <content type=\"html\">",
                item, next(state), feed, item, next(state) % 9, 1 + item, next(state) % 24,
                next(state) % 60, 1 + item);
    add_paragraph(out, state, "&lt;p&gt;", "&lt;/p&gt;\n");
    add_paragraph(out, state, "&lt;p&gt;&lt;em&gt;", "&lt;/em&gt;&lt;/p&gt;\n");
    add_paragraph(out, state, "&lt;p&gt;", "&lt;/p&gt;\n");
    nb_buf_addf(out, "&lt;p&gt;&lt;a href=\"/etiket/%u\"&gt;etiket&lt;/a&gt;&lt;/p&gt;",
                next(state) % 100);
    nb_buf_add_str(out, "</content>\n  </entry>\n");
}

void bench_feed_write(size_t number, size_t bytes, struct nb_buf *out)
{
    uint32_t state = (uint32_t)number * 2654435761u + 1;
    bool is_rss = number % 2 == 0;
    if (is_rss) {
        nb_buf_addf(out,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"\n"
                    "\txmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\n"
                    "\txmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
                    "\txmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">\n<channel>\n"
                    "\t<title>Gazete %zu</title>\n\t<link>https://gazete%zu.example/</link>\n"
                    "\t<description>Haberler</description>\n\t<language>tr</language>\n\t",
                    number, number);
    } else {
        nb_buf_addf(out,
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                    "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"tr\">\n"
                    "  <title>Defter %zu</title>\n  <link href=\"https://defter%zu.example/\"/>\n"
                    "  <updated>2026-03-20T12:00:00Z</updated>\n"
                    "  <id>tag:defter%zu.example,2026:</id>\n",
                    number, number, number);
    }
    for (unsigned item = 0; out->len < bytes && item < 28; item++) {
        if (is_rss) {
            add_rss_item(out, number, item, &state);
        } else {
            add_atom_entry(out, number, item, &state);
        }
    }
    nb_buf_add_str(out, is_rss ? "</channel>\n</rss>\n" : "</feed>\n");
}
