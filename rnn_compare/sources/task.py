"""The base of tasks: sources whose texts the program generates, with a distance over which a network must remember."""

import inspect
import textwrap
from collections.abc import Callable

from rnn_compare.sources.source import Source, WrittenReviews, script_from_texts

SIZE = 6_400
USUAL_DISTANCE = 20
VERSION = "1"
"""To be raised whenever the generated texts change."""

NEUTRAL = (
    "table window street river garden paper mountain kitchen letter bottle station winter button carpet engine "
    "village ladder basket pencil market forest hammer mirror corner bridge blanket candle valley pocket ticket "
    "tunnel harbor island jacket needle orchard pepper ribbon saddle shelter spoon stone tower wagon willow "
    "yard bench cabin fence lamp"
)
"""Words that decide nothing."""

Make = Callable[[int, int, list[str]], tuple[list[str], list[int]]]
"""Generates texts: ``(size, distance, neutral) -> (texts, labels)``. Its source code goes into exported scripts: it
uses NumPy alone, as ``np``, and draws from a ``RandomState``, whose stream is the same in every version."""


def task(
    name: str, title: str, make: Make, labels: tuple[str, str], about: str, beside: int, distance: int = USUAL_DISTANCE
) -> Source:
    """Returns a task as a source of reviews, at a distance.

    ``beside`` is the largest number of words in a text besides the distance; all else is as in ``Source``.
    """

    def read() -> WrittenReviews:
        return WrittenReviews(*make(SIZE, distance, NEUTRAL.split()))

    return Source(
        name=name,
        title=title,
        corpus=f"{name}-{distance}",
        size=SIZE,
        test_size=0,
        fingerprint=lambda: VERSION,
        read=read,
        script=script_from_texts(_script_code(make, distance)),
        labels=labels,
        about=about,
        distance=distance,
        longest=beside + distance,
        at_distance=lambda other: task(name, title, make, labels, about, beside, other),
    )


def _script_code(make: Make, distance: int) -> str:
    words = "\n".join(f'    "{line} "' for line in textwrap.wrap(NEUTRAL))
    return (
        f"\n\n{inspect.getsource(make).strip()}\n\n\n"
        f"neutral = (\n{words}\n).split()\n"
        f"texts, labels = {make.__name__}({SIZE}, {distance}, neutral)\n"
    )
