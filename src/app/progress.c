/* app/progress.c: drawn on standard error. */
#include "app/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "app/clock.h"

static int64_t now_ms(void)
{
    return l1_clock_mono_ns() / 1000000;
}

void l1_progress_start(l1_progress *progress)
{
    progress->shown = isatty(STDERR_FILENO) == 1;
    progress->began_ms = progress->last_ms = now_ms();
}

void l1_progress_step(l1_progress *progress, int64_t done, int64_t all)
{
    static const char full[] = "########################################";
    if (!progress->shown || all <= 0) return;
    const int64_t now = now_ms();
    if (now - progress->last_ms < 100) return;
    progress->last_ms = now;
    if (done > all) done = all;
    const int width = (int)(done * 40 / all);
    const int64_t spent = now - progress->began_ms;
    const int64_t left = done > 0 ? spent * (all - done) / done / 1000 : 0;
    (void)fprintf(stderr, "\r[%.*s%*s] %3d %%  %lld s left ", width, full, 40 - width, "",
                  (int)(done * 100 / all), (long long)left);
}

void l1_progress_end(const l1_progress *progress)
{
    if (progress->shown) (void)fputs("\r\033[K", stderr);
}
