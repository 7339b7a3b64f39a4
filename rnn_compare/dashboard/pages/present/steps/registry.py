"""What the wall shows at steps of each kind: what the files of this package declare."""

from collections.abc import Mapping

from rnn_compare.dashboard.pages.present import steps
from rnn_compare.dashboard.pages.present.wall_step import WallStep
from rnn_compare.discovery import declared
from rnn_compare.lecture.lecture_file import StepKind

WALL_STEPS: Mapping[StepKind, WallStep] = {found.kind: found for found in declared(steps.__name__, WallStep)}
"""Every kind of step."""
