"""Lectures and their steps, read from TOML files: the shipped ones, and those in the cache folder.

A preset supplies what a file leaves out: the networks that a question offers, and the number of epochs.
"""

import contextlib
import functools
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from rnn_compare.class_networks.task import class_task
from rnn_compare.discovery import declared
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import labels
from rnn_compare.lecture.classroom.class_state import curve_setting
from rnn_compare.lecture.questions import Question
from rnn_compare.lecture.questions import kinds as question_kinds
from rnn_compare.paths import SHIPPED_LECTURES, cache_folder, edited_lecture, lecture_files
from rnn_compare.presets import PRESETS, Preset
from rnn_compare.report.quiz import QuizQuestion, check

LARGEST = 200_000
"""Bytes of a file, enough for an hour's talk."""

_STRICT = ConfigDict(frozen=True, extra="forbid")


Part = dict[str, Any]
"""A piece of a step's content as data, which ``pages/common/parts.js`` draws by its ``kind``: see ``Part`` in
``browser/messages.d.ts``. With ``for`` only that audience gets it: ``wall`` or ``phones``."""
Press = dict[str, Any]
"""A button of the presenter's as data: ``label``, ``press`` (of ``presses.py``), ``value``: see ``messages.d.ts``."""


def _nothing(_scene: Any) -> list[Any]:
    return []


@dataclass(frozen=True)
class StepKind:
    """A kind of step: what the lecture opens, accepts and shows there.

    Attributes:
        name: Its name in a lecture file.
        parts: Returns what wall and phones show below the step's title, from its ``Scene``.
        presses: Returns the buttons that it offers the presenter, from its ``Scene``.
        wall, phones: What these show besides the step's title and text, in words, for who looks through a lecture.
        minutes: How long it usually takes.
        writes: Whether the step's text is its content; otherwise the text is small, below the title.
        asks: Whether it opens a vote; each such step has a question, and no other has.
        trains: Whether it starts the hidden trainings of its networks.
        reveals: Whether it shows what was hidden, and the outcomes of the questions before it.
        takes_reviews: Whether phones may send reviews.
        phones_train: Whether the class's phones train its networks; such a step may have a question.
    """

    name: str
    parts: Callable[[Any], list[Part]] = _nothing
    presses: Callable[[Any], list[Press]] = _nothing
    wall: str = ""
    phones: str = "the same"
    minutes: int = 2
    writes: bool = False
    asks: bool = False
    trains: bool = False
    reveals: bool = False
    takes_reviews: bool = False
    phones_train: bool = False


@functools.cache  # not at import, since the steps' files import this module
def step_kinds() -> dict[str, StepKind]:
    """Returns every kind of step that the files of ``steps/`` and installed packages declare, by name."""
    return {kind.name: kind for kind in declared(f"{__package__}.steps", StepKind, "rnn_compare.steps")}


def _kind(name: object) -> StepKind:
    if not isinstance(name, str) or name not in step_kinds():
        kinds = ", ".join(sorted(step_kinds()))
        raise ValueError(f"{str(name)[:60]!r} is not a kind of step; the kinds are {kinds}")
    return step_kinds()[name]


class Step(BaseModel):
    """One step of a lecture.

    Attributes:
        title: Its heading on the wall and on phones.
        text: Markdown for the wall.
        notes: Markdown for the second screen only.
        question: The question to the class, at steps that ask one.
        preset: The networks that are trained and shown from here on; empty for the same as before.
        minutes: How long it takes; by default as long as usual for its kind.
    """

    model_config = _STRICT

    kind: Annotated[StepKind, BeforeValidator(_kind)]
    title: str = Field(min_length=1, max_length=120)
    text: str = Field("", max_length=2_000)
    notes: str = Field("", max_length=6_000)
    question: Question | None = None
    preset: str = ""
    minutes: int = Field(default_factory=lambda fields: fields["kind"].minutes if "kind" in fields else 1, ge=1, le=120)

    @model_validator(mode="after")
    def _has_a_question_where_it_asks(self) -> Self:
        if self.kind.asks and self.question is None:
            raise ValueError(f"a step of the kind {self.kind.name} needs a [steps.question]")
        if not (self.kind.asks or self.kind.phones_train) and self.question is not None:
            raise ValueError(f"a step of the kind {self.kind.name} takes no question; use predict")
        return self

    @property
    def asks(self) -> bool:
        """Whether it opens a vote."""
        return self.question is not None


