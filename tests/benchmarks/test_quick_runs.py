"""Quick runs of all benchmarks: they still measure what they say; times are not judged.

Those that take seconds belong to the gate, a minute of the processor at most together; the rest has a marker.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.browser import executable
from rnn_compare.cells.registry import CELLS
from rnn_compare.class_networks.networks import RECORDING
from rnn_compare.feedforward.registry import FEEDFORWARD
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import PHONES
from rnn_compare.report.lesson import LESSON
from rnn_compare.services.services import FIRST_PAGE_VARIABLE

PROJECT = Path(__file__).resolve().parents[2]


def output(benchmark: str, main: str = "main()", arguments: str = "", **constants: object) -> str:
    """Runs a benchmark's ``main`` in a process of its own, with some of its constants made small."""
    small = "".join(f"benchmark.{constant} = {value!r}; " for constant, value in constants.items())
    code = f"from benchmarks import {benchmark} as benchmark; {small}benchmark.{main}"
    command = [sys.executable, "-c", code, *arguments.split()]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def measured(pattern: str, text: str) -> list[float]:
    """Returns all numbers that match a pattern; there must be some, and all above 0."""
    numbers = [float(number.replace(",", "")) for number in re.findall(pattern, text, re.MULTILINE)]
    assert numbers, text
    assert all(number > 0 for number in numbers), text
    return numbers


@pytest.fixture(autouse=True)
def _small_cache(prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.mark.measure
def test_fused_epoch_times_both_kinds_of_layers_and_their_drift_for_every_cell() -> None:
    text = output("fused_epoch", "main(800, 1)", STEPS=(2, 4))
    assert re.findall(r"^(\w+) +epoch:", text, re.MULTILINE) == list(CELLS)
    assert len(measured(r"(?:stock|fused) (\d+\.\d+) s", text)) == 2 * len(CELLS)
    drift = measured(r"(\S+) after 4 steps", text)
    assert len(drift) == len(CELLS)
    assert max(drift) < 1e-3  # else the two would not train the same network


@pytest.mark.measure
def test_a_browsers_engine_is_timed_against_fused_and_stock_layers() -> None:
    text = output("browser_training", "main(1)", CELLS=("LSTM",), SETTINGS=({**LESSON, "maxlen": 20, "units": 8},))
    assert len(measured(r"(?:fused|stock|relaxed|vectors|plain) (\d+\.\d+) s", text)) == 5
    assert all(loss < 0.7 for loss in measured(r"loss (\d+\.\d+)", text))
    [seconds, throttled] = measured(r"(?:Chromium|throttled) (\d+\.\d+) s", text)
    assert throttled > seconds


@pytest.mark.measure
def test_networks_without_recurrence_are_timed_against_the_lstm() -> None:
    text = output("without_recurrence", "main(400, 1, 41)")
    assert re.findall(r"^(\w+) +\d+\.\d+ s", text, re.MULTILINE) == ["LSTM", *FEEDFORWARD]
    assert len(measured(r"ratio (\d+\.\d+)", text)) == 1 + len(FEEDFORWARD)


@pytest.mark.parametrize("cells", [("LSTM",), pytest.param(tuple(CELLS), marks=pytest.mark.measure)])
def test_threads_times_cells_by_each_number_of_threads(cells: tuple[str, ...]) -> None:
    text = output("threads", "main(400, 1)", COUNTS=(1, 2), CELLS=cells)
    assert re.findall(r"^(\w+) +(\d) threads", text, re.MULTILINE) == [(cell, n) for cell in cells for n in "12"]
    assert len(measured(r"ratio (\d+\.\d+)", text)) == 2 * len(cells)


@pytest.mark.measure
def test_the_books_experiment_runs_as_command_and_as_script_with_two_accuracies_each() -> None:
    text = output("book_experiment", "main(1, 400, 1)")
    accuracies = re.findall(r"validation accuracies (.*)", text)
    assert [len(pair.split()) for pair in accuracies] == [2, 2]
    measured(r"(\d+\.\d) times faster", text)


@pytest.mark.measure
@pytest.mark.usefixtures("chromium")
def test_the_book_runs_in_a_tab_beside_the_program_and_a_stock_script() -> None:
    text = output("browser_book", "main(1, 600, 1)")
    assert [len(line.split()) for line in re.findall(r"accuracies (.*)", text)][1:] == [2, 2]
    assert re.search(r"^tab .* accuracies \d+\.\d\s% \d+\.\d\s%$", text, re.MULTILINE)
    assert len(measured(r"takes (\d+\.\d+) of", text)) == 2
    measured(r"largest process (\d+) MB", text)


@pytest.mark.measure
@pytest.mark.usefixtures("chromium")
def test_first_page_sees_the_counts_before_the_charts_and_an_empty_page_beside_them() -> None:
    if executable().endswith("headless-shell"):
        pytest.skip("this benchmark needs an extension, and chromium-headless-shell loads none")
    text = output("first_page", ROUNDS=1, PATIENCE=20)
    counts, charts, empty = measured(r": +(\d+\.\d+) s", text)
    assert counts <= charts
    assert empty > 0


@pytest.mark.measure
@pytest.mark.usefixtures("chromium")
def test_first_point_waits_for_a_point_of_this_training_and_for_a_plain_scripts_first_batch() -> None:
    text = output("first_point", ROUNDS=2)
    ours, plain = (re.findall(r"\d+\.\d+", rounds) for rounds in re.findall(r"\[(.*)\]", text))
    assert len(ours) == len(plain) == 2


@pytest.mark.measure
@pytest.mark.usefixtures("chromium")
def test_first_point_waits_on_a_new_machine_too_and_counts_the_processors_seconds() -> None:
    text = output("first_point", "fresh()", FRESH_ROUNDS=1, FRESH_SECONDS=1.0)
    _, whole, from_train = measured(r": (\d+\.\d) s", text)
    assert from_train < whole


@pytest.mark.usefixtures("chromium")
def test_the_page_that_reads_is_weighed_and_timed() -> None:
    text = output("reading_page", TIMES=1)
    measured(r"^one file: (\d+\.\d+) MB", text)
    assert len(measured(r"first prediction (\d+) ms", text)) == 2
    assert len(measured(r"500 words with all signals in (\d+\.\d) ms", text)) == 4


@pytest.mark.measure
def test_an_audience_votes_is_counted_and_served_and_the_paces_are_compared() -> None:
    # Workers give way to the tests beside them, so an epoch is a small part of a round, and 100 outlast two of them.
    text = output(
        "audience",
        arguments="--phones 10 --visitors 5 --rounds 1 --seconds 12 --take-home",
        SETTINGS="cell=SimpleRNN&cell=LSTM&epochs=100&reviews=5000",
        VOTE_SECONDS=1.0,
        REVIEW_SECONDS=1.0,
    )
    assert "10 phones: joined in" in text
    waits = ("vote to bar", "reveal to phone", "page opened", "news", "download", "health")
    assert re.findall(r"^([a-z ]+): p50 .* p95 \d+\.\d+ s, worst \d+\.\d+ s$", text, re.MULTILINE) == list(waits)
    measured(r"^10 downloads of (\d\.\d+) MB, \d+ different pages", text)
    assert ", 0 tracebacks; processor: server" in text
    assert len(measured(r"an epoch takes (\d+\.\d+) times as long", text)) == 2


@pytest.mark.measure
def test_the_cost_of_an_idle_program_is_printed_beside_an_empty_pages_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FIRST_PAGE_VARIABLE)  # its workers start though nothing asks for one
    text = output("idle", arguments="--seconds 3", STILL=1.0)
    server, workers = re.findall(r"server (\S+) %, \d+ other processes (\S+) %", text)[0]
    whole, _empty = re.findall(r"together (\S+) % .*server (\S+) %", text)[0]
    assert float(whole) == pytest.approx(float(server) + float(workers), abs=0.02)
    ours, empty = measured(r"woken (\S+) times", text)[0], measured(r"server (\S+) times", text)[0]
    assert ours < 2 * empty


