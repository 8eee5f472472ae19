/* tests/fuzz/fuzz_bus_codec_decode.c: any line of the bus becomes an event that holds together.
 *
 * Checked: a refusal names its cause; an accepted event is inside what its contract says; both
 * survive the archive; the same line decodes to the same bytes whatever was decoded before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/codec/decode.h"
#include "bus/codec/fields.h"
#include "bus/codec/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(claim) ((claim) ? (void)0 : breaks(#claim))

static _Noreturn void breaks(const char *claim)
{
    fprintf(stderr, "differs: %s\n", claim);
    abort();
}

static const l1_limits limits = {
    .quote = "USDT",
    .symbols_count = 2,
    .symbols = {{.name = "BTC/USDT", .base = "BTC"}, {.name = "ETH/USDT", .base = "ETH"}},
};

static bool in_range(int64_t ns)
{
    return ns >= L1_TIMESTAMP_MIN_NS && ns < L1_TIMESTAMP_END_NS;
}

static void check_signal(const l1_signal *signal)
{
    HOLDS(l1_signal_id_valid(signal->id));
    HOLDS(signal->symbol_text[0] != '\0');
    HOLDS(signal->symbol == l1_limits_symbol(&limits, signal->symbol_text));
    HOLDS(signal->qty_e8 != L1_OFF);
    HOLDS(signal->ts_ns == L1_OFF || in_range(signal->ts_ns));
    HOLDS(signal->expires_at_ns == L1_OFF || in_range(signal->expires_at_ns));
    HOLDS(signal->confidence_e8 == L1_OFF ||
          (signal->confidence_e8 >= 0 && signal->confidence_e8 <= L1_E8));
    HOLDS(signal->duration_s == L1_OFF || signal->duration_s >= 0);
    HOLDS(signal->slices_max == L1_OFF || signal->slices_max >= 1);
}

static void check_portfolio(const l1_portfolio *portfolio)
{
    HOLDS(in_range(portfolio->ts_ns) && portfolio->equity_e8 != L1_OFF);
    for (size_t i = 0; i < L1_ASSETS_MAX; i++) {
        HOLDS(portfolio->free_e8[i] >= 0 && portfolio->locked_e8[i] >= 0);
        HOLDS(i <= 2 || portfolio->free_e8[i] == 0);
    }
}

static void check_event(const l1_decoded *out)
{
    const l1_event *const event = &out->event;
    switch (event->kind) {
    case L1_EVENT_SIGNAL: check_signal(&event->as.signal); break;
    case L1_EVENT_BAR:
        HOLDS(l1_bar_fault(&event->as.bar) == NULL);
        HOLDS(event->as.bar.symbol >= 0 && event->as.bar.symbol < 2);
        break;
    case L1_EVENT_BOOK:
        HOLDS(l1_book_fault(&event->as.book) == NULL);
        HOLDS(event->as.book.symbol >= 0 && event->as.book.symbol < 2);
        break;
    case L1_EVENT_TRADE:
        HOLDS(event->as.trade.price_e8 > 0 && event->as.trade.qty_e8 > 0);
        HOLDS(event->as.trade.symbol >= 0 && event->as.trade.symbol < 2);
        break;
    case L1_EVENT_PORTFOLIO: check_portfolio(&event->as.portfolio); break;
    case L1_EVENT_CONTROL: HOLDS(event->as.control.symbol < 2); break;
    case L1_EVENT_TICK: HOLDS(out->topic == L1_TOPIC_SUBSCRIBE); break;
    case L1_EVENT_REFUSED:
        HOLDS(event->as.refusal.cause[0] != '\0');
        HOLDS(event->as.refusal.line == 3);
        HOLDS(event->as.refusal.signal_id[0] == '\0' ||
              l1_signal_id_valid(event->as.refusal.signal_id));
        break;
    default: breaks("no other kind comes from the bus");
    }
    HOLDS(!out->has_ts || in_range(out->ts_ns));
}

static size_t save(l1_event *event, uint8_t *bytes)
{
    l1_archive archive = l1_archive_saving(bytes, L1_EVENT_BYTES_MAX);
    l1_event_archive(&archive, event);
    HOLDS(l1_archive_ok(&archive));
    return archive.out.used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static l1_decoder decoder;
    static l1_decoded out, again;
    uint8_t first[L1_EVENT_BYTES_MAX], second[L1_EVENT_BYTES_MAX];
    memset(&out, 0x5a, sizeof out);
    const bool accepted = l1_decode(&decoder, &limits, (const char *)data, size, 3, &out);
    HOLDS(accepted == (out.event.kind != L1_EVENT_REFUSED));
    check_event(&out);
    const size_t used = save(&out.event, first);

    memset(&decoder, 0xa5, sizeof decoder);
    memset(&again, 0xa5, sizeof again);
    HOLDS(l1_decode(&decoder, &limits, (const char *)data, size, 3, &again) == accepted);
    HOLDS(save(&again.event, second) == used && memcmp(first, second, used) == 0);
    HOLDS(again.topic == out.topic && again.unknown_keys == out.unknown_keys);
    HOLDS(again.has_client_seq == out.has_client_seq && again.client_seq == out.client_seq);
    HOLDS(again.has_ts == out.has_ts && again.ts_ns == out.ts_ns);
    HOLDS(again.subscribe.topics == out.subscribe.topics);
    HOLDS(again.subscribe.has_from == out.subscribe.has_from);

    static l1_event loaded;
    l1_archive archive = l1_archive_loading(first, used);
    l1_event_archive(&archive, &loaded);
    HOLDS(l1_archive_ok(&archive) && l1_read_left(&archive.in) == 0);
    HOLDS(save(&loaded, second) == used && memcmp(first, second, used) == 0);
    return 0;
}
