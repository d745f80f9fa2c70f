/**
 * Dates as pages of forums write them: with the number of the post beside them ("#2 posted: ..."),
 * and sometimes in the order of the United States, which one cannot tell from a single date.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_PAGE_WHEN_H
#define NABIZ_PAGE_WHEN_H

#include <nabiz/date.h>

#include "crawler/page/dom.h"

/** Does a date on the page make sense only with the month first, and none only with the day? */
bool nb_page_month_first(const struct nb_dom *dom);

/**
 * Read a date of at most NB_PAGE_WHEN_BYTES; nb_date_parse() says what is understood.
 * @param month_first  03/04/2020 is in March.
 * @return Unix milliseconds; -1 when it is none.
 */
int64_t nb_page_when(struct nb_slice text, const struct nb_date_context *dates, bool month_first);

enum { NB_PAGE_WHEN_BYTES = 200 };

#endif
