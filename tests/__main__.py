"""All tests, as three pytests side by side: `python -m tests`. Plain `pytest` runs the same one after the other.

Those that train and break things wait for workers and for the clock most of the time, the others keep a core busy:
together they take half of the time.
"""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

PARTS = (
    ("tests/faults", "tests/training"),
    tuple(
        f"tests/{part}"
        for part in ("app", "dashboard", "comparison", "fused", "insight", "networks", "runs", "test_style.py")
    ),
)
"""The third takes what is left."""


def main() -> int:
    """Runs all; prints what each said, one that failed last. Returns 0 if all tests have passed."""
    rest = tuple(f"--ignore={path}" for part in PARTS for path in part)
    with ThreadPoolExecutor() as threads:
        ended = list(threads.map(_run, (*PARTS, rest)))
    for _, said in sorted(ended):
        print(said)
    return max(code for code, _ in ended)


def _run(arguments: tuple[str, ...]) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+") as said:
        code = subprocess.call([sys.executable, "-m", "pytest", *arguments], stdout=said, stderr=subprocess.STDOUT)
        said.seek(0)
        output = said.read().rstrip()
    print(f"{' '.join(arguments)}: {output.rpartition(chr(10))[2]}", flush=True)
    return abs(code), output


if __name__ == "__main__":
    raise SystemExit(main())
