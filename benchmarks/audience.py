"""A class of 300 phones joins, votes, sends reviews and sees the reveal while two networks train: how prompt it is.

    python -m benchmarks.class_of_phones [--phones 300] [--viewers 0] [--rounds 3] [--seconds 40]
    python -m benchmarks.class_of_phones --phones 1000 --viewers 250 --rounds 1 --no-pace
    python -m benchmarks.class_of_phones --phones 1000 --take-home

Each phone does what the page does: it fetches the page and its files, listens to the events, and sends an answer and a
review. Aims: all have joined within 15 s (1,000 with 250 open pages: 30 s) and voted within 10 s; every answer counted
once; from a vote to the bar on the wall, and from the reveal to a phone, p95 of 1 s; health within 0.5 s throughout, no
traceback, and less than 1 MB of log; all back within 5 s after the server was started again. With `--take-home`, each
phone downloads the page that reads once the networks are revealed, while they go on training.

The phones' own process takes a share of the two cores that no real hall takes. So the trainings' pace is compared with
their pace when no phone is there and a process that merely burns that share runs in their place, as in
`benchmarks.viewers`; the two take turns, each with trainings of its own. Aim: less than 5 % slower.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import random
import re
import statistics
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import psutil

from benchmarks import viewers
from benchmarks.browser import PROJECT, cache, server
from benchmarks.viewers import burn, epoch_paces, quantile, server_process, train_anew, used
from rnn_compare.runs.store import RunStore
from rnn_compare.server.phones.join import FILES
from rnn_compare.server.snapshot import newest

SCRIPT = PROJECT / "benchmarks" / "presented.py"
SETTINGS = "cell=SimpleRNN&cell=LSTM&epochs=100&reviews=20000"
JOINING, VOTE_SECONDS, REVIEW_SECONDS = 60.0, 8.0, 5.0
"""Phones a second that scan the code, and seconds over which a hall votes and writes."""
LOOK_SECONDS = 0.25
"""Between two looks of the wall at the count."""
PATIENCE = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.3, 2.5
"""As join_line.js has them."""
QUESTION = {
    "id": "best",
    "kind": "best_network",
    "text": "Which network is best on validation?",
    "choices": ["SimpleRNN(32)", "LSTM(32)"],
}
ASSETS = [f"join/{path.name}" for path in FILES.iterdir() if path.suffix != ".html"]


class Phone:
    """One phone of the hall.

    Args:
        url: The server's address.
    """

    def __init__(self, url: str) -> None:
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        self._cookie = ""
        self._listening: asyncio.Task[None] | None = None
        self.state = b""
        self.heard = asyncio.Condition()

    async def join(self) -> None:
        """Fetches the page and its files, and listens until it is told where the lecture stands."""
        head, _ = await self._ask([("GET", "join", b"")])
        self._cookie = re.findall(rb"set-cookie: ([^;]*)", head, re.IGNORECASE)[0].decode()
        await self._ask([("GET", name, b"") for name in ASSETS])
        self._listening = asyncio.create_task(self._listen())
        await self.told(bool)

    async def told(self, holds: Callable[[bytes], object]) -> float:
        """Waits until the last state holds something, and returns when it did."""
        async with self.heard:
            await asyncio.wait_for(self.heard.wait_for(lambda: holds(self.state)), PATIENCE)
        return time.perf_counter()

    async def send(self, what: str, message: object) -> None:
        """Sends an answer or a review."""
        head, body = await self._ask([("POST", f"join/{what}", json.dumps(message).encode())])
        if b" 503 " in head.partition(b"\r\n")[0]:  # the page, too, sends it again
            await asyncio.sleep(random.uniform(0.5, 1.5))
            await self.send(what, message)
        elif b"kept" not in body:
            raise SystemExit(f"A phone was refused: {body!r}")

    async def download(self) -> tuple[float, int, bytes]:
        """Fetches the page that reads; returns the seconds it took, its bytes, and its tag."""
        begun = time.perf_counter()
        head, body = await self._ask([("GET", "join/networks", b"")], "Accept-Encoding: gzip\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise SystemExit(f"A phone got no page: {body!r}")
        return time.perf_counter() - begun, len(body), re.findall(rb"etag: (\S+)", head, re.IGNORECASE)[0]

    async def leave(self) -> None:
        """Closes the page."""
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _ask(self, requests: Sequence[tuple[str, str, bytes]], more: str = "") -> tuple[bytes, bytes]:
        """Asks one after the other over one connection, and returns the last answer's head and body."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        for method, path, body in requests:
            sizes = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(self._head(method, path, more + sizes))
            writer.write(body)
            head = await reader.readuntil(b"\r\n\r\n")
            size = re.findall(rb"content-length: (\d+)", head, re.IGNORECASE)
            if b"transfer-encoding: chunked" in head.lower():
                body = b"".join([chunk async for chunk in _chunks(reader)])
            else:
                body = await reader.readexactly(int(size[0]) if size else 0)
        writer.close()
        return head, body

    async def _listen(self) -> None:
        tries = 0
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(self._host, self._port)
                try:
                    writer.write(self._head("GET", "join/events", ""))
                    await self._follow(reader)
                finally:
                    writer.close()
            tries = 0 if self.state else tries + 1
            self.state = b""
            await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(tries, 9)) * random.uniform(0.5, 1.5))

    async def _follow(self, reader: asyncio.StreamReader) -> None:
        while True:
            event = await reader.readuntil(b"\n\n")
            if b"event: state" in event:
                async with self.heard:
                    self.state = event
                    self.heard.notify_all()

    def _head(self, method: str, path: str, more: str) -> bytes:
        host = f"{self._host}:{self._port}"
        cookie = f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        return (f"{method} /{path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{cookie}{more}\r\n").encode()


