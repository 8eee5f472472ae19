"""tests/crash/inject.py: kill, or fail, one write or sync of a short run after the other.

`strace -f --inject` meets the Nth call of each kind. It counts by thread, so the calls are also
met file by file: the writer's and the preparer's are told apart by what they write. After a kill
the whole input is sent again, as a strategy that knows nothing would: every signal must have its
one final report in what both runs said, no order may be sent twice, and the journal must verify."""
import copy
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from harness import BIN, Failure, Reports, check_submits, expect, options, verify_both

CALLS = ("pwrite64", "fdatasync", "fsync", "rename", "unlink", "ftruncate", "openat")
WRITES = ("pwrite64", "fdatasync", "fsync", "rename")
START_MS = 1700000000000
SIGNALS = 6
PAUSE = 0.004  # seconds between lines: longer than a sync of an idle disk


def market(ms, mid):
    return {"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": START_MS + ms,
            "bids": [[mid - 1, 5]], "asks": [[mid + 1, 5]]}


def lines():
    """Fills, a rejection, a duplicate, garbage, a sell that releases a stop, a stop that fires."""
    out = [json.dumps(market(0, 50000))]
    for number in range(SIGNALS):
        at = 1000 + number * 700
        side, stop = ("sell", 51000) if number == 3 else ("buy", 49000 + number)
        out.append(json.dumps({"signal_id": f"s{number}", "symbol": "BTC/USDT", "side": side,
                               "qty": 0.002 if number != 2 else 9, "stop_loss": stop,
                               "ts": START_MS + at}))
        if number == 1:
            out += [out[-1], "{garbage"]
        out.append(json.dumps(market(at + 300, 50000 + number)))
    out.append(json.dumps({"topic": "market", "type": "trade", "symbol": "BTC/USDT",
                           "ts": START_MS + 9000, "price": 49003.5, "qty": 1, "trade_id": 9}))
    return ("\n".join(out) + "\n").encode()


def feed(engine):
    """Line by line, so that the journal is written in many parts."""
    try:
        for line in lines().splitlines(keepends=True):
            engine.stdin.write(line)
            engine.stdin.flush()
            time.sleep(PAUSE)
        engine.stdin.close()
    except OSError:
        pass  # it was killed


class Case:
    """One journal, and everything that its runs said."""

    def __init__(self, root, origin=None):
        self.root = pathlib.Path(tempfile.mkdtemp(dir=root))
        self.journal = self.root / "journal"
        self.reports = Reports()
        if origin is not None:
            shutil.copytree(origin.journal, self.journal)
            self.reports = copy.deepcopy(origin.reports)

    def run(self, wrapper=(), extra=()):
        """Exit code and standard error; -9 when it was killed."""
        with open(self.root / "out", "w+b") as out, open(self.root / "errors", "w+b") as errors:
            engine = subprocess.Popen([*wrapper, BIN, "run", "--clock", "events", *options(extra),
                                       "--journal", str(self.journal)],
                                      stdin=subprocess.PIPE, stdout=out, stderr=errors)
            feed(engine)
            engine.wait(timeout=300)
        for line in (self.root / "out").read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):  # a kill may cut the last one
                self.reports.take(json.loads(line))
        return engine.returncode, (self.root / "errors").read_text(errors="replace")

    def finish(self, what):
        """The restart that must put everything right."""
        code, errors = self.run()
        expect(code == 0, f"{what}: the restart ended with {code}: {errors[-400:]}")
        for number in range(SIGNALS):
            expect(f"s{number}" in self.reports.finals, f"{what}: s{number} has no final report")
        told = verify_both(self.journal)
        check_submits(self.journal)
        return told

    def drop(self):
        shutil.rmtree(self.root)


def trace(root, origin):
    """Calls of each kind by file of one undisturbed run: [(call, file or None, highest count)]."""
    case = Case(root, origin)
    log = case.root / "trace"
    code, errors = case.run(wrapper=("strace", "-f", "-y", "-o", str(log),
                                     "-e", "trace=" + ",".join(CALLS)))
    expect(code == 0, f"the undisturbed run ended with {code}: {errors[-400:]}")
    counts, totals = {}, {}
    journal = str(case.journal)
    for line in log.read_text(errors="replace").splitlines():
        found = re.match(r"(\d+) +(\w+)\((.*)", line)
        if not found or journal not in line:
            continue
        thread, call, rest = found.groups()
        if call == "openat" and "O_CREAT" not in rest:
            continue
        if call in WRITES:
            totals[call, thread] = totals.get((call, thread), 0) + 1
        name = re.search(re.escape(journal) + r"/([\w.-]+)", rest)
        if name and call in WRITES:
            key = call, name.group(1).removesuffix("(deleted)")
            counts[key] = counts.get(key, 0) + 1
    case.drop()
    by_thread = {}
    for (call, _), count in totals.items():
        by_thread[call] = max(by_thread.get(call, 0), count)
    whole = [(call, None, count) for call, count in sorted(by_thread.items())]
    return whole + [(call, name, count) for (call, name), count in sorted(counts.items())]


