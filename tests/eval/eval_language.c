/*
 * Which language a post is in, as nb_annotate() tells it.
 *
 *     eval_language [show]
 *
 * Turkish: the held-out posts, and a held-out tenth of the unlabelled ones, of five words or more,
 * as they are and stripped of their diacritics. The rest: sentences of our own (language.tsv beside
 * this file, which no model is made from), and posts of English, German and French forums.
 */
#include "tests/lib/test.h"

#include <dirent.h>
#include <stdbool.h>

#include <jansson.h>

#include <nabiz/knowledge.h>
#include <nabiz/text.h>

#include "analyzer/turkish/corpus.h"
#include "analyzer/turkish/text.h"

enum { WORDS_MIN = 5, PIECE_BYTES = 200 };

struct tally {
    size_t n, right, turkish;
};

struct eval {
    struct nb_knowledge *knowledge;
    struct nb_arena *files, *arena;
    struct tally posts, stripped, ours, rest;
    bool show;
};

static const char *language_of(struct eval *e, struct nb_slice text)
{
    struct nb_document *document = nb_document_new(e->arena);
    struct nb_annotation *annotation = NULL;
    document->text = nb_arena_strdup(e->arena, text);
    return nb_annotate(document, e->knowledge, e->arena, &annotation) == NB_OK
               ? annotation->language
               : "none";
}

static size_t words_in(struct eval *e, struct nb_slice text)
{
    struct tr_token *tokens;
    size_t n, words = 0;
    if (tr_tokenise(text, e->arena, &tokens, &n) != NB_OK) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        words += tokens[i].kind == TR_WORD;
    }
    return words;
}

static void count(struct eval *e, struct nb_slice text, const char *want, struct tally *tally)
{
    const char *got = language_of(e, text);
    tally->n++;
    tally->right += strcmp(got, want) == 0;
    tally->turkish += strcmp(got, "tr") == 0;
    if (e->show && strcmp(got, want) != 0) {
        printf("%s\t%s\t%.*s\n", want, got, NB_ARG(text));
    }
}

static struct nb_slice strip(struct nb_slice text, struct nb_arena *arena)
{
    char *out = nb_arena_alloc(arena, text.len);
    size_t n = 0;
    for (size_t at = 0; at < text.len;) {
        size_t begin = at;
        uint32_t c = nb_utf8_next(text, &at);
        char bytes[8];
        memcpy(bytes, text.p + begin, at - begin);
        size_t width = tr_plain(bytes, at - begin);
        if (c == 0x130) {
            bytes[0] = 'I';
            width = 1;
        }
        memcpy(out + n, bytes, width);
        n += width;
    }
    return nb_slice(out, n);
}

static bool count_posts(struct eval *e, const char *file, bool all)
{
    const char *path = nbt_data(file);
    struct tr_corpus corpus;
    struct nb_slice text;
    if (!path || !tr_corpus_open(&corpus, nbt_read_file(path, e->files), '\t', NB_LIT("text"))) {
        return false;
    }
    while (tr_corpus_next(&corpus, e->files, &text)) {
        nb_arena_reset(e->arena);
        if ((all || tr_corpus_held_out(text)) && words_in(e, text) >= WORDS_MIN) {
            count(e, text, "tr", &e->posts);
            count(e, strip(text, e->arena), "tr", &e->stripped);
        }
    }
    return true;
}

static void count_ours(struct eval *e)
{
    struct nb_slice line, rest = nbt_read_file("tests/eval/language.tsv", e->files);
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice want;
        if (line.len && line.p[0] != '#' && nb_slice_split(&line, '\t', &want)) {
            nb_arena_reset(e->arena);
            count(e, line, nb_arena_strdup(e->arena, want), &e->ours);
        }
    }
}

