"""A Dask cluster elsewhere, named by its scheduler's address: it has neither this program nor its data or files."""

import asyncio
import concurrent.futures
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

from distributed import Client

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.files import Which
from rnn_compare.training.local.cluster import Cluster
from rnn_compare.training.remote import worker
from rnn_compare.training.remote.address import check_address
from rnn_compare.training.remote.attempt import Errand, Host
from rnn_compare.training.remote.connection import Link
from rnn_compare.training.workers import OnEvent, Training, WorkerFacts, facts_of, first_line

LOOK_SECONDS = 0.5
"""How often the scheduler is asked which workers there are."""
CONNECT_SECONDS = 5.0
TOLD_SECONDS = 20.0
"""How long a scheduler may be silent before the connection counts as lost."""
RETRY_SECONDS = 2.0
RETRY_WORKER_SECONDS = 30.0
"""When a worker that could not be used is tried again."""
CLOSE_SECONDS = 5.0


class ForeignCluster:
    """The workers of a cluster that was named by its address.

    What has to do with the cluster is done on an event loop in a thread of its own. A connection that is lost is
    made again; runs wait meanwhile. Questions that somebody waits for (summaries, ``.keras`` files, analyses) are
    answered by one worker on this machine, which has all files; the first question starts it.

    Args:
        address: The scheduler's, such as ``tls://10.0.0.1:8786``.
        on_event: Takes each message of a worker, in order.

    Raises:
        UserError: If the address is none that may be used.
    """

    def __init__(self, address: str, on_event: OnEvent) -> None:
        check_address(address)
        self._address = address
        self._on_event = on_event
        self._problem: str | None = f"The scheduler {address} has not answered yet."
        self._link: Link | None = None
        self._hosts: dict[str, Host] = {}
        self._errands: dict[str, Errand] = {}
        self._helper: Cluster | None = None
        self._starting_helper = threading.Lock()
        self._closing = asyncio.Event()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._thread = threading.Thread(target=self._live, name="foreign cluster", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str | None:
        """Why there are no workers, in a sentence."""
        if self._problem or self.addresses():
            return self._problem
        hosts = list(self._hosts.values())
        if not hosts:
            return f"The scheduler {self._address} has no workers yet. Start some; they are used as they come."
        return next(
            (host.problem for host in hosts if host.problem),
            "The cluster's workers are being readied: they are sent the program and load TensorFlow.",
        )

    def addresses(self) -> list[str]:
        """Returns the workers that take trainings."""
        return [host.address for host in list(self._hosts.values()) if _takes_runs(host)]

    def facts(self) -> list[WorkerFacts]:
        """Returns what the scheduler last told of each worker."""
        return [facts_of(host.address, host.info, host.problem, host.ready) for host in list(self._hosts.values())]

    def train(self, run: str, experiment: Experiment, address: str) -> Training:
        """Sends a run to a worker, with what it goes on from."""
        return self._soon(self._train(run, experiment, address))

    def excuse(self, training: Training) -> str | None:
        """Returns why a training was lost, where the run itself cannot be the reason."""
        assert isinstance(training, concurrent.futures.Future)
        if training.cancelled() or training.exception():
            return None
        excuse: str | None = training.result()
        return excuse

    def ask_to_stop(self, run: str, address: str) -> None:  # noqa: ARG002  # the errand knows where it is
        """Has a run end after its present batch; returns without waiting for it."""
        if errand := self._errands.get(run):
            self._soon(errand.ask_to_stop())

    def kill(self, address: str) -> None:
        """Has a worker's nanny kill it. One without a nanny has nobody to start it anew, and is left alone."""

        async def kill() -> None:
            host, link = self._hosts.get(address), self._link
            if host and host.pid and host.info.get("nanny") and link:
                await link.client.run(os.kill, host.pid, signal.SIGKILL, workers=[address], nanny=True)

        self._soon(kill())

    def answers(self) -> bool:
        """Tells whether the worker on this machine is there; the first call starts it."""
        with self._starting_helper:
            if self._helper is None:
                self._helper = Cluster(self._on_event, size=1)
            return bool(self._helper.addresses())

    def summary(self, experiment: Experiment, timeout: float) -> str:
        """Returns Keras' ``model.summary()``; raises ``UserError`` if nobody answers."""
        return self._at_hand().summary(experiment, timeout)

    def write_model(self, run: str, experiment: Experiment, which: Which, timeout: float) -> str:
        """Writes a run's ``.keras`` file and returns its path; raises ``UserError`` if nobody answers."""
        return self._at_hand().write_model(run, experiment, which, timeout)

    def analyse(self, name: str, function: Callable[..., Any], arguments: tuple[Any, ...], timeout: float) -> Any:
        """Calls a function and returns what it returns; raises ``UserError`` if nobody answers."""
        return self._at_hand().analyse(name, function, arguments, timeout)

    def close(self) -> None:
        """Has all trainings stop and leaves the cluster to itself."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(3 * CLOSE_SECONDS)
        with self._starting_helper:
            if self._helper is not None:
                self._helper.close()

    # ---- the rest is how -----------------------------------------------------------------------

    def _at_hand(self) -> Cluster:
        if self._helper is None:
            raise UserError("No worker is ready yet. Try again in a moment.")
        return self._helper

    def _soon(self, work: Coroutine[Any, Any, Any]) -> "concurrent.futures.Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _live(self) -> None:
        with self._runner as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        while not self._closing.is_set():
            client: Any = None
            try:
                client = Client(  # type: ignore[no-untyped-call]  # distributed types few of its methods
                    self._address, asynchronous=True, timeout=CONNECT_SECONDS, set_as_default=False
                )
                await asyncio.wait_for(client, 2 * CONNECT_SECONDS)
                self._link = Link(client)
                client.subscribe_topic(self._link.topic, self._heard)
                await self._follow(self._link)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is tried again
                self._problem = (
                    f"The scheduler {self._address} cannot be reached ({first_line(error)}). It is tried again all the "
                    "time; runs wait until then, and their finished epochs are kept."
                )
            self._lose()
            if client is not None:
                with contextlib.suppress(Exception):  # it is lost in any case
                    await asyncio.wait_for(client.close(timeout=CLOSE_SECONDS / 2), CLOSE_SECONDS)
            await self._pause(RETRY_SECONDS)

    async def _follow(self, link: Link) -> None:
        """Keeps an eye on which workers there are, until the connection is lost or nobody wants it any more."""
        scheduler = None
        while not self._closing.is_set():
            told = await asyncio.wait_for(self._told(link.client), TOLD_SECONDS)
            if told["id"] != (scheduler or told["id"]):
                raise OSError("it was started anew")
            scheduler, self._problem = told["id"], None
            for address in self._hosts.keys() - told["workers"].keys():
                self._hosts.pop(address).gone.set()
            for address, info in told["workers"].items():
                host = self._hosts.get(address)
                if host is None or (host.problem and time.monotonic() - host.since > RETRY_WORKER_SECONDS):
                    host = self._hosts[address] = Host(address, info, time.monotonic())
                    asyncio.create_task(self._welcome(link, host))  # noqa: RUF006  # the loop's end cancels it
                host.info = info
            await self._pause(LOOK_SECONDS)
        await asyncio.gather(*(errand.ask_to_stop() for errand in self._errands.values()))

    async def _told(self, client: Any) -> dict[str, Any]:
        """Returns what the scheduler tells of itself and its workers, unless the connection is lost meanwhile."""
        asked = asyncio.ensure_future(client.scheduler.identity(n_workers=-1))
        try:
            while not asked.done():
                if client.status != "running":  # Dask would go on asking
                    raise OSError("the connection was lost")
                await asyncio.wait({asked}, timeout=LOOK_SECONDS)
            told: dict[str, Any] = asked.result()
            return told
        finally:
            asked.cancel()

    def _lose(self) -> None:
        if self._link:
            self._link.lost, self._link = True, None
        for address in list(self._hosts):
            self._hosts.pop(address).gone.set()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _welcome(self, link: Link, host: Host) -> None:
        try:
            host.pid = await link.land(host.address)
            await link.submit(host.address, worker.warm_up)
            host.ready = True
        except UserError as error:
            host.refuse(str(error))
        except Exception as error:  # noqa: BLE001  # whatever it is, the page must be able to say it
            host.refuse(f"It could not be readied ({first_line(error)}).")

    async def _train(self, run: str, experiment: Experiment, address: str) -> str | None:
        host, link = self._hosts.get(address), self._link
        if host is None or link is None:
            return "The worker was gone before it had the run; another takes it."
        errand = self._errands[run] = Errand(link, host, run, experiment, self._on_event)
        try:
            return await errand.carry_out()
        finally:
            if self._errands.get(run) is errand:  # a later attempt may have taken its place
                del self._errands[run]

    def _heard(self, entry: tuple[float, dict[str, Any]]) -> None:
        message = entry[1]
        errand = self._errands.get(message["event"]["run"])
        if errand is not None and errand.attempt == message["attempt"]:
            errand.heard(message["event"])


def _takes_runs(host: Host) -> bool:
    # One that is being retired finishes what it has and takes nothing new.
    return host.ready and host.info.get("status") == "running"
