/**
 * Why a source is polled when it is, in words and as JSON: what `nabiz source show` ends with.
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_SOURCE_SCHEDULE_H
#define NABIZ_SERVICE_SOURCE_SCHEDULE_H

#include <nabiz/buf.h>
#include <nabiz/json.h>
#include <nabiz/schedule.h>

/** Lines of at most 80 columns. */
void nb_source_schedule_say(const struct nb_source_row *row, const struct nb_source *state,
                            const struct nb_schedule_view *view, int32_t offset_min,
                            struct nb_buf *out);

/** Members of the object that is open. */
void nb_source_schedule_json(const struct nb_source *state, const struct nb_schedule_view *view,
                             struct nb_json *json);

#endif