class Lecture(BaseModel):
    """A lecture, named after its file; its preset's networks are trained until a step names another preset.

    Attributes:
        about: What it teaches, and for whom, in one line.
    """

    model_config = _STRICT

    name: str
    title: str = Field(min_length=1, max_length=120)
    about: str = Field("", max_length=160)
    preset: str
    steps: tuple[Step, ...] = Field(min_length=1, max_length=60)
    quiz: tuple[QuizQuestion, ...] = Field((), max_length=12)

    @model_validator(mode="after")
    def _asks_at_home_about_the_networks_of_its_preset(self) -> Self:
        check(self.quiz, _preset(self.preset).experiments())
        return self

    @model_validator(mode="after")
    def _asks_each_question_once(self) -> Self:
        ids = [step.question.id for step in self.steps if step.question]
        if twice := [name for name in ids if ids.count(name) > 1]:
            raise ValueError(f"two questions have the id {twice[0]!r}; ids must differ")
        return self

    @model_validator(mode="after")
    def _asks_about_each_epoch_of_a_curve(self) -> Self:
        for index, step in enumerate(self.steps):
            epochs = self.preset_at(index).experiments()[0].epochs
            questions = [*self.revealed_questions(index)] if step.kind.reveals else [step.question]
            for question in filter(None, questions):
                if question.is_about_epochs and question.epochs != epochs:
                    raise ValueError(
                        f"the question {question.id!r} is about {question.epochs} epochs, but the networks of step "
                        f"{index + 1} are trained for {epochs}; leave epochs out, or ask it where their preset is named"
                    )
        return self

    @model_validator(mode="after")
    def _has_one_task(self) -> Self:
        tasks = {self.preset_at(index).name for index, step in enumerate(self.steps) if step.kind.phones_train}
        if len(tasks) > 1:
            raise ValueError(f"phones train the networks of one preset, not of {' and '.join(sorted(tasks))}")
        try:
            for task in tasks:
                class_task(task)
        except UserError as error:
            raise ValueError(str(error).rstrip(".")) from error
        return self

    @property
    def task(self) -> str:
        """The preset whose networks the class's phones train; empty if they train none."""
        trains = (index for index, step in enumerate(self.steps) if step.kind.phones_train)
        return next((self.preset_at(index).name for index in trains), "")

    def preset_at(self, index: int) -> Preset:
        """Returns the preset of a step's networks."""
        names = [self.preset, *(step.preset for step in self.steps[: index + 1])]
        return _preset([name for name in names if name][-1])

    def settings_at(self, index: int) -> frozenset[str]:
        """Returns the settings of a step's networks."""
        return frozenset(experiment.setting for experiment in self.preset_at(index).experiments())

    def curve_settings_at(self, index: int) -> frozenset[str]:
        """Returns the settings of a step's networks, whatever their number of epochs."""
        return frozenset(map(curve_setting, self.preset_at(index).experiments()))

    def trained_settings(self) -> frozenset[str]:
        """Returns the settings of all networks that the lecture trains, whatever their number of epochs."""
        trains = (index for index, step in enumerate(self.steps) if step.kind.trains)
        return frozenset().union(*map(self.curve_settings_at, trains))

    def trained_at(self, index: int) -> int | None:
        """Returns the last step, up to this one, that trains this step's networks; None without one."""
        preset = self.preset_at(index)
        trains = [place for place in range(index + 1) if self.steps[place].kind.trains]
        return max((place for place in trains if self.preset_at(place) == preset), default=None)

    @property
    def minutes(self) -> int:
        """How long it takes, to five minutes."""
        return max(5, 5 * round(sum(step.minutes for step in self.steps) / 5))

    def answered_at(self, index: int) -> int:
        """Returns the step that shows what is right of a step's question: its own, or a later one.

        A later one reveals it or asks it again.
        """
        question, later = self.steps[index].question, range(index + 1, len(self.steps))
        for place in later:
            step = self.steps[place]
            if question and step.question and step.question.repeats == question.id:
                return self.answered_at(place)
            if step.kind.reveals and question in self.revealed_questions(place):
                return place
        return index

    @property
    def repeated(self) -> set[str]:
        """The ids of questions that a later one repeats."""
        return {step.question.repeats for step in self.steps if step.question}

    def revealed_questions(self, index: int) -> tuple[Question, ...]:
        """Returns the questions that a step reveals: those since the last reveal, without those asked again later.

        The question of a step where phones train is answered there.
        """
        reveals = [place for place in range(index) if self.steps[place].kind.reveals]
        steps = [step for step in self.steps[max(reveals, default=0) : index] if not step.kind.phones_train]
        questions = [step.question for step in steps if step.question]
        return tuple(question for question in questions if question.id not in self.repeated)


