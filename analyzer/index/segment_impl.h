/**
 * Shape of a segment, for those who read and write it: see segment.c.
 */
#ifndef NABIZ_INDEX_SEGMENT_IMPL_H
#define NABIZ_INDEX_SEGMENT_IMPL_H

#define NB_SEGMENT_MAGIC "nbi1"

enum { NB_SEGMENT_HEADER_BYTES = 52, NB_BLOCK_TERMS = 32, NB_BLOCK_BYTES = 12 };

#endif
