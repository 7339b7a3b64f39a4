"""All tests, as several pytests: `python -m tests`. Plain `pytest` runs the same one after the other.

It ends with how long each part took, the ten slowest tests, and a line with all counts.

Two more run at a time than there are cores, since those that break things or look at pages spend half of their time
waiting; more would slow each other down. `python -m tests quick` is for daily work: no browser, no worker, no fault
and no training beyond seconds.
"""

import contextlib
import ctypes
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.kit import caches
from tests.running import FILE_VARIABLE

PARTS = (
    # What imports Keras, which no page of the others may have beside it: Streamlit clears its session each time.
    # The examples of the program's docstrings belong here, for pytest imports all of it to find them.
    "rnn_compare tests/arithmetic tests/cells tests/explain tests/feedforward tests/fused tests/metrics tests/networks"
    " tests/test_other_libraries.py tests/test_presets.py",
    "tests/browser --ignore=tests/browser/lecture",
    "tests/browser/lecture",
    "tests/faults",
    "tests/comparison tests/lecture",
    "tests/security",
    "tests/report tests/reviews tests/runs tests/sources",
    "tests/training",
    "tests/deployment tests/plugin tests/test_style.py",
    "tests/app tests/dashboard",
)
"""In the order in which all end soonest: long ones first, and a short one last. What they leave out begins first."""

QUICK = (
    "tests/cells tests/explain tests/networks",
    "tests/dashboard tests/server tests/sources",
    "tests/reviews tests/runs",
    "tests/test_style.py tests/test_architecture.py tests/test_names.py tests/test_paths.py tests/charts"
    " tests/comparison tests/javascript tests/metrics",
)

MOST_SECONDS = 20 * 60
"""For each part: one that hangs ends the gate with the name of its test, instead of holding it for ever."""

_CLOSING_LINE = re.compile(r"^=+ (.+ in \d+\.\d\ds.*) =+$", re.MULTILINE)
_DURATION = re.compile(r"^(\d+\.\d+)s (?:setup|call|teardown) +(\S.*)$", re.MULTILINE)
_COUNT = re.compile(r"(\d+) (failed|error|passed|skipped|deselected|xfailed|xpassed)")
_PR_CAPBSET_DROP, _CAP_SYS_NICE = 24, 23  # linux/prctl.h, linux/capability.h


def main(arguments: list[str]) -> int:
    """Runs all, or the quick ones; prints the output of each pytest, a failed one last, then times and all counts.

    Returns 0 if all have passed.
    """
    if arguments not in ([], ["quick"]):
        print("usage: python -m tests [quick]", file=sys.stderr)
        return 2
    caches.keep()
    _take_one_priority()
    caches.compile_bytecode()
    # Many tests wait for what is prepared, so this begins while they are collected.
    wanted = "reviews" if arguments else "prepared"
    preparing = subprocess.Popen([sys.executable, "-c", f"from tests.kit import caches; caches.{wanted}()"])
    if arguments:
        parts = [f"{part} -m '{_gate()} and not slow'" for part in QUICK]
    else:
        paths = [path for path in " ".join(PARTS).split() if not path.startswith("--")]
        parts = [" --ignore=".join(["tests", *paths]), *PARTS]
    with ThreadPoolExecutor((os.cpu_count() or 1) + 2) as threads:
        ended = list(threads.map(run, parts))
    preparing.wait()
    for part in sorted(ended, key=lambda part: part.code):
        print(part.output)
    outputs = [part.output for part in ended]
    print("Parts:", *(f"{part.seconds:6.0f} s  {part.name}" for part in ended), sep="\n")
    print("Slowest tests:", *slowest(outputs), sep="\n")
    print(total(outputs))
    return max(part.code for part in ended)


def slowest(outputs: Sequence[str], count: int = 10) -> list[str]:
    """Returns the tests that took longest, with what was set up for them, by the durations that pytest prints."""
    seconds = defaultdict[str, float](float)
    for duration, test in _DURATION.findall("\n".join(outputs)):
        seconds[test] += float(duration)
    most = sorted(seconds.items(), key=lambda item: item[1], reverse=True)[:count]
    return [f"{duration:6.0f} s  {test}" for test, duration in most]


def total(outputs: Sequence[str]) -> str:
    """Returns a closing line for the outputs of several pytests."""
    lines, counts = [_closing_line(output) for output in outputs], Counter[str]()
    for number, outcome in _COUNT.findall("\n".join(lines)):
        counts[outcome] += int(number)
    missing = f"; without {lines.count('')} that ended early" if "" in lines else ""
    return f"{', '.join(f'{number} {outcome}' for outcome, number in counts.items())} in {len(lines)} parts{missing}"


def _closing_line(output: str) -> str:
    """Returns pytest's last line, which others may write behind; empty if it ended without one."""
    lines: list[str] = _CLOSING_LINE.findall(output)
    return lines[-1] if lines else ""


def _gate() -> str:
    """Returns the expression of markers that pytest runs by itself: one on its command line takes its place."""
    settings = tomllib.loads((caches.PROJECT / "pyproject.toml").read_text("utf-8"))
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


class Ended(NamedTuple):
    """What came of one pytest: its exit code, above 0 too if it ended without a closing line, output and seconds."""

    name: str
    code: int
    output: str
    seconds: float


def run(part: str, most_seconds: float = MOST_SECONDS) -> Ended:
    """Runs one pytest."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as stream:
        running = Path(folder) / "running"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.running",
            "--color=no",
            "--durations=40",
            *shlex.split(part),
        ]
        environment = os.environ | {FILE_VARIABLE: str(running)}
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, env=environment)
        hung = ""
        try:
            code = process.wait(most_seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            code = process.wait()
            test = running.read_text("utf-8") if running.exists() else "the collection of its tests"
            hung = f"hung after {most_seconds:.0f} seconds in {test}"
        stream.seek(0)
        output = f"{stream.read()}\n{hung}".strip()
    print(f"{part}: {hung or _closing_line(output) or 'ended early'}", flush=True)
    return Ended(part, abs(code) or int(not _closing_line(output)), output, time.monotonic() - began)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kills a pytest with the servers, workers and browsers that it has started."""
    for child in psutil.Process(process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    process.kill()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
