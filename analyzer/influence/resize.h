/**
 * What trust and support share: arrays that grow with the authors and their acts.
 *
 * Threads: a pure function.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_RESIZE_H
#define NABIZ_ANALYZER_INFLUENCE_RESIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <nabiz/mem.h>

/**
 * Give an array room for n members, at least for one.
 * @param array  points at the pointer to it, of whatever type.
 * @param size   of a member, in bytes.
 * @return false, and the array as it was, without memory.
 */
static inline bool nb_resize(void *array, size_t n, size_t size)
{
    void *old, *fresh;
    memcpy(&old, array, sizeof(old));
    fresh = nb_realloc(old, (n ? n : 1) * size);
    if (fresh) {
        memcpy(array, &fresh, sizeof(fresh));
    }
    return fresh != NULL;
}

#endif
