/* features/pair_sums.c: products of two symbols' minutes. */
#include "features/pair_sums.h"

#include "base/assert.h"

#define MASK (L1_PAIR_RING - 1)

_Static_assert((L1_PAIR_RING & MASK) == 0, "a power of two");

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add(l1_pair_sums *pair, const l1_minute_sums *own, const l1_minute_sums *peer)
{
    const l1_pair_minute before = pair->minutes[pair->newest & MASK];
    const int64_t minute = ++pair->newest;
    const l1_i128 ratio = (l1_i128)l1_log_at(own, minute) - l1_log_at(peer, minute);
    const l1_i128 product = l1_product_of(l1_return_at(own, minute), l1_return_at(peer, minute));
    pair->minutes[minute & MASK] = (l1_pair_minute){
        .products = before.products + (l1_u128)product,
        .ratio_squares = before.ratio_squares + (l1_u128)ratio * (l1_u128)ratio,
    };
}

void l1_pair_sums_catch_up(l1_pair_sums *pair, const l1_minute_sums *own,
                           const l1_minute_sums *peer)
{
    if (own->count == 0 || peer->count == 0) return;
    const int64_t last = own->newest < peer->newest ? own->newest : peer->newest;
    int64_t first = later(l1_minute_sums_oldest(own), l1_minute_sums_oldest(peer));
    first = later(first, last - (L1_PAIR_RING - 1));
    L1_ASSERT(first > 0);
    if (first > last) return;
    if (pair->newest + 1 < first) {
        pair->newest = first - 1;
        pair->minutes[pair->newest & MASK] = (l1_pair_minute){0};
    }
    while (pair->newest < last) add(pair, own, peer);
    L1_ASSERT(pair->newest >= last);
}

l1_i128 l1_products_over(const l1_pair_sums *pair, int64_t minute, int64_t width)
{
    L1_ASSERT(minute == pair->newest);
    L1_ASSERT(width > 0 && width < L1_PAIR_RING);
    return (l1_i128)(pair->minutes[minute & MASK].products -
                     pair->minutes[(minute - width) & MASK].products);
}

l1_i128 l1_ratio_squares_over(const l1_pair_sums *pair, int64_t minute, int64_t width)
{
    L1_ASSERT(minute == pair->newest);
    L1_ASSERT(width > 0 && width < L1_PAIR_RING);
    return (l1_i128)(pair->minutes[minute & MASK].ratio_squares -
                     pair->minutes[(minute - width) & MASK].ratio_squares);
}
