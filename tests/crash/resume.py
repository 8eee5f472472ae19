#!/usr/bin/env python3
# seconds: 20
"""tests/crash/resume.py: subscribers that come late, read slowly or come back see every output once.

The measure is what a subscriber of everything from 0 gets at the end. A resumed subscription
has no gap and no double where the replay from the journal meets what is published live."""
import socket
import sys
import threading
import time

from harness import Client, Engine, Failure, Reports, expect, folder, verify_both

TOPICS = ["reports", "alerts"]
MANY = 6000  # about 5 MiB of reports: more than a client's buffer


def signal(number):
    return {"signal_id": f"n{number}", "symbol": "BTC/USDT", "side": "buy", "qty": 0.001,
            "stop_loss": 51000, "client_seq": number}  # rejected: its stop is on the wrong side


def book(client):
    client.send({"topic": "market", "type": "book", "symbol": "BTC/USDT",
                 "ts": int(time.time() * 1000), "bids": [[49999, 9]], "asks": [[50001, 9]]})


def publish(path, first, count):
    """Sends `count` signals, half-closes, and counts acks until the engine closes."""
    client = Client(path)
    book(client)
    acks = []

    def read():
        try:
            while True:
                acks.extend(line["client_seq"] for line in client.lines(5))
        except ConnectionResetError:
            return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    for number in range(first, first + count):
        client.send(signal(number))
    client.socket.shutdown(socket.SHUT_WR)
    reader.join(timeout=60)
    expect(not reader.is_alive(), "a client that ended its input is not closed")
    expect(acks == list(range(first, first + count)),
           f"{len(acks)} acks for {count} signals, or out of order")


def collect(client, until_seq, seen, timeout=60):
    end = time.monotonic() + timeout
    while not seen or seen[-1]["seq"] < until_seq:
        expect(time.monotonic() < end, f"output {until_seq} does not come; at "
                                       f"{seen[-1]['seq'] if seen else 'none'}")
        for line in client.lines(0.05):
            if line["topic"] == "gap":
                return line
            seen.append(line)
    return None


def everything(path, last):
    client, seen = Client(path), []
    client.send({"topic": "subscribe", "topics": TOPICS, "from": 0})
    expect(collect(client, last, seen) is None, "a gap without a slow reader")
    client.close()
    return [line["seq"] for line in seen]


def late_ones(path):
    """Subscribers that join at several points while signals flow."""
    clients = []
    flow = threading.Thread(target=publish, args=(path, 0, MANY), daemon=True)
    flow.start()
    for number in range(8):
        client = Client(path)
        # never ahead of the engine: what does not exist yet cannot be resumed from
        known = clients[0][2][-1]["seq"] if clients and clients[0][2] else 0
        after = min(number * 100, known) if number % 2 else 0
        client.send({"topic": "subscribe", "topics": TOPICS, "from": after})
        clients.append((client, after, []))
        deadline = time.monotonic() + 0.02
        while time.monotonic() < deadline:
            for held, _, seen in clients:
                seen.extend(held.lines(0.0005))
    while flow.is_alive():
        for held, _, seen in clients:
            seen.extend(held.lines(0.0005))
    for client, after, seen in clients:
        told = [line for line in seen if line["topic"] == "gap"]
        seen = [line for line in seen if line["topic"] != "gap"]
        while told or collect(client, MANY, seen) is not None:  # too slow: it comes back
            client.send({"topic": "subscribe", "topics": TOPICS, "from": seen[-1]["seq"]})
            told = []
        client.close()
        yield after, [line["seq"] for line in seen]


def slow_one(path, first):
    """Does not read while more than its buffer is published; told so, it comes back."""
    slow, seen = Client(path), []
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.send({"topic": "subscribe", "topics": TOPICS})
    time.sleep(0.1)
    publish(path, first, MANY)
    gap = collect(slow, first + MANY, seen)
    expect(gap is not None, "a subscriber that did not read was told of no gap")
    expect(gap["from"] == seen[-1]["seq"] + 1, f"gap {gap} after {seen[-1]['seq']}")
    slow.send({"topic": "subscribe", "topics": TOPICS, "from": seen[-1]["seq"]})
    expect(collect(slow, first + MANY, seen) is None, "a second gap")
    slow.close()
    return [line["seq"] for line in seen]


def check(root):
    engine = Engine(root)
    engine.connect().close()
    told = {}
    for index, (after, seen) in enumerate(late_ones(engine.path)):
        told[index] = after, seen
    full = everything(engine.path, MANY)
    expect(full == sorted(set(full)) and len(full) == MANY, f"{len(full)} outputs of {MANY}")
    for index, (after, seen) in told.items():
        want = [seq for seq in full if seq > after]
        expect(seen == want, f"subscriber {index} from {after}: {len(seen)} outputs, "
                             f"{len(set(seen))} different, wanted {len(want)}")
    slow = slow_one(engine.path, MANY)
    engine.kill()
    engine = Engine(root)
    engine.connect().close()
    full = everything(engine.path, 2 * MANY)
    expect(slow == [seq for seq in full if seq > MANY], "the slow subscriber missed outputs")
    reports, client = Reports(), Client(engine.path)
    client.send({"topic": "subscribe", "topics": TOPICS, "from": 0})
    seen = []
    collect(client, 2 * MANY, seen)
    for line in seen:
        reports.take(line)
    expect(len(reports.finals) == 2 * MANY, f"{len(reports.finals)} final reports")
    engine.stop()
    verify_both(f"{root}/journal")
    print(f"{len(told)} late subscribers, one slow, {len(full)} outputs")


with folder() as place:
    try:
        check(place)
    except Failure as failure:
        sys.exit(f"{failure}")
