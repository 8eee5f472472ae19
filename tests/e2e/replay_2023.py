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


def memory_kib(pid):
    """Resident and private address space of a process; None once it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
            fields = dict(line.split(":", 1) for line in lines)
        return tuple(int(fields[key].split()[0]) for key in ("VmRSS", "VmData"))
    except (FileNotFoundError, ProcessLookupError, KeyError):
        return None


def watch(program, source, files, settings):
    """Memory at a tenth of a replay and near its end."""
    arguments = [program, "replay", "--quiet", "--config", source + "/config/l1.yaml", "--out",
                 "/dev/null"] + settings + files
    samples = []
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL) as process:
        begun = time.monotonic()
        while process.poll() is None:
            kib = memory_kib(process.pid)
            if kib is not None:
                samples.append((time.monotonic() - begun, kib))
            time.sleep(0.005)
    assert process.returncode == 0, process.returncode
    assert len(samples) > 20, ("too few samples", len(samples))
    tenth = next(kib for at, kib in samples if at >= samples[-1][0] / 10)
    return tenth, samples[-1][1]


def check_memory(program, source, files):
    """No memory is asked for while signals come, and what is there is used again.

    The table of remembered signals is set aside whole at start, and the system hands out its pages
    when they are first touched: as shipped, resident memory rises with the first signals towards
    that fixed size, so there the private address space must stay. With a table that is full early
    resident memory itself must stay."""
    shipped, shipped_end = watch(program, source, files, [])
    print(f"as shipped: resident {shipped[0]} -> {shipped_end[0]} KiB, "
          f"set aside {shipped[1]} -> {shipped_end[1]} KiB")
    assert shipped_end[1] - shipped[1] < 1024, "memory is asked for while replaying"
    full, full_end = watch(program, source, files, ["--set", "signal.remember_max=1000"])
    print(f"1000 signals remembered: resident {full[0]} -> {full_end[0]} KiB")
    assert full_end[0] - full[0] < 512, "resident memory grows"


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
        check_memory(program, source, files)
    return 0


sys.exit(main())
