"""A picture of two settings as HTML: each seed a dot, each pair of seeds a square of the winner's colour."""

from collections.abc import Sequence
from html import escape

from rnn_compare.formatting import percent


def wins_picture(
    names: tuple[str, str], accuracies: tuple[Sequence[float], Sequence[float]], colors: tuple[str, str], label: str
) -> str:
    """Returns a table with the seeds of the first setting as rows and those of the second as columns, the best first.

    Args:
        names, accuracies, colors: Of the two settings.
        label: What the squares show, in words.
    """
    rows, columns = (sorted(shares, reverse=True) for shares in accuracies)
    head = "".join(f"<th>{_dot(names[1], share, colors[1])}</th>" for share in columns)
    body = "".join(
        f"<tr><th>{_dot(names[0], share, colors[0])}</th>{squares}</tr>"
        for share in rows
        for squares in ["".join(_square(share, other, colors) for other in columns)]
    )
    table = f"<table class='rc-wins'><tr><td></td>{head}</tr>{body}</table>"
    return f"{table}<p class='rc-wins-label'>{escape(label)}</p>"


def _dot(name: str, share: float, color: str) -> str:
    return f"<i style='background: {color}' title='{escape(name, quote=True)}: {percent(share)}'></i>"


def _square(share: float, other: float, colors: tuple[str, str]) -> str:
    color = "" if share == other else f" style='background: {colors[share < other]}'"
    return f"<td{color} title='{percent(share)} and {percent(other)}'></td>"
