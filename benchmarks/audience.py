"""An audience of phones and open pages while two networks train: how promptly it is served, and what it costs.

    python -m benchmarks.audience [--phones 300] [--visitors 0] [--rounds 3] [--seconds 40]
    python -m benchmarks.audience --phones 1000 --watching 250 --walls 2 --rounds 1 --no-pace
    python -m benchmarks.audience --phones 300 --visitors 250 --rounds 1 --no-pace
    python -m benchmarks.audience --phones 1000 --take-home
    python -m benchmarks.audience --phones 0 --visitors 200

Phones join a lecture, vote, send reviews and see the reveal; those that watch only follow it. Aims: all have joined
within 15 s (1,000 phones beside 250 that watch: 30 s) and voted within 10 s; every answer counted once; vote to a
wall's bar, p95 of 0.5 s; reveal to phone, p95 of 1 s. Visitors open the dashboard and fetch the board's news every
1.25 s; aim: p95 of 0.5 s to the last byte. Health within 0.5 s, no traceback, less than 1 MB of log. With
``--take-home``, each phone downloads the networks after the reveal.

The audience's own process takes a share of the cores that no real one takes. So the trainings' pace is compared with
the pace beside a process that burns that share; the two take turns, each with trainings of its own. Aim: less than 5 %
slower beside 300 phones, 10 % beside 200 visitors.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import random
import statistics
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import psutil

from benchmarks.browser import PROJECT, cache, server, server_process
from benchmarks.phone import PATIENCE, Phone
from benchmarks.visitor import JOIN_SECONDS, Visitor, watch_together
from rnn_compare.runs.store import RunStore
from rnn_compare.services.snapshot import newest

SCRIPT = PROJECT / "benchmarks" / "presented.py"
SETTINGS = "cell=SimpleRNN&cell=LSTM&epochs=100&reviews=20000"
JOINS_A_SECOND, VOTE_SECONDS, REVIEW_SECONDS = 60.0, 8.0, 5.0
"""Phones that scan the code in a second, and periods over which a class votes and writes."""
QUESTION = {
    "id": "best",
    "kind": "best_network",
    "text": "Which network is best on validation?",
    "choices": ["SimpleRNN(32)", "LSTM(32)"],
}


def present(url: str, call: str, *arguments: object) -> Any:
    """Calls a function of the class as its presenter, and returns the result."""
    query = urllib.parse.urlencode({"with": json.dumps(arguments)})
    with urllib.request.urlopen(f"{url}/present/{call}?{query}", timeout=PATIENCE) as answer:
        return json.load(answer)


class Lecture:
    """A lecture before a class of phones, and its measurements in seconds.

    Args:
        url: The server's address.
        phones: Their number.
        watching: The number of further phones that only follow.
        walls: The number of walls, 1 or more.
        takes_home: Each downloads the networks once they are revealed.
    """

    def __init__(self, url: str, phones: int, watching: int = 0, walls: int = 1, takes_home: bool = False) -> None:
        self._url, self._takes_home = url, takes_home
        self._phones = [Phone(url) for _ in range(phones)]
        self._watching = [Phone(url) for _ in range(watching)]
        self._walls = [Phone(url, "wall") for _ in range(walls)]
        self.join_seconds = self.vote_seconds = 0.0
        self.lost = 0
        self.bars: list[float] = []
        self.reveals: list[float] = []
        self.downloads: list[tuple[float, int, bytes]] = []

    async def hold(self, seconds: float) -> None:
        """Joins, votes, reviews and reveals; ends when the time is over."""
        until = time.monotonic() + seconds
        await self._present("begin", "book")
        await self._present("show_step", 3, "Predict", "", QUESTION)  # a step that asks
        await self._present("hide")
        await self._present("open_vote")
        await self._present("open_reviews", True)
        await asyncio.gather(*(wall.join() for wall in self._walls))
        start, all_phones = time.monotonic(), [*self._phones, *self._watching]
        await self._on_phones(len(all_phones) / JOINS_A_SECOND, lambda phone, _: phone.join(), all_phones)
        self.join_seconds = time.monotonic() - start
        await self._vote()
        await self._on_phones(REVIEW_SECONDS, lambda phone, place: phone.send("review", {"text": f"Film {place}."}))
        await self._check()
        start = time.perf_counter()
        curves = [phone.wait_for_state(lambda state: b'"groups":[{' in state) for phone in self._phones]
        _, *times = await asyncio.gather(self._present("reveal"), *curves)
        self.reveals = [moment - start for moment in times]
        if self._takes_home:
            await self._present("offer_networks", True)
            await self._on_phones(VOTE_SECONDS, self._download)
        await asyncio.sleep(max(0.0, until - time.monotonic()))
        self.lost = sum(page.lost for page in (*all_phones, *self._walls))
        await asyncio.gather(*(page.leave() for page in (*all_phones, *self._walls)))

    async def _vote(self) -> None:
        sent: list[float] = []

        async def vote(phone: Phone, place: int) -> None:
            sent.append(time.perf_counter())
            await phone.send("answer", {"question": "best", "round": 1, "answer": place % 2})

        start = time.monotonic()
        await self._on_phones(VOTE_SECONDS, vote)
        while not all(wall.counts[-1][1] == len(self._phones) for wall in self._walls):
            await asyncio.sleep(0.05)
        self.vote_seconds = time.monotonic() - start
        # The k-th vote is in the bar when k are counted, on the last of the walls.
        for place, vote_at in enumerate(sorted(sent)):
            shown = [next(at for at, count in wall.counts if count > place) for wall in self._walls]
            self.bars.append(max(shown) - vote_at)

    async def _download(self, phone: Phone, _: int) -> None:
        self.downloads.append(await phone.download())

    async def _check(self) -> None:
        answers = Counter(await self._present("answers", "best", 1))
        expected = Counter(place % 2 for place in range(len(self._phones)))
        if answers != expected:
            raise SystemExit(f"Answers were lost or counted twice: {answers}, not {expected}.")
        if (reviews := len(await self._present("reviews"))) != len(self._phones):
            raise SystemExit(f"{reviews} reviews of {len(self._phones)} have arrived.")

    async def _on_phones(
        self, seconds: float, do: Callable[[Phone, int], Awaitable[None]], phones: Sequence[Phone] = ()
    ) -> None:
        """Runs something on all phones, at random moments of a period."""

        async def later(phone: Phone, place: int) -> None:
            await asyncio.sleep(random.uniform(0, seconds))
            await do(phone, place)

        await asyncio.gather(*(later(phone, place) for place, phone in enumerate(phones or self._phones)))

    async def _present(self, call: str, *arguments: object) -> Any:
        return await asyncio.to_thread(present, self._url, call, *arguments)


def main() -> None:
    """Prints the audience's waits and the server's load for each round, and the trainings' pace."""
    options = _options()
    random.seed(0)
    with cache() as folder, server(SCRIPT, folder, log=folder / "log") as url, contextlib.ExitStack() as at_end:
        store = RunStore(folder / "runs.db")
        at_end.callback(store.close)
        process = server_process(url)
        ratios: dict[str, list[float]] = {}
        for _ in range(options.rounds):
            # Without a pace, weights are needed only to take home.
            train_anew(url, store, 0 if options.no_pace and not options.take_home else 2)
            start, own, served = time.monotonic(), used(psutil.Process()), used(process)
            with health_watched(url) as health:
                lecture, visitors = asyncio.run(_attend(url, options))
            duration = time.monotonic() - start
            share = (used(psutil.Process()) - own) / duration
            _print_round(lecture, visitors, health)
            log = (folder / "log").read_text()
            print(
                f"log {len(log) / 1000:.1f} kB, {log.count('Traceback')} tracebacks; processor: server "
                f"{(used(process) - served) / duration:.2f}, audience {share:.2f} cores; server's memory "
                f"{process.memory_info().rss / 1e6:.0f} MB",
                flush=True,
            )
            if not options.no_pace:
                paces = epoch_paces(store, start)
                train_anew(url, store)  # the same part of it: later on one network trains alone, on all cores
                start = time.monotonic()
                _burn_beside(min(share, 1.0), duration)
                for title, pace in epoch_paces(store, start).items():
                    ratios.setdefault(title, []).append(paces[title] / pace)
        for title, rounds in ratios.items():
            print(
                f"{title}: an epoch takes {statistics.median(rounds):.3f} times as long beside the audience as beside "
                f"its share burnt; rounds: {[round(ratio, 2) for ratio in rounds]}"
            )