def points(root, origin):
    return [(call, name, n) for call, name, count in trace(root, origin)
            for n in range(1, count + 1)]


def wrapper_for(case, point, fault):
    call, name, number = point
    out = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
           "-e", f"inject={call}:{fault}:when={number}"]
    return out + (["-P", str(case.journal / name)] if name else [])


def kill_at(root, origin, point):
    """True when the kill met a call."""
    case = Case(root, origin)
    code, errors = case.run(wrapper_for(case, point, "signal=KILL"))
    met = code in (-signal.SIGKILL, 128 + signal.SIGKILL)
    expect(met or code == 0, f"kill at {point}: ended with {code}: {errors[-400:]}")
    case.finish(f"kill at {point}")
    case.drop()
    return met


def fail_at(root, origin, point, error):
    """True when the failure met a call that matters. A segment that cannot be prepared is no
    reason to end: entries are denied instead, and the alert says so."""
    case = Case(root, origin)
    code, errors = case.run(wrapper_for(case, point, f"error={error}"))
    expect(code in (0, 1), f"{error} at {point}: ended with {code}: {errors[-400:]}")
    told = [line for line in errors.splitlines() if re.match(r"\S+ ERROR +[^ []", line)]  # without those of orders
    if code == 1:
        expect(len(told) == 1, f"{error} at {point}: {len(told)} ERROR lines, not one: {told}")
        expect(len(told[0]) > 40, f"{error} at {point}: the error is not clear: {told}")
    case.finish(f"{error} at {point}")
    case.drop()
    return code == 1


def unclean_case(root):
    """A case whose engine was killed in the middle of its work."""
    global PAUSE
    for _ in range(5):  # a busy disk takes longer to sync: then feed more slowly
        own = [p for p in points(root, None) if p[:2] == ("fdatasync", "segment-0000000001.l1j")]
        for part in range(len(own) * 2 // 3, 2, -1):  # how much goes into one sync varies
            if len(own) <= 5:
                break
            case = Case(root)
            code, _ = case.run(wrapper_for(case, own[part], "signal=KILL"))
            if code != 0:
                return case
            case.drop()
        PAUSE *= 3
    raise Failure(f"no run was killed in the middle: the last wrote its journal in {len(own)} parts")


def distinct(everything):
    """Without the inner ones of the many equal writes that fill a segment with zeros."""
    filling = [p for p in everything
               if p[0] == "pwrite64" and (p[1] is None or p[1].endswith(".l1j.tmp"))]
    last = {p[:2]: p[2] for p in filling}
    return [p for p in everything if p not in filling or p[2] <= 3 or p[2] == last[p[:2]]]


def sample(everything, wanted, seed):
    if wanted is None or wanted >= len(everything):
        return everything
    return random.Random(seed).sample(everything, wanted)


def run(root, kills, failures, seed):
    if shutil.which("strace") is None:
        print("skipped: strace is not installed")
        sys.exit(77)
    probe = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"],
                           capture_output=True, check=False)
    if probe.returncode != 0:
        print("skipped: strace may not trace here")
        sys.exit(77)
    unclean = unclean_case(root)
    told, tried, ended = [], 0, 0
    for name, origin in (("new journal", None), ("recovery", unclean)):
        everything = points(root, origin)
        chosen = sample(everything, kills, seed)
        met = sum(kill_at(root, origin, point) for point in chosen)
        expect(met > len(chosen) // 3, f"{name}: only {met} of {len(chosen)} kills met a call")
        told.append(f"{name}: {met} kills at {len(chosen)} of {len(everything)} points")
        everything = distinct(everything)
        for error in ("EIO", "ENOSPC"):
            chosen = sample(everything, failures, seed + 1)
            met = sum(fail_at(root, origin, point, error) for point in chosen)
            expect(met > 0 or failures is not None, f"{name}: no {error} ended a run")
            tried, ended = tried + len(chosen), ended + met
            told.append(f"{met} of {len(chosen)} {error} ended the run")
    # Of a sample, over all of them: a few of one kind may meet calls that do not matter alone.
    expect(ended > tried // 4, f"only {ended} of {tried} failures ended a run")
    print("; ".join(told))


def main(kills, failures):
    from harness import folder
    with folder() as root:
        try:
            run(root, kills, failures, int(os.environ.get("L1_SEED", "1")))
        except Failure as failure:
            sys.exit(f"{failure}")
