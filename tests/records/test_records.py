"""A small cache made by each released version opens: listed, compared, read, repaired and continued.

``make.py`` made them, with what that version itself says of its runs.
"""

import csv
import json
import re
import shutil
import sqlite3
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rnn_compare import __version__
from rnn_compare.cli.main import main
from rnn_compare.explain.prediction import ask
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs import checkpoint
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.repair import repair
from rnn_compare.runs.store import RunStore
from rnn_compare.services.services import Services
from tests.kit.classes import stored
from tests.kit.pages import page
from tests.kit.trainings import train

from .make import facts

FOLDER = Path(__file__).parent
CHANGELOG = FOLDER.parents[1] / "CHANGELOG.md"


@pytest.fixture(params=sorted(folder.name for folder in FOLDER.glob("*.*.*")))
def made(request: pytest.FixtureRequest) -> Path:
    """The folder of a released version."""
    return FOLDER / str(request.param)


@pytest.fixture
def expected(made: Path) -> Any:
    """What the version says of its runs."""
    return json.loads((made / "expected.json").read_text("utf-8"))


@pytest.fixture
def cache(made: Path, tmp_path: Path, reviews_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of its cache, with the bundled reviews, which are too large to keep."""
    folder = tmp_path / "cache"
    with tarfile.open(made / "cache.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    shutil.copy(folder / "runs.db", tmp_path / "before.db")
    [bundled] = (reviews_cache / "reviews").glob("bundled-v*")
    (folder / "reviews" / bundled.name).symlink_to(bundled)
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def store(cache: Path) -> RunStore:
    """Its record of runs, opened."""
    return RunStore(cache / "runs.db")


def assert_as_recorded(cache: Path, expected: Any) -> None:
    """Compares all that the version knew of its runs; later ones may know more."""
    runs = json.loads(json.dumps(facts(cache)))
    assert [run["id"] for run in runs] == [before["id"] for before in expected["runs"]]
    for run, before in zip(runs, expected["runs"], strict=True):
        before["experiment"] = run["experiment"] | before["experiment"]
        assert run | before == run


def test_every_earlier_release_has_a_record_here() -> None:
    """A release is not complete without one."""
    released = re.findall(r"^## (\d+\.\d+\.\d+),", CHANGELOG.read_text("utf-8"), re.MULTILINE)
    assert {folder.name for folder in FOLDER.glob("*.*.*")} >= {*released} - {__version__} | {"0.1.0"}


def test_its_runs_are_listed_as_it_recorded_them_and_its_file_is_kept(
    cache: Path, expected: Any, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "--json"]) == 0
    output = capsys.readouterr()
    assert [json.loads(line)["run"] for line in output.out.splitlines()] == [run["id"] for run in expected["runs"]]
    assert output.err == ""
    store = services.store
    assert (store.warnings, store.unreadable) == ([], set())
    [copy] = [*cache.glob("runs.db.version-*")] or [cache / "runs.db"]  # which is not migrated if it has this version
    after, before = (list(sqlite3.connect(path).iterdump()) for path in (copy, cache.with_name("before.db")))
    assert after == before
    # Whoever repeats a setting finds its earlier runs.
    assert all(run in store.with_setting(run.experiment.setting) for run in store.runs())
    assert_as_recorded(cache, expected)
    assert len(page("runs.page").dataframe[0].value) == len(expected["runs"])


@pytest.mark.usefixtures("cache")
def test_its_runs_are_compared(expected: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *expected["compared"], "--json"]) == 0
    comparison = json.loads(capsys.readouterr().out.splitlines()[0])
    # Statistics have changed since; the accuracies that they are made from have not. JSON has seven digits.
    assert comparison["accuracies"] == pytest.approx(expected["compare"][0]["accuracies"], abs=1e-7)


@pytest.mark.parametrize("which", ["best", "last"])
def test_its_networks_read_a_review_as_they_did(store: RunStore, expected: Any, which: Any) -> None:
    """Processors that add up in another order may differ in the last of seven digits."""
    for run in store.runs():
        before = expected["predict"][run.id][which]
        prediction = ask(run, expected["review"], which)
        assert prediction.label == before["label"]
        assert prediction.probability == pytest.approx(before["probability"], abs=1e-7)


@pytest.mark.slow
def test_a_stopped_run_of_it_goes_on_to_the_end_that_it_would_have_come_to(store: RunStore, expected: Any) -> None:
    """With dropout, whose random state is in the checkpoint, and figures that are newer than the version."""
    [run] = [run for run in store.runs() if run.status is Status.STOPPED]
    experiment = checkpoint.continued(run)
    store.submit_again(run.id, experiment, Owner.current())
    store.record(train(run.id, experiment))
    after, unbroken = store.run(run.id), expected["unbroken"]
    assert (after.status, after.continued) == (Status.FINISHED, (len(run.epochs),))
    assert after.epochs[: len(run.epochs)] == run.epochs
    for epoch, before in zip(after.epochs, unbroken, strict=True):
        assert {name: epoch[name] for name in before["figures"]} == pytest.approx(before["figures"], abs=1e-5)


def test_a_damaged_record_of_it_is_repaired(cache: Path, expected: Any) -> None:
    """From the damaged file, which is of its version, with a page that cannot be read."""
    record, aside = cache / "runs.db", cache / "runs.db.unreadable-20261128-120000-1"
    record.rename(aside)
    content = bytearray(aside.read_bytes())
    content[100:4096] = bytes(3996)  # where the tables begin
    aside.write_bytes(content)
    RunStore(record).close()
    repair(record)
    assert_as_recorded(cache, expected)


def test_its_lectures_go_on(cache: Path, made: Path) -> None:
    classroom = Classroom(cache / "lecture.db")
    assert classroom.warnings == []
    before = list(csv.DictReader((made / "answers.csv").read_text("utf-8").splitlines()))
    after = list(csv.DictReader(classroom.export_csv().splitlines()))
    for row in (*before, *after):
        row.update({name: str(datetime.fromisoformat(row[name]).timestamp()) for name in ("began", "at")})
    assert [{name: row[name] for name in before[0]} for row in after] == before
    reviews = [(review.text, review.shown) for review in classroom.reviews()]
    assert reviews == [("Shown to all.", True), ("Seen by nobody.", False)]
    assert b"Seen by nobody." in stored(cache)
    classroom.end()
    classroom.close()
    assert b"Seen by nobody." not in stored(cache)
