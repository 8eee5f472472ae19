#!/usr/bin/env python3
# l1 replay --journal DIR without files: a recorded run with one thing changed. What it says the
# changed run would have done is held against a replay that really had that setting.
# seconds: 40
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import cli_verify

PROGRAM, BUILD, SOURCE = (os.environ[key] for key in ("L1_BIN", "L1_BUILD", "L1_SOURCE"))
CONFIG = SOURCE + "/tests/testlib/l1.yaml"
T = 1700000000000


def options(*settings):
    out = []
    for setting in settings:
        out += ["--set", setting]
    return out


def ask(journal, *arguments, code=0):
    """What the program says of the journal, as JSON lines by kind."""
    done = subprocess.run([PROGRAM, "replay", "--journal", journal, "--format", "json", *arguments],
                          capture_output=True, text=True, check=False, timeout=120, cwd=SOURCE)
    assert done.returncode == code, (arguments, done.returncode, done.stderr, done.stdout[-500:])
    if code != 0:
        assert done.stdout == "" and done.stderr != "", done
        return done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["kind"] == "what_if" and lines[-1]["kind"] == "summary", lines
    first = [line for line in lines if line["kind"] == "first_difference"]
    rows = {line["signal_id"]: line for line in lines if line["kind"] == "signal"}
    assert len(rows) + len(first) + 2 == len(lines)
    assert lines[-1]["differ"] == len(rows)
    return lines[0], first[0] if first else None, rows, lines[-1]


def unchanged(journal, *arguments):
    """No difference at all, to the byte and the state."""
    _, first, rows, summary = ask(journal, *arguments)
    assert first is None and rows == {}, (first, rows)
    assert summary["steps_different"] == 0 and summary["state_same"], summary
    assert summary["recorded"] == summary["changed"] and summary["details_only"] == 0, summary
    assert summary["effects_same"] == summary["recorded"]["effects"] > 0, summary
    return summary


def reports(path):
    """Final reports by signal; protection's sums by signal."""
    final, later = {}, {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line)
            if message["topic"] != "reports" or message["duplicate"]:
                continue
            name = message["signal_id"]
            if message["kind"] == "signal":
                final[name] = message
            else:
                count, qty = later.get(name, (0, 0.0))
                later[name] = (count + 1, qty + message["executed_qty"])
    return final, later


def decision(final, later, name):
    """The fields of a decision as the what-if names them, from a replay's own reports."""
    report = final[name]
    fees = {fee["asset"]: fee["amount"] for fee in report["fees"]}
    orders = report["orders"]
    scores = report["ai_scores"]
    qty = report["requested_qty"]
    for adjustment in report["adjustments"]:
        if adjustment["field"] == "qty":
            qty = adjustment["to"]
    return {
        "status": report["status"], "reason": report["reason"] and report["reason"]["code"],
        "violations": sorted({violation["code"] for violation in report["violations"]}),
        "qty": qty, "stop": report["stop"] and report["stop"]["stop_price"], "orders": len(orders),
        "limit_price": orders[0]["price"] if orders else None,
        "executed_qty": report["executed_qty"], "avg_price": report["avg_price"],
        "slippage": report["slippage"], "net_qty": report["net_qty"],
        "fee_quote": fees.get("USDT", 0),
        "fee_base": sum(amount for asset, amount in fees.items() if asset != "USDT"),
        "schedule": report["tca"] and report["tca"]["algo"]["chosen"],
        "shortfall": report["tca"] and report["tca"]["shortfall"]["total"],
        "score_ensemble": scores["ensemble"], "score_threshold": scores["threshold"],
        "score_logreg": scores["logreg"],
        "protection_reports": later.get(name, (0, 0))[0],
    }


def replay(folder, name, *settings, journal=None, files=None):
    out = f"{folder}/{name}.ndjson"
    files = files or [folder + f"/{base}USDT-1m-synthetic.csv" for base in ("BTC", "ETH")] + \
        [folder + "/signals.ndjson"]
    done = subprocess.run([PROGRAM, "replay", "--quiet", "--config", CONFIG, *options(*settings),
                           *(["--journal", journal] if journal else []), "--out", out, *files],
                          capture_output=True, text=True, check=False, timeout=120, cwd=SOURCE)
    assert done.returncode == 0, done.stderr
    return reports(out)


