/**
 * How likely it is that nobody wrote a text as an utterance: words drawn from a dictionary around a
 * slogan, as they push a trend (Elmas, Overdorf, Özkalay, Aberer 2021, Ephemeral Astroturfing
 * Attacks: The Case of Fake Twitter Trends).
 *
 * Dictionaries list words as nobody says them: without endings, verbs as infinitives, rare ones as
 * often as common ones; speech is made of common words, endings and small words. Each word is put
 * into a class by its form and by how frequent that form is, and counts points for the class.
 *
 * Threads: pure functions of an immutable table.
 */
#ifndef NABIZ_ANALYZER_SYNTHETIC_H
#define NABIZ_ANALYZER_SYNTHETIC_H

#include <stdint.h>

#include "analyzer/reading.h"
#include "analyzer/turkish/lexicon.h"

enum nb_form {
    NB_FORM_ADVERB,
    NB_FORM_BARE,       /* a noun or adjective without ending */
    NB_FORM_FINITE,     /* a verb that says something of somebody */
    NB_FORM_FUNCTION,   /* conjunctions, pronouns, postpositions, numerals ... */
    NB_FORM_INFINITIVE, /* a verb as dictionaries list it */
    NB_FORM_INFLECTED,  /* a noun with a case, a plural or an owner who is me or you */
    NB_FORM_PARTICIPLE, /* also converbs */
    NB_FORM_OWNED,      /* a noun with a third person's ending: also the head of a compound */
    NB_FORM_UNKNOWN,
    NB_FORMS_N
};

/* How frequent a form is: not among the frequent ones, rare, common, very common. */
enum { NB_FREQUENCIES_N = 4 };

/** What sets forms apart: feature bits of a core. */
struct nb_synthetic {
    uint64_t verbal_noun, participle, nominative, any_case, owned, owned_by_us, plural, finite,
        imperative, negative;
};

void nb_synthetic_init(struct nb_synthetic *synthetic, const struct tr_core *core);

/** The class of one word. @param frequency  [out] below NB_FREQUENCIES_N. */
enum nb_form nb_synthetic_form(const struct nb_synthetic *synthetic,
                               const struct tr_reading *reading, unsigned *frequency);

/**
 * Words that count: not capitalised ones, which names and slogans are made of, unless one opens a
 * line as sentences do.
 */
bool nb_synthetic_counts(const struct tr_token *tokens, size_t n, size_t i);

/** True for a word that counts and is there as a dictionary lists it and people do not say it. */
bool nb_synthetic_is_listed(const struct nb_synthetic *synthetic, const struct tr_token *tokens,
                            const struct tr_reading *readings, size_t n, size_t i);

/**
 * @param text  Turkish; other languages have no such words.
 * @return thousandths; 500 and above: more likely than not. Texts with fewer than two words that
 *         count, or three where all are of one kind, are 0: too little to say. Linear in the text.
 */
int32_t nb_synthetic_judge(const struct nb_synthetic *synthetic,
                           const struct nb_reading_text *text);

#endif
