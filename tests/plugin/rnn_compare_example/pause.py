"""A pause, in which the hall writes reviews."""

from typing import Any

from rnn_compare.lecture.lecture_file import Part, Press, StepKind


def parts(scene: Any) -> list[Part]:
    """Returns what wall and phones show."""
    following = scene.lecture.steps[scene.index + 1].title
    return [{"kind": "sentences", "lines": [f"Back in ten minutes, for {following}"]}]


def presses(_scene: Any) -> list[Press]:
    """Returns the presenter's button."""
    return [{"label": "Ring the bell", "press": "next"}]


PAUSE = StepKind("pause", parts, presses, takes_reviews=True)
