#!/usr/bin/env python3
# label: long
# seconds: 60
"""tests/e2e/drop_in.py: the example of docs/models.md on synthetic klines: a model trained by Python's
LightGBM, from what l1 features exports, scores the same bits inside a bundle of L1."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import klines

SOURCE = pathlib.Path(os.environ["L1_SOURCE"])
PACKAGES = ["lightgbm==4.7.0", "numpy==1.26.4", "scipy==1.14.1"]
DAYS = 60


def python():
    """A Python with LightGBM's package in the project's own folder; None and a reason without."""
    home = SOURCE / ".venv-python"
    program = home / "bin/python"
    if not program.exists():
        subprocess.run(["python3", "-m", "venv", str(home)], check=False, capture_output=True)
    done = subprocess.run([str(program), "-m", "pip", "install", "-q", "--only-binary", ":all:",
                           *PACKAGES], check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return str(program)
    print("skipped: LightGBM's Python package cannot be installed:", done.stderr[-300:])
    return None


def main():
    program = python()
    if program is None:
        return 77
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        klines.write(folder / "klines", klines.rows(DAYS))
        shutil.copytree(SOURCE / "models/L1", folder / "models")
        done = subprocess.run([program, str(SOURCE / "examples/drop_in.py"), os.environ["L1_BIN"],
                               str(folder / "klines"), str(folder / "models")], cwd=SOURCE,
                              capture_output=True, text=True, check=False)
        print(done.stdout, done.stderr)
        assert done.returncode == 0 and ", 0 differ" in done.stdout
        lost = subprocess.run([program, str(SOURCE / "examples/drop_in.py"), os.environ["L1_BIN"],
                               str(folder / "lost"), str(folder / "models")], cwd=SOURCE,
                              capture_output=True, text=True, check=False)
        assert lost.returncode == 1 and "No such file" in lost.stderr, lost.stderr
        assert "Traceback" not in lost.stderr
        assert int(done.stdout.split()[0]) > 1000
        # The whole bundle is taken: the new model scores the newest minute.
        said = subprocess.run([os.environ["L1_BIN"], "score", "--models", str(folder / "models"),
                               str(folder / "klines")], cwd=SOURCE, capture_output=True, text=True,
                              check=False)
        assert said.returncode == 0 and "head survival" in said.stdout, said
    return 0


if __name__ == "__main__":
    sys.exit(main())
