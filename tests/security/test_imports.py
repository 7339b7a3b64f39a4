"""A report from elsewhere is data: whatever it holds, nothing of it is run, and a hostile one records nothing."""

import base64
import copy
import gzip
import json
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.cli import output
from rnn_compare.cli.report import KINDS
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import parameters
from rnn_compare.paths import CACHE_VARIABLE, run_folder, weights_file
from rnn_compare.report import recordings
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from rnn_compare.report.interchange import MAX_RUNS, load_runs
from rnn_compare.report.recordings import import_runs
from rnn_compare.report.written_files import report_files
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

REVIEWS = 16
"""Validation reviews of the run below."""
EPOCH = {"figures": {"accuracy": 0.6, "loss": 0.6, "val_accuracy": 0.5, "val_loss": 0.7}, "seconds": 1.5}
WORSE = {"figures": {"accuracy": 0.7, "loss": 0.5, "val_accuracy": 0.4, "val_loss": 0.7}, "seconds": 1.5}
TAGS = '</script><script>alert("owned")</script><img src=x onerror=alert(1)>'


def packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content)).decode()


def sound() -> dict[str, Any]:
    """What the program itself writes of one run with two epochs, as plain values."""
    probabilities = np.linspace(0, 1, 2 * REVIEWS).astype("<f2").tobytes()
    part = {"part": "validation", "epochs": [1, 2], "accuracies": [0.5, 0.4], "reviews": REVIEWS}
    run = {
        "id": "lstm-3f9a2c",
        "comparison": "lstm-3f9a2c",
        "experiment": Experiment(cell="LSTM", reviews=80, epochs=2).model_dump(),
        "status": "finished",
        "host": "laptop",
        "created": 1.7e9,
        "started": 1.7e9,
        "ended": 1.7e9,
        "name": "",
        "note": "",
        "reason": None,
        "parameters": 328353,
        "summary": "",
        "versions": {"keras": "3.15.1"},
        "continued": [],
        "epochs": copy.deepcopy([EPOCH, WORSE]),
        "predictions": [part | {"probabilities": packed(probabilities)}],
    }
    return {"format": 1, "made": 1.7e9, "runs": [run]}