static const char *forum_language(const char *name)
{
    static const char *const rows[][2] = {
        {"forum.glamour.de", "de"},
        {"forum.ubuntuusers.de", "de"},
        {"forum.worldofplayers", "de"},
        {"proxer.me", "de"},
        {"www.amsel.de", "de"},
        {"www.hifi-forum.de", "de"},
        {"www.musiker-board.de", "de"},
        {"forums.futura", "und"},
        {"forums.maladies", "und"},
        {"bbs.archlinux", "en"},
        {"community.bitdefender", "en"},
        {"forum.nationstates", "en"},
        {"forum.openoffice", "en"},
        {"forums.macrumors", "en"},
        {"healthunlocked", "en"},
        {"myparkinsons", "en"},
        {"shift.ms", "en"},
        {"www.airliners", "en"},
        {"www.gtplanet", "en"},
        {"www.pistonheads", "en"},
        {"www.medschat", "en"},
        {"www.msworld", "en"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (nb_slice_starts(nb_slice_str(name), nb_slice_str(rows[i][0]))) {
            return rows[i][1];
        }
    }
    return NULL;
}

/* The beginning of each post, about as long as a post of a network. */
static void count_forum(struct eval *e, const char *path, const char *want)
{
    json_t *page = json_load_file(path, 0, NULL), *row;
    size_t i;
    json_array_foreach(json_object_get(page, "gold_standard_annotation"), i, row)
    {
        json_t *post = json_object_get(row, "post_text");
        const char *text = json_string_value(json_object_get(post, "surface_form"));
        struct nb_slice piece = nb_utf8_cut(nb_slice_str(text), PIECE_BYTES);
        nb_arena_reset(e->arena);
        if (text && words_in(e, piece) >= WORDS_MIN) {
            count(e, piece, want, &e->rest);
        }
    }
    json_decref(page);
}

static void count_forums(struct eval *e)
{
    const char *dir = nbt_data("forums");
    DIR *handle = dir ? opendir(dir) : NULL;
    char path[4400];
    for (struct dirent *entry; handle && (entry = readdir(handle));) {
        const char *language = forum_language(entry->d_name);
        if (language) {
            (void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
            count_forum(e, path, language);
        }
    }
    if (handle) {
        (void)closedir(handle);
    }
}

static void print(const char *name, const struct tally *t, const char *data)
{
    printf("language-%s %.4f right, %.4f called tr (n %zu, %s)\n", name,
           t->n ? (double)t->right / (double)t->n : 0, t->n ? (double)t->turkish / (double)t->n : 0,
           t->n, data);
}

int main(int argc, char **argv)
{
    struct eval e = {.show = argc > 1};
    struct nb_error error = {0};
    (void)argv;
    if (nb_knowledge_load("lexicons", NULL, &e.knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_language: %s\n", nb_error_text(&error));
        return 1;
    }
    e.files = nb_arena_new((size_t)256 << 20);
    e.arena = nb_arena_new((size_t)64 << 20);
    if (count_posts(&e, "posts/heldout.tsv", true) &&
        count_posts(&e, "posts/unlabelled.tsv", false)) {
        count_ours(&e);
        count_forums(&e);
        print("posts", &e.posts, "held-out Turkish posts of 5 words or more");
        print("posts-ascii", &e.stripped, "the same, stripped of diacritics");
        print("ours", &e.ours, "tests/eval/language.tsv, seven languages and others");
        print("forums", &e.rest, "beginnings of English, German and French forum posts");
        size_t not_tr = e.ours.n + e.rest.n;
        printf("language-turkish %.4f balanced accuracy, Turkish against the rest (n %zu + %zu)\n",
               (double)e.posts.turkish / (double)e.posts.n / 2 +
                   (1 - (double)(e.ours.turkish + e.rest.turkish) / (double)not_tr) / 2,
               e.posts.n, not_tr);
    }
    nb_knowledge_free(e.knowledge);
    nb_arena_free(e.arena);
    nb_arena_free(e.files);
    return 0;
}
