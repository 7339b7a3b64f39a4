"""The picture of a verdict: as many dots as seeds, intervals that agree with the verdict, and the same in words."""

import re

import numpy as np
import pytest

from rnn_compare.charts.chance_picture import chance_picture
from rnn_compare.comparison.inference.judge import judge
from rnn_compare.comparison.inference.judgement import Judgement, judge_settings
from tests.kit.judgements import setting

KINDS = ("seed", "interval", "line", "equal")


def pictured(judgement: Judgement) -> str:
    return chance_picture(judgement, {item.name: "#0072B2" for item in judgement.settings})


def marks(html: str, kind: str) -> list[tuple[float, float]]:
    """Both ends of each mark of a kind, in percent of the width."""
    ends = re.findall(rf'<i class="rc-{kind}" style="left: ([\d.-]+)%(?:; width: ([\d.]+)%)?', html)
    return [(float(left), float(left) + float(width or 0)) for left, width in ends]


@pytest.mark.parametrize("lead", [0.0, 0.01, 0.03])
def test_every_seed_is_a_dot_and_the_interval_leaves_out_zero_where_there_is_a_verdict(lead: float) -> None:
    chance = np.random.default_rng(1)
    judgement = judge({"A": chance.normal(0.85 + lead, 0.004, 4), "B": chance.normal(0.85, 0.004, 5)})
    html, [pair] = pictured(judgement), judgement.pairs
    assert len(marks(html, "seed")) == 4 + 5 + 1
    [(low, high)], (zero, _) = marks(html, "interval"), marks(html, "line")[-1]
    [(equal_from, equal_to)] = marks(html, "equal")
    assert equal_from < zero < equal_to
    assert (low > zero) == (pair.winner is not None)
    assert (equal_from < low < high < equal_to) == (pair.verdict == "equal")
    assert all(0 <= end <= 100 for kind in KINDS for ends in marks(html, kind) for end in ends)
    assert f"{pair.ordered[0].name} − {pair.ordered[1].name}: " in html


def test_eight_networks_are_held_against_the_leader_and_names_are_escaped() -> None:
    chance = np.random.default_rng(2)
    html = pictured(judge({f"<b>{number}": chance.normal(0.85, 0.01, 3) for number in range(8)}))
    assert (len(marks(html, "interval")), len(marks(html, "line"))) == (7, 8 + 7)
    assert "<b><b>" not in html
    assert html.count('role="img" aria-label="') == 2


def test_equal_accuracies_stand_apart_and_no_axis_leaves_0_to_100_percent() -> None:
    html = pictured(judge_settings([setting("A", 1, 1, 1), setting("B", 1, 1, 1)], "test"))
    assert {*re.findall(r"top: (\d+)%", html)} == {"28", "50", "72"}
    assert "100.5 %" not in html
    assert "Accuracy on test reviews" in html


def test_what_cannot_be_compared_has_no_interval_and_without_a_whole_run_there_is_no_picture() -> None:
    one_seed = pictured(judge({"A": [0.9], "B": [0.8]}))
    assert [len(marks(one_seed, kind)) for kind in ("seed", "interval")] == [2, 0]
    nothing = judge_settings([setting("A"), setting("B")], "kept", hindrance=lambda *_: ("no whole run", "A"))
    assert pictured(nothing) == '<div class="rc-chance"></div>'
