"""The workers of a Dask cluster, named by its scheduler's address: they have neither this program nor its files."""

import asyncio
import concurrent.futures
import contextlib
import os
import pickle
import signal
import threading
from collections.abc import Coroutine
from typing import TypeVar

from distributed import Client

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.training import protocol
from rnn_compare.training.local.cluster import LocalWorkers
from rnn_compare.training.remote.attempt import Attempt
from rnn_compare.training.remote.connection import Connection, check_address
from rnn_compare.training.remote.members import Members

T = TypeVar("T")

LOOK_SECONDS = 0.5
"""Seconds between two requests for the scheduler's list of workers."""
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 20.0
"""Longest silence of a scheduler before the connection counts as lost."""
RETRY_SECONDS = 2.0
CLOSE_SECONDS = 5.0


class RemoteWorkers(protocol.Workers):
    """The workers of a cluster that was named by its address.

    What has to do with the cluster is done on an event loop in a thread of its own. A connection that is lost is
    made again; runs wait meanwhile. Questions that somebody waits for (summaries, ``.keras`` files, analyses) are
    answered by one worker on this machine, which has all files; the first question starts it.

    Args:
        address: The scheduler's, such as ``tls://10.0.0.1:8786``.
        on_message: Takes each message of a worker, in order.

    Raises:
        UserError: If the address is none that may be used.
    """

    def __init__(self, address: str, on_message: protocol.OnMessage) -> None:
        check_address(address)
        self._address = address
        self._on_message = on_message
        self._problem: str | None = f"The scheduler {address} has not answered yet."
        self._connection: Connection | None = None
        self._members = Members()
        self._attempts: dict[str, Attempt] = {}
        self._local: LocalWorkers | None = None
        self._starting_local = threading.Lock()
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
        if not members:
            return f"The scheduler {self._address} has no workers yet. Start some."
        return next(
            (member.problem for member in members if member.problem),
            "The cluster's workers are starting: loading the program and TensorFlow.",
        )

    def addresses(self) -> list[str]:
        """Returns the workers that take trainings."""
        return [member.address for member in self._members if member.takes_runs]

    def info(self) -> list[protocol.WorkerInfo]:
        """Returns what the scheduler last told of each worker."""
        return [member.info for member in self._members]

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> protocol.Training:
        """Sends a run to a worker, with what it goes on from."""
        return self._soon(self._train(attempt, run, experiment, address))

    def excuse(self, training: protocol.Training) -> str | None:
        """Returns why a training was lost, where the run itself cannot be the reason."""
        assert isinstance(training, concurrent.futures.Future)
        if training.cancelled() or training.exception():
            return None
        excuse: str | None = training.result()
        return excuse

    def ask_to_stop(self, attempt: str, address: str) -> None:  # noqa: ARG002  # an attempt knows where it is
        """Has an attempt end after its present batch; returns without waiting for it."""
        if at_work := self._attempts.get(attempt):
            self._soon(at_work.ask_to_stop())

    def kill(self, address: str) -> None:
        """Has a worker's nanny kill it. One without a nanny has nobody to start it anew, and is left alone."""

        async def kill() -> None:
            member, connection = self._members.get(address), self._connection
            if member and member.pid and member.has_nanny and connection:
                await connection.client.run(os.kill, member.pid, signal.SIGKILL, workers=[address], nanny=True)

        self._soon(kill())

    def look_after(self) -> None:
        """Sees to the worker of this machine, if there is one; the others are their scheduler's."""
        if self._local is not None:
            self._local.look_after()

    def answers(self) -> bool:
        """Tells whether the worker on this machine is there; the first call starts it."""
        with self._starting_local:
            if self._local is None:
                self._local = LocalWorkers(self._on_message, size=1)
            return bool(self._local.addresses())

    def ask(self, question: protocol.WorkerQuestion[T], timeout: float) -> T:
        """Has the worker on this machine answer a question; raises ``UserError`` if that fails or takes too long."""
        if self._local is None:
            raise UserError("No worker is ready yet. Try again in a moment.")
        return self._local.ask(question, timeout)

    def close(self) -> None:
        """Has all trainings stop and leaves the cluster to itself."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(3 * CLOSE_SECONDS)
        with self._starting_local:
            if self._local is not None:
                self._local.close()

    def _soon(self, work: Coroutine[None, None, T]) -> "concurrent.futures.Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _live(self) -> None:
        with self._runner as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        while not self._closing.is_set():
            client: protocol.DaskObject = None
            try:
                client = Client(  # type: ignore[no-untyped-call]  # distributed types few of its methods
                    self._address, asynchronous=True, timeout=CONNECT_SECONDS, set_as_default=False
                )
                await asyncio.wait_for(client, 2 * CONNECT_SECONDS)
                self._connection = Connection(client)
                client.subscribe_topic(self._connection.topic, self._heard)
                await self._follow(self._connection)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is tried again
                self._problem = (
                    f"The scheduler {self._address} cannot be reached ({protocol.first_line(error)}). Reconnecting; "
                    "runs wait, finished epochs are kept."
                )
            self._lose()
            if client is not None:
                with contextlib.suppress(Exception):  # it is lost in any case
                    await asyncio.wait_for(client.close(timeout=CLOSE_SECONDS / 2), CLOSE_SECONDS)
            await self._pause(RETRY_SECONDS)

    async def _follow(self, connection: Connection) -> None:
        """Keeps an eye on which workers there are, until the connection is lost or nobody wants it any more."""
        scheduler = None
        while not self._closing.is_set():
            identity = await asyncio.wait_for(self._identity(connection.client), SILENCE_SECONDS)
            if identity["id"] != (scheduler or identity["id"]):
                raise OSError("it was restarted")
            scheduler, self._problem = identity["id"], None
            self._members.update(identity["workers"], connection)
            await self._pause(LOOK_SECONDS)
        await asyncio.gather(*(attempt.ask_to_stop() for attempt in self._attempts.values()))

    async def _identity(self, client: protocol.DaskObject) -> protocol.DaskObject:
        """Returns what the scheduler tells of itself and its workers, unless the connection is lost meanwhile."""
        request = asyncio.ensure_future(client.scheduler.identity(n_workers=-1))
        try:
            while not request.done():
                if client.status != "running":  # Dask would go on asking
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
        training = self._attempts[attempt] = Attempt(attempt, run, experiment, connection, member, self._on_message)
        try:
            return await training.train()
        finally:
            del self._attempts[attempt]

    def _heard(self, entry: tuple[float, bytes]) -> None:
        message = pickle.loads(entry[1])
        if isinstance(message, protocol.TrainingEvent) and (attempt := self._attempts.get(message.attempt)):
            attempt.heard(message.event)
