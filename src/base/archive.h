/* base/archive.h: one listing of a state's fields serves saving, loading and hashing.
 *
 * A module describes its state once, in a function `l1_<module>_archive(l1_archive *, state *)`
 * that passes every field through the calls below. SAVE writes it, LOAD reads it, HASH mixes it;
 * the three cannot disagree. Integers are little-endian and field by field: no padding, no
 * pointers, no order of memory. LOAD of untrusted bytes is bounded: `failed` is set when data
 * ends early or a count exceeds its maximum, and every later field reads as zero.
 * HASH mixes exactly the bytes that SAVE writes. SAVE asserts what LOAD refuses.
 * Determinism: pure. */
#ifndef L1_BASE_ARCHIVE_H
#define L1_BASE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/hash.h"

typedef enum { L1_ARCHIVE_SAVE, L1_ARCHIVE_LOAD, L1_ARCHIVE_HASH } l1_archive_mode;

typedef struct {
    l1_archive_mode mode;
    l1_writer out;    /* SAVE */
    l1_reader in;     /* LOAD */
    l1_hasher hasher; /* HASH */
    bool failed;      /* LOAD: refused; SAVE: no room. Sticky. */
} l1_archive;

l1_archive l1_archive_saving(uint8_t *base, size_t capacity);
l1_archive l1_archive_loading(const uint8_t *bytes, size_t size);
l1_archive l1_archive_hashing(uint64_t domain);

/* True when nothing failed so far (writer and reader included). */
bool l1_archive_ok(const l1_archive *archive);

static inline void l1_archive_emit(l1_archive *archive, uint64_t word, unsigned size)
{
    if (archive->mode == L1_ARCHIVE_SAVE) {
        l1_write_word(&archive->out, word, size);
    } else {
        l1_hash_add_word(&archive->hasher, word, size);
    }
}

static inline void l1_archive_u8(l1_archive *archive, uint8_t *value)
{
    if (archive->mode == L1_ARCHIVE_LOAD) {
        *value = (uint8_t)l1_read_word(&archive->in, 1);
    } else {
        l1_archive_emit(archive, *value, 1);
    }
}
static inline void l1_archive_u16(l1_archive *archive, uint16_t *value)
{
    if (archive->mode == L1_ARCHIVE_LOAD) {
        *value = (uint16_t)l1_read_word(&archive->in, 2);
    } else {
        l1_archive_emit(archive, *value, 2);
    }
}
static inline void l1_archive_u32(l1_archive *archive, uint32_t *value)
{
    if (archive->mode == L1_ARCHIVE_LOAD) {
        *value = (uint32_t)l1_read_word(&archive->in, 4);
    } else {
        l1_archive_emit(archive, *value, 4);
    }
}
static inline void l1_archive_u64(l1_archive *archive, uint64_t *value)
{
    if (archive->mode == L1_ARCHIVE_LOAD) {
        *value = (uint64_t)l1_read_word(&archive->in, 8);
    } else {
        l1_archive_emit(archive, *value, 8);
    }
}
static inline void l1_archive_i64(l1_archive *archive, int64_t *value)
{
    if (archive->mode == L1_ARCHIVE_LOAD) {
        *value = (int64_t)l1_read_word(&archive->in, 8);
    } else {
        l1_archive_emit(archive, (uint64_t)*value, 8);
    }
}

void l1_archive_bool(l1_archive *archive, bool *value);  /* LOAD fails on other than 0 and 1 */
void l1_archive_f64(l1_archive *archive, double *value); /* by its bits */

/* A count that may not exceed `max`; LOAD fails and yields 0 beyond it. */
void l1_archive_count(l1_archive *archive, uint32_t *count, uint32_t max);

/* An enum stored in an int-sized variable with values 0..count-1, one byte on the wire.
 * `value` points at an unsigned-int-compatible enum. */
void l1_archive_enum(l1_archive *archive, void *value, unsigned count);

/* A NUL-terminated text in a fixed array of `capacity` bytes: u16 length, then the bytes. The
 * bytes after the NUL are zeroed on LOAD and never hashed. LOAD fails on a text that does not
 * fit or that holds a NUL. */
void l1_archive_text(l1_archive *archive, char *text, size_t capacity);

/* Raw bytes of fixed size. */
void l1_archive_bytes(l1_archive *archive, void *bytes, size_t size);

#endif
