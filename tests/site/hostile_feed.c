#include "tests/site/hostile_feed.h"

#include <nabiz/text.h>

#include "tests/site/markup.h"
#include "tests/site/story.h"

#define RSS "application/rss+xml; charset=utf-8"
#define LINE "Şişli'de ığdır çiçeği, öğle güneşi: kargom geldi."
#define DEPTH 100000

void hostile_head(const char *encoding, struct nb_buf *out)
{
    nb_buf_addf(out,
                "<?xml version=\"1.0\" encoding=\"%s\"?>\n<rss version=\"2.0\"><channel>\n"
                "<title>Huysuz Günlük</title>\n<link>http://hostile.example/</link>\n"
                "<description>her istek bir sürpriz</description>\n",
                encoding);
}

void hostile_item(unsigned n, struct nb_buf *out)
{
    nb_buf_addf(out,
                "<item><title>Yazı %u</title><link>http://hostile.example/yazi/%u</link>"
                "<guid isPermaLink=\"false\">yazi-%u</guid><pubDate>",
                n, n, n);
    markup_rfc822(STORY_AT(0, 9, 0) - (int64_t)n * NB_MINUTE_MS, out);
    nb_buf_addf(out, "</pubDate><description>" LINE " Numarası %u.</description></item>\n", n);
}

static void tail(struct nb_buf *out)
{
    nb_buf_add_str(out, "</channel></rss>\n");
}

void hostile_feed(size_t n, struct nb_buf *out)
{
    hostile_head("UTF-8", out);
    for (unsigned i = 1; i <= n; i++) {
        hostile_item(i, out);
    }
    tail(out);
}

/* Only for what has no code points over U+FFFF. */
static void to_utf16(struct nb_slice in, struct nb_buf *out)
{
    nb_buf_add_str(out, "\xFF\xFE");
    for (size_t at = 0; at < in.len;) {
        uint32_t c = nb_utf8_next(in, &at);
        nb_buf_add_byte(out, (char)(unsigned char)(c & 0xFF));
        nb_buf_add_byte(out, (char)(unsigned char)(c >> 8));
    }
}

static void recoded(const char *label, void (*recode)(struct nb_slice, struct nb_buf *),
                    struct nb_buf *out)
{
    struct nb_buf utf8;
    nb_buf_init(&utf8, 1 << 20);
    hostile_head(label, &utf8);
    hostile_item(1, &utf8);
    hostile_item(2, &utf8);
    tail(&utf8);
    recode(nb_buf_slice(&utf8), out);
    nb_buf_fini(&utf8);
}

static void bad_dates(struct nb_buf *out)
{
    static const char *const dates[] = {
        "",
        "dün akşam",
        "Mon, 99 Foo 2026 99:99:99 +9900",
        "2026-02-30T25:61:00Z",
        "Fri, 01 Jan 2100 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "3 Mart 2026, 14:05",
        "99999999999999999999",
    };
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        nb_buf_addf(out,
                    "<item><title>Tarih %zu</title><guid>tarih-%zu</guid>"
                    "<pubDate>%s</pubDate><description>" LINE "</description></item>\n",
                    i, i, dates[i]);
    }
}

static void billion(struct nb_buf *out)
{
    nb_buf_add_str(out, "<?xml version=\"1.0\"?>\n<!DOCTYPE rss [\n<!ENTITY a0 \"aaaaaaaaaa\">\n");
    for (int i = 1; i < 10; i++) {
        nb_buf_addf(out, "<!ENTITY a%d \"", i);
        for (int j = 0; j < 10; j++) {
            nb_buf_addf(out, "&a%d;", i - 1);
        }
        nb_buf_add_str(out, "\">\n");
    }
    nb_buf_add_str(out, "]>\n<rss version=\"2.0\"><channel><title>&a9;</title><item><guid>b</guid>"
                        "<title>t</title><description>&a9;</description></item></channel></rss>\n");
}

