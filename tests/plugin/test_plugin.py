"""Parts from an installed package: one of each kind is used, a broken one is left out, and a missing one is named."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import parameters
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.events import Ended, Status
from rnn_compare.training.protocol import WorkerQuestion
from rnn_compare.training.remote import worker
from rnn_compare.training.worker import worker_process
from tests.kit.caches import lend

HERE = Path(__file__).parent
PACKAGE = HERE / "rnn_compare_example"
JANET = (PACKAGE / "janet.py").read_text("utf-8")
JANET_EXPERIMENT = Experiment.model_construct(**{**Experiment().model_dump(), "cell": "JANET"})
PUBLISHED = "f * previous_state + (1 - f) * candidate"
TRAIN = ("train", "--cell", "JANET", "--units", "4", "--maxlen", "10", "--reviews", "500", "--epochs", "1", "--json")


def install(site: Path, changed: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None) -> None:
    """Makes the package look installed in a folder: its files, some of them changed, beside what pip writes of it.

    ``more`` are further lines of some groups of its entry points.
    """
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    entry_points = ""
    for group, entries in project["entry-points"].items():
        entry_points += f"[{group}]\n" + "".join(f"{name} = {module}\n" for name, module in entries.items())
        entry_points += (more or {}).get(group, "")
    shutil.copytree(PACKAGE, site / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    info = site / "rnn_compare_example-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (info / "entry_points.txt").write_text(entry_points)
    for name, content in (changed or {}).items():
        (site / PACKAGE.name / name).write_text(content)


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Runs Python with what is installed in ``site`` of the folder."""
    packages = os.pathsep.join([str(folder / "site"), str(HERE.parents[1])])
    own = {CACHE_VARIABLE: str(folder / "cache"), "RNN_COMPARE_WORKERS": "1", "PYTHONPATH": packages}
    command = (sys.executable, *command)
    return subprocess.run(command, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=False)


def succeed(folder: Path, *command: str) -> str:
    """Returns what a process prints, which must succeed and say nothing on standard error."""
    done = run(folder, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_parts_of_a_package_are_trained_drawn_read_and_taken_home(tmp_path: Path, prepared_cache: Path) -> None:
    install(tmp_path / "site")
    lend(prepared_cache, tmp_path / "cache")
    assert succeed(tmp_path, str(HERE / "use.py")).endswith("used\n")


def test_a_step_and_a_kind_of_question_are_named_by_a_lecture_shown_graded_and_sent_to_phones(tmp_path: Path) -> None:
    install(tmp_path / "site")
    assert succeed(tmp_path, str(HERE / "lecture.py")).endswith("given\n")


TAKEN = "is taken, or not made of up to 40 letters, digits, - and _."
FORMULA = JANET.replace("d_previous_state = d_state * f", "d_previous_state = d_shown * f")
BROKEN = {
    "absent": ("import a_package_nobody_has", "ModuleNotFoundError: No module named 'a_package_nobody_has'."),
    "empty": ("from rnn_compare.cells.cell import Cell", "It declares no Cell."),
    "taken": (JANET.replace('"JANET"', '"GRU"'), f"The name 'GRU' {TAKEN}"),
    "twice": (JANET, f"The name 'JANET' {TAKEN}"),
    "typed": (JANET.replace("2018,", '"2018",').replace('"JANET"', '"T"'), "year: Input should be a valid integer."),
    "unnamed": (
        JANET.replace('"JANET"', '"no name"'),
        "no name: in_keras must be False, name and keras_name valid names in Python.",
    ),
    "formula": (FORMULA.replace('"JANET"', '"FORMULA"'), "NameError: name 'd_shown' is not defined."),
}
"""Modules of cells, and what is wrong with them."""
USE = """
import subprocess, sys
from rnn_compare.cells.registry import CELLS
from rnn_compare.charts.palette import picture
assert 'forget' in picture('JANET').drawing, 'laid out from its gates'
print(*CELLS, flush=True)
subprocess.run([sys.executable, '-c', 'import rnn_compare.cells.registry'])  # a worker says nothing again
"""


def test_what_nobody_can_use_is_left_out_with_a_sentence_and_the_rest_is_used(tmp_path: Path) -> None:
    entries = "".join(f"{name} = {PACKAGE.name}.{name}\n" for name in BROKEN)
    modules = {f"{name}.py": module for name, (module, _) in BROKEN.items()}
    install(tmp_path / "site", modules | {"janet.svg": "<svg data-shades='#000000'/>"}, {"rnn_compare.cells": entries})
    done = run(tmp_path, "-c", USE)
    assert done.stdout.split() == [*CELLS[:-2], "JANET", *CELLS[-2:]]
    reasons = {f"module {PACKAGE.name}.{name}": reason for name, (_, reason) in BROKEN.items()}
    reasons["drawing janet.svg"] = "janet.svg must name 8 colours in data-shades."
    start, end = "of the package rnn-compare-example 1.0 is left out.", "Correct that package or uninstall it."
    expected = [f"The {what} {start} {reason} {end}" for what, reason in reasons.items()]
    assert sorted(done.stderr.splitlines()) == sorted(expected)


def test_a_worker_says_which_part_of_a_run_it_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    packages = {"cell JANET": "rnn-compare-example 1.0"}
    assert worker.start("first", "janet-000000", JANET_EXPERIMENT, {}, {}, packages) is None
    [(event, files)] = asyncio.run(worker.messages("first", "janet-000000")) or []
    assert isinstance(event, Ended)
    assert (event.status, files) == (Status.FAILED, {})
    assert event.reason == (
        "This worker has no cell JANET of rnn-compare-example 1.0; install the package rnn-compare-example 1.0 there "
        "and restart it."
    )
    assert asyncio.run(worker.messages("first", "janet-000000")) is None
    sentence = r"^There is no network 'JANET' here\. Install the package that brings it, then"
    with pytest.raises(UserError, match=sentence):  # of this machine
        worker_process.answer(WorkerQuestion(parameters, (JANET_EXPERIMENT,)))


@pytest.mark.slow
def test_curves_follow_a_changed_formula_and_runs_wait_for_their_package(tmp_path: Path, prepared_cache: Path) -> None:
    lend(prepared_cache, tmp_path / "cache")
    losses = []
    for formula in (PUBLISHED, f"{PUBLISHED} / 2", PUBLISHED):
        install(tmp_path / "site", {"janet.py": JANET.replace(PUBLISHED, formula)})
        lines = [json.loads(line) for line in succeed(tmp_path, "-m", "rnn_compare", *TRAIN).splitlines()]
        losses += [line["val_loss"] for line in lines if line["kind"] == "epoch"]
    first, changed, again = losses
    assert first == again != changed
    name = lines[0]["run"]
    (tmp_path / "site").rename(tmp_path / "elsewhere")
    warning = run(tmp_path, "-m", "rnn_compare", "runs").stderr
    sentence = f"{name}: runs of JANET are kept but cannot be shown. Install rnn-compare-example 1.0 to see them.\n"
    assert sentence in warning
    for command in (["report", name, "--html", "page.html"], ["predict", name, "a film"], ["compare", name, name]):
        refused = run(tmp_path, "-m", "rnn_compare", *command)
        assert (refused.returncode, refused.stderr) == (2, sentence), command
    (tmp_path / "elsewhere").rename(tmp_path / "site")
    assert name in succeed(tmp_path, "-m", "rnn_compare", "runs")
