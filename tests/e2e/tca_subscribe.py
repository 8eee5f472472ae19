#!/usr/bin/env python3
# seconds: 10
# The topic `analysis` on a unix bus: only who asks for it hears it, it comes again from the journal,
# and an engine that is killed while parents are watched says it all the same.
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["L1_BIN"]
CONFIG = os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"
T = 1700000000000


class Client:
    def __init__(self, path, *topics, since=None):
        until = time.monotonic() + 30
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(path)
                break
            except OSError:
                self.socket.close()
                assert time.monotonic() < until, "no engine opens its bus"
                time.sleep(0.01)
        self.socket.settimeout(20)
        self.file = self.socket.makefile("rb")
        if topics:
            message = {"topic": "subscribe", "topics": topics}
            if since is None:
                self.say(message)  # from here on it is told
            else:
                self.socket.sendall(json.dumps({**message, "from": since}).encode() + b"\n")

    def say(self, message):
        """Sent and durable."""
        self.socket.sendall(json.dumps({**message, "client_seq": 1}).encode() + b"\n")
        line = json.loads(self.file.readline())
        assert line["topic"] == "ack", line

    def hear(self):
        line = self.file.readline()
        assert line, "the bus was closed"
        return line

    def close(self):
        self.file.close()
        self.socket.close()


def start(folder):
    settings = [f"symbols.BTC/USDT.{key}=null"
                for key in ("volatility_target", "stop.sigma_min", "stop.atr_max")]
    return subprocess.Popen(
        [PROGRAM, "run", "--clock", "events", "--config", CONFIG, "--journal", folder + "/journal",
         "--bus", "unix:" + folder + "/bus",
         *[word for setting in settings for word in ("--set", setting)]],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def book(ms, mid):
    return {"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": T + ms,
            "bids": [[mid - 1, 9]], "asks": [[mid + 1, 9]]}


def buy(ms, name):
    return {"topic": "signals", "signal_id": name, "symbol": "BTC/USDT", "side": "buy",
            "qty": 0.01, "stop_loss": 49000, "ts": T + ms}


def play(folder):
    path = folder + "/bus"
    engine = start(folder)
    try:
        sender, live = Client(path), Client(path, "analysis")
        reports = Client(path, "reports", since=0)
        for message in (book(0, 50000), buy(1000, "a"), book(1500, 50010), book(9000, 50020)):
            sender.say(message)
        engine.kill()  # the parent is watched: the mid of 1 s is noted, the others are to come
        engine.wait()
        for client in (sender, live, reports):
            client.close()
        engine = start(folder)
        sender, live = Client(path), Client(path, "analysis")
        reports = Client(path, "reports", "alerts", since=0)
        for message in (book(50000, 50030), book(61050, 2)):
            sender.say(message)
        line = live.hear()
        told = json.loads(line)
        assert told["signal_id"] == "a" and told["ts"] == T + 61050, told
        # Bought at 50001: 50010, 50020 and 50030 later.
        want = [round((mid / 50001 - 1) * 1e4, 8) for mid in (50010, 50020, 50030)]
        assert [told["markouts_bp"][s] for s in ("1", "10", "60")] == want, (told, want)
        again = Client(path, "analysis", since=0)
        assert again.hear() == line
        report = json.loads(reports.hear())
        assert report["seq"] == told["report_seq"] and report["tca"] == told["tca"], report
        for message in (book(61100, 50000), {"topic": "control", "command": "halt",
                                             "ts": T + 61200}):
            sender.say(message)
        topics = [json.loads(reports.hear())["topic"]]
        while topics[-1] != "alerts":
            topics.append(json.loads(reports.hear())["topic"])
        assert "analysis" not in topics, topics
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(timeout=30) == 0, engine.stderr.read()
    finally:
        if engine.poll() is None:
            engine.kill()
            engine.wait()
    done = subprocess.run([PROGRAM, "verify", folder + "/journal"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        play(folder)
    print("told live, again from the journal, and over a kill")
    return 0


sys.exit(main())
