"""tests/crash/rounds.py: kill -9 at seeded instants of a run with several publishers.

Each round starts the engine on the same journal, lets publishers send for a while and kills it;
some kills fall into the start itself (recovery), some rounds end cleanly, and `l1 snapshot` runs
beside and is killed too. What was not acknowledged is sent again, as a strategy would. After each
restart every acknowledged signal must have its one final report, and the journal must verify.
Signals are scored (never vetoed) by a bundle that is replaced and reloaded in the middle of rounds."""
import json
import os
import random
import subprocess
import threading
import time

from harness import (BIN, Client, Engine, Reports, SLOWER, check_submits, expect, verify,
                     verify_both)

BTC, ETH = "BTC/USDT", "ETH/USDT"
MIDS = {BTC: 50000.0, ETH: 3000.0}
MAKER = os.environ["L1_BUILD"] + "/tests/make_bundle"
HISTORY_MINUTES = 9 * 1440
EXTRA = ("symbols.BTC/USDT.stop.distance_max=0.5", "symbols.ETH/USDT.stop.distance_max=0.5")


def book(symbol, mid):
    tick = mid * 0.0001
    return {"topic": "market", "type": "book", "symbol": symbol, "ts": int(time.time() * 1000),
            "bids": [[round(mid - tick, 2), 40]], "asks": [[round(mid + tick, 2), 40]]}


def history(client, seed):
    """What the features need, up to now; returns once it is durable."""
    noise, minute = random.Random(seed), int(time.time()) // 60 - HISTORY_MINUTES
    lines = []
    for number in range(HISTORY_MINUTES):
        for symbol, mid in MIDS.items():
            at, closed = (minute + number) * 60000, mid * (1 + noise.uniform(-0.002, 0.002))
            volume = noise.uniform(1, 50)
            lines.append(json.dumps({
                "topic": "market", "type": "bar", "symbol": symbol, "interval": "1m",
                "open_time": at, "close_time": at + 59999, "open": mid,
                "high": round(mid * 1.003, 2), "low": round(mid * 0.997, 2),
                "close": round(closed, 2), "volume": round(volume, 4),
                "quote_volume": round(volume * mid, 2), "trades": noise.randint(5, 500),
                "taker_buy_volume": round(volume * noise.random(), 4)}).encode())
    client.socket.settimeout(60.0 * SLOWER)
    client.socket.sendall(b"\n".join(lines) + b"\n")
    client.send({"topic": "control", "command": "resume", "client_seq": 1})
    until = time.monotonic() + 60.0 * SLOWER
    while not any(line["topic"] == "ack" for line in client.lines(0.1)):
        expect(time.monotonic() < until, "the history is not acknowledged")


class Market(threading.Thread):
    """Books of both symbols, and trades that sometimes touch a stop."""

    def __init__(self, path, seed):
        super().__init__(daemon=True)
        self.random, self.client = random.Random(seed), Client(path)

    def run(self):
        try:
            while True:
                for symbol, mid in MIDS.items():
                    at = mid * (1 + self.random.uniform(-0.0005, 0.0005))
                    self.client.send(book(symbol, at))
                    if self.random.random() < 0.3:
                        low = mid * (1 - self.random.uniform(0, 0.004))
                        self.client.send({"topic": "market", "type": "trade", "symbol": symbol,
                                          "ts": int(time.time() * 1000), "price": round(low, 2),
                                          "qty": 1, "trade_id": self.random.randrange(1 << 40)})
                time.sleep(0.002)
        except OSError:
            return


