#!/usr/bin/env python3
# Models through the whole program: scores in reports, vetoes, warm-up, a bundle that is missing or
# altered, reload without a restart, the same bytes twice, and a restart that scores as before.
# seconds: 60
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["L1_BIN"]
CONFIG = os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"
MAKER = os.environ["L1_BUILD"] + "/tests/make_bundle"
START_MS = 1700006400000  # a UTC midnight
MINUTE_MS = 60000
DAYS = 9
HEADS = ("survival", "movement", "direction", "trend")


def bars(path, days):
    """Two random walks as bus messages, and the last closes."""
    rng = random.Random(7)
    price = {"BTC/USDT": 40000.0, "ETH/USDT": 2200.0}
    with open(path, "w", encoding="utf-8") as out:
        for minute in range(days * 1440):
            for symbol in price:
                opened = price[symbol]
                closed = round(opened * (1 + rng.gauss(0, 0.0007)), 2)
                volume = round(rng.uniform(1, 60), 3)
                high = round(max(opened, closed) * (1 + rng.random() * 0.0003), 2)
                low = round(min(opened, closed) * (1 - rng.random() * 0.0003), 2)
                at = START_MS + minute * MINUTE_MS
                out.write(json.dumps({
                    "topic": "market", "type": "bar", "symbol": symbol, "interval": "1m",
                    "open_time": at, "close_time": at + MINUTE_MS - 1, "open": opened, "high": high,
                    "low": low, "close": closed, "volume": volume, "quote_volume": volume * closed,
                    "trades": rng.randint(20, 900), "taker_buy_volume": round(volume * rng.random(), 3),
                }) + "\n")
                price[symbol] = closed
    return price


def buy(name, price, at_ms, symbol="BTC/USDT"):
    return json.dumps({"signal_id": name, "symbol": symbol, "side": "buy",
                       "qty": 0.001 if symbol == "BTC/USDT" else 0.02,
                       "stop_loss": round(price * 0.99, 2), "ts": at_ms})


def make(folder, *wanted):
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([MAKER, folder, *wanted], check=True, stdout=subprocess.DEVNULL)


def options(folder, *extra):
    out = ["--config", CONFIG, "--set", "ai.models=" + folder, "--set", "ai.required=true"]
    for setting in extra:
        out += ["--set", setting]
    return out


def replay(work, folder, lines, *extra):
    with open(work + "/signals.ndjson", "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    done = subprocess.run([PROGRAM, "replay", "--quiet", *options(folder, *extra),
                           work + "/bars.ndjson", "--signals", work + "/signals.ndjson"],
                          capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def reports(text):
    said = [json.loads(line) for line in text.splitlines()]
    return {r["signal_id"]: r for r in said if r["topic"] == "reports" and r["kind"] == "signal"}, said


def codes(report):
    return [violation["code"] for violation in report["violations"]]


def check_scored(report):
    scores = report["ai_scores"]
    assert scores["head"] == "survival", scores
    assert set(scores["heads"]) == {"movement", "direction", "trend"}, scores
    for head in [scores] + [scores["heads"][h] for h in ("movement", "direction")]:
        for key in ("logreg", "random_forest", "lightgbm", "ensemble"):
            assert 0 < head[key] < 1, (key, head)
    assert scores["heads"]["trend"]["logreg"] is None
    assert 0 < scores["heads"]["trend"]["ensemble"] < 1


def replays(work, last):
    models = work + "/models"
    end = START_MS + DAYS * 1440 * MINUTE_MS
    early = START_MS + 7 * 1440 * MINUTE_MS
    signals = [buy("early", last["BTC/USDT"], early), buy("late", last["BTC/USDT"], end - 1)]
    make(models)
    first, _ = replay(work, models, signals)
    again, _ = replay(work, models, signals)
    assert first == again
    said, _ = reports(first)
    assert "AI_WARMUP" in codes(said["early"]) or said["early"]["status"] == "rejected", said["early"]
    assert said["late"]["status"] == "filled", said["late"]
    check_scored(said["late"])

    make(models, "survival=-inf,-inf,50,50")
    said, _ = reports(replay(work, models, signals)[0])
    assert codes(said["late"]) == ["AI_LIGHTGBM", "AI_ENSEMBLE"], said["late"]
    assert said["late"]["reason"]["code"] == "AI_LIGHTGBM"
    check_scored(said["late"])
    said, _ = reports(replay(work, models, signals, "ai.required=false")[0])
    assert said["late"]["status"] == "filled"  # reported, never a veto
    check_scored(said["late"])

    said, _ = reports(replay(work, work + "/nowhere", signals)[0])
    assert codes(said["late"]) == ["AI_UNAVAILABLE"], said["late"]
    assert said["late"]["ai_scores"]["ensemble"] is None