static void deep(struct nb_buf *out)
{
    hostile_head("UTF-8", out);
    for (int i = 0; i < DEPTH; i++) {
        nb_buf_add_str(out, "<d>");
    }
    for (int i = 0; i < DEPTH; i++) {
        nb_buf_add_str(out, "</d>");
    }
    tail(out);
}

static void items_of(const char *items, struct nb_buf *out)
{
    hostile_head("UTF-8", out);
    nb_buf_add_str(out, items);
    tail(out);
}

static const char html_page[] =
    "<!DOCTYPE html><html lang=\"tr\"><head><title>Huysuz Günlük</title>"
    "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/ok.xml\"></head>"
    "<body><h1>Huysuz Günlük</h1><p>Burada besleme yok.</p></body></html>\n";

static const char broken[] =
    "<item><title>Tuz & biber</title><link>http://hostile.example/yazi/7?a=1&b=2</link>"
    "<guid>yazi-7</guid><description><b>kalın</i> &nbsp; &bilinmeyen; " LINE "</description>"
    "</item><item><title>Yarım kalan</title><guid>yazi-8</guid><description>buraya kadar ges";

static const char no_ids[] =
    "<item><title>Kimliksiz</title><description>" LINE "</description></item>\n"
    "<item><description>Başlığı da yok. " LINE "</description></item>\n"
    "<item></item>\n";

static const char twice[] =
    "<item><guid>ayni</guid><title>Aynı</title><description>" LINE "</description></item>\n"
    "<item><guid>ayni</guid><title>Aynı</title><description>" LINE "</description></item>\n"
    "<item><guid>ayni</guid><title>Aynı</title><description>Başka sözler.</description></item>\n";

static const char external[] =
    "<?xml version=\"1.0\"?>\n<!DOCTYPE rss [<!ENTITY yerel SYSTEM \"file:///etc/hostname\">]>\n"
    "<rss version=\"2.0\"><channel><title>Dış varlık</title><item><guid>dis</guid>"
    "<title>t</title><description>[&yerel;]</description></item></channel></rss>\n";

static const char relative[] =
    "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
    "xml:base=\"http://hostile.example/gunluk/\"><title>Göreli</title><id>goreli</id>"
    "<entry xml:base=\"2026/\"><id>goreli-1</id><title>Göreli bağlantı</title>"
    "<link href=\"yazi.html\"/><updated>2026-03-02T09:00:00+03:00</updated>"
    "<content type=\"html\">&lt;a href=\"../resim\"&gt;resim&lt;/a&gt; " LINE "</content>"
    "</entry></feed>\n";

const char *hostile_odd_feed(enum hostile_oddity oddity, struct nb_buf *out)
{
    switch (oddity) {
    case ODD_EMPTY:
        break;
    case ODD_HTML:
        nb_buf_add_str(out, html_page);
        return "text/html; charset=utf-8";
    case ODD_BROKEN:
        hostile_head("UTF-8", out);
        nb_buf_add_str(out, broken);
        break;
    case ODD_LATIN5:
        recoded("iso-8859-1", markup_latin5, out);
        return "text/xml; charset=iso-8859-1";
    case ODD_UTF16:
        recoded("utf-16", to_utf16, out);
        return "text/xml";
    case ODD_UTF8:
        items_of("<item><guid>bozuk</guid><title>Bozuk \xFF\xC0\x80 bayt</title><description>" LINE
                 " \xED\xA0\x80 \xF5</description></item>\n",
                 out);
        break;
    case ODD_NO_IDS:
        items_of(no_ids, out);
        break;
    case ODD_TWICE:
        items_of(twice, out);
        break;
    case ODD_DATES:
        hostile_head("UTF-8", out);
        bad_dates(out);
        tail(out);
        break;
    case ODD_BILLION:
        billion(out);
        break;
    case ODD_EXTERNAL:
        nb_buf_add_str(out, external);
        break;
    case ODD_DEEP:
        deep(out);
        break;
    case ODD_RELATIVE:
        nb_buf_add_str(out, relative);
        return "application/atom+xml";
    }
    return RSS;
}
