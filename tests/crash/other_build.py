#!/usr/bin/env python3
# label: long
# seconds: 120
"""tests/crash/other_build.py: a crashed journal under a build that is another, and behaves otherwise.

Two programs are built from this checkout's sources: one whose core differs in a comment, one that
says something else in an alert. After SIGKILL the first goes on where the other build stopped;
the second refuses, says what to do, publishes nothing, and leaves the journal to the first build,
whose clean stop it then takes over. Every signal has one final report, no order was sent twice."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import harness
from harness import Engine, Failure, Reports, SOURCE, check_submits, expect, folder

SIGNALS = 40
CHANGED = "src/engine/observe.c"
SAME_EFFECTS = ("/* engine/observe.c:", "/* engine/observe.c, another build:")
OTHER_EFFECTS = ("are being canceled; stops stay", "are being canceled; the stops stay")


def build(root, change):
    """The program made of these sources with one text replaced."""
    source, made = root / "source", root / "made"
    if not source.exists():
        source.mkdir()
        for name in ("CMakeLists.txt", "src", "include", "tools", "tests/testlib"):
            original = SOURCE / name
            if original.is_dir():
                shutil.copytree(original, source / name)
            else:
                shutil.copy2(original, source / name)
    path = source / CHANGED
    text = (SOURCE / CHANGED).read_text()
    expect(text.count(change[0]) == 1, f"{CHANGED} holds {change[0]!r} not once")
    path.write_text(text.replace(*change))
    for command in (["cmake", "-S", str(source), "-B", str(made), "-G", "Ninja",
                     "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF"],
                    ["cmake", "--build", str(made), "-j", "2", "--target", "l1"]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        expect(done.returncode == 0, f"{command} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    program = root / ("l1-same" if change == SAME_EFFECTS else "l1-other")
    shutil.copy2(made / "l1", program)
    return str(program)


def build_of(program):
    done = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    return re.search(r"\d+\.\d+\.\d+-[0-9a-f]{12}", done.stdout).group()


class Run:
    """One journal, several programs after one another."""

    def __init__(self, root):
        self.root, self.reports, self.next, self.last_seq = root, Reports(), 0, 0

    def start(self, program):
        harness.BIN = program
        return Engine(self.root)

    def play(self, engine, count):
        """Buys, and one cancel_all between them, whose alert the builds word differently."""
        client = engine.connect()
        client.send({"topic": "subscribe", "topics": ["reports", "alerts"], "from": self.last_seq})
        client.send({"topic": "market", "type": "book", "symbol": "BTC/USDT",
                     "ts": int(time.time() * 1000), "bids": [[49999, 9]], "asks": [[50001, 9]]})
        wanted = self.next + count
        for number in range(self.next, wanted):
            client.send({"signal_id": f"n{number}", "symbol": "BTC/USDT", "side": "buy",
                         "qty": 0.001, "stop_loss": 49000})
            if number == self.next + count // 2:
                client.send({"topic": "control", "command": "cancel_all"})
        self.next = wanted
        self.read(client, wanted)
        client.close()

    def read(self, client, wanted):
        until = time.monotonic() + 30
        while len(self.reports.finals) < wanted:
            expect(time.monotonic() < until, f"{len(self.reports.finals)} reports of {wanted}")
            for line in client.lines(0.05):
                self.last_seq = max(self.last_seq, line["seq"])
                self.reports.take(line)


def run(root, own, same, other):
    journal = root / "journal"
    at = Run(root)
    engine = at.start(own)
    at.play(engine, SIGNALS)
    engine.kill()

    engine = at.start(same)  # another build, equal effects: goes on, and dies as well
    at.play(engine, SIGNALS)
    engine.kill()
    check_submits(journal)

    engine = at.start(other)
    code = engine.process.wait(timeout=60)
    words = engine.last_words()
    expect(code == 1, f"a build that behaves otherwise ended with {code}: {words}")
    expect(connect_error(root / "bus") != "", "it opened its bus")
    for wanted in (build_of(own), build_of(other), f"l1 run --journal {journal}", "SIGTERM"):
        expect(wanted in words, f"the refusal does not say {wanted!r}: {words}")

    engine = at.start(same)  # what it told: nothing is lost, and the stop is clean
    at.play(engine, SIGNALS)
    engine.stop()
    engine = at.start(other)
    at.play(engine, SIGNALS)
    engine.stop()
    expect(check_submits(journal) == 2 * 4 * SIGNALS, "an entry or its stop is missing")
    expect(len(at.reports.finals) == 4 * SIGNALS, "a final report is missing")
    return len(at.reports.finals)


def connect_error(path):
    try:
        harness.Client(str(path)).close()
    except OSError as error:
        return str(error)
    return ""


def main():
    own = os.environ["L1_BIN"]
    with folder() as first, folder() as second:
        same = build(pathlib.Path(first), SAME_EFFECTS)
        other = build(pathlib.Path(first), OTHER_EFFECTS)
        expect(len({build_of(own), build_of(same), build_of(other)}) == 3, "the builds have one id")
        finals = run(pathlib.Path(second), own, same, other)
    print(f"{finals} signals over three builds, each with one final report")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"FAIL: {failure}", file=sys.stderr)
        sys.exit(1)
