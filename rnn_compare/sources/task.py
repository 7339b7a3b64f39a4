"""The base of tasks: sources whose texts the program generates, with a distance over which a network must remember."""

import hashlib
import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

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


def texts_by_rule(
    size: int, longest: int, shortest: int, words: Sequence[str], rule: Callable[[Sequence[str]], bool]
) -> tuple[list[str], list[int]]:
    """Makes texts of ``shortest`` to ``longest`` of the words; a rule decides the label, 1 for half of them.

    All lengths are equally likely. A text that was there before is drawn again, so that it is not both trained on and
    held out, unless hardly any other has its length and label.
    """
    draw = np.random.RandomState(longest)
    texts: list[str] = []
    seen: set[tuple[str, ...]] = set()
    while len(texts) < size:
        length, repeats = draw.randint(shortest, longest + 1), 0
        while repeats < 20:
            text = tuple(words[i] for i in draw.randint(0, len(words), length))
            if rule(text) == len(texts) % 2:
                if text not in seen:
                    break
                repeats += 1
        seen.add(text)
        texts.append(" ".join(text))
    return texts, [number % 2 for number in range(size)]


def word_task(
    name: str,
    title: str,
    words: tuple[str, str],
    rule: Callable[[Sequence[str]], bool],
    labels: tuple[str, str],
    about: str,
    distance: int = USUAL_DISTANCE,
) -> Source:
    """Returns a task in which each word decides: texts of one word to ``distance`` words, the label by a rule.

    The rule's source code goes into exported scripts: it needs nothing besides Python.
    """

    def read(size: int = SIZE, longest: int = distance, shortest: int = 1) -> WrittenReviews:
        return WrittenReviews(*texts_by_rule(size, longest, shortest, words, rule))

    sources = "\n\n\n".join(inspect.getsource(part).strip() for part in (texts_by_rule, rule))
    call = f"texts_by_rule({SIZE}, {distance}, 1, {words!r}, {rule.__name__})"
    imports = ("from collections.abc import Callable, Sequence",)
    return _source(
        name,
        title,
        labels,
        about,
        distance,
        rule,
        read=read,
        script=script_from_texts(f"\n\n{sources}\n\n\ntexts, labels = {call}\n", imports),
        longest=distance,
        at_distance=lambda other: word_task(name, title, words, rule, labels, about, other),
        at_length=lambda length, size: read(size, length, length),
    )


def task(
    name: str,
    title: str,
    make: Make,
    labels: tuple[str, str],
    about: str,
    beside: int,
    distance: int = USUAL_DISTANCE,
    successor: str = "",
) -> Source:
    """Returns a task as a source of reviews, at a distance.

    ``beside`` is the largest number of words in a text besides the distance; all else is as in ``Source``.
    """

    def read() -> WrittenReviews:
        return WrittenReviews(*make(SIZE, distance, NEUTRAL.split()))

    def new_texts(length: int, size: int) -> WrittenReviews:
        texts, labels = make(SIZE + size, length, NEUTRAL.split())  # the first are those that networks train with
        return WrittenReviews(texts[SIZE:], labels[SIZE:])

    return _source(
        name,
        title,
        labels,
        about,
        distance,
        make,
        read=read,
        script=script_from_texts(_script_code(make, distance)),
        longest=beside + distance,
        at_distance=lambda other: task(name, title, make, labels, about, beside, other, successor),
        at_length=new_texts,
        successor=successor,
    )


def _source(
    name: str, title: str, labels: tuple[str, str], about: str, distance: int, made_by: Callable[..., Any], **other: Any
) -> Source:
    version = VERSION
    if not made_by.__module__.startswith("rnn_compare."):  # nobody raises it for an installed package's function
        version += f"-{hashlib.sha256(inspect.getsource(made_by).encode()).hexdigest()[:8]}"
    own: dict[str, Any] = {"corpus": f"{name}-{distance}", "size": SIZE, "test_size": 0, "fingerprint": lambda: version}
    own |= {"licence": "Texts that RNN Compare generates (MIT licence)."}
    return Source(name=name, title=title, labels=labels, about=about, distance=distance, **own, **other)


def _script_code(make: Make, distance: int) -> str:
    words = "\n".join(f'    "{line} "' for line in textwrap.wrap(NEUTRAL))
    return (
        f"\n\n{inspect.getsource(make).strip()}\n\n\n"
        f"neutral = (\n{words}\n).split()\n"
        f"texts, labels = {make.__name__}({SIZE}, {distance}, neutral)\n"
    )
