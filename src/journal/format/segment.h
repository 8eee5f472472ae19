/* journal/format/segment.h: a segment is a header page and records up to its end.
 *
 * A segment is zero-filled before use, so what was never written reads as zeros. The header
 * occupies one 512-byte sector with its CRC last: a sector that did not reach the disk has no CRC,
 * a damaged one has a wrong CRC, and the two are told apart.
 * Where two neighbours hold the same sequence, the later segment rules: recovery writes the
 * last batch anew, and the older copy is dead.
 * Determinism: pure. No clock, no I/O, no allocation. */
#ifndef L1_JOURNAL_FORMAT_SEGMENT_H
#define L1_JOURNAL_FORMAT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "domain/limits.h"
#include "journal/format/record.h"

#define L1_SEGMENT_MAGIC UINT64_C(0x314745534C4E4A4C) /* "LJNLSEG1" on disk */
#define L1_SEGMENT_FORMAT 1
#define L1_SEGMENT_HEADER_SIZE 4096 /* a page: records never share one with the header */
#define L1_SEGMENT_SECTOR 512
#define L1_SEGMENT_SIZE_MIN (128 * 1024) /* every valid record fits into every segment */
#define L1_SEGMENT_TAG_UNKNOWN UINT64_MAX

typedef struct {
    uint32_t format;
    uint32_t epoch; /* grows with each opening; records carry its low 16 bits */
    char engine_id[L1_ENGINE_ID_MAX];
    uint64_t first_sequence;
    uint64_t first_tag; /* the caller's tag at the first record, or L1_SEGMENT_TAG_UNKNOWN */
    uint64_t first_wall_ns;
    uint32_t first_prev; /* chain at the first record: the CRC of the record before */
    l1_hash128 config_hash;
} l1_segment_header;

typedef enum {
    L1_SEGMENT_CORRUPT, /* a header was here and is damaged */
    L1_SEGMENT_UNUSED,  /* no header reached the disk */
    L1_SEGMENT_VALID,
} l1_segment_state;

/* Fills `out` (L1_SEGMENT_HEADER_SIZE bytes) whole. */
void l1_segment_header_put(uint8_t *out, const l1_segment_header *header);

/* Reads a header from the first bytes of a file (fewer than a sector: CORRUPT). A VALID header
 * of another `format` fills only that field. */
l1_segment_state l1_segment_header_read(const uint8_t *bytes, size_t size, l1_segment_header *out);

typedef enum {
    L1_TAIL_CORRUPT, /* durable records are damaged: refuse */
    L1_TAIL_TORN,    /* an unsynced write is there in parts: cut */
    L1_TAIL_CLEAN,   /* zeros up to the end */
} l1_tail;

/* Judges what follows the first position without a valid record number `expected` (bytes + at).
 * A valid record of a later batch, or of the same batch without a missing sector between, is
 * damage. Fills *later_at and *later_sequence with that record when CORRUPT. */
l1_tail l1_segment_judge(const uint8_t *bytes, size_t size, size_t at, uint64_t expected,
                         size_t *later_at, uint64_t *later_sequence);

/* What a segment holds. Offsets are bytes from its start. */
typedef struct {
    l1_tail tail;
    size_t end_at;          /* behind the last accepted record */
    uint64_t next_sequence; /* of the record that would stand there */
    uint32_t next_prev;     /* and its prev */
    size_t later_at;        /* CORRUPT: the valid record that proves it */
    uint64_t later_sequence;
    /* The last batch: the only records whose sync is not proven by a record after them. Equal to
     * end_at, next_sequence and next_prev when there is no record. */
    size_t batch_at;
    uint64_t batch_sequence;
    uint32_t batch_prev;
    uint64_t batch_wall_ns;
} l1_segment_scan;

/* Walks the records of a segment whose header was read as `header`. */
void l1_segment_walk(const uint8_t *bytes, size_t size, const l1_segment_header *header,
                     l1_segment_scan *out);

#endif
