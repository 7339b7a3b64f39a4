"""A class's networks as dots: a row for each cell, each dot above its accuracy on the axis."""

import statistics
import time
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from rnn_compare.charts.palette import look_of_cell
from rnn_compare.class_networks.networks import ClassNetwork, ClassResult
from rnn_compare.class_networks.task import ClassTask
from rnn_compare.class_networks.verdict import judgement, turned
from rnn_compare.comparison.inference.wording import sentence
from rnn_compare.formatting import counted, percent, unbroken

WIDTH, HEIGHT, LOW, LOWEST = 1000.0, 130.0, 62.0, 26.0
"""Of a row, below much text, and of four rows; it is stretched to the wall's width and keeps its proportions."""
LARGEST, LEAST = 30.0, 4.0
"""Diameters of a dot."""
NEW_SECONDS = 1.2
"""How long a dot falls."""
FEWEST_QUARTILES = 4
_SHAPES = ("circle", "square", "diamond")


def class_section(result: ClassResult) -> str:
    """Returns a class's networks in a page to take home as HTML: the verdict, and a dot for each."""
    task, networks = result.task, result.networks
    by_machine = sum(network.origin == "server" for network in networks)
    sentences = [
        f"{result.date}, lecture “{result.name}”. Each dot is a network, by its best of {task.epochs} epochs on the "
        f"same {task.held_out} held-out reviews: only seeds differ. The bar below a row is the middle half, the mark "
        "its median.",
        f"Hollow: the {by_machine:,} that the presenter's machine trained." if by_machine else "",
        turned(task, networks),
    ]
    verdicts = [sentence(pair, advice=False) for pair in judgement(task, networks).pairs]
    return (
        f'<p class="verdict">{escape(" ".join(verdicts))}</p>'
        f'<div class="rc-class">{rows(task, networks)}</div>'
        f'<p class="soft">{escape(" ".join(filter(None, sentences)))}</p>'
    )


def rows(
    task: ClassTask,
    networks: Sequence[ClassNetwork],
    marked: Sequence[ClassNetwork] = (),
    height: float = HEIGHT,
    others: Mapping[str, Sequence[ClassNetwork]] | None = None,
) -> str:
    """Returns the rows as HTML.

    Args:
        task: What the class has trained.
        networks: Its networks.
        marked: If there are any, these alone are in colour.
        height: Of a row.
        others: Networks of other classes by their names, for a row below.
    """
    by_name = {"": networks, **(others or {})}
    low, high = limits(task, [network for of_class in by_name.values() for network in of_class])
    faded = {network.deal for network in networks} - {network.deal for network in marked} if marked else set()
    shares = [
        [100 * network.best / task.held_out for network in of_class if network.cell == cell]
        for cell in task.cells
        for of_class in by_name.values()
    ]
    largest = min(places(row, low, high, height)[0] for row in shares)  # all rows' dots have one size
    html = ""
    for number, cell in enumerate(task.cells):
        shape = _SHAPES[number % len(_SHAPES)]
        for name, of_class in by_name.items():
            of_cell = [network for network in of_class if network.cell == cell]
            bests = [100 * network.best / task.held_out for network in of_cell]
            size, centres = places(bests, low, high, height, largest)
            dots = "".join(
                f'<i class="{_classes(network, network.deal in faded)}" '
                f'style="left: {100 * (x - size / 2) / WIDTH:.2f}%; bottom: {100 * (y - size / 2) / height:.2f}%"></i>'
                for network, (x, y) in zip(of_cell, centres, strict=True)
            )
            title, words = f"{cell}, {name}" if name else cell, _summary(bests, is_short=height < HEIGHT)
            label, shown = escape(f"{title}, {words}"), f"{dots}{_half(bests, low, high)}"
            html += (
                f'<section class="rc-class-row rc-{shape}" style="--rc-color: {look_of_cell(cell).color}">'
                f'<p><i class="rc-dot"></i><b>{escape(title)}</b> {escape(words)}</p>'
                f'<div role="img" aria-label="{label}" style="--rc-size: {100 * size / WIDTH:.2f}%; '
                f'aspect-ratio: {WIDTH:g} / {height:g}">{shown}</div></section>'
            )
    return html + _axis(low, high)


