"""The parts of a cell's drawing, and its picture: colours, drawing and a note.

A drawing is a list of these parts on a sheet of 600 × 364. A browser draws them (``assets/cell/cell.js``), later ones
over earlier ones, and adds what all cells have in common: the frame, the word and its vector, and the colour key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

WIDTH = 600
"""Of the sheet, as in ``assets/cell/cell_parts.js``."""
TRACK_Y = 58
"""The straight track along the top."""
GATE_Y = 154
"""Upper edges of the gates."""
STATE_Y = 270
"""The old state's way to the gates."""
INPUT_Y = 294
"""The word's way to the gates."""

# ---- what is shown: the values of one word, a number for each unit ----


@dataclass(frozen=True)
class Product:
    """Several values multiplied unit by unit."""

    factors: tuple["Values", ...]


@dataclass(frozen=True)
class Complement:
    """One minus the value, unit by unit."""

    value: "Values"


Values = str | Product | Complement
"""A signal by its name, or what was made of several. ``state_before`` is the signal ``state`` at the word before."""

# ---- parts ----

Point = tuple[float, float]


@dataclass(frozen=True)
class Strip:
    """A row of little squares, a unit each, centred on (x, y).

    Attributes:
        shows: What the colours of the squares tell.
        scale: What has full colour: a number, or the name of the signal whose largest value it is.
    """

    x: float
    y: float
    shows: Values
    scale: float | str = 1
    vertical: bool = False


@dataclass(frozen=True)
class Label:
    """A text centred on x, or with its start or end there.

    Attributes:
        y: Its base line, from the top.
        text: What follows ``_`` is smaller and lower: one sign, or those in braces. Where it shows a share, ``{}``
            stands for it.
        anchor: ``start``, ``middle`` or ``end``.
        share: Values whose mean over the units is put into the text, in percent; or ``slope``, the mean slope of tanh
            (see ``CellReading.slope``).
    """

    x: float
    y: float
    text: str
    anchor: str = "middle"
    share: Values | None = None


@dataclass(frozen=True)
class GateBox:
    """A gate, or a candidate: a box with a strip, a name and a sentence, and its activation below.

    Attributes:
        x: Its middle.
        activation: ``σ`` for a gate, whose values lie between 0 and 1.
        shows: The values that come out of it.
        says: What it does, with ``{}`` for its mean in percent where it is a gate.
        y: Its upper edge.
        scale: As of a ``Strip``.
    """

    x: float
    name: str
    activation: str
    shows: Values
    says: str = ""
    y: float = GATE_Y
    scale: float | str = 1


@dataclass(frozen=True)
class Wire:
    """A line along points, with rounded corners, and a head at its end."""

    points: tuple[Point, ...]
    arrow: bool = True


@dataclass(frozen=True)
class Track:
    """A stretch of the broad track on which a state is handed on; it thins with the mean of what it ``keeps``."""

    start: float
    end: float
    keeps: Values | None = None
    arrow: bool = False
    y: float = TRACK_Y


@dataclass(frozen=True)
class Operation:
    """A circle with ``+`` or ``×``, by which what comes in is combined unit by unit."""

    sign: str
    x: float
    y: float
    radius: float = 13


@dataclass(frozen=True)
class Joint:
    """A dot where a wire branches off."""

    x: float
    y: float


@dataclass(frozen=True)
class Pill:
    """A short text in a round box: something that is done to every unit."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class TanhCurve:
    """The curve of tanh with a dot for each unit: on the steep part the gradient passes, on the flat ends it dies.

    Attributes:
        x: Its left edge.
        y: Its upper edge.
        shows: What tanh is taken of.
        saturated: A value beyond this leaves tanh no slope to speak of, and lies at the edge.
    """

    x: float
    y: float
    width: float
    height: float
    shows: Values
    saturated: float


Part = Strip | Label | GateBox | Wire | Track | Operation | Joint | Pill | TanhCurve


@dataclass(frozen=True)
class Picture:
    """A cell's own file here, named as the cell's in ``rnn_compare.cells``, holds one as ``PICTURE``.

    Attributes:
        shades: The colours of its first, second, … network, each seen on white and on black.
        drawing: One timestep of it.
        gradient_note: What is to be seen of it in the chart of gradients, in a sentence.
    """

    shades: tuple[str, ...]
    drawing: tuple[Part, ...]
    gradient_note: str = ""

    @property
    def color(self) -> str:
        """The colour that stands for the cell."""
        return self.shades[0]


def wire(*points: Point, arrow: bool = True) -> Wire:
    """Returns a wire along points."""
    return Wire(points, arrow)


def feed(columns: Sequence[float]) -> tuple[Part, ...]:
    """Returns the word's way from its box to every gate, added there to what comes from the old state.

    The gates' middles, ``columns``, lie about the middle of the sheet.
    """
    first, last = columns[0], columns[-1]
    between = columns[1:-1] if first != last else columns
    around = (wire((first, STATE_Y), (first, INPUT_Y), (last, INPUT_Y), (last, STATE_Y), arrow=False),)
    return (
        wire((300, 330), (300, INPUT_Y), arrow=False),
        *(around if first != last else ()),
        *(
            part
            for x in columns
            for part in (wire((x, STATE_Y), (x, GATE_Y + 95)), Operation("+", x, STATE_Y, radius=9))
        ),
        *(wire((x, INPUT_Y), (x, STATE_Y), arrow=False) for x in between),
        *(Joint(x, INPUT_Y) for x in (300, *between)),
    )


def to_plain(part: Any) -> Any:
    """Returns a part, or several, as a browser is sent them: each names its kind.

    Example:
        >>> to_plain((Joint(1, 2), Label(3, 4, "kept", share=Complement("f"))))
        [{'kind': 'Joint', 'x': 1, 'y': 2}, {'kind': 'Label', 'x': 3, 'y': 4, 'text': 'kept', 'anchor': 'middle',
          'share': {'kind': 'Complement', 'value': 'f'}}]
    """
    if is_dataclass(part):
        return {"kind": type(part).__name__} | {item.name: to_plain(getattr(part, item.name)) for item in fields(part)}
    if isinstance(part, tuple):
        return [to_plain(item) for item in part]
    return part
