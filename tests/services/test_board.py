import base64
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.browser.numbers import packed
from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
from rnn_compare.comparison.baselines import Baseline
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.fused.code_folder import code_folder, sign_of
from rnn_compare.runs.events import EpochEnd, Progress, Status
from rnn_compare.runs.record import ELSEWHERE, Owner, Run
from rnn_compare.services.board import View, board_message
from rnn_compare.services.board_cards import subject
from rnn_compare.services.known_baselines import BaselineResults
from tests.kit.runs import epoch_end


def run(name: str, status: Status, epochs: int = 0) -> Run:
    finished = tuple(epoch_end(name, n, 0.5, 0.7, 0.6, 0.65, 2.0) for n in range(1, epochs + 1))
    here = Owner(1, 1.0, "here")
    return Run(name, 1, name, Experiment(epochs=10), status, here, "page", created=0.0, epochs=finished)


def said(run: Run, starts: dict[str, float] | None = None) -> tuple[str, str]:
    """What a card says of its run's state, and what its button offers."""
    [card] = board_message([run], starts or {})["groups"]
    return card["state"], card["press"]


def test_a_run_that_waits_says_its_place_and_when_it_starts() -> None:
    line = {"a": 0.0, "b": 38.0, "c": 95.0}
    assert said(run("a", Status.QUEUED), line) == ("starting", "Stop")
    assert said(run("b", Status.QUEUED), line) == ("waiting, 1st in line, about 40 s", "Stop")
    assert said(run("c", Status.QUEUED), line) == ("waiting, 2nd in line, about 2 min", "Stop")


def test_what_was_broken_off_can_be_continued_and_what_is_finished_has_nothing_to_press() -> None:
    assert said(run("a", Status.INTERRUPTED, 3)) == ("interrupted after 3 of 10 epochs", "Continue")
    assert said(run("a", Status.FAILED, 3))[1] == "Continue"
    assert said(run("a", Status.STOPPED))[1] == "Continue"
    assert said(run("a", Status.RUNNING, 3)) == ("epoch 4 of 10", "Stop")
    assert said(run("a", Status.FINISHED, 10)) == ("finished, epoch 10 of 10", "")


def test_a_run_whose_kernel_is_compiled_first_says_so_and_that_it_is_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    preparing = replace(
        run("a", Status.RUNNING),
        versions={"layers": "fused"},
        progress=(Progress("a", 1, 0, 10, {}, "preparing", 0.0),),
    )
    assert said(preparing)[0] == "compiling, once on this machine: 10 to 20 s"
    assert said(replace(preparing, versions={"layers": "stock Keras, as set"}))[0] == "preparing"
    code_folder().mkdir()
    sign_of(preparing.experiment.cell).touch()
    assert said(preparing)[0] == "preparing"


def test_browsers_ask_often_only_while_one_of_their_runs_is_at_work() -> None:
    assert board_message([run("a", Status.FINISHED, 10), run("b", Status.QUEUED)], {})["busy"]
    assert not board_message([run("a", Status.FINISHED, 10)], {})["busy"]


def unpacked(text: str) -> list[float | None]:
    """As board.js reads it."""
    return [
        None if whole == -(2**15) else whole / 1e4 for whole in np.frombuffer(base64.b64decode(text), "<i2").tolist()
    ]


def training(epochs: int, batches: int = 0, **changes: Any) -> Run:
    """A run in its epoch after these, told of so many batches of 157."""
    points = tuple(
        Progress("a", epochs + 1, batch, 157, {"accuracy": 0.7654321, "loss": 0.1234567}, "training", 100.0 + batch)
        for batch in range(1, batches + 1)
    )
    known = {**vars(run("a", Status.RUNNING, epochs)), "progress": points, "parameters": 322_113}
    return Run(**(known | {"versions": {"layers": "fused"}} | changes))


