/* base/cursor.h: the one bounded way to read and write binary fields, little-endian.
 *
 * A writer that runs out of room sets `failed` and stops writing, so a caller checks once at
 * the end; a reader does the same and yields zeros. No pointer arithmetic elsewhere. */
#ifndef L1_BASE_CURSOR_H
#define L1_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *at, *end;
    bool failed;
} l1_reader;

typedef struct {
    uint8_t *base;
    size_t used, capacity;
    bool failed;
} l1_writer;

uint8_t l1_read_u8(l1_reader *in);
uint16_t l1_read_u16(l1_reader *in);
uint32_t l1_read_u32(l1_reader *in);
uint64_t l1_read_u64(l1_reader *in);
int64_t l1_read_i64(l1_reader *in);
void l1_read_bytes(l1_reader *in, void *out, size_t size);
size_t l1_read_left(const l1_reader *in);

void l1_write_u8(l1_writer *out, uint8_t value);
void l1_write_u16(l1_writer *out, uint16_t value);
void l1_write_u32(l1_writer *out, uint32_t value);
void l1_write_u64(l1_writer *out, uint64_t value);
void l1_write_i64(l1_writer *out, int64_t value);
void l1_write_bytes(l1_writer *out, const void *bytes, size_t size);

#endif
