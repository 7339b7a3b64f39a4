"""The picture of wins: as many dots as seeds, as many squares as pairs, in the winner's colour."""

import re

from rnn_compare.comparison.inference.wins import wins
from rnn_compare.dashboard.widgets.results_table import wins_picture


def test_every_pair_is_a_square_of_the_winners_colour() -> None:
    a, b = [0.90, 0.85, 0.80], [0.85, 0.82, 0.70, 0.60]
    html = wins_picture(("<A>", "B"), (a, b), ("#a0a", "#0b0"), "all pairs")
    assert html.count("<i ") == len(a) + len(b)
    squares = re.findall(r"<td( style='background: (#\w+)')? title", html)
    won, ties = sum(color == "#a0a" for _, color in squares), sum(not color for _, color in squares)
    share = wins(a, b)
    assert share is not None
    assert (len(squares), (won + ties / 2) / len(squares)) == (share.pairs, share.share)
    assert "<A>" not in html
