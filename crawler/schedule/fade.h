/**
 * e^-x in the basic operations of IEEE 754 alone, so that what is stored of it is the same on every
 * machine; libm's exp() is not.
 *
 * Threads: a pure function.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_FADE_H
#define NABIZ_CRAWLER_SCHEDULE_FADE_H

/** @param x  at least 0. @return e^-x, to ten digits; 0 from 40 on. */
double nb_fade(double x);

#endif
