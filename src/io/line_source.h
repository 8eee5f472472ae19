/* io/line_source.h: the lines of one file, whatever it is packed in.
 *
 * Plain, .gz, .xz, .zst, .bz2 and .zip (its entries one after the other), told by content
 * (libarchive), so public dumps work as downloaded. Memory is bounded: one buffer of 256 KiB.
 * Ownership:   the caller owns the source; a line is valid until the next call.
 * Errors:      IO_OPEN, IO_READ (damaged or cut archives included), IO_END behind the last line.
 *              diag names the file, the zip's entry and the line.
 * Damage:      changed content of an xz, bz2, zip or zst with checksum is an IO_READ. Of a gz only
 *              what breaks its form or its end is seen: libarchive does not check its CRC. */
#ifndef L1_IO_LINE_SOURCE_H
#define L1_IO_LINE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define L1_LINE_BYTES_MAX 65536

typedef struct l1_line_source l1_line_source;

L1_MUST_USE l1_result l1_line_source_open(const char *path, l1_line_source **out, l1_diag *diag);

/* The same with lines of up to `line_max` >= L1_LINE_BYTES_MAX bytes, at that much more memory. */
L1_MUST_USE l1_result l1_line_source_open_long(const char *path, size_t line_max,
                                               l1_line_source **out, l1_diag *diag);

/* The next line without its LF or CR LF. A last line without LF is a line. `*size` is its true
 * length; of a line longer than the most the rest behind that was skipped unread. */
L1_MUST_USE l1_result l1_line_source_next(l1_line_source *source, const char **line, size_t *size,
                                          l1_diag *diag);

/* Of the last line, counted from 1 in its file or its zip's entry. */
uint64_t l1_line_source_number(const l1_line_source *source);

/* Name of the zip's entry that the last line is from; "" when the file is no zip. */
const char *l1_line_source_entry(const l1_line_source *source);

int64_t l1_line_source_bytes(const l1_line_source *source); /* of the packed file, read so far */
void l1_line_source_close(l1_line_source *source);          /* NULL is fine */

#endif
