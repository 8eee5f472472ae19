#!/usr/bin/env python3
# l1 replay --compare-schedules: its means, pairs and intervals are those that replays of each
# schedule, and another bootstrap of the same seed, give; random signals are what they say.
# seconds: 60
import json
import math
import os
import subprocess
import sys
import tempfile

PROGRAM, BUILD, SOURCE = (os.environ[key] for key in ("L1_BIN", "L1_BUILD", "L1_SOURCE"))
CONFIG = SOURCE + "/tests/testlib/l1.yaml"
MAKER = BUILD + "/examples/random_signals"
T = 1700000000000
WORD = (1 << 64) - 1
SETTINGS = ["paper.balances={USDT: 10000000, BTC: 100}", "portfolio.correlation_max=null",
            "portfolio.drawdown_max=null", "signal.repeat_max=null"] + [
    f"symbols.BTC/USDT.{key}=null" for key in (
        "qty_max", "notional_max", "exposure_max", "drawdown_max", "volatility_target",
        "stop.sigma_min", "stop.atr_max")] + ["symbols.BTC/USDT.venue.max_algo_orders=200"]


class Generator:
    """xoshiro256** seeded by splitmix64, and Lemire's bounded numbers."""

    def __init__(self, seed):
        self.s = []
        for _ in range(4):
            seed = seed + 0x9E3779B97F4A7C15 & WORD
            mixed = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 & WORD
            mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & WORD
            self.s.append(mixed ^ mixed >> 31)

    def next(self):
        s = self.s
        result = (s[1] * 5 & WORD)
        result = ((result << 7 | result >> 57) & WORD) * 9 & WORD
        shifted = s[1] << 17 & WORD
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = (s[3] << 45 | s[3] >> 19) & WORD
        return result

    def below(self, bound):
        uneven = (1 << 64) % bound
        while True:
            product = self.next() * bound
            if product & WORD >= uneven:
                return product >> 64


def interval(values, length, resamples, seed):
    """The 95 % interval of the mean, blocks of `length` neighbours drawn with replacement."""
    blocks = [values[i:i + length] for i in range(0, len(values), length)]
    numbers = Generator(seed)
    rounds = []
    for _ in range(resamples):
        drawn = [blocks[numbers.below(len(blocks))] for _ in blocks]
        rounds.append(sum(map(sum, drawn)) / sum(map(len, drawn)))
    rounds.sort()
    cut = int(0.025 * resamples)
    return rounds[cut], rounds[-1 - cut]


def history(path, minutes):
    """Books every five seconds on a slow wave with a drift, and a bar a minute."""
    with open(path, "w", encoding="utf-8") as out:
        last = 50000.0
        for step in range(minutes * 12):
            at = T + 5000 * step
            mid = round(50000 + 0.4 * step + 30 * math.sin(step / 40), 2)
            asks = [[round(mid + 0.5 + 2 * level, 2), 0.5] for level in range(20)]
            bids = [[round(mid - 0.5 - 2 * level, 2), 0.5] for level in range(20)]
            if step % 12 == 0 and step > 0:
                out.write(json.dumps({
                    "topic": "market", "type": "bar", "symbol": "BTC/USDT", "interval": "1m",
                    "open_time": at - 60000, "close_time": at - 1, "open": last, "close": mid,
                    "high": max(last, mid) + 1, "low": min(last, mid) - 1, "volume": 40,
                    "quote_volume": 40 * mid, "trades": 100, "taker_buy_volume": 20}) + "\n")
                last = mid
            out.write(json.dumps({"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": at,
                                  "bids": bids, "asks": asks}) + "\n")


def options():
    out = ["--config", CONFIG]
    for setting in SETTINGS:
        out += ["--set", setting]
    return out


def call(*arguments, code=0):
    done = subprocess.run([PROGRAM, "replay", *arguments], capture_output=True, text=True,
                          check=False, timeout=200, cwd=SOURCE)
    assert done.returncode == code, (arguments, done.returncode, done.stderr, done.stdout[-500:])
    return done.stdout if code == 0 else done.stderr


def compare(files, *arguments):
    text = call("--compare-schedules", *options(), "--format", "json", *arguments, *files)
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0]["kind"] == "comparison" and lines[0]["confidence"] == 0.95, lines
    return lines[0], {(line["algo"], line["symbol"]): line for line in lines[1:]}, text


