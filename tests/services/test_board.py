"""What the board's message says of runs, alone and as seeds of one setting."""

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from rnn_compare.browser.numbers import packed
from rnn_compare.charts.curves.curve_chart import shown_charts
from rnn_compare.comparison.baselines import Baseline
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.formatting import rough_duration
from rnn_compare.fused.code_folder import code_folder, sign_of
from rnn_compare.runs.estimate import TOGETHER, History
from rnn_compare.runs.events import EpochEnd, Progress, Status
from rnn_compare.runs.record import ELSEWHERE, Run
from rnn_compare.services.board import View, board_message
from rnn_compare.services.board_cards import subject
from rnn_compare.services.known_baselines import BaselineResults
from tests.kit.runs import run_with

FINISHED = run_with("a", [0.6] * 10)


def cards(*runs: Run, starts: Mapping[str, float] = MappingProxyType({}), **options: Any) -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = board_message(runs, starts, **options)["groups"]
    return cards


def unpacked(text: str) -> list[float | None]:
    """As board.js reads it."""
    numbers = np.frombuffer(base64.b64decode(text), "<i2").tolist()
    return [None if whole == -(2**15) else whole / 1e4 for whole in numbers]


def training(
    done: int, batches: int = 0, name: str = "a", fields: Mapping[str, Any] = MappingProxyType({}), **settings: Any
) -> Run:
    """A run in its epoch after these, told of so many batches of 157."""
    points = tuple(
        Progress(name, done + 1, batch, 157, {"accuracy": 0.7654321, "loss": 0.1234567}, "training", 100.0 + batch)
        for batch in range(1, batches + 1)
    )
    known = {"progress": points, "parameters": 322_113, "versions": {"layers": "fused"}}
    return run_with(name, [0.6] * done, Status.RUNNING, known | dict(fields), **settings)


def seed(number: int, status: Status, *shares: float, **fields: Any) -> Run:
    """A run of five epochs, whose validation accuracy after each finished one is given."""
    return run_with(f"s{number}", shares, status, fields, epochs=5, seed=number)


@pytest.mark.parametrize(
    ("name", "status", "epochs", "state", "press"),
    [
        ("a", Status.QUEUED, 0, "starting", "Stop"),
        ("b", Status.QUEUED, 0, "waiting, 1st in line, about 40 s", "Stop"),
        ("c", Status.QUEUED, 0, "waiting, 2nd in line, about 2 min", "Stop"),
        ("a", Status.RUNNING, 3, "epoch 4 of 10", "Stop"),
        ("a", Status.FINISHED, 10, "finished, epoch 10 of 10", ""),
        ("a", Status.INTERRUPTED, 3, "interrupted after 3 of 10 epochs", "Continue"),
        ("a", Status.FAILED, 3, "failed after 3 of 10 epochs", "Continue"),
        ("a", Status.STOPPED, 0, "stopped after 0 of 10 epochs", "Continue"),
    ],
)
def test_a_card_says_where_its_run_stands_and_offers_what_can_be_done(
    name: str, status: Status, epochs: int, state: str, press: str
) -> None:
    run = run_with(name, [0.6] * epochs, status)
    [card] = cards(run, starts={"a": 0.0, "b": 38.0, "c": 95.0})
    assert (card["state"], card["press"]) == (state, press)
    assert board_message([FINISHED, run], {})["busy"] == (not status.ended), "browsers then ask often"


def test_a_run_whose_kernel_is_compiled_first_says_so_and_that_it_is_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    preparing = training(0, fields={"progress": (Progress("a", 1, 0, 10, {}, "preparing", 0.0),)})
    stock = replace(preparing, versions={"layers": "stock Keras, as set"})
    assert cards(preparing)[0]["state"] == "compiling, once on this machine: 10 to 20 s"
    assert cards(stock)[0]["state"] == "preparing"
    code_folder().mkdir()
    sign_of(preparing.experiment.cell).touch()
    assert cards(preparing)[0]["state"] == "preparing"


def test_each_chart_is_declared_and_each_run_brings_what_the_shown_charts_draw_and_no_more() -> None:
    both = board_message([training(2, batches=9)], {}, View())
    assert [chart["name"] for chart in both["charts"]] == list(shown_charts())
    assert both["charts"][0] == {
        **{"name": "accuracy", "title": "Accuracy", "training": "accuracy", "validation": "val_accuracy"},
        **{"tickformat": ".0f", "hoverformat": ".1f", "unit": " %", "factor": 100, "range": (0.4, 1.005), "log": False},
        **{"solid": "validation", "called": "validation accuracy", "best": "highest"},
        **{"baselines": [], "remark": ""},
    }
    [sent] = both["groups"]
    expected = {"accuracy": 0.5, "val_accuracy": 0.6, "loss": 0.7, "val_loss": 0.65}
    assert sent["figures"] == {name: packed([value] * 2) for name, value in expected.items()}
    assert sent["trail"]["at"] == packed([8 / 157, 9 / 157])
    assert sent["trail"]["figures"] == {"accuracy": packed([0.7654] * 2), "loss": packed([0.1235] * 2)}
    of_loss = board_message([training(2, batches=9)], {}, View(("loss",)))
    assert [chart["name"] for chart in of_loss["charts"]] == ["loss"]
    assert set(of_loss["groups"][0]["trail"]["figures"]) == {"loss"}


