"""A hall that stays: 200 visitors watch for half an hour while networks train; the server's memory, minute by minute.

    python -m benchmarks.hall_memory [--viewers 200] [--minutes 30]

The visitors are those of ``benchmarks.viewers``. Whenever the two networks have finished, the lecturer presses Train
again. The server's memory is compared with itself: what matters is that the last ten minutes take no more than those
before them.
"""

import argparse
import asyncio
import statistics
import time

import psutil

from benchmarks.browser import PROJECT, cache, server
from benchmarks.viewers import Visitor, hall, press_train, quantile, server_process
from rnn_compare.runs.store import RunStore

LOOK_SECONDS = 5.0


async def lecture(url: str, store: RunStore, process: psutil.Process, viewers: int, minutes: float) -> list[Visitor]:
    """Lets the visitors watch and keeps networks at work; prints the server's memory every minute."""
    watching = asyncio.create_task(hall(url, viewers, 60 * minutes))
    begun, printed, recent = time.monotonic(), 0, []
    by_minute: list[float] = []
    while not watching.done():
        if all(run.status.ended for run in store.runs()):
            await press_train(url)
        recent.append(process.memory_info().rss / 1e6)
        minute = int((time.monotonic() - begun) / 60)
        if minute > printed:
            by_minute.append(statistics.median(recent))
            print(f"minute {minute}: {by_minute[-1]:.0f} MB, {len(store.runs())} runs", flush=True)
            printed, recent = minute, []
        await asyncio.wait([watching], timeout=LOOK_SECONDS)
    if len(by_minute) >= 3:
        third = len(by_minute) // 3
        parts = [statistics.median(by_minute[i * third : (i + 1) * third]) for i in range(3)]
        print(f"medians of the first, second and last third: {', '.join(f'{part:.0f} MB' for part in parts)}")
    return watching.result()


def main() -> None:
    """Prints the server's memory minute by minute, and how prompt the pages were."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args()
    with cache() as folder, server(PROJECT / "app.py", folder) as url:
        store = RunStore(folder / "runs.db")
        visitors = asyncio.run(lecture(url, store, server_process(url), options.viewers, options.minutes))
        ticks = [tick for visitor in visitors for tick in visitor.ticks]
        print(f"{len(ticks)} ticks: p50 {quantile(ticks, 50):.2f} s, p95 {quantile(ticks, 95):.2f} s")
        store.close()


if __name__ == "__main__":
    main()
