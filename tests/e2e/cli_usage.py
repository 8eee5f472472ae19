#!/usr/bin/env python3
# Wrong words on the command line and in the configuration: code 2 and a message that names them.
# seconds: 5
import os
import subprocess
import sys
import tempfile

PROGRAM = os.environ["L1_BIN"]
CONFIG = os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"
COMMANDS = ["score", "features", "train", "evaluate", "run", "replay", "verify", "snapshot", "dashboard",
            "export", "control", "config", "version"]

# arguments, code, a word of the message
ROWS = [
    ([], 2, "usage"),
    (["dance"], 2, "dance"),
    (["replya"], 2, "replay"),
    (["feed"], 2, "not part of this version"),
    (["evaluate"], 2, "which data"),
    (["features"], 2, "which files"),
    (["features", "--head", "trend", "x.csv"], 2, "survival, movement or direction"),
    (["features", "--seed", "-1", "x.csv"], 2, "--seed"),
    (["features", "--config", CONFIG, "--models", "/no/such", "x.csv"], 1, "/no/such"),
    (["evaluate", "--config", CONFIG, "--from", "noon", CONFIG], 2, "noon"),
    (["evaluate", "--config", CONFIG, "--veto-share", "1", CONFIG], 2, "--veto-share"),
    (["evaluate", "--config", CONFIG, "--head", "tail", CONFIG], 2, "tail"),
    (["evaluate", "--config", CONFIG, "--json", "/no/such/f.json", CONFIG], 2, "/no/such/f.json"),
    (["run", "--wrong"], 2, "wrong"),
    (["run", "--config", "/no/such.yaml"], 2, "/no/such.yaml"),
    (["run", "--config", CONFIG, "--set", "mode=live"], 2, "live"),
    (["run", "--config", CONFIG, "--set", "signal.ttl=1"], 2, "signal.ttl"),
    (["run", "--config", CONFIG, "--clock", "sundial"], 2, "sundial"),
    (["run", "--config", CONFIG, "--bus", "pigeon:1"], 2, "pigeon"),
    (["replay", "--config", CONFIG], 2, "which files"),
    (["replay", "--config", CONFIG, "/no/such.csv"], 2, "/no/such.csv"),
    (["replay", "--config", CONFIG, "--from", "noon", CONFIG], 2, "noon"),
    (["verify", "/no/such"], 2, "/no/such"),
    (["dashboard", "--journal", "/no/such"], 2, "/no/such"),
    (["dashboard", "--lang", "de"], 2, "de"),
    (["export", "--journal", "/no/such"], 2, "--sqlite"),
    (["control", "explode"], 2, "explode"),
    (["control", "halt", "--bus", "stdio"], 2, "stdio"),
    (["control", "halt", "--bus", "unix:/no/such.sock"], 1, "/no/such.sock"),
    (["config", "check", "--config", CONFIG, "--set", "symbols.BTC/USDT.qty_max=-1"], 2, "qty_max"),
    (["config", "explain", "signal.tttl_ms"], 2, "signal.ttl_ms"),
    (["config", "show", "--config", CONFIG], 0, ""),
    (["version"], 0, ""),
]

# broken configuration, words that the message holds
BROKEN = [
    ("mode: paper\nsignal: {ttl_ms: -5}\n", [":2:", "signal.ttl_ms", "-5", "limit 1"]),
    ("mode: paper\nmood: good\n", [":2:", "mood"]),
    ("mode: [\n", [":1:", "mode"]),
    ("mode: paper\nmode: paper\n", [":2:", "mode"]),
]


def run(arguments):
    ran = subprocess.run([PROGRAM] + arguments, stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, check=False, timeout=20)
    return ran.returncode, ran.stdout, ran.stderr


def main():
    for command in COMMANDS:
        code, out, _ = run([command, "--help"])
        assert code == 0 and "usage: l1 " + command in out, (command, code, out)
    for arguments, want, word in ROWS:
        code, out, told = run(arguments)
        assert code == want, (arguments, code, told)
        assert word in told, (arguments, told)
        assert code == 0 or out == "", (arguments, out)
    with tempfile.TemporaryDirectory() as folder:
        for text, words in BROKEN:
            path = folder + "/broken.yaml"
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
            code, _, told = run(["config", "check", "--config", path])
            assert code == 2, (text, told)
            for word in [path] + words:
                assert word in told, (text, word, told)
        rows = folder + "/BTCUSDT-1m-x.csv"
        with open(rows, "w", encoding="utf-8") as out:
            out.write("1672531200000,1,2,0.5,1,1,1672531259999,1,1,0,0,0\n"
                      "1672531260000,1,2,0.5,one,1,1672531319999,1,1,0,0,0\n")
        code, _, told = run(["replay", "--config", CONFIG, rows])
        assert code == 1 and "line 2" in told and "close" in told and "one" in told, told
    print(len(ROWS) + len(BROKEN) + len(COMMANDS), "calls")
    return 0


sys.exit(main())
