"""Every surface shows the sentences that ``wording`` makes of one judgement, and one accuracy of each network."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_compare.cli import output
from rnn_compare.cli.main import main
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import findings
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.accuracies import ON, TITLES
from rnn_compare.comparison.inference.wording import meaning_of_interval, result, sentence
from rnn_compare.comparison.verdicts import judge, usual_basis
from rnn_compare.dashboard.widgets import chance
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent, unbroken
from rnn_compare.interface.trained_networks import Networks
from rnn_compare.lecture import phone_message, presses
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.lecture.questions import Question, is_right, outcome
from rnn_compare.lecture.stage import Stage
from rnn_compare.lecture.watching import watched
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK
from rnn_compare.report import html_report
from rnn_compare.report.contents import gather
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.services.board import View, board_message, message
from tests.kit.lectures import begin, give, messages
from tests.kit.runs import record, shipped

CELLS = ("SimpleRNN", "LSTM", "GRU", "MGU")
BEST = Question(id="best", kind="best_network", text="Which is best?", choices=CELLS)
LEAD = Question(id="lead", kind="lead", text="By how many points?")
GONE = ("kept weights", "pick the epoch", "training majority", "best validation")
"""Other names of an accuracy, and a line that is no rival."""
SPLITS: tuple[dict[str, Any], ...] = (
    {"reviews": 40, "validation_split": 0.2},  # too few held-out reviews for a verdict
    {"reviews": 200, "validation_split": 0.2},
    {"reviews": 2000, "validation_split": 0.2},
    {"reviews": 2000, "validation_split": 0.2, "test_split": 0.2},
    {"reviews": 2000, "validation_split": 0.2, "vary_split": True},
)


def recorded(store: RunStore, seed: int) -> list[Run]:
    """Records settings of one cell: few seeds and many, ties, all right and all wrong, runs that broke off."""
    chance = np.random.default_rng(seed)

    def pick(*values: Any) -> Any:
        return values[chance.integers(len(values))]

    split, seeds = pick(*SPLITS, SPLITS[2], SPLITS[2]), pick(1, 2, 3, 3, 4, 8)
    for cell in CELLS[: pick(2, 2, 3, 4)]:
        middle, width = pick(0.0, 0.5, 0.7, 0.8, 0.81, 0.86, 0.9, 1.0, 1.0), pick(0.0, 0.005, 0.02, 0.1)
        keep = chance.random() < 0.95
        for number in range(1, pick(seeds, seeds, seeds, 1, 3) + 1):
            share = float(np.clip(middle + width * chance.normal(), 0, 1))
            shares, status = [(share + 0.5) / 2, share], Status.FINISHED
            if number > 1 and chance.random() < 0.05:
                shares, status = shares[:1], pick(Status.STOPPED, Status.FAILED)
            experiment = Experiment(cell=cell, units=8, seed=number, epochs=2, **split)
            record(store, experiment, shares, status, test=share if "test_split" in split else None, keep=keep)
    return store.runs()


@pytest.fixture
def fresh(tmp_path: Path, prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], RunStore]:
    """Opens the record of a cache in which no run is recorded."""
    (tmp_path / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))

    def empty() -> RunStore:
        for file in tmp_path.glob("runs.db*"):
            file.unlink()
        return RunStore(tmp_path / "runs.db")

    return empty


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_every_surface_shows_the_sentences_of_one_judgement(
    fresh: Callable[[], RunStore], capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    with closing(fresh()) as store:
        runs, evidence = recorded(store, seed), Evidence(store)
        compared = groups(runs)
        judgement = judge(compared, evidence)
        meaning, without = meaning_of_interval(judgement), replace(judgement, beside_baselines=())

        # The page's board, its table, a notebook, and the page to take home.
        page = findings(runs, evidence)
        assert page[0].text == result(judgement)
        assert board_message(runs, {}, findings=page)["findings"][0]["text"] == result(judgement)
        basis = usual_basis(compared, evidence)
        shares = {group.runs[0].id: evidence.accuracies(group, basis) for group in compared}
        of_cards = {run: (basis, of_run) for run, of_run in shares.items() if of_run}
        cards = board_message(runs, {}, judged=of_cards)["groups"]
        assert [card["best"] for card, item in zip(cards, judgement.settings, strict=True) if item.scores] == [
            percent(item.accuracy) for item in judgement.settings if item.scores
        ], "what the headline compares, rounded alike"
        networks = Networks(store, [run.id for run in runs])
        assert networks.verdicts == [finding.text for finding in page]
        assert [pair.facts() for pair in networks.compare().pairs] == [pair.facts() for pair in judgement.pairs]
        assert {pair.difference.margin for pair in networks.compare(0.3).pairs if pair.difference} <= {0.3}
        whole = [group for group in compared if group.counted]
        if len(whole) > 1:
            of_whole = judge(whole, evidence)
            fold, below, _ = chance._verdict(evidence, whole)
            assert escape(unbroken(result(replace(of_whole, beside_baselines=())))) in fold
            assert below == meaning_of_interval(of_whole)
        report = html_report._verdict(gather(store, [run.id for run in runs], evidence))
        assert [line for line in [result(judgement), meaning] if escape(line) not in report] == []

        # The wall and the phones, which have no room for advice.
        obstacle = judgement.obstacle
        for question in (BEST, LEAD):
            revealed = outcome(question, runs, evidence)
            state = State(lecture="L", phase="revealed", question=question, runs=tuple(run.id for run in runs))
            to_phones = phone_message.for_all(state, runs, [], revealed)["outcome"]["said"]
            assert to_phones == unbroken(revealed.explanation)
            if obstacle:
                assert revealed.explanation == f"No answer is right: {sentence(obstacle)}"
            elif question is BEST:
                assert revealed.explanation.endswith(result(without, advice=False))
            else:
                of_two = result(judgement.of_leaders(), advice=False)
                low, high = revealed.accepted or (None, None)
                near = f" Answers from {low:.1f} to {high:.1f} points count as right." if revealed.accepted else ""
                assert revealed.explanation.endswith(f" {of_two}{near}")
                assert revealed.accepted is None or is_right(LEAD, revealed.answer or 0.0, revealed)

        # The command line.
        names = [",".join(run.id for run in group.runs) for group in compared]
        code = main(["compare", *names])
        printed = capsys.readouterr()
        if obstacle:
            assert (code, printed.err) == (2, sentence(obstacle) + "\n")
            return
        pairs = judgement.pairs if len(judgement.pairs) > 1 else ()
        lines = [result(judgement), *map(sentence, pairs), *filter(None, [meaning])]
        assert printed.out.splitlines()[: len(lines)] == lines
        assert main(["compare", *names, "--json"]) == 0
        printed = capsys.readouterr()
        sides = {group.name: [run.id for run in group.runs] for group in compared}
        for pair in judgement.pairs:
            output.json_line({"kind": "comparison"} | pair.facts() | {"runs": [sides[pair.a.name], sides[pair.b.name]]})
        assert printed.out == capsys.readouterr().out


LECTURE = f"""
title = "Mine"
preset = "{BOOK.name}"
[[steps]]
kind = "train"
title = "Learning"
[[steps]]
kind = "reveal"
title = "What happened"
[[steps]]
kind = "baselines"
title = "Worth it?"
"""


def test_a_network_has_one_accuracy_by_one_name_on_every_surface(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SimpleRNN with 84.3, 85.1 and 82.8 % on one screen has none."""
    monkeypatch.setattr(presses, "RECORDING_SECONDS", 1e-6)
    services = stage.services
    runs = shipped(services.store, BOOK)
    services.refresh()
    ids = [run.id for run in runs]
    board = message(services, ids, View(baselines=True))
    name = ON["kept"]
    cards = {card["label"]: card["best"] for card in board["groups"]}
    assert {card["best_note"] for card in board["groups"]} == {name}
    headline, *others = [finding["text"] for finding in board["findings"]]
    low, high = sorted(float(best.split()[0]) for best in cards.values())
    assert f" by {high - low:.1f} ± " in headline
    assert f"({high} % and {low} % {name})" in headline
    assert "%" not in "".join(others), "curves are read from the chart"

    phones, *_ = watched(stage)
    [on_phones] = [part["cards"] for part in phones if part["kind"] == "cards"]
    newest = [f"{card['best']}, {card['best_note']}" for card in message(services, [], View())["groups"]]
    assert [card["lines"][0].partition("; ")[2] for card in on_phones] == newest
    assert all(accuracy.endswith(f" %, mean of 3 seeds, {name}") for accuracy in newest)
    contents = gather(services.store, ids, services.evidence)
    assert [percent(contents.accuracies[run] or 0) for run in ids] == list(cards.values())
    page = html_report.html(contents)
    assert headline in page
    assert f">{TITLES['kept']}</th>" in page
    assert main(["compare", *ids]) == 0
    heads, *table = capsys.readouterr().out.splitlines()[-3:]
    assert TITLES["kept"] in heads
    assert all(best in line for best, line in zip(cards.values(), table, strict=True))

    begin(stage, LECTURE, from_recording=True)
    give(stage, "next")
    [curves] = [part for part in messages(stage)["wall"]["parts"] if part["kind"] == "curves"]
    assert {group["label"]: group["best"] for group in curves["groups"]} == cards
    give(stage, "next")
    for audience in ("wall", "phones"):
        [bars] = [part for part in messages(stage)[audience]["parts"] if part["kind"] == "bars"]
        shown = {title: percent(share) for title, share, _ in bars["rows"]}
        assert (bars["note"], {title: shown[title] for title in cards}) == (f"Accuracy: {name}.", cards)
    surfaces = json.dumps([board, phones, messages(stage), page, table])
    assert [words for words in GONE if words in surfaces.lower()] == []
