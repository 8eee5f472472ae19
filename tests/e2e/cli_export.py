#!/usr/bin/env python3
# The tables of l1 export hold what was published: same counts, same sums, to the last 1e-8.
# seconds: 5
import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from decimal import Decimal

PROGRAM = os.environ["L1_BIN"]
CONFIG = os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"
T = 1700000000000
TABLES = ["signals", "protection", "orders", "fees", "violations", "adjustments", "alerts",
          "parents"]


def book(ms, mid, symbol="BTC/USDT"):
    return {"topic": "market", "type": "book", "symbol": symbol, "ts": ms,
            "bids": [[mid - 0.01, 1000]], "asks": [[mid + 0.01, 1000]]}


def signal(ms, name, **changes):
    message = {"signal_id": name, "symbol": "BTC/USDT", "side": "buy", "qty": 0.0012345,
               "stop_loss": 49000, "ts": ms}
    message.update(changes)
    return message


def messages():
    """Fills, shrinks, rejections, a duplicate, a quoted reason, an alert and a stop that fires."""
    yield book(T, 50000)
    yield book(T, 2500, "ETH/USDT")
    yield signal(T + 1000, "filled")
    yield signal(T + 2000, "odd_lot", qty=0.001234567, take_profit=52000)
    yield signal(T + 3000, "no_stop", stop_loss=None)
    yield signal(T + 4000, "too_big", qty=7)
    yield signal(T + 5000, "filled")
    yield signal(T + 6000, "eth", symbol="ETH/USDT", qty=0.0333, stop_loss=2450)
    yield signal(T + 7000, "stranger", symbol="XYZ/USDT")
    yield {"topic": "control", "command": "halt", "reason": 'lunch, "long"'}
    yield signal(T + 8000, "halted")
    yield {"topic": "control", "command": "resume"}
    yield {"topic": "control", "command": "explode"}
    yield book(T + 9000, 48900)
    yield signal(T + 10000, "sell", symbol="ETH/USDT", side="sell", qty=0.01, stop_loss=2600)
    yield book(T + 40000, 48950)
    yield book(T + 69500, 2510, "ETH/USDT")  # a minute has passed for all but the last


def run(folder):
    arguments = [PROGRAM, "run", "--clock", "events", "--config", CONFIG,
                 "--journal", folder + "/journal"]
    for symbol in ("BTC", "ETH"):
        for key in ("volatility_target", "stop.sigma_min", "stop.atr_max"):
            arguments += ["--set", f"symbols.{symbol}/USDT.{key}=null"]
    ran = subprocess.run(arguments, input="\n".join(map(json.dumps, messages())),
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line, parse_float=Decimal) for line in ran.stdout.splitlines()]


def export(folder, *arguments):
    return subprocess.run([PROGRAM, "export", "--journal", folder + "/journal", *arguments],
                          capture_output=True, text=True, check=False)


def decimal(value):
    return Decimal(0) if value is None else Decimal(str(value))


def compare(told, db):
    reports = [row for row in told if row["topic"] == "reports" and not row["duplicate"]]
    alerts = [row for row in told if row["topic"] == "alerts"]
    kinds = {"signals": [row for row in reports if row["kind"] == "signal"],
             "protection": [row for row in reports if row["kind"] == "protection"]}
    assert len(kinds["signals"]) == 8 and kinds["protection"], len(reports)
    for table, rows in kinds.items():
        stored = db.execute(f"SELECT seq, signal_id, status, executed_qty, executed_quote, "
                            f"ts_ms, reason, avg_price FROM {table} ORDER BY seq").fetchall()
        assert [row[:3] for row in stored] == [
            (row["seq"], row["signal_id"], row["status"]) for row in rows], (stored, rows)
        for want, have in zip(rows, stored):
            assert decimal(have[3]) == decimal(want["executed_qty"]), (want, have)
            assert decimal(have[4]) == decimal(want["executed_quote"]), (want, have)
            assert have[5] == want["ts"], (want, have)
            assert have[6] == (want["reason"] and want["reason"]["code"]), (want, have)
            assert have[7] is None or isinstance(have[7], str), have
    counts = {table: db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
              for table in TABLES}
    for table, key in (("orders", "orders"), ("violations", "violations"),
                       ("adjustments", "adjustments"), ("fees", "fees")):
        assert counts[table] == sum(len(row[key]) for row in reports), (table, counts)
    assert all(counts.values()), counts
    fees = {}
    for row in reports:
        for fee in row["fees"]:
            fees[fee["asset"]] = fees.get(fee["asset"], Decimal(0)) + fee["amount"]
    stored = {}
    for asset, amount in db.execute("SELECT asset, amount FROM fees"):
        stored[asset] = stored.get(asset, Decimal(0)) + Decimal(amount)
    assert stored == fees, (stored, fees)
    assert db.execute("SELECT code, message FROM alerts ORDER BY seq").fetchall() == [
        (row["code"], row["message"]) for row in alerts]
    compare_parents(told, db)
    return counts


