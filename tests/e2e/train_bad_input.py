#!/usr/bin/env python3
# l1 train on good and bad klines: one clear line, or behaviour that is stated; never a silent model.
# seconds: 20
"""Uses the head without models, so that LightGBM is not needed."""
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import klines

L1 = os.environ["L1_BIN"]
CONFIG = os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"
DAYS = 86  # 8 to warm up, 22 to train, 56 to validate


def train(*arguments, models="all", head="trend", env=None):
    command = [L1, "train", models, "--config", CONFIG]
    if head:
        command += ["--head", head]
    return subprocess.run(command + [str(a) for a in arguments], capture_output=True, text=True,
                          env={**os.environ, **(env or {})}, check=False)


def digest(folder):
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def expect(name, ran, code, *says):
    text = ran.stdout if code == 0 else ran.stderr
    assert ran.returncode == code, (name, ran.returncode, ran.stdout, ran.stderr)
    for words in says:
        assert words in text, (name, words, text)
    if code == 0:
        assert ran.stderr == "", (name, ran.stderr)  # no terminal, so no bar
    else:
        lines = ran.stderr.splitlines()
        assert lines[0].startswith("l1 train: ") and len(lines) <= 2, (name, ran.stderr)
    print("ok ", name)


def both(lines, change):
    return [change(list(of)) for of in lines]


def with_column(line, number, change):
    fields = line.split(",")
    fields[number] = change(fields[number])
    return ",".join(fields)


def microseconds(lines):
    """Every other row in us, as dumps since 2025 are."""
    for i in range(0, len(lines), 2):
        for column in (0, 6):
            lines[i] = with_column(lines[i], column, lambda ms: ms + "000")
    return lines


def main():
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        lines = klines.rows(DAYS)
        good = klines.write(work / "good", lines)
        out = work / "models"
        expect("good data", train("--data", good, "--out", out), 0,
               "247680 bars, 86 days; 0 minutes missing", "wrote ")
        first = digest(out)
        assert list(first) == ["manifest.txt"], first

        def same(name, changed, *says):
            folder = klines.write(work / name.replace(" ", "_"), changed)
            expect(name, train("--data", folder, "--out", out), 0, *says)
            assert digest(out) == first, name

        def refused(name, changed, *says, code=2):
            folder = klines.write(work / name.replace(" ", "_"), changed)
            expect(name, train("--data", folder, "--out", out), code, *says)
            assert digest(out) == first, name

        same("the same again", lines)
        same("mixed ms and us", both(lines, microseconds))
        same("a header", both(lines, lambda of: ["open_time,open,high,low,close,volume,close_time,"
                                                 "quote_volume,count,a,b,ignore"] + of))
        same("repeated rows", both(lines, lambda of: of[:5000] + of[4999:]),
             "2 bars repeated and passed over")

        gap = klines.write(work / "gap", both(lines, lambda of: of[:60000] + of[60080:]))
        expect("a gap", train("--data", gap, "--out", work / "gap_out"), 0, "160 minutes missing")
        assert digest(work / "gap_out") != first

        refused("rows out of order", both(lines, lambda of: of[:700] + [of[701], of[700]] + of[702:]),
                "BTC/USDT: the bar of 2022-01-01T11:40Z comes after that of 2022-01-01T11:41Z")
        refused("two words about a minute",
                both(lines, lambda of: of[:700] + [with_column(of[699], 8, lambda n: n + "1")] +
                     of[700:]), "two different bars of 2022-01-01T11:39Z")
        refused("a missing column",
                both(lines, lambda of: of[:99] + [of[99].rsplit(",", 1)[0]] + of[100:]),
                "line 100", "row has 11 columns")
        refused("a torn number", both(lines, lambda of: of[:9] + [with_column(of[9], 4, lambda _: "x")]
                                      + of[10:]), "line 10", "close is 'x'")
        refused("one symbol only", [lines[0], None], "BTC/USDT has bars, its other asset ETH has none")
        refused("a few days", both(lines, lambda of: of[:7 * 1440]), "7 days of bars give no row")
        refused("too little history", both(lines, lambda of: of[:70 * 1440]), "rows to train",
                "give more history")
        refused("prices that never move", with_prices(lines, 0), "give no row", "prices that move")
        refused("labels all equal", with_prices(lines, 1), "head trend: all ", "equal")

        refused("a header in another order",
                both(lines, lambda of: ["open_time,high,open,low,close,volume,close_time,a,b,c,d,e"]
                     + of), "line 1", "has high as column 2, a kline as column 3")
        refused("one symbol ends early", [lines[0], lines[1][:80 * 1440]],
                "the bars of ETH/USDT end at 2022-03-22T00:00Z, others at 2022-03-28T00:00Z")
        refused("empty files", [[], []], "the files hold no bar")

        klines.write(work / "overlap", both(lines, lambda of: of[:9000]), "1m-2022-01")
        klines.write(work / "overlap", both(lines, lambda of: of[8000:]), "1m-2022-02")
        expect("files that overlap", train("--data", work / "overlap", "--out", out), 2, "overlap")
        (work / "message").mkdir()
        (work / "message" / "day.ndjson").write_text('{"topic":"market","type":"bar"}\n')
        expect("a refused message", train("--data", good, work / "message", "--out", out), 2,
               "line 1")
        assert digest(out) == first

        outputs(work, good)
        usage(work, good, out)
        assert digest(out) == first
        lightgbm(good, work)
    print("all is told")
    return 0


