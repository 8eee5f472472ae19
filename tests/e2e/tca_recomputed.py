#!/usr/bin/env python3
# What orders cost, recomputed from the market's messages and the walk of the book alone.
# seconds: 10
#
# A seeded market of books and trades, signals that come with and without delay, large and small, some
# beyond what the book holds. Every figure of `tca` and every markout is made again here with exact
# decimals, as docs/tca.md defines them, and must be equal to the last 1e-8.
import copy
import json
import os
import random
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

PROGRAM = os.environ["L1_BIN"]
CONFIG = os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"
T = 1700000000000
LATENCY, AGE = 50, 120000
E8 = Decimal("0.00000001")


def d(value):
    return Decimal(str(value))


def rounded(value):
    return None if value is None else value.quantize(E8, ROUND_HALF_UP)


def ratio(a, b, scale=1):
    return None if a is None or not b else rounded(a * scale / b)


def make_market(random_, seconds):
    """Books every 20 to 900 ms with one silence, trades between; prices on a random walk."""
    ms, mid, messages = T, Decimal(50000), []
    while ms < T + seconds * 1000:
        ms += random_.randrange(20, 900) if random_.random() > 0.02 else 13001
        mid += Decimal(random_.randrange(-400, 401)) / 100
        bids = [[mid - d("0.5") - i, d(random_.randrange(200, 900)) / 100000] for i in range(8)]
        asks = [[mid + d("0.5") + i, d(random_.randrange(200, 900)) / 100000] for i in range(8)]
        messages.append({"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": ms,
                         "bids": bids, "asks": asks})
        for _ in range(random_.randrange(4)):
            ms += random_.randrange(3, 25)
            messages.append({"topic": "market", "type": "trade", "symbol": "BTC/USDT", "ts": ms,
                             "price": mid + random_.randrange(-3, 4),
                             "qty": d(random_.randrange(1, 9000)) / 100000,
                             "trade_id": len(messages), "buyer_maker": False})
    return messages


def make_signals(random_, market, delayed):
    """One about every 4 s, at times when no other message stands; delayed ones carry an older ts."""
    taken, ms, signals = {m["ts"] for m in market}, T + 8000, []
    mid_at = sorted((m["ts"], (m["bids"][0][0] + m["asks"][0][0]) / 2)
                    for m in market if m["type"] == "book")
    while ms < market[-1]["ts"] - 30000:
        ms += random_.randrange(1500, 4000)
        while {ms, ms + LATENCY} & taken:
            ms += 1
        buy = random_.random() < 0.55
        mid = [mid for ts, mid in mid_at if ts < ms][-1]
        message = {"signal_id": f"s{len(signals)}", "symbol": "BTC/USDT",
                   "side": "buy" if buy else "sell",
                   "qty": d(random_.randrange(20, 4800)) / 100000,
                   "stop_loss": int(mid * (d("0.95") if buy else d("1.05"))),
                   "execution": {"algo": "single"}}
        if delayed and random_.random() < 0.7:
            message["ts"] = ms - random_.choice([0, 7, 60, 333, 1500, 2222, 4500])
        elif not delayed or random_.random() < 0.5:
            message["ts"] = ms
        if random_.random() < 0.1:
            del message["stop_loss"]
        signals.append((ms, message))
    return signals


def dumps(message):
    return json.dumps(message, default=float)


SETTINGS = ["signal.repeat_max=null", "portfolio.age_ms_max=null",
            "symbols.BTC/USDT.liquidity_factor=null", "symbols.BTC/USDT.drawdown_max=null",
            "symbols.BTC/USDT.exposure_max=null", "portfolio.cross_exposure_max=null",
            "portfolio.drawdown_max=null", "symbols.BTC/USDT.venue.max_algo_orders=200"] + [
                f"symbols.BTC/USDT.{key}=null"
                for key in ("volatility_target", "stop.sigma_min", "stop.atr_max")]


def options():
    return [word for setting in SETTINGS for word in ("--set", setting)]


FUNDS = {"topic": "portfolio", "ts": T + 1, "equity": 350000, "balances": {
    "USDT": {"free": 100000, "locked": 0}, "BTC": {"free": 5, "locked": 0}}}