def limits(task: ClassTask, networks: Sequence[ClassNetwork]) -> tuple[int, int]:
    """Returns the axis' limits in percent, multiples of five.

    Example:
        >>> from rnn_compare.class_networks.task import class_task
        >>> task = class_task("One network for each phone")
        >>> limits(task, [ClassNetwork("LSTM", 1, (260, 371))])
        (50, 80)
    """
    shares = [100 * network.best / task.held_out for network in networks]
    return min(50, int(min(shares, default=50.0) // 5 * 5)), max(80, int(-(-max(shares, default=80.0) // 5) * 5))


def places(
    bests: Sequence[float], low: float, high: float, height: float = HEIGHT, largest: float = LARGEST
) -> tuple[float, list[tuple[float, float]]]:
    """Returns the diameter of the dots, as large as fits, and the centre of each, from the lower left corner.

    Args:
        bests: Accuracies in percent.
        low, high: The axis' limits in percent.
        height: Of a row.
        largest: The largest diameter.
    """
    across = WIDTH * (np.array(bests) - low) / (high - low)
    row, count, size = np.sort(across), np.arange(1, len(across) + 1), largest
    # Dots that would cover one another take a level each: this one and those before it that it would cover.
    while size > LEAST and size * (count - np.searchsorted(row, row - size, "right")).max(initial=0) > height - 4:
        size -= 0.5
    levels = _levels(across.tolist(), size)
    return size, [(x, size * (level + 0.5)) for x, level in zip(across.tolist(), levels, strict=True)]


def _levels(across: Sequence[float], size: float) -> list[int]:
    """Returns the lowest level of each dot, from 0, at which it covers none to its left."""
    levels, ends = [0] * len(across), list[float]()
    for place in sorted(range(len(across)), key=lambda place: across[place]):
        free = (level for level, end in enumerate(ends) if end <= across[place] - size)
        levels[place] = next(free, len(ends))
        ends[levels[place] : levels[place] + 1] = [across[place]]
    return levels


def _summary(bests: Sequence[float], *, is_short: bool) -> str:
    """Returns number, median, middle half and, unless it is to be short, range of one cell's networks in words."""
    text = counted(len(bests), "network")
    if len(bests) < FEWEST_QUARTILES:
        return text
    first, middle, third = statistics.quantiles(bests, n=4, method="inclusive")
    half, whole = (f"{low:.1f} to {percent(high / 100)}" for low, high in ((first, third), (min(bests), max(bests))))
    return unbroken(f"{text}: median {percent(middle / 100)}, middle half {half}{'' if is_short else f', all {whole}'}")


def _half(bests: Sequence[float], low: int, high: int) -> str:
    """Returns the marks of the middle half and the median."""
    if len(bests) < FEWEST_QUARTILES:
        return ""
    quartiles = statistics.quantiles(bests, n=4, method="inclusive")
    first, middle, third = (100 * (share - low) / (high - low) for share in quartiles)
    return (
        f'<u class="rc-half" style="left: {first:.2f}%; width: {third - first:.2f}%"></u>'
        f'<u class="rc-median" style="left: {middle:.2f}%"></u>'
    )


def _classes(network: ClassNetwork, is_faded: bool) -> str:
    is_new = network.at > time.time() - NEW_SECONDS
    names = {"rc-dot": True, "rc-own": network.origin != "phone", "rc-new": is_new, "rc-faded": is_faded}
    return " ".join(name for name, applies in names.items() if applies)


def _axis(low: int, high: int) -> str:
    ticks = "".join(
        f'<span style="left: {100 * (share - low) / (high - low):.2f}%">{share} %</span>'
        for share in range(low, high + 1, 5)
    )
    return f'<div class="rc-class-axis" aria-hidden="true">{ticks}</div>'
