"""The sentences under the curves, on curves drawn by hand and on those of the lecture's own experiment."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import LINES, WAITS, Finding, findings, margin
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.wording import result
from rnn_compare.comparison.verdicts import judge
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from tests.kit.runs import epoch_end, record

Epoch = tuple[float, float, float, float]
"""accuracy, loss, val_accuracy, val_loss"""
RUNNING = Status.RUNNING


def run(name: str, *epochs: Epoch, status: Status = Status.FINISHED, **settings: object) -> Run:
    finished = tuple(epoch_end(name, number, *figures, 2.0) for number, figures in enumerate(epochs, 1))
    experiment = Experiment.model_validate({"epochs": 10, **settings})
    own_name = name if len(name) == 1 else ""
    return Run(name, 1, name, experiment, status, Owner(1, 1.0, "here"), "page", 0.0, name=own_name, epochs=finished)


def steady(*val_accuracies: float) -> list[Epoch]:
    """A network that neither falls nor overfits."""
    return [(0.85, 0.3, accuracy, 0.3) for accuracy in val_accuracies]


@pytest.fixture(autouse=True)
def _evidence(evidence: Evidence) -> None:
    global _known
    _known = evidence


_known: Evidence


def texts(*runs: Run) -> list[str]:
    return [finding.text for finding in findings(runs, _known)]


def test_nothing_is_said_before_an_epoch_has_ended_and_one_network_alone_is_ahead_of_nobody() -> None:
    assert texts() == texts(run("A"), run("B")) == texts(run("A", *steady(0.85, 0.85))) == []


def whole(cell: str, val_accuracy: float, **settings: object) -> Run:
    """A run of one epoch, which was all it was to have."""
    return trained(cell, val_accuracy, epochs=1, **settings)


def trained(cell: str, *val_accuracies: float, **settings: object) -> Run:
    name = f"{cell}-{settings.get('seed', 1)}"
    return run(name, *steady(*val_accuracies), cell=cell, **settings)  # type: ignore[arg-type]  # status or a setting


def test_while_runs_train_the_verdict_says_for_which_it_waits_and_gives_no_numbers() -> None:
    quick, slow = trained("SimpleRNN", 0.78, 0.80, 0.86, status=RUNNING), trained("LSTM", status=RUNNING)
    assert texts(quick, slow) == ["The verdict waits for all networks to finish."]
    assert texts(whole("SimpleRNN", 0.86), slow) == ["The verdict waits for LSTM(32) epochs 10 to finish."]


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


def test_one_network_with_several_seeds_shows_how_much_the_seed_does(store: RunStore) -> None:
    runs = [
        record(store, Experiment(cell="GRU", seed=seed, reviews=2000, epochs=1), [share])
        for seed, share in enumerate((0.86, 0.84), 1)
    ]
    assert texts(*runs) == ["GRU(32) reaches 84.0 % to 86.0 % on held-out reviews with 2 seeds; nothing else differs."]


def test_the_same_seed_trained_twice_is_one_seed() -> None:
    first, again = whole("LSTM", 0.86), replace(whole("LSTM", 0.88), id="b", position=2)
    sentence = "Of runs with the same settings and seed only the newest counts."
    assert texts(first, again) == [sentence]
    moved = replace(again, owner=Owner(1, 1.0, "there"))
    assert texts(first, moved) == [f"{sentence} Rounding differs between machines, and so do curves."]


def test_a_partial_run_is_named_and_not_compared() -> None:
    stopped = trained("GRU", 0.9, seed=3, status=Status.STOPPED)
    runs = [whole("SimpleRNN", 0.86), whole("LSTM", 0.88), stopped]
    assert texts(*runs)[-1] == "Not compared: GRU(32) epochs 10 (stopped after 1 of 10 epochs)."


def test_of_runs_that_all_ended_early_there_is_no_verdict() -> None:
    stopped = [trained(cell, 0.8, status=Status.STOPPED) for cell in ("GRU", "LSTM")]
    assert texts(*stopped) == ["No verdict: no network trained to its end."]


def test_many_partial_runs_of_a_setting_are_named_together() -> None:
    stopped = [trained("GRU", 0.9, seed=seed, status=Status.STOPPED, epochs=9) for seed in (1, 2, 3)]
    runs = [whole("SimpleRNN", 0.86), whole("LSTM", 0.88), *stopped]
    assert texts(*runs)[-1] == "Not compared: 3 of 3 seeds of GRU(32) epochs 9 (ended early)."


def test_what_most_seeds_show_is_told_of_their_setting() -> None:
    by_heart = [(0.9, 0.25, 0.86, 0.37), (0.98, 0.05, 0.84, 0.6), (0.99, 0.03, 0.83, 0.73)]
    runs = [run(f"s{seed}", *by_heart, seed=seed, epochs=3) for seed in (1, 2, 3)]
    assert texts(*runs)[-1] == "SimpleRNN(32) overfits from epoch 2 on (3 of 3 seeds)."
    steady_one = run("s4", *steady(0.86, 0.86, 0.86), seed=4, epochs=3)
    others = [run(f"t{seed}", *steady(0.86, 0.86, 0.86), seed=seed, epochs=3) for seed in (5, 6)]
    assert not any("overfits" in text for text in texts(runs[0], steady_one, *others))
    assert texts(*runs[:2], steady_one)[-1] == "SimpleRNN(32) overfits from epoch 2 on (2 of 3 seeds)."


def test_the_lectures_simple_rnn_learns_by_heart_and_of_its_lstm_the_gap_is_explained() -> None:
    """The accuracies are read from the chart: a second one beside the card's would be a riddle."""
    text = texts(run("S", (0.9, 0.25, 0.86, 0.37), (0.97, 0.08, 0.84, 0.55), (0.99, 0.03, 0.83, 0.73)))
    assert text == ["S overfits from epoch 2 on: validation loss was lowest after epoch 1."]
    lstm = (0.9, 0.26, 0.88, 0.3), (0.92, 0.21, 0.88, 0.31), (0.93, 0.19, 0.88, 0.32)
    assert texts(run("L", *lstm)) == ["L shows no clear overfitting yet."]
    fell = [(0.9, 0.26, share, 0.3) for share in (0.875, 0.795, 0.88, 0.88)]
    assert texts(run("L", *fell)) == [
        "L lost 8.0 points of validation accuracy in epoch 2, then recovered; no clear overfitting yet."
    ]
    assert texts(run("L", *lstm, status=RUNNING)) == texts(run("L", *steady(0.84, 0.84, 0.84))) == []


