/* app/model_load.c: folder -> image -> blob -> slot -> event. */
#include "app/model_load.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/text.h"
#include "io/model_folder.h"
#include "journal/blob.h"

static l1_result take_image(const l1_model_load_request *request, const uint8_t *image, size_t size,
                            l1_hash128 *hash, l1_diag *diag)
{
    char hex[L1_BLOB_HEX_SIZE];
    L1_TRY(l1_model_slots_put(request->slots, request->scoring, image, size, hash, diag));
    if (request->journal == NULL) return L1_SUCCESS;
    return l1_blob_put(request->journal, image, size, hex, diag);
}

void l1_model_load(const l1_model_load_request *request, l1_models_event *out)
{
    l1_diag diag = {.text = ""};
    uint8_t *image = NULL;
    size_t size = 0;
    L1_ASSERT(request->slots != NULL);
    *out = (l1_models_event){.commanded = request->commanded};
    l1_result done = l1_model_folder_read(request->folder, &image, &size, &diag);
    if (done.code == L1_OK) done = take_image(request, image, size, &out->hash, &diag);
    free(image);
    if (done.code == L1_OK) return;
    out->refused = true;
    out->hash = request->commanded ? request->scoring : (l1_hash128){0};
    l1_text_copy(out->cause, sizeof out->cause,
                 diag.text[0] != '\0' ? diag.text : l1_status_text(done.code));
}
