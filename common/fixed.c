#include <nabiz/fixed.h>

enum { FRACTION_BITS = 30, ONE_MILLI = 1000, STEPS = 14 };

/*
 * The mantissa m in [1, 2) is squared again and again: whenever it reaches 2 the next binary digit
 * of the logarithm is 1 (Knuth, The Art of Computer Programming 1, 1.2.2).
 */
int32_t nb_log2_milli(uint64_t n)
{
    if (n < 2) {
        return 0;
    }
    uint32_t whole = 63u - (uint32_t)__builtin_clzll(n);
    uint64_t m =
        whole > FRACTION_BITS ? n >> (whole - FRACTION_BITS) : n << (FRACTION_BITS - whole);
    uint32_t digits = 0;
    for (int i = 0; i < STEPS; i++) {
        m = m * m >> FRACTION_BITS;
        uint32_t digit = (uint32_t)(m >> (FRACTION_BITS + 1));
        m >>= digit;
        digits = digits << 1 | digit;
    }
    return (int32_t)(whole * ONE_MILLI + (digits * ONE_MILLI >> STEPS));
}

/* By square roots of 2: 2^(1/2), 2^(1/4), ... in units of 2^-30. */
static const uint32_t ROOTS[STEPS] = {
    1518500250, 1276901417, 1170923762, 1121280436, 1097253708, 1085434106, 1079572136,
    1076653033, 1075196443, 1074468888, 1074105294, 1073923544, 1073832680, 1073787251,
};

uint64_t nb_exp2_milli(int32_t exponent_milli)
{
    if (exponent_milli < -ONE_MILLI) {
        return 0;
    }
    uint32_t up = (uint32_t)(exponent_milli + ONE_MILLI);
    uint32_t whole = up / ONE_MILLI;
    if (whole > 62) {
        return UINT64_C(1) << 62;
    }
    uint32_t digits = ((up % ONE_MILLI) << STEPS) / ONE_MILLI;
    uint64_t m = UINT64_C(1) << FRACTION_BITS;
    for (int i = 0; i < STEPS; i++) {
        if (digits >> (STEPS - 1 - i) & 1) {
            m = m * ROOTS[i] >> FRACTION_BITS;
        }
    }
    /* m has FRACTION_BITS, and one power of two was added */
    uint32_t down = FRACTION_BITS + 1;
    if (whole >= down) {
        return m << (whole - down);
    }
    return (m + (UINT64_C(1) << (down - whole - 1))) >> (down - whole);
}

uint32_t nb_isqrt(uint64_t n)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 62; bit; bit >>= 2) {
        if (n >= root + bit) {
            n -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (uint32_t)root;
}
