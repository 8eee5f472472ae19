/* risk/kill_switch.h: halts by the operator, and symbols frozen by an unknown outcome.
 *
 * All survive a restart (they are part of the state). Control commands never clear a freeze:
 * only reconciliation does. */
#ifndef L1_RISK_KILL_SWITCH_H
#define L1_RISK_KILL_SWITCH_H

#include "base/archive.h"
#include "domain/event.h"

typedef struct {
    bool halted, reduce_only;
    bool symbol_halted[L1_SYMBOLS_MAX];
    uint32_t unknown_orders[L1_SYMBOLS_MAX]; /* > 0 = SYMBOL_FROZEN */
    bool venue_down;                         /* LIVE: session not logged on */
    int64_t venue_heard_ns;                  /* LIVE: last sign of life */
    bool space_low;                          /* journal nearly full: entries are denied */
} l1_kill_switch;

/* halt, resume, halt_symbol, resume_symbol, reduce_only; other commands change nothing. */
void l1_kill_switch_control(l1_kill_switch *kill_switch, const l1_control *control);

void l1_kill_switch_archive(l1_archive *archive, l1_kill_switch *kill_switch,
                            uint32_t symbols_count);

#endif
