"""The kinds of step that a lecture may have: those that the files of this package declare."""

import functools

from rnn_compare.discovery import declared
from rnn_compare.lecture.step_kind import StepKind


@functools.cache  # not while this module is imported: the steps' files import what asks for them
def step_kinds() -> tuple[StepKind, ...]:
    """Returns every kind of step."""
    return tuple(declared(__name__.rpartition(".")[0], StepKind))
