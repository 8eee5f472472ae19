/* base/crc32c.c: the processor's CRC instruction where it exists, slicing-by-8 elsewhere. */
#include "base/crc32c.h"

#include <string.h>

#include "base/assert.h"
#include "base/crc32c_table.h"

static uint64_t load_le(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

uint32_t l1_crc32c_portable(uint32_t crc, const void *bytes, size_t size)
{
    L1_ASSERT(bytes != NULL || size == 0);
    const uint32_t(*const row)[256] = l1_crc32c_rows;
    const uint8_t *at = bytes;
    crc = ~crc;
    for (; size >= 8; size -= 8, at += 8) {
        const uint64_t word = load_le(at) ^ crc;
        crc = row[7][word & 255] ^ row[6][word >> 8 & 255] ^ row[5][word >> 16 & 255] ^
              row[4][word >> 24 & 255] ^ row[3][word >> 32 & 255] ^ row[2][word >> 40 & 255] ^
              row[1][word >> 48 & 255] ^ row[0][word >> 56];
    }
    for (; size > 0; size--, at++) crc = row[0][(crc ^ *at) & 255] ^ crc >> 8;
    return ~crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *at,
                                                                 size_t size)
{
    uint64_t wide = ~crc;
    for (; size >= 8; size -= 8, at += 8) wide = __builtin_ia32_crc32di(wide, load_le(at));
    uint32_t narrow = (uint32_t)wide;
    for (; size > 0; size--, at++) narrow = __builtin_ia32_crc32qi(narrow, *at);
    return ~narrow;
}
#endif

uint32_t l1_crc32c(uint32_t crc, const void *bytes, size_t size)
{
    L1_ASSERT(bytes != NULL || size == 0);
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.2")) return by_instruction(crc, bytes, size);
#endif
    return l1_crc32c_portable(crc, bytes, size);
}
