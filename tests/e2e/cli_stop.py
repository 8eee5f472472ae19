#!/usr/bin/env python3
# seconds: 10
"""tests/e2e/cli_stop.py: SIGTERM ends `l1 run` soon, whoever does not read and whatever is gone.

An unread standard output does not hold it; what was not read comes in the next life, once. An
engine whose journal was removed ends by itself: what it wrote there would be worth nothing."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["L1_BIN"]
CONFIG = os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"
SLOWER = 5 if os.environ.get("L1_INSTRUMENTED") else 1
SIGNALS = 3000  # about 2.5 MiB of reports: more than a pipe and the backlog hold


def start(folder, **files):
    return subprocess.Popen(
        [PROGRAM, "run", "--config", CONFIG, "--bus", "stdio", "--journal", f"{folder}/journal",
         "--set", "signal.rate_max=null"], stderr=open(f"{folder}/log", "a"), **files)


def stop(engine, folder):
    """Seconds from SIGTERM to the end, and the exit code."""
    since = time.monotonic()
    engine.send_signal(signal.SIGTERM)
    try:
        code = engine.wait(timeout=30 * SLOWER)
    except subprocess.TimeoutExpired:
        engine.kill()
        log = pathlib.Path(folder, "log")
        words = log.read_text()[-400:] if log.exists() else "(its log was removed)"
        sys.exit(f"FAIL: SIGTERM was not obeyed within {30 * SLOWER} s: {words}")
    return time.monotonic() - since, code


def signals(count):
    return b"".join(json.dumps({"signal_id": f"n{number}", "symbol": "BTC/USDT", "side": "buy",
                                "qty": 0.01, "stop_loss": 1}).encode() + b"\n"
                    for number in range(count))


def unread(folder):
    engine = start(folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    os.set_blocking(engine.stdin.fileno(), False)
    rest = signals(SIGNALS)
    until = time.monotonic() + 2 * SLOWER
    while rest and time.monotonic() < until:
        try:
            rest = rest[os.write(engine.stdin.fileno(), rest):]
        except BlockingIOError:
            time.sleep(0.01)
    took, code = stop(engine, folder)
    assert code == 1, f"unread output, and the exit code is {code}"
    assert took < 20 * SLOWER, took
    log = pathlib.Path(folder, "log").read_text()
    assert "not read by anyone" in log, log[-400:]
    read = engine.stdout.read().split(b"\n")[:-1]  # the last line may be cut off
    next_life = start(folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    again = next_life.communicate(timeout=60)[0].splitlines()
    assert next_life.returncode == 0
    seqs = {json.loads(line)["seq"] for line in [*read, *again]}
    assert seqs == set(range(1, len(seqs) + 1)) and len(seqs) > len(read), len(seqs)
    print(f"{len(read)} outputs read, {len(again)} in the next life, {len(seqs)} in all; "
          f"{took:.1f} s")


def removed(folder):
    for bus in ("stdio", f"unix:{folder}/bus"):
        work = pathlib.Path(tempfile.mkdtemp(dir=folder))
        log = open(f"{folder}/removed.log", "w")
        engine = subprocess.Popen(
            [PROGRAM, "run", "--config", CONFIG, "--bus", bus, "--journal", f"{work}/journal"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log)
        until = time.monotonic() + 10 * SLOWER
        while "new journal" not in pathlib.Path(log.name).read_text():
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.4)
        assert engine.poll() is None
        shutil.rmtree(work)
        try:
            code = engine.wait(timeout=30 * SLOWER)
        except subprocess.TimeoutExpired:
            engine.kill()
            sys.exit(f"FAIL: it goes on without its journal on {bus}")
        said = pathlib.Path(log.name).read_text()
        assert code == 1 and "was removed or replaced" in said, (bus, code, said)


def main():
    with tempfile.TemporaryDirectory() as folder:
        unread(folder)
    with tempfile.TemporaryDirectory() as folder:
        removed(folder)


main()
