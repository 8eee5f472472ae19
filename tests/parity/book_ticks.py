#!/usr/bin/env python3
# The book rebuilt from recorded level changes is the venue's: it never crosses, agrees with every
# best quote recorded under the same id, and with a book kept here in a dict.
# seconds: 20
import glob
import gzip
import json
import os
import subprocess
import sys

LEAST = 500  # quotes a symbol that must have met a level change of their id


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def e8(text):
    whole, point, rest = text.partition(".")
    return int(whole + rest[:8].ljust(8, "0"))


class Plain:
    """A dict a side, after the documents, and the best of each by looking at all."""

    def __init__(self):
        self.sides, self.id, self.held = None, 0, []

    def snapshot(self, message):
        self.sides = [{e8(p): e8(q) for p, q in message[side]} for side in ("bids", "asks")]
        self.id = message["lastUpdateId"]
        kept = [change for change in self.held if change["u"] > self.id]
        self.held = []
        return [self.best()] + [self.change(change) for change in kept]

    def change(self, data):
        if self.sides is None:
            self.held.append(data)
            return None
        if data["u"] <= self.id:
            return None
        if data["U"] > self.id + 1:
            raise SystemExit("the recording has a gap at %d" % data["U"])
        for side, levels in zip(self.sides, (data["b"], data["a"])):
            for price, qty in levels:
                if e8(qty) == 0:
                    side.pop(e8(price), None)
                else:
                    side[e8(price)] = e8(qty)
        self.id = data["u"]
        return self.best()

    def best(self):
        bid, ask = max(self.sides[0]), min(self.sides[1])
        return (self.id, bid, self.sides[0][bid], ask, self.sides[1][ask])


def read(path):
    """The bests behind every change, and the recorded quotes by id."""
    book, bests, quotes = Plain(), [], {}
    with gzip.open(path, "rt") as lines:
        for line in lines:
            message = json.loads(line.split(" ", 1)[1])
            data = message.get("data", {})
            if "lastUpdateId" in message:
                bests += [best for best in book.snapshot(message) if best]
            elif data.get("e") == "depthUpdate":
                best = book.change(data)
                bests += [best] if best else []
            elif "B" in data:
                quotes[data["u"]] = tuple(e8(data[key]) for key in "bBaA")
    return bests, quotes


def main():
    files = sorted(glob.glob(os.environ.get("L1_DATA", "") + "/ticks/*usdt_*.gz"))
    if not files:
        skip("no ticks in L1_DATA")
    if os.environ.get("L1_INSTRUMENTED"):
        skip("instrumented: too slow here")
    program = os.environ["L1_BUILD"] + "/tests/parity/book_ticks"
    ran = subprocess.run([program] + files, capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit("book_ticks: " + ran.stderr)
    print(ran.stderr.strip())
    ours = {}
    for line in ran.stdout.splitlines():
        name, rest = line.split(" ", 1)
        if "unusable" in rest:
            sys.exit("the book is crossed or has a gap: " + line)
        ours.setdefault(name, []).append(tuple(int(word) for word in rest.split()))
    for path in files:
        name = os.path.basename(path).split("_")[0].upper().replace("USDT", "/USDT")
        bests, quotes = read(path)
        if ours[name] != bests:
            first = next(pair for pair in zip(ours[name], bests) if pair[0] != pair[1])
            sys.exit("%s: ours and the plain book differ: %s and %s" % ((name,) + first))
        met = [best for best in ours[name] if best[0] in quotes]
        differ = [best for best in met if best[1:] != quotes[best[0]]]
        print("%s: %d changes, crossed after none; %d quotes of the same id, %d agree" %
              (name, len(bests), len(met), len(met) - len(differ)))
        if differ:
            sys.exit("%s: differs from the quote %s" % (differ[0], quotes[differ[0][0]]))
        if len(met) < LEAST:
            sys.exit("%s: only %d quotes of the same id; %d are wanted" % (name, len(met), LEAST))


main()
