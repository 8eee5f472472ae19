"""bench/hftbacktest_noop.py: hftbacktest (PyPI) through recorded ticks with a strategy that does nothing.

Its converter of Binance's combined streams wants the transaction times that futures' messages carry
and spot's do not, so the rows are made here, in its documented dtype: best quotes and level changes
through its own FuseMarketDepth, then its own correct_local_timestamp, correct_event_order and
validate_event_order. What is counted is what went in: level changes, trades and changes of the best
quote behind the snapshot, each once, however many rows the library makes of them and although it
applies each row twice, to the exchange's book at its time and to the strategy's at receipt.
Usage: hftbacktest_noop.py SECONDS FILE...   (gzip, lines of "<local ns> <json>", one symbol a file)
Prints figures for people, then for each kind of book a line "hftbacktest KIND BEST MEDIAN" (events/s).
"""
import gzip
import json
import os
import sys
import time

import numpy as np
from numba import njit

import hftbacktest as hft
from hftbacktest.data import (FuseMarketDepth, correct_event_order, correct_local_timestamp,
                              validate_event_order)

MILLISECOND, SECOND = 1_000_000, 1_000_000_000
LATENCY = 50 * MILLISECOND  # of orders and answers: paper.latency_ms of config/l1.yaml
REPEATS = 8                 # copies of the recording in one run, each behind the one before
TICK = 0.01
LOTS = {"btcusdt": 0.00001, "ethusdt": 0.0001}
BUY, SELL = hft.BUY_EVENT, hft.SELL_EVENT


class Tape:
    """One symbol: fused depth rows and trades, and how many source events they stand for."""

    def __init__(self, path):
        name = os.path.basename(path)
        self.symbol = next(s for s in LOTS if name.lower().startswith(s))
        self.levels = self.trades = self.quotes = 0
        self.row = np.zeros(1, hft.data.validation.event_dtype)
        self.prints = []
        self.depth = FuseMarketDepth(TICK, LOTS[self.symbol])
        with gzip.open(path, "rb") as lines:
            messages = [(int(line[:19]), json.loads(line[20:])) for line in lines]
        self.behind = max(self.stated(m) - at for at, m in messages if self.stated(m))
        self.snapshot_id = None
        held = []
        for at, message in messages:
            if "lastUpdateId" in message:
                self.snapshot(at, message)
                for early in held:
                    self.take(*early)
            elif self.snapshot_id is None:
                held.append((at, message))
            else:
                self.take(at, message)
        trades = np.array(self.prints, self.row.dtype)
        self.rows = np.concatenate([self.depth.fused_events.copy(), trades])
        self.depth.close()

    @staticmethod
    def stated(message):
        """The exchange's time, ns; None where the message has none (bookTicker, snapshot)."""
        data = message.get("data", {})
        time_ms = data.get("T", data.get("E"))
        return None if time_ms is None else time_ms * MILLISECOND

    def fuse(self, flags, exchange, local, price, quantity):
        self.row[0] = (flags, exchange, local, float(price), float(quantity), 0, 0, 0.0)
        self.depth.process_event(self.row, 0, True)

    def snapshot(self, at, message):
        self.snapshot_id = message["lastUpdateId"]
        exchange = at + self.behind
        for side, levels in ((BUY, message["bids"]), (SELL, message["asks"])):
            self.fuse(hft.DEPTH_CLEAR_EVENT | side, exchange, at, levels[-1][0], 0)
            for price, quantity in levels:
                self.fuse(hft.DEPTH_SNAPSHOT_EVENT | side, exchange, at, price, quantity)

    def take(self, at, message):
        stream, data = message["stream"], message["data"]
        exchange = self.stated(message) or at + self.behind
        if "@depth" in stream:
            if data["u"] <= self.snapshot_id:
                return
            for side, levels in ((BUY, data["b"]), (SELL, data["a"])):
                for price, quantity in levels:
                    self.fuse(hft.DEPTH_EVENT | side, exchange, at, price, quantity)
            self.levels += len(data["b"]) + len(data["a"])
        elif "@trade" in stream:
            side = SELL if data["m"] else BUY
            self.prints.append((hft.TRADE_EVENT | side, exchange, at, float(data["p"]),
                                float(data["q"]), 0, 0, 0.0))
            self.trades += 1
        else:
            for side, price, quantity in ((SELL, data["a"], data["A"]), (BUY, data["b"], data["B"])):
                self.fuse(hft.DEPTH_BBO_EVENT | side, exchange, at, price, quantity)
            self.quotes += 1

    def repeated(self):
        """REPEATS copies in the library's order of exchange and local times."""
        span = int(self.rows["local_ts"].max() - self.rows["local_ts"].min()) + SECOND
        copies = []
        for i in range(REPEATS):
            copy = self.rows.copy()
            copy["exch_ts"] += i * span
            copy["local_ts"] += i * span
            copies.append(copy)
        rows = correct_local_timestamp(np.concatenate(copies), 10.0 * MILLISECOND)
        rows = correct_event_order(rows, np.argsort(rows["exch_ts"], kind="mergesort"),
                                   np.argsort(rows["local_ts"], kind="mergesort"))
        validate_event_order(rows)
        return rows