def outputs(work, good):
    """Nothing is written over a file that is read; prints and quotes are no klines."""
    kept = sorted(good.iterdir())[0]
    config = work / "own.yaml"
    config.write_bytes(pathlib.Path(CONFIG).read_bytes())
    before = digest(good)
    for command in (["features", "--out"], ["evaluate", "--json"], ["evaluate", "--html"],
                    ["evaluate", "--card"]):
        for path, said in ((kept, "one of the files to read"), (config, "is the configuration"),
                           ("", "is empty")):
            ran = subprocess.run([L1, *command, str(path), "--config", str(config), "--data", str(good)],
                                 capture_output=True, text=True, check=False)
            assert ran.returncode == 2 and command[1] in ran.stderr and said in ran.stderr, ran
    assert digest(good) == before and config.read_bytes() == pathlib.Path(CONFIG).read_bytes()
    prints = work / "BTCUSDT-trades-2024-08-08.csv"
    prints.write_text("1,50000,0.01,500,1723075200000,True,True\n")
    expect("trades alone", train("--data", prints, "--out", work / "none"), 2, "no bar; give klines")
    assert not (work / "none").exists()


def with_prices(lines, cents):
    """Prices that rise by so many cents each minute: nothing has a label of its own."""
    changed = []
    for of in lines:
        rising = []
        for i, line in enumerate(of):
            fields = line.split(",")
            now = 1000 + cents * i / 100
            fields[1:5] = ["%.2f" % p for p in (now, now + cents / 100, now, now + cents / 100)]
            rising.append(",".join(fields))
        changed.append(rising)
    return changed


def interrupted(work, good):
    """Whenever SIGINT comes: the whole bundle or nothing, and nothing beside it."""
    home = work / "interrupted"
    home.mkdir()
    for after_ms in range(0, 1001, 100):
        with subprocess.Popen([L1, "train", "all", "--config", CONFIG, "--head", "trend", "--data",
                               str(good), "--out", str(home / "m")], stdout=subprocess.DEVNULL,
                              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as ran:
            end = time.monotonic() + after_ms / 1000
            while time.monotonic() < end and not list(home.glob("m.*")):
                time.sleep(0.0002)
            wrote = bool(list(home.glob("m.*/manifest.txt")))
            ran.send_signal(signal.SIGINT)
        left = sorted(str(path.relative_to(home)) for path in home.rglob("*"))
        assert left in ([], ["m", "m/manifest.txt"]), (after_ms, wrote, left)
    print("ok  interrupted")


def usage(work, good, out):
    (work / "empty").mkdir()
    (work / "papers").mkdir()
    (work / "papers" / "letter").write_text("dear\n")
    expect("no data", train("--out", out), 2, "which data?")
    expect("an unknown model", train("--data", good, models="svm"), 2, "lr, rf, lgbm or all")
    expect("an unknown head", train("--data", good, head="luck"), 2, "survival, movement")
    expect("a missing file", train("--data", work / "nothing"), 1, "No such file")
    expect("an empty folder", train("--data", work / "empty"), 2, "no files of history")
    for option, value, says in (("--veto-share", "1", "from 0 to below 1"),
                                ("--veto-share", "much", "from 0 to below 1"),
                                ("--threads", "0", "from 1 to 64"), ("--seed", "-1", "whole number"),
                                ("--seed", "2147483648", "2147483647")):
        expect(f"{option} {value}", train("--data", good, option, value), 2, option, says)
    expect("nothing to keep", train("--data", good, "--out", work / "new", models="lr"), 2,
           "train all first")
    expect("a folder of others", train("--data", good, "--out", work / "papers"), 1,
           "no bundle of models")
    assert (work / "papers" / "letter").read_text() == "dear\n"
    (work / "letter").write_text("dear\n")
    for name, to in (("a file", work / "letter"), ("a lost parent", work / "lost/a/b")):
        ran = train("--data", good, "--out", to)  # before the work, so no table
        expect(f"--out below {name}", ran, 1, str(to if name == "a file" else to.parent))
        assert ran.stdout == "" and not (work / "lost").exists(), ran.stdout
    (out / "MODEL_CARD.md").write_text("of the old models\n")
    (out / "notes").mkdir()
    (out / "notes" / "mine.txt").write_text("dear\n")
    expect("over a card and notes", train("--data", good, "--out", out), 0,
           "MODEL_CARD.md there spoke of the old models")
    assert not (out / "MODEL_CARD.md").exists()
    assert (out / "notes" / "mine.txt").read_text() == "dear\n"
    (out / "notes" / "mine.txt").unlink()
    assert [path.name for path in work.glob("models*")] == ["models"]
    interrupted(work, good)
    ran = subprocess.run([L1, "features", str(work / "nothing")], capture_output=True, text=True,
                         cwd=os.environ["L1_SOURCE"], check=False)
    assert ran.returncode == 1 and "No such file" in ran.stderr, ran  # as l1 train says it
    expect("judged on what it has learned",
           subprocess.run([L1, "train", "--config", CONFIG, "--out", str(out), "--evaluate-on",
                           str(good)], capture_output=True, text=True, check=False), 2,
           "no row is later than")


def lightgbm(good, work):
    expect("no LightGBM", train("--data", good, "--out", work / "new", head=None,
                                env={"L1_LIGHTGBM": str(work / "lib.so")}), 1, "make train-setup")
    expect("another LightGBM", train("--data", good, "--out", work / "new", head=None,
                                     env={"L1_LIGHTGBM": L1}), 1, "pinned", "make train-setup")
    assert not (work / "new").exists()


if __name__ == "__main__":
    sys.exit(main())
