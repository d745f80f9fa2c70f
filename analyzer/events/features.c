/*
 * The short names of features, and the features that say whose event it is and how far.
 */
#include "analyzer/events/rules.h"

static const struct {
    const char *name, *features[2];
} short_names[] = {
    {"Nom", {"Case=Nom"}},
    {"Acc", {"Case=Acc"}},
    {"Dat", {"Case=Dat"}},
    {"Loc", {"Case=Loc"}},
    {"Abl", {"Case=Abl"}},
    {"Gen", {"Case=Gen"}},
    {"Ins", {"Case=Ins"}},
    {"Equ", {"Case=Equ"}},
    {"Abe", {"Case=Abe"}},
    {"P1", {"Person[psor]=1"}},
    {"P2", {"Person[psor]=2"}},
    {"P3", {"Person[psor]=3"}},
    {"P1sg", {"Person[psor]=1", "Number[psor]=Sing"}},
    {"P1pl", {"Person[psor]=1", "Number[psor]=Plur"}},
    {"P2sg", {"Person[psor]=2", "Number[psor]=Sing"}},
    {"P2pl", {"Person[psor]=2", "Number[psor]=Plur"}},
    {"P3sg", {"Person[psor]=3", "Number[psor]=Sing"}},
    {"P3pl", {"Person[psor]=3", "Number[psor]=Plur"}},
    {"A1", {"Person=1"}},
    {"A2", {"Person=2"}},
    {"A3", {"Person=3"}},
    {"A1sg", {"Person=1", "Number=Sing"}},
    {"A1pl", {"Person=1", "Number=Plur"}},
    {"A2sg", {"Person=2", "Number=Sing"}},
    {"A2pl", {"Person=2", "Number=Plur"}},
    {"A3sg", {"Person=3", "Number=Sing"}},
    {"A3pl", {"Person=3", "Number=Plur"}},
    {"Past", {"Tense=Past"}},
    {"Pres", {"Tense=Pres"}},
    {"Fut", {"Tense=Fut"}},
    {"Prog", {"Aspect=Prog"}},
    {"Hab", {"Aspect=Hab"}},
    {"Fh", {"Evident=Fh"}},
    {"Nfh", {"Evident=Nfh"}},
    {"Neg", {"Polarity=Neg"}},
    {"Pos", {"Polarity=Pos"}},
    {"Imp", {"Mood=Imp"}},
    {"Opt", {"Mood=Opt"}},
    {"Cnd", {"Mood=Cnd"}},
    {"Nec", {"Mood=Nec"}},
    {"Pot", {"Mood=Pot"}},
    {"Pass", {"Voice=Pass"}},
    {"Cau", {"Voice=Cau"}},
    {"Rfl", {"Voice=Rfl"}},
    {"Rcp", {"Voice=Rcp"}},
    {"Part", {"VerbForm=Part"}},
    {"Conv", {"VerbForm=Conv"}},
    {"Vnoun", {"VerbForm=Vnoun"}},
};

enum { FEATURE_BYTES_MAX = 40 };

static uint64_t nonfinite(const struct tr_core *core)
{
    return tr_core_feature(core, "VerbForm=Part") | tr_core_feature(core, "VerbForm=Conv") |
           tr_core_feature(core, "VerbForm=Vnoun");
}

const char *nb_rule_feature(const struct tr_core *core, struct nb_slice name, bool take_away,
                            struct nb_word *word)
{
    char text[FEATURE_BYTES_MAX];
    if (nb_slice_eq(name, NB_LIT("Fin")) && !take_away) {
        word->without |= nonfinite(core);
        return NULL;
    }
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++) {
        if (nb_slice_eq(name, nb_slice_str(short_names[i].name))) {
            bits = tr_core_feature(core, short_names[i].features[0]);
            bits |=
                short_names[i].features[1] ? tr_core_feature(core, short_names[i].features[1]) : 0;
        }
    }
    if (!bits && name.len < sizeof(text) && nb_slice_find_byte(name, '=', 0) != NB_NPOS) {
        for (size_t i = 0; i < name.len; i++) {
            text[i] = name.p[i];
        }
        text[name.len] = '\0';
        bits = tr_core_feature(core, text);
    }
    if (!bits) {
        return "no suffix has this feature";
    }
    if (take_away && (bits & (bits - 1))) {
        return "only a single feature can be taken away";
    }
    *(take_away ? &word->without : &word->with) |= bits;
    return NULL;
}

void nb_rule_features(const struct tr_core *core, struct nb_event_features *out)
{
    static const char *const persons[] = {"Person=1", "Person=2", "Person=3"};
    static const char *const owners[] = {"Person[psor]=1", "Person[psor]=2", "Person[psor]=3"};
    static const char *const cases[] = {"Case=Acc", "Case=Dat", "Case=Loc",
                                        "Case=Abl", "Case=Ins", "Case=Equ"};
    *out = (struct nb_event_features){
        .negative = tr_core_feature(core, "Polarity=Neg"),
        .past = tr_core_feature(core, "Tense=Past"),
        .present = tr_core_feature(core, "Tense=Pres"),
        .future = tr_core_feature(core, "Tense=Fut"),
        .progressive = tr_core_feature(core, "Aspect=Prog"),
        .habitual = tr_core_feature(core, "Aspect=Hab"),
        .hearsay = tr_core_feature(core, "Evident=Nfh"),
        .witnessed = tr_core_feature(core, "Evident=Fh"),
        .imperative = tr_core_feature(core, "Mood=Imp"),
        .optative = tr_core_feature(core, "Mood=Opt"),
        .conditional = tr_core_feature(core, "Mood=Cnd"),
        .necessity = tr_core_feature(core, "Mood=Nec"),
        .ability = tr_core_feature(core, "Mood=Pot"),
        .participle = tr_core_feature(core, "VerbForm=Part"),
        .converb = tr_core_feature(core, "VerbForm=Conv"),
        .verbal_noun = tr_core_feature(core, "VerbForm=Vnoun"),
        .nonfinite = nonfinite(core),
        .ablative = tr_core_feature(core, "Case=Abl"),
        .locative = tr_core_feature(core, "Case=Loc"),
        .singular = tr_core_feature(core, "Number=Sing"),
    };
    for (int i = 0; i < 3; i++) {
        out->person[i] = tr_core_feature(core, persons[i]);
        out->owner[i] = tr_core_feature(core, owners[i]);
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        out->oblique |= tr_core_feature(core, cases[i]);
    }
}
