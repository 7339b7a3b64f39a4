"""Training of a class's networks beside its phones: of what is missing, and of some of the phones' again.

A wall's browser trains, as phones do, or a recording is played.
"""

import random
import secrets
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from rnn_compare.class_networks.networks import ClassNetwork, by_cell, recorded
from rnn_compare.class_networks.task import (
    OF_A_CLASS,
    OWN_SEEDS,
    ClassTask,
    Deal,
    class_task,
    seed_of,
    unpacked_bits,
)
from rnn_compare.database import NotSaved
from rnn_compare.lecture.classroom.classroom import Classroom

FEWEST = 20
"""Networks of each cell that a class sees, the wall's if necessary."""
PATIENCE_SECONDS = 30.0
"""How long a verdict waits for the networks of phones that are here."""
RECORDING_SECONDS = 20.0
"""Time in which a recording, or an earlier class, is played."""
AT_ONCE = 8
"""Trainings that a wall is given at a time."""
REPEATED = 5
"""Phones' networks of each cell that are trained again: those furthest from the cell's median, and as many at random,
so that an invented result among the others may be found out too."""
WITHIN = 2
"""Held-out reviews by which a repeated network may differ: in number after any epoch, review by review at its best."""


class ClassTraining:
    """Never waits: whoever sends the lecture's messages calls ``follow`` regularly.

    Attributes:
        wanted: What a wall's browser trains next.
        waits: Whether more networks will come soon; until then a verdict would be one of many looks.
        lacks_wall: Whether something is wanted and no wall is open.
        problem: Why networks could not be recorded, in a sentence; empty if they could.
    """

    def __init__(self, classroom: Callable[[], Classroom]) -> None:
        self._classroom, self._secret = classroom, secrets.token_hex(8)
        self._unable_in = 0
        self.wanted: Sequence[Deal] = ()
        self.waits = self.lacks_wall = False
        self.problem = ""

    def follow(self, wall_is_open: bool) -> None:
        """Decides what is wanted, and plays a recording further."""
        try:
            self._follow()
            self.problem = ""
        except NotSaved as error:  # what is there stays on the wall; the next look tries again
            self.problem = str(error)
        self.lacks_wall = bool(self.wanted) and not wall_is_open

    def _follow(self) -> None:
        classroom = self._classroom()
        state, networks = classroom.state(), classroom.networks.all()
        if not state.task_since:
            return
        task, elapsed = class_task(state.task), max(0.0, time.time() - state.task_since)  # clocks are set back, too
        training = classroom.phones_training() if elapsed < PATIENCE_SECONDS else {}
        is_unable = classroom.number() == self._unable_in
        played, wanted = list[ClassNetwork](), list[Deal]()
        if state.replayed:
            earlier = classroom.class_of(state.replayed)
            whole: Sequence[ClassNetwork] = earlier.networks if earlier else ()
            played = [*whole[: int(len(whole) * elapsed / RECORDING_SECONDS)]]
        elif state.recorded or is_unable:
            of_preset, last = recorded(state.task), OF_A_CLASS + FEWEST * elapsed / RECORDING_SECONDS
            deals = _missing(task, networks, training, OF_A_CLASS + 1)
            played = [of_preset[deal] for deal in deals if deal in of_preset and deal[1] <= last]
        else:
            wanted = _missing(task, networks, training, seed_of(classroom.number(), OWN_SEEDS + 1))
        is_played = bool(state.replayed or state.recorded or is_unable)
        self.waits = bool(training or wanted or (is_played and elapsed < RECORDING_SECONDS))
        if not self.waits and not is_unable:  # the verdict waits for what is missing, not for what is repeated
            sent = [*classroom.networks.waiting(), *to_repeat(task, networks, self._secret)]
            wanted = [network.deal for network in sent]
        self.wanted = wanted[:AT_ONCE]
        there, now = {network.deal for network in networks}, time.time()
        if new := [network for network in played if network.deal not in there]:
            classroom.add_networks(replace(network, origin="recording", status="", at=now) for network in new)

    def take(self, sent: Mapping[str, Any]) -> None:
        """Stores what a wall's browser has trained, or compares it with what a phone has sent.

        What is not wanted, or no longer, is ignored: several walls may train the same.

        Args:
            sent: Cell, seed, how many reviews were right and which, as a phone sends them.

        Raises:
            UserError: If no training gives this.
        """
        classroom, trained = self._classroom(), [sent.get("cell"), sent.get("seed")]
        deal = next((deal for deal in self.wanted if [*deal] == trained), None)
        if deal is None or not classroom.state().task_since:
            return
        if sent.get("right") == []:  # this browser cannot train
            self._unable_in = classroom.number()
            return
        task = class_task(classroom.state().task)
        right = task.checked_right(sent.get("right"))
        network = ClassNetwork(*deal, right, task.checked_correct(sent.get("correct"), max(right)), "server")
        of_phone = next((other for other in classroom.networks.sent() if other.deal == deal), None)
        if of_phone is None:
            classroom.add_networks([replace(network, at=time.time())])
        else:
            classroom.mark_network(deal, "repeated" if is_repeated(task, of_phone, network) else "left out")


def is_repeated(task: ClassTask, sent: ClassNetwork, again: ClassNetwork) -> bool:
    """Returns whether a phone's network came out the same again."""
    differences = [abs(a - b) for a, b in zip(sent.right, again.right, strict=True)]
    if sent.correct:  # else an earlier version of the program recorded it
        before, after = (unpacked_bits(network.correct, task.held_out) for network in (sent, again))
        differences.append(int((before != after).sum()))
    return max(differences) <= WITHIN


def to_repeat(task: ClassTask, networks: Sequence[ClassNetwork], secret: str) -> list[ClassNetwork]:
    """Returns the phones' networks that are to be trained again and were not, the most distant ones first.

    Args:
        task: What the class trains.
        networks: Those that count: for each that is left out, a further one is trained again.
        secret: Decides which of the others are.
    """
    distant, others = list[ClassNetwork](), list[ClassNetwork]()
    for of_cell in by_cell(task, networks).values():
        middle = statistics.median([network.best for network in of_cell] or [0])
        sent = [network for network in of_cell if network.origin == "phone"]
        sent.sort(key=lambda network: -abs(network.best - middle))
        distant += sent[:REPEATED]
        rest = sorted(sent[REPEATED:], key=lambda network: random.Random(f"{secret} {network.deal}").random())
        others += rest[:REPEATED]
    return [network for network in [*distant, *others] if not network.status]


def _missing(task: ClassTask, networks: Sequence[ClassNetwork], training: Mapping[str, int], first: int) -> list[Deal]:
    """Returns networks that are missing, cells in turn, of free seeds from ``first``."""
    counts, there = Counter(network.cell for network in networks), {network.deal for network in networks}
    deals = list[Deal]()
    for cell in task.cells:
        missing = max(0, FEWEST - counts[cell] - training.get(cell, 0))
        free = ((cell, seed) for seed in range(first, first + FEWEST) if (cell, seed) not in there)
        deals += islice(free, missing)
    return sorted(deals, key=lambda deal: deal[1])
