/* app/cmd_verify.c: `l1 verify JOURNAL`: is what came out what its inputs give? */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/recovery.h"
#include "base/json.h"
#include "bus/codec/encode.h"
#include "l1_build_id.h"

static const char usage[] =
    "usage: l1 verify [--progress] [--snapshot] JOURNAL\n"
    "\n"
    "Re-runs a journal from its oldest record, compares every effect byte for byte and the hash\n"
    "of the state at each clean stop and snapshot, and prints what was compared. Writes nothing;\n"
    "the engine may be running.\n"
    "\n"
    "  --progress   shows how far it is (by itself on a terminal)\n"
    "  --snapshot   begins with the newest snapshot, as a restart would\n"
    "  --help       this text\n"
    "\n"
    "Exit: 0 all equal, 1 unreadable, 2 usage, 3 something differs.\n";

typedef struct {
    uint64_t last; /* record in the journal when it began; 0 = unknown */
} progress;

static void show_progress(void *state, uint64_t sequence)
{
    const progress *at = state;
    if (at->last == 0) return;
    (void)fprintf(stderr, "\rverify: %3u %%  %" PRIu64 " of %" PRIu64 " records",
                  (unsigned)(sequence * 100 / at->last), sequence, at->last);
}

static const char *kind_text(l1_effect_kind kind)
{
    static const char *const texts[] = {
        [L1_EFFECT_SUBMIT] = "submit",       [L1_EFFECT_CANCEL] = "cancel",
        [L1_EFFECT_QUERY] = "query",         [L1_EFFECT_REPORT] = "report",
        [L1_EFFECT_REPUBLISH] = "republish", [L1_EFFECT_ALERT] = "alert",
        [L1_EFFECT_STATUS] = "status",       [L1_EFFECT_RELOAD_MODELS] = "reload_models",
        [L1_EFFECT_ANALYSIS] = "analysis",
    };
    return (unsigned)kind < L1_EFFECT_COUNT ? texts[kind] : "unknown";
}

static void print_submit(const l1_submit *submit)
{
    (void)printf(",\"legs\":[");
    for (uint32_t i = 0; i < submit->legs_count; i++) {
        char id[L1_ORDER_ID_TEXT];
        const l1_order_leg *leg = &submit->legs[i];
        l1_order_id_text(leg->id, id);
        (void)printf("%s{\"id\":\"%s\",\"side\":\"%s\",\"qty_e8\":%" PRId64 ",\"price_e8\":%" PRId64
                     ",\"stop_e8\":%" PRId64 "}",
                     i == 0 ? "" : ",", id, l1_side_text(leg->side), leg->qty_e8, leg->price_e8,
                     leg->stop_e8);
    }
    (void)printf("]");
}

/* One effect as JSON: what is published in its published form. */
static void print_effect(const char *name, const uint8_t *bytes, uint32_t size,
                         const l1_limits *limits)
{
    static l1_effect effect;
    static char text[L1_ENCODED_MAX];
    if (bytes == NULL) {
        (void)printf("%s: none\n", name);
        return;
    }
    if (!l1_effect_load(bytes, size, &effect)) {
        (void)printf("%s: %u bytes that this build cannot read\n", name, size);
        return;
    }
    if (l1_effect_topic(effect.kind) != L1_TOPIC_UNKNOWN && effect.kind != L1_EFFECT_REPUBLISH) {
        const l1_publication publication = {
            .decision_us = L1_OFF, .durable_us = L1_OFF, .venue_us = L1_OFF};
        const size_t length = l1_encode_effect(limits, &effect, &publication, text);
        (void)printf("%s: %.*s\n", name, (int)length, text);
        return;
    }
    (void)printf("%s: {\"seq\":%" PRIu64 ",\"at_ns\":%" PRId64 ",\"kind\":\"%s\"", name, effect.seq,
                 effect.at_ns, kind_text(effect.kind));
    if (effect.kind == L1_EFFECT_SUBMIT) print_submit(&effect.as.submit);
    if (effect.kind == L1_EFFECT_REPUBLISH) (void)printf(",\"of_seq\":%" PRIu64, effect.as.of_seq);
    if (effect.kind == L1_EFFECT_CANCEL || effect.kind == L1_EFFECT_QUERY) {
        char id[L1_ORDER_ID_TEXT];
        l1_order_id_text(effect.as.cancel.id, id);
        (void)printf(",\"id\":\"%s\"", id);
    }
    (void)printf("}\n");
}

