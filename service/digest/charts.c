/*
 * Positions come from measured text, so nothing overlaps in any language. Everything said by colour
 * is said by place and words too.
 */
#include "service/digest/charts.h"

#include <nabiz/text.h>

#include "service/digest/canvas.h"
#include "service/digest/render.h"

/* Drawn for narrow screens: where there is room, they are shown larger. */
enum { WIDTH = 480, VOLUME_HEIGHT = 176, SENTIMENT_HEIGHT = 88, ROW = 24, SHARE_ROWS = 6 };

enum { SHOWN_PERCENT = 125 };

static const double SMALL = 11; /* font size */

struct sheet {
    const struct nb_report *report;
    const struct nb_labels *labels;
    struct nb_arena *arena;
    struct nb_canvas *canvas;
};

static struct nb_slice count_text(const struct sheet *s, uint64_t n)
{
    return nb_label_count(s->labels, s->arena, (int64_t)n);
}

/* A coloured square with its meaning. @return where the next one begins. */
static double legend(const struct sheet *s, double x, double y, uint32_t ink, int percent,
                     const char *id)
{
    struct nb_slice text = nb_label(s->labels, id);
    nb_canvas_rect(s->canvas, x, y - 9, 10, 10, ink, percent);
    nb_canvas_text(s->canvas, x + 15, y, SMALL, NB_ALIGN_LEFT, NB_INK_TEXT, text);
    return x + 15 + nb_canvas_text_width(s->canvas, SMALL, text) + 18;
}

/* The least of 2, 4, 6, 8, 10 and 20 times a power of ten that is not below n: halves are whole. */
static uint64_t nice_ceiling(uint64_t n)
{
    static const uint64_t steps[] = {2, 4, 6, 8, 10, 20};
    for (uint64_t unit = 1;; unit *= 10) {
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
            if (steps[i] * unit >= n || unit > UINT64_MAX / 1000) {
                return steps[i] * unit;
            }
        }
    }
}

struct plot {
    double left, top, width, height;
    double slot; /* width of one */
    uint64_t most;
    size_t n;
};

static double height_of(const struct plot *p, double documents)
{
    return p->height * documents / (double)p->most;
}

static void draw_axes(const struct sheet *s, const struct plot *p)
{
    for (uint64_t i = 0; i <= 2; i++) {
        double y = p->top + p->height - p->height * (double)i / 2;
        nb_canvas_rect(s->canvas, p->left, y - 0.5, p->width, 1, NB_INK_GREY, i == 0 ? 90 : 35);
        nb_canvas_text(s->canvas, p->left - 8, y + 4, SMALL, NB_ALIGN_RIGHT, NB_INK_TEXT,
                       count_text(s, p->most * i / 2));
    }
    double free_from = p->left; /* names that would run into the one before are left out */
    for (size_t i = 0; i < p->n; i++) {
        struct nb_slice name = nb_digest_slot(s->report, i, s->labels, s->arena);
        double middle = p->left + p->slot * ((double)i + 0.5);
        double half = nb_canvas_text_width(s->canvas, SMALL, name) / 2;
        if ((s->report->days_n == 7 || i % 3 == 0) && middle - half >= free_from) {
            nb_canvas_text(s->canvas, middle, p->top + p->height + 16, SMALL, NB_ALIGN_CENTRE,
                           NB_INK_TEXT, name);
            free_from = middle + half + 4;
        }
    }
}

/* The band behind the bars, and the line of the median before them. */
static void draw_usual(const struct sheet *s, const struct plot *p, bool band)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct nb_report_slot *slot = &s->report->slots[i];
        if (slot->usual_milli == NB_UNKNOWN_MILLI) {
            continue;
        }
        double x = p->left + p->slot * (double)i;
        double base = p->top + p->height;
        double low = height_of(p, (double)slot->low_milli / 1000);
        double high = height_of(p, (double)slot->high_milli / 1000);
        double middle = height_of(p, (double)slot->usual_milli / 1000);
        if (band) {
            nb_canvas_rect(s->canvas, x, base - high, p->slot, high - low, NB_INK_GREY, 32);
        } else {
            nb_canvas_line(s->canvas, x, base - middle, x + p->slot, base - middle, NB_INK_TEXT,
                           1.4, true);
        }
    }
}

