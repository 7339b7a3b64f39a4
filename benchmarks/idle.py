"""What the program costs while nobody has a page open and nothing trains, against an empty Streamlit page's server.

    python -m benchmarks.idle [--seconds 60]

Processor time of the server and of all its workers, once these are ready, as a share of one core; the two servers wait
at the same time. Aim: 0.3 % for all of them together.
"""

import argparse
import time
from pathlib import Path

import psutil

from benchmarks.browser import PROJECT, cache, server
from benchmarks.viewers import server_process

EMPTY = 'import streamlit as st\nst.write("ready")\n'
READY_SECONDS, STILL = 180.0, 0.03
"""How long the workers may take to start, and the share of a core below which they have."""


def main() -> None:
    """Prints the share of a core that each kind of process takes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with cache() as folder:
        (folder / "empty.py").write_text(EMPTY)
        with server(PROJECT / "app.py", folder) as url, server(folder / "empty.py", folder) as other:
            ours, empty = server_process(url), server_process(other)
            _wait_until_still(ours, folder)
            before = {process: _used(process) for process in (ours, empty, *ours.children(recursive=True))}
            time.sleep(options.seconds)
            shares = {
                process: 100 * (_used(process) - used) / options.seconds
                for process, used in before.items()
                if process.is_running()
            }
            workers = [share for process, share in shares.items() if process not in (ours, empty)]
            print(f"server {shares[ours]:.2f} %, {len(workers)} other processes {sum(workers):.2f} % of a core")
            whole = shares[ours] + sum(workers)
            print(f"together {whole:.2f} % (aim 0.3 %); an empty page's server {shares[empty]:.2f} %")


def _wait_until_still(process: psutil.Process, folder: Path) -> None:
    """Waits for the workers: they are there, and have imported what they import."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        children = process.children(recursive=True)
        before = sum(map(_used, children))
        time.sleep(5.0)
        if len(children) > 1 and (folder / "runs.db").exists():
            after = sum(_used(child) for child in children if child.is_running())
            if after - before < STILL * 5.0 and after > 3.0:
                return
    raise SystemExit("The workers did not come to rest.")


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
