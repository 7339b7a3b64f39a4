"""A quiz for at home: questions that are answered by trying the networks of a page; ``[[quiz]]`` in a lecture file."""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
from rnn_compare.reviews.vocabulary import tokenize

HOME_UNITS = (8, 16)
"""Sizes of the networks that a reader trains at home."""
TRAINED_AT_HOME = tuple(f"{cell}({units})" for cell in CELLS for units in HOME_UNITS)

_Text = Annotated[str, Field(min_length=1, max_length=2_000)]
_Names = Annotated[tuple[str, ...], Field(min_length=1, max_length=8)]


class _QuizQuestion(BaseModel):
    """A question.

    Attributes:
        id: Under which a page remembers the answer.
        because: The reason for the right answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    text: _Text
    because: _Text


class FindWord(_QuizQuestion):
    """Asks for a word: added to a text, removed or exchanged, it flips some networks and not others.

    Attributes:
        start: The text.
        flips, keeps: Networks by their names.
        answer: A text that solves it with the lecture's recorded networks.
    """

    kind: Literal["find"]
    start: _Text
    flips: _Names
    keeps: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    answer: _Text

    @property
    def networks(self) -> tuple[str, ...]:
        """All networks named."""
        return *self.flips, *self.keeps

    @model_validator(mode="after")
    def _can_be_solved(self) -> Self:
        if both := set(self.flips) & set(self.keeps):
            raise ValueError(f"{min(both)} cannot be in both flips and keeps")
        if not differ_in_a_word(tokenize(self.start), tokenize(self.answer)):
            raise ValueError("answer must differ from start in exactly one word")
        return self


class WrongTexts(_QuizQuestion):
    """Asks which of some texts all of its networks get wrong.

    Attributes:
        texts: From two to six.
        meant: What each text says: the place of its label, 0 or 1.
    """

    kind: Literal["texts"]
    texts: Annotated[tuple[_Text, ...], Field(min_length=2, max_length=6)]
    meant: tuple[Literal[0, 1], ...]
    networks: _Names

    @model_validator(mode="after")
    def _has_a_label_for_each_text(self) -> Self:
        if len(self.meant) != len(self.texts):
            raise ValueError(f"meant has {len(self.meant)} labels for {len(self.texts)} texts")
        return self


class LuckOfSeeds(_QuizQuestion):
    """Asks whether the lead of one of two networks over the other could be luck, after so many seeds of each.

    Attributes:
        trained: Two of ``TRAINED_AT_HOME``.
    """

    kind: Literal["seeds"]
    trained: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]
    seeds: int = Field(5, ge=4, le=20)  # fewer cannot show a difference
    networks: tuple[()] = ()

    @model_validator(mode="after")
    def _is_trained_at_home(self) -> Self:
        if other := sorted({*self.trained} - {*TRAINED_AT_HOME}):
            raise ValueError(f"{other[0]} is not trained at home; choose from {', '.join(TRAINED_AT_HOME)}")
        if len({*self.trained}) < len(self.trained):
            raise ValueError("trained needs two different networks")
        return self


QuizQuestion = Annotated[FindWord | WrongTexts | LuckOfSeeds, Field(discriminator="kind")]


def differ_in_a_word(before: Sequence[str], after: Sequence[str]) -> bool:
    """Tells whether one word was added, removed or exchanged.

    Example:
        >>> differ_in_a_word("a film".split(), "a bad film".split()), differ_in_a_word(["a"], ["a"])
        (True, False)
    """
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return max(len(before), len(after)) - start - end == 1


def check(quiz: Collection[FindWord | WrongTexts | LuckOfSeeds], experiments: Iterable[Experiment]) -> None:
    """Raises ``ValueError`` if two questions have one id, or one names a network that is none of its preset's."""
    known = labels({experiment.setting: experiment for experiment in experiments}.values())
    ids = [question.id for question in quiz]
    if twice := [name for name in ids if ids.count(name) > 1]:
        raise ValueError(f"two questions of the quiz have the id {twice[0]!r}; ids must differ")
    for question in quiz:
        if unknown := [name for name in question.networks if name not in known]:
            raise ValueError(f"quiz, {question.id}: no network is called {unknown[0]!r}; there are {', '.join(known)}")
