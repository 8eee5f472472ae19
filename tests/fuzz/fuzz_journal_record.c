/* Records and segments from hostile bytes: nothing is read outside, nothing unproven accepted. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "journal/format/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Size-exact copies, so that a sanitizer sees the first byte too many. */
static uint8_t *copy_of(const uint8_t *data, size_t size, size_t skip)
{
    uint8_t *copy = calloc(1, skip + size + 1);
    L1_ASSERT(copy != NULL);
    memcpy(copy + skip, data, size);
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    l1_record record;
    l1_segment_header header;
    const l1_record_state state = l1_record_read(data, size, &record);
    if (state == L1_RECORD_VALID) {
        L1_ASSERT(l1_record_size(record.header.length) <= size);
        L1_ASSERT(record.header.sequence > 0);
    }
    const bool named = l1_segment_header_read(data, size, &header) == L1_SEGMENT_VALID;
    if (!named || header.format != L1_SEGMENT_FORMAT) {
        header = (l1_segment_header){
            .format = L1_SEGMENT_FORMAT, .engine_id = "fuzz", .first_sequence = 1};
    }
    /* The input is the segment as it is, and what stands behind a header page. */
    for (size_t skip = 0; skip <= L1_SEGMENT_HEADER_SIZE; skip += L1_SEGMENT_HEADER_SIZE) {
        uint8_t *bytes = copy_of(data, size, skip);
        l1_segment_scan scan;
        l1_segment_walk(bytes, skip + size, &header, &scan);
        if (skip + size >= L1_SEGMENT_HEADER_SIZE) {
            L1_ASSERT(scan.end_at <= skip + size);
            L1_ASSERT(scan.batch_at <= scan.end_at);
            L1_ASSERT(scan.batch_sequence <= scan.next_sequence);
        }
        free(bytes);
    }
    return 0;
}
