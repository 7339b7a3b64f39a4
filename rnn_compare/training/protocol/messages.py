"""Messages between workers and the engine: small frozen dataclasses."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from rnn_compare.errors import UserError
from rnn_compare.runs.events import Event, from_message, to_message

T = TypeVar("T")

TOPIC = "rnn-compare"
"""The Dask topic that carries messages from the workers of this machine to the engine."""


@dataclass(frozen=True)
class TrainingEvent:
    """An event of a training.

    Attributes:
        attempt: Which attempt at the run tells it: what an earlier one still says is not heard.
    """

    attempt: str
    event: Event


@dataclass(frozen=True)
class QuestionProgress:
    """The progress of a worker with a question."""

    question: str
    done: int
    total: int


Message = TrainingEvent | QuestionProgress
OnMessage = Callable[[Message], None]
"""Takes each message of a worker. It must return at once and call nothing of the workers'."""


def to_plain(message: Message) -> dict[str, object]:
    """Returns a message as plain values, the only ones that Dask's events carry."""
    if isinstance(message, QuestionProgress):
        return asdict(message)
    return {"attempt": message.attempt, "event": to_message(message.event)}


def from_plain(values: Mapping[str, Any]) -> Message:  # Any: each value has the type of its field
    """Returns the message of plain values that ``to_plain`` has made. Dask adds which worker sent them.

    Example:
        >>> message = QuestionProgress("a question", 1, 4)
        >>> from_plain(to_plain(message) | {"worker": "tcp://127.0.0.1:40000"}) == message
        True
    """
    if "question" in values:
        return QuestionProgress(values["question"], values["done"], values["total"])
    return TrainingEvent(values["attempt"], from_message(values["event"]))


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
        """Returns the value.

        Raises:
            UserError: If there is none.
        """
        if self.error is not None:
            raise UserError(self.error)
        return self.value  # type: ignore[return-value]  # None only where T may be None


def first_line(error: BaseException) -> str:
    """Returns the first line of what an exception says, or its kind, for a sentence in brackets."""
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
