/* base/hash.h: a 128-bit keyed hash (SipHash-2-4, 128-bit output) for identities and state.
 *
 * Identities (signal ids, contents, order ids) and the state hash use it; integrity on disk is
 * base/crc32c.h. The key is fixed per use, so the same input gives the same bytes everywhere.
 * The first half of the key is `domain`, the second half is a constant.
 * Source: Aumasson and Bernstein, SipHash (2012); 128-bit variant of the reference code. */
#ifndef L1_BASE_HASH_H
#define L1_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t lo, hi;
} l1_hash128;

/* Streaming: begin, add any number of times, end. */
typedef struct {
    uint64_t v0, v1, v2, v3;
    uint64_t tail; /* bytes not yet mixed, little-endian */
    uint64_t size; /* bytes added so far */
} l1_hasher;

void l1_hash_begin(l1_hasher *hasher, uint64_t domain); /* domain separates uses */
void l1_hash_add(l1_hasher *hasher, const void *bytes, size_t size);
l1_hash128 l1_hash_end(l1_hasher *hasher);

/* The two steps of the algorithm, and the addition of the low `size` (1-8) bytes of a word; its
 * higher bytes are zero. Here so that field by field hashing needs no call. */
static inline void l1_hash_round(l1_hasher *h)
{
    h->v0 += h->v1;
    h->v1 = (h->v1 << 13 | h->v1 >> 51) ^ h->v0;
    h->v0 = h->v0 << 32 | h->v0 >> 32;
    h->v2 += h->v3;
    h->v3 = (h->v3 << 16 | h->v3 >> 48) ^ h->v2;
    h->v0 += h->v3;
    h->v3 = (h->v3 << 21 | h->v3 >> 43) ^ h->v0;
    h->v2 += h->v1;
    h->v1 = (h->v1 << 17 | h->v1 >> 47) ^ h->v2;
    h->v2 = h->v2 << 32 | h->v2 >> 32;
}

static inline void l1_hash_mix(l1_hasher *h, uint64_t word)
{
    h->v3 ^= word;
    l1_hash_round(h);
    l1_hash_round(h);
    h->v0 ^= word;
}

static inline void l1_hash_add_word(l1_hasher *h, uint64_t word, unsigned size)
{
    const unsigned held = (unsigned)(h->size & 7);
    h->tail |= word << (8 * held);
    h->size += size;
    if (held + size < 8) return;
    l1_hash_mix(h, h->tail);
    h->tail = held == 0 ? 0 : word >> (64 - 8 * held);
}

l1_hash128 l1_hash_of(uint64_t domain, const void *bytes, size_t size);

/* 128 bits as 26 characters of base32 (RFC 4648 alphabet, lower case), NUL-terminated;
 * bytes in the order of the reference code: lo, then hi, each little-endian. */
#define L1_BASE32_SIZE 27
void l1_hash_base32(l1_hash128 hash, char out[L1_BASE32_SIZE]);

/* 128 bits as 32 hexadecimal characters in the same order, NUL-terminated. */
void l1_hash_hex(l1_hash128 hash, char out[33]);

#endif
