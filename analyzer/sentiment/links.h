/**
 * Links: which opinion of a text is about which of its phrases.
 *
 * An opinion is about the noun it stands before ("berbat kargo"), the subject of the clause it is
 * the predicate of ("ekran harika"), or what a verb of feeling asks for in a case ("kargoyu
 * begenmedim", "ekranina bayildim", "kargodan memnunum"); when its clause names nothing, it is
 * about what the clause before was about.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_LINKS_H
#define NABIZ_LINKS_H

#include "analyzer/sentiment/phrases.h"
#include "analyzer/sentiment/shift.h"

/** One opinion about one phrase. An opinion may have several links: "ekran ve kamera harika". */
struct nb_link {
    uint32_t find, phrase; /* indices */
    int32_t milli;         /* of the opinion; the other way round for what it is compared with */
};

struct nb_links {
    const struct nb_find *finds; /* of this text, by their places */
    size_t finds_n;
    struct nb_phrases phrases;
    struct nb_link *all; /* in the order of the finds */
    size_t n;
};

/**
 * @param finds  opinions of this text alone; borrowed by *out.
 * @param out    [out] in arena.
 * @return NB_OK, NB_ENOMEM. Linear in the text, but for putting the finds in order: every search
 *         looks a fixed number of tokens around.
 */
enum nb_err nb_links_find(const struct nb_target_words *words, const struct nb_reading_text *text,
                          const struct nb_find *finds, size_t finds_n, struct nb_arena *arena,
                          struct nb_links *out) NB_MUSTUSE;

#endif
