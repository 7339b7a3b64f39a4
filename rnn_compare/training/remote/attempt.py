"""One attempt at training a run on a foreign worker: what it needs goes there, what it makes comes back."""

import asyncio
import contextlib
import logging
import secrets
from dataclasses import dataclass, field
from typing import Any

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import run_folder
from rnn_compare.runs import checkpoint
from rnn_compare.runs.files import checkpoint_file
from rnn_compare.training.remote import bundle, worker
from rnn_compare.training.remote.connection import Link
from rnn_compare.training.workers import OnEvent, first_line

BROUGHT = ("last.checkpoint", "previous.checkpoint", "last.npz", "best.npz")
FETCHED = ("last.checkpoint", "last.npz", "best.npz", "last.keras", "best.keras")
"""In the order in which they are written here: what a run goes on from comes first."""
TRANSFER_SECONDS = 600.0
AGAIN_SECONDS = 1.0
FINAL_SECONDS = 60.0
"""How long is waited for what a worker has still to tell once its job is done."""

CLEAR_SECONDS = 5.0
"""After which a worker that lost a job and is still there has something wrong with it."""

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Host:
    """A foreign worker, as this end knows it.

    Attributes:
        address: Where it is reached.
        info: What the scheduler told of it last.
        since: When it was first seen.
        ready: Whether it takes trainings.
        problem: Why it does not, in a sentence.
        pid: The number of its process.
        gone: Set when the scheduler no longer knows it.
    """

    address: str
    info: dict[str, Any]
    since: float
    ready: bool = False
    problem: str | None = None
    pid: int | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def refuse(self, problem: str) -> None:
        """Takes it out of use for a while."""
        self.ready, self.problem = False, f"The worker {self.address} cannot be used. {problem}"


class Errand:
    """One attempt at one run.

    Args:
        link: The connection.
        host: The worker.
        run: The run's id.
        experiment: What to train.
        on_event: Takes the worker's messages, in order; that of an epoch once its files are here.
    """

    def __init__(self, link: Link, host: Host, run: str, experiment: Experiment, on_event: OnEvent) -> None:
        self.host = host
        self.attempt = secrets.token_hex(8)
        self._link = link
        self._run = run
        self._experiment = experiment
        self._on_event = on_event
        self._messages: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._known: dict[str, int] = {}

    def heard(self, message: dict[str, Any]) -> None:
        """Takes a message of the worker."""
        self._messages.put_nowait(message)

    async def carry_out(self) -> str | None:
        """Trains the run there.

        Returns:
            Why that came to nothing, in a sentence, where the run itself cannot be the reason; None if it was
            trained, or if the worker was lost with it.
        """
        try:
            await self._bring()
        except UserError as error:
            self.host.refuse(str(error))
            return self.host.problem
        except OSError as error:
            return f"The worker {self.host.address} could not be given the run ({first_line(error)}); another takes it."
        telling = asyncio.create_task(self._tell())
        try:
            trained = await self._unless_gone(
                self._link.submit(
                    self.host.address, worker.train, self._run, self._experiment, self.attempt, self._link.topic
                )
            )
            if trained:
                self._messages.put_nowait(None)
                await asyncio.wait_for(self._unless_gone(telling), FINAL_SECONDS + TRANSFER_SECONDS)
                await self._unless_gone(self._leave())
        finally:
            telling.cancel()
        if self._link.lost:
            return "The connection to the scheduler was lost; the run goes on from its last finished epoch."
        return None

    async def ask_to_stop(self) -> None:
        """Has the training end after its present batch."""
        with contextlib.suppress(OSError, UserError):  # it is asked for once; whoever hears nothing is killed
            await self._link.call(self.host.address, worker.ask_to_stop, self.attempt)

    async def _bring(self) -> None:
        source = self._experiment.source
        reviews = await asyncio.to_thread(bundle.reviews, source)
        if not await self._link.call(self.host.address, worker.has_reviews, source, reviews.digest):
            await self._link.call(
                self.host.address,
                worker.take_reviews,
                source,
                reviews.digest,
                reviews.files,
                seconds=TRANSFER_SECONDS,
            )
        files = await asyncio.to_thread(self._files)
        self._known = await self._link.call(
            self.host.address, worker.announce, self._run, self.attempt, files, seconds=TRANSFER_SECONDS
        )

    def _files(self) -> dict[str, bytes]:
        folder = run_folder(self._run)
        return {name: (folder / name).read_bytes() for name in BROUGHT if (folder / name).exists()}

    async def _tell(self) -> None:
        while (message := await self._messages.get()) is not None:
            if message["kind"] in ("EpochEnd", "Ended"):
                await self._fetch()
            self._on_event(message)

    async def _fetch(self) -> None:
        """Brings here what is new of the run's files. As long as that cannot be done, nothing is told."""
        while True:
            try:
                files = await self._link.call(
                    self.host.address, worker.fetch, self._run, FETCHED, self._known, seconds=TRANSFER_SECONDS
                )
                for name in FETCHED:
                    if name in files:
                        state, content = files[name]
                        await asyncio.to_thread(self._keep, name, content)
                        self._known[name] = state
                return
            except (OSError, UserError) as error:
                _log.warning("The files of run %s could not be fetched (%s). It is tried again.", self._run, error)
                await asyncio.sleep(AGAIN_SECONDS)

    def _keep(self, name: str, content: bytes) -> None:
        path = run_folder(self._run) / name
        if path == checkpoint_file(self._run):
            checkpoint.put(self._run, content)
        else:
            with whole_file(path) as partial:
                partial.write_bytes(content)

    async def _leave(self) -> None:
        await self._fetch()  # a run that was stopped has told its end before its models were written
        with contextlib.suppress(OSError, UserError):
            await self._link.call(self.host.address, worker.forget, self._run)

    async def _unless_gone(self, work: Any) -> bool:
        """Waits for work and tells whether it was done; it is given up when the worker is lost."""
        task, gone = asyncio.ensure_future(work), asyncio.ensure_future(self.host.gone.wait())
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            if task.done() and not task.cancelled() and task.exception() is None:
                return True
            # A job fails at once when the scheduler or the worker is lost; which it was shows a moment later.
            await asyncio.wait({gone}, timeout=CLEAR_SECONDS)
            if not gone.done():
                _log.warning("Run %s was lost with its worker %s.", self._run, self.host.address, exc_info=_error(task))
                self.host.refuse("It lost a run; it is looked at again in a moment.")
            return False
        finally:
            task.cancel()
            gone.cancel()


def _error(task: "asyncio.Future[Any]") -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None