def asset(tape, rows):
    prices = rows["px"][rows["px"] > 0]
    return (hft.BacktestAsset().data([rows]).linear_asset(1.0)
            .constant_order_latency(LATENCY, LATENCY).risk_adverse_queue_model()
            .no_partial_fill_exchange().trading_value_fee_model(0.001, 0.001)
            .tick_size(TICK).lot_size(LOTS[tape.symbol])
            .roi_lb(float(prices.min())).roi_ub(float(prices.max())))


@njit
def elapse_through(backtest):
    steps = 0
    while backtest.elapse(60 * SECOND) == 0:
        steps += 1
    return steps


def run(build, tapes, rows):
    """Seconds of one run over every row; making the library's objects is not counted."""
    backtest = build([asset(tape, part) for tape, part in zip(tapes, rows)])
    begin, busy = time.perf_counter(), time.process_time()
    steps = elapse_through(backtest)
    spent, busy = time.perf_counter() - begin, time.process_time() - busy
    bid, ask = backtest.depth(0).best_bid, backtest.depth(0).best_ask
    backtest.close()
    if not (steps > 0 and 0 < bid < ask):
        sys.exit(f"hftbacktest ended with bid {bid} and ask {ask} after {steps} steps")
    return spent, busy


def main():
    seconds, paths = float(sys.argv[1]), sys.argv[2:]
    begin = time.perf_counter()
    tapes = [Tape(path) for path in paths]
    rows = [tape.repeated() for tape in tapes]
    levels, trades, quotes = (sum(getattr(t, k) for t in tapes) for k in ("levels", "trades", "quotes"))
    events = levels + trades + quotes
    print(f"converted in {time.perf_counter() - begin:.1f} s: {events} events "
          f"({levels} level changes, {quotes} quotes, {trades} trades) became "
          f"{sum(len(part) for part in rows) // REPEATS} rows a copy; {REPEATS} copies a run")
    for kind, build in (("hashmap", hft.HashMapMarketDepthBacktest),
                        ("roivector", hft.ROIVectorMarketDepthBacktest)):
        run(build, tapes, rows)  # compiles
        spent = []
        while sum(wall for wall, _ in spent) < seconds:
            spent.append(run(build, tapes, rows))
        wall = sorted(REPEATS * events / wall for wall, _ in spent)
        busy = sorted(REPEATS * events / cpu for _, cpu in spent)
        middle = len(spent) // 2
        print(f"hftbacktest {hft_version()} {kind:<9} best {busy[-1]:.0f}, median {busy[middle]:.0f} "
              f"events/s of processor time; wall best {wall[-1]:.0f}, median {wall[middle]:.0f}; "
              f"{len(spent)} runs in {sum(wall for wall, _ in spent):.1f} s")
        print(f"hftbacktest {kind} {busy[-1]:.0f} {busy[middle]:.0f}")


def hft_version():
    from importlib.metadata import version
    return version("hftbacktest")


main()
