"""Text in large type."""

from rnn_compare.lecture.lecture_file import StepKind

STEP = StepKind("text", writes=True)
