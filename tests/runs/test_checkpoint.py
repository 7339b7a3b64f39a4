import hashlib
import io
from pathlib import Path

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import checkpoint_file
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint, interrupt_orphans
from rnn_compare.runs.events import Started, Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from tests.kit.runs import epoch_end

pytestmark = pytest.mark.usefixtures("empty_cache")


def state(epochs: int) -> Checkpoint:
    """A state of a training after some epochs, each with numbers of its own."""
    return Checkpoint(
        tuple(epoch_end("run", i, 0.5 + i / 100, 0.7, 0.6, 0.65, 12.5) for i in range(1, epochs + 1)),
        (np.full((3, 2), epochs, np.float32), np.array([1, epochs], np.int64)),
        (np.array(epochs, np.int64), np.full(4, epochs / 3, np.float32)),
    )


def same(a: Checkpoint | None, b: Checkpoint) -> bool:
    assert a is not None
    arrays = zip((*a.model, *a.optimizer), (*b.model, *b.optimizer), strict=True)
    return a.epochs == b.epochs and all(x.dtype == y.dtype and np.array_equal(x, y) for x, y in arrays)


def test_a_checkpoint_is_read_as_it_was_saved_by_this_version_or_an_earlier_one() -> None:
    assert checkpoint.load("run") is None
    assert not checkpoint.exists("run")
    checkpoint.save("run", state(3))
    assert same(checkpoint.load("run"), state(3))
    with np.load(io.BytesIO(checkpoint_file("run").read_bytes()[32:])) as file:
        arrays = {name: file[name] for name in file.files if name != "experiment"}
    payload = io.BytesIO()
    np.savez(payload, **arrays)
    checkpoint_file("run").write_bytes(hashlib.sha256(payload.getvalue()).digest() + payload.getvalue())
    assert same(checkpoint.load("run"), state(3))


@pytest.mark.parametrize("damage", ["a bit", "the end", "all"])
def test_a_damaged_checkpoint_is_ignored_for_the_previous(damage: str) -> None:
    checkpoint.save("run", state(1))
    checkpoint.save("run", state(2))
    content = checkpoint_file("run").read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    checkpoint_file("run").write_bytes({"a bit": flipped, "the end": content[:-7], "all": b""}[damage])
    assert same(checkpoint.load("run"), state(1))


@pytest.mark.parametrize("previous", [False, True])
def test_a_folder_in_a_checkpoints_place_is_set_aside_and_costs_an_epoch_at_most(previous: bool) -> None:
    checkpoint.save("run", state(1))
    checkpoint.save("run", state(2))
    place = checkpoint_file("run", previous)
    place.unlink()
    place.mkdir()
    assert same(checkpoint.load("run"), state(2 if previous else 1))
    checkpoint.save("run", state(3))
    assert same(checkpoint.load("run"), state(3))
    assert [path.is_dir() for path in place.parent.glob(f"{place.name}-*.folder")] == [True]


def test_a_checkpoint_that_cannot_be_written_leaves_the_previous(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint.save("run", state(1))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr(Path, "replace", full)
        with pytest.raises(UserError, match=r"No space left on device.*continue the run"):
            checkpoint.save("run", state(2))
    assert same(checkpoint.load("run"), state(1))
    assert {path.name for path in checkpoint_file("run").parent.iterdir()} <= {"last.checkpoint", "previous.checkpoint"}


def test_an_epoch_that_the_dead_program_could_not_record_is_taken_from_the_checkpoint(empty_cache: Path) -> None:
    store = RunStore(empty_cache / "runs.db")
    [run] = store.create([Experiment()], Owner(pid=2**22 + 1, started=1.0, host=Owner.current().host), "page")
    epochs = tuple(epoch_end(run, number, 0.5, 0.7, 0.6, 0.65, 12.5) for number in (1, 2))
    store.record([Started(run, 1, "", {}, 10.0), epochs[0]])
    checkpoint.save(run, Checkpoint(epochs, (), ()))
    assert interrupt_orphans(store) == [run]
    assert store.run(run).status is Status.INTERRUPTED
    assert store.run(run).epochs == epochs
