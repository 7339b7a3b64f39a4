"""The current state of a lecture, with everything that a step needs to be drawn."""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from rnn_compare.comparison.groups import NamedNetwork, labelled
from rnn_compare.discovery import declared
from rnn_compare.errors import UserError
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.lecture_file import Lecture, Step, StepKind, find
from rnn_compare.lecture.questions import Question, QuestionOutcome
from rnn_compare.runs.record import Run
from rnn_compare.server.app import current_app
from rnn_compare.server.board_cards import not_live_text, replay_text
from rnn_compare.server.services import Services

NOT_REVEALED = "No network is revealed yet. Go back (←) to the training step."
DELETED = "A network of this lecture was deleted. Go back (←) to the training step."


@functools.cache  # not at import, since the steps' files import this module
def step_kinds() -> tuple[StepKind, ...]:
    """Returns every kind of step that the files of ``steps/`` declare."""
    return tuple(declared(f"{__package__}.steps", StepKind))


@dataclass(frozen=True)
class LectureContext:
    """A lecture and its state at one moment."""

    services: Services
    lecture: Lecture
    state: State

    @property
    def classroom(self) -> Classroom:
        """The class of this server."""
        return self.services.classroom()

    @property
    def index(self) -> int:
        """The current step's index; the last step's if the file has become shorter."""
        return min(self.state.step, len(self.lecture.steps) - 1)

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
        return [run for run in self.services.snapshot().all_charted if run.id in self.state.runs]

    @property
    def visible_runs(self) -> list[Run]:
        """The step's runs that the class may see."""
        return [run for run in self.services.snapshot().charted if run.id in self.state.runs]

    @property
    def problem(self) -> str:
        """Why runs of this lecture cannot be shown, in a sentence; empty if the step has all that were trained."""
        step = self.lecture.trained_at(self.index)
        trained = self.classroom.runs_at(step) if step is not None else ()
        if not {run.id for run in self.services.snapshot().all_runs}.issuperset(trained):
            return DELETED
        return "" if self.visible_runs else NOT_REVEALED

    @property
    def readers(self) -> list[Run]:
        """The visible runs with weights, which can read reviews."""
        return [run for run in self.visible_runs if run.has_weights]

    @property
    def played(self) -> str:
        """A sentence about runs that are not trained live; empty for live trainings."""
        runs = self.all_runs
        return not_live_text(runs) if runs and self.state.recorded else replay_text(runs)

    def to_phones(self, **picture: object) -> None:
        """Gives phones the step's picture: what the wall shows now, for ``join_picture.js`` to draw.

        Args:
            picture: ``cards`` of title, color and lines of text; ``bars`` of name, share and color; ``curves`` of runs
                (``curves_of``); ``charts`` (``lines_message``); ``reading``, that of a text word by word; ``lines`` of
                text. All are optional.
        """
        if self.classroom.state().version == self.state.version:
            self.classroom.show_picture(self.index, json.dumps(picture))

    def answers(self, question: Question) -> Sequence[list[Answer]]:
        """Returns the answers to a question, for each round with answers."""
        return [list(answers.values()) for answers in self.classroom.votes.rounds(question.id)]

    def outcome(self, question: Question) -> QuestionOutcome:
        """Returns the outcome of a question, from the runs that the class may see."""
        return self.services.outcome(question, self.services.snapshot(), self.visible_runs)


def current_context(services: Services) -> LectureContext | None:
    """Returns the current lecture; None without one; raises ``UserError`` if its file is gone or not valid."""
    state = services.classroom().state()
    return LectureContext(services, find(state.lecture, step_kinds()), state) if state.lecture else None


def unchanged_context(state: State) -> LectureContext | None:
    """Returns the current lecture for a part of a page that refreshes; None if the page shows another state."""
    if current_app().classroom().state().version != state.version:
        return None
    try:
        return current_context(current_app().services())
    except UserError as error:  # the file was edited just now
        st.error(str(error))
        return None
