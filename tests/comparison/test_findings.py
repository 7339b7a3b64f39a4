"""The sentences under the curves, on curves drawn by hand and on those of the lecture's own experiment."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import LINES, WAITS, Finding, findings
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.wording import result
from rnn_compare.comparison.verdicts import judge
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from tests.kit.runs import epoch_end, record, run_of

Epoch = tuple[float, float, float, float]
"""accuracy, loss, val_accuracy, val_loss"""
SHARES = st.floats(0.01, 0.99)
FIGURES = st.tuples(SHARES, st.floats(0, 3), SHARES, st.floats(0.01, 3))
RUNNING, STOPPED = Status.RUNNING, Status.STOPPED
BY_HEART = [(0.9, 0.25, 0.86, 0.37), (0.97, 0.08, 0.84, 0.55), (0.99, 0.03, 0.83, 0.73)]
"""The lecture's SimpleRNN."""
NO_GAP = [(0.9, 0.26, 0.88, 0.3), (0.92, 0.21, 0.88, 0.31), (0.93, 0.19, 0.88, 0.32)]
"""Its LSTM: training is ahead of validation, but not by much."""
GAP_AT_THE_END = [(0.831, 0.42, 0.666, 0.602), (0.905, 0.28, 0.767, 0.487), (0.960, 0.16, 0.764, 0.527)]
"""The SimpleRNN of the preset Short in epochs 3 to 5."""
LOSS_FALLS = [(0.831, 0.42, 0.666, 0.602), (0.905, 0.28, 0.737, 0.587), (0.960, 0.16, 0.744, 0.577)]
STUMBLE = [(0.88, 0.30, 0.868, 0.326), (0.89, 0.28, 0.874, 0.33), (0.895, 0.26, 0.778, 0.6225)]
"""A GRU of stock Keras in its epochs 4 to 6: one epoch that stumbles is no learning by heart."""
DIP = [(0.9, 0.26, share, 0.3) for share in (0.875, 0.795, 0.88, 0.88)]


def run(*epochs: Epoch, status: Status = Status.FINISHED, name: str = "S", **settings: Any) -> Run:
    """A network whose curves are these; nobody has to train it longer."""
    experiment = Experiment.model_validate({"epochs": 10, **settings})
    ends = tuple(epoch_end(name, number, *figures, 2.0) for number, figures in enumerate(epochs, 1))
    return run_of(experiment, f"{name}-{experiment.seed}", status, name=name, epochs=ends)


def steady(*val_accuracies: float) -> list[Epoch]:
    """A network that neither falls nor overfits."""
    return [(0.85, 0.3, accuracy, 0.3) for accuracy in val_accuracies]


def trained(cell: str, *val_accuracies: float, status: Status = Status.FINISHED, **settings: Any) -> Run:
    """A steady run without a name."""
    return run(*steady(*val_accuracies), status=status, name="", cell=cell, **settings)


def whole(cell: str, val_accuracy: float, seed: int = 1) -> Run:
    """One that was to have a single epoch."""
    return trained(cell, val_accuracy, seed=seed, epochs=1)


@pytest.fixture(autouse=True)
def _evidence(evidence: Evidence) -> None:
    global _known
    _known = evidence


_known: Evidence


def texts(*runs: Run) -> list[str]:
    return [finding.text for finding in findings(runs, _known)]


AT_WORK = trained("LSTM", status=RUNNING)
FAILED = [trained("GRU", 0.9, seed=seed, status=Status.FAILED, epochs=9) for seed in (1, 2, 3)]
AGAIN = replace(whole("GRU", 0.9), owner=Owner(1, 1.0, "there"))
NEWEST = "Of runs with the same settings and seed only the newest counts."


