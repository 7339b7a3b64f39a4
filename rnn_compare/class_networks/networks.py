"""The networks that a class trains: the phones', the server's own and recorded ones; and those of earlier classes."""

import contextlib
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from rnn_compare.class_networks.task import OF_A_CLASS, ClassTask, Deal, class_task
from rnn_compare.errors import UserError
from rnn_compare.formatting import counted

RECORDING = Path(__file__).parents[1] / "recordings" / "class_networks.json"
"""By preset what every browser trains: cell, seed, right, correct (``python -m benchmarks.class_networks anew``)."""

Origin = Literal["phone", "server", "recording"]
Status = Literal["", "repeated", "left out"]
"""Whether the server has trained a phone's network again, and got the same result."""
UNABLE: tuple[int, ...] = ()
"""The result of a device that cannot train, or whose arithmetic differs."""
FEWEST_KNOWN = 5
"""Networks of a cell that must be known before others are measured by them."""


@dataclass(frozen=True)
class ClassNetwork:
    """A trained network.

    Attributes:
        right: Held-out reviews that were right after each epoch.
        correct: Which were after the best, as ``packed_bits``; empty if that is not recorded.
        at: When it arrived, in seconds since 1970.
    """

    cell: str
    seed: int
    right: tuple[int, ...]
    correct: str = ""
    origin: Origin = "phone"
    status: Status = ""
    at: float = 0.0

    @property
    def deal(self) -> Deal:
        """Cell and seed."""
        return self.cell, self.seed

    @property
    def name(self) -> str:
        """Cell and number in its class."""
        return f"{self.cell} no. {self.seed % OF_A_CLASS}"

    @property
    def best(self) -> int:
        """Right reviews after the best epoch."""
        return max(self.right)

    @property
    def is_known(self) -> bool:
        """Whether this machine has trained it, or it was recorded: nobody can have invented it."""
        return self.origin != "phone" or self.status == "repeated"


Trained = Mapping[Deal, tuple[str, ClassNetwork]]
"""Networks with the devices that sent them, or with empty ones."""


@dataclass(frozen=True)
class ClassNetworks:
    """The networks of one lecture.

    Attributes:
        lecture: Its number.
        preset: That of its task; empty where phones train nothing.
        trained: What came, in the order of arrival.
    """

    lecture: int
    preset: str
    trained: Trained

    def all(self) -> list[ClassNetwork]:
        """Returns the networks that count, in the order of their arrival."""
        return divided(self.preset, able(self.trained))[0]

    def waiting(self) -> list[ClassNetwork]:
        """Returns the phones' networks that nobody sees until they are repeated."""
        return divided(self.preset, able(self.trained))[1]

    def sent(self, *statuses: Status) -> list[ClassNetwork]:
        """Returns the phones' networks, without statuses all of them, in the order of their arrival."""
        networks = [network for network in able(self.trained) if network.origin == "phone"]
        return [network for network in networks if network.status in statuses or not statuses]

    @property
    def unable(self) -> int:
        """Number of devices that sent no network, since they cannot train or their arithmetic differs."""
        return len(self.trained) - len(able(self.trained))

    def deal(self, number: int | None) -> Deal | None:
        """Returns what the device of a number trains; None without one, or where phones train nothing."""
        return class_task(self.preset).deal(self.lecture, number) if number and self.preset else None

    def checked(self, number: int, sent: tuple[object, object, object, object]) -> ClassNetwork | None:
        """Returns the network of the device of a number; None if it has come already.

        The same again is the same network: a phone that got no answer sends it again.

        Args:
            sent: Cell, seed, how many reviews were right and which, as the device sent them.

        Raises:
            UserError: If the device was dealt another one, has sent another result, or none is possible.
        """
        task = class_task(self.preset)
        cell, seed = deal = task.deal(self.lecture, number)
        if sent[:2] != deal or type(sent[1]) is not int:
            raise UserError(f"This phone was dealt {cell} no. {number}.")
        right = UNABLE if sent[2] == [] else task.checked_right(sent[2])
        correct = "" if right == UNABLE else task.checked_correct(sent[3], max(right))
        before = self.trained[deal][1] if deal in self.trained else None
        if before is None or (before.right == UNABLE and before.right != right):
            return ClassNetwork(cell, seed, right, correct, at=time.time())
        if (before.right, before.correct) != (right, correct):
            raise UserError("This phone has sent its network already.")
        return None