def cost(report):
    """The shortfall before commission in basis points; None: not known."""
    tca = report["tca"]
    if tca["shortfall"]["total_bp"] is None or tca["shortfall"]["fees"] is None:
        return None
    wanted = report["requested_qty"]
    for adjustment in report["adjustments"]:
        if adjustment["field"] == "qty":
            wanted = adjustment["to"]
    return tca["shortfall"]["total_bp"] - 1e4 * tca["shortfall"]["fees"] / (wanted * tca["decision_mid"])


def replayed(folder, files, algo):
    """Final reports of what was sent, in the order of the signals."""
    out = f"{folder}/{algo}.ndjson"
    call("--quiet", *options(), "--set", "execution.algo=" + algo, "--out", out, *files)
    said = {}
    with open(out, encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line)
            if message["topic"] == "reports" and message["kind"] == "signal":
                if message["tca"] is not None:
                    said[message["signal_id"]] = message
    return said


def check_signals(path):
    """They are valid, in order, and repeat with their seed."""
    ids, times, sides = [], [], set()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            ids.append(said["signal_id"])
            times.append(said["ts"])
            sides.add(said["side"])
            assert said["qty"] > 0 and (said["stop_loss"] < 50000) == (said["side"] == "buy"), said
    assert times == sorted(times) and len(set(ids)) == len(ids) > 150 and len(sides) == 2, len(ids)
    return ids


def own_schedule(folder, ids, named):
    """Three of the signals ask for a schedule of their own: they compare nothing."""
    with open(folder + "/signals.ndjson", encoding="utf-8") as lines:
        said = [json.loads(line) for line in lines]
    for signal in said:
        if signal["signal_id"] in named:
            signal["execution"] = {"algo": "twap"}
    with open(folder + "/named.ndjson", "w", encoding="utf-8") as out:
        out.writelines(json.dumps(signal) + "\n" for signal in said)
    assert len(said) == len(ids)


