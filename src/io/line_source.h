/* io/line_source.h: the lines of one file, whatever it is packed in.
 *
 * Plain, .gz, .xz, .zst, .bz2 and .zip (its first entry), told by content (libarchive), so public
 * dumps work as downloaded. Memory is bounded: one buffer of 1 MiB.
 * Ownership:   the caller owns the source; a line is valid until the next call.
 * Errors:      IO_OPEN, IO_READ (damaged or cut archives included), INPUT_TOO_LONG for a line of
 *              more than 64 KiB, IO_END behind the last line; diag says which file and line. */
#ifndef L1_IO_LINE_SOURCE_H
#define L1_IO_LINE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define L1_LINE_BYTES_MAX 65536

typedef struct l1_line_source l1_line_source;

L1_MUST_USE l1_result l1_line_source_open(const char *path, l1_line_source **out, l1_diag *diag);

/* The next line without its LF or CR LF. A last line without LF is a line. */
L1_MUST_USE l1_result l1_line_source_next(l1_line_source *source, const char **line, size_t *size,
                                          l1_diag *diag);

uint64_t l1_line_source_number(const l1_line_source *source); /* of the last line, from 1 */
int64_t l1_line_source_bytes(const l1_line_source *source);   /* of the packed file, read so far */
void l1_line_source_close(l1_line_source *source);            /* NULL is fine */

#endif