def test_each_chart_is_declared_and_each_run_brings_what_the_shown_charts_draw_and_no_more() -> None:
    both = board_message([training(2, batches=9)], {}, View())
    assert [chart["name"] for chart in both["charts"]] == list(shown_charts())
    accuracy, _ = both["charts"]
    assert accuracy == {
        **{"name": "accuracy", "title": "Accuracy", "training": "accuracy", "validation": "val_accuracy"},
        **{"tickformat": ".0f", "hoverformat": ".1f", "unit": " %", "factor": 100, "range": (0.4, 1.005), "log": False},
        **{"solid": "validation", "called": "validation accuracy", "best": "highest"},
        **{"baselines": [], "remark": ""},
    }
    [sent] = both["groups"]
    assert sent["figures"] == {
        **{"accuracy": packed([0.5] * 2), "val_accuracy": packed([0.6] * 2)},
        **{"loss": packed([0.7] * 2), "val_loss": packed([0.65] * 2)},
    }
    assert sent["trail"]["at"] == packed([8 / 157, 9 / 157])
    assert sent["trail"]["figures"] == {"accuracy": packed([0.7654] * 2), "loss": packed([0.1235] * 2)}

    message = board_message([training(2, batches=9)], {}, View(("loss",)))
    assert [chart["name"] for chart in message["charts"]] == ["loss"]
    assert set(message["groups"][0]["figures"]) == {"loss", "val_loss"}
    assert set(message["groups"][0]["trail"]["figures"]) == {"loss"}


def test_a_figure_that_some_epochs_lack_is_missing_there_alone() -> None:
    known = run("a", Status.FINISHED, 1)
    lacking = EpochEnd("a", 2, {"loss": 0.7, "val_accuracy": 0.7, "val_loss": 0.7}, 2.0)
    [sent] = board_message([Run(**{**vars(known), "epochs": (*known.epochs, lacking)})], {})["groups"]
    assert unpacked(sent["figures"]["accuracy"]) == [0.5, None]
    assert unpacked(sent["figures"]["val_accuracy"]) == [0.6, 0.7]


def size(runs: list[Run], charts: tuple[str, ...]) -> int:
    baselines = BaselineResults(remark="So to say. " * 10)
    sent = board_message(runs, {}, View(charts, baselines=True, gap=True), baselines=baselines)
    return len(json.dumps(sent, separators=(",", ":")).encode())


def of_seeds(settings: int, seeds: int, epochs: int, **changes: Any) -> list[Run]:
    return [
        training(
            epochs,
            batches=150,
            id=f"lstm-{units:03x}{seed:03x}",
            position=100 * units + seed,
            experiment=Experiment(units=units, seed=seed, epochs=100),
            **changes,
        )
        for units in range(1, settings + 1)
        for seed in range(1, seeds + 1)
    ]


@pytest.mark.parametrize(("seeds", "epochs"), [(1, 99), (5, 10), (10, 10), (10, 100)])
def test_the_message_of_eight_networks_with_many_seeds_is_under_20_kb(seeds: int, epochs: int) -> None:
    for charts, most in ((shown_charts(), 20_000), (tuple(all_charts()), 22_000)):
        assert size(of_seeds(8, seeds, epochs), charts) < most


def test_before_an_epoch_has_shown_the_pace_the_time_left_is_what_the_sidebar_said() -> None:
    """A minute after Train a card said 1 h 44 min, since the first batches also hold the tracing of the network."""
    waiting = training(0, batches=1, started=60.0)
    [card] = board_message([waiting], {})["groups"]
    assert card["left"] == "about 30 s left"
    [card] = board_message([training(2, batches=1)], {})["groups"]
    assert card["left"] == "16.0 s left"
    [card] = board_message([run("a", Status.QUEUED)], {})["groups"]
    assert card["left"] == ""


def seed(number: int, status: Status, *shares: float, **changes: Any) -> Run:
    """A run of five epochs, whose validation accuracy after each finished one is given."""
    epochs = tuple(epoch_end(f"s{number}", at, 0.9, 0.3, share, 0.5, 2.0) for at, share in enumerate(shares, start=1))
    known = {**vars(run(f"s{number}", status)), "position": number, "experiment": Experiment(epochs=5, seed=number)}
    return Run(**(known | {"epochs": epochs} | changes))


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
    assert unpacked(sent["figures"]["accuracy"]) == [0.9, 0.9]
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


