"""The server's part in a class's networks: it trains those that are missing and repeats the most distant ones."""

import statistics
import time
from collections.abc import Callable, Iterable

from rnn_compare.browser.trained_seed import bit_by_bit, by_kernels
from rnn_compare.lecture.class_networks import ClassNetwork, Origin
from rnn_compare.lecture.class_task import OWN_SEEDS, ClassTask, Deal, class_task, recorded
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.training.engine import Engine

FEWEST = 20
"""Networks of each cell that a class sees, the server's if necessary."""
PATIENCE_SECONDS = 30.0
"""How long the server waits for the networks of phones that are here."""
RECORDING_SECONDS = 20.0
"""Time in which a recording is played."""
AT_ONCE = 4
"""Trainings that workers are given at a time."""
MOST_DISTANT = 5
"""Phones' networks of each cell that are trained again: those furthest from the cell's median."""
WITHIN = 2
"""Held-out reviews by which a repeated network may differ after any epoch."""


class ClassTraining:
    """Never waits: whoever shows the networks calls ``follow`` regularly.

    Attributes:
        problem: Why workers train nothing, in a sentence; empty if they do.
    """

    def __init__(self, engine: Engine, classroom: Callable[[], Classroom]) -> None:
        self._engine, self._classroom = engine, classroom
        self.problem = ""

    def follow(self) -> None:
        """Takes what workers have trained, gives them more, and plays a recording further."""
        classroom = self._classroom()
        state = classroom.state()
        if not state.task_since:
            return
        task, elapsed = class_task(state.task), time.time() - state.task_since
        training = classroom.phones_training() if elapsed < PATIENCE_SECONDS else {}
        deals = _missing(task, classroom, training)
        if state.recorded or self.problem:
            due = OWN_SEEDS + FEWEST * elapsed / RECORDING_SECONDS
            of_preset = recorded(state.task)
            results = [(deal, of_preset[deal]) for deal in deals if deal in of_preset and deal[1] <= due]
            _add(classroom, results, "recording")
        else:
            _add(classroom, self._trained(by_kernels, task, deals), "server")
        if not training:
            distant = _most_distant(task, classroom.networks.all())
            for deal, right in self._trained(bit_by_bit, task, [network.deal for network in distant]):
                sent = next(network.right for network in distant if network.deal == deal)
                is_same = all(abs(a - b) <= WITHIN for a, b in zip(sent, right, strict=True))
                classroom.mark_network(deal, "repeated" if is_same else "left out")

    def _trained(
        self, function: Callable[..., list[int]], task: ClassTask, deals: Iterable[Deal]
    ) -> list[tuple[Deal, tuple[int, ...]]]:
        """Returns what workers have finished of these; they are given the first ones of the others."""
        done, waiting = list[tuple[Deal, tuple[int, ...]]](), 0
        for deal in deals:
            if waiting == AT_ONCE:
                break
            analysis = self._engine.analyse(function, task.experiment(*deal))
            self.problem = analysis.problem or ""
            if analysis.result:
                done.append((deal, tuple(analysis.result)))
            else:
                waiting += 1
        return done


def _missing(task: ClassTask, classroom: Classroom, training: dict[str, int]) -> list[Deal]:
    """Returns the cells and seeds of the server's own networks that are missing, cells in turn."""
    networks = classroom.networks.all()
    own = {network.deal for network in networks if network.seed > OWN_SEEDS}
    wanted = dict[str, list[int]]()
    for cell in task.cells:
        missing = FEWEST - sum(network.cell == cell for network in networks) - training.get(cell, 0)
        free = (seed for seed in range(OWN_SEEDS + 1, OWN_SEEDS + 1 + FEWEST) if (cell, seed) not in own)
        wanted[cell] = [seed for seed, _ in zip(free, range(max(0, missing)), strict=False)]
    deals = [(cell, seed) for cell, seeds in wanted.items() for seed in seeds]
    return sorted(deals, key=lambda deal: deal[1])


def _most_distant(task: ClassTask, networks: list[ClassNetwork]) -> list[ClassNetwork]:
    """Returns the phones' networks furthest from the median of their cell that were not repeated yet."""
    distant = list[ClassNetwork]()
    for cell in task.cells:
        of_cell = [network for network in networks if network.cell == cell]
        if of_cell:
            middle = statistics.median(network.best for network in of_cell)
            sent = [network for network in of_cell if network.origin == "phone"]
            distant += sorted(sent, key=lambda network: -abs(network.best - middle))[:MOST_DISTANT]
    return [network for network in distant if not network.status]


def _add(classroom: Classroom, results: Iterable[tuple[Deal, tuple[int, ...]]], origin: Origin) -> None:
    networks = [ClassNetwork(*deal, right, origin, at=time.time()) for deal, right in results]
    if networks:
        classroom.add_networks(networks)
