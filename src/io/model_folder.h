/* io/model_folder.h: a folder of models as one checked image (models/bundle.h).
 *
 * Reads manifest.txt, then every file that it names, and holds each against its SHA-256. Inside
 * the folder no symbolic link is followed and only plain files are read; the folder itself may be
 * reached by one. Sizes are bounded before memory is taken.
 * Ownership: `*bytes` is malloc'd; free with free(). Nothing else is kept: no state, so that it
 *            may run on any thread. It blocks on the disk.
 * Errors:    IO_OPEN, IO_READ, INPUT_FIELD (wrong SHA-256, or the manifest), INPUT_SYNTAX,
 *            INPUT_TOO_LONG, LIMIT_FULL; diag->text is one line that names the file, what was
 *            found and what was expected. */
#ifndef L1_IO_MODEL_FOLDER_H
#define L1_IO_MODEL_FOLDER_H

#include "base/status.h"

L1_MUST_USE l1_result l1_model_folder_read(const char *dir, uint8_t **bytes, size_t *size,
                                           l1_diag *diag);

#endif