static void draw_bars(const struct sheet *s, const struct plot *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct nb_report_counts *counts = &s->report->slots[i].counts;
        double x = p->left + p->slot * ((double)i + 0.18);
        double base = p->top + p->height;
        double negative = height_of(p, (double)counts->negative_n);
        double other = height_of(p, (double)(counts->documents_n - counts->negative_n));
        nb_canvas_rect(s->canvas, x, base - negative, p->slot * 0.64, negative, NB_INK_VERMILLION,
                       100);
        nb_canvas_rect(s->canvas, x, base - negative - other, p->slot * 0.64, other, NB_INK_BLUE,
                       100);
    }
}

static struct nb_slice volume_alt(const struct sheet *s)
{
    size_t best = 0;
    for (size_t i = 1; i < s->report->slots_n; i++) {
        if (s->report->slots[i].counts.documents_n > s->report->slots[best].counts.documents_n) {
            best = i;
        }
    }
    const struct nb_report_slot *slot = &s->report->slots[best];
    const struct nb_label_value values[] = {
        {"n", count_text(s, s->report->day.documents_n)},
        {"slot", nb_digest_slot(s->report, best, s->labels, s->arena)},
        {"most", count_text(s, slot->counts.documents_n)},
        {NULL, {NULL, 0}}};
    const char *id = s->report->days_n == 7 ? "chart.volume.alt.days" : "chart.volume.alt.hours";
    return nb_label_fill(s->labels, s->arena, id, values);
}

static bool has_usual(const struct nb_report *report)
{
    bool any = false;
    for (size_t i = 0; i < report->slots_n; i++) {
        any |= report->slots[i].usual_milli != NB_UNKNOWN_MILLI;
    }
    return any;
}

static void draw_volume(const struct sheet *s)
{
    const struct nb_report *report = s->report;
    struct plot p = {
        .left = 56, .top = 34, .height = VOLUME_HEIGHT - 34 - 26, .n = report->slots_n};
    uint64_t most = 1;
    for (size_t i = 0; i < p.n; i++) {
        const struct nb_report_slot *slot = &report->slots[i];
        uint64_t high =
            slot->high_milli == NB_UNKNOWN_MILLI ? 0 : (uint64_t)(slot->high_milli + 999) / 1000;
        most = slot->counts.documents_n > most ? slot->counts.documents_n : most;
        most = high > most ? high : most;
    }
    p.most = nice_ceiling(most);
    double widest = nb_canvas_text_width(s->canvas, SMALL, count_text(s, p.most));
    p.left = widest + 16;
    p.width = WIDTH - p.left - 4;
    p.slot = p.width / (double)p.n;
    const char *unit = report->days_n == 7 ? "chart.unit.days" : "chart.unit.hours";
    nb_canvas_text(s->canvas, 0, 12, SMALL, NB_ALIGN_LEFT, NB_INK_TEXT, nb_label(s->labels, unit));
    double x = nb_canvas_text_width(s->canvas, SMALL, nb_label(s->labels, unit)) + 28;
    x = legend(s, x, 12, NB_INK_VERMILLION, 100, "hours.legend.negative");
    x = legend(s, x, 12, NB_INK_BLUE, 100, "hours.legend.all");
    if (has_usual(report)) {
        (void)legend(s, x, 12, NB_INK_GREY, 45, "chart.usual");
    }
    draw_usual(s, &p, true);
    draw_axes(s, &p);
    draw_bars(s, &p);
    draw_usual(s, &p, false);
}

