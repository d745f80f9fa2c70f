/*
 * Reading feeds of about 5 KB on one core: whole, with the encoding decided, texts out of their
 * HTML, links resolved and dates read; as a ratio to bare libxml2 SAX2 over the same bytes, which
 * decodes UTF-8, checks the markup and counts. JSON Feed is held against bare jansson.
 */
#include "tests/lib/test.h"

#include <jansson.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <time.h>

#include <nabiz/buf.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

enum { FEEDS = 200, PASSES = 10, ROUNDS = 5, FEED_BYTES = 5000, FEED_MAX = 64 * 1024 };

static const struct nb_date_context dates = {NULL, 1767225600000, 180};

static struct nb_buf feeds[FEEDS];

static const char *const sentences[] = {
    "Kargo iki haftadır gelmedi, müşteri hizmetleri de cevap vermiyor.",
    "Yeni şubenin açılışına ilçe halkı yoğun ilgi gösterdi; kuyruk köşeye kadar uzadı.",
    "Öğrenciler için hazırlanan paketin ücreti önümüzdeki aydan itibaren değişecek.",
    "Bugün hava çok güzeldi, sahilde yürüyüş yaptık ve çay içtik.",
    "Uygulamanın son sürümünde fatura ekranı açılmıyor, destek hattı ise meşgul çalıyor.",
};

static const char *sentence(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return sentences[(*state >> 16) % (sizeof(sentences) / sizeof(sentences[0]))];
}

static void rss_item(struct nb_buf *out, unsigned feed, unsigned item, unsigned *state)
{
    nb_buf_addf(out,
                "<item><title>%s</title><link>https://gazete%u.example/haber/%u</link>"
                "<guid isPermaLink=\"false\">g%u-%u</guid><dc:creator>Yazar %u</dc:creator>"
                "<pubDate>Tue, 03 Mar 2026 %02u:05:00 +0300</pubDate><category>gündem</category>"
                "<description>%s</description><content:encoded><![CDATA[<p>%s</p><p>%s "
                "<a href=\"/etiket/%u\">etiket</a> &amp; %s</p>]]></content:encoded></item>\n",
                sentence(state), feed, item, feed, item, item % 7, item % 24, sentence(state),
                sentence(state), sentence(state), item, sentence(state));
}

static void atom_entry(struct nb_buf *out, unsigned feed, unsigned item, unsigned *state)
{
    nb_buf_addf(out,
                "<entry><title>%s</title><link href=\"/yazi/%u\"/><id>tag:defter%u.example,%u</id>"
                "<author><name>Yazar %u</name></author><published>2026-03-03T%02u:05:00Z"
                "</published><updated>2026-03-03T%02u:06:00Z</updated><category term=\"not\"/>"
                "<content type=\"html\">&lt;p&gt;%s&lt;/p&gt;&lt;p&gt;%s &lt;a href=\"/x\"&gt;x"
                "&lt;/a&gt; %s&lt;/p&gt;</content></entry>\n",
                sentence(state), item, feed, item, item % 7, item % 24, item % 24, sentence(state),
                sentence(state), sentence(state));
}

static void json_item(struct nb_buf *out, unsigned feed, unsigned item, unsigned *state)
{
    nb_buf_addf(out,
                "%s{\"id\":\"%u-%u\",\"url\":\"/yazi/%u\",\"title\":\"%s\",\"content_html\":"
                "\"<p>%s</p><p>%s <a href='/x'>x</a> %s</p>\",\"date_published\":"
                "\"2026-03-03T%02u:05:00Z\",\"tags\":[\"not\"],\"authors\":[{\"name\":\"Yazar "
                "%u\"}]}",
                item ? "," : "", feed, item, item, sentence(state), sentence(state),
                sentence(state), sentence(state), item % 24, item % 7);
}

struct format {
    const char *name, *head, *tail;
    void (*item)(struct nb_buf *out, unsigned feed, unsigned item, unsigned *state);
};