def against_replays(folder, journal):
    """For each key: exactly the signals whose decisions differ between two replays are named, with
    exactly those values."""
    recorded = replay(folder, "recorded")
    met = 0
    for settings in (
            ["symbols.BTC/USDT.exposure_max=0.3"], ["symbols.BTC/USDT.qty_max=0.004"],
            ["symbols.BTC/USDT.slippage_max=0.0001"], ["symbols.ETH/USDT.stop.atr_max=2"],
            ["paper.taker_fee=0.002"], ["paper.latency_ms=1500"], ["ai.required=true"],
            ["signal.repeat_max=null"], ["execution.algo=twap"], ["symbols.ETH/USDT.exposure_max=0.02"],
            ["paper.balances.USDT=3000"], ["symbols.ETH/USDT.qty_min=0.4", "signal.ttl_ms=900000"]):
        head, first, rows, summary = ask(journal, *options(*settings))
        assert {change["key"] for change in head["set"]} == \
            {setting.partition("=")[0] for setting in settings}, head
        changed = replay(folder, "changed", *settings)
        assert set(recorded[0]) == set(changed[0]) and summary["signals"] == len(changed[0])
        for name in changed[0]:
            was, is_ = decision(*recorded, name), decision(*changed, name)
            told = {field["field"]: field for field in rows.get(name, {"differences": []})["differences"]}
            for field in was:
                if was[field] == is_[field]:
                    assert field not in told, (settings, name, field, told)
                    continue
                mine = told[field]
                for side, want in (("recorded", was[field]), ("changed", is_[field])):
                    have = sorted(mine[side]) if field == "violations" else mine[side]
                    assert have == want, (settings, name, field, mine, want)
        met += len(rows)
        assert first is not None or rows == {}, rows
        assert (first is None) == (summary["steps_different"] == 0)
        causes = [row["cause"] for row in rows.values()]
        assert summary["direct"] == causes.count("direct"), summary
        assert summary["knock_on"] == causes.count("knock_on") and summary["unknown"] == 0, summary
        if settings[0].endswith("exposure_max=0.3"):  # no signal met it
            assert rows == {} and first is None and summary["state_same"], summary
        if settings[0].startswith("paper.taker_fee"):
            assert summary["changed"]["fees"]["USDT"] > summary["recorded"]["fees"]["USDT"] > 0
            assert summary["changed"]["pnl"] < summary["recorded"]["pnl"]
    assert met > 100, met


def causes(folder):
    """A limit that rejects the first of two buys makes room for the second: the one directly, the
    other by what the first no longer did; the third is rejected either way."""
    book = {"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": T,
            "bids": [[49999.5, 10]], "asks": [[50000.5, 10]]}
    buys = [{"signal_id": name, "symbol": "BTC/USDT", "side": "buy", "qty": qty,
             "stop_loss": 49500, "ts": T + 1000 * (1 + n)}
            for n, (name, qty) in enumerate((("big", 0.05), ("small", 0.02), ("huge", 1)))]
    with open(folder + "/buys.ndjson", "w", encoding="utf-8") as out:
        for line in [book, *buys]:
            out.write(json.dumps(line) + "\n")
    journal = folder + "/buys"
    off = [f"symbols.BTC/USDT.{key}=null" for key in
           ("volatility_target", "stop.sigma_min", "stop.atr_max", "exposure_max",
            "balance_min")]
    replay(folder, "buys_out", *off, "portfolio.correlation_max=null", "paper.balances.USDT=2700", journal=journal,
           files=[folder + "/buys.ndjson"])
    _, first, rows, summary = ask(journal, *options("symbols.BTC/USDT.qty_max=0.03"))
    assert rows["big"]["cause"] == "direct" and rows["small"]["cause"] == "knock_on", rows
    assert set(rows) == {"big", "small"} and summary["details_only"] == 1, (rows, summary)
    assert summary["kinds"] == {"filled -> rejected by QTY_MAX": 1,
                                "rejected by BALANCE_INSUFFICIENT -> filled": 1}, summary
    assert first["record"] == rows["big"]["record"] and first["signal_id"] == "big", first
    text = subprocess.run([PROGRAM, "replay", "--journal", journal, "--set",
                           "symbols.BTC/USDT.qty_max=0.03", "--out", folder + "/text"], check=False,
                          capture_output=True, text=True, cwd=folder)
    assert text.returncode == 0 and text.stdout == "", text
    with open(folder + "/text", encoding="utf-8") as lines:
        said = lines.read()
    for want in ("set      symbols.BTC/USDT.qty_max: 0.05 -> 0.03", "direct 1, knock-on 1",
                 "status              filled -> rejected", "rejected by BALANCE_INSUFFICIENT -> filled"):
        assert want in said, (want, said)


