/* journal/format/record.h: one record of the journal, as bytes.
 *
 * Layout:      little-endian, 48 bytes of header, payload, zero padding to 8 (l1_record_header).
 * Chain:       `prev` is the CRC of the record before, so a record also vouches for its past.
 * Batch flag:  L1_RECORD_BATCH marks a record that was written only after everything before it
 *              had been synced. It is what tells a torn write (sectors of one unsynced batch in
 *              any combination) from damage to records that were already durable.
 * Errors:      states, never assertions, for bytes that came from a disk.
 * Determinism: pure. No clock, no I/O, no allocation. Payloads are opaque. */
#ifndef L1_JOURNAL_FORMAT_RECORD_H
#define L1_JOURNAL_FORMAT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define L1_RECORD_MAGIC UINT32_C(0x524A314C) /* "L1JR" on disk */
#define L1_RECORD_VERSION 1
#define L1_RECORD_HEADER_SIZE 48
#define L1_RECORD_ALIGN 8
#define L1_RECORD_PAYLOAD_MAX 65536 /* bytes */
#define L1_RECORD_SIZE_MAX (L1_RECORD_HEADER_SIZE + L1_RECORD_PAYLOAD_MAX)
#define L1_RECORD_BATCH UINT16_C(1)

typedef enum {
    L1_RECORD_START = 1,     /* an engine began: build id, epoch */
    L1_RECORD_CONFIG = 2,    /* resolved configuration, by content hash */
    L1_RECORD_MODEL = 3,     /* reserved: bundles are named by MODELS events */
    L1_RECORD_EVENT = 4,     /* input of the core */
    L1_RECORD_EFFECT = 5,    /* output of the core */
    L1_RECORD_PUBLISHED = 6, /* position up to which outputs were published */
    L1_RECORD_STOP = 7,      /* a clean end */
} l1_record_type;

/* The header in memory has the layout it has on disk; it is still moved field by field. */
typedef struct {
    uint32_t magic;
    uint16_t version, type;
    uint32_t length; /* of the payload, bytes */
    uint16_t flags, epoch;
    uint64_t sequence; /* contiguous from 1 */
    uint64_t mono_ns;  /* monotonic clock, for latency only */
    uint64_t wall_ns;  /* Unix ns */
    uint32_t prev;     /* CRC of the record before; 0 for the first of all */
    uint32_t crc;      /* CRC-32C of the header with crc = 0 and the payload */
} l1_record_header;
_Static_assert(sizeof(l1_record_header) == L1_RECORD_HEADER_SIZE, "on-disk size is frozen");
_Static_assert(offsetof(l1_record_header, type) == 6, "on-disk layout is frozen");
_Static_assert(offsetof(l1_record_header, length) == 8, "on-disk layout is frozen");
_Static_assert(offsetof(l1_record_header, flags) == 12, "on-disk layout is frozen");
_Static_assert(offsetof(l1_record_header, epoch) == 14, "on-disk layout is frozen");
_Static_assert(offsetof(l1_record_header, sequence) == 16, "on-disk layout is frozen");
_Static_assert(offsetof(l1_record_header, mono_ns) == 24, "on-disk layout is frozen");
_Static_assert(offsetof(l1_record_header, wall_ns) == 32, "on-disk layout is frozen");
_Static_assert(offsetof(l1_record_header, prev) == 40, "on-disk layout is frozen");
_Static_assert(offsetof(l1_record_header, crc) == 44, "on-disk layout is frozen");

/* A record as read. `payload` points into the bytes it was read from. */
typedef struct {
    l1_record_header header;
    const uint8_t *payload;
} l1_record;

typedef enum {
    L1_RECORD_BAD,   /* neither empty nor valid */
    L1_RECORD_NONE,  /* 48 zero bytes: nothing was written here */
    L1_RECORD_SHORT, /* plausible so far, but the bytes end before the record does */
    L1_RECORD_VALID, /* length, CRC and padding hold; the chain is the caller's to check */
} l1_record_state;

/* Bytes that a payload of `length` occupies with header and padding; length <= PAYLOAD_MAX. */
size_t l1_record_size(uint32_t length);

/* Writes header and payload, padded, into `out` (l1_record_size(header->length) bytes); magic and
 * version are supplied, flags, prev and crc are left for l1_record_seal. Until then `note`, a
 * number of the caller's, stands in the bytes of prev and crc. Returns the size. */
size_t l1_record_put(uint8_t *out, const l1_record_header *header, const uint8_t *payload,
                     uint64_t note);

/* Completes a record written by l1_record_put in place and returns its CRC: the next `prev`. */
uint32_t l1_record_seal(uint8_t *record, uint16_t flags, uint32_t prev);

/* Of a record written by l1_record_put and not sealed yet: its bytes on disk, its sequence, its
 * wall clock and its note. */
typedef struct {
    size_t size;
    uint64_t sequence, wall_ns, note;
} l1_record_draft;
l1_record_draft l1_record_draft_at(const uint8_t *record);

/* Reads one record from untrusted bytes; `out` is filled only when VALID. */
l1_record_state l1_record_read(const uint8_t *bytes, size_t size, l1_record *out);

/* True when the record is number `sequence` and continues the chain `prev`. */
bool l1_record_follows(const l1_record *record, uint64_t sequence, uint32_t prev);

#endif
