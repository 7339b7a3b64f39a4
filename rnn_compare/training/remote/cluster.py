"""The workers of a Dask cluster, which have neither this package nor its files."""

import asyncio
import concurrent.futures
import contextlib
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Collection, Coroutine
from typing import TypeVar

from distributed import Client

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.training import protocol
from rnn_compare.training.local.cluster import LocalWorkers
from rnn_compare.training.remote.attempt import Attempt
from rnn_compare.training.remote.connection import Connection, DaskObject, check_address
from rnn_compare.training.remote.members import Members

T = TypeVar("T")

LOOK_SECONDS = 0.5
"""Interval between requests for the scheduler's list of workers."""
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 20.0
"""Maximum silence of a scheduler before the connection counts as lost."""
RETRY_SECONDS = 2.0
QUIET_SECONDS = 2.0
"""Time in which a scheduler answers if all is well; only then its silence is reported."""
CLOSE_SECONDS = 5.0


class RemoteWorkers(protocol.Workers):
    """The workers of a cluster, given its scheduler's address.

    An event loop in a thread of its own communicates with the cluster. It reconnects after a loss; runs wait meanwhile.
    Questions (summaries, ``.keras`` files, analyses) are answered by one worker on this machine, which has all files;
    the first question starts it.

    Args:
        address: Such as ``tls://10.0.0.1:8786``.
        on_event: Called with the events of each attempt, in order.
        on_progress: As in ``LocalWorkers``.

    Raises:
        UserError: If the address is not allowed.
    """

    resting = False

    def __init__(
        self,
        address: str,
        on_event: protocol.OnEvent,
        on_progress: protocol.OnProgress,
        on_change: Callable[[], None],
    ) -> None:
        check_address(address)
        self._address = address
        self._on_event, self._on_progress, self._on_change = on_event, on_progress, on_change
        self._problem: str | None = None
        self._began = time.monotonic()
        self._connection: Connection | None = None
        self._members = Members()
        self._attempts: dict[str, Attempt] = {}
        self._local: LocalWorkers | None = None
        self._wants_local = False
        self._closing = asyncio.Event()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._thread = threading.Thread(target=self._live, name="remote workers", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str | None:
        """Why there are no workers, in a sentence."""
        if self._problem or self.addresses():
            return self._problem
        members = list(self._members)
        if self._connection is None:
            late = time.monotonic() - self._began > QUIET_SECONDS
            return f"The scheduler {self._address} has not answered yet." if late else None
        if not members:
            return f"The scheduler {self._address} has no workers yet. Start some."
        return next(
            (member.problem for member in members if member.problem),
            "The cluster's workers are starting: loading the program and TensorFlow.",
        )

    def addresses(self) -> list[str]:
        """Returns the workers that accept runs."""
        return [member.address for member in self._members if member.takes_runs]

    def info(self) -> list[protocol.WorkerInfo]:
        """Returns information about each worker."""
        return [member.info for member in self._members]

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> protocol.Training:
        """Sends a run to a worker, with its files."""
        return self._soon(self._train(attempt, run, experiment, address))

    def ask_to_stop(self, attempt: str, address: str) -> None:  # noqa: ARG002  # an attempt knows where it is
        """Asks an attempt to end after its current batch."""
        if running := self._attempts.get(attempt):
            self._soon(running.ask_to_stop())

    def kill(self, address: str) -> None:
        """Lets a worker's nanny kill it. A worker without one is spared, since nobody would restart it."""

        async def kill() -> None:
            member, connection = self._members.get(address), self._connection
            if member and member.pid and member.has_nanny and connection:
                await connection.client.run(os.kill, member.pid, signal.SIGKILL, workers=[address], nanny=True)

        self._soon(kill())

    def share_cores(self, training: Collection[str]) -> None:
        """Does nothing: a cluster's cores are up to its owners."""

    def maintain(self) -> None:
        """Looks after the worker on this machine, if there is one; the scheduler looks after the others."""
        if self._local is not None:
            self._local.maintain()
        elif self._wants_local:  # here, since processes end with the thread that starts them
            self._local = LocalWorkers(self._on_event, self._on_progress, self._on_change, size=1)

    def answers(self) -> bool:
        """Returns whether the worker on this machine is ready; the first call starts it."""
        self._wants_local = True
        return self._local is not None and self._local.answers()

    def ask(self, question: protocol.WorkerQuestion[T], timeout: float) -> T:
        """Lets the worker on this machine answer a question; raises ``UserError`` if that fails or times out."""
        if self._local is None:
            raise UserError("No worker is ready yet. Try again in a moment.")
        return self._local.ask(question, timeout)

    def close(self) -> None:
        """Stops all trainings and disconnects from the cluster."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(3 * CLOSE_SECONDS)
        if self._local is not None:
            self._local.close()

    def _soon(self, work: Coroutine[None, None, T]) -> "concurrent.futures.Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _live(self) -> None:
        with self._runner as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        while not self._closing.is_set():
            client: DaskObject = None
            try:
                client = Client(  # type: ignore[no-untyped-call]  # distributed types few of its methods
                    self._address, asynchronous=True, timeout=CONNECT_SECONDS, set_as_default=False
                )
                await asyncio.wait_for(client, 2 * CONNECT_SECONDS)
                self._connection = Connection(client)
                client.subscribe_topic(self._connection.topic, self._receive)
                await self._follow(self._connection)
            except Exception as error:  # noqa: BLE001  # retried after any error
                self._problem = (
                    f"The scheduler {self._address} cannot be reached ({protocol.first_line(error)}). Reconnecting; "
                    "runs wait, finished epochs are kept."
                )
            self._lose()
            if client is not None:
                with contextlib.suppress(Exception):  # it may be lost already
                    await asyncio.wait_for(client.close(timeout=CLOSE_SECONDS / 2), CLOSE_SECONDS)
            await self._pause(RETRY_SECONDS)

    async def _follow(self, connection: Connection) -> None:
        """Updates the list of workers until the connection is lost or closed."""
        scheduler = None
        while not self._closing.is_set():
            identity = await asyncio.wait_for(self._identity(connection.client), SILENCE_SECONDS)
            if identity["id"] != (scheduler or identity["id"]):
                raise OSError("it was restarted")
            scheduler, self._problem = identity["id"], None
            self._members.update(identity["workers"], connection)
            await self._pause(LOOK_SECONDS)
        await asyncio.gather(*(attempt.ask_to_stop() for attempt in self._attempts.values()))

    async def _identity(self, client: DaskObject) -> DaskObject:
        """Returns the scheduler's facts about itself and its workers; raises ``OSError`` if the connection is lost."""
        request = asyncio.ensure_future(client.scheduler.identity(n_workers=-1))
        try:
            while not request.done():
                if client.status != "running":  # Dask would keep trying
                    raise OSError("the connection was lost")
                await asyncio.wait({request}, timeout=LOOK_SECONDS)
            return request.result()
        finally:
            request.cancel()

    def _lose(self) -> None:
        if self._connection:
            self._connection.lost, self._connection = True, None
        self._members.lose_all()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _train(self, attempt: str, run: str, experiment: Experiment, address: str) -> str | None:
        member, connection = self._members.get(address), self._connection
        if member is None or connection is None:
            return "The worker was lost before it took the run; another does."
        training = self._attempts[attempt] = Attempt(attempt, run, experiment, connection, member, self._on_event)
        try:
            return await training.train()
        finally:
            del self._attempts[attempt]

    def _receive(self, entry: tuple[float, bytes]) -> None:
        name, event = pickle.loads(entry[1])
        if attempt := self._attempts.get(name):
            attempt.receive(event)
