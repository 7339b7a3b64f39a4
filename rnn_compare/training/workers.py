"""What the engine asks of its workers, whether they run on this machine or on a cluster elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from rnn_compare.experiment import Experiment
from rnn_compare.runs.files import Which

OnEvent = Callable[[dict[str, Any]], None]
"""Takes each message of a worker. It must return at once and call nothing of the cluster's."""


@dataclass(frozen=True)
class WorkerFacts:
    """What is known of one worker, as the page of the cluster shows it.

    Attributes:
        address: Where it is reached.
        host: The machine that it runs on.
        memory: Bytes that it uses.
        memory_limit: Bytes that it may use; 0 if there is no limit.
        run: The run that it trains, None if it is free.
        problem: Why it is not used, in a sentence; None if it is, or is still being readied.
        ready: Whether it takes trainings.
    """

    address: str
    host: str
    memory: int
    memory_limit: int
    run: str | None = None
    problem: str | None = None
    ready: bool = True


class Training(Protocol):
    """A run that was sent to a worker."""

    def done(self) -> bool:
        """Tells whether the worker is done with it, or was lost."""

    def add_done_callback(self, callback: Callable[[Any], Any], /) -> None:
        """Has a function called once it is done."""


class Workers(Protocol):
    """All workers of one engine. Any thread may call it; nothing here waits for a worker but what has a timeout."""

    @property
    def problem(self) -> str | None:
        """Why there are no workers, in a sentence, where that is known."""

    def addresses(self) -> list[str]:
        """Returns the workers that are there and warm."""

    def facts(self) -> list[WorkerFacts]:
        """Returns what is known of each worker, but for the runs that they train."""

    def train(self, run: str, experiment: Experiment, address: str) -> Training:
        """Sends a run to a worker."""

    def excuse(self, training: Training) -> str | None:
        """Returns why a training that is done was lost through no fault of its own, in a sentence, if it was."""

    def ask_to_stop(self, run: str, address: str) -> None:
        """Has a run end after its present batch; returns without waiting for it."""

    def kill(self, address: str) -> None:
        """Kills a worker, whatever it does. Returns without waiting for it."""

    def answers(self) -> bool:
        """Tells whether somebody is there for the questions below; if not, it is seen to that somebody comes."""

    def summary(self, experiment: Experiment, timeout: float) -> str:
        """Returns Keras' ``model.summary()``.

        Raises:
            UserError: If that fails or takes too long.
        """

    def write_model(self, run: str, experiment: Experiment, which: Which, timeout: float) -> str:
        """Has a run's ``.keras`` file written, and returns its path; raises as ``summary`` does."""

    def analyse(self, name: str, function: Callable[..., Any], arguments: tuple[Any, ...], timeout: float) -> Any:
        """Has a function called that tells its progress under a name; raises as ``summary`` does.

        Returns:
            What the function returns.
        """

    def close(self) -> None:
        """Ends everything that was sent to the workers, and the workers themselves where they are this engine's."""


def facts_of(address: str, info: dict[str, Any], problem: str | None = None, ready: bool = True) -> WorkerFacts:
    """Returns the facts of a worker from what Dask's scheduler tells of it."""
    return WorkerFacts(
        address=address,
        host=info.get("host") or "",
        memory=int(info.get("metrics", {}).get("memory", 0)),
        memory_limit=int(info.get("memory_limit") or 0),
        problem=problem,
        ready=ready,
    )


def first_line(error: BaseException) -> str:
    """Returns the first line of what an exception says, or its kind, for a sentence in brackets."""
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
