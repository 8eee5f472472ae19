/* risk/kill_switch.c: what each control command does to the halts. */
#include "risk/kill_switch.h"

#include <string.h>

#include "base/assert.h"

static void halt_symbol(l1_kill_switch *kill_switch, int32_t symbol, bool halted)
{
    L1_ASSERT(symbol < L1_SYMBOLS_MAX);
    if (symbol < 0) return; /* a symbol that is not configured has nothing to halt */
    kill_switch->symbol_halted[symbol] = halted;
}

void l1_kill_switch_control(l1_kill_switch *kill_switch, const l1_control *control)
{
    L1_ASSERT((unsigned)control->command < L1_CONTROL_COUNT);
    switch (control->command) {
    case L1_CONTROL_HALT: kill_switch->halted = true; break;
    case L1_CONTROL_RESUME:
        kill_switch->halted = false;
        kill_switch->reduce_only = false;
        break;
    case L1_CONTROL_HALT_SYMBOL: halt_symbol(kill_switch, control->symbol, true); break;
    case L1_CONTROL_RESUME_SYMBOL: halt_symbol(kill_switch, control->symbol, false); break;
    case L1_CONTROL_REDUCE_ONLY: kill_switch->reduce_only = true; break;
    case L1_CONTROL_CANCEL_ALL:
    case L1_CONTROL_STATUS:
    case L1_CONTROL_RELOAD_MODELS:
    case L1_CONTROL_COUNT: break;
    }
}

void l1_kill_switch_archive(l1_archive *archive, l1_kill_switch *kill_switch,
                            uint32_t symbols_count)
{
    L1_ASSERT(symbols_count <= L1_SYMBOLS_MAX);
    if (archive->mode == L1_ARCHIVE_LOAD) memset(kill_switch, 0, sizeof *kill_switch);
    l1_archive_bool(archive, &kill_switch->halted);
    l1_archive_bool(archive, &kill_switch->reduce_only);
    for (uint32_t symbol = 0; symbol < symbols_count; symbol++) {
        l1_archive_bool(archive, &kill_switch->symbol_halted[symbol]);
        l1_archive_u32(archive, &kill_switch->unknown_orders[symbol]);
    }
    l1_archive_bool(archive, &kill_switch->venue_down);
    l1_archive_i64(archive, &kill_switch->venue_heard_ns);
    l1_archive_bool(archive, &kill_switch->space_low);
}
