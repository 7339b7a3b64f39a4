from pathlib import Path

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE, checkpoint_file
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from tests.epochs import epoch_end


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    return tmp_path


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


def test_a_state_is_read_as_it_was_saved() -> None:
    checkpoint.save("run", state(3))
    assert same(checkpoint.load("run"), state(3))


def test_a_run_without_one_has_none() -> None:
    assert checkpoint.load("run") is None
    assert not checkpoint.exists("run")


@pytest.mark.parametrize("damage", ["a bit", "the end", "all"])
def test_a_damaged_one_is_passed_over_for_the_one_before(damage: str) -> None:
    checkpoint.save("run", state(1))
    checkpoint.save("run", state(2))
    content = checkpoint_file("run").read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    checkpoint_file("run").write_bytes({"a bit": flipped, "the end": content[:-7], "all": b""}[damage])
    assert same(checkpoint.load("run"), state(1))


def test_one_that_cannot_be_written_leaves_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint.save("run", state(1))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr(Path, "replace", full)
        with pytest.raises(UserError, match=r"No space left on device.*continue the run"):
            checkpoint.save("run", state(2))
    assert same(checkpoint.load("run"), state(1))
    assert {path.name for path in checkpoint_file("run").parent.iterdir()} <= {"last.checkpoint", "previous.checkpoint"}
