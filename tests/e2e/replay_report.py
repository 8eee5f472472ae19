#!/usr/bin/env python3
# l1 replay --report: the page's figures are those of the reports; it is whole, escaped, and opens in a browser.
# seconds: 20
"""The browser is the Debian package chromium; without it that part is left out, and says so."""
import html
import html.parser
import http.server
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree
import zlib
from decimal import Decimal

import ledger

L1 = os.environ["L1_BIN"]
BUILD = os.environ["L1_BUILD"]
SOURCE = os.environ["L1_SOURCE"]
VOID = {"meta", "link", "br"}
EXECUTED = ("filled", "partially_filled")


def replay(work, name, files, *more, gate=True, **rest):
    page = work / (name + ".html")
    ran = subprocess.run([L1, "replay", "--quiet", "--report", page, "--out", work / (name + ".ndjson")]
                         + ledger.configured(SOURCE, gate) + list(more) + list(files),
                         capture_output=True, text=True, check=False, **rest)
    return ran, page


# --- the page as text ---


class Page(html.parser.HTMLParser):
    """Every element is closed where it must be; ids, tables and exact figures are kept."""

    def __init__(self):
        super().__init__()
        self.open, self.counts, self.ids, self.rows, self.figures = [], {}, set(), {}, {}

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), (tag, attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("src", "srcset", "action"), (tag, name)
            assert name != "href" or value == "data:," or value[0] == "#", (tag, name, value)
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes["id"]
            self.ids.add(attributes["id"])
        if tag == "tr":
            self.rows.setdefault(self.inside(), []).append([])
        if tag in ("td", "th"):
            self.rows[self.inside()][-1].append("")
        if tag == "data":
            self.figures.setdefault(self.inside(), []).append(Decimal(attributes["value"]))
        if not self.get_starttag_text().endswith("/>") and tag not in VOID:
            self.open.append((tag, attributes.get("id")))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, (tag, self.open)

    def handle_data(self, data):
        if any(tag in ("td", "th") for tag, _ in self.open) and self.rows.get(self.inside()):
            self.rows[self.inside()][-1][-1] += data

    def inside(self):
        return next((name for _, name in reversed(self.open) if name), None)


def read_page(path):
    text = path.read_text()
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == [], page.open
    assert "script" not in page.counts
    for word in ("http://", "https://", "url(", "@import", "//cdn", "<script", "javascript:"):
        assert word not in text, word
    for link in re.findall('href="#([^"]*)"', text):
        assert link in page.ids, link
    for drawing in re.findall("<svg class=.chart.*?</figure>", text, re.S):
        xml.etree.ElementTree.fromstring(drawing.replace("</figure>", ""))
    shown = re.sub("<style>.*?</style>", "", text, flags=re.S)
    assert not re.search(r"\b(nan|inf)\b", shown), re.search(r".{40}\b(nan|inf)\b", shown)
    return page, text


def number(text):
    return Decimal(re.search(r"-?[\d,]+(\.\d+)?", text)[0].replace(",", ""))


# --- figures ---


def check_figures(work, files):
    ran, path = replay(work, "day", files)
    assert ran.returncode == 0, ran.stderr
    page, text = read_page(path)
    messages = ledger.read(work / "day.ndjson")
    reports = [one for one in messages if one["topic"] == "reports" and not one["duplicate"]]
    finals = [one for one in reports if one["kind"] == "signal" and one["status"] != "unknown"]
    executed = [one for one in finals if one["status"] in EXECUTED]
    assert page.figures["executed"] == [len(executed), len(finals)], page.figures["executed"]
    codes = {}
    for one in finals:
        if one["status"] not in EXECUTED:
            codes[one["reason"]["code"]] = codes.get(one["reason"]["code"], 0) + 1
    names = {row[0].split("the message")[0]: row for row in page.rows["rules"][1:]}
    assert len(names) == len(codes) >= 10, (names, codes)
    for code, count in codes.items():
        row = next(row for row in page.rows["rules"] if re.match(code + "(?![A-Z_])", row[0]))
        assert number(row[1]) == count, (code, count, row)
    check_symbols(page, reports, ran.stderr)
    check_slippage(page, executed)
    check_costs(page, messages, [one for one in finals if one["tca"]])
    stops = sum(one["status"] == "stop_filled" for one in reports)
    assert page.figures["stopped"][0] == stops > 0
    alerts = [one["code"] for one in messages if one["topic"] == "alerts"]
    rows = {row[0]: number(row[2]) for row in page.rows["alert-codes"][1:]}
    assert rows == {code: alerts.count(code) for code in set(alerts)}, rows
    equity = Decimal(re.search(r"^equity (\S+)", ran.stderr, re.M)[1])
    assert abs(page.figures["return"][0] - (equity - 100000)) < Decimal("0.00000003")
    for name in ("output", "state"):
        code = re.search(name + r" hash +([0-9a-f]{32})", ran.stderr)[1]
        assert re.search(name + " hash</dt><dd><code>" + code, text), code
    won = sum(one["ai_scores"]["ensemble"] is not None for one in executed if one["side"] == "buy")
    shown = sum(int(count) for count in re.findall("Executed[^:<]*: ([0-9]+)</figcaption>", text))
    assert shown == won > 20, (shown, won)
    vetoed = sum(count for code, count in codes.items() if code.startswith("AI_"))
    assert f"Vetoed: {vetoed}<" in text
    print("ok  the page says what the reports say")
    return path


def check_symbols(page, reports, summary):
    rows = {row[0]: row for row in page.rows["symbols"][1:]}
    for symbol in ("BTC/USDT", "ETH/USDT"):
        own = [one for one in reports if one["symbol"] == symbol]
        finals = [one for one in own if one["kind"] == "signal"]
        executed = sum(one["status"] in EXECUTED for one in finals)
        row = rows[symbol]
        assert [number(cell) for cell in row[2:5]] == [len(finals), executed, len(finals) - executed], row
        held = re.search("^balance " + symbol[:3] + r" +(\S+)", summary, re.M)[1]
        assert row[8] == held, (row, held)
        traded = sum(one["executed_quote"] for one in own if one["executed_qty"])
        assert number(row[6]) == round(traded), (row, traded)
        sides = {"buy": 0, "sell": 0, "stop": 0}
        for one in own:
            if one["executed_qty"]:
                sides[one["side"] if one["kind"] == "signal" else "stop"] += 1
        assert sides["buy"] > 5 and sides["sell"] > 5, sides


def check_slippage(page, executed):
    bps = [100 * one["slippage"] for one in executed]
    row = next(row for row in page.rows["slippage"] if row[0] == "all")
    assert number(row[1]) == len(bps), row
    assert abs(number(row[2]) - sum(bps) / len(bps)) < Decimal("0.0051"), (row, sum(bps) / len(bps))
    assert abs(number(row[6]) - max(bps)) < Decimal("0.0051"), row
    worst = max(executed, key=lambda one: one["slippage"])
    assert page.rows["worst"][1][0] == worst["signal_id"], page.rows["worst"][1]


def check_costs(page, messages, parents):
    shortfalls = [one["tca"]["shortfall"] for one in parents]
    assert len(parents) > 40 and None not in [one["total"] for one in shortfalls]
    for part in ("total", "delay", "trading", "opportunity", "fees"):
        assert page.figures["cost-" + part] == [sum(one[part] for one in shortfalls)], part
    chosen = {}
    for one in parents:
        words = (one["tca"]["algo"]["asked"], one["tca"]["algo"]["chosen"])
        chosen[words] = chosen.get(words, 0) + 1
    assert {(row[0], row[1]): number(row[2]) for row in page.rows["chosen"][1:]} == chosen, chosen
    for row in page.rows["markouts"][1:]:
        bps = [one["markouts_bp"]["60"] for one in messages if one["topic"] == "analysis"
               and row[0] == "single, " + one["symbol"] and one["markouts_bp"]["60"] is not None]
        assert len(bps) > 10 and abs(number(row[3]) - sum(bps) / len(bps)) < Decimal("0.0051"), row
    assert len(page.rows["markouts"]) == 3


# --- other runs ---


def check_cases(work, files):
    bars = [file for file in files if file.suffix == ".csv"]
    one = work / "one" / "BTCUSDT-1m.csv"
    one.parent.mkdir()
    one.write_text(bars[0].read_text().split("\n")[0] + "\n")
    cases = {"bars": (bars, "No signal arrived"), "one": ([one], "at one moment only"),
             "ungated": (files, "No entry was scored")}
    for name, (given, said) in cases.items():
        more = ["--set", "ai.models=none", "--set", "ai.required=false"] if name == "ungated" else []
        ran, path = replay(work, name, given, *more)
        assert ran.returncode == 0, ran.stderr
        assert said in read_page(path)[1], name
    empty = work / "empty.ndjson"
    empty.write_text("\n")
    ran, path = replay(work, "none", ["--signals", empty])
    assert ran.returncode == 0 and "MALFORMED_MESSAGE" in read_page(path)[1], ran.stderr
    print("ok  runs without signals, of one bar and without models read well")


HOSTILE = "</td></table><script>document.title='owned'</script><img src=x onerror=alert(1)>\"'&"


def check_hostile(work, files):
    folder = work / "<b>&amp;'x"
    folder.mkdir()
    bars = shutil.copy(files[0], folder)
    control = work / "control.ndjson"
    stamp = int(pathlib.Path(bars).read_text().split("\n")[-2].split(",")[6]) - 3000
    control.write_text('{"topic":"control","command":"halt","ts":%d,"reason":"%s"}\n'
                       % (stamp, HOSTILE.replace('"', '\\"')))
    ran, path = replay(work, "hostile", [bars, "--signals", str(control)])
    assert ran.returncode == 0, ran.stderr
    page, text = read_page(path)
    assert "img" not in page.counts and "b" not in page.ids and HOSTILE not in text
    assert html.escape(HOSTILE) in text.replace("&#39;", "&#x27;"), ran.stderr
    assert html.escape(bars) in text.replace("&#39;", "&#x27;")
    print("ok  texts of messages and names of files are shown, not obeyed")
    return path


def check_comparison(work, files):
    """The page shows the figures that the comparison prints, beside the run as configured."""
    page, table = work / "compared.html", work / "compared.ndjson"
    words = [L1, "replay", "--quiet"] + ledger.configured(SOURCE, False)
    ran = subprocess.run(words + ["--compare-schedules=twap,pov", "--format", "json", "--out", table,
                                  "--report", page] + files, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and ran.stdout == "", ran.stderr
    rows = {row[0]: row for row in read_page(page)[0].rows["comparison"][1:]}
    said = [one for one in ledger.read(table) if one["kind"] == "schedule"]
    assert len(said) == len(rows) == 9, (said, rows)
    for one in said:
        row = rows[one["algo"] + ", " + (one["symbol"] or "all")]
        assert number(row[1]) == one["pairs"], (row, one)
        if one["algo"] != "single" and one["pairs"] > 0:
            shown = [Decimal(part) for part in re.findall(r"-?\d+\.\d+", row[4])]
            want = [one["difference_bp"], one["low_bp"], one["high_bp"]]
            assert all(abs(a - b) < Decimal("0.0051") for a, b in zip(shown, want)), (row, one)
    for path, said in ((files[0], "one of the files"), (table, "both")):
        ran = subprocess.run(words + ["--compare-schedules", "--out", table, "--report", path] + files,
                             capture_output=True, text=True, check=False)
        assert ran.returncode == 2 and said in ran.stderr, ran.stderr
    kept = files[0].read_bytes()
    ran = subprocess.run(words + ["--compare-schedules=twap", "--out", files[0]] + files,
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 2 and files[0].read_bytes() == kept, ran.stderr
    ran = subprocess.run([L1, "replay", "--journal", work / "journal", "--report", work / "no.html"],
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 2 and "--report" in ran.stderr, ran.stderr
    print("ok  a comparison of schedules is shown as it is printed")


def check_refusals(work, files):
    bars = files[0]
    kept = bars.read_bytes()
    link = work / "link.html"
    link.symlink_to(bars)
    nowhere = work / "nowhere" / "page.html"
    out = work / "same"
    rows = [(bars, "is one of the files to read"), (link, "is one of the files to read"),
            (work, "is no plain file"), (nowhere, str(nowhere)), ("/dev/null", "is no plain file"),
            (work / "one" / ".." / "same", "--report and --out are both")]
    for path, said in rows:
        ran = subprocess.run([L1, "replay", "--quiet", "--report", path, "--out", out]
                             + ledger.configured(SOURCE, False) + [bars],
                             capture_output=True, text=True, check=False)
        assert ran.returncode == 2 and said in ran.stderr, (path, ran.returncode, ran.stderr)
        assert bars.read_bytes() == kept and not out.exists(), path
    ran = subprocess.run([L1, "replay", "--quiet", "--out", bars] + ledger.configured(SOURCE, False)
                         + [f"{bars}=BTC/USDT"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2 and bars.read_bytes() == kept, ran.stderr
    assert "one of the files" in ran.stderr
    config = work / "own.yaml"
    config.write_bytes(pathlib.Path(ledger.configured(SOURCE, False)[1]).read_bytes())
    words = [L1, "replay", "--quiet"] + ledger.configured(SOURCE, False)
    words[words.index("--config") + 1] = config
    journal, link = work / "kept", work / "link.l1j"
    ran = subprocess.run(words + ["--journal", journal, "--out", out, bars], capture_output=True,
                         text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    segment = journal / "segment-0000000001.l1j"
    link.symlink_to(segment)
    before = [config.read_bytes(), segment.read_bytes()]
    for option in ("--out", "--report"):
        for path, said in ((config, "is the configuration"), (segment, "into the journal"),
                           (journal / "new", "into the journal"), (link, "into the journal"),
                           ("", "is empty")):
            for more in ([], ["--compare-schedules"]):
                if more and path not in (config, ""):
                    continue
                place = ["--journal", journal] if not more else more
                ran = subprocess.run(words + place + [option, path, bars], capture_output=True,
                                     text=True, check=False)
                assert ran.returncode == 2 and said in ran.stderr, (option, path, ran.stderr)
    assert [config.read_bytes(), segment.read_bytes()] == before
    ran = subprocess.run([L1, "replay", "--journal", journal, "--out", link], capture_output=True,
                         text=True, check=False)
    assert ran.returncode == 2 and "into the journal" in ran.stderr, ran.stderr
    assert segment.read_bytes() == before[1]
    print("ok  a report over what the run reads or writes is refused before anything is touched")


def no_room():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def check_whole_or_not(work, files):
    page = work / "kept.html"
    bad = work / "BTCUSDT-1m-bad.csv"
    lines = files[0].read_text().split("\n")
    bad.write_text("\n".join(lines[:100] + ["1,2,3"]))
    for given, preexec in (([bad], None), ([files[0]], no_room)):
        page.write_text("the old one")
        ran = subprocess.run([L1, "replay", "--quiet", "--report", page, "--out", "/dev/null"]
                             + ledger.configured(SOURCE, False) + given,
                             capture_output=True, text=True, check=False, preexec_fn=preexec)
        assert ran.returncode == 1, (ran.returncode, ran.stderr)
        assert preexec is None or str(page) in ran.stderr, ran.stderr
        assert page.read_text() == "the old one"
        assert list(work.glob("*.building")) == []
    print("ok  a run that fails, or a full disk, leaves the old page")


def check_repeated(work, files, first):
    again, path = replay(work, "day", files)
    assert again.returncode == 0 and path.read_bytes() == first, "the same run gives another page"
    ran, journaled = replay(work, "journaled", files, "--journal", str(work / "journal"))
    assert ran.returncode == 0, ran.stderr
    text = journaled.read_text()
    text = re.sub("<dt>journal</dt>.*?</dd>\n", "", text).replace("journaled.ndjson", "day.ndjson")
    assert text == first.decode(), "with a journal it says something else"
    print("ok  the same run gives the same bytes, with a journal too")


# --- in a browser ---

PROBE = """<script>
window.addEventListener("load", () => {
  const wide = [...document.querySelectorAll("body *")].filter(
    e => !e.closest("svg *") && !e.closest("pre") && e.getBoundingClientRect().right > innerWidth + 1);
  const low = [...document.querySelectorAll("svg.chart")].filter(
    e => e.getBoundingClientRect().width < 200 || e.getBoundingClientRect().height < 40);
  const figures = [...document.querySelectorAll("data")].map(e => e.value).join(" ");
  const probe = [innerWidth, document.documentElement.scrollWidth, wide.length, low.length,
    document.querySelectorAll("svg.chart").length,
    document.querySelectorAll("script").length, document.title,
    getComputedStyle(document.body).backgroundColor, figures];
  document.body.setAttribute("data-probe", probe.join(";"));
});
</script></body>"""


class Server(http.server.ThreadingHTTPServer):
    """A folder on loopback that remembers what was asked for beside the pages under test."""

    def __init__(self, folder):
        asked = self.asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=folder)

            def log_message(self, *_):
                if self.path not in ("/frame.html", "/probe.html"):
                    asked.append(self.path)

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def chromium(browser, words, target, timeout=120):
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--hide-scrollbars", "--user-data-dir=" + profile, "--enable-logging=stderr",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"] + words + [target],
            capture_output=True, text=True, check=False, timeout=timeout)


def load(work, server, browser, text, dark, word):
    """The page in a frame as wide as a phone, since windows have a smallest width."""
    (work / "probe.html").write_text(text.replace("</body>", PROBE))
    (work / "frame.html").write_text(
        '<link rel="icon" href="data:,"><body style="margin:0"><iframe src="probe.html" '
        'style="width:360px;height:800px;border:0"></iframe><script>addEventListener("load", () => '
        'document.body.setAttribute("data-probe", frames[0].document.body.getAttribute("data-probe")))'
        '</script>')
    server.asked.clear()
    scheme = "--blink-settings=preferredColorScheme=%d" % (0 if dark else 1)
    return chromium(browser, [scheme, "--window-size=500,500", word],
                    f"http://127.0.0.1:{server.server_port}/frame.html")


def browse(work, server, browser, text, dark):
    """[console errors, requests, what PROBE says...]"""
    ran = load(work, server, browser, text, dark, "--dump-dom")
    errors = [line for line in ran.stderr.splitlines() if "CONSOLE" in line]
    probe = re.search('<body[^>]*data-probe="([^"]*)"', ran.stdout)
    assert probe and probe[1].count(";") == 8, (ran.returncode, ran.stderr[-500:], ran.stdout[:300])
    return [len(errors), len(server.asked)] + probe[1].split(";")


def picture(work, server, browser, text, dark):
    shot = work / "shot.png"
    load(work, server, browser, text, dark, f"--screenshot={shot}")
    return colours(shot)


def colours(path):
    """How many different colours a picture has (8 bits a channel, no interlace)."""
    data, at, packed, width, channels = path.read_bytes(), 8, b"", 0, 0
    while at < len(data):
        size, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, channels = int.from_bytes(body[:4], "big"), {2: 3, 6: 4}[body[9]]
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    raw, stride, found, at = zlib.decompress(packed), width * channels, set(), 0
    before = bytearray(stride)
    while at < len(raw):
        way, line = raw[at], bytearray(raw[at + 1:at + 1 + stride])
        for i in range(stride):
            left = line[i - channels] if i >= channels else 0
            corner = before[i - channels] if i >= channels else 0
            guess = (0, left, before[i], (left + before[i]) // 2, nearest(left, before[i], corner))[way]
            line[i] = (line[i] + guess) & 255
        found.update(bytes(line[i:i + 3]) for i in range(0, stride, channels))
        before, at = line, at + 1 + stride
    return len(found)


def nearest(left, above, corner):
    rough = left + above - corner
    return min((left, above, corner), key=lambda value: abs(rough - value))


def check_browser(work, day, hostile):
    browser = shutil.which("chromium")
    if browser is None:
        print("--  the page was not opened: the Debian package chromium is not installed")
        return
    server = Server(str(work))
    text = day.read_text()
    exact = " ".join(re.findall('<data value="([^"]*)"', text))
    grounds = set()
    for dark in (False, True):
        errors, requests, width, scrolled, wide, low, charts, scripts, title, ground, figures = \
            browse(work, server, browser, text, dark)
        assert (errors, requests, scripts) == (0, 0, "1"), (errors, server.asked, scripts)
        assert width == "360" and int(scrolled) <= 360 and wide == "0", (width, scrolled, wide)
        assert low == "0" and int(charts) == text.count('<svg class="chart') >= 8, (low, charts)
        assert figures == exact and title == "L1 replay"
        assert picture(work, server, browser, text, dark) > 50, "the picture is blank"
        grounds.add(ground)
    assert len(grounds) == 2, grounds
    for path in (hostile, work / "none.html", work / "compared.html"):
        errors, requests, _, scrolled, wide, _, _, scripts, title, *_ = \
            browse(work, server, browser, path.read_text(), False)
        assert (errors, requests, scripts, title) == (0, 0, "1", "L1 replay"), path
        assert int(scrolled) <= 360 and wide == "0", (path, scrolled, wide)
    bad = '<script>console.error("bad")</script><img src="x.png"><div style="width:900px">bad</div>'
    errors, requests, _, scrolled, wide, *_ = \
        browse(work, server, browser, text.replace("<header>", bad + "<header>"), False)
    assert errors > 0 and int(scrolled) > 360 and wide != "0" and requests > 0, "a bad page passes"
    blank = "<!DOCTYPE html><html><head><title>L1 replay</title></head><body></body></html>"
    assert picture(work, server, browser, blank, False) <= 50, "a blank picture passes"
    print("ok  a phone shows it, light and dark, without an error, a request or scrolling sideways")


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        subprocess.run([BUILD + "/examples/synthetic_day", folder, "1"], check=True)
        files = [work / name for name in
                 ("BTCUSDT-1m-synthetic.csv", "ETHUSDT-1m-synthetic.csv", "signals.ndjson")]
        day = check_figures(work, files)
        check_repeated(work, files, day.read_bytes())
        check_cases(work, files)
        hostile = check_hostile(work, files)
        check_comparison(work, files)
        check_refusals(work, files)
        check_whole_or_not(work, files)
        check_browser(work, day, hostile)
    return 0


sys.exit(main())