def able(trained: Trained) -> list[ClassNetwork]:
    """Returns the networks that came, without the results of devices that cannot train."""
    return [network for _, network in trained.values() if network.right != UNABLE]


def by_cell(task: ClassTask, networks: Sequence[ClassNetwork]) -> dict[str, list[ClassNetwork]]:
    """Returns the networks of each cell, also where there are none."""
    return {cell: [network for network in networks if network.cell == cell] for cell in task.cells}


def divided(preset: str, networks: Sequence[ClassNetwork]) -> tuple[list[ClassNetwork], list[ClassNetwork]]:
    """Returns those of a class's networks that count, and those that wait unseen until they have been repeated."""
    limits = {cell: _limits(preset, cell, networks) for cell in {network.cell for network in networks}}
    counting, waiting = list[ClassNetwork](), list[ClassNetwork]()
    for network in networks:
        least, low, high = limits[network.cell]
        is_near = low < network.best < high and min(network.right) > least
        if network.status != "left out":
            (counting if network.is_known or is_near else waiting).append(network)
    return counting, waiting


def _limits(preset: str, cell: str, networks: Sequence[ClassNetwork]) -> tuple[float, float, float]:
    """Returns what an honest network of a cell hardly ever reaches, in right reviews.

    Its epochs are above the first, far below guessing. Its best is between the others, beyond the bests of all known
    networks by the standard deviation of guessing: beside the recording one of 500 was not.
    """
    held_out = class_task(preset).held_out
    guessing, deviation = held_out / 2, math.sqrt(held_out) / 2
    known = [*recorded(preset).values(), *(network for network in networks if network.is_known)]
    bests = [network.best for network in known if network.cell == cell]
    low, high = (min(bests), max(bests)) if len(bests) >= FEWEST_KNOWN else (guessing, held_out - deviation)
    return guessing - 4 * deviation, low - deviation, high + deviation


@cache
def recorded(preset: str) -> dict[Deal, ClassNetwork]:
    """Returns the recorded networks of a preset; none without a recording."""
    rows = json.loads(RECORDING.read_text(encoding="utf-8")).get(preset, [])
    networks = (ClassNetwork(cell, seed, tuple(right), correct, "recording") for cell, seed, right, correct in rows)
    return {network.deal: network for network in networks}


@dataclass(frozen=True)
class ClassResult:
    """What a class has trained.

    Attributes:
        lecture: The number of its lecture.
        name: The name of the lecture.
        began: When that began, in seconds since 1970.
        preset: That of its task.
        networks: Those that count, in the order of their arrival, without recorded ones.
    """

    lecture: int
    name: str
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
        """Its date, with the time, its lecture and its number of networks."""
        when = f"{self.date}, {datetime.fromtimestamp(self.began):%H:%M}"
        return f"{when}, “{self.name}”: {counted(len(self.networks), 'network')}"


def class_result(lecture: int, name: str, began: float, preset: str, trained: Trained) -> ClassResult | None:
    """Returns the result of a class; None if no phone trained, or the task is not as it was."""
    networks = able(trained)
    if all(network.origin != "phone" or network.status == "left out" for network in networks):
        return None
    with contextlib.suppress(UserError):  # the preset is another one now, or gone
        counting = [network for network in divided(preset, networks)[0] if network.origin != "recording"]
        result = ClassResult(lecture, name, began, preset, tuple(counting))
        checked = [result.task.checked_right([*network.right]) for network in result.networks]
        if checked and {network.cell for network in result.networks} <= {*result.task.cells}:
            return result
    return None