def many_at_once(folder):
    """More signals under way at a time than states are forked at a time: later passes."""
    with open(folder + "/many.ndjson", "w", encoding="utf-8") as out:
        out.write(json.dumps({"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": T,
                              "bids": [[49999.5, 10]], "asks": [[50000.5, 10]]}) + "\n")
        for n in range(40):
            out.write(json.dumps({"signal_id": f"m{n}", "symbol": "BTC/USDT", "side": "buy",
                                  "qty": 0.001, "stop_loss": 49500, "ts": T + 10 * n}) + "\n")
    journal = folder + "/many"
    replay(folder, "many_out", "paper.latency_ms=1500", "signal.repeat_max=null",
           *[f"symbols.BTC/USDT.{key}=null" for key in
             ("volatility_target", "stop.sigma_min", "stop.atr_max")],
           "symbols.BTC/USDT.venue.max_algo_orders=100", journal=journal,
           files=[folder + "/many.ndjson"])
    unchanged(journal)
    _, first, _, summary = ask(journal, *options("paper.taker_fee=0.002"))
    assert first["signal_id"] == "m0" and first["recorded"] == first["changed"] == "report", first
    assert summary["direct"] == 40 and summary["unknown"] == 0, summary


def digests(journal):
    out = {}
    for name in sorted(os.listdir(journal)):
        with open(journal + "/" + name, "rb") as file:
            out[name] = hashlib.sha256(file.read()).hexdigest()
    return out


def lines_of(first, count):
    """Books with a signal each; the price moves so that stops and limits differ."""
    for n in range(first, first + count):
        at = T + 1000 * n
        mid = 50000 + 40 * (n % 11)
        yield {"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": at,
               "bids": [[mid - 0.5, 10]], "asks": [[mid + 0.5, 10]]}
        yield {"signal_id": f"r{n}", "symbol": "BTC/USDT", "side": "sell" if n % 3 == 2 else "buy",
               "qty": 0.002 + 0.001 * (n % 5), "stop_loss": 51500 if n % 3 == 2 else 49000, "ts": at}


def engine(journal, *settings):
    return subprocess.Popen([PROGRAM, "run", "--clock", "events", "--config", CONFIG, "--journal",
                             journal, *options("symbols.BTC/USDT.volatility_target=null",
                                               "symbols.BTC/USDT.stop.sigma_min=null",
                                               "symbols.BTC/USDT.stop.atr_max=null",
                                               "signal.repeat_max=null", *settings)],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            cwd=SOURCE, text=True)


def feed(running, lines, wait):
    for line in lines:
        running.stdin.write(json.dumps(line) + "\n")
    running.stdin.flush()
    while f'"signal_id":"{wait}"' not in running.stdout.readline():
        pass


def killed_and_resumed(folder):
    """A run that was killed, resumed under another configuration and asked while it runs."""
    journal = folder + "/run"
    running = engine(journal)
    feed(running, lines_of(0, 20), "r18")
    running.send_signal(signal.SIGKILL)
    running.communicate()
    unchanged(journal)
    before = digests(journal)
    _, _, rows, summary = ask(journal, *options("symbols.BTC/USDT.qty_max=0.005"))
    assert rows["r4"]["cause"] == "direct" and summary["knock_on"] > 0, summary
    assert digests(journal) == before  # it is only read

    running = engine(journal, "symbols.BTC/USDT.qty_max=0.0045")
    feed(running, lines_of(20, 20), "r38")
    unchanged(journal)  # beside the engine that writes it
    _, _, rows, _ = ask(journal, *options("symbols.BTC/USDT.qty_max=0.05"))
    assert "r4" not in rows and rows["r23"]["cause"] == "direct", rows  # from the change on
    feed(running, lines_of(40, 3), "r41")
    running.communicate()
    assert running.returncode == 0
    assert subprocess.run([PROGRAM, "verify", journal], check=False,
                          stdout=subprocess.DEVNULL).returncode == 0
    return unchanged(journal)


