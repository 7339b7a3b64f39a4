"""A question about a year: a slider over half a century, with two years of tolerance."""

from rnn_compare.lecture.kinds.number import Number


class Year(Number):
    """A question about the year of a publication."""

    name = "year"

    within: float = 2
    least: float = 1980
    most: float | None = 2030
    step: float | None = 1
