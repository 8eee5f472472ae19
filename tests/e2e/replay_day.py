#!/usr/bin/env python3
# The synthetic day: every signal reported once, dangers blocked by their rule or the models.
# seconds: 5
import os
import subprocess
import sys
import tempfile

import ledger

WANT = {
    "danger_no_stop": "STOP_LOSS_MISSING", "danger_huge_qty": "QTY_MAX",
    "danger_stop_wrong_side": "STOP_LOSS_INCOHERENT", "danger_stop_too_near": "STOP_LOSS_DISTANCE",
    "danger_unknown_symbol": "UNKNOWN_SYMBOL", "danger_stale_ts": "SIGNAL_EXPIRED",
    "danger_sell_what_is_not_held": "BALANCE_INSUFFICIENT", "danger_malformed": "MALFORMED_SIGNAL",
    "danger_cut_off": "MALFORMED_SIGNAL",
    "danger_repeated_4": "REPEATED_ORDER", "danger_exposure": "EXPOSURE_LIMIT",
    "risky_btc": "AI_ENSEMBLE", "risky_eth": "AI_ENSEMBLE",
}


def reports(messages):
    """Final reports of signals by their id."""
    return {message["signal_id"]: message for message in messages if message["topic"] == "reports"
            and message["kind"] == "signal" and not message["duplicate"]}


def check_without_gate(program, source, folder, signals):
    """The gate alone kept the risky ones out, and it scored whatever passed the rules."""
    out = folder + "/ungated.ndjson"
    bars = [folder + f"/{base}USDT-1m-synthetic.csv" for base in ("BTC", "ETH")]
    gated = reports(ledger.read(folder + "/first.ndjson"))
    ledger.replay(program, source, bars + [signals], out, gate=False)
    ungated = reports(ledger.read(out))
    assert set(gated) == set(ungated)
    for name in ("risky_btc", "risky_eth"):
        assert ungated[name]["status"] == "filled", ungated[name]
        scores = gated[name]["ai_scores"]
        assert 0 < scores["ensemble"] < scores["threshold"] < 1, scores
    for name, report in gated.items():
        by_rule = report["status"] == "rejected" and not name.startswith("risky")
        assert (report["ai_scores"]["ensemble"] is None) == by_rule, report


def main():
    program, build, source = (os.environ[key] for key in ("L1_BIN", "L1_BUILD", "L1_SOURCE"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([build + "/examples/synthetic_day", folder, "1"], check=True)
        signals = folder + "/signals.ndjson"
        ids = set(WANT)
        with open(signals, encoding="utf-8") as lines:
            for line in lines:
                part = line.partition('"signal_id":"')[2]
                ids.add(part.partition('"')[0])
        messages = ledger.check(program, source, [
            folder + "/BTCUSDT-1m-synthetic.csv", folder + "/ETHUSDT-1m-synthetic.csv", signals],
            ids, folder, gate=True)
        check_without_gate(program, source, folder, signals)
    said = {message["signal_id"]: message["reason"]["code"] for message in messages
            if message["topic"] == "reports" and message["reason"] is not None}
    for name, code in WANT.items():
        assert said.get(name) == code, (name, said.get(name))
    repeated = [message for message in messages if message["topic"] == "reports"
                and message["duplicate"]]
    assert [message["signal_id"] for message in repeated] == ["danger_duplicate"]
    cut = [message for message in messages if message["topic"] == "alerts"
           and message["code"] == "MALFORMED_MESSAGE"]
    assert [message["signal_id"] for message in cut] == ["danger_malformed", "danger_cut_off"], cut
    shrunk = [message for message in messages if message["topic"] == "reports"
              and message["signal_id"] == "eth_fill_up_4" and message["kind"] == "signal"]
    rules = [adjustment["rule"] for adjustment in shrunk[0]["adjustments"]]
    assert rules == ["EXPOSURE", "LOT"], rules
    filled = [message for message in messages if message["topic"] == "reports"
              and message["status"] == "filled"]
    assert len(filled) > 30, len(filled)
    assert any(message["topic"] == "reports" and message["status"] == "stop_filled"
               for message in messages), "no stop fired"
    return 0


sys.exit(main())
