/* train/bundle_folder.h: a fitting as the folder of a bundle (models/bundle.h), all or nothing.
 *
 * Files go to a new folder beside the wanted one, are synced, read back and parsed as the engine
 * would; then one rename puts it in place of what was there. A folder that is not empty and has no
 * manifest.txt is never replaced.
 * Errors: IO_OPEN, IO_WRITE, IO_SYNC with one line; the old folder is then untouched. */
#ifndef L1_TRAIN_BUNDLE_FOLDER_H
#define L1_TRAIN_BUNDLE_FOLDER_H

#include "train/fit.h"

typedef struct {
    const l1_fitting *fitting;
    const l1_dataset *dataset; /* profiles and range */
    uint32_t heads;            /* fitted ones */
    const char *folder;
    const char *kept_from; /* folder whose heads outside `heads` are kept; NULL = none */
} l1_bundle_folder;

L1_MUST_USE l1_result l1_bundle_folder_write(const l1_bundle_folder *options, l1_diag *diag);

#endif
