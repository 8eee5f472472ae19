#!/usr/bin/env python3
# l1 evaluate with LightGBM, which this installs: tables, JSON, page and card; the page in a headless browser.
# label: long
# seconds: 90
"""On synthetic klines, where movement has something to learn and direction has nothing.

The page is opened by the Debian package chromium, at the width of a phone, light and dark; without
it that part is left out, and says so.
"""
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import klines

L1 = os.environ["L1_BIN"]
SOURCE = pathlib.Path(os.environ["L1_SOURCE"])
CONFIG = str(SOURCE / "config/l1.yaml")
DAYS = 130  # from 2022-01-01: tested from day 84, 2022-03-26, on, so in two quarters
POLICIES = 6
VOID = {"meta", "link", "br"}


def evaluate(*arguments):
    return subprocess.run([L1, "evaluate", "--config", CONFIG] + [str(a) for a in arguments],
                          capture_output=True, text=True, cwd=SOURCE, check=False)


def check_refusals(work, lines):
    short = klines.write(work / "short", [of[:60 * 1440] for of in lines])
    ran = evaluate("--data", short, "--json", work / "none.json")
    assert ran.returncode == 2 and "nothing to test" in ran.stderr and ran.stdout == "", ran.stderr
    assert not (work / "none.json").exists()
    ran = evaluate("--data", short, "--from", "2022-02-10T00:00:00Z")
    assert ran.returncode == 2 and "nothing to test" in ran.stderr, ran.stderr
    ran = evaluate("--data", short, "--json", work / "one", "--html", work / "one")
    assert ran.returncode == 2 and "two outputs are to go to" in ran.stderr, ran.stderr
    assert not (work / "one").exists()
    alone = klines.write(work / "alone", [lines[0], None])
    ran = evaluate("--data", alone)
    assert ran.returncode == 2 and "ETH" in ran.stderr, ran.stderr
    print("ok  too little history and one symbol alone are refused")


def check_json(figures):
    assert [fold["test_from"] for fold in figures["folds"]] == ["2022-03-26", "2022-04-01"]
    found = {(one["fold"], one["head"], one["symbol"], one["score"]): one
             for one in figures["figures"]}
    assert len(found) == len(figures["figures"]) == 3 * 2 * (3 * 4 + 1)
    for (fold, head, _, score), one in found.items():
        assert 0 <= one["auc"]["low"] <= one["auc"]["value"] <= one["auc"]["high"] <= 1
        assert abs(one["effective_n"] - one["rows"] * 25 / (120 if head == "trend" else 240)) < 0.5
        assert sum(row["rows"] for row in one["reliability"]) == one["rows"]
        ece = sum(row["rows"] * abs(row["said"] - row["happened"]) for row in one["reliability"])
        assert abs(ece / one["rows"] - one["ece"]) < 1e-4, score
        if head not in ("trend",):
            skill = 1 - one["brier"]["value"] / one["brier_closed_form"]
            assert abs(skill - one["brier_skill"]["value"]) < 1e-4
        assert (fold is None) == ("roc" in one)
        if fold is None:
            area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(one["roc"], one["roc"][1:]))
            assert abs(area - one["auc"]["value"]) < 0.005, (area, one["auc"])
            parts = [found[(k, head, one["symbol"], score)]["rows"] for k in (1, 2)]
            assert sum(parts) == one["rows"], parts
    ensemble = {key[1:3]: one for key, one in found.items() if key[0] is None and key[3] == "ensemble"}
    for symbol in ("BTC/USDT", "ETH/USDT"):
        assert ensemble[("movement", symbol)]["auc"]["value"] > 0.6
        assert abs(ensemble[("direction", symbol)]["auc"]["value"] - 0.5) < 0.1
        assert ensemble[("direction", symbol)]["auc_closed_form"] == 0.5
        assert ensemble[("survival", symbol)]["auc"]["value"] > 0.65
    for one in figures["importance"]:
        assert abs(sum(one["share"].values()) - 1) < 1e-3, one["model"]
    print("ok  the figures add up")


def check_gate(figures):
    gate = {(one["signals"], one["symbol"], one["policy"]): one for one in figures["gate"]}
    assert len(gate) == 2 * 3 * POLICIES
    for (signals, symbol, policy), one in gate.items():
        ungated = gate[(signals, symbol, "no gate")]
        assert abs(one["trades"] - one["share"] * ungated["trades"]) < 1
        assert abs(one["bps_after_10"]["value"] - one["bps"]["value"] + 10) < 1e-3
        assert abs(one["bps"]["value"] - ungated["bps"]["value"] - one["more_bps"]["value"]) < 1e-2
        if symbol == "all":
            assert one["trades"] == sum(gate[(signals, name, policy)]["trades"]
                                        for name in ("BTC/USDT", "ETH/USDT"))
    stopped = {policy: gate[("random", "all", policy)]["stopped"]["value"]
               for policy in ("no gate", "models, operating", "models keep half")}
    assert stopped["models keep half"] < stopped["models, operating"] < stopped["no gate"], stopped
    promises = {(one["head"], one["state"]) for one in figures["promises"] if one["figure"] == "AUC"}
    assert ("direction", "refuted") in promises, promises
    print("ok  the gate is judged in money, promises line by line")


