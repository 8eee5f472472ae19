/* base/crc32c.h: CRC-32C (Castagnoli), SSE4.2 when the processor has it, a table otherwise.
 * Source: RFC 3720 appendix B.4 (polynomial 0x1EDC6F41, reflected, inverted in and out). */
#ifndef L1_BASE_CRC32C_H
#define L1_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Start with crc = 0; feed the result back in to continue. */
uint32_t l1_crc32c(uint32_t crc, const void *bytes, size_t size);

/* The portable path by itself; the same result on every processor. */
uint32_t l1_crc32c_portable(uint32_t crc, const void *bytes, size_t size);

#endif