def test_pages_are_timed_with_stored_runs_and_without() -> None:
    text = output("stored_runs", arguments="--runs 9 --rounds 1")
    assert re.findall(r"^(\w+):", text, re.MULTILINE) == ["Compare", "Runs"]
    assert len(measured(r"(\d+\.\d+) s with \d", text)) == 2


@pytest.mark.measure
def test_real_trainings_are_made_anew_kept_and_drawn_from(tmp_path: Path) -> None:
    short = {"cell": "GRU", "units": 4, "maxlen": 5, "reviews": 200, "epochs": 2}
    main = f"main(True, {str(tmp_path)!r})"
    few: dict[str, Any] = {"TRAININGS": {"few": (short, 12)}, "EQUALS": ("few",), "UNEQUALS": ("few", "few")}
    text = output("real_trainings", main, **few, DRAWS=4)
    assert re.findall(r"^(\d+ × \S+), maxlen 5", text, re.MULTILINE) == 3 * ["12 × GRU(4)"]
    tables = re.findall(r"\n(.+)\n\| % of 4 draws \|(.*) \|\n\|---[|-]+\n((?:\| .* \|\n)+)", text)
    assert len(tables) == 10
    for title, columns, rows in tables:
        for row in rows.splitlines():
            assert row.count("|") == columns.count("|") + 3, title
            assert re.findall(r"\| (\d+\.\d) ", row), title
    measured(r"deviation (\d+\.\d) points", text)  # else seeds would not differ


@pytest.mark.measure
def test_a_classs_networks_are_trained_recorded_and_drawn_from(tmp_path: Path) -> None:
    file = tmp_path / "class_networks.json"
    few: dict[str, Any] = {"RECORDED": 1, "TRAINED": 8, "OF_EACH": (4, 8), "DRAWS": 5}
    text = output("class_networks", f"main(True, {str(file)!r})", **few)
    recorded = json.loads(file.read_text(encoding="utf-8"))
    shipped = json.loads(RECORDING.read_text(encoding="utf-8"))
    assert [recorded[PHONES.name][place] for place in (0, 1)] == [shipped[PHONES.name][place] for place in (0, 20)]
    paired, alone = (measured(pattern, text) for pattern in (r"\| ± (\d+\.\d) \| ±", r" ± (\d+\.\d) \| \d"))
    assert len(paired) == 4, "two cells by 4 and by 8, two groups of either by 4"
    assert sum(paired) < sum(alone)


@pytest.mark.measure
@pytest.mark.usefixtures("chromium")
def test_the_dots_of_a_class_are_timed_on_a_wall_beside_phones_that_really_train() -> None:
    text = output("class_trains", arguments="--phones 12 --seconds 4", OFF_SECONDS=3.0)
    assert "15 dots of 15 phones" in text
    assert "; 0 tracebacks" in text
    assert re.findall(r"^([a-z ]+): p50 .* worst \d+\.\d+ s$", text, re.MULTILINE) == ["result to dot", "health"]
    plain, throttled, cut_off = measured(r"sent after (\d+\.\d) s", text)
    assert plain < throttled
    assert cut_off > 3
