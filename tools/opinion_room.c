#include "tools/opinion_room.h"

#include <stdio.h>
#include <stdlib.h>

void opinion_die(const char *what)
{
    fprintf(stderr, "train_opinion: %s\n", what);
    exit(1);
}

void *opinion_room(size_t n, size_t each)
{
    void *p = calloc(n ? n : 1, each);
    if (!p) {
        opinion_die("out of memory");
    }
    return p;
}
