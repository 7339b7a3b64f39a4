"""The sentences under the curves, on curves drawn by hand and on those of the lecture's own experiment."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.findings import LINES, SURE, findings, luck, margin
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.owner import Owner
from rnn_compare.runs.record import Run
from tests.epochs import epoch_end

Epoch = tuple[float, float, float, float]
"""accuracy, loss, val_accuracy, val_loss"""
RUNNING = Status.RUNNING


def run(name: str, *epochs: Epoch, status: Status = Status.FINISHED, **settings: object) -> Run:
    finished = tuple(epoch_end(name, number, *figures, 2.0) for number, figures in enumerate(epochs, 1))
    experiment = Experiment.model_validate({"epochs": 10, **settings})
    return Run(name, 1, name, experiment, status, Owner(1, 1.0, "here"), "page", created=0.0, epochs=finished)


def steady(*val_accuracies: float) -> list[Epoch]:
    """A network that neither falls nor overfits."""
    return [(0.85, 0.3, accuracy, 0.3) for accuracy in val_accuracies]


def said(*runs: Run) -> list[str]:
    return [finding.text for finding in findings(runs, [each.id for each in runs])]


def test_nothing_is_said_before_an_epoch_has_ended() -> None:
    assert said(run("A"), run("B")) == []
    assert said() == []


def test_one_network_alone_is_ahead_of_nobody() -> None:
    assert said(run("A", *steady(0.85, 0.85))) == []


def trained(cell: str, *val_accuracies: float, **settings: object) -> Run:
    name = f"{cell}-{settings.get('seed', 1)}"
    return run(name, *steady(*val_accuracies), cell=cell, **settings)  # type: ignore[arg-type]  # status or a setting


def test_a_lead_that_the_held_out_reviews_carry_is_named_with_what_chance_may_do() -> None:
    # 1.96 · √(0.862·0.138/5000 + 0.882·0.118/5000) = 0.0131
    found = findings([trained("SimpleRNN", 0.862), trained("LSTM", 0.882)], ["mine", "yours"])
    assert [finding.run for finding in found] == ["LSTM-1"]
    assert found[0].text == (
        "LSTM(32) is ahead by 2.0 ± 1.3 points (95 %, for the choice of held-out reviews; the seed is not counted)."
    )


def test_a_network_goes_by_its_given_name_in_a_lead_too() -> None:
    named = replace(trained("LSTM", 0.882), name="Lecture 22.1")
    assert said(trained("SimpleRNN", 0.862), named)[0].startswith("Lecture 22.1 is ahead by 2.0 ± 1.3 points")
    equal = replace(trained("SimpleRNN", 0.881), name="mine")
    assert said(equal, named)[0].startswith("Lecture 22.1 and mine cannot be told apart")
    seeds = [replace(each, name=name) for each, name in zip(seeded("LSTM", 0.88, 0.89), ("one", "two"), strict=True)]
    assert said(*seeds)[0].startswith("Over 2 seeds: LSTM(32) 88.0 to 89.0 %"), "no name stands for both"
    alike = [replace(each, name="mine") for each in seeds]
    assert said(*alike)[0].startswith("Over 2 seeds: mine 88.0 to 89.0 %")


def test_a_difference_that_chance_may_bring_about_is_no_lead() -> None:
    assert said(trained("SimpleRNN", 0.862), trained("LSTM", 0.870)) == [
        "LSTM(32) and SimpleRNN(32) cannot be told apart: 0.8 ± 1.3 points (95 %, for the choice of held-out reviews)."
    ]


def test_the_same_difference_is_a_lead_on_many_reviews_and_none_on_few() -> None:
    def first(reviews: int) -> str:
        return said(trained("SimpleRNN", 0.85, reviews=reviews), trained("LSTM", 0.88, reviews=reviews))[0]

    assert first(25_000).startswith("LSTM(32) is ahead by 3.0 ± 1.3 points")  # 1.96 · √((0.85·0.15 + 0.88·0.12)/5000)
    assert first(1000).startswith("LSTM(32) and SimpleRNN(32) cannot be told apart: 3.0 ± 6.8 points")


def test_of_several_the_leader_is_held_against_the_next() -> None:
    [lead] = said(trained("SimpleRNN", 0.7), trained("LSTM", 0.88), trained("GRU", 0.8))
    assert lead.startswith("LSTM(32) is ahead of GRU(32) by 8.0 ± 1.4 points")


def test_who_is_epochs_ahead_is_no_better_for_it() -> None:
    quick, slow = (trained("SimpleRNN", 0.78, 0.80, 0.86, status=RUNNING), trained("LSTM", 0.79, 0.83, status=RUNNING))
    [lead] = said(quick, slow)
    assert lead.startswith("After 2 epochs: LSTM(32) is ahead by 3.0 ± 1.5 points")
    assert said(quick, trained("LSTM", status=RUNNING)) == [], "one has no epoch yet"
    stopped = said(trained("SimpleRNN", 0.78, 0.80, 0.86), trained("LSTM", 0.81, status=Status.STOPPED))
    assert stopped[0].startswith("After 1 epoch: LSTM(32) is ahead by 3.0 ± 1.6 points")


def seeded(cell: str, *best: float, **settings: object) -> list[Run]:
    return [trained(cell, accuracy, seed=seed, **settings) for seed, accuracy in enumerate(best, 1)]


def test_several_seeds_say_more_than_the_number_of_reviews() -> None:
    # The three seeds of docs/performance.md. Six numbers can be drawn in C(6, 3) = 20 ways, of which two part them.
    assert said(*seeded("SimpleRNN", 0.852, 0.860, 0.864), *seeded("LSTM", 0.884, 0.881, 0.884)) == [
        "Over 3 seeds: LSTM(32) 88.1 to 88.4 %, SimpleRNN(32) 85.2 to 86.4 %; no overlap, by luck in 1 of 10 cases."
    ]


def test_seeds_that_overlap_decide_nothing() -> None:
    assert said(*seeded("GRU", 0.87, 0.89), *seeded("LSTM", 0.884, 0.881)) == [
        "Over 2 seeds: LSTM(32) 88.1 to 88.4 %, GRU(32) 87.0 to 89.0 %; they overlap."
    ]


def test_one_network_with_several_seeds_shows_how_much_the_seed_does() -> None:
    assert said(*seeded("SimpleRNN", 0.862, 0.841)) == [
        "Over 2 seeds: SimpleRNN(32) 84.1 to 86.2 %; that much is the seed."
    ]


def test_the_same_seed_trained_twice_is_one_seed() -> None:
    twice = [run(name, *steady(0.86), cell="LSTM") for name in ("a", "b")]
    assert said(*twice) == []
    assert "choice of held-out reviews" in said(*twice, trained("GRU", 0.8))[0]


def test_one_seed_against_several_is_told_as_what_it_is() -> None:
    assert said(*seeded("GRU", 0.84), *seeded("LSTM", 0.884, 0.881)) == [
        "Over seeds: LSTM(32) 88.1 to 88.4 %, GRU(32) 84.0 %; no overlap."
    ]


def test_of_three_networks_with_seeds_the_first_two_are_held_against_each_other() -> None:
    [only] = said(*seeded("SimpleRNN", 0.7, 0.71), *seeded("LSTM", 0.88, 0.89), *seeded("GRU", 0.84, 0.85))
    assert only.endswith("SimpleRNN(32) 70.0 to 71.0 %; the first two do not overlap.")


def test_the_lectures_simple_rnn_learns_by_heart() -> None:
    text = said(run("S", (0.9, 0.25, 0.86, 0.37), (0.97, 0.08, 0.84, 0.55), (0.99, 0.03, 0.83, 0.73)))
    assert text == ["S overfits: 99 % in training, 83 % in validation; validation loss was lowest after epoch 1."]


def test_one_epoch_that_stumbles_is_no_learning_by_heart() -> None:
    # A GRU of stock Keras in its epochs 4 to 6.
    text = said(run("G", (0.88, 0.30, 0.868, 0.326), (0.89, 0.28, 0.874, 0.33), (0.895, 0.26, 0.778, 0.6225)))
    assert text == ["G fell in epoch 3 from 87.4 % to 77.8 % validation accuracy."]


def test_what_is_learned_by_heart_is_said_before_what_fell() -> None:
    by_heart = [(0.9, 0.25, 0.86, 0.37), (0.98, 0.05, 0.84, 0.6), (0.99, 0.03, 0.83, 0.73)]
    texts = said(*(trained("GRU", 0.86, 0.75, seed=seed) for seed in range(4)), run("h", *by_heart))
    assert [text.split()[0] for text in texts[1:]] == ["h", "GRU-0"]


def test_a_fall_is_told_with_whether_it_was_made_up_for() -> None:
    # The book's own curve: from 84.6 to 73.8 between two epochs.
    assert said(run("S", *steady(0.846, 0.738))) == ["S fell in epoch 2 from 84.6 % to 73.8 % validation accuracy."]
    assert said(run("S", *steady(0.78, 0.71, 0.86))) == [
        "S fell in epoch 2 from 78.0 % to 71.0 % validation accuracy, and later rose above both."
    ]


def test_a_fall_on_few_reviews_is_no_news() -> None:
    assert said(run("S", *steady(0.846, 0.79), reviews=500)) == []


def test_a_network_that_does_not_beat_a_coin_is_told_of() -> None:
    epochs = (0.5, 0.7, 0.503, 0.7), (0.51, 0.69, 0.496, 0.7)
    assert said(run("S", *epochs)) == ["S cannot be told from a coin: 50.3 % validation accuracy at its best."]
    assert said(run("S", *steady(0.548, 0.548))) == [], "on 5,000 reviews that is no coin"


def test_more_epochs_are_suggested_only_at_the_end_and_where_the_last_brought_something() -> None:
    rising = steady(0.7, 0.8, 0.85)
    assert said(run("S", *rising)) == ["S was still getting better in its last epoch: more epochs may help."]
    assert said(run("S", *rising, status=RUNNING)) == []
    assert said(run("S", *rising, status=Status.FAILED)) == []
    assert said(run("S", *steady(0.7, 0.85, 0.853))) == []


def test_more_epochs_are_not_advised_where_training_accuracy_has_left_validation_far_behind() -> None:
    rising = [(0.8, 0.4, 0.70, 0.6), (0.96, 0.1, 0.74, 0.6)]
    assert said(run("S", *rising, reviews=5000)) == []


shares = st.floats(0.01, 0.99)


@given(shares, shares, st.integers(10, 25_000))
def test_the_margin_shrinks_with_the_root_of_the_reviews(one: float, other: float, reviews: int) -> None:
    half = margin(one, other, reviews, reviews) / 2
    assert margin(one, other, 4 * reviews, 4 * reviews) == pytest.approx(half, rel=0.5, abs=2 / reviews)
    assert margin(one, other, reviews, reviews) <= SURE * math.sqrt(0.5 / reviews) + 1e-12


def test_by_chance_alone_two_equal_networks_lie_further_apart_in_five_of_a_hundred_cases() -> None:
    chance = np.random.default_rng(1)
    counted = chance.binomial(1000, 0.87, (20_000, 2)) / 1000
    beyond = [abs(a - b) > margin(a, b, 1000, 1000) for a, b in counted.tolist()]
    assert np.mean(beyond) == pytest.approx(0.05, abs=0.01)


def test_where_nobody_erred_chance_still_has_a_part() -> None:
    assert margin(1.0, 0.0, 2, 2) > 0.5


@pytest.mark.parametrize(("one", "other"), [(2, 2), (3, 3), (2, 3)])
def test_luck_parts_equal_networks_as_often_as_it_says(one: int, other: int) -> None:
    orders = list(itertools.permutations(range(one + other)))
    parted = [order for order in orders if max(order[:one]) < min(order[one:]) or min(order[:one]) > max(order[one:])]
    assert len(orders) / len(parted) == luck(one, other)


figures = st.tuples(shares, st.floats(0, 3), shares, st.floats(0.01, 3))


@given(st.lists(st.lists(figures, max_size=5), min_size=1, max_size=8))
def test_whatever_the_curves_there_are_few_sentences_and_each_is_about_a_run_that_is_there(
    trained: list[list[Epoch]],
) -> None:
    runs = [run(f"r{number}", *epochs) for number, epochs in enumerate(trained)]
    found = findings(runs, [each.id for each in runs])
    assert len(found) <= LINES
    assert {finding.run for finding in found} <= {each.id for each in runs if each.epochs}
    assert all(finding.text.endswith(".") for finding in found)