FIGURES = ["decision_mid", "arrival_mid", "vwap", "market_vwap", "arrival_slippage_bp",
           "vwap_slippage_bp", "fill_ratio", "participation", "maker_share", "duration_ms",
           "children", "fills"]
PARTS = ["delay", "trading", "opportunity", "fees", "total", "total_bp"]


def compare_parents(told, db):
    """Each report with an analysis is a row, its markouts beside it once they were told."""
    db.row_factory = sqlite3.Row
    rows = {row["seq"]: row for row in db.execute("SELECT * FROM parents")}
    db.row_factory = None
    reports = [row for row in told if row["topic"] == "reports" and row["tca"]
               and not row["duplicate"]]
    analyses = {row["report_seq"]: row for row in told if row["topic"] == "analysis"}
    assert len(rows) == len(reports) > len(analyses) > 0, (len(rows), len(analyses))
    for report in reports:
        row, tca = rows[report["seq"]], report["tca"]
        want = {key: tca[key] for key in FIGURES}
        want.update({name: tca["shortfall"][part] for name, part in zip(
            PARTS[:4] + ["shortfall", "shortfall_bp"], PARTS)})
        told_later = analyses.get(report["seq"])
        for seconds in ("1", "10", "60"):
            want[f"markout_{seconds}_bp"] = told_later and told_later["markouts_bp"][seconds]
        for key, value in want.items():
            assert (row[key] is None) == (value is None), (key, value, row[key])
            assert value is None or Decimal(str(row[key])) == value, (key, value, row[key])
        assert row["analysis_seq"] == (told_later and told_later["seq"])
        assert (row["algo_asked"], row["algo_chosen"]) == (
            tca["algo"]["asked"], tca["algo"]["chosen"])
        assert (row["signal_id"], row["status"]) == (report["signal_id"], report["status"])
        assert told_later is None or told_later["tca"] == tca


def main():
    with tempfile.TemporaryDirectory() as folder:
        told = run(folder)
        path = folder + "/blotter.sqlite"
        done = export(folder, "--sqlite", path)
        assert done.returncode == 0, done.stderr
        with sqlite3.connect(path) as db:
            counts = compare(told, db)
        first = open(path, "rb").read()
        assert export(folder, "--sqlite", path).returncode == 0  # an export may be made anew
        assert open(path, "rb").read() == first
        assert sorted(os.listdir(folder)) == ["blotter.sqlite", "journal"], os.listdir(folder)

        foreign = folder + "/letters.txt"
        with open(foreign, "w", encoding="utf-8") as out:
            out.write("dear diary")
        done = export(folder, "--sqlite", foreign)
        assert done.returncode == 2 and "--force" in done.stderr, done.stderr
        assert open(foreign, encoding="utf-8").read() == "dear diary"
        assert export(folder, "--sqlite", foreign, "--force").returncode == 0

        done = export(folder, "--csv", folder + "/csv")
        assert done.returncode == 0, done.stderr
        assert sorted(os.listdir(folder + "/csv")) == sorted(name + ".csv" for name in TABLES)
        with sqlite3.connect(path) as db:
            for table in TABLES:
                with open(f"{folder}/csv/{table}.csv", encoding="utf-8", newline="") as rows:
                    read = list(csv.reader(rows))
                stored = db.execute(f"SELECT * FROM {table} ORDER BY rowid")
                assert read[0] == [column[0] for column in stored.description]
                want = [["" if cell is None else str(cell) for cell in row] for row in stored]
                assert read[1:] == want, table
        # A table that cannot be written leaves every older one as it was, and nothing half made.
        for table in TABLES:
            with open(f"{folder}/csv/{table}.csv", "w", encoding="utf-8") as out:
                out.write("older")
        os.mkdir(f"{folder}/csv/.alerts.csv.building")
        done = export(folder, "--csv", folder + "/csv")
        assert done.returncode != 0 and ".alerts.csv.building" in done.stderr, done.stderr
        os.rmdir(f"{folder}/csv/.alerts.csv.building")
        assert sorted(os.listdir(folder + "/csv")) == sorted(name + ".csv" for name in TABLES)
        for table in TABLES:
            assert open(f"{folder}/csv/{table}.csv", encoding="utf-8").read() == "older", table
        assert export(folder, "--csv", folder + "/csv").returncode == 0
        assert open(f"{folder}/csv/alerts.csv", encoding="utf-8").read().startswith("seq,")
        done = export(folder, "--sqlite", folder + "/" + "d" * 600)
        assert done.returncode == 2, (done.returncode, done.stderr)
        # Cut short it would be a good path, of another file.
        for option in ("--sqlite", "--csv"):
            done = export(folder, option, folder + "/." * 300 + "/x")
            assert done.returncode == 2 and "longer" in done.stderr, (done.returncode, done.stderr)
        done = export(folder, "--sqlite", "/no/such/folder/x.sqlite")
        assert done.returncode == 2, (done.returncode, done.stderr)
    print(counts)
    return 0


sys.exit(main())