def test_a_card_of_seeds_gives_the_mean_of_those_that_finished_and_says_how_many() -> None:
    best = [0.86, 0.87, 0.88]
    runs = [seed(number, Status.FINISHED, *[0.8] * 4, share) for number, share in enumerate(best, start=1)]
    [sent] = board_message([*runs, seed(4, Status.RUNNING, 0.5)], {})["groups"]
    assert (sent["state"], sent["press"]) == ("epoch 2 of 5, 3\u00a0of\u00a04\u00a0seeds\u00a0done", "Stop")
    assert (sent["best"], sent["best_note"]) == ("87.0 %", "mean of 3 seeds, best so far")
    assert sent["fraction"] == 0.8
    [sent] = board_message(runs, {})["groups"]
    assert (sent["status"], sent["press"], sent["left"], sent["reason"]) == ("finished", "", "", "")


def test_until_a_seed_has_finished_a_card_gives_the_mean_of_those_at_work() -> None:
    runs = [seed(1, Status.RUNNING, 0.70), seed(2, Status.RUNNING, 0.72), seed(3, Status.QUEUED)]
    [sent] = board_message(runs, {"s3": 5.0})["groups"]
    assert (sent["best"], sent["best_note"]) == ("71.0 %", "mean of 2 seeds, best so far")
    assert sent["state"] == "epoch 2 of 5, 0\u00a0of\u00a03\u00a0seeds\u00a0done"
    [sent] = board_message([seed(1, Status.QUEUED), seed(2, Status.QUEUED)], {"s1": 38.0, "s2": 60.0})["groups"]
    assert (sent["state"], sent["best"], sent["status"]) == ("waiting, 1st in line, about 40 s", "–", "queued")


def test_what_broke_off_is_left_out_of_the_mean_and_named() -> None:
    whole = [seed(number, Status.FINISHED, *[0.8] * 5) for number in (1, 2, 3)]
    [sent] = board_message([*whole, seed(4, Status.FAILED, 0.5, reason="The loss is no number.")], {})["groups"]
    assert sent["reason"] == "Seed 4 not included: failed after 1 epoch (The loss is no number.)"
    assert (sent["best"], sent["press"], sent["status"]) == ("80.0 %", "Continue", "failed")
    stopped = [seed(number, Status.STOPPED, 0.5) for number in (4, 5)]
    [sent] = board_message([*whole, *stopped], {})["groups"]
    assert sent["reason"] == "2 stopped seeds not included"
    [sent] = board_message(stopped, {})["groups"]
    assert (sent["best"], sent["reason"]) == ("50.0 %", ""), "it stays"


def test_one_seed_trained_twice_is_no_further_seed_but_a_card_of_its_own() -> None:
    first = seed(1, Status.FINISHED, *[0.8] * 5)
    again = replace(first, id="again", position=9, created=first.created + 3600)
    cards = board_message([first, again, seed(2, Status.QUEUED)], {})["groups"]
    assert [(card["id"], card["label"]) for card in cards] == [
        ("again", f"SimpleRNN(32), {datetime.fromtimestamp(again.created):%d %b %H:%M}"),
        ("s1", f"SimpleRNN(32), {datetime.fromtimestamp(first.created):%d %b %H:%M}"),
    ]
    assert len({(card["color"], card["marker"]) for card in cards}) == 2


def test_a_figure_that_some_epoch_lacks_has_no_mean_and_its_seeds_are_drawn() -> None:
    lacking = seed(2, Status.FINISHED, 0.8)
    [epoch] = lacking.epochs
    whole = seed(1, Status.FINISHED, epochs=(EpochEnd("s1", 1, {**epoch.figures, "val_auc": 0.9}, 2.0),))
    [sent] = board_message([whole, lacking], {}, View(("accuracy", "auc")))["groups"]
    assert (sent["figures"]["val_auc"], sent["figures"]["val_accuracy"]) == ("", packed([0.8]))
    assert sent["seeds"]["single"]["val_auc"] == [packed([0.9]), packed([None])]