def altered(work, last):
    """Each damage is one line that names the file, and the gate denies."""
    models = work + "/models"
    end = START_MS + DAYS * 1440 * MINUTE_MS
    signals = [buy("late", last["BTC/USDT"], end - 1)]
    for victim, change in (("survival/modelo3_lgbm.txt", lambda b: b.replace(b"leaf_value=", b"leaf_value=1", 1)),
                           ("survival/modelo2_rf.txt", lambda b: b[:len(b) // 2]),
                           ("movement/modelo1_lr.txt", None),
                           ("manifest.txt", lambda b: b.replace(b"har=", b"har=nan ", 1))):
        make(models)
        path = models + "/" + victim
        if change is None:
            os.remove(path)
        else:
            with open(path, "rb") as file:
                old = file.read()
            with open(path, "wb") as file:
                file.write(change(old))
        said, _ = reports(replay(work, models, signals)[0])
        assert codes(said["late"]) == ["AI_UNAVAILABLE"], (victim, said["late"])
        done = subprocess.run([PROGRAM, "score", *options(models), work + "/bars.ndjson"],
                              capture_output=True, text=True, check=False)
        errors = [line for line in done.stderr.splitlines() if line]
        assert done.returncode == 1 and len(errors) == 1, (victim, done.stderr)
        assert victim.split("/")[-1] in errors[0], errors


def other_symbols(work):
    """What the bundle was not trained for is told, and is no success; the output still is JSON."""
    models = work + "/models"
    make(models)
    with open(models + "/manifest.txt", encoding="utf-8") as file:
        text = file.read()
    with open(models + "/manifest.txt", "w", encoding="utf-8") as file:
        file.write(text.replace("ETH/USDT", "SOL/USDT"))
    for symbol, code in (("BTC/USDT", 0), ("ETH/USDT", 1)):
        done = subprocess.run([PROGRAM, "score", *options(models), "--format", "json", "--symbol",
                               symbol, work + "/bars.ndjson"], capture_output=True, text=True,
                              check=False)
        assert done.returncode == code, (symbol, done.stderr)
        assert ("not trained for ETH/USDT" in done.stderr) == (code == 1), done.stderr
        assert (json.loads(done.stdout)["heads"] == {}) == (code == 1), done.stdout


def reload_in_order(work, last):
    """Under the messages' clock a reload has its place among the signals."""
    models = work + "/models"
    end = START_MS + DAYS * 1440 * MINUTE_MS
    later = json.dumps({"topic": "control", "command": "resume", "ts": end + 200})
    reload = json.dumps({"topic": "control", "command": "reload_models", "ts": end + 300})
    lines = [buy("before", last["BTC/USDT"], end), later, reload,
             buy("after", last["BTC/USDT"], end + 400)]
    make(models)
    journal = work + "/journal"
    engine = subprocess.Popen([PROGRAM, "run", "--clock", "events", "--journal", journal,
                               *options(models)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    with open(work + "/bars.ndjson", encoding="utf-8") as source:
        engine.stdin.write(source.read())
    engine.stdin.write(lines[0] + "\n" + lines[1] + "\n")
    engine.stdin.flush()
    first = engine.stdout.readline()
    while '"signal_id":"before"' not in first:
        first = engine.stdout.readline()
    assert json.loads(first)["status"] == "filled", first
    make(models, "seed=2", "survival=50,50,50,50")
    out, _ = engine.communicate("\n".join(lines[2:]) + "\n", timeout=60)
    assert engine.returncode == 0
    said, everything = reports(out)
    alerts = [m["code"] for m in everything if m["topic"] == "alerts" and m["code"] != "RESUMED"]
    assert alerts == ["MODELS_LOADED"], alerts
    assert codes(said["after"]) == ["AI_LOGREG", "AI_RANDOM_FOREST", "AI_LIGHTGBM", "AI_ENSEMBLE"]
    # What was in force is kept beside the journal: the folder is gone, verification is not.
    shutil.rmtree(models)
    assert subprocess.run([PROGRAM, "verify", journal], check=False, stdout=subprocess.DEVNULL).returncode == 0
    # A folder that cannot be read denies after a restart.
    again = buy("later", last["BTC/USDT"], end + 500)
    done = subprocess.run([PROGRAM, "run", "--clock", "events", "--journal", journal,
                           *options(models)], input=again + "\n", capture_output=True, text=True,
                          check=False)
    said, everything = reports(done.stdout)
    assert codes(said["later"]) == ["AI_UNAVAILABLE"], said
    assert [m["code"] for m in everything if m["topic"] == "alerts"] == ["MODELS_UNAVAILABLE"]
    assert subprocess.run([PROGRAM, "verify", journal], check=False, stdout=subprocess.DEVNULL).returncode == 0


def run(work, journal, config, lines, code=0):
    """What an engine on that journal and configuration said, and its log."""
    done = subprocess.run([PROGRAM, "run", "--clock", "events", "--journal", work + "/" + journal,
                           "--config", config, "--set", "ai.models=" + work + "/models",
                           "--set", "ai.required=true"], input="".join(line + "\n" for line in lines),
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, (done.returncode, done.stderr)
    return reports(done.stdout)[0], done.stderr


def verified(work, journal):
    return subprocess.run([PROGRAM, "verify", work + "/" + journal], check=False,
                          capture_output=True, text=True)


def lost_blob(work, last):
    """The bundle kept beside the journal is gone or damaged: a clean stop starts all the same, an
    unclean one, which needs it to be replayed, says what is missing."""
    end = START_MS + DAYS * 1440 * MINUTE_MS
    models, journal = work + "/models", work + "/lost"
    make(models)
    with open(work + "/bars.ndjson", encoding="utf-8") as source:
        bars_lines = source.read().splitlines()
    run(work, "lost", CONFIG, [*bars_lines, buy("s0", last["BTC/USDT"], end)])
    blob = max((journal + "/" + name for name in os.listdir(journal) if name.startswith("blob-")),
               key=os.path.getsize)
    with open(blob, "rb") as file:
        good = file.read()
    for number, (damage, folder, want) in enumerate((
            (None, "same", []), (good[:-1] + b"?", "same", []), (b"", "other", []),
            (None, "none", ["AI_UNAVAILABLE"]))):
        shutil.rmtree(work + "/kept", ignore_errors=True)
        shutil.copytree(journal, work + "/kept")
        at = blob.replace("/lost/", "/kept/")
        os.remove(at)
        if damage is not None:
            with open(at, "wb") as file:
                file.write(damage)
        make(models, "seed=1" if folder == "same" else "seed=4")
        if folder == "none":
            shutil.rmtree(models)
        name = f"after{number}"
        said, _ = run(work, "kept", CONFIG, [buy(name, last["BTC/USDT"], end + 400)])
        assert codes(said[name]) == want, (number, said[name])
        assert (said[name]["ai_scores"]["ensemble"] is None) == (folder == "none"), said[name]
        if folder == "same":  # written anew: the whole journal can be verified again
            assert verified(work, "kept").returncode == 0
    make(models)
    os.remove(blob)
    for name in os.listdir(journal):  # as if it had been killed: everything is to be replayed
        if name.startswith("snapshot"):
            os.remove(journal + "/" + name)
    _, log = run(work, "lost", CONFIG, [], code=1)
    assert "needs the models kept beside the journal" in log and os.path.basename(blob) in log, log
    failed = verified(work, "lost")
    assert failed.returncode == 1 and "needs the models" in failed.stderr, failed


def changed_symbols(work, last):
    """Symbols come later or stand in another order: the same scores; one that the bundle was not
    trained for is denied, and says so."""
    end = START_MS + DAYS * 1440 * MINUTE_MS
    with open(CONFIG, encoding="utf-8") as file:
        text = file.read()
    head, rest = text.split("  BTC/USDT:", 1)
    btc, eth = rest.split("  ETH/USDT:", 1)
    btc, eth = "  BTC/USDT:" + btc, "  ETH/USDT:" + eth
    tables = {"both": head + btc + eth, "turned": head + eth + btc, "btc": head + btc,
              "more": head + eth.replace("ETH/USDT", "ADA/USDT") + btc + eth}
    for name, content in tables.items():
        with open(f"{work}/{name}.yaml", "w", encoding="utf-8") as file:
            file.write(content)
    make(work + "/models")
    with open(work + "/bars.ndjson", encoding="utf-8") as source:
        lines = source.read().splitlines()
    of_btc = [line for line in lines if '"BTC/USDT"' in line]
    of_eth = [line for line in lines if '"ETH/USDT"' in line]

    def scores(journal, name, *steps):
        for config, sent in steps[:-1]:
            run(work, journal, f"{work}/{config}.yaml", sent)
        config, sent = steps[-1]
        said, _ = run(work, journal, f"{work}/{config}.yaml",
                      [*sent, buy(name, last["BTC/USDT"], end), buy("E" + name, last["ETH/USDT"], end,
                                                                 "ETH/USDT")])
        assert verified(work, journal).returncode == 0
        assert codes(said[name]) == codes(said["E" + name]) == [], said
        return said[name]["ai_scores"], said["E" + name]["ai_scores"]

    wanted = scores("both", "b", ("both", lines))
    assert scores("later", "b", ("btc", of_btc), ("both", of_eth)) == wanted
    assert scores("turned", "b", ("both", lines), ("turned", [])) == wanted
    assert scores("more", "b", ("turned", lines), ("more", [])) == wanted
    prices = {"ADA/USDT": 40, "BTC/USDT": last["BTC/USDT"], "ETH/USDT": last["ETH/USDT"]}
    minutes = [json.dumps({
        "topic": "market", "type": "bar", "symbol": symbol, "interval": "1m", "open_time": at,
        "close_time": at + MINUTE_MS - 1, "open": price, "high": price * 1.002, "low": price * 0.998,
        "close": price * (1.001 if at // MINUTE_MS % 2 else 1), "volume": 100, "quote_volume": 4000,
        "trades": 9, "taker_buy_volume": 50})
        for at in range(end, end + 300 * MINUTE_MS, MINUTE_MS) for symbol, price in prices.items()]
    ada = json.dumps({"signal_id": "ada", "symbol": "ADA/USDT", "side": "buy", "qty": 1,
                      "stop_loss": 39.2, "ts": end + 300 * MINUTE_MS})
    said, _ = run(work, "more", work + "/more.yaml", [*minutes, ada])
    assert codes(said["ada"]) == ["AI_UNAVAILABLE"], said
    assert "not trained for" in said["ada"]["violations"][0]["detail"], said


class Bus:
    """One connection that reads reports and alerts."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 20
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        self.file = self.socket.makefile("r", encoding="utf-8")
        self.say({"topic": "subscribe", "topics": ["reports", "alerts"]})

    def say(self, message):
        self.socket.sendall((json.dumps(message) + "\n").encode())

    def alert(self, code):
        for line in self.file:
            message = json.loads(line)
            if message.get("code") == code:
                return message
        raise AssertionError("no alert " + code)


def reload_while_running(work):
    """On the real clock: read beside the loop, all or nothing."""
    models, bus = work + "/models", work + "/bus"
    make(models)
    arguments = [PROGRAM, "run", "--bus", "unix:" + bus, "--journal", work + "/live", *options(models)]
    with open(work + "/log", "w", encoding="utf-8") as log:
        engine = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=log)
    client = Bus(bus)
    client.say({"topic": "control", "command": "reload_models"})
    kept = client.alert("MODELS_LOADED")["message"]
    with open(models + "/manifest.txt", "a", encoding="utf-8") as manifest:
        manifest.write("nonsense\n")
    client.say({"topic": "control", "command": "reload_models"})
    refused = client.alert("MODELS_UNAVAILABLE")["message"]
    assert "stay" in refused and "manifest.txt" in refused, refused
    make(models, "seed=3")
    client.say({"topic": "control", "command": "reload_models"})
    assert client.alert("MODELS_LOADED")["message"] != kept
    engine.send_signal(signal.SIGKILL)
    engine.wait()
    assert subprocess.run([PROGRAM, "verify", work + "/live"], check=False,
                          stdout=subprocess.DEVNULL).returncode == 0
    engine = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    client = Bus(bus)
    engine.send_signal(signal.SIGTERM)
    assert engine.wait(timeout=20) == 0  # the clean snapshot names the bundle
    assert subprocess.run([PROGRAM, "verify", work + "/live"], check=False,
                          stdout=subprocess.DEVNULL).returncode == 0


def main():
    with tempfile.TemporaryDirectory() as work:
        last = bars(work + "/bars.ndjson", DAYS)
        replays(work, last)
        altered(work, last)
        other_symbols(work)
        reload_in_order(work, last)
        lost_blob(work, last)
        changed_symbols(work, last)
        reload_while_running(work)
    print("models score, veto, reload and come back")


if __name__ == "__main__":
    sys.exit(main())
