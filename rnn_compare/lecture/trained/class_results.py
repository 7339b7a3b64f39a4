"""The classes whose phones have trained, as the record has them."""

import contextlib
from dataclasses import dataclass
from datetime import datetime

from rnn_compare.errors import UserError
from rnn_compare.formatting import counted
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.trained.class_networks import UNABLE, ClassNetwork, network_of
from rnn_compare.lecture.trained.class_task import ClassTask, class_task


@dataclass(frozen=True)
class ClassResult:
    """What a class has trained.

    Attributes:
        lecture: The number of its lecture.
        began: When that began, in seconds since 1970.
        preset: That of its task.
        networks: Those that count, in the order of their arrival, without recorded ones.
    """

    lecture: int
    began: float
    preset: str
    networks: tuple[ClassNetwork, ...]

    @property
    def task(self) -> ClassTask:
        """What it has trained."""
        return class_task(self.preset)

    @property
    def date(self) -> str:
        """The day of its lecture, such as 12 November 2026."""
        began = datetime.fromtimestamp(self.began)
        return f"{began.day} {began:%B %Y}"

    @property
    def title(self) -> str:
        """Its date, with the time, and its number of networks."""
        return f"{self.date}, {datetime.fromtimestamp(self.began):%H:%M}: {counted(len(self.networks), 'network')}"


def class_results(record: ClassroomRecord) -> list[ClassResult]:
    """Returns the results of all classes whose task is as it was, newest first."""
    results = list[ClassResult]()
    for row in record.classes():
        networks = (
            network
            for network in map(network_of, record.networks(row["id"]))
            if network.right != UNABLE and network.status != "left out" and network.origin != "recording"
        )
        result = ClassResult(row["id"], row["began"], row["task"], tuple(networks))
        with contextlib.suppress(UserError):  # the preset is another one now, or gone
            checked = [result.task.checked([*network.right]) for network in result.networks]
            if checked and {network.cell for network in result.networks} <= {*result.task.cells}:
                results.append(result)
    return results