class Publisher(threading.Thread):
    """Signals of one strategy; remembers what was acknowledged."""

    def __init__(self, path, name, seed, unsure):
        super().__init__(daemon=True)
        self.random, self.client, self.name_ = random.Random(seed), Client(path), name
        self.sent, self.acked = {}, set()
        self.queue = list(unsure)

    def signal(self, number):
        symbol = self.random.choice([BTC, ETH])
        side = self.random.choice(["buy", "buy", "sell"])
        away = self.random.uniform(0.002, 0.01) if self.random.random() < 0.7 else 0.2
        stop = MIDS[symbol] * (1 - away if side == "buy" else 1 + away)
        return {"signal_id": f"{self.name_}-{number}", "symbol": symbol, "side": side,
                "qty": 0.001 if symbol == BTC else 0.01, "stop_loss": round(stop, 2)}

    def run(self):
        number = 0
        try:
            while True:
                if self.queue:
                    message = self.queue.pop()
                else:
                    message = self.signal(number)
                number += 1
                self.sent[number] = message
                self.client.send({**message, "client_seq": number})
                if self.random.random() < 0.05:
                    self.client.send(message)  # a duplicate
                for line in self.client.lines(0.001):
                    if line["topic"] == "ack":
                        self.acked.add(line["client_seq"])
        except OSError:
            return

    def harvest(self):
        """Acknowledged ids, and the messages that may or may not have arrived."""
        done = {self.sent[n]["signal_id"] for n in self.acked}
        unsure = [m for n, m in self.sent.items() if n not in self.acked]
        return done, unsure + self.queue


class Collector:
    """Subscribes from where it stands and takes until what is wanted has come, or nothing more
    comes for `timeout` seconds: how much there is depends on how long a snapshot took beside."""

    def __init__(self):
        self.reports, self.at = Reports(), 0

    def until(self, path, wanted, what, timeout=20.0 * SLOWER):
        client = Client(path)
        client.send({"topic": "subscribe", "topics": ["reports", "alerts"], "from": self.at})
        until = time.monotonic() + timeout
        while True:
            for line in client.lines(0.02):
                expect(line["topic"] != "gap", f"the journal lost outputs: {line}")
                until = time.monotonic() + timeout
                self.reports.take(line)
                expect(line["seq"] > self.at, f"output {line['seq']} came after {self.at}")
                self.at = line["seq"]
            left = wanted()
            if not left:
                break
            expect(time.monotonic() < until, f"{what}: {sorted(left)[:5]} of {len(left)} missing")
        client.close()


