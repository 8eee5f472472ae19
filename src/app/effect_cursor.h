/* app/effect_cursor.h: reads recorded effects of a journal in order, from a number on.
 *
 * For subscribers that resume, for reports asked for again, for what was not published yet.
 * Ownership: bytes handed out are valid until the next call.
 * Errors:    IO_END when there is no more within `limit`; JOURNAL_CORRUPT, IO_*. */
#ifndef L1_APP_EFFECT_CURSOR_H
#define L1_APP_EFFECT_CURSOR_H

#include "domain/effect.h"
#include "journal/reader.h"

typedef struct l1_effect_cursor l1_effect_cursor;

/* Stands before effect number `seq`, or the oldest one kept after it. */
L1_MUST_USE l1_result l1_effect_cursor_open(const l1_directory *dir, uint64_t seq,
                                            l1_effect_cursor **out, l1_diag *diag);
void l1_effect_cursor_close(l1_effect_cursor *cursor);

/* The next effect; records beyond `limit` (what is durable) are not looked at. */
L1_MUST_USE l1_result l1_effect_cursor_next(l1_effect_cursor *cursor, uint64_t limit, uint64_t *seq,
                                            const uint8_t **bytes, uint32_t *size, l1_diag *diag);

/* The last effect returned comes again next. */
void l1_effect_cursor_back(l1_effect_cursor *cursor);

#endif
