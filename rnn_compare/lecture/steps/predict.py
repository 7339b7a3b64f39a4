"""A question to the class; until the presenter shows the answers, the wall shows only their number."""

from rnn_compare.lecture import votes
from rnn_compare.lecture.lecture_file import StepKind

STEP = StepKind(
    "predict",
    presses=votes.presses,
    wall="the question and how many have answered; the answers once you show them",
    phones="the question",
    minutes=4,
    asks=True,
)
