/* base/hash.h: a 128-bit keyed hash (SipHash-2-4, 128-bit output) for identities and state.
 *
 * Identities (signal ids, contents, order ids) and the state hash use it; integrity on disk is
 * base/crc32c.h. The key is fixed per use, so the same input gives the same bytes everywhere.
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

l1_hash128 l1_hash_of(uint64_t domain, const void *bytes, size_t size);

/* 128 bits as 26 characters of base32 (RFC 4648 alphabet, lower case), NUL-terminated. */
#define L1_BASE32_SIZE 27
void l1_hash_base32(l1_hash128 hash, char out[L1_BASE32_SIZE]);

/* 128 bits as 32 hexadecimal characters, NUL-terminated. */
void l1_hash_hex(l1_hash128 hash, char out[33]);

#endif
