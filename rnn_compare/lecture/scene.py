"""A lecture and its class at one moment: what a step says is made of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from rnn_compare.charts.loaded_network import LoadedNetwork, with_weights
from rnn_compare.comparison.groups import NamedNetwork, labelled
from rnn_compare.explain import worker_tasks
from rnn_compare.feedforward.registry import network
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.lecture_file import Lecture, Step, find
from rnn_compare.lecture.questions import Question, QuestionOutcome
from rnn_compare.lecture.stage import Stage
from rnn_compare.runs.record import Run
from rnn_compare.services.board_cards import not_live_text, replay_text
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import Snapshot

NOT_REVEALED = "No network is revealed yet. Go back (←) to the training step."
DELETED = "A network of this lecture was deleted. Go back (←) to the training step."
Result = TypeVar("Result")


@dataclass(frozen=True)
class Scene:
    """A lecture and its state at one moment."""

    stage: Stage
    lecture: Lecture
    state: State

    @property
    def services(self) -> Services:
        """The record of runs and the engine."""
        return self.stage.services

    @property
    def classroom(self) -> Classroom:
        """The class of this server."""
        return self.stage.classroom()

    @cached_property
    def snapshot(self) -> Snapshot:
        """All runs at this moment."""
        return self.services.snapshot()

    @property
    def index(self) -> int:
        """The current step's index; the last step's if the file has become shorter."""
        return min(self.state.step, len(self.lecture.steps) - 1)

    @property
    def place(self) -> str:
        """Where the lecture is: another text after each move."""
        state = self.state
        return f"{self.index} {state.phase} {state.round} {state.question.id if state.question else ''}"

    @property
    def step(self) -> Step:
        """The current step."""
        return self.lecture.steps[self.index]

    @property
    def networks(self) -> list[NamedNetwork]:
        """The step's networks, each once, whatever its seeds."""
        by_setting = {experiment.setting: experiment for experiment in self.lecture.preset_at(self.index).experiments()}
        return labelled(by_setting.values())

    @property
    def all_runs(self) -> list[Run]:
        """The step's runs, also hidden ones, of which only the progress may be shown."""
        return [run for run in self.snapshot.all_charted if run.id in self.state.runs]

    @property
    def visible_runs(self) -> list[Run]:
        """The step's runs that the class may see."""
        return [run for run in self.snapshot.charted if run.id in self.state.runs]

    @property
    def problem(self) -> str:
        """Why runs of this lecture cannot be shown, in a sentence; empty if the step has all that were trained."""
        step = self.lecture.trained_at(self.index)
        trained = self.classroom.runs_at(step) if step is not None else ()
        if not {run.id for run in self.snapshot.all_runs}.issuperset(trained):
            return DELETED
        return "" if self.visible_runs else NOT_REVEALED

    @property
    def readers(self) -> list[Run]:
        """The visible runs with weights, which can read reviews."""
        return [run for run in self.visible_runs if run.has_weights]

    def loaded(self, *, most_gates_first: bool = False) -> tuple[list[LoadedNetwork], list[str]]:
        """Returns the readers with their best weights, and in sentences why others, or all, are missing."""
        runs = self.readers
        if most_gates_first:
            runs.sort(key=lambda run: -len(getattr(network(run.experiment.cell), "gates", ())))
        networks, problems = with_weights(runs, "best")
        return networks, problems if networks or problems else [self.problem or NOT_REVEALED]

    def measured(
        self, networks: Sequence[LoadedNetwork], task: Callable[..., Result]
    ) -> tuple[list[tuple[LoadedNetwork, Result]], list[str]]:
        """Returns a task's answers about networks, as far as they are there, and why others are missing.

        Workers measure what is missing; the scene changes when they have.
        """
        having, sentences = list[tuple[LoadedNetwork, Result]](), list[str]()
        for item in networks:
            result: Result | None = worker_tasks.kept(task, item.run.id, item.state)
            if result is None:
                analysis = self.services.engine.analyse(worker_tasks.answer, task, *item.key)
                result = analysis.result
                if result is None:
                    sentences.append(f"{item.title}: {analysis.problem or 'measuring …'}")
            if result is not None:
                having.append((item, result))
        return having, sentences

    @property
    def played(self) -> str:
        """A sentence about runs that are not trained live; empty for live trainings."""
        runs = self.all_runs
        return not_live_text(runs) if runs and self.state.recorded else replay_text(runs)

    @property
    def changes_by_itself(self) -> bool:
        """Whether it may change without a press or a message of a phone: something trains, is played or measured."""
        trains = any(run.replayed or not run.status.ended for run in self.all_runs)
        return trains or bool(self.state.task_since) or self.services.engine.is_analysing

    def answers(self, question: Question) -> Sequence[list[Answer]]:
        """Returns the answers to a question, for each round with answers."""
        return [list(answers.values()) for answers in self.classroom.votes.rounds(question.id)]

    def outcome(self, question: Question) -> QuestionOutcome:
        """Returns the outcome of a question, from the runs that the class may see."""
        return self.stage.outcome(question, self.snapshot, self.visible_runs)

    def prepare_next(self) -> None:
        """Makes the next step's content, so that what takes a second is there when the presenter goes on."""
        if self.index + 1 < len(self.lecture.steps):
            following = replace(self, state=replace(self.state, step=self.index + 1))
            following.step.kind.parts(following)

    @property
    def has_no_phone(self) -> bool:
        """Whether an open vote can have no answers: no phone has joined the lecture."""
        return not (self.classroom.counts().joined or self.step.kind.phones_train)

    @property
    def comes_again(self) -> bool:
        """Whether a later step repeats the question: until then its answers are not shown, unless by the button."""
        return bool(self.state.question and self.state.question.id in self.lecture.repeated)

    @property
    def is_revealed_later(self) -> bool:
        """Whether what is right stays hidden after the vote: a later step reveals it or asks again."""
        reveals_later = any(step.kind.reveals for step in self.lecture.steps[self.index :])
        return bool(reveals_later or self.state.hidden or self.comes_again)

    def next_outcome(self, by: int = 1) -> Question | None:
        """Returns the question that a reveal shows next, or ``by`` places further; None if there is none."""
        questions = self.lecture.revealed_questions(self.index) if self.step.kind.reveals else ()
        if self.state.question not in questions:
            return None
        place = questions.index(self.state.question) + by
        return questions[place] if 0 <= place < len(questions) else None


def current_scene(stage: Stage) -> Scene | None:
    """Returns the current lecture; None without one; raises ``UserError`` if its file is gone or not valid."""
    state = stage.classroom().state()
    return Scene(stage, find(state.lecture), state) if state.lecture else None
