import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from rnn_compare.comparison.inference.wording import result
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import ATTENTION, GATES
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html, origin
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from tests.kit.runs import insert, shipped

from .conftest import Trained


class Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.scripts: dict[str, str] = {}
        self._within: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = dict(attrs).get("id") or tag if tag in ("script", "style") else None

    def handle_endtag(self, _tag: str) -> None:
        self._within = None

    def handle_data(self, data: str) -> None:
        if self._within is None:
            self.seen.append(data)
        else:
            self.scripts[self._within] = data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.seen).split())


def test_it_tells_what_was_trained_and_what_may_be_concluded(trained: Trained) -> None:
    contents = gather(trained.store, trained.ids)
    text = Text(html(contents)).text
    assert text.startswith(f"{contents.title} {contents.title} SimpleRNN(3) and LSTM(3). ")
    assert contents.verdict is not None
    assert result(contents.verdict) in text
    assert "4 · (3·3 + 4·3 + 3) = 4 · 24 = 96" in text
    assert "Your class" not in text
    run = trained.store.run(trained.ids[2])
    assert run.test is not None
    assert contents.accuracies[run.id] == pytest.approx(run.test.accuracy), "where there are test reviews, they judge"
    for shown in (f"{100 * run.test.accuracy:.1f} %", run.id, run.owner.host, run.versions["keras"], "Vocabulary size"):
        assert shown in text


def test_its_title_is_a_sentence_for_students(elsewhere: RunStore) -> None:
    thirds: dict[str, Any] = {"source": "thirds", "distance": 6}
    for settings, title in (
        ([{}], "A network that reads film reviews"),
        ([{"units": units} for units in range(1, 9)], "Eight networks that read film reviews"),
        ([thirds], "A network that tells “multiple of three” from “no multiple”"),
        ([thirds, {}], "Two networks that read texts"),
    ):
        runs = elsewhere.create([Experiment(**setting) for setting in settings], Owner.current(), "page")
        assert gather(elsewhere, runs).title == title


def test_it_names_no_address_of_any_network(trained: Trained) -> None:
    page = html(gather(trained.store, trained.ids)).replace(origin(), "")  # a link that readers may follow
    assert re.findall(r"\w+://[\w./-]+", page).count("http://www.w3.org/2000/svg") == page.count("://")  # a name of SVG
    assert not re.search(r"\b(src|href)=\"(?!#)", page)
    assert "default-src 'none'" in page


def test_text_that_people_typed_is_escaped(trained: Trained) -> None:
    contents = gather(trained.store, trained.ids[:2])
    run = replace(contents.runs[0], name="<b>mine</b> & %{y}", note="</script><script>alert(1)</script>")
    group = replace(contents.groups[0], name=run.name)
    changed = replace(contents, runs=(run,), groups=(group,), names={run.id: run.name})
    page = html(changed)
    assert "<b>mine" not in page
    assert "<script>alert" not in page
    assert "<b>mine</b> & %{y}" in Text(page).text
    assert json.loads(Text(page).scripts["charts"])["groups"][0]["label"] == run.name, "drawn as text, by no Plotly"


def test_a_run_that_broke_off_is_named_and_left_out_of_the_means(trained: Trained, elsewhere: RunStore) -> None:
    whole = trained.store.runs(trained.ids[:2])
    broken = replace(whole[1], id="broken-1", status=Status.FAILED, reason="The disk is full.", epochs=())
    insert(elsewhere, whole[0])
    insert(elsewhere, broken)
    contents = gather(elsewhere, [whole[0].id, "broken-1"])
    text = Text(html(contents)).text
    assert "failed not counted. The disk is full." in text


def test_of_runs_without_an_epoch_or_without_predictions_it_tells_what_there_is(elsewhere: RunStore) -> None:
    [run] = elsewhere.create([Experiment()], Owner.current(), "page")
    text = Text(html(gather(elsewhere, [run]))).text
    assert "No epoch has finished yet." in text
    assert "Runs were training when this file was made" in text
    assert "no verdict yet" in text
    old = Run("old-1", 0, "old-1", Experiment(epochs=1), Status.FINISHED, Owner(0, 0, "there"), "page", 1.0)
    figures = {"accuracy": 0.9, "loss": 0.3, "val_accuracy": 0.8, "val_loss": 0.4}
    insert(elsewhere, replace(old, epochs=(EpochEnd("old-1", 1, figures, 2.0),)))
    assert "80.0 % best epoch" in Text(html(gather(elsewhere, ["old-1"]))).text


def test_networks_beyond_the_eighth_are_named_in_one_line(elsewhere: RunStore) -> None:
    settings = [Experiment(cell="attention"), *(Experiment(units=units) for units in range(1, 10))]
    page = Text(html(gather(elsewhere, elsewhere.create(settings, Owner.current(), "page"))))
    assert page.text.count("Not reading along: SimpleRNN(8) and SimpleRNN(9). At most 8 networks can.") == 1
    assert page.text.count("SimpleRNN(7) cannot read here: no weights in this file.") == 1


def test_an_epoch_that_ends_while_it_is_made_is_left_to_the_next(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = trained.store.run
    monkeypatch.setattr(trained.store, "run", lambda run: replace(read(run), epochs=read(run).epochs[:1]))
    contents = gather(trained.store, trained.ids)
    assert {epoch.epoch for epochs in contents.predictions.values() for epoch in epochs} == {1}
    assert all(len(run.epochs) == 1 for run in contents.runs)


def test_eight_recorded_networks_fit_into_seven_megabytes(elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    runs = shipped(elsewhere, ATTENTION, GATES)
    page = html(gather(elsewhere, [run.id for run in runs]))
    networks = json.loads(Text(page).scripts["networks"])["networks"]
    assert len({network["numbers"] for network in networks}) == 8
    assert len(page.encode()) < 7_000_000
