"""The engine's interface to its workers, on this machine or on a cluster."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from rnn_compare.experiment import Experiment
from rnn_compare.training.protocol.messages import WorkerQuestion

T = TypeVar("T")

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
        """Sends a run to a worker.

        Args:
            attempt: Names this attempt at the run; no other is called so.
        """

    def excuse(self, training: Training) -> str | None:
        """Returns why a training that is done was lost through no fault of its own, in a sentence, if it was."""

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Has an attempt end after its present batch; returns without waiting for it."""

    def kill(self, address: str) -> None:
        """Kills a worker, whatever it does. Returns without waiting for it."""

    def share_cores(self, at_work: Collection[str]) -> None:
        """Deals out this machine's cores to the workers that train; those elsewhere have what their owners gave them.

        Args:
            at_work: The addresses of all that train.
        """

    def rest(self) -> None:
        """Ends the processes of this machine's workers, which are all idle. Returns without waiting for it."""

    def rise(self) -> None:
        """Starts them again. Returns without waiting for it."""

    def look_after(self) -> None:
        """Sees to workers that can do nothing about it themselves; called again and again."""

    def answers(self) -> bool:
        """Tells whether somebody is there for questions; if not, it is seen to that somebody comes."""

    def ask(self, question: WorkerQuestion[T], timeout: float) -> T:
        """Has some worker answer a question, and waits for it.

        Raises:
            UserError: If that fails or takes too long.
        """

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