async def _chunks(reader: asyncio.StreamReader) -> Any:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)


def present(url: str, call: str, *arguments: object) -> Any:
    """Has the presenter do something, and returns what came of it."""
    query = urllib.parse.urlencode({"with": json.dumps(arguments)})
    with urllib.request.urlopen(f"{url}/present/{call}?{query}", timeout=PATIENCE) as answer:
        return json.load(answer)


def watch_health(url: str, answers: Any, is_over: Any) -> None:
    """Asks for the server's health every tenth of a second, and tells at the end how long each answer took."""
    times = list[float]()
    while not times or not is_over.wait(0.1):
        began = time.perf_counter()
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=PATIENCE).close()
        times.append(time.perf_counter() - began)
    answers.put(times)


@contextlib.contextmanager
def watched(url: str) -> Iterator[list[float]]:
    """A process of its own that asks for the server's health; the times of its answers are there at the end."""
    spawn = multiprocessing.get_context("spawn")
    answers, is_over, times = spawn.SimpleQueue(), spawn.Event(), list[float]()
    process = spawn.Process(target=watch_health, args=(url, answers, is_over))
    process.start()
    yield times
    is_over.set()
    times += answers.get()
    process.join()


class Lecture:
    """One lecture before a hall, and what was measured in it.

    Args:
        url: The server's address.
        phones: How many come.
        takes_home: Each downloads the networks once they are revealed.
    """

    def __init__(self, url: str, phones: int, takes_home: bool = False) -> None:
        self.url, self.takes_home = url, takes_home
        self.phones = [Phone(url) for _ in range(phones)]
        self.joined = self.voted = 0.0
        self.bars: list[float] = []
        self.reveals: list[float] = []
        self.downloads: list[tuple[float, int, bytes]] = []
        self.health: list[float] = []

    async def hold(self, seconds: float) -> None:
        """Joins, votes, reviews, reveals, and watches until the time is over."""
        until = time.monotonic() + seconds
        await self._present("begin", "A lecture")
        await self._present("show_step", 0, "Predict", "", QUESTION)
        await self._present("hide")
        await self._present("open_vote")
        await self._present("open_reviews", True)
        begun = time.monotonic()
        await self._each(len(self.phones) / JOINING, lambda phone, _: phone.join())
        self.joined = time.monotonic() - begun
        await self._vote()
        await self._each(REVIEW_SECONDS, lambda phone, place: phone.send("review", {"text": f"Film {place} is good."}))
        await self._check()
        begun_at = time.perf_counter()
        shown = [phone.told(lambda state: b'"curves":[{' in state) for phone in self.phones]
        _, *at = await asyncio.gather(self._present("reveal"), *shown)
        self.reveals = [each - begun_at for each in at]
        if self.takes_home:
            await self._present("offer_networks", True)
            with watched(self.url) as self.health:
                await self._each(VOTE_SECONDS, self._download)
        await asyncio.sleep(max(0.0, until - time.monotonic()))

    async def leave(self) -> None:
        """Has everybody go."""
        await asyncio.gather(*(phone.leave() for phone in self.phones))

    async def _vote(self) -> None:
        sent: list[float] = []
        seen: list[tuple[float, int]] = []

        async def vote(phone: Phone, place: int) -> None:
            sent.append(time.perf_counter())
            await phone.send("answer", {"question": "best", "round": 1, "answer": place % 2})

        async def look() -> None:
            while not seen or seen[-1][1] < len(self.phones):
                await asyncio.sleep(LOOK_SECONDS)
                count = (await self._present("counts"))["answered"]
                seen.append((time.perf_counter(), count))

        begun = time.monotonic()
        await asyncio.gather(look(), self._each(VOTE_SECONDS, vote))
        self.voted = time.monotonic() - begun
        # The k-th that was sent is in the bar when k are counted.
        self.bars = [next(at for at, count in seen if count > place) - when for place, when in enumerate(sorted(sent))]

    async def _download(self, phone: Phone, _: int) -> None:
        self.downloads.append(await phone.download())

    async def _check(self) -> None:
        counted = Counter(await self._present("answers", "best", 1))
        expected = Counter(place % 2 for place in range(len(self.phones)))
        if counted != expected:
            raise SystemExit(f"Answers were lost or counted twice: {counted}, not {expected}.")
        if (reviews := len(await self._present("reviews"))) != len(self.phones):
            raise SystemExit(f"{reviews} reviews of {len(self.phones)} have come.")

    async def _each(self, seconds: float, do: Callable[[Phone, int], Awaitable[None]]) -> None:
        """Has each phone do something, at a moment of its own."""

        async def later(phone: Phone, place: int) -> None:
            await asyncio.sleep(random.uniform(0, seconds))
            await do(phone, place)

        await asyncio.gather(*(later(phone, place) for place, phone in enumerate(self.phones)))

    async def _present(self, call: str, *arguments: object) -> Any:
        return await asyncio.to_thread(present, self.url, call, *arguments)


