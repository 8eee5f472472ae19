#!/usr/bin/env python3
# What a strategy sees through the program alone: values at a limit, null, the end of input.
# seconds: 10
import json
import os
import subprocess
import sys
import tempfile

T = 1700000000000
OFF = ["volatility_target", "stop.sigma_min", "stop.atr_max"]


def book(ts=T, bid=49999.5, ask=50000.5):
    return {"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": ts,
            "bids": [[bid, 10]], "asks": [[ask, 10]]}


def signal(name, ts=T + 1000, **changes):
    made = {"signal_id": name, "symbol": "BTC/USDT", "side": "buy", "qty": 0.01,
            "stop_loss": 49000, "ts": ts}
    made.update(changes)
    return made


def portfolio(ts, **changes):
    made = {"topic": "portfolio", "ts": ts, "equity": 100000,
            "balances": {"USDT": {"free": 100000, "locked": 0}}}
    made.update(changes)
    return made


def run(*messages):
    arguments = [os.environ["L1_BIN"], "run", "--clock", "events", "--config",
                 os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"]
    for key in OFF:
        arguments += ["--set", f"symbols.BTC/USDT.{key}=null"]
    text = "\n".join(json.dumps(message) for message in messages)
    with tempfile.TemporaryDirectory() as folder:
        arguments += ["--journal", folder + "/journal"]
        ran = subprocess.run(arguments, input=text.encode(), capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    return [json.loads(line) for line in ran.stdout.splitlines()]


def final(out, name):
    reports = [o for o in out if o.get("kind") == "signal" and o["signal_id"] == name]
    assert len(reports) == 1, (name, out)
    return reports[0]


def codes(report):
    return [violation["code"] for violation in report["violations"]]


def test_equity():
    """A snapshot without equity is taken; rules 23 to 25 then deny."""
    denied = ["EXPOSURE_LIMIT", "CORRELATION_LIMIT", "DRAWDOWN_SYMBOL", "DRAWDOWN_PORTFOLIO"]
    for equity, expected in ((100000, []), (0, denied), (-1, denied), (None, denied)):
        out = run(book(), portfolio(T + 1, equity=equity), signal("e"))
        assert not [o for o in out if o["topic"] == "alerts"], out
        assert codes(final(out, "e")) == expected, (equity, out)
    absent = portfolio(T + 1)
    del absent["equity"]
    assert codes(final(run(book(), absent, signal("e")), "e")) == denied


def test_stale():
    """A market exactly as old as its limit passes, and the order it lets pass meets it."""
    for age, expected in ((119999, "filled"), (120000, "filled"), (120001, "rejected")):
        report = final(run(book(), signal("s", T + age)), "s")
        assert report["status"] == expected, (age, report)
        assert ("MARKET_STALE" in codes(report)) == (expected == "rejected"), report


def test_stop_not_positive():
    """Only the rules that look at the stop are violated by it."""
    for stop, expected in ((0, ["INVALID_PRICE", "STOP_LOSS_DISTANCE", "EXCHANGE_FILTER"]),
                           (-1, ["INVALID_PRICE", "STOP_LOSS_DISTANCE", "EXCHANGE_FILTER"])):
        assert codes(final(run(book(), signal("n", stop_loss=stop)), "n")) == expected, stop


def test_end_of_input():
    """What a sell released is protected again, though the input ends with the sell."""
    out = run(book(), signal("b"),
              signal("s", T + 2000, side="sell", qty=0.004, price=50900, stop_loss=51000))
    assert final(out, "s")["status"] == "expired"
    later = [o for o in out if o.get("kind") == "protection"]
    assert [(o["signal_id"], o["status"], o["side"]) for o in later] == [
        ("b", "stop_replaced", "sell")], later
    assert later[0]["stop"]["qty"] == 0.00999 and later[0]["stop"]["stop_price"] == 49000
    assert later[0]["stop"]["status"] == "live"
    out = run(book(), signal("b"), signal("s", T + 2000, side="sell", stop_loss=51000))
    later = [o for o in out if o.get("kind") == "protection"]
    assert [(o["status"], o["side"]) for o in later] == [("stop_canceled", "sell")], later


def test_seq():
    """Every output has a number of its own, and they rise."""
    out = run(book(), signal("a"), {"topic": "control", "command": "status", "ts": T + 2000},
              signal("b", T + 3000), {"topic": "control", "command": "status", "ts": T + 4000},
              {"topic": "control", "command": "status", "ts": T + 4000})
    numbers = [o["seq"] for o in out]
    assert [o["topic"] for o in out].count("metrics") == 3, out
    assert numbers == sorted(set(numbers)), numbers


def test_status():
    """A status tells the state of its own time, however fast the input came."""
    out = run(book(), signal("a"), dict(signal("b", qty=0.02), colour="red", nested={"x": 1}),
              {"topic": "control", "command": "status", "ts": T + 1000},
              {"topic": "control", "command": "halt", "ts": T + 2000},
              {"topic": "control", "command": "status", "ts": T + 2000, "mood": "good"})
    first, second = [o for o in out if o["topic"] == "metrics"]
    got = [(o["ts"] - T, o["symbols"]["BTC/USDT"]["signals"], o["halted"], o["unknown_keys"])
           for o in (first, second)]
    assert got == [(1000, 0, False, 2), (2000, 2, True, 3)], got
    assert first["symbols"]["BTC/USDT"]["exposure"] == 0.015, first  # open buys count


def test_bars_alone():
    """Without a book what passes LIQUIDITY by the bar's volume can be filled; bars may close on
    the minute, and need not open on it."""
    for opens, lasts in ((T - 20000, 59999), (T - 20000, 60000), (T, 59999)):
        for volume, qty, status in ((0.2, 0.01, "filled"), (0.2002, 0.01001, "filled"),
                                    (0.3999, 0.01999, "filled"), (0.2, 0.01001, "rejected")):
            bar = {"topic": "market", "type": "bar", "symbol": "BTC/USDT", "interval": "1m",
                   "open_time": opens, "close_time": opens + lasts, "open": 50000, "high": 50000,
                   "low": 50000, "close": 50000, "volume": volume, "quote_volume": 1,
                   "trades": 1, "taker_buy_volume": 0}
            report = final(run(bar, signal("v", opens + lasts, qty=qty)), "v")
            assert report["status"] == status, (bar, report)
            assert codes(report) == (["LIQUIDITY"] if status == "rejected" else []), report
            assert report["ts"] == opens + lasts + (50 if status == "filled" else 0), report


def test_every_change_is_told():
    """What is placed is what was asked for, or an adjustment says why not."""
    for stop, placed in ((49000, 49000), (49000.01, 49000.01), (49000.011, 49000.02)):
        report = final(run(book(), signal("t", stop_loss=stop)), "t")
        assert report["stop"]["stop_price"] == placed, report
        told = [{"field": "stop_loss", "from": stop, "to": placed, "rule": "TICK"}]
        assert report["adjustments"] == (told if placed != stop else []), report


TESTS = [test_equity, test_stale, test_stop_not_positive, test_end_of_input, test_seq, test_status,
         test_bars_alone, test_every_change_is_told]

if __name__ == "__main__":
    for test in TESTS:
        test()
        print("ok", test.__name__)
    sys.exit(0)
