#include <nabiz/config.h>

#include <inttypes.h>
#include <string.h>

#include "common/config_value.h"

enum { TEXT_COLUMNS = 96 };

/* Words of a comment, line by line. */
static void add_comment(struct nb_buf *out, const char *indent, const char *text)
{
    struct nb_slice rest = nb_slice_str(text);
    size_t used = 0;
    for (struct nb_slice word; nb_slice_split(&rest, ' ', &word);) {
        if (used > 0 && used + 1 + word.len > TEXT_COLUMNS) {
            nb_buf_add_byte(out, '\n');
            used = 0;
        }
        if (used == 0) {
            nb_buf_addf(out, "%s# ", indent);
            used = strlen(indent) + 2;
        } else {
            nb_buf_add_byte(out, ' ');
            used++;
        }
        nb_buf_add(out, word);
        used += word.len;
    }
    nb_buf_add_byte(out, '\n');
}

static void add_quoted(struct nb_buf *out, const char *text)
{
    nb_buf_add_byte(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            nb_buf_add_byte(out, '\\');
        }
        nb_buf_add_byte(out, *text);
    }
    nb_buf_add_byte(out, '"');
}

static struct nb_slice enum_name(const struct nb_config_row *row, int64_t index)
{
    struct nb_slice rest = nb_slice_str(row->text);
    struct nb_slice name = {NULL, 0};
    for (int64_t i = 0; i <= index; i++) {
        (void)nb_slice_split(&rest, '|', &name);
    }
    return name;
}

static void add_value(struct nb_buf *out, const struct nb_config_row *row, int64_t number,
                      const char *text)
{
    char digits[NB_CONFIG_NUMBER_BYTES];
    switch (row->type) {
    case NB_CONFIG_STRING:
    case NB_CONFIG_PATH:
        add_quoted(out, text);
        break;
    case NB_CONFIG_INT:
        nb_config_number_print(number, row->unit, digits);
        nb_buf_add_str(out, digits);
        break;
    case NB_CONFIG_BOOL:
        nb_buf_add_str(out, number ? "on" : "off");
        break;
    case NB_CONFIG_ENUM:
        nb_buf_add(out, enum_name(row, number));
        break;
    }
}

/* The explanation of a row, with what may be written. */
static void add_explanation(struct nb_buf *out, const struct nb_config_row *row)
{
    char min[NB_CONFIG_NUMBER_BYTES];
    char max[NB_CONFIG_NUMBER_BYTES];
    add_comment(out, "    ", row->line);
    switch (row->type) {
    case NB_CONFIG_INT:
        nb_config_number_print(row->min, row->unit, min);
        nb_config_number_print(row->max, row->unit, max);
        nb_buf_addf(out, "    # from %s to %s\n", min, max);
        break;
    case NB_CONFIG_BOOL:
        nb_buf_add_str(out, "    # on or off\n");
        break;
    case NB_CONFIG_ENUM:
        nb_buf_addf(out, "    # one of %s\n", row->text);
        break;
    case NB_CONFIG_STRING:
    case NB_CONFIG_PATH:
        break;
    }
}

static bool same_section(const char *a, const char *b)
{
    size_t n = strcspn(a, ".");
    return n == strcspn(b, ".") && memcmp(a, b, n) == 0;
}

void nb_config_dump(const struct nb_config *config, bool sample, struct nb_buf *out)
{
    const char *before = NULL;
    if (sample) {
        add_comment(out, "",
                    "Configuration of nabiz. Every setting is here with its default; take the # "
                    "off to change one. `nabiz config check` reads the file and says what is "
                    "wrong.");
        add_comment(out, "",
                    "Sizes take k, m and g (powers of 1024), times ms, s, min, h and d. Relative "
                    "paths start at the directory of this file.");
    }
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        enum nb_config_id id = (enum nb_config_id)i;
        const struct nb_config_row *row = nb_config_row(id);
        bool is_text = row->type == NB_CONFIG_STRING || row->type == NB_CONFIG_PATH;
        if (!before || !same_section(before, row->name)) {
            nb_buf_addf(out, "%s%s%.*s {\n", before ? "}\n" : "", before || sample ? "\n" : "",
                        (int)strcspn(row->name, "."), row->name);
        } else if (sample) {
            nb_buf_add_byte(out, '\n');
        }
        before = row->name;
        if (sample) {
            add_explanation(out, row);
        }
        nb_buf_addf(out, "    %s%s = ", sample ? "#" : "", strchr(row->name, '.') + 1);
        if (sample) {
            add_value(out, row, row->number, row->text);
        } else {
            add_value(out, row, is_text ? 0 : nb_config_int(config, id),
                      is_text ? nb_config_given(config, id) : NULL);
        }
        nb_buf_add_str(out, ";\n");
    }
    nb_buf_add_str(out, "}\n");
}