def load(path: Path) -> Lecture:
    """Reads a lecture; raises ``UserError`` with the place of the fault if the file is not valid."""
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path.name} is larger than {LARGEST:,} bytes.")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror or error}). Make it readable.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path.name} is not valid TOML: {str(error)[:200]}.") from error
    try:
        content = {**_filled(content), "name": path.stem}
        return Lecture.model_validate(content)
    except (UserError, ValidationError) as error:
        sentence = str(error) if isinstance(error, UserError) else _in_words(error)
        raise UserError(f"{path.name}: {sentence} docs/lecture.md has the format.") from error


def read_all() -> tuple[list[Lecture], list[str]]:
    """Returns all valid lectures, and a sentence about each invalid file."""
    lectures, problems = [], []
    for path in lecture_files():
        try:
            lectures.append(load(path))
        except UserError as error:
            problems.append(str(error))
    return lectures, problems


def find(name: str) -> Lecture:
    """Returns a lecture as its file is now; raises ``UserError`` if there is none, or it is not valid."""
    for path in (edited_lecture(name), SHIPPED_LECTURES / f"{name}.toml"):
        with contextlib.suppress(OSError):
            return _loaded(path, path.stat().st_mtime_ns)
    raise UserError(f"The lecture {name[:60]!r} no longer exists. End this one and start another.")


@functools.lru_cache(maxsize=16)  # each message asks
def _loaded(path: Path, changed: int) -> Lecture:  # noqa: ARG001  # part of the cache's key
    return load(path)


def copy_to_edit(name: str) -> Path:
    """Copies a shipped lecture into the cache folder if needed; returns its path; raises ``UserError`` if it cannot."""
    copy = edited_lecture(name)
    if not copy.exists():
        try:
            cache_folder()
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(SHIPPED_LECTURES / copy.name, copy)
        except OSError as error:
            raise UserError(f"{copy} cannot be written ({error.strerror or error}). Make room for it.") from error
    return copy


def _preset(name: object) -> Preset:
    presets = {preset.name: preset for preset in PRESETS}
    if not isinstance(name, str) or name not in presets:
        raise UserError(f"{str(name)[:60]!r} is not a preset; the presets are {', '.join(presets)}.")
    return presets[name]


def _filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """Adds to each question what its file leaves out and the preset supplies."""
    if not isinstance(content.get("preset"), str):
        raise UserError("preset is missing; it names the networks to train.")
    steps = content.get("steps")
    if not isinstance(steps, list) or not steps:
        raise UserError("it has no steps; each starts with [[steps]].")
    return {**content, "steps": list(_filled_steps(content["preset"], steps))}


def _filled_steps(preset: str, steps: Sequence[Any]) -> Iterator[Any]:
    experiments, earlier = _preset(preset).experiments(), dict[str, dict[str, Any]]()
    for number, step in enumerate(steps, start=1):
        if isinstance(step, dict) and step.get("preset"):
            experiments = _preset(step["preset"]).experiments()
        question = step.get("question") if isinstance(step, dict) else None
        if not isinstance(question, dict):
            yield step
            continue
        networks = labels({experiment.setting: experiment for experiment in experiments}.values())
        if "repeats" in question:
            if question["repeats"] not in list(earlier) or set(question) != {"id", "repeats"}:
                raise UserError(
                    f"step {number}: a question that repeats another needs an id and, in repeats, an earlier id."
                )
            question = earlier[question["repeats"]] | question
        if (network := question.get("network", networks[0])) not in networks:
            raise UserError(
                f"step {number}: no network is called {str(network)[:60]!r}; there are {', '.join(networks)}."
            )
        usual: dict[str, Any] = {"epochs": experiments[0].epochs}
        if kind := question_kinds().get(str(question.get("kind"))):
            usual |= kind.usual(question, networks)
        earlier[str(question.get("id"))] = usual | question
        yield {**step, "question": usual | question}


def _in_words(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ", ".join(f"step {part + 1}" if isinstance(part, int) else part for part in first["loc"] if part != "steps")
    return f"{place or 'the lecture'}: {first['msg'].removeprefix('Value error, ')}."