async def _attend(url: str, options: argparse.Namespace) -> tuple[Lecture, list[Visitor]]:
    lecture = Lecture(url, options.phones, options.watching, options.walls, options.take_home)
    visitors = asyncio.create_task(watch_together(url, options.visitors, options.seconds))
    if options.phones:
        await lecture.hold(options.seconds)
    return lecture, await visitors


def _print_round(lecture: Lecture, visitors: list[Visitor], health: list[float]) -> None:
    if lecture.bars:
        print(
            f"{len(lecture.bars)} phones: joined in {lecture.join_seconds:.1f} s, voted in {lecture.vote_seconds:.1f} "
            f"s, every answer counted once; {lecture.lost} connections lost or refused"
        )
    if visitors:
        last = max(JOIN_SECONDS * i / len(visitors) + visitor.opened for i, visitor in enumerate(visitors))
        print(f"{len(visitors)} pages arrive within {JOIN_SECONDS:.0f} s: the last is drawn after {last:.1f} s")
    pages = {
        "vote to bar": lecture.bars,
        "reveal to phone": lecture.reveals,
        "page opened": [visitor.opened for visitor in visitors],
        "news": [tick for visitor in visitors for tick in visitor.ticks],
        "download": [seconds for seconds, _, _ in lecture.downloads],
        "health": health,
    }
    for name, times in pages.items():
        if len(times) > 1:
            quantiles = statistics.quantiles(times, n=100, method="inclusive")
            print(f"{name}: p50 {quantiles[49]:.2f} s, p95 {quantiles[94]:.2f} s, worst {max(times):.2f} s")
    if lecture.downloads:
        _, sizes, tags = zip(*lecture.downloads, strict=True)
        print(f"{len(sizes)} downloads of {max(sizes) / 1e6:.2f} MB, {len({*tags})} different pages")


