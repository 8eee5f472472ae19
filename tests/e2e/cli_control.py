#!/usr/bin/env python3
# l1 control, beside a running engine: each command is durable when it returns, status answers, what
# the engine refuses is told, and the dashboard reads the journal meanwhile.
# seconds: 5
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["L1_BIN"]
CONFIG = os.environ["L1_SOURCE"] + "/tests/testlib/l1.yaml"


def control(bus, *arguments):
    return subprocess.run([PROGRAM, "control", *arguments, "--bus", bus], capture_output=True,
                          text=True, check=False, timeout=20)


def start(folder, bus):
    with open(folder + "/log", "a", encoding="utf-8") as log:
        engine = subprocess.Popen(
            [PROGRAM, "run", "--config", CONFIG, "--journal", folder + "/journal", "--bus", bus],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
    deadline = time.monotonic() + 20
    while control(bus, "status").returncode != 0:
        assert engine.poll() is None and time.monotonic() < deadline, open(folder + "/log").read()
        time.sleep(0.05)
    return engine


def stop(engine):
    engine.send_signal(signal.SIGTERM)
    assert engine.wait(timeout=20) == 0


def status(bus):
    done = control(bus, "status")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def commands(bus):
    assert status(bus)["halted"] is False
    done = control(bus, "halt", "--reason", 'a "quoted" reason')
    assert done.returncode == 0 and done.stdout == "halt: durable\n", done
    assert status(bus)["halted"] is True
    for arguments in (["resume"], ["reduce_only"], ["cancel_all"], ["reload_models"],
                      ["halt_symbol", "--symbol", "BTC/USDT"],
                      ["resume_symbol", "--symbol", "BTC/USDT"]):
        done = control(bus, *arguments)
        assert done.returncode == 0, (arguments, done.stderr)
    figures = status(bus)
    assert figures["halted"] is False and figures["reduce_only"] is True, figures
    done = control(bus, "halt_symbol", "--symbol", "XYZ/USDT")
    assert done.returncode == 2 and "XYZ/USDT" in done.stderr, done
    done = control(bus, "halt", "--reason", "x" * 2000)  # obeyed, and its reason cut
    assert done.returncode == 0 and status(bus)["halted"] is True, done
    done = control(bus, "halt", "--reason", "x" * 16384)
    assert done.returncode != 0 and "16 KiB" in done.stderr, done
    for arguments in (["halt", "--symbol", "BTC/USDT"], ["halt_symbol"], []):
        assert control(bus, *arguments).returncode == 2, arguments


def silent_engine(folder):
    """Somebody listens who never answers: the command gives up and says what to do."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(folder + "/silent")
        listener.listen(1)
        began = time.monotonic()
        done = control("unix:" + folder + "/silent", "halt")
        assert done.returncode == 1 and "no answer" in done.stderr, done
        assert 4 < time.monotonic() - began < 15


def main():
    with tempfile.TemporaryDirectory() as folder:
        bus = "unix:" + folder + "/bus"
        engine = start(folder, bus)
        try:
            commands(bus)
            board = subprocess.run([PROGRAM, "dashboard", "--lang", "en", "--journal",
                                    folder + "/journal"], capture_output=True, text=True,
                                   check=False)
            assert board.returncode == 0 and "BTC/USDT" in board.stdout, board.stderr
            stop(engine)
            engine = start(folder, bus)  # what was commanded survives a restart
            assert status(bus)["reduce_only"] is True
            stop(engine)
        finally:
            if engine.poll() is None:
                engine.kill()
                engine.wait()
        done = control(bus, "halt")
        assert done.returncode == 1 and "no engine answers" in done.stderr, done
        silent_engine(folder)
    return 0


sys.exit(main())