def test_training_far_ahead_of_validation_is_overfitting_also_before_the_loss_has_risen_much() -> None:
    text = texts(run("S", (0.6, 0.66, 0.68, 0.6), (0.9, 0.3, 0.72, 0.58), (0.97, 0.1, 0.73, 0.61)))
    assert text[0].startswith("S overfits from epoch 3 on: ")


def test_a_gap_that_opens_at_the_end_is_overfitting_too() -> None:
    # The preset Short: its SimpleRNN in epochs 3 to 5.
    text = texts(run("S", (0.831, 0.423, 0.666, 0.602), (0.905, 0.280, 0.767, 0.487), (0.960, 0.164, 0.764, 0.527)))
    assert text[0].startswith("S overfits from epoch 3 on: ")
    falling = texts(run("S", (0.831, 0.423, 0.666, 0.602), (0.905, 0.280, 0.737, 0.587), (0.960, 0.164, 0.744, 0.577)))
    assert falling == ["S overfits: training is far ahead of validation, whose loss is not rising yet."]
    assert not any("overfits" in entry for entry in texts(run("L", *steady(0.79, 0.795, 0.79))))


def test_one_epoch_that_stumbles_is_no_learning_by_heart() -> None:
    # A GRU of stock Keras in its epochs 4 to 6.
    text = texts(run("G", (0.88, 0.30, 0.868, 0.326), (0.89, 0.28, 0.874, 0.33), (0.895, 0.26, 0.778, 0.6225)))
    assert text == ["G lost 9.6 points of validation accuracy in epoch 3."]


def test_what_is_learned_by_heart_is_said_before_what_fell() -> None:
    by_heart = [(0.9, 0.25, 0.86, 0.37), (0.98, 0.05, 0.84, 0.6), (0.99, 0.03, 0.83, 0.73)]
    remarks = texts(trained("GRU", 0.86, 0.75, 0.75, epochs=3), run("h", *by_heart, epochs=3))
    assert [text.split()[0] for text in remarks[1:]] == ["h", "GRU(32)"]


