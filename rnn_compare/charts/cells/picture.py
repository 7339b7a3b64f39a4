"""What a cell looks like on every page: its colours, and the drawing of what goes on inside it."""

from dataclasses import dataclass

from rnn_compare.charts.cells.parts import Part


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
