"""200 visitors watch while two networks train: how prompt their pages are, and what that costs the trainings.

    python -m benchmarks.viewers [--viewers 200] [--rounds 3] [--seconds 40]

Each visitor does what a browser does: it loads the page over a websocket that speaks Streamlit's protocol, asks there
again whenever the server said it should, and fetches the board's news every 1.25 seconds. Tick: from asking for
these to the last byte of the answer; aim: p95 of 0.5 s.

The visitors' own process takes a share of the two cores that no real hall takes. So the trainings' pace with visitors
is compared with their pace when nobody watches and a process that merely burns that very share runs in their place;
the two take turns. Aim: less than 10 % slower. The server's memory is told at every turn.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import statistics
import time
from typing import Any

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.browser import PROJECT, cache, server
from rnn_compare.runs.store import RunStore
from rnn_compare.server import live
from rnn_compare.server.live import View
from rnn_compare.server.snapshot import newest

SETTINGS = "cell=SimpleRNN&cell=LSTM&epochs=100"
FETCH_SECONDS = 1.25
"""As assets/board/board.js has it while something trains."""
JOIN_SECONDS = 8.0
"""Over which the visitors come in."""


class Visitor:
    """One page that is open somewhere.

    Args:
        url: The server's address.
        query: What follows the question mark in the page's address.
        page: Its path, such as ``runs``; empty for the first.
    """

    def __init__(self, url: str, query: str = "", page: str = "") -> None:
        self._host = url.removeprefix("http://")
        self._query, self._page = query, page
        self.ticks: list[float] = []
        self.received = 0
        self.opened = 0.0
        self.buttons: dict[str, str] = {}
        self._fragment, self._interval = "", 1.0

    async def watch(self, seconds: float) -> None:
        """Opens the page, and asks for what is new until the time is over."""
        began = time.monotonic()
        until = began + seconds
        async with self.open() as connection:
            await self.ask(connection)
            self.opened = time.monotonic() - began
            await asyncio.gather(self._fetch_news(until), self._ask_again(connection, until))

    def open(self) -> Any:
        """Returns the connection, to be used in a ``with``."""
        address = f"ws://{self._host}/_stcore/stream"
        return connect(
            address, subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None, open_timeout=60
        )

    async def ask(self, connection: ClientConnection, *pressed: str, fragment: str = "") -> None:
        """Has the page, or one fragment of it, run, and reads the answer."""
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_name = self._page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        message.rerun_script.widget_states.widgets.extend(WidgetState(id=id, trigger_value=True) for id in pressed)
        await connection.send(message.SerializeToString())
        while True:
            told = ForwardMsg.FromString(bytes(await connection.recv()))  # type: ignore[arg-type]  # never text
            match told.WhichOneof("type"):
                case "auto_rerun":
                    self._fragment, self._interval = told.auto_rerun.fragment_id, told.auto_rerun.interval
                case "delta" if told.delta.new_element.WhichOneof("type") == "button":
                    button = told.delta.new_element.button
                    self.buttons[button.label] = button.id
                case "script_finished" if told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return

    async def _ask_again(self, connection: ClientConnection, until: float) -> None:
        while time.monotonic() + self._interval < until:
            await asyncio.sleep(self._interval)
            await self.ask(connection, fragment=self._fragment)

    async def _fetch_news(self, until: float) -> None:
        host, _, port = self._host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        request = f"GET /{live.url([], View())} HTTP/1.1\r\nHost: {self._host}\r\nAccept-Encoding: gzip\r\n"
        tag = ""
        while time.monotonic() < until:
            await asyncio.sleep(FETCH_SECONDS)
            begun = time.perf_counter()
            writer.write(f"{request}If-None-Match: {tag}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.strip().split("\r\n")[1:])
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.ticks.append(time.perf_counter() - begun)
            self.received += len(head) + len(body)
            tag = headers["etag"]
        writer.close()


async def press_train(url: str) -> None:
    """Starts the two trainings, as the lecturer does."""
    lecturer = Visitor(url, SETTINGS)
    async with lecturer.open() as connection:
        await lecturer.ask(connection)
        await lecturer.ask(connection, lecturer.buttons["Train"])


async def hall(url: str, viewers: int, seconds: float) -> list[Visitor]:
    """Lets visitors come in one after the other and watch; returns them."""

    async def come(visitor: Visitor, after: float) -> None:
        await asyncio.sleep(after)
        await visitor.watch(seconds + JOIN_SECONDS - after)

    visitors = [Visitor(url) for _ in range(viewers)]
    await asyncio.gather(*(come(v, JOIN_SECONDS * i / viewers) for i, v in enumerate(visitors)))
    return visitors


def server_process(url: str) -> psutil.Process:
    """Returns the process that answers at an address of this machine."""
    port = url.rpartition(":")[2]
    listening = f"--server.port={port}"  # a browser's command may hold the number too
    [process] = [p for p in psutil.process_iter(["cmdline"]) if listening in (p.info["cmdline"] or [])]
    return process


def burn(share: float, seconds: float) -> None:
    """Keeps one core busy for a share of the time."""
    until = time.monotonic() + seconds
    while (now := time.monotonic()) < until:
        while time.monotonic() - now < 0.02 * share:
            pass
        time.sleep(0.02 * max(0.0, 1 - share))


def main() -> None:
    """Prints ticks, the trainings' pace and the server's memory, turn by turn."""
    options = _options()
    with cache() as folder, server(PROJECT / "app.py", folder) as url, contextlib.ExitStack() as at_end:
        store = RunStore(folder / "runs.db")
        at_end.callback(store.close)
        process = server_process(url)
        paces: dict[str, list[list[float]]] = {"watched": [], "burnt": []}
        ticks: list[float] = []
        for _ in range(options.rounds):
            train_anew(url, store)
            begun, own, theirs = time.monotonic(), psutil.Process().cpu_times(), process.cpu_times()
            visitors = asyncio.run(hall(url, options.viewers, options.seconds))
            took = time.monotonic() - begun
            share = used(psutil.Process().cpu_times(), own) / took
            served = used(process.cpu_times(), theirs) / took
            paces["watched"].append(epoch_paces(store, begun + JOIN_SECONDS))
            ticks += [tick for visitor in visitors for tick in visitor.ticks]
            size = sum(v.received for v in visitors) / max(1, sum(len(v.ticks) for v in visitors))
            print(
                f"{options.viewers} visitors: tick p50 {quantile(ticks, 50):.2f} s, p95 {quantile(ticks, 95):.2f} s, "
                f"{len(ticks)} ticks, {size / 1000:.2f} kB each; processor: server {served:.2f}, "
                f"visitors {share:.2f} cores; server's memory {process.memory_info().rss / 1e6:.0f} MB",
                flush=True,
            )
            begun = time.monotonic()
            burner = multiprocessing.get_context("spawn").Process(target=burn, args=(min(share, 1.0), options.seconds))
            burner.start()
            burner.join()
            paces["burnt"].append(epoch_paces(store, begun))
            if any(run.status.ended for run in newest(store.runs())):
                raise SystemExit(
                    "A training ended before its round did: give it more epochs, or fewer seconds a round."
                )
        for index, run in enumerate(newest(store.runs())):
            ratios = [w[index] / b[index] for w, b in zip(paces["watched"], paces["burnt"], strict=True)]
            print(
                f"{run.title}: an epoch takes {statistics.median(ratios):.2f} times as long with visitors as with "
                f"their share burnt; rounds: {[round(ratio, 2) for ratio in ratios]}"
            )


def train_anew(url: str, store: RunStore, epochs: int = 2) -> None:
    """Has the two networks trained from their beginning, and waits until both have so many epochs."""
    for run in store.runs():
        store.request_stop(run.id)
    while not all(run.status.ended for run in store.runs()):
        time.sleep(0.5)
    asyncio.run(press_train(url))
    while not all(len(run.epochs) >= epochs for run in newest(store.runs())):
        time.sleep(0.5)


def epoch_paces(store: RunStore, since: float) -> list[float]:
    """Returns each run's median seconds an epoch over the epochs that ended since then."""
    now = time.monotonic()
    paces = []
    for run in newest(store.runs()):
        recent, back = [], now
        for epoch in reversed(run.epochs):
            back -= epoch.seconds
            if back < since:
                break
            recent.append(epoch.seconds)
        if not recent:
            raise SystemExit(f"No epoch of {run.title} began and ended within a round: give it more --seconds.")
        paces.append(statistics.median(recent))
    return paces


def used(now: Any, before: Any) -> float:
    """Returns the processor's seconds between two readings of a process."""
    return float(now.user + now.system - before.user - before.system)


def quantile(values: list[float], percent: int) -> float:
    """Returns the value below which so many per cent of the values lie."""
    return statistics.quantiles(values, n=100)[percent - 1]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=40.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