@pytest.mark.parametrize(
    ("runs", "last"),
    [
        ([], []),
        ([trained("GRU"), AT_WORK], []),
        ([whole("GRU", 0.86)], []),  # ahead of nobody
        ([trained("GRU", 0.8, status=RUNNING), AT_WORK], ["The verdict waits for all networks to finish."]),
        ([whole("GRU", 0.86), AT_WORK], ["The verdict waits for LSTM(32) epochs 10 to finish."]),
        ([*FAILED, trained("LSTM", 0.8, status=STOPPED)], ["No verdict: no network trained to its end."]),
        ([whole("GRU", 0.8), whole("GRU", 0.9)], [NEWEST]),
        ([whole("GRU", 0.8), AGAIN], [f"{NEWEST} Rounding differs between machines, and so do curves."]),
        (
            [whole("SimpleRNN", 0.86), whole("LSTM", 0.88), trained("GRU", 0.9, status=STOPPED)],
            ["Not compared: GRU(32) epochs 10 (stopped after 1 of 10 epochs)."],
        ),
        ([whole("GRU", 0.86), *FAILED], ["Not compared: 3 of 3 seeds of GRU(32) epochs 9 (ended early)."]),
    ],
)
def test_which_runs_do_not_count_and_what_the_verdict_waits_for_is_said(runs: list[Run], last: list[str]) -> None:
    assert texts(*runs)[-1:] == last


def test_the_first_finding_is_the_judgement_on_all_settings_with_a_run_of_the_leader(store: RunStore) -> None:
    shares = {"SimpleRNN": (0.70, 0.71, 0.70), "LSTM": (0.88, 0.885, 0.88), "GRU": (0.8,)}
    runs = [
        record(store, Experiment(cell=cell, seed=seed, reviews=2000, epochs=1), [share])
        for cell, entry in shares.items()
        for seed, share in enumerate(entry, 1)
    ]
    [verdict] = findings(runs, _known)
    assert verdict == Finding(runs[3].id, result(judge(groups(runs), _known)))
    assert findings(runs, _known, waits=True)[0].text == WAITS
    assert texts(*runs[3:5]) == [
        "LSTM(32) reaches 88.0 % to 88.5 % on held-out reviews with 2 seeds; nothing else differs."
    ]


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ([BY_HEART, BY_HEART], "SimpleRNN(32) overfits from epoch 2 on (3 of 3 seeds)."),
        ([BY_HEART, NO_GAP], "SimpleRNN(32) overfits from epoch 2 on (2 of 3 seeds)."),
        ([steady(0.86, 0.86, 0.86)] * 2, None),
    ],
)
def test_what_most_seeds_show_is_told_of_their_setting(others: list[list[Epoch]], sentence: str | None) -> None:
    runs = [run(*epochs, name="", seed=seed, epochs=3) for seed, epochs in enumerate([BY_HEART, *others], 1)]
    remarks = texts(*runs)
    assert remarks[-1:] == [sentence] if sentence else not any("overfits" in text for text in remarks)


POINTS = "points of validation accuracy in"
RISING = steady(0.7, 0.8, 0.85)


@pytest.mark.parametrize(
    ("epochs", "sentence"),
    [
        # The accuracies are read from the chart: a second one beside the card's would be a riddle.
        (BY_HEART, "overfits from epoch 2 on: validation loss was lowest after epoch 1."),
        (GAP_AT_THE_END, "overfits from epoch 3 on: validation loss was lowest after epoch 2."),
        (LOSS_FALLS, "overfits: training is far ahead of validation, whose loss is not rising yet."),
        (NO_GAP, "shows no clear overfitting yet."),
        (STUMBLE, f"lost 9.6 {POINTS} epoch 3."),
        (DIP, f"lost 8.0 {POINTS} epoch 2, then recovered; no clear overfitting yet."),
        (steady(0.84, 0.84, 0.84), ""),
        (steady(0.846, 0.738), f"lost 10.8 {POINTS} epoch 2."),  # the book's own curve
        (steady(0.78, 0.71, 0.86), f"lost 7.0 {POINTS} epoch 2, then recovered."),
        (steady(0.878, 0.81, 0.759, 0.79, 0.882), f"lost 11.9 {POINTS} epochs 2 to 3, then recovered."),
        (steady(0.87, 0.77, 0.88, 0.79, 0.88), f"lost 10.0 {POINTS} epoch 2."),
        ([(0.5, 0.7, 0.503, 0.7), (0.51, 0.69, 0.496, 0.7)], "cannot be told apart from guessing."),
        (steady(0.548, 0.548), ""),  # on 5,000 reviews that is no guessing
        (steady(0.2, 0.2), "is worse than guessing."),
    ],
)
def test_what_a_curve_shows(epochs: list[Epoch], sentence: str) -> None:
    assert texts(run(*epochs)) == ([f"S {sentence}"] if sentence else [])


