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

# ---- values: of one word, a number for each unit ----


@dataclass(frozen=True)
class Product:
    """Several values multiplied unit by unit."""

    factors: tuple["Values", ...]


@dataclass(frozen=True)
class Complement:
    """One minus the value, unit by unit."""

    value: "Values"


Values = str | Product | Complement
"""A signal's name, or an expression of signals. ``state_before`` is the signal ``state`` at the previous word."""

# ---- parts ----

Point = tuple[float, float]


@dataclass(frozen=True)
class Strip:
    """A row of small squares, one for each unit, centred on (x, y).

    Attributes:
        shows: The values that colour the squares.
        scale: The value in full colour: a number, or the name of a signal, whose largest value it is.
    """

    x: float
    y: float
    shows: Values
    scale: float | str = 1
    vertical: bool = False


@dataclass(frozen=True)
class Label:
    """A text at (x, y).

    Attributes:
        y: Its baseline.
        text: ``_`` makes a subscript of the next character or of those in braces; ``{}`` stands for the share.
        anchor: ``start``, ``middle`` or ``end``.
        share: Values whose mean over the units the text shows, in percent; ``slope`` is the mean slope of tanh
            (``CellReading.slope``).
    """

    x: float
    y: float
    text: str
    anchor: str = "middle"
    share: Values | None = None


@dataclass(frozen=True)
class GateBox:
    """A gate or a candidate: a box with a strip, a name and a caption, and its activation below.

    Attributes:
        x: Its middle.
        activation: ``σ`` for a gate, whose values lie between 0 and 1.
        shows: Its output.
        says: The caption, with ``{}`` for a gate's mean in percent.
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
    """A line along points with rounded corners, by default with an arrowhead."""

    points: tuple[Point, ...]
    arrow: bool = True


@dataclass(frozen=True)
class Track:
    """A section of the broad track that carries a state; its width is the mean of the gate in ``keeps``."""

    start: float
    end: float
    keeps: Values | None = None
    arrow: bool = False
    y: float = TRACK_Y


@dataclass(frozen=True)
class Operation:
    """A circle with ``+`` or ``×``: its inputs are combined unit by unit."""

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
    """A short text in a round box: a function applied to every unit."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class TanhCurve:
    """The curve of tanh with a dot for each unit: gradients pass on the steep part and vanish on the flat ends.

    Attributes:
        x: Its left edge.
        y: Its upper edge.
        shows: The argument of tanh.
        saturated: The value at the edge, where tanh is flat.
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
    """Colours and drawing of a cell: ``PICTURE`` in a file named as the cell's in ``rnn_compare.cells``.

    Attributes:
        shades: Colours of its first, second, … network, visible on white and on black.
        drawing: One timestep.
        gradient_note: A sentence below the charts of its gradients.
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
    """Returns the wires from the word to every gate, at x = ``columns``, where they meet those of the old state."""
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
    """Returns parts as JSON for the browser; each names its kind.

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
