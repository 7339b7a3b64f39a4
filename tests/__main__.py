"""All tests, as five pytests side by side: `python -m tests`. Plain `pytest` runs the same one after the other.

Those that train and break things wait for workers and for the clock most of the time, the others keep a core busy:
together they take half of the time. `python -m tests quick` is for daily work: no browser, no worker, no fault and
no training beyond seconds.
"""

import ctypes
import os
import shlex
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor

from tests import kept

PARTS = (
    ("tests/faults", "tests/training"),
    # These import Keras. What Streamlit runs beside it takes several times as long: it clears Keras' session each time.
    # The examples of the program's docstrings belong here, for pytest imports all of it to find them.
    (
        "rnn_compare",
        *(f"tests/{part}" for part in ("cells", "feedforward", "metrics", "fused", "explain", "networks", "report")),
        *("tests/reviews", "tests/sources", "tests/test_presets.py"),
    ),
    tuple(f"tests/{part}" for part in ("app", "benchmarks", "dashboard", "server", "cli", "test_style.py")),
    ("tests/browser",),
)
"""The last takes what is left."""

_PR_CAPBSET_DROP, _CAP_SYS_NICE = 24, 23  # linux/prctl.h, linux/capability.h

QUICK = (
    tuple(f"tests/{part}" for part in ("cells", "explain", "networks", "test_style.py")),
    tuple(
        f"tests/{part}"
        for part in (
            *("charts", "comparison", "dashboard", "server", "metrics", "javascript", "reviews", "runs", "sources"),
            *("test_architecture.py", "test_names.py", "test_paths.py"),
        )
    ),
)


def main(arguments: list[str]) -> int:
    """Runs all, or the quick ones; prints what each pytest said, one that failed last. Returns 0 if all have passed."""
    if arguments not in ([], ["quick"]):
        print("usage: python -m tests [quick]", file=sys.stderr)
        return 2
    kept.keep()
    _take_one_priority()
    kept.compile_bytecode()
    # Many tests wait for the kernels, so these are compiled before all else, while the tests are collected.
    compiling = subprocess.Popen([sys.executable, "-c", "from tests import kept; kept.prepared()"])
    rest = ("tests", *(f"--ignore={path}" for part in PARTS for path in part))
    runs = [(*part, "-m", f"{_gate()} and not slow") for part in QUICK] if arguments else [*PARTS, rest]
    with ThreadPoolExecutor() as threads:
        ended = list(threads.map(_run, runs))
    compiling.wait()
    for _, said in sorted(ended):
        print(said)
    return max(code for code, _ in ended)


def _gate() -> str:
    """Returns the expression of markers that pytest runs by itself: one on its command line takes its place."""
    settings = tomllib.loads((kept.PROJECT / "pyproject.toml").read_text("utf-8"))
    return shlex.split(settings["tool"]["pytest"]["ini_options"]["addopts"])[-1]


def _take_one_priority() -> None:
    """Gives this process, and all that it starts, the lowest priority.

    A program's workers give way to everybody; among tests that keep every core busy they would starve. And they did
    so while Chromium drew: where it may, as root may, it gives itself a better priority, so nobody may any more.
    """
    if hasattr(os, "nice"):
        os.nice(19)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_SYS_NICE, 0, 0, 0)


def _run(arguments: tuple[str, ...]) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+") as said:
        code = subprocess.call(
            [sys.executable, "-m", "pytest", "--durations=8", *arguments], stdout=said, stderr=subprocess.STDOUT
        )
        said.seek(0)
        output = said.read().rstrip()
    print(f"{' '.join(arguments)}: {output.rpartition(chr(10))[2]}", flush=True)
    return abs(code), output


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
