"""The program dies, or the machine around it fails: what was finished is there afterwards, and the run goes on."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.events import Ended, Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import LOST, RunStore
from tests.faults.conftest import PROJECT, TINY, Command, alone
from tests.kit.trainings import endless
from tests.kit.waiting import PATIENCE


@pytest.mark.soak
def test_a_full_disk_ends_the_run_with_a_sentence_and_it_goes_on_when_there_is_room(
    cache: Path, tmp_path: Path
) -> None:
    """On a file system of 32 megabytes, which the second epoch finds full."""
    small, log = tmp_path / "small", tmp_path / "log"
    small.mkdir()
    program = f"{sys.executable} -m rnn_compare"
    script = f"""
mount -t tmpfs -o size=32m small {small}
ln -s {cache}/reviews {small}/reviews
(  # fills the disk once the first epoch is there
  while [ ! -e {small}/runs/*/last.checkpoint ]; do sleep 0.02; done
  head -c 100m /dev/zero > {small}/filler 2>/dev/null
  truncate --size=-400K {small}/filler
) &
{program} train --cell SimpleRNN --epochs 12 --reviews 4000 --maxlen 20 --units 4
echo "exit code $?"
rm {small}/filler
{program} continue $(ls {small}/runs)
echo "exit code $?"
cp {small}/runs.db* {tmp_path}
"""
    environment = {**os.environ, CACHE_VARIABLE: str(small), "RNN_COMPARE_WORKERS": "1", "PYTHONPATH": str(PROJECT)}
    with log.open("w") as output:
        command = [*alone(), "bash", "-c", script]
        subprocess.run(command, env=environment, check=False, timeout=2 * PATIENCE, stdout=output, stderr=output)
    first, second, _ = re.split(r"exit code (?=\d)", log.read_text())
    assert "No space left on device" in first
    assert "Free some space or make the folder writable, then continue the run." in first
    assert re.findall(r"exit code (\d)", log.read_text()) == ["1", "0"]
    assert "Traceback" not in first + second
    [run] = RunStore(tmp_path / "runs.db").runs()
    assert run.status is Status.FINISHED
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, 13))
    assert run.continued


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM is a signal of POSIX")
def test_a_training_is_stopped_by_sigterm_for_all_its_processes_and_one_whose_cache_is_removed_ends_with_a_sentence(
    cache: Path, command: Command
) -> None:
    store = RunStore(cache / "runs.db")
    [continued] = store.create([endless()], Owner.current(), "page")
    store.record([Ended(continued, Status.STOPPED, None, 0.0)])
    store.close()
    deserted = command("continue", continued)
    small = ("--epochs", "100", "--reviews", "2000", "--dropout", "0.2", *TINY, "--batch-size", "4")
    stopped = command("train", "--cell", "SimpleRNN", *small, before=("setsid",))
    run = first_line(stopped).split()[0]
    os.killpg(stopped.pid, signal.SIGTERM)
    _, errors = stopped.communicate(timeout=PATIENCE)
    assert stopped.returncode == 130, errors
    assert RunStore(cache / "runs.db").run(run).status is Status.STOPPED
    assert "did not start" not in errors
    assert "ended unexpectedly" not in errors
    assert first_line(deserted).startswith(f"{continued}  SimpleRNN(4)")
    cache.rename(cache.with_name("away"))
    _, errors = deserted.communicate(timeout=PATIENCE)
    assert deserted.returncode == 1, errors
    assert errors.endswith(f"{LOST} No longer recorded: {continued}.\n")


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.skipif(sys.platform != "linux", reason="it is done with Linux' own means")
def test_an_output_on_a_full_disk_is_a_sentence_and_one_that_nobody_reads_none(cache: Path) -> None:
    reader, unread = os.pipe()
    os.close(reader)
    for command, output, sentence in (
        ("runs", os.open("/dev/full", os.O_WRONLY), "(No space left on device). Free some space.\n"),
        ("--help", unread, ""),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "rnn_compare", command],
            env={**os.environ, CACHE_VARIABLE: str(cache)},
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        os.close(output)
        assert done.returncode == 1
        assert done.stderr.removeprefix("The output cannot be written ") == sentence
