from dataclasses import replace
from pathlib import Path

import pytest

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from rnn_compare.report.recordings import import_runs
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import ELSEWHERE, Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine

from .conftest import Trained


@pytest.fixture
def report(trained: Trained, tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    file.write_text(html(gather(trained.store, trained.ids)), encoding="utf-8")
    return file


def as_there(run: Run) -> Run:
    """A run without what is of the machine that has trained it."""
    return replace(run, position=0, origin="", owner=run.owner._replace(pid=0, started=0.0), turn=0)


def test_runs_arrive_as_they_were_recorded(trained: Trained, report: Path, elsewhere: RunStore) -> None:
    imported = import_runs(report, elsewhere)
    assert [(name, run.id) for name, run in imported.items()] == [(name, name) for name in trained.ids]
    there, here = trained.store.runs(trained.ids), elsewhere.runs()
    assert [as_there(run) for run in here] == [as_there(run) for run in there]
    for run in trained.ids:
        for part in ("validation", "test"):
            assert elsewhere.predictions(run, part) == trained.store.predictions(run, part)
        assert elsewhere.predictions(run)


def test_what_they_achieved_is_worked_out_from_their_predictions_elsewhere_too(
    trained: Trained, report: Path, elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_runs(report, elsewhere)
    before = Evidence(trained.store)
    expected = [before.score(run, "kept") for run in trained.store.runs(trained.ids)]
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    after = Evidence(elsewhere)
    scores = [after.score(run, "kept") for run in elsewhere.runs()]
    assert [score and (score.accuracy, score.epochs) for score in scores] == [
        score and (score.accuracy, score.epochs) for score in expected
    ]
    assert None not in scores


def test_imported_runs_name_their_origin_and_neither_predict_nor_continue(
    report: Path, elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    [run, *_] = import_runs(report, elsewhere).values()
    assert elsewhere.run(run.id).origin == ELSEWHERE
    assert run.is_from_elsewhere
    assert not run.has_weights
    assert not replace(run, status=Status.STOPPED).can_be_continued
    with pytest.raises(UserError, match="was trained on another machine"):
        Engine(elsewhere, "page").continue_run(run.id, 3)


def test_a_run_whose_id_is_here_already_gets_another_and_both_stay(trained: Trained, report: Path) -> None:
    before = trained.store.runs()
    imported = import_runs(report, trained.store)
    try:
        assert list(imported) == trained.ids
        assert trained.store.runs()[: len(before)] == before
        assert len({run.id for run in trained.store.runs()}) == len(before) + len(imported)
        assert {run.comparison for run in imported.values()} == {imported[trained.ids[0]].id}
    finally:
        for run in imported.values():
            trained.store.delete(run.id)


def test_a_run_that_is_at_work_arrives_as_interrupted_by_the_report(
    trained: Trained, elsewhere: RunStore, tmp_path: Path
) -> None:
    contents = gather(trained.store, trained.ids[:2])
    at_work = replace(contents.runs[0], status=Status.RUNNING)
    file = tmp_path / "so_far.html"
    file.write_text(html(replace(contents, runs=(at_work, contents.runs[1]))), encoding="utf-8")
    assert "there was no verdict yet" in file.read_text(encoding="utf-8")
    [first, _] = import_runs(file, elsewhere).values()
    assert first.status is Status.INTERRUPTED
    assert first.reason == "It was still training when the report was made."


def test_a_report_of_runs_from_elsewhere_keeps_where_they_were_trained(
    report: Path, elsewhere: RunStore, trained: Trained, tmp_path: Path
) -> None:
    ids = [run.id for run in import_runs(report, elsewhere).values()]
    again = tmp_path / "again.html"
    again.write_text(html(gather(elsewhere, ids)), encoding="utf-8")
    third = RunStore(tmp_path / "third.db")
    [run, *_] = import_runs(again, third).values()
    third.close()
    assert run.owner.host == trained.store.run(trained.ids[0]).owner.host
    assert ELSEWHERE in again.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a report of this program"),
        (b"<html>a page</html>", "is not a report of this program"),
        (b'<script type="application/json" id="rnn-compare">{"format": 1', "incomplete"),
        (b'<script type="application/json" id="rnn-compare">{}</script>', "format: Field required"),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_a_sentence(
    elsewhere: RunStore, tmp_path: Path, content: bytes, message: str
) -> None:
    file = tmp_path / "other.html"
    file.write_bytes(content)
    with pytest.raises(UserError, match=message):
        import_runs(file, elsewhere)
    with pytest.raises(UserError, match="is a folder"):
        import_runs(tmp_path, elsewhere)
    with pytest.raises(UserError, match="does not exist"):
        import_runs(tmp_path / "none.html", elsewhere)
    assert elsewhere.runs() == []