def run(messages):
    """l1 run, clocked by the messages: a signal that is late stays where it stands."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [PROGRAM, "run", "--clock", "events", "--config", CONFIG,
             "--journal", folder + "/journal", *options()],
            input="".join(dumps(m) + "\n" for m in messages), capture_output=True, text=True,
            check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def replay(messages):
    """l1 replay, which sorts by time."""
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/all.ndjson"
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(dumps(m) + "\n" for m in messages)
        done = subprocess.run([PROGRAM, "replay", "--config", CONFIG, *options(), path],
                              capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Recomputed:
    """The market as L1 saw it: (time, mid) of books in order, and what was traded."""

    def __init__(self, market):
        self.books = copy.deepcopy([m for m in market if m["type"] == "book"])
        self.mids = [(b["ts"], (b["bids"][0][0] + b["asks"][0][0]) / 2) for b in self.books]
        self.trades = [m for m in market if m["type"] == "trade"]

    def mid(self, ms):
        """Before the messages of that millisecond; None when there is none or it is stale."""
        before = [(ts, mid) for ts, mid in self.mids if ts < ms]
        return before[-1][1] if before and ms - before[-1][0] <= AGE else None

    def heard(self, since, ms):
        return any(since < ts < ms for ts, _ in self.mids)

    def decision(self, signal, ms):
        ts = signal.get("ts")
        if ts is None or ts >= ms:
            return self.mid(ms)
        kept = {}
        for at, mid in self.mids:
            if at < ms:
                kept[at // 100] = (at, mid)
        kept = [kept[step] for step in sorted(kept)][-64:]
        kept = [(at, mid) for at, mid in kept if at <= ts]
        return kept[-1][1] if kept and ts - kept[-1][0] <= AGE else self.mid(ms)

    def walk(self, ms, buy, qty, limit):
        """Fill or kill against the last book before `ms`: its fills, or none. What it takes is
        gone until the next book."""
        levels = [b for b in self.books if b["ts"] < ms][-1]["asks" if buy else "bids"]
        left, fills = qty, []
        for price, there in levels:
            if left == 0 or (price > limit if buy else price < limit):
                break
            part = min(left, there)
            fills.append((part, price))
            left -= part
        if left > 0:
            return []
        for level, (part, _) in zip(levels, fills):
            level[1] -= part
        levels[:] = [level for level in levels if level[1] > 0]
        return fills

    def costs(self, signal, ms, report):
        side = 1 if signal["side"] == "buy" else -1
        order = report["orders"][0]
        total, limit = order["qty"], order["price"]
        ended, filled = report["ts"], ms + LATENCY
        fills = self.walk(filled, side == 1, total, limit)
        cost = sum((part * price for part, price in fills), Decimal(0))
        done = sum((part for part, _ in fills), Decimal(0))
        dec, arr, end = self.decision(signal, ms), self.mid(ms), self.mid(ended)
        # Commission is taken in what is received: quote, rounded up for the order as a whole; base,
        # valued at each fill's price.
        fee = (sum((rounded(part * d("0.001") * price) for part, price in fills), Decimal(0))
               if side == 1 else (cost * d("0.001")).quantize(E8, ROUND_UP))
        volume = sum((t["qty"] for t in self.trades if ms <= t["ts"] < ended), Decimal(0))
        quote = sum((t["qty"] * t["price"] for t in self.trades if ms <= t["ts"] < ended),
                    Decimal(0))
        delay, trading = side * done * (arr - dec), side * (cost - done * arr)
        opportunity = side * (total - done) * (end - dec)
        whole = delay + trading + opportunity + fee
        at_market = None if not volume or not done else done * quote / volume
        return cost, filled, {
            "decision_mid": dec, "arrival_mid": arr, "vwap": ratio(cost, done),
            "market_vwap": ratio(quote, volume),
            "arrival_slippage_bp": ratio(trading, done * arr, 10000),
            "vwap_slippage_bp": at_market and ratio(side * (cost - rounded(at_market)),
                                                    rounded(at_market), 10000),
            "shortfall": {"delay": delay, "trading": trading, "opportunity": opportunity,
                          "fees": fee, "total": whole,
                          "total_bp": ratio(whole, total * dec, 10000)},
            "fill_ratio": ratio(done, total), "participation": ratio(done, volume),
            "maker_share": Decimal(0) if done else None,
            "duration_ms": LATENCY if done else None, "children": 1, "fills": len(fills),
            "algo": {"asked": "single", "chosen": "single"}}

    def markouts(self, signal, report, cost, filled):
        side, out = 1 if signal["side"] == "buy" else -1, {}
        for seconds in (1, 10, 60):
            at = filled + 1000 * seconds
            mid = self.mid(at)
            known = report["executed_qty"] > 0 and mid is not None and self.heard(filled, at)
            worth = report["executed_qty"] * mid if known else None
            out[str(seconds)] = ratio(side * (worth - cost), cost, 10000) if known else None
        return out


def same(want, have, what):
    if isinstance(want, dict):
        assert list(want) == list(have), (what, list(want), list(have))
        for key, value in want.items():
            same(value, have[key], f"{what} {key}")
    else:
        assert (want is None) == (have is None) and want == have, (what, want, have)


def check(text, market, signals, seen):
    told = [json.loads(line, parse_float=Decimal) for line in text.splitlines()]
    model = Recomputed(market)
    finals = {m["signal_id"]: m for m in told if m["topic"] == "reports" and m["kind"] == "signal"}
    later = {m["signal_id"]: m for m in told if m["topic"] == "analysis"}
    assert len(finals) == len(signals) and len(later) > 10
    last = max(m["ts"] for m in market)
    for ms, signal in signals:
        report = finals[signal["signal_id"]]
        seen[report["status"]] = seen.get(report["status"], 0) + 1
        if report["status"] == "rejected":
            seen[report["reason"]["code"]] = seen.get(report["reason"]["code"], 0) + 1
            assert report["tca"] is None and signal["signal_id"] not in later, report
            continue
        cost, filled, want = model.costs(signal, ms, report)
        same(want, report["tca"], signal["signal_id"])
        parts = report["tca"]["shortfall"]
        assert sum(parts[k] for k in ("delay", "trading", "opportunity", "fees")) == parts["total"]
        seen["delayed"] = seen.get("delayed", 0) + (parts["delay"] != 0)
        seen["several fills"] = seen.get("several fills", 0) + (want["fills"] > 1)
        analysis = later.pop(signal["signal_id"], None)
        assert (analysis is not None) == (report["ts"] + 60000 <= last), (report, last)
        if analysis is None:
            continue
        assert analysis["ts"] == report["ts"] + 60000 and analysis["report_seq"] == report["seq"]
        assert analysis["tca"] == report["tca"], analysis
        want = model.markouts(signal, report, cost, filled)
        same(want, analysis["markouts_bp"], signal["signal_id"])
        for seconds, markout in want.items():
            key = f"{seconds} s {'unknown' if markout is None else 'known'}"
            seen[key] = seen.get(key, 0) + (report["executed_qty"] > 0)
    assert not later, later


def check_split(market, model):
    """Orders cut into slices: what their report and the market's messages say of the whole."""
    signals, ms = [], T + 9001
    for number, algo in enumerate(["twap", "pov", "iceberg", "twap"]):
        side, stop = ("buy", 47000) if number % 2 == 0 else ("sell", 53000)
        signals.append((ms, {"signal_id": f"cut{number}", "symbol": "BTC/USDT", "side": side,
                             "qty": 0.04, "stop_loss": stop, "ts": ms,
                             "execution": {"algo": algo, "duration_s": 20, "slices_max": 5}}))
        ms += 45000
    text = run([FUNDS] + with_ticks(market, signals))
    told = [json.loads(line, parse_float=Decimal) for line in text.splitlines()]
    finals = {m["signal_id"]: m for m in told if m["topic"] == "reports" and m["kind"] == "signal"}
    cut = 0
    for ms, signal in signals:
        report = finals[signal["signal_id"]]
        tca, side = report["tca"], 1 if signal["side"] == "buy" else -1
        done, cost = report["executed_qty"], report["executed_quote"]
        total = d(signal["qty"])
        arr, end = model.mid(ms), model.mid(report["ts"])
        traded = [t for t in model.trades if ms <= t["ts"] < report["ts"]]
        volume = sum((t["qty"] for t in traded), Decimal(0))
        quote = sum((t["qty"] * t["price"] for t in traded), Decimal(0))
        parts = tca["shortfall"]
        assert parts["delay"] == 0 and tca["arrival_mid"] == tca["decision_mid"] == arr, tca
        assert parts["trading"] == side * (cost - done * arr), (signal, tca)
        assert parts["opportunity"] == side * (total - done) * (end - arr), (signal, tca)
        assert abs(parts["fees"] - cost * d("0.001")) < d("0.000001"), (signal, tca)
        assert sum(parts[k] for k in ("delay", "trading", "opportunity", "fees")) == parts["total"]
        assert tca["fill_ratio"] == ratio(done, total) and tca["vwap"] == ratio(cost, done)
        assert tca["market_vwap"] == ratio(quote, volume), (signal, tca)
        assert tca["participation"] == ratio(done, volume), (signal, tca)
        assert tca["algo"]["asked"] == signal["execution"]["algo"], tca
        assert tca["fills"] >= tca["children"] > 0, tca
        assert len(report["orders"]) in (tca["children"], 8), report
        cut += tca["children"] > 1 and 0 < tca["duration_ms"] <= 25000
    assert cut > 1, [finals[signal["signal_id"]]["tca"] for _, signal in signals]


