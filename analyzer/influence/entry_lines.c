#include "analyzer/influence/entry_lines.h"

bool nb_entry_line(struct nb_slice *rest, uint32_t *number, struct nb_slice *line)
{
    struct nb_slice raw;
    while (nb_slice_split(rest, '\n', &raw)) {
        ++*number;
        *line = nb_slice_trim(nb_slice_sub(raw, 0, nb_slice_find_byte(raw, '#', 0)));
        if (line->len) {
            return true;
        }
    }
    return false;
}