def main() -> None:
    """Prints how prompt the class was, the trainings' pace, and how soon all were back."""
    options = _options()
    viewers.SETTINGS = SETTINGS
    random.seed(0)
    with cache() as folder, server(SCRIPT, folder, log=folder / "log") as url, contextlib.ExitStack() as at_end:
        store = RunStore(folder / "runs.db")
        at_end.callback(store.close)
        process = server_process(url)
        paces: dict[str, list[list[float]]] = {"phones": [], "burnt": []}
        bars: list[float] = []
        reveals: list[float] = []
        for _ in range(options.rounds):
            train_anew(url, store, 0 if options.no_pace and not options.take_home else 2)  # weights to take home
            begun, own, theirs = time.monotonic(), psutil.Process().cpu_times(), process.cpu_times()
            with watched(url) as health:
                lecture, pages = asyncio.run(_given(Lecture(url, options.phones, options.take_home), options))
            took = time.monotonic() - begun
            share, served = (used(p.cpu_times(), b) / took for p, b in ((psutil.Process(), own), (process, theirs)))
            if not options.no_pace:
                paces["phones"].append(epoch_paces(store, begun))
            bars += lecture.bars
            reveals += lecture.reveals
            print(
                f"{options.phones} phones: joined in {lecture.joined:.1f} s, voted in {lecture.voted:.1f} s, every "
                f"answer counted once; processor: server {served:.2f}, phones {share:.2f} cores; server's memory "
                f"{process.memory_info().rss / 1e6:.0f} MB",
                flush=True,
            )
            log = (folder / "log").read_text()
            print(
                f"health: p95 {quantile(health, 95):.2f} s, p99 {quantile(health, 99):.2f} s, slowest "
                f"{max(health):.2f} s; log {len(log) / 1000:.1f} kB, "
                f"{log.count('Traceback')} tracebacks; {len(pages)} pages opened within {max(pages, default=0):.1f} s",
                flush=True,
            )
            if lecture.downloads:
                seconds, sizes, tags = map(list, zip(*lecture.downloads, strict=True))
                print(
                    f"{len(seconds)} downloads of {max(sizes) / 1e6:.2f} MB: p50 {quantile(seconds, 50):.2f} s, p95 "
                    f"{quantile(seconds, 95):.2f} s, slowest {max(seconds):.2f} s; {len({*tags})} different pages; "
                    f"health meanwhile within {max(lecture.health):.2f} s",
                    flush=True,
                )
            if options.no_pace:
                continue
            train_anew(url, store)  # the same stretch of it: later on one network trains alone, on all cores
            begun, theirs = time.monotonic(), process.cpu_times()
            burner = multiprocessing.get_context("spawn").Process(target=burn, args=(min(share, 1.0), options.seconds))
            burner.start()
            burner.join()
            paces["burnt"].append(epoch_paces(store, begun))
            alone = used(process.cpu_times(), theirs) / (time.monotonic() - begun)
            print(f"without phones the server takes {alone:.2f} cores", flush=True)
        for what, times in (("vote to bar", bars), ("reveal to phone", reveals)):
            print(f"{what}: p50 {quantile(times, 50):.2f} s, p95 {quantile(times, 95):.2f} s, worst {max(times):.2f} s")
        for index, run in enumerate(newest(store.runs()) if not options.no_pace else []):
            ratios = [p[index] / b[index] for p, b in zip(paces["phones"], paces["burnt"], strict=True)]
            print(
                f"{run.title}: an epoch takes {statistics.median(ratios):.3f} times as long with phones as with "
                f"their share burnt; rounds: {[round(ratio, 2) for ratio in ratios]}"
            )
    if not options.no_pace:
        print(asyncio.run(_restarted(options.phones)))