/* Percent of three parts that add up to a hundred: the largest remainders are rounded up. */
static void percents(const int64_t parts[3], int out[3])
{
    int64_t sum = parts[0] + parts[1] + parts[2], rest[3];
    int left = 100;
    for (int i = 0; i < 3; i++) {
        out[i] = (int)(parts[i] * 100 / sum);
        rest[i] = parts[i] * 100 % sum;
        left -= out[i];
    }
    for (; left > 0; left--) {
        int best = rest[1] > rest[0] ? 1 : 0;
        best = rest[2] > rest[best] ? 2 : best;
        out[best]++;
        rest[best] = -1;
    }
}

static void sentiment_row(const struct sheet *s, double left, double y, const char *id,
                          const int64_t parts[3])
{
    static const uint32_t inks[] = {NB_INK_VERMILLION, NB_INK_GREY, NB_INK_GREEN};
    int share[3];
    double x = left, width = WIDTH - left - 4;
    int64_t sum = parts[0] + parts[1] + parts[2];
    nb_canvas_text(s->canvas, 0, y + 16, SMALL, NB_ALIGN_LEFT, NB_INK_TEXT,
                   nb_label(s->labels, id));
    if (sum <= 0) {
        return;
    }
    percents(parts, share);
    for (int i = 0; i < 3; i++) {
        double part = width * (double)parts[i] / (double)sum;
        struct nb_slice text = nb_label_percent(s->labels, s->arena, share[i]);
        nb_canvas_rect(s->canvas, x, y, part, ROW - 2, inks[i], 100);
        if (nb_canvas_text_width(s->canvas, SMALL, text) + 8 <= part) {
            nb_canvas_text(s->canvas, x + part / 2, y + 15, SMALL, NB_ALIGN_CENTRE,
                           i == 1 ? 0x20252d : NB_INK_WHITE, text);
        }
        x += part;
    }
}

static void draw_sentiment(const struct sheet *s)
{
    const struct nb_report *report = s->report;
    const struct nb_report_usual *usual = &report->usual;
    const int64_t now[] = {(int64_t)report->day.negative_n, (int64_t)report->day.neutral_n,
                           (int64_t)report->day.positive_n};
    const int64_t before[] = {usual->negative_milli, usual->neutral_milli, usual->positive_milli};
    const char *period = report->days_n == 7 ? "counts.week" : "counts.day";
    double left = nb_canvas_text_width(s->canvas, SMALL, nb_label(s->labels, period));
    double other = nb_canvas_text_width(s->canvas, SMALL, nb_label(s->labels, "counts.mean"));
    left = (left > other ? left : other) + 12;
    double x = legend(s, left, 12, NB_INK_VERMILLION, 100, "count.negative");
    x = legend(s, x, 12, NB_INK_GREY, 100, "count.neutral");
    (void)legend(s, x, 12, NB_INK_GREEN, 100, "count.positive");
    sentiment_row(s, left, 26, period, now);
    if (before[0] + before[1] + before[2] > 0) {
        sentiment_row(s, left, 26 + ROW + 6, "counts.mean", before);
    }
}

static struct nb_slice sentiment_alt(const struct sheet *s)
{
    const struct nb_report_counts *day = &s->report->day;
    const struct nb_label_value values[] = {{"negative", count_text(s, day->negative_n)},
                                            {"neutral", count_text(s, day->neutral_n)},
                                            {"positive", count_text(s, day->positive_n)},
                                            {NULL, {NULL, 0}}};
    return nb_label_fill(s->labels, s->arena, "chart.sentiment.alt", values);
}

/* As much of a name as fits, closed with an ellipsis. */
static struct nb_slice fit_name(const struct sheet *s, struct nb_slice name, double width)
{
    struct nb_slice fit = name;
    while (fit.len > 0 && nb_canvas_text_width(s->canvas, SMALL, fit) > width) {
        name = nb_utf8_cut(name, name.len - 1);
        fit = nb_slice_str(nb_arena_printf(s->arena, "%.*s\xe2\x80\xa6", NB_ARG(name)));
    }
    return fit;
}

static size_t share_rows(const struct nb_report *report)
{
    return report->share_n < SHARE_ROWS ? report->share_n : SHARE_ROWS;
}