def main():
    random_ = random.Random(20260801)
    seen = {}
    market = make_market(random_, 240)
    for delayed in (True, False):
        signals = make_signals(random_, market, delayed)
        # A signal stands behind everything earlier, whatever its ts says.
        messages = [FUNDS] + [m for _, _, m in sorted(
            [(m["ts"], 0, m) for m in market] + [(ms, 1, m) for ms, m in signals],
            key=lambda row: row[:2])]
        play = run if delayed else replay
        if delayed:  # the clock is where the last message left it: a tick of its own moves it
            messages = [FUNDS] + with_ticks(market, signals)
        text = play(messages)
        assert text == play(messages), "the same input gave other bytes"
        check(text, market, signals, seen)
    check_split(market, Recomputed(market))
    print(seen)
    for what in ("filled", "expired", "rejected", "delayed", "several fills", "1 s known",
                 "1 s unknown", "10 s known", "10 s unknown", "60 s known"):
        assert seen.get(what, 0) > 0, (what, seen)
    return 0


def with_ticks(market, signals):
    """Before each signal a harmless command moves the clock to when it comes."""
    rows = [(m["ts"], 0, m) for m in market]
    for ms, message in signals:
        rows.append((ms, 1, {"topic": "control", "command": "status", "ts": ms}))
        rows.append((ms, 2, message))
    return [row[2] for row in sorted(rows, key=lambda row: row[:2])]


sys.exit(main())
