"""The engine's interface to its workers, on this machine or on a cluster."""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Event

T = TypeVar("T")

SCHEDULER_VARIABLE = "RNN_COMPARE_SCHEDULER"
"""Environment variable with the address of a Dask scheduler, such as ``tls://10.0.0.1:8786``."""

OnEvent = Callable[[str, Event], None]
"""Takes the unique name of an attempt at a run, and an event of it. It returns at once and never calls the workers."""
OnProgress = Callable[[str, int, int], None]
"""Takes the name of a question, and its steps done and in total; as ``OnEvent``."""


@dataclass(frozen=True)
class WorkerQuestion(Generic[T]):
    """A function call for a worker, with somebody waiting for the result.

    Attributes:
        function: It is sent by its name, so it must be importable.
        name: If set, the function is also called with ``tell=``, a function of steps done and steps in total, which
            reach the engine under this name.
    """

    function: Callable[..., T]
    arguments: tuple[object, ...] = ()
    name: str | None = None


def first_line(error: BaseException) -> str:
    """Returns the first line of an exception's message, or its type, for use in a sentence."""
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


@dataclass(frozen=True)
class WorkerInfo:
    """Information about one worker.

    Attributes:
        address: Unique among the workers of an engine, and never used again.
        name: What its owner calls it, or its process.
        run: The run that it trains; None if it is free.
        problem: Why it is not used, in a sentence; None if it is used or still starting.
    """

    address: str
    name: str
    run: str | None = None
    problem: str | None = None
    ready: bool = True


Training = Future[str | None]
"""One attempt at a run, sent to a worker: done when it has ended or its worker was lost.

The result is why it was lost, in a sentence, if the run itself cannot be the reason; otherwise None. There is no error.
"""


class Workers(Protocol):
    """The workers that train for one engine. Any thread may call it; nothing waits for a worker."""

    @property
    def problem(self) -> str | None:
        """Why there are no workers, in a sentence, if known."""

    def addresses(self) -> list[str]:
        """Returns the workers that are ready to train."""

    def info(self) -> list[WorkerInfo]:
        """Returns information about each worker, without the runs that they train."""

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> Training:
        """Sends a run to a worker; ``attempt`` is a unique name for this attempt."""

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Asks an attempt to end after its current batch."""

    def kill(self, address: str) -> None:
        """Kills a worker."""

    def share_cores(self, training: Collection[str]) -> None:
        """Divides this machine's cores among the workers at these addresses, the only ones in training."""

    def close(self) -> None:
        """Ends all trainings, and the workers that belong to this engine."""
