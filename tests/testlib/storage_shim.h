/* tests/testlib/storage_shim.h: a disk in memory that loses power.
 *
 * Implements journal/storage.h. Unsynced writes live in a cache; l1_storage_shim_power_loss keeps,
 * drops or tears every unsynced 512-byte sector by seed (so writes reach the disk in any order),
 * and keeps any prefix of the unsynced changes to directories. A failed sync leaves its sectors
 * readable but not on the disk and never writes them again, as Linux does.
 * Determinism: one seed and one order of calls give one outcome. Calls may come from any thread. */
#ifndef L1_TESTLIB_STORAGE_SHIM_H
#define L1_TESTLIB_STORAGE_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/storage.h"

typedef enum {
    L1_SHIM_CRASH, /* the call may or may not have begun; every later call fails */
    L1_SHIM_EIO,
    L1_SHIM_ENOSPC,
    L1_SHIM_SHORT, /* a write stores and reports only a part; other calls succeed */
} l1_shim_fault;

typedef struct l1_storage_shim l1_storage_shim;

l1_storage_shim *l1_storage_shim_new(uint64_t seed);
void l1_storage_shim_free(l1_storage_shim *shim);
const l1_storage *l1_storage_shim_port(l1_storage_shim *shim);

/* The nth call from now (1 = the next one; 0 = none) meets `fault`; with `lasting` every later
 * call meets it too. */
void l1_storage_shim_fail(l1_storage_shim *shim, uint64_t nth, l1_shim_fault fault, bool lasting);
/* Every nth sync from now on says that all is well and forgets one sector (0 = none does): a disk
 * that no journal can survive. For tests of tests. */
void l1_storage_shim_forget(l1_storage_shim *shim, uint64_t nth);
bool l1_storage_shim_crashed(const l1_storage_shim *shim);
uint64_t l1_storage_shim_calls(const l1_storage_shim *shim);

/* The machine stops: unsynced state is lost by seed, handles and locks are gone, faults end. */
void l1_storage_shim_power_loss(l1_storage_shim *shim);
/* Only the process stops: the cache stays, handles and locks are gone, faults end. */
void l1_storage_shim_process_death(l1_storage_shim *shim);

/* A file's bytes as a reader sees them, to be looked at or damaged (on the disk as well: call
 * l1_storage_shim_poke). NULL when there is no such file. */
const uint8_t *l1_storage_shim_bytes(l1_storage_shim *shim, const char *path, size_t *size);
void l1_storage_shim_poke(l1_storage_shim *shim, const char *path, size_t at, uint8_t value);
void l1_storage_shim_shorten(l1_storage_shim *shim, const char *path, size_t size);

/* Bytes that a power loss now could not take: equal to `bytes` from `at` on, on the disk. */
bool l1_storage_shim_on_disk(l1_storage_shim *shim, const char *path, size_t at, const void *bytes,
                             size_t size);

#endif
