"""The engine's interface to its workers, on this machine or on a cluster, and the messages between them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Event

T = TypeVar("T")

TOPIC = "rnn-compare"
"""The Dask topic that carries messages from the workers of this machine to the engine."""


@dataclass(frozen=True)
class TrainingEvent:
    """An event of a training, told by one attempt at the run: what an earlier one still says is not heard."""

    attempt: str
    event: Event


@dataclass(frozen=True)
class QuestionProgress:
    """The progress of a worker with a question."""

    question: str
    done: int
    total: int


Message = TrainingEvent | QuestionProgress
"""Sent as a pickle: Dask's events carry plain values only."""
OnMessage = Callable[[Message], None]
"""Takes each message of a worker. It must return at once and call nothing of the workers'."""


@dataclass(frozen=True)
class WorkerQuestion(Generic[T]):
    """A function for a worker to call while somebody waits for the result.

    Attributes:
        function: Called in the worker. It is sent by its name, so it must be importable.
        name: If there is one, the function is also given ``tell=``: a function that takes steps done and steps in
            all, which reach the engine as ``QuestionProgress`` under this name.
    """

    function: Callable[..., T]
    arguments: tuple[object, ...] = ()
    name: str | None = None


@dataclass(frozen=True)
class Answer(Generic[T]):
    """The answer to a question: a value, or a sentence that says why there is none.

    Exceptions stay in the worker: one of Keras would import Keras into the process that unpickles it.
    """

    value: T | None = None
    error: str | None = None

    def result(self) -> T:
        """Returns the value; raises ``UserError`` if there is none."""
        if self.error is not None:
            raise UserError(self.error)
        return self.value  # type: ignore[return-value]  # None only where T may be None


def first_line(error: BaseException) -> str:
    """Returns the first line of what an exception says, or its kind, for a sentence in brackets."""
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


DaskObject = Any
"""A client, a future, a cluster of Dask's, or what its scheduler tells: distributed gives few of them types."""


@dataclass(frozen=True)
class WorkerInfo:
    """Facts about one worker, as the page of the cluster shows them.

    Attributes:
        memory: Bytes that it uses.
        memory_limit: Bytes that it may use; 0 if there is no limit.
        run: The run that it trains, None if it is free.
        problem: Why it is not used, in a sentence; None if it is, or is still starting.
    """

    address: str
    host: str
    memory: int
    memory_limit: int
    run: str | None = None
    problem: str | None = None
    ready: bool = True


class Training(Protocol):
    """A run that was sent to a worker: one attempt at it."""

    def done(self) -> bool:
        """Tells whether the worker is done with it, or was lost."""

    def add_done_callback(self, callback: Callable[[object], None], /) -> None:
        """Has a function called once it is done."""


class Workers(Protocol):
    """All workers of one engine. Any thread may call it; nothing here waits for a worker but ``ask``."""

    @property
    def problem(self) -> str | None:
        """Why there are no workers, in a sentence, where that is known."""

    def addresses(self) -> list[str]:
        """Returns the workers that are there and warm."""

    def info(self) -> list[WorkerInfo]:
        """Returns what is known of each worker, but for the runs that they train."""

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> Training:
        """Sends a run to a worker; ``attempt`` names this attempt at it, and no other is called so."""

    def excuse(self, training: Training) -> str | None:  # noqa: ARG002  # the usual answer
        """Returns why a training that is done was lost through no fault of its own, in a sentence, if it was."""
        return None

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Has an attempt end after its present batch; returns without waiting for it."""

    def kill(self, address: str) -> None:
        """Kills a worker, whatever it does. Returns without waiting for it."""

    def share_cores(self, at_work: Collection[str]) -> None:  # noqa: ARG002  # as below
        """Deals out this machine's cores to the workers at these addresses, which are all that train."""
        return  # those of a cluster have what their owners gave them, and rest when their owners want it

    def rest(self) -> None:
        """Ends the processes of this machine's workers, which are all idle. Returns without waiting for it."""
        return

    def rise(self) -> None:
        """Starts them again. Returns without waiting for it."""
        return

    def look_after(self) -> None:
        """Sees to workers that can do nothing about it themselves; called again and again."""

    def answers(self) -> bool:
        """Tells whether somebody is there for questions; if not, it is seen to that somebody comes."""
        return bool(self.addresses())

    def ask(self, question: WorkerQuestion[T], timeout: float) -> T:
        """Has some worker answer a question, and waits for it; raises ``UserError`` if that fails or takes too long."""

    def close(self) -> None:
        """Ends everything that was sent to the workers, and the workers themselves where they are this engine's."""


def worker_info(address: str, facts: DaskObject, problem: str | None = None, ready: bool = True) -> WorkerInfo:
    """Returns what is known of a worker from what Dask's scheduler tells of it."""
    return WorkerInfo(
        address=address,
        host=facts.get("host") or "",
        memory=int(facts.get("metrics", {}).get("memory", 0)),
        memory_limit=int(facts.get("memory_limit") or 0),
        problem=problem,
        ready=ready,
    )
