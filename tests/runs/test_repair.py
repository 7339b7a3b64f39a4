"""A damaged record of real trainings is repaired from what is left of it, its daily copy and their checkpoints."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from rnn_compare.cli.main import main
from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE, checkpoint_file, delete_files, run_folder
from rnn_compare.runs import checkpoint
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.repair import back_up, repair
from rnn_compare.runs.store import RunStore
from tests.kit.trainings import tiny, train

PAGE = 4096
EXPERIMENTS = [tiny(cell=cell, seed=seed, epochs=3) for cell in ("SimpleRNN", "LSTM", "GRU") for seed in (1, 2)]


@pytest.fixture(scope="module")
def trained(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder with a record of six trained networks."""
    cache = tmp_path_factory.mktemp("trained")
    (cache / "reviews").symlink_to(prepared_cache / "reviews")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(cache))
        store = RunStore(cache / "runs.db")
        for run, experiment in zip(store.create(EXPERIMENTS, Owner.current(), "page"), EXPERIMENTS, strict=True):
            store.record(train(run, experiment))
        store.close()
        yield cache


@pytest.fixture
def cache(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(trained, tmp_path / "cache", symlinks=True)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def record(cache: Path) -> Path:
    return cache / "runs.db"


@pytest.fixture
def before(record: Path) -> list[Run]:
    return runs_in(record)


def runs_in(record: Path) -> list[Run]:
    with contextlib.closing(RunStore(record)) as store:
        return store.runs()


def repaired(record: Path) -> tuple[list[Run], list[str]]:
    RunStore(record).close()
    sentences = repair(record)
    return runs_in(record), sentences


def figures(runs: list[Run]) -> dict[tuple[str, int], dict[str, float]]:
    return {(run.id, epoch.epoch): dict(epoch.figures) for run in runs for epoch in run.epochs}


def with_damage(content: bytes, number: int) -> bytes:
    """Returns the bytes of a record with a bit flipped, with 16, without its end, or with an empty page."""
    chance, damaged = Random(number), bytearray(content)
    match number % 4:
        case 0 | 1:
            for _ in range((1, 16)[number % 4]):
                damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        case 2:
            del damaged[chance.randrange(PAGE, len(content)) :]
        case 3:
            start = PAGE * (number // 4 % (len(content) // PAGE))
            damaged[start : start + PAGE] = bytes(PAGE)
    return bytes(damaged)


@pytest.mark.slow
@pytest.mark.parametrize("number", [*range(8), *(pytest.param(n, marks=pytest.mark.thorough) for n in range(8, 60))])
def test_of_a_damaged_record_no_epoch_is_lost_and_none_is_changed(record: Path, before: list[Run], number: int) -> None:
    assert len(figures(before)) == 18
    record.write_bytes(with_damage(record.read_bytes(), number))
    after, _ = repaired(record)
    assert figures(after) == figures(before)
    assert {run.id: run.experiment for run in after} == {run.id: run.experiment for run in before}
    assert all(run.status.ended for run in after)


def test_a_changed_figure_is_noticed_and_corrected_by_the_checkpoint(record: Path, before: list[Run]) -> None:
    with sqlite3.connect(record) as connection:
        changed = "json_set(figures, '$.val_accuracy', 0.125)"
        connection.execute(f"UPDATE epochs SET figures = {changed} WHERE run = ? AND epoch = 2", (before[0].id,))
        connection.execute("UPDATE runs SET experiment = json_set(experiment, '$.units', 44)")
    after, sentences = repaired(record)
    run, was = before[0].id, before[0].epochs[1]["val_accuracy"]
    assert f"{run}, epoch 2: val_accuracy is {was} in its checkpoint, which is kept, 0.125 in the record." in sentences
    assert f"{run} was trained with units 4, as its checkpoint has it; its record is corrected." in sentences
    assert after == before


def test_a_changed_name_of_a_column_is_damage_and_costs_nothing(record: Path, before: list[Run]) -> None:
    record.write_bytes(record.read_bytes().replace(b"experiment TEXT", b"experimfnt TEXT"))
    assert runs_in(record) == []
    assert repaired(record)[0] == before


@pytest.mark.parametrize("text", [b"finished", b'"units"', b'"keras"', b'"val_accuracy"'])
def test_a_broken_byte_in_a_text_costs_a_run_at_most_and_repair_restores_it(
    record: Path, before: list[Run], text: bytes
) -> None:
    content = record.read_bytes()
    at = content.rindex(text) + 2
    record.write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    store = RunStore(record)
    listed = store.runs()
    assert sum(run in listed for run in before) >= 5
    assert len(listed) == len(before) or "`python -m rnn_compare repair` restores" in store.warnings[0]
    store.close()
    assert figures(repaired(record)[0]) == figures(before)


def test_a_lost_first_page_costs_nothing_even_without_checkpoints(record: Path) -> None:
    store = RunStore(record)
    store.rename(store.runs()[0].id, "the first")
    before = [(run, store.predictions(run.id)) for run in store.runs()]
    store.close()
    for run, _ in before:
        delete_files(run.id)
    content = bytes(PAGE) + record.read_bytes()[PAGE:]
    record.write_bytes(content)
    after, _ = repaired(record)
    with contextlib.closing(RunStore(record)) as store:
        assert [(run, store.predictions(run.id)) for run in after] == before
    assert content in [file.read_bytes() for file in record.parent.glob("runs.db.repaired-*")], "it is kept"


def without_checkpoints(*runs: Run) -> None:
    for run in runs:
        for file in run_folder(run.id).glob("*.checkpoint"):
            file.unlink()


def test_the_daily_copy_gives_back_what_nothing_else_holds_but_no_deleted_run(record: Path, before: list[Run]) -> None:
    with contextlib.closing(RunStore(record)) as store:
        back_up(store)
        store.delete(before[1].id)
    delete_files(before[1].id)
    without_checkpoints(*before)
    record.write_bytes(b"no database" * 1000)
    assert repaired(record)[0] == [run for run in before if run.id != before[1].id]


def test_the_copy_is_made_by_a_command_once_a_day_also_while_somebody_writes(cache: Path) -> None:
    record, copy = cache / "runs.db", cache / "runs.backup.db"
    with contextlib.closing(sqlite3.connect(record, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert main(["runs"]) == 0
    with contextlib.closing(RunStore(record)) as store:
        first = copy.stat().st_mtime_ns
        back_up(store)
        assert copy.stat().st_mtime_ns == first
        os.utime(copy, (0, 0))
        (cache / "runs.db.unreadable-1").touch()
        back_up(store)
        assert copy.stat().st_mtime_ns == 0, "the new record may lack what the copy holds"
        (cache / "runs.db.unreadable-1").unlink()
        back_up(store)
        assert copy.stat().st_mtime_ns > first
        assert runs_in(copy) == store.runs()


def test_a_record_of_an_earlier_version_is_copied_when_a_command_first_opens_it_and_then_no_damage_costs_a_run(
    record: Path, before: list[Run]
) -> None:
    """Their checkpoints do not say what was trained."""
    for run in before:
        saved = checkpoint.load(run.id)
        assert saved
        checkpoint_file(run.id, previous=True).unlink()
        checkpoint.save(run.id, replace(saved, experiment=""))
        checkpoint_file(run.id, previous=True).unlink()
    assert main(["runs"]) == 0
    record.write_bytes(with_damage(record.read_bytes(), 2))  # most of it is cut off
    assert repaired(record)[0] == before


def test_a_copy_that_may_hold_what_the_record_has_lost_is_not_replaced(record: Path, before: list[Run]) -> None:
    with contextlib.closing(RunStore(record)) as store:
        back_up(store)
    os.utime(record.with_name("runs.backup.db"), (0, 0))
    without_checkpoints(before[0])
    with sqlite3.connect(record) as connection:
        connection.execute("UPDATE runs SET status = 'fin?shed' WHERE id = ?", (before[0].id,))
    assert main(["repair"]) == 0
    assert runs_in(record) == before


def test_nothing_is_repaired_while_a_run_trains(record: Path) -> None:
    with contextlib.closing(RunStore(record)) as store:
        [run] = store.create(EXPERIMENTS[:1], Owner.current(), "page")
        with pytest.raises(UserError, match=f"{run} waits or trains"):
            repair(record)
        assert len(store.runs()) == 7