def models(folder):
    """Other models, from the start and at every reload."""
    maker = BUILD + "/tests/make_bundle"
    for name, wanted in (("same", []), ("strict", ["survival=50,50,50,50"])):
        subprocess.run([maker, f"{folder}/{name}", *wanted], check=True, stdout=subprocess.DEVNULL)
    journal = folder + "/scored"
    replay(folder, "scored_out", "ai.required=true", "ai.models=" + folder + "/same", journal=journal)
    unchanged(journal)
    unchanged(journal, "--models", folder + "/same")
    _, _, rows, summary = ask(journal, "--models", folder + "/strict")
    scored = [row for row in rows.values()
              if any(d["field"] == "reason" and d["changed"] == "AI_LOGREG" for d in row["differences"])]
    assert len(scored) > 20 and summary["changed"]["orders_sent"] < summary["recorded"]["orders_sent"]
    assert any(row["cause"] == "direct" for row in scored), rows
    same = ask(journal, *options("ai.models=" + folder + "/strict"))
    assert same[2] == rows  # the key says the same
    assert "nowhere" in ask(journal, "--models", folder + "/nowhere", code=2)


def hostile(folder):
    journal = folder + "/hostile"
    os.mkdir(journal)
    assert "no journal" in ask(journal, code=2)
    assert "no journal" in ask(folder + "/missing", code=2)
    os.rmdir(journal)
    cli_verify.write_journal(journal)
    unchanged(journal)
    for setting, want in (("no.such.key=1", "unknown key"), ("engine_id=x", "engine_id belongs"),
                          ("clock.source=real", "clock.source"), ("mode=live", "live"),
                          ("symbols.BTC/USDT.qty_max=x", "qty_max"), ("qty_max", "qty_max"),
                          ("portfolio.quote=EUR", "quote")):
        assert want in ask(journal, "--set", setting, code=2), setting
    for wrong in (["--config", CONFIG], ["--from", "2024-01-01T00:00:00Z"], ["--format", "xml"]):
        ask(journal, *wrong, code=2)
    assert "into the journal" in ask(journal, "--out", journal + "/x", code=2)
    ask(journal, "--out", "/no/such/folder/x", code=2)
    done = subprocess.run([PROGRAM, "replay", "--config", CONFIG, "--models", "x", CONFIG],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "without files" in done.stderr, done

    path = journal + "/segment-0000000001.l1j"
    with open(path, "rb") as segment:
        whole = segment.read(cli_verify.FIRST + 65536)
    found = list(cli_verify.records(whole))

    def damaged(data):
        with open(path, "r+b") as segment:
            segment.write(data)

    effect = next(entry for entry in found if entry[1] == cli_verify.EFFECT)
    data = bytearray(whole)
    data[effect[0] + 60] ^= 1
    damaged(data)
    ask(journal, code=1)  # a checksum is wrong
    cli_verify.rechain(data)
    damaged(data)
    told = ask(journal, code=3)  # another build's, as far as one can tell
    assert f"record {effect[3]} of build" in told and "l1 verify" in told, told
    data = bytearray(whole)
    data[cli_verify.FIRST + 48 + 8] ^= 1  # a digit of the build's name in START
    cli_verify.rechain(data)
    damaged(data)
    head, _, rows, _ = ask(journal)
    assert rows == {} and head["other_build"] is True, head
    damaged(whole)
    assert ask(journal)[0]["other_build"] is False
    shutil.copytree(journal, folder + "/noblob")
    for name in os.listdir(folder + "/noblob"):
        if name.startswith("blob-"):
            os.remove(folder + "/noblob/" + name)
    ask(folder + "/noblob", code=1)


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([BUILD + "/examples/synthetic_day", folder, "7"], check=True)
        journal = folder + "/day"
        replay(folder, "first", journal=journal)
        unchanged(journal)
        against_replays(folder, journal)
        causes(folder)
        many_at_once(folder)
        killed_and_resumed(folder)
        models(folder)
        hostile(folder)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