class Run:
    """The state of the whole test."""

    def __init__(self, root, seed):
        self.root, self.journal = root, f"{root}/journal"
        self.random = random.Random(seed)
        self.collector = Collector()
        self.acked, self.unsure = set(), [[], []]
        self.kills = 0
        self.extra = (*EXTRA, f"ai.models={root}/models")
        self.new_models(1)

    def new_models(self, seed):
        """Another bundle in the folder; a start or a reload finds it."""
        subprocess.run([MAKER, f"{self.root}/models", f"seed={seed}"], check=True,
                       stdout=subprocess.DEVNULL)

    def reload(self, engine, number):
        if self.random.random() < 0.5:
            self.new_models(number + 2)
        client = Client(engine.path)
        for _ in range(self.random.choice([1, 1, 2])):
            client.send({"topic": "control", "command": "reload_models"})
        client.close()

    def counted(self):
        """Reloads answered, and final reports with scores."""
        reports = self.collector.reports
        loaded = sum(m.get("code") == "MODELS_LOADED" for m in reports.by_seq.values())
        return loaded, sum(r["ai_scores"]["ensemble"] is not None for r in reports.finals.values())

    def missing(self):
        return self.acked - set(self.collector.reports.finals)

    def check_restart(self, engine):
        """Every acknowledged signal has its final report, whatever was killed."""
        engine.connect().close()
        self.collector.until(engine.path, self.missing, "acknowledged signals without report")

    def publish(self, engine, number, seconds):
        market = Market(engine.path, self.random.random())
        market.client.send(book(BTC, MIDS[BTC]))
        market.client.send(book(ETH, MIDS[ETH]))
        publishers = [Publisher(engine.path, f"r{number}p{i}", self.random.random(), unsure)
                      for i, unsure in enumerate(self.unsure)]
        market.start()
        for publisher in publishers:
            publisher.start()
        time.sleep(seconds / 2)
        if self.random.random() < 0.4:
            self.reload(engine, number)
        time.sleep(seconds / 2)
        return [market, *publishers]

    def end(self, threads):
        for thread in threads:
            thread.join(timeout=30)
            expect(not thread.is_alive(), "a publisher does not end")
        for i, publisher in enumerate(threads[1:]):
            done, self.unsure[i] = publisher.harvest()
            self.acked |= done

    def snapshot_beside(self):
        child = subprocess.Popen([BIN, "snapshot", self.journal], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        return child

    def kill_in_start(self):
        """The engine dies while it recovers."""
        engine = Engine(self.root, self.extra)
        time.sleep(self.random.uniform(0, 0.05))
        engine.kill()
        self.kills += 1

    def round(self, number):
        engine = Engine(self.root, self.extra)
        self.check_restart(engine)
        child = self.snapshot_beside() if self.random.random() < 0.25 else None
        threads = self.publish(engine, number, self.random.uniform(0.002, 0.12))
        if child is not None:
            if self.random.random() < 0.5:
                child.kill()
            _, errors = child.communicate(timeout=120)
            expect(child.returncode in (0, -9), f"l1 snapshot: {child.returncode} {errors}")
        if self.random.random() < 0.1:
            engine.stop()
        else:
            engine.kill()
            self.kills += 1
        self.end(threads)
        while self.random.random() < 0.3:
            self.kill_in_start()

    def sink(self):
        """A crash of prices at the end: no stop of any entry may be left resting."""
        engine = Engine(self.root, self.extra)
        self.check_restart(engine)
        client = engine.connect()
        for symbol, mid in MIDS.items():
            client.send(book(symbol, mid * 0.6))
            client.send({"topic": "market", "type": "trade", "symbol": symbol,
                         "ts": int(time.time() * 1000), "price": round(mid * 0.6, 2), "qty": 1,
                         "trade_id": 1})
        reports = self.collector.reports
        bought = {report["execution_id"]: report for report in reports.finals.values()
                  if report["side"] == "buy" and report["stop"] is not None}

        def resting():
            # An own sell may have taken the stop away for good; what it left is placed anew.
            return [key for key in bought
                    if (reports.protection.get(key) or {}).get("status", "stop_placed")
                    in ("stop_placed", "stop_replaced", "stop_partially_filled")]

        self.collector.until(engine.path, resting, "stops that did not trigger after the restart")
        client.close()
        engine.stop()
        expect(any(r["status"] == "stop_filled" for r in reports.protection.values()),
               "no stop was filled: the test tests nothing")


def run(kills, seed, root):
    state = Run(root, seed)
    number = 0
    engine = Engine(root, state.extra)
    history(engine.connect(), seed)
    engine.kill()
    while state.kills < kills:
        state.round(number)
        number += 1
        if number % 10 == 0 or number < 4:
            verify_both(state.journal)
            check_submits(state.journal)
    state.sink()
    told = verify_both(state.journal)
    submits = check_submits(state.journal)
    reports = state.collector.reports
    filled = sum(r["status"] == "filled" for r in reports.finals.values())
    expect(filled > 0, "no signal was filled: the test tests nothing")
    expect(not state.missing(), "acknowledged signals without a report")
    loaded, scored = state.counted()
    expect(loaded > 0 and scored > 0, f"{loaded} reloads, {scored} scored: nothing was tested")
    print(f"seed {seed}: {state.kills} kills in {number} rounds, {len(state.acked)} acknowledged "
          f"signals, {len(reports.finals)} final reports, {filled} filled, {submits} orders, "
          f"{told['records']} records, {told['hashes compared']} hashes compared, "
          f"{loaded} reloads, {scored} scored")
    verify(state.journal)
