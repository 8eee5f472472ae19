#!/usr/bin/env python3
"""examples/drop_in.py L1 KLINES BUNDLE: a LightGBM model of one's own in place of the shipped one.

Exports the rows that L1 learns from, trains the survival head's LightGBM model with Python's
package, puts it into a copy of the bundle at BUNDLE, and holds L1's raw scores against Python's:
the same bits. Needs lightgbm (with numpy) in this Python. L1 is the program, KLINES a folder or file of
one-minute klines of BTC and ETH, BUNDLE the copy, which must be there (cp -r models/L1 my_models).
The Platt scale, the stack and the thresholds of the old model stay in the manifest: docs/models.md says how
to make those of the new one.
"""
import hashlib
import re
import subprocess
import sys

import lightgbm
import numpy

LEADING = 6  # symbol, time_ms, label_end_ms, side, stop_fraction, label
LABEL = 5
MODEL = "survival/modelo3_lgbm.txt"


def rows_of(program, klines, bundle):
    """Names of the columns, the columns, and the labels, in the order of time."""
    text = subprocess.run([program, "features", "--models", bundle, "--head", "survival", "--out",
                           "csv", klines], check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [line.split(",") for line in text.splitlines()]
    columns = numpy.array([[float(field) for field in line[LEADING:]] for line in lines[1:]])
    labels = numpy.array([int(line[LABEL]) for line in lines[1:]])
    return lines[0][LEADING:], columns, labels


def seal(bundle):
    """The manifest names the SHA-256 of every file."""
    with open(f"{bundle}/{MODEL}", "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with open(f"{bundle}/manifest.txt", encoding="utf-8") as file:
        manifest = file.read()
    changed, count = re.subn(rf"(lightgbm={MODEL}) [0-9a-f]+", rf"\g<1> {digest}", manifest)
    assert count == 1, "the manifest names the model once"
    with open(f"{bundle}/manifest.txt", "w", encoding="utf-8") as file:
        file.write(changed)


def scores_of(program, bundle, names, columns):
    """What L1 says of the rows."""
    text = [",".join(names)]
    text += [",".join(repr(float(value)) for value in row) for row in columns]
    said = subprocess.run([program, "score", "--models", bundle, "--head", "survival", "--rows", "-"],
                          input="\n".join(text) + "\n", check=True, stdout=subprocess.PIPE,
                          text=True).stdout.splitlines()
    place = said[0].split(",").index("lightgbm")
    return numpy.array([float(line.split(",")[place]) for line in said[1:]])


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, klines, bundle = sys.argv[1:]
    names, columns, labels = rows_of(program, klines, bundle)
    cut = len(labels) * 3 // 4  # the last quarter judges; no row is shuffled
    data = lightgbm.Dataset(columns[:cut], labels[:cut], feature_name=names)
    booster = lightgbm.train({"objective": "binary", "num_leaves": 15, "max_depth": 6,
                              "learning_rate": 0.03, "min_data_in_leaf": 100, "num_threads": 1,
                              "deterministic": True, "seed": 1, "verbosity": -1}, data, 100)
    booster.save_model(f"{bundle}/{MODEL}")
    seal(bundle)
    ours = scores_of(program, bundle, names, columns[cut:])
    theirs = booster.predict(columns[cut:], raw_score=True)
    differing = int(numpy.sum(ours.view(numpy.int64) != theirs.view(numpy.int64)))
    print(f"{len(ours)} rows scored by both, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failed:  # L1 has said why
        sys.exit(f"drop_in.py: l1 {failed.cmd[1]} ended with {failed.returncode}")
