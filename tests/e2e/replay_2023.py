#!/usr/bin/env python3
# label: long
# seconds: 60
# BTC and ETH, all of 2023, with the example's signals: reported once, conserved, bounded in memory.
import glob
import os
import subprocess
import sys
import tempfile
import time

import ledger


def memory(pid):
    """Resident KiB, private address space in KiB and page faults so far; None once it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
            fields = dict(line.split(":", 1) for line in lines)
        with open(f"/proc/{pid}/stat", encoding="utf-8") as line:
            faults = int(line.read().rpartition(")")[2].split()[7])
        return tuple(int(fields[key].split()[0]) for key in ("VmRSS", "VmData")) + (faults,)
    except (FileNotFoundError, ProcessLookupError, KeyError):
        return None


def watch(program, source, files):
    """Samples of a replay's memory from a quarter of its time on."""
    arguments = [program, "replay", "--quiet", "--config", source + "/tests/testlib/l1.yaml",
                 "--out", "/dev/null"] + files
    samples = []
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL) as process:
        begun = time.monotonic()
        while process.poll() is None:
            now = memory(process.pid)
            if now is not None:
                samples.append((time.monotonic() - begun, now))
            time.sleep(0.005)
    assert process.returncode == 0, process.returncode
    assert len(samples) > 20, ("too few samples", len(samples))
    return [now for at, now in samples if at >= samples[-1][0] / 4]


GROWTH_KIB_MAX = 512  # of some 110 MiB


def check_memory(program, source, files):
    """What the engine needs is resident when it starts: no page of it is touched late.

    The highest of the later samples counts: the last one may see the process give back."""
    samples = watch(program, source, files)
    resident, private, faults = (max(column) for column in zip(*samples))
    early = samples[0]
    print(f"resident {early[0]} -> {resident} KiB, set aside {early[1]} -> {private} KiB, "
          f"{faults - early[2]} page faults")
    assert resident - early[0] <= GROWTH_KIB_MAX, "resident memory grows"
    assert private - early[1] <= GROWTH_KIB_MAX, "memory is asked for while replaying"
    assert faults - early[2] <= GROWTH_KIB_MAX / 4, "pages are touched late"


WARMUP_S = 8 * 86400  # and 300 minutes, behind 2023-01-01
FIRST_S = 1672531200


def check_gated(program, source, files, ids, folder):
    """With the shipped models: the same promises; entries wait for 8 days, then are judged.

    The models learned this year, so that nothing is asked of what they say here."""
    codes, scored, late = {}, 0, 0
    for message in ledger.check(program, source, files, ids, folder, gate=True):
        if message["topic"] != "reports" or message["kind"] != "signal":
            continue
        code = message["reason"]["code"] if message["reason"] is not None else ""
        codes[code] = codes.get(code, 0) + 1
        scored += message["ai_scores"]["ensemble"] is not None
        if code == "AI_WARMUP" and message["ts"] > 1000 * (FIRST_S + WARMUP_S + 301 * 60):
            late += 1
    print("gated:", dict(sorted(codes.items())), f"{scored} scored, {late} AI_WARMUP later on")
    assert codes.get("AI_WARMUP", 0) > 20 and late == 0, codes
    assert codes.get("AI_ENSEMBLE", 0) > 20 and scored > 4000, (codes, scored)
    assert "AI_UNAVAILABLE" not in codes, codes


def main():
    data = os.environ.get("L1_DATA", "") + "/klines_1m"
    btc = sorted(glob.glob(data + "/BTCUSDT-1m-2023-*.csv.xz"))
    eth = sorted(glob.glob(data + "/ETHUSDT-1m-2023-*.csv.xz"))
    if len(btc) != 12 or len(eth) != 12:
        print("SKIPPED: no klines of 2023 in", data)
        return 77
    program, build, source = (os.environ[key] for key in ("L1_BIN", "L1_BUILD", "L1_SOURCE"))
    with tempfile.TemporaryDirectory() as folder:
        files, ids = [], set()
        for symbol, months, qty in (("BTC/USDT", btc, "0.02"), ("ETH/USDT", eth, "0.3")):
            name = symbol[:3].lower()
            csv = f"{folder}/{name.upper()}USDT-1m-2023.csv"
            signals = f"{folder}/{name}.ndjson"
            with open(csv, "wb") as out:
                for month in months:
                    subprocess.run(["xz", "-dc", month], stdout=out, check=True)
            with open(csv, "rb") as rows, open(signals, "wb") as out:
                subprocess.run([build + "/examples/ema_cross", "--symbol", symbol, "--qty", qty,
                                "--prefix", name], stdin=rows, stdout=out, check=True)
            with open(signals, encoding="utf-8") as lines:
                ids |= {line.partition('"signal_id":"')[2].partition('"')[0] for line in lines}
            files += [csv, signals]
        assert len(ids) > 5000, len(ids)
        ledger.check(program, source, files, ids, folder)
        check_gated(program, source, files, ids, folder)
        check_memory(program, source, files)
    return 0


sys.exit(main())
