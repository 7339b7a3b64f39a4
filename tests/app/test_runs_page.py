"""The page of all runs without a browser: a real record, an engine that need not train."""

import io
import json
import math
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.cli.files import KINDS
from rnn_compare.cli.main import main
from rnn_compare.dashboard.pages.runs import run_details
from rnn_compare.dashboard.widgets import take_home
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent
from rnn_compare.paths import model_file
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import ELSEWHERE
from rnn_compare.services.services import Services
from rnn_compare.training.protocol import WorkerInfo
from tests.kit import runs as recorded
from tests.kit.pages import html, page, press
from tests.kit.runs import insert

HOSTILE = "<b>x</b> **bold** :red[r] ![i](http://127.0.0.1/i.png)"


def tick(app: AppTest, *rows: int) -> AppTest:
    app.session_state["runs_table"] = {"selection": {"rows": list(rows)}}
    return app.run()


def disabled(app: AppTest) -> dict[str, bool]:
    downloads = {element.proto.label: element.proto.disabled for element in app.get("download_button")}
    return downloads | {element.label: element.disabled for element in app.button}


def table(app: AppTest) -> dict[str, list[Any]]:
    """The columns of the table by their names."""
    return {str(name): column.tolist() for name, column in app.dataframe[0].value.items()}


def test_all_runs_stand_in_the_table_with_what_tells_them_apart_the_newest_setting_first_its_seeds_in_order(
    record: Callable[..., str],
) -> None:
    first = record(cell="LSTM", units=8, maxlen=50)
    second = record(Status.RUNNING, epochs=1, cell="GRU")
    shown = table(page("runs.page"))
    assert (shown["Id"], shown["Network"], shown["maxlen"]) == ([second, first], ["GRU(32)", "LSTM(8)"], [500, 50])
    assert (shown["Epochs"], shown["Status"]) == (["1 of 10", "2 of 10"], ["running", "finished"])
    same_in_all = {"Name", "Note", "From", "Source", "Reviews", "Seed", "Other settings"}
    assert not same_in_all & {*shown}

    record(cell="LSTM", dropout=0.5)
    record(cell="GRU", mask_padding=True, optimizer="adam")
    record(cell="LSTM", dropout=0.5, seed=2)
    shown = table(page("runs.page"))
    assert (shown["Network"][:3], shown["Seed"]) == (["LSTM(32)", "LSTM(32)", "GRU(32)"], [1, 2, 1, 1, 1])
    assert shown["Other settings"] == ["Dropout 0.5", "Dropout 0.5", "Mask padding yes, Optimizer adam", "", ""]


