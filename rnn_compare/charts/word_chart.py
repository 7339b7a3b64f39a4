"""Chart of the embedding: the map of words."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnn_compare.charts.palette import SIDES
from rnn_compare.charts.plotly_style import GREY, plain
from rnn_compare.explain.embedding_map import WordMap
from rnn_compare.explain.prediction import Array
from rnn_compare.formatting import percent


@dataclass(frozen=True)
class Sheet:
    """Layout of a map.

    Attributes:
        width, height: Approximate size in pixels, on which labels are placed.
        extremes: Number of labelled words of either label.
        label_size: Text size in pixels.
    """

    width: int
    height: int
    extremes: int
    label_size: int


WIDE = Sheet(width=1100, height=400, extremes=10, label_size=16)
NARROW = Sheet(width=520, height=260, extremes=6, label_size=14)
"""For one map, and for each of two side by side."""
COLORS = ((0.0, SIDES[0]), (0.5, "#9C9C9C"), (1.0, SIDES[1]))
"""From negative to positive."""
AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
DISTANCES = (14, 30, 55, 90)
"""Candidate positions of a label: sides of its point, outward first, and distances in pixels."""

Points = NDArray[np.float64]
Box = tuple[float, float, float, float]


def tints(verdicts: Array) -> Points:
    """Returns each word's colour (words,), from -1 for negative over 0 to 1 for positive.

    By log-odds, on which a verdict counts as much near 0 and 1 as in the middle. Many networks call nearly every single
    word positive, so the middle is the median word and not one half. Within the full colours lie 99 of 100 words.
    """
    log_odds = _log_odds(verdicts)
    from_middle: Points = log_odds - np.median(log_odds)
    return np.clip(from_middle / (np.percentile(np.abs(from_middle), 99) or 1.0), -1, 1)


def extremes(words: WordMap, count: int) -> list[int]:
    """Returns the places of the words that the network judges most negative, and of the most positive ones."""
    order = np.argsort(words.verdicts, kind="stable")
    return list(dict.fromkeys(int(i) for i in (*order[:count], *order[::-1][:count])))


def word_chart(
    words: WordMap, looked_up_words: Sequence[str] = (), sheet: Sheet = WIDE, label: str = "positive"
) -> go.Figure:
    """Returns the map."""
    index = {word: place for place, word in enumerate(words.words)}
    labelled = (
        [index[word] for word in looked_up_words if word in index]
        if looked_up_words
        else extremes(words, sheet.extremes)
    )
    shades = tints(words.verdicts)
    figure = go.Figure()
    marker: dict[str, Any] = {"color": shades, "cmin": -1, "cmax": 1, "colorscale": COLORS}
    hover = {
        "text": [
            f"{plain(word)}<br>{percent(p)} {plain(label)}" for word, p in zip(words.words, words.verdicts, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }
    figure.add_scattergl(
        x=words.points[:, 0],
        y=words.points[:, 1],
        mode="markers",
        marker={**marker, "size": 7, "opacity": 0.25 if looked_up_words else 0.75},
        **hover,
    )
    looked_up = looked_up_words[0] if looked_up_words else None
    figure.add_scatter(
        x=words.points[labelled, 0],
        y=words.points[labelled, 1],
        mode="markers",
        marker={
            **marker,
            "color": shades[labelled],
            "size": [20 if words.words[place] == looked_up else 12 for place in labelled],
            "line": {"color": GREY, "width": 2},
        },
        hoverinfo="skip",
    )
    ranges = _ranges(words.points, sheet)
    _label(figure, words, labelled, ranges, sheet)
    hidden = {"showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True}
    return figure.update_layout(
        showlegend=False,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        height=sheet.height,
        xaxis={"range": ranges[0], **hidden},
        yaxis={"range": ranges[1], "scaleanchor": "x", **hidden},
    )


def label_offsets(places: Points, sizes: Points, room: tuple[float, float]) -> list[tuple[float, float]]:
    """Returns a position beside each point for its label: within the picture, clear of other labels and points.

    Args:
        places: The points in pixels from the lower left corner (points, 2).
        sizes: Width and height of each label in pixels (points, 2).
        room: Width and height of the picture.

    Returns:
        Offsets of the labels' centres from their points, in pixels; with the fewest collisions if there is no room.
    """
    boxes: list[Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    offsets = []
    for own, ((x, y), (width, height)) in enumerate(zip(places, sizes, strict=True)):
        candidates: list[tuple[int, int, tuple[float, float], Box]] = []
        for far, (right, up) in itertools.product(DISTANCES, AROUND):
            outward = right if x > room[0] / 2 else -right  # away from the crowd in the middle
            dx, dy = float(outward * (far + width / 2)), float(up * (far + height / 2))
            box = (x + dx - width / 2, y + dy - height / 2, x + dx + width / 2, y + dy + height / 2)
            hits = sum(_overlap(box, other) for number, other in enumerate(boxes) if number != own)
            outside = box[0] < 0 or box[1] < 0 or box[2] > room[0] or box[3] > room[1]
            candidates.append((hits + outside, len(candidates), (dx, dy), box))
        _, _, offset, box = min(candidates)
        offsets.append(offset)
        boxes.append(box)
    return offsets


def _label(figure: go.Figure, words: WordMap, labelled: Sequence[int], ranges: list[list[float]], sheet: Sheet) -> None:
    size = sheet.label_size
    pixels = np.array([sheet.width, sheet.height])
    low, high = np.array(ranges).T
    places = (words.points[labelled].astype(np.float64) - low) / (high - low) * pixels
    sizes = np.array([(0.58 * size * len(words.words[place]) + 6, 1.25 * size) for place in labelled]).reshape(-1, 2)
    for place, (dx, dy) in zip(labelled, label_offsets(places, sizes, (sheet.width, sheet.height)), strict=True):
        figure.add_annotation(
            x=words.points[place, 0],
            y=words.points[place, 1],
            text=plain(words.words[place]),
            font={"size": size},
            ax=dx,
            ay=-dy,  # Plotly counts pixels downwards
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=GREY,
            standoff=6,
        )


def _ranges(points: Array, sheet: Sheet) -> list[list[float]]:
    """Returns what each axis spans, with a margin: a distance is as long in either direction."""
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    pixels = np.array([sheet.width, sheet.height])
    unit = float(np.max((high - low) / pixels)) * 1.2 or 1.0
    middle, half = (low + high) / 2, unit * pixels / 2
    return [[float(from_), float(to)] for from_, to in zip(middle - half, middle + half, strict=True)]


def _log_odds(verdicts: Array) -> Points:
    probabilities = np.clip(np.nan_to_num(verdicts.astype(np.float64), nan=0.5), 1e-6, 1 - 1e-6)
    log_odds: Points = np.log(probabilities / (1 - probabilities))
    return log_odds


def _overlap(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
