"""The current state of a lecture, with all that a step needs to be drawn."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from rnn_compare.discovery import declared
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.lecture_file import Lecture, Step, StepKind, find
from rnn_compare.lecture.outcomes import QuestionOutcome
from rnn_compare.lecture.questions import Answer, Question
from rnn_compare.runs.record import Run
from rnn_compare.server.app import current_app
from rnn_compare.server.board.board_cards import recorded, replayed
from rnn_compare.server.services import Services


@functools.cache  # not while this module is imported: the steps' files import it
def step_kinds() -> tuple[StepKind, ...]:
    """Returns every kind of step: those that the files of ``steps/`` declare."""
    return tuple(declared(f"{__package__}.steps", StepKind))


@dataclass(frozen=True)
class Moment:
    """One moment of a lecture."""

    services: Services
    lecture: Lecture
    state: State

    @property
    def index(self) -> int:
        """The step at hand; the last one where the file has become shorter meanwhile."""
        return min(self.state.step, len(self.lecture.steps) - 1)

    @property
    def step(self) -> Step:
        """The step at hand."""
        return self.lecture.steps[self.index]

    @property
    def networks(self) -> dict[str, Experiment]:
        """The networks that the step is about, by what they are called; each once, whatever its seeds."""
        by_setting = {experiment.setting: experiment for experiment in self.lecture.preset_at(self.index).experiments()}
        return dict(zip(labels(by_setting.values()), by_setting.values(), strict=True))

    @property
    def trained(self) -> list[Run]:
        """The runs that the step is about, the hidden ones too: of these only how far they are may be told."""
        everything = self.services.replays.applied(self.services.all_runs())
        return [run for run in everything if run.id in self.state.runs]

    @property
    def shown(self) -> list[Run]:
        """The runs that the step is about, as far as the class may see them."""
        return [run for run in self.services.on_charts(self.services.snapshot()) if run.id in self.state.runs]

    @property
    def played(self) -> str:
        """The sentence on runs that are no live training; empty where they are."""
        runs = self.trained
        return replayed(runs) or (f"Not live: {recorded(runs)}." if self.state.recorded and runs else "")

    def answers(self, question: Question) -> Sequence[list[Answer]]:
        """Returns the answers to a question, a list a round in which somebody answered."""
        return [list(answers.values()) for answers in current_app().classroom().rounds(question.id)]

    def outcome(self, question: Question) -> QuestionOutcome:
        """Returns what came of a question, as far as the class may see it."""
        return self.services.outcome(question, self.services.snapshot(), self.shown)


def now(services: Services) -> Moment | None:
    """Returns where the lecture stands; None while there is none.

    Raises:
        UserError: If its file can no longer be used: it was edited, or is gone.
    """
    state = current_app().classroom().state()
    return Moment(services, find(state.lecture, step_kinds()), state) if state.lecture else None


def still(services: Services, state: State) -> Moment | None:
    """Returns where the lecture stands, for what ticks; None where it has left the ``state`` that the page shows."""
    if current_app().classroom().state().version != state.version:
        return None
    try:
        return now(services)
    except UserError as error:  # the file was edited just now
        st.error(str(error))
        return None