class Page(html.parser.HTMLParser):
    """Every element is closed where it must be, and none refers to anything outside."""

    def __init__(self):
        super().__init__()
        self.open, self.counts = [], {}

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attrs:
            assert name not in ("src", "href") or value == "data:,", (tag, name, value)
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag in ("line", "circle", "rect", "polyline") or self.open.pop() == tag, tag

    handle_startendtag = handle_starttag


def check_page(text):
    page = Page()
    page.feed(text)
    assert page.open == [], page.open
    assert "script" not in page.counts and "nan" not in re.sub("<style>.*?</style>", "", text).lower().split()
    # 4 plots for each head and symbol, 3 importances a head with models, 2 plots a kind of signals
    assert page.counts["svg"] == 4 * 2 * 4 + 3 * 3 + 2 * 2, page.counts
    for word in ("http://", "https://", "url(", "@import"):
        assert word not in text, word
    print("ok  the page is whole and needs no network")


def check_card(text):
    for word in ("# Model card", "## Data and protocol", "## What was once promised", "## Figures",
                 "## What the gate is worth", "## What the models do not do", "2022-03-26",
                 "| direction | BTC/USDT | AUC | 0.72 |", "| movement | ETH/USDT | F1 | 0.61 |"):
        assert word in text, word
    for line in text.splitlines():
        if line.startswith("| ensemble |"):
            assert re.match(r"\| ensemble \| 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] \| (0\.\d{3}|itself) \|", line), line
    print("ok  the card shows each AUC beside its closed form")


PROBE = """<script>
window.addEventListener("load", () => {
  const wide = [...document.querySelectorAll("body *")].filter(
    e => !e.closest(".wide *") && !e.closest("svg *") && e.getBoundingClientRect().right > innerWidth + 1);
  const small = [...document.querySelectorAll("svg")].filter(e => e.getBoundingClientRect().width < 250);
  document.body.setAttribute("data-probe", [innerWidth, document.documentElement.scrollWidth,
    wide.length, small.length, document.querySelectorAll("svg").length,
    getComputedStyle(document.body).backgroundColor].join(";"));
});
</script></body>"""


def browse(work, browser, text, dark):
    page = work / "probe.html"
    page.write_text(text.replace("</body>", PROBE))
    # A frame as wide as a phone, since windows have a smallest width.
    frame = work / "frame.html"
    frame.write_text('<iframe src="probe.html" style="width:390px;height:800px;border:0"></iframe>'
                     '<script>addEventListener("load", () => document.body.setAttribute("data-probe",'
                     'frames[0].document.body.getAttribute("data-probe")))</script>')
    words = ["--blink-settings=preferredColorScheme=%d" % (0 if dark else 1),
             "--allow-file-access-from-files"]
    with tempfile.TemporaryDirectory() as profile:
        ran = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--user-data-dir=" + profile, "--enable-logging=stderr", "--dump-dom"] + words +
            [frame.as_uri()], capture_output=True, text=True, check=False, timeout=120)
    errors = [line for line in ran.stderr.splitlines() if "CONSOLE" in line]
    probe = re.search('<body[^>]*data-probe="([^"]*)"', ran.stdout)
    assert probe and probe[1].count(";") == 5, (ran.returncode, ran.stderr[-500:], ran.stdout[:200])
    return [len(errors)] + probe[1].split(";")


def check_browser(work, text):
    browser = shutil.which("chromium")
    if browser is None:
        print("--  the page was not opened: the Debian package chromium is not installed")
        return
    grounds = set()
    for dark in (False, True):
        errors, width, scrolled, wide, small, plots, ground = browse(work, browser, text, dark)
        assert errors == 0, errors
        assert width == "390" and int(scrolled) <= 390 and wide == "0", (width, scrolled, wide)
        assert small == "0" and int(plots) == text.count("<svg"), (small, plots)
        grounds.add(ground)
    assert grounds == {"rgb(255, 255, 255)", "rgb(18, 21, 26)"}, grounds
    bad = '<script>console.error("bad")</script><div style="width:900px">bad</div>'
    errors, _, scrolled, wide, *_ = browse(work, browser, text.replace("<h1>", bad + "<h1>"), False)
    assert errors > 0 and int(scrolled) > 390 and wide != "0", "the checks would pass a bad page"
    print("ok  a phone shows it without scrolling sideways, light and dark, without a console error")


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        got = subprocess.run([SOURCE / "tools/lightgbm.sh"], capture_output=True, text=True, check=False)
        if got.returncode != 0:
            print("skipped:", got.stderr.strip())
            return 77
        lines = klines.rows(DAYS)
        check_refusals(work, lines)
        data = klines.write(work / "data", lines)
        outputs = [work / name for name in ("f.json", "f.html", "card.md")]
        words = ["--data", data, "--json", outputs[0], "--html", outputs[1], "--card", outputs[2]]
        ran = evaluate(*words)
        assert ran.returncode == 0 and ran.stderr == "", ran.stderr
        for part in ("anchored walk-forward", "by fold, ensemble", "what the models look at",
                     "the gate's use", "once promised", "wrote"):
            assert part in ran.stdout, part
        figures = json.loads(outputs[0].read_text())
        check_json(figures)
        check_gate(figures)
        check_page(outputs[1].read_text())
        check_card(outputs[2].read_text())
        check_browser(work, outputs[1].read_text())
        first = [path.read_bytes() for path in outputs]
        again = evaluate(*words)
        assert again.stdout == ran.stdout and first == [path.read_bytes() for path in outputs]
        print("ok  the same files give the same figures, byte for byte")
    return 0


sys.exit(main())
