/* base/hash.c: SipHash-2-4 with 128 bits of output, streaming. */
#include "base/hash.h"

#include <string.h>

#include "base/assert.h"

/* The second half of the key is fixed (that of the reference vectors); `domain` is the first.
 * The hash separates uses; it keeps no secret. */
static const uint64_t key_second_half = UINT64_C(0x0f0e0d0c0b0a0908);

static uint64_t load_le(const uint8_t *bytes, size_t size)
{
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++) word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

void l1_hash_begin(l1_hasher *hasher, uint64_t domain)
{
    L1_ASSERT(hasher != NULL);
    hasher->v0 = UINT64_C(0x736f6d6570736575) ^ domain;
    hasher->v1 = UINT64_C(0x646f72616e646f6d) ^ key_second_half ^ 0xee;
    hasher->v2 = UINT64_C(0x6c7967656e657261) ^ domain;
    hasher->v3 = UINT64_C(0x7465646279746573) ^ key_second_half;
    hasher->tail = 0;
    hasher->size = 0;
}

void l1_hash_add(l1_hasher *hasher, const void *bytes, size_t size)
{
    L1_ASSERT(hasher != NULL);
    L1_ASSERT(bytes != NULL || size == 0);
    const uint8_t *at = bytes;
    for (; size >= 8; size -= 8, at += 8) l1_hash_add_word(hasher, load_le(at, 8), 8);
    if (size > 0) l1_hash_add_word(hasher, load_le(at, size), (unsigned)size);
}

l1_hash128 l1_hash_end(l1_hasher *hasher)
{
    L1_ASSERT(hasher != NULL);
    l1_hash_mix(hasher, hasher->tail | hasher->size << 56);
    hasher->v2 ^= 0xee;
    for (int i = 0; i < 4; i++) l1_hash_round(hasher);
    const uint64_t lo = hasher->v0 ^ hasher->v1 ^ hasher->v2 ^ hasher->v3;
    hasher->v1 ^= 0xdd;
    for (int i = 0; i < 4; i++) l1_hash_round(hasher);
    return (l1_hash128){lo, hasher->v0 ^ hasher->v1 ^ hasher->v2 ^ hasher->v3};
}

l1_hash128 l1_hash_of(uint64_t domain, const void *bytes, size_t size)
{
    l1_hasher hasher;
    l1_hash_begin(&hasher, domain);
    l1_hash_add(&hasher, bytes, size);
    return l1_hash_end(&hasher);
}

/* Texts show the hash as the reference code prints its bytes: lo first, each little-endian. */
static void hash_bytes(l1_hash128 hash, uint8_t out[16])
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(hash.lo >> (8 * i));
        out[8 + i] = (uint8_t)(hash.hi >> (8 * i));
    }
}

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

/* The upper 60 bits of a word, the highest first. */
static void put_base32(uint64_t word, char out[12])
{
    for (unsigned i = 0; i < 12; i++) out[i] = base32[word >> (59 - 5 * i) & 31];
}

void l1_hash_base32(l1_hash128 hash, char out[L1_BASE32_SIZE])
{
    const uint64_t first = __builtin_bswap64(hash.lo);
    const uint64_t second = __builtin_bswap64(hash.hi);
    put_base32(first, out);
    put_base32(first << 60 | second >> 4, out + 12);
    out[24] = base32[second >> 3 & 31];
    out[25] = base32[second << 2 & 31]; /* three bits */
    out[26] = '\0';
    _Static_assert(L1_BASE32_SIZE == 27, "12 + 12 + 2 characters and a NUL");
}

void l1_hash_hex(l1_hash128 hash, char out[33])
{
    static const char alphabet[] = "0123456789abcdef";
    uint8_t bytes[16];
    hash_bytes(hash, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        out[2 * i] = alphabet[bytes[i] >> 4];
        out[2 * i + 1] = alphabet[bytes[i] & 15];
    }
    out[32] = '\0';
}
