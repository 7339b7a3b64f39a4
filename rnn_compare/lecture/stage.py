"""All that a lecture is given with: the services of the server, the class, and the training of its networks."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from rnn_compare.class_networks.task import class_task
from rnn_compare.class_networks.verdict import best_accuracies
from rnn_compare.comparison.groups import labelled
from rnn_compare.lecture.class_training import ClassTraining
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.questions import Question, QuestionOutcome, class_outcome, outcome
from rnn_compare.runs.record import Run
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import Snapshot

Made = TypeVar("Made")
KEPT = 20
"""Readings in memory; each message to the wall has one again."""


class Stage:
    """One server's stage. Thread-safe.

    Args:
        services: The record of runs and the engine.
        classroom: Returns the class.
    """

    def __init__(self, services: Services, classroom: Callable[[], Classroom]) -> None:
        self.services, self.classroom = services, classroom
        self.class_training = ClassTraining(classroom)
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()  # each key has a type of its own

    def kept(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Returns what was made for a key, which must not be changed, or makes it; the last few are kept."""
        if key not in self._kept:
            self._kept[key] = make()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        made: Made = self._kept[key]
        return made

    def outcome(self, question: Question, snapshot: Snapshot, runs: Sequence[Run]) -> QuestionOutcome:
        """Returns the outcome of a question to the class; one on its phones' networks once no more will come soon."""
        classroom = self.classroom()
        if (task := classroom.state().task) and question.source == "class":
            if self.class_training.waits:
                return QuestionOutcome(None, "The outcome is known once the last networks are trained.", final=False)
            shares = best_accuracies(class_task(task), classroom.networks.all())
            networks = labelled(class_task(task).experiments)
            return class_outcome(question, {network: shares[network.experiment.cell] for network in networks})
        key = f"outcome of {question.model_dump_json()}"  # an edited question may keep its id
        evidence = self.services.evidence
        return self.services.conclusion(key, snapshot, runs, lambda: outcome(question, runs, evidence))
