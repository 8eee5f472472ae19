/* app/cmd_version.c: which build this is. */
#include <stdio.h>

#include "app/commands.h"
#include "l1_build_id.h"

int l1_cmd_version(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        (void)puts("usage: l1 version\n\nVersion, build id and compiler. The build id is a hash "
                   "of the core's sources.");
        return L1_EXIT_DONE;
    }
    (void)printf("l1 %s\nbuild %s\ncompiler %s\n", L1_VERSION, L1_BUILD_ID, __VERSION__);
    return L1_EXIT_DONE;
}
