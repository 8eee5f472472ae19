#!/usr/bin/env python3
# ADA/USDT is a change of the configuration only: the commented block of config/l1.yaml, uncommented.
# seconds: 2
import json
import os
import subprocess
import sys
import tempfile


def with_ada(text):
    """The shipped file with the lines of the commented ADA block made live."""
    lines, inside = [], False
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("#") and "ADA/USDT:" in bare:
            inside = True
        elif not bare.startswith("#"):
            inside = False
        lines.append(line[1:] if inside else line)
    return "\n".join(lines) + "\n"


def main():
    with open(os.environ["L1_SOURCE"] + "/config/l1.yaml", encoding="utf-8") as shipped:
        text = with_ada(shipped.read())
    messages = [
        {"topic": "market", "type": "book", "symbol": "ADA/USDT", "ts": 1700000000000,
         "bids": [[0.5, 100000]], "asks": [[0.5001, 100000]]},
        {"signal_id": "ada", "symbol": "ADA/USDT", "side": "buy", "qty": 100, "stop_loss": 0.49},
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/l1.yaml"
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        arguments = [os.environ["L1_BIN"], "run", "--clock", "events", "--config", path,
                     "--journal", folder + "/journal",
                     "--set", "ai.required=false"]  # the shipped models were not trained for ADA
        for key in ("volatility_target", "stop.sigma_min", "stop.atr_max"):
            arguments += ["--set", f"symbols.ADA/USDT.{key}=null"]
        ran = subprocess.run(arguments, input="\n".join(map(json.dumps, messages)),
                             capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        told = [json.loads(line) for line in ran.stdout.splitlines()]
        board = subprocess.run([os.environ["L1_BIN"], "dashboard", "--lang", "es", "--journal",
                                folder + "/journal"], capture_output=True, text=True, check=True)
    reports = [message for message in told if message["topic"] == "reports"]
    assert len(reports) == 1 and reports[0]["status"] == "filled", told
    assert reports[0]["fees"][0]["asset"] == "ADA", reports
    assert "portfolio_exposure_ada" in reports[0]["risk_metrics"], reports
    assert "ADA/USDT" in board.stdout and "Señales procesadas: 1 ✅ | 0 ❌" in board.stdout
    return 0


sys.exit(main())
