"""The fold of a lecture's events, as an immutable value: its state, its class's answers, reviews and networks."""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from rnn_compare.class_networks.networks import ClassNetwork, ClassNetworks, ClassResult, Trained, class_result
from rnn_compare.lecture.classroom.class_state import STATE, Phase, SentReview, State
from rnn_compare.lecture.classroom.journal import Event
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.questions import Question

NETWORK = TypeAdapter(ClassNetwork)
"""Reads and writes a network as JSON."""


class StepState(NamedTuple):
    """A step as it was left."""

    phase: Phase = "idle"
    round: int = 1
    runs: tuple[str, ...] = ()
    question: Question | None = None


class Answered(NamedTuple):
    """A device's answer, how sure it is of it as an index into ``CONFIDENCE``, and when it came."""

    answer: Answer
    confidence: int | None
    at: float


Answers = Mapping[str, Answered]
"""By device."""


@dataclass(frozen=True)
class Votes:
    """The answers of one lecture.

    Attributes:
        answers: By question and round.
    """

    answers: Mapping[tuple[str, int], Answers] = field(default_factory=dict)

    def rounds(self, question: str) -> list[dict[str, Answer]]:
        """Returns the answers to a question by device, for each round with answers."""
        rounds = [self.answers[key] for key in sorted(self.answers) if key[0] == question]
        return [{device: answered.answer for device, answered in answers.items()} for answers in rounds]

    def confidence(self, question: str) -> dict[str, int]:
        """Returns by device how sure the last round's answers to a question are, as an index into ``CONFIDENCE``."""
        last = max((key for key in self.answers if key[0] == question), default=("", 0))
        levels = {device: answered.confidence for device, answered in self.answers.get(last, {}).items()}
        return {device: level for device, level in levels.items() if level is not None}

    def current(self, state: State) -> Answers:
        """Returns the answers to the current question, in its present round."""
        return self.answers.get((state.question.id, state.round), {}) if state.question else {}


@dataclass(frozen=True)
class SentReviews:
    """The reviews of one lecture, of which one waits per device.

    Attributes:
        sent: By id, the device and its review, oldest first.
    """

    sent: Mapping[str, tuple[str, SentReview]] = field(default_factory=dict)

    @functools.cached_property
    def newest(self) -> dict[str, SentReview]:
        """The last review of each device."""
        return dict(self.sent.values())


@dataclass(frozen=True)
class ClassRecord:
    """What is recorded of a lecture.

    Attributes:
        number: That of the lecture; 0 before the first.
        name, task: As in its state, also after its end.
        began: When it began, in seconds since 1970.
        steps: As each was left, by ``step_key``.
        devices: The running number of each, from 1.
        trained: What came of networks, in the order of arrival.
    """

    number: int = 0
    name: str = ""
    task: str = ""
    began: float = 0.0
    state: State = field(default_factory=State)
    steps: Mapping[str, StepState] = field(default_factory=dict)
    devices: Mapping[str, int] = field(default_factory=dict)
    votes: Votes = field(default_factory=Votes)
    reviews: SentReviews = field(default_factory=SentReviews)
    trained: Trained = field(default_factory=dict)

    @property
    def networks(self) -> ClassNetworks:
        """The class's networks; after a lecture they are in its ``result``."""
        task = self.state.task
        return ClassNetworks(self.number, task, self.trained if task else {})

    @functools.cached_property
    def result(self) -> ClassResult | None:
        """What phones have trained; None if they trained nothing, or another task of this name."""
        return class_result(self.number, self.name, self.began, self.task, self.trained)


def step_key(question: Question | None, index: int) -> str:
    """Returns the key of a step among ``steps``: a question has its phase and round wherever it is asked."""
    return question.id if question else f"step {index}"


def fold(events: Iterable[Event], record: ClassRecord) -> ClassRecord:
    """Returns what events make of a record."""
    return functools.reduce(_applied, events, record)


def _applied(record: ClassRecord, event: Event) -> ClassRecord:
    data, device = event.data, event.device
    match event.kind:
        case "began":
            return _changed(replace(record, name=data["lecture"], task=data["task"], began=event.at), data)
        case "state":
            record = _changed(record, data)
            state = record.state
            step = StepState(state.phase, state.round, state.runs, state.question)
            return replace(record, steps={**record.steps, step_key(state.question, state.step): step})
        case "ended":
            return _changed(_with_reviews(record, lambda _, review: review.shown), data)
        case "joined":
            return replace(record, devices={**record.devices, device: data["number"]})
        case "answer":
            answer, key, answers = data["answer"], (data["question"], data["round"]), record.votes.answers
            answered = Answered(tuple(answer) if isinstance(answer, list) else answer, data["confidence"], event.at)
            return replace(record, votes=Votes({**answers, key: {**answers.get(key, {}), device: answered}}))
        case "review":
            review = SentReview(data["id"], data["text"], data.get("shown", False), event.at)
            record = _with_reviews(record, lambda by, other: other.shown or by != device)
            return replace(record, reviews=SentReviews({**record.reviews.sent, review.id: (device, review)}))
        case "dropped":
            return _with_reviews(record, lambda _, review: review.id != data["id"])
        case "network":
            network = NETWORK.validate_python({**data, "at": event.at})
            return replace(record, trained={**record.trained, network.deal: (device, network)})
    return record


def _changed(record: ClassRecord, changes: Mapping[str, Any]) -> ClassRecord:
    """Returns a record with changed fields of its state; a review on the wall is recorded by its id alone."""
    try:
        values = STATE.validate_python(changes)
    except ValidationError:  # from another version of the program: the lecture is over, its answers remain
        return replace(record, state=State())
    names = changes.keys() & State.__dataclass_fields__.keys()
    state = replace(record.state, **{name: getattr(values, name) for name in names})
    device, review = record.reviews.sent.get(state.wall_review_id, ("", None))
    if review:
        sent = {**record.reviews.sent, review.id: (device, replace(review, shown=True))}
        record = replace(record, reviews=SentReviews(sent))
    state = replace(state, wall_review=review.text if review else None)
    return replace(record, state=state, task=state.task or record.task)


def _with_reviews(record: ClassRecord, is_kept: Callable[[str, SentReview], bool]) -> ClassRecord:
    sent = record.reviews.sent
    return replace(record, reviews=SentReviews({name: sent[name] for name in sent if is_kept(*sent[name])}))
