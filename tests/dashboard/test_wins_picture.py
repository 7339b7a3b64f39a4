"""The picture of wins: as many dots as seeds, as many squares as pairs, in the winner's colour."""

import re

from rnn_compare.comparison.inference.judge import judge
from rnn_compare.dashboard.widgets.results_table import wins_picture


def test_every_pair_is_a_square_of_the_winners_colour() -> None:
    [pair] = judge({"<A>": [0.90, 0.85, 0.80], "B": [0.85, 0.82, 0.70, 0.60]}).pairs
    html = wins_picture(pair, ("#a0a", "#0b0"))
    assert html.count("<i class='rc-seed'") == 3 + 4
    squares = re.findall(r"<i class='rc-pair-of-seeds' style='background: (#?\w*)'", html)
    won, ties = squares.count("#a0a"), squares.count("")
    assert pair.wins is not None
    assert (len(squares), (won + ties / 2) / len(squares)) == (pair.wins.pairs, pair.wins.share)
    assert "<A>" not in html
