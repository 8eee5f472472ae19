#!/usr/bin/env python3
# l1 verify: 0 for a journal as it was written, 3 for one whose outputs are not those of its
# inputs, 1 for one that cannot be read.
# seconds: 10
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

BIN = os.environ["L1_BIN"]
T = 1700000000000
EVENT, EFFECT = 4, 5  # record types of src/journal/format/record.h
FIRST = 4096          # records begin behind the segment's header page

TABLE = []
for byte in range(256):
    crc = byte
    for _ in range(8):
        crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    TABLE.append(crc)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def write_journal(folder):
    """A short run that is killed, so that its one segment holds everything."""
    book = {"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": T,
            "bids": [[49999.5, 10]], "asks": [[50000.5, 10]]}
    lines = [book] + [{"signal_id": f"v{i}", "symbol": "BTC/USDT", "side": "buy", "qty": 0.01,
                       "stop_loss": 49000 + i, "ts": T + 1000 * i} for i in range(3)]
    with subprocess.Popen([BIN, "run", "--clock", "events", "--journal", folder, "--config",
                           os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as engine:
        for line in lines:
            engine.stdin.write(json.dumps(line).encode() + b"\n")
        engine.stdin.flush()
        for _ in range(3):
            assert b"VOLATILITY_UNKNOWN" in engine.stdout.readline()
        time.sleep(1.5)  # the publish position is written too, after half a second
        engine.kill()


def records(data):
    at = FIRST
    while data[at:at + 4] == b"L1JR":
        kind, size, number = (struct.unpack_from(form, data, at + place)[0]
                              for form, place in (("<H", 6), ("<I", 8), ("<Q", 16)))
        yield at, kind, size, number
        at += (48 + size + 7) // 8 * 8


def rechain(data):
    """Gives each record a valid checksum and chain, as a forger would."""
    previous = 0
    for at, _, size, number in records(data):
        if number > 1:
            struct.pack_into("<I", data, at + 40, previous)
        struct.pack_into("<I", data, at + 44, 0)
        previous = crc32c(data[at:at + 48 + size])
        struct.pack_into("<I", data, at + 44, previous)


def verify(folder):
    return subprocess.run([BIN, "verify", folder], capture_output=True, text=True, check=False)


def changed(folder, data):
    with open(folder + "/segment-0000000001.l1j", "r+b") as segment:
        segment.write(data)
    return verify(folder)


def main():
    with tempfile.TemporaryDirectory() as work:
        folder = work + "/journal"
        write_journal(folder)
        done = verify(folder)
        assert done.returncode == 0, done
        with open(folder + "/segment-0000000001.l1j", "rb") as segment:
            whole = segment.read(FIRST + 65536)
        found = list(records(whole))
        same = bytearray(whole)
        rechain(same)
        assert same == whole, "the checksums are understood"

        effects = [entry for entry in found if entry[1] == EFFECT]
        assert len(effects) == 3, found
        for at, _, size, number in effects:
            for place in (0, size // 2, size - 1):
                data = bytearray(whole)
                data[at + 48 + place] ^= 1
                done = changed(folder, data)
                assert done.returncode == 1, (number, place, done)
                rechain(data)
                done = changed(folder, data)
                assert done.returncode == 3, (number, place, done)
                assert str(number) in done.stdout + done.stderr, (number, place, done)

        events = [entry for entry in found if entry[1] == EVENT]
        data = bytearray(whole)
        place = bytes(data).index(b"v1", events[2][0])
        data[place:place + 2] = b"v7"  # another signal came in
        rechain(data)
        done = changed(folder, data)
        assert done.returncode == 3, done
        assert changed(folder, whole).returncode == 0
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
