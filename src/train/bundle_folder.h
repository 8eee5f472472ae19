/* train/bundle_folder.h: a fitting as the folder of a bundle (models/bundle.h), all or nothing.
 *
 * Files go to a new folder beside the wanted one, are synced, read back and parsed as the engine
 * would; then one rename puts it in place of what was there. A folder that is not empty and has no
 * manifest.txt is never replaced. SIGINT, SIGTERM and SIGHUP wait until it is done. Files and
 * folders beside the bundle's own stay; MODEL_CARD.md, which spoke of the old models, goes. Errors:
 * IO_OPEN, IO_WRITE, IO_SYNC with one line; the old folder is then untouched. */
#ifndef L1_TRAIN_BUNDLE_FOLDER_H
#define L1_TRAIN_BUNDLE_FOLDER_H

#include "train/fit.h"

#define L1_MODEL_CARD "MODEL_CARD.md"

/* A bundle read and parsed as the engine does. */
typedef struct {
    const l1_bundle *bundle;
    void *memory, *image;
} l1_bundle_loaded;
L1_MUST_USE l1_result l1_bundle_folder_read(const char *folder, l1_bundle_loaded *out,
                                            l1_diag *diag);
void l1_bundle_loaded_free(l1_bundle_loaded *loaded);

/* True when `folder` is there and is a bundle, or at least claims to be one. */
bool l1_bundle_folder_exists(const char *folder);

typedef struct {
    const l1_fitting *fitting;
    const char *folder;
    const char *kept_from; /* folder of the models that were not trained; NULL = all were */
} l1_bundle_folder;

/* Whether such a folder could be put there, to be known before the work. Leaves nothing behind. */
L1_MUST_USE l1_result l1_bundle_folder_check(const char *folder, l1_diag *diag);

L1_MUST_USE l1_result l1_bundle_folder_write(const l1_bundle_folder *options, l1_diag *diag);

#endif
