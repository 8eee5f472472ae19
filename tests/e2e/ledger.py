"""Adds up what reports say, exactly, and holds it against what l1 says in its summary.

A module of the replay tests, not a test itself."""
import json
import re
import subprocess
from decimal import Decimal

START = {"USDT": Decimal(100000)}


def read(path):
    """Reports and alerts of an NDJSON file, numbers as exact decimals."""
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in lines]


def add_up(messages):
    """Balances that follow from every fill reported, starting from the paper account."""
    totals = dict(START)
    for message in messages:
        if message["topic"] != "reports" or message["duplicate"]:
            continue
        if message["executed_qty"] in (None, 0):
            continue
        base = message["symbol"].split("/")[0]
        sign = 1 if message["side"] == "buy" else -1
        totals[base] = totals.get(base, Decimal(0)) + sign * message["executed_qty"]
        totals["USDT"] -= sign * message["executed_quote"]
        for fee in message["fees"]:
            totals[fee["asset"]] = totals.get(fee["asset"], Decimal(0)) - fee["amount"]
    return totals


def finals(messages):
    """How often each signal has a final report that is no repetition."""
    counts = {}
    for message in messages:
        if message["topic"] == "reports" and message["kind"] == "signal":
            if not message["duplicate"] and message["status"] != "unknown":
                counts[message["signal_id"]] = counts.get(message["signal_id"], 0) + 1
    return counts


def configured(source, gate):
    """Options of l1: the shipped configuration with its models, or the same without the gate."""
    if not gate:
        return ["--config", source + "/tests/testlib/l1.yaml"]
    return ["--config", source + "/config/l1.yaml", "--set", f"ai.models={source}/models/L1"]


def replay(program, source, arguments, out, gate):
    """Runs l1 replay; returns its summary's balances, hashes and text."""
    ran = subprocess.run(
        [program, "replay", "--quiet", "--out", out] + configured(source, gate)
        + arguments, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    balances = {asset: Decimal(total) for asset, total
                in re.findall(r"^balance (\S+) +(\S+)", ran.stderr, re.M)}
    hashes = re.findall(r"hash +([0-9a-f]{32})", ran.stderr)
    assert len(hashes) == 2, ran.stderr
    return balances, hashes, ran.stderr


def check(program, source, arguments, expected_ids, folder, gate=False):
    """Twice the same bytes; each signal once; conservation to the last 1e-8."""
    first, second = folder + "/first.ndjson", folder + "/second.ndjson"
    balances, hashes, summary = replay(program, source, arguments, first, gate)
    _, again, _ = replay(program, source, arguments, second, gate)
    assert hashes == again, (hashes, again)
    with open(first, "rb") as one, open(second, "rb") as two:
        assert one.read() == two.read(), "two runs published different bytes"
    messages = read(first)
    counts = finals(messages)
    missing = [name for name in expected_ids if name not in counts]
    assert not missing, ("signals without a final report", missing[:5])
    unasked = sorted(set(counts) - set(expected_ids))
    assert not unasked, ("reports of signals that were not sent", unasked[:5])
    twice = [name for name, count in counts.items() if count != 1]
    assert not twice, ("signals with more than one final report", twice[:5])
    totals = add_up(messages)
    assert len(totals) > 1, "nothing was bought, so nothing is proven"
    absent = sorted(set(totals) - set(balances))
    assert not absent, ("the summary prints no balance of", absent)
    for asset, total in balances.items():
        assert totals.get(asset, Decimal(0)) == total, (asset, totals.get(asset), total)
    seqs = [int(message["seq"]) for message in messages]
    assert seqs == sorted(set(seqs)), "seq does not rise"
    print(summary.strip())
    return messages
