"""tests/crash/harness.py: an engine to be killed, what it said, and what its journal holds.

The environment names the program (L1_BIN) and the checkout (L1_SOURCE). Journals lie in memory
where that is possible: a killed process loses no page cache, and the disk is not what is tested."""
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BIN = os.environ.get("L1_BIN") or sys.exit("L1_BIN names the program")
SOURCE = pathlib.Path(os.environ.get("L1_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
SLOWER = 5 if os.environ.get("L1_INSTRUMENTED") else 1
MEMORY_NEEDED = 3 << 30

# A book alone prices an order; signals are many and equal, and none waits long.
SETTINGS = ["signal.rate_max=null", "signal.repeat_max=null", "paper.latency_ms=5",
            "portfolio.correlation_max=null", "portfolio.drawdown_max=null",
            "report.metrics_interval_s=3600", "order.open_max=1024"]
for name in ("BTC/USDT", "ETH/USDT"):
    SETTINGS += [f"symbols.{name}.{key}" for key in (
        "volatility_target=null", "stop.sigma_min=null", "stop.atr_max=null",
        "drawdown_max=null", "exposure_max=null", "venue.max_algo_orders=200")]


class Failure(Exception):
    """What the test found wrong; the message says it."""


def expect(claim, text):
    if not claim:
        raise Failure(text)


def options(extra=()):
    out = ["--config", str(SOURCE / "tests/testlib/l1.yaml")]
    for setting in SETTINGS + list(extra):
        out += ["--set", setting]
    return out


def folder():
    """A temporary folder, in memory when there is room."""
    base = None
    if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > MEMORY_NEEDED:
        base = "/dev/shm"
    return tempfile.TemporaryDirectory(prefix="l1_crash_", dir=base)


class Client:
    """One connection: lines out, lines in."""

    def __init__(self, path, timeout=10.0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.held = b""
        self.outgoing = 0

    def send(self, message):
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def lines(self, timeout):
        """Whatever whole lines arrive within `timeout` seconds; [] at a closed connection too."""
        self.socket.settimeout(max(timeout, 0.0001))
        try:
            block = self.socket.recv(1 << 16)
        except (TimeoutError, BlockingIOError):
            return []
        if not block:
            raise ConnectionResetError("closed")
        *whole, self.held = (self.held + block).split(b"\n")
        return [json.loads(line) for line in whole]

    def close(self):
        self.socket.close()


class Engine:
    """`l1 run` on a unix bus, in a process of its own."""

    def __init__(self, root, extra=(), wrapper=()):
        self.root = pathlib.Path(root)
        self.path = str(self.root / "bus")
        self.log = open(self.root / "log", "ab")
        self.process = subprocess.Popen(
            [*wrapper, BIN, "run", *options(extra), "--journal", str(self.root / "journal"),
             "--bus", "unix:" + self.path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log)

    def connect(self, timeout=30.0 * SLOWER):
        until = time.monotonic() + timeout
        while True:
            try:
                return Client(self.path)
            except (FileNotFoundError, ConnectionRefusedError):
                expect(self.process.poll() is None,
                       f"engine ended with {self.process.poll()}: {self.last_words()}")
                expect(time.monotonic() < until, "engine does not open its bus")
                time.sleep(0.001)

    def last_words(self):
        return (self.root / "log").read_text(errors="replace")[-600:]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60 * SLOWER)
        self.log.close()
        expect(code == 0, f"clean stop ended with {code}: {self.last_words()}")


def verify(journal, *arguments):
    """What `l1 verify` prints, as a dictionary; it has to find everything equal."""
    done = subprocess.run([BIN, "verify", *arguments, str(journal)], capture_output=True, text=True,
                          timeout=600, check=False)
    expect(done.returncode == 0,
           f"l1 verify {arguments} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return dict(line.rsplit(" ", 1) for line in done.stdout.splitlines() if " " in line)


def verify_both(journal):
    """From the first record without a snapshot, and as a restart would: the same state."""
    first, restart = verify(journal), verify(journal, "--snapshot")
    expect(first["hash"] == restart["hash"],
           f"replay from the first record gives {first['hash']}, a restart {restart['hash']}")
    return first


# --- the journal as bytes ---------------------------------------------------------------------
HEADER = struct.Struct("<IHHIHHQQQII")
EVENT, EFFECT, SUBMIT = 4, 5, 0
LEG = 61  # bytes of one leg of a SUBMIT (domain/order.c)


def records(journal):
    """Sequence -> (type, payload); where two segments hold a sequence the later one rules."""
    found = {}
    for path in sorted(pathlib.Path(journal).glob("segment-*.l1j")):
        data = path.read_bytes()
        at = 4096
        while at + HEADER.size <= len(data):
            magic, _, kind, length, _, _, sequence, *_ = HEADER.unpack_from(data, at)
            if magic != 0x524A314C:
                break
            found[sequence] = (kind, data[at + HEADER.size:at + HEADER.size + length])
            at += (HEADER.size + length + 7) // 8 * 8
    return found


def submitted_ids(journal):
    """Client order ids of every leg of every SUBMIT, in order of the records."""
    ids = []
    for _, (kind, payload) in sorted(records(journal).items()):
        if kind != EFFECT or payload[16] != SUBMIT:
            continue
        (legs,) = struct.unpack_from("<I", payload, 22)
        expect(1 <= legs <= 3 and len(payload) == 26 + LEG * legs, "a SUBMIT of another form")
        for leg in range(legs):
            ids.append(payload[26 + LEG * leg:26 + LEG * leg + 17])
    return ids


def check_submits(journal):
    ids = submitted_ids(journal)
    expect(len(ids) == len(set(ids)), "a client order id stands in two SUBMIT records")
    return len(ids)


class Reports:
    """Reports as a consumer keeps them: one per (execution_id, kind, revision, duplicate)."""

    def __init__(self):
        self.by_key, self.by_seq = {}, {}
        self.finals = {}      # signal_id -> its final report
        self.protection = {}  # execution_id -> the last one

    def take(self, message):
        bare = {key: value for key, value in message.items() if key != "latency_us"}
        seen = self.by_seq.setdefault(message["seq"], bare)
        expect(seen == bare, f"output {message['seq']} was published with other content:\n"
                             f"{seen}\n{bare}")
        if message["topic"] != "reports":
            return
        key = (message["execution_id"], message["kind"], message["revision"], message["duplicate"])
        if message["duplicate"]:
            return
        kept = self.by_key.setdefault(key, bare)
        expect({**kept, "seq": 0} == {**bare, "seq": 0}, f"two reports for {key}")
        if message["kind"] == "protection":
            last = self.protection.get(message["execution_id"])
            if last is None or last["revision"] <= message["revision"]:
                self.protection[message["execution_id"]] = bare
        elif message["status"] != "unknown":
            other = self.finals.setdefault(message["signal_id"], bare)
            expect(other["seq"] == bare["seq"],
                   f"signal {message['signal_id']} has final reports {other['seq']} and "
                   f"{bare['seq']}")