def test_a_figure_that_some_epoch_lacks_has_no_mean_and_its_seeds_are_drawn() -> None:
    without = seed(2, Status.FINISHED, 0.8)
    whole = seed(1, Status.FINISHED, epochs=(EpochEnd("s1", 1, {**without.epochs[0].figures, "val_auc": 0.9}, 2.0),))
    [sent] = cards(whole, without, view=View(("accuracy", "auc")))
    assert (sent["figures"]["val_auc"], sent["figures"]["val_accuracy"]) == ("", packed([0.8]))
    assert sent["seeds"]["single"]["val_auc"] == [packed([0.9]), packed([None])]


def of_seeds(seeds: int, done: int) -> list[Run]:
    """As many runs of each of eight networks."""
    pairs = itertools.product(range(1, 9), range(1, seeds + 1))
    return [training(done, 150, f"lstm-{n:03x}{number:03x}", units=n, seed=number, epochs=100) for n, number in pairs]


@pytest.mark.parametrize(("seeds", "epochs", "every"), [(1, 99, None), (5, 10, 1), (10, 10, 2), (10, 100, 20)])
def test_the_message_of_eight_networks_is_under_20_kb_and_leaves_out_epochs_of_single_seeds_for_it(
    seeds: int, epochs: int, every: int | None
) -> None:
    runs, view = of_seeds(seeds, epochs), View(shown_charts(), baselines=True, gap=True)
    message = board_message(runs, {}, view, baselines=BaselineResults(remark="So to say. " * 10))
    assert len(json.dumps(message, separators=(",", ":")).encode()) < 20_000
    of_single = message["groups"][0].get("seeds")
    assert (of_single["every"] if of_single else None) == every


def test_before_an_epoch_has_shown_the_pace_the_time_left_is_what_the_sidebar_said() -> None:
    """A minute after Train a card said 1 h 44 min, since the first batches also hold the tracing of the network."""
    lefts = [cards(run)[0]["left"] for run in (training(0, 1, fields={"started": 60.0}), training(2, 1))]
    assert lefts == ["about 30 s left", "16.0 s left"]
    assert cards(run_with("a", (), Status.QUEUED))[0]["left"] == ""


def test_a_training_that_shares_the_machine_takes_longer_than_it_would_alone() -> None:
    first, other = (training(0, 1, name, units=256, seed=seed) for name, seed in (("one", 1), ("other", 2)))
    history = History([first, other])
    alone, together = (rough_duration(factor * history.seconds_left(first)) for factor in (1.0, TOGETHER))
    assert alone != together
    for shown in ([first], [first, other]):
        assert cards(*shown, history=history)[0]["left"] == f"{together} left"


def test_seeds_of_one_setting_are_one_card_and_one_mean_with_its_interval() -> None:
    runs = [
        seed(1, Status.RUNNING, 0.70, 0.80),
        seed(2, Status.RUNNING, 0.72, 0.82),
        *(seed(number, Status.RUNNING, 0.66 + 0.02 * number) for number in (3, 4, 5)),
        seed(6, Status.QUEUED),
    ]
    message = board_message(runs, {"s6": 30.0})
    [sent] = message["groups"]
    assert (sent["id"], sent["label"]) == ("s1", "SimpleRNN(32)")
    assert unpacked(sent["figures"]["val_accuracy"]) == [0.728, 0.81]
    assert unpacked(sent["figures"]["accuracy"]) == [0.5, 0.5]
    seeds = sent["seeds"]
    assert seeds["counts"] == packed([5, 2], 1, "<i1")
    # Of five seeds: 2.7764 · 0.0228 / √5. Fewer have no interval, which would cover half of the chart.
    assert unpacked(seeds["half"]["val_accuracy"]) == [pytest.approx(0.0283, abs=1e-4)]
    singles = [[0.7, 0.8], [0.72, 0.82], [0.72], [0.74], [0.76]]
    assert [unpacked(digits) for digits in seeds["single"]["val_accuracy"]] == singles
    assert set(seeds["single"]) == set(seeds["half"]) == {"val_accuracy", "val_loss"}
    assert "mean of 2 to 5 seeds; band: its 95 % interval;" in message["note"]
    fewer = board_message(runs[:4], {})
    assert fewer["groups"][0]["seeds"]["half"]["val_accuracy"] == ""
    assert "mean of 2 to 4 seeds; thin:" in fewer["note"]