@pytest.mark.parametrize(
    ("shares", "fall"),
    [
        ((0.846, 0.738), "10.8 points of validation accuracy in epoch 2."),  # the book's own curve
        ((0.78, 0.71, 0.86), "7.0 points of validation accuracy in epoch 2, then recovered."),
        ((0.878, 0.81, 0.759, 0.79, 0.882), "11.9 points of validation accuracy in epochs 2 to 3, then recovered."),
        ((0.87, 0.77, 0.88, 0.79, 0.88), "10.0 points of validation accuracy in epoch 2."),
    ],
)
def test_a_fall_is_told_down_to_its_lowest_and_whether_it_was_made_up_for(shares: tuple[float, ...], fall: str) -> None:
    assert texts(run("S", *steady(*shares))) == [f"S lost {fall}"]
    assert texts(run("S", *steady(0.846, 0.79), reviews=500)) == [], "on few reviews that is no news"


@pytest.mark.parametrize("reviews", [60, 100, 200])
def test_flat_curves_drop_or_still_rise_by_chance_in_five_of_a_hundred_cases_at_most(reviews: int) -> None:
    chance = np.random.default_rng(reviews)
    curves = chance.binomial(reviews, 0.85, (400, 10)) / reviews
    curve_texts = [texts(run("S", *steady(*curve), reviews=5 * reviews, epochs=10)) for curve in curves.tolist()]
    for word in (" lost ", "still getting better"):
        assert sum(word in " ".join(text) for text in curve_texts) <= 0.05 * len(curve_texts)


def test_a_network_that_guesses_is_told_of() -> None:
    epochs = (0.5, 0.7, 0.503, 0.7), (0.51, 0.69, 0.496, 0.7)
    assert texts(run("S", *epochs)) == ["S cannot be told apart from guessing."]
    assert texts(run("S", *steady(0.548, 0.548))) == [], "on 5,000 reviews that is no guessing"
    assert texts(run("S", *steady(0.2, 0.2))) == ["S is worse than guessing."]


def test_more_epochs_are_suggested_only_at_the_end_and_where_the_last_brought_something() -> None:
    rising = steady(0.7, 0.8, 0.85)
    assert texts(run("S", *rising, epochs=3)) == ["S was still getting better in its last epoch: more epochs may help."]
    assert texts(run("S", *rising, epochs=3, status=RUNNING)) == []
    assert texts(run("S", *rising, epochs=3, status=Status.FAILED)) == []
    assert texts(run("S", *steady(0.7, 0.85, 0.853), epochs=3)) == []
    assert texts(run("S", *steady(1.0, 1.0, 1.0), epochs=3, reviews=500)) == [], "there is nothing to gain"


def test_more_epochs_are_not_advised_where_training_accuracy_has_left_validation_far_behind() -> None:
    rising = [(0.8, 0.4, 0.70, 0.6), (0.96, 0.1, 0.74, 0.6)]
    assert texts(run("S", *rising, epochs=2, reviews=5000)) == []


shares = st.floats(0.01, 0.99)


def test_by_chance_alone_two_equal_networks_lie_further_apart_in_five_of_a_hundred_cases() -> None:
    chance = np.random.default_rng(1)
    counted = chance.binomial(1000, 0.87, (20_000, 2)) / 1000
    beyond = [abs(a - b) > margin(a, b, 1000, 1000) for a, b in counted.tolist()]
    assert np.mean(beyond) == pytest.approx(0.05, abs=0.01)
    assert margin(1.0, 0.0, 2, 2) > 0.5, "where nobody erred chance still has a part"


figures = st.tuples(shares, st.floats(0, 3), shares, st.floats(0.01, 3))


@given(st.lists(st.lists(figures, max_size=5), min_size=1, max_size=8))
def test_whatever_the_curves_there_are_few_sentences_and_each_is_about_a_run_that_is_there(
    trained: list[list[Epoch]],
) -> None:
    runs = [run(f"r{number}", *epochs) for number, epochs in enumerate(trained)]
    outcome = findings(runs, _known)
    assert len(outcome) <= LINES
    assert {finding.run for finding in outcome} <= {entry.id for entry in runs if entry.epochs}
    assert all(finding.text.endswith(".") for finding in outcome)


def test_a_network_is_held_against_the_more_frequent_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of texts that are 70 % positive, 70 % is no achievement."""
    labels = (np.arange(1000) < 700).astype(np.int64)
    monkeypatch.setattr("rnn_compare.comparison.findings.known_labels", lambda _experiment, _part: labels)
    assert texts(run("S", *steady(0.70, 0.705))) == [
        "S cannot be told apart from always giving the more frequent label (70.0 %)."
    ]
    assert texts(run("S", *steady(0.80, 0.805))) == []