static const struct format formats[] = {
    {"rss",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" "
     "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" "
     "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>Gazete</title>"
     "<link>https://gazete.example/</link><description>Haberler</description>\n",
     "</channel></rss>\n", rss_item},
    {"atom",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
     "xml:lang=\"tr\"><title>Defter</title><link href=\"https://defter.example/\"/>\n",
     "</feed>\n", atom_entry},
    {"json", "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Defter\",\"items\":[",
     "]}\n", json_item},
};

static void write_feeds(const struct format *format)
{
    for (unsigned i = 0; i < FEEDS; i++) {
        unsigned state = i;
        nb_buf_init(&feeds[i], FEED_MAX);
        nb_buf_add_str(&feeds[i], format->head);
        for (unsigned item = 0; feeds[i].len < FEED_BYTES; item++) {
            format->item(&feeds[i], i, item, &state);
        }
        nb_buf_add_str(&feeds[i], format->tail);
    }
}

static int64_t cpu_us(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static size_t counted;

static void count_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                        int namespaces_n, const xmlChar **namespaces, int attrs_n, int defaulted_n,
                        const xmlChar **attrs)
{
    (void)data, (void)name, (void)prefix, (void)uri, (void)namespaces_n, (void)namespaces;
    (void)defaulted_n, (void)attrs;
    counted += 1 + (size_t)attrs_n;
}

static void count_text(void *data, const xmlChar *text, int len)
{
    (void)data, (void)text;
    counted += (size_t)len;
}

static bool bare_xml(struct nb_slice bytes, struct nb_arena *arena)
{
    (void)arena;
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .startElementNs = count_start,
                         .characters = count_text,
                         .cdataBlock = count_text};
    return xmlSAXUserParseMemory(&sax, NULL, bytes.p, (int)bytes.len) == 0;
}

static bool bare_json(struct nb_slice bytes, struct nb_arena *arena)
{
    (void)arena;
    json_t *root = json_loadb(bytes.p, bytes.len, 0, NULL);
    counted += json_object_size(root);
    json_decref(root);
    return root != NULL;
}

static bool whole(struct nb_slice bytes, struct nb_arena *arena)
{
    struct nb_feed feed;
    nb_arena_reset(arena);
    bool ok = nb_feed_parse(bytes, NB_LIT("https://a.example/feed"), NB_LIT("application/xml"),
                            &dates, arena, &feed, NULL) == NB_OK;
    counted += ok ? feed.entries_n : 0;
    return ok && feed.entries_n > 0 && !feed.bozo;
}

/* CPU of the fastest round, or -1 when a feed is not read. */
static int64_t best_of(bool (*read)(struct nb_slice bytes, struct nb_arena *arena),
                       struct nb_arena *arena)
{
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = cpu_us();
        for (int pass = 0; pass < PASSES; pass++) {
            for (size_t i = 0; i < FEEDS; i++) {
                if (!read(nb_buf_slice(&feeds[i]), arena)) {
                    return -1;
                }
            }
        }
        int64_t took = cpu_us() - start;
        best = took < best ? took : best;
    }
    return best > 0 ? best : 1;
}

int main(void)
{
    struct nb_arena *arena = nb_arena_new((size_t)16 << 20);
    if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
        return 1;
    }
    nb_feed_init();
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        bool json = strcmp(formats[i].name, "json") == 0;
        write_feeds(&formats[i]);
        int64_t bare = best_of(json ? bare_json : bare_xml, arena);
        int64_t ours = best_of(whole, arena);
        size_t bytes = 0;
        for (size_t k = 0; k < FEEDS; k++) {
            bytes += feeds[k].len;
            nb_buf_fini(&feeds[k]);
        }
        if (bare < 0 || ours < 0) {
            fprintf(stderr, "bench_feed: a feed of %s was not read\n", formats[i].name);
            return 1;
        }
        printf("feed-parse-%s %lld feeds/s (one core, %zu bytes each)\n", formats[i].name,
               (long long)FEEDS * PASSES * 1000000 / ours, bytes / FEEDS);
        printf("feed-parse-%s-ratio %.2f times the CPU of bare %s over the same bytes\n",
               formats[i].name, (double)ours / (double)bare, json ? "jansson" : "libxml2 SAX2");
    }
    nb_feed_fini();
    nb_url_fini();
    nb_arena_free(arena);
    return counted ? 0 : 1;
}
