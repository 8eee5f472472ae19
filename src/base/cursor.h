/* base/cursor.h: the one bounded way to read and write binary fields, little-endian.
 *
 * A writer that runs out of room sets `failed` and stops writing, so a caller checks once at
 * the end; a reader does the same and yields zeros. No pointer arithmetic elsewhere. */
#ifndef L1_BASE_CURSOR_H
#define L1_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const uint8_t *at, *end;
    bool failed;
} l1_reader;

typedef struct {
    uint8_t *base;
    size_t used, capacity;
    bool failed;
} l1_writer;

/* Host order to little-endian and back. */
static inline uint64_t l1_little_endian(uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(value);
#else
    return value;
#endif
}

static inline uint64_t l1_read_word(l1_reader *in, size_t size)
{
    uint64_t word = 0;
    if ((size_t)(in->end - in->at) < size) {
        in->failed = true;
        in->at = in->end; /* every later field yields zero */
        return 0;
    }
    memcpy(&word, in->at, size);
    in->at += size;
    return l1_little_endian(word);
}

static inline uint8_t l1_read_u8(l1_reader *in)
{
    return (uint8_t)l1_read_word(in, 1);
}
static inline uint16_t l1_read_u16(l1_reader *in)
{
    return (uint16_t)l1_read_word(in, 2);
}
static inline uint32_t l1_read_u32(l1_reader *in)
{
    return (uint32_t)l1_read_word(in, 4);
}
static inline uint64_t l1_read_u64(l1_reader *in)
{
    return l1_read_word(in, 8);
}
static inline int64_t l1_read_i64(l1_reader *in)
{
    return (int64_t)l1_read_word(in, 8);
}
static inline size_t l1_read_left(const l1_reader *in)
{
    return (size_t)(in->end - in->at);
}
void l1_read_bytes(l1_reader *in, void *out, size_t size); /* zeros when they are not there */

static inline void l1_write_word(l1_writer *out, uint64_t value, size_t size)
{
    if (out->failed || out->capacity - out->used < size) {
        out->failed = true;
        return;
    }
    const uint64_t word = l1_little_endian(value);
    memcpy(out->base + out->used, &word, size);
    out->used += size;
}

static inline void l1_write_u8(l1_writer *out, uint8_t value)
{
    l1_write_word(out, value, 1);
}
static inline void l1_write_u16(l1_writer *out, uint16_t value)
{
    l1_write_word(out, value, 2);
}
static inline void l1_write_u32(l1_writer *out, uint32_t value)
{
    l1_write_word(out, value, 4);
}
static inline void l1_write_u64(l1_writer *out, uint64_t value)
{
    l1_write_word(out, value, 8);
}
static inline void l1_write_i64(l1_writer *out, int64_t value)
{
    l1_write_word(out, (uint64_t)value, 8);
}
void l1_write_bytes(l1_writer *out, const void *bytes, size_t size); /* all or nothing */

#endif
