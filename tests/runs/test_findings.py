"""The sentences under the curves, on curves drawn by hand and on those of the lecture's own experiment."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.findings import LINES, SURE, findings, margin
from rnn_compare.runs.owner import Owner
from rnn_compare.runs.record import Run

Epoch = tuple[float, float, float, float]
"""accuracy, loss, val_accuracy, val_loss"""


def run(name: str, *epochs: Epoch, status: Status = Status.FINISHED, **settings: object) -> Run:
    finished = tuple(EpochEnd(name, number, *figures, 2.0) for number, figures in enumerate(epochs, 1))
    experiment = Experiment.model_validate({"epochs": 10, **settings})
    return Run(name, 1, name, experiment, status, Owner(1, 1.0, "here"), "page", created=0.0, epochs=finished)


def steady(*val_accuracies: float) -> list[Epoch]:
    """A network that neither falls nor learns by heart."""
    return [(0.85, 0.3, accuracy, 0.3) for accuracy in val_accuracies]


def said(*runs: Run) -> list[str]:
    return [finding.text for finding in findings(runs, [each.id for each in runs])]


def test_nothing_is_said_before_an_epoch_has_ended() -> None:
    assert said(run("A"), run("B")) == []
    assert said() == []


def test_one_network_alone_leads_nobody() -> None:
    assert said(run("A", *steady(0.85, 0.85))) == []


def test_a_lead_that_the_held_out_reviews_carry_is_named_with_what_chance_may_do() -> None:
    # 1.96 · √(0.862·0.138/5000 + 0.882·0.118/5000) = 0.0131
    found = findings([run("A", *steady(0.862)), run("B", *steady(0.882))], ["SimpleRNN(32)", "LSTM(32)"])
    assert [finding.run for finding in found] == ["B"]
    assert found[0].text == "LSTM(32) leads by 2.0 points; chance explains up to 1.3 on 5,000 held-out reviews."


def test_a_difference_that_chance_may_bring_about_is_no_lead() -> None:
    assert said(run("A", *steady(0.862)), run("B", *steady(0.870))) == [
        "B and A are level, 0.8 points apart; chance explains up to 1.3 on 5,000 held-out reviews."
    ]


def test_the_same_difference_is_a_lead_on_many_reviews_and_none_on_few() -> None:
    def first(reviews: int) -> str:
        return said(
            run("A", *steady(0.85), reviews=reviews),
            run("B", *steady(0.88), reviews=reviews),
        )[0]

    assert first(25_000).startswith("B leads by 3.0 points")
    assert "up to 6.7 on 200 held-out reviews" in first(1000)
    assert first(1000).startswith("B and A are level")


def test_of_several_the_leader_is_held_against_the_next() -> None:
    [lead] = said(run("A", *steady(0.7)), run("B", *steady(0.88)), run("C", *steady(0.8)))
    assert lead.startswith("B leads the next by 8.0 points")


def seeded(cell: str, **best: float) -> list[Run]:
    return [run(f"{cell}-{seed}", *steady(b), cell=cell, seed=int(seed[1:])) for seed, b in best.items()]


def test_several_seeds_say_more_than_the_number_of_reviews() -> None:
    # The three seeds of docs/performance.md.
    simple = seeded("SimpleRNN", s1=0.852, s2=0.860, s3=0.864)
    lstm = seeded("LSTM", s1=0.884, s2=0.881, s3=0.884)
    assert said(*simple, *lstm) == [
        "Over 3 seeds LSTM(32) 88.1 to 88.4 % and SimpleRNN(32) 85.2 to 86.4 %: "
        "the worst LSTM(32) beats the best SimpleRNN(32)."
    ]


def test_seeds_that_overlap_decide_nothing() -> None:
    gru, lstm = seeded("GRU", s1=0.87, s2=0.89), seeded("LSTM", s1=0.884, s2=0.881)
    [only] = said(*gru, *lstm)
    assert only.startswith("Over 2 seeds LSTM(32) 88.1 to 88.4 % and GRU(32) 87.0 to 89.0 %: they overlap")


def test_one_seed_against_several_is_no_comparison_of_seeds() -> None:
    [only] = said(*seeded("GRU", s1=0.87), *seeded("LSTM", s1=0.884, s2=0.881))
    assert "held-out reviews" in only


def test_what_is_learned_by_heart_is_said_before_what_fell() -> None:
    by_heart = [(0.9, 0.25, 0.86, 0.37), (0.99, 0.03, 0.83, 0.73)]
    texts = said(*(run(f"f{n}", *steady(0.86, 0.75)) for n in range(4)), run("h", *by_heart))
    assert [text.split()[0] for text in texts[1:]] == ["h", "f0"]


def test_the_lectures_simple_rnn_learns_by_heart() -> None:
    text = said(run("S", (0.9, 0.25, 0.86, 0.37), (0.97, 0.08, 0.84, 0.55), (0.99, 0.03, 0.83, 0.73)))
    assert text == [
        "S learns by heart: 99 % in training, 83 % in validation; validation loss was lowest after epoch 1."
    ]


def test_a_fall_is_told_with_whether_it_was_made_up_for() -> None:
    # The book's own curve: from 84.6 to 73.8 between two epochs.
    assert said(run("S", *steady(0.846, 0.738))) == ["S fell from 84.6 % to 73.8 % in epoch 2."]
    assert said(run("S", *steady(0.78, 0.71, 0.86))) == [
        "S fell from 78.0 % to 71.0 % in epoch 2, and was above that again later."
    ]


def test_a_network_that_does_not_beat_a_coin_is_told_of() -> None:
    assert said(run("S", (0.5, 0.7, 0.503, 0.7), (0.51, 0.69, 0.496, 0.7))) == [
        "S still guesses: 50.3 % at its best, and a coin gets 50 %."
    ]


def test_more_epochs_are_suggested_only_at_the_end_and_where_the_last_brought_something() -> None:
    rising = steady(0.7, 0.8, 0.85)
    assert said(run("S", *rising)) == ["S was still getting better in its last epoch: more epochs may help."]
    assert said(run("S", *rising, status=Status.RUNNING)) == []
    assert said(run("S", *steady(0.7, 0.85, 0.853))) == []


shares = st.floats(0.01, 0.99)


@given(shares, shares, st.integers(10, 25_000))
def test_the_margin_shrinks_with_the_root_of_the_reviews(one: float, other: float, reviews: int) -> None:
    assert margin(one, other, 4 * reviews, 4 * reviews) == pytest.approx(margin(one, other, reviews, reviews) / 2)
    assert margin(one, other, reviews, reviews) <= SURE * math.sqrt(0.5 / reviews) + 1e-12


def test_by_chance_alone_two_equal_networks_lie_further_apart_in_five_of_a_hundred_cases() -> None:
    chance = np.random.default_rng(1)
    counted = chance.binomial(1000, 0.87, (20_000, 2)) / 1000
    beyond = [abs(a - b) > margin(a, b, 1000, 1000) for a, b in counted.tolist()]
    assert np.mean(beyond) == pytest.approx(0.05, abs=0.01)


figures = st.tuples(shares, st.floats(0, 3), shares, st.floats(0.01, 3))


@given(st.lists(st.lists(figures, max_size=5), min_size=1, max_size=8))
def test_whatever_the_curves_there_are_few_sentences_and_each_is_about_a_run_that_is_there(
    of: list[list[Epoch]],
) -> None:
    runs = [run(f"r{number}", *epochs) for number, epochs in enumerate(of)]
    found = findings(runs, [each.id for each in runs])
    assert len(found) <= LINES
    assert {finding.run for finding in found} <= {each.id for each in runs if each.epochs}
    assert all(finding.text.endswith(".") for finding in found)