static void draw_share(const struct sheet *s)
{
    const double name_width = 110, number_width = 96;
    double left = name_width + 12, width = WIDTH - left - number_width;
    int32_t most = s->report->share[0].share_milli > 0 ? s->report->share[0].share_milli : 1;
    for (size_t i = 0; i < share_rows(s->report); i++) {
        const struct nb_report_share *row = &s->report->share[i];
        bool own = nb_slice_eq(row->topic, s->report->topic);
        double y = (double)i * ROW, part = width * (double)row->share_milli / (double)most;
        struct nb_slice percent =
            nb_label_percent(s->labels, s->arena, (row->share_milli + 5) / 10);
        struct nb_slice text =
            nb_slice_str(nb_arena_printf(s->arena, "%.*s \xc2\xb7 %.*s", NB_ARG(percent),
                                         NB_ARG(count_text(s, row->documents_n))));
        nb_canvas_text(s->canvas, name_width, y + 16, SMALL, NB_ALIGN_RIGHT, NB_INK_TEXT,
                       fit_name(s, row->topic, name_width));
        nb_canvas_rect(s->canvas, left, y + 4, part < 1 ? 1 : part, ROW - 8,
                       own ? NB_INK_BLUE : NB_INK_GREY, 100);
        nb_canvas_text(s->canvas, left + part + 8, y + 16, SMALL, NB_ALIGN_LEFT, NB_INK_TEXT, text);
    }
}

static struct nb_slice share_alt(const struct sheet *s)
{
    struct nb_slice list = {NULL, 0};
    for (size_t i = 0; i < share_rows(s->report); i++) {
        const struct nb_report_share *row = &s->report->share[i];
        struct nb_slice percent =
            nb_label_percent(s->labels, s->arena, (row->share_milli + 5) / 10);
        list = nb_slice_str(nb_arena_printf(s->arena, "%.*s%s%.*s %.*s", NB_ARG(list),
                                            i ? ", " : "", NB_ARG(row->topic), NB_ARG(percent)));
    }
    return list;
}

static enum nb_err draw(const struct sheet *sheet, const char *id, int height,
                        void (*fn)(const struct sheet *s), struct nb_slice alt,
                        struct nb_chart *out)
{
    struct sheet s = *sheet;
    s.canvas = nb_canvas_new(WIDTH, height);
    if (!s.canvas) {
        return NB_ENOMEM;
    }
    fn(&s);
    *out = (struct nb_chart){.id = id,
                             .width = WIDTH * SHOWN_PERCENT / 100,
                             .height = height * SHOWN_PERCENT / 100,
                             .alt = alt};
    enum nb_err err = nb_canvas_png(s.canvas, s.arena, &out->png);
    nb_canvas_free(s.canvas);
    return err;
}

enum nb_err nb_digest_charts(const struct nb_report *report, const struct nb_labels *labels,
                             struct nb_arena *arena, struct nb_chart out[NB_CHARTS_MAX],
                             size_t *out_n)
{
    const struct sheet s = {report, labels, arena, NULL};
    enum nb_err err = NB_OK;
    size_t n = 0;
    if (report->day.documents_n > 0) {
        if (nb_report_shows(report, NB_SECTION_HOURS)) {
            err = draw(&s, "volume", VOLUME_HEIGHT, draw_volume, volume_alt(&s), &out[n++]);
        }
        if (err == NB_OK && nb_report_shows(report, NB_SECTION_FIGURES)) {
            bool one = report->usual.documents_milli == 0;
            int height = one ? SENTIMENT_HEIGHT - ROW - 6 : SENTIMENT_HEIGHT;
            err = draw(&s, "sentiment", height, draw_sentiment, sentiment_alt(&s), &out[n++]);
        }
    }
    if (err == NB_OK && report->share_n > 1 && nb_report_shows(report, NB_SECTION_SHARE)) {
        int height = (int)share_rows(report) * ROW + 4;
        err = draw(&s, "share", height, draw_share, share_alt(&s), &out[n++]);
    }
    *out_n = err == NB_OK ? n : 0;
    return err;
}
