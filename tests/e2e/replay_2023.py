#!/usr/bin/env python3
# label: long
# seconds: 60
# BTC and ETH, all of 2023, with the example's signals: reported once, conserved, flat in memory.
import glob
import os
import subprocess
import sys
import tempfile
import time

import ledger


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    return 0


def check_memory(program, source, files):
    """Resident memory at a tenth of the replay and at its end differ by less than 4 MiB."""
    arguments = [program, "replay", "--quiet", "--config", source + "/config/l1.yaml", "--out",
                 "/dev/null"] + files
    started = time.monotonic()
    subprocess.run(arguments, stderr=subprocess.DEVNULL, check=True)
    whole = time.monotonic() - started
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL) as process:
        samples = []
        while process.poll() is None:
            samples.append((time.monotonic(), resident_kib(process.pid)))
            time.sleep(whole / 200)
    begun = samples[0][0]
    early = [kib for at, kib in samples if 0.1 * whole <= at - begun <= 0.3 * whole and kib]
    late = [kib for at, kib in samples if at - begun >= 0.7 * whole and kib]
    print(f"resident: {max(early)} KiB early, {max(late)} KiB late")
    assert max(late) - max(early) < 4096, (max(early), max(late))


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
