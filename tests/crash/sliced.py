"""tests/crash/sliced.py: orders cut into slices, killed at one journal write after the other.

Messages are the clock. After a kill the input goes on where the journal ends, as from a bus that
knows what is durable: the run must end in the very outputs of one that was never killed. No slice
is lost or doubled, and no order id is sent twice."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import inject
from harness import (EVENT, Failure, check_submits, expect, folder, records,
                     submitted_ids, verify_both)
from inject import START_MS, Case, sample

TICK = 0
SEGMENT = "segment-0000000001.l1j"
inject_feed = inject.feed
EXTRA = ["execution.look_ms=200", "execution.participation=0.02",
         "symbols.BTC/USDT.venue.max_algo_orders=5"]


def signal_line(name, at, side, qty, stop, algo, seconds, slices):
    return {"signal_id": name, "symbol": "BTC/USDT", "side": side, "qty": qty, "stop_loss": stop,
            "ts": START_MS + at,
            "execution": {"algo": algo, "duration_s": seconds, "slices_max": slices}}


def lines():
    """A TWAP, one that shares its slots, a POV, an iceberg that sells; the market moves away and
    back, a stop fires in the end."""
    out = []
    signals = {2: signal_line("twap", 600, "buy", 0.008, 49000, "twap", 6, 4),
               6: signal_line("pov", 1900, "buy", 0.004, 48000, "pov", 5, 3),
               9: signal_line("late", 2800, "buy", 0.006, 47000, "twap", 8, 3),
               24: signal_line("out", 7300, "sell", 0.009, 53000, "iceberg", 4, 3)}
    for number in range(48):
        at = number * 300
        mid = 50000 + (300 if 12 <= number < 16 else number % 5)
        if number in signals:
            out.append(signals[number])
        out.append({"topic": "market", "type": "trade", "symbol": "BTC/USDT",
                    "ts": START_MS + at + 100, "price": mid, "qty": 0.05, "trade_id": number,
                    "buyer_maker": False})
        out.append({"topic": "market", "type": "book", "symbol": "BTC/USDT",
                    "ts": START_MS + at + 150, "bids": [[mid - 1, 5]], "asks": [[mid + 1, 5]]})
    out.append({"topic": "market", "type": "trade", "symbol": "BTC/USDT",
                "ts": START_MS + 20000, "price": 46500, "qty": 1, "trade_id": 99,
                "buyer_maker": True})
    return [json.dumps(line).encode() + b"\n" for line in out]


def taken(journal):
    """How many lines of the input stand in the journal."""
    return sum(kind == EVENT and payload[0] != TICK for kind, payload in records(journal).values())


class Sliced(Case):
    """A case that is fed line by line, from the first that its journal does not hold."""

    def run(self, wrapper=(), extra=()):
        rest = lines()[taken(self.journal) if self.journal.is_dir() else 0:]

        def feed(engine):
            until = time.monotonic() + 30
            while engine.poll() is None and len(records(self.journal)) < 2:
                expect(time.monotonic() < until, "the engine does not begin its journal")
                time.sleep(0.01)
            time.sleep(0.2)  # it reads its input soon after
            inject_feed(engine)

        inject.lines = lambda: b"".join(rest)
        inject.feed = feed
        return super().run(wrapper, [*EXTRA, *extra])

    def outputs(self):
        """Everything published, by its number, but measured times and the engine's own metrics."""
        return {seq: message for seq, message in sorted(self.reports.by_seq.items())
                if message["topic"] in ("reports", "alerts", "analysis")}


def check_meant(whole):
    """The run is about what it should be about."""
    finals = whole.reports.finals
    expect(set(finals) == {"twap", "pov", "late", "out"}, f"final reports: {sorted(finals)}")
    for name, slices in (("twap", 3), ("pov", 2), ("late", 2), ("out", 2)):
        told = finals[name]
        expect(told["status"] == "filled", f"{name}: {told}")
        expect(len(told["orders"]) >= slices, f"{name}: {len(told['orders'])} children")


def compare(what, whole, case):
    ours, theirs = whole.outputs(), case.outputs()
    different = [seq for seq in ours if ours[seq] != theirs.get(seq)]
    expect(not different and len(ours) == len(theirs),
           f"{what}: output {different[:1]} differs:\n{ours.get((different or [0])[0])}\n"
           f"{theirs.get((different or [0])[0])}")
    check_submits(case.journal)
    expect(submitted_ids(whole.journal) == submitted_ids(case.journal),
           f"{what}: other orders were sent")


def write_points(root):
    """Writes to the segment of an undisturbed run."""
    case = Sliced(root)
    log = case.root / "trace"
    code, errors = case.run(wrapper=("strace", "-f", "-y", "-o", str(log), "-e", "trace=pwrite64"))
    expect(code == 0, f"the traced run ended with {code}: {errors[-400:]}")
    count = sum(f"{case.journal}/{SEGMENT}>" in line
                for line in log.read_text(errors="replace").splitlines())
    case.drop()
    return [("pwrite64", SEGMENT, n) for n in range(1, count + 1)]


def kill_at(root, whole, point):
    """True when the kill met a write."""
    case = Sliced(root)
    code, errors = case.run(inject.wrapper_for(case, point, "signal=KILL"))
    met = code in (-signal.SIGKILL, 128 + signal.SIGKILL)
    expect(met or code == 0, f"kill at {point}: ended with {code}: {errors[-400:]}")
    if met:
        code, errors = case.run()
        expect(code == 0, f"kill at {point}: the restart ended with {code}: {errors[-400:]}")
    verify_both(case.journal)
    compare(f"kill at {point}", whole, case)
    case.drop()
    return met


def run(root, kills, seed):
    if shutil.which("strace") is None:
        print("skipped: strace is not installed")
        sys.exit(77)
    probe = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"],
                           capture_output=True, check=False)
    if probe.returncode != 0:
        print("skipped: strace may not trace here")
        sys.exit(77)
    whole = Sliced(root)
    code, errors = whole.run()
    expect(code == 0, f"the undisturbed run ended with {code}: {errors[-400:]}")
    check_meant(whole)
    everything = write_points(root)
    expect(len(everything) > 15, f"the journal is written in {len(everything)} parts only")
    chosen = sample(everything, kills, seed)
    met = sum(kill_at(root, whole, point) for point in chosen)
    expect(met > len(chosen) // 2, f"only {met} of {len(chosen)} kills met a write")
    print(f"{met} kills at {len(chosen)} of {len(everything)} journal writes of sliced orders: "
          f"{len(whole.outputs())} outputs and {len(submitted_ids(whole.journal))} order ids alike")


def main(kills):
    with folder() as root:
        try:
            run(root, kills, int(os.environ.get("L1_SEED", "1")))
        except Failure as failure:
            sys.exit(f"{failure}")
