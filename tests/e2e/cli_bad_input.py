#!/usr/bin/env python3
# Bad lines between good ones: one clear alert each, good ones unaffected.
# seconds: 5
import json
import os
import subprocess
import sys
import tempfile

OFF = ["volatility_target", "stop.sigma_min", "stop.atr_max"]
T = 1700000000000


def good(name, **changes):
    signal = {"signal_id": name, "symbol": "BTC/USDT", "side": "buy", "qty": 0.001,
              "stop_loss": 49000, "strategy_context": {"correlation_btc_eth": 0.5}}
    signal.update(changes)
    return json.dumps(signal).encode()


# Each is refused with exactly one MALFORMED_MESSAGE whose text holds the word.
BAD = [
    (b"", "line"),
    (b"{", "line"),
    (b'{"signal_id":"b1","symbol":"BTC/USDT","side":"buy","qty":1,"stop_loss":', "b1"),
    (b'{"pad":"' + b"x" * 20000 + b'"}', "16384"),
    (b'{"signal_id":"b2","x":' + b"[" * 9 + b"]" * 9 + b"}", "line"),
    (b'{"signal_id":"b3","symbol":"\xff\xfe","side":"buy","qty":1,"stop_loss":1}', "line"),
    (good("b4")[:-1] + b',"qty":2}', "qty"),
    (b'{"signal_id":"b5","symbol":"BTC/USDT","side":"buy","qty":NaN,"stop_loss":1}', "line"),
    (good("b6", qty=True), "qty"),
    (good("b7", side="hold"), "side"),
    (good("b8", symbol=7), "symbol"),
    (good("b9", qty="123456789012345678901234567890"), "qty"),
    (good("b10", confidence=1.5), "confidence"),
    (good("b11", ts="yesterday"), "ts"),
    (good("bad id!"), "signal_id"),
    (good("b12", execution={"algo": "magic"}), "algo"),
    (b'{"topic":"weather","signal_id":"b13"}', "topic"),
    (b'{"topic":"market","type":"book","symbol":"BTC/USDT","ts":%d,"bids":[[2,1]],'
     b'"asks":[[1,1]]}' % T, "cross"),
    (b'{"topic":"control","command":"explode"}', "command"),
    (b'{"topic":"portfolio","ts":%d,"equity":"lots","balances":{}}' % T, "equity"),
    (bytes(range(128, 256)) + b"\x00\x01\x02", "line"),
    (b"[1,2,3]", "line"),
    (b'"text"', "line"),
]


def run(lines):
    arguments = [os.environ["L1_BIN"], "run", "--clock", "events", "--config",
                 os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"]
    for key in OFF:
        arguments += ["--set", f"symbols.BTC/USDT.{key}=null"]
    arguments += ["--set", "signal.repeat_max=null"]
    with tempfile.TemporaryDirectory() as folder:
        arguments += ["--journal", folder + "/journal"]
        ran = subprocess.run(arguments, input=b"\n".join(lines), capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    return [json.loads(line) for line in ran.stdout.splitlines()]


def main():
    book = (b'{"topic":"market","type":"book","symbol":"BTC/USDT","ts":%d,"bids":[[50000,9]],'
            b'"asks":[[50000.5,9]]}' % T)
    lines = [book]
    for number, (line, _) in enumerate(BAD):
        lines += [line, good(f"good{number}", qty="1e-03")]
    lines += [good("tiny", qty=1e-05), good("last")]  # 1e-05 is a number like another
    messages = run(lines)
    alerts = [message for message in messages if message["topic"] == "alerts"]
    assert len(alerts) == len(BAD), [alert["message"] for alert in alerts]
    for (line, word), alert in zip(BAD, alerts):
        assert alert["code"] == "MALFORMED_MESSAGE", alert
        text = alert["message"] + str(alert.get("signal_id"))
        assert word in text, (line[:60], word, alert)
        number = int(alert["message"].split("line ")[1].split(",")[0])
        assert lines[number - 1] == line, (number, alert["message"])
    reports = {}
    for message in messages:
        if message["topic"] == "reports":
            reports.setdefault(message["signal_id"], []).append(message)
    # At most five stops rest at once: later entries of the same symbol find no free slot.
    for number in range(len(BAD)):
        assert len(reports[f"good{number}"]) == 1, reports[f"good{number}"]
        report = reports[f"good{number}"][0]
        filled = report["status"] == "filled"
        assert filled == (number < 5), report
        assert filled or report["reason"]["code"] == "EXCHANGE_FILTER", report
    assert reports["tiny"][0]["reason"]["code"] in ("QTY_MIN", "EXCHANGE_FILTER"), reports["tiny"]
    assert "QTY_MIN" in [row["code"] for row in reports["tiny"][0]["violations"]]
    for name, rows in reports.items():
        assert len(rows) == 1, (name, len(rows))
        if name.startswith("b"):
            assert rows[0]["reason"]["code"] == "MALFORMED_SIGNAL", rows
    print(len(BAD), "bad lines, one alert each;", len(reports), "reports")
    return 0


sys.exit(main())