def test_one_accuracy_a_run_stands_in_the_table_in_its_details_and_on_the_command_line(
    services: Services, prepared_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (services.store.path.parent / "reviews").symlink_to(prepared_cache / "reviews")
    unmeasured = recorded.record(services.store, Experiment(reviews=1000, seed=2), (0.6, 0.8), keep=False)
    measured = recorded.record(services.store, Experiment(reviews=1000, seed=1), (0.6, 0.8, 0.7))
    at_work = recorded.record(services.store, Experiment(reviews=1000, seed=3), (0.6,), Status.RUNNING)
    services.refresh()
    score = services.evidence.score(measured, "kept")
    assert score is not None
    app = page("runs.page")
    assert table(app)["Id"] == [measured.id, unmeasured.id, at_work.id]
    accuracies = [100 * score.accuracy, math.nan, math.nan]
    assert table(app)["Held-out reviews"] == pytest.approx(accuracies, abs=0.05, nan_ok=True)
    assert f"{percent(score.accuracy)} on held-out reviews" in html(tick(app, 0))
    assert "predictions were not recorded" in html(tick(app, 1))
    assert main(["runs"]) == main(["runs", "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [percent(score.accuracy) in line for line in lines if line.startswith(measured.id)] == [True]
    accuracies = [json.loads(line)["held_out_accuracy"] for line in lines if line.startswith("{")]
    assert accuracies == [None, pytest.approx(score.accuracy), None], "the oldest first"


def test_the_page_says_where_trainings_run_and_what_is_wrong_there(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"trainings run on this machine, {services.parallel_runs} at a time" in html(page("runs.page"))
    workers = [
        WorkerInfo("tls://10.0.0.7:1", "node7", run="lstm-1"),
        WorkerInfo("tls://10.0.0.8:1", "node<8>", problem="It lacks keras.", ready=False),
    ]
    monkeypatch.setattr(services.engine, "scheduler", "tls://10.0.0.1:8786")
    monkeypatch.setattr(services.engine, "workers", lambda: workers)
    app = page("runs.page")
    assert "trainings run on tls://10.0.0.1:8786: 2 workers, 1 busy" in html(app)
    assert [warning.value for warning in app.warning] == [r"node\<8\>\: It lacks keras."]


def test_one_ticked_run_opens_with_all_that_is_recorded_of_it_and_its_name_and_note_are_text(
    services: Services, record: Callable[..., str]
) -> None:
    run = record(Status.FAILED, reason="The loss is no longer a number.", cell="LSTM", learning_rate=0.5)
    app = tick(page("runs.page"), 0)
    body = html(app)
    assert "failed, 2 of 10 epochs" in body
    assert "The loss is no longer a number." in body
    changed, left = body.split("Changed from the defaults")[1].split("Defaults")
    assert "<dt>Learning rate</dt><dd>0.5</dd>" in changed
    for fact in ("<dt>Units</dt><dd>32</dd>", f"<dd>{run}</dd>", "<dt>keras</dt><dd>3.15.1</dd>"):
        assert fact in left
    assert app.code[0].value == "Model: sequential"
    assert "layers.LSTM(32)" in app.code[1].value
    app.text_input(key=f"name_{run}").set_value(HOSTILE).run()
    app.text_area(key=f"note_{run}").set_value("A note").run()
    annotated = services.store.run(run)
    assert (annotated.name, annotated.note) == (HOSTILE, "A note")
    assert (table(app)["Name"], table(app)["Note"]) == ([HOSTILE], ["A note"])
    assert "<h2>&lt;b&gt;x&lt;/b&gt; **bold**" in html(app)
    as_markup = [*(element.label for element in app.button), *(element.value for element in app.markdown)]
    assert [text for text in as_markup if "bold" in text] == []


def test_several_ticked_runs_are_compared_at_once_and_what_cannot_be_done_with_them_is_disabled(
    record: Callable[..., str],
) -> None:
    for units in range(1, 10):
        record(units=units)
    record(Status.RUNNING, epochs=0)
    app = page("runs.page")
    reports = ["Page with the networks (.html)", "Notebook in stock Keras (.ipynb)", "Tables (CSV)"]
    labels = ["Open on Compare", *reports, "Stop", "Continue", "Delete"]
    assert disabled(app) == dict.fromkeys(labels, True)
    running = disabled(tick(app, 0))
    names = ("Stop", "Continue", "Delete", "Best epoch, .keras")
    assert [running[label] for label in names] == [False, True, True, True]
    for ticked in (1, 2, 8, 9):
        finished = disabled(tick(app, *range(1, 1 + ticked)))
        assert any("Could it be chance?" in box.label for box in app.expander) == (1 < ticked < 9)
        assert [finished[label] for label in ("Open on Compare", "Delete", "Stop")] == [ticked > 8, False, True]
    assert "9 ticked; the charts show at most 8 settings" in html(app)
    assert not app.exception


def test_a_run_is_continued_for_as_many_epochs_as_asked_and_what_a_click_could_not_do_is_said_until_it_was_read(
    services: Services, record: Callable[..., str]
) -> None:
    broken_off = record(Status.INTERRUPTED, reason="The program ended.")
    finished = record(epochs=2)
    app = tick(page("runs.page"), 0)
    app.number_input[0].set_value(3).run()
    press(app, "Train more")
    for shown in (app, app.run()):
        assert "has weights but no training state" in shown.error[0].value
    press(app, "OK")
    assert not app.error
    for run in (finished, broken_off):
        checkpoint.save(run, Checkpoint(services.store.run(run).epochs, (), ()))
    press(app, "Train more")
    press(tick(app, 1), "Continue")
    assert not app.error
    assert [run.status for run in services.store.runs()] == [Status.QUEUED] * 2
    assert services.store.run(finished).experiment.epochs == 13
    assert len(services.store.run(broken_off).epochs) == 2


def test_the_same_runs_stay_ticked_when_another_is_started_also_over_a_visit_to_another_page(
    record: Callable[..., str],
) -> None:
    record(cell="LSTM")
    wanted = record(cell="GRU")
    app = tick(page("runs.page"), 0)
    record(cell="SimpleRNN")
    app.run()
    assert app.session_state["runs_table"]["selection"]["rows"] == [1]
    assert f"<dd>{wanted}</dd>" in html(app)
    del app.session_state["runs_table"]  # as Streamlit does with the widgets of a page that is left
    record(cell="MGU")
    app.run()
    assert app.session_state["runs_table"]["selection"]["rows"] == [2]


def test_a_deletion_is_undone_from_another_screen_also_if_nothing_is_left(record: Callable[..., str]) -> None:
    lstm, gru = record(cell="LSTM"), record(cell="GRU")
    app = tick(page("runs.page"), 0)
    press(app, "Delete")
    assert table(app)["Id"] == [lstm]
    press(tick(app, 0), "Delete")
    assert "No runs yet" in app.info[0].value
    assert "Train one on Compare" in [button.label for button in app.button]
    other_screen = page("runs.page")
    press(other_screen, "Undo")
    assert table(other_screen)["Id"] == [gru, lstm]
    assert "Undo" not in [button.label for button in app.run().button]
    assert not app.error


@pytest.mark.skipif(os.name == "nt", reason="a folder in place of a file reads otherwise on Windows")
def test_a_model_that_cannot_be_read_is_said_in_words(services: Services, record: Callable[..., str]) -> None:
    run = record()
    model_file(run, "last").mkdir(parents=True)
    with pytest.raises(UserError, match=r"The model .* cannot be read .* Make it readable"):
        run_details.model(services, services.store.run(run), "last")


def test_what_is_ticked_is_taken_home_in_every_form(
    services: Services, record: Callable[..., str], prepared_cache: Path
) -> None:
    (services.store.path.parent / "reviews").symlink_to(prepared_cache / "reviews")
    runs = [record(cell=cell, reviews=100) for cell in ("LSTM", "GRU")]
    assert not disabled(tick(page("runs.page"), 0, 1))["Page with the networks (.html)"]
    assert take_home.file_name(services.store.runs(runs)) == "LSTM-32-GRU-32"
    contents = {form: take_home.report(services, runs, form, "report") for form in KINDS}
    assert contents.pop("html").startswith(b"<!doctype html>")
    assert b'"nbformat"' in contents.pop("notebook")
    for form, content in contents.items():
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert names == [f"report.{form}", f"report.curves.{form}"]
    with pytest.raises(UserError, match="no run called 'nobody'"):
        take_home.report(services, ["nobody"], "html", "report")


def test_a_run_from_elsewhere_says_so_and_offers_nothing_that_needs_its_weights_or_reviews(
    services: Services, record: Callable[..., str]
) -> None:
    run = services.store.run(record(Status.STOPPED, reviews=100))
    unheard = run.experiment.model_copy(update={"source": "unheard"})
    insert(services.store, replace(run, id="lstm-elsewhere", experiment=unheard, origin=ELSEWHERE))
    services.refresh()
    app = page("runs.page")
    assert sorted(table(app)["From"]) == ["page", "recorded elsewhere"]
    tick(app, table(app)["Id"].index("lstm-elsewhere"))
    assert not app.exception
    assert "lstm-elsewhere" in html(app)
    assert "unheard" in html(app)
    assert (disabled(app)["Continue"], disabled(app)["Best epoch (1), .keras"]) == (True, True)
    assert not app.number_input


def test_scripts_and_how_to_open_a_model_that_keras_lacks_are_offered_or_the_reason_is_given(
    record: Callable[..., str],
) -> None:
    record(cell="LSTM", dropout=0.2)
    record(cell="MGU")
    app = tick(page("runs.page"), 0)
    assert [disabled(app)[f"{title} (.py)"] for title in ("Stock Keras", "NumPy alone")] == [False, False]
    assert any("Keras itself lacks a layer of MGU(32)" in box.label for box in app.expander)
    [opening] = [code.value for code in app.code if "load_model" in code.value]
    assert "class MGU(layers.RNN):" in opening
    app = tick(app, 1)
    assert disabled(app)["NumPy alone (.py)"]
    assert not disabled(app)["Stock Keras (.py)"]
    assert "The plain file trains without dropout" in html(app)