def main():
    with tempfile.TemporaryDirectory() as folder:
        market = folder + "/market.ndjson"
        history(market, 400)
        made = [subprocess.run([MAKER, "--config", CONFIG, "--every", "120", "--notional",
                                "20000:90000", "--stop", "0.05", "--seed", seed, market], check=True,
                               capture_output=True).stdout for seed in ("5", "5", "6")]
        assert made[0] == made[1] != made[2]
        with open(folder + "/signals.ndjson", "wb") as out:
            out.write(made[0])
        ids = check_signals(folder + "/signals.ndjson")
        files = [market, "--signals", folder + "/signals.ndjson"]
        head, rows, text = compare(files, "--seed", "9", "--block", "7", "--resamples", "400")
        assert head["signals"] == len(ids) and head["own_algo"] == 0, head
        assert [key[0] for key in rows if key[1] is None] == \
            ["single", "twap", "vwap", "pov", "iceberg", "is", "auto"], rows.keys()
        assert compare(files, "--seed", "9", "--block", "7", "--resamples", "400")[2] == text

        single = replayed(folder, files, "single")
        differing = 0
        for algo in ("single", "twap", "iceberg", "is", "auto"):
            mine, row = replayed(folder, files, algo), rows[algo, None]
            pairs = [name for name in ids if name in single and name in mine and
                     cost(single[name]) is not None and cost(mine[name]) is not None]
            either = [name for name in ids if name in single or name in mine]
            assert row["pairs"] == len(pairs) > 100, (algo, row, len(pairs))
            assert row["left_out"] == len(either) - len(pairs), (algo, row)
            values = [cost(mine[name]) - cost(single[name]) for name in pairs]
            mean = sum(values) / len(values)
            assert abs(row["difference_bp"] - mean) < 2e-6, (algo, row, mean)
            assert abs(row["cost_bp"] - sum(cost(mine[name]) for name in pairs) / len(pairs)) < 2e-6
            low, high = interval(values, 7, 400, 9)
            assert abs(row["low_bp"] - low) < 2e-6 and abs(row["high_bp"] - high) < 2e-6, (row, low, high)
            slipped = [mine[name]["tca"]["arrival_slippage_bp"] - single[name]["tca"]["arrival_slippage_bp"]
                       for name in pairs if mine[name]["executed_qty"] and single[name]["executed_qty"]]
            assert row["slippage"]["pairs"] == len(slipped)
            if slipped:
                assert abs(row["slippage"]["difference_bp"] - sum(slipped) / len(slipped)) < 2e-6
                if len(slipped) < 6 * 7:
                    assert row["slippage"]["low_bp"] is None and row["slippage"]["high_bp"] is None, row
                else:
                    low, high = interval(slipped, 7, 400, 9)
                    assert abs(row["slippage"]["low_bp"] - low) < 2e-6
            whole = [mine[name]["tca"]["shortfall"]["total_bp"] -
                     single[name]["tca"]["shortfall"]["total_bp"] for name in pairs]
            assert abs(row["with_fees"]["difference_bp"] - sum(whole) / len(whole)) < 2e-6
            low, high = interval(whole, 7, 400, 9)
            assert abs(row["with_fees"]["high_bp"] - high) < 2e-6
            wanted = sum(mine[name]["requested_qty"] * mine[name]["tca"]["arrival_mid"] for name in pairs)
            filled = sum(mine[name]["executed_qty"] * mine[name]["tca"]["arrival_mid"] for name in pairs)
            assert abs(row["fill_ratio"] - filled / wanted) < 2e-3, (algo, row, filled / wanted)
            orders = sum(len(mine[name]["orders"]) for name in pairs) / len(pairs)
            assert abs(row["orders"] - orders) < 2e-6, (algo, row, orders)
            differing += any(values)
        assert differing >= 1 and rows["twap", None]["orders"] > 1.5, rows["twap", None]

        pairs = rows["twap", None]["pairs"]
        for block, known in ((pairs // 6, True), (pairs // 6 + 1, False)):
            row = compare(files, "--block", str(block), "--resamples", "400")[1]["twap", None]
            assert abs(row["difference_bp"] - rows["twap", None]["difference_bp"]) < 2e-6, row
            assert (row["low_bp"] is not None) == (row["high_bp"] is not None) == known, (block, row)

        other = compare(files, "--seed", "10", "--block", "7", "--resamples", "400")[1]
        for key in ("difference_bp", "cost_bp", "pairs"):
            assert other["twap", None][key] == rows["twap", None][key]
        assert other["twap", None]["low_bp"] != rows["twap", None]["low_bp"]
        named = [name for name in ids if name in single][:3]
        own_schedule(folder, ids, named)
        head, fewer, _ = compare([market, "--signals", folder + "/named.ndjson"], "--block", "7")
        assert head["own_algo"] == 3, head
        assert fewer["single", None]["pairs"] == rows["single", None]["pairs"] - 3, fewer

        table = call("--compare-schedules=twap", *options(), *files)
        assert "Intervals of 95 %" in table and "twap" in table and "vwap" not in table, table
        call("--compare-schedules=twap", *options(), "--out", folder + "/table", *files)
        with open(folder + "/table", encoding="utf-8") as lines:
            assert lines.read() == table
        page = folder + "/page.html"
        out = call("--compare-schedules=twap", *options(), "--report", page, "--quiet", *files)
        with open(page, encoding="utf-8") as lines:
            shown = lines.read()
        assert 'id="comparison"' in shown and ">twap" in shown and ">iceberg" not in shown
        assert out == table, out
        for wrong, want in ((["--compare-schedules=twap,nope"], "nope"),
                            (["--compare-schedules", "--block", "0"], "--block"),
                            (["--compare-schedules", "--resamples", "x"], "--resamples"),
                            (["--compare-schedules", "--journal", folder + "/j"], "keeps no journal"),
                            (["--compare-schedules", "--set", "execution.algo=x"], "execution.algo"),
                            (["--out", ""], "--out is empty"),
                            (["--seed", "3"], "--compare-schedules"),
                            (["--format", "json"], "--compare-schedules")):
            assert want in call(*options(), *wrong, *files, code=2), wrong
        assert "which files" in call("--compare-schedules", *options(), code=2)
        assert "no signal" in call("--compare-schedules", *options(), market, code=2)
        assert "no/such" in call("--compare-schedules", *options(), "/no/such.csv", code=2)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
