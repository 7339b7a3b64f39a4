"""A question to the class; until the presenter shows the answers, the wall shows only their number."""

from rnn_compare.lecture import votes
from rnn_compare.lecture.lecture_file import StepKind

STEP = StepKind("predict", presses=votes.presses, asks=True)