@contextlib.contextmanager
def health_watched(url: str) -> Iterator[list[float]]:
    """A list that, at the end, holds the times of the health checks meanwhile, made by a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    answers, is_over, times = spawn.SimpleQueue(), spawn.Event(), list[float]()
    process = spawn.Process(target=watch_health, args=(url, answers, is_over))
    process.start()
    yield times
    is_over.set()
    times += answers.get()
    process.join()


def watch_health(url: str, answers: Any, is_over: Any) -> None:
    """Checks the server's health every tenth of a second; at the end, hands over the times of all answers."""
    times = list[float]()
    while not times or not is_over.wait(0.1):
        start = time.perf_counter()
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=PATIENCE).close()
        times.append(time.perf_counter() - start)
    answers.put(times)


def train_anew(url: str, store: RunStore, epochs: int = 2) -> None:
    """Starts two trainings as the lecturer does, in place of earlier ones; returns after so many epochs of both."""
    for run in store.runs():
        store.request_stop(run.id)
    while not all(run.status.ended for run in store.runs()):
        time.sleep(0.5)
    asyncio.run(_press_train(url))
    while not all(len(run.epochs) >= epochs for run in newest(store.runs())):
        time.sleep(0.5)


async def _press_train(url: str) -> None:
    lecturer = Visitor(url, SETTINGS)
    async with lecturer.open() as connection:
        await lecturer.rerun(connection)
        await lecturer.rerun(connection, lecturer.buttons["Train"])


def epoch_paces(store: RunStore, since: float) -> dict[str, float]:
    """Returns each network's median seconds per epoch, of the epochs that began since a time and have ended."""
    now = time.monotonic()
    paces = {}
    for run in newest(store.runs()):
        if run.status.ended:
            raise SystemExit("A training ended before its round: use more epochs, or fewer --seconds.")
        recent, start = [], now
        for epoch in reversed(run.epochs):
            start -= epoch.seconds
            if start < since:
                break
            recent.append(epoch.seconds)
        if not recent:
            raise SystemExit(f"No epoch of {run.title} began and ended within a round: use more --seconds.")
        paces[run.title] = statistics.median(recent)
    return paces


def _burn_beside(share: float, seconds: float) -> None:
    process = multiprocessing.get_context("spawn").Process(target=burn, args=(share, seconds))
    process.start()
    process.join()


def burn(share: float, seconds: float) -> None:
    """Keeps one core busy for a share of the time."""
    until = time.monotonic() + seconds
    while (now := time.monotonic()) < until:
        while time.monotonic() - now < 0.02 * share:
            pass
        time.sleep(0.02 * max(0.0, 1 - share))


def used(process: psutil.Process) -> float:
    """Returns the processor seconds of a process so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--watching", type=int, default=0, help="phones that only follow")
    parser.add_argument("--walls", type=int, default=1)
    parser.add_argument("--visitors", type=int, default=0, help="open dashboards")
    parser.add_argument("--take-home", action="store_true", help="each phone downloads the networks after the reveal")
    parser.add_argument("--no-pace", action="store_true", help="leave out what the audience costs the trainings")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=40.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
