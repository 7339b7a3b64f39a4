"""The server's part in a class's networks: it trains or plays what is missing, and repeats some of the phones'."""

import random
import secrets
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from rnn_compare.browser.trained_seed import Result, bit_by_bit, by_kernels
from rnn_compare.database import NotSaved
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.trained.class_networks import ClassNetwork, Origin, by_cell, recorded
from rnn_compare.lecture.trained.class_task import (
    OF_A_CLASS,
    OWN_SEEDS,
    ClassTask,
    Deal,
    class_task,
    seed_of,
    unpacked_bits,
)
from rnn_compare.training.engine import Engine

FEWEST = 20
"""Networks of each cell that a class sees, the server's if necessary."""
PATIENCE_SECONDS = 30.0
"""How long the server waits for the networks of phones that are here."""
RECORDING_SECONDS = 20.0
"""Time in which a recording, or an earlier class, is played."""
AT_ONCE = 4
"""Trainings that workers are given at a time."""
REPEATED = 5
"""Phones' networks of each cell that are trained again: those furthest from the cell's median, and as many at random,
so that an invented result among the others may be found out too."""
WITHIN = 2
"""Held-out reviews by which a repeated network may differ: in number after any epoch, review by review at its best."""
MOST_FAILURES = 5
"""Trainings that fail one after the other before a recording takes the workers' place: one lost worker fails a few."""


class ClassTraining:
    """Never waits: whoever shows the networks calls ``follow`` regularly.

    Attributes:
        waits: Whether more networks will come soon; until then a verdict would be one of many looks.
        problem: Why networks could not be recorded, in a sentence; empty if they could.
    """

    def __init__(self, engine: Engine, classroom: Callable[[], Classroom]) -> None:
        self._engine, self._classroom = engine, classroom
        self._secret = secrets.token_hex(8)
        self._lecture = self._failures = 0
        self.waits, self.problem = False, ""

    def follow(self) -> None:
        """Takes what workers have trained, gives them more, and plays a recording further."""
        try:
            self._follow()
            self.problem = ""
        except NotSaved as error:  # what is there stays on the wall; the next look tries again
            self.problem = str(error)

    def _follow(self) -> None:
        classroom = self._classroom()
        state, networks = classroom.state(), classroom.networks.all()
        if not state.task_since:
            return
        if classroom.number() != self._lecture:
            self._lecture, self._failures = classroom.number(), 0
        task, elapsed = class_task(state.task), max(0.0, time.time() - state.task_since)  # clocks are set back, too
        training = classroom.phones_training() if elapsed < PATIENCE_SECONDS else {}
        origin: Origin = "recording"
        if state.replayed:
            earlier = classroom.class_of(state.replayed)
            whole: Sequence[ClassNetwork] = earlier.networks if earlier else ()
            results = whole[: int(len(whole) * elapsed / RECORDING_SECONDS)]
        elif state.recorded or self._failures >= MOST_FAILURES:
            of_preset, last = recorded(state.task), OF_A_CLASS + FEWEST * elapsed / RECORDING_SECONDS
            deals = _missing(task, networks, training, OF_A_CLASS + 1)
            results = [of_preset[deal] for deal in deals if deal in of_preset and deal[1] <= last]
        else:
            deals = _missing(task, networks, training, seed_of(classroom.number(), OWN_SEEDS + 1))
            origin, results = "server", self._trained(by_kernels, task, deals)
        self.waits = bool(training or (deals if origin == "server" else elapsed < RECORDING_SECONDS))
        there, now = {network.deal for network in networks}, time.time()
        if new := [network for network in results if network.deal not in there]:
            classroom.add_networks(replace(network, origin=origin, status="", at=now) for network in new)
        if not self.waits:  # the verdict waits for what is missing, not for what is repeated
            chosen = [*classroom.networks.waiting(), *to_repeat(task, networks, self._secret)]
            sent = {network.deal: network for network in chosen}
            for network in self._trained(bit_by_bit, task, sent):
                is_same = is_repeated(task, sent[network.deal], network)
                classroom.mark_network(network.deal, "repeated" if is_same else "left out")

    def _trained(self, function: Callable[..., Result], task: ClassTask, deals: Iterable[Deal]) -> list[ClassNetwork]:
        """Returns what workers have finished of these; they are given the first ones of the others."""
        done, waiting = list[ClassNetwork](), 0
        for deal in deals:
            if waiting == AT_ONCE:
                break
            analysis = self._engine.analyse(function, task.experiment(*deal))
            if analysis.result:
                self._failures = 0
                done.append(ClassNetwork(*deal, *analysis.result))
            else:
                self._failures += bool(analysis.problem)
                waiting += 1
        return done


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
    """Returns the server's own networks that are missing, cells in turn, of free seeds from ``first``."""
    counts, there = Counter(network.cell for network in networks), {network.deal for network in networks}
    deals = list[Deal]()
    for cell in task.cells:
        missing = max(0, FEWEST - counts[cell] - training.get(cell, 0))
        free = ((cell, seed) for seed in range(first, first + FEWEST) if (cell, seed) not in there)
        deals += islice(free, missing)
    return sorted(deals, key=lambda deal: deal[1])
