/* Real klines for programs of this folder: months of BTC and ETH from January 2022 on. */
#ifndef L1_E2E_REAL_KLINES_H
#define L1_E2E_REAL_KLINES_H

#include <stdio.h>
#include <stdlib.h>

#include "train/dataset.h"

#define REAL_MONTHS_MAX 24

static inline void fail(const char *what, const l1_diag *diag)
{
    (void)fprintf(stderr, "%s: %s\n", what, diag->text);
    exit(1);
}

static inline l1_limits real_limits(void)
{
    static const char *const bases[] = {"BTC", "ETH"};
    l1_limits limits = {.symbols_count = 2, .quote = "USDT"};
    for (int i = 0; i < 2; i++) {
        l1_instrument *symbol = &limits.symbols[i];
        (void)snprintf(symbol->name, sizeof symbol->name, "%s/USDT", bases[i]);
        (void)snprintf(symbol->base, sizeof symbol->base, "%s", bases[i]);
    }
    return limits;
}

static inline l1_dataset *read_klines(const char *folder, int months,
                                      const l1_dataset_options *options)
{
    static char paths[2 * REAL_MONTHS_MAX][512];
    l1_history_file files[2 * REAL_MONTHS_MAX];
    l1_dataset *dataset = NULL;
    l1_diag diag = {.text = ""};
    for (int i = 0; i < 2 * months; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/%sUSDT-1m-%d-%02d.csv.xz", folder,
                       options->limits->symbols[i / months].base, 2022 + i % months / 12,
                       i % months % 12 + 1);
        files[i] = (l1_history_file){.path = paths[i]};
    }
    const l1_dataset_files from = {
        .options = *options, .files = files, .files_count = 2 * (size_t)months};
    if (l1_dataset_read(&from, &dataset, &diag).code != L1_OK) fail("klines", &diag);
    return dataset;
}

#endif
