"""Neighbours who disagree: groups of devices with different answers, near each other, and the signs that they show."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rnn_compare.errors import UserError
from rnn_compare.lecture.controls import Answer

MOST_ROWS = 99
COLOURS = ("red", "yellow", "green", "blue", "violet", "brown")
"""Named in ``join.css``; none is a network's."""
SHAPES = ("circle", "square", "triangle", "star", "cross", "diamond")


@dataclass(frozen=True)
class Sign:
    """The sign that the devices of a group show.

    Attributes:
        colour, shape: Of ``COLOURS`` and ``SHAPES``.
        number: Tells groups of one colour and shape apart; 0 if there is one.
        others: Number of other devices in the group.
        differs: Whether they gave different answers.
    """

    colour: str
    shape: str
    number: int
    others: int
    differs: bool


class Seating:
    """Rows of seats of a lecture's devices, and the signs that they show; in memory alone."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._signs: dict[str, Sign] = {}

    def row(self, device: str) -> int | None:
        """Returns a device's row; None if it gave none."""
        return self._rows.get(device)

    def sign(self, device: str) -> Sign | None:
        """Returns the sign of a device that was paired; None for others."""
        return self._signs.get(device)

    def take_row(self, device: str, row: int) -> None:
        """Remembers a device's row."""
        self._rows[device] = row

    def pair(self, answers: Mapping[str, Answer]) -> None:
        """Pairs the devices that gave these answers; raises ``UserError`` if they are too few."""
        if len(answers) < 2:
            raise UserError("Fewer than two phones that answered are here, so nobody can be paired.")
        self._signs = signs(answers, self._rows)


def checked_row(value: object) -> int:
    """Returns a row of seats, counted from the front; raises ``UserError`` if it is none."""
    if type(value) is not int or not 1 <= value <= MOST_ROWS:
        raise UserError(f"Enter a row from 1 to {MOST_ROWS}.")
    return value


def signs(answers: Mapping[str, Answer], rows: Mapping[str, int]) -> dict[str, Sign]:
    """Returns the sign of each device; for ``answers`` and ``rows`` see ``groups``."""
    made = groups(answers, rows)
    kinds = [(colour, shape) for shape in SHAPES for colour in COLOURS]
    signed: dict[str, Sign] = {}
    for place, group in enumerate(made):
        number = place // len(kinds) + 1 if len(made) > len(kinds) else 0
        differs = len({answers[device] for device in group}) > 1
        signed |= dict.fromkeys(group, Sign(*kinds[place % len(kinds)], number, len(group) - 1, differs))
    return signed


def groups(answers: Mapping[str, Answer], rows: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Returns pairs of devices, and a group of three if their number is odd; fewer than two devices are no group.

    As many pairs as possible have different answers. Among such pairings, devices of one row are paired first, then
    those of adjacent rows.

    Args:
        rows: Rows of seats by device, of those that gave one.

    Example:
        >>> groups({"a": 0, "b": 0, "c": 1, "d": 1}, {"a": 1, "d": 1})
        [('a', 'd'), ('b', 'c')]
    """
    waiting, left = dict(answers), Counter(answers.values())
    pairs: list[tuple[str, ...]] = []
    for reach in (0, 1):
        seated = sorted(waiting.keys() & rows.keys(), key=lambda device: (rows[device], device))
        for pair in _near(seated, answers, rows, reach, left):
            pairs.append(pair)
            waiting = {device: answer for device, answer in waiting.items() if device not in pair}

    def seat(device: str) -> tuple[int, str]:
        return rows.get(device, 0), device

    # The commonest answer first, equal ones side by side: half the list further on is another, if there are enough.
    rest = sorted(waiting, key=lambda device: (-left[answers[device]], str(answers[device]), seat(device)))
    odd, rest = rest[: len(rest) % 2], rest[len(rest) % 2 :]
    pairs += zip(rest[: len(rest) // 2], rest[len(rest) // 2 :], strict=True)
    agreeing = sorted((device for pair in pairs if len({*map(answers.get, pair)}) == 1 for device in pair), key=seat)
    pairs = [pair for pair in pairs if pair[0] not in agreeing] + [*zip(agreeing[::2], agreeing[1::2], strict=True)]
    for device in odd[: len(pairs)]:
        closest = sorted(pairs, key=lambda pair: abs(seat(pair[0])[0] - seat(odd[0])[0]))
        others = next((pair for pair in closest if answers[device] not in map(answers.get, pair)), closest[0])
        pairs[pairs.index(others)] += (device,)
    return pairs


def _near(
    seated: Sequence[str], answers: Mapping[str, Answer], rows: Mapping[str, int], reach: int, left: Counter[Answer]
) -> Iterator[tuple[str, str]]:
    """Yields pairs from rows within ``reach`` that cost no other pair, and takes their answers from ``left``."""
    alone: list[str] = []
    for device in seated:
        alone = [other for other in alone if rows[device] - rows[other] <= reach]
        for other in alone:
            if answers[other] != answers[device]:
                without = left - Counter((answers[device], answers[other]))
                if _most(without) == _most(left) - 1:
                    left.subtract((answers[device], answers[other]))
                    alone.remove(other)
                    yield other, device
                    break
        else:
            alone.append(device)


def _most(counts: Counter[Answer]) -> int:
    """Returns the largest number of pairs with different answers."""
    return min(counts.total() // 2, counts.total() - max(counts.values(), default=0))
