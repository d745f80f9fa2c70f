#include "crawler/schedule/fade.h"

double nb_fade(double x)
{
    /* e^-(2^i / 16) for the bits of the whole sixteenths; the rest by its series */
    static const double bits[] = {
        0.93941306281347581,    0.88249690258459546,    0.77880078307140487,
        0.60653065971263342,    0.36787944117144233,    0.13533528323661270,
        0.018315638888734179,   0.00033546262790251185, 1.1253517471925912e-07,
        1.2664165549094176e-14,
    };
    if (!(x < 40)) {
        return 0;
    }
    if (x <= 0) {
        return 1;
    }
    unsigned sixteenths = (unsigned)(x * 16);
    double rest = x - (double)sixteenths / 16;
    double out = 1 - rest * (1 - rest / 2 * (1 - rest / 3 * (1 - rest / 4 * (1 - rest / 5))));
    for (unsigned i = 0; sixteenths; i++, sixteenths >>= 1) {
        out *= sixteenths & 1 ? bits[i] : 1;
    }
    return out;
}
