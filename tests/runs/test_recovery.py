from pathlib import Path

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint, interrupt_orphans
from rnn_compare.runs.events import Started, Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from tests.epochs import epoch_end

GONE = Owner(pid=2**22 + 1, started=1.0, host=Owner.current().host)


def test_an_epoch_that_the_dead_program_could_not_record_is_taken_from_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    store = RunStore(tmp_path / "runs.db")
    [run] = store.create([Experiment()], GONE, "page")
    epochs = tuple(epoch_end(run, i, 0.5, 0.7, 0.6, 0.65, 12.5) for i in (1, 2))
    store.record([Started(run, 1, "", {}, 10.0), epochs[0]])
    checkpoint.save(run, Checkpoint(epochs, (), ()))
    assert interrupt_orphans(store) == [run]
    assert store.run(run).status is Status.INTERRUPTED
    assert store.run(run).epochs == epochs
