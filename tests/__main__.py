"""All tests, as two pytests side by side: `python -m tests`. Plain `pytest` runs the same one after the other.

Those aside keep one core busy, those that train often wait for workers or for the clock: together they take two
thirds of the time.
"""

import subprocess
import sys
import tempfile
import threading

ASIDE = tuple(
    f"tests/{part}" for part in ("app", "dashboard", "insight", "networks", "runs", "security", "test_style.py")
)


def main() -> int:
    """Runs both; what the one aside says is printed when it is done. Returns 0 if all tests have passed."""
    pytest = [sys.executable, "-m", "pytest"]
    with tempfile.TemporaryFile("w+") as said:
        aside = subprocess.Popen([*pytest, *ASIDE], stdout=said, stderr=subprocess.STDOUT)

        def report() -> None:
            aside.wait()
            said.seek(0)
            print(f"\n{said.read()}", flush=True)

        reporter = threading.Thread(target=report)
        reporter.start()
        rest = subprocess.run([*pytest, *(f"--ignore={path}" for path in ASIDE)], check=False)
        reporter.join()
    return rest.returncode or aside.returncode


if __name__ == "__main__":
    raise SystemExit(main())