def test_of_very_many_numbers_single_seeds_are_sent_of_every_second_epoch_or_fewer() -> None:
    runs = of_seeds(8, 10, 10)
    seeds = board_message(runs, {})["groups"][0]["seeds"]
    assert seeds["every"] == 2
    assert len(unpacked(seeds["single"]["val_accuracy"][0])) == 5
    assert len(unpacked(seeds["half"]["val_accuracy"])) == 5
    assert seeds["counts"] == packed([10] * 10, 1, "<i1")
    assert board_message(runs[:10], {})["groups"][0]["seeds"]["every"] == 1


def test_baselines_stand_in_the_chart_of_accuracy_alone_and_only_where_it_reaches() -> None:
    shares = {"words": 0.88, "majority": 0.3}
    baselines = tuple(Baseline(name, 1.0, 10, np.arange(100) < 100 * share, None) for name, share in shares.items())
    results = BaselineResults(baselines, "2 of 3")
    message = board_message([training(2)], {}, View(baselines=True), baselines=results)
    assert [chart["remark"] for chart in message["charts"]] == ["2 of 3", ""]
    assert [[line["at"] for line in chart["baselines"]] for chart in message["charts"]] == [[0.88], []]


def test_the_board_says_what_all_its_networks_share_and_when_they_were_started() -> None:
    first = run("a", Status.FINISHED, 10)
    other = replace(first, experiment=Experiment(cell="LSTM", maxlen=100, seed=2))
    assert subject([]) == ""
    assert subject([first]).startswith("IMDB, bundled · 25,000 reviews · maxlen 500 · 10 epochs · seed 1 · started ")
    both = subject([first, other])
    assert "maxlen" not in both, "that stands in the names"
    assert "25,000 reviews · 10 epochs · 2 seeds" in both


def test_the_board_dates_what_was_trained_here_by_its_days_and_names_what_was_not() -> None:
    noon, day = 1_795_953_600.0, 86_400.0  # 29 November 2026, 12:00 UTC
    older, newer = (replace(run("a", Status.FINISHED, 10), created=at) for at in (noon, noon + day))
    foreign = replace(older, origin=ELSEWHERE)
    assert subject([newer, newer]).rpartition(" · ")[2].startswith("started 30 November, ")
    assert subject([newer, older]).endswith(" · started 29 November to 30 November")
    mixed = subject([newer, foreign]).rpartition(" · ")[2]
    assert mixed.startswith("started 30 November, ")
    assert mixed.endswith("; 1 of 2 runs recorded on another machine")
    assert subject([foreign]).endswith(" · recorded on another machine, 29 November 2026")


def test_a_source_that_is_gone_is_called_by_its_name() -> None:
    gone = recorded_experiment('{"source": "texts-of-last-year"}')
    assert subject([replace(run("a", Status.FINISHED, 10), experiment=gone)]).startswith("texts-of-last-year · ")


def test_a_card_has_one_accuracy_the_best_while_it_trains_and_on_held_out_reviews_once_it_has_ended() -> None:
    """A network with three accuracies on one screen has none."""
    finished, trains = run("a", Status.FINISHED, 10), training(2, id="b", experiment=Experiment(cell="LSTM"))
    cards = board_message([finished, trains], {}, judged={"a": ("kept", [0.4, 0.6])})["groups"]
    assert [(card["best"], card["best_note"]) for card in cards] == [
        ("50.0 %", "mean of 2 seeds, on held-out reviews"),
        ("60.0 %", "best so far"),
    ]
    assert [card["pace"] for card in cards] == ["", "2.0 s per epoch"]
    [card] = board_message([finished], {})["groups"]
    assert card["best_note"] == "best epoch", "of a class that an earlier version recorded, there is no other"


def test_a_card_shows_no_accuracy_that_another_replaces_in_a_moment() -> None:
    finished, trains = run("a", Status.FINISHED, 10), training(2, id="b", experiment=Experiment(cell="LSTM"))
    cards = board_message([finished, trains], {}, waits=True)["groups"]
    assert [(card["best"], card["best_note"]) for card in cards] == [("–", ""), ("60.0 %", "best so far")]
