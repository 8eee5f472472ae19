#!/bin/sh
# tools/hftbacktest.sh: prints the path of a Python that has hftbacktest, which one bench compares with.
# The wheels are fixed by their hashes (Python 3.11 on x86_64 and aarch64) and go into .venv/ of this
# checkout: the library and what running it needs, not what its charts would.
# Exit 77 with a reason on stderr when there is none: no network, no python3-venv, another Python.
set -eu
cd "$(dirname "$0")/.."

usable() {
    [ -x .venv/bin/python ] && .venv/bin/python -c 'if True:
        from importlib.metadata import version
        wanted = {"hftbacktest": "2.4.4", "numba": "0.68.1", "llvmlite": "0.50.0", "numpy": "2.2.6"}
        raise SystemExit(any(version(name) != it for name, it in wanted.items()))' 2>/dev/null &&
        echo "$PWD/.venv/bin/python"
}

usable && exit 0
log=$(mktemp)
trap 'rm -f "$log" "$log.wheels"' EXIT
cat >"$log.wheels" <<'WHEELS'
hftbacktest==2.4.4 \
 --hash=sha256:36eeb8558662ff0992c2b972f97b2d6928e55d5328a54649c08fc30647505213 \
 --hash=sha256:a4ee285a7fefe590b17821247808115b15e17558c0aea03fffcd68426a8d41aa
numba==0.68.1 \
 --hash=sha256:58fe7a3810261cf13797d8aa94c018cfe91e1e8adf634df60eb60ef834f9367b \
 --hash=sha256:b206741270692578112600767ef5e4935b38484a9edbc8dd925389ac67d0e828
llvmlite==0.50.0 \
 --hash=sha256:a6ffde00d4be8772a24e3e8b3af6bf86a79e7cf066d944ef56136b3957d707dc \
 --hash=sha256:0225351ad77ea30501fc5b4c09ff6868169fde50c5a576cdfda1645091157616
numpy==2.2.6 \
 --hash=sha256:ba10f8411898fc418a521833e014a77d3ca01c15b0c6cdcce6a0d2897e6dbbdf \
 --hash=sha256:b64d8d4d17135e00c8e346e0a738deb17e754230d7e0810ac5012750bbd85a5a
WHEELS
if { [ -x .venv/bin/pip ] || python3 -m venv .venv; } >"$log" 2>&1 &&
    .venv/bin/pip install --disable-pip-version-check -q --no-deps --only-binary :all: \
        --require-hashes -r "$log.wheels" >"$log" 2>&1 && usable; then
    exit 0
fi
tail -n 3 "$log" >&2
echo "hftbacktest's wheels could not be installed" >&2
exit 77
