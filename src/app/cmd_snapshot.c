/* app/cmd_snapshot.c: `l1 snapshot DIR`: the newest snapshot and the closed segments after it
 * become a newer snapshot, so that a restart replays little. A running engine starts it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "app/commands.h"
#include "app/log.h"
#include "app/snapshot_advance.h"

enum { NICE = 10 };

static const char usage[] =
    "usage: l1 snapshot JOURNAL\n"
    "\n"
    "Replays the closed segments of a journal onto its newest snapshot, checks every effect, and\n"
    "writes a newer snapshot. A running engine does this by itself after each segment.\n"
    "\n"
    "Exit: 0 done or nothing to do, 1 failed, 2 usage, 3 a recomputed effect differs.\n";

int l1_cmd_snapshot(int argc, char **argv)
{
    l1_diag diag = {.text = ""};
    uint64_t sequence = 0;
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        (void)fputs(usage, stdout);
        return L1_EXIT_DONE;
    }
    if (argc != 2 || argv[1][0] == '-') {
        (void)fputs(usage, stderr);
        return L1_EXIT_USAGE;
    }
    (void)setpriority(PRIO_PROCESS, 0, NICE); /* the engine comes first */
    const l1_directory dir = {l1_storage_posix(), argv[1]};
    const l1_result done = l1_snapshot_advance(&dir, &sequence, &diag);
    if (done.code == L1_OK) {
        if (sequence == 0) {
            l1_log(L1_LOG_INFO, NULL, "no closed segment lies behind the newest snapshot");
        } else {
            l1_log(L1_LOG_INFO, NULL, "snapshot at record %" PRIu64, sequence);
        }
        return L1_EXIT_DONE;
    }
    l1_log(L1_LOG_ERROR, NULL, "snapshot: %s",
           diag.text[0] != '\0' ? diag.text : l1_status_text(done.code));
    return done.code == L1_JOURNAL_DIFFERS ? L1_EXIT_DIFFERS : L1_EXIT_FAILED;
}
