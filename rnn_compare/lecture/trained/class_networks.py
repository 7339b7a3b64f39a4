"""The networks that a class trains: the phones', the server's own and recorded ones; and those of earlier classes."""

import contextlib
import json
import math
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from rnn_compare.errors import UserError
from rnn_compare.formatting import counted
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.trained.class_task import OF_A_CLASS, ClassTask, Deal, class_task

RECORDING = Path(__file__).parents[2] / "recordings" / "class_networks.json"
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


class ClassNetworks:
    """The networks of one lecture. One thread at a time may change it; any thread may read it."""

    def __init__(self, record: ClassroomRecord, lecture: int, preset: str) -> None:
        self._record, self._lecture, self._preset = record, lecture, preset
        self._networks: dict[Deal, ClassNetwork] = {}
        self._by_device: dict[str, ClassNetwork] = {}
        for row in record.networks(lecture) if preset else ():  # after a lecture they are among ``class_results``
            self._keep(network_of(row), row["device"])

    def all(self) -> list[ClassNetwork]:
        """Returns the networks that count, in the order of their arrival."""
        return divided(self._preset, tuple(self._networks.values()))[0]

    def waiting(self) -> list[ClassNetwork]:
        """Returns the phones' networks that nobody sees until they are repeated."""
        return divided(self._preset, tuple(self._networks.values()))[1]

    def sent(self, *statuses: Status) -> list[ClassNetwork]:
        """Returns the phones' networks, without statuses all of them, in the order of their arrival."""
        networks = [network for network in tuple(self._networks.values()) if network.origin == "phone"]
        return [network for network in networks if network.status in statuses or not statuses]

    @property
    def unable(self) -> int:
        """Number of devices that sent no network, since they cannot train or their arithmetic differs."""
        return sum(network.right == UNABLE for network in tuple(self._by_device.values()))

    def lacks(self, device: str) -> bool:
        """Returns whether a device may still send its network."""
        return device not in self._by_device

    def deal(self, number: int) -> Deal | None:
        """Returns what the device of a number trains; None where phones train nothing."""
        return class_task(self._preset).deal(self._lecture, number) if self._preset else None

    def add_sent(self, device: str, number: int, sent: tuple[object, object, object, object]) -> None:
        """Stores the network of a device: cell, seed, how many reviews were right and which, as it sent them.

        The same again is the same network: a phone that got no answer sends it again.

        Raises:
            UserError: If the device was dealt another one, has sent another result, or none is possible.
        """
        task = class_task(self._preset)
        cell, seed = task.deal(self._lecture, number)
        if sent[:2] != (cell, seed) or type(sent[1]) is not int:
            raise UserError(f"This phone was dealt {cell} no. {number}.")
        right = UNABLE if sent[2] == [] else task.checked_right(sent[2])
        correct = "" if right == UNABLE else task.checked_correct(sent[3], max(right))
        before = self._by_device.get(device)
        if before is None or (before.right == UNABLE and before.right != right):
            self._store(ClassNetwork(cell, seed, right, correct, at=time.time()), device)
        elif (before.right, before.correct) != (right, correct):
            raise UserError("This phone has sent its network already.")

    def add_own(self, networks: Iterable[ClassNetwork]) -> None:
        """Stores networks of the server's, or recorded ones, unless they are there."""
        for network in networks:
            if network.deal not in self._networks:
                self._store(network, "")

    def mark(self, deal: Deal, status: Status) -> None:
        """Stores whether a phone's network was repeated."""
        if (network := self._networks.get(deal)) is not None and network.status != status:
            device = next(device for device, sent in self._by_device.items() if sent.deal == deal)
            self._store(replace(network, status=status), device)

    def _store(self, network: ClassNetwork, device: str) -> None:
        self._record.save_network(self._lecture, self._preset, device, network)
        self._keep(network, device)

    def _keep(self, network: ClassNetwork, device: str) -> None:
        if network.right != UNABLE:
            self._networks[network.deal] = network
        if device:
            self._by_device[device] = network


def network_of(row: sqlite3.Row) -> ClassNetwork:
    """Returns a network as it is recorded."""
    right = tuple(json.loads(row["reviews"]))
    origin, status, at = row["origin"], row["status"], row["at"]
    return ClassNetwork(row["cell"], row["seed"], right, row["correct"] or "", origin, status, at)


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


def class_results(record: ClassroomRecord) -> list[ClassResult]:
    """Returns the results of all classes whose task is as it was, newest first."""
    results = list[ClassResult]()
    for row in record.classes():
        networks = [network for network in map(network_of, record.networks(row["id"])) if network.right != UNABLE]
        with contextlib.suppress(UserError):  # the preset is another one now, or gone
            counting = [network for network in divided(row["task"], networks)[0] if network.origin != "recording"]
            result = ClassResult(row["id"], row["name"], row["began"], row["task"], tuple(counting))
            checked = [result.task.checked_right([*network.right]) for network in result.networks]
            if checked and {network.cell for network in result.networks} <= {*result.task.cells}:
                results.append(result)
    return results
