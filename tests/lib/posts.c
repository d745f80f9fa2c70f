#include "tests/lib/posts.h"

#include <time.h>

#include "tests/lib/test.h"

size_t nbt_posts(struct nb_arena *arena, struct nb_slice *posts, size_t max_n)
{
    static const char *const made_up[] = {
        "kargo iki haftadır gelmedi, müşteri hizmetleri de cevap vermiyor",
        "yeni telefonun ekranı harika ama bataryası çabuk bitiyor :(",
        "bugün hava çok güzel, sahilde yürüyüş yaptık 😊",
        "@deniz faturamı nereden ödeyebilirim acaba?",
        "cok begendim, herkese tavsiye ederim!!!",
    };
    size_t n = 0;
    const char *path = nbt_data("posts/unlabelled.tsv");
    struct nb_slice line, rest = path ? nbt_read_file(path, arena) : nb_slice(NULL, 0);
    while (n < max_n && nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice id, label;
        if (nb_slice_split(&line, '\t', &id) && nb_slice_split(&line, '\t', &label) && line.p) {
            posts[n++] = line;
        }
    }
    while (n < max_n && !path) {
        posts[n] = nb_slice_str(made_up[n % (sizeof(made_up) / sizeof(made_up[0]))]);
        n++;
    }
    return n;
}

int64_t nbt_cpu_us(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000000 + used.tv_nsec / 1000;
}
