/* config/settings.h: what the operator may set and only the program around the core reads.
 *
 * The core's own numbers are in domain/limits.h; nothing here can change an effect.
 * Units:     as named; *_ns nanoseconds.
 * Ownership: plain value, no pointers. Filled by config/config.h. */
#ifndef L1_CONFIG_SETTINGS_H
#define L1_CONFIG_SETTINGS_H

#include <stdint.h>

#include "domain/limits.h"

#define L1_BUS_TEXT_MAX 128
#define L1_PATH_TEXT_MAX 256

typedef enum { L1_JOURNAL_SYNC_GROUP, L1_JOURNAL_SYNC_NONE, L1_JOURNAL_SYNC_COUNT } l1_sync_setting;
typedef enum { L1_LOG_TEXT, L1_LOG_JSON, L1_LOG_COUNT } l1_log_format;

typedef struct {
    char bus[L1_BUS_TEXT_MAX]; /* "stdio", "unix:PATH" or "nats://HOST:PORT" */

    char journal_dir[L1_PATH_TEXT_MAX];
    l1_sync_setting journal_sync;
    int64_t journal_size_max; /* bytes */
    int64_t journal_retain_days;
    int64_t journal_sync_ns; /* longest wait of a record without effects */

    int64_t report_metrics_interval_ns;
    l1_log_format log_format;

    char ai_models[L1_PATH_TEXT_MAX];
    char paper_commission[L1_ASSET_TEXT_MAX]; /* received, base, quote or an asset */
} l1_settings;

#endif
