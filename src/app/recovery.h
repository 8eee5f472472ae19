/* app/recovery.h: from a journal directory to the system that wrote it.
 *
 * Recovery = snapshot + replay. Every recomputed effect must equal the recorded one byte for
 * byte; only the effects of the very last event may be absent (the event was durable, they were
 * not). A changed configuration is taken over where its CONFIG record stands. Records of a system
 * hash (STOP, snapshots) are compared when this build wrote them.
 * Used by the running engine, `l1 verify`, `l1 snapshot`, the dashboard and the export.
 * Ownership: l1_restored owns everything; free it with l1_restored_free, also after a failure.
 * Errors:    IO_END when the directory holds no journal; JOURNAL_DIFFERS fills `difference`;
 *            JOURNAL_CORRUPT, JOURNAL_FORMAT, IO_*.
 * Locks:     none are taken and nothing is written: it may read beside a running engine. */
#ifndef L1_APP_RECOVERY_H
#define L1_APP_RECOVERY_H

#include "app/instance.h"
#include "journal/reader.h"

typedef struct {
    void *state;
    /* All may be NULL. */
    l1_result (*before)(void *state, const l1_event *event, l1_diag *diag); /* a failure ends it */
    void (*event)(void *state, const l1_event *event, const l1_system *system); /* after it */
    void (*effect)(void *state, const l1_effect *effect); /* recorded ones, in order */
    void (*config)(void *state, const l1_config *config); /* before the first event under it */
    void (*record)(void *state, const l1_record *record); /* each, after it was found right */
    void (*progress)(void *state, uint64_t sequence);     /* every 65,536 records */
} l1_restore_visitor;

typedef struct {
    const l1_storage *storage; /* NULL = the operating system's files */
    const char *dir;
    uint64_t limit;       /* last record to read; 0 = all, also beside a running engine */
    bool from_first;      /* replay from the oldest record kept instead of the newest snapshot */
    bool check_snapshots; /* compare the state's hash with every snapshot passed */
    l1_restore_visitor visitor;
} l1_restore_options;

/* The first place where recomputed and recorded differ. */
typedef struct {
    uint64_t sequence;                    /* of the record */
    char build_id[L1_SNAPSHOT_BUILD_MAX]; /* the build that wrote it */
    uint8_t *recorded, *recomputed;       /* effects in wire form; NULL = there is none */
    uint32_t recorded_size, recomputed_size;
} l1_difference;

typedef struct {
    l1_config config; /* in force after the last record */
    l1_hash128 config_hash;
    char engine_id[L1_ENGINE_ID_MAX];
    char build_id[L1_SNAPSHOT_BUILD_MAX]; /* of the last START */
    l1_instance instance;
    l1_metrics figures;                /* of every effect recorded since the journal began */
    size_t missing_at;                 /* instance.effects from here on are not in the journal */
    uint64_t first_sequence;           /* oldest record kept */
    uint64_t began_at;                 /* snapshot that was loaded; 0 = the first record */
    uint64_t last_sequence;            /* last record read */
    uint32_t last_crc;                 /* its CRC: the journal goes on behind exactly that one */
    uint64_t records, events, effects; /* replayed */
    uint64_t effects_total;            /* over the journal's life, without the missing ones */
    uint64_t published;                /* effect up to which outputs were handed to the bus */
    uint32_t epoch;                    /* of the last START */
    bool clean;                        /* the last record is a STOP */
    bool built_by_other;               /* some records replayed were written by another build */
    uint64_t hashes_compared;
    l1_difference difference;
} l1_restored;

L1_MUST_USE l1_result l1_restore(const l1_restore_options *options, l1_restored *out,
                                 l1_diag *diag);

/* Reads on in a journal that has grown, from where `restored` stands: what l1_restore would give
 * now. Any failure (the journal was replaced, say) leaves `restored` only to be freed: begin anew.
 * `options` are those of l1_restore. */
L1_MUST_USE l1_result l1_restore_more(const l1_restore_options *options, l1_restored *restored,
                                      l1_diag *diag);
void l1_restored_free(l1_restored *restored);

/* --- payloads of the records that are not events or effects --- */
typedef struct {
    char build_id[L1_SNAPSHOT_BUILD_MAX];
    uint32_t epoch;
    l1_mode mode;
} l1_start_payload;
#define L1_START_BYTES_MAX 256

size_t l1_start_put(const l1_start_payload *start, uint8_t out[L1_START_BYTES_MAX]);
L1_MUST_USE bool l1_start_read(const l1_record *record, l1_start_payload *out);

/* STOP and CONFIG hold one hash, PUBLISHED one number. */
#define L1_HASH_BYTES 16
void l1_hash_put(l1_hash128 hash, uint8_t out[L1_HASH_BYTES]);

#endif
