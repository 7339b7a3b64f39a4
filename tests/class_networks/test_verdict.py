from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.class_networks import judged, two_groups
from rnn_compare.class_networks.networks import ClassNetwork, by_cell, recorded
from rnn_compare.class_networks.task import class_task
from rnn_compare.class_networks.verdict import best_accuracies, drawn, judgement, turned
from rnn_compare.comparison.groups import labelled
from rnn_compare.comparison.inference.judgement import Pair
from rnn_compare.lecture.questions import Question, QuestionOutcome, class_outcome, is_right
from rnn_compare.presets import PHONES
from rnn_compare.report import class_dots
from tests.kit.classes import APART, TURNED

TASK = class_task(PHONES.name)
RECORDED = [*recorded(PHONES.name).values()]


def networks(**bests: list[int]) -> list[ClassNetwork]:
    return [
        ClassNetwork(cell, seed, (0, best)) for cell, counts in bests.items() for seed, best in enumerate(counts, 1)
    ]


def of_class(question: Question, **bests: list[int]) -> QuestionOutcome:
    shares = best_accuracies(TASK, networks(**bests))
    return class_outcome(question, {network: shares[network.experiment.cell] for network in labelled(TASK.experiments)})


def verdict(of_class: list[ClassNetwork]) -> Pair:
    [pair] = judgement(TASK, of_class).pairs
    return pair


def test_the_recorded_class_is_told_apart_and_a_single_pair_is_sometimes_turned() -> None:
    pair = verdict(RECORDED)
    assert pair.winner is not None
    assert (pair.winner.name, pair.reviews) == ("LSTM", TASK.held_out)
    assert str(pair).startswith("LSTM is better than SimpleRNN by 11.8 ± 4.7 points (74.1 % and 62.3 % on 500 held-out")
    never = "five SimpleRNNs, averaged, never beat five LSTMs in 10,000 draws."
    assert turned(TASK, RECORDED) == f"One SimpleRNN beats one LSTM in 2.0 % of pairs; {never}"
    ties = turned(TASK, networks(SimpleRNN=[300] * 5, LSTM=[300] * 5))
    assert "in 50.0 % of pairs; " in ties
    assert "in 5,000 of 10,000 draws." in ties


def test_five_of_each_are_drawn_anew_and_do_not_always_tell() -> None:
    drawings = [drawn(TASK, RECORDED, number) for number in range(1, 21)]
    assert all([network.cell for network in few] == ["SimpleRNN"] * 5 + ["LSTM"] * 5 for few in drawings)
    assert len({tuple(network.seed for network in few) for few in drawings}) == 20
    verdicts = {verdict(few).verdict for few in drawings}
    assert verdicts == {"b is better", "unknown"}, "some drawings show what all networks show, others do not"


def test_networks_of_one_cell_are_rarely_told_apart_and_may_be_called_equal() -> None:
    """By which reviews were right; accuracies alone have ± 5.7 points."""
    chance, of_cell = np.random.default_rng(1), by_cell(TASK, RECORDED)
    for cell, widest in (("SimpleRNN", 0.09), ("LSTM", 0.016)):
        differences = [judged(two_groups(chance, of_cell[cell], of_cell[cell], 10)) for _ in range(60)]
        assert sum(difference.is_decided for difference in differences) <= 3
        assert max(difference.half_width or 1 for difference in differences) < widest
    twice = [*of_cell["LSTM"], *(replace(network, cell="SimpleRNN") for network in of_cell["LSTM"])]
    assert judged(twice).verdict == "equal"
    assert judged([replace(network, correct="") for network in twice]).verdict == "unknown"


@pytest.mark.parametrize("lacking", [1, len(RECORDED)])
def test_where_an_earlier_version_recorded_a_network_the_verdict_is_by_accuracies_as_it_was(lacking: int) -> None:
    earlier = [replace(network, correct="") for network in RECORDED[:lacking]]
    difference = judged([*earlier, *RECORDED[lacking:]])
    assert not difference.newest.paired
    assert difference.half_width == pytest.approx(0.0717, abs=1e-4)


def test_a_guess_of_the_distance_is_graded_by_half_of_all_pairs() -> None:
    outcome = of_class(APART, SimpleRNN=[260, 300, 340], LSTM=[370, 375])
    assert outcome.answer == 8.0
    assert outcome.explanation.startswith(
        "Half of all pairs of 3 SimpleRNNs are 8.0 points apart or more; of 2 LSTMs 1.0"
    )
    assert [is_right(APART, answer, outcome) for answer in (5.5, 6.0, 16.0, 16.5)] == [False, True, True, False]
    unknown = of_class(APART, SimpleRNN=[260])
    assert (unknown.answer, is_right(APART, 3.0, unknown)) == (None, None)


def test_how_often_a_lead_is_turned_is_graded_by_the_pairs_of_the_class() -> None:
    outcome = of_class(TURNED, SimpleRNN=[260, 300, 372, 300, 300], LSTM=[370, 375])
    assert outcome.explanation == "One SimpleRNN beats one LSTM in 10.0 % of pairs."
    assert [is_right(TURNED, answer, outcome) for answer in range(4)] == [False, False, True, False]
    assert "in 10 to 24 of 100" in TURNED.choices[2]
    rare = of_class(TURNED, SimpleRNN=[260] * 40 + [374], LSTM=[370, 375] * 3)
    assert (rare.answer, of_class(TURNED, SimpleRNN=[260], LSTM=[300]).answer) == (1, 0)
    assert of_class(TURNED, SimpleRNN=[260]).explanation.startswith("No answer is right: there are no pairs")


@settings(max_examples=40)
@example([95.0, 94.9], class_dots.HEIGHT)
@given(st.lists(st.floats(45, 95), min_size=1, max_size=300), st.sampled_from([class_dots.HEIGHT, class_dots.LOW]))
def test_dots_stand_at_their_accuracy_and_never_overlap_nor_leave_their_row(bests: list[float], height: float) -> None:
    size, centres = class_dots.places(bests, 45, 95, height)
    assert len(centres) == len(bests)
    assert all(0 < y <= height or size == class_dots.LEAST for _, y in centres)
    for (x, y), best in zip(centres, bests, strict=True):
        assert x == pytest.approx(1000 * (best - 45) / 50)
        near = [
            (other, level) for other, level in centres if abs(other - x) < size - 1e-6 and abs(level - y) < size - 1e-6
        ]
        assert near == [(x, y)]


def test_a_row_says_in_words_what_its_dots_show() -> None:
    html = class_dots.rows(TASK, RECORDED)
    assert html.count('class="rc-dot rc-own"') == 40
    assert "20 networks: median 62.5\u00a0%, middle half" in html
    assert 'role="img" aria-label="LSTM, 20 networks: median 74.1\u00a0%' in html
    for count in (0, 1, 3):  # too few for quartiles
        html = class_dots.rows(TASK, RECORDED[:count])
        assert ("median" in html, html.count('class="rc-dot rc-own"')) == (False, count)
