"""The public demonstration: no training, and questions are answered in the server's process, without Keras."""

import os
import threading
from collections.abc import Collection
from functools import partial
from typing import NoReturn, TypeVar

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import repository
from rnn_compare.training.protocol import OnProgress, WorkerInfo, WorkerQuestion

DEMO_VARIABLE = "RNN_COMPARE_DEMO"

T = TypeVar("T")


def is_demo() -> bool:
    """Returns True if this server is a public demonstration."""
    return os.environ.get(DEMO_VARIABLE, "0") not in ("", "0")


def demo_notice() -> str:
    """Returns what a demonstration says instead of training."""
    source = f"get the program from {repository()}, install it" if repository() else "install the program"
    return (
        "This is a demonstration: it shows recorded trainings and trains none. "
        f"To train, {source} with `pip install -r requirements.txt` and start it with `streamlit run app.py`."
    )


class DemoWorkers:
    """The only worker of a demonstration, this process: answers one question at a time and does not train."""

    problem: str | None = None
    resting: bool = False

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._answering = threading.Lock()

    def addresses(self) -> list[str]:
        """Returns a name for this process."""
        return ["here"]

    def info(self) -> list[WorkerInfo]:
        """Returns an empty list: there are no worker processes."""
        return []

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> NoReturn:  # noqa: ARG002  # a worker's interface
        """Raises ``UserError``: a demonstration does not train."""
        raise UserError(demo_notice())

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Does nothing: there is no training."""

    def kill(self, address: str) -> None:
        """Does nothing: there is no worker process."""

    def share_cores(self, training: Collection[str]) -> None:
        """Does nothing: there is no training."""

    def maintain(self) -> None:
        """Does nothing: there is no worker process."""

    def close(self) -> None:
        """Does nothing: this process ends by itself."""

    def answers(self) -> bool:
        """Returns True."""
        return True

    def ask(self, question: WorkerQuestion[T], timeout: float) -> T:  # noqa: ARG002  # it cannot be interrupted
        """Returns the answer to a question; raises ``UserError`` if that fails, the notice if it needs Keras."""
        progress = {}
        if name := question.name:
            progress["tell"] = partial(self._on_progress, name)
        try:
            with self._answering:
                return question.function(*question.arguments, **progress)
        except ModuleNotFoundError as error:
            raise UserError(demo_notice()) from error