@pytest.mark.parametrize(
    ("epochs", "settings"),
    [
        (NO_GAP, {"status": RUNNING}),
        (steady(0.846, 0.79), {"reviews": 500}),  # on few reviews a fall is no news
        (RISING, {"epochs": 3, "status": RUNNING}),
        (RISING, {"epochs": 3, "status": Status.FAILED}),
        (steady(0.7, 0.85, 0.853), {"epochs": 3}),  # the last brought nothing
        (steady(1.0, 1.0, 1.0), {"epochs": 3, "reviews": 500}),  # there is nothing to gain
        ([(0.8, 0.4, 0.70, 0.6), (0.96, 0.1, 0.74, 0.6)], {"epochs": 2, "reviews": 5000}),  # training is far ahead
    ],
)
def test_nothing_is_said_too_early_or_by_chance(epochs: list[Epoch], settings: dict[str, Any]) -> None:
    assert texts(run(*RISING, epochs=3)) == ["S was still getting better in its last epoch: more epochs may help."]
    assert texts(run(*epochs, **settings)) == []


def test_three_sentences_are_enough_and_what_is_learned_by_heart_is_said_before_what_fell() -> None:
    fell = [trained(cell, 0.86, 0.75, 0.75, epochs=3) for cell in ("GRU", "LSTM", "MGU")]
    _verdict, *remarks = findings([*fell, run(*BY_HEART, epochs=3)], _known)
    assert [(remark.run, remark.text.split()[0], remark.term) for remark in remarks] == [
        ("S-1", "S", "overfitting"),
        (fell[0].id, "GRU(32)", ""),
    ]


@given(st.lists(st.lists(FIGURES, max_size=5), min_size=1, max_size=8))
def test_whatever_the_curves_few_sentences_are_said_and_of_runs_that_are_there(curves: list[list[Epoch]]) -> None:
    runs = [run(*epochs, name=f"S{units}", units=units) for units, epochs in enumerate(curves, 1)]
    outcome = findings(runs, _known)
    assert len(outcome) <= LINES
    assert {finding.run for finding in outcome} <= {item.id for item in runs if item.epochs}
    assert all(finding.text.endswith(".") for finding in outcome)


def test_a_network_is_held_against_the_more_frequent_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of texts that are 70 % positive, 70 % is no achievement."""
    labels = (np.arange(1000) < 700).astype(np.int64)
    monkeypatch.setattr("rnn_compare.comparison.findings.known_labels", lambda _experiment, _part: labels)
    guess = "S cannot be told apart from always giving the more frequent label (70.0 %)."
    assert texts(run(*steady(0.70, 0.705))) == [guess]
    assert texts(run(*steady(0.80, 0.805))) == []


@pytest.mark.parametrize("reviews", [60, *(pytest.param(more, marks=pytest.mark.thorough) for more in (100, 200))])
def test_flat_curves_drop_or_still_rise_by_chance_in_five_of_a_hundred_cases_at_most(reviews: int) -> None:
    curves = np.random.default_rng(reviews).binomial(reviews, 0.85, (400, 10)) / reviews
    curve_texts = [" ".join(texts(run(*steady(*curve), reviews=5 * reviews))) for curve in curves.tolist()]
    for word in (" lost ", "still getting better"):
        assert sum(word in text for text in curve_texts) <= 0.05 * len(curve_texts)
