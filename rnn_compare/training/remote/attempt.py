"""One attempt at training a run on a worker of a cluster: sends its files there, and fetches the results."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import checkpoint_file, delete_files, run_folder
from rnn_compare.runs import checkpoint
from rnn_compare.runs.events import Ended, EpochEnd, Event
from rnn_compare.training.protocol import OnEvent, first_line
from rnn_compare.training.remote import bundle, worker
from rnn_compare.training.remote.connection import ANSWER_SECONDS, Connection
from rnn_compare.training.remote.members import Member
from rnn_compare.training.worker import job

BROUGHT = ("last.checkpoint", "previous.checkpoint", "last.npz", "best.npz")
FETCHED = ("last.checkpoint", "last.npz", "best.npz", "last.keras", "best.keras")
"""In the order in which they are written here: the checkpoint, from which a run continues, comes first."""
TRANSFER_SECONDS = 600.0
AGAIN_SECONDS = 1.0
FINAL_SECONDS = 60.0
"""Maximum wait for a worker's last events after its job is done."""

CLEAR_SECONDS = 5.0
"""Time after which a worker that lost a job but is still listed counts as faulty."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Attempt:
    """One attempt at one run, under a unique name.

    The worker's events are passed on in order, the end of an epoch once its files are here.
    """

    name: str
    run: str
    experiment: Experiment
    connection: Connection
    member: Member
    on_event: OnEvent
    _events: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)
    _versions: dict[str, int] = field(default_factory=dict)

    def receive(self, event: Event) -> None:
        """Takes an event of the worker."""
        self._events.put_nowait(event)

    async def train(self) -> str | None:
        """Trains the run; returns why that failed, in a sentence, if the run itself cannot be the reason.

        None if it was trained, or if the worker was lost during it.
        """
        try:
            await self._send_files()
        except UserError as error:
            self.member.refuse(str(error))
            return self.member.problem
        except OSError as error:
            return f"The worker {self.member.address} could not take the run ({first_line(error)}); another does."
        forwarding = asyncio.create_task(self._forward_events())
        try:
            arguments = (self.name, self.run, self.experiment, self.connection.topic)
            trained = await self._unless_gone(self.connection.submit(self.member.address, worker.train, *arguments))
            if trained:
                self._events.put_nowait(None)
                await asyncio.wait_for(self._unless_gone(forwarding), FINAL_SECONDS + TRANSFER_SECONDS)
                await self._unless_gone(self._clean_up())
        finally:
            forwarding.cancel()
        gone = self.member.gone.is_set() and not self.connection.lost
        if gone and await self.connection.ended_as_planned(self.member.address):
            return "Its worker was shut down; another continues from the last epoch."
        if self.connection.lost:
            return "The connection to the scheduler was lost; the run continues from its last finished epoch."
        return None

    async def ask_to_stop(self) -> None:
        """Asks the training to end after its current batch."""
        with contextlib.suppress(OSError, UserError):  # a worker that does not stop is killed
            await self._call(job.ask_to_stop, self.name)

    async def _send_files(self) -> None:
        source = self.experiment.dataset
        reviews = await asyncio.to_thread(bundle.reviews, source)
        if not await self._call(worker.has_reviews, source, reviews.digest):
            await self._call(worker.take_reviews, source, reviews.digest, reviews.files, seconds=TRANSFER_SECONDS)
        files = await asyncio.to_thread(self._files)
        self._versions = await self._call(worker.announce, self.run, self.name, files, seconds=TRANSFER_SECONDS)

    def _files(self) -> dict[str, bytes]:
        folder = run_folder(self.run)
        return {name: (folder / name).read_bytes() for name in BROUGHT if (folder / name).exists()}

    async def _call(self, function: Callable[..., T], *arguments: object, seconds: float = ANSWER_SECONDS) -> T:
        return await self.connection.call(self.member.address, function, *arguments, seconds=seconds)

    async def _forward_events(self) -> None:
        while (event := await self._events.get()) is not None:
            if isinstance(event, EpochEnd | Ended):
                await self._fetch()
            self.on_event(self.name, event)

    async def _fetch(self) -> None:
        """Fetches the run's new files, and retries until it succeeds."""
        while True:
            try:
                files = await self._call(worker.fetch, self.run, FETCHED, self._versions, seconds=TRANSFER_SECONDS)
                for name in FETCHED:
                    if name in files:
                        await asyncio.to_thread(self._write, name, files[name].content)
                        self._versions[name] = files[name].version
                return
            except (OSError, UserError) as error:
                _log.warning("The files of run %s could not be fetched (%s). Retrying.", self.run, error)
                await asyncio.sleep(AGAIN_SECONDS)

    def _write(self, name: str, content: bytes) -> None:
        path = run_folder(self.run) / name
        if path == checkpoint_file(self.run):
            checkpoint.put(self.run, content)
        else:
            with whole_file(path) as partial:
                partial.write_bytes(content)

    async def _clean_up(self) -> None:
        await self._fetch()  # a stopped run sends its end before it writes its models
        with contextlib.suppress(OSError, UserError):
            await self._call(delete_files, self.run)

    async def _unless_gone(self, work: Awaitable[object]) -> bool:
        """Waits for work and returns whether it was done; cancels it when the worker is lost."""
        task, gone = asyncio.ensure_future(work), asyncio.ensure_future(self.member.gone.wait())
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            if task.done() and not task.cancelled() and task.exception() is None:
                return True
            # A job fails as soon as the scheduler or the worker is lost; which of them shows a moment later.
            await asyncio.wait({gone}, timeout=CLEAR_SECONDS)
            if not gone.done():
                error = task.exception() if task.done() and not task.cancelled() else None
                _log.warning("Run %s was lost with its worker %s.", self.run, self.member.address, exc_info=error)
                self.member.refuse("It lost a run; checking it again shortly.")
            return False
        finally:
            task.cancel()
            gone.cancel()