def test_a_card_of_seeds_gives_the_mean_of_those_that_finished_or_else_of_those_at_work() -> None:
    best = [0.86, 0.87, 0.88]
    runs = [seed(number, Status.FINISHED, *[0.8] * 4, share) for number, share in enumerate(best, start=1)]
    [sent] = cards(*runs, seed(4, Status.RUNNING, 0.5))
    assert (sent["state"], sent["press"]) == ("epoch 2 of 5, 3\u00a0of\u00a04\u00a0seeds\u00a0done", "Stop")
    assert (sent["best"], sent["best_note"]) == ("87.0 %", "mean of 3 seeds, best so far")
    assert sent["fraction"] == 0.8
    [sent] = cards(*runs)
    assert (sent["status"], sent["press"], sent["left"], sent["reason"]) == ("finished", "", "", "")

    at_work = [seed(1, Status.RUNNING, 0.70), seed(2, Status.RUNNING, 0.72), seed(3, Status.QUEUED)]
    [sent] = cards(*at_work, starts={"s3": 5.0})
    assert (sent["best"], sent["best_note"]) == ("71.0 %", "mean of 2 seeds, best so far")
    assert sent["state"] == "epoch 2 of 5, 0\u00a0of\u00a03\u00a0seeds\u00a0done"
    [sent] = cards(seed(1, Status.QUEUED), seed(2, Status.QUEUED), starts={"s1": 38.0, "s2": 60.0})
    assert (sent["state"], sent["best"], sent["status"]) == ("waiting, 1st in line, about 40 s", "–", "queued")


def test_what_broke_off_is_left_out_of_the_mean_and_named() -> None:
    whole = [seed(number, Status.FINISHED, *[0.8] * 5) for number in (1, 2, 3)]
    [sent] = cards(*whole, seed(4, Status.FAILED, 0.5, reason="The loss is no number."))
    assert sent["reason"] == "Seed 4 not included: failed after 1 epoch (The loss is no number.)"
    assert (sent["best"], sent["press"], sent["status"]) == ("80.0 %", "Continue", "failed")
    stopped = [seed(number, Status.STOPPED, 0.5) for number in (4, 5)]
    assert cards(*whole, *stopped)[0]["reason"] == "2 stopped seeds not included"
    [sent] = cards(*stopped)
    assert (sent["best"], sent["reason"]) == ("50.0 %", ""), "it stays"


def test_baselines_stand_in_the_chart_of_accuracy_alone_and_only_where_it_reaches() -> None:
    shares = {"words": 0.88, "bigrams": 0.896, "majority": 0.3}
    baselines = tuple(Baseline(name, 1.0, 10, np.arange(500) < 500 * share, None) for name, share in shares.items())
    results = BaselineResults(baselines, "2 of 3")
    accuracy, loss = board_message([training(2)], {}, View(baselines=True), baselines=results)["charts"]
    lines = [(line["at"], line["text"]) for line in accuracy["baselines"]]
    assert lines == [(0.88, "bag of words\n88.0 %"), (0.896, "bag of bigrams\n89.6 %")]
    assert (accuracy["remark"], loss["remark"], loss["baselines"]) == ("2 of 3", "", [])


def test_the_board_says_what_all_its_networks_share_and_when_and_where_they_were_trained() -> None:
    other = replace(FINISHED, experiment=Experiment(cell="LSTM", maxlen=100, seed=2))
    gone = replace(FINISHED, experiment=recorded_experiment('{"source": "texts-of-last-year"}'))
    assert subject([]) == ""
    assert subject([FINISHED]).startswith("IMDB, bundled · 25,000 reviews · maxlen 500 · 10 epochs · seed 1 · started ")
    assert subject([FINISHED, other]).startswith("IMDB, bundled · 25,000 reviews · 10 epochs · 2 seeds · started ")
    assert subject([gone]).startswith("texts-of-last-year · "), "by its name"

    noon, day = 1_795_953_600.0, 86_400.0  # 29 November 2026, 12:00 UTC
    older, newer = (replace(FINISHED, created=at) for at in (noon, noon + day))
    foreign = replace(older, origin=ELSEWHERE)
    assert subject([newer, newer]).rpartition(" · ")[2].startswith("started 30 November, ")
    assert subject([newer, older]).endswith(" · started 29 November to 30 November")
    mixed = subject([newer, foreign]).rpartition(" · ")[2]
    assert mixed.startswith("started 30 November, ")
    assert mixed.endswith("; 1 of 2 runs recorded on another machine")
    assert subject([foreign]).endswith(" · recorded on another machine, 29 November 2026")


def test_a_card_has_one_accuracy_the_best_while_it_trains_and_on_held_out_reviews_once_it_has_ended() -> None:
    """A network with three accuracies on one screen has none, nor one that another replaces in a moment."""
    trains = training(2, name="b", cell="LSTM")
    judged, waiting, earlier = (
        [(card["best"], card["best_note"]) for card in cards(FINISHED, trains, **options)]
        for options in ({"judged": {"a": ("kept", [0.4, 0.6])}}, {"waits": True}, {})
    )
    so_far = ("60.0 %", "best so far")
    assert judged == [("50.0 %", "mean of 2 seeds, on held-out reviews"), so_far]
    assert waiting == [("–", ""), so_far]
    assert earlier == [("60.0 %", "best epoch"), so_far], "of an earlier version's class there is no other"
    assert [card["pace"] for card in cards(FINISHED, trains)] == ["", "2.0 s per epoch"]
