#!/usr/bin/env python3
# The synthetic day: every signal reported once, dangers blocked by their rule, nothing lost.
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
}


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
            ids, folder)
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
