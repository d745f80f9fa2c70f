/*
 * The input is a program of writer calls; whatever it writes, jansson reads it, and strings that
 * were UTF-8 come back as they were.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <nabiz/json.h>
#include <nabiz/text.h>

struct input {
    const uint8_t *p;
    size_t len;
};

static uint8_t next(struct input *in)
{
    if (in->len == 0) {
        return 0;
    }
    in->len--;
    return *in->p++;
}

static struct nb_slice next_text(struct input *in)
{
    size_t n = next(in) % 32;
    n = n < in->len ? n : in->len;
    struct nb_slice text = nb_slice(in->p, n);
    in->p += n;
    in->len -= n;
    return text;
}

static void write_value(struct nb_json *j, struct input *in)
{
    int64_t number = 0;
    switch (next(in) % 8) {
    case 0:
    case 1:
        nb_json_str(j, next_text(in));
        break;
    case 2:
        for (int i = 0; i < 8; i++) {
            number = (int64_t)((uint64_t)number << 8 | next(in));
        }
        nb_json_int(j, number);
        break;
    case 3:
        nb_json_time(j, (int64_t)next(in) * 86400000 * 365 - 1 + next(in));
        break;
    case 4:
        nb_json_bool(j, next(in) & 1);
        break;
    case 5:
        nb_json_null(j);
        break;
    default:
        if (j->depth == NB_JSON_DEPTH) {
            nb_json_null(j);
        } else if (next(in) & 1) {
            nb_json_object(j);
        } else {
            nb_json_array(j);
        }
    }
}

static void round_trip(struct nb_slice text)
{
    struct nb_buf buf;
    struct nb_json j;
    json_error_t error;
    nb_buf_init(&buf, 1 << 20);
    nb_json_init(&j, &buf, false);
    nb_json_str(&j, text);
    json_t *root = json_loadb(buf.p, buf.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    assert(root);
    struct nb_slice back = nb_slice(json_string_value(root), json_string_length(root));
    assert(nb_utf8_valid(back));
    assert(!nb_utf8_valid(text) || nb_slice_eq(text, back));
    json_decref(root);
    nb_buf_fini(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size < 4096 ? size : 4096};
    struct nb_buf buf;
    struct nb_json j;
    json_error_t error;
    char key[24];
    unsigned keys = 0;
    round_trip(nb_slice(in.p, in.len));
    nb_buf_init(&buf, 1 << 20);
    nb_json_init(&j, &buf, next(&in) & 1);
    nb_json_array(&j);
    while (in.len > 0) {
        if (j.depth > 1 && next(&in) % 4 == 0) {
            nb_json_end(&j);
        } else {
            if (j.close[j.depth - 1] == '}') {
                (void)snprintf(key, sizeof(key), "k\"\\%u", keys++);
                nb_json_key(&j, key);
            }
            write_value(&j, &in);
        }
    }
    while (j.depth > 0) {
        nb_json_end(&j);
    }
    assert(buf.err == NB_OK);
    json_t *root = json_loadb(buf.p, buf.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    assert(root);
    json_decref(root);
    nb_buf_fini(&buf);
    return 0;
}
