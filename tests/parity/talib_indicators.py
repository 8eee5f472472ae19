#!/usr/bin/env python3
# label: long
# seconds: 60
# tests/parity/talib_indicators.py [--write-fixture]: every indicator that TA-Lib has, against it.
"""On two years of real bars (15m, 1h and 1m, BTC and ETH; L1_DATA) and on the stored fixture's
candles. Relative difference at most 1e-9 from the first value on; of the MACD histogram relative
to its lines. TA-Lib comes from PyPI, pinned by hash, into the project's own .venv.

--write-fixture makes tests/parity/talib_fixture.csv anew: synthetic candles with what TA-Lib says.
"""
import lzma
import os
import pathlib
import random
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ.get("L1_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
VENV = SOURCE / ".venv"
FIXTURE = SOURCE / "tests/parity/talib_fixture.csv"
REQUIREMENTS = """\
numpy==2.4.6 --hash=sha256:89cd468399cfd2504718f0ba50e410dca55a170b61a02ad92bb18c8a65186e93
ta-lib==0.8.2 --hash=sha256:b3153ff3fdadfb6ab91e1d98c36ee5f80fa3581f93a5f2dacfe87404997c4ec3
"""
NAMES = ["ATR14", "RSI14", "MACD histogram", "EMA60", "EMA240", "mean20", "deviation20"]
LIMIT = 1e-9
MINUTES_MAX = 200_000  # of 1m bars, on which features use averages only


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def enter_venv():
    """Runs this file again with the project's own Python, which has TA-Lib."""
    python = VENV / "bin/python3"
    if pathlib.Path(sys.prefix) == VENV:
        return
    has = [str(python), "-c", "import talib; assert talib.__version__ == '0.8.2'"]
    if not python.exists() or subprocess.run(has, capture_output=True).returncode != 0:
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)]).returncode != 0:
            skip("no python3-venv")
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
            wanted.write(REQUIREMENTS)
            wanted.flush()
            install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes",
                       "--only-binary", ":all:", "-r", wanted.name]
            if subprocess.run(install).returncode != 0:
                skip("TA-Lib's wheel cannot be installed here (network, or another platform)")
    os.execv(python, [str(python), *sys.argv])


def oracle(high, low, close):
    import numpy
    import talib
    high, low, close = (numpy.array(column, dtype=float) for column in (high, low, close))
    return [
        talib.ATR(high, low, close, 14),
        talib.RSI(close, 14),
        talib.MACD(close, 12, 26, 9)[2],
        talib.EMA(close, 60),
        talib.EMA(close, 240),
        talib.SMA(close, 20),
        deviation(close),
    ], talib.MACD(close, 12, 26, 9)[0]


def deviation(close):
    """Of windows far longer than TA-Lib's own, its running sums lose digits: 200 values a call."""
    import numpy
    import talib
    out = numpy.full(len(close), numpy.nan)
    for first in range(0, len(close), 200):
        begin = max(0, first - 19)
        part = close[begin:first + 200]
        centre = part.mean()
        said = talib.STDDEV(part - centre, 20, 1)
        out[first:first + 200] = said[first - begin:]
    return out


def ours(high, low, close):
    program = os.environ.get("L1_BUILD", str(SOURCE / "build")) + "/tests/parity/indicators"
    text = "".join(f"{h!r} {l!r} {c!r}\n" for h, l, c in zip(high, low, close))
    said = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout
    return list(zip(*([float(word) for word in line.split()] for line in said.splitlines())))


def compare(what, high, low, close, only=NAMES):
    import numpy
    expected, line = oracle(high, low, close)
    wrong = 0
    figures = []
    for name, want, have in zip(NAMES, expected, ours(high, low, close)):
        if name not in only:
            continue
        have = numpy.array(have)
        if not numpy.array_equal(numpy.isnan(want), numpy.isnan(have)):
            print(f"FAIL: {what}: {name} starts elsewhere than TA-Lib's")
            wrong += 1
            continue
        size = numpy.abs(line) if name == "MACD histogram" else numpy.abs(want)
        if name == "MACD histogram":  # a difference of averages: its error is the prices'
            size = numpy.maximum(size, numpy.abs(want))
            size = numpy.maximum(size, 1e-4 * numpy.array(close))
        with numpy.errstate(all="ignore"):
            error = numpy.abs(have - want) / size
        error = error[~numpy.isnan(want) & (have != want)]
        worst = error.max() if len(error) else 0.0
        figures.append(f"{name} {worst:.1e}")
        if not worst <= LIMIT:
            print(f"FAIL: {what}: {name} differs by {worst:.3g}")
            wrong += 1
    print(f"{what}, {len(close)} candles: " + ", ".join(figures))
    return wrong


def real_minutes(folder, asset):
    high, low, close, times = [], [], [], []
    for path in sorted(folder.glob(f"{asset}USDT-1m-*.csv.xz")):
        with lzma.open(path, "rt") as rows:
            for row in rows:
                cells = row.split(",")
                times.append(int(cells[0]) // 60000)
                high.append(float(cells[2]))
                low.append(float(cells[3]))
                close.append(float(cells[4]))
    return times, high, low, close


def frames(times, high, low, close, length):
    """Complete frames of `length` minutes; the first may lack its beginning."""
    out = []
    for i, minute in enumerate(times):
        if i == 0 or minute // length != times[i - 1] // length:
            out.append([high[i], low[i], close[i]])
        else:
            frame = out[-1]
            out[-1] = [max(frame[0], high[i]), min(frame[1], low[i]), close[i]]
    return list(zip(*out[:-1]))


def synthetic():
    random.seed(20260101)
    price, rows = 30000.0, []
    for _ in range(400):
        close = round(price * (1 + random.gauss(0, 0.004)), 2)
        high = round(max(price, close) * (1 + abs(random.gauss(0, 0.001))), 2)
        low = round(min(price, close) * (1 - abs(random.gauss(0, 0.001))), 2)
        rows.append((high, low, close))
        price = close
    return list(zip(*rows))


def write_fixture():
    candles = synthetic()
    expected, _ = oracle(*candles)
    with open(FIXTURE, "w") as out:
        out.write("# synthetic candles and what TA-Lib 0.8.2 says of them; "
                  "made by talib_indicators.py --write-fixture\n")
        out.write("high,low,close,atr14,rsi14,macd_histogram,ema60,ema240,mean20,deviation20\n")
        for i in range(len(candles[0])):
            cells = [repr(column[i]) for column in candles]
            cells += [repr(float(column[i])) for column in expected]
            out.write(",".join(cells) + "\n")


def read_fixture():
    lines = FIXTURE.read_text().splitlines()[2:]
    return list(zip(*([float(cell) for cell in line.split(",")[:3]] for line in lines)))


def main():
    enter_venv()
    if sys.argv[1:] == ["--write-fixture"]:
        write_fixture()
        return
    wrong = compare("fixture", *read_fixture())
    folder = pathlib.Path(os.environ.get("L1_DATA", SOURCE / "../shared/data")) / "klines_1m"
    if not folder.is_dir():
        print("no market data: only the fixture was compared")
    else:
        for asset in ("BTC", "ETH"):
            minutes = real_minutes(folder, asset)
            part = [column[:MINUTES_MAX] for column in minutes[1:]]
            wrong += compare(f"{asset} 1m", *part, only=("EMA60", "EMA240"))
            for length, name in ((15, "15m"), (60, "1h"), (240, "4h")):
                wrong += compare(f"{asset} {name}", *frames(*minutes, length))
    sys.exit(1 if wrong else 0)


main()
