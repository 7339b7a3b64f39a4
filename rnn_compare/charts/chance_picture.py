"""The picture of a verdict: seeds as dots on an axis of accuracy, and the intervals of their differences.

HTML without a script (its style is in ``browser/common/chance.css``): pages and reports have it.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

from rnn_compare.comparison.inference.accuracies import ON
from rnn_compare.comparison.inference.judgement import Judgement, Pair
from rnn_compare.comparison.inference.wording import WHERE, in_points, lead_text
from rnn_compare.formatting import excerpt, percent

NEAR, LEVELS = 3.0, (50, 28, 72)
"""Dots that are nearer to each other, in percent of the width, stand at other heights, in percent."""
STEPS, MOST_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50), 7
TITLES = {
    "accuracies": "Accuracy{where}; dot: seed, line: mean",
    "differences": "Difference in points, 95 % interval; grey: within {margin}",
}
Place = Callable[[float], float]
"""Returns where a number, in percent or points, stands, in percent of the width."""
Row = tuple[str, str, str]
"""A name, its value, and the marks below them."""


def chance_picture(judgement: Judgement, colors: Mapping[str, str]) -> str:
    """Returns the seeds of every measured network, and the leader's differences to all others, as HTML.

    Args:
        judgement: Of two networks or more.
        colors: By the networks' names.
    """
    against = dict(judgement.against_leader) if judgement.order else {}
    pairs = [against[rival] for rival in judgement.order[1:] if rival in against]
    judged = [pair for pair in pairs if pair.difference and not pair.difference.is_contradictory]
    panels = [_accuracies(judgement, colors) if judgement.order else "", _differences(judged, colors) if judged else ""]
    return f'<div class="rc-chance">{"".join(panels)}</div>'


def _accuracies(judgement: Judgement, colors: Mapping[str, str]) -> str:
    shares = [100 * share for setting in judgement.order for share in setting.accuracies]
    place, ticks = _across(min(shares), max(shares))
    rows = []
    for setting in judgement.order:
        marks, x, level = _mark("line", place(100 * setting.accuracy)), -math.inf, 0
        for share in sorted(setting.accuracies):
            before, x = x, place(100 * share)
            level = (level + 1) % len(LEVELS) if x - before < NEAR else 0
            marks += _dot(x, colors[setting.name], LEVELS[level])
        rows.append((setting.name, percent(setting.accuracy), marks))
    basis = judgement.pairs[0].basis
    where = WHERE[basis] if basis in ON else ""
    axis = {place(tick): f"{tick:g} %" for tick in ticks if 0 <= tick <= 100}
    return _panel(TITLES["accuracies"].format(where=where), rows, axis)


def _differences(pairs: Sequence[Pair], colors: Mapping[str, str]) -> str:
    intervals = [tuple(100 * share for share in pair.lead) for pair in pairs]
    margin = max(100 * pair.difference.margin for pair in pairs if pair.difference)
    ends = [-margin, margin, *itertools.chain(*intervals)]
    place, ticks = _across(min(ends), max(ends))
    rows = []
    for pair, (low, middle, high) in zip(pairs, intervals, strict=True):
        marks = _mark("equal", place(-margin), place(margin)) + _mark("line", place(0))
        marks += _mark("interval", place(low), place(high)) + _dot(place(middle), colors[pair.ordered[0].name])
        rows.append((" − ".join(setting.name for setting in pair.ordered), lead_text(pair), marks))
    title = TITLES["differences"].format(margin=in_points(margin / 100))
    return _panel(title, rows, {place(tick): f"{tick:g}".replace("-", "−") for tick in ticks})


def _across(low: float, high: float) -> tuple[Place, list[float]]:
    """Returns an axis of two points at least, with room at its ends, and its ticks."""
    room = max(0.06 * (high - low), 1 - (high - low) / 2)
    low, high = low - room, high + room
    step = next((step for step in STEPS if (high - low) / step <= MOST_TICKS), STEPS[-1])
    ticks = [round(number * step, 1) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return (lambda number: 100 * (number - low) / (high - low)), ticks


def _panel(title: str, rows: Sequence[Row], axis: Mapping[float, str]) -> str:
    """Returns rows above an axis, with what they show in words."""
    html = "".join(
        f"<p><b>{escape(excerpt(name, 60))}</b> {escape(value)}</p><div>{marks}</div>" for name, value, marks in rows
    )
    ticks = "".join(f'<span style="left: {x:.2f}%">{text}</span>' for x, text in axis.items())
    words = escape(f"{title}. {'; '.join(f'{name}: {value}' for name, value, _ in rows)}.")
    body = f'<figcaption>{escape(title)}</figcaption>{html}<div class="rc-axis">{ticks}</div>'
    return f'<figure role="img" aria-label="{words}">{body}</figure>'


def _mark(kind: str, left: float, right: float | None = None) -> str:
    width = "" if right is None else f"; width: {right - left:.2f}%"
    return f'<i class="rc-{kind}" style="left: {left:.2f}%{width}"></i>'


def _dot(x: float, color: str, level: int = LEVELS[0]) -> str:
    return f'<i class="rc-seed" style="left: {x:.2f}%; top: {level}%; background: {color}"></i>'
