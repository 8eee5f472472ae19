#!/usr/bin/env python3
# Recorded ticks of BTC and ETH with a few signals: each is filled at what the recorded best quote
# said when it arrived, its costs are those of the quotes, the run is bytewise repeatable, and
# verify re-runs its journal.
# seconds: 10
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile
from bisect import bisect_right
from decimal import Decimal

LATENCY_NS = 50_000_000
APART = Decimal("0.0005")  # of the price: what may change between a quote and the venue's look
SYMBOLS = (("BTC/USDT", "0.002"), ("ETH/USDT", "0.05"))


def quotes_of(path):
    """Recorder's time and best bid and ask of every recorded best quote."""
    times, bests = [], []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            at, text = line.split(" ", 1)
            data = json.loads(text).get("data", {})
            if "B" in data:
                times.append(int(at))
                bests.append((Decimal(data["b"]), Decimal(data["a"])))
    return times, bests


def signals_of(quotes):
    """Every 20 s a buy of both, sold 10 s later; never before the book stands."""
    start_ns = max(times[0] for times, _ in quotes.values())
    for step in range(15):
        for symbol, qty in SYMBOLS:
            times, bests = quotes[symbol]
            for side, behind_s in (("buy", 10), ("sell", 20)):
                ts_ns = (start_ns // 10**6 + 1000 * (20 * step + behind_s)) * 10**6
                bid, ask = bests[bisect_right(times, ts_ns) - 1]
                stop = bid * Decimal("0.99") if side == "buy" else ask * Decimal("1.01")
                yield {"signal_id": "%s-%s-%d" % (symbol[:3], side, step), "symbol": symbol,
                       "side": side, "qty": float(qty), "stop_loss": float(round(stop, 2)),
                       "correlation": 0.3, "ts": ts_ns // 10**6}


def replay(folder, name, files, more):
    out = "%s/%s.ndjson" % (folder, name)
    command = [os.environ["L1_BIN"], "replay", "--quiet", "--config",
               os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml", "--out", out]
    for symbol, _ in SYMBOLS:
        for key in ("volatility_target", "stop.sigma_min", "stop.atr_max"):
            command += ["--set", "symbols.%s.%s=null" % (symbol, key)]
    ran = subprocess.run(command + more + files, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    with open(out, encoding="utf-8") as lines:
        return lines.read(), ran.stderr


def check_fill(report, signal, quotes):
    assert report["status"] == "filled", report
    assert Decimal(str(report["executed_qty"])) > 0, report
    times, bests = quotes[signal["symbol"]]
    at = bisect_right(times, signal["ts"] * 10**6 + LATENCY_NS) - 1
    wanted = bests[at][1 if signal["side"] == "buy" else 0]
    price = Decimal(str(report["avg_price"]))
    assert abs(price - wanted) <= APART * wanted, (report["signal_id"], price, wanted)
    return price == wanted


def mid_of(quotes, at_ns):
    times, bests = quotes
    bid, ask = bests[bisect_right(times, at_ns) - 1]
    return (bid + ask) / 2


def check_costs(report, analysis, signal, quotes):
    """Mids of `tca` and markouts are those of the recorded best quotes: how many, how many equal.
    A change of levels may tell a best a little before or after its quote."""
    at_ns, side = signal["ts"] * 10**6, 1 if signal["side"] == "buy" else -1
    price, tca = Decimal(str(report["avg_price"])), report["tca"]
    pairs = [(Decimal(str(tca["arrival_mid"])), mid_of(quotes, at_ns), APART * price)]
    for seconds, markout in analysis["markouts_bp"].items():
        assert markout is not None, analysis
        mid = mid_of(quotes, at_ns + LATENCY_NS + int(seconds) * 10**9)
        pairs.append((round(Decimal(str(markout)), 2),
                      round(side * (mid / price - 1) * 10000, 2), APART * 10000))
    for have, wanted, apart in pairs:
        assert abs(have - wanted) <= apart, (report["signal_id"], have, wanted)
    return len(pairs), sum(have == wanted for have, wanted, _ in pairs)


def main():
    files = sorted(glob.glob(os.environ.get("L1_DATA", "") + "/ticks/*usdt_*.gz"))
    if len(files) != 2:
        print("skipped: no ticks in L1_DATA")
        return 77
    quotes = {symbol: quotes_of(path) for (symbol, _), path in zip(SYMBOLS, files)}
    signals = {signal["signal_id"]: signal for signal in signals_of(quotes)}
    with tempfile.TemporaryDirectory() as folder:
        path, journal = folder + "/signals.ndjson", folder + "/journal"
        with open(path, "w", encoding="utf-8") as out:
            for signal in sorted(signals.values(), key=lambda one: one["ts"]):
                out.write(json.dumps(signal) + "\n")
        more = ["--signals", path]
        text, summary = replay(folder, "plain", files, more)
        again, _ = replay(folder, "kept", [os.path.dirname(files[0])], more + ["--journal", journal])
        assert text == again, "the output differs with a journal and the folder"
        reports, analyses, exact = {}, {}, 0
        for line in text.splitlines():
            message = json.loads(line)
            assert message["topic"] != "alerts" or message["code"] != "BOOK_UNUSABLE", message
            if message["topic"] == "reports" and message["kind"] == "signal":
                assert message["signal_id"] not in reports, message
                reports[message["signal_id"]] = message
            if message["topic"] == "analysis":
                analyses[message["signal_id"]] = message
        assert reports.keys() == signals.keys()
        for name, signal in signals.items():
            exact += check_fill(reports[name], signal, quotes)
        print("%d signals filled, %d exactly at the recorded best" % (len(signals), exact))
        assert exact >= len(signals) * 3 // 4, exact
        seen, equal = 0, 0
        for name, analysis in analyses.items():
            one = check_costs(reports[name], analysis, signals[name],
                              quotes[signals[name]["symbol"]])
            seen, equal = seen + one[0], equal + one[1]
        print("%d costs analysed, %d of %d mids and markouts exactly the recorded quotes'"
              % (len(analyses), equal, seen))
        assert len(analyses) > 20 and equal >= seen * 3 // 4, (len(analyses), equal, seen)
        verified = subprocess.run([os.environ["L1_BIN"], "verify", journal], capture_output=True,
                                  text=True)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        print(verified.stdout.strip().splitlines()[-1])
        again = subprocess.run([os.environ["L1_BIN"], "verify", "--snapshot", journal],
                               capture_output=True, text=True)
        assert again.returncode == 0, again.stdout + again.stderr
        print(summary.strip().splitlines()[-1])
    return 0


sys.exit(main())
