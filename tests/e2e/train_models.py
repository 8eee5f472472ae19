#!/usr/bin/env python3
# l1 train with LightGBM, which this installs: same bytes twice, one model anew, judged on later data.
# label: long
# seconds: 150
"""On synthetic klines, where direction has nothing to learn and movement has something."""
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import klines

L1 = os.environ["L1_BIN"]
SOURCE = pathlib.Path(os.environ["L1_SOURCE"])
CONFIG = str(SOURCE / "tests/testlib/l1.yaml")
DAYS, LATER = 100, 40


def train(*arguments, ok=True):
    ran = subprocess.run([L1, "train", "--config", CONFIG] + [str(a) for a in arguments],
                         capture_output=True, text=True, cwd=SOURCE, check=False)
    assert not ok or (ran.returncode == 0 and ran.stderr == ""), ran.stderr
    return ran


def digest(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def figures(text, event, symbol):
    """AUC of the closed form and of each score in the table of one event and symbol."""
    part = text.split(f"\n{event}, {symbol}\n")[1].split("\n\n")[0]
    found = dict(re.findall(r"^  (\w+) +(\d\.\d+) \[", part, re.M))
    formula = re.search(r"closed form: AUC (\d\.\d+)", part)
    if formula:
        found["formula"] = formula[1]
    return {name: float(value) for name, value in found.items()}


def check_reproducible(work, data):
    one, two = work / "one", work / "two"
    said = train("all", "--data", data, "--out", one).stdout
    assert said.replace(str(one), "") == train("all", "--data", data, "--out",
                                               two).stdout.replace(str(two), "")
    assert len(digest(one)) == 10 and digest(one) == digest(two), "two runs differ"
    print("ok  two runs give the same ten files")
    train("all", "--data", data, "--out", two, "--seed", 2)
    changed = {name for name in digest(one) if digest(one)[name] != digest(two)[name]}
    assert "movement/modelo3_lgbm.txt" in changed and "movement/modelo1_lr.txt" not in changed
    print("ok  another seed gives other trees")
    return one


def check_one_model_anew(work, data, one):
    """The same data: that model comes out as it was, and so does every decision over it."""
    for model, file in (("lr", "modelo1_lr.txt"), ("rf", "modelo2_rf.txt"),
                        ("lgbm", "modelo3_lgbm.txt")):
        copy = work / f"only_{model}"
        shutil.copytree(one, copy)
        train(model, "--data", data, "--out", copy)
        assert digest(copy) == digest(one), model
        train(model, "--data", data, "--out", copy, "--seed", 9)
        changed = {name for name in digest(one) if digest(copy)[name] != digest(one)[name]}
        # liblinear has no seed; the sides and stops that survival is trained on follow it
        heads = ["survival"] if model == "lr" else ["direction", "movement", "survival"]
        assert changed == {"manifest.txt"} | {f"{head}/{file}" for head in heads}, (model, changed)
    print("ok  one model anew keeps the others and decides anew")
    copy = work / "one_head"
    shutil.copytree(one, copy)
    train("all", "--data", data, "--out", copy, "--seed", 9, "--head", "movement")
    changed = {name.split("/")[0] for name in digest(one) if digest(copy)[name] != digest(one)[name]}
    assert changed == {"manifest.txt", "movement"}, changed
    train("all", "--data", data, "--out", work / "new", "--head", "movement", "--head", "trend")
    assert len(digest(work / "new")) == 4
    print("ok  one head anew keeps the others")


def check_earlier_data(work, lines, one):
    shorter = klines.write(work / "shorter", [of[:-1440] for of in lines])
    ran = train("lr", "--data", shorter, "--out", one, ok=False)
    assert ran.returncode == 2 and "the data end before" in ran.stderr, ran.stderr
    print("ok  data that end earlier are refused")


def check_judging(work, lines, one):
    later = klines.write(work / "later", [of[(DAYS - 9) * 1440:] for of in lines])
    said = train("--out", one, "--evaluate-on", later).stdout
    for symbol in ("BTC/USDT", "ETH/USDT"):
        movement = figures(said, "movement: range of 4 hours over 1.35 sigma", symbol)
        direction = figures(said, "direction: higher after 4 hours", symbol)
        stop = figures(said, "stop hit (1 - survival)", symbol)
        trend = figures(said, "trend: EMA60 over EMA240 in 2 hours (formula)", symbol)
        assert set(movement) == {"logreg", "random_forest", "lightgbm", "ensemble", "formula"}
        assert movement["ensemble"] > 0.6 and stop["ensemble"] > 0.65, (movement, stop)
        assert abs(direction["ensemble"] - 0.5) < 0.1 and direction["formula"] == 0.5, direction
        assert set(trend) == {"ensemble"} and trend["ensemble"] > 0.65, trend
    rows = re.search(r"(\d+) rows; (\d+) are later", said)
    assert int(rows[1]) - int(rows[2]) > 40 and int(rows[2]) > 4400, rows[0]
    only = train("--out", one, "--evaluate-on", later, "--head", "trend").stdout
    assert "trend" in only and "movement" not in only
    assert said == train("--out", one, "--evaluate-on", later).stdout
    print("ok  a bundle is judged on the rows that it has not seen")
    scored = subprocess.run([L1, "score", "--config", CONFIG, "--models", str(one), str(later)],
                            capture_output=True, text=True, check=False)
    assert scored.returncode == 0 and "head survival" in scored.stdout, scored.stderr
    print("ok  l1 score reads it")


def check_interrupted(work, data, one):
    before, began = digest(one), time.monotonic()
    train("all", "--data", data, "--out", work / "whole", "--seed", 5)
    took, after, kills = time.monotonic() - began, digest(work / "whole"), 0
    for share in (0.1, 0.5, 0.9, 1.0):
        running = subprocess.Popen([L1, "train", "all", "--config", CONFIG, "--data", str(data),
                                    "--out", str(one), "--seed", "5"], cwd=SOURCE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(share * took)
        running.send_signal(signal.SIGKILL)
        kills += running.wait() == -signal.SIGKILL
        assert digest(one) in (before, after), "half a bundle is left"
    assert kills > 0
    print("ok  a killed run leaves the old bundle or the new one, whole")


def main():
    found = subprocess.run([SOURCE / "tools/lightgbm.sh"], capture_output=True, text=True,
                           check=False)
    if found.returncode != 0:
        print("skipped:", found.stderr.strip())
        return 77
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        lines = klines.rows(DAYS + LATER, seed=3)
        early = [of[:DAYS * 1440] for of in lines]
        data = klines.write(work / "data", early)
        one = check_reproducible(work, data)
        check_one_model_anew(work, data, one)
        check_earlier_data(work, early, one)
        check_judging(work, lines, one)
        check_interrupted(work, data, one)
        train("all", "--data", data, "--out", work / "threads", "--threads", 2)
        print("ok  two threads")
    return 0


if __name__ == "__main__":
    sys.exit(main())
