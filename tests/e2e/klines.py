"""Synthetic klines of BTC and ETH as Binance's dumps write them, the same ones from the same seed.

Random walks that share a part of each step; the size of the steps drifts and follows the hour, so
that there is something to learn about movement and nothing about direction.
"""
import math
import random

MINUTE = 60_000
START = 1_640_995_200_000  # 2022-01-01


def rows(days, seed=1, start=START):
    """Two lists of lines, of BTC and of ETH."""
    draw = random.Random(seed)
    prices, level = [40000.0, 2500.0], 0.0
    out = ([], [])
    for minute in range(days * 1440):
        opened = start + minute * MINUTE
        level = 0.999 * level + 0.02 * draw.gauss(0, 1)
        size = 0.0005 * math.exp(level) * (1.5 if opened // 3_600_000 % 24 >= 12 else 0.7)
        shared = draw.gauss(0, 1)
        for i in range(2):
            before = prices[i]
            after = before * math.exp(size * (0.8 * shared + 0.6 * draw.gauss(0, 1)))
            reach = before * size * draw.random()
            volume = 1 + 50 * draw.random()
            prices[i] = after
            out[i].append("%d,%.2f,%.2f,%.2f,%.2f,%.5f,%d,%.2f,%d,%.5f,%.2f,0" % (
                opened, before, max(before, after) + reach, min(before, after) - reach, after,
                volume, opened + MINUTE - 1, volume * after, 1 + int(900 * draw.random()),
                volume * draw.random(), volume * after / 2))
    return out


def write(folder, lines, name="1m"):
    """One file a symbol below `folder` (a pathlib.Path), which is made; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for symbol, of in zip(("BTC", "ETH"), lines):
        if of is not None:
            (folder / f"{symbol}USDT-{name}.csv").write_text("\n".join(of) + "\n")
    return folder
