"""Cost of the program without an open page and a training, against an empty Streamlit page's server.

    python -m benchmarks.idle [--seconds 60] [--rest]

Processor time of the server and of all its workers, once these are ready, as a share of one core, and how often their
threads woke (on Linux; a noisy machine changes that least); the two servers wait at the same time. Aim: 2.5 times the
empty page's for all of them together. With ``--rest`` once more when the workers rest, some minutes later, and the
memory before and after.
"""

import argparse
import contextlib
import time
from pathlib import Path

import psutil

from benchmarks.browser import EMPTY, PROJECT, cache, server, server_process
from benchmarks.worker_processes import workers_of
from rnn_compare.training.local.supervision import REST_SECONDS

READY_SECONDS, STILL = 180.0, 0.03
"""Longest start of the workers, and the share of a core below which it is over."""


def main() -> None:
    """Prints the share of a core that each kind of process takes, and their memory."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rest", action="store_true")
    options = parser.parse_args()
    with cache() as folder:
        (folder / "empty.py").write_text(EMPTY)
        with server(PROJECT / "app.py", folder) as url, server(folder / "empty.py", folder) as other:
            ours, empty = server_process(url), server_process(other)
            _wait_until_still(ours, folder)
            _measure(ours, empty, options.seconds)
            if options.rest:
                _wait_until_resting(ours)
                _measure(ours, empty, options.seconds)


def _measure(ours: psutil.Process, empty: psutil.Process, seconds: float) -> None:
    """Prints the costs of our server with its children, and of the empty page's."""
    every = (ours, empty, *ours.children(recursive=True))
    before = {process: _used(process) for process in every}
    woken_before = {process: _woken(process) for process in every}
    time.sleep(seconds)
    still = [process for process in before if process.is_running()]
    shares = {process: 100 * (_used(process) - before[process]) / seconds for process in still}
    woken = {process: (_woken(process) - woken_before[process]) / seconds for process in still}
    workers = [process for process in still if process not in (ours, empty)]
    of_workers, memory = sum(shares[process] for process in workers), sum(map(_megabytes, (ours, *workers)))
    print(f"server {shares[ours]:.2f} %, {len(workers)} other processes {of_workers:.2f} % of a core, {memory:.0f} MB")
    print(
        f"together {shares[ours] + of_workers:.2f} % (aim: 2.5 times as much as the other); "
        f"an empty page's server {shares[empty]:.2f} %, {_megabytes(empty):.0f} MB"
    )
    print(
        f"woken {woken[ours] + sum(woken[process] for process in workers):.1f} times a second together, "
        f"the empty page's server {woken[empty]:.1f} times"
    )


def _wait_until_resting(process: psutil.Process) -> None:
    until = time.monotonic() + REST_SECONDS + READY_SECONDS
    while workers_of(process):
        if time.monotonic() > until:
            raise SystemExit("The workers did not go to rest.")
        time.sleep(1.0)


def _wait_until_still(process: psutil.Process, folder: Path) -> None:
    """Waits until the workers have started and imported everything."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        children = process.children(recursive=True)
        before = sum(map(_used, children))
        time.sleep(5.0)
        if workers_of(process) and (folder / "runs.db").exists():
            after = sum(_used(child) for child in children if child.is_running())
            if after - before < STILL * 5.0:
                return
    raise SystemExit("The workers did not come to rest.")


def _megabytes(process: psutil.Process) -> float:
    """Returns its memory, with its share of what it has in common with others."""
    memory = process.memory_full_info()
    return float(getattr(memory, "pss", memory.uss)) / 1e6  # only Linux has shares


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _woken(process: psutil.Process) -> int:
    """Returns how often its threads have waited for something and continued; 0 where the system does not count."""
    switches = 0
    for task in Path(f"/proc/{process.pid}/task").glob("*/status"):
        with contextlib.suppress(OSError):  # a thread may just have ended
            switches += int(task.read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    return switches


if __name__ == "__main__":
    main()