@pytest.fixture
def store(prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    opened = RunStore(tmp_path / "cache" / "runs.db")
    yield opened
    opened.close()


@pytest.fixture
def bring(store: RunStore, tmp_path: Path) -> Callable[[object], list[Run]]:
    """Takes in a report with such data."""

    def runs(data: object) -> list[Run]:
        text = data if isinstance(data, str) else json.dumps(data).replace("<", "\\u003c")
        file = tmp_path / "report.html"
        file.write_bytes(recordings._BEGIN + text.encode("utf-8", "surrogatepass") + recordings._END)
        return list(import_runs(file, store).values())

    return runs


def changed(*path: str | int, to: object) -> dict[str, Any]:
    data: Any = sound()
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return data  # type: ignore[no-any-return]  # a JSON object


RUN, TOLD = ("runs", 0), ("runs", 0, "predictions", 0)


def test_what_the_hostile_reports_are_made_from_is_taken_in(bring: Any, store: RunStore) -> None:
    assert [run.id for run in bring(sound())] == ["lstm-3f9a2c"]
    assert len(store.predictions("lstm-3f9a2c")) == 2


HOSTILE: dict[str, Any] = {
    "an id that leads elsewhere": changed(*RUN, "id", to="../../etc/passwd"),
    "an id with a null sign": changed(*RUN, "id", to="a\0b"),
    "an id that ends in a line": changed(*RUN, "id", to="lstm\n"),
    "another run's id that leads elsewhere": changed(*RUN, "comparison", to="/tmp/x"),
    "a longer name than fits": changed(*RUN, "name", to="x" * 81),
    "a note of a million signs": changed(*RUN, "note", to="x" * 1_000_000),
    "half of a sign": changed(*RUN, "name", to="\ud800"),
    "a status that is none": changed(*RUN, "status", to="deleted"),
    "a field that nobody knows": changed(*RUN, "owner_pid", to=1),
    "a time that is no number": changed(*RUN, "created", to=float("nan")),
    "a time in a million years": changed(*RUN, "created", to=3e13),
    "an endless time": changed(*RUN, "ended", to=float("inf")),
    "a number as a text": changed(*RUN, "parameters", to="328353"),
    "more parameters than fit": changed(*RUN, "parameters", to=10**30),
    "a cell that is none": changed(*RUN, "experiment", "cell", to="__import__('os')"),
    "units out of bounds": changed(*RUN, "experiment", "units", to=10**9),
    "a setting that is none": changed(*RUN, "experiment", "code", to="print()"),
    "settings that are a list": changed(*RUN, "experiment", to=[]),
    "a source that leads elsewhere": changed(*RUN, "experiment", "source", to="../../secrets"),
    "more reviews than there can be": changed(*RUN, "experiment", "reviews", to=10**12),
    "an accuracy above 1": changed(*RUN, "epochs", 0, "figures", "val_accuracy", to=1.5),
    "a loss that is no number": changed(*RUN, "epochs", 0, "figures", "loss", to=float("nan")),
    "a figure as a text": changed(*RUN, "epochs", 0, "figures", "loss", to="0.5"),
    "a figure whose name is markup": changed(*RUN, "epochs", 0, "figures", "<b>", to=0.5),
    "an epoch without its accuracy": changed(*RUN, "epochs", 0, "figures", to={"loss": 0.5}),
    "more epochs than it was to have": changed(*RUN, "epochs", to=[EPOCH] * 3),
    "a thousand versions": changed(*RUN, "versions", to={str(place): "1" for place in range(1000)}),
    "predictions of another part": changed(*TOLD, "part", to="training"),
    "predictions of an epoch that is not there": changed(*TOLD, "epochs", to=[1, 3]),
    "predictions of one epoch twice": changed(*TOLD, "epochs", to=[1, 1]),
    "predictions without their accuracies": changed(*TOLD, "accuracies", to=[]),
    "predictions of other reviews": changed(*TOLD, "reviews", to=REVIEWS + 1),
    "predictions that are no base64": changed(*TOLD, "probabilities", to="é" * 100),
    "predictions that are not packed": changed(*TOLD, "probabilities", to=base64.b64encode(b"x" * 64).decode()),
    "predictions cut short": changed(*TOLD, "probabilities", to=packed(b"\0" * 62)),
    "predictions and more": changed(*TOLD, "probabilities", to=packed(b"\0" * 66)),
    "predictions and another archive": changed(*TOLD, "probabilities", to=packed(b"\0" * 64)[:-4] + packed(b"x")),
    "predictions that are no numbers": changed(*TOLD, "probabilities", to=packed(b"\xff\x7e" * 32)),
    "predictions above 1": changed(*TOLD, "probabilities", to=packed(np.full(32, 1.5, "<f2").tobytes())),
    "predictions below 0": changed(*TOLD, "probabilities", to=packed(np.full(32, -0.5, "<f2").tobytes())),
    "predictions of one part twice": changed(*RUN, "predictions", to=sound()["runs"][0]["predictions"] * 2),
    "two runs with one id": changed("runs", to=sound()["runs"] * 2),
    "too many runs": changed("runs", to=sound()["runs"] * (MAX_RUNS + 1)),
    "no run": changed("runs", to=[]),
    "a later format": changed("format", to=2),
    "a list": [],
    "nesting without end": "[" * 100_000,
    "an object that nests without end": '{"runs":' * 100_000,
    "a number of a million digits": '{"format": 1, "made": ' + "9" * 1_000_000 + "}",
    "no JSON": "{'format': 1}",
    "code": "__import__('os').system('touch owned')",
}


NUMBERS = parameters(Experiment(cell="LSTM")).total
SOUND_WEIGHTS: dict[str, object] = {"epoch": 1, "numbers": packed(b"\0" * 2 * NUMBERS)}
WRONG_WEIGHTS: dict[str, dict[str, object]] = {
    "weights of an epoch that is not there": {"epoch": 3},
    "weights of another epoch than its best": {"epoch": 2},
    "weights of no epoch": {"epoch": 0},
    "weights of another network": {"numbers": packed(b"\0" * 2 * (NUMBERS - 1))},
    "weights and more": {"numbers": packed(b"\0" * 2 * (NUMBERS + 1))},
    "weights that are a bomb": {"numbers": packed(b"\0" * 200_000_000)},
    "weights that are no numbers": {"numbers": packed(b"\xff\x7e" * NUMBERS)},
    "endless weights": {"numbers": packed(b"\x00\x7c" * NUMBERS)},
    "weights that are no base64": {"numbers": "é" * 100},
    "weights that are objects": {"numbers": packed(pickle.dumps(print))},
    "weights with a path": {"path": "/etc/passwd"},
}
HOSTILE |= {what: changed(*RUN, "weights", to=SOUND_WEIGHTS | wrong) for what, wrong in WRONG_WEIGHTS.items()}


@pytest.mark.parametrize("epoch", [1, 2])
def test_sound_weights_are_taken_in_of_whichever_of_the_best_epochs(epoch: int, bring: Any) -> None:
    data = changed(*RUN, "weights", to=SOUND_WEIGHTS | {"epoch": epoch})
    data["runs"][0]["epochs"][1] = EPOCH if epoch == 2 else WORSE
    [run] = bring(data)
    assert run.has_weights
    assert run.best.epoch == epoch
    assert weights_file("lstm-3f9a2c", "best").exists()


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_report_is_refused_in_a_sentence_and_records_nothing(
    data: object, bring: Any, store: RunStore
) -> None:
    with pytest.raises(UserError) as refused:
        bring(data)
    assert len(str(refused.value)) < 500
    assert str(refused.value).isprintable()
    assert store.runs() == []
    assert not run_folder("lstm-3f9a2c").exists()


def test_a_sound_run_beside_a_hostile_one_is_not_recorded_either(bring: Any, store: RunStore) -> None:
    data = changed(*TOLD, "probabilities", to=packed(b""))
    data["runs"].insert(0, sound()["runs"][0] | {"id": "lstm-000000"})
    with pytest.raises(UserError, match="lstm-3f9a2c has predictions that are damaged or of a wrong number of reviews"):
        bring(data)
    assert store.runs() == []


def test_a_bomb_is_not_unpacked(bring: Any, store: RunStore) -> None:
    bomb = packed(b"\0" * 200_000_000)  # 200 kB that become 200 MB
    before = time.process_time()
    with pytest.raises(UserError, match="wrong number of reviews"):
        bring(changed(*TOLD, "probabilities", to=bomb))
    assert time.process_time() - before < 20  # it stops after 65 bytes; unpacking is no matter of time at all
    data = changed(*RUN, "experiment", to=Experiment(cell="LSTM").model_dump() | {"reviews": 1_000_000, "epochs": 100})
    data["runs"][0]["epochs"] = [EPOCH] * 100
    part = {"epochs": list(range(1, 101)), "accuracies": [0.5] * 100, "reviews": 200_000, "probabilities": bomb}
    data["runs"][0]["predictions"][0] |= part
    data["runs"] = [data["runs"][0] | {"id": f"lstm-{place}"} for place in range(8)]
    with pytest.raises(UserError, match="more than 256 MB of predictions"):
        bring(data)
    assert store.runs() == []


def test_a_file_that_is_too_large_or_no_file_is_not_read(tmp_path: Path, store: RunStore) -> None:
    huge = tmp_path / "huge.html"
    with huge.open("wb") as stream:
        stream.truncate(2 * 2**30)  # 2 GB, none of which is on the disk
    with pytest.raises(UserError, match=r"has 2,048 MB"):
        import_runs(huge, store)
    for place in ("/dev/zero", "a\0b", "x" * 5000):
        with pytest.raises(UserError):
            import_runs(Path(place), store)


def test_what_people_typed_there_is_text_here_wherever_it_is_shown(bring: Any, store: RunStore) -> None:
    data = sound()
    data["runs"][0] |= {"name": f"=1+1{TAGS}"[:80], "note": TAGS, "host": TAGS, "summary": TAGS, "reason": TAGS}
    data["runs"][0]["versions"] = {TAGS[:60]: TAGS}
    [run] = bring(data)
    contents = gather(store, [run.id])
    page = html(contents)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;/script&gt;" in page
    assert page.count("</script>") == 4
    for form in KINDS:
        for path, content in report_files(contents, form).items():
            assert ".." not in path
            assert "/" not in path.replace("/train/", "").replace("/validation/", "")
            if form == "csv":
                assert b"'=1+1" in content
                assert content.count(b"=1+1") == content.count(b"'=1+1")


def test_no_sign_of_a_report_commands_the_terminal(bring: Any, store: RunStore) -> None:
    data = sound()
    data["runs"][0] |= {"name": "\x1b]0;owned\x07\u202eeman", "host": "\x1b[2J", "reason": "\x1b[31m\r\n"}
    [run] = bring(data)
    assert run.name == "]0;ownedeman"
    assert output.runs_table(store.runs()).replace("\n", "").isprintable()


def test_a_refusal_repeats_no_sign_that_commands_the_terminal() -> None:
    with pytest.raises(UserError) as refused:
        load_runs('{"\\u001b[2J": 1, "format": 1, "made": 0, "runs": []}')
    assert str(refused.value).isprintable()


def test_a_source_that_is_not_here_breaks_nothing(bring: Any, store: RunStore) -> None:
    [run] = bring(changed(*RUN, "experiment", "source", to="unheard"))
    contents = gather(store, [run.id])
    assert "unheard" in html(contents)
    for form in ("csv", "parquet"):
        assert report_files(contents, form)
    with pytest.raises(UserError, match="no source 'unheard'"):
        report_files(contents, "notebook")
