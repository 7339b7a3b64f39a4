"""A class whose phones train and send their networks: how soon each is a dot on the wall, and the server's health.

    python -m benchmarks.class_trains [--phones 300] [--seconds 15]

Simulated phones join, fetch reviews and worker, and send one result each, at random moments of a period: as if each
trained for so long. Three real pages of Chromium train beside them, one with a processor throttled four times, one cut
off for 20 s; the wall is a fourth, and trains as walls do. Aims: a dot is drawn there within 3 s of its result (p95 and
worst), one for each result, and health within 0.5 s.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import time
from typing import Any

from playwright.async_api import Browser, async_playwright
from playwright.async_api import TimeoutError as TooLate

from benchmarks.audience import SCRIPT, health_watched, present
from benchmarks.browser import ARGUMENTS, cache, executable, server
from benchmarks.phone import Phone
from rnn_compare.class_networks.networks import recorded
from rnn_compare.presets import PHONES

OFF_SECONDS = 20.0
PATIENCE = 60.0
"""Longest time, in seconds, from the last result to its dot."""
STEP = 1
"""Place of the step at which phones train."""
WATCH = """() => {
    globalThis.counts = [];
    const look = () => {
        const count = document.querySelectorAll(".rc-class-row > div .rc-dot:not(.rc-own)").length;
        if (count !== (globalThis.counts.at(-1) || [0, 0])[1]) globalThis.counts.push([Date.now() / 1000, count]);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    look();
}"""
"""Notes in the wall's page the seconds since 1970 at each new number of phones' dots."""
AT_ONCE = 20
"""Phones that join and fetch the reviews at a time."""
PAGES = ("plain", "throttled 4 times", "cut off for 20 s")


class Class:
    """Phones that train, and when their networks were sent and seen on the wall.

    Args:
        url: The server's address.
        phones: Number of simulated phones.
        seconds: Period over which they send their networks.
    """

    def __init__(self, url: str, phones: int, seconds: float) -> None:
        self._url, self._seconds = url, seconds
        self._phones = [Phone(url) for _ in range(phones)]
        self.sent: list[float] = []
        self.seen: list[tuple[float, int]] = []
        self.pages: dict[str, float] = {}

    async def train(self) -> None:
        """Begins the lecture, has all join and train, and ends once every network is a dot."""
        await self._present("begin", "luck", False, [], PHONES.name)
        await self._present("show_step", STEP, "Your networks", "")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
            wall = await browser.new_page(viewport={"width": 1280, "height": 720})
            await wall.goto(f"{self._url}/wall")
            await wall.get_by_role("heading", name="Your networks").wait_for()
            joined = [self._open(browser, name) for name in PAGES]
            pages = await asyncio.gather(*joined)
            for first in range(0, len(self._phones), AT_ONCE):
                await asyncio.gather(*map(_join, self._phones[first : first + AT_ONCE]))
            await wall.evaluate(WATCH)
            start = time.perf_counter()
            await self._present("start_task")
            await self._present("show_task")
            real = [self._until_sent(name, page, start) for name, page in zip(PAGES, pages, strict=True)]
            await asyncio.gather(*real, *(self._send(phone) for phone in self._phones))
            expected = len(self._phones) + len(PAGES)
            with contextlib.suppress(TooLate):
                await wall.wait_for_function(
                    "(count) => globalThis.counts.at(-1)[1] >= count", arg=expected, timeout=1000 * PATIENCE
                )
            self.seen = await wall.evaluate("globalThis.counts")
            await browser.close()
        await asyncio.gather(*(phone.leave() for phone in self._phones))

    async def _open(self, browser: Browser, name: str) -> Any:
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(f"{self._url}/join")
        await page.get_by_role("heading", name="Your networks").wait_for()
        if name.startswith("throttled"):
            session = await context.new_cdp_session(page)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        if name.startswith("cut off"):
            await context.set_offline(True)
        return page

    async def _until_sent(self, name: str, page: Any, start: float) -> None:
        if name.startswith("cut off"):
            await asyncio.sleep(OFF_SECONDS)
            await page.context.set_offline(False)
        await page.get_by_text("Trained, and sent to the wall.").wait_for(timeout=120_000)
        self.pages[name] = time.perf_counter() - start

    async def _send(self, phone: Phone) -> None:
        await asyncio.sleep(random.uniform(0, self._seconds))
        cell, seed = phone.own["deal"]
        network = random.choice([network for network in recorded(PHONES.name).values() if network.cell == cell])
        self.sent.append(time.time())
        await phone.send("trained", {"cell": cell, "seed": seed, "right": network.right, "correct": network.correct})

    async def _present(self, call: str, *arguments: object) -> Any:
        return await asyncio.to_thread(present, self._url, call, *arguments)


async def _join(phone: Phone) -> None:
    await phone.join()
    await phone.fetch("join/task", "join/worker.js")


def main() -> None:
    """Prints how long networks took to be seen, when the real pages had sent theirs, and the server's health."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    random.seed(0)
    with cache() as folder, server(SCRIPT, folder, log=folder / "log") as url:
        whole = Class(url, options.phones, options.seconds)
        with health_watched(url) as health:
            asyncio.run(whole.train())
        tracebacks = (folder / "log").read_text().count("Traceback")
    most, expected = max((count for _, count in whole.seen), default=0), options.phones + len(PAGES)
    if most != expected:
        raise SystemExit(f"The wall has shown {most} dots, not {expected}.")
    # The k-th network is on the wall when k are counted; the real pages' come among them.
    waits = [next(at for at, count in whole.seen if count > k) - sent for k, sent in enumerate(sorted(whole.sent))]
    for name, times in {"result to dot": waits, "health": health}.items():
        if len(times) > 1:
            quantiles = statistics.quantiles(times, n=100, method="inclusive")
            print(f"{name}: p50 {quantiles[49]:.2f} s, p95 {quantiles[94]:.2f} s, worst {max(times):.2f} s")
    print(f"{most} dots of {expected} phones, drawn {len(whole.seen)} times; {tracebacks} tracebacks")
    print("; ".join(f"{name}: trained and sent after {seconds:.1f} s" for name, seconds in whole.pages.items()))


if __name__ == "__main__":
    main()
