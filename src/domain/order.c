/* domain/order.c: identity of an order, and the archive forms of what goes to a venue and back. */
#include "domain/order.h"

#include <string.h>

#include "base/assert.h"
#include "domain/index.h"

/* Separates order ids from every other use of the hash: "order id" in ASCII. */
#define ORDER_ID_DOMAIN UINT64_C(0x6f72646572206964)

static void add_text(l1_hasher *hasher, const char *text)
{
    const size_t size = strlen(text);
    l1_hash_add_word(hasher, size, 8); /* ("ab", "c") and ("a", "bc") differ */
    l1_hash_add(hasher, text, size);
}

l1_order_id l1_order_id_of(const char *engine_id, const char *signal_id, uint32_t child,
                           l1_purpose purpose, uint32_t generation)
{
    L1_ASSERT(engine_id != NULL && signal_id != NULL);
    L1_ASSERT((unsigned)purpose < L1_PURPOSE_COUNT);
    l1_hasher hasher;
    l1_hash_begin(&hasher, ORDER_ID_DOMAIN);
    add_text(&hasher, engine_id);
    add_text(&hasher, signal_id);
    l1_hash_add_word(&hasher, child, 4);
    l1_hash_add_word(&hasher, (uint64_t)purpose, 4);
    l1_hash_add_word(&hasher, generation, 4);
    return (l1_order_id){.hash = l1_hash_end(&hasher), .purpose = purpose};
}

void l1_order_id_text(l1_order_id id, char out[L1_ORDER_ID_TEXT])
{
    static const char letters[L1_PURPOSE_COUNT] = {
        [L1_PURPOSE_ENTRY] = 'E',
        [L1_PURPOSE_EXIT] = 'X',
        [L1_PURPOSE_STOP] = 'S',
        [L1_PURPOSE_FLAT] = 'F',
    };
    _Static_assert(L1_ORDER_ID_TEXT == L1_BASE32_SIZE + 1, "a letter before the base32 text");
    L1_ASSERT((unsigned)id.purpose < L1_PURPOSE_COUNT);
    L1_ASSERT(letters[id.purpose] != '\0');
    out[0] = letters[id.purpose];
    l1_hash_base32(id.hash, out + 1);
}

bool l1_order_id_equal(l1_order_id a, l1_order_id b)
{
    return a.hash.lo == b.hash.lo && a.hash.hi == b.hash.hi && a.purpose == b.purpose;
}

void l1_order_id_archive(l1_archive *archive, l1_order_id *id)
{
    l1_archive_u64(archive, &id->hash.lo);
    l1_archive_u64(archive, &id->hash.hi);
    l1_archive_enum(archive, &id->purpose, L1_PURPOSE_COUNT);
}

void l1_order_leg_archive(l1_archive *archive, l1_order_leg *leg)
{
    l1_order_id_archive(archive, &leg->id);
    l1_archive_enum(archive, &leg->side, L1_SIDE_COUNT);
    l1_archive_enum(archive, &leg->type, L1_ORDER_TYPE_COUNT);
    l1_archive_enum(archive, &leg->tif, L1_TIF_COUNT);
    l1_archive_i64(archive, &leg->qty_e8);
    l1_archive_i64(archive, &leg->quote_qty_e8);
    l1_archive_i64(archive, &leg->price_e8);
    l1_archive_i64(archive, &leg->stop_e8);
    l1_archive_i64(archive, &leg->iceberg_e8);
    l1_archive_enum(archive, &leg->self_trade, L1_STP_COUNT);
}

void l1_submit_archive(l1_archive *archive, l1_submit *submit)
{
    l1_symbol_archive(archive, &submit->symbol);
    l1_archive_enum(archive, &submit->list, L1_LIST_COUNT);
    l1_archive_count(archive, &submit->legs_count, L1_LEGS_MAX);
    L1_ASSERT(submit->legs_count <= L1_LEGS_MAX);
    for (uint32_t i = 0; i < submit->legs_count; i++) {
        l1_order_leg_archive(archive, &submit->legs[i]);
    }
}

void l1_cancel_archive(l1_archive *archive, l1_cancel *cancel)
{
    l1_symbol_archive(archive, &cancel->symbol);
    l1_order_id_archive(archive, &cancel->id);
}

void l1_venue_event_archive(l1_archive *archive, l1_venue_event *event)
{
    l1_archive_enum(archive, &event->kind, L1_VENUE_EVENT_COUNT);
    l1_archive_enum(archive, &event->reason, L1_VENUE_REASON_COUNT);
    l1_symbol_or_none_archive(archive, &event->symbol); /* a session belongs to no symbol */
    l1_order_id_archive(archive, &event->id);
    l1_archive_i64(archive, &event->price_e8);
    l1_archive_i64(archive, &event->qty_e8);
    l1_archive_i64(archive, &event->fee_e8);
    l1_asset_archive(archive, &event->fee_asset);
    l1_archive_u64(archive, &event->trade_id);
    l1_archive_bool(archive, &event->maker);
}