static void print_difference(const l1_restored *restored)
{
    const l1_difference *difference = &restored->difference;
    (void)printf("differs at record %" PRIu64 "\n", difference->sequence);
    if (difference->recorded == NULL && difference->recomputed == NULL) return; /* a hash */
    print_effect("recorded", difference->recorded, difference->recorded_size,
                 &restored->config.limits);
    print_effect("recomputed", difference->recomputed, difference->recomputed_size,
                 &restored->config.limits);
}

static void print_summary(const l1_restored *restored)
{
    char hash[33] = "none";
    if (restored->instance.system != NULL) {
        l1_hash_hex(l1_system_hash(restored->instance.system), hash);
    }
    (void)printf("records %" PRIu64 "\nevents %" PRIu64 "\neffects %" PRIu64 "\nhash %s\n",
                 restored->records, restored->events, restored->effects, hash);
    (void)printf("hashes compared %" PRIu64 "\nlast record %" PRIu64 "\npublished %" PRIu64 "\n",
                 restored->hashes_compared, restored->last_sequence, restored->published);
    if (restored->built_by_other) {
        (void)printf("note: some records are of another build than %s; state hashes were not "
                     "compared\n",
                     L1_BUILD_ID);
    }
}

static uint64_t count_records(const char *dir)
{
    l1_journal_summary summary;
    const l1_result counted = l1_journal_verify(NULL, dir, UINT64_MAX, &summary, NULL);
    return counted.code == L1_OK ? summary.last_sequence : 0;
}

static int verify(const char *dir, bool shows_progress, bool from_first)
{
    static l1_restored restored;
    l1_diag diag = {.text = ""};
    progress at = {.last = shows_progress ? count_records(dir) : 0};
    const l1_restore_options options = {
        .dir = dir,
        .from_first = from_first,
        .check_snapshots = true,
        .visitor = {.state = &at, .progress = shows_progress ? show_progress : NULL},
    };
    const l1_result done = l1_restore(&options, &restored, &diag);
    int code = L1_EXIT_DONE;
    if (shows_progress) (void)fprintf(stderr, "\r\033[K");
    if (done.code == L1_OK) {
        print_summary(&restored);
    } else {
        (void)fflush(stdout);
        (void)fprintf(stderr, "l1 verify: %s\n",
                      diag.text[0] != '\0' ? diag.text : l1_status_text(done.code));
        code = done.code == L1_JOURNAL_DIFFERS ? L1_EXIT_DIFFERS : L1_EXIT_FAILED;
        if (done.code == L1_IO_OPEN || done.code == L1_IO_END) code = L1_EXIT_USAGE;
        if (done.code == L1_JOURNAL_DIFFERS) print_difference(&restored);
    }
    l1_restored_free(&restored);
    return code;
}

int l1_cmd_verify(int argc, char **argv)
{
    const char *dir = NULL;
    bool shows_progress = isatty(STDERR_FILENO) == 1, from_first = true;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            (void)fputs(usage, stdout);
            return L1_EXIT_DONE;
        }
        if (strcmp(argv[i], "--progress") == 0) {
            shows_progress = true;
        } else if (strcmp(argv[i], "--snapshot") == 0) {
            from_first = false;
        } else if (argv[i][0] == '-' || dir != NULL) {
            (void)fprintf(stderr, "l1 verify: unexpected argument '%s'\n%s", argv[i], usage);
            return L1_EXIT_USAGE;
        } else {
            dir = argv[i];
        }
    }
    if (dir == NULL) {
        (void)fputs(usage, stderr);
        return L1_EXIT_USAGE;
    }
    return verify(dir, shows_progress, from_first);
}