async def _given(lecture: Lecture, options: argparse.Namespace) -> tuple[Lecture, list[float]]:
    watching = asyncio.create_task(viewers.hall(lecture.url, options.viewers, options.seconds))
    await lecture.hold(options.seconds)
    opened = [visitor.opened for visitor in await watching]
    await lecture.leave()
    return lecture, opened


async def _restarted(phones: int) -> str:
    """Ends a server before its hall, starts it again, and tells how long until all are back."""
    with cache() as folder:
        running = server(SCRIPT, folder)
        url = await asyncio.to_thread(running.__enter__)
        lecture = Lecture(url, phones)
        await asyncio.gather(*(phone.join() for phone in lecture.phones))
        await asyncio.to_thread(running.__exit__, None, None, None)
        running = server(SCRIPT, folder, int(url.rpartition(":")[2]))
        await asyncio.to_thread(running.__enter__)
        up = time.perf_counter()
        back = await asyncio.gather(*(phone.told(bool) for phone in lecture.phones))
        await lecture.leave()
        await asyncio.to_thread(running.__exit__, None, None, None)
    took = [at - up for at in back]
    return f"{phones} phones: back {quantile(took, 50):.1f} s (p50) to {max(took):.1f} s after the server's new start"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--viewers", type=int, default=0, help="pages that are open beside them")
    parser.add_argument("--take-home", action="store_true", help="each phone downloads the networks after the reveal")
    parser.add_argument("--no-pace", action="store_true", help="leave out what the class costs the trainings")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=40.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
